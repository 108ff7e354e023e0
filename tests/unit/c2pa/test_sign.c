/* test_sign.c -- what exh_sign() writes, for every kind of asset and of sink. */
#include "sign_world.h"

#define METADATA "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:FNumber\":4}"

static const struct exh_sign_options created = { .source_type = "digitalCreation",
                                                 .now = WORLD_NOW };

/* The claim lists exactly the assertions there are, each with its hash. */
static void expect_listed(const char *name, struct world *w)
{
    CHECK(w->claim.refs_n == w->active->assertions.n, "%s: %zu listed, %zu there", name,
          w->claim.refs_n, w->active->assertions.n);
    for (size_t i = 0; i < w->claim.refs_n; i++) {
        struct jumbf_uri u;
        struct store_box *box = NULL;
        if (jumbf_uri_read(w->claim.refs[i].uri.url, &u) && !u.manifest.n)
            box = store_find_box(&w->active->assertions, u.box);
        if (!CHECK(box, "%s: entry %zu leads nowhere", name, i))
            continue;
        const uint8_t *digest = store_digest(box, EXH_SHA256, &fake_crypto, &w->arena);
        CHECK(bytes_equal(w->claim.refs[i].uri.hash, (struct exh_bytes){ digest, 32 }),
              "%s: hash of entry %zu", name, i);
    }
}

/* c2pa.hash.data excludes exactly the store's container bytes, and hashes all others. */
static void expect_bound(const char *name, const struct world *w, struct exh_bytes asset)
{
    const struct span store = w->container.store;
    struct cbor map = world_map(w, "c2pa.hash.data");
    struct cbor range;
    struct cbor_walk walk = cbor_walk(cbor_get(map, "exclusions"));
    struct exh_bytes hash, pad;
    uint64_t start = 0, length = 0;
    uint8_t want[EXH_HASH_MAX];
    struct exh_hasher *h = fake_hash_new(EXH_SHA256);

    CHECK(cbor_count(cbor_get(map, "exclusions")) == 1 && cbor_next(&walk, NULL, &range) &&
              cbor_uint(cbor_get(range, "start"), &start) &&
              cbor_uint(cbor_get(range, "length"), &length),
          "%s: one exclusion", name);
    CHECK(start == store.at && length == store.n, "%s: excluded %ju+%ju, store %ju+%ju", name,
          (uintmax_t)start, (uintmax_t)length, (uintmax_t)store.at, (uintmax_t)store.n);
    CHECK(cbor_bytes(cbor_get(map, "pad"), &pad) && pad.n < 16, "%s: pad is mandatory", name);
    fake_hash_update(h, asset.p, (size_t)store.at);
    fake_hash_update(h, asset.p + store.at + store.n, asset.n - (size_t)(store.at + store.n));
    fake_hash_final(h, want);
    CHECK(cbor_bytes(cbor_get(map, "hash"), &hash) &&
              bytes_equal(hash, (struct exh_bytes){ want, 32 }),
          "%s: hash", name);
    CHECK(cbor_text_is(cbor_get(map, "alg"), "sha256"), "%s: alg", name);
}

/* The shape of a created manifest, for every kind. */
static void test_kinds(void)
{
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        const char *name = world_names[kind];
        struct buf asset = world_asset((enum world_kind)kind, 1000);
        struct exh_signed done;
        struct buf out = world_sign(buf_view(&asset), &created, &done);
        struct world w = world_open(buf_view(&out));

        CHECK(w.store.n == 1 && bytes_are(w.active->label, done.label), "%s: label %s", name,
              done.label);
        CHECK(w.claim.version == 2 && w.claim.alg == EXH_SHA256 && w.claim.refs_n == 2 &&
                  w.claim.refs[0].created && w.claim.refs[1].created,
              "%s: claim", name);
        CHECK(bytes_are(w.claim.signature, "self#jumbf=c2pa.signature"), "%s: signature", name);
        CHECK(bytes_are(w.active->assertions.items[0].label, "c2pa.actions.v2"),
              "%s: actions come first", name);
        CHECK(done.bytes_added == out.n - asset.n, "%s: %ju added", name,
              (uintmax_t)done.bytes_added);
        CHECK(!done.stamped && !done.warning[0], "%s: %s", name, done.warning);
        expect_listed(name, &w);
        if (kind != WORLD_BMFF)
            expect_bound(name, &w, buf_view(&out));
        world_expect_good(name, buf_view(&out), NULL);
        world_close(&w);
        buf_free(&asset);
        buf_free(&out);
    }
}

