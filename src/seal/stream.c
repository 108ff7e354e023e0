#include "seal/stream.h"

#include <stdlib.h>
#include <string.h>

static enum exh_status take(void *ctx, const struct pair *pair, struct exh_error *err)
{
    struct exh_stream *s = ctx;
    const struct exh_appender *to = s->body;
    uint8_t leaves[PAIR_N][32];
    enum exh_status status = EXH_OK;

    memcpy(leaves, pair->leaves, sizeof leaves);
    if (s->head.has_ledger)
        leaves_add(&s->leaves, leaves, pair->n);
    for (size_t i = 0; i < pair->n && status == EXH_OK; i++) {
        s->written += pair->out_n[i];
        status = to->write(to->ctx, pair->bytes + i * PAIR_STEP, pair->out_n[i], err);
    }
    return status;
}

/* After a failure nothing of the files is known but what the ledger covers: nothing more is written. */
static enum exh_status ended(struct exh_stream *s, enum exh_status status)
{
    if (status != EXH_OK) {
        s->ended = true;
        head_forget(&s->head);
    }
    return status;
}

static enum exh_status check_open(const struct exh_stream *s, struct exh_error *err)
{
    return s->ended ? fail(err, EXH_INVALID, "the segment has ended") : EXH_OK;
}

static enum exh_status write_synced(const struct exh_appender *file, struct exh_bytes bytes,
                                    struct exh_error *err)
{
    enum exh_status status = file->write(file->ctx, bytes.p, bytes.n, err);

    return status == EXH_OK ? file->sync(file->ctx, err) : status;
}

/* One entry: number, place and hash are the ledger's. */
static enum exh_status put_entry(struct exh_stream *s, struct ledger_entry *e,
                                 struct exh_error *err)
{
    uint8_t tick[TICK_SIZE];

    if (s->recovered)
        e->flags |= TICK_RECOVERED;
    enum exh_status status = ledger_put(&s->head.ledger, e, tick, err);
    if (status != EXH_OK)
        return status;
    return write_synced(s->ledger_file, (struct exh_bytes){ tick, sizeof tick }, err);
}

/* An entry over the bytes that none covers yet; no record begins in them: they lie at `at` in clear. */
static enum exh_status put_covering(struct exh_stream *s, enum tick_type type, uint64_t at,
                                    struct exh_error *err)
{
    const struct stream_record *r = &s->waiting;
    struct ledger_entry e = { .type = type,
                              .clock = head_now(&s->head),
                              .end = s->written,
                              .plain_at = r->begun ? r->plain_at : at };

    if (r->begun) {
        e.clock.t0_us = r->t0_us;
        e.flags |= r->key_frame ? TICK_KEY_FRAME : 0;
    }
    e.flags |= s->padded ? TICK_PADDED : 0;
    enum exh_status status = stream_digest(s, e.digest, err);
    if (status == EXH_OK)
        status = put_entry(s, &e, err);
    s->waiting = (struct stream_record){ 0 };
    s->padded = false;
    return status;
}

/* Body first, ledger after it: an entry never speaks of bytes that may be lost. */
static enum exh_status cover(struct exh_stream *s, struct exh_error *err)
{
    enum exh_status status = stream_flush(s, false, err);

    if (status == EXH_OK)
        status = s->body->sync(s->body->ctx, err);
    if (status != EXH_OK || !s->head.has_ledger || s->written == s->head.ledger.place.end)
        return status;
    return put_covering(s, TICK_RECORD, s->record_at, err);
}

enum exh_status exh_stream_write(struct exh_stream *s, const uint8_t *p, size_t n,
                                 struct exh_error *err)
{
    struct exh_error local;
    enum exh_status status = check_open(s, err ? err : &local);

    if (status != EXH_OK || !n)
        return status;
    if (s->plain_n == s->record_at && s->head.has_ledger)
        s->record_us = head_now(&s->head).t0_us;
    return ended(s, stream_put(s, p, n, false, err ? err : &local));
}

