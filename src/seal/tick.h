/*
 * tick.h -- an entry of a ledger: 203 bytes, always.
 *
 * A COSE_Sign1 over 128 bytes, without certificate: the key is the one of the open entry. Constant
 * size makes the ledger an array: found by time with a binary search, torn or damaged entries are
 * passed over, and the next one is found by its first 13 bytes.
 *
 * Spec: docs/seal-format.md, "Ticks".
 */
#ifndef SEAL_TICK_H
#define SEAL_TICK_H

#include "seal/open_entry.h"

#define TICK_SIZE    203 // bytes of an entry
#define TICK_PAYLOAD 128
#define TICK_MAGIC   13 // bytes that every entry of one algorithm begins with

#define LEDGER_END_MAX (UINT64_C(1) << 62) // bytes of a body: sums of offsets cannot overflow

enum tick_type { TICK_RECORD = 1, TICK_CLOSE = 2, TICK_GAP = 3, TICK_BEACON = 4 };

/* Flags. */
#define TICK_KEY_FRAME      1u // a key frame at the start
#define TICK_UNSYNCHRONISED 2u // nobody has set the clock
#define TICK_PADDED         4u
#define TICK_RECOVERED      8u // closed after a power cut

/* Why there is a gap. */
enum tick_reason {
    GAP_NONE, // not a gap
    GAP_SENSOR,
    GAP_CLOCK, // it was set: times before and after do not follow each other
    GAP_UPLINK,
    GAP_RESTART,
    GAP_COVERED,
    GAP_MOVED,
    GAP_TAMPER,
    GAP_LEASE,
    GAP_DISK,
    GAP_PLACE, // the place fix was lost, or changed
    GAP_REASONS_N,
};

struct tick {
    enum tick_type type;
    unsigned flags;          // TICK_…
    enum tick_reason reason; // of a gap; else GAP_NONE
    uint16_t uncertainty_cs; // of the clock, in units of 10 ms
    uint64_t seq;            // from 0
    int64_t t0_us;           // UTC of the first sample, 0 to LEDGER_TIME_MAX
    int64_t t1_us;           // UTC at signing
    uint64_t first;          // of the body's bytes: sealed, counted from behind header and nonce
    uint64_t end;            // exclusive; sealed: a multiple of LEAF_SEALED unless close
    uint64_t plain_at;       // offset of the record in the plaintext: where to seek
    uint64_t mono_us;        // since the open entry, by a clock that nobody sets
    uint8_t digest[LEDGER_HASH]; // over the leaves; no bytes: zeros; a beacon: of the checkpoint
    uint8_t prev[LEDGER_HASH];   // SHA-256 of the entry before
};

/* A stable name of a type and of a reason: "record", "clock". Borrowed for ever. */
const char *tick_type_name(enum tick_type type);
const char *tick_reason_name(enum tick_reason reason);

/*
 * Do the fields make sense by themselves, in a sealed or a plain body? EXH_INVALID with what does not.
 * What must fit to the entry before is the ledger's affair.
 */
NODISCARD enum exh_status tick_check(const struct tick *tick, bool sealed, struct exh_error *err);

/* Sign a tick. EXH_UNSUPPORTED: the signer's algorithm is neither ES256 nor Ed25519. EXH_CRYPTO … */
NODISCARD enum exh_status tick_write(uint8_t to[TICK_SIZE], const struct tick *tick,
                                     const struct exh_signer *signer, struct exh_error *err);

/*
 * Take an entry apart. Nothing is verified. EXH_MALFORMED: not the frame of a tick of this algorithm;
 * EXH_UNSUPPORTED: a type, reason or time that no tick can have.
 */
NODISCARD enum exh_status tick_read(const uint8_t entry[TICK_SIZE], int64_t alg, struct tick *out,
                                    struct exh_error *err);

/* Does the leaf's key hold the signature of an entry with a sound frame? EXH_NO_MEMORY  EXH_CRYPTO */
NODISCARD enum exh_status tick_verify(const struct exh_crypto *crypto,
                                      const struct exh_chain *chain, int64_t alg,
                                      const uint8_t entry[TICK_SIZE], struct exh_judgement *out,
                                      struct exh_error *err);

/* The first bytes of every entry. alg must be known. */
void tick_magic(int64_t alg, uint8_t magic[TICK_MAGIC]);

#endif
