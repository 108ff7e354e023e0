/*
 * ledger_check.h -- does a ledger hold? Entry by entry, without a key, in constant memory.
 *
 *     ledger_check_init(&check, crypto, open_entry, err);
 *     ledger_check_follow(&check, &ledger, ticks_at, &body, body_at, …, err);   // as far as there is something
 *     ...                                                                       // both grow: call it again
 *     ledger_check_free(&check);
 *
 * or, for those who read the body themselves, because they open it in the same pass:
 *
 *     while (ledger_check_next(&check, &ledger, ticks_at, &step, err) == EXH_OK && step.found)
 *         ledger_check_covered(&check, &step, matches ? COVERED_MATCH : COVERED_ALTERED);
 *
 * What is wrong is a finding, not an error: checking goes on behind it. After a bad signature or damage
 * the next sound entry is looked for by its first bytes. An entry that does not name the hash of the one
 * before it is not tied to the open entry any more: that it is signed by the same key then only tells who
 * made it, not that it belongs to this recording.
 */
#ifndef SEAL_LEDGER_CHECK_H
#define SEAL_LEDGER_CHECK_H

#include "seal/ledger.h"

#include <exhibit/source.h>

#define LEDGER_FINDINGS_MAX 64   // kept; the others are counted
#define LEDGER_GAPS_MAX     64   // the same
#define LEDGER_FAULTS_MAX   4096 // signatures that do not hold: each costs a verification
#define LEDGER_SEARCH_MAX   ((uint64_t)64 << 20) // bytes hashed in vain, to find moved records again

enum ledger_kind {
    // Altered.
    LEDGER_OPEN_SIGNATURE, // the open entry's signature does not hold
    LEDGER_OPEN_DIFFERS,   // header and ledger begin with different open entries
    LEDGER_OPEN_MISSING,   // the ledger's open entry is not in the header
    LEDGER_OTHER_BODY,     // another nonce than the open entry's, or not the kind of body it tells
    LEDGER_BAD_SIGNATURE,  // of an entry; `why` tells what else is strange about it
    LEDGER_DAMAGED,        // bytes that are no entry, with entries behind them
    LEDGER_HEAD_CUT,       // the first entries are not there
    LEDGER_DROPPED,        // entries are not there
    LEDGER_SWAPPED,        // entries stand in another order
    LEDGER_DUPLICATED,     // an entry stands there again
    LEDGER_FOREIGN,        // an entry does not follow the one before it, though its number does
    LEDGER_RULE,           // a signed entry contradicts itself or the one before it
    LEDGER_AFTER_CLOSE,    // entries behind the close entry
    LEDGER_BODY_ALTERED,   // bytes of records are not those that were signed
    LEDGER_APPENDED,       // bytes behind the closed end
    LEDGER_STOPPED,        // over LEDGER_FAULTS_MAX: the rest was not read
    // Incomplete.
    LEDGER_REMOVED,    // there is none, but the open entry demands it
    LEDGER_BODY_SHORT, // the body ends before its ledger
    LEDGER_OPEN_END,   // there is no close entry
    LEDGER_TAIL,       // bytes of the body that no entry covers
    LEDGER_TORN,       // the ledger ends inside an entry
    // Only odd.
    LEDGER_CLOCK, // the clock was set, and no gap entry says so
    LEDGER_KINDS_N,
};

/* A stable name: "dropped", "bad signature". Borrowed for ever. */
const char *ledger_kind_name(enum ledger_kind kind);
static inline bool ledger_kind_altered(enum ledger_kind kind)
{
    return kind <= LEDGER_STOPPED;
}
static inline bool ledger_kind_odd(enum ledger_kind kind)
{
    return kind == LEDGER_CLOCK;
}

/* What a bad signature's entry looks like beside it. */
enum ledger_why {
    WHY_NONE,
    WHY_KEY,     // all fits to the entry before, also the time: another key, or a detail
    WHY_TIME,    // all fits, but the time does not go with the monotonic clock
    WHY_CONTENT, // number, place, hash or digest do not fit either
};

struct ledger_finding {
    enum ledger_kind kind;
    enum ledger_why why;
    uint64_t entry; // number of the (first) entry that it is about
    uint64_t until; // number behind the last one
    uint64_t at;    // where in the ledger, from its first tick on
    uint64_t n;     // bytes, where the kind tells some; LEDGER_CLOCK: microseconds
    char rule[160]; // LEDGER_RULE, LEDGER_OPEN_SIGNATURE: which, why
};

struct ledger_gap {
    uint64_t entry;
    enum tick_reason reason;
    int64_t t0_us, t1_us;
};

/* How the bytes that an entry covers stand. */
enum ledger_covered {
    COVERED_MATCH,
    COVERED_ALTERED,
    COVERED_ABSENT,    // the body ends before
    COVERED_UNCHECKED, // nobody looked
};

