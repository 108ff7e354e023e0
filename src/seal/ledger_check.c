#include "seal/ledger_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "seal/leaf.h"
#include "seal/ledger_clock.h"

#define SCAN_PIECE 4096 // bytes of a damaged ledger looked at in one go
#define SCAN_FIRST 256  // the same at first: mostly the next entry is the next one

const char *ledger_kind_name(enum ledger_kind kind)
{
    static const char *const names[LEDGER_KINDS_N] = {
        [LEDGER_OPEN_SIGNATURE] = "bad open signature",
        [LEDGER_OPEN_DIFFERS] = "another open entry",
        [LEDGER_OPEN_MISSING] = "no open entry in the header",
        [LEDGER_OTHER_BODY] = "another body",
        [LEDGER_BAD_SIGNATURE] = "bad signature",
        [LEDGER_DAMAGED] = "damaged",
        [LEDGER_HEAD_CUT] = "head cut",
        [LEDGER_DROPPED] = "dropped",
        [LEDGER_SWAPPED] = "swapped",
        [LEDGER_DUPLICATED] = "duplicated",
        [LEDGER_FOREIGN] = "foreign",
        [LEDGER_RULE] = "contradiction",
        [LEDGER_AFTER_CLOSE] = "after the close",
        [LEDGER_BODY_ALTERED] = "body altered",
        [LEDGER_APPENDED] = "appended",
        [LEDGER_STOPPED] = "stopped",
        [LEDGER_REMOVED] = "ledger removed",
        [LEDGER_BODY_SHORT] = "body short",
        [LEDGER_OPEN_END] = "open end",
        [LEDGER_TAIL] = "unsigned tail",
        [LEDGER_TORN] = "torn tail",
        [LEDGER_CLOCK] = "clock",
    };

    return names[kind];
}

/* Neighbours of one kind are one finding: a long stretch of altered records is told once. */
static bool continues(const struct ledger_finding *last, const struct ledger_finding *next)
{
    return last->kind == next->kind && last->why == next->why && last->until == next->entry &&
           (next->kind == LEDGER_BODY_ALTERED || next->kind == LEDGER_BAD_SIGNATURE);
}

void ledger_check_note(struct ledger_check *c, const struct ledger_finding *finding)
{
    struct ledger_finding *last = c->findings_n ? &c->findings[c->findings_n - 1] : NULL;

    if (last && continues(last, finding)) {
        last->until = finding->until;
        return;
    }
    c->counts.findings++;
    c->counts.odd += ledger_kind_odd(finding->kind);
    if (c->findings_n < LEDGER_FINDINGS_MAX)
        c->findings[c->findings_n++] = *finding;
}

static void note(struct ledger_check *c, enum ledger_kind kind, uint64_t entry, uint64_t until)
{
    ledger_check_note(c, &(struct ledger_finding){
                             .kind = kind, .entry = entry, .until = until, .at = c->ticks_n });
}

static void note_rule(struct ledger_check *c, uint64_t entry, const char *rule)
{
    struct ledger_finding f = {
        .kind = LEDGER_RULE, .entry = entry, .until = entry + 1, .at = c->ticks_n
    };

    snprintf(f.rule, sizeof f.rule, "%.159s", rule);
    ledger_check_note(c, &f);
}

/* Certificates and signature of the open entry. That they do not hold is a finding. */
static enum exh_status judge_open(struct ledger_check *c, struct exh_error *err)
{
    struct ledger_finding f = { .kind = LEDGER_OPEN_SIGNATURE };
    struct exh_judgement j = { 0 };
    enum exh_status status = c->crypto->chain_new(c->cose.chain, c->cose.chain_n, &c->chain, err);

    if (status == EXH_OK) {
        c->crypto->chain_certificate(c->chain, 0, &c->certificate);
        status = open_entry_verify(c->crypto, &c->cose, c->chain, &j, err);
    } else if (status == EXH_MALFORMED || status == EXH_LIMIT) {
        status = EXH_OK;
        c->stopped = true; // no entry can be judged without a key
        snprintf(j.reason, sizeof j.reason, "its certificate cannot be read");
    }
    if (status != EXH_OK)
        return status;
    c->signed_open = j.holds;
    if (!j.holds) {
        snprintf(f.rule, sizeof f.rule, "%s", j.reason);
        ledger_check_note(c, &f);
    }
    return EXH_OK;
}

