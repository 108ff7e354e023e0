/*
 * manifest_view.h -- the parts of one manifest that a writer needs, where they lie.
 *
 * For stores that were checked by jumbf_check(); nothing is judged here.
 */
#ifndef C2PA_MANIFEST_VIEW_H
#define C2PA_MANIFEST_VIEW_H

#include "formats/cbor.h"
#include "formats/jumbf.h"

struct manifest_view {
    struct jumbf_box assertions;    // the assertion store's superbox; whole.n 0: none
    struct exh_bytes claim;         // CBOR
    struct exh_bytes claim_label;   // "c2pa.claim.v2"
    struct exh_bytes signature;     // COSE
    struct exh_bytes signature_box; // content of the signature's superbox
};

/* Find the parts in the content of a manifest's superbox. EXH_MALFORMED when one is twice there. */
NODISCARD enum exh_status manifest_view(struct exh_bytes content, struct manifest_view *out,
                                        struct exh_error *err);

/* One assertion of the store: its label, its superbox, its content box. */
struct assertion_view {
    struct exh_bytes label;
    struct jumbf_box box;
    struct jumbf_box content; // content.whole.n 0: it has none
};

/* Walk the assertions; start with walk = {0}. EXH_OK with *more = false at the end. */
struct assertion_walk {
    struct reader rest;
    bool begun;
};
NODISCARD enum exh_status manifest_next_assertion(const struct manifest_view *m,
                                                  struct assertion_walk *walk,
                                                  struct assertion_view *out, bool *more,
                                                  struct exh_error *err);

/* The manifest that an ingredient assertion refers to; empty when it refers to none. */
struct exh_bytes ingredient_manifest(const struct assertion_view *a);

#endif
