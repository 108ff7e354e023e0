/*
 * sums.h -- the sum of a row: row_sum(table, column...), for SQLite.
 *
 * Half of the SHA-256 over each value's type, length and bytes. A table's last column is generated from
 * it, so that every change of a row writes it anew, and ROWS() in ask.h asks whether it holds.
 */
#ifndef STORE_SUMS_H
#define STORE_SUMS_H

#include "store/home.h"

#define ROW_SUM 16u // bytes of a row's sum

/* Make the function known to a connection. The table of cryptography is borrowed as long as that lives. */
NODISCARD enum exh_status sums_register(sqlite3 *db, const struct exh_crypto *crypto,
                                        struct exh_error *err);

#endif
