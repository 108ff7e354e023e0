/*
 * sealer.c -- the one-file form: a sink that seals what is written into it.
 *
 *     header (room) | nonce | chunks ...                 header patched in by finish
 *
 * A hole is room for bytes that come at the end: a manifest store, which signs what follows it. The chunks
 * that it touches are held in clear until then ("held"), everything else is sealed as it comes. Their
 * digests must be hashed in order, so those of the chunks behind the hole wait for it too.
 */
#include <exhibit/seal.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "formats/age_armor.h"
#include "seal/feed.h"
#include "seal/head.h"
#include "seal/leaf.h"

#define LEAVES_MAX ((size_t)1 << 20) // bytes of digests that wait: of 2 GiB behind a hole
#define ZEROS_N    ((size_t)64 << 10)

/* Chunks held in clear, around the hole. */
struct held {
    uint64_t chunk; // number of the first one
    size_t size;    // bytes of all of them
    size_t n;       // bytes that are there, or left out for the hole
    uint8_t *bytes; // owned; NULL: no hole
    uint64_t at;    // where the hole begins in clear
    size_t hole_n;
    bool filled;
    bool passed; // bytes behind them have come: their place is kept in the output
};

struct exh_sealer {
    struct exh_sink sink; // what others write into
    struct exh_seal_options options;
    struct armor_writer armor;
    struct exh_sink armored;
    const struct exh_sink *out; // the caller's, or `armored`
    struct exh_sink waiting;    // into `kept`
    const struct exh_sink *to;  // out, or `waiting` if that cannot patch and the header comes last
    struct buf kept;
    struct head head;
    struct pairs *pairs;
    struct feed feed;
    struct leaves leaves;
    struct buf late; // digests behind the hole
    struct held held;
    uint64_t plain_n;
    uint64_t total;    // of exh_seal(): bytes in clear; 0: not known
    uint64_t patch_at; // finish: where the held chunks go; 0: not yet
    bool ended;        // finished, or failed
};

static enum exh_status kept_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct exh_sealer *s = ctx;

    buf_put(&s->kept, p, n);
    if (s->kept.failed == EXH_LIMIT)
        return fail(err, EXH_LIMIT,
                    "more than %zu bytes into a pipe, of which the header comes last: give a file",
                    EXH_HELD_MAX);
    return buf_finish(&s->kept, err);
}

static enum exh_status kept_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                  struct exh_error *err)
{
    struct exh_sealer *s = ctx;

    if (at > s->kept.n || n > s->kept.n - at)
        return fail(err, EXH_INVALID, "patch at %" PRIu64 " is beyond %zu bytes", at, s->kept.n);
    buf_set(&s->kept, (size_t)at, p, n);
    return EXH_OK;
}

static uint64_t payload_at(const struct exh_sealer *s)
{
    return s->head.size + AGE_NONCE_N;
}

static enum exh_status write_chunks(struct exh_sealer *s, const struct pair *pair,
                                    struct exh_error *err)
{
    const struct exh_sink *to = s->to;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < pair->n && status == EXH_OK; i++) {
        const uint8_t *chunk = pair->bytes + i * PAIR_STEP;
        if (!s->patch_at) {
            status = to->write(to->ctx, chunk, pair->out_n[i], err);
        } else {
            status = to->patch(to->ctx, s->patch_at, chunk, pair->out_n[i], err);
            s->patch_at += pair->out_n[i];
        }
    }
    return status;
}

/* Digests go into the running hash; those behind the hole wait until finish. */
static enum exh_status add_leaves(struct exh_sealer *s, const struct pair *pair,
                                  struct exh_error *err)
{
    uint8_t leaves[PAIR_N][32];

    if (!s->head.has_ledger)
        return EXH_OK;
    memcpy(leaves, pair->leaves, sizeof leaves);
    if (!s->held.bytes || pair->first < s->held.chunk + s->held.size / AGE_CHUNK_N) {
        leaves_add(&s->leaves, leaves, pair->n);
        return EXH_OK;
    }
    buf_put(&s->late, leaves, pair->n * sizeof leaves[0]);
    if (s->late.failed == EXH_LIMIT)
        return fail(err, EXH_LIMIT, "too many bytes behind a hole: sign first, then seal");
    return buf_finish(&s->late, err);
}

