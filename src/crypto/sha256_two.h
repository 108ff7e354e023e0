/*
 * sha256_two.h -- SHA-256 of two messages side by side on one core.
 *
 * A round of SHA-256 waits for the one before. Two messages in one loop fill each other's waits: with the
 * SHA extensions of x86 1.9 times the speed of one after the other. Without them, and for messages of
 * different sizes, both go through OpenSSL, with the same digests.
 */
#ifndef CRYPTO_SHA256_TWO_H
#define CRYPTO_SHA256_TWO_H

#include <stdbool.h>

#include "base/macros.h"

#include <exhibit/bytes.h>

/*
 * The digests of two messages, each with `prefix` in front (a few bytes, or none: at most 63). False
 * only when OpenSSL fails.
 */
NODISCARD bool sha256_two(struct exh_bytes prefix, const struct exh_bytes messages[2],
                          uint8_t digests[2][32]);

/* The same, always through OpenSSL: what the other is measured against. */
NODISCARD bool sha256_two_portable(struct exh_bytes prefix, const struct exh_bytes messages[2],
                                   uint8_t digests[2][32]);

/* SHA-256 of one message with its prefix, through OpenSSL. */
NODISCARD bool sha256_one(struct exh_bytes prefix, struct exh_bytes message, uint8_t digest[32]);

/* Whether this machine has what the fast way needs. */
bool sha256_two_is_fast(void);

#endif
