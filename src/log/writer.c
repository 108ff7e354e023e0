#include "log/writer.h"

#include "log/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEIGHTS 63 // bits of TLOG_SIZE_MAX
#define HASH_AT 64 // entries whose leaves are hashed at once

/* The last tile of a level, as far as it is filled. */
struct edge {
    unsigned n; // hashes; 0 to TLOG_TILE_WIDTH - 1 between two appends
    bool touched;
    struct tlog_hash hashes[TLOG_TILE_WIDTH];
};

/* A log as short as it can be told: its head, and the roots of its whole subtrees by the bits of its size. */
struct place {
    struct tlog_head head;
    struct tlog_hash whole[HEIGHTS];
};

struct tlog_writer {
    const struct exh_crypto *crypto;
    const struct tlog_tiles *tiles;
    struct place now, before; // the last batch
    bool stale;               // edges and bundle are of another place than now
    struct edge edges[TLOG_LEVELS];
    struct buf bundle; // entries under the edge of level 0
};

// The entries under the edge of level 0, which must be what its hashes say.
static enum exh_status load_bundle(struct tlog_writer *w, struct exh_error *err)
{
    const struct edge *edge = &w->edges[0];
    const struct tlog_tile tile = { TLOG_ENTRIES, w->now.head.size / TLOG_TILE_WIDTH, edge->n };
    struct exh_bytes entries[TLOG_TILE_WIDTH];
    struct tlog_hash leaves[TLOG_TILE_WIDTH];

    buf_clear(&w->bundle);
    if (!edge->n)
        return EXH_OK;
    enum exh_status status = tlog_tile_fetch(w->tiles, &tile, &w->bundle, err);
    if (status)
        return status;
    struct reader r = reader_over(buf_view(&w->bundle), 0);
    for (unsigned i = 0; i < edge->n; i++)
        entries[i] = tlog_bundle_next(&r);
    status = tlog_leaf_hashes(w->crypto, entries, edge->n, leaves, err);
    if (status)
        return status;
    for (unsigned i = 0; i < edge->n; i++) {
        if (!tlog_hash_equal(&leaves[i], &edge->hashes[i]))
            return fail(err, EXH_MALFORMED, "entry %" PRIu64 " is not the one that the log has",
                        w->now.head.size - edge->n + i);
    }
    return EXH_OK;
}

static enum exh_status load_edges(struct tlog_writer *w, struct exh_error *err)
{
    struct tlog_view view;
    enum exh_status status = EXH_OK;

    tlog_view_init(&view, w->crypto, w->tiles, &w->now.head);
    for (unsigned level = 0; level < TLOG_LEVELS && !status; level++) {
        const unsigned bits = level * TLOG_TILE_HEIGHT;
        struct edge *edge = &w->edges[level];
        struct tlog_hash whole[TLOG_TILE_HEIGHT];

        edge->n = (unsigned)(w->now.head.size >> bits) & (TLOG_TILE_WIDTH - 1);
        edge->touched = false;
        if (!edge->n)
            continue;
        status = tlog_view_edge(&view, (int)level, edge->hashes, whole, err);
        for (unsigned i = 0; i < TLOG_TILE_HEIGHT && !status; i++) {
            if (edge->n >> i & 1)
                w->now.whole[bits + i] = whole[i];
        }
    }
    tlog_view_free(&view);
    return status;
}

// Make edges and bundle those of the place.
static enum exh_status load(struct tlog_writer *w, struct exh_error *err)
{
    struct tlog_hash root;
    enum exh_status status = load_edges(w, err);

    if (!status)
        status = tlog_fold(w->crypto, w->now.head.size, w->now.whole, &root, err);
    if (!status && !tlog_hash_equal(&root, &w->now.head.root))
        status = fail(err, EXH_MALFORMED,
                      "the log's tiles do not make the root of its %" PRIu64 " entries",
                      w->now.head.size);
    if (!status)
        status = load_bundle(w, err);
    w->stale = status != EXH_OK;
    return status;
}

enum exh_status tlog_writer_new(const struct exh_crypto *crypto, const struct tlog_tiles *tiles,
                                const struct tlog_head *head, struct tlog_writer **out,
                                struct exh_error *err)
{
    struct tlog_writer *w = calloc(1, sizeof *w);
    enum exh_status status = EXH_OK;

    if (!w)
        return fail_no_memory(err);
    w->crypto = crypto;
    w->tiles = tiles;
    w->bundle = buf_with_limit(TLOG_BUNDLE_MAX);
    if (head)
        w->now.head = *head;
    else
        status = tlog_empty_hash(crypto, &w->now.head.root, err);
    if (!status)
        status = load(w, err);
    if (status) {
        tlog_writer_free(w);
        return status;
    }
    w->before = w->now;
    *out = w;
    return EXH_OK;
}

