/*
 * merkle.h -- the hash trees of c2pa.hash.bmff.
 *
 * Leaves stand from left to right; a parent is the hash of its two children's digests; a last node
 * without a sibling goes up unchanged. Of a tree one row is known, from the leaves (level 0) to the
 * root. Either a leaf is led to the row by a proof, or all leaves are added, and the row is made again.
 *
 * Spec: C2PA, "Auxiliary 'c2pa' Boxes for Large and Fragmented Files".
 */
#ifndef C2PA_MERKLE_H
#define C2PA_MERKLE_H

#include <exhibit/crypto.h>

#include "base/error.h"
#include "formats/cbor.h"

#define MERKLE_LEAVES_MAX ((uint64_t)1 << 20) // of one tree: 100 GB in blocks of 100 kB
#define MERKLE_LEVELS_MAX 21                  // rows of such a tree

struct merkle_tree {
    const struct exh_crypto *crypto;
    enum exh_hash alg;
    uint64_t count;      // leaves
    unsigned level;      // of the row that is known
    const uint8_t **row; // its digests, borrowed
};

/* The level at which a tree of count leaves has n nodes; false: at none. */
bool merkle_level(uint64_t count, uint64_t n, unsigned *level);

/* H(left || right) into to, which may be either of them. EXH_NO_MEMORY. */
NODISCARD enum exh_status merkle_parent(const struct exh_crypto *crypto, enum exh_hash alg,
                                        const uint8_t *left, const uint8_t *right, uint8_t *to,
                                        struct exh_error *err);

/*
 * Whether a leaf at a location leads to the row with these hashes: an array of digests, from the leaf's
 * sibling upwards, or CBOR_NONE. All of them must be used.
 */
NODISCARD enum exh_status merkle_prove(const struct merkle_tree *tree, const uint8_t *leaf,
                                       uint64_t location, struct cbor hashes, bool *holds,
                                       struct exh_error *err);

/* All leaves, one after another; memory grows with the depth only. */
struct merkle_builder {
    const struct merkle_tree *tree; // borrowed
    uint64_t leaves;                // so far
    bool differs;                   // from the row, first at this leaf or one after it:
    uint64_t differs_at;
    uint8_t left[MERKLE_LEVELS_MAX][EXH_HASH_MAX]; // nodes that wait for their right sibling
};
struct merkle_builder merkle_begin(const struct merkle_tree *tree);
NODISCARD enum exh_status merkle_add(struct merkle_builder *b, const uint8_t *leaf,
                                     struct exh_error *err);

/* After the last leaf: whether row and count are those of the tree. */
NODISCARD enum exh_status merkle_end(struct merkle_builder *b, bool *holds, struct exh_error *err);

#endif
