/*
 * An OCSP response about a leaf (RFC 6960, "Signed Response Acceptance Requirements", 1 to 4): it is
 * about this certificate, the signature holds, and the signer is the issuer or was authorized by it.
 * Whether its times fit is the verifier's question.
 */
#include "crypto/der.h"
#include "crypto/issuer.h"
#include "crypto/library.h"
#include "crypto/openssl.h"
#include "crypto/profile.h"
#include "crypto/sigalg.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#define RESPONDERS_MAX 8 // certificates looked at in one response; one or two are usual
#define DER_ENUM       0x0A

struct question {
    const struct cert *leaf;
    const struct cert *issuer;
};

static void settle(struct exh_ocsp *out, enum exh_ocsp_status status, const char *why)
{
    out->status = status;
    snprintf(out->reason, sizeof out->reason, "%s", why);
}

// tbsResponseData as it was signed, inside of an OCSPResponse that OpenSSL has parsed already.
static bool find_tbs(struct exh_bytes in, struct exh_bytes *tbs)
{
    struct der response, status, bytes, typed, oid, octets, basic, data;

    if (!der_take(&in, DER_SEQUENCE, &response) || in.n ||
        !der_take(&response.value, DER_ENUM, &status) ||
        !der_take(&response.value, DER_CONTEXT, &bytes) ||
        !der_take(&bytes.value, DER_SEQUENCE, &typed) || !der_take(&typed.value, DER_OID, &oid) ||
        !der_take(&typed.value, DER_OCTETS, &octets) ||
        !der_take(&octets.value, DER_SEQUENCE, &basic) || octets.value.n ||
        !der_take(&basic.value, DER_SEQUENCE, &data))
        return false;
    *tbs = data.whole;
    return true;
}

static OCSP_BASICRESP *read_basic(struct exh_bytes der, struct exh_ocsp *out)
{
    const unsigned char *p = der.p;
    OCSP_RESPONSE *response =
        der.n <= EXH_OCSP_MAX ? d2i_OCSP_RESPONSE(NULL, &p, (long)der.n) : NULL;
    OCSP_BASICRESP *basic = NULL;

    if (!response || p != der.p + der.n) {
        settle(out, EXH_OCSP_MALFORMED, "not an OCSP response, or too large");
    } else if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        out->status = EXH_OCSP_MALFORMED;
        snprintf(out->reason, sizeof out->reason, "the responder gives no answer: %s",
                 OCSP_response_status_str(OCSP_response_status(response)));
    } else if (!(basic = OCSP_response_get1_basic(response))) {
        settle(out, EXH_OCSP_MALFORMED, "not a basic OCSP response");
    } else if (OCSP_BASICRESP_get_ext_by_critical(basic, 1, -1) >= 0) {
        settle(out, EXH_OCSP_MALFORMED, "the response has a critical extension, not known here");
        OCSP_BASICRESP_free(basic);
        basic = NULL;
    }
    OCSP_RESPONSE_free(response);
    return basic;
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

static bool digest_is(const EVP_MD *md, const unsigned char *p, size_t n,
                      const ASN1_OCTET_STRING *want)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    return EVP_Digest(p, n, digest, &size, md, NULL) &&
           size == (unsigned)ASN1_STRING_length(want) &&
           memcmp(digest, ASN1_STRING_get0_data(want), size) == 0;
}

static bool key_digest_is(const EVP_MD *md, const struct cert *c, const ASN1_OCTET_STRING *want)
{
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(c->x);

    return digest_is(md, ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key), want);
}

