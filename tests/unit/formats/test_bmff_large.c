/* Files beyond 4 GiB: a source that is nearly all zeros, and of which nothing is stored. */
#include "bmff_make.h"

#define GIB ((uint64_t)1 << 30)

/* Bytes at the front and at the end of a file, zeros between them. */
struct sparse {
    struct buf front;
    struct buf back;
    uint64_t size;
};

static enum exh_status read_sparse(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                   struct exh_error *err)
{
    const struct sparse *f = ctx;
    const uint64_t back_at = f->size - f->back.n;

    (void)err;
    for (size_t i = 0; i < n; i++, at++)
        to[i] = at < f->front.n ? f->front.p[at] : at >= back_at ? f->back.p[at - back_at] : 0;
    return EXH_OK;
}

static struct exh_source source_of(struct sparse *f)
{
    return (struct exh_source){ .size = f->size, .read = read_sparse, .ctx = f };
}

static void free_sparse(struct sparse *f)
{
    buf_free(&f->front);
    buf_free(&f->back);
}

#define TRACKS 3
#define CHUNKS 100

static uint64_t get_big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* A moov whose tracks have chunk offsets up to these. */
static void put_moov(struct buf *b, const uint32_t max[TRACKS], bool saio)
{
    const size_t moov = box(b, "moov");

    for (size_t i = 0; i < TRACKS; i++) {
        const size_t trak = box(b, "trak"), mdia = box(b, "mdia"), minf = box(b, "minf"),
                     stbl = box(b, "stbl"), stco = full_box(b, "stco", 0, 0);
        buf_put_u32(b, CHUNKS);
        for (uint32_t k = 0; k < CHUNKS; k++)
            buf_put_u32(b, k == CHUNKS / 2 ? max[i] : 100000 + k);
        end(b, stco);
        if (saio && i == 0) {
            const size_t at = full_box(b, "saio", 0, 0);
            buf_put_u32(b, 1);
            buf_put_u32(b, max[0]);
            end(b, at);
        }
        end(b, stbl);
        end(b, minf);
        end(b, mdia);
        end(b, trak);
    }
    end(b, moov);
}

static void put_large_mdat(struct buf *b, uint64_t n)
{
    buf_put_u32(b, 1);
    buf_put_text(b, "mdat");
    buf_put_u64(b, n);
}

/* Walk a plan; what comes before and after its greatest copy is kept. */
static uint64_t walk(const struct exh_source *s, struct plan *p, struct exh_bytes frame,
                     struct buf *front, struct buf *back)
{
    struct exh_error err;
    struct piece piece;
    struct buf *out = front;
    uint64_t size = 0;
    bool more;

    buf_clear(front);
    buf_clear(back);
    for (;;) {
        if (!CHECK(plan_next(p, &piece, &more, &err) == EXH_OK, "%s", err.text) || !more)
            return size;
        if (piece.kind == PIECE_STORE)
            CHECK(plan_store(p).at == size && plan_store(p).n == piece.n,
                  "the store is at %" PRIu64 ", not %" PRIu64, size, plan_store(p).at);
        size += piece.n;
        if (piece.n > GIB)
            out = back;
        else if (piece.kind == PIECE_STORE)
            buf_put_bytes(out, frame);
        else
            plan_run_piece(s, p, &piece, frame, out);
    }
}

static size_t find(const struct buf *b, const char *type, size_t nth)
{
    for (size_t i = 0; i + 4 <= b->n; i++)
        if (memcmp(b->p + i, type, 4) == 0 && nth-- == 0)
            return i;
    return SIZE_MAX;
}

/* Each track's table: 32 or 64 bits, and every offset moved by the same. */
static void check_tables(const struct buf *b, const uint32_t max[TRACKS], const bool grows[TRACKS],
                         uint64_t by, const char *name)
{
    size_t stco = 0;
    size_t co64 = 0;

    for (size_t i = 0; i < TRACKS; i++) {
        const size_t width = grows[i] ? 8 : 4;
        const size_t at = grows[i] ? find(b, "co64", co64++) : find(b, "stco", stco++);
        if (!CHECK(at != SIZE_MAX, "%s: track %zu has no such table", name, i))
            continue;
        CHECK(get_big(b->p + at - 4, 4) == 16 + CHUNKS * width, "%s: track %zu: %" PRIu64 " bytes",
              name, i, get_big(b->p + at - 4, 4));
        for (uint32_t k = 0; k < CHUNKS; k++) {
            const uint64_t was = k == CHUNKS / 2 ? max[i] : 100000 + k;
            const uint64_t got = get_big(b->p + at + 12 + k * width, width);
            CHECK(got == was + by, "%s: track %zu, chunk %" PRIu32 ": %" PRIu64, name, i, k, got);
        }
    }
    CHECK(find(b, "stco", stco) == SIZE_MAX && find(b, "co64", co64) == SIZE_MAX, "%s: more tables",
          name);
}

