/* test_sign_history.c -- inputs that carry credentials: parents, components, updates, redactions. */
#include "sign_world.h"

#define METADATA "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:FNumber\":4}"
#define OTHER    "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:FNumber\":8}"

static const struct exh_sign_options created = { .source_type = "digitalCreation",
                                                 .metadata = METADATA,
                                                 .now = WORLD_NOW };
static const struct exh_sign_options opened = { .now = WORLD_NOW };

/* Each signature has its own labels and salts. */
static struct buf sign_next(const struct buf *asset, const struct exh_sign_options *o,
                            struct exh_signed *done)
{
    fake_seed++;
    return world_sign(buf_view(asset), o, done);
}

static enum exh_status try_sign(const struct buf *asset, const struct exh_sign_options *o,
                                struct exh_error *err)
{
    struct buf out;

    fake_seed++;
    enum exh_status status = world_sign_as(buf_view(asset), "person:p", o, false, &out, NULL, err);
    buf_free(&out);
    return status;
}

static struct cbor nth(struct cbor array, size_t i)
{
    struct cbor_walk walk = cbor_walk(array);
    struct cbor item = { 0 };

    for (size_t k = 0; k <= i; k++)
        if (!cbor_next(&walk, NULL, &item))
            return (struct cbor){ 0 };
    return item;
}

static struct cbor action(const struct world *w, size_t i)
{
    return nth(cbor_get(world_map(w, "c2pa.actions.v2"), "actions"), i);
}

/* The parent of an unsigned input has no manifest; that of a signed one brings all of its history. */
static void test_opened(void)
{
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        const char *name = world_names[kind];
        struct exh_sign_options o = opened;
        struct buf asset = world_asset((enum world_kind)kind, 100);
        struct exh_signed first;

        o.input_title = "in.bin";
        struct buf one = sign_next(&asset, &o, &first);
        struct world w = world_open(buf_view(&one));
        struct cbor parent = world_map(&w, "c2pa.ingredient.v3");
        CHECK(cbor_text_is(cbor_get(parent, "relationship"), "parentOf") &&
                  cbor_text_is(cbor_get(parent, "dc:title"), "in.bin") &&
                  cbor_text_is(cbor_get(parent, "dc:format"), w.container.mime),
              "%s: parent", name);
        CHECK(cbor_is(cbor_get(parent, "activeManifest"), CBOR_NONE) &&
                  cbor_is(cbor_get(parent, "validationResults"), CBOR_NONE),
              "%s: nothing to refer to", name);
        CHECK(cbor_text_is(cbor_get(action(&w, 0), "action"), "c2pa.opened"), "%s: action", name);
        world_close(&w);
        world_expect_good(name, buf_view(&one), NULL);

        struct buf two = sign_next(&one, &o, NULL);
        w = world_open(buf_view(&two));
        parent = world_map(&w, "c2pa.ingredient.v3");
        CHECK(w.store.n == 2 && bytes_are(w.store.items[0].label, first.label), "%s: history",
              name);
        CHECK(cbor_is(cbor_get(parent, "activeManifest"), CBOR_MAP) &&
                  cbor_is(cbor_get(parent, "claimSignature"), CBOR_MAP),
              "%s: references", name);
        struct cbor results = cbor_get(cbor_get(parent, "validationResults"), "activeManifest");
        CHECK(cbor_count(cbor_get(results, "success")) > 3 &&
                  cbor_is(cbor_get(results, "failure"), CBOR_ARRAY) &&
                  !cbor_count(cbor_get(results, "failure")),
              "%s: what was found", name);
        world_close(&w);
        world_expect_good(name, buf_view(&two), NULL);
        buf_free(&asset);
        buf_free(&one);
        buf_free(&two);
    }
}

