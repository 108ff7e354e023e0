#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/ask.h"
#include "store/migrate.h"
#include "store/pages.h"
#include "store/sums.h"

#define BUSY_MS       10000           // how long a connection waits for another's commit
#define JOURNAL_PAGES 1000            // pages in the journal from which on it is emptied
#define LENGTH_MAX    ((int)16 << 20) // bytes of one value or row; the longest are the sums of a blob

sqlite3_stmt *db_query(struct store *s, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) % STATEMENTS_MAX;

    for (size_t tries = 0; tries < STATEMENTS_MAX; tries++, i = (i + 1) % STATEMENTS_MAX) {
        struct statement *st = &s->statements[i];
        if (st->sql == sql)
            return st->q;
        if (st->sql)
            continue;
        if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->q, NULL) !=
            SQLITE_OK)
            return NULL;
        st->sql = sql;
        return st->q;
    }
    return NULL;
}

enum exh_status db_fail(struct store *s, int rc, struct exh_error *err)
{
    const char *text = sqlite3_errmsg(s->db);

    switch (rc & 0xff) {
    case SQLITE_NOMEM: return fail_no_memory(err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail(err, EXH_MALFORMED, "the database is damaged: %s", text);
    case SQLITE_CONSTRAINT:
        if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
            rc == SQLITE_CONSTRAINT_ROWID)
            return fail(err, EXH_INVALID, "exists already");
        if (rc == SQLITE_CONSTRAINT_TRIGGER) // of the schema: what is there may not be changed
            return fail(err, EXH_MALFORMED, "%s", text);
        return fail(err, EXH_INVALID, "not allowed: %s", text);
    case SQLITE_TOOBIG: return fail(err, EXH_LIMIT, "%s", text);
    }
    if (rc == SQLITE_IOERR_DATA)
        return fail(err, EXH_MALFORMED, "a page of the database is damaged");
    return fail(err, EXH_IO, "database: %s (%d)", text, rc);
}

enum exh_status db_run(struct store *s, const char *sql, struct exh_error *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? EXH_OK : db_fail(s, sqlite3_extended_errcode(s->db), err);
}

/* One of the statements that begin and end groups; they have no rows and change none. */
static enum exh_status step(struct store *s, const char *sql, struct exh_error *err)
{
    sqlite3_stmt *q = db_query(s, sql);

    if (!q)
        return db_fail(s, sqlite3_extended_errcode(s->db), err);
    int rc = sqlite3_step(q);
    (void)sqlite3_reset(q);
    return rc == SQLITE_DONE ? EXH_OK : db_fail(s, rc, err);
}

static enum exh_status begin_group(struct store *s, struct exh_error *err)
{
    enum exh_status status = home_check(s->home, err);

    if (status != EXH_OK)
        return status;
    if (s->mode != STORE_WRITE)
        return fail(err, EXH_INVALID, "a store opened for reading cannot write");
    status = step(s, "BEGIN IMMEDIATE", err);
    if (status == EXH_OK)
        s->group = 1;
    return status;
}

static enum exh_status alive(struct store *s, struct exh_error *err)
{
    if (sqlite3_get_autocommit(s->db))
        return fail(err, EXH_IO, "the group was undone after an earlier failure");
    return EXH_OK;
}

static enum exh_status commit_group(struct store *s, struct exh_error *err)
{
    enum exh_status status = alive(s, err);

    if (status == EXH_OK)
        status = step(s, "COMMIT", err);
    if (status != EXH_OK)
        store_rollback(s);
    s->group = 0;
    return status;
}

enum exh_status store_begin(struct store *s, struct exh_error *err)
{
    if (s->group)
        return fail(err, EXH_INVALID, "a group is open already");
    return begin_group(s, err);
}

enum exh_status store_commit(struct store *s, struct exh_error *err)
{
    if (s->group != 1)
        return fail(err, EXH_INVALID, s->group ? "a part is open" : "no group is open");
    return commit_group(s, err);
}

void store_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->group = 0;
}

/* All parts have one name: the innermost is meant. */
static enum exh_status begin_part(struct store *s, struct exh_error *err)
{
    enum exh_status status = alive(s, err);

    if (status == EXH_OK)
        status = step(s, "SAVEPOINT part", err);
    if (status == EXH_OK)
        s->group++;
    return status;
}

static enum exh_status end_part(struct store *s, bool keep, struct exh_error *err)
{
    enum exh_status status = alive(s, err);

    s->group--;
    if (status == EXH_OK && !keep)
        status = step(s, "ROLLBACK TO part", err);
    return status == EXH_OK ? step(s, "RELEASE part", err) : status;
}

enum exh_status store_begin_part(struct store *s, struct exh_error *err)
{
    if (!s->group)
        return fail(err, EXH_INVALID, "no group is open");
    return begin_part(s, err);
}

enum exh_status store_end_part(struct store *s, bool keep, struct exh_error *err)
{
    if (s->group < 2)
        return fail(err, EXH_INVALID, "no part is open");
    return end_part(s, keep, err);
}

enum exh_status db_begin(struct store *s, struct exh_error *err)
{
    return s->group ? begin_part(s, err) : begin_group(s, err);
}

