/* Any COSE_Sign1: its parts lie inside the input, and what is made over them is CBOR. */
#include "c2pa/cose.h"
#include "fuzz.h"

static bool inside(struct exh_bytes part, const uint8_t *p, size_t n)
{
    return !part.n || (part.p >= p && part.p <= p + n && part.n <= (size_t)(p + n - part.p));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf tbs = buf_with_limit((size_t)4 << 20);
    struct exh_error err;
    struct cose cose;
    struct cbor item;

    if (cose_read((struct exh_bytes){ p, n }, 0, &cose, &err) != EXH_OK)
        return 0;
    REQUIRE(inside(cose.protected_, p, n) && inside(cose.headers.item, p, n));
    REQUIRE(inside(cose.unprotected.item, p, n) && inside(cose.signature, p, n));
    REQUIRE(inside(cose.signature_encoded, p, n) && inside(cose.stamp, p, n));
    REQUIRE(cose.signature_encoded.n > cose.signature.n);
    REQUIRE(cose.chain_n <= COSE_CHAIN_MAX && cose.ocsp_n <= COSE_OCSP_MAX);
    for (size_t i = 0; i < cose.chain_n; i++)
        REQUIRE(inside(cose.chain[i], p, n));
    for (size_t i = 0; i < cose.ocsp_n; i++)
        REQUIRE(inside(cose.ocsp[i], p, n));
    cose_put_tbs(&tbs, "Signature1", cose.protected_, COSE_NO_EXTERNAL, cose.signature);
    REQUIRE(buf_finish(&tbs, &err) == EXH_OK);
    REQUIRE(cbor_parse(buf_view(&tbs), 0, &item, &err) == EXH_OK && cbor_count(item) == 4);
    buf_free(&tbs);
    return 0;
}
