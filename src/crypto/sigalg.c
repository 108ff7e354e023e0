#include "crypto/sigalg.h"

#include "crypto/library.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

static const struct {
    int64_t cose;
    struct sig_alg alg;
} cose_algs[COSE_ALGS_N] = {
    { EXH_ES256, { SIG_ECDSA, EXH_SHA256, 0 } },      { EXH_ES384, { SIG_ECDSA, EXH_SHA384, 0 } },
    { EXH_ES512, { SIG_ECDSA, EXH_SHA512, 0 } },      { EXH_PS256, { SIG_PSS, EXH_SHA256, 32 } },
    { EXH_PS384, { SIG_PSS, EXH_SHA384, 48 } },       { EXH_PS512, { SIG_PSS, EXH_SHA512, 64 } },
    { EXH_EDDSA, { SIG_ED25519, EXH_HASH_NONE, 0 } },
};

static const struct {
    int nid;
    struct sig_alg alg;
} x509_algs[] = {
    { NID_ecdsa_with_SHA256, { SIG_ECDSA, EXH_SHA256, 0 } },
    { NID_ecdsa_with_SHA384, { SIG_ECDSA, EXH_SHA384, 0 } },
    { NID_ecdsa_with_SHA512, { SIG_ECDSA, EXH_SHA512, 0 } },
    { NID_sha256WithRSAEncryption, { SIG_RSA, EXH_SHA256, 0 } },
    { NID_sha384WithRSAEncryption, { SIG_RSA, EXH_SHA384, 0 } },
    { NID_sha512WithRSAEncryption, { SIG_RSA, EXH_SHA512, 0 } },
    { NID_ED25519, { SIG_ED25519, EXH_HASH_NONE, 0 } },
};

int64_t sig_alg_at(size_t i, struct sig_alg *out)
{
    *out = cose_algs[i].alg;
    return cose_algs[i].cose;
}

bool sig_alg_of_cose(int64_t cose, struct sig_alg *out)
{
    for (size_t i = 0; i < ARRAY_N(cose_algs); i++) {
        if (cose_algs[i].cose == cose) {
            *out = cose_algs[i].alg;
            return true;
        }
    }
    return false;
}

static enum exh_hash hash_of(const X509_ALGOR *id)
{
    const ASN1_OBJECT *oid;

    X509_ALGOR_get0(&oid, NULL, NULL, id);
    switch (OBJ_obj2nid(oid)) {
    case NID_sha256: return EXH_SHA256;
    case NID_sha384: return EXH_SHA384;
    case NID_sha512: return EXH_SHA512;
    default: return EXH_HASH_NONE;
    }
}

// The hash of MGF1, or NONE when the mask generation is something else.
static enum exh_hash mask_hash_of(const X509_ALGOR *mask)
{
    const ASN1_OBJECT *oid;
    const void *value;
    int type;
    enum exh_hash hash = EXH_HASH_NONE;

    X509_ALGOR_get0(&oid, &type, &value, mask);
    if (OBJ_obj2nid(oid) != NID_mgf1 || type != V_ASN1_SEQUENCE)
        return EXH_HASH_NONE;
    X509_ALGOR *inner = ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
    if (inner)
        hash = hash_of(inner);
    X509_ALGOR_free(inner);
    return hash;
}

// RSASSA-PSS-params (RFC 8017, A.2.3): the defaults mean SHA-1, so both fields must be there.
static bool read_pss(const RSA_PSS_PARAMS *params, struct sig_alg *out, const char **why)
{
    int64_t salt = 20;

    *why = "RSASSA-PSS parameters lack the hash or the mask generation";
    if (!params->hashAlgorithm || !params->maskGenAlgorithm)
        return false;
    enum exh_hash hash = hash_of(params->hashAlgorithm);
    *why = "the hash of RSASSA-PSS is not SHA-256, SHA-384 or SHA-512";
    if (!hash)
        return false;
    *why = "the hashes of RSASSA-PSS and of its mask generation differ";
    if (mask_hash_of(params->maskGenAlgorithm) != hash)
        return false;
    *why = "RSASSA-PSS parameters are out of range";
    if (params->saltLength && ASN1_INTEGER_get_int64(&salt, params->saltLength) != 1)
        return false;
    if (salt < 0 || salt > EXH_HASH_MAX ||
        (params->trailerField && ASN1_INTEGER_get(params->trailerField) != 1))
        return false;
    *out = (struct sig_alg){ SIG_PSS, hash, (int)salt };
    *why = "";
    return true;
}

