/* x25519.h -- Diffie-Hellman on Curve25519 (RFC 7748). Any 32 bytes are a secret. */
#ifndef CRYPTO_X25519_H
#define CRYPTO_X25519_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "formats/low_order.h"

#define X25519_SIZE 32 // bytes of a secret, of a public key, of what is shared

/* The public key of a secret. False only when OpenSSL fails. */
NODISCARD bool x25519_public(const uint8_t secret[X25519_SIZE], uint8_t public[X25519_SIZE]);

/*
 * What secret and peer share. False, and zeros, when that would be zeros: the peer's key is a point of
 * low order, and whoever knows nothing would share it too (RFC 7748, "Diffie-Hellman").
 */
NODISCARD bool x25519_shared(const uint8_t secret[X25519_SIZE], const uint8_t peer[X25519_SIZE],
                             uint8_t shared[X25519_SIZE]);

#endif
