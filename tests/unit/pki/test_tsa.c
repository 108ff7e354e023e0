/* Time-stamps: what is granted holds for our verifier and for OpenSSL's, and the rest is refused in words. */
#include "check.h"
#include "pki_world.h"

#include "base/text.h"
#include "crypto/token.h"
#include "pki/tsa.h"

#include <exhibit/stamp.h>
#include <openssl/err.h>
#include <openssl/ts.h>

static const struct exh_crypto *crypto;
static struct world *w;
static struct exh_key *key;
static struct buf own;
static struct tsa *tsa;

static const struct tsa_moment moment = { NOW, INT64_MIN, true, { 0x40, 1, 2 } };
static const char data[] = "what was there";

static struct tsa *open_tsa(const struct exh_key *k, struct exh_bytes certificate,
                            const struct tsa_terms *terms)
{
    const struct exh_bytes certs[] = { certificate, ca_certificate(w->issuer) };
    struct exh_error err = { .text = "" };
    struct tsa *t = NULL;

    CHECK(tsa_open(certs, 2, k, terms, &t, &err) == EXH_OK, "%s", err.text);
    return t;
}

static enum exh_status answer(struct tsa *t, struct exh_bytes request, const struct tsa_moment *m,
                              struct buf *response, struct tsa_outcome *outcome)
{
    uint8_t *copy = exact_copy(request.p, request.n);
    struct exh_error err = { .text = "" };
    enum exh_status status =
        tsa_answer(t, (struct exh_bytes){ copy, request.n }, m, response, outcome, &err);

    CHECK(ERR_peek_error() == 0, "an error of OpenSSL's is left behind");
    free(copy);
    return status;
}

static struct exh_stamp_request ask(enum exh_hash alg)
{
    struct exh_hasher *h = crypto->hash_new(alg);
    uint8_t digest[EXH_HASH_MAX];
    struct exh_stamp_request request;
    struct exh_error err = { .text = "" };

    crypto->hash_update(h, (const uint8_t *)data, sizeof data);
    size_t n = crypto->hash_final(h, digest);
    CHECK(exh_stamp_request_init(&request, alg, (struct exh_bytes){ digest, n }, &err) == EXH_OK,
          "%s", err.text);
    return request;
}

/* What our own client asks is answered so that it keeps the token, and the verifier trusts it. */
static void check_stamp(const char *name, struct tsa *t, enum exh_hash alg,
                        const struct tsa_moment *m)
{
    const struct exh_bytes stamped = { (const uint8_t *)data, sizeof data };
    struct exh_stamp_request request = ask(alg);
    struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
    struct exh_error err = { .text = "" };
    struct tsa_outcome outcome;
    struct exh_bytes token;
    struct exh_stamp stamp;

    CHECK(answer(t, (struct exh_bytes){ request.der, request.n }, m, &response, &outcome) ==
                  EXH_OK &&
              outcome.code == TSA_GRANTED && !outcome.why[0],
          "%s: %s", name, outcome.why);
    if (CHECK(exh_stamp_response_read(&request, buf_view(&response), &token, &err) == EXH_OK,
              "%s: %s", name, err.text)) {
        crypto->stamp_check(token, stamped, w->trust, &stamp);
        CHECK(stamp.status == EXH_STAMP_OK && stamp.time == m->now && stamp.path.trusted &&
                  strcmp(stamp.authority, "Time-stamp authority") == 0,
              "%s: %u %s %s", name, stamp.status, stamp.reason, stamp.path.reason);
    }
    buf_free(&response);
}

