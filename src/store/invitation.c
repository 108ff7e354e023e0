#include "store/invitation.h"

#include "base/when.h"
#include "store/ask.h"
#include "store/columns.h"

#define INVITATIONS ROWS("invitation", INVITATION_COLUMNS)

static void ask_id(struct ask *a, const uint8_t id[STORE_ID])
{
    ask_blob(a, (struct exh_bytes){ id, STORE_ID }, STORE_ID);
}

static enum exh_status take_invitation(struct ask *a, void *out, struct exh_error *err)
{
    struct store_invitation o = { 0 };

    take_exact(a, o.id, sizeof o.id);
    o.role = (enum store_role)take_enum(a, STORE_CAMERA, STORE_OPERATOR);
    take_text(a, o.name, sizeof o.name);
    o.holder = take_ref(a);
    o.lease_s = take_i64(a);
    take_text(a, o.created_by, sizeof o.created_by);
    o.created_at = take_i64(a);
    o.expires_at = take_i64(a);
    o.used_at = take_i64(a);
    o.used_by = take_ref(a);
    o.withdrawn_at = take_i64(a);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_invitation *)out = o;
    return status;
}

enum exh_status store_add_invitation(struct store *s, const struct store_invitation *in,
                                     struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO invitation (id, role, name, holder, lease_s, created_by,"
                       " created_at, expires_at, used_at, withdrawn_at)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0)",
                       "invitation %s", id_text(in->id).hex);

    ask_id(&a, in->id);
    ask_i64(&a, in->role);
    ask_text(&a, in->name, sizeof in->name);
    ask_ref(&a, in->holder);
    ask_i64(&a, in->lease_s);
    ask_text(&a, in->created_by, sizeof in->created_by);
    ask_i64(&a, in->created_at);
    ask_i64(&a, in->expires_at);
    return ask_run(&a, err);
}

enum exh_status store_get_invitation(struct store *s, const uint8_t id[STORE_ID],
                                     struct store_invitation *out, struct exh_error *err)
{
    struct ask a = ask(s, INVITATIONS "WHERE id = ?1", "invitation %s", id_text(id).hex);

    ask_id(&a, id);
    return ask_one(&a, take_invitation, out, err);
}

enum exh_status store_check_invitation(const struct store_invitation *in, int64_t now,
                                       struct exh_error *err)
{
    const struct {
        bool holds;
        const char *what;
        int64_t since;
    } refusals[] = {
        { in->used_at != 0, "was used", in->used_at },
        { in->withdrawn_at != 0, "was withdrawn", in->withdrawn_at },
        { now >= in->expires_at, "expired", in->expires_at },
    };
    char when[WHEN_TEXT_MAX];

    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        if (!refusals[i].holds)
            continue;
        when_write(when, refusals[i].since);
        return fail(err, EXH_DENIED, "invitation %s: %s at %s", id_text(in->id).hex,
                    refusals[i].what, when);
    }
    return EXH_OK;
}

/* Change it if it may still be used. */
static enum exh_status close_it(struct store *s, const char *sql, const uint8_t id[STORE_ID],
                                int64_t now, int64_t account, struct exh_error *err)
{
    struct store_invitation in;
    enum exh_status status = db_begin(s, err);

    if (status != EXH_OK)
        return status;
    if ((status = store_get_invitation(s, id, &in, err)) == EXH_OK &&
        (status = store_check_invitation(&in, now, err)) == EXH_OK) {
        struct ask a = ask(s, sql, "invitation %s", id_text(id).hex);
        ask_id(&a, id);
        ask_i64(&a, now);
        if (account)
            ask_ref(&a, account);
        status = ask_run(&a, err);
    }
    return db_end(s, status, err);
}

enum exh_status store_use_invitation(struct store *s, const uint8_t id[STORE_ID], int64_t account,
                                     int64_t now, struct exh_error *err)
{
    if (account <= 0)
        return fail(err, EXH_INVALID, "invitation %s: no account to use it", id_text(id).hex);
    return close_it(s, "UPDATE invitation SET used_at = ?2, used_by = ?3 WHERE id = ?1", id, now,
                    account, err);
}

enum exh_status store_withdraw_invitation(struct store *s, const uint8_t id[STORE_ID], int64_t now,
                                          struct exh_error *err)
{
    return close_it(s, "UPDATE invitation SET withdrawn_at = ?2 WHERE id = ?1", id, now, 0, err);
}

enum exh_status store_list_invitations(struct store *s, struct store_invitation *out, size_t max,
                                       size_t *n, struct exh_error *err)
{
    struct ask a = ask(s,
                       INVITATIONS "WHERE used_at = 0 AND withdrawn_at = 0"
                                   " ORDER BY created_at DESC, id",
                       "invitations");

    return ask_many(&a, take_invitation, out, sizeof *out, max, n, err);
}
