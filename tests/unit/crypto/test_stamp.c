/* Time-stamp tokens: right ones, and one for each thing that can be wrong with them. */
#include <inttypes.h>

#include "check.h"
#include "made_cert.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ts.h>

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

#define STAMPED "what was stamped"
#define SHORT   INT64_C(1710000000) // end of the authority that has ended

// clang-format off
#define SKI     { "subjectKeyIdentifier", "hash" }
#define AKI     { "authorityKeyIdentifier", "keyid:always" }
#define KU      { "keyUsage", "critical,digitalSignature" }
#define EKU     { "extendedKeyUsage", "critical,timeStamping" }
#define TSA_EXT { KU, EKU, SKI, AKI }

enum who { NOBODY, ROOT, STRANGER, CA, TSA, TSA_RSA, TSA_384, TSA_SHORT, TSA_CLAIM, TSA_SOFT, TSA_BROAD, TSA_ODD_KEY,
           TSA_STRANGE, TSA_SHA1, TSA_BY_CA, WHO_N };

static const struct {
    enum who issuer;
    struct recipe recipe;
} pool[WHO_N] = {
    [ROOT] = { NOBODY, { .name = "TSA root", .ext = CA_EXT } },
    [STRANGER] = { NOBODY, { .name = "stranger", .ext = CA_EXT } },
    [CA] = { ROOT, { .name = "TSA CA", .ext = { { "basicConstraints", "critical,CA:true" }, { "keyUsage", "critical,keyCertSign" }, SKI, AKI } } },
    [TSA] = { ROOT, { .name = "TSA", .ext = TSA_EXT } },
    [TSA_RSA] = { ROOT, { .name = "TSA RSA", .key = "RSA:2048", .ext = TSA_EXT } },
    [TSA_384] = { ROOT, { .name = "TSA 384", .key = "P-384", .ext = TSA_EXT } },
    [TSA_SHORT] = { ROOT, { .name = "TSA short", .until = SHORT, .ext = TSA_EXT } },
    [TSA_CLAIM] = { ROOT, { .name = "TSA claim", .ext = { KU, { "extendedKeyUsage", "emailProtection" }, SKI, AKI } } },
    [TSA_SOFT] = { ROOT, { .name = "TSA soft", .ext = { KU, { "extendedKeyUsage", "timeStamping" }, SKI, AKI } } },
    [TSA_BROAD] = { ROOT, { .name = "TSA broad", .ext = { KU, { "extendedKeyUsage", "critical,timeStamping,emailProtection" }, SKI, AKI } } },
    [TSA_ODD_KEY] = { ROOT, { .name = "TSA odd", .key = "secp256k1", .ext = TSA_EXT } },
    [TSA_STRANGE] = { STRANGER, { .name = "TSA strange", .ext = TSA_EXT } },
    [TSA_SHA1] = { ROOT, { .name = "TSA SHA-1", .digest = "SHA1", .ext = TSA_EXT } },
    [TSA_BY_CA] = { CA, { .name = "TSA by CA", .ext = TSA_EXT } },
};

enum ess { ESS_V2, ESS_V1, ESS_V2_SHA512, ESS_NONE, ESS_OTHER, ESS_OTHER_V1, ESS_BOTH, ESS_BOTH_OTHER, ESS_JUNK, ESS_SHA3 };

struct stamp {
    enum who tsa, second, also; // also: one more certificate inside
    enum ess ess;
    bool no_certs, response, by_key_id, plain_type, no_content, fraction;
    const char *imprint, *digest; // NULL: SHA256
    int64_t time;                 // 0: MADE_AT
    int status;                   // of the response
};

