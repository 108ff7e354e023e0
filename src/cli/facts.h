/*
 * facts.h -- facts of a report as people read them; verify, show and camera say them the same way.
 */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include <exhibit/verify.h>

#include "cli/term.h"

/* The style of a result by its exit status, and the mark before it ("✓ ", "✗ ", "? "; "" in ASCII). */
enum style facts_style(int exit_code);
const char *facts_mark(const struct term *t, enum style style);

/* "camera cam-1, frame 41; 2026-11-21T11:00:00+02:00; 52.52000, 13.40000 within 5 m (gnss)". */
void facts_print_capture(const struct term *t, const char *before,
                         const struct exh_claimed_capture *c);

/* "ES256"; "algorithm -47" for others. */
const char *facts_algorithm(int64_t alg, char to[32]);

#endif
