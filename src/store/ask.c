#include "store/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct ask ask(struct store *s, const char *sql, const char *about, ...)
{
    struct ask a = { .s = s, .q = db_query(s, sql) };
    va_list args;

    va_start(args, about);
    (void)vsnprintf(a.about, sizeof a.about, about, args);
    va_end(args);
    return a;
}

void ask_end(struct ask *a)
{
    if (!a->q)
        return;
    (void)sqlite3_reset(a->q);
    (void)sqlite3_clear_bindings(a->q); // what was bound is borrowed from the caller
    a->q = NULL;
}

/* The first refusal stays. */
PRINTF_LIKE(3, 4)
static void refuse(struct ask *a, enum exh_status status, const char *fmt, ...)
{
    va_list args;

    if (a->refused != EXH_OK)
        return;
    a->refused = status;
    va_start(args, fmt);
    (void)vsnprintf(a->why, sizeof a->why, fmt, args);
    va_end(args);
}

static void bound(struct ask *a, int rc)
{
    if (rc != SQLITE_OK)
        refuse(a, rc == SQLITE_NOMEM ? EXH_NO_MEMORY : EXH_INVALID, "parameter %d: %s", a->bound,
               sqlite3_errstr(rc));
}

void ask_i64(struct ask *a, int64_t v)
{
    a->bound++;
    if (a->q)
        bound(a, sqlite3_bind_int64(a->q, a->bound, v));
}

void ask_u64(struct ask *a, uint64_t v)
{
    if (v > INT64_MAX)
        refuse(a, EXH_LIMIT, "a number is over 2^63 - 1");
    ask_i64(a, (int64_t)v);
}

static bool is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return utf8_valid((struct exh_bytes){ (const uint8_t *)text, n });
}

void ask_text(struct ask *a, const char *text, size_t size)
{
    const size_t n = strnlen(text, size);

    a->bound++;
    if (n == size) {
        refuse(a, EXH_LIMIT, "a text is longer than %zu bytes", size - 1);
        return;
    }
    if (!is_plain(text, n)) {
        refuse(a, EXH_INVALID, "a text is not UTF-8 without control characters");
        return;
    }
    if (a->q)
        bound(a, sqlite3_bind_text(a->q, a->bound, text, (int)n, SQLITE_STATIC));
}

void ask_blob(struct ask *a, struct exh_bytes bytes, size_t max)
{
    a->bound++;
    if (bytes.n > max) {
        refuse(a, EXH_LIMIT, "%zu bytes, at most %zu are kept", bytes.n, max);
        return;
    }
    // A NULL pointer would be bound as NULL: empty is not absent.
    if (a->q)
        bound(a, sqlite3_bind_blob64(a->q, a->bound, bytes.n ? (const void *)bytes.p : "", bytes.n,
                                     SQLITE_STATIC));
}

void ask_hash(struct ask *a, const uint8_t hash[STORE_HASH])
{
    ask_blob(a, (struct exh_bytes){ hash, STORE_HASH }, STORE_HASH);
}

static bool is_zero(const uint8_t hash[STORE_HASH])
{
    static const uint8_t zeros[STORE_HASH];

    return memcmp(hash, zeros, STORE_HASH) == 0;
}

void ask_opt_hash(struct ask *a, const uint8_t hash[STORE_HASH])
{
    if (is_zero(hash))
        a->bound++; // what is not bound is NULL
    else
        ask_hash(a, hash);
}

void ask_opt_i64(struct ask *a, bool has, int64_t v)
{
    if (has)
        ask_i64(a, v);
    else
        a->bound++;
}

void ask_ref(struct ask *a, int64_t id)
{
    ask_opt_i64(a, id != 0, id);
}

static enum exh_status about(const struct ask *a, struct exh_error *err)
{
    return within(err, a->about);
}

/* Whether it can be stepped. */
static enum exh_status ready(const struct ask *a, struct exh_error *err)
{
    if (!a->q) {
        (void)db_fail(a->s, sqlite3_extended_errcode(a->s->db), err);
        return about(a, err);
    }
    if (a->refused != EXH_OK)
        return fail(err, a->refused, "%s: %s", a->about, a->why);
    return EXH_OK;
}

enum exh_status ask_row(struct ask *a, struct exh_error *err)
{
    enum exh_status status = ready(a, err);

    if (status != EXH_OK)
        return status;
    a->column = 0;
    a->damaged = false;
    int rc = sqlite3_step(a->q);
    if (rc == SQLITE_ROW)
        return EXH_OK;
    if (rc == SQLITE_DONE)
        return fail(err, EXH_NOT_FOUND, "%s: not stored", a->about);
    (void)db_fail(a->s, rc, err);
    return about(a, err);
}

/*
 * SQLite ends a group by itself when the disk is full or fails. What follows must not become a group of
 * its own.
 */
static enum exh_status may_write(const struct ask *a, struct exh_error *err)
{
    enum exh_status status = home_check(a->s->home, err);

