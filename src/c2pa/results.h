/*
 * results.h -- what a verifier found, as an ingredient's validationResults.
 *
 * Spec: C2PA, "V3 ingredient assertions".
 */
#ifndef C2PA_RESULTS_H
#define C2PA_RESULTS_H

#include <exhibit/verify.h>

#include "formats/cbor.h"

#define RESULTS_MAX ((size_t)4 << 20) // bytes of one ingredient's results

/*
 * Append the results map of a report. Where the active manifest got another label on the way into
 * our store, URIs follow: `from` becomes `to` (both empty: it kept its label).
 */
void results_put(struct buf *b, const struct exh_report *report, struct exh_bytes from,
                 struct exh_bytes to);

#endif
