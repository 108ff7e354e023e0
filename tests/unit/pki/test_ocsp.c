/* OCSP answers: what we look up is what verifiers read, and every bad request gets its refusal. */
#include "check.h"
#include "pki_world.h"

#include "base/text.h"
#include "pki/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#define HOUR INT64_C(3600)

static const struct exh_crypto *crypto;
static struct world *w;
static struct exh_key *key;
static struct buf own;
static struct ocsp_responder *responder;
static const struct ocsp_times times = { NOW, NOW + HOUR };

/* A table with one row: what was asked for is kept. */
struct table {
    struct ocsp_fact fact;
    enum exh_status status;
    uint8_t asked[CA_SERIAL];
    size_t n;
};

static enum exh_status find(void *ctx, const uint8_t serial[CA_SERIAL], struct ocsp_fact *out)
{
    struct table *t = ctx;

    memcpy(t->asked, serial, CA_SERIAL);
    t->n++;
    *out = t->fact;
    return t->status;
}

static enum exh_status answer(struct ocsp_responder *r, struct exh_bytes request, struct table *t,
                              struct buf *response, struct ocsp_outcome *outcome)
{
    const struct ocsp_records records = { find, t };
    uint8_t *copy = exact_copy(request.p, request.n);
    struct exh_error err = { .text = "" };
    enum exh_status status = ocsp_answer(r, (struct exh_bytes){ copy, request.n }, &times, &records,
                                         response, outcome, &err);

    CHECK(ERR_peek_error() == 0, "an error of OpenSSL's is left behind");
    free(copy);
    return status;
}

static const struct {
    const char *name;
    struct ocsp_fact fact;
    enum exh_ocsp_status want;
    int64_t revoked_at;
    const char *reason;
} facts[] = {
    { "good", { .known = OCSP_IS_GOOD }, EXH_OCSP_GOOD, 0, "" },
    { "unknown", { .known = OCSP_IS_UNKNOWN }, EXH_OCSP_UNKNOWN, 0, "" },
    { "stolen",
      { OCSP_IS_REVOKED, NOW - DAY, REVOKED_KEY_COMPROMISE },
      EXH_OCSP_REVOKED,
      NOW - DAY,
      "keyCompromise" },
    { "revoked",
      { OCSP_IS_REVOKED, NOW, REVOKED_UNSTATED },
      EXH_OCSP_REVOKED,
      NOW,
      "no reason given" },
    { "authority stolen",
      { OCSP_IS_REVOKED, NOW, REVOKED_CA_COMPROMISE },
      EXH_OCSP_REVOKED,
      NOW,
      "cACompromise" },
    { "moved",
      { OCSP_IS_REVOKED, NOW, REVOKED_AFFILIATION_CHANGED },
      EXH_OCSP_REVOKED,
      NOW,
      "affiliationChanged" },
    { "replaced",
      { OCSP_IS_REVOKED, NOW, REVOKED_SUPERSEDED },
      EXH_OCSP_REVOKED,
      NOW,
      "superseded" },
    { "stopped",
      { OCSP_IS_REVOKED, NOW, REVOKED_CESSATION },
      EXH_OCSP_REVOKED,
      NOW,
      "cessationOfOperation" },
    { "withdrawn",
      { OCSP_IS_REVOKED, NOW, REVOKED_PRIVILEGE_WITHDRAWN },
      EXH_OCSP_REVOKED,
      NOW,
      "privilegeWithdrawn" },
    { "revoked in 2050",
      { OCSP_IS_REVOKED, INT64_C(2540000000), REVOKED_UNSTATED },
      EXH_OCSP_REVOKED,
      INT64_C(2540000000),
      "no reason given" },
};