/* Of a source whose size is known: how far it is. */
static void tell(const struct exh_sealer *s, const struct pair *pair)
{
    const uint64_t done = (pair->first + pair->n) * AGE_CHUNK_N;

    if (s->options.progress && s->total)
        s->options.progress(s->options.progress_ctx, done < s->total ? done : s->total, s->total);
}

static enum exh_status take(void *ctx, const struct pair *pair, struct exh_error *err)
{
    struct exh_sealer *s = ctx;
    enum exh_status status = write_chunks(s, pair, err);

    tell(s, pair);
    return status == EXH_OK ? add_leaves(s, pair, err) : status;
}

static enum exh_status write_zeros(struct exh_sealer *s, uint64_t n, struct exh_error *err)
{
    uint8_t *zeros = calloc(1, ZEROS_N);
    enum exh_status status = zeros ? EXH_OK : fail_no_memory(err);

    while (n && status == EXH_OK) {
        const size_t step = n < ZEROS_N ? (size_t)n : ZEROS_N;
        status = s->to->write(s->to->ctx, zeros, step, err);
        n -= step;
    }
    free(zeros);
    return status;
}

/* Bytes in clear go into the held chunks first, if there are any. */
static enum exh_status put_held(struct exh_sealer *s, const uint8_t **p, size_t *n,
                                struct exh_error *err)
{
    struct held *h = &s->held;
    const size_t left = h->size - h->n;
    const size_t step = *n < left ? *n : left;

    memcpy(h->bytes + h->n, *p, step);
    h->n += step;
    *p += step;
    *n -= step;
    if (!*n || h->passed)
        return EXH_OK;
    h->passed = true;
    return write_zeros(s, age_sealed_size(h->size), err);
}

/* After a failure nothing more is taken. */
static enum exh_status ended(struct exh_sealer *s, enum exh_status status)
{
    if (status != EXH_OK)
        s->ended = true;
    return status;
}

static enum exh_status check_open(const struct exh_sealer *s, struct exh_error *err)
{
    return s->ended ? fail(err, EXH_INVALID, "the sealer has ended") : EXH_OK;
}

static enum exh_status sealer_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct exh_sealer *s = ctx;
    const size_t all = n;
    enum exh_status status = check_open(s, err);

    if (status == EXH_OK && s->held.bytes && !s->held.passed)
        status = put_held(s, &p, &n, err);
    if (status == EXH_OK && n)
        status = feed_write(&s->feed, p, n, err);
    if (status == EXH_OK)
        s->plain_n += all;
    return ended(s, status);
}

/* Begin to hold: what is in the chunk in progress, and room for the hole. */
static enum exh_status hold(struct exh_sealer *s, size_t n, struct exh_error *err)
{
    struct held *h = &s->held;
    enum exh_status status = feed_flush(&s->feed, true, err);

    if (status != EXH_OK)
        return status;
    const uint64_t chunk = s->plain_n / AGE_CHUNK_N;
    const size_t before = (size_t)(s->plain_n % AGE_CHUNK_N);
    const size_t chunks = (before + n + AGE_CHUNK_N - 1) / AGE_CHUNK_N;
    uint8_t *bytes = calloc(chunks, AGE_CHUNK_N);
    if (!bytes)
        return fail_no_memory(err);
    *h = (struct held){
        .chunk = chunk, .size = chunks * AGE_CHUNK_N, .bytes = bytes, .at = s->plain_n, .hole_n = n
    };
    feed_take_out(&s->feed, bytes, &h->n, chunk + chunks);
    h->n += n;
    s->plain_n += n;
    return EXH_OK;
}

static enum exh_status sealer_hole(void *ctx, uint64_t n, struct exh_error *err)
{
    struct exh_sealer *s = ctx;
    enum exh_status status = check_open(s, err);

    if (status != EXH_OK || !n)
        return status;
    if (s->held.bytes)
        return ended(s, fail(err, EXH_INVALID, "a second hole at %" PRIu64, s->plain_n));
    if (n > EXH_HOLE_MAX)
        return ended(s, fail(err, EXH_LIMIT, "a hole of %" PRIu64 " bytes; %" PRIu64 " are allowed",
                             n, EXH_HOLE_MAX));
    return ended(s, hold(s, (size_t)n, err));
}

static enum exh_status sealer_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                    struct exh_error *err)
{
    struct exh_sealer *s = ctx;
    struct held *h = &s->held;
    enum exh_status status = check_open(s, err);

