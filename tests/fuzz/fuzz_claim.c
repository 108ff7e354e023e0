/* Any claim, of both versions: what it lists lies inside the input. */
#include "base/text.h"
#include "c2pa/claim.h"
#include "fuzz.h"

static bool inside(struct exh_bytes part, const uint8_t *p, size_t n)
{
    return !part.n || (part.p >= p && part.p <= p + n && part.n <= (size_t)(p + n - part.p));
}

static void check(const uint8_t *p, size_t n, struct cbor item, const char *label, int version)
{
    struct arena arena = arena_with_limit((size_t)16 << 20);
    struct exh_error err;
    struct claim c;

    if (claim_read(item, bytes_of(label), &arena, &c, &err) == EXH_OK) {
        REQUIRE(c.version == version);
        REQUIRE(c.refs_n <= CLAIM_REFS_MAX && c.redactions_n <= CLAIM_REDACTIONS_MAX);
        REQUIRE(inside(c.instance_id, p, n) && inside(c.signature, p, n));
        REQUIRE(inside(c.title, p, n) && inside(c.format, p, n) && inside(c.alg_soft, p, n));
        REQUIRE(inside(c.generator.item, p, n) && inside(c.generator_text, p, n));
        for (size_t i = 0; i < c.refs_n; i++) {
            REQUIRE(inside(c.refs[i].uri.url, p, n) && inside(c.refs[i].uri.hash, p, n));
            REQUIRE(inside(c.refs[i].uri.alg_name, p, n));
        }
        for (size_t i = 0; i < c.redactions_n; i++)
            REQUIRE(inside(c.redactions[i], p, n));
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct exh_error err;
    struct cbor item;

    if (cbor_parse((struct exh_bytes){ p, n }, 0, &item, &err) != EXH_OK)
        return 0;
    check(p, n, item, "c2pa.claim.v2", 2);
    check(p, n, item, "c2pa.claim", 1);
    return 0;
}
