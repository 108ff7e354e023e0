/*
 * commit.h -- the commitment in an open entry: it ties file key, nonce and sealer's certificate together.
 *
 * ChaCha20-Poly1305 alone does not commit to its key: one ciphertext can be made to open under two keys, to
 * two pictures. And a signature over ciphertext can be replaced by another's. The commitment is derived
 * from the key and names the certificate, so neither is possible unseen by whoever holds the key.
 *
 * Spec: docs/seal-format.md, "Keys".
 */
#ifndef SEAL_COMMIT_H
#define SEAL_COMMIT_H

#include "seal/file_key.h"

#define COMMIT_N 32

/* The commitment of a key and nonce to a certificate (DER). EXH_CRYPTO  EXH_NO_MEMORY */
NODISCARD enum exh_status commit_make(const struct exh_crypto *crypto, const struct file_key *key,
                                      const uint8_t nonce[AGE_NONCE_N],
                                      struct exh_bytes certificate, uint8_t commit[COMMIT_N],
                                      struct exh_error *err);

/* Whether a commitment is the one of key, nonce and certificate. Fails as commit_make(). */
NODISCARD enum exh_status commit_check(const struct exh_crypto *crypto, const struct file_key *key,
                                       const uint8_t nonce[AGE_NONCE_N],
                                       struct exh_bytes certificate, const uint8_t commit[COMMIT_N],
                                       bool *holds, struct exh_error *err);

#endif
