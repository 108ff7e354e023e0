/*
 * custody.h -- who did what with an object: a chain for each, that nobody shortens or rewrites unseen.
 *
 * The hash of an entry is SHA-256 over, numbers big-endian:
 *
 *     "exhibit custody v1" 00            NAME_CUSTODY with its NUL
 *     hash of the entry before           32 bytes; zeros in the first
 *     oid                                32 bytes
 *     seq u64, at_us i64, zone_min i32
 *     actor, action, origin, authority, result, detail    each: length u32, UTF-8
 *     before, after                      each: 00, or 01 and 32 bytes
 */
#ifndef STORE_CUSTODY_H
#define STORE_CUSTODY_H

#include "store/object.h"

#define STORE_ACTOR_MAX     129
#define STORE_ACTION_MAX    33
#define STORE_AUTHORITY_MAX 257
#define STORE_DETAIL_MAX    513

struct store_custody {
    uint8_t oid[STORE_HASH];
    uint64_t seq;                        // given: from 1, without gaps
    int64_t at_us;                       // UTC
    int32_t zone_min;                    // minutes east of UTC on the clock of the place
    char actor[STORE_ACTOR_MAX];         // who
    char action[STORE_ACTION_MAX];       // what: "received", "delivered", "exported", ...
    char origin[STORE_ORIGIN_MAX];       // from where
    char authority[STORE_AUTHORITY_MAX]; // why he may
    char result[STORE_AUTHORITY_MAX];
    char detail[STORE_DETAIL_MAX];
    uint8_t before[STORE_HASH];   // hash of what it was; zeros: none, as below
    uint8_t after[STORE_HASH];    // hash of what it became
    uint8_t previous[STORE_HASH]; // given
    uint8_t hash[STORE_HASH];     // given
};

/* Put an entry at the end of its object's chain. */
NODISCARD enum exh_status store_add_custody(struct store *s, const struct store_custody *entry,
                                            struct exh_error *err);

/* The entries of an object above a seq, in order; each checked against the one before it. */
NODISCARD enum exh_status store_list_custody(struct store *s, const uint8_t oid[STORE_HASH],
                                             uint64_t after, struct store_custody *out, size_t max,
                                             size_t *n, struct exh_error *err);

/* How many entries the chain has, and the hash of the last. EXH_NOT_FOUND when none. */
NODISCARD enum exh_status store_get_custody_head(struct store *s, const uint8_t oid[STORE_HASH],
                                                 uint64_t *seq, uint8_t hash[STORE_HASH],
                                                 struct exh_error *err);

/* The hash of an entry, as above. EXH_NO_MEMORY */
NODISCARD enum exh_status store_custody_hash(const struct exh_crypto *crypto,
                                             const struct store_custody *entry,
                                             uint8_t hash[STORE_HASH], struct exh_error *err);

#endif
