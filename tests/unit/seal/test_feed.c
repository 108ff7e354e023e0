/* Chunks by pairs and threads are those that one thread makes, one after the other. */
#include "age_case.h"
#include "seal/feed.h"
#include "seal/filler.h"
#include "seal/leaf.h"
#include "seal_world.h"

#define SIZE_MAX_HERE ((size_t)1200000)

static struct world w;
static struct exh_error err;
static uint8_t *plain;
static const uint8_t nonce[AGE_NONCE_N] = "0123456789abcde";

/* What came out, in the order in which it was taken. */
struct out {
    struct exh_memory_sink sealed;
    uint8_t leaves[64][32];
    uint64_t chunks;
    int fail_after; // pairs; 0: never
};

static enum exh_status take(void *ctx, const struct pair *pair, struct exh_error *e)
{
    struct out *o = ctx;
    const struct exh_sink sink = exh_sink_memory(&o->sealed);
    enum exh_status status = EXH_OK;

    if (o->fail_after && --o->fail_after == 0)
        return fail(e, EXH_IO, "the disk is full");
    CHECK(pair->first == o->chunks, "chunk %d after %d", (int)pair->first, (int)o->chunks);
    for (size_t i = 0; i < pair->n && status == EXH_OK; i++) {
        memcpy(o->leaves[o->chunks++], pair->leaves[i], 32);
        status = sink.write(sink.ctx, pair->bytes + i * PAIR_STEP, pair->out_n[i], e);
    }
    return status;
}

static struct pairs *pairs_for(const struct file_key *key, const struct exh_workers *workers,
                               struct out *o)
{
    const struct pairs_config config = {
        .key = key, .nonce = nonce, .crypto = w.crypto, .workers = workers, .take = take, .ctx = o
    };
    struct pairs *pairs = NULL;

    must(pairs_new(&config, &pairs, &err), &err);
    return pairs;
}

/* The same by age_stream.h: nonce, then chunks. */
static struct exh_memory_sink by_one(const struct file_key *key, size_t n)
{
    struct exh_memory_sink m = { .p = malloc(SIZE_MAX_HERE * 2), .size = SIZE_MAX_HERE * 2 };
    const struct exh_sink to = exh_sink_memory(&m);
    struct age_writer *writer = NULL;

    must(age_writer_new(key, nonce, &to, &writer, &err), &err);
    const struct exh_sink in = age_writer_sink(writer);
    must(in.write(in.ctx, plain, n, &err), &err);
    must(age_writer_end(writer, &err), &err);
    age_writer_free(writer);
    return m;
}

enum way { IN_PIECES, WITH_FLUSHES, LENT, LENT_LATE, WAYS_N };

static enum exh_status feed_all(struct feed *f, enum way way, size_t n)
{
    enum exh_status status = EXH_OK;
    size_t at = 0;

    if (way == LENT_LATE && n > 10) {
        status = feed_write(f, plain, 10, &err);
        at = 10;
    }
    if (way == LENT || way == LENT_LATE)
        return status == EXH_OK ? feed_lend(f, plain + at, n - at, &err) : status;
    for (size_t step = 1; at < n && status == EXH_OK; step = step * 3 + 7) {
        const size_t piece = step % 100000 < n - at ? step % 100000 : n - at;
        status = feed_write(f, plain + at, piece, &err);
        at += piece;
        if (status == EXH_OK && way == WITH_FLUSHES && at < n)
            status = feed_flush(f, at % 2, &err);
    }
    return status;
}

static void check_leaves(const struct out *o, const struct exh_memory_sink *want)
{
    uint64_t at = AGE_NONCE_N;

    for (uint64_t i = 0; i < o->chunks; i++) {
        const size_t n = want->n - at < AGE_SEALED_N ? (size_t)(want->n - at) : AGE_SEALED_N;
        const struct exh_bytes chunk = { want->p + at, n };
        uint8_t leaf[1][32];
        must(leaf_digests(w.crypto, &chunk, 1, leaf, &err), &err);
        CHECK(memcmp(leaf[0], o->leaves[i], 32) == 0, "leaf %d", (int)i);
        at += n;
    }
}