/* A pipe gets the same bytes as a file. */
static void test_pipe(void)
{
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        struct buf asset = world_asset((enum world_kind)kind, 300000);
        struct exh_error err;
        struct buf file, pipe;
        CHECK(world_sign_as(buf_view(&asset), "person:p", &created, false, &file, NULL, &err) ==
                  EXH_OK,
              "%s: %s", world_names[kind], err.text);
        CHECK(world_sign_as(buf_view(&asset), "person:p", &created, true, &pipe, NULL, &err) ==
                  EXH_OK,
              "%s: %s", world_names[kind], err.text);
        CHECK(bytes_equal(buf_view(&file), buf_view(&pipe)), "%s: pipe and file differ",
              world_names[kind]);
        buf_free(&asset);
        buf_free(&file);
        buf_free(&pipe);
    }
}

/* Numbers of every width: where the exclusion's start or length gets one byte longer. */
static void test_widths(void)
{
    static const size_t sizes[] = { 0,     1,     2,     199,   200,   201,   202,   203,   204,
                                    205,   206,   207,   208,   210,   212,   214,   216,   218,
                                    220,   230,   231,   232,   233,   234,   235,   236,   237,
                                    65480, 65490, 65500, 65508, 65510, 65512, 65514, 65516, 65518 };

    for (size_t i = 0; i < ARRAY_N(sizes); i++) { // the store of a RIFF file starts at its end
        struct buf asset = world_asset(WORLD_RIFF, sizes[i]);
        struct buf out = world_sign(buf_view(&asset), &created, NULL);
        struct world w = world_open(buf_view(&out));
        expect_bound("start", &w, buf_view(&out));
        world_close(&w);
        buf_free(&asset);
        buf_free(&out);
    }

    struct buf asset = world_asset(WORLD_JPEG, 10);
    for (size_t n = 64240; n < 64330; n++) {
        struct buf json = buf_with_limit(WORLD_MAX);
        struct exh_sign_options o = created;
        buf_put_text(
            &json, "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:Flash\":\"");
        while (json.n < n)
            buf_put_u8(&json, 'x');
        buf_put(&json, "\"}", 3);
        o.metadata = (const char *)json.p;
        struct buf out = world_sign(buf_view(&asset), &o, NULL);
        struct world w = world_open(buf_view(&out));
        expect_bound("length", &w, buf_view(&out));
        world_close(&w);
        buf_free(&json);
        buf_free(&out);
    }
    buf_free(&asset);
}

/* A sidecar binds the whole file, which is copied unchanged or not at all. */
static void test_sidecar(void)
{
    struct exh_bytes leaf = bytes_of("person:p");
    const struct exh_signer signer = fake_signer(&leaf);

    for (int kind = 0; kind <= WORLD_KINDS; kind++) {
        const char *name = kind < WORLD_KINDS ? world_names[kind] : "unknown format";
        struct buf asset = world_asset((enum world_kind)kind, 500);
        if (kind == WORLD_KINDS)
            asset.p[0] = asset.p[5] = '?';
        const struct exh_source source = exh_source_memory(asset.p, asset.n);
        uint8_t copy[2000], store[8000];
        struct exh_memory_sink to_copy = { copy, sizeof copy, 0 };
        struct exh_memory_sink to_store = { store, sizeof store, 0 };
        const struct exh_sink sink = exh_sink_memory(&to_copy);
        const struct exh_sink sidecar = exh_sink_memory(&to_store);
        struct exh_sign_options o = created;
        struct exh_error err;
        struct exh_signed done;

        o.crypto = &fake_crypto;
        o.sidecar = &sidecar;
        CHECK(exh_sign(&source, &sink, &signer, &o, &done, &err) == EXH_OK, "%s: %s", name,
              err.text);
        CHECK(to_copy.n == asset.n && memcmp(copy, asset.p, asset.n) == 0, "%s: copy", name);
        CHECK(done.bytes_added == to_store.n, "%s: %ju bytes", name, (uintmax_t)done.bytes_added);
        if (kind < WORLD_KINDS) {
            const struct exh_source beside = exh_source_memory(store, to_store.n);
            world_expect_good(name, buf_view(&asset), &beside);
        }
        to_store.n = 0;
        CHECK(exh_sign(&source, NULL, &signer, &o, NULL, &err) == EXH_OK && to_store.n,
              "%s without a copy: %s", name, err.text);
        buf_free(&asset);
    }
}