static enum exh_status end_record(struct exh_stream *s, uint64_t t0_us, bool key_frame,
                                  struct exh_error *err)
{
    if (!s->waiting.begun)
        s->waiting = (struct stream_record){ .begun = true,
                                             .plain_at = s->record_at,
                                             .t0_us = t0_us ? (int64_t)t0_us : s->record_us,
                                             .key_frame = key_frame };
    enum exh_status status = stream_pad(s, err);
    if (status == EXH_OK)
        status = cover(s, err);
    s->record_at = s->plain_n;
    return status;
}

/* Nothing new came: a chunk that has waited long enough is filled up all the same. */
static enum exh_status settle(struct exh_stream *s, struct exh_error *err)
{
    enum exh_status status = stream_pad(s, err);

    if (status != EXH_OK || s->plain_n == s->record_at)
        return status;
    s->record_at = s->plain_n;
    return cover(s, err);
}

enum exh_status exh_stream_record(struct exh_stream *s, uint64_t t0_us, bool key_frame,
                                  struct exh_error *err)
{
    struct exh_error local;

    err = err ? err : &local;
    enum exh_status status = check_open(s, err);
    if (status != EXH_OK)
        return status;
    if (s->plain_n == s->record_at)
        return ended(s, settle(s, err));
    if (t0_us > LEDGER_TIME_MAX)
        return fail(err, EXH_INVALID, "the record's time is beyond the year 9999");
    return ended(s, end_record(s, t0_us, key_frame, err));
}

/* An entry without bytes; what was recorded before it is covered before it, as far as it is whole. */
static enum exh_status put_apart(struct exh_stream *s, struct ledger_entry *e,
                                 struct exh_error *err)
{
    enum exh_status status = check_open(s, err);

    if (status == EXH_OK && !s->head.has_ledger)
        return fail(err, EXH_INVALID, "there is no ledger to write it down in");
    if (status != EXH_OK)
        return status;
    status = cover(s, err);
    if (status == EXH_OK)
        status = put_entry(s, e, err);
    return ended(s, status);
}

enum exh_status exh_stream_gap(struct exh_stream *s, enum exh_gap why, uint64_t t0_us,
                               struct exh_error *err)
{
    struct exh_error local;
    struct ledger_entry e = { .type = TICK_GAP, .reason = (enum tick_reason)why };

    err = err ? err : &local;
    if (t0_us > LEDGER_TIME_MAX || why < EXH_GAP_SENSOR || why > EXH_GAP_PLACE)
        return fail(err, EXH_INVALID, "no such gap: reason %d", (int)why);
    if (s->head.has_ledger)
        e.clock = head_now(&s->head);
    e.plain_at = s->plain_n;
    e.clock.t0_us = (int64_t)t0_us;
    return put_apart(s, &e, err);
}

enum exh_status exh_stream_beacon(struct exh_stream *s, const uint8_t checkpoint[32],
                                  struct exh_error *err)
{
    struct exh_error local;
    struct ledger_entry e = { .type = TICK_BEACON, .plain_at = s->plain_n };

    memcpy(e.digest, checkpoint, sizeof e.digest);
    if (s->head.has_ledger)
        e.clock = head_now(&s->head);
    return put_apart(s, &e, err ? err : &local);
}

bool exh_stream_is_full(const struct exh_stream *s)
{
    if (s->plain_n >= EXH_SEGMENT_BYTES)
        return true;
    return s->head.options->clock && head_now(&s->head).mono_us >= EXH_SEGMENT_US;
}

static enum exh_status close_segment(struct exh_stream *s, struct exh_error *err)
{
    const uint64_t at = s->plain_n;

    if (!s->waiting.begun && s->plain_n > s->record_at)
        s->waiting = (struct stream_record){ .begun = true,
                                             .plain_at = s->record_at,
                                             .t0_us = s->record_us };
    enum exh_status status = stream_end(s, err);
    if (status == EXH_OK)
        status = s->body->sync(s->body->ctx, err);
    return status == EXH_OK && s->head.has_ledger ? put_covering(s, TICK_CLOSE, at, err) : status;
}

enum exh_status exh_stream_close(struct exh_stream *s, struct exh_sealed *done,
                                 struct exh_tail *tail, struct exh_error *err)
{
    struct exh_error local;

