/*
 * hash_bmff_blocks.c -- media data boxes in blocks, each block a leaf of the box's tree.
 *
 * The blocks carry no offsets: the hash over the rest of the file binds where the box stands, and its
 * first 16 bytes.
 *
 * Spec: C2PA, "Non-fragmented asset using merkle tree".
 */
#include <inttypes.h>

#include "c2pa/hash_bmff.h"

#define HEAD_N 16 // bytes of a box that the hash over the rest holds, whatever its header's size

/* The blocks of one box, one after another. */
struct blocks {
    uint64_t at, end; // what is left of the payload
    uint64_t fixed;   // 0: by the list, or all in one
    bool list;        // by sizes
    struct cbor_walk sizes;
};

/* Merkle boxes in file order. */
struct places {
    struct bmff_reader r;
    struct bmff_walk walk;
    struct merkle_place place;
    uint64_t at; // of the box
};

static struct blocks blocks_of(const struct merkle_map *map, struct span payload)
{
    return (struct blocks){ .at = payload.at,
                            .end = payload.at + payload.n,
                            .fixed = map->fixed,
                            .list = !cbor_is(map->variable, CBOR_NONE),
                            .sizes = cbor_walk(map->variable) };
}

/* The next block; false: there is none, or the list is not sound. */
static bool next_block(struct blocks *b, struct span *out)
{
    uint64_t n = b->end - b->at;
    struct cbor item;

    if (b->list && (!cbor_next(&b->sizes, NULL, &item) || !cbor_uint(item, &n)))
        return false;
    if (!b->list && !n)
        return false;
    if (b->fixed && n > b->fixed)
        n = b->fixed;
    if (n > b->end - b->at)
        return false;
    *out = (struct span){ b->at, n };
    b->at += n;
    return true;
}

/* Whether these blocks are as many as there are leaves, and fill the payload. */
static bool blocks_fit(const struct merkle_map *map, struct span payload)
{
    struct blocks b = blocks_of(map, payload);
    struct span block;
    uint64_t n = 0;

    if (map->fixed)
        return payload.n / map->fixed + (payload.n % map->fixed != 0) == map->tree.count;
    while (n <= map->tree.count && next_block(&b, &block))
        n++;
    return n == map->tree.count && b.at == b.end;
}

/* How far the blocks of one box are those that were signed. */
struct outcome {
    enum { HOLDS, NO_BLOCKS, DIFFERS, NO_PLACE, WRONG_PLACE, NO_PROOF } what;
    uint64_t block; // at which it ended
    uint64_t at;    // of its merkle box
};

static enum exh_status next_place(struct hash_bmff *h, struct places *p, bool *found,
                                  struct exh_error *err)
{
    struct bmff_box box;
    struct bmff_c2pa c2pa = { .purpose = BMFF_FOREIGN };
    bool more;

    *found = false;
    do {
        enum exh_status status = bmff_next(&p->walk, &box, &more, err);
        if (status == EXH_OK && more)
            status = bmff_read_c2pa(&p->r, &box, &c2pa, err);
        if (status != EXH_OK || !more)
            return status;
    } while (c2pa.purpose != BMFF_MERKLE);
    p->at = box.at;
    return hash_bmff_place(h, h->q->asset, &box, &c2pa, &p->place, found, err);
}

/* The merkle box of a block: in order, of the same tree, and leading to its row. */
static enum exh_status check_place(struct hash_bmff *h, struct places *p,
                                   const struct merkle_map *map, const uint8_t *leaf,
                                   uint64_t location, struct outcome *out, struct exh_error *err)
{
    bool found, holds = false;
    enum exh_status status = next_place(h, p, &found, err);

    if (status != EXH_OK || !found) {
        out->what = NO_PLACE;
        return status;
    }
    out->at = p->at;
    if (p->place.unique_id != map->unique_id || p->place.local_id != map->local_id ||
        p->place.location != location) {
        out->what = WRONG_PLACE;
        return EXH_OK;
    }
    status = merkle_prove(&map->tree, leaf, location, p->place.hashes, &holds, err);
    if (!holds)
        out->what = NO_PROOF;
    return status;
}

/* Blocks with merkle boxes are led to the row one by one; without, the row is made again. */
static enum exh_status check_leaf(struct hash_bmff *h, struct places *places,
                                  struct merkle_builder *b, const struct merkle_map *map,
                                  const uint8_t *leaf, struct outcome *out, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (places) {
        status = check_place(h, places, map, leaf, out->block, out, err);
    } else {
        status = merkle_add(b, leaf, err);
        if (b->differs)
            *out = (struct outcome){ DIFFERS, b->differs_at, 0 };
    }
    return status;
}

/* The payload as it begins at `at`. */
static enum exh_status try_payload(struct hash_bmff *h, struct bmff_digest *d,
                                   const struct merkle_map *map, struct span payload,
                                   struct places *places, struct outcome *out,
                                   struct exh_error *err)
{
    struct merkle_builder b = merkle_begin(&map->tree);
    struct blocks blocks = blocks_of(map, payload);
    enum exh_status status = EXH_OK;
    uint8_t leaf[EXH_HASH_MAX];
    struct span block;
    bool holds = true;

    *out = (struct outcome){ .what = blocks_fit(map, payload) ? HOLDS : NO_BLOCKS };
    while (status == EXH_OK && out->what == HOLDS && next_block(&blocks, &block)) {
        status = bmff_digest_start(d, 0, map->tree.alg, false, err);
        if (status == EXH_OK)
            status = bmff_digest_span(d, block, err);
        bmff_digest_end(d, 0, leaf);
        if (status == EXH_OK)
            status = check_leaf(h, places, &b, map, leaf, out, err);
        out->block += out->what == HOLDS;
    }
    if (status == EXH_OK && out->what == HOLDS && !places) {
        status = merkle_end(&b, &holds, err);
        if (!holds)
            *out = (struct outcome){ DIFFERS, b.differs_at, 0 };
    }
    return status;
}

