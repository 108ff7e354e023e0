/*
 * ledger.h -- writing a ledger: one open entry, then ticks, each bound to the one before.
 *
 *     ledger_open(&ledger, crypto, signer, &entry, &bytes, err);      // bytes: first of .led, and stanza
 *     for (each record)
 *         ledger_put(&ledger, &(struct ledger_entry){ .type = TICK_RECORD, .clock = now, … }, tick, err);
 *     ledger_put(&ledger, &(struct ledger_entry){ .type = TICK_CLOSE, … }, tick, err);
 *
 * The ledger keeps number, place and hash of the last entry; it writes nothing and holds nothing that
 * must be freed. An entry that was made must also be written, or the ledger ends there.
 */
#ifndef SEAL_LEDGER_H
#define SEAL_LEDGER_H

#include "seal/tick.h"

/* What the recorder's clocks say of a record. */
struct ledger_clock {
    int64_t t0_us;    // UTC of the first sample
    int64_t t1_us;    // UTC now
    uint64_t mono_us; // since the open entry, by a clock that nobody sets
    uint16_t uncertainty_cs;
    bool unsynchronised;
};

/* Where a ledger stands after an entry: what the next one is bound to. */
struct ledger_place {
    uint64_t seq; // of the next entry
    uint64_t end; // of the body's bytes covered so far
    uint64_t mono_us;
    uint8_t head[LEDGER_HASH]; // SHA-256 of the last entry; the object id when there is none yet
    bool closed;
};

struct ledger {
    const struct exh_crypto *crypto; // borrowed, like the signer, for the ledger's life
    const struct exh_signer *signer;
    bool sealed;
    uint8_t oid[LEDGER_HASH]; // object id: SHA-256 of the open entry
    struct ledger_place place;
};

/* One entry to be made. Number, first byte and hash of the entry before are the ledger's. */
struct ledger_entry {
    enum tick_type type;
    unsigned flags;          // TICK_KEY_FRAME, TICK_PADDED, TICK_RECOVERED
    enum tick_reason reason; // of a gap
    struct ledger_clock clock;
    uint64_t end;      // exclusive; gap and beacon cover no bytes: not looked at
    uint64_t plain_at; // offset of the record in the plaintext
    uint8_t digest
        [LEDGER_HASH]; // leaves_end(); a beacon: SHA-256 of the checkpoint; else not looked at
};

/*
 * Make the open entry, append it to b, and begin. Errors as open_entry_write().
 */
NODISCARD enum exh_status ledger_open(struct ledger *l, const struct exh_crypto *crypto,
                                      const struct exh_signer *signer,
                                      const struct open_entry *entry, struct buf *b,
                                      struct exh_error *err);

/*
 * Go on with a ledger of which `bytes` are the open entry and the checker said how far it holds: to
 * close a plain recording after a power cut. EXH_INVALID: another certificate than the open entry's, or
 * a sealed body, whose key is gone; errors of open_entry_read().
 */
NODISCARD enum exh_status ledger_resume(struct ledger *l, const struct exh_crypto *crypto,
                                        const struct exh_signer *signer,
                                        struct exh_bytes open_entry,
                                        const struct ledger_place *place, struct exh_error *err);

/*
 * Make the next entry. EXH_INVALID: it does not fit to the one before (closed already, an end before
 * the beginning, a monotonic clock that runs backwards) or makes no sense by itself (tick_check()).
 * EXH_CRYPTO  EXH_DENIED  EXH_NO_MEMORY: then the ledger stands where it stood.
 */
NODISCARD enum exh_status ledger_put(struct ledger *l, const struct ledger_entry *entry,
                                     uint8_t tick[TICK_SIZE], struct exh_error *err);

#endif
