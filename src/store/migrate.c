#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

/* A pragma's number. Pragmas take no parameters. */
static enum exh_status number_of(struct store *s, const char *sql, int *out, struct exh_error *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int(q, 0);
    (void)sqlite3_finalize(q);
    return rc == SQLITE_ROW ? EXH_OK : db_fail(s, rc, err);
}

static enum exh_status version_of(struct store *s, size_t newest, int *version,
                                  struct exh_error *err)
{
    int id = 0, tables = 0;
    enum exh_status status;

    if ((status = number_of(s, "PRAGMA application_id", &id, err)) != EXH_OK ||
        (status = number_of(s, "PRAGMA user_version", version, err)) != EXH_OK ||
        (status = number_of(s, "SELECT count(*) FROM sqlite_schema", &tables, err)) != EXH_OK)
        return status;
    if (id != APPLICATION_ID && (id || *version || tables))
        return fail(err, EXH_UNSUPPORTED, "the database was not made by exhibitd");
    if (*version < 0 || (size_t)*version > newest)
        return fail(err, EXH_UNSUPPORTED,
                    "the schema has number %d, made by a later version; this one knows up to %zu",
                    *version, newest);
    return EXH_OK;
}

static enum exh_status set_version(struct store *s, int version, struct exh_error *err)
{
    char sql[96];

    // Our own numbers; a pragma takes no parameter.
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   APPLICATION_ID, version);
    return db_run(s, sql, err);
}

static enum exh_status no_broken_reference(struct store *s, struct exh_error *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA foreign_key_check", -1, &q, NULL);
    enum exh_status status = EXH_OK;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        status = fail(err, EXH_MALFORMED, "table %s: a row refers to one that is not there",
                      (const char *)sqlite3_column_text(q, 0));
    else if (rc != SQLITE_DONE)
        status = db_fail(s, rc, err);
    (void)sqlite3_finalize(q);
    return status;
}

static enum exh_status run_steps(struct store *s, const struct migration *steps, int from, size_t n,
                                 struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = (size_t)from; i < n && status == EXH_OK; i++) {
        status = db_run(s, steps[i].sql, err);
        if (status != EXH_OK)
            return within(err, steps[i].name);
    }
    if (status == EXH_OK)
        status = set_version(s, (int)n, err);
    return status == EXH_OK ? no_broken_reference(s, err) : status;
}

/* Steps that make a table anew need references to be left alone meanwhile. */
static enum exh_status run_all(struct store *s, const struct migration *steps, int from, size_t n,
                               bool keep, struct exh_error *err)
{
    enum exh_status status = db_run(s, "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE", err);

    if (status == EXH_OK)
        status = run_steps(s, steps, from, n, err);
    if (status == EXH_OK && keep)
        status = db_run(s, "COMMIT", err);
    if (!sqlite3_get_autocommit(s->db))
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    struct exh_error second;
    const enum exh_status again = db_run(s, "PRAGMA foreign_keys = ON", &second);
    if (status == EXH_OK && again != EXH_OK)
        *err = second;
    return status == EXH_OK ? again : status;
}

static enum exh_status keep_copy(struct store *s, int version, struct exh_error *err)
{
    char path[PATH_MAX];
    const int n = snprintf(path, sizeof path, "%s.before-%d", s->home->database, version + 1);

    if (n < 0 || (size_t)n >= sizeof path)
        return fail(err, EXH_LIMIT, "the path of a copy is too long");
    return db_copy(s, s->home, path, err);
}

enum exh_status migrate(struct store *s, const struct migration *steps, size_t n,
                        struct exh_error *err)
{
    int version = 0;
    enum exh_status status = version_of(s, n, &version, err);

    if (status != EXH_OK || (size_t)version == n)
        return status;
    if (version > 0)
        status = keep_copy(s, version, err);
    return status == EXH_OK ? run_all(s, steps, version, n, true, err) : status;
}

enum exh_status migrate_try(struct store *s, const struct migration *steps, size_t n, int *before,
                            int *after, struct exh_error *err)
{
    int version = 0;
    enum exh_status status = version_of(s, n, &version, err);

    if (status == EXH_OK && (size_t)version < n)
        status = run_all(s, steps, version, n, false, err);
    if (status != EXH_OK)
        return status;
    *before = version;
    *after = (int)n;
    return EXH_OK;
}

enum exh_status migrate_check(struct store *s, size_t n, struct exh_error *err)
{
    int version = 0;
    enum exh_status status = version_of(s, n, &version, err);

    if (status == EXH_OK && (size_t)version != n)
        return fail(err, EXH_UNSUPPORTED,
                    "the schema has number %d, %zu is needed: start exhibitd once", version, n);
    return status;
}
