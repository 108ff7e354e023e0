/*
 * verify.h -- read an asset's manifests and say what holds.
 *
 *     struct exh_verify_options options = {
 *         .crypto = exh_crypto_openssl(), .trust = trust, .now = time(NULL) };
 *     if (exh_verify(&source, &options, &report, &err) != EXH_OK)
 *         return complain(&err);                  // we could not look
 *     return exh_report_exit_code(report);        // we looked, and this is the answer
 *
 * A signature that does not hold is a finding in the report, never an error; so is an asset without
 * a credential. Distinct reports may be used from distinct threads.
 *
 * Spec: C2PA, "Validation".
 */
#ifndef EXHIBIT_VERIFY_H
#define EXHIBIT_VERIFY_H

#include <stdbool.h>

#include <exhibit/crypto.h>
#include <exhibit/source.h>
#include <exhibit/trust.h>
#include <exhibit/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_REPORT_SCHEMA 1 // version of the JSON form; grows only by new keys

/* The three states of C2PA, "Validation states", and what is below them. */
enum exh_state {
    EXH_STATE_NONE,    // no credential
    EXH_STATE_INVALID, // well-formed or not even that: some failure other than an unknown signer
    EXH_STATE_VALID,   // signature and content hold; the signer is not on the trust list
    EXH_STATE_TRUSTED,
};

enum exh_finding_kind { EXH_SUCCESS, EXH_INFORMATIONAL, EXH_FAILURE };

/* One status of C2PA, "Validation status codes". Strings are borrowed of the report, UTF-8. */
struct exh_finding {
    enum exh_finding_kind kind;
    const char *code;        // "assertion.dataHash.mismatch"
    const char *url;         // JUMBF URI of what it is about
    const char *explanation; // one sentence
};

struct exh_findings {
    const struct exh_finding *items;
    size_t n;
};

/* What an ingredient's manifest adds to what was said of it when it was taken in. */
struct exh_delta {
    const char *url; // JUMBF URI of the ingredient assertion
    struct exh_findings findings;
};

struct exh_assertion {
    const char *label;        // "c2pa.actions.v2", "c2pa.hash.data"
    const char *url;          // absolute JUMBF URI
    struct exh_bytes box;     // content of the superbox as hashed; borrowed of the report
    struct exh_bytes content; // payload of the first content box (CBOR, JSON, embedded file)
    char type[5];             // 4cc of that content box: "cbor", "json", "bidb"
    bool created;             // listed in created_assertions (or a 1.x claim's assertions)
    bool redacted;
};

struct exh_ingredient_info {
    const char *url;          // of its assertion
    const char *relationship; // "parentOf", "componentOf", "inputTo"
    const char *title;        // or NULL
    const char *format;       // or NULL
    ptrdiff_t manifest;       // index into manifests, -1: it had none, or it is missing
};

/* One manifest of the store. */
struct exh_manifest {
    const char *label;     // "urn:c2pa:…"
    const char *generator; // "name/version" of the claim generator
    const char *title;     // or NULL
    const char *instance_id;
    bool update;                   // an update manifest
    bool compressed;               // stored as Brotli
    int claim_version;             // 1 or 2
    int64_t alg;                   // COSE algorithm, 0 when unreadable
    struct exh_bytes claim;        // CBOR as signed; borrowed
    struct exh_certificate signer; // zeroed when unreadable
    bool has_signer;
    bool stamped; // a time-stamp's signature and imprint hold
    bool stamp_trusted;
    int64_t stamp_time;
    const char *stamp_authority; // or NULL
    const struct exh_assertion *assertions;
    size_t assertions_n;
    const struct exh_ingredient_info *ingredients;
    size_t ingredients_n;
    struct exh_findings findings;
};

/* What the signer claims of the capture (org.exhibit.capture); texts "" when absent. */
struct exh_claimed_capture {
    bool present;
    char camera_id[EXH_NAME_MAX];
    uint64_t start_frame;
    uint64_t end_frame;
    char captured_at[48]; // RFC 3339, as written
    char local_time[48];
    char clock_source[32];
    bool has_position;
    double lat, lon, accuracy_m; // degrees WGS 84, metres
    char position_source[32];    // or the reason of absence
    bool has_prev;
    uint8_t prev[32]; // SHA-256 of the previous capture's claim
};

/* The whole answer. Read only; everything in it lives until exh_report_free(). */
struct exh_report {
    enum exh_state state;
    enum exh_integrity integrity;
    enum exh_signer_state signer;
    enum exh_time_state time;
    enum exh_revocation revocation;
    struct exh_axis axes[4]; // integrity, signer, time, revocation
    const char *headline;    // one sentence over all
    const char *advice;      // what to do now

    const char *format;           // media type of the asset, "image/jpeg"
    struct exh_findings findings; // of the active manifest
    const struct exh_delta *deltas;
    size_t deltas_n;
    const struct exh_manifest *manifests; // as they lie in the store; the active one is last
    size_t manifests_n;
    struct exh_claimed_capture capture; // of the active manifest or its nearest parent
    const char *const *warnings;        // what is odd but breaks nothing
    size_t warnings_n;
    uint8_t claim_sha256[32]; // of the active claim as signed: `prev` of the next capture
    bool remote;              // the store was fetched, not found in the file
};

struct exh_verify_options {
    const struct exh_crypto *crypto;    // needed: exh_crypto_openssl(), or your own
    const struct exh_trust *trust;      // NULL: nobody is trusted. Borrowed for the call
    int64_t now;                        // Unix seconds; needed
    const struct exh_source *store;     // a sidecar's bytes; NULL: the store is in the asset
    const struct exh_source *fragments; // CMAF segments, in order; the asset is their init segment
    size_t fragments_n;
    // Fetch url (POST body, or GET when body is empty) into to; NULL: nothing is ever fetched.
    enum exh_status (*fetch)(void *ctx, enum exh_fetch_kind kind, const char *url,
                             struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err);
    void *fetch_ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // may be NULL
    void *progress_ctx;
};

/*
 * Verify every manifest of an asset.
 *
 * source   the asset. Borrowed for the call; read in pieces of at most 256 KiB.
 * options  see above. Borrowed for the call.
 * out      receives the report on success. Owned; exh_report_free().
 * err      may be NULL.
 *
 * EXH_MALFORMED  EXH_LIMIT  EXH_UNSUPPORTED (unknown format)  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_verify(const struct exh_source *source,
                                   const struct exh_verify_options *options,
                                   struct exh_report **out, struct exh_error *err);
EXH_API void exh_report_free(struct exh_report *report); // NULL is allowed

/* The exit code of the product: 0 1 3 4 5 6 10 (docs/man/exhibit.1, "EXIT STATUS"). */
EXH_API int exh_report_exit_code(const struct exh_report *report);

/* The report as JSON (schema EXH_REPORT_SCHEMA) into *json, NUL-terminated; free with free(). */
EXH_API enum exh_status exh_report_json(const struct exh_report *report, char **json, size_t *n,
                                        struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
