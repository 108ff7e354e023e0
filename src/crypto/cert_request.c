#include "crypto/cert_request.h"

#include "base/names.h"
#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/renewal.h"

#include <string.h>

#include <openssl/x509.h>

#define NAME_MAX_BYTES 256 // of a common name; OpenSSL counts the characters

static enum exh_status fill(X509_REQ *request, const struct exh_key *key, const char *name,
                            struct exh_error *err)
{
    X509_NAME *subject = X509_REQ_get_subject_name(request);
    const size_t n = strlen(name);

    if (n < 1 || n > NAME_MAX_BYTES ||
        !X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    (const unsigned char *)name, (int)n, -1, 0))
        return fail_openssl(err, EXH_INVALID, "'%.64s' is no name for a certificate", name);
    if (!X509_REQ_set_version(request, X509_REQ_VERSION_1) ||
        !public_key_write(X509_REQ_get_X509_PUBKEY(request), key->pkey))
        return fail_openssl(err, EXH_CRYPTO, "request could not be made");
    return EXH_OK;
}

static enum exh_status state_renewal(X509_REQ *request, const struct exh_signer *old,
                                     struct exh_error *err)
{
    struct buf statement = buf_with_limit(RENEWAL_MAX);
    ASN1_OBJECT *oid = OBJ_txt2obj(NAME_OID_RENEWAL, 1);
    unsigned char *spki = NULL;
    int n = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), &spki);
    enum exh_status status = EXH_OK;

    if (!oid || n <= 0)
        status = fail_openssl(err, EXH_CRYPTO, "request could not be made");
    if (!status)
        status = renewal_write(old, (struct exh_bytes){ spki, (size_t)n }, &statement, err);
    if (!status &&
        !X509_REQ_add1_attr_by_OBJ(request, oid, V_ASN1_SEQUENCE, statement.p, (int)statement.n))
        status = fail_openssl(err, EXH_CRYPTO, "request could not be made");
    OPENSSL_free(spki);
    ASN1_OBJECT_free(oid);
    buf_free(&statement);
    return status;
}

// Not X509_REQ_sign(), which does not know how keys of a TPM are used.
static enum exh_status sign(X509_REQ *request, const struct exh_key *key, struct buf *to,
                            struct exh_error *err)
{
    uint8_t signature[EXH_SIGNATURE_MAX];
    unsigned char *tbs = NULL, *alg = NULL;
    X509_ALGOR *id = X509_ALGOR_new();
    size_t n = 0;
    int tbs_n = i2d_re_X509_REQ_tbs(request, &tbs), alg_n = 0;
    enum exh_status status = EXH_OK;

    if (!id || tbs_n <= 0)
        status = fail_openssl(err, EXH_CRYPTO, "request could not be made");
    if (!status)
        status =
            key_sign_x509(key, (struct exh_bytes){ tbs, (size_t)tbs_n }, id, signature, &n, err);
    if (!status && (alg_n = i2d_X509_ALGOR(id, &alg)) <= 0)
        status = fail_openssl(err, EXH_CRYPTO, "request could not be made");
    if (!status) {
        der_put_head(to, DER_SEQUENCE, (size_t)tbs_n + (size_t)alg_n + der_size(1 + n));
        buf_put(to, tbs, (size_t)tbs_n);
        buf_put(to, alg, (size_t)alg_n);
        der_put_head(to, DER_BITS, 1 + n);
        buf_put_u8(to, 0); // unused bits
        buf_put(to, signature, n);
        status = buf_finish(to, err);
    }
    OPENSSL_free(alg);
    OPENSSL_free(tbs);
    X509_ALGOR_free(id);
    return status;
}

enum exh_status cert_request_write(const struct exh_key *key, const char *name,
                                   const struct exh_signer *old, struct buf *der,
                                   struct exh_error *err)
{
    X509_REQ *request = crypto_library() ? X509_REQ_new() : NULL;
    enum exh_status status;

    if (!request)
        return fail_no_memory(err);
    status = fill(request, key, name, err);
    if (!status && old)
        status = state_renewal(request, old, err);
    if (!status)
        status = sign(request, key, der, err);
    X509_REQ_free(request);
    return status;
}
