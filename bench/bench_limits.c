/*
 * bench_limits.c -- what the primitives of sealing reach on this machine, alone and one after the other.
 *
 *     bench_limits [SECONDS]     one JSON line a figure: {"name","unit","value"}
 *
 * All in memory, 64 KiB chunks. The works take turns, round after round, so that all see the same
 * machine; values are medians of the rounds: GB/s of wall time, and NAME_cpu in GB per CPU-second.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "base/macros.h"
#include "crypto/aead.h"
#include "crypto/sha256_two.h"

#define CHUNK       65536u
#define SEALED      (CHUNK + AEAD_TAG)
#define CHUNKS      1024u // 64 MiB: more than caches hold
#define LONG        (1u << 20)
#define THREADS_MAX 2
#define ROUNDS_MIN  5
#define ROUNDS_MAX  99

static const uint8_t key[AEAD_KEY] = { 1, 2, 3 };
static const uint8_t mark = 0; // in front of a chunk, in its leaf
static const struct exh_bytes prefix = { &mark, 1 };

/* A part of the chunks, for one thread. */
struct part {
    uint8_t *plain, *sealed; // of all chunks
    size_t from, to;         // both even
    bool failed;
};

typedef void work_fn(struct part *p);

static void nonce_of(size_t chunk, uint8_t nonce[AEAD_NONCE])
{
    memset(nonce, 0, AEAD_NONCE);
    for (int i = 0; i < 8; i++)
        nonce[10 - i] = (uint8_t)((uint64_t)chunk >> (8 * i));
}

static bool seal_chunk(struct aead *a, const struct part *p, size_t i)
{
    uint8_t nonce[AEAD_NONCE];

    nonce_of(i, nonce);
    return aead_seal(a, nonce, p->plain + i * CHUNK, CHUNK, p->sealed + i * SEALED);
}

static bool open_chunk(struct aead *a, const struct part *p, size_t i)
{
    uint8_t nonce[AEAD_NONCE];

    nonce_of(i, nonce);
    return aead_open(a, nonce, p->sealed + i * SEALED, SEALED, p->plain + i * CHUNK);
}

typedef bool two_fn(struct exh_bytes before, const struct exh_bytes messages[2],
                    uint8_t digests[2][32]);

static bool hash_pair(const struct part *p, size_t i, two_fn *two)
{
    const struct exh_bytes chunks[2] = { { p->sealed + i * SEALED, SEALED },
                                         { p->sealed + (i + 1) * SEALED, SEALED } };
    uint8_t digests[2][32];

    return two(prefix, chunks, digests);
}

static void chacha(struct part *p)
{
    struct aead *a = aead_new(key);

    for (size_t i = p->from; i < p->to; i++)
        p->failed |= !a || !seal_chunk(a, p, i);
    aead_free(a);
}

// The cipher without us: OpenSSL's context reused, 1 MiB a message.
static void chacha_long(struct part *p)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const size_t end = p->to * CHUNK;
    uint8_t nonce[AEAD_NONCE];
    int n;

    p->failed |= !ctx || !EVP_EncryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, NULL);
    for (size_t at = p->from * CHUNK; !p->failed && at < end; at += LONG) {
        const size_t size = end - at < LONG ? end - at : LONG;
        nonce_of(at, nonce);
        p->failed |= !EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, nonce) ||
                     !EVP_EncryptUpdate(ctx, p->sealed + at, &n, p->plain + at, (int)size) ||
                     !EVP_EncryptFinal_ex(ctx, p->sealed + at + n, &n);
    }
    EVP_CIPHER_CTX_free(ctx);
}

static void hash(struct part *p, two_fn *two)
{
    for (size_t i = p->from; i < p->to; i += 2)
        p->failed |= !hash_pair(p, i, two);
}

static void hash_one(struct part *p)
{
    hash(p, sha256_two_portable);
}

static void hash_two(struct part *p)
{
    hash(p, sha256_two);
}

static void seal(struct part *p, two_fn *two)
{
    struct aead *a = aead_new(key);

    for (size_t i = p->from; i < p->to; i += 2)
        p->failed |=
            !a || !seal_chunk(a, p, i) || !seal_chunk(a, p, i + 1) || !hash_pair(p, i, two);
    aead_free(a);
}

