/*
 * db.h -- inside of a store: one connection to the database, and its prepared statements.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/home.h"

#define STATEMENTS_MAX 256 // a power of two, over twice the number of statements in src/store

struct store {
    struct store_home *home; // borrowed
    sqlite3 *db;
    enum store_mode mode;
    int lock;    // descriptor of the writer's lock, else -1
    int group;   // depth of store_begin() and of questions with several statements
    int journal; // pages in the journal after the last commit
    struct statement {
        const char *sql; // its address is the key
        sqlite3_stmt *q; // owned
    } statements[STATEMENTS_MAX];
};

/*
 * The prepared statement of a text, made at its first use. sql is a constant: it is known by its
 * address, and lives as long as the program. NULL: sqlite3_errmsg() says why.
 */
sqlite3_stmt *db_query(struct store *s, const char *sql);

/* fail() with what SQLite says of rc, as the status that it means. */
enum exh_status db_fail(struct store *s, int rc, struct exh_error *err);

/* Run statements without parameters or rows. */
NODISCARD enum exh_status db_run(struct store *s, const char *sql, struct exh_error *err);

/*
 * A change of several statements: all of it or nothing. Within a group it is a part of that, else a
 * group of its own. db_end() takes the status so far and returns the final one.
 *
 *     enum exh_status status = db_begin(s, err);
 *     if (status == EXH_OK)
 *         status = db_end(s, first(s, err) == EXH_OK ? second(s, err) : err->status, err);
 */
NODISCARD enum exh_status db_begin(struct store *s, struct exh_error *err);
NODISCARD enum exh_status db_end(struct store *s, enum exh_status status, struct exh_error *err);

/*
 * Copy the database as it is now, or in the view that is open, to a path in the folder of `to`, which is
 * replaced; page by page, with sums, and on stable storage but for its name.
 */
NODISCARD enum exh_status db_copy(struct store *s, struct store_home *to, const char *path,
                                  struct exh_error *err);

#endif
