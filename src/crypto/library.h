/*
 * library.h -- what is fetched of OpenSSL once and used by every call, from any thread.
 *
 * Looking an algorithm up by its name costs more than hashing a claim, so it is done once.
 * Nothing in here changes after it was made.
 */
#ifndef CRYPTO_LIBRARY_H
#define CRYPTO_LIBRARY_H

#include <openssl/evp.h>

#include "base/error.h"
#include "crypto/sha256_lanes.h"

#include <exhibit/crypto.h>

enum curve { CURVE_P256, CURVE_P384, CURVE_P521, CURVES_N };

struct library {
    EVP_MD *md[EXH_SHA512 + 1]; // by enum exh_hash; [EXH_HASH_NONE] is NULL
    EVP_CIPHER *chacha20_poly1305, *aes_128_gcm;
    EVP_MAC *hmac;
    // Keys that have a curve and no point yet: copying one is five times faster than making one.
    EVP_PKEY *curves[CURVES_N];
    sha256_lanes_fn *lanes; // NULL: this machine has no instructions for it
    // A library context without algorithms. A certificate parsed in it keeps its public key as bytes,
    // which takes 10 us: OpenSSL 3.0 spends 85 more on finding a decoder for the key (public_key.c).
    OSSL_LIB_CTX *bare;
};

/* Borrowed for ever; NULL when OpenSSL is not usable at all. */
const struct library *crypto_library(void);

/* fail() with OpenSSL's newest reason behind the sentence; empties its queue. */
PRINTF_LIKE(3, 4)
enum exh_status fail_openssl(struct exh_error *err, enum exh_status status, const char *fmt, ...);

#endif
