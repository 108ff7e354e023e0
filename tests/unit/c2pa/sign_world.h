/*
 * sign_world.h -- small assets of every kind, signed in memory with fake_crypto.h, and judged.
 */
#ifndef TESTS_SIGN_WORLD_H
#define TESTS_SIGN_WORLD_H

#include <exhibit/verify.h>

#include "base/arena.h"
#include "base/crc32.h"
#include "base/text.h"
#include "c2pa/claim.h"
#include "c2pa/cose.h"
#include "c2pa/labels.h"
#include "c2pa/store.h"
#include "fake_crypto.h"
#include "formats/container.h"

#define WORLD_MAX ((size_t)4 << 20)
#define WORLD_NOW 1795251600 // 2026-11-21T09:00:00Z

enum world_kind { WORLD_JPEG, WORLD_PNG, WORLD_RIFF, WORLD_BMFF, WORLD_KINDS };
static const char *const world_names[] = { "JPEG", "PNG", "RIFF", "BMFF" };

static inline void world_png_chunk(struct buf *b, const char *type, size_t n)
{
    const size_t at = b->n + 4;

    buf_put_u32(b, (uint32_t)n);
    buf_put_text(b, type);
    buf_put_zeros(b, n);
    buf_put_u32(b, crc32_add(0, b->p + at, b->n - at));
}

/* An asset with n bytes of content. Owned by the caller. */
static inline struct buf world_asset(enum world_kind kind, size_t n)
{
    static const uint8_t app0[] = "\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0";
    static const uint8_t scan[] = "\xFF\xDA\0\x08\1\1\0\0\x3F";
    struct buf b = buf_with_limit(WORLD_MAX);

    switch (kind) {
    case WORLD_JPEG:
        buf_put(&b, "\xFF\xD8", 2);
        buf_put(&b, app0, sizeof app0);
        buf_put(&b, scan, sizeof scan);
        buf_put_zeros(&b, n);
        buf_put(&b, "\xFF\xD9", 2);
        break;
    case WORLD_PNG:
        buf_put(&b, "\x89PNG\r\n\x1A\n", 8);
        world_png_chunk(&b, "IHDR", 13);
        world_png_chunk(&b, "IDAT", n);
        world_png_chunk(&b, "IEND", 0);
        break;
    case WORLD_RIFF:
        buf_put_text(&b, "RIFF");
        buf_put_u32le(&b, (uint32_t)(12 + n + n % 2));
        buf_put_text(&b, "WEBPVP8L");
        buf_put_u32le(&b, (uint32_t)n);
        buf_put_zeros(&b, n + n % 2);
        break;
    case WORLD_BMFF:
    case WORLD_KINDS:
        buf_put(&b,
                "\0\0\0\x14"
                "ftypisom\0\0\0\0isom\0\0\0\x08moov",
                28);
        buf_put_u32(&b, (uint32_t)(8 + n));
        buf_put_text(&b, "mdat");
        buf_put_zeros(&b, n);
        break;
    }
    return b;
}

/* Sign bytes into a new buffer; pipe: the sink cannot patch. */
static inline enum exh_status world_sign_as(struct exh_bytes asset, const char *certificate,
                                            const struct exh_sign_options *options, bool pipe,
                                            struct buf *out, struct exh_signed *done,
                                            struct exh_error *err)
{
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    const struct exh_bytes leaf = bytes_of(certificate);
    const struct exh_signer signer = fake_signer(&leaf);
    struct exh_memory_sink memory = { .p = malloc(WORLD_MAX), .size = WORLD_MAX };
    struct exh_sink sink = exh_sink_memory(&memory);
    struct exh_sign_options o = *options;

    if (!o.crypto)
        o.crypto = &fake_crypto;
    if (pipe)
        sink.patch = NULL;
    *out = buf_with_limit(WORLD_MAX);
    enum exh_status status = exh_sign(&source, &sink, &signer, &o, done, err);
    if (status == EXH_OK)
        buf_put(out, memory.p, memory.n);
    free(memory.p);
    return status;
}

