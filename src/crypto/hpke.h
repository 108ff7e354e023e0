/*
 * hpke.h -- one message to a P-256 key: HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256) and
 * HKDF-SHA256. age's p256tag stanza is such a message with ChaCha20-Poly1305.
 */
#ifndef CRYPTO_HPKE_H
#define CRYPTO_HPKE_H

#include "crypto/p256.h"

#define HPKE_TAG 16        // bytes that sealing adds
#define HPKE_MAX (1 << 20) // bytes of info, of aad and of a message

/* RFC 9180, "Authenticated Encryption with Associated Data (AEAD) Functions". */
enum hpke_aead {
    HPKE_AES_128_GCM = 1,
    HPKE_CHACHA20_POLY1305 = 3,
};

/*
 * Seal plain to a public key: RFC 9180, "Encryption and Decryption" in "Single-Shot APIs".
 *
 * to    the recipient's point, uncompressed
 * enc   receives the encapsulated key: an uncompressed point
 * out   receives plain.n + HPKE_TAG bytes
 *
 * EXH_MALFORMED  `to` is no point of the curve
 * EXH_LIMIT  EXH_CRYPTO
 */
NODISCARD enum exh_status hpke_p256_seal(enum hpke_aead aead, const uint8_t to[P256_POINT],
                                         struct exh_bytes info, struct exh_bytes aad,
                                         struct exh_bytes plain, uint8_t enc[P256_POINT],
                                         uint8_t *out, struct exh_error *err);

/*
 * Open a message into out, which has room for sealed.n - HPKE_TAG bytes.
 *
 * EXH_DENIED       the tag does not hold: it is for another key, or info, aad or a byte differ
 * EXH_MALFORMED    enc is no point of the curve, or sealed is shorter than a tag
 * EXH_UNSUPPORTED  the key is not one of P-256
 * EXH_LIMIT  EXH_CRYPTO
 */
NODISCARD enum exh_status hpke_p256_open(enum hpke_aead aead, const struct exh_key *key,
                                         const uint8_t enc[P256_POINT], struct exh_bytes info,
                                         struct exh_bytes aad, struct exh_bytes sealed,
                                         uint8_t *out, struct exh_error *err);

#endif
