#include "seal/ledger_clock.h"

#define JUMP_US   INT64_C(2000000)  // less is how clocks are kept: slewing, and the time of signing
#define SAMPLE_US INT64_C(60000000) // between a record's first sample and its signature

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* How far the clock that can be set moved more than the one that cannot, from one entry to the next. */
static int64_t jump_of(const struct tick *last, const struct tick *t)
{
    // Both are below 2^62 (LEDGER_TIME_MAX; a monotonic clock that is not has its own finding).
    return (t->t1_us - last->t1_us) - (int64_t)(t->mono_us - last->mono_us);
}

static int64_t tolerance(const struct tick *last, const struct tick *t)
{
    return JUMP_US + INT64_C(10000) * (last->uncertainty_cs + t->uncertainty_cs);
}

static bool clock_usable(const struct tick *t)
{
    return t->mono_us <= LEDGER_TIME_MAX;
}

bool ledger_clock_fits(const struct ledger_check *c, const struct tick *t)
{
    struct tick last = c->last;
    int64_t last_t0 = c->last_t0_us;

    if (!c->counts.tied) { // then only the open entry tells when it began
        last.t1_us = last_t0 = c->entry.t0_us;
        last.mono_us = 0;
    }
    if (!clock_usable(&last) || !clock_usable(t))
        return true;
    const int64_t passed = (int64_t)(t->mono_us - last.mono_us);
    return apart(jump_of(&last, t), 0) <= tolerance(&last, t) &&
           apart(t->t0_us - last_t0, passed) <= SAMPLE_US + tolerance(&last, t);
}

/* Is it known of this entry, or the one before, that its clock may have been set? */
static bool may_jump(const struct ledger_check *c, const struct tick *t)
{
    return c->clock_may_jump ||
           (t->type == TICK_GAP && (t->reason == GAP_CLOCK || t->reason == GAP_RESTART));
}

static void note_jump(struct ledger_check *c, const struct tick *t, int64_t by)
{
    ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_CLOCK,
                                                   .entry = t->seq,
                                                   .until = t->seq + 1,
                                                   .at = c->ticks_n,
                                                   .n = (uint64_t)apart(by, 0) });
}

void ledger_clock_see(struct ledger_check *c, const struct tick *t)
{
    const bool records = t->type == TICK_RECORD || t->type == TICK_CLOSE;
    const bool first = c->counts.tied == 1;

    if (!first && !may_jump(c, t) && clock_usable(&c->last) && clock_usable(t)) {
        const int64_t by = jump_of(&c->last, t);
        if (apart(by, 0) > tolerance(&c->last, t))
            note_jump(c, t, by);
        else if (records && c->counts.records > 1 &&
                 t->t0_us < c->last_t0_us - tolerance(&c->last, t))
            note_jump(c, t, c->last_t0_us - t->t0_us);
    }
    if (records) {
        if (c->counts.records == 1)
            c->first_t0_us = t->t0_us;
        c->last_t0_us = t->t0_us;
    }
    // An entry by a clock that nobody had set may be followed by any time.
    c->clock_may_jump = (!records && may_jump(c, t)) || (t->flags & TICK_UNSYNCHRONISED);
    c->recovered |= (t->flags & TICK_RECOVERED) != 0;
    c->unsynchronised |= (t->flags & TICK_UNSYNCHRONISED) != 0;
    c->last = *t;
}
