/*
 * verdict.h -- four axes out of facts: one table, one row a rule.
 *
 * The facts are plain flags, so that each row can be tested alone. The first row whose flags are all
 * set decides its axis; every axis ends with a row without flags.
 */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <exhibit/verdict.h>

/* What the validation found, as flags. */
enum fact {
    FACT_NO_CREDENTIAL = 1u << 0,
    FACT_BROKEN = 1u << 1,     // a failure of structure, hash or signature
    FACT_INCOMPLETE = 1u << 2, // what is there matches, but pieces are missing
    FACT_SIGNED = 1u << 3,     // the claim signature holds
    FACT_WRONG_USE = 1u << 4,  // certificate profile, or camera id against certificate
    FACT_WITHHELD = 1u << 5,   // the licence server keeps the key back
    FACT_KNOWN = 1u << 6,      // the signer leads to an anchor
    FACT_STAMPED = 1u << 7,    // a trusted time-stamp
    FACT_VALID_THEN = 1u << 8, // the certificate was valid at the judged time
    FACT_CONFLICT = 1u << 9,   // the claimed time is after the attested one
    FACT_NOT_REVOKED = 1u << 10,
    FACT_REVOKED_LATER = 1u << 11,
    FACT_REVOKED = 1u << 12,
};

struct verdict {
    enum exh_integrity integrity;
    enum exh_signer_state signer;
    enum exh_time_state time;
    enum exh_revocation revocation;
};

struct verdict verdict_of(unsigned facts);

/* The exit code that a verdict means: the first that applies of 1, 6, 4, 5, 3, 0. */
int verdict_exit_code(const struct verdict *v);

/* Stable names: "wrong use", "revoked after". */
const char *verdict_integrity_name(enum exh_integrity s);
const char *verdict_signer_name(enum exh_signer_state s);
const char *verdict_time_name(enum exh_time_state s);
const char *verdict_revocation_name(enum exh_revocation s);

#endif
