/*
 * ledger_print.h -- what a ledger proves, as people read it; check and open say it the same way.
 */
#ifndef CLI_LEDGER_PRINT_H
#define CLI_LEDGER_PRINT_H

#include <exhibit/ledger.h>

#include "cli/term.h"

/* A headline, a line an axis, the facts, and what to do now. */
void ledger_print(const struct term *t, const char *name, const struct exh_ledger_report *r);

/* One line under a headline: "  signer      ..." */
void ledger_print_line(const struct term *t, const char *key, const char *sentence);

/* Microseconds since 1970 as RFC 3339 with as many digits as they need. */
#define US_TEXT_MAX 64
void us_write(char to[US_TEXT_MAX], int64_t us);

/* The reverse, in UTC or with an offset; false for anything else. */
bool us_read(const char *text, uint64_t *us);

#endif
