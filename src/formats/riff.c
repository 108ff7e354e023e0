/*
 * riff.c -- a manifest store in a C2PA chunk of a WebP, WAV or AVI file.
 *
 * The chunk is the last one of the first form, and its size is even: a padding byte behind it would
 * be hashed, and come and go with the store's size.
 *
 * Spec: C2PA, "Embedding manifests into RIFF-based assets".
 */
#include "formats/riff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

static const struct {
    const char type[5];
    const char *mime;
} forms[] = {
    { "WEBP", "image/webp" },
    { "WAVE", "audio/wav" },
    { "AVI ", "video/avi" },
};

/* Other heads of the family that are told from foreign files, to refuse them by name. */
static const struct {
    const char id[5];
    const char *what;
} refused[] = {
    { "RF64", "a WAVE file with 64-bit sizes" },
    { "BW64", "a WAVE file with 64-bit sizes" },
    { "RIFX", "a RIFF file with big-endian numbers" },
};

static const char *mime_of(const uint8_t type[4])
{
    for (size_t i = 0; i < ARRAY_N(forms); i++)
        if (memcmp(type, forms[i].type, 4) == 0)
            return forms[i].mime;
    return NULL;
}

static const char *why_refused(const uint8_t id[4])
{
    for (size_t i = 0; i < ARRAY_N(refused); i++)
        if (memcmp(id, refused[i].id, 4) == 0)
            return refused[i].what;
    return NULL;
}

static bool detect(const uint8_t first[DETECT_N], uint64_t size)
{
    return size >= RIFF_FORM_HEAD_N && mime_of(first + 8) &&
           (memcmp(first, "RIFF", 4) == 0 || why_refused(first));
}

enum exh_status riff_chunk_at(struct window *w, uint64_t at, uint64_t limit, struct riff_chunk *out,
                              struct exh_error *err)
{
    const uint8_t *p;

    if (at > limit || limit - at < RIFF_HEAD_N)
        return fail(err, EXH_MALFORMED, "at %" PRIu64 ": a chunk, but its list ends at %" PRIu64,
                    at, limit);
    enum exh_status status = window_view(w, at, RIFF_HEAD_N, &p, err);
    if (status != EXH_OK)
        return status;

    struct reader r = reader_over((struct exh_bytes){ p + 4, 4 }, at + 4);
    struct riff_chunk c = { .at = at, .n = reader_u32le(&r) };
    for (size_t i = 0; i < 4; i++)
        c.id[i] = p[i] >= ' ' && p[i] <= '~' ? (char)p[i] : '?';
    c.end = at + RIFF_HEAD_N + c.n;
    if (c.end > limit)
        return fail(err, EXH_MALFORMED,
                    "chunk '%s' at %" PRIu64 ": ends at %" PRIu64 ", but its list at %" PRIu64,
                    c.id, at, c.end, limit);
    c.next = c.end + (c.n & 1);
    if (c.next > limit)
        c.next = limit;
    *out = c;
    return EXH_OK;
}

enum exh_status riff_type(struct window *w, const struct riff_chunk *c, char type[5],
                          struct exh_error *err)
{
    const uint8_t *p;

    if (c->n < 4)
        return fail(err, EXH_MALFORMED, "chunk '%s' at %" PRIu64 ": %" PRIu64 " bytes, no type",
                    c->id, c->at, c->n);
    enum exh_status status = window_view(w, c->at + RIFF_HEAD_N, 4, &p, err);
    if (status != EXH_OK)
        return status;
    for (size_t i = 0; i < 4; i++)
        type[i] = p[i] >= ' ' && p[i] <= '~' ? (char)p[i] : '?';
    type[4] = '\0';
    return EXH_OK;
}

/* Where the first form ends. */
static enum exh_status read_form(struct window *w, uint64_t *end, struct exh_error *err)
{
    const uint8_t *p;
    enum exh_status status = window_view(w, 0, RIFF_FORM_HEAD_N, &p, err);

    if (status != EXH_OK)
        return status;
    const char *refusal = why_refused(p);
    if (refusal)
        return fail(err, EXH_UNSUPPORTED, "%.4s: %s is not supported", (const char *)p, refusal);

