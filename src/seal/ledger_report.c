#include "seal/ledger_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"

#define CONFLICT_S   600 // a claimed time this much after the attested one cannot be a clock's drift
#define ENDS_MAX     4   // findings that only the end of the files tells
#define WARNINGS_MAX 8
#define US           1000000

/* One judgement in progress. */
struct judging {
    const struct ledger_check *c;
    const struct ledger_ends *ends;
    const struct exh_check_options *options;
    struct exh_ledger_report *r;
    struct arena *arena;
    struct ledger_finding findings[LEDGER_FINDINGS_MAX + ENDS_MAX];
    size_t findings_n;
    struct exh_judgement profile;
    struct exh_path path;
    struct revocation revocation;
    const struct exh_stamp *stamp; // trusted, or NULL
    const char *wrong_use;         // or NULL
    const char *warnings[WARNINGS_MAX];
    size_t warnings_n;
    bool no_memory;
};

static void warn(struct judging *j, const char *sentence)
{
    if (!sentence)
        j->no_memory = true;
    else if (j->warnings_n < WARNINGS_MAX)
        j->warnings[j->warnings_n++] = sentence;
}

static void add(struct judging *j, enum ledger_kind kind, uint64_t entry, uint64_t until,
                uint64_t n)
{
    j->findings[j->findings_n++] =
        (struct ledger_finding){ .kind = kind, .entry = entry, .until = until, .n = n };
    j->r->findings_all++;
}

/* What the ends of body and ledger tell; a range tells nothing of them. */
static void judge_ends(struct judging *j)
{
    const struct ledger_check *c = j->c;
    const struct ledger_counts *n = &c->counts;
    struct exh_ledger_report *r = j->r;
    const uint64_t reached = c->place.end - c->cut;

    r->end = !j->ends->has_ledger ? EXH_LEDGER_NONE
             : c->place.closed    ? EXH_LEDGER_CLOSED
                                  : EXH_LEDGER_OPEN_END;
    if (!j->ends->has_ledger) {
        add(j, LEDGER_REMOVED, 0, 0, c->entry.policy & OPEN_LEDGER_REQUIRED);
        return;
    }
    r->covered_n = reached <= r->body_n ? reached : r->body_n;
    r->unsigned_n = r->body_n - r->covered_n;
    r->torn_n = j->ends->ledger_n - (c->damage_n ? c->damage_at : c->ticks_n);
    if (c->stopped)
        r->torn_n = 0;
    if (n->absent)
        add(j, LEDGER_BODY_SHORT, n->match + n->altered + n->unchecked,
            n->match + n->altered + n->unchecked + n->absent, 0);
    if (r->end == EXH_LEDGER_CLOSED && r->torn_n)
        add(j, LEDGER_AFTER_CLOSE, c->place.seq, c->place.seq, r->torn_n);
    if (r->end == EXH_LEDGER_CLOSED && r->unsigned_n && !j->ends->partial)
        add(j, LEDGER_APPENDED, 0, 0, r->unsigned_n);
    if (r->end == EXH_LEDGER_CLOSED)
        return;
    add(j, LEDGER_OPEN_END, 0, 0, 0);
    if (r->unsigned_n && !j->ends->partial)
        add(j, LEDGER_TAIL, 0, 0, r->unsigned_n);
    if (r->torn_n)
        add(j, LEDGER_TORN, 0, 0, r->torn_n);
}

/* Does the certificate name who the open entry says it is? NULL when it does. */
static const char *id_fault(const struct judging *j)
{
    const struct exh_certificate *k = &j->c->certificate;
    const struct open_entry *e = &j->c->entry;
    const char *claimed = j->r->camera_id;

    if (k->camera[0] && bytes_are(e->camera_id, k->camera))
        return NULL;
    if (k->person[0] && bytes_are(e->camera_id, k->person))
        return e->captured ? "it is of a person, but frames of a camera are claimed" : NULL;
    if (!k->camera[0] && !k->person[0])
        return arena_printf(j->arena, "it names neither camera nor person, but %s is claimed",
                            claimed);
    return arena_printf(j->arena, "it is of %s %s, but %s is claimed",
                        k->camera[0] ? "camera" : "person", k->camera[0] ? k->camera : k->person,
                        claimed);
}

