/*
 * ban.h -- who failed to log in, and until when he is not heard; kept over a restart.
 *
 * A row stands for a source and an account: the source is the address as text, of IPv6 the /64; the
 * account is "" when there is none of that name, so that guessing names bans the source alone. An account
 * itself is never banned: with the source "" its failures are counted, and the caller delays.
 */
#ifndef STORE_BAN_H
#define STORE_BAN_H

#include "store/account.h"

#define STORE_SOURCE_MAX 65 // bytes of a source, with the NUL

#define STORE_BAN_WINDOW_S 600   // failures within this time count together
#define STORE_BAN_FAILURES 5     // so many of them bring a ban
#define STORE_BAN_FIRST_S  600   // the first ban; each next one is twice as long
#define STORE_BAN_LAST_S   86400 // but no longer; also: after this time of quiet it begins anew
#define STORE_BANS_MAX     65536

struct store_ban {
    char source[STORE_SOURCE_MAX];
    char account[STORE_NAME_MAX];
    int64_t failures; // since first_at
    int64_t first_at, last_at;
    int64_t strikes; // bans so far
    int64_t until;   // 0: not banned yet
};

/* One more failure: the rule alone. */
void store_ban_count(struct store_ban *ban, int64_t now);

/* Seconds for which he is still not heard; 0: he is. A ban from a clock that ran ahead does not count. */
int64_t store_ban_left(const struct store_ban *ban, int64_t now);

/* Count a failure and write it down; *out receives how it stands. The oldest over STORE_BANS_MAX go. */
NODISCARD enum exh_status store_add_failure(struct store *s, const char *source,
                                            const char *account, int64_t now, struct store_ban *out,
                                            struct exh_error *err);

/* EXH_NOT_FOUND when nothing is held against him. */
NODISCARD enum exh_status store_get_ban(struct store *s, const char *source, const char *account,
                                        struct store_ban *out, struct exh_error *err);

/* Forget what is held against him, after a success or by an operator. None is no error. */
NODISCARD enum exh_status store_forget_ban(struct store *s, const char *source, const char *account,
                                           struct exh_error *err);

/* Those that last until after a time, the longest first. */
NODISCARD enum exh_status store_list_bans(struct store *s, int64_t now, struct store_ban *out,
                                          size_t max, size_t *n, struct exh_error *err);

/* Keep at most so many rows: those with the latest failures. */
NODISCARD enum exh_status store_trim_bans(struct store *s, size_t keep, struct exh_error *err);

#endif
