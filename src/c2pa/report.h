/*
 * report.h -- a finished validation as the report that the public sees.
 */
#ifndef C2PA_REPORT_H
#define C2PA_REPORT_H

#include "c2pa/validation.h"
#include "verdict/verdict.h"

/* The report and everything that it borrows from. */
struct report {
    struct exh_report pub; // first, so that the public pointer is this one
    struct arena arena;
    struct container container; // its buffers hold the store
};

struct report *report_new(void); // NULL out of memory

/* Fill the public part from a validation whose arena is the report's. */
void report_fill(struct report *r, struct validation *v);

/* The same for an asset without a credential. */
void report_fill_none(struct report *r);

/* Words of the report (report_words.c). */
void report_words(struct report *r, struct validation *v);

/* The facts of a validation (facts.c). */
unsigned facts_of(const struct validation *v, const struct exh_delta *deltas, size_t n);

/*
 * The first failure that an ingredient shows and nobody recorded, strangers' signatures aside; NULL
 * when there is none. The asset is as it was signed then, but not everything that it rests on.
 */
const struct exh_finding *damaged_ingredient(const struct exh_delta *deltas, size_t n);
enum exh_state state_of(const struct validation *v, const struct exh_delta *deltas, size_t n);

/* Findings of ingredients that are news, one delta an ingredient assertion (deltas.c). */
const struct exh_delta *collect_deltas(struct validation *v, size_t *n);

/* What an ingredient assertion of the active manifest says wrongly stands on that manifest. */
void adopt_own_findings(struct validation *v);

/* What the capture assertion claims, nearest manifest first (capture_read.c). */
void capture_read(const struct validation *v, struct exh_claimed_capture *out);

/* The time that the signer claims; false when none. */
bool claimed_time(const struct validation *v, const struct exh_claimed_capture *c, int64_t *at);

/* Is the camera id of this manifest's capture assertion not the one of its certificate? */
bool capture_contradicts(const struct validation *v, const struct judged *m);

#endif