    struct reader r = reader_over((struct exh_bytes){ p + 4, 4 }, 4);
    const uint64_t n = reader_u32le(&r);
    const uint64_t size = w->s->size;
    if (n < 4)
        return fail(err, EXH_MALFORMED, "RIFF: a size of %" PRIu64 "; was it never filled in?", n);
    *end = RIFF_HEAD_N + n;
    if (*end == size + 1 && !(n & 1)) // it counts a padding byte that was not written
        *end = size;
    if (*end > size)
        return fail(err, EXH_MALFORMED, "RIFF: ends at %" PRIu64 ", but the file at %" PRIu64, *end,
                    size);
    return EXH_OK;
}

static enum exh_status take_store(const struct exh_source *s, const struct riff_chunk *chunk,
                                  struct container *c, struct exh_error *err)
{
    enum exh_status status = container_check_store(chunk->at, chunk->n, err);

    if (status == EXH_OK && !c->stores_n)
        status = container_put_jumbf(s, chunk->at + RIFF_HEAD_N, chunk->n, &c->jumbf, err);
    if (status != EXH_OK)
        return status;
    return container_add_store(c, (struct span){ chunk->at, RIFF_HEAD_N + chunk->n }, err);
}

static enum exh_status read_riff(const struct exh_source *s, struct container *c,
                                 struct exh_error *err)
{
    struct window w;
    struct riff_chunk chunk = { .next = RIFF_FORM_HEAD_N };
    uint64_t end;
    const uint8_t *p;

    window_init(&w, s);
    enum exh_status status = read_form(&w, &end, err);
    if (status == EXH_OK)
        status = window_view(&w, 8, 4, &p, err);
    if (status != EXH_OK)
        return status;
    strcpy(c->mime, mime_of(p));
    for (size_t n = 0; status == EXH_OK && chunk.next < end; n++) {
        if (n == RIFF_CHUNKS_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %d chunks", chunk.next,
                        RIFF_CHUNKS_MAX);
        status = riff_chunk_at(&w, chunk.next, end, &chunk, err);
        if (status == EXH_OK && strcmp(chunk.id, "C2PA") == 0)
            status = take_store(s, &chunk, c, err);
    }
    if (status == EXH_OK)
        container_settle(c, end);
    return status;
}

static void put_le(uint8_t *to, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(v >> 8 * i);
}

static enum exh_status frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                             struct exh_error *err)
{
    const size_t n = (size_t)p->store.n - RIFF_HEAD_N; // at most STORE_MAX + 1

    buf_put_text(out, "C2PA");
    buf_put_u32le(out, (uint32_t)n);
    buf_put_bytes(out, store);
    buf_put_zeros(out, n - store.n);
    return buf_finish(out, err);
}

/* A chunk of just this size. One that is odd is another writer's, put back: its padding stands outside. */
static enum exh_status frame_exact(const struct plan *p, struct exh_bytes store, struct buf *out,
                                   struct exh_error *err)
{
    buf_put_text(out, "C2PA");
    buf_put_u32le(out, (uint32_t)p->store_n); // at most STORE_MAX + 1
    buf_put_bytes(out, store);
    buf_put_zeros(out, p->store_n - store.n + (p->store_n & 1));
    return buf_finish(out, err);
}

/*
 * The store keeps its place and its size: the form's size lies outside, and is hashed, so that a store
 * that grows would break the binding that it updates.
 */
static enum exh_status plan_update(const struct exh_source *s, const struct container *c,
                                   size_t store_n, struct plan **out, struct exh_error *err)
{
    const uint64_t room = c->store.n - RIFF_HEAD_N;

    if (store_n > room)
        return fail(err, EXH_UNSUPPORTED,
                    "a RIFF file's size is signed, so that its manifest store cannot grow: it has "
                    "%" PRIu64 " bytes, the updated one needs %zu; keep it in a sidecar",
                    room, store_n);
    return simple_plan_replace(s, c, store_n, c->store.n, frame, out, err);
}

