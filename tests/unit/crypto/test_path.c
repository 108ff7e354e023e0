/* Paths to anchors: right and wrong ones, and the same ones asked for again. */
#include <inttypes.h>
#include <pthread.h>

#include "check.h"
#include "made_cert.h"

#include <openssl/x509.h>

#include <exhibit/crypto.h>
#include <exhibit/trust.h>

#define SHORT_FROM  INT64_C(1740000000)
#define SHORT_UNTIL INT64_C(1745000000)
#define IN_SHORT    INT64_C(1742000000)
#define MANY        10 // certificates in one chain, anchors in one trust

// clang-format off
enum who {
    NOBODY, ROOT, ROOT_TWIN, ROOT_V1, ROOT_SHORT, ROOT_RSA, ROOT_WEAK, ROOT_LEN0, ROOT_NAMES, ROOT_ODD, ROOT_NO_SIGN,
    ROOT_384, ROOT_ED,
    CA, CA2, CA_SHORT, CA_LONG, CA_NOT, CA_NO_SIGN, CA_SHA1, CA_ODD, CA_LEN0, CA_BELOW_LEN0, CA_RSA, CA_PSS, CA_WEAK,
    CA_IN_NAMES, CA_BY_TWIN, CA_384, CA_ED, CA_UNDER_RSA_WEAK,
    LEAF, LEAF_CA2, LEAF_SHORT, LEAF_BY_SHORT, LEAF_BY_NOT, LEAF_BY_NO_SIGN, LEAF_BY_SHA1, LEAF_BY_ODD, LEAF_BY_LEN0,
    LEAF_TOO_DEEP, LEAF_OF_ROOT, LEAF_OF_V1, LEAF_OF_SHORT, LEAF_OF_RSA, LEAF_OF_PSS, LEAF_OF_WEAK_ROOT, LEAF_OF_WEAK,
    LEAF_NAME_IN, LEAF_NAME_OUT, LEAF_NAME_HOST, LEAF_OF_ODD, LEAF_OF_NO_SIGN, LEAF_FORGED, LEAF_UNKNOWN, LEAF_AUTHORITY, LEAF_384,
    LEAF_ED, LEAF_CRITICAL, LEAF_SHA1, LEAF_SELF,
    WHO_N
};

#define SKI { "subjectKeyIdentifier", "hash" }
#define AKI { "authorityKeyIdentifier", "keyid:always" }
#define SIGNS { "keyUsage", "critical,keyCertSign" }
#define IS_CA { "basicConstraints", "critical,CA:true" }
#define ODD { "1.2.3.4.5", "critical,DER:0500" }
#define INSIDE { "subjectAltName", "DNS:cam.inside.example" }
#define OUTSIDE { "subjectAltName", "DNS:cam.outside.example" }

