/* OCSP: responses right and wrong, by the issuer and by those it names; and the request. */
#include <inttypes.h>

#include "check.h"
#include "made_cert.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

#define PRODUCED INT64_C(1750000000)
#define THIS     (PRODUCED - 3600)
#define NEXT     (PRODUCED + 7 * 86400)
#define REVOKED  (PRODUCED - 86400)

// clang-format off
#define SKI     { "subjectKeyIdentifier", "hash" }
#define AKI     { "authorityKeyIdentifier", "keyid:always" }
#define KU      { "keyUsage", "critical,digitalSignature" }
#define EKU     { "extendedKeyUsage", "OCSPSigning" }
#define ASKS(url) { "authorityInfoAccess", url }

enum who { NOBODY, ROOT, CA, CA_RSA, OTHER_CA, TWIN_CA, LEAF, LEAF_RSA, LEAF_OF_ROOT, SIBLING, RESPONDER, RESPONDER_RSA,
           RESPONDER_CLAIM, RESPONDER_BROAD, RESPONDER_OLD, RESPONDER_OTHER, RESPONDER_SHA1, RESPONDER_LEAF, WHO_N };

static const struct {
    enum who issuer;
    struct recipe recipe;
} pool[WHO_N] = {
    [ROOT] = { NOBODY, { .name = "root", .ext = CA_EXT } },
    [CA] = { ROOT, { .name = "CA", .ext = { { "basicConstraints", "critical,CA:true" }, { "keyUsage", "critical,keyCertSign" }, SKI, AKI } } },
    [CA_RSA] = { ROOT, { .name = "CA RSA", .key = "RSA:2048", .ext = { { "basicConstraints", "critical,CA:true" }, SKI, AKI } } },
    [OTHER_CA] = { ROOT, { .name = "other CA", .ext = { { "basicConstraints", "critical,CA:true" }, SKI, AKI } } },
    [TWIN_CA] = { ROOT, { .name = "CA", .ext = { { "basicConstraints", "critical,CA:true" }, AKI } } }, // its name, another key
    [LEAF] = { CA, { .name = "leaf", .ext = { KU, AKI, ASKS("OCSP;URI:http://ocsp.example/a") } } },
    [LEAF_RSA] = { CA_RSA, { .name = "leaf RSA", .ext = { KU, AKI } } },
    [LEAF_OF_ROOT] = { ROOT, { .name = "leaf of root", .ext = { KU, AKI, ASKS("caIssuers;URI:http://ca.example/,OCSP;URI:ldap://x/,OCSP;URI:HTTPS://ocsp.example/b") } } },
    [SIBLING] = { CA, { .name = "sibling", .ext = { KU, AKI } } },
    [RESPONDER] = { CA, { .name = "responder", .ext = { KU, EKU, AKI } } },
    [RESPONDER_RSA] = { CA_RSA, { .name = "responder RSA", .key = "RSA:2048", .ext = { KU, EKU, AKI } } },
    [RESPONDER_CLAIM] = { CA, { .name = "responder claim", .ext = { KU, { "extendedKeyUsage", "emailProtection" }, AKI } } },
    [RESPONDER_BROAD] = { CA, { .name = "responder broad", .ext = { KU, { "extendedKeyUsage", "OCSPSigning,serverAuth" }, AKI } } },
    [RESPONDER_OLD] = { CA, { .name = "responder old", .until = PRODUCED - 1, .ext = { KU, EKU, AKI } } },
    [RESPONDER_OTHER] = { OTHER_CA, { .name = "responder other", .ext = { KU, EKU, AKI } } },
    [RESPONDER_SHA1] = { CA, { .name = "responder SHA-1", .digest = "SHA1", .ext = { KU, EKU, AKI } } },
    [RESPONDER_LEAF] = { LEAF, { .name = "responder leaf", .ext = { KU, EKU } } },
};

struct answer {
    enum who about, issuer; // NOBODY: LEAF and CA
    int status;             // V_OCSP_CERTSTATUS_…
    int reason;             // of a revocation; 0: none given
    const char *id_hash;    // NULL: SHA1
    int64_t at, until;      // 0: THIS, NEXT; -1: no nextUpdate
};

struct response {
    enum who signer;  // NOBODY: CA
    bool by_key, no_certs, critical;
    const char *digest; // NULL: SHA256
    int failure;        // instead of an answer
    struct answer answers[3];
    size_t n; // 0: 1
    enum who claims; // name somebody else as responder
};

