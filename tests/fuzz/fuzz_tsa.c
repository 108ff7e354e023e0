/*
 * Any time-stamp over "stamped", and behind it an anchor: the judgement is sound; and as the answer to
 * a request.
 */
#include "base/text.h"
#include "fuzz_der.h"

#include <exhibit/stamp.h>

static void check_stamp(struct exh_bytes token, const struct exh_trust *trust)
{
    struct exh_stamp stamp;

    exh_crypto_openssl()->stamp_check(token, bytes_of("stamped"), trust, &stamp);
    REQUIRE(stamp.status <= EXH_STAMP_OK);
    REQUIRE((stamp.status == EXH_STAMP_OK) == !stamp.reason[0]);
    check_text(stamp.reason, sizeof stamp.reason);
    check_text(stamp.authority, sizeof stamp.authority);
    check_text(stamp.path.reason, sizeof stamp.path.reason);
    check_text(stamp.path.anchor_name, sizeof stamp.path.anchor_name);
    if (stamp.status != EXH_STAMP_OK)
        REQUIRE(!stamp.path.known && !stamp.path.trusted);
    if (stamp.path.trusted)
        REQUIRE(stamp.path.valid_from <= stamp.time && stamp.time <= stamp.path.valid_until);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct exh_stamp_request request = {
        .alg = EXH_SHA256,
        .digest = { 0xca, 0x2f, 0xe8, 0x06, 0x80, 0x58, 0x4c, 0xc1, 0x3e, 0xa8, 0x28,
                    0x8c, 0x0c, 0xa1, 0xdb, 0x71, 0x59, 0xe6, 0x2f, 0x52, 0x3c, 0x73,
                    0x77, 0x5e, 0xf7, 0xce, 0xec, 0xd0, 0x62, 0xbf, 0x15, 0xa1 }, // of "stamped"
        .nonce = { 1, 2, 3, 4, 5, 6, 7, 8 },
    };
    struct exh_bytes rest = { p, n }, token;
    struct exh_error err;

    const struct exh_bytes first = cut_der(&rest);
    check_stamp(first, rest.n ? trust_for(rest) : NULL);
    if (exh_stamp_response_read(&request, first, &token, &err) == EXH_OK)
        REQUIRE(token.n && token.p >= first.p && token.n <= (size_t)(first.p + first.n - token.p));
    return 0;
}
