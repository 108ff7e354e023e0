/*
 * seal.h -- seal assets for the people who may open them, and open what was sealed.
 *
 *     struct exh_seal_options options = { .crypto = exh_crypto_openssl(), .recipients = to,
 *         .signer = &signer, .media_type = "image/jpeg", .clock = exh_clock_system() };
 *     status = exh_seal(&source, exh_output_sink(output), &options, &sealed, &err);
 *
 * A sealed object is a plain age v1 file: stock age opens it. With a signer it also carries a signed
 * ledger, which tells without any key who sealed it, when, in what order, and that nothing is missing
 * (exhibit/ledger.h checks it). A finished file has its ledger in its header; a recording that grows is
 * two files, body and ledger, to which bytes are only ever appended.
 *
 * Memory is constant, 2 MiB and 256 KiB a thread, whatever the size; no byte is kept longer than its chunk is worked on.
 * Distinct objects may be used from distinct threads; one object, from one thread at a time.
 *
 * Formats: C2SP age; docs/seal-format.md.
 */
#ifndef EXHIBIT_SEAL_H
#define EXHIBIT_SEAL_H

#include <stdbool.h>

#include <exhibit/clock.h>
#include <exhibit/identity.h>
#include <exhibit/key.h>
#include <exhibit/ledger.h>
#include <exhibit/source.h>
#include <exhibit/workers.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_MEDIA_TYPE_MAX 128                // bytes of a media type, with its NUL
#define EXH_HELD_MAX       ((size_t)64 << 20) // sealed bytes kept while the sink is a pipe
#define EXH_HOLE_MAX       ((uint64_t)8 << 20) // bytes of a hole: a manifest store that is not known yet
#define EXH_SEGMENT_BYTES \
    ((uint64_t)1 << 30)                      // a recording begins a new segment after so many bytes
#define EXH_SEGMENT_US ((uint64_t)600000000) // or microseconds

/* Frame numbers of a camera, in clear: so that a missing picture shows. */
struct exh_frames {
    uint64_t first;
    uint64_t last;       // a photo: = first; a recording that grows: not used
    const uint8_t *prev; // 32 bytes: object id of the camera's previous capture; NULL: its first
};

struct exh_seal_options {
    const struct exh_crypto *crypto;         // needed
    const struct exh_recipients *recipients; // needed: who may open it
    // Who seals: ES256 or Ed25519, and its certificate names a camera or a person
    // (SAN urn:exhibit:camera:… or urn:exhibit:person:…). NULL: an age file without a ledger.
    const struct exh_signer *signer;
    const char *media_type;          // needed with a signer: "image/jpeg"
    const struct exh_clock *clock;   // needed with a signer
    const struct exh_frames *frames; // NULL: no frame numbers (a person seals a file)
    const uint8_t
        *beacon; // 32 bytes: the newest checkpoint seen, a proof of "not before"; NULL: none
    bool armor;  // as text, for mail; the sink need not patch
    const struct exh_workers *workers;                          // NULL: the caller's thread alone
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // bytes in clear; may be NULL
    void *progress_ctx;
};

/* What was made. */
struct exh_sealed {
    bool has_ledger;
    uint8_t oid[32];    // object id: SHA-256 of the open entry; zeros without a ledger
    uint64_t plain_n;   // bytes in clear
    uint64_t header_n;  // bytes of the header, nonce excluded
    uint64_t payload_n; // bytes of all chunks
};

/*
 * Seal an asset into the one-file form. It is read once.
 *
 * source, sink, options  borrowed for the call.
 * sink  with a signer it patches the header in when all is done. A sink that cannot patch makes us keep the
 *       sealed bytes: up to EXH_HELD_MAX, else EXH_LIMIT.
 * out, err  may be NULL.
 *
 * On failure the sink may have received bytes: they are no output, throw them away.
 *
 * EXH_INVALID      options that contradict each other or the certificate; no recipient
 * EXH_UNSUPPORTED  a signer of another algorithm
 * EXH_LIMIT  EXH_CRYPTO  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_seal(const struct exh_source *source, const struct exh_sink *sink,
                                 const struct exh_seal_options *options, struct exh_sealed *out,
                                 struct exh_error *err);

/*
 * The same for bytes that come by and by: the sealer is itself a sink. So an asset is signed and sealed in
 * one pass over its bytes:
 *
 *     exh_sealer_new(sink, &options, &sealer, &err);
 *     exh_sign(&source, exh_sealer_sink(sealer), &signer, &sign_options, &signed_, &err);
 *     exh_sealer_finish(sealer, &sealed, &err);
 *     exh_sealer_free(sealer);
 *
 * Its sink has a hole, of at most EXH_HOLE_MAX bytes, and takes patches only inside it. sink and options
 * are borrowed until exh_sealer_free(). Failures as of exh_seal().
 */
