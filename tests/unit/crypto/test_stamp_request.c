/* Asking a time-stamp authority: OpenSSL reads what we send, and we read what OpenSSL answers. */
#include "check.h"
#include "made_cert.h"

#include <openssl/ts.h>

#include <exhibit/stamp.h>

static const uint8_t digest[EXH_HASH_MAX] =
    "a digest that is as long as the longest of all hashes is";

static struct exh_stamp_request make(enum exh_hash alg)
{
    struct exh_stamp_request request = { .n = 0 };
    struct exh_error err = { .text = "" };

    CHECK(exh_stamp_request_init(&request, alg, (struct exh_bytes){ digest, exh_hash_size(alg) },
                                 &err) == EXH_OK,
          "%s", err.text);
    return request;
}

/* What we send is what OpenSSL reads. */
static void test_request(void)
{
    static const struct {
        enum exh_hash alg;
        int nid;
    } cases[] = { { EXH_SHA256, NID_sha256 },
                  { EXH_SHA384, NID_sha384 },
                  { EXH_SHA512, NID_sha512 } };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct exh_stamp_request request = make(cases[i].alg), other = make(cases[i].alg);
        uint8_t again[EXH_STAMP_REQUEST_MAX + 64], *to = again;
        const unsigned char *p = request.der;
        const size_t n = request.n;
        const ASN1_OBJECT *oid;
        TS_REQ *req = d2i_TS_REQ(NULL, &p, (long)n);
        CHECK(memcmp(request.nonce, other.nonce, sizeof other.nonce) != 0, "%zu: nonce repeats", i);
        if (!CHECK(req && p == request.der + n, "%zu: not a request", i))
            continue;
        TS_MSG_IMPRINT *imprint = TS_REQ_get_msg_imprint(req);
        X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
        CHECK(TS_REQ_get_version(req) == 1 && TS_REQ_get_cert_req(req), "%zu: version, certReq", i);
        CHECK(OBJ_obj2nid(oid) == cases[i].nid, "%zu: algorithm", i);
        CHECK(ASN1_STRING_length(TS_MSG_IMPRINT_get_msg(imprint)) ==
                      (int)exh_hash_size(cases[i].alg) &&
                  memcmp(ASN1_STRING_get0_data(TS_MSG_IMPRINT_get_msg(imprint)), digest,
                         exh_hash_size(cases[i].alg)) == 0,
              "%zu: digest", i);
        CHECK(TS_REQ_get_nonce(req) && ASN1_STRING_length(TS_REQ_get_nonce(req)) == 9, "%zu: nonce",
              i);
        CHECK(i2d_TS_REQ(req, &to) == (int)n && memcmp(again, request.der, n) == 0, "%zu: is DER",
              i);
        TS_REQ_free(req);
    }
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *ctx, void *data)
{
    ASN1_INTEGER *serial = ASN1_INTEGER_new();

    (void)ctx, (void)data;
    ASN1_INTEGER_set(serial, 77);
    return serial;
}

/* An authority's answer to a request. Owned. */
static struct exh_bytes answer_of(const struct made *tsa, const uint8_t *request, size_t n,
                                  bool sha512_only)
{
    TS_RESP_CTX *ctx = TS_RESP_CTX_new();
    BIO *in = BIO_new_mem_buf(request, (int)n);
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
    uint8_t *der = NULL;

    if (!ctx || !TS_RESP_CTX_set_signer_cert(ctx, tsa->x) ||
        !TS_RESP_CTX_set_signer_key(ctx, tsa->key) || !TS_RESP_CTX_set_def_policy(ctx, policy) ||
        !TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) ||
        !TS_RESP_CTX_add_md(ctx, sha512_only ? EVP_sha512() : EVP_sha256()))
        abort();
    TS_RESP_CTX_set_serial_cb(ctx, next_serial, NULL);
    TS_RESP *resp = TS_RESP_create_response(ctx, in);
    const int size = i2d_TS_RESP(resp, &der);
    if (size <= 0)
        abort();
    TS_RESP_free(resp);
    TS_RESP_CTX_free(ctx);
    ASN1_OBJECT_free(policy);
    BIO_free(in);
    return (struct exh_bytes){ der, (size_t)size };
}

static struct exh_stamp_request asked;

static enum exh_status ask(struct exh_bytes answer, struct exh_bytes *token, struct exh_error *err)
{
    return exh_stamp_response_read(&asked, answer, token, err);
}

static void check_others(struct exh_bytes good)
{
    struct exh_stamp_request other_digest = asked, other_nonce = asked;
    const struct exh_stamp_request other_alg = make(EXH_SHA512);
    struct exh_bytes token;
    struct exh_error err;

    other_digest.digest[31] ^= 1;
    other_nonce.nonce[7] ^= 1;
    CHECK(exh_stamp_response_read(&other_digest, good, &token, &err) == EXH_NETWORK &&
              strstr(err.text, "another request"),
          "another digest: %s", err.text);
    CHECK(exh_stamp_response_read(&other_nonce, good, &token, &err) == EXH_NETWORK,
          "another nonce: %s", err.text);
    CHECK(exh_stamp_response_read(&other_alg, good, &token, &err) == EXH_NETWORK,
          "another algorithm: %s", err.text);
}

