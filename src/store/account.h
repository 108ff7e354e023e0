/*
 * account.h -- who may log in: cameras under their id, people under their name.
 *
 * The name is what the certificate's SAN says, and the FTP user. It is unique without regard to ASCII
 * case, and never given to another account.
 */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "store/store.h"

#define STORE_NAME_MAX   65  // bytes of a camera id or a person's name, with the NUL
#define STORE_LABEL_MAX  257 // bytes of a label, with the NUL
#define STORE_SECRET_MAX 128 // bytes of what a password is checked against; Argon2id's text has 97

enum store_role { STORE_CAMERA = 1, STORE_PERSON, STORE_OPERATOR };

enum store_secret {
    STORE_SECRET_NONE,   // logs in by certificate alone
    STORE_SECRET_ARGON2, // a person's: the text that libsodium makes
    STORE_SECRET_HMAC,   // a camera's: HMAC-SHA-256 of its random secret
};

struct store_account {
    int64_t id; // given by store_add_account()
    char name[STORE_NAME_MAX];
    enum store_role role;
    bool closed;    // may not log in any more; its objects and certificates stay
    int64_t holder; // of a camera: the account whose it is; 0: nobody's
    int64_t lease_s;
    char label[STORE_LABEL_MAX]; // for people; never shown to strangers
    enum store_secret secret_kind;
    uint8_t secret[STORE_SECRET_MAX];
    size_t secret_n;
    int64_t created_at;
};

/* *id receives its id. EXH_INVALID when the name is taken, or not one of base/id.h. */
NODISCARD enum exh_status store_add_account(struct store *s, const struct store_account *account,
                                            int64_t *id, struct exh_error *err);

NODISCARD enum exh_status store_get_account(struct store *s, int64_t id, struct store_account *out,
                                            struct exh_error *err);
NODISCARD enum exh_status store_find_account(struct store *s, const char *name,
                                             struct store_account *out, struct exh_error *err);

/* Those with an id above `after`, in its order; role 0: all. A list is full when *n is max. */
NODISCARD enum exh_status store_list_accounts(struct store *s, enum store_role role, int64_t after,
                                              struct store_account *out, size_t max, size_t *n,
                                              struct exh_error *err);

/* The cameras of a holder, in the same way. */
NODISCARD enum exh_status store_list_cameras(struct store *s, int64_t holder, int64_t after,
                                             struct store_account *out, size_t max, size_t *n,
                                             struct exh_error *err);

NODISCARD enum exh_status store_set_secret(struct store *s, int64_t id, enum store_secret kind,
                                           struct exh_bytes secret, struct exh_error *err);
NODISCARD enum exh_status store_set_label(struct store *s, int64_t id, const char *label,
                                          struct exh_error *err);
NODISCARD enum exh_status store_set_lease_time(struct store *s, int64_t id, int64_t lease_s,
                                               struct exh_error *err);
NODISCARD enum exh_status store_close_account(struct store *s, int64_t id, bool closed,
                                              struct exh_error *err);

#endif
