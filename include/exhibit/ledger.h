/*
 * ledger.h -- what the ledger of a sealed or recorded object proves: no key is needed.
 *
 *     struct exh_check_options options = { .crypto = exh_crypto_openssl(), .trust = trust,
 *                                          .now = time(NULL), .ledger = &led };
 *     if (exh_check(&object, &options, &report, &err) != EXH_OK)
 *         return complain(&err);                   // we could not look
 *     return exh_ledger_exit_code(report);         // we looked, and this is the answer
 *
 * A ledger tells who sealed or recorded an object, when, in what order, and that nothing is missing:
 * each of its entries is signed by the camera and bound to the one before. Anybody can check it, over the
 * sealed bytes. Whatever is wrong is a finding in the report, never an error.
 *
 * Besides, statements: whose key a recipient of age is, signed by that person.
 *
 * Format: docs/seal-format.md. Verdict: exhibit-verdict(5).
 */
#ifndef EXHIBIT_LEDGER_H
#define EXHIBIT_LEDGER_H

#include <stdbool.h>

#include <exhibit/crypto.h>
#include <exhibit/identity.h>
#include <exhibit/key.h>
#include <exhibit/source.h>
#include <exhibit/trust.h>
#include <exhibit/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_LEDGER_SCHEMA 1 // version of the JSON form; grows only by new keys

enum exh_ledger_end {
    EXH_LEDGER_NONE,     // there is no ledger
    EXH_LEDGER_OPEN_END, // not closed: cut off, or still growing
    EXH_LEDGER_CLOSED,
};

/* One thing that was found. Borrowed of the report. */
struct exh_ledger_finding {
    const char *kind;     // "dropped", "bad signature", …: exhibit-verdict(5) has them all
    uint64_t entry;       // number of the first entry that it is about, where it is about entries
    uint64_t until;       // number behind the last one
    const char *sentence; // "entries 7 to 8 were taken out"
};

/* A time of which the recorder says that it shows nothing, or not as it was, and why. */
struct exh_ledger_gap {
    uint64_t entry;
    const char *reason; // "sensor", "clock", "uplink", …
    int64_t from_us;    // UTC
    int64_t at_us;      // when it was written down
};

/* The whole answer. Read only; everything in it lives until exh_ledger_report_free(). */
struct exh_ledger_report {
    enum exh_integrity integrity;
    enum exh_signer_state signer;
    enum exh_time_state time;
    enum exh_revocation revocation;
    struct exh_axis axes[4]; // integrity, signer, time, revocation
    const char *headline;    // one sentence over all
    const char *advice;      // what to do now
    const char
        *verdict; // in a few words: "closed", "open end, 1000 unsigned bytes", "chain break at 7"

    bool has_open;  // there is an open entry; else all below is empty
    bool sealed;    // the body is an age file; else it is in clear
    bool one_file;  // the ledger is in the header of the object
    bool partial;   // only a range of the records was compared with the body
    bool recovered; // closed after a power cut
    enum exh_ledger_end end;
    uint8_t oid[32];  // object id: SHA-256 of the open entry
    uint8_t head[32]; // SHA-256 of the last entry: what a next segment names as the one before
    uint8_t stream_id[16];
    char camera_id[EXH_NAME_MAX]; // or a person's name; as claimed: axes[1] judges it
    char media_type[EXH_NAME_MAX];
    bool captured; // by a camera, with frame numbers
    uint64_t frame_first;
    bool has_frame_last;
    uint64_t frame_last;
    bool has_prev_capture;
    uint8_t prev_capture[32]; // object id of the camera's previous capture
    uint64_t segment;
    bool has_previous;
    uint8_t previous[32]; // SHA-256 of the last entry of the previous segment
    int64_t opened_us;    // UTC, as claimed
    int64_t first_us;     // of the first record
    int64_t last_us;      // when the last entry was signed

    int64_t alg;                      // COSE algorithm
    struct exh_certificate signed_by; // zeroed when unreadable
    bool has_certificate;

    uint64_t entries; // that follow each other, from the open entry on
    uint64_t loose;   // signed, but behind a break
    uint64_t
        records; // of the entries, those that cover bytes; and the close entry, also without any
    uint64_t matching;   // records whose bytes are those that were signed
    uint64_t covered_n;  // bytes of the body that entries cover
    uint64_t body_n;     // bytes of the body: of all chunks, or of the file in clear
    uint64_t unsigned_n; // bytes of the body behind what entries cover
    uint64_t torn_n;     // bytes of the ledger behind its last whole entry
    const struct exh_ledger_finding *findings;
    size_t findings_n;
    uint64_t findings_all; // with those that are only counted
    const struct exh_ledger_gap *gaps;
    size_t gaps_n;
    uint64_t gaps_all;
    const char *const *warnings; // what is odd but breaks nothing
    size_t warnings_n;
};

