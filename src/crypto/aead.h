/*
 * aead.h -- ChaCha20-Poly1305 (RFC 8439) under one key, many messages: the cipher of age's chunks.
 *
 *     struct aead *a = aead_new(key);
 *     ok = a && aead_seal(a, nonce, chunk, n, sealed);
 *     aead_free(a);
 *
 * The caller never uses a nonce twice with one key, but to open. There is no associated data: age has
 * none. One object is used by one thread at a time; each thread makes its own.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define AEAD_KEY   32        // bytes
#define AEAD_NONCE 12        // bytes
#define AEAD_TAG   16        // bytes, behind the ciphertext
#define AEAD_MAX   (1 << 30) // bytes of one message

struct aead;

/* The key is copied, and wiped by aead_free(). NULL when out of memory, or OpenSSL is not usable. */
NODISCARD struct aead *aead_new(const uint8_t key[AEAD_KEY]);
void aead_free(struct aead *a); // NULL is allowed

/*
 * Seal n bytes into out, which has room for n + AEAD_TAG: ciphertext, then the tag. out may be in, and
 * else does not overlap it. False only if n is over AEAD_MAX, or OpenSSL fails: then out is of no use.
 */
NODISCARD bool aead_seal(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in,
                         size_t n, uint8_t *out);

/*
 * Open n bytes, tag included, into out, which has room for n - AEAD_TAG; overlap as above. Returns
 * whether the tag holds; when it does not, those bytes of out are zeros: nothing unauthenticated comes out.
 */
NODISCARD bool aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE], const uint8_t *in,
                         size_t n, uint8_t *out);

/* One message under a key of its own, the nonce zeros: how age wraps a file key. */
NODISCARD bool aead_seal_once(const uint8_t key[AEAD_KEY], const uint8_t *in, size_t n,
                              uint8_t *out);
NODISCARD bool aead_open_once(const uint8_t key[AEAD_KEY], const uint8_t *in, size_t n,
                              uint8_t *out);

#endif
