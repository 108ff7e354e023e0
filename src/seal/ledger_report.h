/*
 * ledger_report.h -- what a check found, as the report that the public sees.
 */
#ifndef SEAL_LEDGER_REPORT_H
#define SEAL_LEDGER_REPORT_H

#include "base/arena.h"
#include "seal/ledger_check.h"
#include "verdict/words.h"

#include <exhibit/ledger.h>

#define LEDGER_REPORT_MAX ((size_t)1 << 20) // bytes of a report's texts

/* The report and everything that it borrows from. */
struct ledger_report {
    struct exh_ledger_report pub; // first, so that the public pointer is this one
    struct arena arena;
};

/* What the files told beside the check. */
struct ledger_ends {
    bool one_file;
    bool has_ledger;   // else it was removed
    bool partial;      // the caller compared only a range with the body
    uint64_t ledger_n; // bytes of the ticks, torn ones too
    uint64_t body_n;   // bytes of the body
};

/*
 * Judge a check as it stands, and write it down. The check is not changed: a follower can go on.
 * Of options: crypto, trust, now, stamp, ocsp, fetch. EXH_NO_MEMORY
 */
NODISCARD enum exh_status ledger_report_new(const struct ledger_check *c,
                                            const struct ledger_ends *ends,
                                            const struct exh_check_options *options,
                                            struct exh_ledger_report **out, struct exh_error *err);

/* The report of an object that nobody signed. */
NODISCARD enum exh_status ledger_report_none(struct exh_ledger_report **out, struct exh_error *err);

/* Findings as sentences, and the verdict in a few words (ledger_words.c). */
const char *ledger_finding_words(struct arena *a, const struct ledger_finding *f);
const char *ledger_verdict_words(struct arena *a, const struct exh_ledger_report *r,
                                 const struct ledger_finding *findings, size_t n);
const char *ledger_integrity_words(struct arena *a, const struct exh_ledger_report *r,
                                   const struct ledger_finding *findings, size_t n);

#endif