static const struct {
    enum who issuer;
    struct recipe recipe;
} pool[WHO_N] = {
    [ROOT] = { NOBODY, { .name = "root", .ext = CA_EXT } },
    [ROOT_TWIN] = { NOBODY, { .name = "root", .ext = { IS_CA, SIGNS } } }, // no key id: only its signature tells
    [ROOT_V1] = { NOBODY, { .name = "root v1", .first_version = true } },
    [ROOT_SHORT] = { NOBODY, { .name = "root short", .from = SHORT_FROM, .until = SHORT_UNTIL, .ext = CA_EXT } },
    [ROOT_RSA] = { NOBODY, { .name = "root RSA", .key = "RSA:2048", .ext = CA_EXT } },
    [ROOT_WEAK] = { NOBODY, { .name = "root weak", .key = "RSA:1024", .ext = CA_EXT } },
    [ROOT_LEN0] = { NOBODY, { .name = "root length", .ext = { { "basicConstraints", "critical,CA:true,pathlen:0" }, SIGNS, SKI } } },
    [ROOT_NAMES] = { NOBODY, { .name = "root names", .ext = { IS_CA, SIGNS, SKI, { "nameConstraints", "critical,permitted;DNS:.inside.example" } } } },
    [ROOT_ODD] = { NOBODY, { .name = "root odd", .ext = { IS_CA, SIGNS, SKI, ODD } } },
    [ROOT_NO_SIGN] = { NOBODY, { .name = "root no sign", .ext = { IS_CA, { "keyUsage", "critical,cRLSign" }, SKI } } },
    [ROOT_384] = { NOBODY, { .name = "root 384", .key = "P-384", .digest = "SHA384", .ext = CA_EXT } },
    [ROOT_ED] = { NOBODY, { .name = "root Ed", .key = "ED25519", .ext = CA_EXT } },
    [CA] = { ROOT, { .name = "CA", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA2] = { CA, { .name = "CA 2", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_SHORT] = { ROOT, { .name = "CA short", .from = SHORT_FROM, .until = SHORT_UNTIL, .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_LONG] = { ROOT, { .name = "CA short", .ext = { IS_CA, SIGNS, SKI, AKI } } }, // with CA_SHORT's key
    [CA_NOT] = { ROOT, { .name = "CA not", .ext = { { "basicConstraints", "critical,CA:false" }, SKI, AKI } } },
    [CA_NO_SIGN] = { ROOT, { .name = "CA no sign", .ext = { IS_CA, { "keyUsage", "critical,cRLSign" }, SKI, AKI } } },
    [CA_SHA1] = { ROOT, { .name = "CA SHA-1", .digest = "SHA1", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_ODD] = { ROOT, { .name = "CA odd", .ext = { IS_CA, SIGNS, SKI, AKI, ODD } } },
    [CA_LEN0] = { ROOT, { .name = "CA length", .ext = { { "basicConstraints", "critical,CA:true,pathlen:0" }, SIGNS, SKI, AKI } } },
    [CA_BELOW_LEN0] = { CA_LEN0, { .name = "CA below", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_RSA] = { ROOT_RSA, { .name = "CA RSA", .key = "RSA:2048", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_PSS] = { ROOT_RSA, { .name = "CA PSS", .key = "RSA:2048", .mask = "SHA256", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_WEAK] = { ROOT, { .name = "CA weak", .key = "RSA:1024", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_IN_NAMES] = { ROOT_NAMES, { .name = "CA in names", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_BY_TWIN] = { ROOT_TWIN, { .name = "CA by twin", .ext = { IS_CA, SIGNS, SKI } } },
    [CA_384] = { ROOT_384, { .name = "CA 384", .key = "P-384", .digest = "SHA384", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_ED] = { ROOT_ED, { .name = "CA Ed", .key = "ED25519", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [CA_UNDER_RSA_WEAK] = { ROOT_WEAK, { .name = "CA under weak", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [LEAF] = { CA, { .name = "leaf", .ext = LEAF_EXT } },
    [LEAF_CA2] = { CA2, { .name = "leaf 2", .ext = LEAF_EXT } },
    [LEAF_SHORT] = { CA, { .name = "leaf short", .from = SHORT_FROM, .until = SHORT_UNTIL, .ext = LEAF_EXT } },
    [LEAF_BY_SHORT] = { CA_SHORT, { .name = "leaf by short", .ext = LEAF_EXT } },
    [LEAF_BY_NOT] = { CA_NOT, { .name = "leaf by not", .ext = LEAF_EXT } },
    [LEAF_BY_NO_SIGN] = { CA_NO_SIGN, { .name = "leaf by no sign", .ext = LEAF_EXT } },
    [LEAF_BY_SHA1] = { CA_SHA1, { .name = "leaf by SHA-1", .ext = LEAF_EXT } },
    [LEAF_BY_ODD] = { CA_ODD, { .name = "leaf by odd", .ext = LEAF_EXT } },
    [LEAF_BY_LEN0] = { CA_LEN0, { .name = "leaf by length", .ext = LEAF_EXT } },
    [LEAF_TOO_DEEP] = { CA_BELOW_LEN0, { .name = "leaf too deep", .ext = LEAF_EXT } },
    [LEAF_OF_ROOT] = { ROOT, { .name = "leaf of root", .ext = LEAF_EXT } },
    [LEAF_OF_V1] = { ROOT_V1, { .name = "leaf of v1", .ext = { { "keyUsage", "critical,digitalSignature" } } } },
    [LEAF_OF_SHORT] = { ROOT_SHORT, { .name = "leaf of short", .ext = LEAF_EXT } },
    [LEAF_OF_RSA] = { CA_RSA, { .name = "leaf of RSA", .ext = LEAF_EXT } },
    [LEAF_OF_PSS] = { CA_PSS, { .name = "leaf of PSS", .mask = "SHA256", .ext = LEAF_EXT } },
    [LEAF_OF_WEAK_ROOT] = { CA_UNDER_RSA_WEAK, { .name = "leaf of weak root", .ext = LEAF_EXT } },
    [LEAF_OF_WEAK] = { CA_WEAK, { .name = "leaf of weak", .ext = LEAF_EXT } },
    [LEAF_NAME_IN] = { CA_IN_NAMES, { .name = "leaf name in", .ext = { AKI, INSIDE } } },
    [LEAF_NAME_OUT] = { CA_IN_NAMES, { .name = "leaf name out", .ext = { AKI, OUTSIDE } } },
    [LEAF_NAME_HOST] = { CA_IN_NAMES, { .name = "cam.outside.example", .ext = { AKI } } },
    [LEAF_OF_ODD] = { ROOT_ODD, { .name = "leaf of odd", .ext = LEAF_EXT } },
    [LEAF_OF_NO_SIGN] = { ROOT_NO_SIGN, { .name = "leaf of no sign", .ext = LEAF_EXT } },
    [LEAF_FORGED] = { CA2, { .name = "leaf forged", .issuer_name = "CA", .ext = { { "keyUsage", "digitalSignature" } } } },
    [LEAF_UNKNOWN] = { CA, { .name = "leaf unknown", .issuer_name = "nobody", .ext = { { "keyUsage", "digitalSignature" } } } },
    [LEAF_AUTHORITY] = { CA, { .name = "leaf CA", .ext = { IS_CA, SIGNS, SKI, AKI } } },
    [LEAF_384] = { CA_384, { .name = "leaf 384", .digest = "SHA384", .ext = LEAF_EXT } },
    [LEAF_ED] = { CA_ED, { .name = "leaf Ed", .key = "ED25519", .ext = LEAF_EXT } },
    [LEAF_CRITICAL] = { CA, { .name = "leaf critical", .ext = { AKI, ODD } } },
    [LEAF_SHA1] = { CA, { .name = "leaf SHA-1", .digest = "SHA1", .ext = LEAF_EXT } },
    [LEAF_SELF] = { NOBODY, { .name = "leaf self", .ext = { { "keyUsage", "critical,digitalSignature" }, SKI } } },
};

static const struct {
    const char *name;
    enum who chain[MANY], anchors[MANY];
    int64_t at; // 0: MADE_AT
    bool trusted, known;
    const char *why; // part of the reason
} cases[] = {
    { "leaf, CA", { LEAF, CA }, { ROOT }, 0, true, true, "" },
    { "two CAs", { LEAF_CA2, CA2, CA }, { ROOT }, 0, true, true, "" },
    { "CAs in another order", { LEAF_CA2, CA, CA2 }, { ROOT }, 0, true, true, "" },
    { "root in the chain too", { LEAF, CA, ROOT }, { ROOT }, 0, true, true, "" },
    { "root in the chain, not an anchor", { LEAF, CA, ROOT }, { ROOT_RSA }, 0, false, false, "leads to a trust anchor" },
    { "anchor is the CA", { LEAF }, { CA }, 0, true, true, "" },
    { "anchor is the CA, and it is in the chain", { LEAF, CA }, { CA }, 0, true, true, "" },
    { "leaf of the root", { LEAF_OF_ROOT }, { ROOT }, 0, true, true, "" },
    { "anchor is the leaf", { LEAF }, { LEAF }, 0, true, true, "" },
    { "anchor is the self-signed leaf", { LEAF_SELF }, { LEAF_SELF }, 0, true, true, "" },
    { "self-signed leaf", { LEAF_SELF }, { ROOT }, 0, false, false, "leads to a trust anchor" },
    { "many anchors", { LEAF, CA }, { ROOT_V1, ROOT_SHORT, ROOT_RSA, ROOT_LEN0, ROOT, ROOT_NAMES }, 0, true, true, "" },
    { "anchor of the same name first", { LEAF, CA }, { ROOT_TWIN, ROOT }, 0, true, true, "" },
    { "anchor of the same name last", { LEAF, CA }, { ROOT, ROOT_TWIN }, 0, true, true, "" },
    { "the twin, without key ids", { LEAF_OF_ROOT, CA_BY_TWIN }, { ROOT_TWIN }, 0, false, false, "does not hold" },
    { "junk in the chain", { LEAF, LEAF_ED, CA_ODD, CA, CA_WEAK }, { ROOT }, 0, true, true, "" },
    { "RSA", { LEAF_OF_RSA, CA_RSA }, { ROOT_RSA }, 0, true, true, "" },
    { "RSASSA-PSS", { LEAF_OF_PSS, CA_PSS }, { ROOT_RSA }, 0, true, true, "" },
    { "P-384", { LEAF_384, CA_384 }, { ROOT_384 }, 0, true, true, "" },
    { "Ed25519", { LEAF_ED, CA_ED }, { ROOT_ED }, 0, true, true, "" },
    { "name inside", { LEAF_NAME_IN, CA_IN_NAMES }, { ROOT_NAMES }, 0, true, true, "" },
    { "common name like a host outside", { LEAF_NAME_HOST, CA_IN_NAMES }, { ROOT_NAMES }, 0, true, true, "" }, // it is no host
    { "v1 anchor", { LEAF_OF_V1 }, { ROOT_V1 }, 0, true, true, "" },
    { "length 0 kept", { LEAF_BY_LEN0, CA_LEN0 }, { ROOT }, 0, true, true, "" },
    { "no CA given", { LEAF }, { ROOT }, 0, false, false, "leads to a trust anchor" },
    { "another's anchor", { LEAF, CA }, { ROOT_RSA }, 0, false, false, "leads to a trust anchor" },
    { "no anchor", { LEAF, CA }, { NOBODY }, 0, false, false, "no trust anchor" },
    { "issuer is nobody", { LEAF_UNKNOWN, CA }, { ROOT }, 0, false, false, "leads to a trust anchor" },
    { "forged", { LEAF_FORGED, CA }, { ROOT }, 0, false, false, "'leaf forged': its signature does not hold" },
    { "not a CA", { LEAF_BY_NOT, CA_NOT }, { ROOT }, 0, false, false, "'CA not': it is not an authority's" },
    { "not for signing certificates", { LEAF_BY_NO_SIGN, CA_NO_SIGN }, { ROOT }, 0, false, false, "it is not an authority's" },
    { "anchor not for signing certificates", { LEAF_OF_NO_SIGN }, { ROOT_NO_SIGN }, 0, false, false, "it is not an authority's" },
    { "SHA-1 CA", { LEAF_BY_SHA1, CA_SHA1 }, { ROOT }, 0, false, false, "'CA SHA-1': the signature algorithm" },
    { "SHA-1 leaf", { LEAF_SHA1, CA }, { ROOT }, 0, false, false, "'leaf SHA-1': the signature algorithm" },
    { "weak CA", { LEAF_OF_WEAK, CA_WEAK }, { ROOT }, 0, false, false, "2048 to 16384" },
    { "weak anchor", { LEAF_OF_WEAK_ROOT, CA_UNDER_RSA_WEAK }, { ROOT_WEAK }, 0, false, false, "2048 to 16384" },
    { "odd CA", { LEAF_BY_ODD, CA_ODD }, { ROOT }, 0, false, false, "critical extension" },
    { "odd anchor", { LEAF_OF_ODD }, { ROOT_ODD }, 0, false, false, "critical extension" },
    { "odd leaf", { LEAF_CRITICAL, CA }, { ROOT }, 0, false, false, "critical extension" },
    { "length 0 broken", { LEAF_TOO_DEEP, CA_BELOW_LEN0, CA_LEN0 }, { ROOT }, 0, false, false, "more authorities stand below it" },
    { "name outside", { LEAF_NAME_OUT, CA_IN_NAMES }, { ROOT_NAMES }, 0, false, false, "may certify" },
    { "leaf is an authority", { LEAF_AUTHORITY, CA }, { ROOT }, 0, false, false, "must not sign this" }, // a rule of C2PA
    { "leaf too old", { LEAF_SHORT, CA }, { ROOT }, 0, false, true, "not valid any more" },
    { "leaf in time", { LEAF_SHORT, CA }, { ROOT }, IN_SHORT, true, true, "" },
    { "first second", { LEAF_SHORT, CA }, { ROOT }, SHORT_FROM, true, true, "" },
    { "last second", { LEAF_SHORT, CA }, { ROOT }, SHORT_UNTIL, true, true, "" }, // RFC 5280: notAfter is inclusive
    { "second before", { LEAF_SHORT, CA }, { ROOT }, SHORT_FROM - 1, false, true, "not valid yet" },
    { "second after", { LEAF_SHORT, CA }, { ROOT }, SHORT_UNTIL + 1, false, true, "not valid any more" },
    { "CA too old", { LEAF_BY_SHORT, CA_SHORT }, { ROOT }, 0, false, true, "not valid any more" },
    { "anchor too old", { LEAF_OF_SHORT }, { ROOT_SHORT }, 0, false, true, "not valid any more" },
    { "far future", { LEAF, CA }, { ROOT }, INT64_MAX, false, true, "not valid any more" },
    { "far past", { LEAF, CA }, { ROOT }, INT64_MIN, false, true, "not valid yet" },
};
// clang-format on

static struct made made[WHO_N];

static size_t count(const enum who list[MANY])
{
    size_t n = 0;

    while (n < MANY && list[n])
        n++;
    return n;
}

static struct exh_trust *trust_in(const enum who list[MANY], enum exh_purpose purpose)
{
    struct exh_trust *trust = exh_trust_new();
    const struct made *certs[MANY];
    struct exh_error err = { .text = "" };
    size_t n = count(list);

    for (size_t i = 0; i < n; i++)
        certs[i] = &made[list[i]];
    if (n) {
        char *pem = made_pem(certs, n);
        CHECK(exh_trust_add_anchors(trust, purpose, pem, strlen(pem), &err) == EXH_OK, "%s",
              err.text);
        free(pem);
    }
    return trust;
}

static struct exh_path path_of(const enum who list[MANY], const struct exh_trust *trust,
                               enum exh_purpose purpose, int64_t at)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_bytes certs[MANY];
    struct exh_path path = { .reason = "not parsed" };
    struct exh_chain *chain = NULL;
    struct exh_error err;
    size_t n = count(list);

    for (size_t i = 0; i < n; i++)
        certs[i] = made[list[i]].der;
    if (crypto->chain_new(certs, n, &chain, &err) == EXH_OK)
        path = crypto->chain_path(chain, trust, purpose, at);
    crypto->chain_free(chain);
    return path;
}

static void test_paths(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const char *name = cases[i].name;
        int64_t at = cases[i].at ? cases[i].at : MADE_AT;
        struct exh_trust *trust = trust_in(cases[i].anchors, EXH_PURPOSE_CLAIM);
        struct exh_path got = path_of(cases[i].chain, trust, EXH_PURPOSE_CLAIM, at);

        CHECK(got.trusted == cases[i].trusted && got.known == cases[i].known,
              "%s: trusted %d known %d: %s", name, got.trusted, got.known, got.reason);
        CHECK(strstr(got.reason, cases[i].why) && (got.reason[0] || got.trusted),
              "%s: \"%s\", not \"%s\"", name, got.reason, cases[i].why);
        CHECK(!got.trusted || (got.valid_from <= at && at <= got.valid_until), "%s: times", name);
        exh_trust_free(trust);
    }
}

static void test_facts(void)
{
    static const enum who chain[MANY] = { LEAF_SHORT, CA }, anchors[MANY] = { ROOT };
    struct exh_trust *trust = trust_in(anchors, EXH_PURPOSE_CLAIM);
    struct exh_path got = path_of(chain, trust, EXH_PURPOSE_CLAIM, IN_SHORT);
    uint8_t spki[32];
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(made[ROOT].x), &der);

    EVP_Digest(der, (size_t)n, spki, NULL, EVP_sha256(), NULL);
    OPENSSL_free(der);
    CHECK(got.valid_from == SHORT_FROM && got.valid_until == SHORT_UNTIL,
          "times %" PRId64 " %" PRId64, got.valid_from, got.valid_until);
    CHECK(memcmp(got.anchor, spki, sizeof spki) == 0, "anchor's key");
    CHECK(strcmp(got.anchor_name, "root") == 0, "anchor '%s'", got.anchor_name);
    // Anchors of one purpose say nothing of the other, and without a trust nothing is known.
    got = path_of(chain, trust, EXH_PURPOSE_TSA, IN_SHORT);
    CHECK(!got.trusted && !got.known, "claim anchors trusted for time-stamps");
    got = path_of(chain, NULL, EXH_PURPOSE_CLAIM, IN_SHORT);
    CHECK(!got.trusted && !got.known && got.valid_until == SHORT_UNTIL, "no trust");
    exh_trust_free(trust);
}

// A CA certificate that was renewed with its old key: the path is the one that is valid.
static void test_renewed(void)
{
    static const enum who chains[][MANY] = { { LEAF_BY_SHORT, CA_SHORT, CA_LONG },
                                             { LEAF_BY_SHORT, CA_LONG, CA_SHORT } };
    static const enum who anchors[MANY] = { ROOT };
    struct exh_trust *trust = trust_in(anchors, EXH_PURPOSE_CLAIM);

    for (size_t i = 0; i < ARRAY_N(chains); i++) {
        struct exh_path got = path_of(chains[i], trust, EXH_PURPOSE_CLAIM, MADE_AT);
        CHECK(got.trusted, "order %zu: %s", i, got.reason);
    }
    exh_trust_free(trust);
}

static void test_allowed(void)
{
    static const enum who chain[MANY] = { LEAF_SHORT }, below[MANY] = { LEAF_CA2, CA2 };
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err = { .text = "" };
    uint8_t sha256[32];
    char text[256] = "# our own\n";
    const struct made *ca[] = { &made[CA2] };
    char *pem = made_pem(ca, 1);

    EVP_Digest(made[LEAF_SHORT].der.p, made[LEAF_SHORT].der.n, sha256, NULL, EVP_sha256(), NULL);
    EVP_EncodeBlock((unsigned char *)text + strlen(text), sha256, 32);
    CHECK(exh_trust_add_allowed(trust, text, strlen(text), &err) == EXH_OK, "%s", err.text);
    CHECK(exh_trust_add_allowed(trust, pem, strlen(pem), &err) == EXH_OK, "%s", err.text);
    free(pem);
    struct exh_path got = path_of(chain, trust, EXH_PURPOSE_CLAIM, IN_SHORT);
    CHECK(got.trusted && got.known && strcmp(got.anchor_name, "leaf short") == 0, "%s", got.reason);
    got = path_of(chain, trust, EXH_PURPOSE_CLAIM, SHORT_UNTIL + 1);
    CHECK(!got.trusted && got.known && got.valid_until == SHORT_UNTIL, "outlived");
    CHECK(!path_of(chain, trust, EXH_PURPOSE_TSA, IN_SHORT).trusted, "not for time-stamps");
    CHECK(!path_of(below, trust, EXH_PURPOSE_CLAIM, MADE_AT).known, "it is no authority");
    exh_trust_free(trust);
}

// Authorities of two names that certify each other, the right one always last: the search ends, and
// finds the path where there is one.
static void test_maze(void)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    static const enum who anchors[MANY] = { ROOT }, others[MANY] = { ROOT_384 };
    struct exh_trust *trusts[] = { trust_in(anchors, EXH_PURPOSE_CLAIM),
                                   trust_in(others, EXH_PURPOSE_CLAIM) };
    static const char *const names[] = { "maze", "labyrinth" };
    struct made maze[MANY]; // the topmost first, the leaf last
    struct exh_bytes certs[MANY];
    struct exh_chain *chain = NULL;
    struct exh_error err;

    for (size_t i = 0; i < MANY; i++) {
        struct recipe recipe = { .name = names[i % 2],
                                 .issuer = i ? &maze[i - 1] : &made[ROOT],
                                 .ext = { IS_CA, SIGNS } };
        if (i == MANY - 1)
            recipe = (struct recipe){ .name = "leaf",
                                      .issuer = &maze[i - 1],
                                      .ext = { { "keyUsage", "critical,digitalSignature" } } };
        maze[i] = make_cert(&recipe);
        certs[(i + 1) % MANY] = maze[i].der; // leaf, topmost, …, the one that issued the leaf
    }
    if (CHECK(crypto->chain_new(certs, MANY, &chain, &err) == EXH_OK, "%s", err.text)) {
        struct exh_path got = crypto->chain_path(chain, trusts[0], EXH_PURPOSE_CLAIM, MADE_AT);
        CHECK(got.trusted, "%s", got.reason);
        got = crypto->chain_path(chain, trusts[1], EXH_PURPOSE_CLAIM, MADE_AT);
        CHECK(!got.known && got.reason[0], "no way out of the maze, and yet known");
    }
    crypto->chain_free(chain);
    for (size_t i = 0; i < MANY; i++)
        made_free(&maze[i]);
    exh_trust_free(trusts[0]);
    exh_trust_free(trusts[1]);
}

// What each thread asks for in turn; some of it is remembered, some looked at each time.
static const struct {
    enum who chain[MANY];
    int64_t at;
    bool trusted;
} questions[] = {
    { { LEAF, CA }, MADE_AT, true },         { { LEAF_SHORT, CA }, IN_SHORT, true },
    { { LEAF_SHORT, CA }, MADE_AT, false },  { { LEAF_CA2, CA2, CA }, MADE_AT, true },
    { { LEAF_FORGED, CA }, MADE_AT, false }, { { LEAF_OF_RSA, CA_RSA }, MADE_AT, true },
};

static void *judge_often(void *trust)
{
    intptr_t right = 0;

    for (size_t i = 0; i < 10 * ARRAY_N(questions); i++) {
        const size_t q = i % ARRAY_N(questions);
        struct exh_path got =
            path_of(questions[q].chain, trust, EXH_PURPOSE_CLAIM, questions[q].at);
        right += got.trusted == questions[q].trusted;
    }
    return (void *)right;
}

static void test_threads(void)
{
    static const enum who anchors[MANY] = { ROOT_V1, ROOT, ROOT_RSA };
    struct exh_trust *trust = trust_in(anchors, EXH_PURPOSE_CLAIM);
    pthread_t threads[4];

    for (size_t i = 0; i < ARRAY_N(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, judge_often, trust) == 0, "thread %zu", i);
    for (size_t i = 0; i < ARRAY_N(threads); i++) {
        void *right = NULL;
        pthread_join(threads[i], &right);
        CHECK((intptr_t)right == 10 * (intptr_t)ARRAY_N(questions),
              "thread %zu: %" PRIdPTR " right", i, (intptr_t)right);
    }
    exh_trust_free(trust);
}

int main(void)
{
    for (size_t i = 1; i < WHO_N; i++) {
        struct recipe recipe = pool[i].recipe;
        recipe.issuer = pool[i].issuer ? &made[pool[i].issuer] : NULL;
        recipe.use_key = i == CA_LONG ? made[CA_SHORT].key : NULL;
        made[i] = make_cert(&recipe);
    }
    test_paths();
    test_facts();
    test_renewed();
    test_allowed();
    test_maze();
    test_threads();
    for (size_t i = 1; i < WHO_N; i++)
        made_free(&made[i]);
    return check_done();
}
