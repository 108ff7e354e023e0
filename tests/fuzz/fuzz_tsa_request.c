/* Any time-stamp request: what is granted is a token over its imprint, the rest a rejection in words. */
#include "base/text.h"
#include "crypto/token.h"
#include "fuzz.h"
#include "fuzz_pki.h"

#include <openssl/ts.h>

static void check_granted(struct exh_bytes response, struct exh_bytes request)
{
    struct stamp_response parts;
    struct token token = { 0 };
    const unsigned char *p = request.p;
    TS_REQ *asked = d2i_TS_REQ(NULL, &p, (long)request.n);

    REQUIRE(asked && p == request.p + request.n);
    const ASN1_OCTET_STRING *imprint = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(asked));
    REQUIRE(stamp_response_read(response, &parts) && !token_read(parts.token, &token));
    REQUIRE(token.time == FUZZ_PKI_NOW && token.hash != EXH_HASH_NONE);
    REQUIRE(bytes_equal(token.imprint, (struct exh_bytes){ ASN1_STRING_get0_data(imprint),
                                                           (size_t)ASN1_STRING_length(imprint) }));
    REQUIRE(!token.tsa == !TS_REQ_get_cert_req(asked));
    token_free(&token);
    TS_REQ_free(asked);
}

static void check_refused(struct exh_bytes response)
{
    const unsigned char *p = response.p;
    TS_RESP *read = d2i_TS_RESP(NULL, &p, (long)response.n);

    REQUIRE(read && p == response.p + response.n && !TS_RESP_get_token(read));
    TS_STATUS_INFO *info = TS_RESP_get_status_info(read);
    REQUIRE(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)) == TS_STATUS_REJECTION);
    REQUIRE(sk_ASN1_UTF8STRING_num(TS_STATUS_INFO_get0_text(info)) == 1);
    TS_RESP_free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct tsa_moment moment = { FUZZ_PKI_NOW, FUZZ_PKI_NOW, true, { 0x40, 1 } };
    const struct exh_bytes request = { p, n };
    struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
    struct tsa_outcome outcome;
    struct exh_error err;

    REQUIRE(tsa_answer(fuzz_pki()->tsa, request, &moment, &response, &outcome, &err) == EXH_OK);
    if (outcome.code == TSA_GRANTED)
        check_granted(buf_view(&response), request);
    else
        check_refused(buf_view(&response));
    buf_free(&response);
    return 0;
}
