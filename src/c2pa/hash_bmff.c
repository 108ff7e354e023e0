/*
 * hash_bmff.c -- c2pa.hash.bmff: the boxes of an ISO base media file, without those excluded.
 *
 * What kind of file it is tells how it is bound: by one hash; by one hash and trees over the blocks of
 * its media data; by trees over fragments. Media data that none of these covers is not bound, and the
 * answer is no.
 *
 * Spec: C2PA, "BMFF-Based Hash", "Validating a BMFF-hash".
 */
#include "c2pa/hash_bmff.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hash_bmff_fails(struct hash_bmff *h, const char *code, const char *fmt, ...)
{
    va_list args;

    if (h->judged)
        return;
    h->judged = true;
    *h->answer = (struct binding_answer){ .code = code, .kind = EXH_FAILURE };
    va_start(args, fmt);
    vsnprintf(h->answer->explanation, sizeof h->answer->explanation, fmt, args);
    va_end(args);
}

void hash_bmff_warns(struct hash_bmff *h, const char *fmt, ...)
{
    va_list args;

    if (h->warning[0])
        return;
    va_start(args, fmt);
    vsnprintf(h->warning, sizeof h->warning, fmt, args);
    va_end(args);
}

static enum exh_status malformed(struct hash_bmff *h, size_t map, const char *what)
{
    hash_bmff_fails(h, BMFF_MALFORMED, "Merkle map %zu: %s", map, what);
    return EXH_OK;
}

/* Digests of one size; their places go into the arena. */
static enum exh_status read_row(struct hash_bmff *h, struct cbor hashes, size_t i,
                                struct merkle_map *map, struct exh_error *err)
{
    const size_t size = exh_hash_size(map->tree.alg);
    const size_t n = cbor_count(hashes);
    struct cbor_walk walk = cbor_walk(hashes);
    struct exh_bytes digest;
    struct cbor item;

    if (!cbor_is(hashes, CBOR_ARRAY) || !merkle_level(map->tree.count, n, &map->tree.level))
        return malformed(h, i, "its hashes are no row of a tree with that many leaves");
    map->tree.row = arena_array(&h->arena, n, sizeof *map->tree.row);
    if (!map->tree.row)
        return fail(err, EXH_LIMIT, "Merkle maps take more than %zu bytes", MAPS_MEMORY);
    for (size_t k = 0; cbor_next(&walk, NULL, &item); k++) {
        if (!cbor_bytes(item, &digest) || digest.n != size)
            return malformed(h, i, "a hash is not of its algorithm's size");
        map->tree.row[k] = digest.p;
    }
    return EXH_OK;
}

/* The optional fields; what is wrong with them, or NULL. */
static const char *read_options(struct cbor item, struct merkle_map *map)
{
    struct cbor fixed = cbor_get(item, "fixedBlockSize");
    struct cbor init = cbor_get(item, "initHash");

    map->variable = cbor_get(item, "variableBlockSizes");
    if (!cbor_is(fixed, CBOR_NONE) && (!cbor_uint(fixed, &map->fixed) || !map->fixed))
        return "its block size is not a positive number";
    if (!cbor_is(map->variable, CBOR_NONE) && !cbor_is(map->variable, CBOR_ARRAY))
        return "its block sizes are not a list";
    if (map->fixed && !cbor_is(map->variable, CBOR_NONE))
        return "it has one block size, and a list of them";
    if (!cbor_is(init, CBOR_NONE) &&
        (!cbor_bytes(init, &map->init) || map->init.n != exh_hash_size(map->tree.alg)))
        return "its hash of the initialization is not of its algorithm's size";
    return NULL;
}

static enum exh_status read_map(struct hash_bmff *h, struct cbor item, size_t i,
                                struct exh_error *err)
{
    struct merkle_map *map = &h->maps[i];

    *map = (struct merkle_map){ .offsets = true };
    map->tree.crypto = h->q->crypto;
    map->tree.alg = binding_alg(item, h->alg);
    if (!map->tree.alg) {
        hash_bmff_fails(h, BMFF_UNSUPPORTED, "Merkle map %zu has no hash algorithm that is allowed",
                        i);
        return EXH_OK;
    }
    if (!cbor_int(cbor_get(item, "uniqueId"), &map->unique_id) ||
        !cbor_int(cbor_get(item, "localId"), &map->local_id))
        return malformed(h, i, "its ids are not numbers");
    if (!cbor_uint(cbor_get(item, "count"), &map->tree.count) ||
        map->tree.count > MERKLE_LEAVES_MAX)
        return malformed(h, i, "its count is not a number that is possible");
    for (size_t k = 0; k < i; k++)
        if (h->maps[k].unique_id == map->unique_id && h->maps[k].local_id == map->local_id)
            return malformed(h, i, "another one has the same ids");
    const char *wrong = read_options(item, map);
    return wrong ? malformed(h, i, wrong) : read_row(h, cbor_get(item, "hashes"), i, map, err);
}

static enum exh_status read_maps(struct hash_bmff *h, struct cbor list, struct exh_error *err)
{
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;
    enum exh_status status = EXH_OK;

