/*
 * Any c2pa.hash.bmff over any file, alone or with segments: there is an answer, and a match means that
 * no byte can change but of boxes that are left out.
 *
 * Input: a byte of flags, the size of the assertion (u16), the number of segments (u8), the size of
 * each (u16), the assertion, the segments, the file.
 */
#include <string.h>

#include "base/reader.h"
#include "c2pa/binding.h"
#include "formats/bmff.h"
#include "fuzz.h"

enum { ALL_ALIKE = 1, VERSION_2 = 2, NO_ALG = 4 };

#define SEGMENTS_MAX 7

/* A polynomial with an odd factor: one byte more or less, or another one, is another value. */
struct exh_hasher {
    uint64_t value;
    enum exh_hash alg;
};

static struct exh_hasher *hash_new(enum exh_hash alg)
{
    struct exh_hasher *h = malloc(sizeof *h);

    REQUIRE(h && alg);
    *h = (struct exh_hasher){ (uint64_t)alg, alg };
    return h;
}

static void hash_update(struct exh_hasher *h, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h->value = h->value * UINT64_C(0x100000001B3) + p[i] + 1;
}

static void hash_free(struct exh_hasher *h)
{
    free(h);
}

static size_t hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_hash_size(h->alg);

    for (size_t i = 0; i < n; i++)
        digest[i] = (uint8_t)(h->value >> i % 8 * 8);
    hash_free(h);
    return n;
}

/* With this one everything matches, so that all that comes after a match is reached. */
static size_t hash_final_zeros(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_hash_size(h->alg);

    memset(digest, 0, n);
    hash_free(h);
    return n;
}

static const struct exh_crypto crypto = { .hash_new = hash_new,
                                          .hash_update = hash_update,
                                          .hash_final = hash_final,
                                          .hash_free = hash_free };
static const struct exh_crypto alike = { .hash_new = hash_new,
                                         .hash_update = hash_update,
                                         .hash_final = hash_final_zeros,
                                         .hash_free = hash_free };

static enum exh_status ask(const struct binding_question *q, int version,
                           struct binding_answer *answer)
{
    static const char *const codes[] = { "assertion.bmffHash.match", "assertion.bmffHash.mismatch",
                                         "assertion.bmffHash.malformed", "algorithm.unsupported" };
    struct exh_error err;
    const enum exh_status status = hash_bmff_check(q, version, answer, &err);
    bool known = false;

    if (status != EXH_OK) { // the file cannot be read, or asks for too much
        REQUIRE(status == EXH_MALFORMED || status == EXH_LIMIT);
        REQUIRE(memchr(err.text, 0, sizeof err.text) && err.text[0]);
        return status;
    }
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        known |= strcmp(answer->code, codes[i]) == 0;
    REQUIRE(known && memchr(answer->explanation, 0, sizeof answer->explanation));
    REQUIRE((answer->kind == EXH_SUCCESS) == (answer->code == strstr(answer->code, codes[0])));
    REQUIRE(answer->kind == EXH_SUCCESS || answer->explanation[0]);
    REQUIRE(!answer->incomplete || strcmp(answer->code, codes[1]) == 0);
    return status;
}

/* Whether a byte lies in a box that is left out: ftyp, mfra, or ours. */
static bool is_free(const struct exh_source *s, size_t at)
{
    struct bmff_reader r;
    struct bmff_box box;
    struct bmff_c2pa c2pa;
    struct exh_error err;
    bool more;

    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    while (bmff_next(&w, &box, &more, &err) == EXH_OK && more) {
        if (at < box.at || at - box.at >= box.size)
            continue;
        if (box.type == BMFF_FTYP || box.type == BMFF_MFRA)
            return true;
        return bmff_read_c2pa(&r, &box, &c2pa, &err) == EXH_OK && c2pa.purpose != BMFF_FOREIGN &&
               box.header == 8;
    }
    return true;
}

/* Change a byte of a source in place, ask again, and put it back. */
static void check_changed(const struct binding_question *q, int version, const struct exh_source *s,
                          uint8_t *bytes, size_t at)
{
    struct binding_answer answer;

    if (is_free(s, at))
        return;
    bytes[at] ^= 0x55;
    REQUIRE(ask(q, version, &answer) != EXH_OK || answer.kind == EXH_FAILURE);
    bytes[at] ^= 0x55;
}

/* Everything here is a copy that may be changed. */
static void check(struct exh_bytes assertion, uint8_t *file, size_t file_n,
                  struct exh_source *segments, uint8_t **bytes, size_t n, unsigned flags)
{
    const int version = flags & VERSION_2 ? 2 : 3;
    const struct exh_source asset = exh_source_memory(file, file_n);
    struct container container = { 0 };
    struct binding_question q = { .crypto = flags & ALL_ALIKE ? &alike : &crypto,
                                  .asset = &asset,
                                  .container = &container,
                                  .fragments = segments,
                                  .fragments_n = n,
                                  .alg = flags & NO_ALG ? EXH_HASH_NONE : EXH_SHA256 };
    struct binding_answer answer;
    struct exh_error err;

    if (cbor_parse(assertion, 0, &q.assertion, &err) != EXH_OK ||
        container_read(&asset, &container, &err) != EXH_OK)
        return;
    const bool matches =
        ask(&q, version, &answer) == EXH_OK && answer.kind == EXH_SUCCESS && !answer.informational;
    if (matches && !(flags & ALL_ALIKE)) {
        check_changed(&q, version, &asset, file, file_n * 7919 / 3 % file_n);
        check_changed(&q, version, &asset, file, file_n - 1);
        for (size_t i = 0; i < n; i++)
            if (segments[i].size)
                check_changed(&q, version, &segments[i], bytes[i],
                              (size_t)segments[i].size * 5 / 7);
    }
    container_free(&container);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reader r = reader_over((struct exh_bytes){ p, n }, 0);
    struct exh_source segments[SEGMENTS_MAX];
    uint8_t *bytes[SEGMENTS_MAX];
    size_t sizes[SEGMENTS_MAX];
    const unsigned flags = reader_u8(&r);
    const size_t size = reader_u16(&r);
    const size_t count = reader_u8(&r) % (SEGMENTS_MAX + 1);

    for (size_t i = 0; i < count; i++)
        sizes[i] = reader_u16(&r);
    const struct exh_bytes assertion = reader_take(&r, size);
    uint8_t *copy = malloc(n + 1);
    REQUIRE(copy);
    memcpy(copy, p, n);
    for (size_t i = 0; i < count; i++) {
        const struct exh_bytes segment = reader_take(&r, sizes[i]);
        bytes[i] = copy + (segment.n ? segment.p - p : 0);
        segments[i] = exh_source_memory(bytes[i], segment.n);
    }
    if (!r.failed && r.rest.n)
        check(assertion, copy + (r.rest.p - p), r.rest.n, segments, bytes, count, flags);
    free(copy);
    return 0;
}
