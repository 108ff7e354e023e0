/*
 * identity.h -- inside of exhibit/identity.h's lists.
 */
#ifndef SEAL_IDENTITY_H
#define SEAL_IDENTITY_H

#include "formats/bech32.h"
#include "seal/stanza.h"

#include <exhibit/identity.h>

#define IDENTITY_PREFIX  "AGE-SECRET-KEY-"
#define RECIPIENT_PREFIX "age"
#define TAGGED_PREFIX    "age1tag"
#define PASSPHRASE_MAX   1024 // bytes

enum identity_kind {
    IDENTITY_X25519,
    IDENTITY_P256,
    IDENTITY_SSH,
    IDENTITY_PASSPHRASE,
    IDENTITY_OPENPGP, // whatever keys there are
};

/* Owned by its list, all that is not said to be borrowed. */
struct identity {
    enum identity_kind kind;
    struct x25519_identity *x25519;
    struct exh_key *key_owned;
    const struct exh_key *key; // P-256: key_owned, or borrowed
    uint8_t point[P256_POINT]; // its public key
    struct ssh_key *ssh;
    char *passphrase; // secret memory
    size_t passphrase_n;
    const struct exh_openpgp *openpgp; // borrowed
};

struct exh_identities {
    size_t n;
    struct identity items[EXH_IDENTITIES_MAX];
};

/* Take an identity over into the list; also when it fails. EXH_LIMIT */
NODISCARD enum exh_status identities_take(struct exh_identities *ids, struct identity *id,
                                          struct exh_error *err);
void identity_free(struct identity *id);

/* Try a stanza, with an identity that is not OpenPGP: key and *opened as of stanza.h. */
NODISCARD enum exh_status identity_open(const struct identity *id, const struct age_stanza *s,
                                        struct file_key *key, bool *opened, struct exh_error *err);

/* The text of an X25519 identity, with a NUL. (identity_new.c) */
#define IDENTITY_TEXT_N BECH32_TEXT_N(sizeof IDENTITY_PREFIX - 1, X25519_SIZE)
void identity_write(const struct x25519_identity *id, char to[IDENTITY_TEXT_N]);

/* Add the keys of an age identity file in clear. (identity_lines.c) */
NODISCARD enum exh_status identities_add_lines(struct exh_identities *ids, struct exh_bytes text,
                                               struct exh_error *err);

/* Add the keys of an identity file that a passphrase sealed, binary or armored. (identity_sealed.c) */
NODISCARD enum exh_status identities_add_sealed(struct exh_identities *ids, struct exh_bytes file,
                                                exh_passphrase *ask, void *ctx,
                                                struct exh_error *err);

/* Add a private key in PEM: P-256, or an SSH key. (identity_pem.c) */
NODISCARD enum exh_status identities_add_pem(struct exh_identities *ids, struct exh_bytes text,
                                             exh_passphrase *ask, void *ctx, struct exh_error *err);

#endif
