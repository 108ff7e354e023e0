/*
 * gcm.h -- AES-128-GCM as EncroCrypt2 has it: nonces of 16 bytes, no associated data; for reading only.
 *
 * A nonce that is not 12 bytes long is hashed into the first counter block (NIST SP 800-38D, "Specification
 * of the GCM Authenticated Decryption Function").
 */
#ifndef CRYPTO_GCM_H
#define CRYPTO_GCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define GCM_KEY   16 // bytes
#define GCM_NONCE 16
#define GCM_TAG   16

struct gcm; // one key; used by one thread at a time

/* The key is copied, and wiped by gcm_free(). NULL when out of memory, or OpenSSL is not usable. */
NODISCARD struct gcm *gcm_new(const uint8_t key[GCM_KEY]);
void gcm_free(struct gcm *g); // NULL is allowed

/*
 * Decrypt n bytes in place. Returns whether the tag holds; when it does not, the bytes are zeros: nothing
 * unauthenticated comes out.
 */
NODISCARD bool gcm_open(struct gcm *g, const uint8_t nonce[GCM_NONCE], const uint8_t tag[GCM_TAG],
                        uint8_t *p, size_t n);

#endif
