#include "crypto/kdf.h"

#include "base/wipe.h"
#include "crypto/library.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#define SCRYPT_R       8
#define SCRYPT_P       1
#define SCRYPT_BLOCK   (128 * SCRYPT_R)    // bytes for each step of N
#define SCRYPT_BESIDES ((uint64_t)1 << 20) // bytes that OpenSSL counts besides; 2 KiB would do
#define LABELS_MAX     6                   // views that an info comes in

static const uint8_t nothing[1]; // OpenSSL takes NULL for "the key of before"

static const uint8_t *not_null(struct exh_bytes b)
{
    return b.n ? b.p : nothing;
}

static bool mac_parts(EVP_MAC_CTX *ctx, struct exh_bytes key, const struct exh_bytes *parts,
                      size_t n_parts, uint8_t mac[SHA256_SIZE])
{
    char digest[] = "SHA256"; // OSSL_PARAM has no const form
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                            OSSL_PARAM_construct_end() };
    size_t size = 0;

    if (!ctx || !EVP_MAC_init(ctx, not_null(key), key.n, params))
        return false;
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].n && !EVP_MAC_update(ctx, parts[i].p, parts[i].n))
            return false;
    }
    return EVP_MAC_final(ctx, mac, &size, SHA256_SIZE) && size == SHA256_SIZE;
}

enum exh_status hmac_sha256(struct exh_bytes key, const struct exh_bytes *parts, size_t n_parts,
                            uint8_t mac[SHA256_SIZE], struct exh_error *err)
{
    const struct library *lib = crypto_library();
    EVP_MAC_CTX *ctx = lib ? EVP_MAC_CTX_new(lib->hmac) : NULL;
    bool made = mac_parts(ctx, key, parts, n_parts, mac);

    EVP_MAC_CTX_free(ctx); // wipes the key
    wipe_stack();
    if (made)
        return EXH_OK;
    wipe(mac, SHA256_SIZE);
    return fail_openssl(err, EXH_CRYPTO, "HMAC-SHA256 could not be computed");
}

enum exh_status hkdf_expand(const uint8_t prk[SHA256_SIZE], const struct exh_bytes *info,
                            size_t n_parts, uint8_t *out, size_t n, struct exh_error *err)
{
    struct exh_bytes parts[1 + LABELS_MAX + 1]; // the block before, info, the block's number
    uint8_t block[SHA256_SIZE] = { 0 }, number = 0;
    enum exh_status status = EXH_OK;

    if (n > HKDF_MAX || n_parts > LABELS_MAX)
        return fail(err, EXH_LIMIT, "HKDF: %zu bytes from %zu labels, limits are %d and %d", n,
                    n_parts, HKDF_MAX, LABELS_MAX);
    parts[0] = (struct exh_bytes){ 0 };
    for (size_t i = 0; i < n_parts; i++)
        parts[1 + i] = info[i];
    parts[1 + n_parts] = (struct exh_bytes){ &number, 1 };
    for (size_t at = 0; at < n && !status; at += SHA256_SIZE) {
        number++;
        status =
            hmac_sha256((struct exh_bytes){ prk, SHA256_SIZE }, parts, n_parts + 2, block, err);
        memcpy(out + at, block, n - at < sizeof block ? n - at : sizeof block);
        parts[0] = (struct exh_bytes){ block, sizeof block };
    }
    wipe(block, sizeof block);
    if (status)
        wipe(out, n);
    return status;
}

enum exh_status hkdf_sha256(struct exh_bytes secret, struct exh_bytes salt, struct exh_bytes info,
                            uint8_t *out, size_t n, struct exh_error *err)
{
    uint8_t prk[SHA256_SIZE];
    enum exh_status status = hmac_sha256(salt, &secret, 1, prk, err);

    if (!status)
        status = hkdf_expand(prk, &info, 1, out, n, err);
    wipe(prk, sizeof prk);
    return status;
}

enum exh_status scrypt_key(struct exh_bytes passphrase, struct exh_bytes salt, unsigned log_n,
                           uint8_t key[32], struct exh_error *err)
{
    if (log_n < 1 || log_n > SCRYPT_LOG_N_MAX)
        return fail(err, EXH_LIMIT, "scrypt: work factor 2^%u is not 2^1 to 2^%d", log_n,
                    SCRYPT_LOG_N_MAX);
    if (passphrase.n > SCRYPT_PASSPHRASE_MAX)
        return fail(err, EXH_LIMIT, "passphrase of %zu bytes is longer than %d", passphrase.n,
                    SCRYPT_PASSPHRASE_MAX);

    const uint64_t steps = (uint64_t)1 << log_n;
    // OpenSSL takes the passphrase as text; it reads exactly n bytes.
    int made =
        EVP_PBE_scrypt((const char *)not_null(passphrase), passphrase.n, not_null(salt), salt.n,
                       steps, SCRYPT_R, SCRYPT_P, steps * SCRYPT_BLOCK + SCRYPT_BESIDES, key, 32);
    wipe_stack();
    if (made)
        return EXH_OK;
    wipe(key, 32);
    return fail_openssl(
        err,
        ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE ? EXH_NO_MEMORY : EXH_CRYPTO,
        "scrypt with work factor 2^%u", log_n);
}

bool equal_secret(const uint8_t *a, const uint8_t *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}
