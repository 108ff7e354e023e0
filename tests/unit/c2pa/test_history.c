#include "c2pa/history.h"

#include "fake_crypto.h"
#include "make_store.h"

#define URN_A          "urn:c2pa:aaaaaaaa-0000-4000-8000-000000000000"
#define URN_B          "urn:c2pa:bbbbbbbb-0000-4000-8000-000000000000"
#define URN_C          "urn:c2pa:cccccccc-0000-4000-8000-000000000000"
#define TO(urn, label) "self#jumbf=/c2pa/" urn "/c2pa.assertions/" label

static size_t add(struct history *h, const struct make_manifest *manifests, size_t n)
{
    struct buf store = make_store(manifests, n);
    struct exh_error err;
    size_t active = 999;

    CHECK(history_add(h, &store, HISTORY_MAIN, &active, &err) == EXH_OK, "add: %s", err.text);
    CHECK(!store.p, "the store is the history's now");
    return active;
}

static bool labelled(const struct history *h, size_t i, const char *label)
{
    return i < h->n && bytes_are(h->items[i].label, label);
}

static struct history new_history(void)
{
    return (struct history){ .crypto = &fake_crypto };
}

/* The same manifest is kept once; order is kept; what is written is what came in. */
static void test_same(void)
{
    const struct make_manifest ab[] = { { .four = "c2ma",
                                          .label = URN_A,
                                          .claim = "a",
                                          .assertions = { { .label = "x", .text = "1" } } },
                                        { .four = "c2um", .label = URN_B, .claim = "b" } };
    const struct make_manifest ca[] = { ab[0], { .four = "c2ma", .label = URN_C, .claim = "c" } };
    struct history h = new_history();
    struct buf out = buf_with_limit(MAKE_STORE_MAX), want = make_store(ab, 2);

    CHECK(add(&h, ab, 2) == 1, "the last manifest is the active one");
    CHECK(history_size(&h, HISTORY_MAIN) == want.n - 38, "size");
    history_put(&h, HISTORY_MAIN, &out);
    CHECK(out.n == want.n - 38 && memcmp(out.p, want.p + 38, out.n) == 0, "bytes are kept");
    CHECK(add(&h, ca, 2) == 2 && h.n == 3, "%zu items", h.n);
    CHECK(add(&h, ab, 1) == 0 && h.n == 3, "one that is there already");
    CHECK(h.items[1].update && !h.items[0].update, "kinds");
    CHECK(!history_changed(&h, HISTORY_MAIN), "nothing changed");
    history_free(&h);
    buf_free(&out);
    buf_free(&want);
}

