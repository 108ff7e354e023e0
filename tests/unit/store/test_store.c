#include <sqlite3.h>

#include "store/check.h"
#include "store/columns.h"
#include "store/migrate.h"
#include "store/pages.h"
#include "world.h"

static enum exh_status count_objects(struct store *s, uint64_t *n)
{
    struct store_counts c;
    enum exh_status status = store_count(s, &c, &err);

    *n = c.objects;
    return status;
}

static bool has_value(struct store *s, const char *key, const char *value)
{
    struct buf b = buf_with_limit(STORE_VALUE_MAX);
    const bool same = store_get_value(s, key, &b, &err) == EXH_OK && b.n == strlen(value) &&
                      memcmp(b.p, value, b.n) == 0;

    buf_free(&b);
    return same;
}

static enum exh_status put(struct store *s, const char *key, const char *value)
{
    return store_put_value(s, key, (struct exh_bytes){ (const uint8_t *)value, strlen(value) },
                           &err);
}

static void test_open(void)
{
    struct world w = { 0 };
    struct store_home *other = NULL;
    struct store *s = NULL, *r = NULL;
    int before, after;

    CHECK(store_home_open("/nowhere/at/all", exh_crypto_openssl(), &other, &err) == EXH_NOT_FOUND,
          "no folder: %s", err.text);
    make_folder(w.path);
    must(store_home_open(w.path, exh_crypto_openssl(), &w.home, &err), "home");
    CHECK(store_open(w.home, STORE_READ, &r, &err) == EXH_NOT_FOUND, "read nothing: %s", err.text);
    CHECK(store_try_migrations(w.home, &before, &after, &err) == EXH_NOT_FOUND, "try nothing: %s",
          err.text);
    must(store_open(w.home, STORE_WRITE, &w.s, &err), "first");
    CHECK(store_open(w.home, STORE_WRITE, &s, &err) == EXH_DENIED, "second writer: %s", err.text);
    must(store_home_open(w.path, exh_crypto_openssl(), &other, &err), "second home");
    CHECK(store_open(other, STORE_WRITE, &s, &err) == EXH_DENIED, "writer of another home: %s",
          err.text);
    must(store_open(other, STORE_READ, &r, &err), "reader");
    CHECK(put(r, "a", "b") == EXH_IO, "a reader wrote: %s", err.text);
    CHECK(store_begin(r, &err) == EXH_INVALID, "a reader began a group: %s", err.text);
    CHECK(put(w.s, "a", "b") == EXH_OK && has_value(r, "a", "b"), "reader sees: %s", err.text);
    store_close(r);
    store_home_close(other);
    store_close(w.s);
    w.s = NULL;
    CHECK(store_try_migrations(w.home, &before, &after, &err) == EXH_OK &&
              before == (int)store_migrations_n && after == before,
          "try: %s", err.text);
    store_home_close(w.home);
    world_open(&w);
    CHECK(has_value(w.s, "a", "b"), "not there after opening again: %s", err.text);
    world_end(&w);
}

static void test_groups(void)
{
    struct world w = { 0 };
    struct store *r = NULL;
    uint64_t n = 0;

    make_folder(w.path);
    world_open(&w);
    must(store_open(w.home, STORE_READ, &r, &err), "reader");
    CHECK(store_commit(w.s, &err) == EXH_INVALID, "commit of nothing");
    CHECK(store_begin_part(w.s, &err) == EXH_INVALID, "part of nothing");
    CHECK(store_end_part(w.s, true, &err) == EXH_INVALID, "end of nothing");

    must(store_begin(w.s, &err), "begin");
    CHECK(store_begin(w.s, &err) == EXH_INVALID, "begin twice");
    must(put(w.s, "k", "1"), "put");
    must(store_begin_part(w.s, &err), "part");
    must(put(w.s, "k", "2"), "put");
    CHECK(store_commit(w.s, &err) == EXH_INVALID, "commit with an open part: %s", err.text);
    must(store_end_part(w.s, false, &err), "undo");
    CHECK(has_value(w.s, "k", "1"), "an undone part was kept");
    must(store_begin_part(w.s, &err), "part");
    must(put(w.s, "l", "3"), "put");
    must(store_end_part(w.s, true, &err), "keep");
    CHECK(!has_value(r, "k", "1"), "seen before the commit");
    must(store_commit(w.s, &err), "commit");
    CHECK(has_value(r, "k", "1") && has_value(r, "l", "3"), "not seen after the commit");

    must(store_begin(w.s, &err), "begin");
    must(put(w.s, "k", "4"), "put");
    store_rollback(w.s);
    CHECK(has_value(w.s, "k", "1"), "rolled back, but there");

    must(store_begin_view(r, &err), "view");
    CHECK(has_value(r, "k", "1"), "view");
    must(put(w.s, "k", "5"), "put");
    CHECK(has_value(r, "k", "1"), "a view moved");
    CHECK(store_begin_view(r, &err) == EXH_INVALID, "two views");
    store_end_view(r);
    CHECK(has_value(r, "k", "5"), "after a view");

    CHECK(store_delete_value(w.s, "k", &err) == EXH_OK &&
              store_delete_value(w.s, "k", &err) == EXH_NOT_FOUND,
          "delete: %s", err.text);
    CHECK(count_objects(w.s, &n) == EXH_OK && n == 0, "count: %s", err.text);
    store_close(r);
    world_end(&w);
}

