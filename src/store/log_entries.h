/*
 * log_entries.h -- the transparency log as rows: what the tiles are made from.
 *
 * An entry is appended in the same group as what it tells of, so that both are there or neither. Tiles and
 * checkpoint follow the commit; after a crash between them they are made again from here.
 */
#ifndef STORE_LOG_ENTRIES_H
#define STORE_LOG_ENTRIES_H

#include "store/store.h"

#define STORE_ENTRY_MAX 65535u // bytes of an entry: what a bundle of C2SP tlog-tiles can hold

/*
 * Append an entry. *idx receives its place; leaf its hash SHA-256(00 || entry), RFC 6962, "Merkle Hash
 * Trees"; either may be NULL.
 */
NODISCARD enum exh_status store_append_entry(struct store *s, struct exh_bytes entry, int64_t at,
                                             int64_t *idx, uint8_t *leaf, struct exh_error *err);

/* Number of entries. */
NODISCARD enum exh_status store_log_size(struct store *s, uint64_t *n, struct exh_error *err);

/* Called for each entry in order; another status than EXH_OK ends the reading. */
struct store_entry {
    uint64_t idx;
    int64_t at;
    uint8_t leaf[STORE_HASH];
    struct exh_bytes entry; // borrowed for the call
};
typedef enum exh_status store_entry_visitor(void *ctx, const struct store_entry *entry,
                                            struct exh_error *err);

/* See entries [from, to). EXH_MALFORMED when one is damaged or missing. */
NODISCARD enum exh_status store_read_entries(struct store *s, uint64_t from, uint64_t to,
                                             store_entry_visitor *visit, void *ctx,
                                             struct exh_error *err);

/* The leaf hashes of entries [from, from + n). */
NODISCARD enum exh_status store_get_leaves(struct store *s, uint64_t from, size_t n,
                                           uint8_t (*leaves)[STORE_HASH], struct exh_error *err);

#endif
