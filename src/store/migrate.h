/*
 * migrate.h -- the schema, as numbered steps that are only ever added: migrations/NNNN.sql.
 *
 * Step k brings user_version from k - 1 to k; all that are missing run in one transaction. A database
 * that has rows is copied beside itself first (exhibit.db.before-K).
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    const char *name; // "0001"
    const char *sql;
};

extern const struct migration store_migrations[]; // made from migrations/ by embed.py
extern const size_t store_migrations_n;

#define APPLICATION_ID 0x45786862 // "Exhb", in the header of the database

/* EXH_UNSUPPORTED when the database is not ours, or of a later version. */
NODISCARD enum exh_status migrate(struct store *s, const struct migration *steps, size_t n,
                                  struct exh_error *err);

/* The same, rolled back at the end, with the numbers before and after. */
NODISCARD enum exh_status migrate_try(struct store *s, const struct migration *steps, size_t n,
                                      int *before, int *after, struct exh_error *err);

/* Whether the schema is exactly step n's: what a reader needs. */
NODISCARD enum exh_status migrate_check(struct store *s, size_t n, struct exh_error *err);

#endif
