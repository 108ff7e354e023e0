/* Authorities: what they issue is what the verifier wants, and they issue nothing else. */
#include "check.h"
#include "pki_world.h"

#include "base/text.h"
#include "crypto/pem.h"

#include <openssl/x509v3.h>

#define LEAF_MAX 480 // bytes of a P-256 leaf of a local root: it is in every picture

static const struct exh_crypto *crypto;
static struct world *w;

static const struct {
    const char *name;
    enum ca_role role;
    const char *id;
    bool signs_claims, signs_stamps;
    const char *subject, *camera, *person;
    int64_t days;
    const char *ocsp; // NULL: no address in it
} roles[] = {
    { "camera", CA_CAMERA, "dome-1", true, false, "dome-1", "dome-1", "", 90,
      "http://ca.example:8080/ocsp" },
    { "person", CA_PERSON, "alice", true, false, "alice", "", "alice", 90,
      "http://ca.example:8080/ocsp" },
    { "operator", CA_OPERATOR, "root.1", true, false, "root.1", "", "root.1", 90,
      "http://ca.example:8080/ocsp" },
    { "longest id", CA_CAMERA, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._",
      true, false, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._",
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._", "", 90,
      "http://ca.example:8080/ocsp" },
    { "time-stamps", CA_TSA, NULL, false, true, "Time-stamp authority", "", "", 365,
      "http://ca.example:8080/ocsp" },
    { "OCSP", CA_OCSP, NULL, false, false, "OCSP responder", "", "", 365, NULL },
};

static struct ca_order order_of(enum ca_role role, const char *name)
{
    return (struct ca_order){ .role = role, .name = name, .subject = w->key, .now = NOW };
}

static void check_facts(size_t i, const struct exh_chain *chain)
{
    struct exh_certificate facts;
    const char *name = roles[i].name;

    crypto->chain_certificate(chain, 0, &facts);
    CHECK(strcmp(facts.subject, roles[i].subject) == 0 &&
              strcmp(facts.camera, roles[i].camera) == 0 &&
              strcmp(facts.person, roles[i].person) == 0 &&
              strcmp(facts.issuer, "My studio, issuing") == 0,
          "%s: subject '%s' camera '%s' person '%s' issuer '%s'", name, facts.subject, facts.camera,
          facts.person, facts.issuer);
    CHECK(facts.not_before == NOW - CA_SKEW || facts.not_before == NOW, "%s: begins", name);
    CHECK(facts.not_after == NOW + roles[i].days * DAY, "%s: ends", name);
    CHECK(strlen(facts.serial) == 2 * CA_SERIAL, "%s: serial %s", name, facts.serial);
}

static void check_leaf(size_t i, struct exh_bytes der)
{
    struct exh_chain *chain = world_chain(w, der);
    const char *name = roles[i].name;
    struct exh_error err;
    uint8_t request[256];
    char url[256] = "";
    size_t n;

    check_facts(i, chain);
    struct exh_judgement claims = crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, w->trust);
    struct exh_judgement stamps = crypto->chain_profile(chain, EXH_PURPOSE_TSA, w->trust);
    CHECK(claims.holds == roles[i].signs_claims, "%s: claims: %s", name, claims.reason);
    CHECK(stamps.holds == roles[i].signs_stamps, "%s: stamps: %s", name, stamps.reason);
    struct exh_path path = crypto->chain_path(chain, w->trust, EXH_PURPOSE_CLAIM, NOW);
    CHECK(path.trusted && strcmp(path.anchor_name, "My studio") == 0, "%s: %s", name, path.reason);
    CHECK(!crypto->chain_path(chain, w->trust, EXH_PURPOSE_CLAIM, NOW + 400 * DAY).trusted,
          "%s: lives for ever", name);
    enum exh_status status =
        crypto->ocsp_request(chain, w->trust, request, sizeof request, &n, url, sizeof url, &err);
    CHECK(status == (roles[i].ocsp ? EXH_OK : EXH_NOT_FOUND) &&
              strcmp(url, roles[i].ocsp ? roles[i].ocsp : "") == 0,
          "%s: OCSP at '%s'", name, url);
    crypto->chain_free(chain);
}

