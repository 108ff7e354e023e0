#include "pki/ocsp.h"

#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/profile.h"
#include "formats/base64.h"
#include "pki/build.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

struct ocsp_responder {
    X509 *x; // owned
    const struct exh_key *key;
    int64_t from, to;    // when its certificate is valid, Unix seconds, both inclusive
    X509 *issuer;        // owned
    OCSP_CERTID *staple; // owned: the issuer, by the hash that everybody knows; the serial changes
};

static enum exh_status judge_pair(const struct cert *issuer, const struct cert *own,
                                  const struct exh_key *key, struct exh_error *err)
{
    const char *why = profile_ocsp(own);

    if (why)
        return fail(err, EXH_INVALID, "OCSP responder: %s", why);
    if (EVP_PKEY_eq(own->key, key->pkey) != 1)
        return fail(err, EXH_INVALID, "the OCSP responder's certificate is of another key");
    if (!cert_is_ca(issuer) || !cert_names_issuer(own, issuer) ||
        !cert_signed_by(own, issuer, &why))
        return fail(err, EXH_INVALID, "the OCSP responder's certificate is not from the authority");
    return EXH_OK;
}

static enum exh_status read_pair(struct ocsp_responder *r, struct exh_bytes issuer,
                                 struct exh_bytes certificate, struct exh_error *err)
{
    struct cert theirs = { 0 }, own = { 0 };
    enum exh_status status = cert_read(issuer, &theirs, err);

    if (!status)
        status = cert_read(certificate, &own, err);
    if (!status)
        status = judge_pair(&theirs, &own, r->key, err);
    if (!status) {
        r->issuer = cert_whole(&theirs);
        r->x = cert_whole(&own);
        r->from = own.not_before;
        r->to = own.not_after;
        // SHA-1 only looks the issuer up, and every verifier knows it.
        r->staple = r->issuer ? OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(r->issuer),
                                                 X509_get0_pubkey_bitstr(r->issuer), NULL)
                              : NULL;
        if (!r->x || !r->staple)
            status = fail_openssl(err, EXH_CRYPTO, "OCSP responder could not be made");
    }
    cert_free(&own);
    cert_free(&theirs);
    ERR_clear_error();
    return status;
}

enum exh_status ocsp_open(struct exh_bytes issuer, struct exh_bytes certificate,
                          const struct exh_key *key, struct ocsp_responder **out,
                          struct exh_error *err)
{
    struct ocsp_responder *r = calloc(1, sizeof *r);

    if (!r)
        return fail_no_memory(err);
    r->key = key;
    enum exh_status status = read_pair(r, issuer, certificate, err);
    if (status) {
        ocsp_close(r);
        return status;
    }
    *out = r;
    return EXH_OK;
}

void ocsp_close(struct ocsp_responder *r)
{
    if (!r)
        return;
    OCSP_CERTID_free(r->staple);
    X509_free(r->issuer);
    X509_free(r->x);
    free(r);
}

/* One answer on its way. */
struct answer {
    OCSP_BASICRESP *basic;              // owned
    ASN1_GENERALIZEDTIME *from, *until; // owned
};

static void answer_free(struct answer *a)
{
    OCSP_BASICRESP_free(a->basic);
    ASN1_GENERALIZEDTIME_free(a->from);
    ASN1_GENERALIZEDTIME_free(a->until);
}

static enum exh_status answer_init(struct answer *a, const struct ocsp_responder *r,
                                   const struct ocsp_times *times, struct exh_error *err)
{
    if (times->now < r->from || times->now > r->to)
        return fail(err, EXH_INVALID, "the OCSP responder's certificate is not valid now");
    if (times->until <= times->now)
        return fail(err, EXH_INVALID, "an OCSP answer that ends before it begins");
    *a = (struct answer){ OCSP_BASICRESP_new(), ASN1_GENERALIZEDTIME_set(NULL, (time_t)times->now),
                          ASN1_GENERALIZEDTIME_set(NULL, (time_t)times->until) };
    return a->basic && a->from && a->until
               ? EXH_OK
               : fail_openssl(err, EXH_CRYPTO, "OCSP answer could not be made");
}

// Put what is known of one certificate.
static bool answer_put(struct answer *a, OCSP_CERTID *id, const struct ocsp_fact *fact)
{
    static const int statuses[] = { [OCSP_IS_UNKNOWN] = V_OCSP_CERTSTATUS_UNKNOWN,
                                    [OCSP_IS_GOOD] = V_OCSP_CERTSTATUS_GOOD,
                                    [OCSP_IS_REVOKED] = V_OCSP_CERTSTATUS_REVOKED };
    const bool revoked = fact->known == OCSP_IS_REVOKED;
    const bool stated = revoked && fact->reason != REVOKED_UNSTATED;
    ASN1_GENERALIZEDTIME *at =
        revoked ? ASN1_GENERALIZEDTIME_set(NULL, (time_t)fact->revoked_at) : NULL;
    bool put = (!revoked || at) && (!stated || revocation_reason_known((int)fact->reason)) &&
               OCSP_basic_add1_status(a->basic, id, statuses[fact->known],
                                      stated ? (int)fact->reason : OCSP_REVOKED_STATUS_NOSTATUS, at,
                                      a->from, a->until);

    ASN1_GENERALIZEDTIME_free(at);
    return put;
}

