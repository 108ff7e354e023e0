/*
 * The public key of a certificate, without OpenSSL's decoders.
 *
 * X509_get0_pubkey() needs the certificate parsed with its key, for which OpenSSL 3.0 builds a chain of
 * decoders anew each time: 87 us for P-256, of the 300 us that verifying a small photo may take, and
 * the signature itself takes 58. EVP_PKEY_fromdata() takes 16, a copied template that is given the
 * point 4. So the point is taken out of the SubjectPublicKeyInfo here; whether it lies on the curve is
 * OpenSSL's judgement all the same. RSA keys go through the decoders: their signatures are rare.
 */
#include "crypto/cert.h"

#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <openssl/err.h>

static const struct {
    int nid;
    size_t field; // bytes of one coordinate
} curves[CURVES_N] = {
    [CURVE_P256] = { NID_X9_62_prime256v1, 32 },
    [CURVE_P384] = { NID_secp384r1, 48 },
    [CURVE_P521] = { NID_secp521r1, 66 },
};

// The form of a point is checked here, that it lies on the curve by OpenSSL.
EVP_PKEY *public_point_read(enum curve curve, struct exh_bytes point, const char **why)
{
    const size_t field = curves[curve].field;
    bool plain = point.n == 1 + 2 * field && point.p[0] == 4;
    bool compressed = point.n == 1 + field && (point.p[0] == 2 || point.p[0] == 3);
    const struct library *lib = crypto_library();

    *why = "the public key is not a point of its curve";
    if (!lib || !(plain || compressed))
        return NULL;
    EVP_PKEY *key = EVP_PKEY_dup(lib->curves[curve]);
    if (key && EVP_PKEY_set1_encoded_public_key(key, point.p, point.n) > 0) {
        *why = "";
        return key;
    }
    EVP_PKEY_free(key);
    return NULL;
}

static EVP_PKEY *read_ec(const X509_ALGOR *id, struct exh_bytes point, const char **why)
{
    const void *value;
    int type;

    *why = "the curve is not P-256, P-384 or P-521";
    X509_ALGOR_get0(NULL, &type, &value, id);
    if (type != V_ASN1_OBJECT) // an explicit curve could be any curve
        return NULL;
    for (enum curve curve = 0; curve < CURVES_N; curve++) {
        if (OBJ_obj2nid(value) == curves[curve].nid)
            return public_point_read(curve, point, why);
    }
    return NULL;
}

static EVP_PKEY *read_rsa(const X509_PUBKEY *spki, const char **why)
{
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(spki, &der);
    const unsigned char *p = der;
    EVP_PKEY *key = n > 0 ? d2i_PUBKEY(NULL, &p, n) : NULL;

    OPENSSL_free(der);
    *why = "the RSA key is malformed";
    if (key && sig_key_allowed(key, why))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static EVP_PKEY *read_any(X509_PUBKEY *spki, const char **why)
{
    const unsigned char *p = NULL;
    X509_ALGOR *id = NULL;
    ASN1_OBJECT *oid = NULL;
    int n = 0;

    *why = "the public key is malformed";
    if (!X509_PUBKEY_get0_param(&oid, &p, &n, &id, spki) || n <= 0)
        return NULL;
    struct exh_bytes bits = { p, (size_t)n };
    switch (OBJ_obj2nid(oid)) {
    case NID_X9_62_id_ecPublicKey: return read_ec(id, bits, why);
    case NID_ED25519: return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, p, bits.n);
    case NID_rsaEncryption:
    case NID_rsassaPss: return read_rsa(spki, why);
    default: *why = "the key is not of a type that C2PA allows"; return NULL;
    }
}

EVP_PKEY *public_key_read(X509_PUBKEY *spki, const char **why)
{
    EVP_PKEY *key = read_any(spki, why);

    if (key)
        *why = "";
    ERR_clear_error();
    return key;
}