// certID: the leaf's serial number, under the name and the key of its issuer.
static bool is_about(OCSP_SINGLERESP *single, const struct question *q)
{
    // OpenSSL takes a pointer that is not const, and only reads through it.
    OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
    ASN1_OCTET_STRING *name_hash, *key_hash;
    ASN1_OBJECT *alg;
    ASN1_INTEGER *serial;
    unsigned char *name = NULL;
    int n = i2d_X509_NAME(X509_get_issuer_name(q->leaf->x), &name);
    bool about = false;

    if (id && n > 0 && OCSP_id_get0_info(&name_hash, &alg, &key_hash, &serial, id)) {
        const EVP_MD *md = id_hash(alg);
        about = md && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(q->leaf->x)) == 0 &&
                digest_is(md, name, (size_t)n, name_hash) && key_digest_is(md, q->issuer, key_hash);
    }
    OPENSSL_free(name);
    OCSP_CERTID_free(id);
    return about;
}

// OpenSSL knows the names of the first edition.
static const char *reason_text(int reason)
{
    switch (reason) {
    case -1: return "no reason given";
    case 9: return "privilegeWithdrawn";
    case 10: return "aACompromise";
    default: return OCSP_crl_reason_str(reason);
    }
}

// What one answer says. False: its times are not times, or run backwards.
static bool read_answer(OCSP_SINGLERESP *single, struct exh_ocsp *out)
{
    static const enum exh_ocsp_status statuses[] = { [V_OCSP_CERTSTATUS_GOOD] = EXH_OCSP_GOOD,
                                                     [V_OCSP_CERTSTATUS_REVOKED] = EXH_OCSP_REVOKED,
                                                     [V_OCSP_CERTSTATUS_UNKNOWN] =
                                                         EXH_OCSP_UNKNOWN };
    ASN1_GENERALIZEDTIME *revoked, *from, *until;
    int reason = -1;
    int status = OCSP_single_get0_status(single, &reason, &revoked, &from, &until);

    if (status < 0 || status >= (int)ARRAY_N(statuses))
        return false;
    out->next_update = INT64_MAX;
    if (!asn1_unix_time(from, &out->this_update) ||
        (until && !asn1_unix_time(until, &out->next_update)) || out->next_update < out->this_update)
        return false;
    settle(out, statuses[status], "");
    if (status != V_OCSP_CERTSTATUS_REVOKED)
        return true;
    out->removed_from_crl = reason == OCSP_REVOKED_STATUS_REMOVEFROMCRL;
    snprintf(out->reason, sizeof out->reason, "%s", reason_text(reason));
    return asn1_unix_time(revoked, &out->revoked_at);
}

// Of several answers about the leaf the newest one; of two that are as new the one that revokes.
static void find_answer(OCSP_BASICRESP *basic, const struct question *q, struct exh_ocsp *out)
{
    struct exh_ocsp best = { .status = EXH_OCSP_FOREIGN };

    settle(&best, EXH_OCSP_FOREIGN, "the response is about other certificates");
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        struct exh_ocsp one = *out;
        if (!is_about(single, q))
            continue;
        if (OCSP_SINGLERESP_get_ext_by_critical(single, 1, -1) >= 0 || !read_answer(single, &one)) {
            settle(out, EXH_OCSP_MALFORMED, "the answer's times or extensions are wrong");
            return;
        }
        if (best.status == EXH_OCSP_FOREIGN || one.this_update > best.this_update ||
            (one.this_update == best.this_update && one.status == EXH_OCSP_REVOKED))
            best = one;
    }
    best.produced_at = out->produced_at;
    *out = best;
}

// The responder says who it is: by name, or by the SHA-1 of its key.
static bool is_responder(const OCSP_BASICRESP *basic, const struct cert *c)
{
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;

    if (!OCSP_resp_get0_id(basic, &key, &name))
        return false;
    if (name)
        return X509_NAME_cmp(name, X509_get_subject_name(c->x)) == 0;
    return key && key_digest_is(EVP_sha1(), c, key);
}

