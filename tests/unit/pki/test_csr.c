/* Certificate requests: of each only a key comes in, and only with proof; renewals by the old key. */
#include "check.h"
#include "crypto/made_cert.h"
#include "pki_world.h"

#include "base/names.h"
#include "base/text.h"
#include "crypto/cert_request.h"
#include "crypto/der.h"
#include "crypto/p256.h"
#include "crypto/pem.h"
#include "crypto/renewal.h"
#include "pki/csr.h"

#include <openssl/ec.h>
#include <openssl/x509v3.h>

static struct world *w;

/* A request made to measure. */
struct recipe_csr {
    const char *key;    // of make_key(); NULL: P-256
    const char *digest; // NULL: SHA256
    long version;
    bool compressed;    // the point
    bool wishes;        // subject, alternative names and usages
    int statement_type; // of a renewal's attribute; 0: none
};

static void put_wishes(X509_REQ *r)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, NULL, NULL, r, NULL, 0);
    sk_X509_EXTENSION_push(list, X509V3_EXT_nconf_nid(NULL, &ctx, NID_subject_alt_name,
                                                      "URI:" NAME_URN_CAMERA "stolen,DNS:evil"));
    sk_X509_EXTENSION_push(
        list, X509V3_EXT_nconf_nid(NULL, &ctx, NID_basic_constraints, "critical,CA:true"));
    X509_REQ_add_extensions(r, list);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(r), NID_organizationName, MBSTRING_UTF8,
                               (const unsigned char *)"Evil", -1, -1, 0);
}

static void put_statement(X509_REQ *r, int type)
{
    static const unsigned char sequence[] = { 0x30, 0x00 };
    ASN1_OBJECT *oid = OBJ_txt2obj(NAME_OID_RENEWAL, 1);

    if (type)
        X509_REQ_add1_attr_by_OBJ(r, oid, type, sequence, sizeof sequence);
    ASN1_OBJECT_free(oid);
}

static struct exh_bytes make_csr(const struct recipe_csr *recipe)
{
    EVP_PKEY *key = make_key(recipe->key);
    X509_REQ *r = X509_REQ_new();
    unsigned char *der = NULL;

    if (recipe->compressed)
        EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed");
    X509_REQ_set_version(r, recipe->version);
    X509_REQ_set_pubkey(r, key);
    if (recipe->wishes)
        put_wishes(r);
    put_statement(r, recipe->statement_type);
    const EVP_MD *md = recipe->key && strncmp(recipe->key, "ED", 2) == 0
                           ? NULL
                           : EVP_get_digestbyname(recipe->digest ? recipe->digest : "SHA256");
    X509_REQ_sign(r, key, md);
    int n = i2d_X509_REQ(r, &der);
    struct exh_bytes copy = { exact_copy(der, (size_t)n), (size_t)n };
    OPENSSL_free(der);
    X509_REQ_free(r);
    EVP_PKEY_free(key);
    return copy;
}

static const struct {
    const char *name;
    struct recipe_csr recipe;
    unsigned kinds;
    enum exh_status want;
    const char *why;
} rows[] = {
    { "P-256", { 0 }, CSR_P256, EXH_OK, "" },
    { "wishes are ignored", { .wishes = true }, CSR_P256, EXH_OK, "" },
    { "P-256 with SHA-512", { .digest = "SHA512" }, CSR_P256, EXH_OK, "" },
    { "P-384", { .key = "P-384" }, CSR_P384, EXH_OK, "" },
    { "P-521", { .key = "P-521" }, CSR_P521 | CSR_P256, EXH_OK, "" },
    { "Ed25519", { .key = "ED25519" }, CSR_ED25519, EXH_OK, "" },
    { "RSA", { .key = "RSA:2048" }, CSR_RSA, EXH_OK, "" },
    { "P-384 where P-256 is wanted", { .key = "P-384" }, CSR_P256, EXH_UNSUPPORTED, "P-256 was" },
    { "P-256 where others are",
      { 0 },
      CSR_P384 | CSR_P521 | CSR_ED25519 | CSR_RSA,
      EXH_UNSUPPORTED,
      "P-384, P-521, Ed25519, RSA was" },
    { "Ed25519 where P-256 is wanted", { .key = "ED25519" }, CSR_P256, EXH_UNSUPPORTED, "kind" },
    { "RSA where P-256 is wanted", { .key = "RSA:2048" }, CSR_P256, EXH_UNSUPPORTED, "kind" },
    { "no kind at all", { 0 }, 0, EXH_UNSUPPORTED, "kind" },
    { "a small RSA key", { .key = "RSA:1024" }, CSR_RSA, EXH_UNSUPPORTED, "RSA" },
    { "another curve", { .key = "secp256k1" }, CSR_P256, EXH_UNSUPPORTED, "curve" },
    { "Ed448", { .key = "ED448" }, CSR_ED25519, EXH_UNSUPPORTED, "type" },
    { "SHA-1", { .digest = "SHA1" }, CSR_P256, EXH_UNSUPPORTED, "algorithm" },
    { "version 2", { .version = 1 }, CSR_P256, EXH_MALFORMED, "version 1" },
    { "a compressed point", { .compressed = true }, CSR_P256, EXH_UNSUPPORTED, "usual form" },
    { "a statement", { .statement_type = V_ASN1_SEQUENCE }, CSR_P256, EXH_OK, "" },
    { "a statement of another form",
      { .statement_type = V_ASN1_OCTET_STRING },
      CSR_P256,
      EXH_MALFORMED,
      "another form" },
};

