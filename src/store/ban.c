#include "store/ban.h"

#include <string.h>

#include "store/ask.h"
#include "store/columns.h"

#define BANS ROWS("ban", BAN_COLUMNS)

int64_t store_ban_left(const struct store_ban *ban, int64_t now)
{
    if (ban->until <= now || ban->until - now > STORE_BAN_LAST_S)
        return 0;
    return ban->until - now;
}

static int64_t length_of(int64_t strikes)
{
    int64_t s = STORE_BAN_FIRST_S;

    for (int64_t i = 1; i < strikes && s < STORE_BAN_LAST_S; i++)
        s *= 2;
    return s < STORE_BAN_LAST_S ? s : STORE_BAN_LAST_S;
}

void store_ban_count(struct store_ban *ban, int64_t now)
{
    const int64_t quiet_since = ban->until > ban->last_at ? ban->until : ban->last_at;

    // A clock that went back begins a new window, too.
    if (now < ban->first_at || now - ban->first_at >= STORE_BAN_WINDOW_S || !ban->failures) {
        ban->failures = 0;
        ban->first_at = now;
    }
    if (now > quiet_since && now - quiet_since > STORE_BAN_LAST_S)
        ban->strikes = 0;
    ban->failures++;
    ban->last_at = now;
    if (ban->failures < STORE_BAN_FAILURES)
        return;
    ban->failures = 0;
    ban->strikes++;
    ban->until = now + length_of(ban->strikes);
}

static enum exh_status take_ban(struct ask *a, void *out, struct exh_error *err)
{
    struct store_ban o = { 0 };

    take_text(a, o.source, sizeof o.source);
    take_text(a, o.account, sizeof o.account);
    o.failures = take_i64(a);
    o.first_at = take_i64(a);
    o.last_at = take_i64(a);
    o.strikes = take_i64(a);
    o.until = take_i64(a);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_ban *)out = o;
    return status;
}

enum exh_status store_get_ban(struct store *s, const char *source, const char *account,
                              struct store_ban *out, struct exh_error *err)
{
    struct ask a = ask(s, BANS "WHERE source = ?1 AND account = ?2", "ban");

    ask_text(&a, source, STORE_SOURCE_MAX);
    ask_text(&a, account, STORE_NAME_MAX);
    return ask_one(&a, take_ban, out, err);
}

static enum exh_status put(struct store *s, const struct store_ban *ban, struct exh_error *err)
{
    struct ask a =
        ask(s,
            "INSERT INTO ban (source, account, failures, first_at, last_at, strikes, until)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (source, account) DO UPDATE SET"
            " failures = excluded.failures, first_at = excluded.first_at,"
            " last_at = excluded.last_at, strikes = excluded.strikes, until = excluded.until",
            "ban");

    ask_text(&a, ban->source, sizeof ban->source);
    ask_text(&a, ban->account, sizeof ban->account);
    ask_i64(&a, ban->failures);
    ask_i64(&a, ban->first_at);
    ask_i64(&a, ban->last_at);
    ask_i64(&a, ban->strikes);
    ask_i64(&a, ban->until);
    return ask_run(&a, err);
}

static enum exh_status count_failure(struct store *s, const char *source, const char *account,
                                     int64_t now, struct store_ban *out, struct exh_error *err)
{
    struct store_ban ban = { 0 };
    enum exh_status status = store_get_ban(s, source, account, &ban, err);

    if (status == EXH_NOT_FOUND) { // their sizes were checked when they were asked for
        memcpy(ban.source, source, strlen(source));
        memcpy(ban.account, account, strlen(account));
    } else if (status != EXH_OK) {
        return status;
    }
    store_ban_count(&ban, now);
    status = put(s, &ban, err);
    if (status == EXH_OK)
        *out = ban;
    return status;
}

enum exh_status store_add_failure(struct store *s, const char *source, const char *account,
                                  int64_t now, struct store_ban *out, struct exh_error *err)
{
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, count_failure(s, source, account, now, out, err), err)
                            : status;
}

enum exh_status store_forget_ban(struct store *s, const char *source, const char *account,
                                 struct exh_error *err)
{
    struct ask a = ask(s, "DELETE FROM ban WHERE source = ?1 AND account = ?2", "ban");

    ask_text(&a, source, STORE_SOURCE_MAX);
    ask_text(&a, account, STORE_NAME_MAX);
    enum exh_status status = ask_run(&a, err);
    return status == EXH_NOT_FOUND ? EXH_OK : status;
}

enum exh_status store_list_bans(struct store *s, int64_t now, struct store_ban *out, size_t max,
                                size_t *n, struct exh_error *err)
{
    struct ask a = ask(s,
                       BANS "WHERE until > ?1 AND until - ?1 <= ?2"
                            " ORDER BY until DESC, source, account",
                       "bans");

    ask_i64(&a, now);
    ask_i64(&a, STORE_BAN_LAST_S);
    return ask_many(&a, take_ban, out, sizeof *out, max, n, err);
}

enum exh_status store_trim_bans(struct store *s, size_t keep, struct exh_error *err)
{
    struct ask a =
        ask(s,
            "DELETE FROM ban WHERE (source, account) IN"
            " (SELECT source, account FROM ban ORDER BY last_at DESC LIMIT -1 OFFSET ?1)",
            "bans");

    ask_u64(&a, keep);
    enum exh_status status = ask_run(&a, err);
    return status == EXH_NOT_FOUND ? EXH_OK : status;
}
