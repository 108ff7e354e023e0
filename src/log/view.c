#include "log/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A tile and the nodes above its hashes. Nodes of height h within the tile begin at row(h). */
struct tlog_slot {
    struct tlog_tile tile;
    struct tlog_hash nodes[2 * TLOG_TILE_WIDTH];
};

static size_t row(unsigned height)
{
    return 2 * TLOG_TILE_WIDTH - (2 * TLOG_TILE_WIDTH >> height);
}

void tlog_view_init(struct tlog_view *v, const struct exh_crypto *crypto,
                    const struct tlog_tiles *tiles, const struct tlog_head *head)
{
    *v = (struct tlog_view){ .crypto = crypto, .tiles = tiles, .head = *head };
}

void tlog_view_free(struct tlog_view *v)
{
    for (size_t level = 0; level < TLOG_LEVELS; level++) {
        free(v->slots[level][0]);
        free(v->slots[level][1]);
        v->slots[level][0] = v->slots[level][1] = NULL;
    }
}

void tlog_view_move(struct tlog_view *v, const struct tlog_head *head)
{
    v->head = *head; // a partial tile that grew is another tile, and so is read again
}

static enum exh_status fill(struct tlog_slot *slot, const struct tlog_view *v,
                            const struct tlog_tile *tile, struct exh_error *err)
{
    struct buf bytes = buf_with_limit(TLOG_TILE_MAX);
    enum exh_status status = tlog_tile_fetch(v->tiles, tile, &bytes, err);

    if (!status)
        memcpy(slot->nodes, bytes.p, bytes.n);
    buf_free(&bytes);
    for (unsigned height = 1; height <= TLOG_TILE_HEIGHT; height++) {
        const struct tlog_hash *below = &slot->nodes[row(height - 1)];
        struct tlog_hash *to = &slot->nodes[row(height)];
        for (size_t i = 0; i < tile->width >> height && !status; i++)
            status = tlog_node_hash(v->crypto, &below[2 * i], &below[2 * i + 1], &to[i], err);
    }
    slot->tile = status ? (struct tlog_tile){ 0 } : *tile;
    return status;
}

static bool holds(const struct tlog_slot *slot, const struct tlog_tile *tile)
{
    return slot && slot->tile.width == tile->width && slot->tile.index == tile->index;
}

// The slot with a tile, read unless it is kept. It stays until two others of its level were read.
static enum exh_status slot_of(struct tlog_view *v, int level, uint64_t index,
                               const struct tlog_slot **out, struct exh_error *err)
{
    struct tlog_slot **slots = v->slots[level];
    const struct tlog_tile tile = { level, index, tlog_tile_width(level, index, v->head.size) };
    enum exh_status status = EXH_OK;

    if (!holds(slots[0], &tile)) {
        struct tlog_slot *other = slots[1];
        slots[1] = slots[0];
        slots[0] = other ? other : calloc(1, sizeof *other);
        if (!slots[0])
            return fail_no_memory(err);
        if (!holds(slots[0], &tile))
            status = fill(slots[0], v, &tile, err);
    }
    if (!status)
        *out = slots[0];
    return status;
}

// The node number i of a height: the root over 1 << height entries, all of which the log has.
static enum exh_status whole_node(struct tlog_view *v, unsigned height, uint64_t i,
                                  struct tlog_hash *out, struct exh_error *err)
{
    const unsigned inside = height % TLOG_TILE_HEIGHT;
    const unsigned bits = TLOG_TILE_HEIGHT - inside; // of i, which number the node in its tile
    const struct tlog_slot *slot;
    enum exh_status status = slot_of(v, (int)(height / TLOG_TILE_HEIGHT), i >> bits, &slot, err);

    if (!status)
        *out = slot->nodes[row(inside) + (size_t)(i & ((1u << bits) - 1))];
    return status;
}

// The root over the last entries of a log of this size: those behind the last whole node of a height.
static enum exh_status ragged_node(struct tlog_view *v, unsigned height, uint64_t size,
                                   struct tlog_hash *out, struct exh_error *err)
{
    struct tlog_hash whole[64];
    const uint64_t rest = size & ((UINT64_C(1) << height) - 1);

    for (unsigned h = 0; h < height; h++) {
        if (!(rest >> h & 1))
            continue;
        enum exh_status status = whole_node(v, h, (size >> h) - 1, &whole[h], err);
        if (status)
            return status;
    }
    return tlog_fold(v->crypto, rest, whole, out, err);
}

// The node number i of a height, or what is there of it at the right edge.
static enum exh_status node(struct tlog_view *v, unsigned height, uint64_t i, struct tlog_hash *out,
                            struct exh_error *err)
{
    if (i < v->head.size >> height)
        return whole_node(v, height, i, out, err);
    return ragged_node(v, height, v->head.size, out, err);
}

