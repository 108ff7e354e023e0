#include "crypto/x25519.h"

#include "base/wipe.h"

#include <stddef.h>

#include <openssl/err.h>
#include <openssl/evp.h>

bool x25519_public(const uint8_t secret[X25519_SIZE], uint8_t public[X25519_SIZE])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, X25519_SIZE);
    size_t n = X25519_SIZE;
    bool made = key && EVP_PKEY_get_raw_public_key(key, public, &n) && n == X25519_SIZE;

    EVP_PKEY_free(key); // wipes the secret
    ERR_clear_error();
    wipe_stack();
    return made;
}

bool x25519_shared(const uint8_t secret[X25519_SIZE], const uint8_t peer[X25519_SIZE],
                   uint8_t shared[X25519_SIZE])
{
    EVP_PKEY *ours = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, X25519_SIZE);
    EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, X25519_SIZE);
    EVP_PKEY_CTX *ctx = ours ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
    size_t n = X25519_SIZE;
    uint8_t any = 0;

    bool made = theirs && ctx && EVP_PKEY_derive_init(ctx) > 0 &&
                EVP_PKEY_derive_set_peer(ctx, theirs) > 0 && EVP_PKEY_derive(ctx, shared, &n) > 0 &&
                n == X25519_SIZE;
    for (size_t i = 0; made && i < X25519_SIZE; i++)
        any |= shared[i];
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(ours);
    ERR_clear_error();
    wipe_stack();
    if (any)
        return true;
    wipe(shared, X25519_SIZE);
    return false;
}
