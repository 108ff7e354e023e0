/*
 * open_watch.c -- the ledger's check, fed with the leaves of the pass that opens the chunks.
 *
 * As long as entries follow each other and the body, the leaves that go by are all that is needed. Behind a
 * break records may lie elsewhere: then the check looks for them itself.
 */
#include "seal/open.h"

#include <string.h>

#include "seal/ledger_seek.h"

static enum exh_status begin_leaves(struct opening *o, struct exh_error *err)
{
    o->watch.waits = true;
    return leaves_begin(&o->watch.leaves, o->crypto, err);
}

static void count_of_range(struct opening *o, bool match)
{
    if (match)
        o->out.matching++;
    else
        o->watch.altered = o->watch.step.tick.seq;
}

/*
 * Of a range: the next entry that covers bytes, verified by itself. What covers bytes that one before it covered is
 * none of a recorder's: else a signer could make us hash the body once for each entry.
 */
static enum exh_status next_of_range(struct opening *o, struct exh_error *err)
{
    struct watch *w = &o->watch;
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && !w->waits && w->index < w->end) {
        status = ledger_entry_at(&o->check, o->files.ledger, o->files.ticks_at, w->index++,
                                 &w->step.tick, err);
        if (status != EXH_OK || w->step.tick.end <= w->step.tick.first)
            continue;
        o->out.records++;
        if (w->step.tick.first < w->behind) {
            count_of_range(o, false);
            continue;
        }
        w->behind = w->step.tick.end;
        status = begin_leaves(o, err);
    }
    w->ended = !w->waits;
    return status;
}

/* The next entry whose bytes begin at `at`. Others are looked at where they are. */
static enum exh_status next_entry(struct opening *o, uint64_t at, struct exh_error *err)
{
    struct ledger_check *c = &o->check;
    struct watch *w = &o->watch;
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && !w->waits && !w->ended) {
        status = ledger_check_next(c, o->files.ledger, o->files.ticks_at, &w->step, err);
        if (status != EXH_OK)
            return status;
        w->ended = !w->step.found;
        if (w->ended || !w->step.covers)
            continue;
        if (w->step.tick.first == at && w->step.in_order && !c->loose && !c->cut)
            status = begin_leaves(o, err);
        else
            status = ledger_check_look(c, &o->files, &w->step, err);
    }
    return status;
}

/* The chunks that went by are not those that the entry covers: it is compared by itself. */
static enum exh_status compare_apart(struct opening *o, struct exh_error *err)
{
    struct watch *w = &o->watch;
    const struct tick *t = &w->step.tick;
    uint8_t digest[LEDGER_HASH] = { 0 };
    enum exh_status status = EXH_OK;

    leaves_free(&w->leaves);
    w->waits = false;
    if (!w->ranged)
        return ledger_check_look(&o->check, &o->files, &w->step, err);
    if (t->end <= o->body_n)
        status = ledger_body_digest(o->crypto, o->body, o->object.body_at + t->first,
                                    t->end - t->first, o->key != NULL, digest, err);
    if (status == EXH_OK)
        count_of_range(o, memcmp(digest, t->digest, sizeof digest) == 0);
    return status;
}

/* All bytes of the entry went by. */
static void end_entry(struct opening *o)
{
    struct watch *w = &o->watch;
    uint8_t digest[LEDGER_HASH];

    leaves_end(&w->leaves, digest);
    w->waits = false;
    const bool match = memcmp(digest, w->step.tick.digest, sizeof digest) == 0;
    if (w->ranged)
        count_of_range(o, match);
    else
        ledger_check_saw(&o->check, &w->step, match);
}

enum exh_status watch_leaf(struct opening *o, uint64_t at, size_t n, uint8_t (*leaf)[32],
                           struct exh_error *err)
{
    struct watch *w = &o->watch;
    enum exh_status status = EXH_OK;

    if (!w->waits && !w->ended)
        status = w->ranged ? next_of_range(o, err) : next_entry(o, at, err);
    if (status != EXH_OK || !w->waits || at < w->step.tick.first)
        return status;
    if (at + n > w->step.tick.end) // the last chunk is longer than it was
        return compare_apart(o, err);
    leaves_add(&w->leaves, leaf, 1);
    if (at + n == w->step.tick.end)
        end_entry(o);
    return EXH_OK;
}

/* The entries of a range of a body in clear. */
static enum exh_status compare_clear(struct opening *o, struct exh_error *err)
{
    struct watch *w = &o->watch;
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && !w->ended) {
        status = next_of_range(o, err);
        if (status == EXH_OK && !w->ended)
            status = compare_apart(o, err);
    }
    return status;
}

/* Only the ledger is gone through; what was compared of the body is counted in. */
static enum exh_status follow_beside(struct opening *o, struct exh_error *err)
{
    struct ledger_counts *n = &o->check.counts;
    struct ledger_files files = o->files;

    files.body = NULL;
    enum exh_status status = ledger_check_follow(&o->check, &files, false, err);
    if (status != EXH_OK)
        return status;
    n->match += o->out.matching;
    n->altered += o->out.records - o->out.matching;
    n->unchecked -= n->unchecked < o->out.records ? n->unchecked : o->out.records;
    if (o->out.records > o->out.matching)
        ledger_check_note(&o->check, &(struct ledger_finding){ .kind = LEDGER_BODY_ALTERED,
                                                               .entry = o->watch.altered,
                                                               .until = o->watch.altered + 1 });
    return EXH_OK;
}

static enum exh_status write_report(struct opening *o, struct exh_error *err)
{
    const struct ledger_ends ends = {
        .one_file = o->object.one_file,
        .has_ledger = o->object.has_ledger,
        .partial = o->ranged,
        .ledger_n = o->object.has_ledger ? o->object.ledger.size - o->object.ticks_at : 0,
        .body_n = o->body_n,
    };

    return ledger_report_new(&o->check, &ends, &o->options->check, &o->out.report, err);
}

enum exh_status watch_end(struct opening *o, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (o->watch.waits) // the body ended before the entry did
        status = compare_apart(o, err);
    if (status == EXH_OK && !o->key && o->watch.ranged)
        status = compare_clear(o, err);
    if (status != EXH_OK || (o->ranged && o->options->quick))
        return status;
    if (!o->has_check)
        return ledger_report_none(&o->out.report, err);
    if (o->object.has_ledger)
        status = o->ranged ? follow_beside(o, err)
                           : ledger_check_follow(&o->check, &o->files, false, err);
    return status == EXH_OK ? write_report(o, err) : status;
}