static void test_granted(void)
{
    static const struct {
        const char *name;
        enum exh_hash alg;
        struct tsa_moment moment;
    } rows[] = {
        { "SHA-256", EXH_SHA256, { NOW, INT64_MIN, true, { 0x40 } } },
        { "SHA-384", EXH_SHA384, { NOW, INT64_MIN, true, { 0x40 } } },
        { "SHA-512", EXH_SHA512, { NOW, INT64_MIN, true, { 0x40 } } },
        { "in the same second", EXH_SHA256, { NOW, NOW, true, { 0x40 } } },
        { "a second later", EXH_SHA256, { NOW + 1, NOW, true, { 0x40 } } },
        { "at the end", EXH_SHA256, { NOW + 365 * DAY, NOW, true, { 0x40 } } },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        check_stamp(rows[i].name, tsa, rows[i].alg, &rows[i].moment);
}

/* Authorities of every kind of key that can stamp. */
static void test_kinds(void)
{
    static const char *const kinds[] = { "es384", "es512", "ps256" };
    const struct tsa_terms terms = { .policy = "1.2.3.4", .accuracy_s = 1 };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *k = world_key(kinds[i]);
        struct buf c = world_issue(w, CA_TSA, NULL, k);
        struct tsa *t = open_tsa(k, buf_view(&c), &terms);
        check_stamp(kinds[i], t, EXH_SHA256, &moment);
        tsa_close(t);
        buf_free(&c);
        exh_key_free(k);
    }
}

/* A request made to measure. */
struct query {
    const char *name;
    long version;
    const char *hash;   // OID
    int size;           // bytes of the imprint
    int parameters;     // of the hash: V_ASN1_…
    const char *policy; // OID; NULL: none
    int nonce;          // bytes; 0: none
    bool extension;
    bool with_certs;
    struct tsa_moment moment;
    enum tsa_code want;
};

#define SHA256_OID "2.16.840.1.101.3.4.2.1"
#define FINE                \
    {                       \
        NOW, NOW - 1, true, \
        {                   \
            0x40, 1         \
        }                   \
    }

static const struct query queries[] = {
    { "plain", 1, SHA256_OID, 32, V_ASN1_NULL, NULL, 0, false, false, FINE, TSA_GRANTED },
    { "no parameters", 1, SHA256_OID, 32, V_ASN1_UNDEF, NULL, 0, false, false, FINE, TSA_GRANTED },
    { "with certificates", 1, SHA256_OID, 32, V_ASN1_NULL, NULL, 8, false, true, FINE,
      TSA_GRANTED },
    { "our policy", 1, SHA256_OID, 32, V_ASN1_NULL, TSA_POLICY_ANY, 0, false, false, FINE,
      TSA_GRANTED },
    { "the longest nonce", 1, SHA256_OID, 32, V_ASN1_NULL, NULL, TSA_NONCE_MAX, false, true, FINE,
      TSA_GRANTED },
    { "a longer nonce", 1, SHA256_OID, 32, V_ASN1_NULL, NULL, TSA_NONCE_MAX + 1, false, true, FINE,
      TSA_BAD_REQUEST },
    { "version 2", 2, SHA256_OID, 32, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_REQUEST },
    { "version 0", 0, SHA256_OID, 32, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_REQUEST },
    { "SHA-1", 1, "1.3.14.3.2.26", 20, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_ALGORITHM },
    { "SHA-224", 1, "2.16.840.1.101.3.4.2.4", 28, V_ASN1_NULL, NULL, 0, false, true, FINE,
      TSA_BAD_ALGORITHM },
    { "a hash that nobody knows", 1, "1.2.3", 32, V_ASN1_NULL, NULL, 0, false, true, FINE,
      TSA_BAD_ALGORITHM },
    { "a hash with parameters", 1, SHA256_OID, 32, V_ASN1_OBJECT, NULL, 0, false, true, FINE,
      TSA_BAD_ALGORITHM },
    { "a short imprint", 1, SHA256_OID, 31, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_DATA },
    { "a long imprint", 1, SHA256_OID, 33, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_DATA },
    { "an empty imprint", 1, SHA256_OID, 0, V_ASN1_NULL, NULL, 0, false, true, FINE, TSA_BAD_DATA },
    { "another policy", 1, SHA256_OID, 32, V_ASN1_NULL, "1.2.3.4", 0, false, true, FINE,
      TSA_BAD_POLICY },
    { "an extension", 1, SHA256_OID, 32, V_ASN1_NULL, NULL, 0, true, true, FINE,
      TSA_BAD_EXTENSION },
    { "a clock that went back",
      1,
      SHA256_OID,
      32,
      V_ASN1_NULL,
      NULL,
      0,
      false,
      true,
      { NOW, NOW + 1, true, { 0x40, 1 } },
      TSA_NO_TIME },
    { "a clock that is not set",
      1,
      SHA256_OID,
      32,
      V_ASN1_NULL,
      NULL,
      0,
      false,
      true,
      { NOW, NOW - 1, false, { 0x40, 1 } },
      TSA_NO_TIME },
    { "before the certificate",
      1,
      SHA256_OID,
      32,
      V_ASN1_NULL,
      NULL,
      0,
      false,
      true,
      { NOW - DAY, INT64_MIN, true, { 0x40, 1 } },
      TSA_NO_TIME },
    { "after the certificate",
      1,
      SHA256_OID,
      32,
      V_ASN1_NULL,
      NULL,
      0,
      false,
      true,
      { NOW + 366 * DAY, INT64_MIN, true, { 0x40, 1 } },
      TSA_NO_TIME },
    { "in 1970",
      1,
      SHA256_OID,
      32,
      V_ASN1_NULL,
      NULL,
      0,
      false,
      true,
      { 0, INT64_MIN, true, { 0x40, 1 } },
      TSA_NO_TIME },
};

