#include "seal/feed.h"

#include <assert.h>
#include <string.h>

struct feed feed_into(struct pairs *pairs)
{
    return (struct feed){ .pairs = pairs };
}

/* Hand out the first n chunks of the pair. */
static void begin(struct feed *f, size_t n, bool last)
{
    struct pair *pair = f->pair;

    pair->first = f->chunk;
    pair->n = n;
    pair->last = last;
    for (size_t i = 0; i < n; i++) {
        const size_t before = i * AGE_CHUNK_N;
        pair->in_n[i] = f->have - before < AGE_CHUNK_N ? f->have - before : AGE_CHUNK_N;
    }
    f->chunk += n;
    f->pair = NULL;
    f->have = 0;
    pairs_begin(f->pairs, pair);
}

/* A pair with room in it. */
static enum exh_status need_pair(struct feed *f, struct exh_error *err)
{
    if (f->pair && f->have == PAIR_PLAIN)
        begin(f, PAIR_N, false);
    return f->pair ? EXH_OK : pairs_next(f->pairs, &f->pair, err);
}

uint8_t *feed_room(struct feed *f, size_t *n, struct exh_error *err)
{
    if (need_pair(f, err) != EXH_OK)
        return NULL;
    const size_t i = f->have / AGE_CHUNK_N;
    const size_t within_chunk = f->have % AGE_CHUNK_N;
    *n = AGE_CHUNK_N - within_chunk;
    return f->pair->bytes + i * PAIR_STEP + within_chunk;
}

void feed_filled(struct feed *f, size_t n)
{
    f->have += n;
    f->n += n;
}

enum exh_status feed_write(struct feed *f, const uint8_t *p, size_t n, struct exh_error *err)
{
    if (n > AGE_PLAIN_MAX - f->n)
        return fail(err, EXH_LIMIT, "more bytes than an age file can hold");
    while (n) {
        size_t room = 0;
        uint8_t *to = feed_room(f, &room, err);
        if (!to)
            return err->status;
        room = room < n ? room : n;
        memcpy(to, p, room);
        feed_filled(f, room);
        p += room;
        n -= room;
    }
    return EXH_OK;
}

enum exh_status feed_lend(struct feed *f, const uint8_t *p, size_t n, struct exh_error *err)
{
    // What lies in the pair already, and the end, which may be the last chunk, are copied.
    while (n > PAIR_PLAIN) {
        enum exh_status status = need_pair(f, err);
        if (status != EXH_OK)
            return status;
        if (f->have)
            break;
        for (size_t i = 0; i < PAIR_N; i++)
            f->pair->in[i] = p + i * AGE_CHUNK_N;
        feed_filled(f, PAIR_PLAIN);
        begin(f, PAIR_N, false);
        p += PAIR_PLAIN;
        n -= PAIR_PLAIN;
    }
    return feed_write(f, p, n, err);
}

enum exh_status feed_read(struct feed *f, const struct exh_source *source, uint64_t at, uint64_t n,
                          struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (n && status == EXH_OK) {
        size_t room = 0;
        uint8_t *to = feed_room(f, &room, err);
        if (!to)
            return err->status;
        room = room < n ? room : (size_t)n;
        status = source->read(source->ctx, at, to, room, err);
        feed_filled(f, room);
        at += room;
        n -= room;
    }
    return status;
}

size_t feed_open_bytes(const struct feed *f)
{
    return f->have && f->have % AGE_CHUNK_N == 0 ? AGE_CHUNK_N : f->have % AGE_CHUNK_N;
}

enum exh_status feed_flush(struct feed *f, bool more, struct exh_error *err)
{
    const size_t open = feed_open_bytes(f);
    const size_t rest = more && open == AGE_CHUNK_N ? 0 : open;
    const size_t full = (f->have - rest) / AGE_CHUNK_N;

    if (full) {
        // The rest stays readable behind the chunks that are handed out, while it moves to the next pair.
        const uint8_t *from = f->pair->bytes + full * PAIR_STEP;
        struct pair *next = NULL;
        begin(f, full, false);
        if (rest) {
            enum exh_status status = pairs_next(f->pairs, &next, err);
            if (status != EXH_OK)
                return status;
            memcpy(next->bytes, from, rest);
            f->pair = next;
            f->have = rest;
        }
    }
    return pairs_drain(f->pairs, err);
}

void feed_take_out(struct feed *f, uint8_t *to, size_t *n, uint64_t chunk)
{
    assert(f->have < AGE_CHUNK_N);
    if (f->have)
        memcpy(to, f->pair->bytes, f->have);
    *n = f->have;
    f->n -= f->have;
    f->pair = NULL; // not begun: the next one is the same
    f->have = 0;
    f->chunk = chunk;
}

enum exh_status feed_end(struct feed *f, struct exh_error *err)
{
    if (f->n && !f->have)
        return fail(err, EXH_INVALID, "a payload cannot end with an empty chunk");
    if (!f->pair) {
        enum exh_status status = pairs_next(f->pairs, &f->pair, err);
        if (status != EXH_OK)
            return status;
    }
    begin(f, f->have > AGE_CHUNK_N ? 2 : 1, true);
    return pairs_drain(f->pairs, err);
}
