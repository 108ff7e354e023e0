#include "crypto/cert.h"

#include "base/when.h"
#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

bool asn1_unix_time(const ASN1_TIME *time, int64_t *at)
{
    struct tm tm;

    if (!ASN1_TIME_to_tm(time, &tm))
        return false;
    *at = when_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return true;
}

bool x509_validity(const X509 *x, int64_t *not_before, int64_t *not_after)
{
    return asn1_unix_time(X509_get0_notBefore(x), not_before) &&
           asn1_unix_time(X509_get0_notAfter(x), not_after);
}

// Parse in a library context, NULL for OpenSSL's own; NULL unless der is one certificate.
static X509 *parse(OSSL_LIB_CTX *ctx, struct exh_bytes der)
{
    const unsigned char *p = der.p;
    X509 *x = X509_new_ex(ctx, NULL);

    if (!x || !d2i_X509(&x, &p, (long)der.n)) // on failure d2i frees x and sets it to NULL
        return NULL;
    if (p == der.p + der.n)
        return x;
    X509_free(x);
    return NULL;
}

X509 *cert_whole(const struct cert *c)
{
    X509 *x = parse(NULL, c->der);

    ERR_clear_error();
    return x;
}

enum exh_status cert_parse(struct exh_bytes der, struct cert *out, struct exh_error *err)
{
    const struct library *lib = crypto_library();
    struct cert c = { .der = der };

    if (!lib)
        return fail_openssl(err, EXH_CRYPTO, "OpenSSL is not usable");
    if (der.n > EXH_CERT_MAX)
        return fail(err, EXH_LIMIT, "certificate of %zu bytes is larger than %d", der.n,
                    EXH_CERT_MAX);
    if (!(c.x = parse(lib->bare, der)))
        return fail_openssl(err, EXH_MALFORMED, "not a DER certificate");
    if (!x509_validity(c.x, &c.not_before, &c.not_after)) {
        cert_free(&c);
        return fail_openssl(err, EXH_MALFORMED, "certificate with a validity that is not a time");
    }
    if (!EVP_Digest(der.p, der.n, c.sha256, NULL, lib->md[EXH_SHA256], NULL)) {
        cert_free(&c);
        return fail_openssl(err, EXH_CRYPTO, "certificate could not be hashed");
    }
    *out = c;
    return EXH_OK;
}

void cert_complete(struct cert *c)
{
    if (c->complete)
        return;
    // This fills OpenSSL's cache of extensions. The answer is not asked for: without algorithms there is
    // no fingerprint, which counts as failing the first time, also for whoever asks then.
    X509_check_purpose(c->x, -1, 0);
    c->key = public_key_read(X509_get_X509_PUBKEY(c->x), &c->key_fault);
    c->complete = true;
    ERR_clear_error();
}

enum exh_status cert_read(struct exh_bytes der, struct cert *out, struct exh_error *err)
{
    enum exh_status status = cert_parse(der, out, err);

    if (!status)
        cert_complete(out);
    return status;
}

enum exh_status cert_spki_digest(const struct cert *c, uint8_t sha256[32], struct exh_error *err)
{
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x), &der);
    enum exh_status status = EXH_OK;

    if (n <= 0 || !EVP_Digest(der, (size_t)n, sha256, NULL, crypto_library()->md[EXH_SHA256], NULL))
        status = fail_openssl(err, EXH_CRYPTO, "public key could not be hashed");
    OPENSSL_free(der);
    return status;
}

void cert_free(struct cert *c)
{
    X509_free(c->x);
    EVP_PKEY_free(c->key);
    *c = (struct cert){ 0 };
}

bool x509_signed_by(X509 *x, EVP_PKEY *key, const char **why)
{
    const X509_ALGOR *id;
    struct sig_alg alg;

    X509_get0_signature(NULL, &id, x);
    if (!sig_alg_of_x509(id, &alg, why) || !sig_key_fits(key, &alg, why))
        return false;
    *why = "its signature does not hold";
    bool holds = X509_verify(x, key) == 1;
    ERR_clear_error();
    return holds;
}

bool cert_signed_by(const struct cert *c, const struct cert *issuer, const char **why)
{
    *why = issuer->key_fault;
    if (!issuer->key)
        return false;
    *why = "OpenSSL could not read it";
    X509 *x = cert_whole(c);
    bool holds = x && x509_signed_by(x, issuer->key, why);
    X509_free(x);
    return holds;
}

bool cert_names_issuer(const struct cert *c, const struct cert *issuer)
{
    if (X509_NAME_cmp(X509_get_issuer_name(c->x), X509_get_subject_name(issuer->x)) != 0)
        return false;
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(c->x);
    const ASN1_OCTET_STRING *is = X509_get0_subject_key_id(issuer->x);
    return !wanted || !is || ASN1_OCTET_STRING_cmp(wanted, is) == 0;
}

bool cert_is_ca(const struct cert *c)
{
    return X509_check_ca(c->x) == 1;
}

bool cert_is_self_issued(const struct cert *c)
{
    return X509_NAME_cmp(X509_get_issuer_name(c->x), X509_get_subject_name(c->x)) == 0;
}

bool cert_is_self_signed(const struct cert *c)
{
    const char *why;

    // Names compare without case: an authority "Alice" may well issue for a person "alice".
    return cert_names_issuer(c, c) && cert_signed_by(c, c, &why);
}
