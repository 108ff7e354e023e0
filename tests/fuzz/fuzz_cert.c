/*
 * Any certificates, behind each other as DER: their facts are text, and every judgement comes to an
 * end. The last one is also the anchor; the last bytes of the input are a signature.
 */
#include "base/macros.h"
#include "base/text.h"
#include "fuzz_der.h"

#define AT 1796083200 // 2026-12-01: the seeds are valid

static void check_facts(const struct exh_crypto *crypto, const struct exh_chain *chain, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct exh_certificate c;
        crypto->chain_certificate(chain, i, &c);
        check_text(c.subject, sizeof c.subject);
        check_text(c.issuer, sizeof c.issuer);
        check_text(c.serial, sizeof c.serial);
        check_text(c.camera, sizeof c.camera);
        check_text(c.person, sizeof c.person);
    }
}

static void judge(const struct exh_crypto *crypto, const struct exh_chain *chain,
                  const struct exh_trust *trust)
{
    for (int purpose = EXH_PURPOSE_CLAIM; purpose <= EXH_PURPOSE_TSA; purpose++) {
        const struct exh_judgement profile =
            crypto->chain_profile(chain, (enum exh_purpose)purpose, trust);
        check_text(profile.reason, sizeof profile.reason);
        REQUIRE(profile.holds == !profile.reason[0]);
        const struct exh_path path =
            crypto->chain_path(chain, trust, (enum exh_purpose)purpose, AT);
        check_text(path.reason, sizeof path.reason);
        check_text(path.anchor_name, sizeof path.anchor_name);
        REQUIRE(path.trusted == !path.reason[0]);
        REQUIRE(!path.trusted || path.known);
        REQUIRE(!path.trusted || (path.valid_from <= AT && AT <= path.valid_until));
        REQUIRE(!crypto->chain_path(chain, NULL, (enum exh_purpose)purpose, AT).known);
    }
}

/* Nothing forges a signature over "tbs". */
static void check_signature(const struct exh_crypto *crypto, const struct exh_chain *chain,
                            struct exh_bytes in)
{
    static const int64_t algs[] = { EXH_ES256, EXH_ES384, EXH_ES512, EXH_PS256,
                                    EXH_PS384, EXH_PS512, EXH_EDDSA, 0 };
    struct exh_judgement judgement;
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(algs); i++) {
        const size_t n = in.n < 64 ? in.n : 64;
        if (crypto->chain_verify(chain, algs[i], bytes_of("tbs"),
                                 (struct exh_bytes){ in.p + in.n - n, n }, &judgement,
                                 &err) == EXH_OK)
            REQUIRE(!judgement.holds && judgement.reason[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_bytes rest = { p, n };
    struct exh_bytes certs[EXH_CHAIN_MAX];
    struct exh_chain *chain = NULL;
    struct exh_error err;
    size_t certs_n = 0;

    while (rest.n && certs_n < EXH_CHAIN_MAX)
        certs[certs_n++] = cut_der(&rest);
    if (!certs_n || crypto->chain_new(certs, certs_n, &chain, &err) != EXH_OK)
        return 0;
    const struct exh_trust *trust = trust_for(certs[certs_n - 1]);
    check_facts(crypto, chain, certs_n);
    judge(crypto, chain, trust);
    check_signature(crypto, chain, (struct exh_bytes){ p, n });
    crypto->chain_free(chain);
    return 0;
}