static enum exh_status try(struct exh_bytes der, unsigned kinds, struct exh_error *err)
{
    uint8_t *copy = exact_copy(der.p, der.n);
    struct csr *csr = NULL;
    enum exh_status status = csr_read((struct exh_bytes){ copy, der.n }, kinds, &csr, err);

    CHECK((status == EXH_OK) == !!csr, "a result without success");
    csr_free(csr);
    free(copy);
    return status;
}

static void test_rows(void)
{
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_bytes der = make_csr(&rows[i].recipe);
        struct exh_error err = { .text = "" };
        enum exh_status status = try(der, rows[i].kinds, &err);
        CHECK(status == rows[i].want && strstr(err.text, rows[i].why), "%s: %u %s", rows[i].name,
              status, err.text);
        free((void *)(uintptr_t)der.p);
    }
}

/* An attribute that is there twice: OpenSSL makes no such request, so it is put together anew. */
static void test_twice(void)
{
    struct exh_bytes der = make_csr(&(struct recipe_csr){ .statement_type = V_ASN1_SEQUENCE });
    struct exh_bytes in = der;
    struct buf info = buf_with_limit(4096), tbs = buf_with_limit(4096), made = buf_with_limit(4096);
    struct der outer, old, attributes;
    struct exh_error err = { .text = "" };

    CHECK(der_take(&in, DER_SEQUENCE, &outer) && der_take(&outer.value, DER_SEQUENCE, &old), "CSR");
    in = old.value;
    for (int i = 0; i < 3; i++) { // version, subject, key
        CHECK(der_next(&in, &attributes), "field %d", i);
        buf_put_bytes(&info, attributes.whole);
    }
    CHECK(der_take(&in, DER_CONTEXT, &attributes), "attributes");
    der_put_head(&info, DER_CONTEXT, 2 * attributes.value.n);
    buf_put_bytes(&info, attributes.value);
    buf_put_bytes(&info, attributes.value);
    der_put(&tbs, DER_SEQUENCE, buf_view(&info));
    buf_put_bytes(&tbs, outer.value); // algorithm and signature, which will not hold any more
    der_put(&made, DER_SEQUENCE, buf_view(&tbs));
    CHECK(try(buf_view(&made), CSR_P256, &err) == EXH_MALFORMED && strstr(err.text, "twice"),
          "twice: %s", err.text);
    buf_free(&made);
    buf_free(&tbs);
    buf_free(&info);
    free((void *)(uintptr_t)der.p);
}

