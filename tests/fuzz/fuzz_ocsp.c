/*
 * Any OCSP response, and behind it the leaf it should be about, its issuers and an anchor: the
 * judgement is sound. And the request that asks about that leaf.
 */
#include <string.h>

#include "fuzz_der.h"

static void check_answer(struct exh_bytes response, const struct exh_chain *chain,
                         const struct exh_trust *trust)
{
    struct exh_ocsp answer;

    exh_crypto_openssl()->ocsp_check(response, chain, trust, &answer);
    REQUIRE(answer.status <= EXH_OCSP_UNKNOWN);
    check_text(answer.reason, sizeof answer.reason);
    if (answer.status < EXH_OCSP_GOOD)
        REQUIRE(answer.reason[0]);
}

static void check_request(const struct exh_chain *chain, const struct exh_trust *trust)
{
    uint8_t request[256];
    struct exh_error err;
    char url[256];
    size_t n = 0;

    if (exh_crypto_openssl()->ocsp_request(chain, trust, request, sizeof request, &n, url,
                                           sizeof url, &err) != EXH_OK)
        return;
    check_text(url, sizeof url);
    REQUIRE(n > 0 && n <= sizeof request && strncmp(url, "http", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_bytes rest = { p, n }, certs[EXH_CHAIN_MAX];
    struct exh_chain *chain = NULL;
    struct exh_error err;
    size_t certs_n = 0;

    const struct exh_bytes response = cut_der(&rest);
    while (rest.n && certs_n < EXH_CHAIN_MAX)
        certs[certs_n++] = cut_der(&rest);
    if (!certs_n || crypto->chain_new(certs, certs_n, &chain, &err) != EXH_OK)
        return 0;
    const struct exh_trust *trust = trust_for(certs[certs_n - 1]);
    check_answer(response, chain, trust);
    check_answer(response, chain, NULL);
    check_request(chain, trust);
    crypto->chain_free(chain);
    return 0;
}
