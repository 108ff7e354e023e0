/* What is remembered of paths: by itself, and behind the questions that it answers. */
#include <inttypes.h>
#include <pthread.h>

#include "check.h"
#include "made_cert.h"

#include "crypto/path_cache.h"
#include "crypto/trust.h"

#include <exhibit/crypto.h>

#define FROM   INT64_C(1000) // when path number 0 is valid; number i: i later
#define UNTIL  INT64_C(2000)
#define CHAINS 100
#define SHORT  INT64_C(1760000000) // end of a leaf that does not live as long as its authority

static const struct exh_crypto *crypto;
static struct made root, ca, leaf;

static struct path_key key_of(size_t number, enum exh_purpose purpose)
{
    struct cert certs[2] = { { .sha256 = { 0 } } };
    struct exh_chain chain = { 2, certs };
    struct path_key key = { { 0 } };

    memcpy(certs[1].sha256, &number, sizeof number);
    CHECK(path_key_of(&chain, purpose, &key), "key %zu", number);
    return key;
}

static struct exh_path path_number(size_t i)
{
    return (struct exh_path){ .trusted = true,
                              .known = true,
                              .valid_from = FROM + (int64_t)i,
                              .valid_until = UNTIL + (int64_t)i };
}

static void test_times(void)
{
    static const struct {
        const char *name;
        size_t number;
        enum exh_purpose purpose;
        int64_t at;
        bool found;
    } rows[] = {
        { "inside", 0, EXH_PURPOSE_CLAIM, 1500, true },
        { "first second", 0, EXH_PURPOSE_CLAIM, FROM, true },
        { "last second", 0, EXH_PURPOSE_CLAIM, UNTIL, true },
        { "second before", 0, EXH_PURPOSE_CLAIM, FROM - 1, false },
        { "second after", 0, EXH_PURPOSE_CLAIM, UNTIL + 1, false },
        { "far past", 0, EXH_PURPOSE_CLAIM, INT64_MIN, false },
        { "far future", 0, EXH_PURPOSE_CLAIM, INT64_MAX, false },
        { "another purpose", 0, EXH_PURPOSE_TSA, 1500, false },
        { "another chain", 1, EXH_PURPOSE_CLAIM, 1500, false },
    };
    struct path_cache *cache = path_cache_new();
    struct path_key key = key_of(0, EXH_PURPOSE_CLAIM);
    struct exh_path path = path_number(0);

    path_cache_keep(cache, &key, &path);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_path got = { .valid_from = -1 };
        struct path_key asked = key_of(rows[i].number, rows[i].purpose);
        CHECK(path_cache_find(cache, &asked, rows[i].at, &got) == rows[i].found, "%s",
              rows[i].name);
        CHECK(got.valid_from == (rows[i].found ? FROM : -1), "%s: what is found", rows[i].name);
    }
    path_cache_clear(cache);
    CHECK(!path_cache_find(cache, &key, 1500, &path), "cleared");
    path_cache_keep(cache, &key, &path);
    CHECK(path_cache_find(cache, &key, 1500, &path), "kept again");
    path_cache_free(cache);
    path_cache_free(NULL);
}

// A chain of one certificate less, or the same ones in another order, is another chain.
static void test_keys(void)
{
    struct cert certs[2] = { { .sha256 = { 1 } } };
    struct exh_chain chain = { 2, certs };
    struct path_key two, one, turned;

    CHECK(path_key_of(&chain, EXH_PURPOSE_CLAIM, &two), "two");
    chain.n = 1;
    CHECK(path_key_of(&chain, EXH_PURPOSE_CLAIM, &one), "one");
    chain.n = 2;
    certs[0].sha256[0] = 0;
    certs[1].sha256[0] = 1;
    CHECK(path_key_of(&chain, EXH_PURPOSE_CLAIM, &turned), "turned");
    CHECK(memcmp(&two, &one, sizeof two) && memcmp(&two, &turned, sizeof two), "keys are alike");
}

static size_t count_found(struct path_cache *cache, size_t from, size_t until)
{
    size_t n = 0;

    for (size_t i = from; i < until; i++) {
        struct path_key key = key_of(i, EXH_PURPOSE_CLAIM);
        struct exh_path got = { .valid_from = 0 };
        if (path_cache_find(cache, &key, 1500, &got))
            n += CHECK(got.valid_from == FROM + (int64_t)i, "path %zu is another's", i);
    }
    return n;
}