static void test_same(size_t n, const struct exh_workers *workers)
{
    struct file_key *key = NULL;

    must(file_key_new(w.crypto, &key, &err), &err);
    const struct exh_memory_sink want = by_one(key, n);
    for (int way = 0; way < WAYS_N; way++) {
        struct out o = { .sealed = { .p = malloc(want.n), .size = want.n } };
        struct pairs *pairs = pairs_for(key, workers, &o);
        struct feed feed = feed_into(pairs);
        CHECK(feed_all(&feed, (enum way)way, n) == EXH_OK, "%s", err.text);
        CHECK(feed.n == n && feed_end(&feed, &err) == EXH_OK, "%zu bytes: %s", n, err.text);
        CHECK(o.sealed.n == want.n - AGE_NONCE_N &&
                  memcmp(o.sealed.p, want.p + AGE_NONCE_N, o.sealed.n) == 0,
              "%zu bytes in way %d: %zu sealed bytes, or other ones", n, way, o.sealed.n);
        check_leaves(&o, &want);
        pairs_free(pairs);
        free(o.sealed.p);
    }
    free(want.p);
    file_key_free(key);
}

/* An end without a byte behind chunks that are sealed already would be no age file. */
static void test_empty_end(void)
{
    struct out o = { .sealed = { .p = malloc(SIZE_MAX_HERE), .size = SIZE_MAX_HERE } };
    struct file_key *key = NULL;

    must(file_key_new(w.crypto, &key, &err), &err);
    struct pairs *pairs = pairs_for(key, NULL, &o);
    struct feed feed = feed_into(pairs);
    must(feed_write(&feed, plain, AGE_CHUNK_N, &err), &err);
    CHECK(feed_open_bytes(&feed) == AGE_CHUNK_N, "a full chunk waits");
    must(feed_flush(&feed, false, &err), &err);
    CHECK(o.chunks == 0 && feed_open_bytes(&feed) == AGE_CHUNK_N, "it may be the last one");
    must(feed_flush(&feed, true, &err), &err);
    CHECK(o.chunks == 1 && feed_open_bytes(&feed) == 0, "more will follow");
    CHECK(feed_end(&feed, &err) == EXH_INVALID, "an empty last chunk");
    CHECK(feed_write(&feed, plain, 1, &err) == EXH_OK && feed_end(&feed, &err) == EXH_OK, "%s",
          err.text);
    CHECK(o.chunks == 2, "%d chunks", (int)o.chunks);
    pairs_free(pairs);
    free(o.sealed.p);
    file_key_free(key);
}

/* Who takes fails: all work in flight is waited for, nothing hangs. */
static void test_failing(const struct exh_workers *workers)
{
    struct file_key *key = NULL;

    must(file_key_new(w.crypto, &key, &err), &err);
    for (int after = 1; after < 10; after++) {
        struct out o = { .sealed = { .p = malloc(SIZE_MAX_HERE * 2), .size = SIZE_MAX_HERE * 2 },
                         .fail_after = after };
        struct pairs *pairs = pairs_for(key, workers, &o);
        struct feed feed = feed_into(pairs);
        enum exh_status status = feed_write(&feed, plain, SIZE_MAX_HERE, &err);
        if (status == EXH_OK)
            status = feed_end(&feed, &err);
        CHECK(status == EXH_IO && strcmp(err.text, "the disk is full") == 0, "%d: %s", after,
              err.text);
        pairs_free(pairs);
        free(o.sealed.p);
    }
    file_key_free(key);
}

/* Opening by pairs: every chunk that is altered is told, and gives no byte. */
static uint8_t opened[64];

static enum exh_status note_opened(void *ctx, const struct pair *pair, struct exh_error *e)
{
    (void)ctx, (void)e;
    for (size_t i = 0; i < pair->n; i++) {
        const uint64_t chunk = pair->first + i;
        opened[chunk] = pair->good[i];
        if (pair->good[i])
            CHECK(memcmp(pair->bytes + i * PAIR_STEP, plain + chunk * AGE_CHUNK_N,
                         pair->out_n[i]) == 0,
                  "chunk %d has other bytes", (int)chunk);
    }
    return EXH_OK;
}

