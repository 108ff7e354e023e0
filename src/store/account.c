#include "store/account.h"

#include <inttypes.h>

#include "base/id.h"
#include "base/text.h"
#include "store/ask.h"
#include "store/columns.h"

#define ACCOUNTS ROWS("account", ACCOUNT_COLUMNS)

static enum exh_status take_account(struct ask *a, void *out, struct exh_error *err)
{
    struct store_account o = { 0 };

    o.id = take_i64(a);
    take_text(a, o.name, sizeof o.name);
    o.role = (enum store_role)take_enum(a, STORE_CAMERA, STORE_OPERATOR);
    o.closed = take_bool(a);
    o.holder = take_ref(a);
    o.lease_s = take_i64(a);
    take_text(a, o.label, sizeof o.label);
    o.secret_kind = (enum store_secret)take_enum(a, STORE_SECRET_NONE, STORE_SECRET_HMAC);
    o.secret_n = take_blob(a, o.secret, sizeof o.secret);
    o.created_at = take_i64(a);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_account *)out = o;
    return status;
}

enum exh_status store_add_account(struct store *s, const struct store_account *account, int64_t *id,
                                  struct exh_error *err)
{
    struct ask a =
        ask(s,
            "INSERT INTO account (name, role, closed, holder, lease_s, label, secret_kind,"
            " secret, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            "account %.64s", account->name);

    if (!id_valid(bytes_of(account->name)))
        return fail(err, EXH_INVALID, "%s: a name has " ID_RULE, a.about);
    ask_text(&a, account->name, sizeof account->name);
    ask_i64(&a, account->role);
    ask_i64(&a, account->closed);
    ask_ref(&a, account->holder);
    ask_i64(&a, account->lease_s);
    ask_text(&a, account->label, sizeof account->label);
    ask_i64(&a, account->secret_kind);
    ask_blob(&a, (struct exh_bytes){ account->secret, account->secret_n }, STORE_SECRET_MAX);
    ask_i64(&a, account->created_at);
    enum exh_status status = ask_run(&a, err);
    if (status == EXH_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

enum exh_status store_get_account(struct store *s, int64_t id, struct store_account *out,
                                  struct exh_error *err)
{
    struct ask a = ask(s, ACCOUNTS "WHERE id = ?1", "account %" PRId64, id);

    ask_i64(&a, id);
    return ask_one(&a, take_account, out, err);
}

enum exh_status store_find_account(struct store *s, const char *name, struct store_account *out,
                                   struct exh_error *err)
{
    struct ask a = ask(s, ACCOUNTS "WHERE name = ?1", "account %.64s", name);

    ask_text(&a, name, STORE_NAME_MAX);
    return ask_one(&a, take_account, out, err);
}

enum exh_status store_list_accounts(struct store *s, enum store_role role, int64_t after,
                                    struct store_account *out, size_t max, size_t *n,
                                    struct exh_error *err)
{
    struct ask a = ask(s, ACCOUNTS "WHERE id > ?1 AND ?2 IN (0, role) ORDER BY id", "accounts");

    ask_i64(&a, after);
    ask_i64(&a, role);
    return ask_many(&a, take_account, out, sizeof *out, max, n, err);
}

enum exh_status store_list_cameras(struct store *s, int64_t holder, int64_t after,
                                   struct store_account *out, size_t max, size_t *n,
                                   struct exh_error *err)
{
    struct ask a =
        ask(s, ACCOUNTS "WHERE holder = ?1 AND id > ?2 ORDER BY id", "cameras of %" PRId64, holder);

    ask_i64(&a, holder);
    ask_i64(&a, after);
    return ask_many(&a, take_account, out, sizeof *out, max, n, err);
}

enum exh_status store_set_secret(struct store *s, int64_t id, enum store_secret kind,
                                 struct exh_bytes secret, struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE account SET secret_kind = ?2, secret = ?3 WHERE id = ?1",
                       "account %" PRId64, id);

    ask_i64(&a, id);
    ask_i64(&a, kind);
    ask_blob(&a, secret, STORE_SECRET_MAX);
    return ask_run(&a, err);
}

enum exh_status store_set_label(struct store *s, int64_t id, const char *label,
                                struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE account SET label = ?2 WHERE id = ?1", "account %" PRId64, id);

    ask_i64(&a, id);
    ask_text(&a, label, STORE_LABEL_MAX);
    return ask_run(&a, err);
}

enum exh_status store_set_lease_time(struct store *s, int64_t id, int64_t lease_s,
                                     struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE account SET lease_s = ?2 WHERE id = ?1", "account %" PRId64, id);

    ask_i64(&a, id);
    ask_i64(&a, lease_s);
    return ask_run(&a, err);
}

enum exh_status store_close_account(struct store *s, int64_t id, bool closed, struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE account SET closed = ?2 WHERE id = ?1", "account %" PRId64, id);

    ask_i64(&a, id);
    ask_i64(&a, closed);
    return ask_run(&a, err);
}
