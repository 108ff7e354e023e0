/*
 * ca.h -- an authority: a certificate that issues others. `exhibit ca` and the server's signer share it.
 *
 *     ca_root(&order, &der, err)             a root, self-signed
 *     ca_open(pem, n, key, places, &ca, err) any authority, from its certificate and key
 *     ca_issue(ca, &order, &der, err)        a certificate for a public key
 *
 * The profile is ours alone: nothing of it comes from the one who asks. There is no file, no clock, and
 * no table of what was issued: the caller keeps that, and gives time and serial number. For those
 * without a server a root issues leaves itself: an intermediate's key would lie beside the root's, and
 * its certificate would add 400 bytes to every picture. A server's root stays offline: it allows one
 * authority below it (`below`), which issues everything else.
 */
#ifndef PKI_CA_H
#define PKI_CA_H

#include "base/buf.h"
#include "base/id.h"

#include <exhibit/key.h>

#define CA_TITLE_MAX      64   // characters of an authority's name
#define CA_HOSTS_MAX      8    // names of one TLS server
#define CA_PLACE_MAX      160  // characters of an address in certificates
#define CA_SERIAL         16   // bytes; RFC 5280 allows 20, and wants them unpredictable
#define CA_ROOT_DAYS      3653 // ten years
#define CA_ISSUER_DAYS    1826 // of authorities below a root: five years
#define CA_LEAF_DAYS      90   // of cameras and persons
#define CA_RESPONDER_DAYS 365  // of time-stamp authorities and OCSP responders
#define CA_TLS_DAYS       6    // of a server's TLS key: with the skew it is below a week
#define CA_SKEW           (5 * 60) // seconds that a certificate is valid before it was made: clocks differ

/* What a certificate is for. */
enum ca_role {
    CA_CAMERA,   // signs claims, SAN urn:exhibit:camera:NAME
    CA_PERSON,   // signs claims, SAN urn:exhibit:person:NAME
    CA_OPERATOR, // a person; what more operators may do is the server's matter
    CA_TSA,      // signs time-stamps
    CA_OCSP,     // answers for the certificates of the authority
    CA_TLS,      // a server's TLS
    CA_ISSUER,   // an authority that issues leaves
};

/*
 * Where verifiers find out more about what an authority issued: addresses beginning with http:// that
 * stand in its certificates for ever. NULL: there is none. The responder's ends with '/': behind it c2pa-rs
 * puts the request of a GET, and without it in place of the last word.
 */
struct ca_places {
    const char *ocsp;   // its OCSP responder
    const char *issuer; // its own certificate, DER
    const char *crl;    // its revocation list
};

/* What is to be issued. */
struct ca_order {
    enum ca_role role;
    const char *name; // CA_CAMERA, CA_PERSON, CA_OPERATOR: an id (base/id.h); CA_ISSUER: a title
    const char *const *hosts; // CA_TLS: names or addresses, 1 to CA_HOSTS_MAX
    size_t hosts_n;
    const struct exh_key *subject; // the key that is certified: of it only the public half is used
    int64_t now;                   // Unix seconds
    int64_t until; // the last second; 0, or later than the role allows: what the role allows
    const uint8_t *serial; // of ca_serial(); NULL: a random one
};

struct ca; // owned; ca_close(). May be used by several threads, as far as its key may

/* A random serial number, which is positive and always of the same size. EXH_CRYPTO */
enum exh_status ca_serial(uint8_t serial[CA_SERIAL], struct exh_error *err);

/*
 * Make a root certificate.
 *
 * key    the root's: what it certifies is itself.
 * title  what people read as the authority: 1 to CA_TITLE_MAX printable characters of UTF-8.
 * below  how many authorities may stand between the root and a leaf: 0 or 1.
 * now    Unix seconds.
 * der    receives the certificate, appended.
 *
 * EXH_INVALID (the title)  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ca_root(const struct exh_key *key, const char *title, unsigned below, int64_t now,
                        struct buf *der, struct exh_error *err);

/*
 * Open an authority.
 *
 * pem     its certificate: the first of the text, n bytes.
 * key     its private key. Borrowed for the life of the authority.
 * places  copied; NULL: none.
 *
 * EXH_INVALID    no certificate of an authority; of another key; places that may not stand there
 * EXH_MALFORMED  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ca_open(const char *pem, size_t n, const struct exh_key *key,
                        const struct ca_places *places, struct ca **out, struct exh_error *err);
void ca_close(struct ca *ca); // NULL is allowed

/* The authority's certificate. Borrowed for its life. */
struct exh_bytes ca_certificate(const struct ca *ca);

/*
 * Issue a certificate. It begins CA_SKEW before now, and never lives outside of its authority.
 *
 * der  receives it, appended.
 *
 * EXH_INVALID  name, title, hosts or serial; the authority is not valid now; its own key as subject; an
 *              authority below one that allows none; an end that is over
 * EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status ca_issue(const struct ca *ca, const struct ca_order *order, struct buf *der,
                         struct exh_error *err);

#endif
