#include "crypto/key.h"

#include "crypto/cert.h"
#include "crypto/library.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#define DER_MAX (2 * (66 + 4) + 4) // bytes of an ECDSA signature of P-521 in DER

bool ecdsa_raw(struct exh_bytes der, uint8_t *raw, size_t size)
{
    const unsigned char *p = der.p;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);
    const int field = (int)(size / 2);
    bool fits = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, field) == field &&
                BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + field, field) == field;

    ECDSA_SIG_free(sig);
    return fits;
}

static bool begin(EVP_MD_CTX *ctx, const struct key_use *use)
{
    const struct exh_key *key = use->key;
    EVP_PKEY_CTX *params = NULL; // borrowed of ctx

    if (!key->home)
        return sig_begin(ctx, key->pkey, &use->alg, true);
    const char *md = use->alg.hash ? EVP_MD_get0_name(crypto_library()->md[use->alg.hash]) : NULL;
    if (EVP_DigestSignInit_ex(ctx, &params, md, key->home->libctx, key->home->propq, key->pkey,
                              NULL) <= 0)
        return false;
    // A TPM masks with the hash of the signature, and cannot be told so.
    return use->alg.kind != SIG_PSS ||
           (EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) > 0 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(params, use->alg.salt) > 0);
}

// A device may pad otherwise than asked; what it made must hold before anybody gets it.
static bool device_kept_its_word(const struct key_use *use, struct exh_bytes tbs,
                                 struct exh_bytes signature)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(use->key->pkey, &der);
    const unsigned char *p = der;
    EVP_PKEY *public = n > 0 ? d2i_PUBKEY(NULL, &p, n) : NULL;
    bool holds = public && sig_holds(public, &use->alg, tbs, signature);

    EVP_PKEY_free(public);
    OPENSSL_free(der);
    return holds;
}

static enum exh_status make(const struct key_use *use, struct exh_bytes tbs, uint8_t *to, size_t *n,
                            struct exh_error *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool made = ctx && begin(ctx, use) && EVP_DigestSign(ctx, to, n, tbs.p, tbs.n) == 1;

    EVP_MD_CTX_free(ctx);
    if (!made && use->key->asked)
        return fail_openssl(err, EXH_DENIED, "the device did not sign; is the passphrase right?");
    if (!made)
        return fail_openssl(err, EXH_CRYPTO, "the private key did not sign");
    if (use->key->device && !device_kept_its_word(use, tbs, (struct exh_bytes){ to, *n }))
        return fail(err, EXH_CRYPTO, "the device's signature does not hold%s",
                    use->alg.kind == SIG_PSS ? ": it may pad with another salt than COSE says"
                                             : "");
    return EXH_OK;
}

// Not EVP_PKEY_get_size(), which is what a provider may need at most: tpm2 says 512 for any RSA key.
static size_t signature_size(const struct key_use *use)
{
    const size_t bytes = ((size_t)EVP_PKEY_get_bits(use->key->pkey) + 7) / 8;

    switch (use->alg.kind) {
    case SIG_ECDSA: return 2 * bytes;
    case SIG_RSA:
    case SIG_PSS: return bytes;
    case SIG_ED25519: return 64;
    }
    return 0;
}

static enum exh_status sign(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                            struct exh_error *err)
{
    const struct key_use *use = ctx;
    const size_t size = signature_size(use);
    uint8_t der[DER_MAX];
    size_t n = use->alg.kind == SIG_ECDSA ? sizeof der : size;
    enum exh_status status = make(use, tbs, use->alg.kind == SIG_ECDSA ? der : signature, &n, err);

    if (status)
        return status;
    if (use->alg.kind == SIG_ECDSA ? !ecdsa_raw((struct exh_bytes){ der, n }, signature, size)
                                   : n != size)
        return fail_openssl(err, EXH_CRYPTO, "the private key made a signature of another size");
    return EXH_OK;
}

enum exh_status key_sign_x509(const struct exh_key *key, struct exh_bytes tbs, X509_ALGOR *id,
                              uint8_t *signature, size_t *n, struct exh_error *err)
{
    struct key_use use = { .key = key };
    int nid = NID_undef;

    if (!sig_alg_for_x509(key->pkey, &use.alg, &nid))
        return fail(err, EXH_UNSUPPORTED, "a key for RSASSA-PSS alone signs no certificates here");
    const int parameters = use.alg.kind == SIG_RSA ? V_ASN1_NULL : V_ASN1_UNDEF;
    if (!X509_ALGOR_set0(id, OBJ_nid2obj(nid), parameters, NULL))
        return fail_no_memory(err);
    *n = EXH_SIGNATURE_MAX;
    return make(&use, tbs, signature, n, err);
}

// The algorithm that a key is usually used with: for ECDSA the one of its curve's size.
static int64_t usual_alg(const EVP_PKEY *pkey)
{
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: return EXH_PS256;
    case EVP_PKEY_ED25519: return EXH_EDDSA;
    default: break;
    }
    int bits = EVP_PKEY_get_bits(pkey);
    return bits <= 256 ? EXH_ES256 : bits <= 384 ? EXH_ES384 : EXH_ES512;
}

static enum exh_status match(const struct exh_key *key, const struct exh_certs *certs,
                             struct exh_error *err)
{
    size_t n;
    const struct exh_bytes *chain = exh_certs_chain(certs, &n);
    struct cert leaf = { 0 };
    enum exh_status status = cert_read(chain[0], &leaf, err);

    if (status)
        return status;
    if (!leaf.key)
        status = fail(err, EXH_INVALID, "certificate: %s", leaf.key_fault);
    else if (EVP_PKEY_eq(leaf.key, key->pkey) != 1)
        status = fail(err, EXH_INVALID, "the certificate is of another key than the private key");
    ERR_clear_error();
    cert_free(&leaf);
    return status;
}

enum exh_status key_signer(const struct exh_key *key, int64_t alg, struct exh_signer *out,
                           struct exh_error *err)
{
    struct exh_signer signer = { .alg = alg ? alg : usual_alg(key->pkey), .sign = sign };
    const char *why;
    struct key_use *use = key->uses;

    while (use < key->uses + COSE_ALGS_N && use->cose != signer.alg)
        use++;
    if (use == key->uses + COSE_ALGS_N)
        return fail(err, EXH_UNSUPPORTED, "COSE algorithm %" PRId64 " is not one that C2PA allows",
                    signer.alg);
    if (!sig_key_fits(key->pkey, &use->alg, &why))
        return fail(err, EXH_INVALID, "COSE algorithm %" PRId64 ": %s", signer.alg, why);
    signer.signature_size = signature_size(use);
    signer.ctx = use;
    *out = signer;
    return EXH_OK;
}

enum exh_status exh_key_signer(const struct exh_key *key, const struct exh_certs *certs,
                               int64_t alg, struct exh_signer *out, struct exh_error *err)
{
    struct exh_error local;
    struct exh_signer signer;

    err = err ? err : &local;
    enum exh_status status = key_signer(key, alg, &signer, err);
    if (!status)
        status = match(key, certs, err);
    if (status)
        return status;
    signer.chain = exh_certs_chain(certs, &signer.chain_n);
    *out = signer;
    return EXH_OK;
}
