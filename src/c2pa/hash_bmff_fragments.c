/*
 * hash_bmff_fragments.c -- fragments as leaves: of one file, or in files of their own.
 *
 * In one file, a leaf goes from a moof to before the next one, and what comes before the first is the
 * initialization. In many files, a segment is a leaf. Before each moof stands a merkle box that says
 * which leaf of which tree follows. Fragments must come in order; where one is missing, what is there
 * may still be whole, and the answer says that.
 *
 * Spec: C2PA, "Fragmented asset using Merkle tree", "Validation".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "c2pa/hash_bmff.h"

#define LEAF   0 // sinks: one leaf; the initialization by each algorithm, with and without offsets
#define INIT   1
#define INITS  6
#define ALGS_N 3

static enum exh_hash alg_of(size_t init)
{
    static const enum exh_hash algs[ALGS_N] = { EXH_SHA256, EXH_SHA384, EXH_SHA512 };

    return algs[init / 2];
}

/* Begin to hash the initialization in every way that a map may want. */
static enum exh_status start_init(struct hash_bmff *h, struct bmff_digest *d, struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    bool wanted[ALGS_N] = { false };

    for (size_t i = 0; i < h->maps_n; i++)
        for (size_t k = 0; k < ALGS_N; k++)
            wanted[k] |= h->maps[i].tree.alg == alg_of(2 * k);
    for (size_t i = 0; i < INITS && status == EXH_OK; i++) {
        const bool offsets = i % 2 == 0;
        // Beside a hash over the file, the text leaves offsets out; others put them in all the same.
        if (wanted[i / 2] && (offsets || h->hash.n))
            status = bmff_digest_start(d, INIT + i, alg_of(i), offsets, err);
    }
    return status;
}

/* The initialization is read: which maps is it of? */
static void end_init(struct hash_bmff *h, struct bmff_digest *d)
{
    uint8_t digest[EXH_HASH_MAX];

    for (size_t i = 0; i < INITS; i++) {
        const size_t n = bmff_digest_end(d, INIT + i, digest);
        for (size_t k = 0; k < h->maps_n && n; k++) {
            struct merkle_map *map = &h->maps[k];
            if (map->init_holds || map->tree.alg != alg_of(i) || map->init.n != n ||
                memcmp(map->init.p, digest, n) != 0)
                continue;
            map->init_holds = true;
            map->offsets = i % 2 == 0;
        }
    }
}

/* The map of a fragment, when its initialization is the one that was signed. */
static struct merkle_map *map_at(struct hash_bmff *h, const struct merkle_place *place, uint64_t at)
{
    struct merkle_map *map = hash_bmff_map(h, place, at);

    if (!map)
        return NULL;
    if (!map->init.n)
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "a Merkle map of fragments without a hash of their "
                        "initialization");
    else if (!map->init_holds)
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "the initialization, before the first fragment, is not "
                        "what was signed");
    else
        return map;
    return NULL;
}

/* Fragments are counted from 0 in their order. Some may be missing; none may come back. */
static void check_order(struct hash_bmff *h, struct merkle_map *map,
                        const struct merkle_place *place, const char *where)
{
    if (place->location >= map->tree.count) {
        hash_bmff_fails(h, BMFF_MISMATCH, "%s: fragment %" PRIu64 " of %" PRIu64, where,
                        place->location, map->tree.count);
    } else if (place->location < map->next) {
        hash_bmff_fails(h, BMFF_MISMATCH, "%s: fragment %" PRIu64 " comes after fragment %" PRIu64,
                        where, place->location, map->next - 1);
    } else {
        if (place->location > map->next && !map->missing)
            map->first_missing = map->next;
        map->missing += place->location - map->next;
        map->next = place->location + 1;
    }
}

static enum exh_status check_leaf(struct hash_bmff *h, struct bmff_digest *d,
                                  struct merkle_map *map, const struct merkle_place *place,
                                  const char *where, struct exh_error *err)
{
    uint8_t leaf[EXH_HASH_MAX];
    bool holds;

    bmff_digest_end(d, LEAF, leaf);
    check_order(h, map, place, where);
    if (h->judged)
        return EXH_OK;
    enum exh_status status =
        merkle_prove(&map->tree, leaf, place->location, place->hashes, &holds, err);
    if (status == EXH_OK && !holds)
        hash_bmff_fails(h, BMFF_MISMATCH, "%s: fragment %" PRIu64 " is not what was signed", where,
                        place->location);
    return status;
}

