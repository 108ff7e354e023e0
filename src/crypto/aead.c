#include "crypto/aead.h"

#include "crypto/cipher.h"
#include "crypto/library.h"

#include <assert.h>
#include <stdlib.h>

static_assert(AEAD_TAG == CIPHER_TAG && AEAD_MAX == CIPHER_MAX, "the same tags and limits");

struct aead {
    EVP_CIPHER_CTX *ctx; // holds the key; each message gives it a direction and a nonce
};

static const struct exh_bytes no_aad = { 0 };

struct aead *aead_new(const uint8_t key[AEAD_KEY])
{
    const struct library *lib = crypto_library();
    struct aead *a = calloc(1, sizeof *a);

    if (a && lib && (a->ctx = cipher_new(lib->chacha20_poly1305, key, AEAD_NONCE)))
        return a;
    free(a);
    return NULL;
}

void aead_free(struct aead *a)
{
    if (a)
        EVP_CIPHER_CTX_free(a->ctx);
    free(a);
}

bool aead_seal(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in, size_t n,
               uint8_t *out)
{
    return cipher_seal(a->ctx, nonce, no_aad, in, n, out, out + n);
}

bool aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in, size_t n,
               uint8_t *out)
{
    return n >= AEAD_TAG &&
           cipher_open(a->ctx, nonce, no_aad, in, n - AEAD_TAG, in + n - AEAD_TAG, out);
}

static const uint8_t zeros[AEAD_NONCE];

bool aead_seal_once(const uint8_t key[AEAD_KEY], const uint8_t *in, size_t n, uint8_t *out)
{
    struct aead *a = aead_new(key);
    bool sealed = a && aead_seal(a, zeros, in, n, out);

    aead_free(a);
    return sealed;
}

bool aead_open_once(const uint8_t key[AEAD_KEY], const uint8_t *in, size_t n, uint8_t *out)
{
    struct aead *a = aead_new(key);
    bool opened = a && aead_open(a, zeros, in, n, out);

    aead_free(a);
    return opened;
}
