#include "seal/leaf.h"

#include <string.h>

static const uint8_t LEAF_PREFIX = 0x00; // a leaf is never the hash of something else (RFC 6962)

/* The digest of the table's running hash, which is freed. */
static void end_hash(const struct exh_crypto *crypto, struct exh_hasher *h, uint8_t digest[32])
{
    uint8_t whole[EXH_HASH_MAX];

    crypto->hash_final(h, whole);
    memcpy(digest, whole, 32);
}

enum exh_status ledger_hash(const struct exh_crypto *crypto, struct exh_bytes bytes,
                            uint8_t digest[32], struct exh_error *err)
{
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, bytes.p, bytes.n);
    end_hash(crypto, h, digest);
    return EXH_OK;
}

static enum exh_status leaf_digest(const struct exh_crypto *crypto, struct exh_bytes chunk,
                                   uint8_t digest[32], struct exh_error *err)
{
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, &LEAF_PREFIX, 1);
    crypto->hash_update(h, chunk.p, chunk.n);
    end_hash(crypto, h, digest);
    return EXH_OK;
}

enum exh_status leaf_digests(const struct exh_crypto *crypto, const struct exh_bytes *chunks,
                             size_t n, uint8_t (*digests)[32], struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (crypto->leaf_digests)
        return crypto->leaf_digests(chunks, n, digests, err);
    for (size_t i = 0; i < n && status == EXH_OK; i++)
        status = leaf_digest(crypto, chunks[i], digests[i], err);
    return status;
}

enum exh_status leaves_begin(struct leaves *l, const struct exh_crypto *crypto,
                             struct exh_error *err)
{
    struct exh_hasher *hash = crypto->hash_new(EXH_SHA256);

    if (!hash)
        return fail_no_memory(err);
    *l = (struct leaves){ crypto, hash };
    return EXH_OK;
}

void leaves_add(struct leaves *l, uint8_t (*digests)[32], size_t n)
{
    for (size_t i = 0; i < n; i++)
        l->crypto->hash_update(l->hash, digests[i], 32);
}

void leaves_end(struct leaves *l, uint8_t digest[32])
{
    end_hash(l->crypto, l->hash, digest);
    *l = (struct leaves){ 0 };
}

void leaves_free(struct leaves *l)
{
    if (l->hash)
        l->crypto->hash_free(l->hash);
    *l = (struct leaves){ 0 };
}