/* The journal is emptied when it is long, and a reader's old view does not make that fail. */
static void test_tidy(void)
{
    struct world w = { 0 };
    struct store *r = NULL;
    struct stat st;
    char path[128], value[4000];
    off_t longest = 0;

    make_folder(w.path);
    world_open(&w);
    (void)snprintf(path, sizeof path, "%s/exhibit.db-wal", w.path);
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = 0;
    must(store_open(w.home, STORE_READ, &r, &err), "reader");
    must(store_begin_view(r, &err), "view");
    CHECK(!has_value(r, "k", "x"), "nothing there");
    for (int i = 0; i < 3000; i++) {
        value[0] = (char)('a' + i % 26);
        must(put(w.s, "k", value), "put");
        must(store_tidy(w.s, &err), "tidy");
        if (i == 1000)
            store_end_view(r);
        if (stat(path, &st) == 0 && st.st_size > longest)
            longest = st.st_size;
    }
    CHECK(longest > 1000 * 4096 && longest < 3000 * 4096, "journal grew to %jd", (intmax_t)longest);
    CHECK(has_value(r, "k", value), "last value");
    store_close(r);
    world_end(&w);
}

static void test_values(void)
{
    struct world w = { 0 };
    char key[STORE_KEY_MAX + 1];
    uint8_t *large = calloc(1, STORE_VALUE_MAX + 1);
    struct buf small = buf_with_limit(3);
    const struct {
        const char *key;
        size_t n;
        enum exh_status want;
    } cases[] = {
        { "a", 0, EXH_OK },
        { "a", STORE_VALUE_MAX, EXH_OK },
        { "a", STORE_VALUE_MAX + 1, EXH_LIMIT },
        { key, 1, EXH_LIMIT },
        { key + 1, 1, EXH_OK },
        { "with\na line", 1, EXH_INVALID },
        { "\xc3\x28", 1, EXH_INVALID },
        { "", 1, EXH_OK },
    };

    make_folder(w.path);
    world_open(&w);
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        enum exh_status got =
            store_put_value(w.s, cases[i].key, (struct exh_bytes){ large, cases[i].n }, &err);
        CHECK(got == cases[i].want, "row %zu: %s", i, err.text);
    }
    CHECK(store_get_value(w.s, "a", &small, &err) == EXH_LIMIT, "small buffer: %s", err.text);
    CHECK(store_get_value(w.s, "b", &small, &err) == EXH_NOT_FOUND, "none: %s", err.text);
    free(large);
    buf_free(&small);
    world_end(&w);
}

/* columns.h and the schema say the same, and every table is a table of ours. */
static void test_columns(void)
{
    static const struct {
        const char *table, *columns;
    } tables[] = {
        { "account", ACCOUNT_COLUMNS },
        { "alarm", ALARM_COLUMNS },
        { "ban", BAN_COLUMNS },
        { "blob", BLOB_COLUMNS },
        { "certificate", CERTIFICATE_COLUMNS },
        { "contact", CONTACT_COLUMNS },
        { "custody", CUSTODY_COLUMNS },
        { "custody_head", CUSTODY_HEAD_COLUMNS },
        { "invitation", INVITATION_COLUMNS },
        { "lease", LEASE_COLUMNS },
        { "log_entry", LOG_ENTRY_COLUMNS },
        { "object", OBJECT_COLUMNS },
        { "state", STATE_COLUMNS },
        { "upload", UPLOAD_COLUMNS },
        { "version", VERSION_COLUMNS },
    };
    struct world w = { 0 };
    sqlite3_stmt *q = NULL;
    size_t n = 0;

    make_folder(w.path);
    world_open(&w);
    CHECK(sqlite3_prepare_v2(w.s->db,
                             "SELECT m.name, group_concat(x.name, ', ')"
                             " FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x"
                             " WHERE m.type = 'table' AND x.hidden = 0"
                             " GROUP BY m.name ORDER BY m.name",
                             -1, &q, NULL) == SQLITE_OK,
          "%s", sqlite3_errmsg(w.s->db));
    while (sqlite3_step(q) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 0);
        const char *columns = (const char *)sqlite3_column_text(q, 1);
        const bool known = n < ARRAY_N(tables) && strcmp(tables[n].table, name) == 0;
        if (CHECK(known, "table %s", name))
            CHECK(strcmp(tables[n].columns, columns) == 0, "%s: %s", name, columns);
        n++;
    }
    CHECK(n == ARRAY_N(tables), "%zu tables", n);
    (void)sqlite3_finalize(q);
    // Each has a sum over all its columns, and a trigger that keeps a damaged row as it is.
    CHECK(sqlite3_prepare_v2(w.s->db,
                             "SELECT name FROM sqlite_schema m WHERE type = 'table' AND NOT EXISTS"
                             " (SELECT 1 FROM sqlite_schema t WHERE t.type = 'trigger'"
                             "  AND t.tbl_name = m.name AND t.sql LIKE '%BEFORE UPDATE%')"
                             " OR type = 'table' AND sql NOT LIKE '%(row_sum(%' || name || '''%'",
                             -1, &q, NULL) == SQLITE_OK,
          "%s", sqlite3_errmsg(w.s->db));
    while (sqlite3_step(q) == SQLITE_ROW)
        CHECK(false, "table %s has no sum or no trigger", sqlite3_column_text(q, 0));
    (void)sqlite3_finalize(q);
    world_end(&w);
}

