/* The small authority: what it issues is what the verifier wants, and it issues nothing else. */
#include "check.h"

#include "pki/ca.h"

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

#define NOW      INT64_C(1795251600) // 2026-11-21
#define DAY      INT64_C(86400)
#define LEAF_MAX 480 // bytes of a P-256 leaf for a name of few characters: it is in every picture

static const struct exh_crypto *crypto;
static struct exh_key *root_key, *key, *other_key;
static char *root_pem;

static const struct {
    const char *name;
    enum ca_role role;
    const char *id;
    bool signs_claims, signs_stamps;
    const char *subject, *camera, *person;
    int64_t days;
} roles[] = {
    { "camera", CA_CAMERA, "dome-1", true, false, "dome-1", "dome-1", "", 90 },
    { "person", CA_PERSON, "alice", true, false, "alice", "", "alice", 90 },
    { "longest id", CA_CAMERA, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._",
      true, false, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._",
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._", "", 90 },
    { "time-stamps", CA_TSA, NULL, false, true, "Time-stamp authority", "", "", 365 },
    { "OCSP", CA_OCSP, NULL, false, false, "OCSP responder", "", "", 365 },
};

static struct exh_trust *trust_root(void)
{
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err = { .text = "" };

    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, root_pem, strlen(root_pem), &err) ==
                  EXH_OK &&
              exh_trust_add_anchors(trust, EXH_PURPOSE_TSA, root_pem, strlen(root_pem), &err) ==
                  EXH_OK,
          "%s", err.text);
    return trust;
}

static void check_leaf(size_t i, const char *pem)
{
    struct exh_trust *trust = trust_root();
    struct exh_certs *certs = NULL;
    struct exh_chain *chain = NULL;
    struct exh_certificate facts;
    struct exh_error err = { .text = "" };
    size_t n;
    const char *name = roles[i].name;

    CHECK(exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_OK, "%s: %s", name, err.text);
    const struct exh_bytes *der = exh_certs_chain(certs, &n);
    CHECK(n == 1 && (der[0].n <= LEAF_MAX || strlen(roles[i].subject) > 32), "%s: %zu bytes", name,
          der[0].n);
    CHECK(crypto->chain_new(der, n, &chain, &err) == EXH_OK, "%s: %s", name, err.text);
    crypto->chain_certificate(chain, 0, &facts);
    CHECK(strcmp(facts.subject, roles[i].subject) == 0 &&
              strcmp(facts.camera, roles[i].camera) == 0 &&
              strcmp(facts.person, roles[i].person) == 0 && strcmp(facts.issuer, "My studio") == 0,
          "%s: subject '%s' camera '%s' person '%s' issuer '%s'", name, facts.subject, facts.camera,
          facts.person, facts.issuer);
    CHECK(facts.not_before == NOW - CA_SKEW && facts.not_after == NOW + roles[i].days * DAY,
          "%s: times", name);
    CHECK(strlen(facts.serial) == 32, "%s: serial %s", name, facts.serial);

    struct exh_judgement claims = crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, trust);
    struct exh_judgement stamps = crypto->chain_profile(chain, EXH_PURPOSE_TSA, trust);
    CHECK(claims.holds == roles[i].signs_claims, "%s: claims: %s", name, claims.reason);
    CHECK(stamps.holds == roles[i].signs_stamps, "%s: stamps: %s", name, stamps.reason);
    struct exh_path path = crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, NOW);
    CHECK(path.trusted && strcmp(path.anchor_name, "My studio") == 0, "%s: %s", name, path.reason);
    CHECK(!crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, NOW + 400 * DAY).trusted,
          "%s: lives for ever", name);
    crypto->chain_free(chain);
    exh_certs_free(certs);
    exh_trust_free(trust);
}

static void test_roles(void)
{
    struct exh_error err = { .text = "" };
    char *pem = NULL;

    for (size_t i = 0; i < ARRAY_N(roles); i++) {
        if (CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, roles[i].role, roles[i].id,
                           NOW, &pem, &err) == EXH_OK,
                  "%s: %s", roles[i].name, err.text)) {
            check_leaf(i, pem);
            free(pem);
        }
    }
}

static void test_names(void)
{
    static const char *const ids[] = {
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
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-",
    };
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
    char *pem = NULL;

    for (size_t i = 0; i < ARRAY_N(ids); i++) {
        CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, CA_CAMERA, ids[i], NOW, &pem,
                       &err) == EXH_INVALID,
              "camera '%s'", ids[i]);
        CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, CA_PERSON, ids[i], NOW, &pem,
                       &err) == EXH_INVALID,
              "person '%s'", ids[i]);
    }
    CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, CA_CAMERA, NULL, NOW, &pem, &err) ==
              EXH_INVALID,
          "a camera without id");
    for (size_t i = 0; i < ARRAY_N(titles); i++) {
        enum exh_status status = ca_init(root_key, titles[i].title, NOW, &pem, &err);
        CHECK(status == (titles[i].good ? EXH_OK : EXH_INVALID), "title '%s': %u", titles[i].title,
              status);
        if (status == EXH_OK)
            free(pem);
    }
}

