/* p256.h -- points of P-256 as recipients: of a private key, of a certificate, as bytes. */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include <stdbool.h>

#include "base/error.h"

#include <exhibit/bytes.h>
#include <exhibit/key.h>

#define P256_POINT  65 // bytes: 04, x, y (SEC1, uncompressed)
#define P256_PACKED 33 // bytes: 02 or 03, x (SEC1, compressed)

/* A point of either form, uncompressed. False unless it lies on the curve. */
NODISCARD bool p256_unpack(struct exh_bytes point, uint8_t out[P256_POINT]);

/* The compressed form of a point that p256_unpack() or another function here has written. */
void p256_pack(const uint8_t point[P256_POINT], uint8_t out[P256_PACKED]);

/* The public key of a private one; false when that is not a key of P-256. */
NODISCARD bool p256_of_key(const struct exh_key *key, uint8_t out[P256_POINT]);

/*
 * The public key of a DER certificate, and the SHA-256 of its SubjectPublicKeyInfo as it stands there.
 * Nothing of the certificate is judged: no signature, time or use.
 *
 * EXH_UNSUPPORTED  a key of another kind: p256_of_cert() only
 * EXH_MALFORMED  EXH_LIMIT (over EXH_CERT_MAX)  EXH_CRYPTO
 */
NODISCARD enum exh_status p256_of_cert(struct exh_bytes der, uint8_t out[P256_POINT],
                                       struct exh_error *err);
NODISCARD enum exh_status cert_spki_sha256(struct exh_bytes der, uint8_t sha256[32],
                                           struct exh_error *err);

#endif
