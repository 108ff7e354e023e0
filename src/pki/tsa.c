#include "pki/tsa.h"

#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/profile.h"
#include "pki/build.h"

#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ts.h>

struct tsa {
    X509 *x; // owned
    const struct exh_key *key;
    STACK_OF(X509) * issuers; // owned
    ASN1_OBJECT *policy;      // owned
    TS_ACCURACY *accuracy;    // owned; NULL: not stated
    int64_t from, until;      // when its certificate is valid, Unix seconds, both inclusive
};

// By enum tsa_code: the bit of PKIFailureInfo, and the words.
static const struct {
    int bit;
    const char *why;
} codes[] = {
    [TSA_GRANTED] = { -1, "" },
    [TSA_BAD_ALGORITHM] = { 0, "the imprint is to be SHA-256, SHA-384 or SHA-512" },
    [TSA_BAD_REQUEST] = { 2, "the version is to be 1, and a nonce has at most 64 bytes" },
    [TSA_BAD_DATA] = { 5, "this is not a TimeStampReq" },
    [TSA_NO_TIME] = { 14, "the authority's clock is not sure of the time" },
    [TSA_BAD_POLICY] = { 15, "this authority has another policy" },
    [TSA_BAD_EXTENSION] = { 16, "no extension is known here" },
};

static enum exh_status judge(const struct cert *own, const struct exh_key *key,
                             struct exh_error *err)
{
    const char *why = profile_tsa(own);

    if (why)
        return fail(err, EXH_INVALID, "time-stamp authority: %s", why);
    if (EVP_PKEY_eq(own->key, key->pkey) != 1)
        return fail(err, EXH_INVALID, "the time-stamp authority's certificate is of another key");
    if (EVP_PKEY_get_base_id(own->key) == EVP_PKEY_ED25519)
        return fail(err, EXH_UNSUPPORTED, "time-stamps are not signed with Ed25519");
    return EXH_OK;
}

static enum exh_status read_certs(struct tsa *tsa, const struct exh_bytes *certs, size_t n,
                                  struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (n < 1 || n > EXH_CHAIN_MAX)
        return fail(err, EXH_LIMIT, "a time-stamp authority with %zu certificates", n);
    for (size_t i = 0; !status && i < n; i++) {
        struct cert c = { 0 };
        X509 *x = NULL;
        status = cert_read(certs[i], &c, err);
        if (!status && i == 0)
            status = judge(&c, tsa->key, err);
        if (!status && !(x = cert_whole(&c)))
            status = fail_no_memory(err);
        if (!status && i == 0) {
            tsa->x = x;
            tsa->from = c.not_before;
            tsa->until = c.not_after;
        } else if (!status && !sk_X509_push(tsa->issuers, x)) {
            X509_free(x);
            status = fail_no_memory(err);
        }
        cert_free(&c);
    }
    return status;
}

static enum exh_status read_terms(struct tsa *tsa, const struct tsa_terms *terms,
                                  struct exh_error *err)
{
    const char *policy = terms->policy ? terms->policy : TSA_POLICY_ANY;

    if (!(tsa->policy = OBJ_txt2obj(policy, 1)))
        return fail_openssl(err, EXH_INVALID, "policy '%.64s' is no OID", policy);
    if (!terms->accuracy_s)
        return EXH_OK;
    ASN1_INTEGER *seconds = ASN1_INTEGER_new();
    tsa->accuracy = TS_ACCURACY_new();
    bool set = seconds && tsa->accuracy && ASN1_INTEGER_set(seconds, (long)terms->accuracy_s) &&
               TS_ACCURACY_set_seconds(tsa->accuracy, seconds);
    ASN1_INTEGER_free(seconds);
    return set ? EXH_OK : fail_no_memory(err);
}

enum exh_status tsa_open(const struct exh_bytes *certs, size_t n, const struct exh_key *key,
                         const struct tsa_terms *terms, struct tsa **out, struct exh_error *err)
{
    struct tsa *tsa = calloc(1, sizeof *tsa);
    enum exh_status status;

    if (!tsa || !(tsa->issuers = sk_X509_new_null())) {
        free(tsa);
        return fail_no_memory(err);
    }
    tsa->key = key;
    status = read_certs(tsa, certs, n, err);
    if (!status)
        status = read_terms(tsa, terms, err);
    ERR_clear_error();
    if (status) {
        tsa_close(tsa);
        return status;
    }
    *out = tsa;
    return EXH_OK;
}

