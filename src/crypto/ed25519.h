/* ed25519.h -- keys that stand for themselves, without a certificate: those of a log (RFC 8032). */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/error.h"

#include <exhibit/key.h>

#define ED25519_SIZE      32 // bytes of a public key
#define ED25519_SIGNATURE 64

/*
 * A signer of this key, with no certificates, and its public key. The key is borrowed for the signer's
 * life. EXH_UNSUPPORTED: a key of another kind.
 */
NODISCARD enum exh_status ed25519_signer(const struct exh_key *key, struct exh_signer *out,
                                         uint8_t public_key[ED25519_SIZE], struct exh_error *err);

#endif
