#include "crypto/cipher.h"

#include "base/wipe.h"

#include <string.h>

#include <openssl/err.h>

EVP_CIPHER_CTX *cipher_new(const EVP_CIPHER *cipher, const uint8_t *key, size_t nonce_n)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    // The size of the nonce comes before the key: OpenSSL asks for it in this order.
    if (ctx && EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, 1, NULL) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce_n, NULL) > 0 &&
        EVP_CipherInit_ex2(ctx, NULL, key, NULL, 1, NULL))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    return NULL;
}

// All but the tag, which is to be set before, or got after.
static bool run(EVP_CIPHER_CTX *ctx, struct exh_bytes aad, const uint8_t *in, size_t n,
                uint8_t *out)
{
    int done = 0, rest = 0;

    if (aad.n && !EVP_CipherUpdate(ctx, NULL, &done, aad.p, (int)aad.n))
        return false;
    if (n && (!EVP_CipherUpdate(ctx, out, &done, in, (int)n) || (size_t)done != n))
        return false;
    return EVP_CipherFinal_ex(ctx, out + n, &rest) > 0 && rest == 0;
}

bool cipher_seal(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct exh_bytes aad, const uint8_t *in,
                 size_t n, uint8_t *out, uint8_t tag[CIPHER_TAG])
{
    bool sealed = n <= CIPHER_MAX && aad.n <= CIPHER_MAX &&
                  EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, 1, NULL) &&
                  run(ctx, aad, in, n, out) &&
                  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG, tag) > 0;

    if (!sealed)
        ERR_clear_error();
    wipe_stack();
    return sealed;
}

bool cipher_open(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct exh_bytes aad, const uint8_t *in,
                 size_t n, const uint8_t tag[CIPHER_TAG], uint8_t *out)
{
    uint8_t wanted[CIPHER_TAG]; // the control takes no const

    memcpy(wanted, tag, sizeof wanted);
    bool opened = n <= CIPHER_MAX && aad.n <= CIPHER_MAX &&
                  EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, 0, NULL) &&
                  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG, wanted) > 0 &&
                  run(ctx, aad, in, n, out);

    if (!opened) {
        wipe(out, n); // it was decrypted before the tag was found wrong
        ERR_clear_error();
    }
    wipe_stack();
    return opened;
}