struct ledger_counts {
    uint64_t tied;                   // entries that follow each other from the open entry on
    uint64_t loose;                  // sound signatures behind a break
    uint64_t records, gaps, beacons; // tied ones, by type; a close entry is a record too
    uint64_t match, altered, absent, unchecked; // entries that cover bytes
    uint64_t findings;
    uint64_t odd; // of the findings: they break nothing
    uint64_t bad_signatures;
};

/* Owned by the caller; ledger_check_free(). Read only. */
struct ledger_check {
    const struct exh_crypto *crypto; // borrowed
    uint8_t *open_bytes;             // owned: the open entry, of which entry and cose have views
    size_t open_n;
    struct open_entry entry;
    struct cose_ours cose;
    bool sealed;
    struct exh_chain *chain; // owned; NULL: the certificates cannot be read
    struct exh_certificate certificate;
    bool signed_open; // the open entry's signature holds
    uint8_t oid[LEDGER_HASH];

    struct ledger_place place; // behind the last entry that was taken
    uint64_t ticks_n;          // bytes of the ledger behind the open entry that were gone through
    bool loose;                // a break is behind us
    bool stopped;
    struct ledger_counts counts;
    struct ledger_finding findings[LEDGER_FINDINGS_MAX];
    size_t findings_n;
    struct ledger_gap gaps[LEDGER_GAPS_MAX];
    size_t gaps_n;
    struct tick last;    // the last entry that was tied
    int64_t first_t0_us; // of the first record
    int64_t last_t0_us;  // of the last record
    bool clock_may_jump; // a gap entry says that it was set, or nobody had set it yet
    bool recovered;      // an entry was made after a power cut
    bool unsynchronised; // an entry was made by a clock that nobody had set

    // Between an entry that does not hold and the next one that does.
    uint64_t bad_n; // entries with a bad signature
    uint8_t bad_head[LEDGER_HASH];
    uint64_t damage_at, damage_n;

    // Where records lie, if bytes were taken out or put in (ledger_body.c).
    uint64_t body_at;  // behind the last record that was found
    uint64_t cut;      // the bytes lie so much before where they were signed (modulo 2^64)
    uint64_t searched; // bytes hashed in vain
};

/*
 * Begin with an open entry, which is copied. Its signature is checked at once; that it does not hold is
 * a finding. Errors of open_entry_read(); EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_check_init(struct ledger_check *c, const struct exh_crypto *crypto,
                                            struct exh_bytes open_entry, struct exh_error *err);
void ledger_check_free(struct ledger_check *c); // a zeroed struct is allowed

/* The next sound entry. */
struct ledger_step {
    bool found;    // no: the ledger holds no further whole entry now
    bool in_order; // no: it stands again, or too late: it moved nothing
    bool covers;   // bytes of the body, and in a way that an entry can
    struct tick tick;
};

/*
 * Go on to the next entry whose signature holds. ledger is the whole file as it is now; ticks_at is
 * where its first tick begins. EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_check_next(struct ledger_check *c, const struct exh_source *ledger,
                                            uint64_t ticks_at, struct ledger_step *step,
                                            struct exh_error *err);

/* Say how the bytes of that entry stand; of entries that cover some. */
void ledger_check_covered(struct ledger_check *c, const struct ledger_step *step,
                          enum ledger_covered covered);

/* Add a finding that comes from elsewhere: about the header, the end. */
void ledger_check_note(struct ledger_check *c, const struct ledger_finding *finding);

/* Where the files stand now. */
struct ledger_files {
    const struct exh_source *ledger;
    uint64_t ticks_at;             // of its first tick
    const struct exh_source *body; // NULL: only the ledger is checked
    uint64_t body_at;              // of its first payload byte: behind header and nonce
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // bytes of the body; may be NULL
    void *progress_ctx;
};

/*
 * Go on as far as the files reach, and compare each record with the body (ledger_body.c).
 *
 * wait  the files grow: stop before an entry whose bytes are not in the body yet. Else they are counted as
 *       absent.
 *
 * EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_check_follow(struct ledger_check *c,
                                              const struct ledger_files *files, bool wait,
                                              struct exh_error *err);

/*
 * For those who read the body themselves: look in the body for the bytes of a step, as ledger_check_follow()
 * does, and say what was found. (ledger_body.c) EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_check_look(struct ledger_check *c,
                                            const struct ledger_files *files,
                                            const struct ledger_step *step, struct exh_error *err);

/* Say that the bytes of a step were seen where they were signed, and whether they match. (ledger_body.c) */
void ledger_check_saw(struct ledger_check *c, const struct ledger_step *step, bool match);

/*
 * The digest over the leaves of [at, at + n) of a body, as a tick has it (ledger_body.c).
 * EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status ledger_body_digest(const struct exh_crypto *crypto,
                                             const struct exh_source *body, uint64_t at, uint64_t n,
                                             bool sealed, uint8_t digest[LEDGER_HASH],
                                             struct exh_error *err);

#endif
