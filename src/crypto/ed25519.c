#include "crypto/ed25519.h"

#include "crypto/key.h"
#include "crypto/openssl.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

static const struct sig_alg ed25519 = { .kind = SIG_ED25519 };

enum exh_status openssl_ed25519_check(const uint8_t public_key[ED25519_SIZE], struct exh_bytes text,
                                      const uint8_t signature[ED25519_SIGNATURE],
                                      struct exh_judgement *out, struct exh_error *err)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_SIZE);

    if (!key) // any 32 bytes are accepted here: a point that is none is found when it verifies
        return fail_no_memory(err);
    *out = (struct exh_judgement){
        .holds = sig_holds(key, &ed25519, text, (struct exh_bytes){ signature, ED25519_SIGNATURE })
    };
    if (!out->holds)
        snprintf(out->reason, sizeof out->reason, "the signature does not hold");
    EVP_PKEY_free(key);
    return EXH_OK;
}

enum exh_status ed25519_signer(const struct exh_key *key, struct exh_signer *out,
                               uint8_t public_key[ED25519_SIZE], struct exh_error *err)
{
    uint8_t raw[ED25519_SIZE];
    size_t n = sizeof raw;
    struct exh_signer signer;

    if (EVP_PKEY_get_base_id(key->pkey) != EVP_PKEY_ED25519)
        return fail(err, EXH_UNSUPPORTED, "the private key is not of the kind ed25519");
    if (!EVP_PKEY_get_raw_public_key(key->pkey, raw, &n) || n != sizeof raw) {
        ERR_clear_error();
        return fail(err, EXH_CRYPTO, "the public key of the private key cannot be had");
    }
    enum exh_status status = key_signer(key, EXH_EDDSA, &signer, err);
    if (status)
        return status;
    memcpy(public_key, raw, sizeof raw);
    *out = signer;
    return EXH_OK;
}