static void test_room(void)
{
    struct path_cache *cache = path_cache_new();

    for (size_t i = 0; i < 2 * PATHS_KEPT; i++) {
        struct path_key key = key_of(i, EXH_PURPOSE_CLAIM);
        struct exh_path path = path_number(i);
        path_cache_keep(cache, &key, &path);
        path_cache_keep(cache, &key, &path); // takes no room of its own
        const size_t first = i < PATHS_KEPT ? 0 : i + 1 - PATHS_KEPT;
        CHECK(count_found(cache, first, i + 1) == i + 1 - first, "%zu: the newest are kept", i);
        CHECK(count_found(cache, 0, first) == 0, "%zu: the oldest are gone", i);
    }
    path_cache_free(cache);
}

static void *use_often(void *ctx)
{
    struct path_cache *cache = ctx;
    intptr_t wrong = 0;

    for (size_t i = 0; i < 20 * CHAINS; i++) {
        const size_t number = i * 7 % CHAINS;
        struct cert cert = { .sha256 = { 0 } };
        struct exh_chain chain = { 1, &cert };
        struct path_key key;
        struct exh_path got, path = path_number(number);
        memcpy(cert.sha256, &number, sizeof number);
        wrong += !path_key_of(&chain, EXH_PURPOSE_CLAIM, &key);
        if (path_cache_find(cache, &key, 1500, &got))
            wrong += got.valid_from != path.valid_from || got.valid_until != path.valid_until;
        else
            path_cache_keep(cache, &key, &path);
        if (i % 500 == 499)
            path_cache_clear(cache);
    }
    return (void *)wrong;
}

static void test_threads(void)
{
    struct path_cache *cache = path_cache_new();
    pthread_t threads[4];

    for (size_t i = 0; i < ARRAY_N(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, use_often, cache) == 0, "thread %zu", i);
    for (size_t i = 0; i < ARRAY_N(threads); i++) {
        void *wrong = cache;
        pthread_join(threads[i], &wrong);
        CHECK(!wrong, "thread %zu: %" PRIdPTR " wrong", i, (intptr_t)wrong);
    }
    path_cache_free(cache);
}

static void add_anchor(struct exh_trust *trust, const struct made *anchor)
{
    char *pem = made_pem(&anchor, 1);
    struct exh_error err = { .text = "" };

    CHECK(exh_trust_add_anchors(trust, EXH_PURPOSE_CLAIM, pem, strlen(pem), &err) == EXH_OK, "%s",
          err.text);
    free(pem);
}

// The path of two certificates; remembered: whether the trust kept one that is valid at the time.
static struct exh_path ask(const struct exh_trust *trust, struct exh_bytes first,
                           struct exh_bytes second, int64_t at, bool *remembered)
{
    const struct exh_bytes certs[] = { first, second };
    struct exh_path path = { .reason = "not parsed" }, kept;
    struct exh_chain *chain = NULL;
    struct exh_error err;
    struct path_key key;

    *remembered = false;
    if (crypto->chain_new(certs, ARRAY_N(certs), &chain, &err) == EXH_OK) {
        path = crypto->chain_path(chain, trust, EXH_PURPOSE_CLAIM, at);
        *remembered = path_key_of(chain, EXH_PURPOSE_CLAIM, &key) &&
                      path_cache_find(trust->paths, &key, at, &kept);
    }
    crypto->chain_free(chain);
    return path;
}

static void test_questions(void)
{
    static const struct {
        const char *name;
        int64_t at;
        bool trusted;
    } rows[] = {
        { "too old, not asked before", SHORT + 1, false },
        { "in time", MADE_AT, true },
        { "the same again", MADE_AT, true },
        { "another time inside", MADE_FROM, true },
        { "the last second", SHORT, true },
        { "too old", SHORT + 1, false },
        { "too early", MADE_FROM - 1, false },
        { "in time after all that", MADE_AT, true },
    };
    struct exh_trust *trust = exh_trust_new();
    bool remembered;

    add_anchor(trust, &root);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_path got = ask(trust, leaf.der, ca.der, rows[i].at, &remembered);
        CHECK(got.trusted == rows[i].trusted && got.known, "%s: %s", rows[i].name, got.reason);
        CHECK(remembered == rows[i].trusted, "%s: remembered or not", rows[i].name);
        CHECK(got.valid_from == MADE_FROM && got.valid_until == SHORT, "%s: times", rows[i].name);
        CHECK(strcmp(got.anchor_name, "root") == 0, "%s: %s", rows[i].name, got.anchor_name);
    }
    exh_trust_free(trust);
}

