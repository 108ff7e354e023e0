/*
 * proof.h -- what a tree's root says of an entry, or of an older root: checked without the tree.
 *
 * A proof that does not hold is an answer, never an error.
 *
 * Spec: RFC 6962, "Merkle Audit Paths", "Merkle Consistency Proofs"; RFC 9162, "Verifying an Inclusion
 * Proof", "Verifying Consistency between Two Tree Heads".
 */
#ifndef LOG_PROOF_H
#define LOG_PROOF_H

#include "log/hash.h"

#define TLOG_PROOF_MAX 64 // hashes: of a consistency proof in a tree of TLOG_SIZE_MAX entries

struct tlog_proof {
    size_t n;
    struct tlog_hash hashes[TLOG_PROOF_MAX]; // from the leaf upwards
};

/* Whether the log of this head has the leaf as its entry number `index`, from 0. EXH_NO_MEMORY */
NODISCARD enum exh_status tlog_check_inclusion(const struct exh_crypto *crypto,
                                               const struct tlog_head *head, uint64_t index,
                                               const struct tlog_hash *leaf,
                                               const struct tlog_proof *proof,
                                               struct exh_judgement *out, struct exh_error *err);

/*
 * Whether the newer log begins with all of the older one. Two heads of the same size must be the same,
 * the head without entries is older than any; both need an empty proof. EXH_NO_MEMORY
 */
NODISCARD enum exh_status tlog_check_consistency(const struct exh_crypto *crypto,
                                                 const struct tlog_head *older,
                                                 const struct tlog_head *newer,
                                                 const struct tlog_proof *proof,
                                                 struct exh_judgement *out, struct exh_error *err);

#endif
