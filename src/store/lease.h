/*
 * lease.h -- the periods in which an account is licensed, and how the current one stands.
 *
 * An account has one lease that is current: its newest. It moves with each renewal, ends by a revocation
 * (from a time on: stolen), or by a transfer, which begins the next one. What a lapse or a revocation
 * means for lookups, uploads and verdicts stands in the table of the documentation.
 */
#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include "store/store.h"

#define STORE_REASON_MAX 257 // bytes of a reason, with the NUL

enum store_lease_end { STORE_LEASE_OPEN, STORE_LEASE_STOLEN, STORE_LEASE_HANDED_ON };

enum store_lease_state {
    STORE_LEASE_ACTIVE = 1,
    STORE_LEASE_GRACE,  // over, but not yet acted upon
    STORE_LEASE_LAPSED, // since ends_at + grace_s
    STORE_LEASE_REVOKED,
    STORE_LEASE_TRANSFERRED,
};

struct store_lease {
    int64_t id;
    int64_t account;
    int64_t holder; // whose camera it is in this period; 0: nobody's
    int64_t starts_at;
    int64_t ends_at; // the first second that it does not cover
    int64_t grace_s;
    enum store_lease_end ended;
    int64_t ended_at;    // from when on; 0 while open
    int64_t recorded_at; // when the last change was written down
    int64_t renewals;
    char reason[STORE_REASON_MAX]; // of its end
    int64_t log_idx;               // entry of the last change; -1: none
};

/* How a lease stands at a time. */
enum store_lease_state store_lease_state(const struct store_lease *lease, int64_t now);

/* The word for a state: "active", "grace", "lapsed", "revoked", "transferred". Borrowed for ever. */
const char *store_lease_word(enum store_lease_state state);

/*
 * The first lease of an account; id, ended and renewals are ignored. EXH_INVALID when it has one, or
 * ends before it begins.
 */
NODISCARD enum exh_status store_add_lease(struct store *s, const struct store_lease *lease,
                                          struct exh_error *err);

/* The current lease of an account. */
NODISCARD enum exh_status store_get_lease(struct store *s, int64_t account, struct store_lease *out,
                                          struct exh_error *err);

/* The lease whose period a time is in: the newest that had begun. EXH_NOT_FOUND before the first. */
NODISCARD enum exh_status store_get_lease_at(struct store *s, int64_t account, int64_t at,
                                             struct store_lease *out, struct exh_error *err);

/* All periods of an account, the oldest first. */
NODISCARD enum exh_status store_list_leases(struct store *s, int64_t account,
                                            struct store_lease *out, size_t max, size_t *n,
                                            struct exh_error *err);

/* Open leases that end before a time, the first to end first: who must be warned. */
NODISCARD enum exh_status store_list_ending(struct store *s, int64_t before,
                                            struct store_lease *out, size_t max, size_t *n,
                                            struct exh_error *err);

/* Move its end; also after a lapse. EXH_DENIED when it is revoked. EXH_INVALID when the end moves back. */
NODISCARD enum exh_status store_renew_lease(struct store *s, int64_t account, int64_t ends_at,
                                            int64_t now, int64_t log_idx, struct exh_error *err);

/* Revoke from a time on, which may lie before now. EXH_DENIED when it is revoked from then or before. */
NODISCARD enum exh_status store_revoke_lease(struct store *s, int64_t account, int64_t from,
                                             const char *reason, int64_t now, int64_t log_idx,
                                             struct exh_error *err);

/* Take a revocation back. EXH_DENIED when it is not revoked. */
NODISCARD enum exh_status store_reinstate_lease(struct store *s, int64_t account, int64_t ends_at,
                                                const char *reason, int64_t now, int64_t log_idx,
                                                struct exh_error *err);

/*
 * End the current lease at a time and begin one for a new holder then, up to ends_at; the account's
 * holder changes with it. EXH_DENIED when it is revoked. EXH_INVALID when `at` lies before its start.
 */
NODISCARD enum exh_status store_transfer_lease(struct store *s, int64_t account, int64_t holder,
                                               int64_t at, int64_t ends_at, int64_t now,
                                               int64_t log_idx, struct exh_error *err);

#endif
