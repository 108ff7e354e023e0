#include "log_fixture.h"

#include "crypto/ed25519.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stored *memory_tiles_find(struct memory_tiles *m, int level, uint64_t index, unsigned width)
{
    for (size_t i = m->n; i-- > 0;) {
        const struct tlog_tile *t = &m->stored[i].tile;
        if (t->level == level && t->index == index && (m->grow || t->width == width))
            return &m->stored[i];
    }
    return NULL;
}

static enum exh_status read_tile(void *ctx, const struct tlog_tile *tile, struct buf *to,
                                 struct exh_error *err)
{
    struct memory_tiles *m = ctx;
    const struct stored *s = memory_tiles_find(m, tile->level, tile->index, tile->width);
    char path[TLOG_PATH_MAX];

    tlog_tile_path(tile, path);
    if (++m->reads == m->fail_read)
        return fail(err, EXH_IO, "%s: cannot be read", path);
    if (!s)
        return fail(err, EXH_NOT_FOUND, "%s: is not here", path);
    buf_put(to, s->p, s->n);
    return EXH_OK;
}

static enum exh_status write_tile(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    struct memory_tiles *m = ctx;
    struct stored *s = memory_tiles_find(m, tile->level, tile->index, tile->width);

    if (++m->writes == m->fail_write)
        return fail(err, EXH_IO, "a tile cannot be written");
    if (!s) {
        if (m->n == TILES_MAX)
            abort();
        s = &m->stored[m->n++];
    }
    free(s->p);
    s->tile = *tile;
    s->n = bytes.n;
    s->p = malloc(bytes.n);
    if (!s->p)
        abort();
    memcpy(s->p, bytes.p, bytes.n);
    return EXH_OK;
}

struct memory_tiles *memory_tiles_new(bool grow)
{
    struct memory_tiles *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    m->grow = grow;
    m->tiles = (struct tlog_tiles){ .read = read_tile, .write = write_tile, .ctx = m };
    return m;
}

void memory_tiles_free(struct memory_tiles *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->stored[i].p);
    free(m);
}

struct exh_bytes test_entry(uint64_t i)
{
    static char text[256][40];
    char *to = text[i % 256];

    snprintf(to, sizeof text[0], "entry %llu%.*s", (unsigned long long)i, (int)(i % 8), "........");
    return (struct exh_bytes){ (const uint8_t *)to, i ? strlen(to) : 0 }; // the first one is empty
}

static struct tlog_hash parent(struct tlog_hash left, struct tlog_hash right)
{
    struct tlog_hash h;
    struct exh_error err;

    if (tlog_node_hash(exh_crypto_openssl(), &left, &right, &h, &err))
        abort();
    return h;
}

// The largest power of two smaller than n, which is 2 or more.
static uint64_t split(uint64_t n)
{
    uint64_t k = 1;

    while (2 * k < n)
        k *= 2;
    return k;
}

struct tlog_hash slow_root(const struct tlog_hash *leaves, uint64_t n)
{
    struct tlog_hash empty;
    struct exh_error err;

    if (n > 1)
        return parent(slow_root(leaves, split(n)), slow_root(leaves + split(n), n - split(n)));
    if (n == 1)
        return leaves[0];
    if (tlog_empty_hash(exh_crypto_openssl(), &empty, &err))
        abort();
    return empty;
}

struct tlog_proof slow_path(const struct tlog_hash *leaves, uint64_t n, uint64_t index)
{
    struct tlog_proof p = { 0 };

    if (n == 1)
        return p;
    const uint64_t k = split(n);
    p = index < k ? slow_path(leaves, k, index) : slow_path(leaves + k, n - k, index - k);
    p.hashes[p.n++] = index < k ? slow_root(leaves + k, n - k) : slow_root(leaves, k);
    return p;
}

static struct tlog_proof subproof(const struct tlog_hash *leaves, uint64_t n, uint64_t older,
                                  bool known)
{
    struct tlog_proof p = { 0 };

    if (older == n) {
        if (!known)
            p.hashes[p.n++] = slow_root(leaves, n);
        return p;
    }
    const uint64_t k = split(n);
    p = older <= k ? subproof(leaves, k, older, known)
                   : subproof(leaves + k, n - k, older - k, false);
    p.hashes[p.n++] = older <= k ? slow_root(leaves + k, n - k) : slow_root(leaves, k);
    return p;
}

struct tlog_proof slow_growth(const struct tlog_hash *leaves, uint64_t n, uint64_t older)
{
    return older ? subproof(leaves, n, older, true) : (struct tlog_proof){ 0 };
}

struct tlog_hash *test_leaves(uint64_t n)
{
    struct tlog_hash *leaves = malloc((n ? n : 1) * sizeof *leaves);
    struct exh_error err;

    if (!leaves)
        abort();
    for (uint64_t i = 0; i < n; i++) {
        const struct exh_bytes entry = test_entry(i);
        if (tlog_leaf_hashes(exh_crypto_openssl(), &entry, 1, &leaves[i], &err))
            abort();
    }
    return leaves;
}

struct note_signer test_signer(const char *name)
{
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
                              "-----END PRIVATE KEY-----\n";
    static struct exh_key *key; // lives as long as the test
    struct note_signer s;
    uint8_t public_key[ED25519_SIZE];
    struct exh_error err;

    if ((!key && exh_key_read(pem, sizeof pem - 1, NULL, NULL, &key, &err)) ||
        ed25519_signer(key, &s.signer, public_key, &err) ||
        note_key_init(exh_crypto_openssl(),
                      (struct exh_bytes){ (const uint8_t *)name, strlen(name) }, public_key, &s.key,
                      &err))
        abort();
    return s;
}