static const struct {
    const char *name;
    enum who leaf, ca; // NOBODY: LEAF and CA
    struct response response;
    enum exh_ocsp_status want;
    const char *why;
} cases[] = {
    { "good", NOBODY, NOBODY, { .n = 1 }, EXH_OCSP_GOOD, "" },
    { "good, responder by key", NOBODY, NOBODY, { .by_key = true }, EXH_OCSP_GOOD, "" },
    { "good, id in SHA-256", NOBODY, NOBODY, { .answers = { { .id_hash = "SHA256" } } }, EXH_OCSP_GOOD, "" },
    { "good, id in SHA-512", NOBODY, NOBODY, { .answers = { { .id_hash = "SHA512" } } }, EXH_OCSP_GOOD, "" },
    { "good, signed in SHA-512", NOBODY, NOBODY, { .digest = "SHA512" }, EXH_OCSP_GOOD, "" },
    { "good, no nextUpdate", NOBODY, NOBODY, { .answers = { { .until = -1 } } }, EXH_OCSP_GOOD, "" },
    { "good, RSA", LEAF_RSA, CA_RSA, { .signer = CA_RSA, .answers = { { .about = LEAF_RSA, .issuer = CA_RSA } } }, EXH_OCSP_GOOD, "" },
    { "good, delegated", NOBODY, NOBODY, { .signer = RESPONDER }, EXH_OCSP_GOOD, "" },
    { "good, delegated, by key", NOBODY, NOBODY, { .signer = RESPONDER, .by_key = true }, EXH_OCSP_GOOD, "" },
    { "good, delegated, RSA", LEAF_RSA, CA_RSA, { .signer = RESPONDER_RSA, .answers = { { .about = LEAF_RSA, .issuer = CA_RSA } } }, EXH_OCSP_GOOD, "" },
    { "revoked", NOBODY, NOBODY, { .answers = { { .status = V_OCSP_CERTSTATUS_REVOKED } } }, EXH_OCSP_REVOKED, "no reason given" },
    { "stolen", NOBODY, NOBODY, { .answers = { { .status = V_OCSP_CERTSTATUS_REVOKED, .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE } } }, EXH_OCSP_REVOKED, "keyCompromise" },
    { "taken back", NOBODY, NOBODY, { .answers = { { .status = V_OCSP_CERTSTATUS_REVOKED, .reason = OCSP_REVOKED_STATUS_REMOVEFROMCRL } } }, EXH_OCSP_REVOKED, "removeFromCRL" },
    { "unknown", NOBODY, NOBODY, { .answers = { { .status = V_OCSP_CERTSTATUS_UNKNOWN } } }, EXH_OCSP_UNKNOWN, "" },
    { "ours is the second of two", NOBODY, NOBODY, { .n = 2, .answers = { { .about = SIBLING, .status = V_OCSP_CERTSTATUS_REVOKED }, { .about = LEAF } } }, EXH_OCSP_GOOD, "" },
    { "the newer of two", NOBODY, NOBODY, { .n = 2, .answers = { { .at = THIS - 9, .status = V_OCSP_CERTSTATUS_REVOKED }, { .at = THIS } } }, EXH_OCSP_GOOD, "" },
    { "the newer of two, other order", NOBODY, NOBODY, { .n = 2, .answers = { { .at = THIS }, { .at = THIS - 9, .status = V_OCSP_CERTSTATUS_REVOKED } } }, EXH_OCSP_GOOD, "" },
    { "as new: revoked", NOBODY, NOBODY, { .n = 3, .answers = { { .id_hash = "SHA1" }, { .status = V_OCSP_CERTSTATUS_REVOKED }, { .id_hash = "SHA256" } } }, EXH_OCSP_REVOKED, "" },
    { "of a sibling", NOBODY, NOBODY, { .answers = { { .about = SIBLING, .issuer = CA } } }, EXH_OCSP_FOREIGN, "other certificates" },
    { "of another's leaf", NOBODY, NOBODY, { .answers = { { .about = LEAF, .issuer = OTHER_CA } } }, EXH_OCSP_FOREIGN, "other certificates" },
    { "of a CA of the same name", NOBODY, NOBODY, { .answers = { { .about = LEAF, .issuer = TWIN_CA } } }, EXH_OCSP_FOREIGN, "other certificates" },
    { "id in MD5", NOBODY, NOBODY, { .answers = { { .id_hash = "MD5" } } }, EXH_OCSP_FOREIGN, "other certificates" },
    { "signed by another CA", NOBODY, NOBODY, { .signer = OTHER_CA }, EXH_OCSP_UNSIGNED, "an authority (cA)" },
    { "signed by a CA of the same name", NOBODY, NOBODY, { .signer = TWIN_CA, .no_certs = true }, EXH_OCSP_UNSIGNED, "does not hold" },
    { "signed by another, in the CA's name", NOBODY, NOBODY, { .signer = OTHER_CA, .claims = CA, .no_certs = true }, EXH_OCSP_UNSIGNED, "does not hold" },
    { "signed by the leaf", NOBODY, NOBODY, { .signer = LEAF }, EXH_OCSP_UNSIGNED, "extended key usage is missing" },
    { "signed by a sibling", NOBODY, NOBODY, { .signer = SIBLING }, EXH_OCSP_UNSIGNED, "extended key usage is missing" },
    { "responder for something else", NOBODY, NOBODY, { .signer = RESPONDER_CLAIM }, EXH_OCSP_UNSIGNED, "not for OCSP" },
    { "responder for more", NOBODY, NOBODY, { .signer = RESPONDER_BROAD }, EXH_OCSP_UNSIGNED, "more than OCSP" },
    { "responder of another CA", NOBODY, NOBODY, { .signer = RESPONDER_OTHER }, EXH_OCSP_UNSIGNED, "not from the certificate's issuer" },
    { "responder of the leaf", NOBODY, NOBODY, { .signer = RESPONDER_LEAF }, EXH_OCSP_UNSIGNED, "authority key identifier" },
    { "responder had ended", NOBODY, NOBODY, { .signer = RESPONDER_OLD }, EXH_OCSP_UNSIGNED, "not valid when it answered" },
    { "responder certified by SHA-1", NOBODY, NOBODY, { .signer = RESPONDER_SHA1 }, EXH_OCSP_UNSIGNED, "signature algorithm" },
    { "responder's certificate absent", NOBODY, NOBODY, { .signer = RESPONDER, .no_certs = true }, EXH_OCSP_UNSIGNED, "neither" },
    { "signed in SHA-1", NOBODY, NOBODY, { .digest = "SHA1" }, EXH_OCSP_UNSIGNED, "does not hold" },
    { "try later", NOBODY, NOBODY, { .failure = OCSP_RESPONSE_STATUS_TRYLATER }, EXH_OCSP_MALFORMED, "trylater" },
    { "not authorized", NOBODY, NOBODY, { .failure = OCSP_RESPONSE_STATUS_UNAUTHORIZED }, EXH_OCSP_MALFORMED, "unauthorized" },
    { "critical extension", NOBODY, NOBODY, { .critical = true }, EXH_OCSP_MALFORMED, "critical extension" },
    { "time backwards", NOBODY, NOBODY, { .answers = { { .until = THIS - 1 } } }, EXH_OCSP_MALFORMED, "times" },
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

static ASN1_GENERALIZEDTIME *time_of(int64_t at)
{
    return ASN1_GENERALIZEDTIME_set(NULL, at);
}

static void add_answer(OCSP_BASICRESP *basic, const struct answer *a)
{
    const struct made *about = &made[a->about ? a->about : LEAF];
    const struct made *issuer = &made[a->issuer ? a->issuer : CA];
    const EVP_MD *md = EVP_get_digestbyname(a->id_hash ? a->id_hash : "SHA1");
    OCSP_CERTID *id =
        OCSP_cert_id_new(md, X509_get_issuer_name(about->x), X509_get0_pubkey_bitstr(issuer->x),
                         X509_get0_serialNumber(about->x));
    ASN1_GENERALIZEDTIME *from = time_of(a->at ? a->at : THIS), *revoked = time_of(REVOKED);
    ASN1_GENERALIZEDTIME *until = a->until < 0 ? NULL : time_of(a->until ? a->until : NEXT);

    must(id && OCSP_basic_add1_status(basic, id, a->status,
                                      a->reason ? a->reason : OCSP_REVOKED_STATUS_NOSTATUS, revoked,
                                      from, until));
    ASN1_GENERALIZEDTIME_free(from);
    ASN1_GENERALIZEDTIME_free(until);
    ASN1_GENERALIZEDTIME_free(revoked);
    OCSP_CERTID_free(id);
}

static void sign_response(OCSP_BASICRESP *basic, const struct response *r)
{
    const struct made *signer = &made[r->signer ? r->signer : CA];
    const struct made *claims = r->claims ? &made[r->claims] : signer;
    const EVP_MD *md = EVP_get_digestbyname(r->digest ? r->digest : "SHA256");
    unsigned long flags =
        OCSP_NOTIME | (r->no_certs ? OCSP_NOCERTS : 0UL) | (r->by_key ? OCSP_RESPID_KEY : 0UL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    // Nothing else sets producedAt to another time than now.
    must(ASN1_GENERALIZEDTIME_set(
             (ASN1_GENERALIZEDTIME *)(uintptr_t)OCSP_resp_get0_produced_at(basic), PRODUCED) !=
         NULL);
    if (r->critical)
        must(OCSP_BASICRESP_add1_ext_i2d(basic, NID_id_pkix_OCSP_noCheck, ASN1_NULL_new(), 1, 0));
    must(EVP_DigestSignInit(ctx, NULL, md, NULL, signer->key) > 0);
    // The name of who claims to answer goes in with the key of who does.
    X509 *named = X509_dup(signer->x);
    if (r->claims)
        must(X509_set_subject_name(named, X509_get_subject_name(claims->x)));
    must(OCSP_basic_sign_ctx(basic, named, ctx, NULL, flags));
    X509_free(named);
    EVP_MD_CTX_free(ctx);
}

static struct exh_bytes make_response(const struct response *r)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    unsigned char *der = NULL;

    for (size_t i = 0; i < (r->n ? r->n : 1); i++)
        add_answer(basic, &r->answers[i]);
    sign_response(basic, r);
    OCSP_RESPONSE *response = r->failure
                                  ? OCSP_response_create(r->failure, NULL)
                                  : OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    int n = i2d_OCSP_RESPONSE(response, &der);
    must(n > 0);
    uint8_t *copy = exact_copy(der, (size_t)n);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    return (struct exh_bytes){ copy, (size_t)n };
}

static struct exh_chain *chain_of(enum who leaf, enum who ca)
{
    const struct exh_bytes certs[] = { made[leaf].der, made[ca].der };
    struct exh_chain *chain = NULL;
    struct exh_error err = { .text = "" };

    CHECK(crypto->chain_new(certs, ca ? 2 : 1, &chain, &err) == EXH_OK, "%s", err.text);
    return chain;
}

static struct exh_ocsp check(struct exh_bytes response, enum who leaf, enum who ca)
{
    struct exh_chain *chain = chain_of(leaf, ca);
    struct exh_ocsp out;

    crypto->ocsp_check(response, chain, trust, &out);
    crypto->chain_free(chain);
    return out;
}

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct response *r = &cases[i].response;
        struct exh_bytes response = make_response(r);
        struct exh_ocsp got =
            check(response, cases[i].leaf ? cases[i].leaf : LEAF, cases[i].ca ? cases[i].ca : CA);

        CHECK(got.status == cases[i].want && strstr(got.reason, cases[i].why), "%s: %u %s",
              cases[i].name, got.status, got.reason);
        if (got.status >= EXH_OCSP_GOOD && r->n < 2) {
            int64_t next = r->answers[0].until < 0 ? INT64_MAX : NEXT;
            CHECK(got.this_update == THIS && got.next_update == next && got.produced_at == PRODUCED,
                  "%s: times", cases[i].name);
        }
        if (got.status == EXH_OCSP_REVOKED)
            CHECK(got.revoked_at == REVOKED &&
                      got.removed_from_crl == (strcmp(got.reason, "removeFromCRL") == 0),
                  "%s: revoked at %" PRId64 " %d", cases[i].name, got.revoked_at,
                  got.removed_from_crl);
        free((void *)(uintptr_t)response.p);
    }
}