/* Components are placed; the same manifest comes once, however often it is brought. */
static void test_components(void)
{
    struct buf png = world_asset(WORLD_PNG, 30), jpeg = world_asset(WORLD_JPEG, 30);
    struct buf one = sign_next(&jpeg, &created, NULL), two = sign_next(&one, &opened, NULL);
    const struct exh_source sources[] = { exh_source_memory(one.p, one.n),
                                          exh_source_memory(two.p, two.n),
                                          exh_source_memory(png.p, png.n),
                                          exh_source_memory((const uint8_t *)"text", 4) };
    const struct exh_ingredient ingredients[] = {
        { &sources[0], "one.jpg", "componentOf" },   { &sources[1], "two.jpg", "componentOf" },
        { &sources[0], "again.jpg", "componentOf" }, { &sources[2], NULL, "componentOf" },
        { &sources[3], "model.txt", "inputTo" },
    };
    struct exh_sign_options o = { .source_type = "composite",
                                  .ingredients = ingredients,
                                  .ingredients_n = ARRAY_N(ingredients),
                                  .now = WORLD_NOW };
    struct buf out = sign_next(&png, &o, NULL);
    struct world w = world_open(buf_view(&out));

    CHECK(w.store.n == 3, "%zu manifests", w.store.n);
    CHECK(cbor_text_is(cbor_get(action(&w, 0), "action"), "c2pa.created"), "first action");
    CHECK(cbor_text_is(cbor_get(action(&w, 1), "action"), "c2pa.placed"), "second action");
    CHECK(cbor_count(cbor_get(cbor_get(action(&w, 1), "parameters"), "ingredients")) == 4,
          "four are placed, the input of a model is not");
    CHECK(store_find_box(&w.active->assertions, bytes_of("c2pa.ingredient.v3__4")), "five labels");
    CHECK(cbor_text_is(cbor_get(world_map(&w, "c2pa.ingredient.v3__4"), "dc:format"),
                       "application/octet-stream"),
          "a format that is not known");
    world_close(&w);
    world_expect_good("components", buf_view(&out), NULL);
    buf_free(&png);
    buf_free(&jpeg);
    buf_free(&one);
    buf_free(&two);
    buf_free(&out);
}

/* A manifest that was altered comes under another label beside the sound one, with what was found. */
static void test_conflict(void)
{
    struct buf png = world_asset(WORLD_PNG, 30), jpeg = world_asset(WORLD_JPEG, 30);
    struct exh_signed done;
    struct buf good = sign_next(&jpeg, &created, &done), bad = buf_with_limit(WORLD_MAX);
    size_t at = 0;

    buf_put(&bad, good.p, good.n);
    while (memcmp(bad.p + at, "FNumber", 7) != 0)
        at++;
    bad.p[at] = 'G';
    const struct exh_source sources[] = { exh_source_memory(good.p, good.n),
                                          exh_source_memory(bad.p, bad.n) };
    const struct exh_ingredient ingredients[] = { { &sources[0], "good", "componentOf" },
                                                  { &sources[1], "bad", "componentOf" } };
    struct exh_sign_options o = {
        .source_type = "composite", .ingredients = ingredients, .ingredients_n = 2, .now = WORLD_NOW
    };
    struct exh_signed composed;
    struct buf out = sign_next(&png, &o, &composed);
    struct world w = world_open(buf_view(&out));
    struct cbor results = cbor_get(
        cbor_get(world_map(&w, "c2pa.ingredient.v3__1"), "validationResults"), "activeManifest");
    char label[200];
    struct exh_bytes url;

    snprintf(label, sizeof label, "%s::1_1", done.label);
    CHECK(w.store.n == 3 && bytes_are(w.store.items[1].label, label), "relabelled");
    CHECK(strstr(composed.warning, "bad"), "warned: %s", composed.warning);
    struct cbor failure = nth(cbor_get(results, "failure"), 0);
    snprintf(label, sizeof label, "self#jumbf=/c2pa/%s::1_1/", done.label);
    CHECK(cbor_text(cbor_get(failure, "url"), &url) && bytes_start(url, label),
          "what was found names the new label: %.*s", (int)url.n, (const char *)url.p);
    world_close(&w);
    struct exh_report *r = world_judge(buf_view(&out), NULL);
    CHECK(r->integrity == EXH_INTACT, "the composition itself is sound: %s", r->headline);
    exh_report_free(r);
    buf_free(&png);
    buf_free(&jpeg);
    buf_free(&good);
    buf_free(&bad);
    buf_free(&out);
}