    err = err ? err : &local;
    enum exh_status status = check_open(s, err);
    if (status == EXH_OK)
        status = close_segment(s, err);
    s->ended = true;
    head_forget(&s->head);
    if (status != EXH_OK)
        return status;
    if (done) {
        *done = (struct exh_sealed){ .has_ledger = s->head.has_ledger,
                                     .plain_n = s->plain_n,
                                     .header_n = s->head.size,
                                     .payload_n = s->written };
        memcpy(done->oid, s->head.ledger.oid, sizeof done->oid);
    }
    if (tail) {
        *tail = (struct exh_tail){ .segment = s->head.segment };
        memcpy(tail->entry, s->head.ledger.place.head, sizeof tail->entry);
    }
    return EXH_OK;
}

/* Header and nonce of a sealed body. */
static enum exh_status write_head(struct exh_stream *s, struct exh_error *err)
{
    struct buf header = buf_with_limit(AGE_HEADER_MAX + AGE_NONCE_N);
    enum exh_status status = head_write(&s->head, NULL, &header, err);

    buf_put(&header, s->head.nonce, AGE_NONCE_N);
    if (status == EXH_OK)
        status = buf_finish(&header, err);
    if (status == EXH_OK)
        status = s->body->write(s->body->ctx, header.p, header.n, err);
    buf_free(&header);
    return status;
}

static enum exh_status make_pairs(struct exh_stream *s, struct exh_error *err)
{
    const struct pairs_config config = {
        .key = s->head.key,
        .nonce = s->head.nonce,
        .crypto = s->head.has_ledger ? s->head.options->crypto : NULL,
        .workers = s->head.options->workers,
        .take = take,
        .ctx = s,
    };
    enum exh_status status = pairs_new(&config, &s->pairs, err);

    if (status == EXH_OK)
        s->feed = feed_into(s->pairs);
    return status;
}

static enum exh_status begin(struct exh_stream *s, struct exh_error *err)
{
    const struct head_form form = {
        .plain = s->plain,
        .policy =
            OPEN_LEDGER_REQUIRED | (s->options.sync == EXH_SYNC_RECORD ? OPEN_SYNC_RECORD : 0),
        .previous = s->options.previous ? &s->previous : NULL,
    };
    enum exh_status status = head_begin(&s->head, &s->options.seal, &form, err);

    if (status == EXH_OK && s->head.has_ledger && !s->ledger_file)
        status = fail(err, EXH_INVALID, "no file was given for the ledger");
    if (status == EXH_OK && s->head.has_ledger)
        status = leaves_begin(&s->leaves, s->head.options->crypto, err);
    if (status == EXH_OK && !s->plain)
        status = make_pairs(s, err);
    if (status == EXH_OK && !s->plain)
        status = write_head(s, err);
    if (status == EXH_OK)
        status = s->body->sync(s->body->ctx, err);
    if (status == EXH_OK && s->head.has_ledger)
        status = write_synced(s->ledger_file, buf_view(&s->head.open), err);
    return status;
}

enum exh_status exh_stream_open(const struct exh_appender *body, const struct exh_appender *ledger,
                                const struct exh_stream_options *options, struct exh_stream **out,
                                struct exh_error *err)
{
    struct exh_error local;
    struct exh_stream *s = calloc(1, sizeof *s);

    err = err ? err : &local;
    if (!s)
        return fail_no_memory(err);
    s->options = *options;
    s->body = body;
    s->ledger_file = ledger;
    s->plain = !options->seal.recipients;
    if (options->previous)
        s->previous = *options->previous;
    enum exh_status status = begin(s, err);
    if (status != EXH_OK) {
        exh_stream_free(s);
        return status;
    }
    *out = s;
    return EXH_OK;
}

void exh_stream_free(struct exh_stream *s)
{
    if (!s)
        return;
    pairs_free(s->pairs);
    if (s->leaf)
        s->head.options->crypto->hash_free(s->leaf);
    leaves_free(&s->leaves);
    head_free(&s->head);
    free(s);
}
