/* c2pa.hash.bmff with Merkle maps: blocks of media data, fragments of one file and of many. */
#include "bmff_case.h"

/* What a map says, and what is spoilt of it. */
struct map {
    int64_t unique_id, local_id;
    uint64_t count;
    const struct case_tree *tree;
    size_t row;
    uint64_t fixed;        // 0: none
    const uint64_t *sizes; // NULL: none
    size_t sizes_n;
    const uint8_t *init; // NULL: none
    const char *alg;     // NULL: none
};

static void put_map(struct buf *b, const struct map *m)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "uniqueId");
    cbor_put_int(b, m->unique_id);
    cbor_put_text(b, "localId");
    cbor_put_int(b, m->local_id);
    cbor_put_text(b, "count");
    cbor_put_uint(b, m->count);
    if (m->alg) {
        cbor_put_text(b, "alg");
        cbor_put_text(b, m->alg);
    }
    if (m->init)
        case_put_digest(b, "initHash", m->init);
    if (m->fixed) {
        cbor_put_text(b, "fixedBlockSize");
        cbor_put_uint(b, m->fixed);
    }
    if (m->sizes) {
        cbor_put_text(b, "variableBlockSizes");
        cbor_put_array(b, m->sizes_n);
        for (size_t i = 0; i < m->sizes_n; i++)
            cbor_put_uint(b, m->sizes[i]);
    }
    cbor_put_text(b, "hashes");
    cbor_put_array(b, m->tree->n[m->row]);
    for (size_t i = 0; i < m->tree->n[m->row]; i++)
        cbor_put_bytes(b, (struct exh_bytes){ m->tree->node[m->row][i], CASE_SHA256_N });
    cbor_map_close(b, map);
}

static void put_assertion(struct buf *b, const uint8_t *hash, bool mdat, const struct map *maps,
                          size_t n)
{
    buf_clear(b);
    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "exclusions");
    cbor_put_array(b, mdat ? 4 : 3);
    case_put_mandatory(b);
    if (mdat)
        case_put_mdat(b);
    if (hash)
        case_put_digest(b, "hash", hash);
    cbor_put_text(b, "merkle");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        put_map(b, &maps[i]);
    cbor_map_close(b, map);
}

static struct binding_answer ask(const char *name, const struct buf *file, const struct buf *b,
                                 const char *code, const char *says)
{
    const struct binding_case c = {
        .name = name, .asset = buf_view(file), .assertion = buf_view(b), .alg = EXH_SHA256
    };

    return case_ask(case_check_v3, &c, code, says);
}

/* Blocks. */

#define MDATS_MAX 3

struct blocks {
    size_t mdats;
    size_t payload;        // bytes of each
    bool large;            // 64-bit sizes
    size_t begin;          // of the first block: 8 or 16
    uint64_t fixed;        // 0: by sizes, or all in one
    const uint64_t *sizes; // of the first; NULL: fixed, or all in one
    size_t sizes_n;
    size_t row;     // of the tree that is in the assertion
    bool boxes;     // merkle boxes behind the last mdat
    int64_t base;   // local ids count from here
    bool backwards; // the maps stand in the other order
    size_t padding; // of merkle boxes
};

struct blocks_file {
    struct buf file;
    size_t mdat[MDATS_MAX];
    struct case_tree trees[MDATS_MAX];
    struct map maps[MDATS_MAX];
    size_t places; // where merkle boxes begin
    uint8_t hash[CASE_SHA256_N];
};

static size_t put_mdat(struct buf *b, size_t n, bool large, uint8_t fill)
{
    const size_t at = large ? large_box(b, "mdat") : box(b, "mdat");

    for (size_t i = 0; i < n; i++)
        buf_put_u8(b, (uint8_t)(fill + i * i));
    if (large)
        end_large(b, at);
    else
        end(b, at);
    return at;
}

static void grow_leaves(struct case_tree *t, struct exh_bytes payload, const struct blocks *k)
{
    size_t n = 0;

    for (size_t at = 0; at < payload.n || (k->sizes && n < k->sizes_n); n++) {
        size_t size = k->sizes ? (size_t)k->sizes[n] : k->fixed ? (size_t)k->fixed : payload.n;
        if (size > payload.n - at)
            size = payload.n - at;
        case_hash2((struct exh_bytes){ payload.p + at, size }, (struct exh_bytes){ 0 },
                   t->node[0][n]);
        at += size;
    }
    case_grow(t, n);
}

