#include "pki/build.h"

#include "crypto/library.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define SERIAL_SIZE 16 // bytes; RFC 5280 allows 20, and wants them unpredictable

static bool put_serial(X509 *x)
{
    uint8_t raw[SERIAL_SIZE];

    if (RAND_bytes(raw, sizeof raw) != 1)
        return false;
    raw[0] &= 0x7F; // positive in as many bytes
    raw[0] |= 0x40; // and never shorter, so that sizes are known
    BIGNUM *number = BN_bin2bn(raw, sizeof raw, NULL);
    bool put = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
    BN_free(number);
    return put;
}

static bool put_names(X509 *x, const struct build *b)
{
    X509_NAME *name = X509_get_subject_name(x);

    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)b->name, -1, -1, 0) &&
           X509_set_issuer_name(x, b->issuer ? X509_get_subject_name(b->issuer) : name);
}

static bool put_extensions(X509 *x, const struct build *b)
{
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, b->issuer ? b->issuer : x, x, NULL, NULL, 0);
    for (size_t i = 0; i < BUILD_EXT_MAX && b->ext[i].value; i++) {
        X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, b->ext[i].nid, b->ext[i].value);
        bool put = ext && X509_add_ext(x, ext, -1);
        X509_EXTENSION_free(ext);
        if (!put)
            return false;
    }
    return true;
}

// SHA-2 of the issuer key's strength; Ed25519 brings its own.
static const EVP_MD *digest_for(const EVP_PKEY *key)
{
    const struct library *lib = crypto_library();

    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519: return NULL;
    case EVP_PKEY_EC: break;
    default: return lib->md[EXH_SHA256];
    }
    int bits = EVP_PKEY_get_bits(key);
    return lib->md[bits <= 256 ? EXH_SHA256 : bits <= 384 ? EXH_SHA384 : EXH_SHA512];
}

static bool fill(X509 *x, const struct build *b)
{
    return X509_set_version(x, X509_VERSION_3) && put_serial(x) &&
           ASN1_TIME_set(X509_getm_notBefore(x), (time_t)b->from) &&
           ASN1_TIME_set(X509_getm_notAfter(x), (time_t)b->until) && X509_set_pubkey(x, b->key) &&
           put_names(x, b) && put_extensions(x, b) &&
           X509_sign(x, b->issuer_key, digest_for(b->issuer_key)) > 0;
}

enum exh_status build_certificate(const struct build *b, X509 **out, struct exh_error *err)
{
    X509 *x = X509_new();

    if (!crypto_library() || !x || !fill(x, b)) {
        X509_free(x);
        return fail_openssl(err, EXH_CRYPTO, "certificate of '%.64s' could not be made", b->name);
    }
    *out = x;
    return EXH_OK;
}

enum exh_status build_pem(X509 *x, char **pem, struct exh_error *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text, *copy = NULL;

    if (bio && PEM_write_bio_X509(bio, x)) {
        size_t n = (size_t)BIO_get_mem_data(bio, &text);
        copy = calloc(1, n + 1);
        if (copy)
            memcpy(copy, text, n);
    }
    BIO_free(bio);
    if (!copy)
        return fail_openssl(err, EXH_NO_MEMORY, "certificate could not be written");
    *pem = copy;
    return EXH_OK;
}
