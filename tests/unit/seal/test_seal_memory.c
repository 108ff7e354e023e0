/* However large an object is, sealing and opening it take the same few megabytes. */
#include <sys/resource.h>

#include "seal_world.h"

#define GROWTH_MAX (8 << 10)           // KiB over a process that does nothing
#define SEALED_N   ((size_t)64 << 20)  // bytes of what is opened: they lie in memory already
#define LONG_N     ((uint64_t)1 << 30) // bytes of what is sealed: they come from nowhere

static struct world w;
static struct exh_error err;

static long peak_kib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static enum exh_status read_nothing(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    (void)ctx, (void)at, (void)e;
    memset(to, 0x5A, n);
    return EXH_OK;
}

static uint64_t passed;

static enum exh_status forget(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    (void)ctx, (void)p, (void)e;
    passed += n;
    return EXH_OK;
}

static enum exh_status forget_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                    struct exh_error *e)
{
    (void)ctx, (void)at, (void)p, (void)n, (void)e;
    return EXH_OK;
}

static enum exh_status sync_nothing(void *ctx, struct exh_error *e)
{
    (void)ctx, (void)e;
    return EXH_OK;
}

static const struct exh_sink nowhere = { .write = forget, .patch = forget_patch };

static void seal(uint64_t n, const struct exh_workers *workers)
{
    const struct exh_source source = { .size = n, .read = read_nothing };
    struct exh_seal_options o = world_options(&w);
    const long before = peak_kib();

    o.workers = workers;
    passed = 0;
    CHECK(exh_seal(&source, &nowhere, &o, NULL, &err) == EXH_OK && passed > n, "%s", err.text);
    CHECK(peak_kib() - before <= GROWTH_MAX, "sealing %d MiB took %ld KiB", (int)(n >> 20),
          peak_kib() - before);
}

static void record(const struct exh_workers *workers)
{
    struct exh_stream_options o = { .seal = world_options(&w), .filler = EXH_FILLER_BMFF };
    const struct exh_appender file = { .write = forget, .sync = sync_nothing };
    struct exh_stream *s = NULL;
    uint8_t *piece = world_bytes(1 << 20);

    o.seal.workers = workers;
    must(exh_stream_open(&file, &file, &o, &s, &err), &err);
    const long before = peak_kib();
    for (size_t i = 0; i < 512; i++) {
        must(exh_stream_write(s, piece, 1 << 20, &err), &err);
        must(exh_stream_record(s, 0, true, &err), &err);
    }
    must(exh_stream_close(s, NULL, NULL, &err), &err);
    CHECK(peak_kib() - before <= GROWTH_MAX, "recording took %ld KiB", peak_kib() - before);
    exh_stream_free(s);
    free(piece);
}

static void open_it(const struct exh_memory_sink *file, const struct exh_workers *workers)
{
    const struct exh_source source = exh_source_memory(file->p, file->n);
    const struct exh_open_options o = {
        .check = { .crypto = w.crypto, .now = (int64_t)(WORLD_UTC / 1000000) },
        .identities = w.alice.ids,
        .workers = workers,
    };
    struct exh_opened opened;
    const long before = peak_kib();

    passed = 0;
    CHECK(exh_open(&source, &nowhere, &o, &opened, &err) == EXH_OK && passed == SEALED_N, "%s",
          err.text);
    CHECK(opened.report->integrity == EXH_INTACT, "%s", opened.report->verdict);
    CHECK(peak_kib() - before <= GROWTH_MAX, "opening took %ld KiB", peak_kib() - before);
    exh_opened_free(&opened);
}

int main(void)
{
    struct exh_memory_sink file = { .size = SEALED_N + (SEALED_N >> 8) };
    const struct exh_source source = { .size = SEALED_N, .read = read_nothing };
    struct exh_pool *three = NULL;

    world_begin(&w);
    must(exh_pool_new(3, &three, &err), &err);
    seal(1, NULL);
    seal(LONG_N, NULL);
    seal(LONG_N, exh_pool_workers(three));
    record(NULL);
    record(exh_pool_workers(three));

    file.p = malloc(file.size);
    if (!file.p)
        exit(2);
    const struct exh_sink sink = exh_sink_memory(&file);
    const struct exh_seal_options o = world_options(&w);
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    open_it(&file, NULL);
    open_it(&file, exh_pool_workers(three));
    free(file.p);
    exh_pool_free(three);
    world_end(&w);
    return check_done();
}
