/* Certificates taken apart: facts, prefixes, limits; PEM texts of anchors, allowed leaves, chains. */
#include "check.h"
#include "made_cert.h"

#include <exhibit/crypto.h>
#include <exhibit/key.h>
#include <exhibit/trust.h>

static const struct exh_crypto *crypto;
static struct made root, leaf;

static struct exh_certificate facts_of(const struct recipe *recipe)
{
    struct made m = make_cert(recipe);
    struct exh_certificate facts = { .subject = "not parsed" };
    struct exh_chain *chain = NULL;
    struct exh_error err;

    if (CHECK(crypto->chain_new(&m.der, 1, &chain, &err) == EXH_OK, "%s", err.text))
        crypto->chain_certificate(chain, 0, &facts);
    crypto->chain_free(chain);
    made_free(&m);
    return facts;
}

static void test_facts(void)
{
    static const struct {
        const char *name, *san;
        const char *subject, *camera, *person;
    } rows[] = {
        { "plain", NULL, "plain", "", "" },
        { "camera", "URI:urn:exhibit:camera:dome-1", "camera", "dome-1", "" },
        { "person", "URI:urn:exhibit:person:alice", "person", "", "alice" },
        { "both", "URI:urn:exhibit:person:a,URI:urn:exhibit:camera:b", "both", "b", "a" },
        { "twice", "URI:urn:exhibit:camera:b,URI:urn:exhibit:camera:c", "twice", "b", "" },
        { "other kinds", "DNS:urn:exhibit:camera:b,URI:urn:exhibit:cameras:b", "other kinds", "",
          "" },
        { "no id", "URI:urn:exhibit:camera:", "no id", "", "" },
        { "na\xC3\xAFve \xE2\x82\xAC", NULL, "na\xC3\xAFve \xE2\x82\xAC", "", "" },
        { "bell\a\x1B[31m", NULL, "bell\\x07\\x1b[31m", "", "" },
        { "left\xE2\x80\xAEright", NULL, "left\\xe2\\x80\\xaeright", "", "" },
        { "back\\slash", NULL, "back\\x5cslash", "", "" },
    };
    char id[200] = "URI:urn:exhibit:camera:";

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_certificate got = facts_of(
            &(struct recipe){ .name = rows[i].name,
                              .issuer = &root,
                              .ext = { { rows[i].san ? "subjectAltName" : NULL, rows[i].san } } });
        CHECK(strcmp(got.subject, rows[i].subject) == 0, "%s: subject %s", rows[i].name,
              got.subject);
        CHECK(strcmp(got.camera, rows[i].camera) == 0 && strcmp(got.person, rows[i].person) == 0,
              "%s: camera '%s', person '%s'", rows[i].name, got.camera, got.person);
        CHECK(strcmp(got.issuer, "root") == 0, "%s: issuer %s", rows[i].name, got.issuer);
        CHECK(got.not_before == MADE_FROM && got.not_after == MADE_UNTIL, "%s: times",
              rows[i].name);
        CHECK(strlen(got.serial) >= 2, "%s: serial %s", rows[i].name, got.serial);
    }
    memset(id + strlen(id), 'x', 150);
    struct exh_certificate got = facts_of(
        &(struct recipe){ .name = "long", .issuer = &root, .ext = { { "subjectAltName", id } } });
    CHECK(!got.camera[0], "an id that does not fit is cut to %s", got.camera);
}

static enum exh_status parse(struct exh_bytes der, struct exh_error *err)
{
    struct exh_chain *chain = NULL;
    uint8_t *copy = exact_copy(der.p, der.n);
    enum exh_status status = crypto->chain_new(&(struct exh_bytes){ copy, der.n }, 1, &chain, err);

    crypto->chain_free(chain);
    free(copy);
    return status;
}

