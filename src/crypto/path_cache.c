#include "crypto/path_cache.h"

#include "crypto/library.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

struct path_cache {
    CRYPTO_RWLOCK *lock; // of all below
    size_t n;            // entries in use, from the first on
    size_t next;         // the one to be written next
    struct path_key keys[PATHS_KEPT];
    struct exh_path paths[PATHS_KEPT]; // by the same index
};

struct path_cache *path_cache_new(void)
{
    struct path_cache *cache = calloc(1, sizeof *cache);

    if (cache && !(cache->lock = CRYPTO_THREAD_lock_new())) {
        free(cache);
        return NULL;
    }
    return cache;
}

void path_cache_free(struct path_cache *cache)
{
    if (cache)
        CRYPTO_THREAD_lock_free(cache->lock);
    free(cache);
}

bool path_key_of(const struct exh_chain *chain, enum exh_purpose purpose, struct path_key *out)
{
    uint8_t text[1 + EXH_CHAIN_MAX * 32] = { (uint8_t)purpose };
    size_t n = 1;

    // Digests have one size, so there is one way to read the text. They are of all bytes, also of those
    // that were not signed: another encoding of a signature is another chain.
    for (size_t i = 0; i < chain->n; i++, n += 32)
        memcpy(text + n, chain->certs[i].sha256, 32);
    return EVP_Digest(text, n, out->sha256, NULL, crypto_library()->md[EXH_SHA256], NULL) == 1;
}

// Where the key stands, else cache->n. The caller holds the lock.
static size_t index_of(const struct path_cache *cache, const struct path_key *key)
{
    size_t i = 0;

    while (i < cache->n && memcmp(&cache->keys[i], key, sizeof *key) != 0)
        i++;
    return i;
}

bool path_cache_find(struct path_cache *cache, const struct path_key *key, int64_t at,
                     struct exh_path *out)
{
    if (!CRYPTO_THREAD_read_lock(cache->lock))
        return false;
    const size_t i = index_of(cache, key);
    const bool found =
        i < cache->n && at >= cache->paths[i].valid_from && at <= cache->paths[i].valid_until;
    if (found)
        *out = cache->paths[i];
    CRYPTO_THREAD_unlock(cache->lock);
    return found;
}

void path_cache_keep(struct path_cache *cache, const struct path_key *key,
                     const struct exh_path *path)
{
    if (!CRYPTO_THREAD_write_lock(cache->lock))
        return;
    size_t i = index_of(cache, key);
    if (i == cache->n) {
        i = cache->next;
        cache->next = (cache->next + 1) % PATHS_KEPT;
        cache->n += cache->n < PATHS_KEPT;
    }
    cache->keys[i] = *key;
    cache->paths[i] = *path;
    CRYPTO_THREAD_unlock(cache->lock);
}

void path_cache_clear(struct path_cache *cache)
{
    if (!CRYPTO_THREAD_write_lock(cache->lock))
        return;
    cache->n = cache->next = 0;
    CRYPTO_THREAD_unlock(cache->lock);
}
