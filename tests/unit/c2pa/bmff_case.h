/*
 * bmff_case.h -- c2pa.hash.bmff assertions made by hand, and questions about them.
 */
#ifndef TESTS_BMFF_CASE_H
#define TESTS_BMFF_CASE_H

#include "binding_case.h"
#include "formats/bmff_make.h"

#define CASE_LEAVES_MAX 64
#define CASE_SHA256_N   32 // bytes of the digests that these assertions hold

/* A tree made as the text says, row by row. */
struct case_tree {
    size_t n[8]; // nodes of each row
    size_t rows;
    uint8_t node[8][CASE_LEAVES_MAX][CASE_SHA256_N];
};

static inline void case_hash2(struct exh_bytes a, struct exh_bytes b, uint8_t to[CASE_SHA256_N])
{
    uint8_t digest[EXH_HASH_MAX];
    struct exh_hasher *h = case_hash_new(EXH_SHA256);

    case_hash_update(h, a.p, a.n);
    case_hash_update(h, b.p, b.n);
    case_hash_final(h, digest);
    memcpy(to, digest, CASE_SHA256_N);
}

/* The leaves stand in row 0. */
static inline void case_grow(struct case_tree *t, size_t leaves)
{
    t->n[0] = leaves;
    for (t->rows = 1; t->n[t->rows - 1] > 1; t->rows++) {
        const size_t below = t->rows - 1;
        t->n[t->rows] = (t->n[below] + 1) / 2;
        for (size_t i = 0; i < t->n[t->rows]; i++) {
            if (2 * i + 1 < t->n[below])
                case_hash2((struct exh_bytes){ t->node[below][2 * i], CASE_SHA256_N },
                           (struct exh_bytes){ t->node[below][2 * i + 1], CASE_SHA256_N },
                           t->node[t->rows][i]);
            else
                memcpy(t->node[t->rows][i], t->node[below][2 * i], CASE_SHA256_N);
        }
    }
}

/* Append the proof of a leaf as CBOR, or nothing when none is needed; false: it is empty. */
static inline bool case_put_proof(struct buf *b, const struct case_tree *t, size_t leaf, size_t row)
{
    const uint8_t *hashes[8];
    size_t n = 0;

    for (size_t i = 0; i < row; i++, leaf /= 2)
        if ((leaf ^ 1) < t->n[i])
            hashes[n++] = t->node[i][leaf ^ 1];
    if (!n)
        return false;
    cbor_put_text(b, "hashes");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        cbor_put_bytes(b, (struct exh_bytes){ hashes[i], CASE_SHA256_N });
    return true;
}

/* A merkle box. */
static inline void case_merkle_box(struct buf *b, int64_t unique_id, int64_t local_id,
                                   uint64_t location, const struct case_tree *t, size_t leaf,
                                   size_t row, size_t padding)
{
    const size_t at = c2pa_box(b, "merkle");
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "uniqueId");
    cbor_put_int(b, unique_id);
    cbor_put_text(b, "localId");
    cbor_put_int(b, local_id);
    cbor_put_text(b, "location");
    cbor_put_uint(b, location);
    if (t)
        case_put_proof(b, t, leaf, row);
    cbor_map_close(b, map);
    buf_put_zeros(b, padding);
    end(b, at);
}

/* The three exclusions that every assertion has, as items of an array. */
static inline void case_put_mandatory(struct buf *b)
{
    static const char *const paths[] = { "/uuid", "/ftyp", "/mfra" };

    for (size_t i = 0; i < 3; i++) {
        struct cbor_map map = cbor_map_open(b);
        cbor_put_text(b, "xpath");
        cbor_put_text(b, paths[i]);
        if (i == 0) {
            cbor_put_text(b, "data");
            cbor_put_array(b, 1);
            struct cbor_map data = cbor_map_open(b);
            cbor_put_text(b, "offset");
            cbor_put_uint(b, 8);
            cbor_put_text(b, "value");
            cbor_put_bytes(b, (struct exh_bytes){ bmff_c2pa_uuid, BMFF_UUID_N });
            cbor_map_close(b, data);
        }
        cbor_map_close(b, map);
    }
}

/* "/mdat" from byte 16 on, as stands beside Merkle maps over blocks. */
static inline void case_put_mdat(struct buf *b)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "xpath");
    cbor_put_text(b, "/mdat");
    cbor_put_text(b, "subset");
    cbor_put_array(b, 1);
    struct cbor_map subset = cbor_map_open(b);
    cbor_put_text(b, "offset");
    cbor_put_uint(b, 16);
    cbor_put_text(b, "length");
    cbor_put_uint(b, 0);
    cbor_map_close(b, subset);
    cbor_map_close(b, map);
}

