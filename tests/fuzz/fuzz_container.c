#include "fuzz_container.h"

#include <string.h>

#include "base/reader.h"

#define OUTPUT_MAX ((size_t)8 << 20)   // bytes of an output that is made, not only summed up
#define VAST_N     ((uint64_t)5 << 30) // zeros behind an input: offsets pass 32 bits
#define VAST_READ  ((uint64_t)1 << 20) // of them, so many can be read
#define PIECES_MAX 4096                // of a plan whose output is not made

/* A source that is read in pieces, as a file is. It is never asked beyond its end. */
static enum exh_status read_bytes(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                  struct exh_error *err)
{
    const struct exh_bytes *bytes = ctx;

    (void)err;
    REQUIRE(at <= bytes->n && n <= bytes->n - at);
    memcpy(to, bytes->p + at, n);
    return EXH_OK;
}

/* The input, and zeros behind it. */
static enum exh_status read_vast(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                 struct exh_error *err)
{
    const struct exh_bytes *bytes = ctx;

    REQUIRE(at <= bytes->n + VAST_N && n <= bytes->n + VAST_N - at);
    if (at + n > bytes->n + VAST_READ)
        return fail(err, EXH_IO, "enough of zeros");
    const size_t head = at >= bytes->n ? 0 : n < bytes->n - at ? n : (size_t)(bytes->n - at);
    if (head)
        memcpy(to, bytes->p + at, head);
    memset(to + head, 0, n - head);
    return EXH_OK;
}

/* A store as far as containers look into one, of n bytes. */
static void put_store(struct buf *b, size_t n)
{
    static const char head[] = "jumb\0\0\0\x1Ejumd"
                               "c2pa\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03"
                               "c2pa";

    buf_clear(b);
    buf_put_u32(b, (uint32_t)n);
    buf_put(b, head, sizeof head);
    while (b->n < n)
        buf_put_u8(b, (uint8_t)(b->n * 31 + 1));
}

struct boxes {
    uint64_t end; // of the last box seen
    uint64_t size;
    size_t stores;
};

static enum exh_status see_box(void *ctx, const struct named_box *box, struct exh_error *err)
{
    struct boxes *seen = ctx;

    (void)err;
    REQUIRE(memchr(box->name, 0, sizeof box->name) && box->name[0]);
    for (const char *c = box->name; *c; c++)
        REQUIRE(*c >= ' ' && *c <= '~');
    REQUIRE(box->span.n > 0);
    REQUIRE(box->span.at >= seen->end);
    REQUIRE(box->span.at <= seen->size && box->span.n <= seen->size - box->span.at);
    seen->end = box->span.at + box->span.n;
    seen->stores += box->store;
    return EXH_OK;
}

static void check_boxes(const struct exh_source *s, const struct container *c)
{
    struct boxes seen = { .size = s->size };
    struct exh_error err;
    const enum exh_status status = container_boxes(s, c, see_box, &seen, &err);

    REQUIRE(status != EXH_OK || seen.end == s->size);
    REQUIRE(status != EXH_OK || seen.stores == (c->store.n > 0));
}

static void check_found(const struct exh_source *s, const struct container *c)
{
    REQUIRE(c->store.at <= s->size && c->store.n <= s->size - c->store.at);
    REQUIRE(c->update.at <= s->size && c->update.n <= s->size - c->update.at);
    REQUIRE(c->jumbf.n <= c->store.n && c->jumbf.n <= STORE_MAX);
    REQUIRE(c->update_jumbf.n <= c->update.n && c->update_jumbf.n <= STORE_MAX);
    REQUIRE(c->stores_n <= STORES_MAX);
    REQUIRE(memchr(c->mime, 0, sizeof c->mime) && strchr(c->mime, '/'));
    REQUIRE(memchr(c->warning, 0, sizeof c->warning));
    for (size_t i = 0; i < c->stores_n; i++) {
        const struct span store = c->stores[i];
        REQUIRE(store.at <= s->size && store.n <= s->size - store.at);
        REQUIRE(!i || store.at >= c->stores[i - 1].at + c->stores[i - 1].n);
    }
}

/* What came of a plan. Either may have grown beyond its limit: then only the sums count. */
struct made {
    struct buf out;
    struct buf hashed; // what the hard binding is over: pieces, and offsets where they are marked
};

static struct made made_new(void)
{
    return (struct made){ buf_with_limit(OUTPUT_MAX), buf_with_limit(2 * OUTPUT_MAX) };
}

static void made_free(struct made *m)
{
    buf_free(&m->out);
    buf_free(&m->hashed);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->failed == b->failed && a->n == b->n && (!a->n || memcmp(a->p, b->p, a->n) == 0);
}

/* One piece of a plan into out; the hole is filled with the frame. */
static void put_piece(const struct exh_source *s, const struct piece *piece, struct exh_bytes frame,
                      struct buf *out)
{
    struct exh_error err;

