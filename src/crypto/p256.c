#include "crypto/p256.h"

#include "crypto/cert.h"
#include "crypto/key.h"

#include <string.h>

#include <openssl/err.h>

static bool point_of(const EVP_PKEY *pkey, uint8_t out[P256_POINT])
{
    uint8_t point[PUBLIC_POINT_MAX];

    if (public_point_write(pkey, CURVE_P256, point) != P256_POINT)
        return false;
    memcpy(out, point, P256_POINT);
    return true;
}

bool p256_unpack(struct exh_bytes point, uint8_t out[P256_POINT])
{
    const char *why;
    EVP_PKEY *pkey = public_point_read(CURVE_P256, point, &why);
    bool got = pkey && point_of(pkey, out);

    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return got;
}

void p256_pack(const uint8_t point[P256_POINT], uint8_t out[P256_PACKED])
{
    out[0] = (uint8_t)(2 + (point[P256_POINT - 1] & 1)); // whether y is odd
    memcpy(out + 1, point + 1, P256_PACKED - 1);
}

bool p256_of_key(const struct exh_key *key, uint8_t out[P256_POINT])
{
    return point_of(key->pkey, out);
}

enum exh_status p256_of_cert(struct exh_bytes der, uint8_t out[P256_POINT], struct exh_error *err)
{
    struct cert c = { 0 };
    enum exh_status status = cert_read(der, &c, err);

    if (status)
        return status;
    if (!c.key)
        status = fail(err, EXH_UNSUPPORTED, "certificate: %s", c.key_fault);
    else if (!point_of(c.key, out))
        status = fail(err, EXH_UNSUPPORTED, "the certificate's key is not one of P-256");
    cert_free(&c);
    return status;
}

enum exh_status cert_spki_sha256(struct exh_bytes der, uint8_t sha256[32], struct exh_error *err)
{
    struct cert c = { 0 };
    enum exh_status status = cert_parse(der, &c, err);

    if (!status)
        status = cert_spki_digest(&c, sha256, err);
    cert_free(&c);
    return status;
}
