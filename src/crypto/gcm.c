#include "crypto/gcm.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

struct gcm {
    EVP_CIPHER_CTX *ctx; // holds the key
};

static bool set_key(EVP_CIPHER_CTX *ctx, const uint8_t key[GCM_KEY])
{
    return EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, NULL, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, GCM_NONCE, NULL) == 1 &&
           EVP_DecryptInit_ex(ctx, NULL, NULL, key, NULL) == 1;
}

struct gcm *gcm_new(const uint8_t key[GCM_KEY])
{
    struct gcm *g = calloc(1, sizeof *g);

    if (g)
        g->ctx = EVP_CIPHER_CTX_new();
    if (!g || !g->ctx || !set_key(g->ctx, key)) {
        ERR_clear_error();
        gcm_free(g);
        return NULL;
    }
    return g;
}

void gcm_free(struct gcm *g)
{
    if (g)
        EVP_CIPHER_CTX_free(g->ctx); // wipes the key
    free(g);
}

static bool decrypt(EVP_CIPHER_CTX *ctx, const uint8_t nonce[GCM_NONCE], const uint8_t tag[GCM_TAG],
                    uint8_t *p, size_t n)
{
    uint8_t wanted[GCM_TAG]; // the control takes no const
    int got = 0, rest = 0;

    memcpy(wanted, tag, sizeof wanted);
    return n <= INT_MAX && EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, nonce) == 1 &&
           EVP_DecryptUpdate(ctx, p, &got, p, (int)n) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, wanted) == 1 &&
           EVP_DecryptFinal_ex(ctx, p + got, &rest) == 1 && (size_t)got + (size_t)rest == n;
}

bool gcm_open(struct gcm *g, const uint8_t nonce[GCM_NONCE], const uint8_t tag[GCM_TAG], uint8_t *p,
              size_t n)
{
    if (decrypt(g->ctx, nonce, tag, p, n))
        return true;
    ERR_clear_error();
    memset(p, 0, n);
    return false;
}