// The siblings on the way up from a node. Where there is none, the node goes up as it is.
static enum exh_status put_siblings(struct tlog_view *v, unsigned height, uint64_t i,
                                    struct tlog_proof *proof, struct exh_error *err)
{
    for (; (v->head.size - 1) >> height; height++, i >>= 1) {
        const uint64_t sibling = i ^ 1;
        if (sibling > (v->head.size - 1) >> height)
            continue;
        enum exh_status status = node(v, height, sibling, &proof->hashes[proof->n++], err);
        if (status)
            return status;
    }
    return EXH_OK;
}

static enum exh_status fail_foreign(const struct exh_judgement *judgement, struct exh_error *err)
{
    return fail(err, EXH_MALFORMED, "the log's tiles do not lead to its root: %s",
                judgement->reason);
}

enum exh_status tlog_prove_inclusion(struct tlog_view *v, uint64_t index, struct tlog_hash *leaf,
                                     struct tlog_proof *proof, struct exh_error *err)
{
    struct tlog_proof made = { 0 };
    struct tlog_hash hash;
    struct exh_judgement judgement;

    if (index >= v->head.size)
        return fail(err, EXH_INVALID, "there is no entry %" PRIu64 " in a log of %" PRIu64, index,
                    v->head.size);
    enum exh_status status = whole_node(v, 0, index, &hash, err);
    if (!status)
        status = put_siblings(v, 0, index, &made, err);
    if (!status)
        status = tlog_check_inclusion(v->crypto, &v->head, index, &hash, &made, &judgement, err);
    if (status)
        return status;
    if (!judgement.holds)
        return fail_foreign(&judgement, err);
    *leaf = hash;
    *proof = made;
    return EXH_OK;
}

static enum exh_status put_growth(struct tlog_view *v, uint64_t older, struct tlog_proof *proof,
                                  struct exh_error *err)
{
    unsigned height = 0; // of the largest whole subtree that the older log ends with

    while (!(older >> height & 1))
        height++;
    const uint64_t i = (older >> height) - 1;
    if (i) { // else it is all of the older log, whose root needs no proof
        enum exh_status status = whole_node(v, height, i, &proof->hashes[proof->n++], err);
        if (status)
            return status;
    }
    return put_siblings(v, height, i, proof, err);
}

enum exh_status tlog_prove_consistency(struct tlog_view *v, struct tlog_head *older,
                                       struct tlog_proof *proof, struct exh_error *err)
{
    struct tlog_proof made = { 0 };
    struct tlog_head then = { .size = older->size };
    struct exh_judgement judgement;
    enum exh_status status;

    if (older->size > v->head.size)
        return fail(err, EXH_INVALID, "a log of %" PRIu64 " entries had never %" PRIu64,
                    v->head.size, older->size);
    status = ragged_node(v, 63, then.size, &then.root, err);
    if (!status && then.size && then.size < v->head.size)
        status = put_growth(v, then.size, &made, err);
    if (!status)
        status = tlog_check_consistency(v->crypto, &then, &v->head, &made, &judgement, err);
    if (status)
        return status;
    if (!judgement.holds)
        return fail_foreign(&judgement, err);
    *older = then;
    *proof = made;
    return EXH_OK;
}

enum exh_status tlog_relate(struct tlog_view *v, const struct tlog_head *other,
                            enum tlog_relation *out, struct exh_error *err)
{
    struct tlog_head then = *other;
    struct tlog_proof proof;
    enum exh_status status = EXH_OK;

    if (other->size <= v->head.size)
        status = tlog_prove_consistency(v, &then, &proof, err);
    if (status)
        return status;
    if (other->size > v->head.size)
        *out = TLOG_NEWER;
    else if (!tlog_hash_equal(&then.root, &other->root))
        *out = TLOG_FORKED;
    else
        *out = other->size == v->head.size ? TLOG_SAME : TLOG_OLDER;
    return EXH_OK;
}

enum exh_status tlog_view_edge(struct tlog_view *v, int level,
                               struct tlog_hash hashes[TLOG_TILE_WIDTH],
                               struct tlog_hash whole[TLOG_TILE_HEIGHT], struct exh_error *err)
{
    const unsigned bits = TLOG_TILE_HEIGHT * (unsigned)level;
    const unsigned width = (unsigned)(v->head.size >> bits) & (TLOG_TILE_WIDTH - 1);
    const uint64_t index = v->head.size >> bits >> TLOG_TILE_HEIGHT;
    const struct tlog_slot *slot;

    if (!width)
        return fail(err, EXH_NOT_FOUND, "level %d has no partial tile", level);
    enum exh_status status = slot_of(v, level, index, &slot, err);
    if (status)
        return status;
    memcpy(hashes, slot->nodes, width * sizeof *hashes);
    for (unsigned h = 0; h < TLOG_TILE_HEIGHT; h++) {
        if (width >> h & 1)
            whole[h] = slot->nodes[row(h) + (width >> h) - 1];
    }
    return EXH_OK;
}