static void make_blocks(struct blocks_file *f, const struct blocks *k)
{
    *f = (struct blocks_file){ .file = buf_with_limit(MAKE_MAX) };
    struct buf *b = &f->file;
    size_t order[MDATS_MAX];

    ftyp(b, "isom");
    store_box(b, "manifest", 0, STORE_MIN, 0);
    plain_box(b, "moov", 20, 'm');
    for (size_t i = 0; i < k->mdats; i++)
        f->mdat[i] = put_mdat(b, k->payload, k->large, (uint8_t)(i * 50));
    f->places = b->n;
    for (size_t i = 0; i < k->mdats; i++) {
        const size_t at = f->mdat[i];
        const size_t end_at = at + k->payload + (k->large ? 16 : 8);
        grow_leaves(&f->trees[i],
                    (struct exh_bytes){ b->p + at + k->begin, end_at - at - k->begin }, k);
        const size_t place = k->backwards ? k->mdats - 1 - i : i;
        order[i] = place;
        f->maps[place] =
            (struct map){ .unique_id = 1,
                          .local_id = k->base + (int64_t)i,
                          .count = f->trees[i].n[0],
                          .tree = &f->trees[i],
                          .row = k->row < f->trees[i].rows ? k->row : f->trees[i].rows - 1,
                          .fixed = k->fixed,
                          .sizes = k->sizes,
                          .sizes_n = k->sizes_n };
    }
    for (size_t i = 0; i < k->mdats && k->boxes; i++)
        for (size_t leaf = 0; leaf < f->trees[i].n[0]; leaf++)
            case_merkle_box(b, 1, k->base + (int64_t)i, leaf, &f->trees[i], leaf,
                            f->maps[order[i]].row, k->padding);
    case_digest_boxes(buf_view(b), 0, b->n, true, true, f->hash);
}

static const uint64_t three[] = { 20, 1, 63 };
static const uint64_t with_empty[] = { 0, 60, 0, 24, 0 };

static const struct {
    const char *name;
    struct blocks blocks;
} shapes[] = {
    { "one block", { .mdats = 1, .payload = 100, .begin = 16 } },
    { "one block behind a short header", { .mdats = 1, .payload = 100, .begin = 8 } },
    { "a 64-bit size", { .mdats = 1, .payload = 100, .large = true, .begin = 16, .fixed = 7 } },
    { "blocks of 10", { .mdats = 1, .payload = 100, .begin = 16, .fixed = 10 } },
    { "blocks of 10 from 8", { .mdats = 1, .payload = 100, .begin = 8, .fixed = 10 } },
    { "blocks that fit exactly", { .mdats = 1, .payload = 108, .begin = 16, .fixed = 10 } },
    { "one more byte", { .mdats = 1, .payload = 109, .begin = 16, .fixed = 10 } },
    { "a block larger than the box", { .mdats = 1, .payload = 100, .begin = 16, .fixed = 1000 } },
    { "listed blocks", { .mdats = 1, .payload = 92, .begin = 16, .sizes = three, .sizes_n = 3 } },
    { "listed blocks from 8",
      { .mdats = 1, .payload = 84, .begin = 8, .sizes = three, .sizes_n = 3 } },
    { "listed empty blocks",
      { .mdats = 1, .payload = 92, .begin = 16, .sizes = with_empty, .sizes_n = 5 } },
    { "two boxes", { .mdats = 2, .payload = 50, .begin = 16, .fixed = 9 } },
    { "three boxes from 1", { .mdats = 3, .payload = 50, .begin = 8, .fixed = 9, .base = 1 } },
    { "three boxes backwards",
      { .mdats = 3, .payload = 50, .begin = 16, .fixed = 9, .backwards = true } },
    { "nothing in it", { .mdats = 1, .payload = 8, .begin = 16, .fixed = 10 } },
};