static void check_answer(size_t i, struct exh_bytes response, const struct exh_chain *chain)
{
    struct exh_ocsp got;

    crypto->ocsp_check(response, chain, w->trust, &got);
    CHECK(got.status == facts[i].want && strcmp(got.reason, facts[i].reason) == 0, "%s: %u '%s'",
          facts[i].name, got.status, got.reason);
    CHECK(got.this_update == NOW && got.next_update == NOW + HOUR && got.produced_at == NOW,
          "%s: times", facts[i].name);
    CHECK(got.revoked_at == facts[i].revoked_at, "%s: revoked at %lld", facts[i].name,
          (long long)got.revoked_at);
}

/* What our own verifier asks is answered so that it understands, and so is the staple. */
static void test_facts(void)
{
    struct buf leaf = world_issue(w, CA_CAMERA, "dome-1", w->key);
    struct exh_chain *chain = world_chain(w, buf_view(&leaf));
    uint8_t request[256], serial[CA_SERIAL];
    struct exh_certificate certificate;
    struct exh_error err = { .text = "" };
    char url[256];
    size_t n = 0;

    crypto->chain_certificate(chain, 0, &certificate);
    CHECK(hex_read(bytes_of(certificate.serial), serial, sizeof serial), "serial");
    CHECK(crypto->ocsp_request(chain, w->trust, request, sizeof request, &n, url, sizeof url,
                               &err) == EXH_OK,
          "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(facts); i++) {
        struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
        struct buf staple = buf_with_limit(OCSP_RESPONSE_MAX);
        struct table t = { .fact = facts[i].fact };
        struct ocsp_outcome outcome;
        CHECK(answer(responder, (struct exh_bytes){ request, n }, &t, &response, &outcome) ==
                      EXH_OK &&
                  outcome.code == OCSP_ANSWERED && outcome.asked == 1 && !outcome.nonce,
              "%s: code %u", facts[i].name, outcome.code);
        CHECK(t.n == 1 && memcmp(t.asked, serial, sizeof serial) == 0, "%s: asked for another",
              facts[i].name);
        check_answer(i, buf_view(&response), chain);
        CHECK(ocsp_staple(responder, serial, &facts[i].fact, &times, &staple, &err) == EXH_OK,
              "%s: %s", facts[i].name, err.text);
        check_answer(i, buf_view(&staple), chain);
        buf_free(&staple);
        buf_free(&response);
    }
    crypto->chain_free(chain);
    buf_free(&leaf);
}

/* A request made to measure. */
struct question {
    const char *name;
    const EVP_MD *(*md)(void); // of the certIDs; NULL: none
    int ours, foreign;         // certificates asked for
    int nonce;                 // bytes; -1: none; 0: an empty extension
    bool critical;             // an extension that nobody knows
    bool single_critical;      // the same, of one certificate
    int serial;                // bytes of the serial number; 0: as ours have
    enum exh_status table;     // what the table says
    enum ocsp_code want;
    size_t looked_up;
};

static const EVP_MD *md5(void)
{
    return EVP_md5();
}

