/* Any open entry: what is accepted has one form, so that written again it gives the same bytes. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "seal/open_entry.h"

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
    const struct exh_bytes bytes = { p, n };
    const size_t size = open_entry_size(bytes);
    struct open_entry entry;
    struct cose_ours cose;
    struct exh_error err;

    REQUIRE(size <= n && size <= OPEN_ENTRY_MAX);
    if (open_entry_read(bytes, &entry, &cose, &err) != EXH_OK)
        return 0;
    REQUIRE(size == n);
    struct exh_signer signer = { .alg = cose.alg,
                                 .signature_size = cose.signature.n,
                                 .chain = cose.chain,
                                 .chain_n = cose.chain_n,
                                 .sign = sign_again,
                                 .ctx = &cose.signature };
    struct buf again = buf_with_limit(OPEN_ENTRY_MAX);
    enum exh_status status = open_entry_write(&again, &entry, &signer, &err);
    REQUIRE(cose.signature.n > EXH_SIGNATURE_MAX ? status == EXH_LIMIT : status == EXH_OK);
    REQUIRE(status != EXH_OK || bytes_equal(buf_view(&again), bytes));
    buf_free(&again);
    return 0;
}