    if (cbor_is(list, CBOR_NONE))
        return EXH_OK;
    h->maps_n = cbor_count(list);
    if (!cbor_is(list, CBOR_ARRAY) || !h->maps_n || h->maps_n > MAPS_MAX) {
        hash_bmff_fails(h, BMFF_MALFORMED, "it has no list of 1 to %d Merkle maps", MAPS_MAX);
        return EXH_OK;
    }
    h->maps = arena_array(&h->arena, h->maps_n, sizeof *h->maps);
    if (!h->maps)
        return fail_no_memory(err);
    for (size_t i = 0; status == EXH_OK && !h->judged && cbor_next(&walk, NULL, &item); i++)
        status = read_map(h, item, i, err);
    return status;
}

static enum exh_status read_assertion(struct hash_bmff *h, struct exh_error *err)
{
    const struct cbor a = h->q->assertion;
    struct cbor hash = cbor_get(a, "hash");
    struct cbor merkle = cbor_get(a, "merkle");
    const bool both = !cbor_is(hash, CBOR_NONE) && !cbor_is(merkle, CBOR_NONE);

    h->alg = binding_alg(a, h->q->alg);
    if (!bmff_exclusions_read(cbor_get(a, "exclusions"), both, &h->exclusions, h->answer)) {
        h->judged = true;
        return EXH_OK;
    }
    if (cbor_is(hash, CBOR_NONE) && cbor_is(merkle, CBOR_NONE)) {
        hash_bmff_fails(h, BMFF_MALFORMED, "it has neither a hash nor Merkle maps");
        return EXH_OK;
    }
    if (!cbor_is(hash, CBOR_NONE) && !h->alg) {
        hash_bmff_fails(h, BMFF_UNSUPPORTED,
                        "neither the assertion nor its claim names a hash algorithm that is "
                        "allowed");
        return EXH_OK;
    }
    if (!cbor_is(hash, CBOR_NONE) &&
        (!cbor_bytes(hash, &h->hash) || h->hash.n != exh_hash_size(h->alg))) {
        hash_bmff_fails(h, BMFF_MALFORMED, "its hash is not of its algorithm's size");
        return EXH_OK;
    }
    return read_maps(h, merkle, err);
}

enum exh_status hash_bmff_place(struct hash_bmff *h, const struct exh_source *s,
                                const struct bmff_box *box, const struct bmff_c2pa *c2pa,
                                struct merkle_place *out, bool *sound, struct exh_error *err)
{
    const size_t n = c2pa->data.n < sizeof out->bytes ? (size_t)c2pa->data.n : sizeof out->bytes;
    struct exh_error why;
    struct cbor map;

    *sound = false;
    enum exh_status status = source_read(s, c2pa->data.at, out->bytes, n, err);
    if (status != EXH_OK)
        return status;
    *sound = cbor_parse_first((struct exh_bytes){ out->bytes, n }, c2pa->data.at, &map, &why) ==
                 EXH_OK &&
             cbor_int(cbor_get(map, "uniqueId"), &out->unique_id) &&
             cbor_int(cbor_get(map, "localId"), &out->local_id) &&
             cbor_uint(cbor_get(map, "location"), &out->location);
    if (!*sound) {
        hash_bmff_fails(h, BMFF_MALFORMED, "the merkle box at %" PRIu64 " is not readable",
                        box->at);
        return EXH_OK;
    }
    out->hashes = cbor_get(map, "hashes");
    // Zeros may follow, so that all boxes of a tree have one size.
    bool odd;
    uint64_t where;
    status = bmff_find_nonzero(s, c2pa->data.at + map.item.n, c2pa->data.at + c2pa->data.n, &odd,
                               &where, err);
    if (status == EXH_OK && odd)
        hash_bmff_warns(h, "the padding of a merkle box is not zero at %" PRIu64, where);
    return status;
}

struct merkle_map *hash_bmff_map(struct hash_bmff *h, const struct merkle_place *place, uint64_t at)
{
    for (size_t i = 0; i < h->maps_n; i++)
        if (h->maps[i].unique_id == place->unique_id && h->maps[i].local_id == place->local_id)
            return &h->maps[i];
    hash_bmff_fails(h, BMFF_MISMATCH,
                    "the merkle box at %" PRIu64 " belongs to no Merkle map: ids %" PRId64
                    " and %" PRId64,
                    at, place->unique_id, place->local_id);
    return NULL;
}

/* Count what tells the kind of file. */
static enum exh_status count_boxes(struct hash_bmff *h, struct exh_error *err)
{
    struct bmff_reader r;
    struct bmff_box box;
    struct bmff_c2pa c2pa;
    enum exh_status status;
    bool more;

    bmff_reader_init(&r, h->q->asset);
    struct bmff_walk w = bmff_walk_root(&r);
    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        h->mdats += box.type == BMFF_MDAT;
        h->moofs += box.type == BMFF_MOOF;
        if (box.type == BMFF_MFRA)
            status = hash_bmff_look_at_mfra(h, &w, &box, err);
        if (status == EXH_OK)
            status = bmff_read_c2pa(&r, &box, &c2pa, err);
        if (status != EXH_OK)
            return status;
        h->merkle_boxes += c2pa.purpose == BMFF_MERKLE;
    }
    return status;
}