/* Any change of the media, of the boxes around, of the proofs, is seen. */
static void flip_blocks(struct blocks_file *f, const char *name, const struct buf *assertion,
                        bool boxes)
{
    struct exh_error err;
    struct cbor map;

    CHECK(cbor_parse(buf_view(assertion), 0, &map, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 20 + BMFF_STORE_AT + STORE_MIN; i < f->file.n; i++) {
        struct container container = { .format = FORMAT_BMFF };
        struct exh_source s = exh_source_memory(f->file.p, f->file.n);
        struct binding_question q = { .crypto = &case_crypto,
                                      .asset = &s,
                                      .container = &container,
                                      .alg = EXH_SHA256,
                                      .assertion = map };
        struct binding_answer answer;
        f->file.p[i] ^= 1;
        const enum exh_status status = hash_bmff_check(&q, 3, &answer, &err);
        CHECK(status != EXH_OK || answer.kind == EXH_FAILURE ||
                  (boxes && i >= f->places), // version, flags and padding of merkle boxes
              "%s: byte %zu may change", name, i);
        f->file.p[i] ^= 1;
    }
}

static void test_blocks(void)
{
    static struct blocks_file f;
    struct buf b = buf_with_limit(65536);
    char name[80];

    for (size_t i = 0; i < ARRAY_N(shapes); i++)
        for (size_t row = 0; row < 5; row++)
            for (int boxes = 0; boxes < 2; boxes++) {
                struct blocks k = shapes[i].blocks;
                k.row = row;
                k.boxes = boxes;
                k.padding = boxes ? row * 3 : 0;
                snprintf(name, sizeof name, "%s, row %zu, boxes %d", shapes[i].name, row, boxes);
                make_blocks(&f, &k);
                put_assertion(&b, f.hash, true, f.maps, k.mdats);
                const struct binding_answer answer = ask(name, &f.file, &b, MATCH, "");
                CHECK(!answer.informational, "%s: %s", name, answer.informational);
                if (row % 2 == 0)
                    flip_blocks(&f, name, &b, boxes);
                buf_free(&f.file);
            }
    buf_free(&b);
}

/* What is wrong with maps and merkle boxes of blocks. */
static struct blocks_file spoilt;

static void other_fixed(struct map *m)
{
    m->fixed = 13;
}
static void fewer(struct map *m)
{
    m->count--;
}
static void more(struct map *m)
{
    m->count++;
}
static void too_many(struct map *m)
{
    m->count = UINT64_MAX;
}
static void both_sizes(struct map *m)
{
    m->sizes = three;
    m->sizes_n = 3;
}
static void other_sizes(struct map *m)
{
    m->fixed = 0;
    m->sizes = three;
    m->sizes_n = 3;
}
static void no_sizes(struct map *m)
{
    m->fixed = 0;
}
static void an_init(struct map *m)
{
    m->init = spoilt.hash;
}
static void sha512(struct map *m)
{
    m->alg = "sha512";
}
static void no_alg(struct map *m)
{
    m->alg = "sha1";
}
static void another_id(struct map *m)
{
    m->unique_id = 7;
}

static const struct {
    const char *name;
    void (*spoil)(struct map *m);
    const char *code;
    const char *says;
} bad_maps[] = {
    { "other block size", other_fixed, MALFORMED, "are not the 10 blocks" },
    { "a leaf less", fewer, MALFORMED, "no row of a tree" },
    { "a leaf more", more, MALFORMED, "no row of a tree" },
    { "very many leaves", too_many, MALFORMED, "its count" },
    { "two kinds of sizes", both_sizes, MALFORMED, "one block size, and a list" },
    { "sizes that do not fit", other_sizes, MALFORMED, "are not the 10 blocks" },
    { "no sizes", no_sizes, MALFORMED, "are not the 10 blocks" },
    { "a hash of an initialization", an_init, MALFORMED, "no fragments" },
    { "hashes of another algorithm", sha512, MALFORMED, "its algorithm's size" },
    { "unknown algorithm", no_alg, "algorithm.unsupported", "algorithm" },
    { "ids of no merkle box", another_id, MISMATCH, "is not that of block 0" },
};

static void test_bad_maps(void)
{
    const struct blocks k = { .mdats = 1, .payload = 100, .begin = 16, .fixed = 10, .boxes = true };
    struct buf b = buf_with_limit(65536);

    make_blocks(&spoilt, &k);
    const struct map sound = spoilt.maps[0];
    for (size_t i = 0; i < ARRAY_N(bad_maps); i++) {
        spoilt.maps[0] = sound;
        bad_maps[i].spoil(&spoilt.maps[0]);
        put_assertion(&b, spoilt.hash, true, spoilt.maps, 1);
        ask(bad_maps[i].name, &spoilt.file, &b, bad_maps[i].code, bad_maps[i].says);
    }
    struct map twice[2] = { sound, sound };
    put_assertion(&b, spoilt.hash, true, twice, 2);
    ask("the same ids twice", &spoilt.file, &b, MALFORMED, "the same ids");
    twice[1].local_id = 1;
    put_assertion(&b, spoilt.hash, true, twice, 2);
    ask("more maps than boxes", &spoilt.file, &b, MISMATCH, "2 Merkle maps, but 1");
    put_assertion(&b, NULL, true, &sound, 1);
    ask("nothing binds the rest", &spoilt.file, &b, MALFORMED, "media data only");
    buf_free(&spoilt.file);

    // A second box of media data without a map: bound by the hash, or not at all.
    const struct blocks two = { .mdats = 2, .payload = 100, .begin = 16, .fixed = 10 };
    make_blocks(&spoilt, &two);
    put_assertion(&b, spoilt.hash, true, spoilt.maps, 1);
    ask("a box without a map", &spoilt.file, &b, MISMATCH, "nothing binds the media data");
    buf_free(&spoilt.file);
    buf_free(&b);
}

/* Merkle boxes that are missing, in another order, or of another tree. */
static void test_bad_places(void)
{
    const struct blocks k = {
        .mdats = 1, .payload = 100, .begin = 16, .fixed = 10, .row = 2, .boxes = true, .padding = 40
    };
    static struct blocks_file f;
    struct buf b = buf_with_limit(65536), cut = buf_with_limit(MAKE_MAX);

    make_blocks(&f, &k);
    put_assertion(&b, f.hash, true, f.maps, 1);
    size_t first = 0, second = 0;
    case_root(buf_view(&f.file), f.places, &first);
    case_root(buf_view(&f.file), f.places + first, &second);

    buf_put(&cut, f.file.p, f.places);
    buf_put(&cut, f.file.p + f.places + first, second);
    buf_put(&cut, f.file.p + f.places, first);
    buf_put(&cut, f.file.p + f.places + first + second, f.file.n - f.places - first - second);
    ask("two swapped", &cut, &b, MISMATCH, "is not that of block 0");

    cut.n = f.places;
    buf_put(&cut, f.file.p + f.places + first, f.file.n - f.places - first);
    ask("the first missing", &cut, &b, MISMATCH, "is not that of block 0");

    cut.n = f.places;
    buf_put(&cut, f.file.p + f.places, first);
    ask("all missing but one", &cut, &b, MALFORMED, "block 1 has no merkle box");

    cut.n = f.places;
    ask("none: then the row is made again", &cut, &b, MATCH, "");

    const size_t at = c2pa_box(&cut, "merkle");
    buf_put_text(&cut, "\xa1gnothing\1");
    end(&cut, at);
    ask("no place in it", &cut, &b, MALFORMED, "is not readable");
    buf_free(&cut);
    buf_free(&f.file);
    buf_free(&b);
}

/* Fragments. */

struct fragments {
    struct buf init; // or the whole file
    struct buf segments[CASE_LEAVES_MAX];
    size_t moofs[CASE_LEAVES_MAX];
    size_t places[CASE_LEAVES_MAX];
    size_t n;
    struct case_tree tree;
    struct map map;
    uint8_t init_hash[CASE_SHA256_N], hash[CASE_SHA256_N];
    struct buf assertion;
};

static void free_fragments(struct fragments *f)
{
    buf_free(&f->init);
    for (size_t i = 0; i < f->n; i++)
        buf_free(&f->segments[i]);
    buf_free(&f->assertion);
}

static void put_init(struct buf *b)
{
    ftyp(b, "iso6");
    store_box(b, "manifest", 0, STORE_MIN, 0);
    const size_t moov = box(b, "moov");
    plain_box(b, "mvhd", 30, 'v');
    end(b, moov);
}

static void put_fragment(struct buf *b, size_t i)
{
    const size_t moof = box(b, "moof");

    plain_box(b, "mfhd", 8, (uint8_t)i);
    end(b, moof);
    plain_box(b, "mdat", 20 + i, (uint8_t)(i * 10));
    if (i % 3 == 0)
        plain_box(b, "free", 3, 0);
}

static struct map map_of(struct fragments *f, size_t row)
{
    return (struct map){ .unique_id = 1,
                         .local_id = 2,
                         .count = f->tree.n[0],
                         .tree = &f->tree,
                         .row = row < f->tree.rows ? row : f->tree.rows - 1,
                         .init = f->init_hash };
}

/* One file. The proofs need the leaves, which need the boxes' sizes: made twice. */
static void make_flat(struct fragments *f, size_t n, size_t row, bool offsets)
{
    *f = (struct fragments){ .n = n,
                             .init = buf_with_limit(MAKE_MAX),
                             .assertion = buf_with_limit(65536) };
    f->tree.n[0] = n;
    case_grow(&f->tree, n);
    for (int pass = 0; pass < 2; pass++) {
        struct buf *b = &f->init;
        buf_clear(b);
        put_init(b);
        const size_t level = row < f->tree.rows ? row : f->tree.rows - 1;
        for (size_t i = 0; i < n; i++) {
            f->places[i] = b->n;
            case_merkle_box(b, 1, 2, i, &f->tree, i, level, 5);
            f->moofs[i] = b->n;
            put_fragment(b, i);
        }
        plain_box(b, "mfra", 12, 0);
        for (size_t i = 0; i < n; i++)
            case_digest_boxes(buf_view(b), f->moofs[i], i + 1 < n ? f->moofs[i + 1] : b->n, offsets,
                              false, f->tree.node[0][i]);
        case_grow(&f->tree, n);
        case_digest_boxes(buf_view(b), 0, f->moofs[0], offsets, false, f->init_hash);
        case_digest_boxes(buf_view(b), 0, b->n, true, false, f->hash);
    }
    f->map = map_of(f, row);
}

static void make_segments(struct fragments *f, size_t n, size_t row)
{
    *f = (struct fragments){ .n = n,
                             .init = buf_with_limit(MAKE_MAX),
                             .assertion = buf_with_limit(65536) };
    f->tree.n[0] = n;
    case_grow(&f->tree, n);
    put_init(&f->init);
    case_digest_boxes(buf_view(&f->init), 0, f->init.n, true, false, f->init_hash);
    for (int pass = 0; pass < 2; pass++) {
        const size_t level = row < f->tree.rows ? row : f->tree.rows - 1;
        for (size_t i = 0; i < n; i++) {
            struct buf *b = &f->segments[i];
            if (!pass)
                *b = buf_with_limit(MAKE_MAX);
            buf_clear(b);
            plain_box(b, "styp", 8, 's');
            plain_box(b, "sidx", 20, 'x');
            f->places[i] = b->n;
            case_merkle_box(b, 1, 2, i, &f->tree, i, level, 0);
            f->moofs[i] = b->n;
            put_fragment(b, i);
            case_digest_boxes(buf_view(b), 0, b->n, true, false, f->tree.node[0][i]);
        }
        case_grow(&f->tree, n);
    }
    f->map = map_of(f, row);
    put_assertion(&f->assertion, NULL, false, &f->map, 1);
}

static void test_flat(void)
{
    static struct fragments f;
    char name[80];

    for (size_t n = 1; n <= 9; n++)
        for (size_t row = 0; row < 5; row++) {
            snprintf(name, sizeof name, "%zu fragments, row %zu", n, row);
            make_flat(&f, n, row, true);
            put_assertion(&f.assertion, NULL, false, &f.map, 1);
            ask(name, &f.init, &f.assertion, MATCH, "");
            put_assertion(&f.assertion, f.hash, false, &f.map, 1);
            ask(name, &f.init, &f.assertion, MATCH, "");
            f.hash[0] ^= 1;
            put_assertion(&f.assertion, f.hash, false, &f.map, 1);
            ask(name, &f.init, &f.assertion, MISMATCH, "another, over all boxes");
            free_fragments(&f);
            // By the text, leaves beside a hash take no offsets.
            make_flat(&f, n, row, false);
            put_assertion(&f.assertion, f.hash, false, &f.map, 1);
            ask(name, &f.init, &f.assertion, MATCH, "");
            put_assertion(&f.assertion, NULL, false, &f.map, 1);
            ask(name, &f.init, &f.assertion, MISMATCH, "initialization");
            free_fragments(&f);
        }
}

/* Everything behind the credential may not change, but mfra and the padding of merkle boxes. */
static void test_flat_flips(void)
{
    static struct fragments f;
    struct exh_error err;
    struct cbor map;

    make_flat(&f, 5, 1, true);
    put_assertion(&f.assertion, NULL, false, &f.map, 1);
    CHECK(cbor_parse(buf_view(&f.assertion), 0, &map, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 20 + BMFF_STORE_AT + STORE_MIN; i < f.init.n - 20; i++) {
        struct container container = { .format = FORMAT_BMFF };
        struct exh_source s = exh_source_memory(f.init.p, f.init.n);
        struct binding_question q = { .crypto = &case_crypto,
                                      .asset = &s,
                                      .container = &container,
                                      .alg = EXH_SHA256,
                                      .assertion = map };
        struct binding_answer answer;
        bool free_byte = false;
        for (size_t k = 0; k < f.n; k++)
            // Version and flags; the map's head, which may take padding for one more pair; padding.
            free_byte |= (i >= f.places[k] + 24 && i < f.places[k] + 28) || i == f.places[k] + 35 ||
                         (i >= f.moofs[k] - 5 && i < f.moofs[k]);
        f.init.p[i] ^= 1;
        const enum exh_status status = hash_bmff_check(&q, 3, &answer, &err);
        CHECK(free_byte || status != EXH_OK || answer.kind == EXH_FAILURE, "byte %zu may change",
              i);
        f.init.p[i] ^= 1;
    }
    CHECK(case_hashers == 0, "%d hashers left", case_hashers);
    free_fragments(&f);
}

/* A file whose fragments are put together anew: a list of them, each with its merkle box. */
static void test_flat_attacks(void)
{
    static const struct {
        const char *name;
        const char *order; // digits: fragments; '-': the merkle box of the next is left out
        const char *code;
        const char *says;
        bool incomplete;
    } rows[] = {
        { "as it was", "0123", MATCH, "", false },
        { "the tail cut", "012", MISMATCH, "1 of 4 fragments are missing, the first is number 3",
          true },
        { "all but the first cut", "0", MISMATCH,
          "3 of 4 fragments are missing, the first is number 1", true },
        { "all cut", "", MISMATCH, "4 of 4 fragments are missing, the first is number 0", true },
        { "one dropped", "013", MISMATCH, "fragment 3 is not what was signed", false },
        { "the first dropped", "123", MISMATCH, "fragment 1 is not what was signed", false },
        { "two swapped", "0213", MISMATCH, "fragment 2 is not what was signed", false },
        { "one twice", "01123", MISMATCH, "fragment 1 comes after fragment 1", false },
        { "one more at the end", "01230", MISMATCH, "fragment 0 comes after fragment 3", false },
        { "a merkle box missing", "01-23", MALFORMED, "stands no merkle box", false },
        { "the first merkle box missing", "-0123", MALFORMED, "stands no merkle box", false },
    };
    static struct fragments f;
    struct buf b = buf_with_limit(MAKE_MAX);

    make_flat(&f, 4, 1, true);
    put_assertion(&f.assertion, NULL, false, &f.map, 1);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        buf_clear(&b);
        buf_put(&b, f.init.p, f.places[0]);
        bool bare = false;
        for (const char *p = rows[i].order; *p; p++) {
            const size_t k = (size_t)(*p - '0');
            if (*p == '-') {
                bare = true;
                continue;
            }
            const size_t from = bare ? f.moofs[k] : f.places[k];
            buf_put(&b, f.init.p + from, (k + 1 < f.n ? f.places[k + 1] : f.init.n - 20) - from);
            bare = false;
        }
        const struct binding_answer answer =
            ask(rows[i].name, &b, &f.assertion, rows[i].code, rows[i].says);
        CHECK(answer.incomplete == rows[i].incomplete, "%s: incomplete %d", rows[i].name,
              answer.incomplete);
    }

    // A merkle box that belongs to no fragment, at the end and before another.
    buf_clear(&b);
    buf_put(&b, f.init.p, f.init.n);
    case_merkle_box(&b, 1, 2, 4, NULL, 0, 0, 0);
    ask("a merkle box at the end", &b, &f.assertion, MALFORMED, "stands before no moof");
    f.map.local_id = 3;
    put_assertion(&f.assertion, NULL, false, &f.map, 1);
    ask("other ids", &f.init, &f.assertion, MISMATCH, "belongs to no Merkle map: ids 1 and 2");
    f.map = map_of(&f, 1);
    f.map.init = NULL;
    put_assertion(&f.assertion, NULL, false, &f.map, 1);
    ask("no hash of the initialization", &f.init, &f.assertion, MALFORMED,
        "without a hash of their initialization");
    f.map = map_of(&f, 1);
    put_assertion(&f.assertion, NULL, true, &f.map, 1);
    ask("media data left out", &f.init, &f.assertion, MISMATCH, "nothing binds the media data");
    buf_free(&b);
    free_fragments(&f);
}

/* Leaves made as the exclusion of mdat says leave the media out: that must not be called bound. */
static void test_flat_without_media(void)
{
    static struct fragments f;

    make_flat(&f, 3, 0, true);
    for (size_t i = 0; i < 3; i++)
        case_digest_boxes(buf_view(&f.init), f.moofs[i], i < 2 ? f.moofs[i + 1] : f.init.n, true,
                          true, f.tree.node[0][i]);
    case_grow(&f.tree, 3);
    f.map = map_of(&f, 0);
    put_assertion(&f.assertion, NULL, true, &f.map, 1);
    ask("media not in the leaves", &f.init, &f.assertion, MISMATCH, "nothing binds the media data");
    free_fragments(&f);
}

/* What lies where no hash looks is told, and harms nothing. */
static void test_warnings(void)
{
    static struct fragments f;
    struct buf b = buf_with_limit(MAKE_MAX);
    const struct {
        const char *name;
        uint32_t version;
        uint32_t count;
        uint64_t target; // 0: the last fragment
        const char *says;
    } rows[] = {
        { "32-bit index", 0, 2, 0, "" },
        { "64-bit index", 1, 2, 0, "" },
        { "index into the media", 0, 2, 300, "points at 300, where no fragment begins" },
        { "index beyond the file", 0, 2, 1u << 30, "points at 1073741824, where no" },
        { "64-bit index beyond", 1, 2, 1u << 30, "points at 1073741824, where no" },
        { "more entries than there are", 0, 3, 0, "is cut short" },
        { "very many entries", 1, UINT32_MAX, 0, "is cut short" },
    };

    make_flat(&f, 2, 0, true);
    put_assertion(&f.assertion, NULL, false, &f.map, 1);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const size_t width = rows[i].version ? 8 : 4;
        buf_clear(&b);
        buf_put(&b, f.init.p, f.init.n - 20);
        const size_t mfra = box(&b, "mfra"),
                     tfra = full_box(&b, "tfra", (uint8_t)rows[i].version, 0);
        buf_put_u32(&b, 1);
        buf_put_u32(&b, 0x15); // numbers of 2 bytes
        buf_put_u32(&b, rows[i].count);
        for (size_t k = 0; k < 2; k++) {
            const uint64_t target = k && rows[i].target ? rows[i].target : f.moofs[k];
            buf_put_zeros(&b, width);
            if (width == 8)
                buf_put_u64(&b, target);
            else
                buf_put_u32(&b, (uint32_t)target);
            buf_put_zeros(&b, 6);
        }
        end(&b, tfra);
        end(&b, mfra);
        const struct binding_answer answer = ask(rows[i].name, &b, &f.assertion, MATCH, "");
        CHECK(rows[i].says[0] ? strstr(answer.warning, rows[i].says) != NULL : !answer.warning[0],
              "%s: \"%s\"", rows[i].name, answer.warning);
    }
    buf_clear(&b);
    buf_put(&b, f.init.p, f.init.n - 20);
    const size_t mfra = box(&b, "mfra");
    plain_box(&b, "tfra", 15, 0);
    plain_box(&b, "mfro", 200, 0);
    end(&b, mfra);
    CHECK(strstr(ask("short index", &b, &f.assertion, MATCH, "").warning, "is cut short"), "short");

    f.init.p[f.moofs[1] - 2] = 7;
    const struct binding_answer answer = ask("padding", &f.init, &f.assertion, MATCH, "");
    char says[80];
    snprintf(says, sizeof says, "the padding of a merkle box is not zero at %zu", f.moofs[1] - 2);
    CHECK(strcmp(answer.warning, says) == 0, "padding: \"%s\"", answer.warning);
    buf_free(&b);
    free_fragments(&f);
}

