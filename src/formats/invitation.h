/*
 * invitation.h -- the address by which people and cameras join a server.
 *
 *     https://cam.example.org:8443/join#PIN.TOKEN
 *
 * PIN is the SHA-256 of the root's SubjectPublicKeyInfo: whom to trust from now on. TOKEN is the right to
 * join, once. Both are base64url without padding (RFC 4648), and stand behind the '#', where browsers and
 * proxies send and log nothing. The token's bytes:
 *
 *     version  1 byte, 1          role     1 byte: enum invitation_role
 *     expires  8 bytes, Unix seconds        id       16 bytes, random
 *     name     1 byte of length, then its characters; of length 0: whoever joins chooses one
 *     mac      16 bytes, over all before: only the server can make and check it (pki/invite.h)
 *
 * The token is not encrypted: whoever has it may read what it invites to, and may join.
 */
#ifndef FORMATS_INVITATION_H
#define FORMATS_INVITATION_H

#include "base/buf.h"
#include "base/id.h"

#define INVITATION_URL_MAX   512 // bytes
#define INVITATION_TOKEN_MAX 144 // characters of a token in base64url
#define INVITATION_PIN       32  // bytes
#define INVITATION_ID        16  // bytes
#define INVITATION_MAC       16  // bytes

enum invitation_role { INVITATION_CAMERA = 1, INVITATION_PERSON, INVITATION_OPERATOR };

struct invitation_token {
    enum invitation_role role;
    int64_t expires; // Unix seconds: from then on it is worth nothing
    uint8_t id[INVITATION_ID];
    char name[ID_MAX + 1]; // "": not bound to a name
    uint8_t mac[INVITATION_MAC];
};

struct invitation {
    char host[HOST_MAX + 1]; // an IPv6 address without brackets
    uint16_t port;
    uint8_t pin[INVITATION_PIN];
    struct invitation_token token;
};

/*
 * Read an address. EXH_LIMIT (over INVITATION_URL_MAX)  EXH_MALFORMED, with what is wrong but never the
 * token itself.
 */
enum exh_status invitation_read(struct exh_bytes url, struct invitation *out,
                                struct exh_error *err);

/* Append the address. EXH_INVALID (host, port, role, name)  EXH_NO_MEMORY */
enum exh_status invitation_write(const struct invitation *invitation, struct buf *url,
                                 struct exh_error *err);

/* The token alone, as it is sent to the server: base64url. EXH_MALFORMED */
enum exh_status invitation_token_read(struct exh_bytes text, struct invitation_token *out,
                                      struct exh_error *err);
enum exh_status invitation_token_write(const struct invitation_token *token, struct buf *text,
                                       struct exh_error *err);

/* Append the token's bytes before the MAC: what the MAC is over. */
void invitation_put_body(struct buf *to, const struct invitation_token *token);

#endif
