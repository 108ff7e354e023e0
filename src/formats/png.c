/*
 * png.c -- a manifest store in a caBX chunk of a PNG file.
 *
 * Spec: C2PA, "Embedding manifests into PNG"; PNG, "Datastream structure".
 */
#include <inttypes.h>
#include <string.h>

#include "base/crc32.h"
#include "base/reader.h"
#include "base/window.h"
#include "formats/format_ops.h"

#define CHUNKS_MAX     ((size_t)1 << 20) // encoders write 8 KB and more in one: 8 GB of picture
#define CHUNK_HEAD_N   8                 // length, type
#define CHUNK_FRAME_N  12                // and checksum
#define CHUNK_DATA_MAX 0x7FFFFFFFu
#define IHDR_N         13
#define CHUNKS_AT      8 // behind the signature

static const uint8_t signature[CHUNKS_AT] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };

static bool detect(const uint8_t first[DETECT_N], uint64_t size)
{
    return size >= sizeof signature && memcmp(first, signature, sizeof signature) == 0;
}

struct chunk {
    uint64_t at;
    uint32_t n; // bytes of data
    char type[5];
    uint64_t end;
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum exh_status chunk_at(struct window *w, uint64_t at, struct chunk *out,
                                struct exh_error *err)
{
    const uint8_t *p;
    enum exh_status status = window_view(w, at, CHUNK_HEAD_N, &p, err);

    if (status != EXH_OK)
        return status;
    struct reader r = reader_over((struct exh_bytes){ p, CHUNK_HEAD_N }, at);
    struct chunk c = { .at = at, .n = reader_u32(&r) };
    memcpy(c.type, p + 4, 4);
    for (size_t i = 0; i < 4; i++)
        if (!is_letter(c.type[i]))
            return fail(err, EXH_MALFORMED, "chunk at %" PRIu64 ": its type is not four letters",
                        at);
    if (c.n > CHUNK_DATA_MAX)
        return fail(err, EXH_MALFORMED, "chunk %s at %" PRIu64 ": %" PRIu32 " bytes; at most %u",
                    c.type, at, c.n, CHUNK_DATA_MAX);
    c.end = at + CHUNK_FRAME_N + c.n;
    if (c.end > w->s->size)
        return fail(err, EXH_MALFORMED,
                    "chunk %s at %" PRIu64 ": ends at %" PRIu64 ", but the file ends at %" PRIu64,
                    c.type, at, c.end, w->s->size);
    *out = c;
    return EXH_OK;
}

static bool is_type(const struct chunk *c, const char *type)
{
    return strcmp(c->type, type) == 0;
}

/* The chunk behind c; the first one when c is zeroed. */
static enum exh_status next_chunk(struct window *w, struct chunk *c, struct exh_error *err)
{
    const bool first = c->end == 0;
    enum exh_status status = chunk_at(w, first ? CHUNKS_AT : c->end, c, err);

    if (status == EXH_OK && first && (!is_type(c, "IHDR") || c->n != IHDR_N))
        return fail(err, EXH_MALFORMED, "chunk %s of %" PRIu32 " bytes, but IHDR of %d comes first",
                    c->type, c->n, IHDR_N);
    return status;
}

static enum exh_status check_crc(struct window *w, const struct chunk *c, struct exh_bytes data,
                                 struct exh_error *err)
{
    const uint8_t *p;
    enum exh_status status = window_view(w, c->end - 4, 4, &p, err);

    if (status != EXH_OK)
        return status;
    struct reader r = reader_over((struct exh_bytes){ p, 4 }, c->end - 4);
    const uint32_t stored = reader_u32(&r);
    const uint32_t got = crc32_add(crc32_add(0, (const uint8_t *)c->type, 4), data.p, data.n);
    if (stored != got)
        return fail(err, EXH_MALFORMED,
                    "chunk %s at %" PRIu64 ": its checksum is %08" PRIx32
                    ", but its bytes give %08" PRIx32,
                    c->type, c->at, stored, got);
    return EXH_OK;
}

static enum exh_status take_store(struct window *w, const struct chunk *chunk, struct container *c,
                                  struct exh_error *err)
{
    enum exh_status status = container_check_store(chunk->at, chunk->n, err);

