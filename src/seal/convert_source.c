#include "seal/convert_source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct convert_source {
    const struct exh_source *old;
    struct convert_options options; // of later readings: nothing is told twice
    struct exh_source source;
    struct convert_report report;
    const char *media_type;
    struct convert *reading;
    struct exh_bytes piece; // borrowed from reading
    uint64_t piece_at;      // its offset in the plaintext
    unsigned rewinds;
};

static enum exh_status rewind_reading(struct convert_source *s, struct exh_error *err)
{
    if (s->rewinds++ == CONVERT_REWINDS_MAX)
        return fail(err, EXH_LIMIT, "the film of the recording is read back and forth too often");
    convert_close(s->reading);
    s->reading = NULL;
    s->piece = (struct exh_bytes){ 0 };
    s->piece_at = 0;
    return convert_open(s->old, &s->options, &s->reading, err);
}

/* Make the piece the one that holds the byte at offset `at`. */
static enum exh_status seek(struct convert_source *s, uint64_t at, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (!s->reading || at < s->piece_at)
        status = rewind_reading(s, err);
    while (status == EXH_OK && at - s->piece_at >= s->piece.n) {
        s->piece_at += s->piece.n;
        status = convert_next(s->reading, &s->piece, err);
        if (status == EXH_OK && !s->piece.n)
            status = fail(err, EXH_IO, "the recording has changed since it was first read");
    }
    return status;
}

static enum exh_status read_plain(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                  struct exh_error *err)
{
    struct convert_source *s = ctx;

    while (n) {
        enum exh_status status = seek(s, at, err);
        if (status != EXH_OK)
            return status;
        const size_t skip = (size_t)(at - s->piece_at);
        const size_t step = s->piece.n - skip < n ? s->piece.n - skip : n;
        memcpy(to, s->piece.p + skip, step);
        to += step;
        at += step;
        n -= step;
    }
    return EXH_OK;
}

/* Read everything once, for the report and the size. */
static enum exh_status measure(struct convert_source *s, const struct convert_options *options,
                               void (*progress)(void *ctx, uint64_t done, uint64_t total),
                               void *ctx, struct exh_error *err)
{
    struct convert *c = NULL;
    struct exh_bytes piece = { 0 };
    enum exh_status status = convert_open(s->old, options, &c, err);

    while (status == EXH_OK) {
        status = convert_next(c, &piece, err);
        if (status != EXH_OK || !piece.n)
            break;
        if (!s->media_type)
            s->media_type = convert_media_type(c);
        if (progress)
            progress(ctx, convert_position(c), s->old->size);
    }
    if (status == EXH_OK)
        s->report = *convert_report(c);
    convert_close(c);
    return status;
}

enum exh_status convert_source_new(const struct exh_source *old,
                                   const struct convert_options *options,
                                   void (*progress)(void *ctx, uint64_t done, uint64_t total),
                                   void *ctx, struct convert_source **out, struct exh_error *err)
{
    struct convert_source *s = calloc(1, sizeof *s);

    if (!s)
        return fail_no_memory(err);
    s->old = old;
    s->options = *options;
    s->options.tell = NULL;
    enum exh_status status = measure(s, options, progress, ctx, err);
    if (status != EXH_OK) {
        convert_source_free(s);
        return status;
    }
    s->source = (struct exh_source){ .size = s->report.bytes, .read = read_plain, .ctx = s };
    *out = s;
    return EXH_OK;
}

void convert_source_free(struct convert_source *s)
{
    if (!s)
        return;
    convert_close(s->reading);
    free(s);
}

const struct exh_source *convert_source_as(const struct convert_source *s)
{
    return &s->source;
}

const struct convert_report *convert_source_report(const struct convert_source *s)
{
    return &s->report;
}

const char *convert_source_media_type(const struct convert_source *s)
{
    return s->media_type ? s->media_type : "application/octet-stream";
}