struct exh_sealer; // owned; exh_sealer_free()
EXH_API enum exh_status exh_sealer_new(const struct exh_sink *sink,
                                       const struct exh_seal_options *options,
                                       struct exh_sealer **out, struct exh_error *err);
EXH_API const struct exh_sink *exh_sealer_sink(const struct exh_sealer *sealer);
EXH_API enum exh_status exh_sealer_finish(struct exh_sealer *sealer, struct exh_sealed *out,
                                          struct exh_error *err);
EXH_API void exh_sealer_free(struct exh_sealer *sealer); // NULL is allowed; wipes the keys

/* --- Recordings that grow ------------------------------------------------------------------------- */

/* What fills a chunk when a record must not wait for the next one: bytes that players skip. */
enum exh_filler {
    EXH_FILLER_NONE, // nothing can be put between records: no padding, chunks fill by themselves
    EXH_FILLER_BMFF, // MP4: a `free` box
    EXH_FILLER_TS,   // MPEG transport stream: null packets
    EXH_FILLER_MATROSKA, // a Void element
};

enum exh_sync {
    EXH_SYNC_2S,     // a chunk is filled up when it has been open for 2 seconds
    EXH_SYNC_RECORD, // a chunk is filled up at the end of every record
};

/* Why a gap is there: what a recording does not show, it names. */
enum exh_gap {
    EXH_GAP_SENSOR = 1,
    EXH_GAP_CLOCK = 2,
    EXH_GAP_UPLINK = 3,
    EXH_GAP_RESTART = 4,
    EXH_GAP_COVERED = 5,
    EXH_GAP_MOVED = 6,
    EXH_GAP_TAMPER = 7,
    EXH_GAP_LEASE = 8,
    EXH_GAP_DISK = 9,
    EXH_GAP_PLACE = 10,
};

/* The end of a segment: what the next one is chained to. */
struct exh_tail {
    uint64_t segment;  // its number
    uint8_t entry[32]; // SHA-256 of its last ledger entry
};

struct exh_stream_options {
    struct exh_seal_options
        seal; // recipients NULL: the body stays in clear, the ledger is the same
    enum exh_filler filler;
    enum exh_sync sync;
    const struct exh_tail *previous; // NULL: the first segment of a recording
};

struct exh_stream; // owned; exh_stream_free()

/*
 * Begin a segment: the header goes to body, the open entry to ledger, and both to stable storage.
 *
 * body, ledger  two files that only grow (exh_append_open()); ledger NULL only without a signer. Borrowed
 *               until exh_stream_free(), as options->seal and what it points at are.
 *
 * A plain body needs a signer. Failures as of exh_seal().
 *
 * After a failure of a write or a sync, here and below, the segment is at its end: every later call
 * fails, and what the ledger covers stands.
 */
EXH_API enum exh_status exh_stream_open(const struct exh_appender *body,
                                        const struct exh_appender *ledger,
                                        const struct exh_stream_options *options,
                                        struct exh_stream **out, struct exh_error *err);

/* Append bytes of the record in progress. Whole chunks are sealed and written at once. */
EXH_API enum exh_status exh_stream_write(struct exh_stream *s, const uint8_t *p, size_t n,
                                         struct exh_error *err);

/*
 * The record ends here: where a player can skip filler (between fragments or packets), and can begin. Whole
 * chunks go to stable storage, then one tick that covers them. A record that ends inside a chunk waits
 * for it to fill up, or is filled up as options->sync says; its tick then comes with a later record. Without
 * new bytes since the last record nothing but that is done: call it now and then when nothing comes.
 *
 * t0_us      UTC of the record's first sample, microseconds since 1970; 0: when its first byte was written
 * key_frame  it begins with a key frame
 */
EXH_API enum exh_status exh_stream_record(struct exh_stream *s, uint64_t t0_us, bool key_frame,
                                          struct exh_error *err);

/* Write down that nothing was recorded from t0_us on, and why. */
EXH_API enum exh_status exh_stream_gap(struct exh_stream *s, enum exh_gap why, uint64_t t0_us,
                                       struct exh_error *err);

/* Write down the SHA-256 of a checkpoint: the recording is younger than it. */
EXH_API enum exh_status exh_stream_beacon(struct exh_stream *s, const uint8_t checkpoint[32],
                                          struct exh_error *err);

/* Whether it is time for the next segment: EXH_SEGMENT_BYTES or EXH_SEGMENT_US are over. */
EXH_API bool exh_stream_is_full(const struct exh_stream *s);