static inline void case_put_digest(struct buf *b, const char *key, const uint8_t *digest)
{
    cbor_put_text(b, key);
    cbor_put_bytes(b, (struct exh_bytes){ digest, CASE_SHA256_N });
}

static inline uint64_t case_big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* The root boxes of a file in memory; false: there is none at `at`. */
static inline bool case_root(struct exh_bytes file, size_t at, size_t *size)
{
    if (at >= file.n)
        return false;
    *size = (size_t)case_big(file.p + at, 4);
    if (*size == 1)
        *size = (size_t)case_big(file.p + at + 8, 8);
    if (*size == 0)
        *size = file.n - at;
    return true;
}

/* Whether the mandatory exclusions leave this root box out. */
static inline bool case_left_out(struct exh_bytes file, size_t at)
{
    return memcmp(file.p + at + 4, "ftyp", 4) == 0 || memcmp(file.p + at + 4, "mfra", 4) == 0 ||
           (memcmp(file.p + at + 4, "uuid", 4) == 0 &&
            memcmp(file.p + at + 8, bmff_c2pa_uuid, BMFF_UUID_N) == 0);
}

/*
 * The digest of the root boxes of [from, to): each with its offset before it, if offsets; of mdat only
 * the first 16 bytes, if heads.
 */
static inline void case_digest_boxes(struct exh_bytes file, size_t from, size_t to, bool offsets,
                                     bool heads, uint8_t digest[CASE_SHA256_N])
{
    struct exh_hasher *h = case_hash_new(EXH_SHA256);
    uint8_t out[EXH_HASH_MAX];
    size_t size;

    for (size_t at = from; at < to && case_root(file, at, &size); at += size) {
        uint8_t offset[8];
        size_t n = size;
        if (case_left_out(file, at))
            continue;
        for (size_t i = 0; i < 8; i++)
            offset[i] = (uint8_t)((uint64_t)at >> 8 * (7 - i));
        if (offsets)
            case_hash_update(h, offset, 8);
        if (heads && memcmp(file.p + at + 4, "mdat", 4) == 0 && n > 16)
            n = 16;
        case_hash_update(h, file.p + at, n);
    }
    case_hash_final(h, out);
    memcpy(digest, out, CASE_SHA256_N);
}

static inline enum exh_status case_check_v3(const struct binding_question *q,
                                            struct binding_answer *out, struct exh_error *err)
{
    return hash_bmff_check(q, 3, out, err);
}

/* Ask with segments; code and explanation as in case_ask(). */
static inline struct binding_answer case_ask_segments(const char *name, struct exh_bytes init,
                                                      struct exh_bytes assertion,
                                                      const struct exh_bytes *segments, size_t n,
                                                      const char *code, const char *says)
{
    uint64_t progress = 0;
    struct exh_source asset = exh_source_memory(init.p, init.n);
    struct exh_source sources[CASE_LEAVES_MAX];
    struct container container = { 0 };
    struct binding_question q = { .crypto = &case_crypto,
                                  .asset = &asset,
                                  .container = &container,
                                  .fragments = sources,
                                  .fragments_n = n,
                                  .alg = EXH_SHA256,
                                  .progress = case_progress,
                                  .progress_ctx = &progress };
    struct binding_answer answer = { 0 };
    struct exh_error err = { 0 };

    for (size_t i = 0; i < n; i++)
        sources[i] = exh_source_memory(segments[i].p, segments[i].n);
    CHECK(container_read(&asset, &container, &err) == EXH_OK, "%s: %s", name, err.text);
    CHECK(cbor_parse(assertion, 0, &q.assertion, &err) == EXH_OK, "%s: %s", name, err.text);
    if (CHECK(hash_bmff_check(&q, 3, &answer, &err) == EXH_OK, "%s: %s", name, err.text))
        CHECK(strcmp(answer.code, code) == 0 && strstr(answer.explanation, says),
              "%s: %s: %s; not %s: %s", name, answer.code, answer.explanation, code, says);
    CHECK(case_hashers == 0, "%s: %d hashers left", name, case_hashers);
    container_free(&container);
    return answer;
}

#define MATCH     "assertion.bmffHash.match"
#define MISMATCH  "assertion.bmffHash.mismatch"
#define MALFORMED "assertion.bmffHash.malformed"

#endif
