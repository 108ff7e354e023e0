/*
 * cipher.h -- one message through an authenticated cipher of OpenSSL: what aead.c, hpke.c and others share.
 */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include <stdbool.h>

#include <openssl/evp.h>

#include <exhibit/bytes.h>

#define CIPHER_TAG 16        // bytes
#define CIPHER_MAX (1 << 30) // bytes of one message, and of associated data

/*
 * A cipher with its key, and nonces of so many bytes; owned, EVP_CIPHER_CTX_free(), which wipes the key.
 * NULL when out of memory, or OpenSSL is not usable.
 */
EVP_CIPHER_CTX *cipher_new(const EVP_CIPHER *cipher, const uint8_t *key, size_t nonce_n);

/*
 * Seal n bytes into out. out may be in, and else does not overlap it. False only over CIPHER_MAX, or when
 * OpenSSL fails. Leaves no OpenSSL error behind, as below, and nothing of the key on the stack, where
 * OpenSSL's ChaCha20 does.
 */
bool cipher_seal(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct exh_bytes aad, const uint8_t *in,
                 size_t n, uint8_t *out, uint8_t tag[CIPHER_TAG]);

/* Open n bytes. When the tag does not hold, out gets zeros: nothing unauthenticated comes out. */
bool cipher_open(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct exh_bytes aad, const uint8_t *in,
                 size_t n, const uint8_t tag[CIPHER_TAG], uint8_t *out);

#endif