    REQUIRE(piece->n > 0);
    if (piece->kind == PIECE_COPY) {
        REQUIRE(piece->from <= s->size && piece->n <= s->size - piece->from);
        uint8_t *room = buf_room(out, (size_t)piece->n);
        const enum exh_status status =
            room ? source_read(s, piece->from, room, (size_t)piece->n, &err) : EXH_OK;
        REQUIRE(status == EXH_OK || status == EXH_IO); // EXH_IO: read_vast() has had enough

    } else if (piece->kind == PIECE_LITERAL) {
        buf_put(out, piece->literal, (size_t)piece->n);
    } else {
        REQUIRE(piece->n == frame.n && !piece->hashed);
        buf_put_bytes(out, frame);
    }
}

/* Do what the plan says; false when a piece cannot be had, or when it takes too long to be summed up. */
static bool walk(const struct exh_source *s, struct plan *p, struct exh_bytes frame,
                 struct made *made)
{
    struct buf *out = &made->out;
    struct exh_error err;
    struct piece piece;
    bool more = true;
    uint64_t sum = 0;
    size_t holes = 0, pieces = 0;

    buf_clear(out);
    buf_clear(&made->hashed);
    plan_rewind(p);
    for (;;) {
        if (plan_next(p, &piece, &more, &err) != EXH_OK)
            return false;
        if (!more)
            break;
        if (++pieces > PIECES_MAX && out->failed)
            return false;
        if (piece.kind == PIECE_STORE) {
            holes++;
            REQUIRE(sum == plan_store(p).at && piece.n == plan_store(p).n);
        }
        const size_t before = out->n;
        put_piece(s, &piece, frame, out);
        if (piece.hashed && piece.marks_offset)
            buf_put_u64(&made->hashed, sum);
        if (piece.hashed && !out->failed)
            buf_put(&made->hashed, out->p + before, (size_t)piece.n);
        sum += piece.n;
    }
    REQUIRE(sum == plan_size(p));
    REQUIRE(holes == (plan_store(p).n > 0));
    return true;
}

/* What is hashed of an asset as it stands: all but the boxes of the store; of BMFF, what NONE says. */
static void hash_of(const struct exh_source *s, const struct container *c, struct buf *hashed)
{
    struct made made = made_new();
    struct exh_error err;
    struct plan *p = NULL;

    REQUIRE(plan_new(s, c, PLAN_NONE, 0, &p, &err) == EXH_OK);
    REQUIRE(walk(s, p, (struct exh_bytes){ 0 }, &made));
    if (c->format == FORMAT_BMFF) {
        buf_put_bytes(hashed, buf_view(&made.hashed));
    } else {
        const size_t end = (size_t)(c->store.at + c->store.n);
        buf_put(hashed, s->memory, (size_t)c->store.at);
        buf_put(hashed, s->memory + end, (size_t)s->size - end);
    }
    plan_free(p);
    made_free(&made);
}

/* What was hashed on the way is what a verifier hashes; an update leaves it as it was. */
static void check_hash(const struct exh_source *s, const struct container *c,
                       const struct buf *hashed)
{
    struct buf again = buf_with_limit(2 * OUTPUT_MAX);

    hash_of(s, c, &again);
    REQUIRE(same(&again, hashed));
    buf_free(&again);
}

/* What was embedded is found again, and nothing else. */
static void check_embedded(const struct exh_source *source, const struct made *made,
                           const struct plan *p, const struct buf *store,
                           const struct container *before, enum plan_goal goal)
{
    const struct exh_source s = exh_source_memory(made->out.p, made->out.n);
    struct buf hashed = buf_with_limit(2 * OUTPUT_MAX);
    struct exh_error err;
    struct container c;

    REQUIRE(container_read(&s, &c, &err) == EXH_OK);
    check_found(&s, &c);
    check_boxes(&s, &c);
    const bool update = goal == PLAN_UPDATE && c.update.n;
    const struct span found = update ? c.update : c.store;
    const struct buf *jumbf = update ? &c.update_jumbf : &c.jumbf;
    REQUIRE(found.at == plan_store(p).at && found.n == plan_store(p).n);
    REQUIRE(same(jumbf, store));
    REQUIRE(strcmp(c.mime, before->mime) == 0);
    check_hash(&s, &c, &made->hashed);
    if (goal == PLAN_UPDATE) {
        hash_of(source, before, &hashed);
        REQUIRE(same(&hashed, &made->hashed));
    }
    buf_free(&hashed);
    container_free(&c);
}

static void check_stripped(const struct buf *out)
{
    const struct exh_source s = exh_source_memory(out->p, out->n);
    struct exh_error err;
    struct container c;

    REQUIRE(container_read(&s, &c, &err) == EXH_OK);
    REQUIRE(!c.store.n && !c.jumbf.n && !c.stores_n && !c.update.n);
    container_free(&c);
}

static void check_same(const struct exh_source *s, const struct buf *out)
{
    REQUIRE(out->n == s->size && memcmp(out->p, s->memory, out->n) == 0);
}