static const struct question questions[] = {
    { "SHA-1", EVP_sha1, 1, 0, -1, false, false, 0, EXH_OK, OCSP_ANSWERED, 1 },
    { "SHA-256", EVP_sha256, 1, 0, -1, false, false, 0, EXH_OK, OCSP_ANSWERED, 1 },
    { "SHA-384", EVP_sha384, 1, 0, -1, false, false, 0, EXH_OK, OCSP_ANSWERED, 1 },
    { "SHA-512", EVP_sha512, 1, 0, -1, false, false, 0, EXH_OK, OCSP_ANSWERED, 1 },
    { "MD5", md5, 1, 0, -1, false, false, 0, EXH_OK, OCSP_NOT_OURS, 0 },
    { "as many as are allowed", EVP_sha1, OCSP_ASKED_MAX, 0, -1, false, false, 0, EXH_OK,
      OCSP_ANSWERED, OCSP_ASKED_MAX },
    { "one more", EVP_sha1, OCSP_ASKED_MAX + 1, 0, -1, false, false, 0, EXH_OK, OCSP_BAD_REQUEST,
      0 },
    { "none", EVP_sha1, 0, 0, -1, false, false, 0, EXH_OK, OCSP_BAD_REQUEST, 0 },
    { "another issuer's", EVP_sha1, 0, 2, -1, false, false, 0, EXH_OK, OCSP_NOT_OURS, 0 },
    { "another issuer's beside ours", EVP_sha1, 1, 1, -1, false, false, 0, EXH_OK, OCSP_NOT_OURS,
      1 },
    { "a short serial number", EVP_sha1, 1, 0, -1, false, false, 8, EXH_OK, OCSP_ANSWERED, 0 },
    { "a long serial number", EVP_sha1, 1, 0, -1, false, false, 20, EXH_OK, OCSP_ANSWERED, 0 },
    { "a nonce", EVP_sha1, 1, 0, 16, false, false, 0, EXH_OK, OCSP_ANSWERED, 1 },
    { "the longest nonce", EVP_sha1, 1, 0, OCSP_NONCE_MAX, false, false, 0, EXH_OK, OCSP_ANSWERED,
      1 },
    { "a longer nonce", EVP_sha1, 1, 0, OCSP_NONCE_MAX + 1, false, false, 0, EXH_OK,
      OCSP_BAD_REQUEST, 0 },
    { "a critical extension", EVP_sha1, 1, 0, -1, true, false, 0, EXH_OK, OCSP_BAD_REQUEST, 0 },
    { "a critical one of a certificate", EVP_sha1, 1, 0, -1, false, true, 0, EXH_OK,
      OCSP_BAD_REQUEST, 0 },
    { "a table that is not there", EVP_sha1, 1, 0, -1, false, false, 0, EXH_IO, OCSP_TRY_LATER, 1 },
};

static X509 *parsed(struct exh_bytes der)
{
    const unsigned char *p = der.p;

    return d2i_X509(NULL, &p, (long)der.n);
}

static X509_EXTENSION *strange_extension(void)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);

    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\5", 2);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
    ASN1_OBJECT_free(oid);
    ASN1_OCTET_STRING_free(value);
    return ext;
}

static OCSP_CERTID *id_of(const struct question *q, struct exh_bytes issuer, uint8_t i)
{
    uint8_t serial[CA_SERIAL + 8] = { 0x40, i };
    X509 *x = parsed(issuer);
    BIGNUM *number = BN_bin2bn(serial, q->serial ? q->serial : CA_SERIAL, NULL);
    ASN1_INTEGER *n = BN_to_ASN1_INTEGER(number, NULL);
    OCSP_CERTID *id =
        OCSP_cert_id_new(q->md(), X509_get_subject_name(x), X509_get0_pubkey_bitstr(x), n);

    ASN1_INTEGER_free(n);
    BN_free(number);
    X509_free(x);
    return id;
}

static struct exh_bytes make_request(const struct question *q)
{
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    X509_EXTENSION *ext = strange_extension();
    unsigned char nonce[OCSP_NONCE_MAX + 1] = { 1, 2, 3 }, *der = NULL;

    for (int i = 0; i < q->ours + q->foreign; i++) {
        const struct ca *ca = i < q->ours ? w->issuer : w->root;
        OCSP_ONEREQ *one =
            OCSP_request_add0_id(request, id_of(q, ca_certificate(ca), (uint8_t)(i + 1)));
        if (q->single_critical)
            OCSP_ONEREQ_add_ext(one, ext, -1);
    }
    if (q->nonce > 0)
        OCSP_request_add1_nonce(request, nonce, q->nonce);
    if (q->critical)
        OCSP_REQUEST_add_ext(request, ext, -1);
    int n = i2d_OCSP_REQUEST(request, &der);
    struct exh_bytes copy = { exact_copy(der, (size_t)n), (size_t)n };
    OPENSSL_free(der);
    X509_EXTENSION_free(ext);
    OCSP_REQUEST_free(request);
    return copy;
}

