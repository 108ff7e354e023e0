#include "crypto/openssl.h"

#include "crypto/library.h"

#include <limits.h>

#include <openssl/rand.h>

static enum exh_status random_bytes(uint8_t *to, size_t n, struct exh_error *err)
{
    if (n > INT_MAX)
        return fail(err, EXH_LIMIT, "%zu random bytes at once", n);
    if (n && RAND_bytes(to, (int)n) != 1)
        return fail_openssl(err, EXH_CRYPTO, "no random numbers");
    return EXH_OK;
}

static const struct exh_crypto table = {
    .hash_new = openssl_hash_new,
    .hash_update = openssl_hash_update,
    .hash_final = openssl_hash_final,
    .hash_free = openssl_hash_free,
    .chain_new = openssl_chain_new,
    .chain_free = openssl_chain_free,
    .chain_certificate = openssl_chain_certificate,
    .chain_profile = openssl_chain_profile,
    .chain_path = openssl_chain_path,
    .chain_verify = openssl_chain_verify,
    .stamp_check = openssl_stamp_check,
    .ocsp_check = openssl_ocsp_check,
    .ocsp_request = openssl_ocsp_request,
    .unbrotli = brotli_unpack,
    .random = random_bytes,
    .leaf_digests = openssl_leaf_digests,
    .ed25519_check = openssl_ed25519_check,
};

const struct exh_crypto *exh_crypto_openssl(void)
{
    return &table;
}