static void judge_revocation(struct judging *j)
{
    const struct exh_check_options *o = j->options;
    struct exh_error err;
    const struct revocation_case about = { .crypto = o->crypto,
                                           .chain = j->c->chain,
                                           .trust = o->trust,
                                           .now = o->now,
                                           .stamped = j->stamp != NULL,
                                           .stamp_time = j->stamp ? j->stamp->time : 0 };

    for (size_t i = 0; i < o->ocsp_n; i++)
        revocation_take(&j->revocation, &about, o->ocsp[i], false);
    if (j->revocation.fact == REVOCATION_NO_ANSWER && o->fetch && j->c->signed_open &&
        revocation_ask(&j->revocation, &about, o->fetch, o->fetch_ctx, &err) == EXH_NO_MEMORY)
        j->no_memory = true;
}

/* Certificate, path and revocation, at the attested time or now. */
static void judge_signer(struct judging *j)
{
    const struct exh_check_options *o = j->options;

    if (!j->c->chain)
        return;
    if (o->stamp && o->stamp->status == EXH_STAMP_OK && o->stamp->path.trusted)
        j->stamp = o->stamp;
    j->profile = o->crypto->chain_profile(j->c->chain, EXH_PURPOSE_CLAIM, o->trust);
    j->wrong_use = j->profile.holds ? id_fault(j) : j->profile.reason;
    j->path = o->crypto->chain_path(j->c->chain, o->trust, EXH_PURPOSE_CLAIM,
                                    j->stamp ? j->stamp->time : o->now);
    judge_revocation(j);
}

static bool has_clock_finding(const struct judging *j, const struct ledger_finding **out)
{
    for (size_t i = 0; i < j->findings_n; i++)
        if (j->findings[i].kind == LEDGER_CLOCK) {
            *out = &j->findings[i];
            return true;
        }
    return false;
}

static unsigned facts_of(const struct judging *j)
{
    const int64_t at = j->stamp ? j->stamp->time : j->options->now;
    const struct ledger_finding *clock;
    unsigned facts = 0;

    for (size_t i = 0; i < j->findings_n; i++)
        facts |= ledger_kind_altered(j->findings[i].kind) ? FACT_BROKEN
                 : j->findings[i].kind != LEDGER_CLOCK    ? FACT_INCOMPLETE
                                                          : 0;
    facts |= j->c->signed_open ? FACT_SIGNED : 0;
    facts |= j->wrong_use ? FACT_WRONG_USE : 0;
    facts |= j->path.known ? FACT_KNOWN : 0;
    facts |= j->stamp ? FACT_STAMPED : 0;
    facts |= at >= j->path.valid_from && at <= j->path.valid_until ? FACT_VALID_THEN : 0;
    if (has_clock_finding(j, &clock) || (j->stamp && j->r->last_us / US > at + CONFLICT_S))
        facts |= FACT_CONFLICT;
    switch (j->revocation.fact) {
    case REVOCATION_NO_ANSWER: break;
    case REVOCATION_NOT_REVOKED: facts |= FACT_NOT_REVOKED; break;
    case REVOCATION_REVOKED_LATER: facts |= FACT_REVOKED_LATER; break;
    case REVOCATION_IS_REVOKED:
    case REVOCATION_IS_UNKNOWN: facts |= FACT_REVOKED; break;
    }
    return facts;
}

/* --- Words and lists ------------------------------------------------------------------------------ */

static const char *keep(struct judging *j, const char *sentence)
{
    const char *kept = arena_printf(j->arena, "%s", sentence);

    if (!kept)
        j->no_memory = true;
    return kept ? kept : "";
}

static const char *conflict_words(struct judging *j)
{
    const struct ledger_finding *clock;

    if (!has_clock_finding(j, &clock))
        return NULL;
    return arena_printf(j->arena, "The claimed times contradict each other: %s.",
                        ledger_finding_words(j->arena, clock));
}