static struct binding_answer ask_order(const char *name, const struct fragments *f,
                                       const char *order, const char *code, const char *says)
{
    struct exh_bytes segments[CASE_LEAVES_MAX];
    size_t n = 0;

    for (; *order; order++)
        segments[n++] = buf_view(&f->segments[*order - '0']);
    return case_ask_segments(name, buf_view(&f->init), buf_view(&f->assertion), segments, n, code,
                             says);
}

static void test_segments(void)
{
    static const struct {
        const char *name;
        const char *order;
        const char *code;
        const char *says;
        bool incomplete;
    } rows[] = {
        { "all", "012345", MATCH, "", false },
        { "none given", "", MISMATCH, "6 of 6 fragments are missing, the first is number 0", true },
        { "the last missing", "01234", MISMATCH,
          "1 of 6 fragments are missing, the first is number 5", true },
        { "one missing inside", "01345", MISMATCH,
          "1 of 6 fragments are missing, the first is number 2", true },
        { "some missing", "024", MISMATCH, "3 of 6 fragments are missing, the first is number 1",
          true },
        { "the first missing", "12345", MISMATCH,
          "1 of 6 fragments are missing, the first is number 0", true },
        { "swapped", "021345", MISMATCH, "segment 3: fragment 1 comes after fragment 2", false },
        { "twice", "0012345", MISMATCH, "segment 2: fragment 0 comes after fragment 0", false },
        { "backwards", "543210", MISMATCH, "segment 2: fragment 4 comes after fragment 5", false },
    };
    static struct fragments f;
    char name[80];

    for (size_t n = 1; n <= 9; n++)
        for (size_t row = 0; row < 5; row++) {
            snprintf(name, sizeof name, "%zu segments, row %zu", n, row);
            make_segments(&f, n, row);
            char order[16] = "0123456789";
            order[n] = '\0';
            ask_order(name, &f, order, MATCH, "");
            free_fragments(&f);
        }
    make_segments(&f, 6, 1);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const struct binding_answer answer =
            ask_order(rows[i].name, &f, rows[i].order, rows[i].code, rows[i].says);
        CHECK(answer.incomplete == rows[i].incomplete, "%s: incomplete %d", rows[i].name,
              answer.incomplete);
    }
    free_fragments(&f);
}

