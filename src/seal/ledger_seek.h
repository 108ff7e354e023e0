/*
 * ledger_seek.h -- which record was being made at a time: binary search, a few entries read.
 *
 * Entries have one size, so the ledger is its own index. What is found has been checked no further than
 * its own signature: whether the entries before it are all there is ledger_check.h's affair.
 */
#ifndef SEAL_LEDGER_SEEK_H
#define SEAL_LEDGER_SEEK_H

#include "seal/ledger_check.h"

#define SEEK_DAMAGE_MAX 64   // entries in a row that are none, passed over to find the next one
#define SEEK_SKIP_MAX   4096 // entries in a row that are no records: gaps and beacons

struct ledger_found {
    uint64_t index; // of the entry in the ledger
    struct tick tick;
};

/*
 * The last record (or close entry) that began at or before time_us; the first one, if all began later.
 *
 * EXH_NOT_FOUND  there is no record
 * EXH_LIMIT      over SEEK_SKIP_MAX
 * EXH_MALFORMED  what is found is not signed by the open entry's key, or the ledger is damaged there
 * EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_seek(const struct ledger_check *c, const struct exh_source *ledger,
                                      uint64_t ticks_at, int64_t time_us, struct ledger_found *out,
                                      struct exh_error *err);

/* The entry at an index, verified. Errors as above; EXH_NOT_FOUND behind the last whole entry. */
NODISCARD enum exh_status ledger_entry_at(const struct ledger_check *c,
                                          const struct exh_source *ledger, uint64_t ticks_at,
                                          uint64_t index, struct tick *out, struct exh_error *err);

#endif