static bool has_update(enum world_kind kind)
{
    return kind != WORLD_RIFF;
}

/* Out and in again, where the format has one place for all manifests. */
static void expect_strip_and_attach(const char *name, enum world_kind kind, const struct buf *asset)
{
    const struct exh_source source = exh_source_memory(asset->p, asset->n);
    struct exh_memory_sink memory[] = { { malloc(WORLD_MAX), WORLD_MAX, 0 },
                                        { malloc(WORLD_MAX), WORLD_MAX, 0 } };
    const struct exh_sink sinks[] = { exh_sink_memory(&memory[0]), exh_sink_memory(&memory[1]) };
    uint8_t *store = NULL;
    struct exh_error err;
    size_t n = 0;

    CHECK(exh_strip(&source, &sinks[0], &store, &n, &err) == EXH_OK && n, "%s: %s", name, err.text);
    const struct exh_source bare = exh_source_memory(memory[0].p, memory[0].n);
    const enum exh_status got = exh_attach(&bare, (struct exh_bytes){ store, n }, &sinks[1], &err);
    if (kind == WORLD_BMFF)
        CHECK(got == EXH_UNSUPPORTED && strstr(err.text, "cannot be put back"), "%s: %s", name,
              err.text);
    else
        CHECK(got == EXH_OK && memory[1].n == asset->n &&
                  memcmp(memory[1].p, asset->p, asset->n) == 0,
              "%s: as it was: %s", name, err.text);
    free(store);
    free(memory[0].p);
    free(memory[1].p);
}

/* Updates of updates; the binding of the first manifest goes on to hold. */
static void test_update(void)
{
    const struct exh_bytes status = { (const uint8_t *)"response", 8 };
    const struct exh_stamper stamper = { 0, fake_stamp, NULL };
    const struct exh_sign_options updates[] = {
        { .update = true, .metadata = OTHER, .now = WORLD_NOW },
        { .update = true, .status = &status, .status_n = 1, .now = WORLD_NOW },
        { .update = true, .stamper = &stamper, .stamp_active = true, .now = WORLD_NOW },
    };

    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        const char *name = world_names[kind];
        struct buf asset = world_asset((enum world_kind)kind, 100);
        struct buf now = sign_next(&asset, &created, NULL);
        if (!has_update((enum world_kind)kind)) {
            struct exh_error err;
            CHECK(try_sign(&now, &updates[0], &err) == EXH_UNSUPPORTED &&
                      strstr(err.text, "no room"),
                  "%s: %s", name, err.text);
        }
        for (size_t i = 0; i < ARRAY_N(updates) && has_update((enum world_kind)kind); i++) {
            struct exh_signed done;
            struct buf next = sign_next(&now, &updates[i], &done);
            struct world w = world_open(buf_view(&next));
            CHECK(w.store.n == i + 2 && w.active->kind == MANIFEST_UPDATE, "%s: update %zu", name,
                  i);
            CHECK((w.container.update_jumbf.n > 0) == (kind == WORLD_BMFF), "%s: its place", name);
            CHECK(done.stamped == (updates[i].stamper != NULL), "%s: %s", name, done.warning);
            if (updates[i].metadata)
                CHECK(cbor_text_is(cbor_get(action(&w, 0), "action"), "c2pa.edited.metadata"),
                      "%s: action", name);
            if (updates[i].stamp_active)
                CHECK(cbor_count(world_map(&w, "c2pa.time-stamp")) == 3,
                      "%s: every manifest before is attested", name);
            world_close(&w);
            world_expect_good(name, buf_view(&next), NULL);
            expect_strip_and_attach(name, (enum world_kind)kind, &next);
            buf_free(&now);
            now = next;
        }
        buf_free(&now);
        buf_free(&asset);
    }
}

