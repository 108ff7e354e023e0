/*
 * invitation.h -- one-use tokens that open the enrolment.
 *
 * The token itself carries a MAC that only the signer can check; here stands whether it was used. The
 * signer keeps its own memory of that: this row is what the front can tell, not what is trusted.
 */
#ifndef STORE_INVITATION_H
#define STORE_INVITATION_H

#include "store/account.h"

struct store_invitation {
    uint8_t id[STORE_ID];
    enum store_role role;
    char name[STORE_NAME_MAX]; // the only name that may use it; "" for any
    int64_t holder;            // of the camera that will be; 0: nobody
    int64_t lease_s;
    char created_by[STORE_NAME_MAX];
    int64_t created_at;
    int64_t expires_at;
    int64_t used_at;      // 0: not yet
    int64_t used_by;      // account
    int64_t withdrawn_at; // 0: not
};

NODISCARD enum exh_status store_add_invitation(struct store *s, const struct store_invitation *in,
                                               struct exh_error *err);
NODISCARD enum exh_status store_get_invitation(struct store *s, const uint8_t id[STORE_ID],
                                               struct store_invitation *out, struct exh_error *err);

/* EXH_DENIED, saying why, when it was used or withdrawn, or has expired at `now`. */
NODISCARD enum exh_status store_check_invitation(const struct store_invitation *in, int64_t now,
                                                 struct exh_error *err);

/* Use it, once, for an account. EXH_DENIED as above. */
NODISCARD enum exh_status store_use_invitation(struct store *s, const uint8_t id[STORE_ID],
                                               int64_t account, int64_t now, struct exh_error *err);

NODISCARD enum exh_status store_withdraw_invitation(struct store *s, const uint8_t id[STORE_ID],
                                                    int64_t now, struct exh_error *err);

/* Those that are neither used nor withdrawn, the newest first. */
NODISCARD enum exh_status store_list_invitations(struct store *s, struct store_invitation *out,
                                                 size_t max, size_t *n, struct exh_error *err);

#endif
