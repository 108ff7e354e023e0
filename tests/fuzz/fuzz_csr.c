/*
 * Any certificate request, and behind it a certificate that it may renew: what is accepted is certified
 * with exactly its key, and the certificate is fit for its work.
 */
#include <string.h>

#include "crypto/p256.h"
#include "fuzz_der.h"
#include "fuzz_pki.h"
#include "pki/csr.h"

#define ALL (CSR_P256 | CSR_P384 | CSR_P521 | CSR_ED25519 | CSR_RSA)

static void check_certified(const struct csr *csr)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    const struct ca_order order = {
        .role = CA_CAMERA, .name = "dome-1", .subject = csr_key(csr), .now = FUZZ_PKI_NOW
    };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_certificate facts;
    struct exh_chain *chain = NULL;
    uint8_t asked[32], issued[32];
    struct exh_error err;

    REQUIRE(ca_issue(fuzz_pki()->ca, &order, &der, &err) == EXH_OK);
    csr_key_sha256(csr, asked);
    REQUIRE(cert_spki_sha256(buf_view(&der), issued, &err) == EXH_OK);
    REQUIRE(memcmp(asked, issued, sizeof asked) == 0);
    REQUIRE(crypto->chain_new(&(struct exh_bytes){ der.p, der.n }, 1, &chain, &err) == EXH_OK);
    crypto->chain_certificate(chain, 0, &facts);
    REQUIRE(strcmp(facts.subject, "dome-1") == 0 && strcmp(facts.camera, "dome-1") == 0);
    REQUIRE(crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, NULL).holds);
    crypto->chain_free(chain);
    buf_free(&der);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct exh_bytes rest = { p, n };
    struct csr *csr = NULL;
    struct exh_error err = { .text = "" };

    if (csr_read(cut_der(&rest), ALL, &csr, &err) != EXH_OK) {
        REQUIRE(!csr && err.text[0]);
        return 0;
    }
    check_certified(csr);
    if (rest.n && csr_renews(csr, rest, &err) != EXH_OK)
        REQUIRE(err.text[0]);
    csr_free(csr);
    return 0;
}
