/*
 * path_cache.h -- trusted paths that were found, kept for the next question about the same chain.
 *
 * To search a path for leaf, authority and root takes OpenSSL 0.6 ms, twice as long as all else that is
 * done to verify a small photo: it decodes every key and checks every signature. Who looks through the
 * photos of one camera asks about one chain again and again.
 *
 * Only a path that was trusted is kept, with its validity, and it is an answer only within that: then
 * a new search would find the chain trusted too. What was not trusted is looked at anew each time, so
 * nobody whose certificate is not good can push anything out. A handful of entries is enough, the
 * oldest one goes first.
 *
 * May be used from several threads. It knows nothing of anchors: who changes them clears it.
 */
#ifndef CRYPTO_PATH_CACHE_H
#define CRYPTO_PATH_CACHE_H

#include "crypto/chain.h"

#define PATHS_KEPT 64 // entries of 400 bytes

struct path_cache;

/* SHA-256 over a purpose and the digests of a chain's certificates: what was asked, but for the time. */
struct path_key {
    uint8_t sha256[32];
};

struct path_cache *path_cache_new(void); // owned; NULL when out of memory
void path_cache_free(struct path_cache *cache);

/* false when it could not be computed: then there is nothing to look for. */
bool path_key_of(const struct exh_chain *chain, enum exh_purpose purpose, struct path_key *out);

/* Whether a path is known for that key that is valid at the time. */
bool path_cache_find(struct path_cache *cache, const struct path_key *key, int64_t at,
                     struct exh_path *out);

/* Keep a trusted path, in place of the one of the same key or of the oldest one. */
void path_cache_keep(struct path_cache *cache, const struct path_key *key,
                     const struct exh_path *path);

void path_cache_clear(struct path_cache *cache);

#endif
