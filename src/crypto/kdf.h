/*
 * kdf.h -- keys from secrets: HMAC, HKDF and scrypt, all over SHA-256.
 *
 * All fail only when out of memory or when OpenSSL is not usable: EXH_CRYPTO; outputs are then zeros.
 * No output may overlap an input.
 */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include <stdbool.h>

#include "base/error.h"

#include <exhibit/bytes.h>

#define SHA256_SIZE           32                  // bytes
#define HKDF_MAX              (255 * SHA256_SIZE) // bytes of one output
#define SCRYPT_LOG_N_MAX      22                  // 4 GiB of memory; the most that age takes
#define SCRYPT_PASSPHRASE_MAX (64 << 10)          // bytes

/* HMAC-SHA256 (RFC 2104) over n_parts views, one after the other. */
NODISCARD enum exh_status hmac_sha256(struct exh_bytes key, const struct exh_bytes *parts,
                                      size_t n_parts, uint8_t mac[SHA256_SIZE],
                                      struct exh_error *err);

/* HKDF's first step (RFC 5869, "Step 1: Extract") is hmac_sha256() with the salt as key. */

/*
 * HKDF's second step (RFC 5869, "Step 2: Expand"): n bytes, at most HKDF_MAX, else EXH_LIMIT.
 * info comes in n_parts views.
 */
NODISCARD enum exh_status hkdf_expand(const uint8_t prk[SHA256_SIZE], const struct exh_bytes *info,
                                      size_t n_parts, uint8_t *out, size_t n,
                                      struct exh_error *err);

/* Both steps. An empty salt is as good as none. EXH_LIMIT over HKDF_MAX. */
NODISCARD enum exh_status hkdf_sha256(struct exh_bytes secret, struct exh_bytes salt,
                                      struct exh_bytes info, uint8_t *out, size_t n,
                                      struct exh_error *err);

/*
 * scrypt (RFC 7914) with r = 8, p = 1 and N = 2^log_n, as age has it: 1 KiB << log_n of memory.
 * EXH_LIMIT: log_n is not 1 to SCRYPT_LOG_N_MAX, or the passphrase is over SCRYPT_PASSPHRASE_MAX.
 * EXH_NO_MEMORY  EXH_CRYPTO
 */
NODISCARD enum exh_status scrypt_key(struct exh_bytes passphrase, struct exh_bytes salt,
                                     unsigned log_n, uint8_t key[32], struct exh_error *err);

/* Whether n bytes are equal, in a time that does not tell where they differ. */
NODISCARD bool equal_secret(const uint8_t *a, const uint8_t *b, size_t n);

#endif
