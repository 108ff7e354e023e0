/*
 * bmff_digest.h -- an ISO base media file through hashes, root box by root box, in one pass.
 *
 * For every root box that is not excluded by its path: its offset (u64), then its bytes without
 * excluded ranges. Several hashes may run at once; each takes offsets or not.
 *
 * Spec: C2PA, "BMFF-Based Hash", "Hash Computation".
 */
#ifndef C2PA_BMFF_DIGEST_H
#define C2PA_BMFF_DIGEST_H

#include "c2pa/bmff_exclusions.h"

#define SINKS_MAX 8

struct bmff_progress { // over all files of a check
    const struct binding_question *q;
    uint64_t done;
    uint64_t total;
};

struct bmff_sink {
    struct exh_hasher *h; // owned; NULL: not running
    bool offsets;
};

struct bmff_digest {
    const struct exh_crypto *crypto;
    const struct exh_source *s;
    struct bmff_matcher matcher;
    struct bmff_progress *progress; // borrowed; may be NULL
    struct bmff_sink sinks[SINKS_MAX];
};

void bmff_digest_init(struct bmff_digest *d, const struct exh_crypto *crypto,
                      const struct exh_source *s, const struct bmff_exclusions *e,
                      struct bmff_progress *progress);
void bmff_digest_free(struct bmff_digest *d);

/* Start sink i. EXH_NO_MEMORY. */
NODISCARD enum exh_status bmff_digest_start(struct bmff_digest *d, size_t i, enum exh_hash alg,
                                            bool offsets, struct exh_error *err);

/* End sink i; its digest's size, 0 when it is not running. */
size_t bmff_digest_end(struct bmff_digest *d, size_t i, uint8_t digest[EXH_HASH_MAX]);

/*
 * The next root box. *bound: something of it behind its first 16 bytes is hashed, or there is nothing
 * behind them.
 */
NODISCARD enum exh_status bmff_digest_box(struct bmff_digest *d, const struct bmff_box *box,
                                          bool *bound, struct exh_error *err);

/* Bytes of the file to all running sinks. */
NODISCARD enum exh_status bmff_digest_span(struct bmff_digest *d, struct span span,
                                           struct exh_error *err);

#endif
