/* Any text where PEM, a trust list or a key usage list is expected. */
#include <string.h>

#include "fuzz.h"

#include <exhibit/key.h>
#include <exhibit/trust.h>

static int no_passphrase(void *ctx, char *to, size_t size)
{
    (void)ctx;
    (void)to;
    (void)size;
    return -1;
}

static bool contains(const uint8_t *p, size_t n, const char *word)
{
    const size_t size = strlen(word);

    for (size_t i = 0; i + size <= n; i++)
        if (memcmp(p + i, word, size) == 0)
            return true;
    return false;
}

/* Reading keys takes milliseconds, and one of a TPM looks for the TPM. */
static bool try_key(const uint8_t *p, size_t n)
{
    return contains(p, n, "PRIVATE KEY") && !contains(p, n, "TSS2 PRIVATE KEY");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *text = (const char *)p;
    struct exh_trust *trust = exh_trust_new();
    struct exh_certs *certs = NULL;
    struct exh_key *key = NULL;
    struct exh_signer signer;
    struct exh_error err;
    size_t certs_n = 0;

    REQUIRE(trust);
    if (exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, text, n, &err) != EXH_OK)
        REQUIRE(strlen(err.text) > 0);
    if (exh_trust_add_allowed(trust, text, n, &err) != EXH_OK)
        REQUIRE(strlen(err.text) > 0);
    if (exh_trust_set_ekus(trust, text, n, &err) != EXH_OK)
        REQUIRE(strlen(err.text) > 0);
    const bool have_certs = exh_certs_read(text, n, &certs, &err) == EXH_OK;
    const bool have_key =
        try_key(p, n) && exh_key_read(text, n, no_passphrase, NULL, &key, &err) == EXH_OK;
    if (have_certs) {
        const struct exh_bytes *chain = exh_certs_chain(certs, &certs_n);
        REQUIRE(certs_n <= EXH_CHAIN_MAX);
        for (size_t i = 0; i < certs_n; i++)
            REQUIRE(chain[i].n > 0);
    }
    if (have_certs && have_key && exh_key_signer(key, certs, 0, &signer, &err) == EXH_OK)
        REQUIRE(signer.signature_size <= EXH_SIGNATURE_MAX && signer.chain_n == certs_n);
    exh_key_free(key);
    exh_certs_free(certs);
    exh_trust_free(trust);
    return 0;
}
