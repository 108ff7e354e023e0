#include "seal/pairs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "seal/leaf.h"

#define PAGE        4096
#define PAIR_BYTES  ((size_t)PAIR_N * PAIR_STEP)
#define PAIRS_ALONE 2  // one thread: what is sealed, and what follows a flush
#define PAIRS_MAX   48 // 6.4 MiB; for up to 15 threads beside the caller's

struct pairs {
    struct pairs_config config;
    bool threads; // somebody else may work
    size_t size;  // pairs in the ring
    size_t begun; // handed out and not taken, oldest at `oldest`
    size_t oldest;
    uint8_t *bytes; // of all pairs, owned
    struct pair pair[PAIRS_MAX];
};

static void hash(struct pair *p, const uint8_t *const at[PAIR_N], const size_t n[PAIR_N])
{
    struct exh_bytes chunks[PAIR_N];
    struct exh_error err; // only the status crosses to the thread that takes it

    p->leaf_status = EXH_OK;
    for (size_t i = 0; i < p->n; i++)
        chunks[i] = (struct exh_bytes){ at[i], n[i] };
    if (p->pairs->config.crypto)
        p->leaf_status = leaf_digests(p->pairs->config.crypto, chunks, p->n, p->leaves, &err);
}

static void seal_pair(struct exh_work *work)
{
    struct pair *p = (struct pair *)work;
    const uint8_t *out[PAIR_N];

    for (size_t i = 0; i < p->n; i++) {
        uint8_t *to = p->bytes + i * PAIR_STEP;
        p->good[i] = age_chunk_seal(p->aead, p->first + i, p->last && i + 1 == p->n, p->in[i],
                                    p->in_n[i], to);
        p->out_n[i] = p->in_n[i] + AEAD_TAG;
        out[i] = to;
    }
    hash(p, out, p->out_n);
}

static void open_pair(struct exh_work *work)
{
    struct pair *p = (struct pair *)work;

    hash(p, p->in, p->in_n); // before: opening may be in place
    for (size_t i = 0; i < p->n; i++) {
        const bool whole = p->in_n[i] >= AEAD_TAG;
        p->out_n[i] = whole ? p->in_n[i] - AEAD_TAG : 0;
        p->good[i] = whole && age_chunk_open(p->aead, p->first + i, p->last && i + 1 == p->n,
                                             p->in[i], p->out_n[i], p->bytes + i * PAIR_STEP);
    }
}

/* Each thread has a pair to work on, one waits for it, and one is written. */
static size_t ring_size(const struct exh_workers *workers)
{
    if (!workers || !workers->n)
        return PAIRS_ALONE;
    const size_t n = 3 * ((size_t)workers->n + 1);
    return n < PAIRS_MAX ? n : PAIRS_MAX;
}

enum exh_status pairs_new(const struct pairs_config *config, struct pairs **out,
                          struct exh_error *err)
{
    struct pairs *p = calloc(1, sizeof *p);

    if (!p)
        return fail_no_memory(err);
    p->config = *config;
    p->size = ring_size(config->workers);
    p->threads = config->workers && config->workers->n;
    p->bytes = aligned_alloc(PAGE, p->size * PAIR_BYTES);
    enum exh_status status = p->bytes ? EXH_OK : fail_no_memory(err);
    for (size_t i = 0; i < p->size && status == EXH_OK; i++) {
        p->pair[i] = (struct pair){ .work = { .run = config->open ? open_pair : seal_pair },
                                    .pairs = p,
                                    .bytes = p->bytes + i * PAIR_BYTES };
        status = file_key_aead(config->key, config->nonce, &p->pair[i].aead, err);
    }
    if (status != EXH_OK) {
        pairs_free(p);
        return status;
    }
    p->config.key = NULL;
    p->config.nonce = NULL;
    *out = p;
    return EXH_OK;
}

static struct pair *wait_for_oldest(struct pairs *p)
{
    struct pair *pair = &p->pair[p->oldest];

    if (p->threads)
        p->config.workers->finish(p->config.workers->ctx, &pair->work);
    p->oldest = (p->oldest + 1) % p->size;
    p->begun--;
    return pair;
}

static enum exh_status take_oldest(struct pairs *p, struct exh_error *err)
{
    struct pair *pair = wait_for_oldest(p);

    if (pair->leaf_status != EXH_OK)
        return fail(err, pair->leaf_status, "chunk %" PRIu64 ": cannot be hashed", pair->first);
    for (size_t i = 0; i < pair->n && !p->config.open; i++)
        if (!pair->good[i])
            return fail(err, EXH_CRYPTO, "chunk %" PRIu64 ": cannot be sealed", pair->first + i);
    return p->config.take(p->config.ctx, pair, err);
}

enum exh_status pairs_drain(struct pairs *p, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (p->begun && status == EXH_OK)
        status = take_oldest(p, err);
    return status;
}

enum exh_status pairs_next(struct pairs *p, struct pair **out, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    // Alone, what is sealed is written while it is in the cache.
    if (!p->threads)
        status = pairs_drain(p, err);
    else if (p->begun == p->size)
        status = take_oldest(p, err);
    if (status != EXH_OK)
        return status;
    struct pair *pair = &p->pair[(p->oldest + p->begun) % p->size];
    pair->n = 0;
    pair->last = false;
    for (size_t i = 0; i < PAIR_N; i++)
        pair->in[i] = pair->bytes + i * PAIR_STEP;
    *out = pair;
    return EXH_OK;
}

void pairs_begin(struct pairs *p, struct pair *pair)
{
    p->begun++;
    if (p->threads)
        p->config.workers->begin(p->config.workers->ctx, &pair->work);
    else
        pair->work.run(&pair->work);
}

void pairs_free(struct pairs *p)
{
    if (!p)
        return;
    while (p->begun)
        (void)wait_for_oldest(p);
    for (size_t i = 0; i < p->size; i++)
        aead_free(p->pair[i].aead);
    if (p->bytes)
        wipe(p->bytes, p->size * PAIR_BYTES);
    free(p->bytes);
    free(p);
}