static enum exh_status init(struct ledger_check *c, struct exh_bytes open_entry,
                            struct exh_error *err)
{
    if (open_entry.n > OPEN_ENTRY_MAX)
        return fail(err, EXH_LIMIT, "open entry: %zu bytes, at most %zu", open_entry.n,
                    OPEN_ENTRY_MAX);
    c->open_bytes = malloc(open_entry.n + 1);
    if (!c->open_bytes)
        return fail_no_memory(err);
    if (open_entry.n)
        memcpy(c->open_bytes, open_entry.p, open_entry.n);
    c->open_n = open_entry.n;
    const struct exh_bytes copy = { c->open_bytes, c->open_n };
    enum exh_status status = open_entry_read(copy, &c->entry, &c->cose, err);
    if (status == EXH_OK)
        status = ledger_hash(c->crypto, copy, c->oid, err);
    if (status != EXH_OK)
        return status;
    c->sealed = open_entry_sealed(&c->entry);
    memcpy(c->place.head, c->oid, sizeof c->oid);
    return judge_open(c, err);
}

enum exh_status ledger_check_init(struct ledger_check *c, const struct exh_crypto *crypto,
                                  struct exh_bytes open_entry, struct exh_error *err)
{
    *c = (struct ledger_check){ .crypto = crypto };
    enum exh_status status = init(c, open_entry, err);

    if (status != EXH_OK)
        ledger_check_free(c);
    return status;
}

void ledger_check_free(struct ledger_check *c)
{
    if (c->chain)
        c->crypto->chain_free(c->chain);
    free(c->open_bytes);
    c->chain = NULL;
    c->open_bytes = NULL;
}

/* --- The bytes of the ledger: entries, and what is none --------------------------------------- */

enum entry_state { ENTRY_SOUND, ENTRY_NO_FRAME, ENTRY_BAD_SIGNATURE, ENTRY_STRANGE };

/* What stands there. strange receives which field of a signed entry no entry can have. */
static enum exh_status judge_entry(const struct ledger_check *c, const uint8_t entry[TICK_SIZE],
                                   struct tick *tick, enum entry_state *state,
                                   struct exh_error *strange, struct exh_error *err)
{
    struct exh_judgement j;
    const enum exh_status read = tick_read(entry, c->cose.alg, tick, strange);

    if (read == EXH_MALFORMED) {
        *state = ENTRY_NO_FRAME;
        return EXH_OK;
    }
    enum exh_status status = tick_verify(c->crypto, c->chain, c->cose.alg, entry, &j, err);
    if (status == EXH_OK)
        *state = !j.holds ? ENTRY_BAD_SIGNATURE : read == EXH_OK ? ENTRY_SOUND : ENTRY_STRANGE;
    return status;
}

static bool has_magic(const uint8_t *p, size_t n, const uint8_t magic[TICK_MAGIC], size_t *at)
{
    for (size_t i = 0; i + TICK_MAGIC <= n; i++)
        if (p[i] == magic[0] && memcmp(p + i, magic, TICK_MAGIC) == 0) {
            *at = i;
            return true;
        }
    return false;
}

/* The next place from `at` on where an entry can begin; the last one to look at again, when there is none. */
static enum exh_status find_magic(const struct ledger_check *c, const struct exh_source *ledger,
                                  uint64_t ticks_at, uint64_t at, uint64_t *found,
                                  struct exh_error *err)
{
    const uint64_t end = ledger->size - ticks_at;
    uint8_t magic[TICK_MAGIC], piece[SCAN_PIECE];
    size_t i, most = SCAN_FIRST;

    tick_magic(c->cose.alg, magic);
    while (end - at >= TICK_MAGIC) {
        const size_t n = end - at < most ? (size_t)(end - at) : most;
        enum exh_status status = source_read(ledger, ticks_at + at, piece, n, err);
        if (status != EXH_OK)
            return status;
        if (has_magic(piece, n, magic, &i)) {
            *found = at + i;
            return EXH_OK;
        }
        at += n - (TICK_MAGIC - 1);
        most = SCAN_PIECE;
    }
    *found = at;
    return EXH_OK;
}

/* Pass over what is no entry. Whether it is damage or a torn end, what follows will tell. */
static enum exh_status pass_damage(struct ledger_check *c, const struct exh_source *ledger,
                                   uint64_t ticks_at, struct exh_error *err)
{
    uint64_t next = 0;
    enum exh_status status = find_magic(c, ledger, ticks_at, c->ticks_n + 1, &next, err);

    if (status != EXH_OK)
        return status;
    if (!c->damage_n)
        c->damage_at = c->ticks_n;
    c->damage_n = next - c->damage_at;
    c->ticks_n = next;
    return EXH_OK;
}

/* An entry stands behind bytes that are none: so they are damage. */
static void note_damage(struct ledger_check *c)
{
    ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_DAMAGED,
                                                   .entry = c->place.seq + c->bad_n,
                                                   .until = c->place.seq + c->bad_n,
                                                   .at = c->damage_at,
                                                   .n = c->damage_n });
}

