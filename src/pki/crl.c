#include "pki/crl.h"

#include "crypto/key.h"
#include "crypto/library.h"
#include "pki/authority.h"

#include <openssl/x509v3.h>

bool revocation_reason_known(int reason)
{
    return (reason >= REVOKED_UNSTATED && reason <= REVOKED_CESSATION) ||
           reason == REVOKED_PRIVILEGE_WITHDRAWN;
}

static bool put_reason(X509_REVOKED *entry, enum revocation_reason reason)
{
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    bool put = code && ASN1_ENUMERATED_set(code, reason) &&
               X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, 0);

    ASN1_ENUMERATED_free(code);
    return put;
}

static bool put_entry(X509_CRL *crl, const struct revocation *r)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *serial = build_serial(r->serial);
    ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)r->at);
    bool put = entry && serial && at && X509_REVOKED_set_serialNumber(entry, serial) &&
               X509_REVOKED_set_revocationDate(entry, at) &&
               (r->reason == REVOKED_UNSTATED || put_reason(entry, r->reason)) &&
               X509_CRL_add0_revoked(crl, entry);

    if (!put)
        X509_REVOKED_free(entry); // else it belongs to crl
    ASN1_INTEGER_free(serial);
    ASN1_TIME_free(at);
    return put;
}

static bool put_number(X509_CRL *crl, uint64_t number)
{
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    bool put = n && ASN1_INTEGER_set_uint64(n, number) &&
               X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0);

    ASN1_INTEGER_free(n);
    return put;
}

static bool put_issuer_id(X509_CRL *crl, const struct ca *ca)
{
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, ca->x, NULL, NULL, crl, 0);
    X509_EXTENSION *ext =
        X509V3_EXT_nconf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    bool put = ext && X509_CRL_add_ext(crl, ext, -1);
    X509_EXTENSION_free(ext);
    return put;
}

static bool fill(X509_CRL *crl, const struct ca *ca, const struct crl_frame *frame)
{
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)frame->from);
    ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)frame->until);
    bool filled = from && until && X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
                  X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->x)) &&
                  X509_CRL_set1_lastUpdate(crl, from) && X509_CRL_set1_nextUpdate(crl, until) &&
                  put_issuer_id(crl, ca) && put_number(crl, frame->number);

    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return filled;
}

static enum exh_status check(const struct revocation *entries, size_t n,
                             const struct crl_frame *frame, struct exh_error *err)
{
    if (n > CRL_ENTRIES_MAX)
        return fail(err, EXH_LIMIT, "a list of %zu revoked certificates; at most %d fit", n,
                    CRL_ENTRIES_MAX);
    if (frame->until <= frame->from)
        return fail(err, EXH_INVALID, "a revocation list that ends before it begins");
    for (size_t i = 0; i < n; i++) {
        if (!revocation_reason_known((int)entries[i].reason))
            return fail(err, EXH_INVALID, "revoked for reason %d, which is none of ours",
                        (int)entries[i].reason);
    }
    return EXH_OK;
}

enum exh_status crl_write(const struct ca *ca, const struct revocation *entries, size_t n,
                          const struct crl_frame *frame, struct buf *der, struct exh_error *err)
{
    enum exh_status status = check(entries, n, frame, err);
    unsigned char *made = NULL;
    int size = -1;

    if (status)
        return status;
    X509_CRL *crl = X509_CRL_new();
    bool filled = crl && fill(crl, ca, frame);
    for (size_t i = 0; filled && i < n; i++)
        filled = put_entry(crl, &entries[i]);
    if (filled && X509_CRL_sign(crl, ca->key->pkey, sig_digest(ca->key->pkey)) > 0)
        size = i2d_X509_CRL(crl, &made);
    X509_CRL_free(crl);
    if (size <= 0)
        return fail_openssl(err, EXH_CRYPTO, "revocation list could not be made");
    buf_put(der, made, (size_t)size);
    OPENSSL_free(made);
    return buf_finish(der, err);
}
