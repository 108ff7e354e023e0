/*
 * hpke_parts.h -- the two halves of HPKE that come before the cipher (RFC 9180, "Cryptographic
 * Dependencies" and "Hybrid Public Key Encryption").
 */
#ifndef CRYPTO_HPKE_PARTS_H
#define CRYPTO_HPKE_PARTS_H

#include "crypto/hpke.h"

#define HPKE_SHARED  32 // bytes
#define HPKE_NONCE   12 // bytes
#define HPKE_KEY_MAX 32 // bytes

/* Secret: the caller wipes it. */
struct hpke_keys {
    uint8_t key[HPKE_KEY_MAX]; // the cipher's: 16 or 32 bytes of it
    uint8_t nonce[HPKE_NONCE];
};

/*
 * Encap(): what the holder of `to` will share with whoever knows this ephemeral key. shared is secret.
 * EXH_MALFORMED  EXH_CRYPTO
 */
NODISCARD enum exh_status hpke_encap(const struct exh_key *ephemeral, const uint8_t to[P256_POINT],
                                     uint8_t shared[HPKE_SHARED], uint8_t enc[P256_POINT],
                                     struct exh_error *err);

/* Decap(). EXH_MALFORMED  EXH_UNSUPPORTED (not a key of P-256)  EXH_CRYPTO */
NODISCARD enum exh_status hpke_decap(const struct exh_key *key, const uint8_t enc[P256_POINT],
                                     uint8_t shared[HPKE_SHARED], struct exh_error *err);

/* KeySchedule() of the base mode. EXH_LIMIT (info over HPKE_MAX)  EXH_CRYPTO */
NODISCARD enum exh_status hpke_schedule(enum hpke_aead aead, const uint8_t shared[HPKE_SHARED],
                                        struct exh_bytes info, struct hpke_keys *out,
                                        struct exh_error *err);

#endif
