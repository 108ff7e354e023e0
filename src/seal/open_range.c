/*
 * open_range.c -- which chunks hold what was recorded at a time.
 *
 * The ledger is an array of entries in order of time: a binary search finds the first record, a walk the
 * last. The chunks of all entries that cover the range are read, so that each can be compared whole.
 */
#include "seal/open.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"
#include "seal/ledger_seek.h"

#define HEAD_MAX   ((uint64_t)1 << 20) // bytes of a file's beginning; an empty moov has 1 to 10 KiB
#define BOX_HEAD_N 8 // size and type; large sizes are not for what lies before a fragment

static uint64_t chunks_of(uint64_t n, uint64_t chunk_n)
{
    return n / chunk_n + (n % chunk_n != 0);
}

/* Bytes in clear of a body of so many bytes, whole or cut. */
static uint64_t plain_size(const struct opening *o)
{
    const uint64_t tags = o->chunks * AEAD_TAG;

    if (!o->key)
        return o->body_n;
    return o->body_n > tags ? o->body_n - tags : 0;
}

static uint64_t ledger_entries(const struct opening *o)
{
    const uint64_t at = o->files.ticks_at;

    return o->files.ledger->size > at ? (o->files.ledger->size - at) / TICK_SIZE : 0;
}

static bool is_record(const struct tick *t)
{
    return t->type == TICK_RECORD || t->type == TICK_CLOSE;
}

/* From the entry behind the first record on: where the first record that began too late begins. */
static enum exh_status find_end(struct opening *o, struct exh_error *err)
{
    const uint64_t n = ledger_entries(o);
    struct watch *w = &o->watch;
    struct tick t;

    for (w->end = w->index + 1; w->end < n; w->end++) {
        enum exh_status status =
            ledger_entry_at(&o->check, o->files.ledger, o->files.ticks_at, w->end, &t, err);
        if (status != EXH_OK)
            return status;
        if (!is_record(&t) || (!o->options->to_us || t.t0_us < (int64_t)o->options->to_us))
            continue;
        o->to = t.plain_at < o->to ? t.plain_at : o->to;
        // Its first chunk may hold the end of the record before, and is compared with all of its entry.
        w->end += o->key && o->to % AGE_CHUNK_N != 0;
        return EXH_OK;
    }
    return EXH_OK;
}

static enum exh_status find_times(struct opening *o, struct exh_error *err)
{
    const struct exh_open_options *options = o->options;
    struct ledger_found found;

    if (!o->has_check || !o->object.has_ledger)
        return fail(err, EXH_NOT_FOUND,
                    "without a ledger nobody knows when something was recorded");
    if (options->from_us > LEDGER_TIME_MAX || options->to_us > LEDGER_TIME_MAX ||
        (options->to_us && options->to_us <= options->from_us))
        return fail(err, EXH_INVALID,
                    "a range of time ends before it begins, or beyond the year 9999");
    enum exh_status status = ledger_seek(&o->check, o->files.ledger, o->files.ticks_at,
                                         (int64_t)options->from_us, &found, err);
    if (status != EXH_OK)
        return status;
    const bool is_last = found.index + 1 >= ledger_entries(o);
    if ((options->to_us && found.tick.t0_us >= (int64_t)options->to_us) ||
        (is_last && found.tick.t1_us < (int64_t)options->from_us))
        return fail(err, EXH_NOT_FOUND, "nothing was recorded in that time");
    o->from = found.tick.plain_at;
    o->to = plain_size(o);
    o->watch.index = found.index;
    status = find_end(o, err);
    if (status == EXH_OK && o->from >= o->to)
        status = fail(err, EXH_NOT_FOUND, "what was recorded in that time is not in this file");
    return status;
}

/* The chunks of the entries [index, end), and of the bytes themselves. */
static enum exh_status find_chunks(struct opening *o, struct exh_error *err)
{
    struct watch *w = &o->watch;
    struct tick t;