enum exh_status db_end(struct store *s, enum exh_status status, struct exh_error *err)
{
    struct exh_error second;

    if (s->group > 1) {
        const enum exh_status ended =
            end_part(s, status == EXH_OK, status == EXH_OK ? err : &second);
        return status == EXH_OK ? ended : status;
    }
    if (status == EXH_OK)
        return commit_group(s, err);
    store_rollback(s);
    return status;
}

enum exh_status store_tidy(struct store *s, struct exh_error *err)
{
    enum exh_status status = home_check(s->home, err);

    if (status != EXH_OK || s->journal < JOURNAL_PAGES)
        return status;
    // Passive: waits for nobody. What a reader still needs stays in the journal until the next time.
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (rc == SQLITE_OK || rc == SQLITE_BUSY)
        return EXH_OK;
    (void)db_fail(s, rc, err);
    return within(err, "moving the journal into the database");
}

enum exh_status store_begin_view(struct store *s, struct exh_error *err)
{
    if (s->group || !sqlite3_get_autocommit(s->db))
        return fail(err, EXH_INVALID, "a group or a view is open already");
    return step(s, "BEGIN", err);
}

void store_end_view(struct store *s)
{
    store_rollback(s);
}

static int remember_journal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *s = ctx;

    (void)db;
    (void)name;
    s->journal = pages;
    return SQLITE_OK;
}

static enum exh_status connect_to(struct store *s, bool create, struct exh_error *err)
{
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int reserved = PAGE_SUM;
    int rc = sqlite3_open_v2(s->home->database, &s->db, flags, s->home->vfs_name);

    if (!s->db)
        return fail_no_memory(err);
    (void)sqlite3_extended_result_codes(s->db, 1);
    if (rc != SQLITE_OK && !create && faccessat(s->home->fd, DATABASE, F_OK, 0) != 0)
        return fail(err, EXH_NOT_FOUND, "there is no database yet");
    if (rc != SQLITE_OK)
        return db_fail(s, sqlite3_extended_errcode(s->db), err);
    (void)sqlite3_busy_timeout(s->db, BUSY_MS);
    (void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_wal_hook(s->db, remember_journal, s); // also: SQLite empties no journal by itself
    rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    return rc == SQLITE_OK ? sums_register(s->db, s->home->crypto, err) : db_fail(s, rc, err);
}

static enum exh_status configure(struct store *s, struct exh_error *err)
{
    enum exh_status status = db_run(s,
                                    "PRAGMA page_size = 4096;"
                                    "PRAGMA journal_mode = WAL;"
                                    "PRAGMA synchronous = FULL;"
                                    "PRAGMA journal_size_limit = 67108864;"
                                    "PRAGMA foreign_keys = ON;"
                                    "PRAGMA trusted_schema = OFF;"
                                    "PRAGMA cell_size_check = ON;"
                                    "PRAGMA temp_store = MEMORY",
                                    err);

    if (status == EXH_OK && s->mode == STORE_READ)
        status = db_run(s, "PRAGMA query_only = ON", err);
    return status;
}

static enum exh_status open_all(struct store *s, struct exh_error *err)
{
    enum exh_status status;

    if (s->mode == STORE_WRITE && (status = home_lock(s->home, &s->lock, err)) != EXH_OK)
        return status;
    if ((status = connect_to(s, s->mode == STORE_WRITE, err)) != EXH_OK ||
        (status = configure(s, err)) != EXH_OK)
        return status;
    if (s->mode == STORE_READ)
        return migrate_check(s, store_migrations_n, err);
    // SQLite syncs the folder for its journal, but not for the database that it made.
    if ((status = home_sync(s->home, s->home->fd, ".", err)) != EXH_OK)
        return status;
    return migrate(s, store_migrations, store_migrations_n, err);
}

static struct store *store_new(struct store_home *home, enum store_mode mode)
{
    struct store *s = calloc(1, sizeof *s);

    if (s) {
        s->home = home;
        s->mode = mode;
        s->lock = -1;
    }
    return s;
}

enum exh_status store_open(struct store_home *home, enum store_mode mode, struct store **out,
                           struct exh_error *err)
{
    struct store *s = store_new(home, mode);

    if (!s)
        return fail_no_memory(err);
    if (open_all(s, err) != EXH_OK) {
        store_close(s);
        return within(err, home->database);
    }
    *out = s;
    return EXH_OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->db)
        store_rollback(s);
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        (void)sqlite3_finalize(s->statements[i].q);
    (void)sqlite3_close(s->db); // the last one empties the journal
    if (s->lock >= 0)
        (void)close(s->lock);
    free(s);
}

enum exh_status store_try_migrations(struct store_home *home, int *before, int *after,
                                     struct exh_error *err)
{
    struct store *s = store_new(home, STORE_WRITE);
    enum exh_status status;

    if (!s)
        return fail_no_memory(err);
    if ((status = home_lock(s->home, &s->lock, err)) != EXH_OK ||
        (status = connect_to(s, false, err)) != EXH_OK || (status = configure(s, err)) != EXH_OK ||
        (status = migrate_try(s, store_migrations, store_migrations_n, before, after, err)) !=
            EXH_OK)
        (void)within(err, home->database);
    store_close(s);
    return status;
}
