#include "cli/seal_segment.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/sealed_file.h"

#define AGE       ".age"
#define COUNT_MAX 9999 // files of one recording
#define US        1000000

static uint64_t now_us(const struct segment *g)
{
    const struct exh_clock *clock = g->s->options.clock;
    struct exh_moment m = { 0 };

    clock->now(clock->ctx, &m);
    return m.monotonic_us;
}

/* "dir/x.mp4.age" and 2: "dir/x-0002.mp4.age". The first has no number. */
static enum exh_status name_body(struct segment *g, struct exh_error *err)
{
    const char *out = g->s->args->out;
    const char *slash = strrchr(out, '/'), *name = slash ? slash + 1 : out;
    size_t stem = strlen(name);
    int n;

    if (stem > strlen(AGE) && bytes_end(bytes_of(name), AGE))
        stem -= strlen(AGE);
    for (size_t i = stem; i-- > 1;) {
        if (name[i] != '.')
            continue;
        stem = i;
        break;
    }
    if (g->count == 1)
        n = snprintf(g->body_path, sizeof g->body_path, "%s", out);
    else
        n = snprintf(g->body_path, sizeof g->body_path, "%.*s-%04u%s",
                     (int)(name - out + (ptrdiff_t)stem), out, g->count, name + stem);
    if (n < 0 || (size_t)n >= sizeof g->body_path)
        return fail(err, EXH_LIMIT, "%.64s...: the path is too long", out);
    return ledger_name_of(g->body_path, g->ledger_path, err);
}

/* The next name that is free; the first must be. */
static enum exh_status find_name(struct segment *g, struct exh_error *err)
{
    while (g->count < COUNT_MAX) {
        g->count++;
        enum exh_status status = name_body(g, err);
        if (status != EXH_OK || g->count == 1 ||
            (access(g->body_path, F_OK) != 0 && access(g->ledger_path, F_OK) != 0))
            return status;
    }
    return fail(err, EXH_LIMIT, "%s: more than %d files of one recording", g->s->args->out,
                COUNT_MAX);
}

static enum exh_status open_files(struct segment *g, struct exh_error *err)
{
    const bool has_ledger = g->options.seal.signer;
    enum exh_status status = exh_append_open(g->body_path, 0, &g->body, err);

    if (status != EXH_OK || !has_ledger)
        return status;
    status = exh_append_open(g->ledger_path, 0, &g->ledger, err);
    if (status != EXH_OK)
        (void)unlink(g->body_path); // made above, and empty
    return status;
}

static void close_files(struct segment *g)
{
    exh_stream_free(g->stream);
    exh_append_close(g->body);
    exh_append_close(g->ledger);
    g->stream = NULL;
    g->body = g->ledger = NULL;
}

static enum exh_status open_segment(struct segment *g, struct exh_error *err)
{
    enum exh_status status = find_name(g, err);

    if (status == EXH_OK)
        status = open_files(g, err);
    if (status != EXH_OK)
        return status;
    g->since_us = now_us(g);
    g->bytes = 0;
    status = exh_stream_open(exh_append_appender(g->body),
                             g->ledger ? exh_append_appender(g->ledger) : NULL, &g->options,
                             &g->stream, err);
    if (status == EXH_OK)
        return EXH_OK;
    (void)unlink(g->body_path); // nothing was recorded yet
    if (g->ledger)
        (void)unlink(g->ledger_path);
    close_files(g);
    return status;
}

enum exh_status segment_begin(struct segment *g, struct sealing *s, enum exh_filler filler,
                              const struct previous *previous, struct exh_error *err)
{
    const char *sync = s->args->sync;

    *g = (struct segment){ .s = s };
    g->options = (struct exh_stream_options){
        .seal = s->options,
        .filler = filler,
        .sync = sync && strcmp(sync, "record") == 0 ? EXH_SYNC_RECORD : EXH_SYNC_2S,
    };
    if (s->args->clear)
        g->options.seal.recipients = NULL;
    if (previous) {
        g->tail = previous->tail;
        g->options.previous = &g->tail;
    }
    enum exh_status status = open_segment(g, err);
    if (status == EXH_OK && previous && !previous->closed)
        status = exh_stream_gap(g->stream, EXH_GAP_RESTART, previous->last_us, err);
    return status;
}

enum exh_status segment_write(struct segment *g, struct exh_bytes bytes, struct exh_error *err)
{
    g->bytes += bytes.n;
    return exh_stream_write(g->stream, bytes.p, bytes.n, err);
}

enum exh_status segment_record(struct segment *g, struct exh_error *err)
{
    return exh_stream_record(g->stream, 0, false, err);
}

bool segment_is_full(const struct segment *g)
{
    const struct seal_args *a = g->s->args;

    if (a->segment_bytes && g->bytes >= a->segment_bytes)
        return true;
    if (a->segment_seconds && (now_us(g) - g->since_us) / US >= a->segment_seconds)
        return true;
    return exh_stream_is_full(g->stream);
}

enum exh_status segment_end(struct segment *g, struct exh_error *err)
{
    struct exh_sealed done = { 0 };
    const bool has_ledger = g->ledger;
    enum exh_status status = exh_stream_close(g->stream, &done, has_ledger ? &g->tail : NULL, err);

    close_files(g);
    if (status != EXH_OK)
        return status;
    const struct seal_result result = { .out = g->body_path,
                                        .ledger = has_ledger ? g->ledger_path : NULL,
                                        .done = &done,
                                        .segment = g->tail.segment };
    return seal_result_print(g->s, &result, err);
}

enum exh_status segment_next(struct segment *g, struct exh_bytes head, struct exh_error *err)
{
    const bool has_ledger = g->ledger;
    enum exh_status status = segment_end(g, err);

    if (has_ledger)
        g->options.previous = &g->tail;
    g->options.seal.frames = NULL; // where the first one's frames end, nobody says
    if (status == EXH_OK)
        status = open_segment(g, err);
    return status == EXH_OK && head.n ? segment_write(g, head, err) : status;
}

void segment_close(struct segment *g)
{
    close_files(g);
}