static bool pss_alg(int type, const void *value, struct sig_alg *out, const char **why)
{
    *why = "RSASSA-PSS parameters are missing";
    if (type != V_ASN1_SEQUENCE)
        return false;
    RSA_PSS_PARAMS *params = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    *why = "RSASSA-PSS parameters are malformed";
    bool read = params && read_pss(params, out, why);
    RSA_PSS_PARAMS_free(params);
    ERR_clear_error();
    return read;
}

bool sig_alg_of_x509(const X509_ALGOR *id, struct sig_alg *out, const char **why)
{
    const ASN1_OBJECT *oid;
    const void *value;
    int type;

    X509_ALGOR_get0(&oid, &type, &value, id);
    int nid = OBJ_obj2nid(oid);
    if (nid == NID_rsassaPss)
        return pss_alg(type, value, out, why);
    for (size_t i = 0; i < ARRAY_N(x509_algs); i++) {
        if (x509_algs[i].nid == nid) {
            *out = x509_algs[i].alg;
            *why = "";
            return true;
        }
    }
    *why = "the signature algorithm is not one that C2PA allows";
    return false;
}

static bool curve_allowed(const EVP_PKEY *key)
{
    char group[32];
    size_t n = 0;

    if (!EVP_PKEY_get_group_name(key, group, sizeof group, &n))
        return false;
    int nid = OBJ_sn2nid(group);
    return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1 || nid == NID_secp521r1;
}

bool sig_key_allowed(const EVP_PKEY *key, const char **why)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC: *why = "the curve is not P-256, P-384 or P-521"; return curve_allowed(key);
    case EVP_PKEY_ED25519: *why = ""; return true;
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        *why = "the RSA key is not of 2048 to 16384 bits";
        return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
    default: *why = "the key is not of a type that C2PA allows"; return false;
    }
}

bool sig_key_fits(const EVP_PKEY *key, const struct sig_alg *alg, const char **why)
{
    int type = EVP_PKEY_get_base_id(key);
    bool fits = false;

    switch (alg->kind) {
    case SIG_ECDSA: fits = type == EVP_PKEY_EC; break;
    case SIG_RSA: fits = type == EVP_PKEY_RSA; break;
    case SIG_PSS: fits = type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS; break;
    case SIG_ED25519: fits = type == EVP_PKEY_ED25519; break;
    }
    *why = fits ? "" : "the key is of another type than the algorithm";
    return fits;
}

static enum exh_hash hash_for(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519: return EXH_HASH_NONE;
    case EVP_PKEY_EC: break;
    default: return EXH_SHA256;
    }
    int bits = EVP_PKEY_get_bits(key);
    return bits <= 256 ? EXH_SHA256 : bits <= 384 ? EXH_SHA384 : EXH_SHA512;
}

const EVP_MD *sig_digest(const EVP_PKEY *key)
{
    return crypto_library()->md[hash_for(key)];
}

bool sig_alg_for_x509(const EVP_PKEY *key, struct sig_alg *out, int *nid)
{
    const enum exh_hash hash = hash_for(key);
    const char *why;

    for (size_t i = 0; i < ARRAY_N(x509_algs); i++) {
        if (x509_algs[i].alg.hash == hash && x509_algs[i].alg.kind != SIG_PSS &&
            sig_key_fits(key, &x509_algs[i].alg, &why)) {
            *out = x509_algs[i].alg;
            *nid = x509_algs[i].nid;
            return true;
        }
    }
    return false;
}

bool sig_set_pss(EVP_PKEY_CTX *params, const struct sig_alg *alg)
{
    const EVP_MD *md = crypto_library()->md[alg->hash];

    return EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(params, md) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(params, alg->salt) > 0;
}

bool sig_begin(EVP_MD_CTX *ctx, EVP_PKEY *key, const struct sig_alg *alg, bool sign)
{
    const struct library *lib = crypto_library();
    const EVP_MD *md = lib ? lib->md[alg->hash] : NULL;
    EVP_PKEY_CTX *params = NULL; // borrowed of ctx
    int begun;

    if (!lib)
        return false;
    if (sign)
        begun = EVP_DigestSignInit(ctx, &params, md, NULL, key);
    else
        begun = EVP_DigestVerifyInit(ctx, &params, md, NULL, key);
    if (begun <= 0)
        return false;
    return alg->kind != SIG_PSS || sig_set_pss(params, alg);
}

bool sig_holds(EVP_PKEY *key, const struct sig_alg *alg, struct exh_bytes tbs,
               struct exh_bytes signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool holds = ctx && sig_begin(ctx, key, alg, false) &&
                 EVP_DigestVerify(ctx, signature.p, signature.n, tbs.p, tbs.n) == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return holds;
}