struct exh_check_options {
    const struct exh_crypto *crypto; // needed: exh_crypto_openssl(), or your own
    const struct exh_trust *trust;   // NULL: nobody is trusted. Borrowed for the call
    int64_t now;                     // Unix seconds; needed
    const struct exh_source *ledger; // X.led; NULL: it is in the object's header, or was removed
    // What a time-stamp attests of this ledger's head, as exh_crypto.stamp_check() or a receipt tells it.
    // NULL: nobody attests anything.
    const struct exh_stamp *stamp;
    const struct exh_bytes *ocsp; // OCSP responses about the signer that are at hand
    size_t ocsp_n;
    // As in exhibit/verify.h; NULL: nothing is ever fetched.
    enum exh_status (*fetch)(void *ctx, enum exh_fetch_kind kind, const char *url,
                             struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err);
    void *fetch_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // bytes of the body; may be NULL
    void *progress_ctx;
};

/*
 * Check an object against its ledger.
 *
 * object   X.age, armored or not, or a plain recording. Borrowed for the call; read once, in pieces
 *          (with armor twice).
 * options  see above. Borrowed for the call.
 * out      receives the report on success. Owned; exh_ledger_report_free().
 * err      may be NULL, here and below.
 *
 * An object without any ledger gives a report too: "none".
 *
 * EXH_MALFORMED    an age header or an armor that is none
 * EXH_UNSUPPORTED  another version of age or of the ledger
 * EXH_INVALID      a ledger beside an object that has its own in the header
 * EXH_LIMIT  EXH_IO  EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_check(const struct exh_source *object,
                                  const struct exh_check_options *options,
                                  struct exh_ledger_report **out, struct exh_error *err);
EXH_API void exh_ledger_report_free(struct exh_ledger_report *report); // NULL is allowed

/* The exit code of the product: 0 1 3 4 5 6 (docs/man/exhibit.1, "EXIT STATUS"). */
EXH_API int exh_ledger_exit_code(const struct exh_ledger_report *report);

/* The report as JSON (schema EXH_LEDGER_SCHEMA) into *json, NUL-terminated; free with free(). */
EXH_API enum exh_status exh_ledger_report_json(const struct exh_ledger_report *report, char **json,
                                               size_t *n, struct exh_error *err);

/*
 * Is `next` the segment that follows? By its number and the hash of the last entry before. The
 * reason tells what is missing: whole segments, or the end of `before`.
 */
EXH_API struct exh_judgement exh_ledger_follows(const struct exh_ledger_report *before,
                                                const struct exh_ledger_report *next);

/*
 * Is `next` the capture that follows in the camera's row? By frame numbers and the object id of the
 * previous capture. The reason tells which frames are missing.
 */
EXH_API struct exh_judgement exh_ledger_next_capture(const struct exh_ledger_report *before,
                                                     const struct exh_ledger_report *next);

/* --- Statements: whose recipient is this? --------------------------------------------------------- */

#define EXH_STATEMENT_MAX ((size_t)32 << 10) // bytes of a statement; real ones have 700 to 1,500

/* What a statement says, and whether to believe it. */
struct exh_statement {
    bool holds;                        // all of it: wrap to this recipient
    char reason[EXH_ERROR_MAX];        // why it does not hold; "" when it does
    char user[EXH_NAME_MAX];           // as the certificate names the person
    char recipient[EXH_RECIPIENT_MAX]; // age1…
    int64_t created;                   // Unix seconds
    int64_t expires;                   // exclusive
    struct exh_certificate signed_by;
    uint8_t sha256[32]; // of the statement: what requests and grants name
};

/*
 * State that a recipient is the signer's: a statement of exactly *n bytes goes into `to`.
 *
 * signer     ES256, of a person: its certificate's SAN names the user
 * crypto     to read the certificate
 * recipient  "age1…", of an X25519 identity
 * created, expires  Unix seconds; the certificate must be valid from created until expires
 *
 * EXH_INVALID      recipient, times or certificate are such that no check would hold
 * EXH_UNSUPPORTED  a signer of another algorithm
 * EXH_LIMIT (more than size)  EXH_CRYPTO  EXH_DENIED  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_statement_make(const struct exh_signer *signer,
                                           const struct exh_crypto *crypto, const char *recipient,
                                           int64_t created, int64_t expires, uint8_t *to,
                                           size_t size, size_t *n, struct exh_error *err);

/*
 * Check a statement, offline: signature, certificate and its path to an anchor of `trust`, at its creation
 * and now; name, times, and the recipient's key. ocsp: responses at hand, each the newest of its kind.
 *
 * out  filled whenever EXH_OK: that a statement does not hold is an answer.
 *
 * EXH_MALFORMED  not a statement in its one form
 * EXH_LIMIT  EXH_NO_MEMORY  EXH_CRYPTO
 */
EXH_API enum exh_status exh_statement_check(struct exh_bytes statement,
                                            const struct exh_crypto *crypto,
                                            const struct exh_trust *trust, int64_t now,
                                            const struct exh_bytes *ocsp, size_t ocsp_n,
                                            struct exh_statement *out, struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