void tlog_writer_free(struct tlog_writer *w)
{
    if (w)
        buf_free(&w->bundle);
    free(w);
}

// Write the tile of a level as it is, and with level 0 the bundle under it.
static enum exh_status put_tile(struct tlog_writer *w, unsigned level, uint64_t size,
                                struct exh_error *err)
{
    const struct edge *edge = &w->edges[level];
    const struct exh_bytes bytes = { (const uint8_t *)edge->hashes, edge->n * TLOG_HASH };
    const uint64_t last = (size >> level * TLOG_TILE_HEIGHT) - 1; // hash of the level
    struct tlog_tile tile = { (int)level, last / TLOG_TILE_WIDTH, edge->n };

    enum exh_status status = w->tiles->write(w->tiles->ctx, &tile, bytes, err);
    if (status || level)
        return status;
    tile.level = TLOG_ENTRIES;
    status = buf_finish(&w->bundle, err);
    return status ? status : w->tiles->write(w->tiles->ctx, &tile, buf_view(&w->bundle), err);
}

// A hash at the end of a level, in a log that has `size` entries with it.
static enum exh_status push(struct tlog_writer *w, unsigned level, uint64_t size,
                            const struct tlog_hash *hash, struct exh_error *err)
{
    struct edge *edge = &w->edges[level];

    edge->hashes[edge->n++] = *hash;
    edge->touched = true;
    if (edge->n < TLOG_TILE_WIDTH)
        return EXH_OK;
    enum exh_status status = put_tile(w, level, size, err);
    edge->n = 0;
    edge->touched = false;
    if (!level)
        buf_clear(&w->bundle);
    return status;
}

static enum exh_status add(struct tlog_writer *w, struct exh_bytes entry,
                           const struct tlog_hash *leaf, struct exh_error *err)
{
    struct place *now = &w->now;
    const uint64_t size = now->head.size + 1;
    struct tlog_hash h = *leaf;
    unsigned height = 0;

    tlog_bundle_put(&w->bundle, entry);
    enum exh_status status = push(w, 0, size, &h, err);
    for (; now->head.size >> height & 1 && !status; height++) {
        status = tlog_node_hash(w->crypto, &now->whole[height], &h, &h, err);
        if (!status && (height + 1) % TLOG_TILE_HEIGHT == 0)
            status = push(w, (height + 1) / TLOG_TILE_HEIGHT, size, &h, err);
    }
    if (status)
        return status;
    now->whole[height] = h;
    now->head.size = size;
    return EXH_OK;
}

static enum exh_status add_all(struct tlog_writer *w, const struct exh_bytes *entries, size_t n,
                               struct exh_error *err)
{
    struct tlog_hash leaves[HASH_AT];
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < n && !status; i++) {
        if (i % HASH_AT == 0)
            status = tlog_leaf_hashes(w->crypto, entries + i, n - i < HASH_AT ? n - i : HASH_AT,
                                      leaves, err);
        if (!status)
            status = add(w, entries[i], &leaves[i % HASH_AT], err);
    }
    for (unsigned level = 0; level < TLOG_LEVELS && !status; level++) {
        if (w->edges[level].touched && w->edges[level].n)
            status = put_tile(w, level, w->now.head.size, err);
        w->edges[level].touched = false;
    }
    return status;
}

enum exh_status tlog_writer_append(struct tlog_writer *w, const struct exh_bytes *entries, size_t n,
                                   struct exh_error *err)
{
    enum exh_status status = w->stale ? load(w, err) : EXH_OK;

    if (status)
        return status;
    if (n > TLOG_SIZE_MAX - w->now.head.size)
        return fail(err, EXH_LIMIT, "a log cannot have %zu entries more than %" PRIu64, n,
                    w->now.head.size);
    for (size_t i = 0; i < n; i++) {
        if (entries[i].n > TLOG_ENTRY_MAX)
            return fail(err, EXH_LIMIT, "entry of %zu bytes is longer than %d", entries[i].n,
                        TLOG_ENTRY_MAX);
    }
    w->before = w->now;
    status = add_all(w, entries, n, err);
    if (!status)
        status = tlog_fold(w->crypto, w->now.head.size, w->now.whole, &w->now.head.root, err);
    if (status)
        tlog_writer_undo(w);
    return status;
}

void tlog_writer_undo(struct tlog_writer *w)
{
    w->stale = true;
    w->now = w->before;
}

const struct tlog_head *tlog_writer_head(const struct tlog_writer *w)
{
    return &w->now.head;
}