/* What is attested once is not asked for again; a refusal of the authority is the end. */
static void test_late_stamps(void)
{
    const struct exh_stamper always = { 0, fake_stamp, NULL };
    struct exh_sign_options o = {
        .update = true, .stamper = &always, .stamp_active = true, .now = WORLD_NOW
    };
    struct buf asset = world_asset(WORLD_JPEG, 100);
    struct exh_signed done;
    struct buf one = sign_next(&asset, &created, &done), two = sign_next(&one, &o, NULL);
    struct world w = world_open(buf_view(&two));
    struct cbor_walk walk = cbor_walk(world_map(&w, "c2pa.time-stamp"));
    struct cbor key, value;
    struct exh_bytes label, token;

    CHECK(cbor_next(&walk, &key, &value) && cbor_text(key, &label) &&
              bytes_are(label, done.label) && cbor_bytes(value, &token) && token.n == 38 &&
              memcmp(token.p + 6, done.late_imprint, 32) == 0,
          "the late imprint of the first signature");
    world_close(&w);
    struct exh_report *r = world_judge(buf_view(&two), NULL);
    CHECK(r->manifests[0].stamped && r->manifests[0].stamp_trusted &&
              r->manifests[0].stamp_time == 1000000000,
          "and is believed");
    exh_report_free(r);

    struct exh_error err;
    CHECK(try_sign(&two, &o, &err) == EXH_INVALID && strstr(err.text, "nothing to"), "again: %s",
          err.text);
    int left = 0;
    const struct exh_stamper never = { 0, fake_stamp, &left };
    o.stamper = &never;
    CHECK(try_sign(&one, &o, &err) == EXH_NETWORK, "no authority: %s", err.text);
    buf_free(&asset);
    buf_free(&one);
    buf_free(&two);
}

/* Redactions, by an update and by a standard manifest, in every kind. */
static void test_redactions(void)
{
    for (int kind = 0; kind < WORLD_KINDS; kind++)
        for (int update = 0; update < 2; update++) {
            const char *name = world_names[kind];
            struct buf asset = world_asset((enum world_kind)kind, 100);
            struct exh_signed done;
            struct buf one = sign_next(&asset, &created, &done);
            char url[200];
            snprintf(url, sizeof url, "self#jumbf=/c2pa/%s/c2pa.assertions/c2pa.metadata",
                     done.label);
            const struct exh_redaction redaction = { url, update ? NULL : "c2pa.PII.present" };
            const struct exh_sign_options o = {
                .update = update > 0, .redactions = &redaction, .redactions_n = 1, .now = WORLD_NOW
            };
            if (update && !has_update((enum world_kind)kind)) {
                buf_free(&asset);
                buf_free(&one);
                continue;
            }
            struct buf two = sign_next(&one, &o, NULL);
            struct world w = world_open(buf_view(&two));
            struct cbor redacted = action(&w, update ? 0 : 1);
            bool found = false;
            for (size_t i = 0; i + 7 < two.n; i++)
                found |= memcmp(two.p + i, "FNumber", 7) == 0;
            CHECK(!found, "%s: the metadata is still in the file", name);
            CHECK(w.claim.redactions_n == 1 && bytes_are(w.claim.redactions[0], url),
                  "%s: declared", name);
            CHECK(cbor_text_is(cbor_get(redacted, "action"), "c2pa.redacted") &&
                      cbor_text_is(cbor_get(redacted, "reason"),
                                   update ? "org.exhibit.unstated" : "c2pa.PII.present") &&
                      cbor_text_is(cbor_get(cbor_get(redacted, "parameters"), "redacted"), url),
                  "%s: action", name);
            world_close(&w);
            world_expect_good(name, buf_view(&two), NULL);
            buf_free(&asset);
            buf_free(&one);
            buf_free(&two);
        }
}

