/*
 * ask.h -- one question to the database: bind, step, take the columns in order.
 *
 *     struct ask a = ask(s, ROWS("alarm", ALARM_COLUMNS) "WHERE id = ?1", "alarm %" PRId64, id);
 *     ask_i64(&a, id);
 *     enum exh_status status = ask_row(&a, err);
 *     if (status == EXH_OK)
 *         status = alarm_take(&a, out, err);     // take_...() in the order of the columns, take_end()
 *     ask_end(&a);
 *
 * It works as a reader does: a parameter that cannot be bound and a column that does not hold what it
 * must are remembered, and ask_row() or take_end() tells. Messages begin with what was asked about.
 */
#ifndef STORE_ASK_H
#define STORE_ASK_H

#include "store/db.h"

/*
 * Every table has a last column `sum`, over its name and all other columns (migrations/, sums.c). A
 * question for rows takes all of them, so that the sum is checked wherever a row is read.
 */
#define ROW_HOLDS(table, columns) "sum IS row_sum('" table "', " columns ")"
#define ROWS(table, columns)      "SELECT " columns ", " ROW_HOLDS(table, columns) " FROM " table " "

struct ask {
    struct store *s;
    sqlite3_stmt *q;         // NULL: it could not be prepared
    enum exh_status refused; // of a parameter
    int bound;               // parameters bound so far
    int column;              // columns taken so far
    bool damaged;            // a column does not hold what it must
    char about[96];
    char why[96]; // a parameter was refused
};

PRINTF_LIKE(3, 4) struct ask ask(struct store *s, const char *sql, const char *about, ...);
void ask_end(struct ask *a);

/* The next parameter. Text is UTF-8 without control characters, of at most size - 1 bytes. */
void ask_i64(struct ask *a, int64_t v);
void ask_u64(struct ask *a, uint64_t v); // at most INT64_MAX
void ask_text(struct ask *a, const char *text, size_t size);
void ask_blob(struct ask *a, struct exh_bytes bytes, size_t max);
void ask_hash(struct ask *a, const uint8_t hash[STORE_HASH]);
void ask_opt_hash(struct ask *a, const uint8_t hash[STORE_HASH]); // zeros: NULL
void ask_opt_i64(struct ask *a, bool has, int64_t v);             // else NULL
void ask_ref(struct ask *a, int64_t id);                          // 0: NULL

/* The next row: EXH_OK, or EXH_NOT_FOUND with the sentence "…: not stored". */
NODISCARD enum exh_status ask_row(struct ask *a, struct exh_error *err);

/*
 * Run a change and end. EXH_NOT_FOUND when it changed no row; the caller who knows better says so.
 * EXH_INVALID "…: exists already" when a unique column would no longer be one.
 */
NODISCARD enum exh_status ask_run(struct ask *a, struct exh_error *err);

/* The next column. What is not of its type, size or range makes the row damaged. */
int64_t take_i64(struct ask *a);
uint64_t take_u64(struct ask *a);
int take_enum(struct ask *a, int first, int last);
bool take_bool(struct ask *a);
void take_text(struct ask *a, char *to, size_t size);
void take_exact(struct ask *a, uint8_t *to, size_t n);
size_t take_blob(struct ask *a, uint8_t *to, size_t size); // up to size bytes
struct exh_bytes take_bytes(struct ask *a, size_t max);    // borrowed until the next step
void take_opt_hash(struct ask *a, uint8_t to[STORE_HASH]); // NULL: zeros
int64_t take_opt_i64(struct ask *a, bool *has);
int64_t take_ref(struct ask *a); // NULL: 0

/* The last column, the row's sum. EXH_MALFORMED "…: the row is damaged". */
NODISCARD enum exh_status take_end(struct ask *a, struct exh_error *err);

/* A question whose answer is one row of `take`, put into *out when it holds. Ends the question. */
typedef enum exh_status ask_taker(struct ask *a, void *out, struct exh_error *err);
NODISCARD enum exh_status ask_one(struct ask *a, ask_taker *take, void *out, struct exh_error *err);

/* The same for up to `max` rows of `size` bytes each. None is no error. Ends the question. */
NODISCARD enum exh_status ask_many(struct ask *a, ask_taker *take, void *out, size_t size,
                                   size_t max, size_t *n, struct exh_error *err);

#endif