/* OpenSSL's own view of a response: is it to this request, and by whom? */
static void check_response(const struct question *q, struct exh_bytes request,
                           struct exh_bytes response)
{
    const unsigned char *p = request.p, *a = response.p;
    OCSP_REQUEST *asked = d2i_OCSP_REQUEST(NULL, &p, (long)request.n);
    OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &a, (long)response.n);
    OCSP_BASICRESP *basic = r ? OCSP_response_get1_basic(r) : NULL;
    X509 *issuer = parsed(ca_certificate(w->issuer));
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();

    X509_STORE_add_cert(store, issuer);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    CHECK(basic && OCSP_resp_count(basic) == q->ours, "%s: answers", q->name);
    CHECK(OCSP_basic_verify(basic, others, store, 0) == 1, "%s: not verified", q->name);
    CHECK(OCSP_check_nonce(asked, basic) == (q->nonce > 0 ? 1 : 2), "%s: nonce", q->name);
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(OCSP_resp_get0(basic, i));
        const OCSP_CERTID *want = OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked, i));
        int status = OCSP_single_get0_status(OCSP_resp_get0(basic, i), NULL, NULL, NULL, NULL);
        CHECK(OCSP_id_cmp(id, want) == 0, "%s: answer %d is about another", q->name, i);
        CHECK(status ==
                  (i < q->ours && !q->serial ? V_OCSP_CERTSTATUS_GOOD : V_OCSP_CERTSTATUS_UNKNOWN),
              "%s: answer %d is %d", q->name, i, status);
    }
    X509_STORE_free(store);
    sk_X509_free(others);
    X509_free(issuer);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(r);
    OCSP_REQUEST_free(asked);
    ERR_clear_error();
}

static bool is_refusal(struct exh_bytes response, enum ocsp_code code)
{
    const uint8_t want[] = { 0x30, 0x03, 0x0A, 0x01, (uint8_t)code };

    return bytes_equal(response, (struct exh_bytes){ want, sizeof want });
}

static void test_questions(void)
{
    for (size_t i = 0; i < ARRAY_N(questions); i++) {
        const struct question *q = &questions[i];
        struct table t = { .fact = { .known = OCSP_IS_GOOD }, .status = q->table };
        struct exh_bytes request = make_request(q);
        struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
        struct ocsp_outcome outcome;
        CHECK(answer(responder, request, &t, &response, &outcome) == EXH_OK &&
                  outcome.code == q->want && t.n == q->looked_up,
              "%s: code %u, %zu looked up", q->name, outcome.code, t.n);
        CHECK(q->want != OCSP_ANSWERED || outcome.nonce == (q->nonce > 0), "%s: nonce", q->name);
        if (q->want == OCSP_ANSWERED)
            check_response(q, request, buf_view(&response));
        else
            CHECK(is_refusal(buf_view(&response), q->want), "%s: no refusal", q->name);
        buf_free(&response);
        free((void *)(uintptr_t)request.p);
    }
}

static void test_damage(void)
{
    struct exh_bytes request = make_request(&questions[12]);
    struct table t = { .fact = { .known = OCSP_IS_GOOD } };
    struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
    struct ocsp_outcome outcome;
    uint8_t *longer = malloc(request.n + 1), *large = calloc(1, OCSP_REQUEST_MAX + 1);

    for (size_t n = 0; n < request.n; n++) {
        buf_clear(&response);
        CHECK(answer(responder, (struct exh_bytes){ request.p, n }, &t, &response, &outcome) ==
                      EXH_OK &&
                  is_refusal(buf_view(&response), OCSP_BAD_REQUEST) && outcome.asked == 0,
              "prefix of %zu bytes", n);
    }
    memcpy(longer, request.p, request.n);
    longer[request.n] = 0;
    const struct exh_bytes bad[] = { { longer, request.n + 1 }, { large, OCSP_REQUEST_MAX + 1 } };
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        buf_clear(&response);
        CHECK(answer(responder, bad[i], &t, &response, &outcome) == EXH_OK &&
                  is_refusal(buf_view(&response), OCSP_BAD_REQUEST),
              "bad request %zu", i);
    }
    CHECK(t.n == 0, "looked up for a bad request");
    free(large);
    free(longer);
    free((void *)(uintptr_t)request.p);
    buf_free(&response);
}