static const struct {
    const char *name;
    struct stamp stamp;
    enum exh_stamp_status want;
    bool known, trusted;
    const char *why;
} cases[] = {
    { "token", { .tsa = TSA }, EXH_STAMP_OK, true, true, "" },
    { "signer by key id", { .tsa = TSA, .by_key_id = true }, EXH_STAMP_OK, true, true, "" },
    { "response granted", { .tsa = TSA, .response = true }, EXH_STAMP_OK, true, true, "" },
    { "response granted with changes", { .tsa = TSA, .response = true, .status = 1 }, EXH_STAMP_OK, true, true, "" },
    { "response refused", { .tsa = TSA, .response = true, .status = 2 }, EXH_STAMP_MALFORMED, false, false, "granted" },
    { "signing-certificate of version 1", { .tsa = TSA, .ess = ESS_V1 }, EXH_STAMP_OK, true, true, "" },
    { "its SHA-512", { .tsa = TSA, .ess = ESS_V2_SHA512 }, EXH_STAMP_OK, true, true, "" },
    { "both versions", { .tsa = TSA, .ess = ESS_BOTH }, EXH_STAMP_OK, true, true, "" },
    { "RSA", { .tsa = TSA_RSA }, EXH_STAMP_OK, true, true, "" },
    { "RSA, SHA-512", { .tsa = TSA_RSA, .digest = "SHA512", .imprint = "SHA512" }, EXH_STAMP_OK, true, true, "" },
    { "P-384", { .tsa = TSA_384, .digest = "SHA384", .imprint = "SHA384" }, EXH_STAMP_OK, true, true, "" },
    { "by an intermediate inside", { .tsa = TSA_BY_CA, .also = CA }, EXH_STAMP_OK, true, true, "" },
    { "root inside too", { .tsa = TSA, .also = ROOT }, EXH_STAMP_OK, true, true, "" },
    { "authority has ended since", { .tsa = TSA_SHORT, .time = SHORT - 1 }, EXH_STAMP_OK, true, true, "" },
    { "its last second", { .tsa = TSA_SHORT, .time = SHORT }, EXH_STAMP_OK, true, true, "" },
    { "a fraction of a second", { .tsa = TSA, .fraction = true }, EXH_STAMP_OK, true, true, "" },
    { "authority had ended", { .tsa = TSA_SHORT, .time = SHORT + 1 }, EXH_STAMP_OK, true, false, "not valid any more" },
    { "authority not begun", { .tsa = TSA, .time = MADE_FROM - 1 }, EXH_STAMP_OK, true, false, "not valid yet" },
    { "another's authority", { .tsa = TSA_STRANGE, .also = STRANGER }, EXH_STAMP_OK, false, false, "leads to a trust anchor" },
    { "intermediate absent", { .tsa = TSA_BY_CA }, EXH_STAMP_OK, false, false, "leads to a trust anchor" },
    { "not for time-stamps", { .tsa = TSA_CLAIM }, EXH_STAMP_OK, false, false, "not for time-stamps" },
    { "usage not critical", { .tsa = TSA_SOFT }, EXH_STAMP_OK, false, false, "not critical" },
    { "more usages", { .tsa = TSA_BROAD }, EXH_STAMP_OK, false, false, "more than time-stamps" },
    { "certificate by SHA-1", { .tsa = TSA_SHA1 }, EXH_STAMP_OK, false, false, "signature algorithm" },
    { "odd curve", { .tsa = TSA_ODD_KEY }, EXH_STAMP_OK, false, false, "the curve is not" },
    { "SHA-1 imprint", { .tsa = TSA, .imprint = "SHA1" }, EXH_STAMP_UNCHECKED, false, false, "imprint is a hash" },
    { "SHA3 imprint", { .tsa = TSA, .imprint = "SHA3-256" }, EXH_STAMP_UNCHECKED, false, false, "imprint is a hash" },
    { "SHA-1 signature", { .tsa = TSA, .digest = "SHA1" }, EXH_STAMP_UNCHECKED, false, false, "signed over a hash" },
    { "RSA, SHA-1 signature", { .tsa = TSA_RSA, .digest = "SHA1" }, EXH_STAMP_UNCHECKED, false, false, "signed over a hash" },
    { "certificate absent", { .tsa = TSA, .no_certs = true }, EXH_STAMP_UNCHECKED, false, false, "certificate is not in" },
    { "names no certificate", { .tsa = TSA, .ess = ESS_NONE }, EXH_STAMP_MISMATCH, false, false, "does not name" },
    { "names another certificate", { .tsa = TSA, .ess = ESS_OTHER }, EXH_STAMP_MISMATCH, false, false, "another certificate" },
    { "names another, version 1", { .tsa = TSA, .ess = ESS_OTHER_V1 }, EXH_STAMP_MISMATCH, false, false, "another certificate" },
    { "names two", { .tsa = TSA, .ess = ESS_BOTH_OTHER }, EXH_STAMP_MISMATCH, false, false, "another certificate" },
    { "names it in SHA3", { .tsa = TSA, .ess = ESS_SHA3 }, EXH_STAMP_MISMATCH, false, false, "another certificate" },
    { "names junk", { .tsa = TSA, .ess = ESS_JUNK }, EXH_STAMP_MISMATCH, false, false, "another certificate" },
    { "two signers", { .tsa = TSA, .second = TSA_384 }, EXH_STAMP_MALFORMED, false, false, "exactly one signer" },
    { "signed data of another type", { .tsa = TSA, .plain_type = true }, EXH_STAMP_MALFORMED, false, false, "no time-stamp" },
    { "detached", { .tsa = TSA, .no_content = true }, EXH_STAMP_MALFORMED, false, false, "no time-stamp" },
};
// clang-format on

