/*
 * ledger_clock.h -- do the times of a ledger go together?
 *
 * Every entry has two clocks: UTC, which may be set, and one that nobody sets. Between two entries both
 * must move alike, unless a gap entry says that the clock was set, or nobody had set it before.
 */
#ifndef SEAL_LEDGER_CLOCK_H
#define SEAL_LEDGER_CLOCK_H

#include "seal/ledger_check.h"

/* Does the time of an entry go with its monotonic clock, seen from the entry before? */
bool ledger_clock_fits(const struct ledger_check *c, const struct tick *t);

/* Take in the times of an entry that is tied to the ones before; LEDGER_CLOCK is noted. */
void ledger_clock_see(struct ledger_check *c, const struct tick *t);

#endif
