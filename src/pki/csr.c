#include "pki/csr.h"

#include "base/names.h"
#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/cert_request.h"
#include "crypto/der.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

struct csr {
    X509_REQ *request;   // owned; parsed without its key
    struct exh_key *key; // owned
    uint8_t *spki;       // owned, OPENSSL_free(): DER
    size_t spki_n;
    uint8_t sha256[32]; // of spki
};

static const struct {
    enum csr_kind kind;
    const char *name;
    int type, bits; // 0: any
} kinds_table[CSR_KINDS_N] = {
    { CSR_P256, "P-256", EVP_PKEY_EC, 256 }, { CSR_P384, "P-384", EVP_PKEY_EC, 384 },
    { CSR_P521, "P-521", EVP_PKEY_EC, 521 }, { CSR_ED25519, "Ed25519", EVP_PKEY_ED25519, 0 },
    { CSR_RSA, "RSA", EVP_PKEY_RSA, 0 },
};

void csr_kinds_text(unsigned kinds, char to[CSR_KINDS_TEXT])
{
    size_t at = 0;

    to[0] = '\0';
    for (size_t i = 0; i < CSR_KINDS_N; i++) {
        if (kinds & kinds_table[i].kind)
            at += (size_t)snprintf(to + at, CSR_KINDS_TEXT - at, "%s%s", at ? ", " : "",
                                   kinds_table[i].name);
    }
}

static bool is_of_kinds(const EVP_PKEY *key, unsigned kinds)
{
    const int type = EVP_PKEY_get_base_id(key);

    for (size_t i = 0; i < CSR_KINDS_N; i++) {
        if (kinds & kinds_table[i].kind && kinds_table[i].type == type &&
            (!kinds_table[i].bits || kinds_table[i].bits == EVP_PKEY_get_bits(key)))
            return true;
    }
    return false;
}

static enum exh_status parse(struct exh_bytes der, struct csr *csr, struct exh_error *err)
{
    const unsigned char *p = der.p;

    if (der.n > CERT_REQUEST_MAX)
        return fail(err, EXH_LIMIT, "request of %zu bytes is larger than %d", der.n,
                    CERT_REQUEST_MAX);
    // Without algorithms, so that the key is not decoded yet (crypto/library.h).
    csr->request = (X509_REQ *)ASN1_item_d2i_ex(NULL, &p, (long)der.n, ASN1_ITEM_rptr(X509_REQ),
                                                crypto_library()->bare, NULL);
    if (!csr->request)
        return fail_openssl(err, EXH_MALFORMED, "not a certificate request (PKCS #10, DER)");
    if (p != der.p + der.n)
        return fail(err, EXH_MALFORMED, "%zu bytes behind the certificate request",
                    (size_t)(der.p + der.n - p));
    if (X509_REQ_get_version(csr->request) != X509_REQ_VERSION_1)
        return fail(err, EXH_MALFORMED, "request of version %ld, 0 was expected",
                    X509_REQ_get_version(csr->request));
    return EXH_OK;
}

// A key has one name, the digest of its SubjectPublicKeyInfo: as the certificate will have it.
static enum exh_status name_key(struct csr *csr, struct exh_error *err)
{
    X509_PUBKEY *usual = X509_PUBKEY_new();
    unsigned char *given = NULL;
    int given_n = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(csr->request), &given);
    int n =
        usual && public_key_write(usual, csr->key->pkey) ? i2d_X509_PUBKEY(usual, &csr->spki) : -1;
    enum exh_status status = EXH_OK;

    csr->spki_n = n > 0 ? (size_t)n : 0;
    if (n <= 0 || given_n <= 0 ||
        !EVP_Digest(csr->spki, csr->spki_n, csr->sha256, NULL, crypto_library()->md[EXH_SHA256],
                    NULL))
        status = fail_openssl(err, EXH_CRYPTO, "public key could not be written");
    else if (!bytes_equal((struct exh_bytes){ given, (size_t)given_n },
                          (struct exh_bytes){ csr->spki, csr->spki_n }))
        status = fail(err, EXH_UNSUPPORTED,
                      "the request's key is not written in its usual form (a compressed point?)");
    OPENSSL_free(given);
    X509_PUBKEY_free(usual);
    return status;
}

static enum exh_status take_key(struct csr *csr, unsigned kinds, struct exh_error *err)
{
    const char *why;
    EVP_PKEY *key = public_key_read(X509_REQ_get_X509_PUBKEY(csr->request), &why);

    if (!key)
        return fail(err, EXH_UNSUPPORTED, "request: %s", why);
    if (!is_of_kinds(key, kinds)) {
        char wanted[CSR_KINDS_TEXT];
        csr_kinds_text(kinds, wanted);
        EVP_PKEY_free(key);
        return fail(err, EXH_UNSUPPORTED,
                    "the request's key is of a kind that is not certified here: %s was expected",
                    wanted);
    }
    enum exh_status status = key_wrap(key, &csr->key, err);
    return status ? status : name_key(csr, err);
}