// The issuer may also be an anchor, or nowhere.
static void test_issuers(void)
{
    struct exh_bytes of_root = make_response(&(struct response){
        .signer = ROOT, .answers = { { .about = LEAF_OF_ROOT, .issuer = ROOT } } });
    struct exh_bytes of_ca = make_response(&(struct response){ .n = 1 });

    CHECK(check(of_root, LEAF_OF_ROOT, NOBODY).status == EXH_OCSP_GOOD, "issuer is an anchor");
    struct exh_ocsp got = check(of_ca, LEAF, NOBODY);
    CHECK(got.status == EXH_OCSP_UNSIGNED && strstr(got.reason, "not at hand"), "no issuer: %s",
          got.reason);
    got = check(of_ca, LEAF, TWIN_CA);
    CHECK(got.status == EXH_OCSP_UNSIGNED && strstr(got.reason, "not at hand"),
          "an issuer in name only: %s", got.reason);
    free((void *)(uintptr_t)of_root.p);
    free((void *)(uintptr_t)of_ca.p);
}

static void test_damage(void)
{
    struct exh_bytes response = make_response(&(struct response){
        .signer = RESPONDER, .answers = { { .status = V_OCSP_CERTSTATUS_REVOKED } } });
    uint8_t *large = calloc(1, EXH_OCSP_MAX + 1);
    size_t good = 0;

    for (size_t n = 0; n < response.n; n++) {
        uint8_t *cut = exact_copy(response.p, n);
        CHECK(check((struct exh_bytes){ cut, n }, LEAF, CA).status == EXH_OCSP_MALFORMED,
              "prefix of %zu", n);
        free(cut);
    }
    for (size_t bit = 0; bit < 8 * response.n; bit++) {
        uint8_t *copy = exact_copy(response.p, response.n);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct exh_ocsp got = check((struct exh_bytes){ copy, response.n }, LEAF, CA);
        good += got.status == EXH_OCSP_GOOD || got.status == EXH_OCSP_UNKNOWN;
        good += got.status == EXH_OCSP_REVOKED && got.revoked_at != REVOKED;
        free(copy);
    }
    CHECK(good == 0, "%zu altered responses say something else", good);
    memcpy(large, response.p, response.n);
    CHECK(check((struct exh_bytes){ large, response.n + 1 }, LEAF, CA).status == EXH_OCSP_MALFORMED,
          "a byte over");
    CHECK(check((struct exh_bytes){ large, EXH_OCSP_MAX + 1 }, LEAF, CA).status ==
              EXH_OCSP_MALFORMED,
          "too large");
    free(large);
    free((void *)(uintptr_t)response.p);
}