/* Metadata, title, thumbnail, generator: where they go. */
static void test_extras(void)
{
    const struct exh_embedded thumbnail = { "image/jpeg", { (const uint8_t *)"\xFF\xD8tiny", 6 } };
    struct exh_sign_options o = created;
    struct buf asset = world_asset(WORLD_PNG, 20);
    struct exh_bytes name;

    o.metadata = METADATA;
    o.title = "Z\xC3\xBCrich";
    o.thumbnail = &thumbnail;
    o.generator = "camera works";
    o.generator_version = "7.1";
    o.hash = EXH_SHA384;
    struct buf out = world_sign(buf_view(&asset), &o, NULL);
    struct world w = world_open(buf_view(&out));
    CHECK(bytes_are(world_assertion(&w, "c2pa.metadata"), METADATA), "metadata as it came");
    CHECK(bytes_are(w.claim.title, o.title), "title");
    CHECK(cbor_text(cbor_get(w.claim.generator, "name"), &name) && bytes_are(name, o.generator),
          "generator");
    CHECK(bytes_equal(world_assertion(&w, "c2pa.thumbnail.claim"), thumbnail.data), "thumbnail");
    CHECK(w.claim.alg == EXH_SHA384 && w.claim.refs[0].uri.hash.n == 48, "SHA-384");
    for (size_t i = 0; i < w.claim.refs_n; i++) {
        const bool metadata = bytes_end(w.claim.refs[i].uri.url, "c2pa.metadata");
        CHECK(w.claim.refs[i].created == !metadata,
              "what stood in the file is gathered, all else created");
    }
    world_expect_good("extras", buf_view(&out), NULL);
    world_close(&w);
    buf_free(&asset);
    buf_free(&out);
}

/* Tokens: reserved, padded when shorter, left out with a warning when there is none. */
static enum exh_status stamp_too_long(void *ctx, enum exh_hash alg, struct exh_bytes digest,
                                      uint8_t *to, size_t size, size_t *n, struct exh_error *err)
{
    (void)ctx, (void)alg, (void)digest, (void)to, (void)err;
    *n = size + 1;
    return EXH_OK;
}

static void test_stamps(void)
{
    static const size_t reserves[] = { 0, 38, 39, 42, 43, 44, 61, 62, 63, 64, 200, 300, 40000 };
    const struct exh_bytes ocsp = { (const uint8_t *)"response", 8 };
    struct buf asset = world_asset(WORLD_JPEG, 100);

    for (size_t i = 0; i < ARRAY_N(reserves); i++)
        for (int answers = 0; answers < 2; answers++) {
            int left = answers;
            const struct exh_stamper stamper = { reserves[i], fake_stamp, &left };
            struct exh_sign_options o = created;
            struct exh_signed done;
            struct cose cose;
            struct exh_error err;
            o.stamper = &stamper;
            o.ocsp = &ocsp;
            o.ocsp_n = 1;
            struct buf out = world_sign(buf_view(&asset), &o, &done);
            struct world w = world_open(buf_view(&out));
            CHECK(cose_read(w.active->signature.data, 0, &cose, &err) == EXH_OK, "%s", err.text);
            CHECK(done.stamped == (answers > 0) && !done.warning[0] == done.stamped, "%zu: %s",
                  reserves[i], done.warning);
            CHECK((cose.stamp.n > 0) == done.stamped && cose.ocsp_n == (size_t)answers,
                  "%zu: responses only beside a token", reserves[i]);
            if (done.stamped)
                CHECK(memcmp(cose.stamp.p + 6, done.imprint, 32) == 0, "the imprint is told");
            world_expect_good("stamped", buf_view(&out), NULL);
            world_close(&w);
            buf_free(&out);
        }

    const struct exh_stamper bad = { 100, stamp_too_long, NULL };
    struct exh_sign_options o = created;
    struct exh_signed done;
    o.stamper = &bad;
    struct buf out = world_sign(buf_view(&asset), &o, &done);
    CHECK(!done.stamped && strstr(done.warning, "101 bytes, 100 were reserved"), "%s",
          done.warning);
    buf_free(&out);
    buf_free(&asset);
}

/* A sink that fails at any call: an error, and nothing else. */
struct failing {
    struct exh_memory_sink memory;
    struct exh_sink inner;
    int left;
};

static enum exh_status failing_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct failing *f = ctx;

    if (f->left-- <= 0)
        return fail(err, EXH_IO, "the disk is full");
    return f->inner.write(f->inner.ctx, p, n, err);
}

static enum exh_status failing_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                     struct exh_error *err)
{
    struct failing *f = ctx;

    if (f->left-- <= 0)
        return fail(err, EXH_IO, "the disk is full");
    return f->inner.patch(f->inner.ctx, at, p, n, err);
}

