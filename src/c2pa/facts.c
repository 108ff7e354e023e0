/* facts.c -- from findings to the flags of the verdict, and to the state of C2PA. */
#include "c2pa/report.h"

#include <string.h>

#define CONFLICT_S 600 // a claimed time this much after the attested one cannot be a clock's drift

/* Failures that speak of the signer, not of the bytes: other axes tell them. */
static bool speaks_of_signer(const char *code)
{
    static const enum code codes[] = {
        CODE_SIGNING_CREDENTIAL_UNTRUSTED,     CODE_SIGNING_CREDENTIAL_INVALID,
        CODE_SIGNING_CREDENTIAL_OCSP_REVOKED,  CODE_SIGNING_CREDENTIAL_OCSP_UNKNOWN,
        CODE_CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
    };

    for (size_t i = 0; i < ARRAY_N(codes); i++)
        if (strcmp(code, code_rows[codes[i]].name) == 0)
            return true;
    return false;
}

static bool is_broken(const struct findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].kind == EXH_FAILURE && !speaks_of_signer(f->items[i].code))
            return true;
    return false;
}

/* The same of the active manifest; missing fragments are a failure, but break nothing. */
static bool active_broken(const struct validation *v)
{
    const struct findings *f = &v->items[v->active].findings;
    const char *missing = code_rows[CODE_ASSERTION_BMFF_HASH_MISMATCH].name;

    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].kind == EXH_FAILURE && !speaks_of_signer(f->items[i].code) &&
            !(v->content_incomplete && strcmp(f->items[i].code, missing) == 0))
            return true;
    return false;
}

/* A redaction that may not be, or was not done: the fault of whoever signed later. */
static bool redacted_wrongly(const struct findings *f)
{
    return has_finding(f, CODE_ASSERTION_NOT_REDACTED) ||
           has_finding(f, CODE_ASSERTION_ACTION_REDACTED) ||
           has_finding(f, CODE_ASSERTION_DATA_HASH_REDACTED);
}

/* Failures of the step from an ingredient assertion to its manifest. */
static bool speaks_of_link(const char *code)
{
    static const enum code codes[] = {
        CODE_INGREDIENT_MANIFEST_MISSING,        CODE_INGREDIENT_MANIFEST_MISMATCH,
        CODE_INGREDIENT_CLAIM_SIGNATURE_MISSING, CODE_INGREDIENT_CLAIM_SIGNATURE_MISMATCH,
        CODE_ASSERTION_INGREDIENT_MALFORMED,
    };

    for (size_t i = 0; i < ARRAY_N(codes); i++)
        if (strcmp(code, code_rows[codes[i]].name) == 0)
            return true;
    return false;
}

/*
 * An ingredient was touched after it was taken in, or redacted against the rules. What its taker saw
 * and recorded is no news: it was so when it was signed.
 */
static bool ingredient_broken(const struct validation *v, const struct exh_delta *deltas, size_t n)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].reachable && redacted_wrongly(&v->items[i].findings))
            return true;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < deltas[i].findings.n; k++)
            if (deltas[i].findings.items[k].kind == EXH_FAILURE &&
                speaks_of_link(deltas[i].findings.items[k].code))
                return true;
    return false;
}

const struct exh_finding *damaged_ingredient(const struct exh_delta *deltas, size_t n)
{
    const char *stranger = code_rows[CODE_SIGNING_CREDENTIAL_UNTRUSTED].name;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < deltas[i].findings.n; k++) {
            const struct exh_finding *f = &deltas[i].findings.items[k];
            if (f->kind == EXH_FAILURE && strcmp(f->code, stranger) != 0)
                return f;
        }
    return NULL;
}

static unsigned facts_of_manifest(const struct validation *v, const struct judged *m)
{
    unsigned facts = 0;

    facts |= m->signature_holds ? FACT_SIGNED : 0;
    facts |= m->chain && (!m->profile_holds || capture_contradicts(v, m)) ? FACT_WRONG_USE : 0;
    facts |= m->path.known ? FACT_KNOWN : 0;
    facts |= has_finding(&m->findings, CODE_CLAIM_SIGNATURE_INSIDE_VALIDITY) ? FACT_VALID_THEN : 0;
    facts |= m->revocation.fact == REVOCATION_NOT_REVOKED ? FACT_NOT_REVOKED : 0;
    facts |= m->revocation.fact == REVOCATION_REVOKED_LATER ? FACT_REVOKED_LATER : 0;
    facts |=
        m->revocation.fact == REVOCATION_IS_REVOKED || m->revocation.fact == REVOCATION_IS_UNKNOWN
            ? FACT_REVOKED
            : 0;
    return facts;
}

/* The chain of update manifests must hold as a whole; what is bad in any of them is bad. */
static unsigned facts_of_chain(const struct validation *v)
{
    const unsigned needed = FACT_SIGNED | FACT_KNOWN | FACT_VALID_THEN | FACT_NOT_REVOKED;
    unsigned all = needed, any = 0;
    ptrdiff_t at = (ptrdiff_t)v->active;

    for (size_t steps = 0; steps < v->n && at >= 0; steps++) {
        const unsigned facts = facts_of_manifest(v, &v->items[at]);
        all &= facts;
        any |= facts & ~needed;
        if (at == v->binding)
            break;
        at = v->items[at].parent;
    }
    return all | any;
}

unsigned facts_of(const struct validation *v, const struct exh_delta *deltas, size_t n)
{
    unsigned facts = facts_of_chain(v);
    struct exh_claimed_capture capture = { 0 };
    int64_t claimed = 0;

    facts |= active_broken(v) || ingredient_broken(v, deltas, n) ? FACT_BROKEN : 0;
    facts |= v->content_incomplete || damaged_ingredient(deltas, n) ? FACT_INCOMPLETE : 0;
    if (v->binding < 0)
        return facts;

    const struct judged *m = &v->items[v->binding];
    // The bound manifest of an update is judged as an ingredient: its own failures count here too.
    facts |= v->binding != (ptrdiff_t)v->active && is_broken(&m->findings) ? FACT_BROKEN : 0;
    facts |= m->stamp_trusted ? FACT_STAMPED : 0;
    capture_read(v, &capture);
    if (m->stamp_trusted && claimed_time(v, &capture, &claimed) &&
        claimed > m->stamp.time + CONFLICT_S)
        facts |= FACT_CONFLICT;
    return facts;
}

static bool only_untrusted(struct exh_findings f, bool *none)
{
    for (size_t i = 0; i < f.n; i++) {
        if (f.items[i].kind != EXH_FAILURE)
            continue;
        *none = false;
        if (strcmp(f.items[i].code, code_rows[CODE_SIGNING_CREDENTIAL_UNTRUSTED].name) != 0)
            return false;
    }
    return true;
}

enum exh_state state_of(const struct validation *v, const struct exh_delta *deltas, size_t n)
{
    const struct judged *m = &v->items[v->active];
    bool no_failure = true;

    if (!has_finding(&m->findings, CODE_CLAIM_SIGNATURE_VALIDATED) ||
        !has_finding(&m->findings, CODE_CLAIM_SIGNATURE_INSIDE_VALIDITY) ||
        !only_untrusted((struct exh_findings){ m->findings.items, m->findings.n }, &no_failure))
        return EXH_STATE_INVALID;
    for (size_t i = 0; i < n; i++)
        if (!only_untrusted(deltas[i].findings, &no_failure))
            return EXH_STATE_INVALID;
    return no_failure && has_finding(&m->findings, CODE_SIGNING_CREDENTIAL_TRUSTED)
               ? EXH_STATE_TRUSTED
               : EXH_STATE_VALID;
}
