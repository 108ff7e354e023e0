/*
 * hash.h -- the hashes of a log's tree: SHA-256, leaves and nodes kept apart by their first byte.
 *
 * Spec: RFC 6962, "Merkle Hash Trees".
 */
#ifndef LOG_HASH_H
#define LOG_HASH_H

#include "base/error.h"

#include <exhibit/crypto.h>

#define TLOG_HASH     32        // bytes of a hash
#define TLOG_SIZE_MAX INT64_MAX // entries of a tree: others count in signed 64-bit numbers

struct tlog_hash {
    uint8_t p[TLOG_HASH];
};

/* How far a log has come: the hash of the tree over its first `size` entries. */
struct tlog_head {
    uint64_t size; // at most TLOG_SIZE_MAX
    struct tlog_hash root;
};

/* A hash as base64, without NUL; the reverse is false for anything else. */
#define TLOG_HASH_CHARS 44
void tlog_hash_write(const struct tlog_hash *h, char to[TLOG_HASH_CHARS]);
bool tlog_hash_read(struct exh_bytes text, struct tlog_hash *out);

bool tlog_hash_equal(const struct tlog_hash *a, const struct tlog_hash *b);

/* The root of the tree without entries. EXH_NO_MEMORY, here and below. */
NODISCARD enum exh_status tlog_empty_hash(const struct exh_crypto *crypto, struct tlog_hash *out,
                                          struct exh_error *err);

/* The leaves of n entries. */
NODISCARD enum exh_status tlog_leaf_hashes(const struct exh_crypto *crypto,
                                           const struct exh_bytes *entries, size_t n,
                                           struct tlog_hash *out, struct exh_error *err);

/* The node over two others. out may be either of them. */
NODISCARD enum exh_status tlog_node_hash(const struct exh_crypto *crypto,
                                         const struct tlog_hash *left,
                                         const struct tlog_hash *right, struct tlog_hash *out,
                                         struct exh_error *err);

/*
 * The root of a log of `size` entries: whole[i] is the root of its whole subtree of height i, and looked
 * at if bit i of the size is set.
 */
NODISCARD enum exh_status tlog_fold(const struct exh_crypto *crypto, uint64_t size,
                                    const struct tlog_hash *whole, struct tlog_hash *root,
                                    struct exh_error *err);

#endif
