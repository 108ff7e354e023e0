/* ledger_words.c -- what happened to an object, in sentences; the others are src/verdict's. */
#include <inttypes.h>

#include "seal/ledger_report.h"

/* "entry 7", "entries 7 to 9". */
static const char *range(struct arena *a, const struct ledger_finding *f, const char *one,
                         const char *many)
{
    if (f->until > f->entry + 1)
        return arena_printf(a, "%s %" PRIu64 " to %" PRIu64, many, f->entry, f->until - 1);
    return arena_printf(a, "%s %" PRIu64, one, f->entry);
}

static const char *bad_signature(struct arena *a, const struct ledger_finding *f)
{
    const char *which = range(a, f, "entry", "entries");

    switch (f->why) {
    case WHY_TIME:
        return arena_printf(a,
                            "the time of %s was changed: it contradicts the clock that nobody "
                            "sets, and the signature does not hold",
                            which);
    case WHY_KEY:
        return arena_printf(
            a, "%s: not signed by this signer; another key did it, or a detail was changed", which);
    case WHY_CONTENT:
    case WHY_NONE: break;
    }
    return arena_printf(a, "%s: changed after signing, or made by somebody else", which);
}

static const char *clock_jump(struct arena *a, const struct ledger_finding *f)
{
    return arena_printf(a,
                        "the clock was set by %" PRIu64 ".%03" PRIu64 " s before entry %" PRIu64
                        ", and no entry says so",
                        f->n / 1000000, f->n / 1000 % 1000, f->entry);
}

const char *ledger_finding_words(struct arena *a, const struct ledger_finding *f)
{
    switch (f->kind) {
    case LEDGER_OPEN_SIGNATURE:
        return arena_printf(a, "the open entry was changed or made by somebody else: %s", f->rule);
    case LEDGER_OPEN_DIFFERS:
        return "header and ledger have different open entries: the ledger is of another object, or "
               "the header is";
    case LEDGER_OPEN_MISSING:
        return "the header has no open entry: another header was put before the body";
    case LEDGER_OTHER_BODY: return "the body is not the one that the open entry was made for";
    case LEDGER_BAD_SIGNATURE: return bad_signature(a, f);
    case LEDGER_DAMAGED:
        return arena_printf(a,
                            "%" PRIu64 " bytes of the ledger before entry %" PRIu64
                            " are damaged: they are no entry",
                            f->n, f->entry);
    case LEDGER_HEAD_CUT:
        return arena_printf(a, "the beginning was cut off: %s missing",
                            range(a, f, "entry", "entries"));
    case LEDGER_DROPPED: return arena_printf(a, "%s taken out", range(a, f, "entry", "entries"));
    case LEDGER_SWAPPED:
        return arena_printf(a, "%s put in another order", range(a, f, "entry", "entries"));
    case LEDGER_DUPLICATED: return arena_printf(a, "entry %" PRIu64 " put in again", f->entry);
    case LEDGER_FOREIGN:
        return arena_printf(a,
                            "entry %" PRIu64 " does not follow what stands before it: one of the "
                            "two is of another recording",
                            f->entry);
    case LEDGER_RULE:
        return arena_printf(a, "entry %" PRIu64 ", though signed, cannot be: %s", f->entry,
                            f->rule);
    case LEDGER_AFTER_CLOSE: return "something was put behind the close entry";
    case LEDGER_BODY_ALTERED:
        return arena_printf(a, "the bytes of %s are not those that were signed",
                            range(a, f, "record", "records"));
    case LEDGER_APPENDED: return arena_printf(a, "%" PRIu64 " bytes were put behind the end", f->n);
    case LEDGER_STOPPED:
        return arena_printf(a, "too many signatures do not hold: the rest was not looked at");
    case LEDGER_REMOVED:
        return f->n ? "the ledger is missing, and the open entry demands it"
                    : "the ledger is missing";
    case LEDGER_BODY_SHORT:
        return arena_printf(
            a, "the body ends before its ledger: %" PRIu64 " of %" PRIu64 " records are there",
            f->entry, f->until);
    case LEDGER_OPEN_END: return "it was not closed: cut off, or still going on";
    case LEDGER_TAIL:
        return arena_printf(a, "the last %" PRIu64 " bytes are signed by nobody", f->n);
    case LEDGER_TORN:
        return arena_printf(a, "the ledger ends in %" PRIu64 " bytes that are no whole entry",
                            f->n);
    case LEDGER_CLOCK: return clock_jump(a, f);
    case LEDGER_KINDS_N: break;
    }
    return "";
}

