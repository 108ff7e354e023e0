/* A photo is signed and sealed in one pass over its bytes, and holds when it is opened. */
#include <exhibit/sign.h>
#include <exhibit/verify.h>

#include "base/buf.h"
#include "base/crc32.h"
#include "seal_world.h"

#define ROOM ((size_t)4 << 20)

static struct world w;
static struct exh_error err;

enum kind { JPEG, PNG, BMFF, KINDS };
static const char *const kinds[] = { "JPEG", "PNG", "BMFF" };

static void put_png_chunk(struct buf *b, const char *type, size_t n)
{
    const size_t at = b->n + 4;

    buf_put_u32(b, (uint32_t)n);
    buf_put_text(b, type);
    buf_put_zeros(b, n);
    buf_put_u32(b, crc32_add(0, b->p + at, b->n - at));
}

static struct buf asset(enum kind kind, size_t n)
{
    struct buf b = buf_with_limit(ROOM);

    switch (kind) {
    case JPEG:
        buf_put(&b, "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
        buf_put(&b, "\xFF\xDA\0\x08\1\1\0\0\x3F\0", 10);
        buf_put_zeros(&b, n);
        buf_put(&b, "\xFF\xD9", 2);
        break;
    case PNG:
        buf_put(&b, "\x89PNG\r\n\x1A\n", 8);
        put_png_chunk(&b, "IHDR", 13);
        put_png_chunk(&b, "IDAT", n);
        put_png_chunk(&b, "IEND", 0);
        break;
    case BMFF:
    case KINDS:
        buf_put_u32(&b, 20);
        buf_put(&b, "ftypisom\0\0\0\0isom\0\0\0\x08moov", 24);
        buf_put_u32(&b, (uint32_t)(8 + n));
        buf_put_text(&b, "mdat");
        buf_put_zeros(&b, n);
        break;
    }
    must(buf_finish(&b, &err), &err);
    return b;
}

struct counted {
    struct exh_bytes bytes;
    uint64_t read;
};

static enum exh_status read_counted(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    struct counted *c = ctx;

    (void)e;
    memcpy(to, c->bytes.p + at, n);
    c->read += n;
    return EXH_OK;
}

static enum exh_status sign_and_seal(const struct exh_source *source, const struct exh_sink *sink,
                                     bool threads)
{
    const struct exh_sign_options sign = { .crypto = w.crypto,
                                           .now = (int64_t)(WORLD_UTC / 1000000),
                                           .source_type = "digitalCreation" };
    struct exh_seal_options options = world_options(&w);
    struct exh_sealer *s = NULL;

    options.workers = threads ? exh_pool_workers(w.pool) : NULL;
    enum exh_status status = exh_sealer_new(sink, &options, &s, &err);
    if (status == EXH_OK)
        status = exh_sign(source, exh_sealer_sink(s), &w.camera.signer, &sign, NULL, &err);
    if (status == EXH_OK)
        status = exh_sealer_finish(s, NULL, &err);
    exh_sealer_free(s);
    return status;
}

/* What comes out of the sealed file: owned, free(). */
static struct exh_memory_sink opened(const struct exh_memory_sink *sealed)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_source source = exh_source_memory(sealed->p, sealed->n);
    const struct exh_open_options options = {
        .check = { .crypto = w.crypto, .now = (int64_t)(WORLD_UTC / 1000000) },
        .identities = w.alice.ids,
    };
    struct exh_opened done;

    CHECK(exh_open(&source, &sink, &options, &done, &err) == EXH_OK, "%s", err.text);
    CHECK(done.report && done.report->integrity == EXH_INTACT, "the ledger");
    exh_opened_free(&done);
    return m;
}

static void check_signature(const struct exh_memory_sink *m, const char *name)
{
    const struct exh_source source = exh_source_memory(m->p, m->n);
    const struct exh_verify_options options = { .crypto = w.crypto,
                                                .now = (int64_t)(WORLD_UTC / 1000000) };
    struct exh_report *report = NULL;

    CHECK(exh_verify(&source, &options, &report, &err) == EXH_OK, "%s: %s", name, err.text);
    if (report)
        CHECK(report->integrity == EXH_INTACT, "%s: %s", name, report->headline);
    exh_report_free(report);
}

static void test_one(enum kind kind, size_t n, bool threads, bool pipe)
{
    struct buf b = asset(kind, n);
    struct counted c = { .bytes = { b.p, b.n } };
    const struct exh_source source = { .size = b.n, .read = read_counted, .ctx = &c };
    struct exh_memory_sink sealed = { .p = malloc(ROOM), .size = ROOM };
    struct exh_sink sink = exh_sink_memory(&sealed);

    if (pipe) // the sealed bytes wait for the header, and the store with them: still one pass
        sink.patch = NULL;
    CHECK(sign_and_seal(&source, &sink, threads) == EXH_OK, "%s: %s", kinds[kind], err.text);
    // The structure is looked at first, a few KiB of it; then every byte is read once.
    CHECK(c.read < b.n + 32768, "%s of %zu bytes: %d were read", kinds[kind], b.n, (int)c.read);
    struct exh_memory_sink plain = opened(&sealed);
    CHECK(plain.n > b.n, "%s: %zu bytes came out", kinds[kind], plain.n);
    check_signature(&plain, kinds[kind]);
    free(plain.p);
    free(sealed.p);
    buf_free(&b);
}

int main(void)
{
    static const size_t sizes[] = { 1000, 60000, 70000, 500000, 2000000 };

    world_begin(&w);
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < ARRAY_N(sizes); i++)
            for (int bits = 0; bits < 4; bits++)
                test_one((enum kind)kind, sizes[i], bits & 1, bits & 2);
    world_end(&w);
    return check_done();
}
