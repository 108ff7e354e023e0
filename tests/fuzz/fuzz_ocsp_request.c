/*
 * Any OCSP request: there is always a response that OpenSSL reads, and an answer to each question of
 * those that are answered. And any path of a GET: what is read is written as the same base64.
 */
#include "base/text.h"
#include "formats/base64.h"
#include "fuzz.h"
#include "fuzz_pki.h"

#include <openssl/ocsp.h>

// A serial number tells what is known of it.
static enum exh_status find(void *ctx, const uint8_t serial[CA_SERIAL], struct ocsp_fact *out)
{
    (void)ctx;
    out->known = (enum ocsp_known)(serial[1] % 3);
    out->revoked_at = FUZZ_PKI_NOW - serial[2];
    out->reason = serial[3] & 1 ? REVOKED_KEY_COMPROMISE : REVOKED_UNSTATED;
    return serial[4] == 0xEE ? EXH_IO : EXH_OK;
}

static void check_answers(OCSP_RESPONSE *response, struct exh_bytes request, size_t asked)
{
    const unsigned char *p = request.p;
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    OCSP_REQUEST *questions = d2i_OCSP_REQUEST(NULL, &p, (long)request.n);

    REQUIRE(basic && questions && p == request.p + request.n);
    REQUIRE(OCSP_resp_count(basic) == (int)asked);
    for (int i = 0; i < (int)asked; i++)
        REQUIRE(OCSP_id_cmp(OCSP_SINGLERESP_get0_id(OCSP_resp_get0(basic, i)),
                            OCSP_onereq_get0_id(OCSP_request_onereq_get0(questions, i))) == 0);
    OCSP_REQUEST_free(questions);
    OCSP_BASICRESP_free(basic);
}

static void check_request(struct exh_bytes request)
{
    const struct ocsp_times times = { FUZZ_PKI_NOW, FUZZ_PKI_NOW + 3600 };
    const struct ocsp_records records = { find, NULL };
    struct buf out = buf_with_limit(OCSP_RESPONSE_MAX);
    struct ocsp_outcome outcome;
    struct exh_error err;

    REQUIRE(ocsp_answer(fuzz_pki()->responder, request, &times, &records, &out, &outcome, &err) ==
            EXH_OK);
    const unsigned char *p = out.p;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p, (long)out.n);
    REQUIRE(response && p == out.p + out.n);
    REQUIRE(OCSP_response_status(response) == (int)outcome.code);
    if (outcome.code == OCSP_ANSWERED)
        check_answers(response, request, outcome.asked);
    OCSP_RESPONSE_free(response);
    buf_free(&out);
}

static void check_path(struct exh_bytes path)
{
    struct buf der = buf_with_limit(OCSP_PATH_MAX);
    char text[OCSP_PATH_MAX + 4];
    struct exh_error err;

    // Without escapes the path is the base64 itself.
    if (ocsp_read_path(path, &der, &err) == EXH_OK && !memchr(path.p, '%', path.n)) {
        const size_t n = (der.n + 2) / 3 * 4;
        base64_write_padded(text, der.p, der.n);
        REQUIRE(bytes_equal(path, (struct exh_bytes){ (const uint8_t *)text, n }));
    }
    buf_free(&der);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes input = { p, n };

    check_request(input);
    check_path(input);
    return 0;
}
