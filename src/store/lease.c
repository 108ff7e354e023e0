#include "store/lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "store/ask.h"
#include "store/columns.h"

#define LEASES ROWS("lease", LEASE_COLUMNS)

enum store_lease_state store_lease_state(const struct store_lease *lease, int64_t now)
{
    if (lease->ended == STORE_LEASE_STOLEN)
        return STORE_LEASE_REVOKED;
    if (lease->ended == STORE_LEASE_HANDED_ON)
        return STORE_LEASE_TRANSFERRED;
    if (now < lease->ends_at)
        return STORE_LEASE_ACTIVE;
    return now - lease->ends_at < lease->grace_s ? STORE_LEASE_GRACE : STORE_LEASE_LAPSED;
}

const char *store_lease_word(enum store_lease_state state)
{
    switch (state) {
    case STORE_LEASE_ACTIVE: return "active";
    case STORE_LEASE_GRACE: return "grace";
    case STORE_LEASE_LAPSED: return "lapsed";
    case STORE_LEASE_REVOKED: return "revoked";
    case STORE_LEASE_TRANSFERRED: return "transferred";
    }
    return "unknown";
}

static enum exh_status take_lease(struct ask *a, void *out, struct exh_error *err)
{
    struct store_lease o = { 0 };
    bool logged;

    o.id = take_i64(a);
    o.account = take_i64(a);
    o.holder = take_ref(a);
    o.starts_at = take_i64(a);
    o.ends_at = take_i64(a);
    o.grace_s = take_i64(a);
    o.ended = (enum store_lease_end)take_enum(a, STORE_LEASE_OPEN, STORE_LEASE_HANDED_ON);
    o.ended_at = take_i64(a);
    o.recorded_at = take_i64(a);
    o.renewals = take_i64(a);
    take_text(a, o.reason, sizeof o.reason);
    o.log_idx = take_opt_i64(a, &logged);
    o.log_idx = logged ? o.log_idx : -1;
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_lease *)out = o;
    return status;
}

enum exh_status store_add_lease(struct store *s, const struct store_lease *lease,
                                struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO lease (account, holder, starts_at, ends_at, grace_s, ended,"
                       " ended_at, recorded_at, renewals, reason, log_idx)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, 0, '', ?7)",
                       "lease of account %" PRId64, lease->account);

    if (lease->ends_at < lease->starts_at || lease->grace_s < 0)
        return fail(err, EXH_INVALID, "%s: it ends before it begins", a.about);
    ask_i64(&a, lease->account);
    ask_ref(&a, lease->holder);
    ask_i64(&a, lease->starts_at);
    ask_i64(&a, lease->ends_at);
    ask_i64(&a, lease->grace_s);
    ask_i64(&a, lease->recorded_at);
    ask_opt_i64(&a, lease->log_idx >= 0, lease->log_idx);
    return ask_run(&a, err);
}

enum exh_status store_get_lease(struct store *s, int64_t account, struct store_lease *out,
                                struct exh_error *err)
{
    // The index of leases that are not handed on is unique: there is one.
    struct ask a =
        ask(s, LEASES "WHERE account = ?1 AND ended <> 2", "lease of account %" PRId64, account);

    ask_i64(&a, account);
    return ask_one(&a, take_lease, out, err);
}

enum exh_status store_get_lease_at(struct store *s, int64_t account, int64_t at,
                                   struct store_lease *out, struct exh_error *err)
{
    struct ask a = ask(s,
                       LEASES "WHERE account = ?1 AND starts_at <= ?2"
                              " ORDER BY starts_at DESC, id DESC LIMIT 1",
                       "lease of account %" PRId64 " at %" PRId64, account, at);

    ask_i64(&a, account);
    ask_i64(&a, at);
    return ask_one(&a, take_lease, out, err);
}

enum exh_status store_list_leases(struct store *s, int64_t account, struct store_lease *out,
                                  size_t max, size_t *n, struct exh_error *err)
{
    struct ask a = ask(s, LEASES "WHERE account = ?1 ORDER BY starts_at, id",
                       "leases of account %" PRId64, account);

    ask_i64(&a, account);
    return ask_many(&a, take_lease, out, sizeof *out, max, n, err);
}

enum exh_status store_list_ending(struct store *s, int64_t before, struct store_lease *out,
                                  size_t max, size_t *n, struct exh_error *err)
{
    struct ask a = ask(s, LEASES "WHERE ended = 0 AND ends_at < ?1 ORDER BY ends_at, id", "leases");

    ask_i64(&a, before);
    return ask_many(&a, take_lease, out, sizeof *out, max, n, err);
}

/* Write down what changed of a lease. */
static enum exh_status update(struct store *s, const struct store_lease *l, struct exh_error *err)
{
    struct ask a = ask(s,
                       "UPDATE lease SET ends_at = ?2, ended = ?3, ended_at = ?4, recorded_at = ?5,"
                       " renewals = ?6, reason = ?7, log_idx = ?8 WHERE id = ?1",
                       "lease of account %" PRId64, l->account);

    ask_i64(&a, l->id);
    ask_i64(&a, l->ends_at);
    ask_i64(&a, l->ended);
    ask_i64(&a, l->ended_at);
    ask_i64(&a, l->recorded_at);
    ask_i64(&a, l->renewals);
    ask_text(&a, l->reason, sizeof l->reason);
    ask_opt_i64(&a, l->log_idx >= 0, l->log_idx);
    return ask_run(&a, err);
}