static bool sign(const struct ocsp_responder *r, const struct answer *a)
{
    // OpenSSL sets producedAt from its own clock, or leaves it empty; there is no function that sets it.
    const ASN1_GENERALIZEDTIME *produced = OCSP_resp_get0_produced_at(a->basic);

    return ASN1_STRING_copy((ASN1_STRING *)(uintptr_t)produced, a->from) &&
           OCSP_basic_sign(a->basic, r->x, r->key->pkey, sig_digest(r->key->pkey), NULL,
                           OCSP_NOTIME | OCSP_RESPID_KEY);
}

static enum exh_status finish(const struct ocsp_responder *r, const struct answer *a,
                              struct buf *to, struct exh_error *err)
{
    OCSP_RESPONSE *response =
        sign(r, a) ? OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, a->basic) : NULL;
    unsigned char *der = NULL;
    int n = response ? i2d_OCSP_RESPONSE(response, &der) : -1;

    OCSP_RESPONSE_free(response);
    if (n <= 0)
        return fail_openssl(err, EXH_CRYPTO, "OCSP answer could not be signed");
    buf_put(to, der, (size_t)n);
    OPENSSL_free(der);
    return buf_finish(to, err);
}

// A response without an answer: only its code.
static enum exh_status refuse(enum ocsp_code code, struct buf *to, struct exh_error *err)
{
    const uint8_t der[] = { 0x30, 0x03, 0x0A, 0x01, (uint8_t)code };

    buf_put(to, der, sizeof der);
    return buf_finish(to, err);
}

// NULL unless it is a request whose parts are all within bounds and known.
static OCSP_REQUEST *read_request(struct exh_bytes der)
{
    const unsigned char *p = der.p;
    OCSP_REQUEST *request =
        der.n <= OCSP_REQUEST_MAX ? d2i_OCSP_REQUEST(NULL, &p, (long)der.n) : NULL;
    bool sound = request && p == der.p + der.n;
    const int n = sound ? OCSP_request_onereq_count(request) : 0;

    sound = sound && n >= 1 && n <= OCSP_ASKED_MAX &&
            OCSP_REQUEST_get_ext_by_critical(request, 1, -1) < 0;
    for (int i = 0; sound && i < n; i++)
        sound = OCSP_ONEREQ_get_ext_by_critical(OCSP_request_onereq_get0(request, i), 1, -1) < 0;
    if (sound)
        return request;
    OCSP_REQUEST_free(request);
    return NULL;
}

// Whether the request has a nonce; false and *sound cleared when it has a strange one.
static bool has_nonce(OCSP_REQUEST *request, bool *sound)
{
    int at = OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1);

    if (at < 0)
        return false;
    X509_EXTENSION *ext = OCSP_REQUEST_get_ext(request, at);
    const int n = ASN1_STRING_length(X509_EXTENSION_get_data(ext)); // an OCTET STRING, usually
    *sound = *sound && n >= 1 && n <= OCSP_NONCE_MAX + 3 &&
             OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, at) < 0;
    return true;
}

static const EVP_MD *id_hash(const ASN1_OBJECT *oid)
{
    const struct library *lib = crypto_library();

    switch (OBJ_obj2nid(oid)) {
    case NID_sha1: return EVP_sha1(); // usual in certIDs, where it only looks things up
    case NID_sha256: return lib->md[EXH_SHA256];
    case NID_sha384: return lib->md[EXH_SHA384];
    case NID_sha512: return lib->md[EXH_SHA512];
    default: return NULL;
    }
}

static bool digest_is(const EVP_MD *md, const unsigned char *p, int n,
                      const ASN1_OCTET_STRING *want)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    return n > 0 && EVP_Digest(p, (size_t)n, digest, &size, md, NULL) &&
           bytes_equal(
               (struct exh_bytes){ digest, size },
               (struct exh_bytes){ ASN1_STRING_get0_data(want), (size_t)ASN1_STRING_length(want) });
}

// Whether a certID names our issuer, by its name and its key.
static bool is_ours(const struct ocsp_responder *r, OCSP_CERTID *id)
{
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(r->issuer);
    ASN1_OCTET_STRING *name_hash, *key_hash;
    ASN1_OBJECT *oid;
    unsigned char *name = NULL;
    bool ours = false;

    if (!OCSP_id_get0_info(&name_hash, &oid, &key_hash, NULL, id))
        return false;
    const EVP_MD *md = id_hash(oid);
    int n = md ? i2d_X509_NAME(X509_get_subject_name(r->issuer), &name) : -1;
    ours = md && digest_is(md, name, n, name_hash) &&
           digest_is(md, ASN1_STRING_get0_data(key), ASN1_STRING_length(key), key_hash);
    OPENSSL_free(name);
    return ours;
}