/* The first finding of those that say: altered; NULL when there is none. */
static const struct ledger_finding *first_altered(const struct ledger_finding *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ledger_kind_altered(f[i].kind))
            return &f[i];
    return NULL;
}

static const struct ledger_finding *first_of(const struct ledger_finding *f, size_t n,
                                             enum ledger_kind kind)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].kind == kind)
            return &f[i];
    return NULL;
}

static const char *altered_verdict(struct arena *a, const struct ledger_finding *f)
{
    switch (f->kind) {
    case LEDGER_BAD_SIGNATURE: return arena_printf(a, "bad signature at %" PRIu64, f->entry);
    case LEDGER_DAMAGED: return arena_printf(a, "damaged ledger at %" PRIu64, f->entry);
    case LEDGER_DUPLICATED: return arena_printf(a, "chain break at %" PRIu64, f->n);
    case LEDGER_HEAD_CUT:
    case LEDGER_DROPPED:
    case LEDGER_SWAPPED:
    case LEDGER_FOREIGN:
    case LEDGER_AFTER_CLOSE: return arena_printf(a, "chain break at %" PRIu64, f->entry);
    case LEDGER_RULE: return arena_printf(a, "contradiction at %" PRIu64, f->entry);
    case LEDGER_BODY_ALTERED: return arena_printf(a, "body altered in record %" PRIu64, f->entry);
    case LEDGER_APPENDED: return arena_printf(a, "%" PRIu64 " bytes after the close", f->n);
    default: return ledger_kind_name(f->kind);
    }
}

const char *ledger_verdict_words(struct arena *a, const struct exh_ledger_report *r,
                                 const struct ledger_finding *findings, size_t n)
{
    const struct ledger_finding *f = first_altered(findings, n);

    if (f)
        return altered_verdict(a, f);
    if (r->end == EXH_LEDGER_NONE)
        return ledger_kind_name(LEDGER_REMOVED);
    f = first_of(findings, n, LEDGER_BODY_SHORT);
    if (f)
        return arena_printf(a, "body shorter than ledger: %" PRIu64 " records present", f->entry);
    const char *tail =
        r->unsigned_n ? arena_printf(a, ", %" PRIu64 " unsigned tail bytes", r->unsigned_n) : "";
    return arena_printf(a, "%s%s%s", r->end == EXH_LEDGER_CLOSED ? "closed" : "open end",
                        tail ? tail : "", r->torn_n ? ", torn ledger tail" : "");
}

/* All that is missing, as one list. */
static const char *missing_words(struct arena *a, const struct ledger_finding *f, size_t n)
{
    const char *all = NULL;

    for (size_t i = 0; i < n; i++) {
        if (ledger_kind_altered(f[i].kind) || f[i].kind == LEDGER_CLOCK)
            continue;
        const char *one = ledger_finding_words(a, &f[i]);
        all = all ? arena_printf(a, "%s; %s", all, one) : one;
    }
    return all;
}

static const char *intact_words(struct arena *a, const struct exh_ledger_report *r)
{
    if (r->partial)
        return arena_printf(a,
                            "Nothing in the %" PRIu64
                            " records that were looked at has changed since they were signed.",
                            r->matching);
    if (r->one_file)
        return "Nothing in this file has changed since it was signed.";
    return arena_printf(a,
                        "Nothing has changed since it was signed: %" PRIu64
                        " entries, none missing, in order and closed.",
                        r->entries);
}

const char *ledger_integrity_words(struct arena *a, const struct exh_ledger_report *r,
                                   const struct ledger_finding *findings, size_t n)
{
    const struct ledger_finding *f = first_altered(findings, n);

    switch (r->integrity) {
    case EXH_INTACT: return intact_words(a, r);
    case EXH_ALTERED:
        return arena_printf(a, "This file was changed after it was signed: %s (%s).",
                            f ? ledger_finding_words(a, f) : "no signature holds", r->verdict);
    case EXH_INCOMPLETE:
        return arena_printf(a,
                            "The signed part is intact, but pieces are missing or not closed: %s.",
                            missing_words(a, findings, n));
    case EXH_NO_CREDENTIAL: break;
    }
    return "This file carries no ledger: nobody signed it.";
}