static void test_roles(void)
{
    for (size_t i = 0; i < ARRAY_N(roles); i++) {
        struct buf der = world_issue(w, roles[i].role, roles[i].id, w->key);
        check_leaf(i, buf_view(&der));
        buf_free(&der);
    }
}

/* OpenSSL's printed form of one extension has each of these words. */
static void check_words(const char *what, X509 *x, int nid, const char *const *words, size_t n)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int at = X509_get_ext_by_NID(x, nid, -1);
    char *text = NULL;

    if (CHECK(at >= 0 && X509V3_EXT_print(bio, X509_get_ext(x, at), 0, 0) == 1, "%s: not there",
              what)) {
        BIO_write(bio, "", 1);
        BIO_get_mem_data(bio, &text);
        for (size_t i = 0; i < n; i++)
            CHECK(strstr(text, words[i]) != NULL, "%s: no %s in %s", what, words[i], text);
    }
    BIO_free(bio);
}

static X509 *parsed(struct exh_bytes der)
{
    const unsigned char *p = der.p;

    return d2i_X509(NULL, &p, (long)der.n);
}

static void test_places(void)
{
    static const char *const access[] = { "OCSP - URI:http://ca.example:8080/ocsp\n",
                                          "CA Issuers - URI:http://ca.example:8080/issuer.cer" };
    static const char *const crl[] = { "URI:http://ca.example:8080/issuer.crl" };
    struct buf der = world_issue(w, CA_CAMERA, "dome-1", w->key);
    X509 *x = parsed(buf_view(&der));

    check_words("AIA", x, NID_info_access, access, ARRAY_N(access));
    check_words("CRL", x, NID_crl_distribution_points, crl, ARRAY_N(crl));
    X509_free(x);
    buf_free(&der);
}

// An authority that is not asked for by OCSP, since its issuer is offline.
static void test_issuer_places(void)
{
    static const struct {
        const char *name;
        struct ca_places places;
        const char *word; // in authorityInfoAccess; NULL: the extension is not there
    } rows[] = {
        { "all", { "http://a/o", "http://a/i", "http://a/c" }, "CA Issuers - URI:http://a/i" },
        { "no issuer", { "http://a/o", NULL, "http://a/c" }, NULL },
        { "none", { NULL, NULL, NULL }, NULL },
    };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct ca_order order = order_of(CA_ISSUER, "Maker");
        struct buf der = buf_with_limit(EXH_CERT_MAX);
        struct ca *ca = NULL;
        CHECK(ca_open((const char *)w->root_pem.p, w->root_pem.n, w->root_key, &rows[i].places, &ca,
                      &err) == EXH_OK &&
                  ca_issue(ca, &order, &der, &err) == EXH_OK,
              "%s: %s", rows[i].name, err.text);
        X509 *x = parsed(buf_view(&der));
        CHECK((X509_get_ext_by_NID(x, NID_info_access, -1) >= 0) == !!rows[i].word, "%s: AIA",
              rows[i].name);
        CHECK((X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0) ==
                  !!rows[i].places.crl,
              "%s: CRL", rows[i].name);
        if (rows[i].word)
            check_words(rows[i].name, x, NID_info_access, &rows[i].word, 1);
        X509_free(x);
        buf_free(&der);
        ca_close(ca);
    }
}

static void test_bad_places(void)
{
    static const char *const urls[] = {
        "https://a/",
        "ftp://a/",
        "http://",
        "",
        "http://a/,URI:http://b/",
        "http://a/;b",
        "http://a/ b",
        "http://a/\n",
        "http://a/\"",
        "http://a/\\",
        "http://\xC3\xA4/",
    };
    char longest[CA_PLACE_MAX + 2];
    struct exh_error err;
    struct ca *ca = NULL;

    memset(longest, 'a', sizeof longest);
    memcpy(longest, "http://", 7);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < ARRAY_N(urls) + 1; i++) {
        const char *url = i < ARRAY_N(urls) ? urls[i] : longest;
        const struct ca_places all[] = { { url, NULL, NULL },
                                         { NULL, url, NULL },
                                         { NULL, NULL, url } };
        for (size_t k = 0; k < ARRAY_N(all); k++)
            CHECK(ca_open((const char *)w->root_pem.p, w->root_pem.n, w->root_key, &all[k], &ca,
                          &err) == EXH_INVALID,
                  "place %zu: '%s'", k, url);
    }
    longest[CA_PLACE_MAX] = '\0';
    const struct ca_places good = { longest, longest, longest };
    if (CHECK(ca_open((const char *)w->root_pem.p, w->root_pem.n, w->root_key, &good, &ca, &err) ==
                  EXH_OK,
              "the longest place: %s", err.text))
        ca_close(ca);
}