/* Another manifest under the same label gets the next free one. */
static void test_conflicts(void)
{
    static const struct {
        const char *label, *first, *second;
    } cases[] = {
        { URN_A, URN_A "::1_1", URN_A "::2_1" },
        { URN_A ":acme", URN_A ":acme:1_1", URN_A ":acme:2_1" },
        { URN_A ":acme:4_1", URN_A ":acme:1_1", URN_A ":acme:2_1" },
        { "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000",
          "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000::1_1",
          "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000::2_1" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct make_manifest m = { .four = "c2ma", .label = cases[i].label, .claim = "first" };
        struct history h = new_history();
        struct buf out = buf_with_limit(MAKE_STORE_MAX);
        struct exh_error err;
        struct jumbf top;
        add(&h, &m, 1);
        m.claim = "second";
        CHECK(add(&h, &m, 1) == 1 && labelled(&h, 1, cases[i].first), "%s: first is %.*s",
              cases[i].label, (int)h.items[1].label.n, (const char *)h.items[1].label.p);
        m.claim = "third";
        CHECK(add(&h, &m, 1) == 2 && labelled(&h, 2, cases[i].second), "%s: second",
              cases[i].label);
        CHECK(labelled(&h, 0, cases[i].label), "%s: the first keeps its label", cases[i].label);

        const size_t store = make_open(&out, "c2pa", "c2pa");
        history_put(&h, HISTORY_MAIN, &out);
        jumbf_put_close(&out, store);
        CHECK(jumbf_check(buf_view(&out), 0, false, &top, &err) == EXH_OK, "%s: %s", cases[i].label,
              err.text);
        history_free(&h);
        buf_free(&out);
    }
}

/* A store with one compressed manifest, of which the last bytes are missing. */
static struct buf pack(const struct make_manifest *m, size_t cut)
{
    struct buf inner = buf_with_limit(MAKE_STORE_MAX), b = buf_with_limit(MAKE_STORE_MAX);

    make_manifest(&inner, m);
    const size_t store = make_open(&b, "c2pa", "c2pa");
    const size_t outer = make_open(&b, "c2cm", m->label);
    const size_t brob = jumbf_put_box_open(&b, "brob");
    for (size_t i = 0; i < inner.n - cut; i++)
        buf_put_u8(&b, (uint8_t)~inner.p[i]);
    jumbf_put_close(&b, brob);
    jumbf_put_close(&b, outer);
    jumbf_put_close(&b, store);
    buf_free(&inner);
    return b;
}

/* A compressed manifest is kept as it is, until it must change. */
static void test_compressed(void)
{
    const struct make_manifest m = {
        .four = "c2um", .label = URN_A, .claim = "packed", .alg = "sha384"
    };
    struct make_manifest other = { .four = "c2ma", .label = URN_A, .claim = "other" };
    struct history h = new_history();
    struct buf store = pack(&m, 0);
    struct held_parts parts;
    struct exh_error err;
    size_t active;

    CHECK(history_add(&h, &store, HISTORY_MAIN, &active, &err) == EXH_OK, "%s", err.text);
    CHECK(h.items[0].compressed && h.items[0].manifest, "kept as it is");
    CHECK(history_parts(&h, 0, &parts, &err) == EXH_OK && parts.alg == EXH_SHA384, "inside: %s",
          err.text);
    CHECK(h.items[0].compressed, "looking does not change it");
    CHECK(add(&h, &other, 1) == 1 && labelled(&h, 1, URN_A "::1_1"), "conflict");
    CHECK(history_expand(&h, 0, &err) == EXH_OK && !h.items[0].compressed && h.items[0].update,
          "unpacked: %s", err.text);
    CHECK(history_changed(&h, HISTORY_MAIN), "changed");
    history_free(&h);

    store = pack(&m, 1);
    h = new_history();
    CHECK(history_add(&h, &store, HISTORY_MAIN, &active, &err) == EXH_OK, "%s", err.text);
    CHECK(history_expand(&h, 0, &err) == EXH_MALFORMED, "damaged inside: %s", err.text);
    history_free(&h);
}

static size_t assertions_of(const struct history *h, size_t i, const char *label)
{
    size_t n = 0;

    for (size_t at = 0; at + strlen(label) < h->items[i].content.n; at++)
        n += memcmp(h->items[i].content.p + at, label, strlen(label)) == 0;
    return n;
}

/* Versions that differ by declared redactions become one; others are in conflict. */
static void test_redacted_versions(void)
{
    const struct make_manifest full = { .four = "c2ma",
                                        .label = URN_A,
                                        .claim = "a",
                                        .unlisted = true,
                                        .assertions = { { .label = "one", .text = "1" },
                                                        { .label = "two", .text = "2" },
                                                        { .label = "three", .text = "3" } } };
    struct make_manifest less = full, blank = full, altered = full;
    const struct make_manifest declares_one = {
        .four = "c2ma", .label = URN_B, .claim = "b", .redacts = TO(URN_A, "one")
    };
    const struct make_manifest declares_two = {
        .four = "c2ma", .label = URN_C, .claim = "c", .redacts = TO(URN_A, "two")
    };

    less.assertions[0] = full.assertions[2]; // without "one"
    less.assertions[1] = full.assertions[1];
    less.assertions[2] = (struct make_assertion){ 0 };
    blank.assertions[1].redacted = true;
    altered.assertions[2].text = "other";

    struct history h = new_history();
    add(&h, (struct make_manifest[]){ full, declares_two }, 2);
    add(&h, (struct make_manifest[]){ less, declares_one }, 2);
    CHECK(h.n == 3 && !assertions_of(&h, 0, "one") && assertions_of(&h, 0, "two"),
          "the held one loses what is redacted in the new one");
    CHECK(history_changed(&h, HISTORY_MAIN), "changed");
    add(&h, (struct make_manifest[]){ blank, declares_two }, 2);
    CHECK(h.n == 3 && !assertions_of(&h, 0, "two") && assertions_of(&h, 0, "three"),
          "and what is blank in a third: the union of all");
    add(&h, &full, 1);
    CHECK(h.n == 3 && !assertions_of(&h, 0, "one"), "the full version brings nothing back");
    add(&h, &altered, 1);
    CHECK(h.n == 4 && labelled(&h, 3, URN_A "::1_1"), "an altered one is another one");
    history_free(&h);

    h = new_history();
    add(&h, &full, 1);
    add(&h, &less, 1);
    CHECK(h.n == 2 && assertions_of(&h, 0, "one"), "nobody declared it: no redaction");
    history_free(&h);
}

/* Redaction cuts an assertion, and what only it led to. */
static void test_redact(void)
{
    const struct make_manifest family[] = {
        { .four = "c2ma",
          .label = URN_A,
          .claim = "a",
          .assertions = { { .label = "x.note", .text = "1" } } },
        { .four = "c2ma",
          .label = URN_B,
          .claim = "b",
          .assertions = { { .label = "c2pa.ingredient.v3", .parent = URN_A },
                          { .label = "x.note", .text = "2" },
                          { .label = "c2pa.actions.v2", .text = "" },
                          { .label = "c2pa.hash.data", .text = "" } } },
        { .four = "c2um",
          .label = URN_C,
          .claim = "c",
          .assertions = { { .label = "c2pa.ingredient.v3", .parent = URN_B } } },
    };
    static const struct {
        const char *url;
        enum exh_status want;
        size_t left; // manifests
    } cases[] = {
        { TO(URN_B, "x.note"), EXH_OK, 3 },
        { TO(URN_A, "x.note"), EXH_OK, 3 },
        { TO(URN_B, "c2pa.ingredient.v3"), EXH_OK, 2 },
        { TO(URN_B, "c2pa.actions.v2"), EXH_INVALID, 3 },
        { TO(URN_B, "c2pa.hash.data"), EXH_INVALID, 3 },
        { TO(URN_C, "c2pa.ingredient.v3"), EXH_INVALID, 3 },
        { TO(URN_B, "x.other"), EXH_NOT_FOUND, 3 },
        { TO("urn:c2pa:none", "x.note"), EXH_NOT_FOUND, 3 },
        { "self#jumbf=c2pa.assertions/x.note", EXH_INVALID, 3 },
        { "self#jumbf=/c2pa/" URN_B "/c2pa.databoxes/x", EXH_INVALID, 3 },
        { "self#jumbf=/c2pa/" URN_B "/c2pa.signature", EXH_INVALID, 3 },
        { "https://example.org", EXH_INVALID, 3 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct history h = new_history();
        struct buf out = buf_with_limit(MAKE_STORE_MAX);
        struct exh_error err;
        struct jumbf top;
        const size_t root = add(&h, family, 3);
        const size_t before = history_size(&h, HISTORY_MAIN);
        size_t left = 0;
        const enum exh_status got = history_redact(&h, cases[i].url, &root, 1, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].url, got, err.text);
        for (size_t k = 0; k < h.n; k++)
            left += !h.items[k].gone;
        CHECK(left == cases[i].left, "%s: %zu manifests left", cases[i].url, left);
        CHECK((history_size(&h, HISTORY_MAIN) < before) == (got == EXH_OK), "%s: size",
              cases[i].url);

        const size_t store = make_open(&out, "c2pa", "c2pa");
        history_put(&h, HISTORY_MAIN, &out);
        jumbf_put_close(&out, store);
        CHECK(jumbf_check(buf_view(&out), 0, false, &top, &err) == EXH_OK, "%s: %s", cases[i].url,
              err.text);
        history_free(&h);
        buf_free(&out);
    }
}

/* What the claim does not list was never stated, so that there is nothing to take back. */
static void test_unlisted(void)
{
    const struct make_manifest m = { .four = "c2ma",
                                     .label = URN_A,
                                     .claim = "a",
                                     .unlisted = true,
                                     .assertions = { { .label = "x.note", .text = "1" } } };
    struct history h = new_history();
    struct exh_error err;
    const size_t root = add(&h, &m, 1);

    CHECK(history_redact(&h, TO(URN_A, "x.note"), &root, 1, &err) == EXH_NOT_FOUND &&
              strstr(err.text, "lists no assertion"),
          "%s", err.text);
    history_free(&h);
}

/* What another ingredient leads to stays, also when one way to it is cut. */
static void test_shared(void)
{
    const struct make_manifest one[] = {
        { .four = "c2ma", .label = URN_A, .claim = "a" },
        { .four = "c2ma",
          .label = URN_B,
          .claim = "b",
          .assertions = { { .label = "c2pa.ingredient.v3", .parent = URN_A } } },
    };
    const struct make_manifest two[] = {
        one[0],
        { .four = "c2ma",
          .label = URN_C,
          .claim = "c",
          .assertions = { { .label = "c2pa.ingredient.v3", .parent = URN_A } } },
    };
    struct history h = new_history();
    struct exh_error err;
    size_t roots[2];

    roots[0] = add(&h, one, 2);
    roots[1] = add(&h, two, 2);
    CHECK(history_redact(&h, TO(URN_B, "c2pa.ingredient.v3"), roots, 2, &err) == EXH_OK, "%s",
          err.text);
    CHECK(!h.items[0].gone, "the other ingredient still leads to it");
    CHECK(history_redact(&h, TO(URN_C, "c2pa.ingredient.v3"), roots, 2, &err) == EXH_OK, "%s",
          err.text);
    CHECK(h.items[0].gone && !h.items[1].gone, "now nothing does");
    history_free(&h);
}

/* Stores that are none. */
static void test_refusals(void)
{
    struct history h = new_history();
    struct exh_error err;
    size_t active;
    const struct make_manifest m = { .four = "c2ma", .label = URN_A, .claim = "a" };

    struct buf empty = make_store(&m, 0);
    CHECK(history_add(&h, &empty, HISTORY_MAIN, &active, &err) == EXH_NOT_FOUND, "empty: %s",
          err.text);
    struct buf short_ = make_store(&m, 1);
    short_.n--;
    CHECK(history_add(&h, &short_, HISTORY_MAIN, &active, &err) == EXH_MALFORMED, "cut: %s",
          err.text);
    buf_free(&short_);

    const struct make_manifest slash = { .four = "c2ma", .label = "urn:a/b", .claim = "a" };
    struct buf odd = make_store(&slash, 1);
    CHECK(history_add(&h, &odd, HISTORY_MAIN, &active, &err) == EXH_MALFORMED, "label: %s",
          err.text);
    buf_free(&odd);

    struct buf foreign = buf_with_limit(MAKE_STORE_MAX);
    make_manifest(&foreign, &m);
    CHECK(history_add(&h, &foreign, HISTORY_MAIN, &active, &err) == EXH_MALFORMED,
          "a manifest is no store: %s", err.text);
    buf_free(&foreign);
    history_free(&h);
}

int main(void)
{
    test_same();
    test_conflicts();
    test_compressed();
    test_redacted_versions();
    test_redact();
    test_unlisted();
    test_shared();
    test_refusals();
    return check_done();
}