/* All that is there holds; is all there? Trees without any fragment are other renditions. */
static void judge_missing(struct hash_bmff *h, bool all)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < h->maps_n && !h->judged; i++) {
        struct merkle_map *map = &h->maps[i];
        const uint64_t tail = map->tree.count - map->next;
        seen += map->next;
        if (!map->missing && !tail)
            continue;
        if (!map->next && (!all || !map->init_holds))
            continue;
        const uint64_t first = map->missing ? map->first_missing : map->next;
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "%" PRIu64 " of %" PRIu64
                        " fragments are missing, the first is number %" PRIu64,
                        map->missing + tail, map->tree.count, first);
        h->answer->incomplete = true;
    }
    if (!h->judged && !seen)
        hash_bmff_fails(h, BMFF_MISMATCH, "the initialization is not what was signed");
}

/* One file. */

struct flat {
    struct bmff_digest d;
    struct merkle_place place; // of the merkle box that was read last
    uint64_t place_at;         // where it stands
    uint64_t place_end;        // UINT64_MAX: its moof has come, or there was none
    struct merkle_place now;   // of the fragment that is being read
    struct merkle_map *map;    // of that fragment; NULL: the initialization
    uint64_t moof_at;
};

static enum exh_status end_part(struct hash_bmff *h, struct flat *f, struct exh_error *err)
{
    char where[40];

    if (!f->map) {
        end_init(h, &f->d);
        return EXH_OK;
    }
    snprintf(where, sizeof where, "box 'moof' at %" PRIu64, f->moof_at);
    return check_leaf(h, &f->d, f->map, &f->now, where, err);
}

static enum exh_status begin_fragment(struct hash_bmff *h, struct flat *f,
                                      const struct bmff_box *moof, struct exh_error *err)
{
    enum exh_status status = end_part(h, f, err);

    if (status != EXH_OK || h->judged)
        return status;
    if (f->place_end != moof->at) {
        hash_bmff_fails(h, BMFF_MALFORMED, "before box 'moof' at %" PRIu64 " stands no merkle box",
                        moof->at);
        return EXH_OK;
    }
    f->now = f->place;
    // The item that the hashes are in was copied with the rest.
    if (f->now.hashes.item.p)
        f->now.hashes.item.p = f->now.bytes + (f->place.hashes.item.p - f->place.bytes);
    f->place_end = UINT64_MAX;
    f->moof_at = moof->at;
    f->map = map_at(h, &f->now, f->place_at);
    return f->map ? bmff_digest_start(&f->d, LEAF, f->map->tree.alg, f->map->offsets, err) : EXH_OK;
}

static enum exh_status take_box(struct hash_bmff *h, struct flat *f, struct bmff_reader *r,
                                const struct bmff_box *box, struct exh_error *err)
{
    struct bmff_c2pa c2pa = { .purpose = BMFF_FOREIGN };
    enum exh_status status = EXH_OK;
    bool bound, sound;

    if (box->type == BMFF_MOOF)
        status = begin_fragment(h, f, box, err);
    else if (box->type == BMFF_UUID)
        status = bmff_read_c2pa(r, box, &c2pa, err);
    if (status != EXH_OK || h->judged)
        return status;
    if (c2pa.purpose == BMFF_MERKLE) {
        if (f->place_end != UINT64_MAX)
            hash_bmff_fails(h, BMFF_MALFORMED,
                            "the merkle box at %" PRIu64 " stands before no moof", f->place_at);
        status = hash_bmff_place(h, h->q->asset, box, &c2pa, &f->place, &sound, err);
        f->place_at = box->at;
        f->place_end = box->at + box->size;
    }
    if (status == EXH_OK && !h->judged)
        status = bmff_digest_box(&f->d, box, &bound, err);
    if (status == EXH_OK && box->type == BMFF_MDAT && !bound)
        hash_bmff_fails(h, BMFF_MISMATCH, "nothing binds the media data in box 'mdat' at %" PRIu64,
                        box->at);
    return status;
}

enum exh_status hash_bmff_flat(struct hash_bmff *h, struct exh_error *err)
{
    struct flat f = { .place_end = UINT64_MAX };
    struct bmff_reader r;
    struct bmff_box box;
    bool more = true;

    bmff_digest_init(&f.d, h->q->crypto, h->q->asset, &h->exclusions, &h->progress);
    bmff_reader_init(&r, h->q->asset);
    struct bmff_walk w = bmff_walk_root(&r);
    enum exh_status status = start_init(h, &f.d, err);
    while (status == EXH_OK && more && !h->judged) {
        status = bmff_next(&w, &box, &more, err);
        if (status == EXH_OK && more)
            status = take_box(h, &f, &r, &box, err);
    }
    if (status == EXH_OK && !h->judged)
        status = end_part(h, &f, err);
    if (status == EXH_OK && !h->judged && f.place_end != UINT64_MAX)
        hash_bmff_fails(h, BMFF_MALFORMED, "the merkle box at %" PRIu64 " stands before no moof",
                        f.place_at);
    if (status == EXH_OK)
        judge_missing(h, true);
    bmff_digest_free(&f.d);
    return status;
}