/* Every prefix, every byte changed, and bytes behind: refused. */
static void test_damage(void)
{
    const struct exh_bytes der = make_csr(&(struct recipe_csr){ .wishes = true });
    uint8_t *changed = exact_copy(der.p, der.n);
    uint8_t *longer = malloc(der.n + 1), *large = calloc(1, CERT_REQUEST_MAX + 1);
    struct exh_error err;

    for (size_t n = 0; n < der.n; n++)
        CHECK(try((struct exh_bytes){ der.p, n }, CSR_P256, &err) == EXH_MALFORMED,
              "prefix of %zu bytes: %s", n, err.text);
    for (size_t i = 0; i < der.n; i++) {
        changed[i] ^= 0x01;
        CHECK(try((struct exh_bytes){ changed, der.n }, CSR_P256, &err) != EXH_OK,
              "byte %zu changed", i);
        changed[i] ^= 0x01;
    }
    memcpy(longer, der.p, der.n);
    longer[der.n] = 0;
    CHECK(try((struct exh_bytes){ longer, der.n + 1 }, CSR_P256, &err) == EXH_MALFORMED &&
              strstr(err.text, "1 bytes behind"),
          "a byte behind: %s", err.text);
    CHECK(try((struct exh_bytes){ large, CERT_REQUEST_MAX + 1 }, CSR_P256, &err) == EXH_LIMIT,
          "too large: %s", err.text);
    free(large);
    free(longer);
    free(changed);
    free((void *)(uintptr_t)der.p);
}

/* What we write, we read; and the certificate has that key and nothing that the request wished for. */
static void test_certified(void)
{
    static const struct {
        const char *kind;
        unsigned csr;
    } kinds[] = { { "es256", CSR_P256 },
                  { "es384", CSR_P384 },
                  { "es512", CSR_P521 },
                  { "ed25519", CSR_ED25519 },
                  { "ps256", CSR_RSA } };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *key = world_key(kinds[i].kind);
        struct buf request = buf_with_limit(CERT_REQUEST_MAX);
        uint8_t asked[32], issued[32];
        struct csr *csr = NULL;
        CHECK(cert_request_write(key, "dome-1", NULL, &request, &err) == EXH_OK &&
                  csr_read(buf_view(&request), kinds[i].csr, &csr, &err) == EXH_OK,
              "%s: %s", kinds[i].kind, err.text);
        struct buf der = world_issue(w, CA_CAMERA, "dome-1", csr_key(csr));
        csr_key_sha256(csr, asked);
        CHECK(cert_spki_sha256(buf_view(&der), issued, &err) == EXH_OK &&
                  memcmp(asked, issued, sizeof asked) == 0,
              "%s: another key was certified", kinds[i].kind);
        struct exh_chain *chain = world_chain(w, buf_view(&der));
        CHECK(exh_crypto_openssl()->chain_profile(chain, EXH_PURPOSE_CLAIM, w->trust).holds &&
                  exh_crypto_openssl()->chain_path(chain, w->trust, EXH_PURPOSE_CLAIM, NOW).trusted,
              "%s: not accepted", kinds[i].kind);
        exh_crypto_openssl()->chain_free(chain);
        buf_free(&der);
        csr_free(csr);
        buf_free(&request);
        exh_key_free(key);
    }
    struct buf request = buf_with_limit(CERT_REQUEST_MAX);
    static const char *const names[] = {
        "", "12345678901234567890123456789012345678901234567890123456789012345", "\xC3"
    };
    for (size_t i = 0; i < ARRAY_N(names); i++)
        CHECK(cert_request_write(w->key, names[i], NULL, &request, &err) == EXH_INVALID,
              "name '%s'", names[i]);
    buf_free(&request);
}

/* A key without its private half signs nothing. */
static void test_public_only(void)
{
    struct buf request = buf_with_limit(CERT_REQUEST_MAX), der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err = { .text = "" };
    struct csr *csr = NULL;
    char *pem = NULL;
    size_t n = 0;

    CHECK(cert_request_write(w->key, "a", NULL, &request, &err) == EXH_OK &&
              csr_read(buf_view(&request), CSR_P256, &csr, &err) == EXH_OK,
          "%s", err.text);
    CHECK(ca_root(csr_key(csr), "A", 0, NOW, &der, &err) == EXH_CRYPTO && der.n == 0,
          "signed without a private key");
    CHECK(exh_key_write(csr_key(csr), NULL, 0, &pem, &n, &err) == EXH_CRYPTO && !pem,
          "written without a private key");
    csr_free(csr);
    buf_free(&request);
}

struct old {
    struct exh_key *key;
    struct buf der, pem;
    struct exh_certs *certs;
    struct exh_signer signer;
};

static struct old make_old(const char *kind)
{
    struct old old = { .key = world_key(kind) };
    struct exh_error err = { .text = "" };