    o->read_from = o->from / AGE_CHUNK_N;
    o->read_to = chunks_of(o->to, AGE_CHUNK_N);
    for (uint64_t i = w->index; i < w->end; i++) {
        enum exh_status status =
            ledger_entry_at(&o->check, o->files.ledger, o->files.ticks_at, i, &t, err);
        if (status != EXH_OK)
            return status;
        if (t.end == t.first)
            continue;
        const uint64_t first = t.first / AGE_SEALED_N, end = chunks_of(t.end, AGE_SEALED_N);
        o->read_from = first < o->read_from ? first : o->read_from;
        o->read_to = end > o->read_to ? end : o->read_to;
    }
    o->read_to = o->read_to < o->chunks ? o->read_to : o->chunks;
    return EXH_OK;
}

static enum exh_status find_bytes(struct opening *o, struct exh_error *err)
{
    const struct exh_open_options *options = o->options;
    const uint64_t size = plain_size(o);

    if (options->from_us || options->to_us)
        return fail(err, EXH_INVALID, "a range is of times or of bytes, not of both");
    if (options->at >= size)
        return fail(err, EXH_NOT_FOUND, "byte %" PRIu64 " is behind the end of %" PRIu64,
                    options->at, size);
    o->from = options->at;
    o->to = options->n < size - options->at ? options->at + options->n : size;
    o->read_from = o->from / AGE_CHUNK_N;
    o->read_to = chunks_of(o->to, AGE_CHUNK_N);
    return EXH_OK;
}

enum exh_status open_find_range(struct opening *o, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    o->to = UINT64_MAX; // a last chunk that is cut may still give something
    o->read_to = o->chunks;
    o->watch.on = o->has_check && o->object.has_ledger && o->key;
    if (o->options->n) {
        o->ranged = true;
        o->watch.on = false;
        status = find_bytes(o, err);
    } else if (o->options->from_us || o->options->to_us) {
        o->ranged = o->watch.ranged = true;
        status = find_times(o, err);
        if (status == EXH_OK && o->key)
            status = find_chunks(o, err);
    }
    if (!o->key && o->to > o->body_n)
        o->to = o->body_n;
    o->out.plain_at = o->from;
    return status;
}

/* The beginning in clear, as much of it as is at hand in [0, *n). */
static enum exh_status read_beginning(struct opening *o, uint8_t *to, size_t *n,
                                      struct exh_error *err)
{
    const uint64_t chunk = *n / AGE_CHUNK_N;
    size_t got = 0;
    bool good = false;

    if (chunk >= o->chunks)
        return EXH_OK;
    enum exh_status status =
        open_one_chunk(o, chunk, chunk + 1 == o->chunks, to + *n, &got, &good, err);
    if (status == EXH_OK && good)
        *n += got;
    return status;
}

/* Where the first fragment begins in the first n bytes; 0: not in them. *more: it may be behind them. */
static uint64_t first_fragment(const uint8_t *p, size_t n, bool *more)
{
    uint64_t at = 0;

    *more = true;
    while (at + BOX_HEAD_N <= n) {
        struct reader r = reader_over((struct exh_bytes){ p + at, BOX_HEAD_N }, at);
        const uint64_t size = reader_u32(&r);
        const struct exh_bytes type = reader_take(&r, 4);
        if (bytes_are(type, "moof"))
            return at;
        if (size < BOX_HEAD_N || bytes_are(type, "mdat")) {
            *more = false;
            return 0;
        }
        at += size;
    }
    *more = at < HEAD_MAX;
    return 0;
}

enum exh_status open_find_head(struct opening *o, uint64_t *n, struct exh_error *err)
{
    const struct exh_bytes media = o->check.entry.media_type;
    uint8_t *begin = NULL;
    size_t have = 0;
    bool more = true;

    *n = 0;
    if (!o->key || !o->watch.ranged ||
        !(bytes_are(media, "video/mp4") || bytes_are(media, "audio/mp4")))
        return EXH_OK;
    begin = malloc(HEAD_MAX + AGE_CHUNK_N);
    enum exh_status status = begin ? EXH_OK : fail_no_memory(err);
    while (status == EXH_OK && more && !*n && have < HEAD_MAX) {
        const size_t before = have;
        status = read_beginning(o, begin, &have, err);
        *n = first_fragment(begin, have, &more);
        more = more && have > before;
    }
    if (status == EXH_OK && *n > o->from)
        *n = o->from; // the range holds the rest of it
    if (status == EXH_OK && *n)
        status = o->sink->write(o->sink->ctx, begin, (size_t)*n, err);
    o->out.head_n = *n;
    o->out.plain_n += *n;
    free(begin);
    return status;
}
