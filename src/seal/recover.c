/*
 * recover.c -- what a power cut left of a segment, and how one in clear goes on.
 *
 * Body and ledger are synced one after the other, so of the ledger's whole entries each one's bytes are there.
 * Behind them may lie bytes that no entry covers, and half an entry. Nothing is changed here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "seal/ledger_object.h"
#include "seal/stream.h"

static enum exh_status read_object(const struct exh_source *body, const struct exh_source *ledger,
                                   struct ledger_object *o, struct ledger_check *c,
                                   const struct exh_crypto *crypto, struct exh_error *err)
{
    enum exh_status status = ledger_object_read(body, ledger, o, err);

    if (status == EXH_OK && (o->differs || o->missing))
        status = fail(err, EXH_MALFORMED, "the ledger is another body's");
    if (status == EXH_OK)
        status = ledger_check_init(c, crypto, o->open, err);
    if (status == EXH_OK && c->sealed != (o->header != NULL))
        status = fail(err, EXH_MALFORMED, "the ledger is of a %s body, and this one is not",
                      c->sealed ? "sealed" : "plain");
    return status;
}

/* Whether entry and bytes are as they were written. A clock that was set takes nothing away. */
static bool holds(const struct ledger_check *c, const struct ledger_step *step)
{
    const struct ledger_counts *n = &c->counts;

    return step->found && step->in_order && !c->loose && !n->bad_signatures && !c->damage_n &&
           !n->altered && !n->absent && n->findings == n->odd;
}

/* Go on as long as everything holds; *place is where it ends. */
static enum exh_status follow(struct ledger_check *c, const struct ledger_files *files,
                              struct ledger_place *place, struct exh_error *err)
{
    struct ledger_step step;
    enum exh_status status = EXH_OK;

    *place = c->place;
    while (status == EXH_OK) {
        status = ledger_check_next(c, files->ledger, files->ticks_at, &step, err);
        if (status == EXH_OK && step.found && step.covers)
            status = ledger_check_look(c, files, &step, err);
        if (status != EXH_OK || !holds(c, &step))
            return status;
        *place = c->place;
    }
    return status;
}

static struct exh_remains remains_of(const struct ledger_check *c, const struct ledger_object *o,
                                     const struct ledger_place *place,
                                     const struct exh_source *body)
{
    const uint64_t ledger_n = o->ticks_at + place->seq * TICK_SIZE;
    const uint64_t body_n = o->body_at + place->end;
    struct exh_remains r = {
        .tail.segment = c->entry.segment,
        .entries = place->seq + (o->ticks_at > 0), // before, not even the open entry is whole
        .body_n = body_n < body->size ? body_n : body->size,
        .ledger_n = ledger_n,
        .unsigned_n = body->size > body_n ? body->size - body_n : 0,
        .torn_n = o->ledger.size - ledger_n,
        .sealed = c->sealed,
        .closed = place->closed,
    };

    memcpy(r.tail.entry, place->head, sizeof r.tail.entry);
    return r;
}

enum exh_status exh_recover(const struct exh_source *body, const struct exh_source *ledger,
                            const struct exh_crypto *crypto, struct exh_remains *out,
                            struct exh_error *err)
{
    struct exh_error local;
    struct ledger_object o = { 0 };
    struct ledger_check *c = calloc(1, sizeof *c);
    struct ledger_place place = { 0 };

    err = err ? err : &local;
    enum exh_status status = c ? EXH_OK : fail_no_memory(err);
    if (status == EXH_OK)
        status = read_object(body, ledger, &o, c, crypto, err);
    const struct ledger_files files = {
        .ledger = &o.ledger, .ticks_at = o.ticks_at, .body = body, .body_at = o.body_at
    };
    if (status == EXH_OK)
        status = follow(c, &files, &place, err);
    if (status == EXH_OK)
        *out = remains_of(c, &o, &place, body);
    if (c)
        ledger_check_free(c);
    free(c);
    ledger_object_free(&o);
    return status;
}

/* The ledger's place behind its last entry: what is not in *remains stands in that entry. */
static enum exh_status find_place(const struct exh_source *ledger,
                                  const struct exh_remains *remains, int64_t alg,
                                  struct ledger_place *place, struct exh_error *err)
{
    uint8_t entry[TICK_SIZE];
    struct tick last = { 0 };
    enum exh_status status = EXH_OK;

    if (remains->entries > 1) {
        status = source_read(ledger, remains->ledger_n - TICK_SIZE, entry, sizeof entry, err);
        if (status == EXH_OK)
            status = tick_read(entry, alg, &last, err);
    }
    *place = (struct ledger_place){ .seq = remains->entries - 1,
                                    .end = remains->body_n,
                                    .mono_us = last.mono_us };
    memcpy(place->head, remains->tail.entry, sizeof place->head);
    return status;
}

static enum exh_status resume_ledger(struct exh_stream *s, const struct exh_source *ledger,
                                     const struct exh_remains *remains, struct exh_error *err)
{
    const struct exh_seal_options *o = &s->options.seal;
    // What was cut off since is not read, whatever the source's size is.
    const uint64_t left = ledger->size < remains->ledger_n ? ledger->size : remains->ledger_n;
    const size_t n = left < OPEN_ENTRY_MAX ? (size_t)left : OPEN_ENTRY_MAX;
    struct exh_bytes open = { 0 };
    struct ledger_place place;
    uint8_t *begin = malloc(n + 1);

    if (!begin)
        return fail_no_memory(err);
    enum exh_status status = source_read(ledger, 0, begin, n, err);
    if (status == EXH_OK)
        open = (struct exh_bytes){ begin, open_entry_size((struct exh_bytes){ begin, n }) };
    if (status == EXH_OK)
        status = find_place(ledger, remains, o->signer->alg, &place, err);
    if (status == EXH_OK)
        status = ledger_resume(&s->head.ledger, o->crypto, o->signer, open, &place, err);
    if (status == EXH_OK)
        head_resume(&s->head, o, place.mono_us, remains->tail.segment);
    free(begin);
    return status;
}

enum exh_status exh_stream_resume(const struct exh_appender *body,
                                  const struct exh_appender *ledger,
                                  const struct exh_source *ledger_so_far,
                                  const struct exh_remains *remains,
                                  const struct exh_stream_options *options, struct exh_stream **out,
                                  struct exh_error *err)
{
    struct exh_error local;
    const struct exh_seal_options *o = &options->seal;

    err = err ? err : &local;
    if (remains->sealed || remains->closed)
        return fail(err, EXH_INVALID, "the segment is %s: nothing can be added to it",
                    remains->sealed ? "sealed, and its key is gone" : "closed");
    if (o->recipients || !o->signer || !o->clock || !o->crypto)
        return fail(err, EXH_INVALID,
                    "a segment in clear goes on without recipients, and needs its "
                    "signer and a clock");
    struct exh_stream *s = calloc(1, sizeof *s);
    if (!s)
        return fail_no_memory(err);
    s->options = *options;
    s->body = body;
    s->ledger_file = ledger;
    s->plain = s->recovered = true;
    s->plain_n = s->written = s->record_at = remains->body_n;
    enum exh_status status = resume_ledger(s, ledger_so_far, remains, err);
    if (status == EXH_OK)
        status = leaves_begin(&s->leaves, o->crypto, err);
    if (status != EXH_OK) {
        exh_stream_free(s);
        return status;
    }
    *out = s;
    return EXH_OK;
}