static uint64_t size_of_box(const struct buf *b, const char *type)
{
    return get_big(b->p + find(b, type, 0) - 4, 4);
}

static const struct {
    const char *name;
    bool first; // moov before mdat
    uint32_t max[TRACKS];
    bool grows[TRACKS];
} rows[] = {
    { "none grows", true, { 3000000000u, 3000000001u, 3000000002u }, { false, false, false } },
    { "one grows", true, { 4294967000u, 3000000000u, 5000u }, { true, false, false } },
    // The hole moves by 1045, the table that grows by 400 more.
    { "one makes the next one grow",
      true,
      { 4294967000u, 4294966000u, 5000u },
      { true, true, false } },
    { "the last makes the first grow",
      true,
      { 4294965500u, 4294966000u, 4294967000u },
      { true, true, true } },
    { "just not", true, { 4294966250u, 4294966250u, 5000u }, { false, false, false } },
    { "just", true, { 4294966250u, 4294966251u, 5000u }, { true, true, false } },
    { "moov behind: none is moved by another",
      false,
      { 4294967000u, 4294966250u, 5000u },
      { true, false, false } },
};

static void test_growth(void)
{
    struct buf front = buf_with_limit(MAKE_MAX);
    struct buf back = buf_with_limit(MAKE_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const char *name = rows[i].name;
        struct sparse f = { .front = buf_with_limit(MAKE_MAX), .back = buf_with_limit(MAKE_MAX) };
        ftyp(&f.front, "isom");
        struct buf *where = rows[i].first ? &f.front : &f.back;
        put_moov(where, rows[i].max, false);
        put_large_mdat(&f.front, 5 * GIB);
        f.size = f.front.n - 16 + 5 * GIB + f.back.n;
        struct exh_source s = source_of(&f);
        struct container c;
        struct plan *p = NULL;
        struct buf store, frame = buf_with_limit(PLAN_RUN_MAX);
        plan_run_store(&store, 1000);

        if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", name, err.text))
            abort();
        if (CHECK(plan_new(&s, &c, PLAN_EMBED, 1000, &p, &err) == EXH_OK, "%s: %s", name,
                  err.text) &&
            CHECK(plan_frame(p, buf_view(&store), &frame, &err) == EXH_OK, "%s", err.text)) {
            uint64_t growth = 0;
            for (size_t k = 0; k < TRACKS; k++)
                growth += rows[i].grows[k] ? 4 * CHUNKS : 0;
            const uint64_t size = walk(&s, p, buf_view(&frame), &front, &back);
            CHECK(size == f.size + 1045 + growth && size == plan_size(p), "%s: %" PRIu64 " bytes",
                  name, size);
            where = rows[i].first ? &front : &back;
            check_tables(where, rows[i].max, rows[i].grows, 1045 + (rows[i].first ? growth : 0),
                         name);
            CHECK(size_of_box(where, "moov") == 8 + TRACKS * (5 * 8 + 8 + CHUNKS * 4) + growth,
                  "%s: moov of %" PRIu64, name, size_of_box(where, "moov"));
        }
        plan_free(p);
        container_free(&c);
        buf_free(&store);
        buf_free(&frame);
        free_sparse(&f);
    }
    buf_free(&front);
    buf_free(&back);
}

/* What cannot grow is told, before or while it is written; never cut. */
static void test_no_growth(void)
{
    static const uint32_t max[TRACKS] = { 4294967000u, 5000, 5000 };
    struct sparse f = { .front = buf_with_limit(MAKE_MAX), .back = buf_with_limit(MAKE_MAX) };
    struct exh_error err = { 0 };
    struct container c;
    struct plan *p = NULL;
    struct piece piece;
    bool more = true;

    ftyp(&f.front, "isom");
    put_moov(&f.front, max, true);
    put_large_mdat(&f.front, 5 * GIB);
    f.size = f.front.n - 16 + 5 * GIB;
    struct exh_source s = source_of(&f);
    enum exh_status status = container_read(&s, &c, &err);
    if (status == EXH_OK)
        status = plan_new(&s, &c, PLAN_EMBED, 1000, &p, &err);
    while (status == EXH_OK && more)
        status = plan_next(p, &piece, &more, &err);
    CHECK(status == EXH_UNSUPPORTED && strstr(err.text, "4294967000 would become"), "%d: %s",
          status, err.text);
    plan_free(p);
    container_free(&c);
    free_sparse(&f);
}