static const struct exh_crypto *crypto;
static struct made made[WHO_N];
static struct exh_trust *trust;

static void must(bool holds)
{
    if (!holds) {
        ERR_print_errors_fp(stderr);
        abort();
    }
}

static const EVP_MD *md_of(const char *name)
{
    return EVP_get_digestbyname(name ? name : "SHA256");
}

static void set_imprint(TS_TST_INFO *info, const EVP_MD *md)
{
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *alg = X509_ALGOR_new();
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    must(EVP_Digest(STAMPED, strlen(STAMPED), digest, &n, md, NULL));
    X509_ALGOR_set_md(alg, md);
    must(TS_MSG_IMPRINT_set_algo(imprint, alg) && TS_MSG_IMPRINT_set_msg(imprint, digest, (int)n) &&
         TS_TST_INFO_set_msg_imprint(info, imprint));
    X509_ALGOR_free(alg);
    TS_MSG_IMPRINT_free(imprint);
}

static BIO *info_der(const struct stamp *s)
{
    TS_TST_INFO *info = TS_TST_INFO_new();
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, s->time ? s->time : MADE_AT);
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned char *der = NULL;

    if (s->fraction) {
        char text[32];
        snprintf(text, sizeof text, "%.14s.25Z", (const char *)ASN1_STRING_get0_data(time));
        must(ASN1_STRING_set(time, text, -1));
    }
    ASN1_INTEGER_set(serial, 7);
    must(TS_TST_INFO_set_version(info, 1) && TS_TST_INFO_set_policy_id(info, policy) &&
         TS_TST_INFO_set_serial(info, serial) && TS_TST_INFO_set_time(info, time));
    set_imprint(info, md_of(s->imprint));
    int n = i2d_TS_TST_INFO(info, &der);
    must(n > 0 && BIO_write(bio, der, n) == n);
    OPENSSL_free(der);
    ASN1_GENERALIZEDTIME_free(time);
    ASN1_INTEGER_free(serial);
    ASN1_OBJECT_free(policy);
    TS_TST_INFO_free(info);
    return bio;
}

// SigningCertificate(V2) of one certificate id; alg: content of its AlgorithmIdentifier, "" none.
static void name_certificate(CMS_SignerInfo *si, const struct made *named, int nid,
                             const EVP_MD *md, const char *alg, size_t alg_n)
{
    uint8_t der[256], digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    size_t at = 6;

    must(EVP_Digest(named->der.p, named->der.n, digest, &n, md, NULL));
    if (alg_n) {
        der[at++] = 0x30;
        der[at++] = (uint8_t)alg_n;
        memcpy(der + at, alg, alg_n);
        at += alg_n;
    }
    der[at++] = 0x04;
    der[at++] = (uint8_t)n;
    memcpy(der + at, digest, n);
    at += n;
    der[0] = der[2] = der[4] = 0x30;
    der[1] = (uint8_t)(at - 2);
    der[3] = (uint8_t)(at - 4);
    der[5] = (uint8_t)(at - 6);
    must(CMS_signed_add1_attr_by_NID(si, nid, V_ASN1_SEQUENCE, der, (int)at));
}

#define OID_SHA2(arc) "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" arc "\x05\x00"

