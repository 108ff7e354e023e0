/*
 * sha256_lanes.h -- SHA-256 of two messages of one size, interleaved, with the SHA extensions of x86.
 */
#ifndef CRYPTO_SHA256_LANES_H
#define CRYPTO_SHA256_LANES_H

#include <exhibit/bytes.h>

#define SHA256_BLOCK 64 // bytes

/*
 * The digests of prefix || a and prefix || b, n bytes each. The prefix is less than a block.
 */
typedef void sha256_lanes_fn(struct exh_bytes prefix, const uint8_t *a, const uint8_t *b, size_t n,
                             uint8_t digests[2][32]);

/*
 * The functions that this machine can run, the fastest first, borrowed for ever; NULL behind the last. Asks
 * the processor each time, which may take long in a virtual machine.
 */
sha256_lanes_fn *sha256_lanes_at(size_t i);

#endif