static void test_malformed(void)
{
    struct exh_error err = { .text = "" };
    struct exh_bytes views[EXH_CHAIN_MAX + 1];
    struct exh_chain *chain = NULL;
    uint8_t *more = malloc(EXH_CERT_MAX + 1);

    for (size_t n = 0; n < leaf.der.n; n++)
        CHECK(parse((struct exh_bytes){ leaf.der.p, n }, &err) == EXH_MALFORMED, "prefix of %zu",
              n);
    memcpy(more, leaf.der.p, leaf.der.n);
    more[leaf.der.n] = 0;
    CHECK(parse((struct exh_bytes){ more, leaf.der.n + 1 }, &err) == EXH_MALFORMED, "byte over");
    CHECK(parse((struct exh_bytes){ more, EXH_CERT_MAX + 1 }, &err) == EXH_LIMIT, "too large");
    more[1] = 0x80; // indefinite length, as BER has it
    CHECK(parse((struct exh_bytes){ more, leaf.der.n }, &err) == EXH_MALFORMED, "indefinite");
    free(more);
    for (size_t i = 0; i <= EXH_CHAIN_MAX; i++)
        views[i] = leaf.der;
    CHECK(crypto->chain_new(views, 0, &chain, &err) == EXH_MALFORMED, "empty chain");
    CHECK(crypto->chain_new(views, EXH_CHAIN_MAX + 1, &chain, &err) == EXH_LIMIT, "long chain");
    views[2].n--;
    CHECK(crypto->chain_new(views, 3, &chain, &err) == EXH_MALFORMED &&
              strstr(err.text, "certificate 3 of 3"),
          "%s", err.text);
    CHECK(crypto->chain_new(views, 2, &chain, &err) == EXH_OK, "%s", err.text);
    crypto->chain_free(chain);
    crypto->chain_free(NULL);
}

// Every bit of a certificate turned over: whatever parses is judged without a fault.
static void test_flips(void)
{
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err;
    const struct made *anchor[] = { &root };
    char *pem = made_pem(anchor, 1);
    size_t trusted = 0;

    exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, pem, strlen(pem), &err);
    free(pem);
    for (size_t bit = 0; bit < 8 * leaf.der.n; bit++) {
        uint8_t *copy = exact_copy(leaf.der.p, leaf.der.n);
        struct exh_chain *chain = NULL;
        struct exh_certificate facts;
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (crypto->chain_new(&(struct exh_bytes){ copy, leaf.der.n }, 1, &chain, &err) == EXH_OK) {
            crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, trust);
            crypto->chain_certificate(chain, 0, &facts);
            trusted += crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, MADE_AT).trusted;
        }
        crypto->chain_free(chain);
        free(copy);
    }
    CHECK(trusted == 0, "%zu altered certificates are trusted", trusted);
    exh_trust_free(trust);
}

#define BLOCK_BEGIN "-----BEGIN CERTIFICATE-----\n"
#define BLOCK_END   "-----END CERTIFICATE-----\n"
#define DIGEST      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void test_trust_texts(void)
{
    static const struct {
        const char *name, *text;
        enum exh_status anchors, allowed, ekus;
    } rows[] = {
        { "nothing", "", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "words", "hello\n", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "broken base64", BLOCK_BEGIN "!!!!\n" BLOCK_END, EXH_MALFORMED, EXH_MALFORMED,
          EXH_MALFORMED },
        { "cut", BLOCK_BEGIN "MIIB\n", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "not a certificate", BLOCK_BEGIN "AAAA\n" BLOCK_END, EXH_MALFORMED, EXH_MALFORMED,
          EXH_MALFORMED },
        { "another block", "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n", EXH_MALFORMED,
          EXH_MALFORMED, EXH_MALFORMED },
        { "digest", DIGEST, EXH_MALFORMED, EXH_OK, EXH_MALFORMED },
        { "digest with blanks", " \t" DIGEST " \r\n", EXH_MALFORMED, EXH_OK, EXH_MALFORMED },
        { "digest too short", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==", EXH_MALFORMED,
          EXH_MALFORMED, EXH_MALFORMED },
        { "digest too long", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUx", EXH_MALFORMED,
          EXH_MALFORMED, EXH_MALFORMED },
        { "usage", "1.3.6.1.5.5.7.3.4", EXH_MALFORMED, EXH_MALFORMED, EXH_OK },
        { "usages", "// one\n1.2.3\n# two\n1.2.4\r\n\n", EXH_MALFORMED, EXH_MALFORMED, EXH_OK },
        { "only comments", "// one\n# two\n", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "usage by name", "emailProtection", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "usage not an OID", "9.9.9", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
        { "usage of one number", "1", EXH_MALFORMED, EXH_MALFORMED, EXH_MALFORMED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_trust *trust = exh_trust_new();
        size_t n = strlen(rows[i].text);
        char *copy = exact_copy(rows[i].text, n);
        struct exh_error err;
        CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_TSA, copy, n, &err) == rows[i].anchors,
              "%s as anchors", rows[i].name);
        CHECK(exh_trust_add_allowed(trust, copy, n, &err) == rows[i].allowed, "%s as allowed",
              rows[i].name);
        CHECK(exh_trust_set_ekus(trust, copy, n, NULL) == rows[i].ekus, "%s as usages",
              rows[i].name);
        free(copy);
        exh_trust_free(trust);
    }
    exh_trust_free(NULL);
}

