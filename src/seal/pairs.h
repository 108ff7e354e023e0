/*
 * pairs.h -- chunks of a payload, sealed or opened two at a time, by as many threads as there are.
 *
 *     while (more) {
 *         status = pairs_next(pairs, &pair, err);     // an empty pair; older ones are taken to make room
 *         ... fill in: first, n, last, in[], in_n[] ...
 *         pairs_begin(pairs, pair);
 *     }
 *     status = pairs_drain(pairs, err);
 *
 * Two, because two leaf digests are made side by side for little more than the price of one, while both
 * chunks lie in the cache of the core that seals them. Pairs come back in the order in which they went,
 * by a call of take() on the thread of whoever calls pairs_next() and pairs_drain(). Memory is one ring
 * of pairs, and each pair has a cipher of its own, so that any thread may work on it.
 */
#ifndef SEAL_PAIRS_H
#define SEAL_PAIRS_H

#include <exhibit/crypto.h>
#include <exhibit/workers.h>

#include "seal/age_stream.h"

#define PAIR_N     2                              // chunks
#define PAIR_PLAIN ((size_t)PAIR_N * AGE_CHUNK_N) // bytes in clear of a full pair

// From one chunk of a pair to the next: each begins where a page does, because the system copies an eighth
// faster there. Chunks are sealed and opened in place: half the memory to go through the caches.
#define PAIR_STEP ((size_t)AGE_CHUNK_N + 4096)

struct pair {
    struct exh_work work; // first
    const struct pairs *pairs;
    struct aead *aead;
    uint8_t *bytes; // room for PAIR_N sealed chunks; chunk i at i * PAIR_STEP

    // What to do. in[i] is in place (bytes + i * PAIR_STEP), or memory that stays until it is taken.
    uint64_t first; // number of the first chunk
    size_t n;       // chunks: 1 to PAIR_N
    bool last;      // the last of them is the payload's last
    const uint8_t *in[PAIR_N];
    size_t in_n[PAIR_N]; // sealing: bytes in clear; opening: tag included

    // What came out, when it is taken. Output lies at bytes + i * PAIR_STEP.
    size_t out_n[PAIR_N];
    bool good[PAIR_N]; // sealed, or authentic
    uint8_t leaves[PAIR_N][32];
    enum exh_status leaf_status;
};

struct pairs_config {
    bool open; // else seal
    const struct file_key *key;
    const uint8_t *nonce;              // AGE_NONCE_N bytes
    const struct exh_crypto *crypto;   // NULL: no leaf digests
    const struct exh_workers *workers; // NULL: the caller's thread alone
    // See a finished pair; it is used again after the call.
    enum exh_status (*take)(void *ctx, const struct pair *pair, struct exh_error *err);
    void *ctx;
};

struct pairs; // owned; pairs_free()

/* Key and nonce are borrowed for the call, all else for life. EXH_CRYPTO  EXH_NO_MEMORY */
NODISCARD enum exh_status pairs_new(const struct pairs_config *config, struct pairs **out,
                                    struct exh_error *err);

/* An empty pair, with in[] in place. Fails as take() does: then nothing more can be done but to free. */
NODISCARD enum exh_status pairs_next(struct pairs *p, struct pair **out, struct exh_error *err);

/* Hand it out. Before pairs_begin() it may be given up by not beginning it: the next one is the same. */
void pairs_begin(struct pairs *p, struct pair *pair);

/* Take all that was begun. */
NODISCARD enum exh_status pairs_drain(struct pairs *p, struct exh_error *err);

/* Waits for what was begun, without taking it, and wipes. NULL is allowed. */
void pairs_free(struct pairs *p);

#endif