static void test_refusals(void)
{
    struct exh_error err;
    char *leaf = NULL, *pem = NULL;

    CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, CA_PERSON, "a", NOW, &leaf, &err) ==
              EXH_OK,
          "%s", err.text);
    const struct {
        const char *name, *root;
        const struct exh_key *root_key, *key;
        int64_t now;
        enum exh_status want;
        const char *why;
    } rows[] = {
        { "other root key", root_pem, other_key, key, NOW, EXH_INVALID, "another key" },
        { "root certifies itself", root_pem, root_key, root_key, NOW, EXH_INVALID, "own key" },
        { "leaf as root", leaf, key, other_key, NOW, EXH_INVALID, "not an authority" },
        { "root too old", root_pem, root_key, key, NOW + 4000 * DAY, EXH_INVALID, "not valid now" },
        { "root too young", root_pem, root_key, key, NOW - DAY, EXH_INVALID, "not valid now" },
        { "no root", "hello", root_key, key, NOW, EXH_MALFORMED, "no PEM certificate" },
    };
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        CHECK(ca_issue(rows[i].root, strlen(rows[i].root), rows[i].root_key, rows[i].key, CA_PERSON,
                       "a", rows[i].now, &pem, &err) == rows[i].want &&
                  strstr(err.text, rows[i].why),
              "%s: %s", rows[i].name, err.text);
    free(leaf);
}

// Near the root's end a leaf ends with it.
static void test_end(void)
{
    struct exh_error err = { .text = "" };
    struct exh_certs *certs = NULL;
    struct exh_chain *chain = NULL;
    struct exh_certificate facts = { .not_after = 0 };
    char *pem = NULL;
    size_t n;
    int64_t end = NOW + CA_ROOT_DAYS * DAY;

    CHECK(ca_issue(root_pem, strlen(root_pem), root_key, key, CA_PERSON, "a", end - 10, &pem,
                   &err) == EXH_OK,
          "%s", err.text);
    CHECK(exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_OK, "%s", err.text);
    CHECK(crypto->chain_new(exh_certs_chain(certs, &n), 1, &chain, &err) == EXH_OK, "%s", err.text);
    crypto->chain_certificate(chain, 0, &facts);
    CHECK(facts.not_after == end, "outlives its root");
    crypto->chain_free(chain);
    exh_certs_free(certs);
    free(pem);
}

// Roots of every kind of key. Their name is the leaf's but for its case, which is not self-signed.
static void test_kinds(void)
{
    static const char *const kinds[] = { "es384", "es512", "ed25519", "ps256" };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *authority = NULL;
        struct exh_certs *certs = NULL;
        struct exh_chain *chain = NULL;
        struct exh_trust *trust = exh_trust_new();
        char *root = NULL, *pem = NULL;
        size_t n;
        if (CHECK(exh_key_new(kinds[i], &authority, &err) == EXH_OK &&
                      ca_init(authority, "A", NOW, &root, &err) == EXH_OK &&
                      ca_issue(root, strlen(root), authority, key, CA_PERSON, "a", NOW, &pem,
                               &err) == EXH_OK &&
                      exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_OK &&
                      crypto->chain_new(exh_certs_chain(certs, &n), 1, &chain, &err) == EXH_OK &&
                      exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, root, strlen(root), &err) ==
                          EXH_OK,
                  "%s: %s", kinds[i], err.text)) {
            struct exh_path path = crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, NOW);
            CHECK(path.trusted, "%s: %s", kinds[i], path.reason);
            CHECK(crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, trust).holds, "%s: profile",
                  kinds[i]);
        }
        crypto->chain_free(chain);
        exh_certs_free(certs);
        exh_trust_free(trust);
        free(pem);
        free(root);
        exh_key_free(authority);
    }
}

int main(void)
{
    struct exh_error err = { .text = "" };

    crypto = exh_crypto_openssl();
    if (CHECK(exh_key_new("es256", &root_key, &err) == EXH_OK &&
                  exh_key_new("es256", &key, &err) == EXH_OK &&
                  exh_key_new("es256", &other_key, &err) == EXH_OK &&
                  ca_init(root_key, "My studio", NOW, &root_pem, &err) == EXH_OK,
              "%s", err.text)) {
        test_roles();
        test_names();
        test_refusals();
        test_end();
        test_kinds();
    }
    free(root_pem);
    exh_key_free(root_key);
    exh_key_free(key);
    exh_key_free(other_key);
    return check_done();
}