static void judge(struct hash_bmff *h, const struct merkle_map *map, const struct bmff_box *box,
                  const struct outcome *o)
{
    switch (o->what) {
    case HOLDS: break;
    case NO_BLOCKS:
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "box 'mdat' at %" PRIu64 ": its %" PRIu64 " bytes are not the %" PRIu64
                        " blocks that were signed",
                        box->at, box->size, map->tree.count);
        break;
    case DIFFERS:
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "box 'mdat' at %" PRIu64 ": from block %" PRIu64
                        " on, the media data is not what was signed",
                        box->at, o->block);
        break;
    case NO_PLACE:
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "box 'mdat' at %" PRIu64 ": block %" PRIu64 " has no merkle box", box->at,
                        o->block);
        break;
    case WRONG_PLACE:
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "the merkle box at %" PRIu64 " is not that of block %" PRIu64
                        " of box 'mdat' at %" PRIu64,
                        o->at, o->block, box->at);
        break;
    case NO_PROOF:
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "box 'mdat' at %" PRIu64 ": block %" PRIu64
                        " is not what was signed, by the merkle box at %" PRIu64,
                        box->at, o->block, o->at);
        break;
    }
}

/*
 * The first 16 bytes of the box belong to the hash over the rest. Whether the blocks begin behind
 * them or behind a header of 8 bytes, writers disagree: what holds is taken.
 */
static enum exh_status check_box(struct hash_bmff *h, struct bmff_digest *d,
                                 const struct merkle_map *map, const struct bmff_box *box,
                                 struct places *places, struct exh_error *err)
{
    const uint64_t head = box->size < HEAD_N ? box->size : HEAD_N;
    const struct span behind = { box->at + head, box->size - head };
    const struct span payload = { box->at + box->header, box->size - box->header };
    struct outcome o, other;
    const struct bmff_walk walk = places ? places->walk : (struct bmff_walk){ 0 };
    enum exh_status status = try_payload(h, d, map, behind, places, &o, err);
    if (status != EXH_OK || o.what == HOLDS || payload.at == behind.at) {
        judge(h, map, box, &o);
        return status;
    }
    if (places)
        places->walk = walk;
    status = try_payload(h, d, map, payload, places, &other, err);
    if (other.what == HOLDS || o.what == NO_BLOCKS || other.block > o.block)
        o = other; // the reading that came further tells where it differs
    judge(h, map, box, &o);
    return status;
}

/* The number that local ids are counted from, 0 or 1; negative when they do not count boxes. */
static int64_t local_base(const struct hash_bmff *h)
{
    const int64_t n = (int64_t)h->maps_n;
    int64_t least = INT64_MAX, most = INT64_MIN;

    for (size_t i = 0; i < h->maps_n; i++) {
        const int64_t id = h->maps[i].local_id;
        least = id < least ? id : least;
        most = id > most ? id : most;
        for (size_t k = 0; k < i; k++)
            if (h->maps[k].local_id == id)
                return -1;
    }
    return least >= 0 && least <= 1 && most - least == n - 1 ? least : -1;
}

/* Maps by the number of their mdat: by local id, or in their order. */
static enum exh_status sort_maps(struct hash_bmff *h, const struct merkle_map ***out,
                                 struct exh_error *err)
{
    const int64_t base = local_base(h);
    const struct merkle_map **sorted = arena_array(&h->arena, h->maps_n, sizeof *sorted);

    if (!sorted)
        return fail_no_memory(err);
    for (size_t i = 0; i < h->maps_n; i++)
        sorted[base < 0 ? (int64_t)i : h->maps[i].local_id - base] = &h->maps[i];
    *out = sorted;
    return EXH_OK;
}

static enum exh_status check_boxes(struct hash_bmff *h, const struct merkle_map **maps,
                                   struct bmff_digest *d, struct places *places,
                                   struct exh_error *err)
{
    struct bmff_reader r;
    struct bmff_box box;
    enum exh_status status = EXH_OK;
    size_t i = 0;
    bool more = true;

    bmff_reader_init(&r, h->q->asset);
    struct bmff_walk w = bmff_walk_root(&r);
    while (status == EXH_OK && i < h->maps_n && !h->judged) {
        status = bmff_next(&w, &box, &more, err);
        if (status == EXH_OK && more && box.type == BMFF_MDAT)
            status = check_box(h, d, maps[i++], &box, places, err);
    }
    return status;
}

enum exh_status hash_bmff_blocks(struct hash_bmff *h, struct exh_error *err)
{
    const struct merkle_map **maps = NULL;
    struct bmff_digest d;
    struct places places;

    if (h->maps_n > h->mdats) { // fewer are possible: the hash over the rest holds what has no map
        hash_bmff_fails(h, BMFF_MISMATCH, "%zu Merkle maps, but %" PRIu64 " boxes of media data",
                        h->maps_n, h->mdats);
        return EXH_OK;
    }
    enum exh_status status = sort_maps(h, &maps, err);
    if (status != EXH_OK)
        return status;
    bmff_digest_init(&d, h->q->crypto, h->q->asset, &h->exclusions, &h->progress);
    bmff_reader_init(&places.r, h->q->asset);
    places.walk = bmff_walk_root(&places.r);
    status = check_boxes(h, maps, &d, h->merkle_boxes ? &places : NULL, err);
    bmff_digest_free(&d);
    return status;
}