/* Every byte of a segment, but of the padding and what stands for nothing in its merkle box. */
static void test_segment_flips(void)
{
    static struct fragments f;
    struct exh_error err;
    struct cbor map;

    make_segments(&f, 3, 1);
    CHECK(cbor_parse(buf_view(&f.assertion), 0, &map, &err) == EXH_OK, "%s", err.text);
    for (size_t k = 0; k < 4; k++) {
        struct buf *b = k < 3 ? &f.segments[k] : &f.init;
        for (size_t i = k < 3 ? 0 : 20 + BMFF_STORE_AT + STORE_MIN; i < b->n; i++) {
            struct container container = { .format = FORMAT_BMFF };
            struct exh_source s = exh_source_memory(f.init.p, f.init.n), segments[3];
            struct binding_question q = { .crypto = &case_crypto,
                                          .asset = &s,
                                          .container = &container,
                                          .fragments = segments,
                                          .fragments_n = 3,
                                          .alg = EXH_SHA256,
                                          .assertion = map };
            struct binding_answer answer;
            for (size_t j = 0; j < 3; j++)
                segments[j] = exh_source_memory(f.segments[j].p, f.segments[j].n);
            b->p[i] ^= 1;
            const enum exh_status status = hash_bmff_check(&q, 3, &answer, &err);
            const bool unhashed = k < 3 && i >= f.places[k] + 24 && i < f.places[k] + 28;
            CHECK(unhashed || status != EXH_OK || answer.kind == EXH_FAILURE,
                  "segment %zu: byte %zu may change", k, i);
            b->p[i] ^= 1;
        }
    }
    CHECK(case_hashers == 0, "%d hashers left", case_hashers);
    free_fragments(&f);
}

