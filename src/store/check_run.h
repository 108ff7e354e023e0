/*
 * check_run.h -- the parts of a check. Each counts what it looked at, and reports what it found.
 */
#ifndef STORE_CHECK_RUN_H
#define STORE_CHECK_RUN_H

#include "store/check.h"
#include "store/home.h"

struct check {
    struct store_home *home;
    struct store *s; // NULL: the database could not be opened
    const struct store_check_options *options;
    store_finding_visitor *visit;
    void *ctx;
    struct store_check_counts counts;
};

/* what: "page %u". The sentence is err's text. */
PRINTF_LIKE(4, 5)
void check_found(struct check *c, enum store_finding_kind kind, const char *text, const char *what,
                 ...);

/*
 * What a status means for a check: EXH_OK and EXH_IO are as they are; what is damaged or missing becomes
 * a finding about `what`, and EXH_OK.
 */
NODISCARD enum exh_status check_status(struct check *c, enum exh_status status,
                                       struct exh_error *err, const char *what);

NODISCARD enum exh_status check_pages(struct check *c, const char *name, struct exh_error *err);
NODISCARD enum exh_status check_journal(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_rows(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_custody(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_blobs(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_spool(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_log(struct check *c, struct exh_error *err);
NODISCARD enum exh_status check_log_names(struct check *c, struct exh_error *err);

#endif