/* Why an entry may not be signed by this key: what else of it does not fit. */
static enum ledger_why why_bad(const struct ledger_check *c, const struct tick *t)
{
    if (c->bad_n || c->damage_n)
        return WHY_CONTENT; // what it should fit to is not known
    if (t->seq != c->place.seq || t->first != c->place.end || t->mono_us < c->place.mono_us ||
        memcmp(t->prev, c->place.head, sizeof t->prev) != 0)
        return WHY_CONTENT;
    return ledger_clock_fits(c, t) ? WHY_KEY : WHY_TIME;
}

/* Pass over an entry whose signature does not hold; the next one may begin inside it. */
static enum exh_status pass_bad(struct ledger_check *c, const struct exh_source *ledger,
                                uint64_t ticks_at, const uint8_t entry[TICK_SIZE],
                                const struct tick *tick, struct exh_error *err)
{
    const uint64_t at = c->ticks_n, number = c->place.seq + c->bad_n;
    uint64_t next = 0;
    enum exh_status status = find_magic(c, ledger, ticks_at, at + 1, &next, err);

    if (status == EXH_OK)
        status = ledger_hash(c->crypto, (struct exh_bytes){ entry, TICK_SIZE }, c->bad_head, err);
    if (status != EXH_OK)
        return status;
    ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_BAD_SIGNATURE,
                                                   .why = why_bad(c, tick),
                                                   .entry = number,
                                                   .until = number + 1,
                                                   .at = at });
    c->bad_n++;
    c->ticks_n = next < at + TICK_SIZE ? next : at + TICK_SIZE;
    if (++c->counts.bad_signatures == LEDGER_FAULTS_MAX) {
        note(c, LEDGER_STOPPED, number + 1, number + 1);
        c->stopped = true;
    }
    return EXH_OK;
}

/* --- From entry to entry ------------------------------------------------------------------------ */

/* An entry with a number that was passed: out of order if it was missing before, else a copy. */
static void come_late(struct ledger_check *c, const struct tick *t)
{
    for (size_t i = 0; i < c->findings_n; i++) {
        struct ledger_finding *f = &c->findings[i];
        if ((f->kind == LEDGER_DROPPED || f->kind == LEDGER_HEAD_CUT ||
             f->kind == LEDGER_SWAPPED) &&
            t->seq >= f->entry && t->seq < f->until) {
            f->kind = LEDGER_SWAPPED;
            f->until = c->place.seq;
            return;
        }
    }
    ledger_check_note(c, &(struct ledger_finding){ .kind = LEDGER_DUPLICATED,
                                                   .entry = t->seq,
                                                   .until = t->seq + 1,
                                                   .at = c->ticks_n,
                                                   .n = c->place.seq });
}

/* An entry that is not bound to the one before. Going on with it, nothing is tied to the beginning. */
static void break_off(struct ledger_check *c, const struct tick *t)
{
    const uint64_t expected = c->place.seq + c->bad_n;

    if (t->seq > expected && !c->damage_n)
        note(c, expected ? LEDGER_DROPPED : LEDGER_HEAD_CUT, expected, t->seq);
    else if (!c->bad_n && !c->damage_n)
        note(c, LEDGER_FOREIGN, t->seq, t->seq + 1);
    c->loose = true;
    c->place.end = t->first;
    c->place.mono_us = 0;
}

/* Does it contradict itself, or the one before it? */
static void check_rules(struct ledger_check *c, const struct tick *t, struct ledger_step *step)
{
    struct exh_error why;

    step->covers = false;
    if (tick_check(t, c->sealed, &why) != EXH_OK)
        note_rule(c, t->seq, why.text);
    else if (t->first != c->place.end)
        note_rule(c, t->seq, "it does not begin where the one before it ends");
    else
        step->covers = t->end > t->first;
    if (t->mono_us < c->place.mono_us)
        note_rule(c, t->seq, "the clock that nobody sets ran backwards");
    if (c->place.closed)
        note(c, LEDGER_AFTER_CLOSE, t->seq, t->seq + 1);
}

static void count_entry(struct ledger_check *c, const struct tick *t)
{
    struct ledger_counts *n = &c->counts;

    if (c->loose) {
        n->loose++;
        return;
    }
    n->tied++;
    switch (t->type) {
    case TICK_RECORD:
    case TICK_CLOSE: n->records++; break;
    case TICK_BEACON: n->beacons++; break;
    case TICK_GAP:
        n->gaps++;
        if (c->gaps_n < LEDGER_GAPS_MAX)
            c->gaps[c->gaps_n++] = (struct ledger_gap){ t->seq, t->reason, t->t0_us, t->t1_us };
        break;
    }
    ledger_clock_see(c, t);
}