static void put_imprint(TS_REQ *request, const struct query *q)
{
    unsigned char digest[64] = { 1, 2, 3 };
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *alg = X509_ALGOR_new();

    X509_ALGOR_set0(alg, OBJ_txt2obj(q->hash, 1), q->parameters,
                    q->parameters == V_ASN1_OBJECT ? OBJ_txt2obj("1.2.3", 1) : NULL);
    TS_MSG_IMPRINT_set_algo(imprint, alg);
    TS_MSG_IMPRINT_set_msg(imprint, digest, q->size);
    TS_REQ_set_msg_imprint(request, imprint);
    X509_ALGOR_free(alg);
    TS_MSG_IMPRINT_free(imprint);
}

static void put_extension(TS_REQ *request)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);

    ASN1_OCTET_STRING_set(value, (const unsigned char *)"\5", 2);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
    TS_REQ_add_ext(request, ext, -1);
    X509_EXTENSION_free(ext);
    ASN1_OBJECT_free(oid);
    ASN1_OCTET_STRING_free(value);
}

static TS_REQ *make_query(const struct query *q)
{
    unsigned char raw[TSA_NONCE_MAX + 1] = { 0x41, 7 };
    TS_REQ *request = TS_REQ_new();

    TS_REQ_set_version(request, q->version);
    put_imprint(request, q);
    TS_REQ_set_cert_req(request, q->with_certs);
    if (q->policy) {
        ASN1_OBJECT *policy = OBJ_txt2obj(q->policy, 1);
        TS_REQ_set_policy_id(request, policy);
        ASN1_OBJECT_free(policy);
    }
    if (q->nonce) {
        BIGNUM *number = BN_bin2bn(raw, q->nonce, NULL);
        ASN1_INTEGER *nonce = BN_to_ASN1_INTEGER(number, NULL);
        TS_REQ_set_nonce(request, nonce);
        ASN1_INTEGER_free(nonce);
        BN_free(number);
    }
    if (q->extension)
        put_extension(request);
    return request;
}

/* OpenSSL's own judgement of a granted response to its request. */
static void check_granted(const struct query *q, TS_REQ *request, TS_RESP *response)
{
    TS_VERIFY_CTX *ctx = TS_REQ_to_TS_VERIFY_CTX(request, NULL);
    TS_TST_INFO *info = TS_RESP_get_tst_info(response);
    X509_STORE *store = X509_STORE_new();
    struct exh_bytes root = ca_certificate(w->root), tsa_der = buf_view(&own);
    struct exh_bytes issuer = ca_certificate(w->issuer);
    const unsigned char *p = root.p, *t = tsa_der.p, *i = issuer.p;
    X509 *x = d2i_X509(NULL, &p, (long)root.n);
    STACK_OF(X509) *others = sk_X509_new_null(); // ctx frees it
    PKCS7 *token = TS_RESP_get_token(response);

    sk_X509_push(others, d2i_X509(NULL, &t, (long)tsa_der.n));
    sk_X509_push(others, d2i_X509(NULL, &i, (long)issuer.n));
    X509_STORE_add_cert(store, x);
    X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME);
    TS_VERIFY_CTX_set_store(ctx, store); // and this
    TS_VERIFY_CTX_set_certs(ctx, others);
    TS_VERIFY_CTX_add_flags(ctx, TS_VFY_SIGNATURE);
    CHECK(TS_RESP_verify_response(ctx, response) == 1, "%s: %s", q->name,
          ERR_reason_error_string(ERR_peek_last_error()));
    CHECK(sk_X509_num(token->d.sign->cert) == (q->with_certs ? 2 : -1), "%s: %d certificates",
          q->name, sk_X509_num(token->d.sign->cert));
    BIGNUM *serial = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
    CHECK(BN_num_bytes(serial) == CA_SERIAL, "%s: serial number", q->name);
    BN_free(serial);
    TS_VERIFY_CTX_free(ctx);
    X509_free(x);
    ERR_clear_error();
}