void tsa_close(struct tsa *tsa)
{
    if (!tsa)
        return;
    X509_free(tsa->x);
    sk_X509_pop_free(tsa->issuers, X509_free);
    ASN1_OBJECT_free(tsa->policy);
    TS_ACCURACY_free(tsa->accuracy);
    free(tsa);
}

// The hash of an imprint; NONE: not one that we stamp, or with parameters.
static enum exh_hash imprint_hash(TS_MSG_IMPRINT *imprint)
{
    const ASN1_OBJECT *oid;
    int type;

    X509_ALGOR_get0(&oid, &type, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    if (type != V_ASN1_UNDEF && type != V_ASN1_NULL)
        return EXH_HASH_NONE;
    switch (OBJ_obj2nid(oid)) {
    case NID_sha256: return EXH_SHA256;
    case NID_sha384: return EXH_SHA384;
    case NID_sha512: return EXH_SHA512;
    default: return EXH_HASH_NONE;
    }
}

static enum tsa_code check_request(const struct tsa *tsa, TS_REQ *request)
{
    TS_MSG_IMPRINT *imprint = TS_REQ_get_msg_imprint(request);
    const enum exh_hash hash = imprint_hash(imprint);
    const ASN1_INTEGER *nonce = TS_REQ_get_nonce(request);
    const ASN1_OBJECT *policy = TS_REQ_get_policy_id(request);

    if (TS_REQ_get_version(request) != 1 || (nonce && ASN1_STRING_length(nonce) > TSA_NONCE_MAX))
        return TSA_BAD_REQUEST;
    if (hash == EXH_HASH_NONE)
        return TSA_BAD_ALGORITHM;
    if ((size_t)ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(imprint)) != exh_hash_size(hash))
        return TSA_BAD_DATA;
    if (policy && OBJ_cmp(policy, tsa->policy) != 0)
        return TSA_BAD_POLICY;
    if (TS_REQ_get_exts(request))
        return TSA_BAD_EXTENSION;
    return TSA_GRANTED;
}

static enum tsa_code check_moment(const struct tsa *tsa, const struct tsa_moment *m)
{
    const bool sure =
        m->synchronised && m->now >= m->last && m->now >= tsa->from && m->now <= tsa->until;

    return sure ? TSA_GRANTED : TSA_NO_TIME;
}

static bool fill_info(TS_TST_INFO *info, const struct tsa *tsa, TS_REQ *request,
                      const struct tsa_moment *m)
{
    const ASN1_INTEGER *nonce = TS_REQ_get_nonce(request);
    ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, (time_t)m->now);
    ASN1_INTEGER *serial = build_serial(m->serial);
    bool filled = time && serial && TS_TST_INFO_set_version(info, 1) &&
                  TS_TST_INFO_set_policy_id(info, tsa->policy) &&
                  TS_TST_INFO_set_msg_imprint(info, TS_REQ_get_msg_imprint(request)) &&
                  TS_TST_INFO_set_serial(info, serial) && TS_TST_INFO_set_time(info, time) &&
                  (!tsa->accuracy || TS_TST_INFO_set_accuracy(info, tsa->accuracy)) &&
                  (!nonce || TS_TST_INFO_set_nonce(info, nonce));

    ASN1_INTEGER_free(serial);
    ASN1_GENERALIZEDTIME_free(time);
    return filled;
}

// The DER of TSTInfo, OPENSSL_free(); its size, 0 when it could not be made.
static int write_info(const struct tsa *tsa, TS_REQ *request, const struct tsa_moment *m,
                      unsigned char **der)
{
    TS_TST_INFO *info = TS_TST_INFO_new();
    int n = info && fill_info(info, tsa, request, m) ? i2d_TS_TST_INFO(info, der) : 0;

    TS_TST_INFO_free(info);
    return n > 0 ? n : 0;
}

static bool add_signer(CMS_ContentInfo *cms, const struct tsa *tsa, int64_t at, unsigned flags)
{
    // CMS_CADES: the signing-certificate attribute that RFC 3161 demands, its second version.
    CMS_SignerInfo *signer =
        CMS_add1_signer(cms, tsa->x, tsa->key->pkey, sig_digest(tsa->key->pkey),
                        flags | CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES);
    // OpenSSL adds a signing time when there is none, by a clock of its own.
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)at);
    bool added = signer && time &&
                 CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, ASN1_STRING_type(time),
                                             time, -1);

    ASN1_TIME_free(time);
    return added;
}