static void test_hosts(void)
{
    static const char *const both[] = { "localhost", "127.0.0.1", "::1", "cam.example.org" };
    static const char *const words[] = { "DNS:localhost", "IP Address:127.0.0.1",
                                         "IP Address:0:0:0:0:0:0:0:1", "DNS:cam.example.org" };
    static const char *const eku[] = { "TLS Web Server Authentication" };
    static const char *const bad[] = { "",          "a b",       "-a",  "a-",      ".a",  "a.",
                                       "a..b",      "A",         "*.a", "a,DNS:b", "a/b", "1.2.3",
                                       "1.2.3.4.5", "300.1.1.1", "::g", ":::",     "a_b" };
    struct ca_order order = order_of(CA_TLS, NULL);
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err = { .text = "" };

    order.hosts = both;
    order.hosts_n = ARRAY_N(both);
    if (CHECK(ca_issue(w->issuer, &order, &der, &err) == EXH_OK, "TLS: %s", err.text)) {
        X509 *x = parsed(buf_view(&der));
        check_words("SAN", x, NID_subject_alt_name, words, ARRAY_N(words));
        check_words("EKU", x, NID_ext_key_usage, eku, 1);
        int days = 0, seconds = 0;
        ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x), X509_get0_notAfter(x));
        CHECK(days < 7, "TLS for %d days", days);
        CHECK(X509_get_ext_by_NID(x, NID_info_access, -1) < 0, "TLS with AIA");
        X509_free(x);
    }
    buf_free(&der);
    for (size_t i = 0; i < ARRAY_N(bad); i++) {
        order.hosts = &bad[i];
        order.hosts_n = 1;
        der = buf_with_limit(EXH_CERT_MAX);
        CHECK(ca_issue(w->issuer, &order, &der, &err) != EXH_OK && der.n == 0, "host '%s'", bad[i]);
        buf_free(&der);
    }
    order.hosts = both;
    for (size_t n = 0; n <= CA_HOSTS_MAX + 1; n += CA_HOSTS_MAX + 1) {
        order.hosts_n = n;
        CHECK(ca_issue(w->issuer, &order, &der, &err) == EXH_INVALID, "%zu hosts", n);
    }
}

static void test_names(void)
{
    static const char *const ids[] = {
        NULL,
        "",
        " ",
        "a b",
        "a/b",
        "a,URI:b",
        "a\nb",
        "\xC3\xA4",
        "a:b",
        "a=b",
        "dome@1",
        ".",
        "..",
        ".a",
        "-a",
        "_a",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-",
    };
    static const enum ca_role named[] = { CA_CAMERA, CA_PERSON, CA_OPERATOR };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(ids); i++) {
        for (size_t k = 0; k < ARRAY_N(named); k++) {
            struct ca_order order = order_of(named[k], ids[i]);
            CHECK(ca_issue(w->issuer, &order, &der, &err) == EXH_INVALID && der.n == 0,
                  "role %u '%s'", named[k], ids[i] ? ids[i] : "(none)");
        }
    }
}