static void test_bad_segments(void)
{
    static struct fragments f, other;
    struct buf b = buf_with_limit(MAKE_MAX);

    make_segments(&f, 3, 1);
    make_segments(&other, 3, 0);
    struct exh_bytes s[3] = { buf_view(&f.segments[0]), buf_view(&f.segments[1]),
                              buf_view(&f.segments[2]) };
    const struct exh_bytes init = buf_view(&f.init), assertion = buf_view(&f.assertion);

    buf_put_bytes(&b, s[1]);
    plain_box(&b, "moof", 4, 0);
    s[1] = buf_view(&b);
    case_ask_segments("two moofs", init, assertion, s, 3, MALFORMED, "segment 2: 2 moof, 1 mdat");
    buf_clear(&b);
    buf_put(&b, f.segments[1].p, f.places[1]);
    buf_put(&b, f.segments[1].p + f.moofs[1], f.segments[1].n - f.moofs[1]);
    s[1] = buf_view(&b);
    case_ask_segments("no merkle box", init, assertion, s, 3, MALFORMED, "and 0 merkle boxes");
    buf_clear(&b);
    buf_put(&b, f.segments[1].p, f.moofs[1]);
    plain_box(&b, "free", 0, 0);
    buf_put(&b, f.segments[1].p + f.moofs[1], f.segments[1].n - f.moofs[1]);
    s[1] = buf_view(&b);
    case_ask_segments("a box between", init, assertion, s, 3, MALFORMED, "right before the moof");
    s[1] = buf_view(&f.init);
    case_ask_segments("an initialization", init, assertion, s, 3, MALFORMED, "0 moof, 0 mdat");
    s[1] = buf_view(&f.segments[1]);

    f.init.p[f.init.n - 1] ^= 1;
    case_ask_segments("another initialization", init, assertion, s, 3, MISMATCH, "initialization");
    case_ask_segments("another one, alone", init, assertion, s, 0, MISMATCH, "initialization");
    f.init.p[f.init.n - 1] ^= 1;

    put_assertion(&other.assertion, f.hash, false, &f.map, 1);
    case_ask_segments("a hash beside", init, buf_view(&other.assertion), s, 3, MALFORMED,
                      "a hash over one file");
    buf_clear(&other.assertion);
    struct cbor_map map = cbor_map_open(&other.assertion);
    cbor_put_text(&other.assertion, "exclusions");
    cbor_put_array(&other.assertion, 3);
    case_put_mandatory(&other.assertion);
    case_put_digest(&other.assertion, "hash", f.init_hash);
    cbor_map_close(&other.assertion, map);
    case_ask_segments("a hash only", init, buf_view(&other.assertion), s, 0, MATCH, "");
    case_ask_segments("a hash only, but segments", init, buf_view(&other.assertion), s, 3, MISMATCH,
                      "nothing binds the segments");
    put_assertion(&other.assertion, NULL, true, &f.map, 1);
    case_ask_segments("media left out", init, buf_view(&other.assertion), s, 3, MISMATCH,
                      "nothing binds its media data");
    buf_free(&b);
    free_fragments(&f);
    free_fragments(&other);
}