/* Many files. */

static enum exh_status read_init(struct hash_bmff *h, struct exh_error *err)
{
    struct bmff_digest d;
    struct bmff_reader r;
    struct bmff_box box;
    bool more = true, bound;

    bmff_digest_init(&d, h->q->crypto, h->q->asset, &h->exclusions, &h->progress);
    bmff_reader_init(&r, h->q->asset);
    struct bmff_walk w = bmff_walk_root(&r);
    enum exh_status status = start_init(h, &d, err);
    while (status == EXH_OK && (status = bmff_next(&w, &box, &more, err)) == EXH_OK && more)
        status = bmff_digest_box(&d, &box, &bound, err);
    if (status == EXH_OK)
        end_init(h, &d);
    bmff_digest_free(&d);
    return status;
}

/* A segment has one moof, one mdat, and one merkle box, right before the moof. */
static enum exh_status find_place(struct hash_bmff *h, const struct exh_source *s,
                                  const char *where, struct merkle_place *place, uint64_t *at,
                                  struct exh_error *err)
{
    struct bmff_reader r;
    struct bmff_box box;
    struct bmff_c2pa c2pa, found = { .purpose = BMFF_FOREIGN };
    struct bmff_box found_box = { 0 };
    size_t moofs = 0, mdats = 0, places = 0;
    enum exh_status status;
    bool more, sound, before = false;

    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        status = bmff_read_c2pa(&r, &box, &c2pa, err);
        if (status != EXH_OK)
            return status;
        moofs += box.type == BMFF_MOOF;
        mdats += box.type == BMFF_MDAT;
        before |= box.type == BMFF_MOOF && places && found_box.at + found_box.size == box.at;
        if (c2pa.purpose == BMFF_MERKLE && !places++) {
            found = c2pa;
            found_box = box;
        }
    }
    if (status != EXH_OK)
        return status;
    if (moofs != 1 || mdats != 1 || places != 1 || !before) {
        hash_bmff_fails(
            h, BMFF_MALFORMED,
            "%s: %zu moof, %zu mdat and %zu merkle boxes; it should be one of each, the "
            "merkle box right before the moof",
            where, moofs, mdats, places);
        return EXH_OK;
    }
    *at = found_box.at;
    return hash_bmff_place(h, s, &found_box, &found, place, &sound, err);
}

static enum exh_status check_segment(struct hash_bmff *h, const struct exh_source *s,
                                     const char *where, struct exh_error *err)
{
    struct merkle_place place;
    struct merkle_map *map = NULL;
    struct bmff_digest d;
    struct bmff_reader r;
    struct bmff_box box;
    uint64_t at = 0;
    bool more = true, bound;
    enum exh_status status = find_place(h, s, where, &place, &at, err);

    if (status == EXH_OK && !h->judged)
        map = map_at(h, &place, at);
    if (!map)
        return status;
    bmff_digest_init(&d, h->q->crypto, s, &h->exclusions, &h->progress);
    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    status = bmff_digest_start(&d, LEAF, map->tree.alg, map->offsets, err);
    while (status == EXH_OK && (status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        status = bmff_digest_box(&d, &box, &bound, err);
        if (status == EXH_OK && box.type == BMFF_MDAT && !bound)
            hash_bmff_fails(h, BMFF_MISMATCH, "%s: nothing binds its media data", where);
    }
    if (status == EXH_OK && !h->judged)
        status = check_leaf(h, &d, map, &place, where, err);
    bmff_digest_free(&d);
    return status;
}

enum exh_status hash_bmff_segments(struct hash_bmff *h, struct exh_error *err)
{
    char where[32];

    if (h->hash.n) {
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "a hash over one file, but fragments in files of their "
                        "own");
        return EXH_OK;
    }
    enum exh_status status = read_init(h, err);
    for (size_t i = 0; i < h->q->fragments_n && status == EXH_OK && !h->judged; i++) {
        snprintf(where, sizeof where, "segment %zu", i + 1);
        status = check_segment(h, &h->q->fragments[i], where, err);
        if (status != EXH_OK)
            return within(err, where);
    }
    if (status == EXH_OK)
        judge_missing(h, !h->q->fragments_n);
    return status;
}