static void put_ess(CMS_SignerInfo *si, const struct made *tsa, enum ess ess)
{
    const int v1 = NID_id_smime_aa_signingCertificate, v2 = NID_id_smime_aa_signingCertificateV2;
    const struct made *other = &made[ROOT];

    switch (ess) {
    case ESS_V2: name_certificate(si, tsa, v2, EVP_sha256(), "", 0); break;
    case ESS_V1: name_certificate(si, tsa, v1, EVP_sha1(), "", 0); break;
    case ESS_V2_SHA512: name_certificate(si, tsa, v2, EVP_sha512(), OID_SHA2("\x03"), 13); break;
    case ESS_SHA3: name_certificate(si, tsa, v2, EVP_sha3_256(), OID_SHA2("\x08"), 13); break;
    case ESS_NONE: break;
    case ESS_OTHER: name_certificate(si, other, v2, EVP_sha256(), "", 0); break;
    case ESS_OTHER_V1: name_certificate(si, other, v1, EVP_sha1(), "", 0); break;
    case ESS_BOTH:
        name_certificate(si, tsa, v1, EVP_sha1(), "", 0);
        name_certificate(si, tsa, v2, EVP_sha256(), "", 0);
        break;
    case ESS_BOTH_OTHER:
        name_certificate(si, tsa, v1, EVP_sha1(), "", 0);
        name_certificate(si, other, v2, EVP_sha256(), "", 0);
        break;
    case ESS_JUNK: must(CMS_signed_add1_attr_by_NID(si, v2, V_ASN1_SEQUENCE, "\x30\x00", 2)); break;
    }
}

static void add_signer(CMS_ContentInfo *cms, const struct made *tsa, const struct stamp *s)
{
    unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOCERTS |
                     (s->by_key_id ? CMS_USE_KEYID : 0);
    CMS_SignerInfo *si = CMS_add1_signer(cms, tsa->x, tsa->key, md_of(s->digest), flags);

    must(si != NULL);
    put_ess(si, tsa, s->ess);
    if (!s->no_certs)
        must(CMS_add1_cert(cms, tsa->x));
}

static struct exh_bytes owned_der(CMS_ContentInfo *cms)
{
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);

    must(n > 0);
    uint8_t *copy = exact_copy(der, (size_t)n);
    OPENSSL_free(der);
    return (struct exh_bytes){ copy, (size_t)n };
}

// A TimeStampResp around a token, which it replaces.
static struct exh_bytes in_response(struct exh_bytes token, int status)
{
    const uint8_t head[] = { 0x30, 0x82, 0, 0, 0x30, 0x03, 0x02, 0x01, (uint8_t)status };
    uint8_t *der = malloc(sizeof head + token.n);

    memcpy(der, head, sizeof head);
    memcpy(der + sizeof head, token.p, token.n);
    der[2] = (uint8_t)((token.n + 5) >> 8);
    der[3] = (uint8_t)(token.n + 5);
    free((void *)(uintptr_t)token.p);
    return (struct exh_bytes){ der, sizeof head + token.n };
}

static struct exh_bytes make_stamp(const struct stamp *s)
{
    const unsigned flags = CMS_PARTIAL | CMS_BINARY | (s->no_content ? CMS_DETACHED : 0);
    BIO *content = info_der(s);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
    ASN1_OBJECT *type = OBJ_nid2obj(s->plain_type ? NID_pkcs7_data : NID_id_smime_ct_TSTInfo);

    must(cms && CMS_set1_eContentType(cms, type));
    add_signer(cms, &made[s->tsa], s);
    if (s->second)
        add_signer(cms, &made[s->second], s);
    if (s->also)
        must(CMS_add1_cert(cms, made[s->also].x));
    must(CMS_final(cms, content, NULL, flags ^ CMS_PARTIAL) == 1);
    struct exh_bytes der = owned_der(cms);
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    return s->response ? in_response(der, s->status) : der;
}

static struct exh_stamp check(struct exh_bytes token, const char *stamped)
{
    struct exh_stamp out;

    crypto->stamp_check(token, (struct exh_bytes){ (const uint8_t *)stamped, strlen(stamped) },
                        trust, &out);
    return out;
}

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_bytes token = make_stamp(&cases[i].stamp);
        struct exh_stamp got = check(token, STAMPED);
        const char *reason = got.status == EXH_STAMP_OK ? got.path.reason : got.reason;

        CHECK(got.status == cases[i].want && got.path.known == cases[i].known &&
                  got.path.trusted == cases[i].trusted,
              "%s: status %u known %d trusted %d: %s", cases[i].name, got.status, got.path.known,
              got.path.trusted, reason);
        CHECK(strstr(reason, cases[i].why) && (reason[0] || got.path.trusted),
              "%s: \"%s\", not \"%s\"", cases[i].name, reason, cases[i].why);
        if (got.status == EXH_STAMP_OK) {
            int64_t time = cases[i].stamp.time ? cases[i].stamp.time : MADE_AT;
            CHECK(got.time == time && strncmp(got.authority, "TSA", 3) == 0,
                  "%s: %" PRId64 " by '%s'", cases[i].name, got.time, got.authority);
            got = check(token, STAMPED "!");
            CHECK(got.status == EXH_STAMP_MISMATCH && strstr(got.reason, "other bytes"),
                  "%s over other bytes: %s", cases[i].name, got.reason);
        }
        free((void *)(uintptr_t)token.p);
    }
}

