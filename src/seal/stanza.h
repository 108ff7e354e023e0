/*
 * stanza.h -- the kinds of recipient stanzas, one file each: a file key wrapped, and unwrapped.
 *
 * open() sets *opened to whether the stanza is for this identity; key is touched only then. It fails only
 * when the stanza is of its kind and breaks the kind's rules: EXH_MALFORMED, or as noted.
 *
 * Spec: C2SP age, "Native recipient types".
 */
#ifndef SEAL_STANZA_H
#define SEAL_STANZA_H

#include <stdbool.h>

#include "base/buf.h"
#include "crypto/p256.h"
#include "crypto/ssh_key.h"
#include "crypto/x25519.h"
#include "formats/age_header.h"
#include "seal/file_key.h"

#include <exhibit/crypto.h>
#include <exhibit/openpgp.h>

#define WRAPPED_N (FILE_KEY_N + AEAD_TAG) // bytes of a body that a wrap key seals

/* Types, as they stand in files. */
#define STANZA_X25519  "X25519"
#define STANZA_P256TAG "p256tag"
#define STANZA_SCRYPT  "scrypt"

bool stanza_is(const struct age_stanza *s, const char *type);

/* EXH_MALFORMED unless the stanza has so many arguments, and a body of WRAPPED_N bytes. */
NODISCARD enum exh_status stanza_check(const struct age_stanza *s, size_t args_n,
                                       struct exh_error *err);

/* Read argument i as base64 of exactly n bytes. EXH_MALFORMED */
NODISCARD enum exh_status stanza_arg_bytes(const struct age_stanza *s, size_t i, uint8_t *to,
                                           size_t n, struct exh_error *err);

// stanza_x25519.c
struct x25519_identity { // always in secret memory
    uint8_t secret[X25519_SIZE];
    uint8_t public[X25519_SIZE];
};
NODISCARD enum exh_status stanza_x25519_put(struct buf *header, const uint8_t to[X25519_SIZE],
                                            const struct file_key *key, struct exh_error *err);
/* Is this stanza the one that stanza_x25519_put() makes for `to`? No: another's, or another program's. */
NODISCARD enum exh_status stanza_x25519_is_for(const struct age_stanza *s,
                                               const uint8_t to[X25519_SIZE],
                                               const struct file_key *key, bool *is,
                                               struct exh_error *err);
NODISCARD enum exh_status stanza_x25519_open(const struct x25519_identity *id,
                                             const struct age_stanza *s, struct file_key *key,
                                             bool *opened, struct exh_error *err);
size_t stanza_x25519_size(void);

// stanza_scrypt.c: EXH_LIMIT when the work is over EXH_SCRYPT_LOG_N_MAX
NODISCARD enum exh_status stanza_scrypt_put(struct buf *header, struct exh_bytes passphrase,
                                            unsigned log_n, const struct file_key *key,
                                            const struct exh_crypto *crypto, struct exh_error *err);
NODISCARD enum exh_status stanza_scrypt_open(struct exh_bytes passphrase,
                                             const struct age_stanza *s, struct file_key *key,
                                             bool *opened, struct exh_error *err);
size_t stanza_scrypt_size(unsigned log_n);

// stanza_p256tag.c
NODISCARD enum exh_status stanza_p256tag_put(struct buf *header, const uint8_t to[P256_POINT],
                                             const struct file_key *key, struct exh_error *err);
/* By its tag: whoever made it. One in 2^32 others has the same. */
NODISCARD enum exh_status stanza_p256tag_is_for(const struct age_stanza *s,
                                                const uint8_t to[P256_POINT], bool *is,
                                                struct exh_error *err);
NODISCARD enum exh_status stanza_p256tag_open(const struct exh_key *id,
                                              const uint8_t point[P256_POINT],
                                              const struct age_stanza *s, struct file_key *key,
                                              bool *opened, struct exh_error *err);
size_t stanza_p256tag_size(void);

// stanza_openpgp.c: a key for X25519 stanzas, made for one file, in an OpenPGP message
struct openpgp_key {             // of one file, for one recipient
    uint8_t public[X25519_SIZE]; // itself a recipient of the file
    uint8_t *message;            // owned, free()
    size_t message_n;
};
NODISCARD enum exh_status stanza_openpgp_make(const struct exh_openpgp *openpgp,
                                              const char *fingerprint, const struct file_key *key,
                                              struct openpgp_key *out, struct exh_error *err);
/*
 * Whether a stanza is for this OpenPGP key: the X25519 stanza, or the message, which tells for which part of
 * a key it is. The table is asked what that part is. Fails as the table does.
 */
NODISCARD enum exh_status stanza_openpgp_is_for(const struct exh_openpgp *openpgp,
                                                const char *fingerprint, const struct age_stanza *s,
                                                const struct file_key *key, bool *is,
                                                struct exh_error *err);
NODISCARD enum exh_status stanza_openpgp_put(struct buf *header, const struct openpgp_key *one,
                                             struct exh_error *err);
size_t stanza_openpgp_size(const struct openpgp_key *one);
/* Of a whole header, because the key in the message is for another stanza. Fails as the table does. */
NODISCARD enum exh_status stanza_openpgp_open(const struct exh_openpgp *openpgp,
                                              const struct age_header *header, struct file_key *key,
                                              bool *opened, struct exh_error *err);

// stanza_ssh.c: only read
NODISCARD enum exh_status stanza_ssh_open(const struct ssh_key *id, const struct age_stanza *s,
                                          struct file_key *key, bool *opened,
                                          struct exh_error *err);

#endif
