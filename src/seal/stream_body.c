/* stream_body.c -- the bytes of a recording: sealed into chunks, or in clear and hashed. */
#include "seal/stream.h"

#include <string.h>

#include "seal/filler.h"

#define SYNC_US \
    UINT64_C(2000000) // EXH_SYNC_2S: a chunk is not open longer, but for the record in progress

static const uint8_t LEAF_PREFIX = 0x00;

/* --- A plain body: leaves are made while the bytes go by. */

static void end_leaf(struct exh_stream *s)
{
    const struct exh_crypto *crypto = s->head.options->crypto;
    uint8_t whole[EXH_HASH_MAX], leaf[1][32];

    if (!s->leaf)
        return;
    crypto->hash_final(s->leaf, whole);
    s->leaf = NULL;
    s->leaf_n = 0;
    memcpy(leaf[0], whole, sizeof leaf[0]);
    leaves_add(&s->leaves, leaf, 1);
}

static enum exh_status hash_plain(struct exh_stream *s, const uint8_t *p, size_t n,
                                  struct exh_error *err)
{
    const struct exh_crypto *crypto = s->head.options->crypto;

    while (n) {
        if (!s->leaf) {
            s->leaf = crypto->hash_new(EXH_SHA256);
            if (!s->leaf)
                return fail_no_memory(err);
            crypto->hash_update(s->leaf, &LEAF_PREFIX, 1);
        }
        const size_t room = LEAF_PLAIN - s->leaf_n;
        const size_t step = n < room ? n : room;
        crypto->hash_update(s->leaf, p, step);
        s->leaf_n += step;
        p += step;
        n -= step;
        if (s->leaf_n == LEAF_PLAIN)
            end_leaf(s);
    }
    return EXH_OK;
}

static enum exh_status put_plain(struct exh_stream *s, const uint8_t *p, size_t n,
                                 struct exh_error *err)
{
    enum exh_status status = s->body->write(s->body->ctx, p, n, err);

    if (status != EXH_OK)
        return status;
    s->written += n;
    return hash_plain(s, p, n, err);
}

/* --- A sealed body. */

enum exh_status stream_put(struct exh_stream *s, const uint8_t *p, size_t n, bool filler,
                           struct exh_error *err)
{
    const uint64_t chunk = s->plain_n / AGE_CHUNK_N;
    const bool begins = s->plain_n % AGE_CHUNK_N == 0;
    enum exh_status status = s->plain ? put_plain(s, p, n, err) : feed_write(&s->feed, p, n, err);

    if (status != EXH_OK)
        return status;
    s->plain_n += n;
    const bool crossed = begins || s->plain_n / AGE_CHUNK_N != chunk;
    if (s->head.options->clock && (crossed || (!filler && !s->chunk_counts)))
        s->chunk_us = head_now(&s->head).mono_us;
    s->chunk_counts = !filler || (!crossed && s->chunk_counts);
    return EXH_OK;
}

/* Whether the chunk in progress has waited long enough. */
static bool is_due(const struct exh_stream *s)
{
    if (s->options.sync == EXH_SYNC_RECORD)
        return true;
    return s->head.options->clock && head_now(&s->head).mono_us - s->chunk_us >= SYNC_US;
}

enum exh_status stream_pad(struct exh_stream *s, struct exh_error *err)
{
    const size_t open = s->plain ? 0 : feed_open_bytes(&s->feed);
    uint8_t filler[FILLER_MAX];

    if (!open || open == AGE_CHUNK_N || s->options.filler == EXH_FILLER_NONE)
        return EXH_OK;
    if (!s->chunk_counts || !is_due(s))
        return EXH_OK;
    s->padded = true;
    const size_t n = filler_write(s->options.filler, AGE_CHUNK_N - open, filler);
    return stream_put(s, filler, n, true, err);
}

enum exh_status stream_flush(struct exh_stream *s, bool more, struct exh_error *err)
{
    if (s->plain)
        return EXH_OK;
    return feed_flush(&s->feed, more || s->options.filler != EXH_FILLER_NONE, err);
}

enum exh_status stream_end(struct exh_stream *s, struct exh_error *err)
{
    uint8_t filler[FILLER_MAX];
    enum exh_status status = EXH_OK;

    if (s->plain)
        return EXH_OK;
    if (s->plain_n && !feed_open_bytes(&s->feed))
        status = stream_put(s, filler, filler_write_least(s->options.filler, filler), true, err);
    return status == EXH_OK ? feed_end(&s->feed, err) : status;
}

enum exh_status stream_digest(struct exh_stream *s, uint8_t digest[LEDGER_HASH],
                              struct exh_error *err)
{
    end_leaf(s);
    leaves_end(&s->leaves, digest);
    return leaves_begin(&s->leaves, s->head.options->crypto, err);
}