    if (status == EXH_OK && a->s->group && sqlite3_get_autocommit(a->s->db))
        status = fail(err, EXH_IO, "the group was undone after an earlier failure");
    return status;
}

static enum exh_status run(struct ask *a, struct exh_error *err)
{
    enum exh_status status = ready(a, err);

    if (status != EXH_OK)
        return status;
    if (may_write(a, err) != EXH_OK)
        return about(a, err);
    int rc = sqlite3_step(a->q);
    if (rc == SQLITE_DONE && sqlite3_changes(a->s->db) > 0)
        return EXH_OK;
    if (rc == SQLITE_DONE)
        return fail(err, EXH_NOT_FOUND, "%s: not stored", a->about);
    (void)db_fail(a->s, rc, err);
    return about(a, err);
}

enum exh_status ask_run(struct ask *a, struct exh_error *err)
{
    enum exh_status status = run(a, err);

    ask_end(a);
    return status;
}

/* The index of the next column if it is of a type, else -1. */
static int next(struct ask *a, int type)
{
    const int i = a->column++;

    if (sqlite3_column_type(a->q, i) == type)
        return i;
    a->damaged = true;
    return -1;
}

int64_t take_i64(struct ask *a)
{
    const int i = next(a, SQLITE_INTEGER);

    return i < 0 ? 0 : sqlite3_column_int64(a->q, i);
}

uint64_t take_u64(struct ask *a)
{
    const int64_t v = take_i64(a);

    if (v < 0)
        a->damaged = true;
    return v < 0 ? 0 : (uint64_t)v;
}

int take_enum(struct ask *a, int first, int last)
{
    const int64_t v = take_i64(a);

    if (v >= first && v <= last)
        return (int)v;
    a->damaged = true;
    return first;
}

bool take_bool(struct ask *a)
{
    return take_enum(a, 0, 1);
}

void take_text(struct ask *a, char *to, size_t size)
{
    const int i = next(a, SQLITE_TEXT);
    const unsigned char *text = i < 0 ? NULL : sqlite3_column_text(a->q, i);
    const size_t n = text ? (size_t)sqlite3_column_bytes(a->q, i) : 0;

    if (!text || n >= size || !is_plain((const char *)text, n)) {
        a->damaged = true;
        to[0] = 0;
        return;
    }
    memcpy(to, text, n);
    to[n] = 0;
}

struct exh_bytes take_bytes(struct ask *a, size_t max)
{
    const int i = next(a, SQLITE_BLOB);
    const uint8_t *p = i < 0 ? NULL : sqlite3_column_blob(a->q, i);
    const size_t n = p ? (size_t)sqlite3_column_bytes(a->q, i) : 0;

    if (n <= max)
        return (struct exh_bytes){ p, n };
    a->damaged = true;
    return (struct exh_bytes){ 0 };
}

size_t take_blob(struct ask *a, uint8_t *to, size_t size)
{
    const struct exh_bytes b = take_bytes(a, size);

    if (b.n)
        memcpy(to, b.p, b.n);
    return b.n;
}

void take_exact(struct ask *a, uint8_t *to, size_t n)
{
    if (take_blob(a, to, n) != n)
        a->damaged = true;
}

static bool is_null(const struct ask *a)
{
    return sqlite3_column_type(a->q, a->column) == SQLITE_NULL;
}

void take_opt_hash(struct ask *a, uint8_t to[STORE_HASH])
{
    if (is_null(a)) {
        a->column++;
        memset(to, 0, STORE_HASH);
    } else {
        take_exact(a, to, STORE_HASH);
    }
}

int64_t take_opt_i64(struct ask *a, bool *has)
{
    *has = !is_null(a);
    if (*has)
        return take_i64(a);
    a->column++;
    return 0;
}

int64_t take_ref(struct ask *a)
{
    bool has;
    const int64_t id = take_opt_i64(a, &has);

    if (has && id <= 0)
        a->damaged = true;
    return id;
}

enum exh_status take_end(struct ask *a, struct exh_error *err)
{
    const bool holds = take_bool(a);

    if (a->damaged || !holds)
        return fail(err, EXH_MALFORMED, "%s: the row is damaged", a->about);
    return EXH_OK;
}

enum exh_status ask_one(struct ask *a, ask_taker *take, void *out, struct exh_error *err)
{
    enum exh_status status = ask_row(a, err);

    if (status == EXH_OK)
        status = take(a, out, err);
    ask_end(a);
    return status;
}

enum exh_status ask_many(struct ask *a, ask_taker *take, void *out, size_t size, size_t max,
                         size_t *n, struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    size_t i = 0;

    while (i < max && (status = ask_row(a, err)) == EXH_OK) {
        status = take(a, (uint8_t *)out + i * size, err);
        if (status != EXH_OK)
            break;
        i++;
    }
    ask_end(a);
    if (status != EXH_OK && status != EXH_NOT_FOUND)
        return status;
    *n = i;
    return EXH_OK;
}