// All or nothing: a bundle with a broken certificate adds none of the others.
static void test_broken_bundle(void)
{
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err;
    const struct made *anchor[] = { &root };
    char *pem = made_pem(anchor, 1);
    char text[4096];
    struct exh_chain *chain = NULL;

    snprintf(text, sizeof text, "%s%sAAAA\n%s", pem, BLOCK_BEGIN, BLOCK_END);
    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, text, strlen(text), &err) ==
                  EXH_MALFORMED &&
              strstr(err.text, "certificate 2"),
          "%s", err.text);
    CHECK(crypto->chain_new(&leaf.der, 1, &chain, &err) == EXH_OK, "%s", err.text);
    CHECK(!crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, MADE_AT).known, "half a bundle");
    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, pem, strlen(pem), &err) == EXH_OK, "%s",
          err.text);
    CHECK(crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, MADE_AT).trusted, "whole bundle");
    crypto->chain_free(chain);
    free(pem);
    exh_trust_free(trust);
}

static void test_certs(void)
{
    struct exh_error err = { .text = "" };
    struct exh_certs *certs = NULL;
    const struct made *both[] = { &leaf, &root }, *many[EXH_CHAIN_MAX + 1];
    char *pem = made_pem(both, 2);
    size_t n;

    CHECK(exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_OK, "%s", err.text);
    const struct exh_bytes *chain = exh_certs_chain(certs, &n);
    CHECK(n == 1 && chain[0].n == leaf.der.n && !memcmp(chain[0].p, leaf.der.p, leaf.der.n),
          "the root is left out of %zu", n);
    exh_certs_free(certs);
    free(pem);

    pem = made_pem(both + 1, 1); // a lone self-signed certificate is somebody's leaf
    CHECK(exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_OK, "%s", err.text);
    exh_certs_chain(certs, &n);
    CHECK(n == 1, "%zu certificates", n);
    exh_certs_free(certs);
    free(pem);

    for (size_t i = 0; i <= EXH_CHAIN_MAX; i++)
        many[i] = &leaf;
    pem = made_pem(many, EXH_CHAIN_MAX + 1);
    CHECK(exh_certs_read(pem, strlen(pem), &certs, &err) == EXH_LIMIT, "%s", err.text);
    free(pem);
    CHECK(exh_certs_read("", 0, &certs, NULL) == EXH_MALFORMED, "nothing");
    exh_certs_free(NULL);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    leaf = make_cert(&(struct recipe){ .name = "leaf", .issuer = &root, .ext = LEAF_EXT });
    test_facts();
    test_malformed();
    test_flips();
    test_trust_texts();
    test_broken_bundle();
    test_certs();
    made_free(&leaf);
    made_free(&root);
    return check_done();
}