static void check_refused(const struct query *q, TS_RESP *response, const struct tsa_outcome *o)
{
    static const int bits[] = { [TSA_BAD_ALGORITHM] = TS_INFO_BAD_ALG,
                                [TSA_BAD_REQUEST] = TS_INFO_BAD_REQUEST,
                                [TSA_BAD_DATA] = TS_INFO_BAD_DATA_FORMAT,
                                [TSA_NO_TIME] = TS_INFO_TIME_NOT_AVAILABLE,
                                [TSA_BAD_POLICY] = TS_INFO_UNACCEPTED_POLICY,
                                [TSA_BAD_EXTENSION] = TS_INFO_UNACCEPTED_EXTENSION };
    const TS_STATUS_INFO *info = TS_RESP_get_status_info(response);
    const STACK_OF(ASN1_UTF8STRING) *words = TS_STATUS_INFO_get0_text(info);
    const ASN1_BIT_STRING *failure = TS_STATUS_INFO_get0_failure_info(info);

    CHECK(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)) == TS_STATUS_REJECTION &&
              !TS_RESP_get_token(response),
          "%s: not rejected", q->name);
    CHECK(o->why[0] && sk_ASN1_UTF8STRING_num(words) == 1 &&
              strcmp((const char *)ASN1_STRING_get0_data(sk_ASN1_UTF8STRING_value(words, 0)),
                     o->why) == 0,
          "%s: in other words", q->name);
    for (int i = 0; i < 32; i++)
        CHECK(ASN1_BIT_STRING_get_bit(failure, i) == (i == bits[q->want]), "%s: bit %d", q->name,
              i);
}

static void test_queries(void)
{
    for (size_t i = 0; i < ARRAY_N(queries); i++) {
        const struct query *q = &queries[i];
        TS_REQ *request = make_query(q);
        struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
        struct tsa_outcome outcome;
        unsigned char *der = NULL;
        int n = i2d_TS_REQ(request, &der);
        CHECK(answer(tsa, (struct exh_bytes){ der, (size_t)n }, &q->moment, &response, &outcome) ==
                      EXH_OK &&
                  outcome.code == q->want,
              "%s: code %u", q->name, outcome.code);
        const unsigned char *p = response.p;
        TS_RESP *r = d2i_TS_RESP(NULL, &p, (long)response.n);
        if (CHECK(r && p == response.p + response.n, "%s: not a response", q->name)) {
            if (outcome.code == TSA_GRANTED)
                check_granted(q, request, r);
            else
                check_refused(q, r, &outcome);
        }
        TS_RESP_free(r);
        OPENSSL_free(der);
        TS_REQ_free(request);
        buf_free(&response);
    }
}

/* The signing time is genTime, not the clock of the machine; policy and accuracy are the terms'. */
static void test_terms(void)
{
    const struct tsa_terms terms = { .policy = "1.2.3.4", .accuracy_s = 2 };
    struct tsa *t = open_tsa(key, buf_view(&own), &terms);
    struct exh_stamp_request request = ask(EXH_SHA256);
    struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
    struct exh_error err = { .text = "" };
    struct tsa_outcome outcome;
    struct exh_bytes bytes;
    struct token token = { 0 };
    char policy[32] = "";

    CHECK(answer(t, (struct exh_bytes){ request.der, request.n }, &moment, &response, &outcome) ==
                  EXH_OK &&
              exh_stamp_response_read(&request, buf_view(&response), &bytes, &err) == EXH_OK &&
              !token_read(bytes, &token),
          "%s", err.text);
    int at = CMS_signed_get_attr_by_NID(token.signer, NID_pkcs9_signingTime, -1);
    ASN1_TYPE *time = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(token.signer, at), 0);
    CHECK(ASN1_TIME_cmp_time_t(time->value.utctime, NOW) == 0, "signing time");
    OBJ_obj2txt(policy, sizeof policy, TS_TST_INFO_get_policy_id(token.info), 1);
    CHECK(strcmp(policy, "1.2.3.4") == 0, "policy %s", policy);
    const TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy(token.info);
    CHECK(accuracy && ASN1_INTEGER_get(TS_ACCURACY_get_seconds(accuracy)) == 2, "accuracy");
    CHECK(TS_TST_INFO_get_ordering(token.info) == 0, "ordering");
    token_free(&token);
    buf_free(&response);
    tsa_close(t);
}

