#include "store/alarm.h"

#include <inttypes.h>

#include "store/ask.h"
#include "store/columns.h"

#define ALARMS ROWS("alarm", ALARM_COLUMNS)

static enum exh_status take_alarm(struct ask *a, void *out, struct exh_error *err)
{
    struct store_alarm o = { 0 };

    o.id = take_i64(a);
    o.at = take_i64(a);
    take_text(a, o.kind, sizeof o.kind);
    o.account = take_ref(a);
    take_opt_hash(a, o.oid);
    take_text(a, o.origin, sizeof o.origin);
    take_text(a, o.text, sizeof o.text);
    o.closed_at = take_i64(a);
    take_text(a, o.closed_by, sizeof o.closed_by);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_alarm *)out = o;
    return status;
}

enum exh_status store_add_alarm(struct store *s, const struct store_alarm *alarm, int64_t *id,
                                struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO alarm (at, kind, account, oid, origin, text, closed_at,"
                       " closed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, '')",
                       "alarm");

    ask_i64(&a, alarm->at);
    ask_text(&a, alarm->kind, sizeof alarm->kind);
    ask_ref(&a, alarm->account);
    ask_opt_hash(&a, alarm->oid);
    ask_text(&a, alarm->origin, sizeof alarm->origin);
    ask_text(&a, alarm->text, sizeof alarm->text);
    enum exh_status status = ask_run(&a, err);
    if (status == EXH_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

enum exh_status store_get_alarm(struct store *s, int64_t id, struct store_alarm *out,
                                struct exh_error *err)
{
    struct ask a = ask(s, ALARMS "WHERE id = ?1", "alarm %" PRId64, id);

    ask_i64(&a, id);
    return ask_one(&a, take_alarm, out, err);
}

enum exh_status store_close_alarm(struct store *s, int64_t id, const char *by, int64_t now,
                                  struct exh_error *err)
{
    struct ask a = ask(s,
                       "UPDATE alarm SET closed_at = ?2, closed_by = ?3"
                       " WHERE id = ?1 AND closed_at = 0",
                       "alarm %" PRId64, id);

    if (now == 0)
        return fail(err, EXH_INVALID, "%s: closed at no time", a.about);
    ask_i64(&a, id);
    ask_i64(&a, now);
    ask_text(&a, by, STORE_NAME_MAX);
    enum exh_status status = ask_run(&a, err);
    struct store_alarm alarm;
    if (status == EXH_NOT_FOUND && (status = store_get_alarm(s, id, &alarm, err)) == EXH_OK)
        return fail(err, EXH_DENIED, "%s: is closed", a.about);
    return status;
}

enum exh_status store_list_alarms(struct store *s, bool open_only, int64_t after,
                                  struct store_alarm *out, size_t max, size_t *n,
                                  struct exh_error *err)
{
    struct ask a = open_only
                       ? ask(s, ALARMS "WHERE closed_at = 0 AND id > ?1 ORDER BY id", "alarms")
                       : ask(s, ALARMS "WHERE id > ?1 ORDER BY id", "alarms");

    ask_i64(&a, after);
    return ask_many(&a, take_alarm, out, sizeof *out, max, n, err);
}