static void put_sentences(struct judging *j, const struct verdict *v)
{
    struct exh_ledger_report *r = j->r;
    const struct words_ending ending = words_ending(v);
    const int64_t from = r->records ? r->first_us : r->opened_us;
    const struct verdict_about about = {
        .certificate = &j->c->certificate,
        .anchor_name = j->path.anchor_name,
        .wrong_use = j->wrong_use,
        .stamp = j->stamp,
        .same_operator =
            j->stamp && j->path.known && memcmp(j->path.anchor, j->stamp->path.anchor, 32) == 0,
        .who = j->c->certificate.camera[0] ? "camera" : "signer",
        .has_claimed = true,
        .claimed = from / US,
        .claimed_until = r->last_us / US > from / US ? r->last_us / US : from / US,
        .conflict = conflict_words(j),
        .revocation = &j->revocation,
    };
    char to[SENTENCE_MAX];

    r->verdict = keep(j, ledger_verdict_words(j->arena, r, j->findings, j->findings_n));
    r->axes[0].sentence = keep(j, ledger_integrity_words(j->arena, r, j->findings, j->findings_n));
    words_signer(to, v->signer, &about);
    r->axes[1].sentence = keep(j, to);
    words_time(to, v->time, &about);
    r->axes[2].sentence = keep(j, to);
    words_revocation(to, v->revocation, &about);
    r->axes[3].sentence = keep(j, to);
    r->headline = ending.headline;
    r->advice = ending.advice;
}

static void put_findings(struct judging *j)
{
    struct exh_ledger_finding *out = arena_array(j->arena, j->findings_n + 1, sizeof *out);

    if (!out) {
        j->no_memory = true;
        return;
    }
    for (size_t i = 0; i < j->findings_n; i++) {
        const struct ledger_finding *f = &j->findings[i];
        out[i] =
            (struct exh_ledger_finding){ .kind = ledger_kind_name(f->kind),
                                         .entry = f->entry,
                                         .until = f->until,
                                         .sentence = keep(j, ledger_finding_words(j->arena, f)) };
    }
    j->r->findings = out;
    j->r->findings_n = j->findings_n;
}

static void put_gaps(struct judging *j)
{
    struct exh_ledger_gap *out = arena_array(j->arena, j->c->gaps_n + 1, sizeof *out);

    if (!out) {
        j->no_memory = true;
        return;
    }
    for (size_t i = 0; i < j->c->gaps_n; i++) {
        const struct ledger_gap *g = &j->c->gaps[i];
        out[i] = (struct exh_ledger_gap){ .entry = g->entry,
                                          .reason = tick_reason_name(g->reason),
                                          .from_us = g->t0_us,
                                          .at_us = g->t1_us };
    }
    j->r->gaps = out;
    j->r->gaps_n = j->c->gaps_n;
    j->r->gaps_all = j->c->counts.gaps;
}

static void put_warnings(struct judging *j)
{
    const struct ledger_check *c = j->c;
    const struct exh_ledger_report *r = j->r;

    if (c->counts.loose)
        warn(j, arena_printf(j->arena,
                             "%" PRIu64 " entries behind the break are signed by the same key, but "
                             "nothing ties them to this recording.",
                             c->counts.loose));
    if (c->recovered)
        warn(j, "It was closed after a power cut.");
    if (c->unsynchronised)
        warn(j, "Some entries were made by a clock that nobody had set.");
    if (c->chain && (r->opened_us / US < c->certificate.not_before ||
                     r->last_us / US > c->certificate.not_after))
        warn(j, "The claimed time lies outside the certificate's validity.");
    if (r->findings_all > j->findings_n)
        warn(j, arena_printf(j->arena, "%" PRIu64 " more findings are only counted.",
                             r->findings_all - j->findings_n));
    const char **out = arena_array(j->arena, j->warnings_n + 1, sizeof *out);
    if (!out) {
        j->no_memory = true;
        return;
    }
    for (size_t i = 0; i < j->warnings_n; i++)
        out[i] = j->warnings[i];
    j->r->warnings = out;
    j->r->warnings_n = j->warnings_n;
}

static void put_text(char to[EXH_NAME_MAX], struct exh_bytes text)
{
    snprintf(to, EXH_NAME_MAX, "%.*s", (int)text.n, (const char *)text.p);
}

/* What the open entry says. */
static void put_entry(struct exh_ledger_report *r, const struct open_entry *e)
{
    put_text(r->camera_id, e->camera_id);
    put_text(r->media_type, e->media_type);
    memcpy(r->stream_id, e->stream_id, sizeof r->stream_id);
    r->sealed = open_entry_sealed(e);
    r->captured = e->captured;
    r->frame_first = e->frame_first;
    r->has_frame_last = e->has_frame_last;
    r->frame_last = e->frame_last;
    r->has_prev_capture = e->has_prev_capture;
    memcpy(r->prev_capture, e->prev_capture, sizeof r->prev_capture);
    r->segment = e->segment;
    r->has_previous = e->has_previous;
    memcpy(r->previous, e->previous, sizeof r->previous);
    r->opened_us = e->t0_us;
}

