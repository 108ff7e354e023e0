/*
 * assertion.h -- the assertions that we write, one function each; every one has its own file.
 *
 * All append to a draft and fail by its buffer. Text must be checked before (sign_check.h).
 *
 * Spec: C2PA, "Standard Assertions".
 */
#ifndef C2PA_ASSERTION_H
#define C2PA_ASSERTION_H

#include "c2pa/draft.h"

/* c2pa.actions.v2. Spec: "Actions". */
struct actions_facts {
    const char *source_type;  // URI: begins with c2pa.created; NULL: it does not
    ptrdiff_t parent;         // the draft's index of the ingredient opened; -1: none
    const size_t *components; // the draft's indexes of the ingredients placed
    size_t components_n;
    bool edited_metadata; // c2pa.edited.metadata
    const struct exh_redaction *redactions;
    size_t redactions_n;
    int64_t when; // Unix seconds; EXH_NO_TIME: not written
};
void assertion_put_actions(struct draft *d, const struct actions_facts *facts);

/* c2pa.hash.data: one exclusion, or none if it has no length. Spec: "Data Hash". */
struct hash_data_facts {
    uint64_t start, length;
    struct exh_bytes digest;
    size_t pad; // zeros that keep the assertion at its size
};
void assertion_put_hash_data(struct draft *d, const struct hash_data_facts *facts);

/* c2pa.hash.bmff.v3 with the three mandatory exclusions. Spec: "BMFF-Based Hash". */
void assertion_put_hash_bmff(struct draft *d, struct exh_bytes digest);

/* The same for a stream in segments: one Merkle tree over them. */
struct hash_fragments_facts {
    int64_t unique_id, local_id;
    uint64_t count;        // segments
    struct exh_bytes init; // digest of the initialization segment
    struct exh_bytes row;  // digests of one row of the tree, one after another
};
void assertion_put_hash_fragments(struct draft *d, const struct hash_fragments_facts *facts);

/* c2pa.metadata: JSON-LD text as it is. Spec: "The c2pa.metadata assertion". */
void assertion_put_metadata(struct draft *d, const char *json);

/* org.exhibit.capture: frames, time and place as the camera knew them (docs/architecture.md). */
void assertion_put_capture(struct draft *d, const struct exh_capture *capture);

/* c2pa.thumbnail.claim. Spec: "Thumbnail". */
void assertion_put_thumbnail(struct draft *d, const struct exh_embedded *thumbnail);

/* c2pa.ingredient.v3. Spec: "Ingredient". */
struct ingredient_facts {
    const char *relationship;        // "parentOf", "componentOf", "inputTo"
    const char *title;               // NULL: none
    const char *format;              // media type
    struct exh_bytes manifest;       // label of its active manifest; empty: it has none
    enum exh_hash alg;               // of the two digests
    const uint8_t *manifest_digest;  // of the manifest's box
    const uint8_t *signature_digest; // of its claim signature's box
    struct exh_bytes results;        // encoded validationResults
};
void assertion_put_ingredient(struct draft *d, const struct ingredient_facts *facts);

/* c2pa.time-stamp: tokens by the labels of the manifests they attest. Spec: "Time-stamps". */
struct late_stamp {
    struct exh_bytes manifest; // label
    struct exh_bytes token;    // TimeStampToken, DER
};
void assertion_put_time_stamps(struct draft *d, const struct late_stamp *stamps, size_t n);

/* c2pa.certificate-status: OCSP responses, DER. Spec: "Certificate Status". */
void assertion_put_certificate_status(struct draft *d, const struct exh_bytes *ocsp, size_t n);

#endif