static CMS_ContentInfo *sign(const struct tsa *tsa, struct exh_bytes info, int64_t at,
                             bool with_certs)
{
    const unsigned flags = CMS_BINARY | (with_certs ? 0 : CMS_NOCERTS);
    BIO *content = BIO_new_mem_buf(info.p, (int)info.n);
    CMS_ContentInfo *cms =
        CMS_sign(NULL, NULL, with_certs ? tsa->issuers : NULL, NULL, flags | CMS_PARTIAL);
    bool made = content && cms &&
                CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) &&
                add_signer(cms, tsa, at, flags) && CMS_final(cms, content, NULL, flags);

    BIO_free(content);
    if (made)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

static enum exh_status grant(const struct tsa *tsa, TS_REQ *request, const struct tsa_moment *m,
                             struct buf *response, struct exh_error *err)
{
    static const uint8_t granted[] = { DER_SEQUENCE, 3, DER_INTEGER, 1, TS_STATUS_GRANTED };
    unsigned char *info = NULL, *token = NULL;
    int info_n = write_info(tsa, request, m, &info);
    CMS_ContentInfo *cms = info_n ? sign(tsa, (struct exh_bytes){ info, (size_t)info_n }, m->now,
                                         TS_REQ_get_cert_req(request))
                                  : NULL;
    int n = cms ? i2d_CMS_ContentInfo(cms, &token) : -1;

    CMS_ContentInfo_free(cms);
    OPENSSL_free(info);
    if (n <= 0)
        return fail_openssl(err, EXH_CRYPTO, "time-stamp could not be made");
    der_put_head(response, DER_SEQUENCE, sizeof granted + (size_t)n);
    buf_put(response, granted, sizeof granted);
    buf_put(response, token, (size_t)n);
    OPENSSL_free(token);
    return buf_finish(response, err);
}

// PKIStatusInfo: rejection, the words, and the bit, which is the last of its string.
static enum exh_status refuse(enum tsa_code code, struct buf *response, struct exh_error *err)
{
    static const uint8_t rejection[] = { DER_INTEGER, 1, TS_STATUS_REJECTION };
    const struct exh_bytes words = bytes_of(codes[code].why);
    const unsigned bit = (unsigned)codes[code].bit;
    uint8_t bits[1 + 3] = { (uint8_t)(7 - bit % 8) };
    const size_t bits_n = 2 + bit / 8;
    const size_t text_n = der_size(der_size(words.n));

    bits[1 + bit / 8] = (uint8_t)(0x80 >> bit % 8);
    const size_t info = sizeof rejection + text_n + der_size(bits_n);
    der_put_head(response, DER_SEQUENCE, der_size(info));
    der_put_head(response, DER_SEQUENCE, info);
    buf_put(response, rejection, sizeof rejection);
    der_put_head(response, DER_SEQUENCE, der_size(words.n));
    der_put(response, DER_UTF8, words);
    der_put(response, DER_BITS, (struct exh_bytes){ bits, bits_n });
    return buf_finish(response, err);
}

static TS_REQ *read_request(struct exh_bytes der)
{
    const unsigned char *p = der.p;
    TS_REQ *request = der.n <= TSA_REQUEST_MAX ? d2i_TS_REQ(NULL, &p, (long)der.n) : NULL;

    if (request && p == der.p + der.n)
        return request;
    TS_REQ_free(request);
    return NULL;
}

enum exh_status tsa_answer(struct tsa *tsa, struct exh_bytes der, const struct tsa_moment *moment,
                           struct buf *response, struct tsa_outcome *outcome, struct exh_error *err)
{
    TS_REQ *request = read_request(der);
    enum tsa_code code = request ? check_request(tsa, request) : TSA_BAD_DATA;

    if (code == TSA_GRANTED)
        code = check_moment(tsa, moment);
    enum exh_status status = code == TSA_GRANTED ? grant(tsa, request, moment, response, err)
                                                 : refuse(code, response, err);
    TS_REQ_free(request);
    ERR_clear_error();
    *outcome = (struct tsa_outcome){ code, codes[code].why };
    return status;
}