static void test_titles(void)
{
    static const struct {
        const char *title;
        bool good;
    } titles[] = {
        { "A", true },
        { "Caf\xC3\xA9 \xE2\x82\xAC", true },
        { "0123456789012345678901234567890123456789012345678901234567890123", true },
        { "01234567890123456789012345678901234567890123456789012345678901234", false },
        { "", false },
        { "a\nb", false },
        { "a\x1B[0m", false },
        { "\xC3", false },
        { "left\xE2\x80\xAEright", false },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(titles); i++) {
        const enum exh_status want = titles[i].good ? EXH_OK : EXH_INVALID;
        struct ca_order order = order_of(CA_ISSUER, titles[i].title);
        struct buf der = buf_with_limit(2 * EXH_CERT_MAX);
        CHECK(ca_root(w->root_key, titles[i].title, 0, NOW, &der, &err) == want, "root '%s'",
              titles[i].title);
        CHECK(ca_issue(w->root, &order, &der, &err) == want, "issuer '%s'", titles[i].title);
        buf_free(&der);
    }
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    CHECK(ca_root(w->root_key, "A", 2, NOW, &der, &err) == EXH_INVALID, "two levels");
    CHECK(der.n == 0, "a refused root");
}

static void test_open(void)
{
    struct buf leaf = world_issue(w, CA_PERSON, "a", w->key), pem = world_pem(buf_view(&leaf));
    const struct {
        const char *name;
        struct exh_bytes pem;
        const struct exh_key *key;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "another key", buf_view(&w->root_pem), w->other_key, EXH_INVALID, "another key" },
        { "a leaf", buf_view(&pem), w->key, EXH_INVALID, "not an authority" },
        { "no certificate", bytes_of("hello"), w->root_key, EXH_MALFORMED, "no PEM certificate" },
        { "nothing", bytes_of(""), w->root_key, EXH_MALFORMED, "no PEM certificate" },
        { "not DER", bytes_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
          w->root_key, EXH_MALFORMED, "not a DER" },
    };
    struct exh_error err;
    struct ca *ca = NULL;

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        CHECK(ca_open((const char *)rows[i].pem.p, rows[i].pem.n, rows[i].key, NULL, &ca, &err) ==
                      rows[i].want &&
                  strstr(err.text, rows[i].why) && !ca,
              "%s: %s", rows[i].name, err.text);
    buf_free(&pem);
    buf_free(&leaf);
}

static void test_refusals(void)
{
    static const uint8_t high[CA_SERIAL] = { 0x80 }, low[CA_SERIAL] = { 0x3F };
    const struct {
        const char *name;
        const struct ca *ca;
        struct ca_order order;
        const char *why;
    } rows[] = {
        { "root certifies itself",
          w->root,
          { .role = CA_PERSON, .name = "a", .subject = w->root_key, .now = NOW },
          "own key" },
        { "too old",
          w->issuer,
          { .role = CA_PERSON, .name = "a", .subject = w->key, .now = NOW + 1830 * DAY },
          "not valid now" },
        { "too young",
          w->issuer,
          { .role = CA_PERSON, .name = "a", .subject = w->key, .now = NOW - DAY },
          "not valid now" },
        { "ended",
          w->issuer,
          { .role = CA_PERSON, .name = "a", .subject = w->key, .now = NOW, .until = NOW },
          "ended already" },
        { "an authority too deep",
          w->issuer,
          { .role = CA_ISSUER, .name = "a", .subject = w->key, .now = NOW },
          "allows none" },
        { "a negative serial",
          w->issuer,
          { .role = CA_PERSON, .name = "a", .subject = w->key, .now = NOW, .serial = high },
          "0x80" },
        { "a short serial",
          w->issuer,
          { .role = CA_PERSON, .name = "a", .subject = w->key, .now = NOW, .serial = low },
          "0x3f" },
    };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        CHECK(ca_issue(rows[i].ca, &rows[i].order, &der, &err) == EXH_INVALID && der.n == 0 &&
                  strstr(err.text, rows[i].why),
              "%s: %s", rows[i].name, err.text);
}

