/*
 * leaf.h -- the digest of a tick: SHA-256 over the leaves of its bytes, each SHA-256(00 || chunk).
 *
 *     leaves_begin(&leaves, crypto, err);
 *     leaves_add(&leaves, digests, n, err);    // in order, as often as there are chunks
 *     leaves_end(&leaves, digest);
 *
 * Leaves can be made side by side, by several threads; here they are put in order. Only one running
 * hash is kept, however many there are.
 */
#ifndef SEAL_LEAF_H
#define SEAL_LEAF_H

#include "base/error.h"

#include <exhibit/crypto.h>

#define LEAF_SEALED 65552u // bytes of the chunk under a leaf: a sealed chunk with its tag
#define LEAF_PLAIN  65536u // the same in a body that is not sealed

/* The leaf digests of n chunks, two at a time where the table can do that. EXH_NO_MEMORY  EXH_CRYPTO */
NODISCARD enum exh_status leaf_digests(const struct exh_crypto *crypto,
                                       const struct exh_bytes *chunks, size_t n,
                                       uint8_t (*digests)[32], struct exh_error *err);

/* SHA-256 of one piece of memory: an entry, which the next one names. EXH_NO_MEMORY */
NODISCARD enum exh_status ledger_hash(const struct exh_crypto *crypto, struct exh_bytes bytes,
                                      uint8_t digest[32], struct exh_error *err);

struct leaves {
    const struct exh_crypto *crypto;
    struct exh_hasher *hash; // owned; leaves_free() unless leaves_end() was called
};

NODISCARD enum exh_status leaves_begin(struct leaves *l, const struct exh_crypto *crypto,
                                       struct exh_error *err);
void leaves_add(struct leaves *l, uint8_t (*digests)[32], size_t n);
void leaves_end(struct leaves *l, uint8_t digest[32]);
void leaves_free(struct leaves *l); // a zeroed struct is allowed

#endif
