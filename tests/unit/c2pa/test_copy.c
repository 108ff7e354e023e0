#include "c2pa/copy.h"

#include "fake_crypto.h"
#include "formats/format_ops.h"

/* A plan that is a list of pieces. */
struct list_plan {
    struct plan plan;
    const struct piece *pieces;
    size_t n, at;
};

static enum exh_status list_next(struct plan *plan, struct piece *piece, bool *more,
                                 struct exh_error *err)
{
    struct list_plan *p = (struct list_plan *)plan;

    (void)err;
    *more = p->at < p->n;
    if (*more)
        *piece = p->pieces[p->at++];
    return EXH_OK;
}

static void list_rewind(struct plan *plan)
{
    ((struct list_plan *)plan)->at = 0;
}

static struct list_plan list_of(const struct piece *pieces, size_t n)
{
    struct list_plan p = { .plan = { .next = list_next, .rewind = list_rewind },
                           .pieces = pieces,
                           .n = n };

    for (size_t i = 0; i < n; i++) {
        if (pieces[i].kind == PIECE_STORE)
            p.plan.store = (struct span){ p.plan.size, pieces[i].n };
        p.plan.size += pieces[i].n;
    }
    return p;
}

#define SOURCE_N (3 * COPY_PIECE + 77) // more than one piece, and none of them full at the end
#define HOLE_N   (COPY_PIECE + 5)

static uint8_t source_bytes[SOURCE_N];

static enum exh_status read_bytes(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                  struct exh_error *err)
{
    (void)ctx, (void)err;
    memcpy(to, source_bytes + at, n);
    return EXH_OK;
}

/* The same bytes in memory, and behind a callback. */
static struct exh_source sources[2];

static void make_sources(void)
{
    for (size_t i = 0; i < SOURCE_N; i++)
        source_bytes[i] = (uint8_t)(i * 13 + i / 251);
    sources[0] = exh_source_memory(source_bytes, SOURCE_N);
    sources[1] = (struct exh_source){ .size = SOURCE_N, .read = read_bytes };
}

struct made {
    struct exh_memory_sink memory;
    struct exh_sink sink;
    uint8_t digest[EXH_HASH_MAX];
};

static struct made run(struct copy *c, size_t room)
{
    struct made m = { .memory = { .p = malloc(room + 1), .size = room } };
    struct exh_error err;

    m.sink = exh_sink_memory(&m.memory);
    if (c->sink)
        c->sink = &m.sink;
    c->crypto = &fake_crypto;
    c->hasher = fake_hash_new(EXH_SHA256);
    CHECK(copy_run(c, &err) == EXH_OK, "%s", err.text);
    fake_hash_final(c->hasher, m.digest);
    return m;
}

static const struct exh_sink wanted; // any: run() puts its own in its place

/* Copied whole, hashed whole. */
static void test_whole(void)
{
    uint8_t want[EXH_HASH_MAX];

    fake_digest(EXH_SHA256, (struct exh_bytes){ source_bytes, SOURCE_N }, want);
    for (size_t i = 0; i < 2; i++) {
        struct copy c = { .source = &sources[i], .sink = &wanted };
        struct made m = run(&c, SOURCE_N);
        CHECK(m.memory.n == SOURCE_N && memcmp(m.memory.p, source_bytes, SOURCE_N) == 0,
              "source %zu: %zu bytes", i, m.memory.n);
        CHECK(memcmp(m.digest, want, 32) == 0, "source %zu: digest", i);
        free(m.memory.p);
    }
}

/* Head, hole, changed bytes, tail; the tail begins a root box, some bytes are not hashed. */
static const struct piece pieces[] = {
    { .kind = PIECE_COPY, .from = 0, .n = 100, .hashed = true },
    { .kind = PIECE_STORE, .n = HOLE_N },
    { .kind = PIECE_LITERAL, .n = 4, .literal = (const uint8_t *)"abcd", .hashed = true },
    { .kind = PIECE_COPY, .from = 200, .n = 50 },
    { .kind = PIECE_COPY, .from = 300, .n = SOURCE_N - 300, .hashed = true, .marks_offset = true },
};

static void expect(uint8_t want[EXH_HASH_MAX])
{
    const uint64_t mark = 100 + HOLE_N + 4 + 50;
    uint8_t offset[8];
    struct exh_hasher *h = fake_hash_new(EXH_SHA256);

    for (size_t i = 0; i < 8; i++)
        offset[i] = (uint8_t)(mark >> (56 - 8 * i));
    fake_hash_update(h, source_bytes, 100);
    fake_hash_update(h, (const uint8_t *)"abcd", 4);
    fake_hash_update(h, offset, 8);
    fake_hash_update(h, source_bytes + 300, SOURCE_N - 300);
    fake_hash_final(h, want);
}

static void test_plan(void)
{
    struct list_plan plan = list_of(pieces, ARRAY_N(pieces));
    const size_t size = (size_t)plan.plan.size;
    uint8_t *frame = malloc(HOLE_N), want[EXH_HASH_MAX];

    memset(frame, 'F', HOLE_N);
    expect(want);
    for (size_t i = 0; i < 2; i++) {
        struct copy c = { .source = &sources[i], .plan = &plan.plan };
        struct made m = run(&c, 0); // hash only
        CHECK(memcmp(m.digest, want, 32) == 0 && m.memory.n == 0, "hash only");
        free(m.memory.p);

        c.sink = &wanted;
        m = run(&c, size); // zeros for the hole
        CHECK(m.memory.n == size && memcmp(m.digest, want, 32) == 0, "%zu bytes", m.memory.n);
        CHECK(m.memory.p[100] == 0 && m.memory.p[100 + HOLE_N - 1] == 0, "zeros");
        CHECK(memcmp(m.memory.p + 100 + HOLE_N, "abcd", 4) == 0, "literal");
        CHECK(memcmp(m.memory.p + 104 + HOLE_N, source_bytes + 200, 50) == 0, "not hashed");
        CHECK(memcmp(m.memory.p + 154 + HOLE_N, source_bytes + 300, SOURCE_N - 300) == 0, "tail");
        free(m.memory.p);

        c.hole = COPY_HOLE_FRAME;
        c.frame = (struct exh_bytes){ frame, HOLE_N };
        m = run(&c, size);
        CHECK(memcmp(m.memory.p + 100, frame, HOLE_N) == 0 && memcmp(m.digest, want, 32) == 0,
              "frame");
        free(m.memory.p);
    }
    free(frame);
}