/* Sidecars as input and as output of an update. */
static void test_sidecar_update(void)
{
    struct buf asset = world_asset(WORLD_RIFF, 60);
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    const struct exh_bytes leaf = bytes_of("person:p");
    const struct exh_signer signer = fake_signer(&leaf);
    uint8_t room[2][20000];
    struct exh_memory_sink memory[] = { { room[0], sizeof room[0], 0 },
                                        { room[1], sizeof room[1], 0 } };
    const struct exh_sink sinks[] = { exh_sink_memory(&memory[0]), exh_sink_memory(&memory[1]) };
    struct exh_sign_options o = created;
    struct exh_error err;

    o.crypto = &fake_crypto;
    o.sidecar = &sinks[0];
    fake_seed++;
    CHECK(exh_sign(&source, NULL, &signer, &o, NULL, &err) == EXH_OK, "%s", err.text);
    const struct exh_source first = exh_source_memory(room[0], memory[0].n);
    o = (struct exh_sign_options){ .crypto = &fake_crypto,
                                   .update = true,
                                   .metadata = OTHER,
                                   .store = &first,
                                   .sidecar = &sinks[1],
                                   .now = WORLD_NOW };
    fake_seed++;
    CHECK(exh_sign(&source, NULL, &signer, &o, NULL, &err) == EXH_OK, "%s", err.text);
    const struct exh_source second = exh_source_memory(room[1], memory[1].n);
    world_expect_good("sidecar, updated", buf_view(&asset), &second);

    o.store = &source; // the asset itself is no sidecar
    CHECK(exh_sign(&source, NULL, &signer, &o, NULL, &err) == EXH_MALFORMED, "%s", err.text);
    buf_free(&asset);
}