/* The store stands elsewhere, and is the same; if it does not tell its size, padding counts too. */
static void check_delivered(const struct buf *out, const struct container *before)
{
    const struct exh_source s = exh_source_memory(out->p, out->n);
    struct exh_error err;
    struct container c;

    REQUIRE(container_read(&s, &c, &err) == EXH_OK);
    check_found(&s, &c);
    struct reader head = reader_over(buf_view(&before->jumbf), 0);
    REQUIRE(c.jumbf.n == before->jumbf.n || reader_u32(&head) != before->jumbf.n);
    REQUIRE(c.jumbf.n >= before->jumbf.n);
    REQUIRE(memcmp(c.jumbf.p, before->jumbf.p, before->jumbf.n) == 0);
    REQUIRE(!c.append_form);
    container_free(&c);
}

static void check_made(const struct exh_source *s, const struct container *c, enum plan_goal goal,
                       const struct plan *p, const struct buf *store, const struct made *made)
{
    switch (goal) {
    case PLAN_NONE: check_same(s, &made->out); break;
    case PLAN_STRIP: check_stripped(&made->out); break;
    case PLAN_DELIVER: check_delivered(&made->out, c); break;
    case PLAN_EMBED:
    case PLAN_ATTACH:
    case PLAN_UPDATE:
    case PLAN_APPEND: check_embedded(s, made, p, store, c, goal); break;
    }
}

static void check_plan(const struct exh_source *s, const struct container *c, enum plan_goal goal,
                       const struct buf *store)
{
    struct buf frame = buf_with_limit(OUTPUT_MAX);
    struct made made = made_new(), again = made_new();
    struct exh_error err;
    struct plan *p = NULL;

    if (plan_new(s, c, goal, store->n, &p, &err) != EXH_OK)
        return;
    if (store->n) {
        REQUIRE(plan_frame(p, buf_view(store), &frame, &err) == EXH_OK);
        REQUIRE(frame.n == plan_store(p).n);
    }
    if (walk(s, p, buf_view(&frame), &made)) {
        REQUIRE(walk(s, p, buf_view(&frame), &again));
        REQUIRE(same(&made.out, &again.out) && same(&made.hashed, &again.hashed));
        if (!made.out.failed)
            check_made(s, c, goal, p, store, &made);
    }
    plan_free(p);
    buf_free(&frame);
    made_free(&made);
    made_free(&again);
}

/* A size of the store to embed: all borders of the formats' frames come up. */
static size_t store_size(const uint8_t *p, size_t n)
{
    const uint8_t last = p[n - 1];

    return (last % 64 == 1 ? 65500 : STORE_MIN) + last;
}

void fuzz_container(const uint8_t *p, size_t n, enum format want)
{
    const struct exh_source memory = exh_source_memory(p, n);
    struct exh_bytes bytes = { p, n };
    const struct exh_source file = { .size = n, .read = read_bytes, .ctx = &bytes };
    struct buf store = buf_with_limit(OUTPUT_MAX), nothing = buf_with_limit(0);
    struct exh_error err;
    struct container c, other;
    enum format format;

    REQUIRE(format_detect(&memory, &format, &err) == EXH_OK);
    if (format != want)
        return;
    const enum exh_status status = container_read(&memory, &c, &err);
    REQUIRE(container_read(&file, &other, &err) == status);
    if (status != EXH_OK)
        return;
    check_found(&memory, &c);
    REQUIRE(c.store.at == other.store.at && c.store.n == other.store.n &&
            c.jumbf.n == other.jumbf.n);
    check_boxes(&memory, &c);
    check_boxes(&file, &other);
    put_store(&store, store_size(p, n));
    check_plan(&memory, &c, PLAN_EMBED, &store);
    check_plan(&file, &other, PLAN_EMBED, &store);
    check_plan(&memory, &c, PLAN_UPDATE, &store);
    check_plan(&memory, &c, PLAN_APPEND, &store);
    check_plan(&memory, &c, PLAN_DELIVER, &nothing);
    check_plan(&memory, &c, PLAN_STRIP, &nothing);
    check_plan(&memory, &c, PLAN_NONE, &nothing);
    container_free(&c);
    container_free(&other);
    buf_free(&store);
}

void fuzz_container_vast(const uint8_t *p, size_t n, enum format want)
{
    struct exh_bytes bytes = { p, n };
    const struct exh_source s = { .size = n + VAST_N, .read = read_vast, .ctx = &bytes };
    struct buf store = buf_with_limit(OUTPUT_MAX);
    struct exh_error err;
    struct container c;
    enum format format;

    if (!n || format_detect(&s, &format, &err) != EXH_OK || format != want ||
        container_read(&s, &c, &err) != EXH_OK)
        return;
    check_found(&s, &c);
    put_store(&store, store_size(p, n));
    check_plan(&s, &c, PLAN_EMBED, &store);
    check_plan(&s, &c, PLAN_APPEND, &store);
    container_free(&c);
    buf_free(&store);
}