/*
 * Close the segment: the last chunk and the close entry. Without it the segment has an open end, as after a
 * power cut. done, tail and err may be NULL.
 */
EXH_API enum exh_status exh_stream_close(struct exh_stream *s, struct exh_sealed *done,
                                         struct exh_tail *tail, struct exh_error *err);
EXH_API void exh_stream_free(struct exh_stream *s); // NULL is allowed; wipes the keys

/*
 * What is left of a segment that was cut off. Nothing can be added to a sealed one: its key is gone. It stays
 * an open end, and the next segment is chained to it. A plain one can be closed: exh_stream_resume().
 */
struct exh_remains {
    struct exh_tail tail; // previous of the next segment
    uint64_t entries;     // of the ledger, whole and in order, the open entry included; may be 0
    uint64_t body_n;      // bytes of the body's file up to the end of what entries cover
    uint64_t ledger_n;    // bytes of those entries
    uint64_t unsigned_n;  // bytes of the body behind: whole perhaps, but nobody signed them
    uint64_t torn_n;      // bytes of the ledger behind: an entry that was not finished
    bool sealed;
    bool closed; // nothing is missing
};

/*
 * Look at body and ledger after a power cut: as far as every entry holds, and its bytes.
 *
 * EXH_MALFORMED  neither header nor ledger has a whole open entry, so nothing was recorded; or they do not
 *                belong together
 * EXH_UNSUPPORTED  EXH_LIMIT  EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_recover(const struct exh_source *body, const struct exh_source *ledger,
                                    const struct exh_crypto *crypto, struct exh_remains *out,
                                    struct exh_error *err);

/*
 * Go on with a plain segment that was cut off, to add what its end needs and close it. Body and ledger were cut
 * to what exh_recover() found before (exh_append_cut()), and body and ledger append there. Entries from
 * here on are marked as recovered. EXH_INVALID when it is sealed or closed; else as exh_stream_open().
 */
EXH_API enum exh_status exh_stream_resume(const struct exh_appender *body,
                                          const struct exh_appender *ledger,
                                          const struct exh_source *ledger_so_far,
                                          const struct exh_remains *remains,
                                          const struct exh_stream_options *options,
                                          struct exh_stream **out, struct exh_error *err);

/* --- Opening -------------------------------------------------------------------------------------- */

struct exh_open_options {
    // What exh_check() is asked: crypto is needed; ledger is X.led of a recording; trust and now judge the
    // signer; progress counts bytes of the body.
    struct exh_check_options check;
    const struct exh_identities *identities; // needed, but to open a recording in clear
    // Only what was recorded in [from_us, to_us), by the ledger: whole records. Both 0: everything.
    uint64_t from_us;
    uint64_t to_us; // 0: to the end
    // Only these bytes of the whole in clear; n 0: everything. Not together with times.
    uint64_t at;
    uint64_t n;
    // Of a range: do not go through the whole ledger. Then there is no report; entries that were used
    // are verified, each by itself.
    bool quick;
    // Open also what demands a ledger that is gone: confidential, but nobody vouches for it.
    bool without_ledger;
    const struct exh_workers *workers;
};

/* How the payload itself stands: what stock age would say. */
enum exh_payload {
    EXH_PAYLOAD_WHOLE,   // its last chunk is there
    EXH_PAYLOAD_CUT,     // it ends early: everything before was given out
    EXH_PAYLOAD_ALTERED, // a chunk does not authenticate: everything before was given out
};

/* How the ledger binds this key (the paper's `commit`). */
enum exh_commit {
    EXH_COMMIT_NONE,  // no ledger, or a plain recording
    EXH_COMMIT_HOLDS, // key, body and sealer's certificate belong together
    EXH_COMMIT_MISMATCH, // somebody signed another's ciphertext as his own, or the key is another file's
};

struct exh_opened {
    enum exh_payload payload; // of a range: as far as it was read
    enum exh_commit commit;
    bool ledger_missing; // the open entry demands a ledger and there is none
    uint64_t plain_n;    // bytes given out
    uint64_t plain_at;   // where the range begins in the whole
    uint64_t head_n;     // bytes given out before the range: what a player needs of the beginning
    uint64_t altered_chunk; // if ALTERED
    uint64_t records;       // of a range: entries that cover what was given out
    uint64_t matching;      // of these, those whose bytes are what was signed
    // What the ledger proves, as exh_check() tells it: owned, exh_ledger_report_free(). NULL with `quick`.
    // Of a range only its records were compared with the body.
    struct exh_ledger_report *report;
};