/* Responders that are none, and times that cannot be. */
static void test_refusals(void)
{
    struct buf leaf = world_issue(w, CA_CAMERA, "dome-1", key);
    struct buf root = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;
    struct ocsp_responder *r = NULL;

    CHECK(ca_root(w->other_key, "My studio, issuing", 0, NOW, &root, &err) == EXH_OK, "%s",
          err.text);
    const struct {
        const char *name;
        struct exh_bytes issuer, certificate;
        const struct exh_key *key;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "another key", ca_certificate(w->issuer), buf_view(&own), w->key, EXH_INVALID,
          "another key" },
        { "a camera's certificate", ca_certificate(w->issuer), buf_view(&leaf), key, EXH_INVALID,
          "not for OCSP" },
        { "another issuer", ca_certificate(w->root), buf_view(&own), key, EXH_INVALID,
          "not from the authority" },
        { "an issuer of that name", buf_view(&root), buf_view(&own), key, EXH_INVALID,
          "not from the authority" },
        { "no issuer", bytes_of("x"), buf_view(&own), key, EXH_MALFORMED, "not a DER" },
        { "no certificate", ca_certificate(w->issuer), bytes_of("x"), key, EXH_MALFORMED,
          "not a DER" },
    };
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        CHECK(ocsp_open(rows[i].issuer, rows[i].certificate, rows[i].key, &r, &err) ==
                      rows[i].want &&
                  strstr(err.text, rows[i].why) && !r,
              "%s: %s", rows[i].name, err.text);
    buf_free(&root);
    buf_free(&leaf);

    static const struct {
        const char *name;
        struct ocsp_times times;
        struct ocsp_fact fact;
        enum exh_status want;
    } answers[] = {
        { "no time between", { NOW, NOW }, { .known = OCSP_IS_GOOD }, EXH_INVALID },
        { "backwards", { NOW, NOW - 1 }, { .known = OCSP_IS_GOOD }, EXH_INVALID },
        { "before the responder", { NOW - DAY, NOW }, { .known = OCSP_IS_GOOD }, EXH_INVALID },
        { "after it",
          { NOW + 366 * DAY, NOW + 367 * DAY },
          { .known = OCSP_IS_GOOD },
          EXH_INVALID },
        { "on hold",
          { NOW, NOW + 1 },
          { OCSP_IS_REVOKED, NOW, (enum revocation_reason)6 },
          EXH_CRYPTO },
        { "removed",
          { NOW, NOW + 1 },
          { OCSP_IS_REVOKED, NOW, (enum revocation_reason)8 },
          EXH_CRYPTO },
    };
    static const uint8_t serial[CA_SERIAL] = { 0x40 };
    for (size_t i = 0; i < ARRAY_N(answers); i++) {
        struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
        CHECK(ocsp_staple(responder, serial, &answers[i].fact, &answers[i].times, &response,
                          &err) == answers[i].want &&
                  response.n == 0,
              "%s: %s", answers[i].name, err.text);
        buf_free(&response);
    }
}