    if (status != EXH_OK)
        return status;
    if (!h->bytes || at != h->at || n != h->hole_n)
        return fail(err, EXH_INVALID, "patch of %zu bytes at %" PRIu64 ": no hole was left there",
                    n, at);
    memcpy(h->bytes + (at - h->chunk * AGE_CHUNK_N), p, n);
    h->filled = true;
    return EXH_OK;
}

/* Seal the chunks that were held, now that all their bytes are known. */
static enum exh_status seal_held(struct exh_sealer *s, struct exh_error *err)
{
    struct held *h = &s->held;
    enum exh_status status = EXH_OK;

    if (!h->bytes)
        return EXH_OK;
    if (!h->filled)
        return fail(err, EXH_INVALID, "the hole at %" PRIu64 " was never filled", h->at);
    s->feed = feed_into(s->pairs);
    s->feed.chunk = h->chunk;
    if (h->passed)
        s->patch_at = payload_at(s) + h->chunk * AGE_SEALED_N;
    status = feed_write(&s->feed, h->bytes, h->n, err);
    if (status == EXH_OK)
        status = h->passed ? feed_flush(&s->feed, true, err) : feed_end(&s->feed, err);
    return status;
}

static enum exh_status end_payload(struct exh_sealer *s, struct exh_error *err)
{
    // Unless the payload ends within the held chunks.
    enum exh_status status = !s->held.bytes || s->held.passed ? feed_end(&s->feed, err) : EXH_OK;

    return status == EXH_OK ? seal_held(s, err) : status;
}

/* The close entry, over everything. */
static enum exh_status make_tick(struct exh_sealer *s, uint8_t tick[TICK_SIZE],
                                 struct exh_error *err)
{
    struct ledger_entry e = { .type = TICK_CLOSE, .clock = head_now(&s->head) };

    e.end = age_sealed_size(s->plain_n);
    for (size_t i = 0; i < s->late.n; i += 32) {
        uint8_t leaf[1][32];
        memcpy(leaf, s->late.p + i, 32);
        leaves_add(&s->leaves, leaf, 1);
    }
    leaves_end(&s->leaves, e.digest);
    return ledger_put(&s->head.ledger, &e, tick, err);
}

static enum exh_status write_header(struct exh_sealer *s, const uint8_t *tick,
                                    struct exh_error *err)
{
    struct buf header = buf_with_limit(AGE_HEADER_MAX);
    enum exh_status status = head_write(&s->head, tick, &header, err);

    if (status == EXH_OK && tick)
        status = s->to->patch(s->to->ctx, 0, header.p, header.n, err);
    else if (status == EXH_OK)
        status = s->to->write(s->to->ctx, header.p, header.n, err);
    buf_free(&header);
    return status;
}

/* Header and what was kept go out. */
static enum exh_status pass_on(struct exh_sealer *s, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (s->to != s->out)
        status = s->out->write(s->out->ctx, s->kept.p, s->kept.n, err);
    if (status == EXH_OK && s->options.armor)
        status = armor_writer_end(&s->armor, err);
    return status;
}

static enum exh_status finish(struct exh_sealer *s, struct exh_error *err)
{
    uint8_t tick[TICK_SIZE];
    enum exh_status status = check_open(s, err);

    if (status == EXH_OK)
        status = end_payload(s, err);
    if (status == EXH_OK && s->head.has_ledger)
        status = make_tick(s, tick, err);
    if (status == EXH_OK && s->head.has_ledger)
        status = write_header(s, tick, err);
    return status == EXH_OK ? pass_on(s, err) : status;
}

enum exh_status exh_sealer_finish(struct exh_sealer *sealer, struct exh_sealed *out,
                                  struct exh_error *err)
{
    struct exh_error local;
    enum exh_status status = finish(sealer, err ? err : &local);

    sealer->ended = true;
    head_forget(&sealer->head);
    if (status != EXH_OK || !out)
        return status;
    *out = (struct exh_sealed){ .has_ledger = sealer->head.has_ledger,
                                .plain_n = sealer->plain_n,
                                .header_n = sealer->head.size,
                                .payload_n = age_sealed_size(sealer->plain_n) };
    if (out->has_ledger)
        memcpy(out->oid, sealer->head.ledger.oid, sizeof out->oid);
    return EXH_OK;
}

