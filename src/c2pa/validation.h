/*
 * validation.h -- one validation in progress: what the parts of the validator share.
 *
 * Each manifest that the active one leads to is validated once, whatever number of paths lead to it;
 * so neither cycles nor diamonds cost anything. Everything lives in one arena, which the report keeps.
 *
 * Spec: C2PA, "Validation".
 */
#ifndef C2PA_VALIDATION_H
#define C2PA_VALIDATION_H

#include "c2pa/claim.h"
#include "c2pa/codes.h"
#include "c2pa/cose.h"
#include "c2pa/store.h"
#include "formats/container.h"
#include "verdict/revocation.h"

#define VALIDATION_REDACTIONS_MAX  4096  // of all claims together
#define VALIDATION_STATUS_MAX      64    // c2pa.certificate-status responses of all manifests
#define VALIDATION_STAMPS_MAX      4096  // entries of all c2pa.time-stamp assertions
#define VALIDATION_INGREDIENTS_MAX 16384 // ingredient assertions of all manifests
#define VALIDATION_URIS_MAX        65536 // references followed inside assertions

struct findings {
    struct exh_finding *items; // in the arena
    size_t n;
    size_t size;
};

struct ingredient {
    struct store_box *box;
    const char *url; // absolute
    unsigned version;
    struct exh_bytes relationship, title, format;
    bool malformed;
    bool has_manifest; // activeManifest, or c2pa_manifest of versions 1 and 2
    struct hashed_uri manifest;
    bool has_signature;
    struct hashed_uri signature;
    struct cbor results;      // validationResults (v3) or validationStatus (v1, v2)
    ptrdiff_t target;         // index of its manifest, -1: none found
    struct findings findings; // of the step from here to its manifest
};

/* One manifest, judged. */
struct judged {
    struct store_manifest *manifest;
    const char *label;
    const char *url; // self#jumbf=/c2pa/LABEL
    bool reachable;
    bool has_claim;
    struct claim claim;
    bool has_cose;
    struct cose cose;
    struct exh_chain *chain; // owned by the validation
    struct exh_certificate certificate;
    bool profile_holds;
    bool signature_holds;
    struct exh_path path; // at the stamp's time, else now
    bool stamped;         // signature and imprint of a token hold
    struct exh_stamp stamp;
    bool stamp_trusted;
    bool same_operator; // stamp and signer lead to one anchor
    struct revocation revocation;
    struct ingredient *ingredients;
    size_t ingredients_n;
    ptrdiff_t parent; // index of the parentOf ingredient's manifest, -1
    struct findings findings;
};

struct stamp_entry { // of a c2pa.time-stamp assertion
    struct exh_bytes manifest, token;
};

struct validation {
    const struct exh_crypto *crypto;
    const struct exh_verify_options *options;
    const struct exh_source *asset;
    const struct container *container;
    bool sidecar;
    struct arena *arena;
    struct store store;
    struct judged *items; // one a manifest of the store
    size_t n;
    size_t active;
    ptrdiff_t binding; // index of the manifest whose hard binding speaks for the asset, -1
    bool content_incomplete;
    const char *content_gap;      // which pieces are missing, then
    struct exh_bytes *redactions; // URIs
    size_t redactions_n;
    struct stamp_entry *stamps;
    size_t stamps_n;
    struct exh_bytes *statuses; // DER OCSP responses
    size_t statuses_n;
    size_t ingredients_n; // of all manifests
    size_t uris_followed;
    const char *warnings[32];
    size_t warnings_n;
    bool no_memory; // set once, reported at the end
};

/* Add a finding. url may be NULL. The explanation is one sentence. */
PRINTF_LIKE(5, 6)
void add_finding(struct validation *v, struct findings *f, enum code code, const char *url,
                 const char *fmt, ...);
bool has_finding(const struct findings *f, enum code code);
PRINTF_LIKE(2, 3) void add_warning(struct validation *v, const char *fmt, ...);

/* Text in the arena; "" when out of memory, which is noted. Bytes that are not UTF-8 become '?'. */
const char *keep_text(struct validation *v, struct exh_bytes text);
PRINTF_LIKE(2, 3) const char *keep_printf(struct validation *v, const char *fmt, ...);

/* self#jumbf=/c2pa/LABEL/c2pa.assertions/BOX */
const char *assertion_url(struct validation *v, const struct judged *m, struct exh_bytes box);

/* The index of a manifest by label, -1 when there is none. */
ptrdiff_t find_manifest(const struct validation *v, struct exh_bytes label);

/*
 * Find the box that a URI inside manifest m names, in any manifest: an assertion, a data box, a
 * credential, the signature. NULL when it cannot be resolved. owner may be NULL.
 */
struct store_box *resolve(struct validation *v, struct judged *m, struct exh_bytes url,
                          struct judged **owner);

/* Whether this assertion of m stands in somebody's redacted_assertions. */
bool is_redacted(const struct validation *v, const struct judged *m, struct exh_bytes box);

enum digest_match { DIGEST_MATCH, DIGEST_DIFFERS, DIGEST_NO_ALG };

/* Does a hashed URI's hash match the box? The claim's algorithm counts when the URI names none. */
enum digest_match digest_matches(struct validation *v, const struct judged *m,
                                 const struct hashed_uri *uri, struct store_box *box);

/* The steps, each in its own file; findings go into the manifest. */
void validate_claim(struct validation *v, struct judged *m); // locates claim and signature
void read_ingredients(struct validation *v, struct judged *m);
void validate_signature(struct validation *v, struct judged *m); // with time-stamp and validity
void validate_revocation(struct validation *v, struct judged *m);
void validate_kind(struct validation *v, struct judged *m); // standard or update rules
void validate_assertions(struct validation *v, struct judged *m);
void validate_actions(struct validation *v, struct judged *m);
void validate_metadata(struct validation *v, struct judged *m, const struct store_box *box,
                       const char *url);
void validate_ingredients(struct validation *v, struct judged *m);
enum exh_status validate_content(struct validation *v, struct exh_error *err);

#endif
