#include "c2pa/copy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One walk: where it is, and a buffer for what cannot be used where it lies. */
struct walk {
    const struct copy *copy;
    uint8_t *buffer; // COPY_PIECE bytes, owned; NULL until one is needed
    uint64_t at;     // bytes of the output so far
    uint64_t total;
};

/* The buffer; NULL out of memory. */
static uint8_t *get_buffer(struct walk *w, struct exh_error *err)
{
    if (!w->buffer)
        w->buffer = malloc(COPY_PIECE);
    if (!w->buffer)
        fail_no_memory(err);
    return w->buffer;
}

/* Hash and write bytes that are in the cache now. */
static enum exh_status put(struct walk *w, const uint8_t *p, size_t n, bool hashed,
                           struct exh_error *err)
{
    const struct copy *c = w->copy;
    enum exh_status status = EXH_OK;

    if (hashed && c->hasher)
        c->crypto->hash_update(c->hasher, p, n);
    if (c->sink)
        status = c->sink->write(c->sink->ctx, p, n, err);
    w->at += n;
    if (c->progress)
        c->progress(c->progress_ctx, w->at, w->total);
    return status;
}

/* The sink keeps room by itself, or zeros do. */
static enum exh_status put_room(struct walk *w, uint64_t n, struct exh_error *err)
{
    const struct exh_sink *sink = w->copy->sink;
    enum exh_status status = EXH_OK;

    if (sink->hole) {
        w->at += n;
        return sink->hole(sink->ctx, n, err);
    }
    uint8_t *zeros = get_buffer(w, err);
    if (!zeros)
        return err->status;
    memset(zeros, 0, n < COPY_PIECE ? (size_t)n : COPY_PIECE);
    while (n && status == EXH_OK) {
        const size_t step = n < COPY_PIECE ? (size_t)n : COPY_PIECE;
        status = put(w, zeros, step, false, err);
        n -= step;
    }
    return status;
}

static enum exh_status put_hole(struct walk *w, uint64_t n, struct exh_error *err)
{
    const struct copy *c = w->copy;

    if (!c->sink) {
        w->at += n;
        return EXH_OK;
    }
    switch (c->hole) {
    case COPY_HOLE_ZEROS: return put_room(w, n, err);
    case COPY_HOLE_FRAME:
        assert(c->frame.n == n);
        return put(w, c->frame.p, c->frame.n, false, err);
    case COPY_HOLE_LAST:
        assert(w->at + n == w->total);
        w->at += n;
        return EXH_OK;
    }
    return EXH_OK;
}

/* Replace what lies under the overlay in n bytes that came from `from`. */
static void lay_over(const struct copy *c, uint64_t from, uint8_t *p, size_t n)
{
    const uint64_t end = c->overlay.at + c->overlay.n;
    const uint64_t low = from > c->overlay.at ? from : c->overlay.at;
    const uint64_t high = from + n < end ? from + n : end;

    if (low < high)
        memcpy(p + (low - from), c->overlay_bytes.p + (low - c->overlay.at), (size_t)(high - low));
}

/* Bytes of the source: where they lie in memory, or in the buffer, where they may be changed. */
static enum exh_status fetch(struct walk *w, uint64_t from, size_t n, bool change,
                             const uint8_t **out, struct exh_error *err)
{
    const struct exh_source *s = w->copy->source;

    if (s->memory && !change && from <= s->size && n <= s->size - from) {
        *out = s->memory + from;
        return EXH_OK;
    }
    uint8_t *buffer = get_buffer(w, err);
    if (!buffer)
        return err->status;
    *out = buffer;
    return source_read(s, from, buffer, n, err);
}

static enum exh_status put_copy(struct walk *w, const struct piece *piece, struct exh_error *err)
{
    const struct copy *c = w->copy;
    const bool overlaid = c->overlay.n && piece->from < c->overlay.at + c->overlay.n &&
                          c->overlay.at < piece->from + piece->n;
    enum exh_status status = EXH_OK;

    for (uint64_t done = 0; done < piece->n && status == EXH_OK;) {
        const uint64_t left = piece->n - done;
        const size_t step = left < COPY_PIECE ? (size_t)left : COPY_PIECE;
        const uint8_t *p = NULL;
        status = fetch(w, piece->from + done, step, overlaid, &p, err);
        if (status != EXH_OK)
            return status;
        if (overlaid)
            lay_over(c, piece->from + done, w->buffer, step);
        status = put(w, p, step, piece->hashed, err);
        done += step;
    }
    return status;
}

static void hash_mark(struct walk *w)
{
    uint8_t offset[8];

    for (size_t i = 0; i < sizeof offset; i++)
        offset[i] = (uint8_t)(w->at >> (56 - 8 * i));
    if (w->copy->hasher)
        w->copy->crypto->hash_update(w->copy->hasher, offset, sizeof offset);
}

static enum exh_status put_piece(struct walk *w, const struct piece *piece, struct exh_error *err)
{
    if (piece->marks_offset)
        hash_mark(w);
    switch (piece->kind) {
    case PIECE_COPY: return put_copy(w, piece, err);
    case PIECE_LITERAL: return put(w, piece->literal, (size_t)piece->n, piece->hashed, err);
    case PIECE_STORE: return put_hole(w, piece->n, err);
    }
    return EXH_OK;
}

enum exh_status copy_run(const struct copy *c, struct exh_error *err)
{
    struct walk w = { .copy = c, .total = c->plan ? plan_size(c->plan) : c->source->size };
    struct piece piece = { .kind = PIECE_COPY, .n = c->source->size, .hashed = true };
    enum exh_status status = EXH_OK;
    bool more = true;

    if (!c->plan) {
        status = put_piece(&w, &piece, err);
        free(w.buffer);
        return status;
    }
    plan_rewind(c->plan);
    while (status == EXH_OK && more) {
        status = plan_next(c->plan, &piece, &more, err);
        if (status == EXH_OK && more)
            status = put_piece(&w, &piece, err);
    }
    free(w.buffer);
    return status;
}