/* Take a sound entry: is it the one that follows? */
static void take(struct ledger_check *c, const struct tick *t, const uint8_t head[LEDGER_HASH],
                 struct ledger_step *step)
{
    const bool follows =
        t->seq == c->place.seq && memcmp(t->prev, c->place.head, sizeof t->prev) == 0;
    // The next entry names the hash of one with a bad signature: then its place in the row is certain.
    const bool vouches = c->bad_n && t->seq == c->place.seq + c->bad_n &&
                         memcmp(t->prev, c->bad_head, sizeof t->prev) == 0;

    *step = (struct ledger_step){ .found = true, .in_order = true, .tick = *t };
    if (!follows && !vouches && t->seq < c->place.seq) {
        struct exh_error err;
        come_late(c, t);
        step->in_order = false;
        step->covers = tick_check(t, c->sealed, &err) == EXH_OK && t->end > t->first;
        return;
    }
    // Never back: a signer could make us read the same bytes for each of his bad entries.
    if (vouches && t->first > c->place.end)
        c->place.end = t->first;
    else if (!vouches && !follows)
        break_off(c, t);
    check_rules(c, t, step);
    count_entry(c, t);
    c->place = (struct ledger_place){ .seq = t->seq + 1,
                                      .end = t->end,
                                      .mono_us = t->mono_us,
                                      .closed = c->place.closed || t->type == TICK_CLOSE };
    memcpy(c->place.head, head, LEDGER_HASH);
    c->bad_n = 0;
}

/* An entry that is signed, and is none that we know: it keeps its place in the row. */
static void take_strange(struct ledger_check *c, const uint8_t head[LEDGER_HASH], const char *why)
{
    note_rule(c, c->place.seq + c->bad_n, why);
    c->place.seq += c->bad_n + 1;
    c->bad_n = 0;
    memcpy(c->place.head, head, LEDGER_HASH);
}

static enum exh_status take_entry(struct ledger_check *c, const uint8_t entry[TICK_SIZE],
                                  const struct tick *tick, const char *strange,
                                  struct ledger_step *step, struct exh_error *err)
{
    uint8_t head[LEDGER_HASH];
    enum exh_status status =
        ledger_hash(c->crypto, (struct exh_bytes){ entry, TICK_SIZE }, head, err);

    if (status != EXH_OK)
        return status;
    if (c->damage_n)
        note_damage(c);
    if (strange)
        take_strange(c, head, strange);
    else
        take(c, tick, head, step);
    c->damage_n = 0;
    c->ticks_n += TICK_SIZE;
    return EXH_OK;
}

enum exh_status ledger_check_next(struct ledger_check *c, const struct exh_source *ledger,
                                  uint64_t ticks_at, struct ledger_step *step,
                                  struct exh_error *err)
{
    uint8_t entry[TICK_SIZE];
    enum exh_status status = EXH_OK;
    enum entry_state state;
    struct exh_error strange;
    struct tick tick = { 0 };

    *step = (struct ledger_step){ 0 };
    while (status == EXH_OK && !step->found && !c->stopped && ticks_at <= ledger->size &&
           c->ticks_n + TICK_SIZE <= ledger->size - ticks_at) {
        status = source_read(ledger, ticks_at + c->ticks_n, entry, sizeof entry, err);
        if (status == EXH_OK)
            status = judge_entry(c, entry, &tick, &state, &strange, err);
        if (status != EXH_OK)
            return status;
        switch (state) {
        case ENTRY_SOUND: status = take_entry(c, entry, &tick, NULL, step, err); break;
        case ENTRY_STRANGE: status = take_entry(c, entry, NULL, strange.text, step, err); break;
        case ENTRY_BAD_SIGNATURE: status = pass_bad(c, ledger, ticks_at, entry, &tick, err); break;
        case ENTRY_NO_FRAME: status = pass_damage(c, ledger, ticks_at, err); break;
        }
    }
    return status;
}

void ledger_check_covered(struct ledger_check *c, const struct ledger_step *step,
                          enum ledger_covered covered)
{
    switch (covered) {
    case COVERED_MATCH: c->counts.match++; break;
    case COVERED_ABSENT: c->counts.absent++; break;
    case COVERED_UNCHECKED: c->counts.unchecked++; break;
    case COVERED_ALTERED:
        c->counts.altered++;
        note(c, LEDGER_BODY_ALTERED, step->tick.seq, step->tick.seq + 1);
        break;
    }
}