    old.der = world_issue(w, CA_CAMERA, "dome-1", old.key);
    old.pem = world_pem(buf_view(&old.der));
    CHECK(exh_certs_read((const char *)old.pem.p, old.pem.n, &old.certs, &err) == EXH_OK &&
              exh_key_signer(old.key, old.certs, 0, &old.signer, &err) == EXH_OK,
          "%s: %s", kind, err.text);
    return old;
}

static void free_old(struct old *old)
{
    exh_certs_free(old->certs);
    buf_free(&old->pem);
    buf_free(&old->der);
    exh_key_free(old->key);
}

static struct csr *request_of(const struct exh_key *key, const struct exh_signer *old)
{
    struct buf der = buf_with_limit(CERT_REQUEST_MAX);
    struct exh_error err = { .text = "" };
    struct csr *csr = NULL;

    CHECK(cert_request_write(key, "dome-1", old, &der, &err) == EXH_OK &&
              csr_read(buf_view(&der), CSR_P256 | CSR_RSA, &csr, &err) == EXH_OK,
          "%s", err.text);
    buf_free(&der);
    return csr;
}

static void test_renewals(void)
{
    static const char *const kinds[] = { "es256", "es384", "es512", "ed25519", "ps256" };
    struct old stranger = make_old("es256");
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct old old = make_old(kinds[i]);
        struct csr *stated = request_of(w->key, &old.signer), *bare = request_of(w->key, NULL);
        struct csr *foreign = request_of(w->key, &stranger.signer);
        CHECK(csr_renews(stated, buf_view(&old.der), &err) == EXH_OK, "%s: %s", kinds[i], err.text);
        CHECK(csr_renews(bare, buf_view(&old.der), &err) == EXH_DENIED &&
                  strstr(err.text, "no statement"),
              "%s: no statement: %s", kinds[i], err.text);
        CHECK(csr_renews(foreign, buf_view(&old.der), &err) == EXH_DENIED &&
                  strstr(err.text, "another certificate"),
              "%s: a stranger's: %s", kinds[i], err.text);
        csr_free(foreign);
        csr_free(bare);
        csr_free(stated);
        free_old(&old);
    }
    struct csr *same = request_of(stranger.key, NULL);
    CHECK(csr_renews(same, buf_view(&stranger.der), &err) == EXH_OK, "the same key: %s", err.text);
    CHECK(csr_renews(same, bytes_of("no certificate"), &err) == EXH_MALFORMED, "no certificate");
    csr_free(same);
    free_old(&stranger);
}

/* A statement in another request, or changed in any byte, is worth nothing. */
static void test_statements(void)
{
    struct old old = make_old("es256"), other = make_old("es256");
    struct buf statement = buf_with_limit(RENEWAL_MAX);
    static const uint8_t spki[] = { 0x30, 0x00 }, another[] = { 0x30, 0x01 };
    const struct exh_bytes key = { spki, sizeof spki };
    struct exh_error err = { .text = "" };

    CHECK(renewal_write(&old.signer, key, &statement, &err) == EXH_OK &&
              renewal_check(buf_view(&statement), buf_view(&old.der), key, &err) == EXH_OK,
          "%s", err.text);
    CHECK(renewal_check(buf_view(&statement), buf_view(&old.der),
                        (struct exh_bytes){ another, sizeof another }, &err) == EXH_DENIED,
          "for another key");
    CHECK(renewal_check(buf_view(&statement), buf_view(&other.der), key, &err) == EXH_DENIED,
          "of another certificate");
    for (size_t n = 0; n < statement.n; n++) {
        uint8_t *cut = exact_copy(statement.p, n);
        CHECK(renewal_check((struct exh_bytes){ cut, n }, buf_view(&old.der), key, &err) ==
                  EXH_MALFORMED,
              "prefix of %zu bytes", n);
        free(cut);
        statement.p[n] ^= 0x01;
        CHECK(renewal_check(buf_view(&statement), buf_view(&old.der), key, &err) != EXH_OK,
              "byte %zu changed", n);
        statement.p[n] ^= 0x01;
    }
    buf_put_u8(&statement, 0);
    CHECK(renewal_check(buf_view(&statement), buf_view(&old.der), key, &err) == EXH_MALFORMED,
          "a byte behind");
    buf_free(&statement);
    free_old(&other);
    free_old(&old);
}

int main(void)
{
    w = world_new();
    test_rows();
    test_twice();
    test_damage();
    test_certified();
    test_public_only();
    test_renewals();
    test_statements();
    world_free(w);
    return check_done();
}