/* What the plan does: all stores go, with their padding; the new one comes, behind its own. */
static struct riff_edit edit_of(const struct exh_source *s, const struct container *c,
                                uint64_t form_end, uint64_t hole_n)
{
    struct riff_edit e = { .place = c->store.at, .cuts_n = c->stores_n, .size = s->size };

    for (size_t i = 0; i < c->stores_n; i++) {
        e.cuts[i] = c->stores[i];
        const bool padded = c->stores[i].n & 1 && c->stores[i].at + c->stores[i].n < form_end;
        e.cuts[i].n += padded;
    }
    if (hole_n) // chunks begin at even offsets: else the padding of the last one is missing
        e.added = hole_n + (e.place & 1);
    return e;
}

static uint64_t form_size(const struct riff_edit *e, uint64_t form_end)
{
    uint64_t size = form_end - RIFF_HEAD_N + e->added;

    for (size_t i = 0; i < e->cuts_n; i++)
        size -= e->cuts[i].n;
    return size;
}

/* Copy up to `at`, with the patches that lie before it. */
static bool copy_patched(struct simple_plan *p, const struct riff_patches *patches, size_t *next,
                         uint64_t *cursor, uint64_t at)
{
    while (*next < patches->n && patches->p[*next].at < at) {
        const struct riff_patch *patch = &patches->p[(*next)++];
        uint8_t value[8];
        if (patch->at < *cursor)
            return false;
        put_le(value, patch->value, sizeof value);
        simple_plan_upto(p, patch->at);
        simple_plan_literal(p, value, sizeof value);
        simple_plan_skip(p, sizeof value);
        *cursor = patch->at + sizeof value;
    }
    if (*cursor > at)
        return false;
    simple_plan_upto(p, at);
    *cursor = at;
    return true;
}

/* Lay out the pieces; false when patches and stores overlap. */
static bool lay_out(struct simple_plan *p, const struct exh_source *s, const struct riff_edit *e,
                    uint64_t form_end, uint64_t hole_n, const struct riff_patches *patches)
{
    static const uint8_t padding = 0;
    uint8_t size[4];
    uint64_t cursor = RIFF_HEAD_N;
    size_t next = 0;
    bool good;

    put_le(size, form_size(e, form_end), sizeof size);
    simple_plan_upto(p, 4);
    simple_plan_literal(p, size, sizeof size);
    simple_plan_skip(p, sizeof size);
    good = copy_patched(p, patches, &next, &cursor, e->place);
    simple_plan_literal(p, &padding, (size_t)(e->added - hole_n)); // 0 or 1
    simple_plan_store(p, hole_n);
    for (size_t i = 0; i < e->cuts_n && good; i++) {
        good = copy_patched(p, patches, &next, &cursor, e->cuts[i].at);
        simple_plan_skip(p, e->cuts[i].n);
        cursor += e->cuts[i].n;
    }
    return good && copy_patched(p, patches, &next, &cursor, s->size);
}

static enum exh_status plan_edit(const struct exh_source *s, const struct container *c,
                                 size_t store_n, uint64_t hole_n, plan_framer *framer,
                                 struct plan **out, struct exh_error *err)
{
    struct window w;
    struct riff_patches patches = { 0 };
    uint64_t form_end;

    window_init(&w, s);
    enum exh_status status = read_form(&w, &form_end, err);
    if (status != EXH_OK)
        return status;
    const struct riff_edit e = edit_of(s, c, form_end, hole_n);
    if (form_size(&e, form_end) > UINT32_MAX)
        return fail(err, EXH_LIMIT,
                    "with a store of %zu bytes the file passes 4 GiB, the end of RIFF", store_n);
    if (strcmp(c->mime, "video/avi") == 0)
        status = riff_index_patches(&w, form_end, &e, &patches, err);
    if (status != EXH_OK)
        return status;

    struct simple_plan *p = simple_plan_new(store_n, framer);
    const bool good = lay_out(p, s, &e, form_end, hole_n, &patches);
    free(patches.p);
    status = simple_plan_done(p, out, err);
    if (status != EXH_OK || good)
        return status;
    plan_free(*out);
    *out = NULL;
    return fail(err, EXH_MALFORMED, "an index points into the manifest store");
}

