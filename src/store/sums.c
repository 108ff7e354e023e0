#include "store/sums.h"

static void put_u64(uint8_t to[8], uint64_t v)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* Type and length first: no two rows of different values give the same bytes. */
static void add_value(const struct exh_crypto *crypto, struct exh_hasher *h, sqlite3_value *v)
{
    const int type = sqlite3_value_type(v);
    const uint8_t *p = NULL;
    uint8_t head[9] = { (uint8_t)type };
    uint8_t number[8];
    size_t n = 0;

    switch (type) {
    case SQLITE_INTEGER:
        put_u64(number, (uint64_t)sqlite3_value_int64(v));
        p = number;
        n = sizeof number;
        break;
    case SQLITE_TEXT:
        p = sqlite3_value_text(v);
        n = (size_t)sqlite3_value_bytes(v);
        break;
    case SQLITE_BLOB:
        p = sqlite3_value_blob(v);
        n = (size_t)sqlite3_value_bytes(v);
        break;
    }
    put_u64(head + 1, n);
    crypto->hash_update(h, head, sizeof head);
    crypto->hash_update(h, p, n);
}

static void row_sum(sqlite3_context *ctx, int n, sqlite3_value **values)
{
    const struct exh_crypto *crypto = sqlite3_user_data(ctx);
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    uint8_t digest[EXH_HASH_MAX];

    if (!h) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    for (int i = 0; i < n; i++)
        add_value(crypto, h, values[i]);
    crypto->hash_final(h, digest);
    sqlite3_result_blob(ctx, digest, ROW_SUM, SQLITE_TRANSIENT);
}

enum exh_status sums_register(sqlite3 *db, const struct exh_crypto *crypto, struct exh_error *err)
{
    // Innocuous: the schema itself calls it, and the schema is not trusted with other functions.
    const int traits = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    union {
        const struct exh_crypto *borrowed;
        void *argument; // SQLite's type; nothing is written through it
    } ctx = { .borrowed = crypto };

    if (sqlite3_create_function_v2(db, "row_sum", -1, traits, ctx.argument, row_sum, NULL, NULL,
                                   NULL) != SQLITE_OK)
        return fail(err, EXH_NO_MEMORY, "row_sum: %s", sqlite3_errmsg(db));
    return EXH_OK;
}