/*
 * Open a sealed file, armored or not, into sink, which need not patch. What comes out has been authenticated
 * with the file key, chunk by chunk; what the ledger proves is known at the end and stands in *out. So:
 * throw the output away unless the report is good enough for you.
 *
 * Of a range in time the records that began in it are given out, of MP4 with the file's beginning before
 * them, so that it plays. All chunks of the entries that cover it are read, to compare them.
 *
 * out  owned; exh_opened_free(). Filled also when payload or ledger do not hold: a finding is no error.
 *
 * EXH_DENIED     no identity opens it
 * EXH_CRYPTO     the header was altered
 * EXH_NOT_FOUND  no record in the range; or a range without a ledger
 * EXH_INVALID    the ledger is missing, or the commitment does not match: nothing was given out (*out is filled);
 *                a ledger beside an object that is armored, or has its own in the header
 * EXH_MALFORMED  EXH_LIMIT  EXH_UNSUPPORTED  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_open(const struct exh_source *body, const struct exh_sink *sink,
                                 const struct exh_open_options *options, struct exh_opened *out,
                                 struct exh_error *err);
EXH_API void exh_opened_free(struct exh_opened *out); // a zeroed struct is allowed

/* --- Sharing -------------------------------------------------------------------------------------- */

struct exh_rewrap_options {
    const struct exh_crypto *crypto;         // needed
    const struct exh_identities *identities; // needed: one that opens it
    const struct exh_recipients *add;        // NULL: none
    const struct exh_recipients *remove;     // NULL: none
    bool only;   // the recipients of `add` alone: all others lose their stanzas
    bool header; // write the new header only, without the payload
};

/* What was done. */
struct exh_rewrapped {
    uint64_t old_header_n; // bytes, nonce excluded
    uint64_t new_header_n;
    uint64_t payload_n; // bytes that follow it, nonce included: the same as before
    size_t added;
    size_t removed;
};

/*
 * Write the file with a new header: the payload's bytes stay as they are. Who had the old header, or the file
 * key, can open it still: removing means that he is not given this one. Armor comes off.
 *
 * X25519 stanzas tell nobody whom they are for. Of a file that we sealed, or wrapped anew, the file key
 * tells it; a stranger's stanzas can only be removed all together, with `only`.
 *
 * EXH_NOT_FOUND  one of `remove` has no stanza that is known to be his
 * EXH_INVALID    nobody would be left; a passphrase beside others; the commitment does not match
 * EXH_DENIED  EXH_CRYPTO  EXH_MALFORMED  EXH_LIMIT  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_rewrap(const struct exh_source *source, const struct exh_sink *sink,
                                   const struct exh_rewrap_options *options,
                                   struct exh_rewrapped *out, struct exh_error *err);

/* --- Looking at it without a key ------------------------------------------------------------------ */

#define EXH_STANZA_TYPE_MAX 64
#define EXH_STANZA_TAG_MAX  16
#define EXH_STANZAS_MAX     128

struct exh_stanza_facts {
    char type[EXH_STANZA_TYPE_MAX]; // "X25519", "p256tag", "exhibit.org/open", …
    char tag[EXH_STANZA_TAG_MAX];   // of kinds that hint at their recipient; else ""
    size_t body_n;                  // bytes
};

/* What the open entry says. Nobody has checked its signature: exh_check() does. */
struct exh_open_facts {
    uint8_t oid[32];
    uint8_t stream_id[16];
    char sealer[EXH_NAME_MAX]; // camera id, or a person's name
    char media_type[EXH_MEDIA_TYPE_MAX];
    bool has_frames;
    bool has_last_frame; // no: the recording grows still, or was cut off
    uint64_t frame_first;
    uint64_t frame_last;
    uint64_t t0_us; // UTC
    uint64_t segment;
    bool ledger_required;
    bool sync_record;
    bool sealed;
};

struct exh_inspection {
    bool armored;
    uint64_t size;     // bytes of the whole file
    uint64_t header_n; // nonce excluded
    uint64_t chunks;
    uint64_t plain_n; // bytes in clear, if it is whole
    bool whole;       // the size is that of a closed file
    size_t stanzas_n;
    struct exh_stanza_facts stanzas[EXH_STANZAS_MAX];
    bool has_open;
    bool has_final; // the one-file form
    struct exh_open_facts open;
};

/* Look at a sealed file. EXH_MALFORMED (also two open entries)  EXH_LIMIT  EXH_UNSUPPORTED  EXH_IO  EXH_NO_MEMORY */
EXH_API enum exh_status exh_inspect(const struct exh_source *source,
                                    const struct exh_crypto *crypto, struct exh_inspection *out,
                                    struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