// The serial number; false when it is none that we give (ca_serial()).
static bool read_serial(OCSP_CERTID *id, uint8_t serial[CA_SERIAL])
{
    ASN1_INTEGER *number = NULL;

    if (!OCSP_id_get0_info(NULL, NULL, NULL, &number, id) ||
        ASN1_STRING_type(number) != V_ASN1_INTEGER || ASN1_STRING_length(number) != CA_SERIAL)
        return false;
    memcpy(serial, ASN1_STRING_get0_data(number), CA_SERIAL);
    return true;
}

// Answer all questions; *code is not OCSP_ANSWERED when there is no answer.
static enum exh_status put_all(struct ocsp_responder *r, OCSP_REQUEST *request, struct answer *a,
                               const struct ocsp_records *records, enum ocsp_code *code,
                               struct exh_error *err)
{
    *code = OCSP_ANSWERED;
    for (int i = 0; i < OCSP_request_onereq_count(request); i++) {
        OCSP_CERTID *id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, i));
        struct ocsp_fact fact = { .known = OCSP_IS_UNKNOWN };
        uint8_t serial[CA_SERIAL];
        if (!is_ours(r, id))
            *code = OCSP_NOT_OURS;
        else if (read_serial(id, serial) && records->find(records->ctx, serial, &fact) != EXH_OK)
            *code = OCSP_TRY_LATER;
        if (*code != OCSP_ANSWERED)
            return EXH_OK;
        if (!answer_put(a, id, &fact))
            return fail_openssl(err, EXH_CRYPTO, "OCSP answer could not be made");
    }
    return EXH_OK;
}

static enum exh_status answer_request(struct ocsp_responder *r, OCSP_REQUEST *request,
                                      const struct ocsp_times *times,
                                      const struct ocsp_records *records, struct buf *response,
                                      struct ocsp_outcome *outcome, struct exh_error *err)
{
    struct answer a = { 0 };
    enum exh_status status = answer_init(&a, r, times, err);

    if (!status)
        status = put_all(r, request, &a, records, &outcome->code, err);
    if (!status && outcome->code != OCSP_ANSWERED)
        status = refuse(outcome->code, response, err);
    else if (!status && outcome->nonce && !OCSP_copy_nonce(a.basic, request))
        status = fail_openssl(err, EXH_CRYPTO, "OCSP answer could not be made");
    else if (!status)
        status = finish(r, &a, response, err);
    answer_free(&a);
    return status;
}

enum exh_status ocsp_answer(struct ocsp_responder *r, struct exh_bytes der,
                            const struct ocsp_times *times, const struct ocsp_records *records,
                            struct buf *response, struct ocsp_outcome *outcome,
                            struct exh_error *err)
{
    OCSP_REQUEST *request = read_request(der);
    bool sound = request != NULL;
    enum exh_status status;

    *outcome = (struct ocsp_outcome){ .code = OCSP_BAD_REQUEST };
    if (request) {
        outcome->asked = (size_t)OCSP_request_onereq_count(request);
        outcome->nonce = has_nonce(request, &sound);
    }
    status = sound ? answer_request(r, request, times, records, response, outcome, err)
                   : refuse(OCSP_BAD_REQUEST, response, err);
    OCSP_REQUEST_free(request);
    ERR_clear_error();
    return status;
}

enum exh_status ocsp_staple(struct ocsp_responder *r, const uint8_t serial[CA_SERIAL],
                            const struct ocsp_fact *fact, const struct ocsp_times *times,
                            struct buf *response, struct exh_error *err)
{
    ASN1_INTEGER *number = NULL;
    struct answer a = { 0 };
    enum exh_status status = answer_init(&a, r, times, err);

    OCSP_id_get0_info(NULL, NULL, NULL, &number, r->staple);
    if (!status &&
        (!ASN1_STRING_set(number, serial, CA_SERIAL) || !answer_put(&a, r->staple, fact)))
        status = fail_openssl(err, EXH_CRYPTO, "OCSP answer could not be made");
    if (!status)
        status = finish(r, &a, response, err);
    answer_free(&a);
    ERR_clear_error();
    return status;
}

// The next character of a path, escaped or not; false at the end, and when it is neither.
static bool next_character(struct exh_bytes *path, uint8_t *c)
{
    size_t n = 1;

    if (!path->n)
        return false;
    *c = path->p[0];
    if (*c == '%') {
        if (path->n < 3 || !hex_read((struct exh_bytes){ path->p + 1, 2 }, c, 1))
            return false;
        n = 3;
    }
    path->p += n;
    path->n -= n;
    return true;
}

enum exh_status ocsp_read_path(struct exh_bytes path, struct buf *der, struct exh_error *err)
{
    uint8_t text[OCSP_PATH_MAX + 1];
    size_t n = 0, size = 0;

    if (path.n > OCSP_PATH_MAX)
        return fail(err, EXH_LIMIT, "an OCSP request of %zu characters in a path; at most %d fit",
                    path.n, OCSP_PATH_MAX);
    while (next_character(&path, &text[n]))
        n++;
    if (path.n || !n || !base64_read_padded((struct exh_bytes){ text, n }, text, &size))
        return fail(err, EXH_MALFORMED, "the path is not base64 of an OCSP request");
    buf_put(der, text, size);
    return buf_finish(der, err);
}
