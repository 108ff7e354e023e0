/*
 * claim_write.h -- the claim of a draft, version 2.
 *
 * Spec: C2PA, "Claims", "Core Deterministic Encoding".
 */
#ifndef C2PA_CLAIM_WRITE_H
#define C2PA_CLAIM_WRITE_H

#include "c2pa/draft.h"

/* What a claim says beside the list of its assertions. */
struct claim_facts {
    const char *generator;
    const char *generator_version;
    const char *title; // NULL: none
    const struct exh_redaction *redactions;
    size_t redactions_n;
};

/*
 * Append the claim's CBOR. Its size depends on the draft's labels only, not on the digests, so that
 * it is known before the asset is hashed. The hard binding must be among the created assertions.
 */
void claim_put(struct buf *b, struct draft *d, const struct claim_facts *facts);

#endif