/* Options and inputs that contradict each other. */
static void test_refusals(void)
{
    const struct exh_stamper stamper = { 0, fake_stamp, NULL };
    const struct exh_bytes ocsp = { (const uint8_t *)"x", 1 }, empty = { 0 };
    const struct exh_embedded thumbnail = { "image/jpeg", { (const uint8_t *)"x", 1 } };
    const struct exh_embedded odd = { "jpeg", { (const uint8_t *)"x", 1 } };
    const struct exh_source text = exh_source_memory((const uint8_t *)"text", 4);
    const struct exh_ingredient parent = { &text, "x", "parentOf" };
    const struct exh_ingredient component = { &text, "x", "componentOf" };
    const struct exh_redaction twice[] = { { "self#jumbf=/c2pa/a/c2pa.assertions/b", NULL },
                                           { "self#jumbf=/c2pa/a/c2pa.assertions/b", NULL } };
    const struct {
        const char *name;
        bool signed_before;
        struct exh_sign_options o;
        enum exh_status want;
        const char *says;
    } cases[] = {
        { "created over a history", true, { .source_type = "print" }, EXH_INVALID, "history" },
        { "update of nothing",
          false,
          { .update = true, .metadata = OTHER },
          EXH_NOT_FOUND,
          "no credential" },
        { "update with a source type",
          true,
          { .update = true, .source_type = "print", .metadata = OTHER },
          EXH_INVALID,
          "makes no picture" },
        { "update with a thumbnail",
          true,
          { .update = true, .metadata = OTHER, .thumbnail = &thumbnail },
          EXH_INVALID,
          "thumbnail" },
        { "update with a component",
          true,
          { .update = true, .metadata = OTHER, .ingredients = &component, .ingredients_n = 1 },
          EXH_INVALID,
          "its parent" },
        { "update at the end",
          true,
          { .update = true, .metadata = OTHER, .append = true },
          EXH_INVALID,
          "where the manifests lie" },
        { "update with nothing to say", true, { .update = true }, EXH_INVALID, "nothing to say" },
        { "late stamp of nobody",
          true,
          { .update = true, .stamp_active = true },
          EXH_INVALID,
          "authority" },
        { "responses without a stamp",
          false,
          { .ocsp = &ocsp, .ocsp_n = 1 },
          EXH_INVALID,
          "beside a time-stamp" },
        { "an empty response",
          false,
          { .stamper = &stamper, .ocsp = &empty, .ocsp_n = 1 },
          EXH_INVALID,
          "0 bytes" },
        { "too many responses",
          false,
          { .update = true, .status = &ocsp, .status_n = 17 },
          EXH_INVALID,
          "at most 16" },
        { "unknown type", false, { .source_type = "photo" }, EXH_INVALID, "known are" },
        { "a second parent",
          false,
          { .ingredients = &parent, .ingredients_n = 1 },
          EXH_INVALID,
          "not parentOf" },
        { "too many components",
          false,
          { .ingredients = &component, .ingredients_n = EXH_INGREDIENTS_MAX + 1 },
          EXH_INVALID,
          "at most 256" },
        { "the same redaction twice",
          true,
          { .redactions = twice, .redactions_n = 2 },
          EXH_INVALID,
          "twice" },
        { "redaction of a stranger",
          true,
          { .redactions = twice, .redactions_n = 1 },
          EXH_NOT_FOUND,
          "no ingredient" },
        { "a media type", false, { .thumbnail = &odd }, EXH_INVALID, "media type" },
        { "a title", false, { .title = "\xC3" }, EXH_INVALID, "not UTF-8" },
        { "a generator", false, { .generator = "" }, EXH_INVALID, "empty" },
        { "an algorithm", false, { .hash = (enum exh_hash)9 }, EXH_INVALID, "unknown" },
        { "metadata", false, { .metadata = "{" }, EXH_INVALID, "metadata" },
        { "metadata without context", false, { .metadata = "{\"a\":1}" }, EXH_INVALID, "@context" },
        { "metadata of its own",
          false,
          { .metadata = "{\"@context\":{\"x\":\"http://x\"},\"x:a\":1}" },
          EXH_INVALID,
          "x:a" },
        { "metadata that is a list", false, { .metadata = "[]" }, EXH_INVALID, "JSON-LD" },
        { "at the end of a JPEG", false, { .append = true }, EXH_UNSUPPORTED, "base media" },
        { "a history without a clock", true, { .now = EXH_NO_TIME }, EXH_INVALID, "clock" },
    };
    struct buf asset = world_asset(WORLD_JPEG, 100);
    struct buf one = sign_next(&asset, &created, NULL);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_sign_options o = cases[i].o;
        struct exh_error err = { 0 };
        if (!o.now)
            o.now = WORLD_NOW;
        const enum exh_status got = try_sign(cases[i].signed_before ? &one : &asset, &o, &err);
        CHECK(got == cases[i].want && strstr(err.text, cases[i].says), "%s: status %u, %s",
              cases[i].name, got, err.text);
    }

    struct buf altered = buf_with_limit(WORLD_MAX);
    const struct exh_sign_options update = { .update = true, .metadata = OTHER, .now = WORLD_NOW };
    struct exh_error err;
    buf_put(&altered, one.p, one.n);
    altered.p[altered.n - 10] ^= 1;
    CHECK(try_sign(&altered, &update, &err) == EXH_INVALID && strstr(err.text, "cannot repair"),
          "an update of what was altered: %s", err.text);
    struct exh_signed done;
    struct buf over = sign_next(&altered, &opened, &done);
    CHECK(done.warning[0], "an edit of what was altered is possible, with a warning");
    buf_free(&altered);
    buf_free(&over);
    buf_free(&asset);
    buf_free(&one);
}

/* Every cut and every flipped byte of a signed input: signed over or refused, never worse. */
static void test_hostile(void)
{
    struct buf asset = world_asset(WORLD_JPEG, 20);
    struct buf one = sign_next(&asset, &created, NULL), bad = buf_with_limit(WORLD_MAX);
    struct exh_error err;

    for (size_t n = 0; n < one.n; n += 3) {
        buf_clear(&bad);
        buf_put(&bad, one.p, n);
        try_sign(&bad, &opened, &err);
    }
    for (size_t at = 0; at < one.n; at++) {
        buf_clear(&bad);
        buf_put(&bad, one.p, one.n);
        bad.p[at] ^= (uint8_t)(1 << at % 8);
        CHECK(try_sign(&bad, &opened, &err) == EXH_OK || err.text[0], "byte %zu", at);
    }
    buf_free(&asset);
    buf_free(&one);
    buf_free(&bad);
}

int main(void)
{
    test_opened();
    test_components();
    test_conflict();
    test_update();
    test_late_stamps();
    test_redactions();
    test_sidecar_update();
    test_refusals();
    test_hostile();
    return check_done();
}