/* The store stands behind the file type, wherever that is: a table before it that grows moves the store, too. */
static void test_late_file_type(void)
{
    static const uint32_t max[TRACKS] = { 4294967000u, 5000, 5000 };
    struct sparse f = { .front = buf_with_limit(MAKE_MAX), .back = buf_with_limit(MAKE_MAX) };
    struct buf front = buf_with_limit(MAKE_MAX), back = buf_with_limit(MAKE_MAX);
    struct buf store, frame = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    struct container c;
    struct plan *p = NULL;

    plan_run_store(&store, 1000);
    buf_put_u32(&f.front, 16);
    buf_put_text(&f.front, "stypisom");
    buf_put_u32(&f.front, 0);
    put_moov(&f.front, max, false);
    ftyp(&f.front, "isom");
    put_large_mdat(&f.front, 5 * GIB);
    f.size = f.front.n - 16 + 5 * GIB;
    struct exh_source s = source_of(&f);
    if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s", err.text))
        abort();
    if (CHECK(plan_new(&s, &c, PLAN_EMBED, 1000, &p, &err) == EXH_OK, "%s", err.text) &&
        CHECK(plan_frame(p, buf_view(&store), &frame, &err) == EXH_OK, "%s", err.text)) {
        const uint64_t size = walk(&s, p, buf_view(&frame), &front, &back);
        CHECK(size == f.size + 1045 + 4 * CHUNKS && size == plan_size(p), "%" PRIu64 " bytes",
              size);
        CHECK(plan_store(p).at == f.front.n - 16 + 4 * CHUNKS, "the store is at %" PRIu64,
              plan_store(p).at);
    }
    plan_free(p);
    container_free(&c);
    buf_free(&store);
    buf_free(&frame);
    buf_free(&front);
    buf_free(&back);
    free_sparse(&f);
}

/* A last box without a size gets one when another follows: beyond 4 GiB in 8 bytes more. */
static void test_closing(void)
{
    static const uint32_t max[TRACKS] = { 4294000000u, 5000, 4294960000u };
    static const bool grows[TRACKS] = { false, false, true };
    struct sparse f = { .front = buf_with_limit(MAKE_MAX), .back = buf_with_limit(MAKE_MAX) };
    struct buf front = buf_with_limit(MAKE_MAX), back = buf_with_limit(MAKE_MAX);
    struct buf store, frame = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    struct container c;
    struct plan *p = NULL;

    plan_run_store(&store, 9000);
    ftyp(&f.front, "isom");
    put_moov(&f.front, max, false);
    buf_put_u32(&f.front, 0);
    buf_put_text(&f.front, "mdat");
    f.size = 6 * GIB;
    struct exh_source s = source_of(&f);
    if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s", err.text))
        abort();
    if (CHECK(plan_new(&s, &c, PLAN_APPEND, 9000, &p, &err) == EXH_OK, "%s", err.text) &&
        CHECK(plan_frame(p, buf_view(&store), &frame, &err) == EXH_OK, "%s", err.text)) {
        const uint64_t size = walk(&s, p, buf_view(&frame), &front, &back);
        const uint64_t mdat = f.size - (f.front.n - 8) + 8;
        CHECK(size == f.size + 8 + 2 * 9045 + 4 * CHUNKS, "%" PRIu64 " bytes", size);
        check_tables(&front, max, grows, 9045 + 8 + 4 * CHUNKS, "closing");
        CHECK(front.n > 16 && memcmp(front.p + front.n - 16, "\0\0\0\1mdat", 8) == 0 &&
                  get_big(front.p + front.n - 8, 8) == mdat,
              "mdat of %" PRIu64, get_big(front.p + front.n - 8, 8));
        CHECK(back.n == 9045, "%zu bytes behind", back.n);
    }
    plan_free(p);
    container_free(&c);
    buf_free(&store);
    buf_free(&frame);
    buf_free(&front);
    buf_free(&back);
    free_sparse(&f);
}

int main(void)
{
    test_growth();
    test_no_growth();
    test_late_file_type();
    test_closing();
    return check_done();
}