// OpenSSL 3.0 makes no such tokens: one with ECDSA, its last algorithm overwritten in the same length.
static void test_ed25519(void)
{
    static const uint8_t ecdsa[] = { 0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86,
                                     0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02 };
    static const uint8_t ed25519[] = { 0x30, 0x0A, 0x06, 0x03, 0x2B, 0x65,
                                       0x70, 0x04, 0x03, 0x00, 0x00, 0x00 };
    struct exh_bytes token = make_stamp(&(struct stamp){ .tsa = TSA });
    uint8_t *copy = exact_copy(token.p, token.n);
    size_t at = token.n - sizeof ecdsa;

    while (memcmp(copy + at, ecdsa, sizeof ecdsa) != 0)
        at--;
    memcpy(copy + at, ed25519, sizeof ed25519);
    struct exh_stamp got = check((struct exh_bytes){ copy, token.n }, STAMPED);
    CHECK(got.status == EXH_STAMP_UNCHECKED && strstr(got.reason, "Ed25519"), "%u: %s", got.status,
          got.reason);
    free(copy);
    free((void *)(uintptr_t)token.p);
}

static void test_no_trust(void)
{
    struct exh_bytes token = make_stamp(&(struct stamp){ .tsa = TSA });
    struct exh_stamp got;

    crypto->stamp_check(token, (struct exh_bytes){ (const uint8_t *)STAMPED, strlen(STAMPED) },
                        NULL, &got);
    CHECK(got.status == EXH_STAMP_OK && !got.path.known && strcmp(got.authority, "TSA") == 0,
          "without anchors: %s", got.path.reason);
    free((void *)(uintptr_t)token.p);
}

static void test_damage(void)
{
    struct exh_bytes token = make_stamp(&(struct stamp){ .tsa = TSA, .also = ROOT });
    uint8_t *large = calloc(1, EXH_STAMP_MAX + 1);
    size_t moved = 0;

    for (size_t n = 0; n < token.n; n++) {
        uint8_t *cut = exact_copy(token.p, n);
        CHECK(check((struct exh_bytes){ cut, n }, STAMPED).status == EXH_STAMP_MALFORMED,
              "prefix of %zu", n);
        free(cut);
    }
    for (size_t bit = 0; bit < 8 * token.n; bit++) {
        uint8_t *copy = exact_copy(token.p, token.n);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct exh_stamp got = check((struct exh_bytes){ copy, token.n }, STAMPED);
        moved += got.status == EXH_STAMP_OK && got.path.trusted && got.time != MADE_AT;
        free(copy);
    }
    CHECK(moved == 0, "%zu altered tokens are trusted with another time", moved);
    memcpy(large, token.p, token.n);
    CHECK(check((struct exh_bytes){ large, token.n + 1 }, STAMPED).status == EXH_STAMP_MALFORMED,
          "a byte over");
    CHECK(check((struct exh_bytes){ large, EXH_STAMP_MAX + 1 }, STAMPED).status ==
              EXH_STAMP_MALFORMED,
          "too large");
    free(large);
    free((void *)(uintptr_t)token.p);
}

int main(void)
{
    struct exh_error err = { .text = "" };

    crypto = exh_crypto_openssl();
    trust = exh_trust_new();
    for (size_t i = 1; i < WHO_N; i++) {
        struct recipe recipe = pool[i].recipe;
        recipe.issuer = pool[i].issuer ? &made[pool[i].issuer] : NULL;
        made[i] = make_cert(&recipe);
    }
    const struct made *anchor[] = { &made[ROOT] };
    char *pem = made_pem(anchor, 1);
    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_TSA, pem, strlen(pem), &err) == EXH_OK, "%s",
          err.text);
    free(pem);
    test_cases();
    test_ed25519();
    test_no_trust();
    test_damage();
    for (size_t i = 1; i < WHO_N; i++)
        made_free(&made[i]);
    exh_trust_free(trust);
    return check_done();
}
