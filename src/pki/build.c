#include "pki/build.h"

#include "crypto/cert.h"
#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <openssl/x509v3.h>

ASN1_INTEGER *build_serial(const uint8_t serial[CA_SERIAL])
{
    BIGNUM *number = BN_bin2bn(serial, CA_SERIAL, NULL);
    ASN1_INTEGER *made = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;

    BN_free(number);
    return made;
}

static bool put_serial(X509 *x, const struct build *b)
{
    ASN1_INTEGER *serial = build_serial(b->serial);
    bool put = serial && X509_set_serialNumber(x, serial);

    ASN1_INTEGER_free(serial);
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

static bool fill(X509 *x, const struct build *b)
{
    return X509_set_version(x, X509_VERSION_3) && put_serial(x, b) &&
           ASN1_TIME_set(X509_getm_notBefore(x), (time_t)b->from) &&
           ASN1_TIME_set(X509_getm_notAfter(x), (time_t)b->until) &&
           public_key_write(X509_get_X509_PUBKEY(x), b->key) && put_names(x, b) &&
           put_extensions(x, b) && X509_sign(x, b->issuer_key, sig_digest(b->issuer_key)) > 0;
}

enum exh_status build_certificate(const struct build *b, struct buf *der, struct exh_error *err)
{
    X509 *x = X509_new();
    unsigned char *made = NULL;
    int n = x && crypto_library() && fill(x, b) ? i2d_X509(x, &made) : -1;

    X509_free(x);
    if (n <= 0)
        return fail_openssl(err, EXH_CRYPTO, "certificate of '%.64s' could not be made", b->name);
    buf_put(der, made, (size_t)n);
    OPENSSL_free(made);
    return buf_finish(der, err);
}