/* Two renditions under one credential: each is checked for itself. */
static void test_renditions(void)
{
    static struct fragments one, two;
    struct buf b = buf_with_limit(65536);

    make_segments(&one, 3, 1);
    make_segments(&two, 4, 2);
    two.map.unique_id = 2; // its segments say 1: give them their own id
    for (size_t i = 0; i < 4; i++) {
        struct buf *s = &two.segments[i];
        for (size_t k = two.places[i]; k < two.moofs[i]; k++)
            if (memcmp(s->p + k, "uniqueId\1", 9) == 0)
                s->p[k + 8] = 2;
    }
    two.init.p[two.init.n - 1] ^= 1;
    case_digest_boxes(buf_view(&two.init), 0, two.init.n, true, false, two.init_hash);
    const struct map maps[2] = { one.map, two.map };
    put_assertion(&b, NULL, false, maps, 2);
    buf_free(&one.assertion);
    buf_free(&two.assertion);
    one.assertion = two.assertion = b;
    ask_order("first rendition", &one, "012", MATCH, "");
    ask_order("second rendition", &two, "0123", MATCH, "");
    ask_order("second rendition without its last", &two, "012", MISMATCH, "1 of 4 fragments");
    struct buf first = one.init;
    one.init = two.init;
    ask_order("first rendition with the other initialization", &one, "012", MISMATCH,
              "initialization");
    one.init = first;
    two.assertion = (struct buf){ 0 };
    free_fragments(&one);
    free_fragments(&two);
}

int main(void)
{
    test_blocks();
    test_bad_maps();
    test_bad_places();
    test_flat();
    test_flat_flips();
    test_flat_attacks();
    test_flat_without_media();
    test_warnings();
    test_segments();
    test_segment_flips();
    test_bad_segments();
    test_renditions();
    return check_done();
}
