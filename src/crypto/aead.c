#include "crypto/aead.h"

#include "base/wipe.h"
#include "crypto/library.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

struct aead {
    EVP_CIPHER_CTX *ctx; // holds the key; each message gives it a direction and a nonce
};

struct aead *aead_new(const uint8_t key[AEAD_KEY])
{
    const struct library *lib = crypto_library();
    struct aead *a = calloc(1, sizeof *a);

    if (a && lib && (a->ctx = EVP_CIPHER_CTX_new()) &&
        EVP_CipherInit_ex2(a->ctx, lib->chacha20_poly1305, key, NULL, 1, NULL))
        return a;
    aead_free(a);
    ERR_clear_error();
    return NULL;
}

void aead_free(struct aead *a)
{
    if (a)
        EVP_CIPHER_CTX_free(a->ctx); // wipes the key
    free(a);
}

// One message without its tag, which is to be set before, or got after.
static bool run(EVP_CIPHER_CTX *ctx, const uint8_t *in, size_t n, uint8_t *out)
{
    int done = 0, rest = 0;

    if (n && (!EVP_CipherUpdate(ctx, out, &done, in, (int)n) || (size_t)done != n))
        return false;
    return EVP_CipherFinal_ex(ctx, out + n, &rest) > 0 && rest == 0;
}

bool aead_seal(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in, size_t n,
               uint8_t *out)
{
    if (n <= AEAD_MAX && EVP_CipherInit_ex2(a->ctx, NULL, NULL, nonce, 1, NULL) &&
        run(a->ctx, in, n, out) &&
        EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, out + n) > 0)
        return true;
    ERR_clear_error();
    return false;
}

bool aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in, size_t n,
               uint8_t *out)
{
    uint8_t tag[AEAD_TAG];

    if (n < AEAD_TAG || n - AEAD_TAG > AEAD_MAX)
        return false;
    n -= AEAD_TAG;
    memcpy(tag, in + n, sizeof tag);
    if (EVP_CipherInit_ex2(a->ctx, NULL, NULL, nonce, 0, NULL) &&
        EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, tag) > 0 &&
        run(a->ctx, in, n, out))
        return true;
    wipe(out, n); // it was decrypted before the tag was found wrong
    ERR_clear_error();
    return false;
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