/* One hash over the file; mdat boxes that Merkle maps cover need not be in it. */
static enum exh_status check_whole(struct hash_bmff *h, uint64_t covered, struct exh_error *err)
{
    struct bmff_digest d;
    struct bmff_reader r;
    struct bmff_box box;
    uint8_t digest[EXH_HASH_MAX];
    uint64_t mdats = 0;
    bool more, bound;

    bmff_digest_init(&d, h->q->crypto, h->q->asset, &h->exclusions, &h->progress);
    bmff_reader_init(&r, h->q->asset);
    struct bmff_walk w = bmff_walk_root(&r);
    enum exh_status status = bmff_digest_start(&d, 0, h->alg, true, err);
    while (status == EXH_OK && (status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        status = bmff_digest_box(&d, &box, &bound, err);
        if (status == EXH_OK && box.type == BMFF_MDAT && ++mdats > covered && !bound)
            hash_bmff_fails(h, BMFF_MISMATCH,
                            "nothing binds the media data in box 'mdat' at %" PRIu64, box.at);
    }
    if (status == EXH_OK && bmff_digest_end(&d, 0, digest) == h->hash.n &&
        memcmp(digest, h->hash.p, h->hash.n) != 0)
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "the content is not what was signed: its %s is another, over all boxes "
                        "but those excluded",
                        exh_hash_name(h->alg));
    bmff_digest_free(&d);
    return status;
}

static bool has_blocks(const struct hash_bmff *h)
{
    for (size_t i = 0; i < h->maps_n; i++)
        if (h->maps[i].fixed || !cbor_is(h->maps[i].variable, CBOR_NONE))
            return true;
    return false;
}

static bool has_init(const struct hash_bmff *h)
{
    for (size_t i = 0; i < h->maps_n; i++)
        if (h->maps[i].init.n)
            return true;
    return false;
}

/* Blocks of mdat boxes: the rest must be bound by a hash. */
static enum exh_status check_blocks(struct hash_bmff *h, struct exh_error *err)
{
    if (has_init(h))
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "a Merkle map has a hash of the initialization, but the file no fragments");
    if (!h->hash.n)
        hash_bmff_fails(h, BMFF_MALFORMED,
                        "Merkle maps bind media data only, and there is no hash over the boxes "
                        "that tell what it is");
    if (h->judged)
        return EXH_OK;
    enum exh_status status = check_whole(h, h->maps_n, err);
    return status == EXH_OK && !h->judged ? hash_bmff_blocks(h, err) : status;
}

static enum exh_status check_kind(struct hash_bmff *h, struct exh_error *err)
{
    const bool segments = h->q->fragments_n > 0;
    enum exh_status status = EXH_OK;

    if (!h->maps_n && segments) {
        hash_bmff_fails(h, BMFF_MISMATCH,
                        "nothing binds the segments: the credential is of one file");
        return EXH_OK;
    }
    if (!h->maps_n)
        return check_whole(h, 0, err);
    if (segments || (!h->moofs && !has_blocks(h) && has_init(h)))
        return hash_bmff_segments(h, err);
    if (!h->moofs)
        return check_blocks(h, err);
    if (h->hash.n)
        status = check_whole(h, h->mdats, err);
    return status == EXH_OK && !h->judged ? hash_bmff_flat(h, err) : status;
}

static void start_progress(struct hash_bmff *h)
{
    h->progress = (struct bmff_progress){ .q = h->q, .total = h->q->asset->size };
    for (size_t i = 0; i < h->q->fragments_n; i++)
        h->progress.total += h->q->fragments[i].size;
}

enum exh_status hash_bmff_check(const struct binding_question *q, int version,
                                struct binding_answer *out, struct exh_error *err)
{
    struct hash_bmff h = { .q = q, .answer = out, .arena = arena_with_limit(MAPS_MEMORY) };

    *out = (struct binding_answer){ .code = BMFF_MATCH, .kind = EXH_SUCCESS };
    if (version == 1 || version > 3)
        hash_bmff_fails(&h, BMFF_MISMATCH,
                        version == 1 ? "the first version of this binding is withdrawn: it leaves "
                                       "out what it should bind, and nothing can be said by it"
                                     : "version %d of this binding is not known",
                        version);
    else if (q->container->format != FORMAT_BMFF && q->container->format != FORMAT_UNKNOWN)
        hash_bmff_fails(&h, BMFF_MISMATCH, "a binding of ISO base media, but the file is %s",
                        q->container->mime);
    start_progress(&h);
    enum exh_status status = h.judged ? EXH_OK : read_assertion(&h, err);
    if (status == EXH_OK && !h.judged)
        status = count_boxes(&h, err);
    if (status == EXH_OK && !h.judged)
        status = check_kind(&h, err);
    if (h.exclusions.more)
        out->informational = "assertion.bmffHash.additionalExclusionsPresent";
    memcpy(out->warning, h.warning, sizeof out->warning);
    arena_free(&h.arena);
    return status;
}
