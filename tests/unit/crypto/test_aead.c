/* ChaCha20-Poly1305: the example of RFC 8439, every bit of a message, reuse of one object, in place. */
#include "check.h"

#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

#define N_MAX (65536 + AEAD_TAG)

static const char lady[] =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one "
    "tip for the future, sunscreen would be it.";

// Ciphertext: RFC 8439, "Example and Test Vector for AEAD_CHACHA20_POLY1305"; its tag is over
// associated data too. The tags here, over none, are those of Python's cryptography 48.
static const char *const sealed_lady = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736e"
                                       "e62d63dbea45e8ca9671282fafb69da92728b"
                                       "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee3280"
                                       "91b58fab324e4fad675945585808b4831d7bc"
                                       "3ff4def08e4b7a9de576d26586cec64b6116"
                                       "6a23a4681fd59456aea1d29f82477216";
static const char *const sealed_nothing = "a0784d7a4716f3feb4f64e7f4b39bf04";
static const uint8_t nonce[AEAD_NONCE] = { 7,    0,    0,    0,    0x40, 0x41,
                                           0x42, 0x43, 0x44, 0x45, 0x46, 0x47 };

static struct aead *new_aead(void)
{
    uint8_t key[AEAD_KEY];

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(0x80 + i);
    return aead_new(key);
}

static void check_example(struct aead *a, const char *text, size_t n, const char *want)
{
    uint8_t out[sizeof lady + AEAD_TAG], back[sizeof lady];
    char hex[2 * sizeof out + 1];
    uint8_t *in = exact_copy(text, n);

    CHECK(aead_seal(a, nonce, in, n, out), "%zu bytes are not sealed", n);
    hex_write(hex, out, n + AEAD_TAG);
    CHECK(strcmp(hex, want) == 0, "%zu bytes: %s", n, hex);
    CHECK(aead_open(a, nonce, out, n + AEAD_TAG, back) && memcmp(back, text, n) == 0,
          "%zu bytes do not open", n);
    free(in);
}

static bool all_zeros(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i])
            return false;
    }
    return true;
}

// Every bit of message, nonce and length counts, and nothing comes out of a wrong one.
static void test_changes(struct aead *a)
{
    uint8_t sealed[sizeof lady + AEAD_TAG], out[sizeof lady], other[AEAD_NONCE];
    const size_t n = sizeof lady + AEAD_TAG;

    CHECK(aead_seal(a, nonce, (const uint8_t *)lady, sizeof lady, sealed), "sealing");
    for (size_t bit = 0; bit < 8 * n; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(out, 0xEE, sizeof out);
        CHECK(!aead_open(a, nonce, sealed, n, out), "bit %zu", bit);
        CHECK(all_zeros(out, sizeof out), "bit %zu: what was not authentic came out", bit);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * AEAD_NONCE; bit++) {
        memcpy(other, nonce, sizeof other);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(!aead_open(a, other, sealed, n, out), "nonce bit %zu", bit);
    }
    for (size_t shorter = 0; shorter < n; shorter++)
        CHECK(!aead_open(a, nonce, sealed, shorter, out), "%zu bytes of it", shorter);
    CHECK(aead_open(a, nonce, sealed, n, out) && memcmp(out, lady, sizeof lady) == 0,
          "after all that the right one opens");
}

// Sizes about those of age's chunks, one object for all, into the buffer that they came from.
static void test_in_place(struct aead *a)
{
    static const size_t sizes[] = { 1, 15, 16, 17, 63, 64, 65, 511, 512, 513, 65535, 65536 };
    uint8_t *p = malloc(N_MAX), *apart = malloc(N_MAX);

    for (size_t i = 0; p && apart && i < ARRAY_N(sizes); i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            p[k] = (uint8_t)(k * 31 + i);
        CHECK(aead_seal(a, nonce, p, sizes[i], apart) && aead_seal(a, nonce, p, sizes[i], p) &&
                  memcmp(p, apart, sizes[i] + AEAD_TAG) == 0,
              "%zu bytes in place differ", sizes[i]);
        CHECK(aead_open(a, nonce, p, sizes[i] + AEAD_TAG, p), "%zu bytes in place", sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) {
            if (!CHECK(p[k] == (uint8_t)(k * 31 + i), "byte %zu of %zu", k, sizes[i]))
                break;
        }
        apart[sizes[i]] ^= 1;
        CHECK(!aead_open(a, nonce, apart, sizes[i] + AEAD_TAG, apart) && all_zeros(apart, sizes[i]),
              "%zu bytes in place, damaged", sizes[i]);
    }
    free(p);
    free(apart);
}

static void test_once(void)
{
    uint8_t key[AEAD_KEY] = { 1 }, sealed[16 + AEAD_TAG], out[16], again[16 + AEAD_TAG];
    const uint8_t file_key[16] = { 9 }, zeros[AEAD_NONCE] = { 0 };
    struct aead *a = aead_new(key);

    CHECK(aead_seal_once(key, file_key, 16, sealed) && aead_seal(a, zeros, file_key, 16, again) &&
              memcmp(sealed, again, sizeof again) == 0,
          "a message of its own differs");
    CHECK(aead_open_once(key, sealed, sizeof sealed, out) && memcmp(out, file_key, 16) == 0,
          "a message of its own does not open");
    key[31] ^= 1;
    CHECK(!aead_open_once(key, sealed, sizeof sealed, out) && all_zeros(out, 16), "another key");
    aead_free(a);
    aead_free(NULL);
}

static void test_secret(void)
{
    uint8_t *p = secret_new(64), *none = secret_new(0);

    CHECK(p && all_zeros(p, 64), "secret memory begins as zeros");
    CHECK(none, "no bytes");
    if (p)
        memset(p, 0xAA, 64);
    secret_free(p, 64);
    secret_free(none, 0);
    secret_free(NULL, 16);
}

int main(void)
{
    struct aead *a = new_aead();

    if (!CHECK(a, "no cipher"))
        return check_done();
    check_example(a, lady, sizeof lady - 1, sealed_lady);
    check_example(a, "", 0, sealed_nothing);
    test_changes(a);
    test_in_place(a);
    test_once();
    test_secret();
    aead_free(a);
    return check_done();
}
