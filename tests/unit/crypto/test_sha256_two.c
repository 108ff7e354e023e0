/*
 * Two SHA-256 side by side: each way that this machine has gives OpenSSL's digests, for every size around
 * the borders of blocks and chunks, with prefixes, at any address. And the leaves of the table.
 */
#include "check.h"

#include "base/text.h"
#include "crypto/sha256_lanes.h"
#include "crypto/sha256_two.h"

#include <exhibit/crypto.h>

#include <openssl/evp.h>

#define BYTES_MAX (1 << 20)
#define ROOM      64 // bytes in front of a message, to move it about

static uint8_t bytes[2][ROOM + BYTES_MAX];

static void fill(void)
{
    uint32_t x = 1;

    for (size_t i = 0; i < sizeof bytes[0]; i++) {
        x = x * 1664525 + 1013904223;
        bytes[0][i] = (uint8_t)(x >> 24);
        bytes[1][i] = (uint8_t)(x >> 16);
    }
}

static void openssl_digest(struct exh_bytes prefix, const uint8_t *p, size_t n, uint8_t digest[32])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(ctx, prefix.p, prefix.n) || !EVP_DigestUpdate(ctx, p, n) ||
        !EVP_DigestFinal_ex(ctx, digest, NULL))
        abort();
    EVP_MD_CTX_free(ctx);
}

// One size through every way; both messages are copies of their own, to the byte.
static void check_size(size_t n, size_t prefix_n)
{
    static const uint8_t prefix_bytes[SHA256_BLOCK] = { 0, 0xFF, 7 };
    const struct exh_bytes prefix = { prefix_bytes, prefix_n };
    uint8_t *a = exact_copy(bytes[0] + n % ROOM, n), *b = exact_copy(bytes[1], n);
    const struct exh_bytes messages[2] = { { a, n }, { b, n } };
    uint8_t want[2][32], got[2][32];
    sha256_lanes_fn *lanes;

    openssl_digest(prefix, a, n, want[0]);
    openssl_digest(prefix, b, n, want[1]);
    for (size_t i = 0; (lanes = sha256_lanes_at(i)); i++) {
        memset(got, 0, sizeof got);
        lanes(prefix, a, b, n, got);
        CHECK(memcmp(got, want, sizeof got) == 0, "way %zu: %zu bytes behind %zu", i, n, prefix_n);
    }
    memset(got, 0, sizeof got);
    CHECK(sha256_two(prefix, messages, got) && memcmp(got, want, sizeof got) == 0,
          "%zu bytes behind %zu", n, prefix_n);
    memset(got, 0, sizeof got);
    CHECK(sha256_two_portable(prefix, messages, got) && memcmp(got, want, sizeof got) == 0,
          "portable: %zu bytes behind %zu", n, prefix_n);
    free(a);
    free(b);
}

static void test_sizes(void)
{
    static const size_t large[] = { 4095, 4096, 65535, 65536, 65537, 65551, 65552, 65553, 1000003 };
    static const size_t prefixes[] = { 0, 1, 2, 31, 32, 33, 55, 56, 62, 63 };

    for (size_t k = 0; k < ARRAY_N(prefixes); k++) {
        for (size_t n = 0; n <= 4 * SHA256_BLOCK + 1; n++)
            check_size(n, prefixes[k]);
    }
    for (size_t i = 0; i < ARRAY_N(large); i++) {
        check_size(large[i], 0);
        check_size(large[i], 1);
    }
}

// At every address: loads of the lanes are not aligned.
static void test_addresses(void)
{
    const struct exh_bytes none = { 0 };
    uint8_t want[2][32], got[2][32];

    for (size_t at = 0; at < ROOM; at++) {
        const struct exh_bytes messages[2] = { { bytes[0] + at, 1000 },
                                               { bytes[1] + 63 - at, 1000 } };
        openssl_digest(none, messages[0].p, 1000, want[0]);
        openssl_digest(none, messages[1].p, 1000, want[1]);
        CHECK(sha256_two(none, messages, got) && memcmp(got, want, sizeof got) == 0, "offset %zu",
              at);
    }
}

static void test_other_sizes(void)
{
    const struct exh_bytes prefix = { (const uint8_t *)"x", 1 };
    uint8_t want[2][32], got[2][32];

    for (size_t n = 0; n < 200; n++) {
        const struct exh_bytes messages[2] = { { bytes[0], n }, { bytes[1], 200 - n } };
        openssl_digest(prefix, bytes[0], n, want[0]);
        openssl_digest(prefix, bytes[1], 200 - n, want[1]);
        CHECK(sha256_two(prefix, messages, got) && memcmp(got, want, sizeof got) == 0,
              "%zu and %zu bytes", n, 200 - n);
    }
}

// FIPS 180-4's own examples, so that not everything rests on one library.
static void test_known(void)
{
    static const char longer[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    const struct exh_bytes none = { 0 }, abc[2] = { bytes_of("abc"), bytes_of("abc") };
    const struct exh_bytes two_blocks[2] = { bytes_of(longer), bytes_of(longer) };
    uint8_t got[2][32];
    char hex[65];

    for (size_t i = 0; i < 2; i++) {
        CHECK(sha256_two(none, abc, got), "abc");
        hex_write(hex, got[i], 32);
        CHECK(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0,
              "abc in lane %zu: %s", i, hex);
        CHECK(sha256_two(none, two_blocks, got), "two blocks");
        hex_write(hex, got[i], 32);
        CHECK(strcmp(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1") == 0,
              "two blocks in lane %zu: %s", i, hex);
    }
}

// Any number of chunks, the last one of another size: each leaf is SHA-256(00 || chunk).
static void test_leaves(void)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    static const uint8_t mark = 0;
    struct exh_bytes chunks[9];
    uint8_t got[9][32], want[32];
    struct exh_error err = { .text = "" };

    for (size_t n = 0; n <= ARRAY_N(chunks); n++) {
        for (size_t i = 0; i < n; i++)
            chunks[i] = (struct exh_bytes){ bytes[i % 2] + i, i + 1 == n ? 17 : 65552 };
        memset(got, 0, sizeof got);
        CHECK(crypto->leaf_digests(chunks, n, got, &err) == EXH_OK, "%zu: %s", n, err.text);
        for (size_t i = 0; i < n; i++) {
            openssl_digest((struct exh_bytes){ &mark, 1 }, chunks[i].p, chunks[i].n, want);
            CHECK(memcmp(got[i], want, 32) == 0, "leaf %zu of %zu", i, n);
        }
        for (size_t k = 0; n < ARRAY_N(chunks) && k < 32; k++)
            CHECK(!got[n][k], "a leaf behind the %zu", n);
    }
}

int main(void)
{
    fill();
    CHECK(sha256_two_is_fast() == (sha256_lanes_at(0) != NULL), "the choice");
    test_known();
    test_sizes();
    test_addresses();
    test_other_sizes();
    test_leaves();
    return check_done();
}
