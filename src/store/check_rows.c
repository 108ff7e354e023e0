#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/ask.h"
#include "store/check_run.h"
#include "store/columns.h"
#include "store/custody.h"

#define MESSAGES_MAX 100 // of SQLite's own check

struct table {
    const char *name;
    const char *sql; // what a row is called, and whether it holds
};

#define TABLE(name, key, columns)                                                     \
    {                                                                                 \
        name, "SELECT CAST(" key " AS TEXT), " ROW_HOLDS(name, columns) " FROM " name \
    }

static const struct table tables[] = {
    TABLE("state", "key", STATE_COLUMNS),
    TABLE("account", "id", ACCOUNT_COLUMNS),
    TABLE("invitation", "hex(id)", INVITATION_COLUMNS),
    TABLE("certificate", "id", CERTIFICATE_COLUMNS),
    TABLE("lease", "id", LEASE_COLUMNS),
    TABLE("blob", "hex(hash)", BLOB_COLUMNS),
    TABLE("object", "hex(oid)", OBJECT_COLUMNS),
    TABLE("version", "id", VERSION_COLUMNS),
    TABLE("upload", "hex(id)", UPLOAD_COLUMNS),
    TABLE("log_entry", "idx", LOG_ENTRY_COLUMNS),
    TABLE("custody", "hex(oid) || ' ' || seq", CUSTODY_COLUMNS),
    TABLE("custody_head", "hex(oid)", CUSTODY_HEAD_COLUMNS),
    TABLE("ban", "source || ' ' || account", BAN_COLUMNS),
    TABLE("alarm", "id", ALARM_COLUMNS),
    TABLE("contact", "account", CONTACT_COLUMNS),
};

/* What must not be there: each row is a finding, its first column says which. */
static const struct table rules[] = {
    { "object", "SELECT hex(oid) FROM object o WHERE version IS NOT"
                " (SELECT max(number) FROM version v WHERE v.object = o.id) OR head IS NOT"
                " (SELECT head FROM version v WHERE v.object = o.id AND v.number = o.version)"
                " OR version <> (SELECT count(*) FROM version v WHERE v.object = o.id)" },
    { "version", "SELECT v.id FROM version v JOIN blob b ON b.hash = v.body"
                 " WHERE b.size <> v.size" },
    { "version", "SELECT id FROM version WHERE log_idx >="
                 " (SELECT coalesce(max(idx) + 1, 0) FROM log_entry)" },
};

static void row_found(struct check *c, const char *table, const char *row, const char *text)
{
    check_found(c, STORE_DAMAGED, text, "row %.100s of %s", row, table);
}

/* A table's rows, each with its sum. Where a page cannot be read the rest of the table is not seen. */
static enum exh_status check_table(struct check *c, const struct table *t, struct exh_error *err)
{
    sqlite3_stmt *q = db_query(c->s, t->sql);
    int rc = q ? SQLITE_ROW : sqlite3_extended_errcode(c->s->db);

    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *row = (const char *)sqlite3_column_text(q, 0);
        c->counts.rows++;
        if (sqlite3_column_int(q, 1) != 1)
            row_found(c, t->name, row ? row : "?", "its sum does not hold");
    }
    enum exh_status status = rc == SQLITE_DONE ? EXH_OK : db_fail(c->s, rc, err);
    (void)sqlite3_reset(q);
    return check_status(c, status, err, t->name);
}

static enum exh_status check_rule(struct check *c, const struct table *t, struct exh_error *err)
{
    sqlite3_stmt *q = db_query(c->s, t->sql);
    int rc = q ? SQLITE_ROW : sqlite3_extended_errcode(c->s->db);

    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *row = (const char *)sqlite3_column_text(q, 0);
        row_found(c, t->name, row ? row : "?", "it contradicts the rows that it belongs to");
    }
    enum exh_status status = rc == SQLITE_DONE ? EXH_OK : db_fail(c->s, rc, err);
    (void)sqlite3_reset(q);
    return check_status(c, status, err, t->name);
}

/* SQLite's own checks: one row of text for each finding; "ok" is none. */
static enum exh_status check_pragma(struct check *c, const char *sql, const char *what,
                                    struct exh_error *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(c->s->db, sql, -1, &q, NULL);

    for (int i = 0; rc == SQLITE_OK || rc == SQLITE_ROW; i++) {
        rc = sqlite3_step(q);
        const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
        if (text && strcmp(text, "ok") != 0 && i < MESSAGES_MAX)
            check_found(c, STORE_DAMAGED, text, "%s", what);
    }
    enum exh_status status = rc == SQLITE_DONE ? EXH_OK : db_fail(c->s, rc, err);
    (void)sqlite3_finalize(q);
    return check_status(c, status, err, what);
}

enum exh_status check_rows(struct check *c, struct exh_error *err)
{
    enum exh_status status =
        check_pragma(c, "PRAGMA integrity_check", "structure of the database", err);

    if (status == EXH_OK)
        status = check_pragma(c, "PRAGMA foreign_key_check", "references between tables", err);
    for (size_t i = 0; i < ARRAY_N(tables) && status == EXH_OK; i++)
        status = check_table(c, &tables[i], err);
    for (size_t i = 0; i < ARRAY_N(rules) && status == EXH_OK; i++)
        status = check_rule(c, &rules[i], err);
    return status;
}

/* One object's chain: all entries, and that it ends where its head says. */
static enum exh_status check_chain(struct check *c, const uint8_t oid[STORE_HASH],
                                   struct exh_error *err)
{
    struct store_custody e;
    uint8_t hash[STORE_HASH], last[STORE_HASH] = { 0 };
    uint64_t seq, at = 0;
    size_t n = 1;
    enum exh_status status = store_get_custody_head(c->s, oid, &seq, hash, err);

    while (status == EXH_OK && n) {
        status = store_list_custody(c->s, oid, at, &e, 1, &n, err);
        if (status != EXH_OK || !n)
            break;
        if (memcmp(e.previous, last, STORE_HASH) != 0)
            return fail(err, EXH_MALFORMED, "entry %" PRIu64 " does not follow the one before it",
                        e.seq);
        memcpy(last, e.hash, STORE_HASH);
        at = e.seq;
    }
    if (status == EXH_OK && (at != seq || memcmp(last, hash, STORE_HASH) != 0))
        return fail(err, EXH_MALFORMED, "the chain ends at %" PRIu64 ", its head says %" PRIu64, at,
                    seq);
    return status;
}

enum exh_status check_custody(struct check *c, struct exh_error *err)
{
    // Objects with entries or a head; a chain without its head is found, too.
    sqlite3_stmt *q = db_query(c->s, "SELECT oid FROM custody_head UNION SELECT oid FROM custody");
    int rc = q ? SQLITE_ROW : sqlite3_extended_errcode(c->s->db);
    enum exh_status status = EXH_OK;
    char what[96];

    while (status == EXH_OK && q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        uint8_t oid[STORE_HASH] = { 0 };
        if (sqlite3_column_bytes(q, 0) == STORE_HASH)
            memcpy(oid, sqlite3_column_blob(q, 0), STORE_HASH);
        (void)snprintf(what, sizeof what, "custody of object %s", hash_text(oid).hex);
        status = check_status(c, check_chain(c, oid, err), err, what);
    }
    if (status == EXH_OK && rc != SQLITE_DONE)
        status = check_status(c, db_fail(c->s, rc, err), err, "custody");
    (void)sqlite3_reset(q);
    return status;
}
