/*
 * open_entry.h -- the first entry of a ledger: what is recorded, by whom, since when.
 *
 * A COSE_Sign1 over a deterministic CBOR map. It stands in the header of a sealed file (stanza
 * NAME_STANZA_OPEN) and, byte for byte the same, at the beginning of a .led file. Its SHA-256 is the
 * object id.
 *
 * Spec: docs/seal-format.md, "The open entry".
 */
#ifndef SEAL_OPEN_ENTRY_H
#define SEAL_OPEN_ENTRY_H

#include "formats/cose_sign1.h"

#define OPEN_ENTRY_MAX  ((size_t)32 << 10) // bytes; with one certificate it has 700 to 1,200
#define OPEN_TEXT_MAX   (EXH_NAME_MAX - 1) // bytes of the camera's id, of the media type
#define OPEN_STREAM     16                 // bytes of a stream id
#define OPEN_NONCE      16                 // bytes of the age payload's nonce
#define LEDGER_HASH     32                 // bytes of every digest in a ledger: SHA-256
#define LEDGER_TIME_MAX INT64_C(253402300799999999) // us since 1970: the end of the year 9999

/* Policy bits. */
#define OPEN_LEDGER_REQUIRED 1u // without its ledger the object is not whole
#define OPEN_SYNC_RECORD     2u // padded at each record's end; else after 2 s at the latest
#define OPEN_PLAIN           4u // the body is not sealed
#define OPEN_POLICY_KNOWN    7u

/* What an open entry says. Views are borrowed: of the bytes read, or from the caller who writes. */
struct open_entry {
    uint8_t stream_id[OPEN_STREAM]; // random
    struct exh_bytes camera_id; // 1 to OPEN_TEXT_MAX bytes of UTF-8: what the SAN of the leaf names
    bool captured;              // by a camera: frame_first and what follows it are there
    uint64_t frame_first;
    bool has_frame_last; // not in a growing recording
    uint64_t frame_last;
    bool has_prev_capture; // not in a camera's first capture
    uint8_t prev_capture[LEDGER_HASH];
    struct exh_bytes media_type; // 1 to OPEN_TEXT_MAX bytes of printable ASCII
    int64_t t0_us;               // UTC, 0 to LEDGER_TIME_MAX
    uint64_t segment;            // number of the segment in its recording, from 0
    bool has_previous;
    uint8_t previous[LEDGER_HASH]; // SHA-256 of the last tick of the previous segment
    uint32_t policy;               // OPEN_…; sealed unless OPEN_PLAIN is set
    uint8_t nonce[OPEN_NONCE];     // sealed only: nonce of the age payload
    uint8_t commit[LEDGER_HASH];   // sealed only: commitment to the file key
    bool has_recipients;
    uint8_t recipients[LEDGER_HASH]; // over the recipients' fingerprints, in order
    bool has_beacon;
    uint8_t beacon[LEDGER_HASH]; // SHA-256 of the latest log checkpoint: not older than that
};

/*
 * Sign an open entry and append it to b. EXH_INVALID when it says what no open entry can say;
 * EXH_UNSUPPORTED for a signer of another algorithm than ES256 and Ed25519; EXH_LIMIT over
 * OPEN_ENTRY_MAX; EXH_CRYPTO  EXH_DENIED  EXH_NO_MEMORY
 */
NODISCARD enum exh_status open_entry_write(struct buf *b, const struct open_entry *entry,
                                           const struct exh_signer *signer, struct exh_error *err);

/*
 * Take an open entry apart. Nothing is verified. out and cose have views of `bytes`.
 *
 * EXH_MALFORMED    not exactly one open entry in its one form
 * EXH_UNSUPPORTED  another version, an unknown policy, or an algorithm that no tick can have
 * EXH_LIMIT        over OPEN_ENTRY_MAX
 */
NODISCARD enum exh_status open_entry_read(struct exh_bytes bytes, struct open_entry *out,
                                          struct cose_ours *cose, struct exh_error *err);

/* Bytes of the open entry that `bytes` begin with; 0 when it is none, or not all of it is there. */
size_t open_entry_size(struct exh_bytes bytes);

/*
 * Does the leaf's key hold the signature? `chain` is of the open entry's certificates.
 * EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status open_entry_verify(const struct exh_crypto *crypto,
                                            const struct cose_ours *cose,
                                            const struct exh_chain *chain,
                                            struct exh_judgement *out, struct exh_error *err);

/* Can a ledger be signed so: ES256 or Ed25519? Then every tick has the same size. */
bool ledger_alg_known(int64_t alg);

/* Is the body sealed? */
static inline bool open_entry_sealed(const struct open_entry *entry)
{
    return !(entry->policy & OPEN_PLAIN);
}

#endif