/* Where the bytes go: the header comes last, so a pipe must wait for it. */
static void direct(struct exh_sealer *s, const struct exh_sink *sink)
{
    s->out = sink;
    if (s->options.armor) {
        armor_writer_init(&s->armor, sink);
        s->armored = armor_writer_sink(&s->armor);
        s->out = &s->armored;
    }
    s->kept = buf_with_limit(EXH_HELD_MAX);
    s->waiting = (struct exh_sink){ .write = kept_write, .patch = kept_patch, .ctx = s };
    s->to = s->options.signer && !s->out->patch ? &s->waiting : s->out;
    s->sink = (struct exh_sink){ .write = sealer_write, .ctx = s };
    if (s->to->patch) {
        s->sink.patch = sealer_patch;
        s->sink.hole = sealer_hole;
    }
}

static enum exh_status begin_payload(struct exh_sealer *s, struct exh_error *err)
{
    const struct pairs_config config = {
        .key = s->head.key,
        .nonce = s->head.nonce,
        .crypto = s->head.has_ledger ? s->options.crypto : NULL,
        .workers = s->options.workers,
        .take = take,
        .ctx = s,
    };
    enum exh_status status = pairs_new(&config, &s->pairs, err);

    if (status != EXH_OK)
        return status;
    s->feed = feed_into(s->pairs);
    s->late = buf_with_limit(LEAVES_MAX);
    if (s->head.has_ledger)
        status = leaves_begin(&s->leaves, s->options.crypto, err);
    if (status == EXH_OK)
        status =
            s->head.has_ledger ? write_zeros(s, s->head.size, err) : write_header(s, NULL, err);
    return status == EXH_OK ? s->to->write(s->to->ctx, s->head.nonce, AGE_NONCE_N, err) : status;
}

enum exh_status exh_sealer_new(const struct exh_sink *sink, const struct exh_seal_options *options,
                               struct exh_sealer **out, struct exh_error *err)
{
    struct exh_error local;
    struct exh_sealer *s = calloc(1, sizeof *s);
    const struct head_form form = { .one_file = true, .policy = OPEN_LEDGER_REQUIRED };

    err = err ? err : &local;
    if (!s)
        return fail_no_memory(err);
    s->options = *options;
    direct(s, sink);
    enum exh_status status = head_begin(&s->head, &s->options, &form, err);
    if (status == EXH_OK)
        status = begin_payload(s, err);
    if (status != EXH_OK) {
        exh_sealer_free(s);
        return status;
    }
    *out = s;
    return EXH_OK;
}

const struct exh_sink *exh_sealer_sink(const struct exh_sealer *sealer)
{
    return &sealer->sink;
}

void exh_sealer_free(struct exh_sealer *sealer)
{
    if (!sealer)
        return;
    pairs_free(sealer->pairs);
    leaves_free(&sealer->leaves);
    head_free(&sealer->head);
    if (sealer->held.bytes)
        wipe(sealer->held.bytes, sealer->held.size);
    free(sealer->held.bytes);
    buf_free(&sealer->late);
    buf_free(&sealer->kept);
    free(sealer);
}

/* Memory is sealed where it lies, anything else read straight into the chunks. */
static enum exh_status feed_source(struct exh_sealer *s, const struct exh_source *source,
                                   struct exh_error *err)
{
    const uint64_t n = source->size;

    s->plain_n = s->total = n;
    return source->memory ? feed_lend(&s->feed, source->memory, (size_t)n, err)
                          : feed_read(&s->feed, source, 0, n, err);
}

enum exh_status exh_seal(const struct exh_source *source, const struct exh_sink *sink,
                         const struct exh_seal_options *options, struct exh_sealed *out,
                         struct exh_error *err)
{
    struct exh_error local;
    struct exh_sealer *s = NULL;

    err = err ? err : &local;
    if (source->size > AGE_PLAIN_MAX)
        return fail(err, EXH_LIMIT, "%" PRIu64 " bytes are more than an age file can hold",
                    source->size);
    enum exh_status status = exh_sealer_new(sink, options, &s, err);
    if (status != EXH_OK)
        return status;
    status = feed_source(s, source, err);
    if (status == EXH_OK)
        status = exh_sealer_finish(s, out, err);
    exh_sealer_free(s);
    return status;
}
