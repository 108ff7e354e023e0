#include "store/log_entries.h"

#include <inttypes.h>
#include <string.h>

#include "store/ask.h"
#include "store/columns.h"

enum exh_status store_log_size(struct store *s, uint64_t *n, struct exh_error *err)
{
    struct ask a = ask(s, "SELECT coalesce(max(idx) + 1, 0) FROM log_entry", "log");
    enum exh_status status = ask_row(&a, err);

    if (status == EXH_OK) {
        const uint64_t size = take_u64(&a);
        if (a.damaged)
            status = fail(err, EXH_MALFORMED, "log: its size is damaged");
        else
            *n = size;
    }
    ask_end(&a);
    return status;
}

static enum exh_status leaf_of(struct store *s, struct exh_bytes entry, uint8_t leaf[STORE_HASH],
                               struct exh_error *err)
{
    static const uint8_t zero;
    const struct exh_bytes parts[] = { { &zero, 1 }, entry };

    return home_hash(s->home, parts, ARRAY_N(parts), leaf, err);
}

enum exh_status store_append_entry(struct store *s, struct exh_bytes entry, int64_t at,
                                   int64_t *idx, uint8_t *leaf, struct exh_error *err)
{
    uint8_t hash[STORE_HASH];
    // Entries are never deleted: the number after the greatest is the next place.
    struct ask a = ask(s,
                       "INSERT INTO log_entry (idx, at, leaf, entry)"
                       " SELECT coalesce(max(idx) + 1, 0), ?1, ?2, ?3 FROM log_entry",
                       "log entry");
    enum exh_status status = leaf_of(s, entry, hash, err);

    if (status != EXH_OK)
        return status;
    ask_i64(&a, at);
    ask_hash(&a, hash);
    ask_blob(&a, entry, STORE_ENTRY_MAX);
    status = ask_run(&a, err);
    if (status != EXH_OK)
        return status;
    if (idx)
        *idx = sqlite3_last_insert_rowid(s->db);
    if (leaf)
        memcpy(leaf, hash, STORE_HASH);
    return EXH_OK;
}

static enum exh_status take_entry(struct store *s, struct ask *a, struct store_entry *out,
                                  struct exh_error *err)
{
    struct store_entry o = { 0 };
    uint8_t leaf[STORE_HASH];

    o.idx = take_u64(a);
    o.at = take_i64(a);
    take_exact(a, o.leaf, sizeof o.leaf);
    o.entry = take_bytes(a, STORE_ENTRY_MAX);
    enum exh_status status = take_end(a, err);
    if (status != EXH_OK || (status = leaf_of(s, o.entry, leaf, err)) != EXH_OK)
        return status;
    if (memcmp(leaf, o.leaf, STORE_HASH) != 0)
        return fail(err, EXH_MALFORMED, "log entry %" PRIu64 ": has another hash", o.idx);
    *out = o;
    return EXH_OK;
}

static enum exh_status read_entries(struct store *s, struct ask *a, uint64_t from, uint64_t to,
                                    store_entry_visitor *visit, void *ctx, struct exh_error *err)
{
    struct store_entry e;
    enum exh_status status = EXH_OK;

    for (uint64_t i = from; i < to && status == EXH_OK; i++) {
        if ((status = ask_row(a, err)) == EXH_OK)
            status = take_entry(s, a, &e, err);
        if (status == EXH_NOT_FOUND || (status == EXH_OK && e.idx != i))
            return fail(err, EXH_MALFORMED, "log entry %" PRIu64 ": is missing", i);
        if (status == EXH_OK)
            status = visit(ctx, &e, err);
    }
    return status;
}

enum exh_status store_read_entries(struct store *s, uint64_t from, uint64_t to,
                                   store_entry_visitor *visit, void *ctx, struct exh_error *err)
{
    struct ask a = ask(s, ROWS("log_entry", LOG_ENTRY_COLUMNS) "WHERE idx >= ?1 ORDER BY idx",
                       "log entry from %" PRIu64, from);

    ask_u64(&a, from);
    enum exh_status status = read_entries(s, &a, from, to, visit, ctx, err);
    ask_end(&a);
    return status;
}

struct leaves {
    uint8_t (*to)[STORE_HASH];
    uint64_t from;
};

static enum exh_status keep_leaf(void *ctx, const struct store_entry *entry, struct exh_error *err)
{
    const struct leaves *l = ctx;

    (void)err;
    memcpy(l->to[entry->idx - l->from], entry->leaf, STORE_HASH);
    return EXH_OK;
}

enum exh_status store_get_leaves(struct store *s, uint64_t from, size_t n,
                                 uint8_t (*leaves)[STORE_HASH], struct exh_error *err)
{
    struct leaves l = { leaves, from };

    return store_read_entries(s, from, from + n, keep_leaf, &l, err);
}
