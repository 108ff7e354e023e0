/* Any recipient statement: one form, and an answer whatever it says. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "fuzz_crypto.h"
#include "seal/statement.h"

/* Signs with the signature that was read. */
static enum exh_status sign_again(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                  struct exh_error *err)
{
    const struct exh_bytes *was = ctx;

    (void)tbs, (void)err;
    if (was->n)
        memcpy(signature, was->p, was->n);
    return EXH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes bytes = { p, n }, ocsp = { p, n < 10 ? n : 10 };
    struct exh_statement out;
    struct statement s;
    struct cose_ours cose;
    struct exh_error err;

    if (exh_statement_check(bytes, fuzz_crypto(), NULL, FUZZ_NOW, &ocsp, 1, &out, &err) == EXH_OK) {
        REQUIRE(out.holds == !out.reason[0]);
        REQUIRE(!out.holds || (out.created <= FUZZ_NOW && out.expires > FUZZ_NOW));
    }
    if (statement_read(bytes, &s, &cose, &err) != EXH_OK)
        return 0;
    struct exh_signer signer = { .alg = cose.alg,
                                 .signature_size = cose.signature.n,
                                 .chain = cose.chain,
                                 .chain_n = cose.chain_n,
                                 .sign = sign_again,
                                 .ctx = &cose.signature };
    struct buf again = buf_with_limit(EXH_STATEMENT_MAX);
    enum exh_status status = statement_write(&again, &s, &signer, &err);
    REQUIRE(cose.signature.n > EXH_SIGNATURE_MAX ? status == EXH_LIMIT : status == EXH_OK);
    REQUIRE(status != EXH_OK || bytes_equal(buf_view(&again), bytes));
    buf_free(&again);
    return 0;
}
