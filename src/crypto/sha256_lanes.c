/*
 * Two lanes of SHA-256 (FIPS 180-4, "SHA-256"), after the instructions of Intel's "SHA Extensions".
 *
 * sha256rnds2 does two rounds and takes four cycles or more until the next one may begin, but another
 * lane's can begin at once. So each step does the same for both lanes, and the compiler has nothing to
 * wait for. Two lanes fill the sixteen registers; a third would spill.
 */
#include "crypto/sha256_lanes.h"

#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define LANES 2

// As little as these instructions need. Whatever it is inlined into may have more.
#define LANE_CODE static inline __attribute__((always_inline, target("sha,sse4.1")))

// FIPS 180-4, "SHA-224 and SHA-256 Constants".
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The eight words of each lane as the instructions want them: A, B, E, F and C, D, G, H, A highest. */
struct lanes {
    __m128i abef[LANES], cdgh[LANES];
};

LANE_CODE struct lanes initial(void)
{
    struct lanes s;

    for (int i = 0; i < LANES; i++) { // FIPS 180-4, "SHA-256", the initial hash value
        s.abef[i] = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
        s.cdgh[i] = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
    }
    return s;
}

// Four rounds with the words w, in each lane.
LANE_CODE void rounds(struct lanes *s, const __m128i w[LANES], const uint32_t k[4])
{
    const __m128i constant = _mm_load_si128((const void *)k);

    for (int i = 0; i < LANES; i++) {
        __m128i sum = _mm_add_epi32(w[i], constant);
        s->cdgh[i] = _mm_sha256rnds2_epu32(s->cdgh[i], s->abef[i], sum);
        s->abef[i] = _mm_sha256rnds2_epu32(s->abef[i], s->cdgh[i], _mm_shuffle_epi32(sum, 0x0E));
    }
}

// The words that come sixteen after w0, in its place.
LANE_CODE void schedule(__m128i w0[LANES], const __m128i w1[LANES], const __m128i w2[LANES],
                        const __m128i w3[LANES])
{
    for (int i = 0; i < LANES; i++) {
        __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(w0[i], w1[i]), _mm_alignr_epi8(w3[i], w2[i], 4));
        w0[i] = _mm_sha256msg2_epu32(sum, w3[i]);
    }
}

// Sixteen bytes of each lane as big-endian words.
LANE_CODE void load(__m128i w[LANES], const uint8_t *a, const uint8_t *b)
{
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);

    w[0] = _mm_shuffle_epi8(_mm_loadu_si128((const void *)a), swap);
    w[1] = _mm_shuffle_epi8(_mm_loadu_si128((const void *)b), swap);
}

LANE_CODE void compress(struct lanes *s, const uint8_t *a, const uint8_t *b)
{
    const struct lanes before = *s;
    const uint32_t *k = constants;
    __m128i w0[LANES], w1[LANES], w2[LANES], w3[LANES];

    load(w0, a, b);
    load(w1, a + 16, b + 16);
    load(w2, a + 32, b + 32);
    load(w3, a + 48, b + 48);
    for (; k < constants + 48; k += 16) {
        rounds(s, w0, k);
        schedule(w0, w1, w2, w3);
        rounds(s, w1, k + 4);
        schedule(w1, w2, w3, w0);
        rounds(s, w2, k + 8);
        schedule(w2, w3, w0, w1);
        rounds(s, w3, k + 12);
        schedule(w3, w0, w1, w2);
    }
    rounds(s, w0, k);
    rounds(s, w1, k + 4);
    rounds(s, w2, k + 8);
    rounds(s, w3, k + 12);
    for (int i = 0; i < LANES; i++) {
        s->abef[i] = _mm_add_epi32(s->abef[i], before.abef[i]);
        s->cdgh[i] = _mm_add_epi32(s->cdgh[i], before.cdgh[i]);
    }
}

static void put_u32(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (24 - 8 * i));
}

LANE_CODE void finish(const struct lanes *s, uint8_t digests[LANES][32])
{
    static const uint8_t at[8] = { 20, 16, 4, 0, 28, 24, 12, 8 }; // of F, E, B, A, H, G, D, C
    uint32_t words[8];

    for (int i = 0; i < LANES; i++) {
        _mm_storeu_si128((void *)words, s->abef[i]);
        _mm_storeu_si128((void *)(words + 4), s->cdgh[i]);
        for (int j = 0; j < 8; j++)
            put_u32(digests[i] + at[j], words[j]);
    }
}

/* The beginning or the end of a lane, where its bytes are not in a row. */
struct edge {
    uint8_t p[2 * SHA256_BLOCK];
};

// What is left of a message, with its padding (FIPS 180-4, "SHA-1, SHA-224 and SHA-256"); blocks of it.
static size_t pad(struct edge *e, size_t used, const uint8_t *rest, size_t n, uint64_t whole)
{
    const size_t end = used + n, size = end < SHA256_BLOCK - 8 ? SHA256_BLOCK : 2 * SHA256_BLOCK;

    if (n)
        memcpy(e->p + used, rest, n);
    memset(e->p + end, 0, size - end);
    e->p[end] = 0x80;
    put_u32(e->p + size - 8, (uint32_t)(whole * 8 >> 32));
    put_u32(e->p + size - 4, (uint32_t)(whole * 8));
    return size / SHA256_BLOCK;
}

LANE_CODE void hash(struct exh_bytes prefix, const uint8_t *a, const uint8_t *b, size_t n,
                    uint8_t digests[LANES][32])
{
    struct lanes s = initial();
    struct edge ea, eb;
    const uint64_t whole = (uint64_t)prefix.n + n;
    size_t used = prefix.n, at = 0;

    if (used) {
        memcpy(ea.p, prefix.p, used);
        memcpy(eb.p, prefix.p, used);
    }
    if (used && whole >= SHA256_BLOCK) {
        at = SHA256_BLOCK - used;
        memcpy(ea.p + used, a, at);
        memcpy(eb.p + used, b, at);
        compress(&s, ea.p, eb.p);
        used = 0;
    }
    for (; !used && n - at >= SHA256_BLOCK; at += SHA256_BLOCK)
        compress(&s, a + at, b + at);
    size_t blocks = pad(&ea, used, a + at, n - at, whole);
    pad(&eb, used, b + at, n - at, whole);
    for (size_t i = 0; i < blocks; i++)
        compress(&s, ea.p + i * SHA256_BLOCK, eb.p + i * SHA256_BLOCK);
    finish(&s, digests);
}

__attribute__((target("sha,sse4.1"))) static void hash_sse(struct exh_bytes prefix,
                                                           const uint8_t *a, const uint8_t *b,
                                                           size_t n, uint8_t digests[LANES][32])
{
    hash(prefix, a, b, n, digests);
}

// The same in AVX's encoding: after code that uses wide registers, as ChaCha20 does, the older one is slow.
__attribute__((target("sha,avx2"))) static void hash_avx(struct exh_bytes prefix, const uint8_t *a,
                                                         const uint8_t *b, size_t n,
                                                         uint8_t digests[LANES][32])
{
    hash(prefix, a, b, n, digests);
}

static int has_sha(void)
{
    unsigned a, b = 0, c, d;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

sha256_lanes_fn *sha256_lanes_at(size_t i)
{
    if (!has_sha() || !__builtin_cpu_supports("sse4.1"))
        return NULL;
    if (__builtin_cpu_supports("avx2")) {
        if (!i)
            return hash_avx;
        i--;
    }
    return i ? NULL : hash_sse;
}

#else

sha256_lanes_fn *sha256_lanes_at(size_t i)
{
    (void)i;
    return NULL;
}

#endif