static enum exh_status ask(enum who leaf, enum who ca, size_t size, char *url, size_t url_size)
{
    struct exh_chain *chain = chain_of(leaf, ca);
    uint8_t *request = malloc(size);
    size_t n = 0;
    struct exh_error err;
    enum exh_status status =
        crypto->ocsp_request(chain, trust, request, size, &n, url, url_size, &err);

    if (status == EXH_OK) {
        const unsigned char *p = request;
        OCSP_REQUEST *read = d2i_OCSP_REQUEST(NULL, &p, (long)n);
        CHECK(read && p == request + n && OCSP_request_onereq_count(read) == 1, "not a request");
        OCSP_CERTID *wanted = OCSP_cert_to_id(EVP_sha1(), made[leaf].x, made[ca ? ca : ROOT].x);
        CHECK(OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(read, 0)), wanted) == 0,
              "asks about another certificate");
        OCSP_CERTID_free(wanted);
        OCSP_REQUEST_free(read);
    }
    free(request);
    crypto->chain_free(chain);
    return status;
}

static void test_requests(void)
{
    char url[64];

    CHECK(ask(LEAF, CA, 256, url, sizeof url) == EXH_OK && !strcmp(url, "http://ocsp.example/a"),
          "%s", url);
    CHECK(ask(LEAF_OF_ROOT, NOBODY, 256, url, sizeof url) == EXH_OK &&
              !strcmp(url, "HTTPS://ocsp.example/b"),
          "%s", url);
    CHECK(ask(SIBLING, CA, 256, url, sizeof url) == EXH_NOT_FOUND, "no responder named");
    CHECK(ask(LEAF, NOBODY, 256, url, sizeof url) == EXH_NOT_FOUND, "no issuer");
    CHECK(ask(LEAF, CA, 20, url, sizeof url) == EXH_LIMIT, "no room for the request");
    CHECK(ask(LEAF, CA, 256, url, 10) == EXH_NOT_FOUND, "no room for the URL");
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
    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, pem, strlen(pem), &err) == EXH_OK, "%s",
          err.text);
    free(pem);
    test_cases();
    test_issuers();
    test_damage();
    test_requests();
    for (size_t i = 1; i < WHO_N; i++)
        made_free(&made[i]);
    exh_trust_free(trust);
    return check_done();
}
