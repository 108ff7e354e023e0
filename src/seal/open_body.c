/* open_body.c -- the body while it is opened: chunk by chunk, or in clear. */
#include "seal/open.h"

#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "base/wipe.h"

static uint64_t chunk_at(uint64_t chunk)
{
    return chunk * AGE_SEALED_N;
}

static size_t sealed_n(const struct opening *o, uint64_t chunk)
{
    const uint64_t left = o->body_n - chunk_at(chunk);

    return left < AGE_SEALED_N ? (size_t)left : AGE_SEALED_N;
}

static void tell(const struct opening *o, uint64_t done)
{
    const struct exh_check_options *c = &o->options->check;

    if (c->progress)
        c->progress(c->progress_ctx, done, o->body_n);
}

/* Give out what of these bytes in clear, at offset `at` of the whole, is wanted. */
static enum exh_status give(struct opening *o, uint64_t at, const uint8_t *p, size_t n,
                            struct exh_error *err)
{
    const uint64_t low = at > o->from ? at : o->from;
    const uint64_t high = at + n < o->to ? at + n : o->to;

    if (low >= high)
        return EXH_OK;
    o->out.plain_n += high - low;
    return o->sink->write(o->sink->ctx, p + (low - at), (size_t)(high - low), err);
}

enum exh_status open_one_chunk(struct opening *o, uint64_t chunk, bool last, uint8_t *to, size_t *n,
                               bool *good, struct exh_error *err)
{
    const size_t size = sealed_n(o, chunk);
    struct aead *aead = NULL;

    *good = false;
    *n = 0;
    if (size < AEAD_TAG)
        return EXH_OK;
    uint8_t *sealed = malloc(size);
    enum exh_status status = sealed ? EXH_OK : fail_no_memory(err);
    if (status == EXH_OK)
        status = source_read(o->body, o->object.body_at + chunk_at(chunk), sealed, size, err);
    if (status == EXH_OK)
        status = file_key_aead(o->key, o->object.nonce, &aead, err);
    if (status == EXH_OK) {
        *good = age_chunk_open(aead, chunk, last, sealed, size - AEAD_TAG, to);
        *n = size - AEAD_TAG;
    }
    aead_free(aead);
    free(sealed);
    return status;
}

/* A chunk that does not authenticate as what its place makes it: perhaps as the other kind. */
static enum exh_status try_otherwise(struct opening *o, uint64_t chunk, struct exh_error *err)
{
    const bool at_end = chunk + 1 == o->chunks;
    uint8_t *plain = malloc(AGE_CHUNK_N);
    bool good = false;
    size_t n = 0;

    if (!plain)
        return fail_no_memory(err);
    enum exh_status status = open_one_chunk(o, chunk, !at_end, plain, &n, &good, err);
    if (status == EXH_OK && good)
        status = give(o, chunk * AGE_CHUNK_N, plain, n, err);
    // At the end: it has no last chunk yet, or no longer. Before it: something follows the last chunk. A chunk
    // that is not whole may have been altered or cut: nobody can tell.
    const bool cut = at_end && (good || sealed_n(o, chunk) < AGE_SEALED_N);
    o->stopped = true;
    o->out.payload = cut ? EXH_PAYLOAD_CUT : EXH_PAYLOAD_ALTERED;
    o->out.altered_chunk = cut ? 0 : chunk;
    wipe(plain, AGE_CHUNK_N);
    free(plain);
    return status;
}

static enum exh_status take_chunk(struct opening *o, const struct pair *pair, size_t i,
                                  struct exh_error *err)
{
    const uint64_t chunk = pair->first + i;

    if (!pair->good[i])
        return try_otherwise(o, chunk, err);
    if (!pair->out_n[i] && chunk) { // age: "the last chunk may only be empty if the payload is"
        o->stopped = true;
        o->out.payload = EXH_PAYLOAD_ALTERED;
        o->out.altered_chunk = chunk;
        return EXH_OK;
    }
    return give(o, chunk * AGE_CHUNK_N, pair->bytes + i * PAIR_STEP, pair->out_n[i], err);
}

static enum exh_status take(void *ctx, const struct pair *pair, struct exh_error *err)
{
    struct opening *o = ctx;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < pair->n && status == EXH_OK; i++) {
        uint8_t leaf[1][32];
        if (!o->stopped)
            status = take_chunk(o, pair, i, err);
        memcpy(leaf[0], pair->leaves[i], sizeof leaf[0]);
        if (status == EXH_OK && o->watch.on)
            status = watch_leaf(o, chunk_at(pair->first + i), pair->in_n[i], leaf, err);
    }
    tell(o, chunk_at(pair->first) + pair->n * AGE_SEALED_N);
    return status;
}

/* Bring chunks into a pair: from memory they are opened where they lie. */
static enum exh_status fill(struct opening *o, struct pair *pair, uint64_t chunk,
                            struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    pair->first = chunk;
    for (size_t i = 0; i < PAIR_N && chunk + i < o->read_to && status == EXH_OK; i++) {
        const uint64_t at = o->object.body_at + chunk_at(chunk + i);
        pair->in_n[i] = sealed_n(o, chunk + i);
        pair->n = i + 1;
        if (o->body->memory)
            pair->in[i] = o->body->memory + at;
        else
            status = source_read(o->body, at, pair->bytes + i * PAIR_STEP, pair->in_n[i], err);
    }
    pair->last = chunk + pair->n == o->chunks;
    return status;
}

enum exh_status open_chunks(struct opening *o, struct exh_error *err)
{
    const struct pairs_config config = { .open = true,
                                         .key = o->key,
                                         .nonce = o->object.nonce,
                                         .crypto = o->watch.on ? o->crypto : NULL,
                                         .workers = o->options->workers,
                                         .take = take,
                                         .ctx = o };
    struct pairs *pairs = NULL;
    struct pair *pair = NULL;

    if (!o->chunks)
        o->out.payload = EXH_PAYLOAD_CUT;
    enum exh_status status = pairs_new(&config, &pairs, err);
    for (uint64_t i = o->read_from; i < o->read_to && status == EXH_OK; i += PAIR_N) {
        status = pairs_next(pairs, &pair, err);
        if (status != EXH_OK || (o->stopped && !o->watch.on))
            break;
        status = fill(o, pair, i, err);
        if (status == EXH_OK)
            pairs_begin(pairs, pair);
    }
    if (status == EXH_OK)
        status = pairs_drain(pairs, err);
    pairs_free(pairs);
    return status;
}

static enum exh_status give_piece(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct opening *o = ctx;

    o->out.plain_n += n;
    tell(o, o->from + o->out.plain_n);
    return o->sink->write(o->sink->ctx, p, n, err);
}

enum exh_status open_plain(struct opening *o, struct exh_error *err)
{
    return source_visit(o->body, o->from, o->to - o->from, give_piece, o, err);
}
