/*
 * low_order.h -- public keys of X25519 that are none: whoever seals to one shares a secret of zeros.
 */
#ifndef FORMATS_LOW_ORDER_H
#define FORMATS_LOW_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Is it a point of low order, in any of its encodings? Every secret is a multiple of the cofactor, and takes
 * those points, and only those, to zero (RFC 7748, "Diffie-Hellman").
 */
bool x25519_low_order(const uint8_t point[32]);

#endif
