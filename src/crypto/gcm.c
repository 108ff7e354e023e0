#include "crypto/gcm.h"

#include "crypto/cipher.h"
#include "crypto/library.h"

#include <assert.h>
#include <stdlib.h>

static_assert(GCM_TAG == CIPHER_TAG, "the same tags");

struct gcm {
    EVP_CIPHER_CTX *ctx; // holds the key
};

struct gcm *gcm_new(const uint8_t key[GCM_KEY])
{
    const struct library *lib = crypto_library();
    struct gcm *g = calloc(1, sizeof *g);

    if (g && lib && (g->ctx = cipher_new(lib->aes_128_gcm, key, GCM_NONCE)))
        return g;
    free(g);
    return NULL;
}

void gcm_free(struct gcm *g)
{
    if (g)
        EVP_CIPHER_CTX_free(g->ctx);
    free(g);
}

bool gcm_open(struct gcm *g, const uint8_t nonce[GCM_NONCE], const uint8_t tag[GCM_TAG], uint8_t *p,
              size_t n)
{
    const struct exh_bytes no_aad = { 0 };

    return cipher_open(g->ctx, nonce, no_aad, p, n, tag, p);
}