static bool signed_by(const OCSP_BASICRESP *basic, struct exh_bytes tbs, const struct cert *c)
{
    const ASN1_OCTET_STRING *signature = OCSP_resp_get0_signature(basic);
    struct sig_alg alg;
    const char *why;

    return c->key && sig_alg_of_x509(OCSP_resp_get0_tbs_sigalg(basic), &alg, &why) &&
           sig_key_fits(c->key, &alg, &why) &&
           sig_holds(c->key, &alg, tbs,
                     (struct exh_bytes){ ASN1_STRING_get0_data(signature),
                                         (size_t)ASN1_STRING_length(signature) });
}

// NULL when the issuer lets this certificate answer, else why not.
static const char *not_authorized(const struct cert *c, const struct question *q,
                                  int64_t produced_at)
{
    const char *why = profile_ocsp(c);

    if (why)
        return why;
    if (!cert_names_issuer(c, q->issuer) || !cert_signed_by(c, q->issuer, &why))
        return "the responder's certificate is not from the certificate's issuer";
    if (produced_at < c->not_before || produced_at > c->not_after)
        return "the responder's certificate was not valid when it answered";
    return NULL;
}

// A delegated responder: its certificate comes with the response. why: what is wrong if there is none.
static const char *check_delegated(const OCSP_BASICRESP *basic, struct exh_bytes tbs,
                                   const struct question *q, int64_t produced_at, const char *why)
{
    const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);

    for (int i = 0; i < sk_X509_num(certs) && i < RESPONDERS_MAX; i++) {
        unsigned char *der = NULL;
        int n = i2d_X509(sk_X509_value(certs, i), &der);
        struct cert c = { 0 };
        struct exh_error err;
        bool match = n > 0 && cert_read((struct exh_bytes){ der, (size_t)n }, &c, &err) == EXH_OK &&
                     is_responder(basic, &c) &&
                     memcmp(c.sha256, q->issuer->sha256, sizeof c.sha256) != 0;
        if (match)
            why = not_authorized(&c, q, produced_at);
        if (match && !why && !signed_by(basic, tbs, &c))
            why = "the responder's signature does not hold";
        cert_free(&c);
        OPENSSL_free(der);
        if (!why)
            break;
    }
    return why;
}

static const char *check_responder(const OCSP_BASICRESP *basic, struct exh_bytes tbs,
                                   const struct question *q, int64_t produced_at)
{
    const char *why = "the responder is neither the certificate's issuer nor named by it";

    if (is_responder(basic, q->issuer)) {
        if (signed_by(basic, tbs, q->issuer))
            return NULL;
        why = "the responder's signature does not hold";
    }
    return check_delegated(basic, tbs, q, produced_at, why);
}

static void judge(OCSP_BASICRESP *basic, struct exh_bytes response, const struct question *q,
                  struct exh_ocsp *out)
{
    struct exh_bytes tbs;

    if (!find_tbs(response, &tbs) ||
        !asn1_unix_time(OCSP_resp_get0_produced_at(basic), &out->produced_at)) {
        settle(out, EXH_OCSP_MALFORMED, "the response is not DER, or producedAt is no time");
        return;
    }
    find_answer(basic, q, out);
    if (out->status == EXH_OCSP_MALFORMED || out->status == EXH_OCSP_FOREIGN)
        return;
    const char *why = check_responder(basic, tbs, q, out->produced_at);
    if (why)
        settle(out, EXH_OCSP_UNSIGNED, why);
}

void openssl_ocsp_check(struct exh_bytes response, const struct exh_chain *chain,
                        const struct exh_trust *trust, struct exh_ocsp *out)
{
    struct question q = { chain_cert(chain, 0), NULL };

    *out = (struct exh_ocsp){ .next_update = INT64_MAX };
    OCSP_BASICRESP *basic = read_basic(response, out);
    if (basic && (q.issuer = issuer_of_leaf(chain, trust)))
        judge(basic, response, &q, out);
    else if (basic)
        settle(out, EXH_OCSP_UNSIGNED, "the certificate's issuer is not at hand");
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
}