static void test_opening(const struct exh_workers *workers)
{
    enum { CHUNKS = 7 };
    const size_t n = CHUNKS * AGE_CHUNK_N - 100;
    struct file_key *key = NULL;
    struct pairs *pairs = NULL;

    must(file_key_new(w.crypto, &key, &err), &err);
    const struct exh_memory_sink sealed = by_one(key, n);
    sealed.p[AGE_NONCE_N + 3 * AGE_SEALED_N + 5] ^= 1;
    const struct pairs_config config = { .open = true,
                                         .key = key,
                                         .nonce = nonce,
                                         .crypto = w.crypto,
                                         .workers = workers,
                                         .take = note_opened };
    must(pairs_new(&config, &pairs, &err), &err);
    memset(opened, 2, sizeof opened);
    for (size_t i = 0; i < CHUNKS; i += PAIR_N) {
        struct pair *pair = NULL;
        must(pairs_next(pairs, &pair, &err), &err);
        pair->first = i;
        for (; pair->n < PAIR_N && i + pair->n < CHUNKS; pair->n++) {
            const size_t at = AGE_NONCE_N + (i + pair->n) * AGE_SEALED_N;
            pair->in[pair->n] = sealed.p + at;
            pair->in_n[pair->n] = sealed.n - at < AGE_SEALED_N ? sealed.n - at : AGE_SEALED_N;
        }
        pair->last = i + pair->n == CHUNKS;
        pairs_begin(pairs, pair);
    }
    must(pairs_drain(pairs, &err), &err);
    for (size_t i = 0; i < CHUNKS; i++)
        CHECK(opened[i] == (i != 3), "chunk %zu: %d", i, opened[i]);
    pairs_free(pairs);
    free(sealed.p);
    file_key_free(key);
}

/* Fillers reach the border, go beyond it only where they must, and are what players skip. */
static void test_filler(void)
{
    static const enum exh_filler kinds[] = { EXH_FILLER_BMFF, EXH_FILLER_TS, EXH_FILLER_MATROSKA };
    static const size_t beyond[] = { 7, 187, 1 };
    uint8_t *to = malloc(FILLER_MAX);

    for (size_t k = 0; k < ARRAY_N(kinds); k++)
        for (size_t gap = 1; gap < AGE_CHUNK_N; gap++) {
            const size_t n = filler_write(kinds[k], gap, to);
            size_t told = 0;
            if (k == 0)
                told = (size_t)to[0] << 24 | (size_t)to[1] << 16 | (size_t)to[2] << 8 | to[3];
            else if (k == 1)
                told = n % 188 == 0 && to[n - 188] == 0x47 && to[n - 187] == 0x1F ? n : 0;
            else if (to[1] & 0x80)
                told = 2 + (size_t)(to[1] & 0x7F);
            else if (to[1] & 0x40)
                told = 3 + ((size_t)(to[1] & 0x3F) << 8 | to[2]);
            else
                told = 4 + ((size_t)(to[1] & 0x1F) << 16 | (size_t)to[2] << 8 | to[3]);
            if (n < gap || n - gap > beyond[k] || told != n)
                CHECK(false, "kind %zu, gap %zu: %zu bytes, which say %zu", k, gap, n, told);
        }
    CHECK(filler_write_least(EXH_FILLER_BMFF, to) == 8 && memcmp(to, "\0\0\0\10free", 8) == 0,
          "the least box");
    CHECK(filler_write_least(EXH_FILLER_MATROSKA, to) == 2 && memcmp(to, "\xEC\x80", 2) == 0,
          "the least element");
    free(to);
}

int main(void)
{
    static const size_t sizes[] = {
        0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 196608, 262144, 1000000,
    };

    world_begin(&w);
    plain = world_bytes(SIZE_MAX_HERE);
    const struct exh_workers *workers = exh_pool_workers(w.pool);
    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        test_same(sizes[i], NULL);
        test_same(sizes[i], workers);
    }
    test_empty_end();
    test_failing(NULL);
    test_failing(workers);
    test_opening(NULL);
    test_opening(workers);
    test_filler();
    free(plain);
    world_end(&w);
    return check_done();
}