    if (status == EXH_OK && !c->stores_n) {
        status = container_put_jumbf(w->s, chunk->at + CHUNK_HEAD_N, chunk->n, &c->jumbf, err);
        if (status == EXH_OK)
            status = check_crc(w, chunk, buf_view(&c->jumbf), err);
    }
    if (status != EXH_OK)
        return status;
    return container_add_store(c, (struct span){ chunk->at, chunk->end - chunk->at }, err);
}

static enum exh_status read_png(const struct exh_source *s, struct container *c,
                                struct exh_error *err)
{
    struct window w;
    struct chunk chunk = { 0 };
    enum exh_status status = EXH_OK;

    strcpy(c->mime, "image/png");
    window_init(&w, s);
    for (size_t n = 0; status == EXH_OK && !is_type(&chunk, "IEND"); n++) {
        if (n == CHUNKS_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %zu chunks", chunk.end,
                        CHUNKS_MAX);
        status = next_chunk(&w, &chunk, err);
        if (status == EXH_OK && is_type(&chunk, "caBX"))
            status = take_store(&w, &chunk, c, err);
    }
    if (status == EXH_OK)
        container_settle(c, CHUNKS_AT + CHUNK_FRAME_N + IHDR_N);
    return status;
}

static enum exh_status frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                             struct exh_error *err)
{
    (void)p;
    buf_put_u32(out, (uint32_t)store.n); // at most STORE_MAX
    buf_put_text(out, "caBX");
    buf_put_bytes(out, store);
    buf_put_u32(out, crc32_add(crc32_add(0, (const uint8_t *)"caBX", 4), store.p, store.n));
    return buf_finish(out, err);
}

static enum exh_status plan(const struct exh_source *s, const struct container *c,
                            enum plan_goal goal, size_t store_n, struct plan **out,
                            struct exh_error *err)
{
    (void)goal; // a hole of no bytes is STRIP
    return simple_plan_replace(s, c, store_n, store_n ? CHUNK_FRAME_N + store_n : 0, frame, out,
                               err);
}

static void name_chunk(const struct chunk *chunk, const struct container *c, struct named_box *box)
{
    *box = (struct named_box){ .span = { chunk->at, chunk->end - chunk->at },
                               .store = c->store.n && chunk->at == c->store.at };
    strcpy(box->name, box->store ? "C2PA" : chunk->type);
}

/* Spec: C2PA, "PNG-specific Handling". */
static enum exh_status boxes(const struct exh_source *s, const struct container *c,
                             box_visitor *visit, void *ctx, struct exh_error *err)
{
    struct window w;
    struct chunk chunk = { 0 };
    struct named_box box = { .name = "PNGh", .span = { 0, CHUNKS_AT } };
    enum exh_status status = visit(ctx, &box, err);

    window_init(&w, s);
    for (size_t n = 0; status == EXH_OK && !is_type(&chunk, "IEND"); n++) {
        if (n == CHUNKS_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %zu chunks", chunk.end,
                        CHUNKS_MAX);
        status = next_chunk(&w, &chunk, err);
        if (status != EXH_OK)
            return status;
        name_chunk(&chunk, c, &box);
        status = visit(ctx, &box, err);
    }
    if (status != EXH_OK || chunk.end == s->size)
        return status;
    box = (struct named_box){ .name = "c2pa.after", .span = { chunk.end, s->size - chunk.end } };
    return visit(ctx, &box, err);
}

const struct format_ops png_ops = {
    .format = FORMAT_PNG,
    .detect = detect,
    .read = read_png,
    .plan = plan,
    .boxes = boxes,
};
