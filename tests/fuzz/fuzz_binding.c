/*
 * Any hard binding over any asset: there is always an answer, and a match means that no byte outside
 * the store can change.
 *
 * Input: a byte of flags, the size of the assertion (u16), the assertion, the asset.
 */
#include <string.h>

#include "c2pa/binding.h"
#include "fuzz.h"

enum { BOXES = 1, SIDECAR = 2, UPDATED = 4, NO_ALG = 8 };

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

static const struct exh_crypto crypto = {
    .hash_new = hash_new,
    .hash_update = hash_update,
    .hash_final = hash_final,
    .hash_free = hash_free,
};

static struct binding_answer ask(const struct binding_question *q, bool boxes)
{
    static const char *const codes[] = {
        "assertion.dataHash.match",       "assertion.boxesHash.match",
        "assertion.dataHash.mismatch",    "assertion.boxesHash.mismatch",
        "assertion.dataHash.malformed",   "assertion.boxesHash.malformed",
        "assertion.boxesHash.unknownBox", "algorithm.unsupported",
    };
    struct binding_answer answer = { 0 };
    struct exh_error err;
    bool known = false;

    REQUIRE((boxes ? hash_boxes_check : hash_data_check)(q, &answer, &err) == EXH_OK);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        known |= strcmp(answer.code, codes[i]) == 0;
    REQUIRE(known && memchr(answer.explanation, 0, sizeof answer.explanation));
    REQUIRE((answer.kind == EXH_SUCCESS) == (strstr(answer.code, ".match") != NULL));
    REQUIRE(answer.kind == EXH_SUCCESS || answer.explanation[0]);
    for (const char *c = answer.explanation; *c; c++)
        REQUIRE(*c >= ' ' && *c <= '~');
    return answer;
}

/*
 * Whether a byte may change: of the store (a box called C2PA is not hashed, a sidecar or not), fill
 * before a JPEG marker, PNG's signature.
 */
static bool is_free(const struct binding_question *q, bool boxes, size_t at)
{
    const struct span store = q->container->store;

    return ((boxes || !q->sidecar) && at >= store.at && at - store.at < store.n) ||
           q->asset->memory[at] == 0xFF || (q->container->format == FORMAT_PNG && at < 8);
}

static void check_changed(const struct binding_question *q, bool boxes, size_t at)
{
    const size_t n = q->asset->size;
    uint8_t *changed = malloc(n);
    struct binding_question again = *q;

    REQUIRE(changed);
    memcpy(changed, q->asset->memory, n);
    changed[at] ^= 0x55;
    const struct exh_source asset = exh_source_memory(changed, n);
    again.asset = &asset;
    REQUIRE(ask(&again, boxes).kind == EXH_FAILURE);
    free(changed);
}

static void check(struct exh_bytes assertion, struct exh_bytes bytes, unsigned flags)
{
    const bool boxes = flags & BOXES;
    const struct exh_source asset = exh_source_memory(bytes.p, bytes.n);
    struct container container = { 0 };
    struct binding_question q = { .crypto = &crypto,
                                  .asset = &asset,
                                  .container = &container,
                                  .sidecar = flags & SIDECAR,
                                  .updated = flags & UPDATED,
                                  .alg = flags & NO_ALG ? EXH_HASH_NONE : EXH_SHA256 };
    struct exh_error err;

    if (cbor_parse(assertion, 0, &q.assertion, &err) != EXH_OK ||
        container_read(&asset, &container, &err) != EXH_OK)
        return;
    const struct binding_answer answer = ask(&q, boxes);
    const size_t at = bytes.n * 7919 / 3 % bytes.n;
    const bool all = !answer.informational && !answer.explanation[0]; // nothing else is left out
    if (answer.kind == EXH_SUCCESS && all && !is_free(&q, boxes, at))
        check_changed(&q, boxes, at);
    container_free(&container);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (n < 3)
        return 0;
    const size_t size = (size_t)p[1] << 8 | p[2];
    if (size < n - 3)
        check((struct exh_bytes){ p + 3, size }, (struct exh_bytes){ p + 3 + size, n - 3 - size },
              p[0]);
    return 0;
}