/* Responders of every kind of key. */
static void test_kinds(void)
{
    static const char *const kinds[] = { "es384", "es512", "ed25519", "ps256" };
    struct buf leaf = world_issue(w, CA_CAMERA, "dome-1", w->key);
    struct exh_chain *chain = world_chain(w, buf_view(&leaf));
    struct exh_certificate certificate;
    struct exh_error err = { .text = "" };
    uint8_t serial[CA_SERIAL];

    crypto->chain_certificate(chain, 0, &certificate);
    CHECK(hex_read(bytes_of(certificate.serial), serial, sizeof serial), "serial");
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *k = world_key(kinds[i]);
        struct buf c = world_issue(w, CA_OCSP, NULL, k),
                   response = buf_with_limit(OCSP_RESPONSE_MAX);
        struct ocsp_responder *r = NULL;
        struct exh_ocsp got = { .status = EXH_OCSP_MALFORMED };
        if (CHECK(ocsp_open(ca_certificate(w->issuer), buf_view(&c), k, &r, &err) == EXH_OK &&
                      ocsp_staple(r, serial, &(struct ocsp_fact){ .known = OCSP_IS_GOOD }, &times,
                                  &response, &err) == EXH_OK,
                  "%s: %s", kinds[i], err.text))
            crypto->ocsp_check(buf_view(&response), chain, w->trust, &got);
        CHECK(got.status == EXH_OCSP_GOOD, "%s: %s", kinds[i], got.reason);
        ocsp_close(r);
        buf_free(&response);
        buf_free(&c);
        exh_key_free(k);
    }
    crypto->chain_free(chain);
    buf_free(&leaf);
}

static void test_path(void)
{
    static const struct {
        const char *path, *der;
        enum exh_status want;
    } paths[] = {
        { "aGVsbG8=", "hello", EXH_OK },
        { "aGVsbG8%3D", "hello", EXH_OK },
        { "aGVsbG8%3d", "hello", EXH_OK },
        { "Pz8%2FPz8/", "??\x3f??\x3f", EXH_OK },
        { "", NULL, EXH_MALFORMED },
        { "%3D", NULL, EXH_MALFORMED },
        { "aGVsbG8", NULL, EXH_MALFORMED },
        { "aGVsbG8%3", NULL, EXH_MALFORMED },
        { "aGVsbG8%", NULL, EXH_MALFORMED },
        { "aGVsbG8%GG", NULL, EXH_MALFORMED },
        { "aGVsbG8=%00", NULL, EXH_MALFORMED },
        { "aGVs bG8=", NULL, EXH_MALFORMED },
        { "aGVsbG8=?a", NULL, EXH_MALFORMED },
    };
    char large[OCSP_PATH_MAX + 1];
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(paths); i++) {
        const size_t n = strlen(paths[i].path);
        uint8_t *copy = exact_copy(paths[i].path, n);
        struct buf der = buf_with_limit(OCSP_REQUEST_MAX);
        enum exh_status status = ocsp_read_path((struct exh_bytes){ copy, n }, &der, &err);
        CHECK(status == paths[i].want &&
                  bytes_are(buf_view(&der), status == EXH_OK ? paths[i].der : ""),
              "path '%s': %u", paths[i].path, status);
        buf_free(&der);
        free(copy);
    }
    struct buf der = buf_with_limit(OCSP_REQUEST_MAX);
    memset(large, 'A', sizeof large);
    CHECK(ocsp_read_path((struct exh_bytes){ (uint8_t *)large, OCSP_PATH_MAX }, &der, &err) ==
              EXH_OK,
          "the longest path");
    CHECK(ocsp_read_path((struct exh_bytes){ (uint8_t *)large, OCSP_PATH_MAX + 1 }, &der, &err) ==
              EXH_LIMIT,
          "a longer path");
    buf_free(&der);
}

int main(void)
{
    struct exh_error err = { .text = "" };

    crypto = exh_crypto_openssl();
    w = world_new();
    key = world_key("es256");
    own = world_issue(w, CA_OCSP, NULL, key);
    if (CHECK(ocsp_open(ca_certificate(w->issuer), buf_view(&own), key, &responder, &err) == EXH_OK,
              "%s", err.text)) {
        test_facts();
        test_questions();
        test_damage();
        test_refusals();
        test_kinds();
        test_path();
    }
    ocsp_close(responder);
    buf_free(&own);
    exh_key_free(key);
    world_free(w);
    return check_done();
}
