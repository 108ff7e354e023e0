#include "store/ask.h"
#include "store/columns.h"

#include <inttypes.h>

static enum exh_status take_value(struct ask *a, void *out, struct exh_error *err)
{
    char key[STORE_KEY_MAX];

    take_text(a, key, sizeof key);
    const struct exh_bytes value = take_bytes(a, STORE_VALUE_MAX);
    enum exh_status status = take_end(a, err);
    if (status != EXH_OK)
        return status;
    buf_put_bytes(out, value);
    return buf_finish(out, err);
}

enum exh_status store_put_value(struct store *s, const char *key, struct exh_bytes value,
                                struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO state (key, value) VALUES (?1, ?2)"
                       " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                       "value %.64s", key);

    ask_text(&a, key, STORE_KEY_MAX);
    ask_blob(&a, value, STORE_VALUE_MAX);
    return ask_run(&a, err);
}

enum exh_status store_get_value(struct store *s, const char *key, struct buf *out,
                                struct exh_error *err)
{
    struct ask a = ask(s, ROWS("state", STATE_COLUMNS) "WHERE key = ?1", "value %.64s", key);

    ask_text(&a, key, STORE_KEY_MAX);
    return ask_one(&a, take_value, out, err);
}

enum exh_status store_delete_value(struct store *s, const char *key, struct exh_error *err)
{
    struct ask a = ask(s, "DELETE FROM state WHERE key = ?1", "value %.64s", key);

    ask_text(&a, key, STORE_KEY_MAX);
    return ask_run(&a, err);
}

enum exh_status store_count(struct store *s, struct store_counts *out, struct exh_error *err)
{
    struct ask a = ask(s,
                       "SELECT (SELECT count(*) FROM account WHERE role = 1 AND closed = 0),"
                       " (SELECT count(*) FROM account WHERE role = 2 AND closed = 0),"
                       " (SELECT count(*) FROM account WHERE role = 3 AND closed = 0),"
                       " (SELECT count(*) FROM object),"
                       " (SELECT count(*) FROM object WHERE state = 2 AND state <> 1),"
                       " (SELECT coalesce(sum(size), 0) FROM version),"
                       " (SELECT count(*) FROM upload WHERE state = 1),"
                       " (SELECT coalesce(max(idx) + 1, 0) FROM log_entry),"
                       " (SELECT count(*) FROM alarm WHERE closed_at = 0),"
                       " (SELECT page_count * page_size FROM pragma_page_count,"
                       " pragma_page_size)",
                       "counts");
    struct store_counts c = { 0 };
    uint64_t *const to[] = { &c.cameras,     &c.people,        &c.operators, &c.objects,
                             &c.quarantined, &c.object_bytes,  &c.uploads,   &c.log_entries,
                             &c.alarms,      &c.database_bytes };
    enum exh_status status = ask_row(&a, err);

    for (size_t i = 0; status == EXH_OK && i < ARRAY_N(to); i++)
        *to[i] = take_u64(&a);
    if (status == EXH_OK && a.damaged)
        status = fail(err, EXH_MALFORMED, "counts: a number is damaged");
    ask_end(&a);
    if (status == EXH_OK)
        *out = c;
    return status;
}