// What was found with other anchors or usages is forgotten.
static void test_changes(void)
{
    static const char ekus[] = "1.3.6.1.4.1.62558.2.1\n";
    static const char allowed[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    struct exh_trust *trust = exh_trust_new();
    struct exh_error err = { .text = "" };
    struct exh_path got;
    struct path_key key;
    struct exh_chain *chain = NULL;
    const struct exh_bytes certs[] = { leaf.der, ca.der };
    bool remembered;

    add_anchor(trust, &root);
    got = ask(trust, leaf.der, ca.der, MADE_AT, &remembered);
    CHECK(remembered && strcmp(got.anchor_name, "root") == 0, "%s", got.anchor_name);
    add_anchor(trust, &ca); // nearer to the leaf
    got = ask(trust, leaf.der, ca.der, MADE_AT, &remembered);
    CHECK(remembered && strcmp(got.anchor_name, "CA") == 0, "%s", got.anchor_name);

    CHECK(crypto->chain_new(certs, ARRAY_N(certs), &chain, &err) == EXH_OK &&
              path_key_of(chain, EXH_PURPOSE_CLAIM, &key),
          "%s", err.text);
    crypto->chain_free(chain);
    CHECK(exh_trust_set_ekus(trust, ekus, strlen(ekus), &err) == EXH_OK, "%s", err.text);
    CHECK(!path_cache_find(trust->paths, &key, MADE_AT, &got), "kept over other usages");
    got = ask(trust, leaf.der, ca.der, MADE_AT, &remembered);
    CHECK(exh_trust_add_allowed(trust, allowed, strlen(allowed), &err) == EXH_OK, "%s", err.text);
    CHECK(remembered && !path_cache_find(trust->paths, &key, MADE_AT, &got),
          "kept over other allowed ones");
    exh_trust_free(trust);
}

// A chain that differs in one byte from a trusted one is judged by itself.
static void test_bytes(void)
{
    struct exh_trust *trust = exh_trust_new();
    const struct made *which[] = { &leaf, &ca };
    bool remembered;

    add_anchor(trust, &root);
    CHECK(ask(trust, leaf.der, ca.der, MADE_AT, &remembered).trusted, "as it is");
    for (size_t w = 0; w < ARRAY_N(which); w++) {
        const size_t n = which[w]->der.n;
        for (size_t i = 0; i < n; i++) {
            uint8_t *copy = exact_copy(which[w]->der.p, n);
            copy[i] ^= 1;
            const struct exh_bytes changed = { copy, n };
            CHECK(!ask(trust, w == 0 ? changed : leaf.der, w == 1 ? changed : ca.der, MADE_AT,
                       &remembered)
                       .trusted,
                  "certificate %zu, byte %zu", w, i);
            CHECK(!remembered, "certificate %zu, byte %zu: remembered", w, i);
            free(copy);
        }
    }
    CHECK(ask(trust, leaf.der, ca.der, MADE_AT, &remembered).trusted, "as it was");
    exh_trust_free(trust);
}

// More chains than there is room for, each with a validity of its own.
static void test_chains(void)
{
    struct exh_trust *trust = exh_trust_new();
    struct made leaves[CHAINS];
    bool remembered;

    add_anchor(trust, &root);
    for (size_t i = 0; i < CHAINS; i++)
        leaves[i] = make_cert(&(struct recipe){
            .name = "leaf", .issuer = &ca, .until = MADE_AT + 1 + (int64_t)i, .ext = LEAF_EXT });
    for (size_t i = 0; i < 3 * CHAINS; i++) {
        const size_t number = i * 7 % CHAINS;
        struct exh_path got = ask(trust, leaves[number].der, ca.der, MADE_AT, &remembered);
        CHECK(got.trusted && remembered, "chain %zu: %s", number, got.reason);
        CHECK(got.valid_until == MADE_AT + 1 + (int64_t)number, "chain %zu: until %" PRId64, number,
              got.valid_until);
    }
    for (size_t i = 0; i < CHAINS; i++)
        made_free(&leaves[i]);
    exh_trust_free(trust);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    ca = make_cert(&(struct recipe){ .name = "CA",
                                     .issuer = &root,
                                     .ext = { { "basicConstraints", "critical,CA:true" },
                                              { "keyUsage", "critical,keyCertSign" },
                                              { "subjectKeyIdentifier", "hash" },
                                              { "authorityKeyIdentifier", "keyid:always" } } });
    leaf = make_cert(
        &(struct recipe){ .name = "leaf", .issuer = &ca, .until = SHORT, .ext = LEAF_EXT });
    test_times();
    test_keys();
    test_room();
    test_threads();
    test_questions();
    test_changes();
    test_bytes();
    test_chains();
    made_free(&root);
    made_free(&ca);
    made_free(&leaf);
    return check_done();
}
