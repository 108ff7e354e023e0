#include "base/error.h"
#include "crypto/chain.h"
#include "crypto/openssl.h"
#include "crypto/sigalg.h"

#include <inttypes.h>
#include <stdio.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>

#define EC_FIELD_MAX 66 // bytes of a coordinate of P-521
#define EC_DER_MAX   (2 * (EC_FIELD_MAX + 4) + 4)

// r || s of the curve's size to the DER that OpenSSL reads. 0: not of that size, or out of memory.
static size_t ecdsa_der(const EVP_PKEY *key, struct exh_bytes raw, uint8_t to[EC_DER_MAX])
{
    size_t field = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
    int n = 0;

    if (raw.n != 2 * field)
        return 0;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw.p, (int)field, NULL);
    BIGNUM *s = BN_bin2bn(raw.p + field, (int)field, NULL);
    if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL; // sig owns them
        n = i2d_ECDSA_SIG(sig, &to);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return n > 0 ? (size_t)n : 0;
}

static bool judge(struct exh_judgement *out, const char *why)
{
    *out = (struct exh_judgement){ .holds = !why };
    snprintf(out->reason, sizeof out->reason, "%s", why ? why : "");
    return !why;
}

enum exh_status openssl_chain_verify(const struct exh_chain *chain, int64_t alg,
                                     struct exh_bytes tbs, struct exh_bytes signature,
                                     struct exh_judgement *out, struct exh_error *err)
{
    const struct cert *leaf = chain_cert(chain, 0);
    uint8_t der[EC_DER_MAX];
    struct sig_alg how;
    const char *why;

    if (!sig_alg_of_cose(alg, &how))
        return fail(err, EXH_UNSUPPORTED, "COSE algorithm %" PRId64 " is not one that C2PA allows",
                    alg);
    if (!leaf->key) {
        judge(out, leaf->key_fault);
        return EXH_OK;
    }
    if (!sig_key_fits(leaf->key, &how, &why)) {
        judge(out, why);
        return EXH_OK;
    }
    if (how.kind == SIG_ECDSA) {
        signature = (struct exh_bytes){ der, ecdsa_der(leaf->key, signature, der) };
        if (!signature.n) {
            judge(out, "the signature is not r and s of the curve's size");
            return EXH_OK;
        }
    }
    judge(out, sig_holds(leaf->key, &how, tbs, signature) ? NULL : "the signature does not hold");
    return EXH_OK;
}
