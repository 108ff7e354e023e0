/*
 * AES-128-GCM with 16-byte nonces: what OpenSSL encrypts, and one message of another implementation.
 * The vector is of pycryptodome, which EncroCam uses; keys, nonce and text were made up for it.
 */
#include "check.h"

#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/gcm.h"

static void seal(const uint8_t *key, const uint8_t *nonce, uint8_t *p, size_t n, uint8_t *tag)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int got = 0;

    if (!ctx || EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, NULL, NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, GCM_NONCE, NULL) != 1 ||
        EVP_EncryptInit_ex(ctx, NULL, NULL, key, nonce) != 1 ||
        EVP_EncryptUpdate(ctx, p, &got, p, (int)n) != 1 ||
        EVP_EncryptFinal_ex(ctx, p + got, &got) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) != 1)
        abort();
    EVP_CIPHER_CTX_free(ctx);
}

static const uint8_t key[] = "sixteen bytes ok";
static const uint8_t nonce[] = "also sixteen byt";

static void test_sizes(void)
{
    static const size_t sizes[] = { 1, 15, 16, 17, 2048, 100000 };
    struct gcm *g = gcm_new(key);

    for (size_t i = 0; CHECK(g, "no cipher") && i < ARRAY_N(sizes); i++) {
        const size_t n = sizes[i];
        uint8_t *p = malloc(n), *zeros = calloc(1, n), tag[GCM_TAG], at[GCM_NONCE];
        if (!p || !zeros)
            abort();
        memcpy(at, nonce, sizeof at);
        memset(p, 'a', n);
        seal(key, nonce, p, n, tag);
        CHECK(gcm_open(g, nonce, tag, p, n) && p[0] == 'a' && p[n - 1] == 'a', "%zu bytes", n);

        seal(key, nonce, p, n, tag);
        p[n / 2] ^= 1;
        CHECK(!gcm_open(g, nonce, tag, p, n) && memcmp(p, zeros, n) == 0, "%zu, a bit", n);

        memset(p, 'a', n);
        seal(key, nonce, p, n, tag);
        tag[15] ^= 0x80;
        CHECK(!gcm_open(g, nonce, tag, p, n) && memcmp(p, zeros, n) == 0, "%zu, the tag", n);

        memset(p, 'a', n);
        seal(key, nonce, p, n, tag);
        at[3] ^= 4;
        CHECK(!gcm_open(g, at, tag, p, n), "%zu, another nonce", n);
        free(p);
        free(zeros);
    }
    gcm_free(g);
    gcm_free(NULL);
}

int main(void)
{
    uint8_t text[21], tag[GCM_TAG];
    struct gcm *g = gcm_new(key);

    if (!hex_read(bytes_of("264c25671ca5a22e9ab8efbf8fd77fff22e64ddb24"), text, sizeof text) ||
        !hex_read(bytes_of("fb4fd3171c99c527f6db79bf576ae22d"), tag, sizeof tag))
        abort();
    CHECK(g && gcm_open(g, nonce, tag, text, sizeof text) &&
              memcmp(text, "one frame of a street", sizeof text) == 0,
          "pycryptodome's message");
    gcm_free(g);
    test_sizes();
    return check_done();
}
