#include "crypto/cert.h"

#include "base/when.h"
#include "crypto/der.h"
#include "crypto/library.h"
#include "crypto/sigalg.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

// The first element inside a SEQUENCE that fills der: tbsCertificate as it was signed.
static bool find_tbs(struct exh_bytes der, struct exh_bytes *tbs)
{
    struct der certificate, signed_part;

    if (!der_take(&der, DER_SEQUENCE, &certificate) || der.n ||
        !der_take(&certificate.value, DER_SEQUENCE, &signed_part))
        return false;
    *tbs = signed_part.whole;
    return true;
}

bool asn1_unix_time(const ASN1_TIME *time, int64_t *at)
{
    struct tm tm;

    if (!ASN1_TIME_to_tm(time, &tm))
        return false;
    *at = when_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return true;
}

static X509 *parse(const struct library *lib, struct exh_bytes der)
{
    const unsigned char *p = der.p;
    X509 *x = X509_new_ex(lib->bare, NULL);

    if (!x || !d2i_X509(&x, &p, (long)der.n)) // on failure d2i frees x and sets it to NULL
        return NULL;
    if (p == der.p + der.n) {
        // Fill the cache of extensions now, so that readers in several threads find it filled. The
        // answer is not asked for: without algorithms there is no fingerprint, which counts as failing.
        X509_check_purpose(x, -1, 0);
        return x;
    }
    X509_free(x);
    return NULL;
}

enum exh_status cert_read(struct exh_bytes der, struct cert *out, struct exh_error *err)
{
    const struct library *lib = crypto_library();
    struct cert c = { 0 };

    if (!lib)
        return fail_openssl(err, EXH_CRYPTO, "OpenSSL is not usable");
    if (der.n > EXH_CERT_MAX)
        return fail(err, EXH_LIMIT, "certificate of %zu bytes is larger than %d", der.n,
                    EXH_CERT_MAX);
    if (!find_tbs(der, &c.tbs) || !(c.x = parse(lib, der)))
        return fail_openssl(err, EXH_MALFORMED, "not a DER certificate");
    if (!asn1_unix_time(X509_get0_notBefore(c.x), &c.not_before) ||
        !asn1_unix_time(X509_get0_notAfter(c.x), &c.not_after)) {
        cert_free(&c);
        return fail_openssl(err, EXH_MALFORMED, "certificate with a validity that is not a time");
    }
    if (!EVP_Digest(der.p, der.n, c.sha256, NULL, lib->md[EXH_SHA256], NULL)) {
        cert_free(&c);
        return fail_openssl(err, EXH_CRYPTO, "certificate could not be hashed");
    }
    c.key = public_key_read(X509_get_X509_PUBKEY(c.x), &c.key_fault);
    *out = c;
    return EXH_OK;
}

void cert_free(struct cert *c)
{
    X509_free(c->x);
    EVP_PKEY_free(c->key);
    *c = (struct cert){ 0 };
}

bool cert_signed_by(const struct cert *c, const struct cert *issuer, const char **why)
{
    const ASN1_BIT_STRING *signature;
    const X509_ALGOR *id;
    struct sig_alg alg;

    *why = issuer->key_fault;
    if (!issuer->key)
        return false;
    X509_get0_signature(&signature, &id, c->x);
    if (!sig_alg_of_x509(id, &alg, why))
        return false;
    *why = "the two signature algorithms named in it differ";
    if (X509_ALGOR_cmp(id, X509_get0_tbs_sigalg(c->x)) != 0)
        return false;
    if (!sig_key_fits(issuer->key, &alg, why))
        return false;
    *why = "its signature does not hold";
    if (signature->flags &
        7) // bits left over in the last byte: another encoding of the same signature
        return false;
    struct exh_bytes bits = { ASN1_STRING_get0_data(signature),
                              (size_t)ASN1_STRING_length(signature) };
    return sig_holds(issuer->key, &alg, c->tbs, bits);
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