/* What the entries told. */
static void put_counts(struct exh_ledger_report *r, const struct ledger_check *c)
{
    r->recovered = c->recovered;
    memcpy(r->oid, c->oid, sizeof r->oid);
    memcpy(r->head, c->place.head, sizeof r->head);
    r->first_us = c->counts.records ? c->first_t0_us : r->opened_us;
    r->last_us = c->counts.tied ? c->last.t1_us : r->opened_us;
    r->alg = c->cose.alg;
    r->has_certificate = c->chain != NULL;
    r->signed_by = c->certificate;
    r->entries = c->counts.tied;
    r->loose = c->counts.loose;
    r->records = c->counts.records;
    r->matching = c->counts.match;
    r->findings_all = c->counts.findings;
}

static void put_verdict(struct exh_ledger_report *r, const struct verdict *v)
{
    r->integrity = v->integrity;
    r->signer = v->signer;
    r->time = v->time;
    r->revocation = v->revocation;
    r->axes[0].state = verdict_integrity_name(v->integrity);
    r->axes[1].state = verdict_signer_name(v->signer);
    r->axes[2].state = verdict_time_name(v->time);
    r->axes[3].state = verdict_revocation_name(v->revocation);
}

static void judge(struct judging *j)
{
    struct exh_ledger_report *r = j->r;

    r->has_open = true;
    r->one_file = j->ends->one_file;
    r->partial = j->ends->partial;
    r->body_n = j->ends->body_n;
    put_entry(r, &j->c->entry);
    put_counts(r, j->c);
    memcpy(j->findings, j->c->findings, j->c->findings_n * sizeof *j->findings);
    j->findings_n = j->c->findings_n;
    judge_ends(j);
    judge_signer(j);

    const struct verdict v = verdict_of(facts_of(j));
    put_verdict(r, &v);
    put_sentences(j, &v);
    put_findings(j);
    put_gaps(j);
    put_warnings(j);
}

static struct ledger_report *report_new(struct exh_error *err)
{
    struct ledger_report *r = calloc(1, sizeof *r);

    if (!r) {
        fail_no_memory(err);
        return NULL;
    }
    r->arena = arena_with_limit(LEDGER_REPORT_MAX);
    return r;
}

enum exh_status ledger_report_new(const struct ledger_check *c, const struct ledger_ends *ends,
                                  const struct exh_check_options *options,
                                  struct exh_ledger_report **out, struct exh_error *err)
{
    struct ledger_report *r = report_new(err);
    struct judging *j = r ? calloc(1, sizeof *j) : NULL;

    if (!j) {
        exh_ledger_report_free(r ? &r->pub : NULL);
        return fail_no_memory(err);
    }
    j->c = c;
    j->ends = ends;
    j->options = options;
    j->r = &r->pub;
    j->arena = &r->arena;
    judge(j);
    const bool no_memory = j->no_memory;
    free(j);
    if (no_memory) {
        exh_ledger_report_free(&r->pub);
        return fail_no_memory(err);
    }
    *out = &r->pub;
    return EXH_OK;
}

enum exh_status ledger_report_none(struct exh_ledger_report **out, struct exh_error *err)
{
    static const char *const judged[] = { "There is no signature to judge.",
                                          "There is no time to judge.",
                                          "There is no certificate to judge." };
    const struct verdict v = verdict_of(FACT_NO_CREDENTIAL);
    struct ledger_report *r = report_new(err);

    if (!r)
        return EXH_NO_MEMORY;
    put_verdict(&r->pub, &v);
    r->pub.axes[0].sentence = ledger_integrity_words(&r->arena, &r->pub, NULL, 0);
    for (size_t i = 0; i < ARRAY_N(judged); i++)
        r->pub.axes[i + 1].sentence = judged[i];
    r->pub.headline = "This file carries no ledger.";
    r->pub.advice =
        "Ask its sender for the object as it was sealed, or for the ledger beside it (.led).";
    r->pub.verdict = "no ledger";
    *out = &r->pub;
    return EXH_OK;
}

void exh_ledger_report_free(struct exh_ledger_report *report)
{
    struct ledger_report *r = (struct ledger_report *)(void *)report;

    if (!r)
        return;
    arena_free(&r->arena);
    free(r);
}

int exh_ledger_exit_code(const struct exh_ledger_report *report)
{
    const struct verdict v = { report->integrity, report->signer, report->time,
                               report->revocation };

    return verdict_exit_code(&v);
}
