#include "log/hash.h"

#include "formats/base64.h"

#include <string.h>

// What stands in front of what is hashed, so that no entry can be taken for a node.
static const uint8_t leaf_mark = 0, node_mark = 1;

void tlog_hash_write(const struct tlog_hash *h, char to[TLOG_HASH_CHARS])
{
    base64_write_padded(to, h->p, TLOG_HASH);
}

bool tlog_hash_read(struct exh_bytes text, struct tlog_hash *out)
{
    uint8_t bytes[TLOG_HASH_CHARS / 4 * 3];
    size_t n;

    if (text.n != TLOG_HASH_CHARS || !base64_read_padded(text, bytes, &n) || n != TLOG_HASH)
        return false;
    memcpy(out->p, bytes, TLOG_HASH);
    return true;
}

bool tlog_hash_equal(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->p, b->p, TLOG_HASH) == 0;
}

// mark (unless NULL), then a and b
static enum exh_status hash(const struct exh_crypto *crypto, const uint8_t *mark,
                            struct exh_bytes a, struct exh_bytes b, struct tlog_hash *out,
                            struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    if (mark)
        crypto->hash_update(h, mark, 1);
    crypto->hash_update(h, a.p, a.n);
    crypto->hash_update(h, b.p, b.n);
    crypto->hash_final(h, digest);
    memcpy(out->p, digest, TLOG_HASH);
    return EXH_OK;
}

static struct exh_bytes view(const struct tlog_hash *h)
{
    return (struct exh_bytes){ h->p, TLOG_HASH };
}

enum exh_status tlog_empty_hash(const struct exh_crypto *crypto, struct tlog_hash *out,
                                struct exh_error *err)
{
    return hash(crypto, NULL, (struct exh_bytes){ 0 }, (struct exh_bytes){ 0 }, out, err);
}

enum exh_status tlog_leaf_hashes(const struct exh_crypto *crypto, const struct exh_bytes *entries,
                                 size_t n, struct tlog_hash *out, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (crypto->leaf_digests && n) // the same hash, two entries side by side
        return crypto->leaf_digests(entries, n, &out->p, err);
    for (size_t i = 0; i < n && !status; i++)
        status = hash(crypto, &leaf_mark, entries[i], (struct exh_bytes){ 0 }, &out[i], err);
    return status;
}

enum exh_status tlog_node_hash(const struct exh_crypto *crypto, const struct tlog_hash *left,
                               const struct tlog_hash *right, struct tlog_hash *out,
                               struct exh_error *err)
{
    return hash(crypto, &node_mark, view(left), view(right), out, err);
}

enum exh_status tlog_fold(const struct exh_crypto *crypto, uint64_t size,
                          const struct tlog_hash *whole, struct tlog_hash *root,
                          struct exh_error *err)
{
    struct tlog_hash h;
    bool begun = false;

    if (!size)
        return tlog_empty_hash(crypto, root, err);
    for (unsigned i = 0; size >> i; i++) {
        if (!(size >> i & 1))
            continue;
        enum exh_status status = EXH_OK;
        if (begun)
            status = tlog_node_hash(crypto, &whole[i], &h, &h, err);
        else
            h = whole[i];
        if (status)
            return status;
        begun = true;
    }
    *root = h;
    return EXH_OK;
}