static inline struct buf world_sign(struct exh_bytes asset, const struct exh_sign_options *options,
                                    struct exh_signed *done)
{
    struct exh_error err;
    struct buf out;
    struct exh_sign_options o = *options;

    if (!o.now)
        o.now = WORLD_NOW;
    enum exh_status status = world_sign_as(asset, "camera:7", &o, false, &out, done, &err);
    CHECK(status == EXH_OK, "sign: %s", err.text);
    return out;
}

/* The verdict; owned by the caller. */
static inline struct exh_report *world_judge(struct exh_bytes asset, const struct exh_source *store)
{
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    const struct exh_verify_options how = { .crypto = &fake_crypto,
                                            .now = WORLD_NOW,
                                            .store = store };
    struct exh_report *report = NULL;
    struct exh_error err;

    if (!CHECK(exh_verify(&source, &how, &report, &err) == EXH_OK, "verify: %s", err.text))
        abort();
    return report;
}

/* Nothing failed, in the active manifest and in what it leads to. */
static inline void world_expect_good(const char *name, struct exh_bytes asset,
                                     const struct exh_source *store)
{
    struct exh_report *r = world_judge(asset, store);

    CHECK(r->state == EXH_STATE_TRUSTED && r->integrity == EXH_INTACT, "%s: state %d, %s", name,
          r->state, r->headline);
    for (size_t i = 0; i < r->findings.n; i++)
        CHECK(r->findings.items[i].kind != EXH_FAILURE, "%s: %s at %s: %s", name,
              r->findings.items[i].code, r->findings.items[i].url,
              r->findings.items[i].explanation);
    for (size_t i = 0; i < r->deltas_n; i++)
        for (size_t k = 0; k < r->deltas[i].findings.n; k++)
            CHECK(r->deltas[i].findings.items[k].kind != EXH_FAILURE, "%s: delta %s at %s", name,
                  r->deltas[i].findings.items[k].code, r->deltas[i].findings.items[k].url);
    exh_report_free(r);
}

/* A signed asset, taken apart. Borrows from nothing but itself; world_close(). */
struct world {
    struct container container;
    struct arena arena;
    struct store store;
    struct store_manifest *active;
    struct claim claim;
};

static inline struct world world_open(struct exh_bytes asset)
{
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    struct world w = { .arena = arena_with_limit(STORE_ARENA_MAX) };
    struct exh_error err;
    struct cbor item;

    if (!CHECK(container_read(&source, &w.container, &err) == EXH_OK, "container: %s", err.text) ||
        !CHECK(store_read(buf_view(&w.container.jumbf), buf_view(&w.container.update_jumbf),
                          &fake_crypto, &w.arena, &w.store, &err) == EXH_OK,
               "store: %s", err.text))
        abort();
    w.active = &w.store.items[w.store.n - 1];
    CHECK(cbor_parse(w.active->claim.data, 0, &item, &err) == EXH_OK, "claim: %s", err.text);
    CHECK(claim_read(item, w.active->claim.label, &w.arena, &w.claim, &err) == EXH_OK, "claim: %s",
          err.text);
    CHECK(cbor_is(cbor_get(item, "dc:format"), CBOR_NONE), "claim v2 knows no dc:format");
    return w;
}

static inline void world_close(struct world *w)
{
    arena_free(&w->arena);
    container_free(&w->container);
}

/* The content of an assertion of the active manifest. */
static inline struct exh_bytes world_assertion(const struct world *w, const char *label)
{
    const struct store_box *box = store_find_box(&w->active->assertions, bytes_of(label));

    return CHECK(box, "no assertion %s", label) ? box->data : (struct exh_bytes){ 0 };
}

static inline struct cbor world_map(const struct world *w, const char *label)
{
    struct cbor item = { 0 };
    struct exh_error err;

    CHECK(cbor_parse(world_assertion(w, label), 0, &item, &err) == EXH_OK, "%s: %s", label,
          err.text);
    return item;
}

#endif
