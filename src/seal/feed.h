/*
 * feed.h -- bytes that come by and by, cut into chunks.
 *
 *     while ((room = feed_room(&feed, &n, err)))     // or feed_write()
 *         feed_filled(&feed, read_some(room, n));
 *     status = feed_end(&feed, err);
 *
 * A full chunk waits until it is known whether a byte follows: of age's chunks the last one is marked, and is
 * never empty but in an empty payload.
 */
#ifndef SEAL_FEED_H
#define SEAL_FEED_H

#include "seal/pairs.h"

struct feed {
    struct pairs *pairs; // borrowed
    struct pair *pair;   // that is being filled; NULL: none yet
    size_t have;         // bytes in it
    uint64_t chunk;      // number of its first chunk
    uint64_t n;          // bytes fed so far
};

struct feed feed_into(struct pairs *pairs);

/* Where the next bytes go, *n of them at most, 1 or more. NULL: failed. */
NODISCARD uint8_t *feed_room(struct feed *f, size_t *n, struct exh_error *err);
void feed_filled(struct feed *f, size_t n);

/* Copy bytes in. EXH_LIMIT over AGE_PLAIN_MAX; failures of pairs_next(). */
NODISCARD enum exh_status feed_write(struct feed *f, const uint8_t *p, size_t n,
                                     struct exh_error *err);

/*
 * Seal bytes that stay where they are until the pairs are drained; the feed must stand at the beginning of
 * a chunk, or it copies.
 */
NODISCARD enum exh_status feed_lend(struct feed *f, const uint8_t *p, size_t n,
                                    struct exh_error *err);

/* Seal bytes [at, at + n) of a source: they are read straight into the chunks. */
NODISCARD enum exh_status feed_read(struct feed *f, const struct exh_source *source, uint64_t at,
                                    uint64_t n, struct exh_error *err);

/* Bytes of the chunk in progress, which may be full: 0 to AGE_CHUNK_N. */
size_t feed_open_bytes(const struct feed *f);

/*
 * Seal the full chunks, and take them. more: at least one byte will follow, so none of them is the last; else a
 * full chunk at the end stays, because it may be the last one.
 */
NODISCARD enum exh_status feed_flush(struct feed *f, bool more, struct exh_error *err);

/*
 * Take the bytes of the chunk in progress out, fewer than AGE_CHUNK_N, after feed_flush(); the feed goes on
 * with chunk number `chunk`.
 */
void feed_take_out(struct feed *f, uint8_t *to, size_t *n, uint64_t chunk);

/* Seal the last chunk, and take everything. */
NODISCARD enum exh_status feed_end(struct feed *f, struct exh_error *err);

#endif