// PKIStatusInfo of every kind, in the place of a granted one.
static void test_refusals(void)
{
    static const struct {
        const char *name;
        const char *der;
        size_t n;
        const char *why;
    } rows[] = {
        { "no reason", "\x30\x05\x30\x03\x02\x01\x02", 7, "does not say why (status 2)" },
        { "bad algorithm", "\x30\x09\x30\x07\x02\x01\x02\x03\x02\x07\x80", 11, "know this hash" },
        { "bad request", "\x30\x09\x30\x07\x02\x01\x02\x03\x02\x05\x20", 11, "request wrong" },
        { "no clock", "\x30\x0A\x30\x08\x02\x01\x02\x03\x03\x01\x00\x02", 12, "clock" },
        { "words", "\x30\x0C\x30\x0A\x02\x01\x02\x30\x05\x0C\x03Oh\x07", 14,
          "(status 2): Oh\\x07" },
        { "waiting", "\x30\x05\x30\x03\x02\x01\x03", 7, "status 3" },
        { "granted without a token", "\x30\x05\x30\x03\x02\x01\x00", 7, "not a CMS structure" },
        { "status not a number", "\x30\x04\x30\x02\x05\x00", 6, "cannot be read" },
        { "no status", "\x30\x00", 2, "not a TimeStampResp" },
        { "a web page", "<html>", 6, "not a TimeStampResp" },
        { "nothing", "", 0, "not a TimeStampResp" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        uint8_t *copy = exact_copy(rows[i].der, rows[i].n);
        struct exh_bytes token;
        struct exh_error err = { .text = "" };
        CHECK(ask((struct exh_bytes){ copy, rows[i].n }, &token, &err) == EXH_NETWORK &&
                  strstr(err.text, rows[i].why),
              "%s: %s", rows[i].name, err.text);
        free(copy);
    }
}

static void test_answers(const struct made *tsa)
{
    asked = make(EXH_SHA256);
    struct exh_bytes good = answer_of(tsa, asked.der, asked.n, false);
    struct exh_bytes refused = answer_of(tsa, asked.der, asked.n, true), token;
    struct exh_error err;

    CHECK(ask(good, &token, &err) == EXH_OK, "%s", err.text);
    CHECK(token.p > good.p && token.p + token.n == good.p + good.n, "the token is the answer's");
    const unsigned char *p = token.p;
    PKCS7 *cms = d2i_PKCS7(NULL, &p, (long)token.n);
    CHECK(cms && PKCS7_type_is_signed(cms), "and is a signed message");
    PKCS7_free(cms);

    CHECK(ask(refused, &token, &err) == EXH_NETWORK && strstr(err.text, "does not know this hash"),
          "%s", err.text);
    check_others(good);
    for (size_t i = 0; i < good.n; i++) { // every prefix
        uint8_t *cut = exact_copy(good.p, i);
        CHECK(ask((struct exh_bytes){ cut, i }, &token, &err) == EXH_NETWORK, "prefix of %zu", i);
        free(cut);
    }
    for (size_t i = 0; i < 8 * good.n; i++) { // every bit: refused, or a token inside
        uint8_t *bad = exact_copy(good.p, good.n);
        bad[i / 8] ^= (uint8_t)(1 << i % 8);
        if (ask((struct exh_bytes){ bad, good.n }, &token, &err) == EXH_OK)
            CHECK(token.p >= bad && token.p + token.n <= bad + good.n, "bit %zu", i);
        free(bad);
    }
    uint8_t *longer = calloc(1, good.n + 1);
    memcpy(longer, good.p, good.n);
    CHECK(ask((struct exh_bytes){ longer, good.n + 1 }, &token, &err) == EXH_NETWORK,
          "a byte more");
    free(longer);
    OPENSSL_free((void *)(uintptr_t)good.p);
    OPENSSL_free((void *)(uintptr_t)refused.p);
}

int main(void)
{
    struct made root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    struct made tsa =
        make_cert(&(struct recipe){ .name = "tsa",
                                    .issuer = &root,
                                    .ext = { { "keyUsage", "critical,digitalSignature" },
                                             { "extendedKeyUsage", "critical,timeStamping" },
                                             { "authorityKeyIdentifier", "keyid:always" } } });

    test_request();
    test_answers(&tsa);
    test_refusals();
    CHECK(exh_stamp_request_init(&asked, EXH_SHA256, (struct exh_bytes){ digest, 31 }, NULL) ==
              EXH_INVALID,
          "a digest of another size");
    made_free(&root);
    made_free(&tsa);
    return check_done();
}