static void seal_one(struct part *p)
{
    seal(p, sha256_two_portable);
}

static void seal_two(struct part *p)
{
    seal(p, sha256_two);
}

static void open_two(struct part *p)
{
    struct aead *a = aead_new(key);

    for (size_t i = p->from; i < p->to; i += 2)
        p->failed |=
            !a || !hash_pair(p, i, sha256_two) || !open_chunk(a, p, i) || !open_chunk(a, p, i + 1);
    aead_free(a);
}

// open_two follows a work that seals chunks, and finds them sealed.
static const struct {
    const char *name;
    work_fn *work;
    size_t threads;
} works[] = {
    { "chacha20_poly1305_1MiB", chacha_long, 1 }, { "chacha20_poly1305", chacha, 1 },
    { "sha256_one_lane", hash_one, 1 },           { "sha256_two_lanes", hash_two, 1 },
    { "seal_one_lane_1", seal_one, 1 },           { "seal_one_lane_2", seal_one, 2 },
    { "seal_two_lanes_1", seal_two, 1 },          { "seal_two_lanes_2", seal_two, 2 },
    { "open_two_lanes_1", open_two, 1 },          { "open_two_lanes_2", open_two, 2 },
};

#define WORKS_N ARRAY_N(works)

struct job {
    work_fn *work;
    struct part part;
};

static void *run_job(void *job)
{
    struct job *j = job;

    j->work(&j->part);
    return NULL;
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail_with(const char *what)
{
    fprintf(stderr, "bench_limits: %s failed\n", what);
    exit(1);
}

static void run(size_t w, uint8_t *plain, uint8_t *sealed)
{
    pthread_t threads[THREADS_MAX];
    struct job jobs[THREADS_MAX];
    const size_t n = works[w].threads, each = CHUNKS / n;

    for (size_t i = 0; i < n; i++) {
        jobs[i] = (struct job){ works[w].work, { plain, sealed, i * each, (i + 1) * each, false } };
        if (n > 1 && pthread_create(&threads[i], NULL, run_job, &jobs[i]) != 0)
            fail_with("pthread_create");
    }
    if (n == 1)
        run_job(jobs);
    for (size_t i = 0; i < n; i++) {
        if (n > 1)
            pthread_join(threads[i], NULL);
        if (jobs[i].part.failed)
            fail_with(works[w].name);
    }
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, compare_doubles);
    return v[n / 2];
}

int main(int argc, char **argv)
{
    static double wall[WORKS_N][ROUNDS_MAX], cpu[WORKS_N][ROUNDS_MAX];
    const double limit = argc > 1 ? atof(argv[1]) : 15.0, bytes = (double)CHUNKS * CHUNK;
    uint8_t *plain = malloc((size_t)CHUNKS * CHUNK), *sealed = malloc((size_t)CHUNKS * SEALED);
    size_t rounds = 0;

    if (!plain || !sealed)
        fail_with("malloc");
    memset(plain, 0xA5, (size_t)CHUNKS * CHUNK);
    memset(sealed, 0, (size_t)CHUNKS * SEALED);
    run(0, plain, sealed); // warms up
    const double begin = seconds(CLOCK_MONOTONIC);
    while (rounds < ROUNDS_MAX &&
           (rounds < ROUNDS_MIN || seconds(CLOCK_MONOTONIC) - begin < limit)) {
        for (size_t w = 0; w < WORKS_N; w++) {
            const double w0 = seconds(CLOCK_MONOTONIC), c0 = seconds(CLOCK_PROCESS_CPUTIME_ID);
            run(w, plain, sealed);
            wall[w][rounds] = bytes / 1e9 / (seconds(CLOCK_MONOTONIC) - w0);
            cpu[w][rounds] = bytes / 1e9 / (seconds(CLOCK_PROCESS_CPUTIME_ID) - c0);
        }
        rounds++;
    }
    for (size_t w = 0; w < WORKS_N; w++) {
        printf("{\"name\":\"%s\",\"unit\":\"GB/s\",\"value\":%.4f}\n", works[w].name,
               median(wall[w], rounds));
        printf("{\"name\":\"%s_cpu\",\"unit\":\"GB/CPU-s\",\"value\":%.4f}\n", works[w].name,
               median(cpu[w], rounds));
    }
    free(plain);
    free(sealed);
    return 0;
}