/* A sink that keeps room by itself is told how much, in its place, and gets no zeros. */
struct keeper {
    struct exh_memory_sink memory;
    size_t hole_at;
    uint64_t hole_n;
};

static enum exh_status keep_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct keeper *k = ctx;
    const struct exh_sink inner = exh_sink_memory(&k->memory);

    return inner.write(inner.ctx, p, n, err);
}

static enum exh_status keep_hole(void *ctx, uint64_t n, struct exh_error *err)
{
    struct keeper *k = ctx;

    if (n != HOLE_N)
        return fail(err, EXH_IO, "no room");
    k->hole_at = k->memory.n;
    k->hole_n += n;
    return EXH_OK;
}

static void test_hole(void)
{
    struct list_plan plan = list_of(pieces, ARRAY_N(pieces));
    const size_t size = (size_t)plan.plan.size - HOLE_N;
    struct keeper k = { .memory = { .p = malloc(size), .size = size } };
    const struct exh_sink sink = { .write = keep_write, .hole = keep_hole, .ctx = &k };
    struct copy c = { .source = &sources[0], .plan = &plan.plan, .sink = &sink };
    struct exh_error err;

    CHECK(copy_run(&c, &err) == EXH_OK && k.memory.n == size, "%s", err.text);
    CHECK(k.hole_at == 100 && k.hole_n == HOLE_N, "hole at %zu", k.hole_at);
    CHECK(memcmp(k.memory.p + 100, "abcd", 4) == 0, "what follows it");
    free(k.memory.p);
}

/* A hole at the end is left to the caller. */
static void test_last(void)
{
    static const struct piece head_only[] = {
        { .kind = PIECE_COPY, .from = 0, .n = 100, .hashed = true },
        { .kind = PIECE_STORE, .n = HOLE_N },
    };
    struct list_plan plan = list_of(head_only, ARRAY_N(head_only));
    struct copy c = {
        .source = &sources[0], .plan = &plan.plan, .sink = &wanted, .hole = COPY_HOLE_LAST
    };
    struct made m = run(&c, 100);

    CHECK(m.memory.n == 100, "%zu bytes", m.memory.n);
    free(m.memory.p);
}

/* Bytes of the source are exchanged on the way, wherever they lie to the pieces' borders. */
static void test_overlay(void)
{
    static const struct span spans[] = {
        { 0, 1 },
        { 10, 80 },
        { COPY_PIECE - 3, 6 },
        { 5, 2 * COPY_PIECE },
        { SOURCE_N - 1, 1 },
        { 0, SOURCE_N },
    };
    uint8_t *over = malloc(SOURCE_N), *want = malloc(SOURCE_N);

    memset(over, 'O', SOURCE_N);
    for (size_t i = 0; i < ARRAY_N(spans); i++) {
        const struct piece one[] = { { .kind = PIECE_COPY, .n = SOURCE_N } };
        struct list_plan plan = list_of(one, 1);
        struct copy c = { .source = &sources[i % 2],
                          .plan = &plan.plan,
                          .sink = &wanted,
                          .overlay = spans[i],
                          .overlay_bytes = { over, (size_t)spans[i].n } };
        struct made m = run(&c, SOURCE_N);
        memcpy(want, source_bytes, SOURCE_N);
        memcpy(want + spans[i].at, over, (size_t)spans[i].n);
        CHECK(memcmp(m.memory.p, want, SOURCE_N) == 0, "overlay %zu", i);
        free(m.memory.p);
    }
    free(over);
    free(want);
}

/* A sink that refuses ends the walk; progress goes from the start to the end. */
static void note_progress(void *ctx, uint64_t done, uint64_t total)
{
    uint64_t *last = ctx;

    CHECK(done > *last && done <= total, "progress %ju of %ju after %ju", (uintmax_t)done,
          (uintmax_t)total, (uintmax_t)*last);
    *last = done;
}

static void test_ends(void)
{
    struct list_plan plan = list_of(pieces, ARRAY_N(pieces));
    uint8_t small[COPY_PIECE];
    struct exh_memory_sink memory = { small, sizeof small, 0 };
    const struct exh_sink sink = exh_sink_memory(&memory);
    uint64_t last = 0;
    struct copy c = { .source = &sources[1], .plan = &plan.plan, .sink = &sink };
    struct exh_error err;

    CHECK(copy_run(&c, &err) == EXH_LIMIT, "the sink's own status");
    c.sink = NULL;
    c.progress = note_progress;
    c.progress_ctx = &last;
    CHECK(copy_run(&c, &err) == EXH_OK && last == plan.plan.size, "progress ends at %ju",
          (uintmax_t)last);
}

int main(void)
{
    make_sources();
    test_whole();
    test_plan();
    test_hole();
    test_last();
    test_overlay();
    test_ends();
    return check_done();
}