/* A change of the current lease: what is asked for, and how it is applied to the row. */
struct change {
    enum exh_status (*apply)(struct store_lease *l, const struct change *c, struct exh_error *err);
    int64_t at;      // from when on
    int64_t ends_at; // the new end
    int64_t now;
    int64_t log_idx;
    const char *reason; // NULL: as it was
};

static enum exh_status not_revoked(const struct store_lease *l, struct exh_error *err)
{
    char when[WHEN_TEXT_MAX];

    if (l->ended != STORE_LEASE_STOLEN)
        return EXH_OK;
    when_write(when, l->ended_at);
    return fail(err, EXH_DENIED, "revoked from %s", when);
}

static enum exh_status renew(struct store_lease *l, const struct change *c, struct exh_error *err)
{
    enum exh_status status = not_revoked(l, err);

    if (status == EXH_OK && c->ends_at < l->ends_at)
        return fail(err, EXH_INVALID, "its end would move back");
    l->ends_at = c->ends_at;
    l->renewals++;
    return status;
}

static enum exh_status revoke(struct store_lease *l, const struct change *c, struct exh_error *err)
{
    // Found out later that it was stolen earlier: the time may move back, never forward.
    enum exh_status status = l->ended_at <= c->at ? not_revoked(l, err) : EXH_OK;

    l->ended = STORE_LEASE_STOLEN;
    l->ended_at = c->at;
    return status;
}

static enum exh_status reinstate(struct store_lease *l, const struct change *c,
                                 struct exh_error *err)
{
    if (l->ended != STORE_LEASE_STOLEN)
        return fail(err, EXH_DENIED, "not revoked");
    l->ends_at = c->ends_at;
    l->ended = STORE_LEASE_OPEN;
    l->ended_at = 0;
    return EXH_OK;
}

static enum exh_status hand_on(struct store_lease *l, const struct change *c, struct exh_error *err)
{
    enum exh_status status = not_revoked(l, err);

    if (status == EXH_OK && c->at < l->starts_at)
        return fail(err, EXH_INVALID, "handed on before it began");
    l->ended = STORE_LEASE_HANDED_ON;
    l->ended_at = c->at;
    return status;
}

static enum exh_status apply(struct store *s, int64_t account, const struct change *c,
                             struct store_lease *l, struct exh_error *err)
{
    enum exh_status status = store_get_lease(s, account, l, err);

    if (status != EXH_OK)
        return status;
    status = c->apply(l, c, err);
    if (status == EXH_OK && c->reason && strlen(c->reason) >= sizeof l->reason)
        status = fail(err, EXH_LIMIT, "the reason is longer than %zu bytes", sizeof l->reason - 1);
    if (status != EXH_OK) {
        char where[64];
        (void)snprintf(where, sizeof where, "lease of account %" PRId64, account);
        return within(err, where);
    }
    if (c->reason)
        memcpy(l->reason, c->reason, strlen(c->reason) + 1);
    l->recorded_at = c->now;
    l->log_idx = c->log_idx;
    return update(s, l, err);
}

static enum exh_status change(struct store *s, int64_t account, const struct change *c,
                              struct exh_error *err)
{
    struct store_lease l;
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, apply(s, account, c, &l, err), err) : status;
}

enum exh_status store_renew_lease(struct store *s, int64_t account, int64_t ends_at, int64_t now,
                                  int64_t log_idx, struct exh_error *err)
{
    const struct change c = { .apply = renew, .ends_at = ends_at, .now = now, .log_idx = log_idx };

    return change(s, account, &c, err);
}

enum exh_status store_revoke_lease(struct store *s, int64_t account, int64_t from,
                                   const char *reason, int64_t now, int64_t log_idx,
                                   struct exh_error *err)
{
    const struct change c = {
        .apply = revoke, .at = from, .now = now, .log_idx = log_idx, .reason = reason
    };

    return change(s, account, &c, err);
}

enum exh_status store_reinstate_lease(struct store *s, int64_t account, int64_t ends_at,
                                      const char *reason, int64_t now, int64_t log_idx,
                                      struct exh_error *err)
{
    const struct change c = {
        .apply = reinstate, .ends_at = ends_at, .now = now, .log_idx = log_idx, .reason = reason
    };

    return change(s, account, &c, err);
}

/* End the one, begin the other, and name the new holder at the account. */
static enum exh_status transfer(struct store *s, int64_t account, const struct change *c,
                                struct store_lease *next, struct exh_error *err)
{
    struct store_lease l;
    enum exh_status status = apply(s, account, c, &l, err);

    if (status != EXH_OK)
        return status;
    next->grace_s = l.grace_s;
    status = store_add_lease(s, next, err);
    if (status != EXH_OK)
        return status;
    struct ask a =
        ask(s, "UPDATE account SET holder = ?2 WHERE id = ?1", "account %" PRId64, account);
    ask_i64(&a, account);
    ask_ref(&a, next->holder);
    return ask_run(&a, err);
}

enum exh_status store_transfer_lease(struct store *s, int64_t account, int64_t holder, int64_t at,
                                     int64_t ends_at, int64_t now, int64_t log_idx,
                                     struct exh_error *err)
{
    const struct change c = { .apply = hand_on, .at = at, .now = now, .log_idx = log_idx };
    struct store_lease next = { .account = account,
                                .holder = holder,
                                .starts_at = at,
                                .ends_at = ends_at,
                                .recorded_at = now,
                                .log_idx = log_idx };
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, transfer(s, account, &c, &next, err), err) : status;
}