static void test_damage(void)
{
    struct exh_stamp_request request = ask(EXH_SHA256);
    struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
    uint8_t *longer = malloc(request.n + 1), *large = calloc(1, TSA_REQUEST_MAX + 1);
    struct tsa_outcome outcome;

    for (size_t n = 0; n < request.n; n++) {
        buf_clear(&response);
        CHECK(answer(tsa, (struct exh_bytes){ request.der, n }, &moment, &response, &outcome) ==
                      EXH_OK &&
                  outcome.code == TSA_BAD_DATA && response.n,
              "prefix of %zu bytes: %u", n, outcome.code);
    }
    memcpy(longer, request.der, request.n);
    longer[request.n] = 0;
    const struct exh_bytes bad[] = { { longer, request.n + 1 }, { large, TSA_REQUEST_MAX + 1 } };
    for (size_t i = 0; i < ARRAY_N(bad); i++)
        CHECK(answer(tsa, bad[i], &moment, &response, &outcome) == EXH_OK &&
                  outcome.code == TSA_BAD_DATA,
              "bad request %zu", i);
    free(large);
    free(longer);
    buf_free(&response);
}

static void test_refusals(void)
{
    struct exh_key *ed25519 = world_key("ed25519");
    struct buf leaf = world_issue(w, CA_CAMERA, "dome-1", key);
    struct buf edward = world_issue(w, CA_TSA, NULL, ed25519);
    const struct tsa_terms none = { 0 }, wrong = { .policy = "one.two" };
    const struct {
        const char *name;
        struct exh_bytes certificate;
        size_t n;
        const struct exh_key *key;
        const struct tsa_terms *terms;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "no certificate", buf_view(&own), 0, key, &none, EXH_LIMIT, "0 certificates" },
        { "too many", buf_view(&own), EXH_CHAIN_MAX + 1, key, &none, EXH_LIMIT, "11 cert" },
        { "another key", buf_view(&own), 1, w->key, &none, EXH_INVALID, "another key" },
        { "a camera's certificate", buf_view(&leaf), 1, key, &none, EXH_INVALID, "timeStamping" },
        { "Ed25519", buf_view(&edward), 1, ed25519, &none, EXH_UNSUPPORTED, "Ed25519" },
        { "not DER", bytes_of("x"), 1, key, &none, EXH_MALFORMED, "not a DER" },
        { "no OID", buf_view(&own), 1, key, &wrong, EXH_INVALID, "no OID" },
    };
    struct exh_error err;
    struct tsa *t = NULL;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_bytes certs[EXH_CHAIN_MAX + 1] = { rows[i].certificate };
        CHECK(tsa_open(certs, rows[i].n, rows[i].key, rows[i].terms, &t, &err) == rows[i].want &&
                  strstr(err.text, rows[i].why) && !t,
              "%s: %s", rows[i].name, err.text);
    }
    buf_free(&edward);
    buf_free(&leaf);
    exh_key_free(ed25519);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    w = world_new();
    key = world_key("es256");
    own = world_issue(w, CA_TSA, NULL, key);
    tsa = open_tsa(key, buf_view(&own), &(struct tsa_terms){ 0 });
    test_granted();
    test_kinds();
    test_queries();
    test_terms();
    test_damage();
    test_refusals();
    tsa_close(tsa);
    buf_free(&own);
    exh_key_free(key);
    world_free(w);
    return check_done();
}
