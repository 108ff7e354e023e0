/*
 * The public key of a certificate, without OpenSSL's decoders and encoders.
 *
 * X509_get0_pubkey() needs the certificate parsed with its key, for which OpenSSL 3.0 builds a chain of
 * decoders anew each time: 87 us for P-256, of the 300 us that verifying a small photo may take, and
 * the signature itself takes 58. EVP_PKEY_fromdata() takes 16, a copied template that is given the
 * point 4. So the point is taken out of the SubjectPublicKeyInfo here; whether it lies on the curve is
 * OpenSSL's judgement all the same. RSA keys go through the decoders: their signatures are rare.
 * So is the way back: X509_set_pubkey() takes 178 us, the point by its coordinates 15.
 */
#include "crypto/cert.h"

#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <string.h>

#include <openssl/core_names.h>
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

static bool put_coordinate(const EVP_PKEY *key, const char *name, uint8_t *to, size_t field)
{
    BIGNUM *n = NULL;
    bool put = EVP_PKEY_get_bn_param(key, name, &n) && BN_bn2binpad(n, to, (int)field) >= 0;

    BN_free(n);
    return put;
}

size_t public_point_write(const EVP_PKEY *key, enum curve curve, uint8_t to[PUBLIC_POINT_MAX])
{
    const size_t field = curves[curve].field;
    char group[32];
    size_t n;

    // By its coordinates: OpenSSL gives the point itself in the form that it was read in.
    bool put = EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &n) &&
               OBJ_txt2nid(group) == curves[curve].nid &&
               put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, to + 1, field) &&
               put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, to + 1 + field, field);
    to[0] = 4;
    ERR_clear_error();
    return put ? 1 + 2 * field : 0;
}

// Takes bits over, OPENSSL_free(), also when it fails.
static bool put_bits(X509_PUBKEY *spki, int type, int parameters, void *value, uint8_t *bits,
                     size_t n)
{
    if (bits && X509_PUBKEY_set0_param(spki, OBJ_nid2obj(type), parameters, value, bits, (int)n))
        return true;
    OPENSSL_free(bits);
    return false;
}

static bool write_ec(X509_PUBKEY *spki, const EVP_PKEY *key)
{
    uint8_t point[PUBLIC_POINT_MAX];

    for (enum curve curve = 0; curve < CURVES_N; curve++) {
        size_t n = public_point_write(key, curve, point);
        if (n)
            return put_bits(spki, NID_X9_62_id_ecPublicKey, V_ASN1_OBJECT,
                            OBJ_nid2obj(curves[curve].nid), OPENSSL_memdup(point, n), n);
    }
    return false;
}

// As OpenSSL's encoder writes it: RSA, Ed25519, and keys that an engine holds and whose coordinates it keeps.
static bool write_other(X509_PUBKEY *spki, EVP_PKEY *key)
{
    X509_PUBKEY *made = NULL;
    X509_ALGOR *id = NULL;
    ASN1_OBJECT *oid = NULL;
    const unsigned char *p = NULL;
    const void *value = NULL;
    int n = 0, type = V_ASN1_UNDEF;
    bool written = X509_PUBKEY_set(&made, key) && X509_PUBKEY_get0_param(&oid, &p, &n, &id, made);

    if (written)
        X509_ALGOR_get0(NULL, &type, &value, id);
    // A curve's name is one of OpenSSL's own objects, which need no copy.
    void *curve = type == V_ASN1_OBJECT ? OBJ_nid2obj(OBJ_obj2nid(value)) : NULL;
    written =
        written && (type == V_ASN1_UNDEF || type == V_ASN1_NULL || curve) &&
        put_bits(spki, OBJ_obj2nid(oid), type, curve, OPENSSL_memdup(p, (size_t)n), (size_t)n);
    X509_PUBKEY_free(made);
    return written;
}

bool public_key_write(X509_PUBKEY *spki, EVP_PKEY *key)
{
    return write_ec(spki, key) || write_other(spki, key);
}
