#include "verdict/verdict.h"

#include "base/macros.h"

/* A rule: these flags are set, those are not: then the axis has this state. */
struct rule {
    unsigned set, clear;
    int state;
};

static const struct rule integrity_rules[] = {
    { FACT_NO_CREDENTIAL, 0, EXH_NO_CREDENTIAL },
    { FACT_BROKEN, 0, EXH_ALTERED },
    { 0, FACT_SIGNED, EXH_ALTERED },
    { FACT_INCOMPLETE, 0, EXH_INCOMPLETE },
    { 0, 0, EXH_INTACT },
};

// Who signed is judged also when the content was altered; but not if the signature itself fails.
static const struct rule signer_rules[] = {
    { FACT_NO_CREDENTIAL, 0, EXH_SIGNER_NOT_JUDGED },
    { 0, FACT_SIGNED, EXH_SIGNER_NOT_JUDGED },
    { FACT_WRONG_USE, 0, EXH_SIGNER_WRONG_USE },
    { FACT_WITHHELD, 0, EXH_SIGNER_WITHHELD },
    { FACT_KNOWN, 0, EXH_SIGNER_TRUSTED },
    { 0, 0, EXH_SIGNER_UNKNOWN },
};

static const struct rule time_rules[] = {
    { FACT_NO_CREDENTIAL, 0, EXH_TIME_NOT_JUDGED }, { 0, FACT_SIGNED, EXH_TIME_NOT_JUDGED },
    { FACT_CONFLICT, 0, EXH_TIME_CONFLICT },        { 0, FACT_VALID_THEN, EXH_TIME_UNJUDGEABLE },
    { FACT_STAMPED, 0, EXH_TIME_STAMPED },          { 0, 0, EXH_TIME_CLAIMED },
};

static const struct rule revocation_rules[] = {
    { FACT_NO_CREDENTIAL, 0, EXH_REVOCATION_NOT_JUDGED },
    { 0, FACT_SIGNED, EXH_REVOCATION_NOT_JUDGED },
    { FACT_REVOKED, 0, EXH_REVOCATION_REVOKED },
    { FACT_REVOKED_LATER, 0, EXH_REVOCATION_AFTER },
    { FACT_NOT_REVOKED, 0, EXH_REVOCATION_GOOD },
    { 0, 0, EXH_REVOCATION_UNCHECKED },
};

static int decide(const struct rule *rules, unsigned facts)
{
    while ((facts & rules->set) != rules->set || (facts & rules->clear))
        rules++; // the last rule holds for everything
    return rules->state;
}

struct verdict verdict_of(unsigned facts)
{
    return (struct verdict){
        .integrity = (enum exh_integrity)decide(integrity_rules, facts),
        .signer = (enum exh_signer_state)decide(signer_rules, facts),
        .time = (enum exh_time_state)decide(time_rules, facts),
        .revocation = (enum exh_revocation)decide(revocation_rules, facts),
    };
}

int verdict_exit_code(const struct verdict *v)
{
    if (v->integrity == EXH_ALTERED || v->signer == EXH_SIGNER_WRONG_USE)
        return 1;
    if (v->revocation == EXH_REVOCATION_REVOKED)
        return 6;
    if (v->integrity == EXH_NO_CREDENTIAL)
        return 4;
    if (v->integrity == EXH_INCOMPLETE || v->signer == EXH_SIGNER_WITHHELD ||
        v->time == EXH_TIME_CONFLICT || v->time == EXH_TIME_UNJUDGEABLE)
        return 5;
    return v->signer == EXH_SIGNER_TRUSTED ? 0 : 3;
}

const char *verdict_integrity_name(enum exh_integrity s)
{
    static const char *const names[] = { "intact", "altered", "incomplete", "none" };

    return names[s];
}

const char *verdict_signer_name(enum exh_signer_state s)
{
    static const char *const names[] = { "trusted", "unknown", "withheld", "wrong use",
                                         "not judged" };

    return names[s];
}

const char *verdict_time_name(enum exh_time_state s)
{
    static const char *const names[] = { "stamped", "claimed", "conflict", "unjudgeable",
                                         "not judged" };

    return names[s];
}

const char *verdict_revocation_name(enum exh_revocation s)
{
    static const char *const names[] = { "good", "revoked after", "revoked", "unchecked",
                                         "not judged" };

    return names[s];
}