static int version_of(struct store *s)
{
    sqlite3_stmt *q = NULL;
    int version = -1;

    if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        version = sqlite3_column_int(q, 0);
    (void)sqlite3_finalize(q);
    return version;
}

static void test_migrations(void)
{
    static const struct migration more[] = {
        { "0001", "" },
        { "0002", "CREATE TABLE extra (id INTEGER PRIMARY KEY, sum BLOB) STRICT;" },
        { "0003", "INSERT INTO extra VALUES (1, x''); ALTER TABLE extra ADD COLUMN more TEXT;" },
    };
    static const struct migration bad[] = {
        { "0001", "" },
        { "0002", "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;" },
        { "0003", "INSERT INTO extra VALUES (1); INSERT INTO extra VALUES (1);" },
    };
    static const struct migration dangling[] = {
        { "0001", "" },
        { "0002", "UPDATE lease SET account = 77;" },
    };
    struct world w;
    struct store *r = NULL;
    char path[128];
    int before = 0, after = 0;

    world_make(&w);
    CHECK(version_of(w.s) == 1, "version %d", version_of(w.s));
    CHECK(migrate(w.s, bad, ARRAY_N(bad), &err) == EXH_INVALID && version_of(w.s) == 1,
          "a failing step: %s", err.text);
    CHECK(strncmp(err.text, "0003: ", 6) == 0, "names the step: %s", err.text);
    CHECK(migrate(w.s, dangling, ARRAY_N(dangling), &err) == EXH_MALFORMED && version_of(w.s) == 1,
          "a dangling reference: %s", err.text);
    CHECK(migrate_try(w.s, more, ARRAY_N(more), &before, &after, &err) == EXH_OK && before == 1 &&
              after == 3 && version_of(w.s) == 1,
          "try: %s", err.text);
    CHECK(migrate(w.s, more, ARRAY_N(more), &err) == EXH_OK && version_of(w.s) == 3, "%s",
          err.text);
    (void)snprintf(path, sizeof path, "%s/exhibit.db.before-2", w.path);
    CHECK(access(path, F_OK) == 0, "no copy of before");
    CHECK(migrate(w.s, more, ARRAY_N(more), &err) == EXH_OK, "again: %s", err.text);
    CHECK(migrate(w.s, more, 2, &err) == EXH_UNSUPPORTED, "a later version: %s", err.text);
    CHECK(store_open(w.home, STORE_READ, &r, &err) == EXH_UNSUPPORTED, "reader: %s", err.text);
    world_end(&w);
}

static void write_file(const char *folder, const void *p, size_t n)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/exhibit.db", folder);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
        abort();
}

/* What is not ours is refused, and left as it is. */
static void test_foreign(void)
{
    static const struct {
        const char *name, *sql;
        enum exh_status want;
    } cases[] = {
        { "another program's", "CREATE TABLE t (a); PRAGMA user_version = 1", EXH_MALFORMED },
        { "no pages of ours", "PRAGMA application_id = 1165518946; CREATE TABLE t (a)",
          EXH_MALFORMED },
    };
    struct world w = { 0 };
    struct store *s = NULL;
    sqlite3 *db = NULL;
    char path[128];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        make_folder(w.path);
        (void)snprintf(path, sizeof path, "%s/exhibit.db", w.path);
        CHECK(sqlite3_open(path, &db) == SQLITE_OK &&
                  sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL) == SQLITE_OK,
              "%s", sqlite3_errmsg(db));
        (void)sqlite3_close(db);
        must(store_home_open(w.path, exh_crypto_openssl(), &w.home, &err), "home");
        CHECK(store_open(w.home, STORE_WRITE, &s, &err) == cases[i].want, "%s: %s", cases[i].name,
              err.text);
        CHECK(store_open(w.home, STORE_READ, &s, &err) == cases[i].want, "%s: %s", cases[i].name,
              err.text);
        store_home_close(w.home);
        remove_folder(w.path);
    }
    make_folder(w.path);
    write_file(w.path, "no database at all, but some text", 33);
    must(store_home_open(w.path, exh_crypto_openssl(), &w.home, &err), "home");
    CHECK(store_open(w.home, STORE_WRITE, &s, &err) == EXH_MALFORMED, "text: %s", err.text);
    store_home_close(w.home);
    remove_folder(w.path);
}

int main(void)
{
    test_open();
    test_groups();
    test_tidy();
    test_values();
    test_columns();
    test_migrations();
    test_foreign();
    return check_done();
}