static void test_failing_sink(void)
{
    struct exh_bytes leaf = bytes_of("person:p");
    const struct exh_signer signer = fake_signer(&leaf);
    uint8_t *room = malloc(WORLD_MAX);

    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        struct buf asset = world_asset((enum world_kind)kind, 300000);
        const struct exh_source source = exh_source_memory(asset.p, asset.n);
        enum exh_status status = EXH_IO;
        struct exh_sign_options o = created;
        o.crypto = &fake_crypto;
        for (int calls = 0; status != EXH_OK && calls < 100; calls++) {
            struct failing f = { .memory = { room, WORLD_MAX, 0 }, .left = calls };
            const struct exh_sink sink = { .write = failing_write,
                                           .patch = failing_patch,
                                           .ctx = &f };
            struct exh_error err;
            f.inner = exh_sink_memory(&f.memory);
            status = exh_sign(&source, &sink, &signer, &o, NULL, &err);
            CHECK(status == EXH_OK || status == EXH_IO, "%s: %s", world_names[kind], err.text);
        }
        CHECK(status == EXH_OK, "%s: enough calls are enough", world_names[kind]);
        buf_free(&asset);
    }
    free(room);
}

/* A signer that fails, randomness that fails. */
static enum exh_status no_signature(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                    struct exh_error *err)
{
    (void)ctx, (void)tbs, (void)signature;
    return fail(err, EXH_CRYPTO, "the key is gone");
}

static enum exh_status no_random(uint8_t *to, size_t n, struct exh_error *err)
{
    (void)to, (void)n;
    return fail(err, EXH_CRYPTO, "no entropy");
}

static void test_failing_crypto(void)
{
    struct buf asset = world_asset(WORLD_JPEG, 100);
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    uint8_t room[8000];
    struct exh_memory_sink memory = { room, sizeof room, 0 };
    const struct exh_sink sink = exh_sink_memory(&memory);
    struct exh_bytes leaf = bytes_of("person:p");
    struct exh_signer signer = fake_signer(&leaf);
    struct exh_crypto crypto = fake_crypto;
    struct exh_sign_options o = created;
    struct exh_error err;

    o.crypto = &crypto;
    signer.sign = no_signature;
    CHECK(exh_sign(&source, &sink, &signer, &o, NULL, &err) == EXH_CRYPTO &&
              strcmp(err.text, "the key is gone") == 0,
          "%s", err.text);
    signer.sign = fake_sign;
    crypto.random = no_random;
    CHECK(exh_sign(&source, &sink, &signer, &o, NULL, &err) == EXH_CRYPTO, "%s", err.text);
    CHECK(exh_sign(&source, NULL, &signer, &o, NULL, NULL) == EXH_INVALID, "nowhere to write");
    buf_free(&asset);
}

/* Out again, and in again. */
static void test_strip(void)
{
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        const char *name = world_names[kind];
        struct buf asset = world_asset((enum world_kind)kind, 700);
        struct buf out = world_sign(buf_view(&asset), &created, NULL);
        const struct exh_source signed_ = exh_source_memory(out.p, out.n);
        uint8_t bare[2000], again[9000], *store = NULL;
        struct exh_memory_sink to_bare = { bare, sizeof bare, 0 };
        struct exh_memory_sink to_again = { again, sizeof again, 0 };
        struct exh_sink sink = exh_sink_memory(&to_bare);
        struct exh_error err;
        size_t n = 0;

        CHECK(exh_strip(&signed_, &sink, &store, &n, &err) == EXH_OK, "%s: %s", name, err.text);
        CHECK(to_bare.n == asset.n && memcmp(bare, asset.p, asset.n) == 0, "%s: stripped", name);
        const struct exh_source source = exh_source_memory(bare, to_bare.n);
        sink = exh_sink_memory(&to_again);
        CHECK(exh_attach(&source, (struct exh_bytes){ store, n }, &sink, &err) == EXH_OK, "%s: %s",
              name, err.text);
        CHECK(to_again.n == out.n && memcmp(again, out.p, out.n) == 0, "%s: attached", name);
        CHECK(exh_attach(&signed_, (struct exh_bytes){ store, n }, &sink, &err) == EXH_INVALID,
              "%s: has one already", name);
        free(store);
        CHECK(exh_strip(&source, &sink, &store, &n, &err) == EXH_NOT_FOUND, "%s: nothing to strip",
              name);
        CHECK(exh_attach(&source, bytes_of("rubbish, not boxes"), &sink, &err) == EXH_MALFORMED,
              "%s: not a store", name);
        buf_free(&asset);
        buf_free(&out);
    }
}

int main(void)
{
    test_kinds();
    test_pipe();
    test_widths();
    test_sidecar();
    test_extras();
    test_stamps();
    test_failing_sink();
    test_failing_crypto();
    test_strip();
    return check_done();
}