static enum exh_status plan(const struct exh_source *s, const struct container *c,
                            enum plan_goal goal, size_t store_n, struct plan **out,
                            struct exh_error *err)
{
    if (goal == PLAN_UPDATE)
        return plan_update(s, c, store_n, out, err);
    if (!store_n && !c->stores_n) // nothing to strip
        return simple_plan_replace(s, c, 0, 0, frame, out, err);
    return plan_edit(s, c, store_n, store_n ? RIFF_HEAD_N + store_n + (store_n & 1) : 0,
                     goal == PLAN_ATTACH ? frame_exact : frame, out, err);
}

static enum exh_status count_box(uint64_t at, size_t *count, struct exh_error *err)
{
    if (++*count > BOXES_MAX)
        return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %zu chunks", at, BOXES_MAX);
    return EXH_OK;
}

/* The boxes of one form, its head included. */
static enum exh_status form_boxes(struct window *w, const struct container *c, uint64_t at,
                                  uint64_t end, size_t *count, box_visitor *visit, void *ctx,
                                  struct exh_error *err)
{
    struct riff_chunk chunk = { .at = at, .n = end - at - RIFF_HEAD_N };
    struct named_box box = { .span = { at, RIFF_FORM_HEAD_N } };
    enum exh_status status = count_box(at, count, err);

    if (status == EXH_OK)
        status = riff_type(w, &chunk, box.name, err);
    if (status == EXH_OK)
        status = visit(ctx, &box, err);
    chunk.next = at + RIFF_FORM_HEAD_N;
    while (status == EXH_OK && chunk.next < end) {
        status = count_box(chunk.next, count, err);
        if (status == EXH_OK)
            status = riff_chunk_at(w, chunk.next, end, &chunk, err);
        if (status != EXH_OK)
            return status;
        box = (struct named_box){ .span = { chunk.at, chunk.next - chunk.at },
                                  .store = c->store.n && chunk.at == c->store.at };
        memcpy(box.name, chunk.id, sizeof chunk.id);
        if (strcmp(chunk.id, "LIST") == 0)
            status = riff_type(w, &chunk, box.name, err);
        if (status == EXH_OK)
            status = visit(ctx, &box, err);
    }
    return status;
}

/* Whether another form begins at `at`, and where it ends. */
static enum exh_status next_form(struct window *w, uint64_t at, uint64_t *end, bool *is_form,
                                 struct exh_error *err)
{
    const uint64_t left = w->s->size - at;
    const uint8_t *p;

    *is_form = false;
    if (left < RIFF_FORM_HEAD_N)
        return EXH_OK;
    enum exh_status status = window_view(w, at, RIFF_HEAD_N, &p, err);
    if (status != EXH_OK)
        return status;
    struct reader r = reader_over((struct exh_bytes){ p + 4, 4 }, at + 4);
    const uint64_t n = reader_u32le(&r);
    *is_form = memcmp(p, "RIFF", 4) == 0 && n >= 4 && n <= left - RIFF_HEAD_N;
    *end = at + RIFF_HEAD_N + n;
    return EXH_OK;
}

/* Spec: C2PA, "RIFF-specific Handling". */
static enum exh_status boxes(const struct exh_source *s, const struct container *c,
                             box_visitor *visit, void *ctx, struct exh_error *err)
{
    struct window w;
    uint64_t at = 0;
    uint64_t end;
    size_t count = 0;
    bool is_form = true;

    window_init(&w, s);
    enum exh_status status = read_form(&w, &end, err);
    while (status == EXH_OK && is_form) {
        status = form_boxes(&w, c, at, end, &count, visit, ctx, err);
        at = end;
        if (status == EXH_OK)
            status = next_form(&w, at, &end, &is_form, err);
    }
    if (status != EXH_OK || at == s->size)
        return status;
    struct named_box after = { .name = "c2pa.after", .span = { at, s->size - at } };
    return visit(ctx, &after, err);
}

const struct format_ops riff_ops = {
    .format = FORMAT_RIFF,
    .detect = detect,
    .read = read_riff,
    .plan = plan,
    .boxes = boxes,
};
