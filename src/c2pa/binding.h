/*
 * binding.h -- does the asset's content match its hard binding?
 *
 * One function for each kind of binding; all get the same question and give the same answer: a status
 * code of C2PA with its explanation. A content that differs is an answer, not an error.
 *
 * Spec: C2PA, "Binding to Content", "Validate the Asset's Content".
 */
#ifndef C2PA_BINDING_H
#define C2PA_BINDING_H

#include <exhibit/verify.h>

#include "formats/cbor.h"
#include "formats/container.h"

struct binding_question {
    const struct exh_crypto *crypto;
    const struct exh_source *asset;
    const struct container *container;  // of the asset
    const struct exh_source *fragments; // CMAF segments in order, or NULL
    size_t fragments_n;
    bool sidecar;      // the store does not lie in the asset
    bool updated;      // by update manifests since: the store may have grown
    enum exh_hash alg; // of the claim: when the assertion names none; EXH_HASH_NONE: neither does
    struct cbor assertion;                                      // the map
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // may be NULL
    void *progress_ctx;
};

struct binding_answer {
    const char *code; // "assertion.dataHash.match", a constant
    enum exh_finding_kind kind;
    char explanation[240];     // what differs, where
    bool incomplete;           // what is there matches, but pieces are missing
    const char *informational; // a second, informational code, or NULL
    char warning[160];         // "" or what is odd where no hash looks
};

enum exh_status hash_data_check(const struct binding_question *q, struct binding_answer *out,
                                struct exh_error *err);
// c2pa.hash.bmff, .v2, .v3: version is 1, 2 or 3. By version 1 nothing can be said: it is a mismatch,
// with that explanation.
enum exh_status hash_bmff_check(const struct binding_question *q, int version,
                                struct binding_answer *out, struct exh_error *err);
enum exh_status hash_boxes_check(const struct binding_question *q, struct binding_answer *out,
                                 struct exh_error *err);

#endif