static void test_serial(void)
{
    struct ca_order order = order_of(CA_PERSON, "a");
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    uint8_t serial[CA_SERIAL], another[CA_SERIAL];
    struct exh_certificate facts;
    struct exh_error err = { .text = "" };
    char hex[2 * CA_SERIAL + 1];

    CHECK(ca_serial(serial, &err) == EXH_OK && ca_serial(another, &err) == EXH_OK &&
              memcmp(serial, another, sizeof serial) != 0 && (serial[0] & 0xC0) == 0x40,
          "serials repeat");
    order.serial = serial;
    CHECK(ca_issue(w->issuer, &order, &der, &err) == EXH_OK, "%s", err.text);
    struct exh_chain *chain = world_chain(w, buf_view(&der));
    crypto->chain_certificate(chain, 0, &facts);
    hex_write(hex, serial, sizeof serial);
    CHECK(strcmp(facts.serial, hex) == 0, "serial %s, not %s", facts.serial, hex);
    crypto->chain_free(chain);
    buf_free(&der);
}

// A leaf ends when the order says, and never outlives its authority.
static void test_ends(void)
{
    const int64_t end = NOW + CA_ISSUER_DAYS * DAY;
    const struct {
        const char *name;
        int64_t now, until, want;
    } rows[] = {
        { "an hour", NOW, NOW + 3600, NOW + 3600 },
        { "longer than the role", NOW, NOW + 91 * DAY, NOW + 90 * DAY },
        { "near the end", end - 10, 0, end },
        { "in the last second", end, 0, end },
    };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct ca_order order = order_of(CA_PERSON, "a");
        struct buf der = buf_with_limit(EXH_CERT_MAX);
        struct exh_certificate facts = { .not_after = 0 };
        order.now = rows[i].now;
        order.until = rows[i].until;
        CHECK(ca_issue(w->issuer, &order, &der, &err) == EXH_OK, "%s: %s", rows[i].name, err.text);
        struct exh_chain *chain = world_chain(w, buf_view(&der));
        crypto->chain_certificate(chain, 0, &facts);
        CHECK(facts.not_after == rows[i].want, "%s: ends at %lld", rows[i].name,
              (long long)facts.not_after);
        crypto->chain_free(chain);
        buf_free(&der);
    }
}

// Local roots of every kind of key. Their name is the leaf's but for its case, which is not self-signed.
static void test_kinds(void)
{
    static const char *const kinds[] = { "es256", "es384", "es512", "ed25519", "ps256" };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *authority = world_key(kinds[i]);
        struct buf root = buf_with_limit(EXH_CERT_MAX), leaf = buf_with_limit(EXH_CERT_MAX);
        struct exh_trust *trust = exh_trust_new();
        struct ca_order order = order_of(CA_PERSON, "a");
        struct exh_chain *chain = NULL;
        struct ca *ca = NULL;
        if (CHECK(ca_root(authority, "A", 0, NOW, &root, &err) == EXH_OK &&
                      pem_wrap(&root, &err) == EXH_OK &&
                      ca_open((const char *)root.p, root.n, authority, NULL, &ca, &err) == EXH_OK &&
                      ca_issue(ca, &order, &leaf, &err) == EXH_OK &&
                      crypto->chain_new(&(struct exh_bytes){ leaf.p, leaf.n }, 1, &chain, &err) ==
                          EXH_OK &&
                      exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, (const char *)root.p, root.n,
                                            &err) == EXH_OK,
                  "%s: %s", kinds[i], err.text)) {
            struct exh_path path = crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, NOW);
            CHECK(path.trusted, "%s: %s", kinds[i], path.reason);
            CHECK(crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, trust).holds, "%s: profile",
                  kinds[i]);
            CHECK(i || leaf.n <= LEAF_MAX, "%zu bytes", leaf.n);
            order.role = CA_ISSUER;
            CHECK(ca_issue(ca, &order, &leaf, &err) == EXH_INVALID, "%s: an authority below",
                  kinds[i]);
        }
        crypto->chain_free(chain);
        ca_close(ca);
        exh_trust_free(trust);
        buf_free(&leaf);
        buf_free(&root);
        exh_key_free(authority);
    }
}

int main(void)
{
    crypto = exh_crypto_openssl();
    w = world_new();
    test_roles();
    test_places();
    test_issuer_places();
    test_bad_places();
    test_hosts();
    test_names();
    test_titles();
    test_open();
    test_refusals();
    test_serial();
    test_ends();
    test_kinds();
    world_free(w);
    return check_done();
}