// certificationRequestInfo as it was signed, and the signature, which has whole bytes.
static bool find_signed(struct exh_bytes der, struct exh_bytes *tbs, struct exh_bytes *signature)
{
    struct der outer, info, alg, bits;

    if (!der_take(&der, DER_SEQUENCE, &outer) || !der_take(&outer.value, DER_SEQUENCE, &info) ||
        !der_take(&outer.value, DER_SEQUENCE, &alg) || !der_take(&outer.value, DER_BITS, &bits) ||
        outer.value.n || bits.value.n < 1 || bits.value.p[0] != 0)
        return false;
    *tbs = info.whole;
    *signature = (struct exh_bytes){ bits.value.p + 1, bits.value.n - 1 };
    return true;
}

static enum exh_status check_possession(const struct csr *csr, struct exh_bytes der,
                                        struct exh_error *err)
{
    struct exh_bytes tbs, signature;
    const X509_ALGOR *id;
    struct sig_alg alg;
    const char *why;

    X509_REQ_get0_signature(csr->request, NULL, &id);
    if (!find_signed(der, &tbs, &signature))
        return fail(err, EXH_MALFORMED, "the certificate request is not DER");
    if (!sig_alg_of_x509(id, &alg, &why))
        return fail(err, EXH_UNSUPPORTED, "request: %s", why);
    if (!sig_key_fits(csr->key->pkey, &alg, &why))
        return fail(err, EXH_DENIED, "request: %s", why);
    if (!sig_holds(csr->key->pkey, &alg, tbs, signature))
        return fail(err, EXH_DENIED,
                    "the request's signature does not hold: nothing proves that its key is held");
    return EXH_OK;
}

// The value of the attribute, empty when there is none; false when it is there twice or has not one value.
static bool find_statement(const struct csr *csr, struct exh_bytes *out)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(NAME_OID_RENEWAL, 1);
    int at = oid ? X509_REQ_get_attr_by_OBJ(csr->request, oid, -1) : -1;
    bool twice = at >= 0 && X509_REQ_get_attr_by_OBJ(csr->request, oid, at) >= 0;

    ASN1_OBJECT_free(oid);
    *out = (struct exh_bytes){ 0 };
    if (at < 0)
        return true;
    X509_ATTRIBUTE *attribute = X509_REQ_get_attr(csr->request, at);
    const ASN1_TYPE *value =
        X509_ATTRIBUTE_count(attribute) == 1 ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
    if (twice || !value || value->type != V_ASN1_SEQUENCE)
        return false;
    *out = (struct exh_bytes){ ASN1_STRING_get0_data(value->value.sequence),
                               (size_t)ASN1_STRING_length(value->value.sequence) };
    return true;
}

enum exh_status csr_read(struct exh_bytes der, unsigned kinds, struct csr **out,
                         struct exh_error *err)
{
    struct csr *csr = crypto_library() ? calloc(1, sizeof *csr) : NULL;
    struct exh_bytes statement;
    enum exh_status status;

    if (!csr)
        return fail_no_memory(err);
    status = parse(der, csr, err);
    if (!status && !find_statement(csr, &statement))
        status = fail(err, EXH_MALFORMED,
                      "the request holds the old key's statement twice, or in "
                      "another form");
    if (!status)
        status = take_key(csr, kinds, err);
    if (!status)
        status = check_possession(csr, der, err);
    ERR_clear_error();
    if (status) {
        csr_free(csr);
        return status;
    }
    *out = csr;
    return EXH_OK;
}

void csr_free(struct csr *csr)
{
    if (!csr)
        return;
    X509_REQ_free(csr->request);
    exh_key_free(csr->key);
    OPENSSL_free(csr->spki);
    free(csr);
}

const struct exh_key *csr_key(const struct csr *csr)
{
    return csr->key;
}

void csr_key_sha256(const struct csr *csr, uint8_t sha256[32])
{
    memcpy(sha256, csr->sha256, sizeof csr->sha256);
}

enum exh_status csr_renews(const struct csr *csr, struct exh_bytes certificate,
                           struct exh_error *err)
{
    struct exh_bytes statement;
    struct cert cert = { 0 };
    enum exh_status status = cert_read(certificate, &cert, err);

    if (status)
        return status;
    const bool same = cert.key && EVP_PKEY_eq(cert.key, csr->key->pkey) == 1;
    cert_free(&cert);
    ERR_clear_error();
    if (same)
        return EXH_OK;
    if (!find_statement(csr, &statement) || !statement.n)
        return fail(err, EXH_DENIED,
                    "the request has another key than the certificate, and no "
                    "statement of the old one");
    return renewal_check(statement, certificate, (struct exh_bytes){ csr->spki, csr->spki_n }, err);
}
