#include "crypto/hpke_parts.h"

#include "base/text.h"
#include "base/wipe.h"
#include "crypto/cert.h"
#include "crypto/cipher.h"
#include "crypto/kdf.h"
#include "crypto/key.h"

#include <assert.h>
#include <string.h>

#include <openssl/err.h>

// RFC 9180, "Algorithm Identifiers".
#define KEM_P256        0x0010
#define KDF_HKDF_SHA256 0x0001

static_assert(HPKE_TAG == CIPHER_TAG, "the same tags");

/* "suite_id" of the RFC: what every label is bound to. */
struct suite {
    uint8_t p[10];
    size_t n;
};

static const struct suite kem_suite = { { 'K', 'E', 'M', KEM_P256 >> 8, KEM_P256 & 0xFF }, 5 };

static struct suite hpke_suite(enum hpke_aead aead)
{
    return (struct suite){ { 'H', 'P', 'K', 'E', KEM_P256 >> 8, KEM_P256 & 0xFF,
                             KDF_HKDF_SHA256 >> 8, KDF_HKDF_SHA256 & 0xFF, (uint8_t)(aead >> 8),
                             (uint8_t)aead },
                           10 };
}

static const struct exh_bytes none = { 0 };

// LabeledExtract()
static enum exh_status extract(const struct suite *suite, struct exh_bytes salt, const char *label,
                               struct exh_bytes ikm, uint8_t prk[SHA256_SIZE],
                               struct exh_error *err)
{
    const struct exh_bytes parts[] = {
        bytes_of("HPKE-v1"), { suite->p, suite->n }, bytes_of(label), ikm
    };

    return hmac_sha256(salt, parts, ARRAY_N(parts), prk, err);
}

// LabeledExpand()
static enum exh_status expand(const struct suite *suite, const uint8_t prk[SHA256_SIZE],
                              const char *label, struct exh_bytes info, uint8_t *out, size_t n,
                              struct exh_error *err)
{
    const uint8_t size[] = { (uint8_t)(n >> 8), (uint8_t)n };
    const struct exh_bytes parts[] = {
        { size, sizeof size }, bytes_of("HPKE-v1"), { suite->p, suite->n }, bytes_of(label), info
    };

    return hkdf_expand(prk, parts, ARRAY_N(parts), out, n, err);
}

// The x coordinate of the product (RFC 9180, "DH-Based KEM"), by a device if the key is in one.
static bool multiply(const struct exh_key *key, EVP_PKEY *peer, uint8_t x[32])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(key->home ? key->home->libctx : NULL, key->pkey,
                                                   key->home ? key->home->propq : NULL);
    size_t n = 32;
    bool made = ctx && EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
                EVP_PKEY_derive(ctx, x, &n) > 0 && n == 32;

    EVP_PKEY_CTX_free(ctx);
    return made;
}

// ExtractAndExpand() over the product of our key and their point.
static enum exh_status agree(const struct exh_key *key, const uint8_t peer[P256_POINT],
                             const uint8_t enc[P256_POINT], const uint8_t to[P256_POINT],
                             uint8_t shared[HPKE_SHARED], struct exh_error *err)
{
    uint8_t x[32] = { 0 }, prk[SHA256_SIZE] = { 0 }, context[2 * P256_POINT];
    const char *why;
    enum exh_status status = EXH_OK;
    EVP_PKEY *pkey = public_point_read(CURVE_P256, (struct exh_bytes){ peer, P256_POINT }, &why);

    ERR_clear_error();
    if (!pkey)
        return fail(err, EXH_MALFORMED, "HPKE: %s", why);
    memcpy(context, enc, P256_POINT);
    memcpy(context + P256_POINT, to, P256_POINT);
    if (!multiply(key, pkey, x))
        status = fail_openssl(err, EXH_CRYPTO, "HPKE: no secret could be agreed on");
    if (!status)
        status = extract(&kem_suite, none, "eae_prk", (struct exh_bytes){ x, sizeof x }, prk, err);
    if (!status)
        status = expand(&kem_suite, prk, "shared_secret",
                        (struct exh_bytes){ context, sizeof context }, shared, HPKE_SHARED, err);
    EVP_PKEY_free(pkey);
    wipe(x, sizeof x);
    wipe(prk, sizeof prk);
    wipe_stack();
    return status;
}

static enum exh_status own_point(const struct exh_key *key, uint8_t point[P256_POINT],
                                 struct exh_error *err)
{
    if (!p256_of_key(key, point))
        return fail(err, EXH_UNSUPPORTED, "HPKE: the private key is not one of P-256");
    return EXH_OK;
}

enum exh_status hpke_encap(const struct exh_key *ephemeral, const uint8_t to[P256_POINT],
                           uint8_t shared[HPKE_SHARED], uint8_t enc[P256_POINT],
                           struct exh_error *err)
{
    enum exh_status status = own_point(ephemeral, enc, err);

    return status ? status : agree(ephemeral, to, enc, to, shared, err);
}

enum exh_status hpke_decap(const struct exh_key *key, const uint8_t enc[P256_POINT],
                           uint8_t shared[HPKE_SHARED], struct exh_error *err)
{
    uint8_t to[P256_POINT];
    enum exh_status status = own_point(key, to, err);

    return status ? status : agree(key, enc, enc, to, shared, err);
}

static size_t key_size(enum hpke_aead aead)
{
    switch (aead) {
    case HPKE_AES_128_GCM: return 16;
    case HPKE_CHACHA20_POLY1305: return 32;
    }
    return 0;
}

enum exh_status hpke_schedule(enum hpke_aead aead, const uint8_t shared[HPKE_SHARED],
                              struct exh_bytes info, struct hpke_keys *out, struct exh_error *err)
{
    const struct suite suite = hpke_suite(aead);
    const struct exh_bytes salt = { shared, HPKE_SHARED };
    uint8_t context[1 + 2 * SHA256_SIZE] = { 0 }; // mode_base is 0
    const struct exh_bytes context_view = { context, sizeof context };
    uint8_t secret[SHA256_SIZE] = { 0 };

    if (info.n > HPKE_MAX)
        return fail(err, EXH_LIMIT, "HPKE: info of %zu bytes is longer than %d", info.n, HPKE_MAX);
    enum exh_status status = extract(&suite, none, "psk_id_hash", none, context + 1, err);
    if (!status)
        status = extract(&suite, none, "info_hash", info, context + 1 + SHA256_SIZE, err);
    if (!status)
        status = extract(&suite, salt, "secret", none, secret, err);
    if (!status)
        status = expand(&suite, secret, "key", context_view, out->key, key_size(aead), err);
    if (!status)
        status =
            expand(&suite, secret, "base_nonce", context_view, out->nonce, sizeof out->nonce, err);
    wipe(secret, sizeof secret);
    return status;
}

static EVP_CIPHER_CTX *new_cipher(enum hpke_aead aead, const struct hpke_keys *keys)
{
    const struct library *lib = crypto_library();

    if (!lib)
        return NULL;
    return cipher_new(aead == HPKE_AES_128_GCM ? lib->aes_128_gcm : lib->chacha20_poly1305,
                      keys->key, HPKE_NONCE);
}

static enum exh_status check_sizes(struct exh_bytes aad, struct exh_bytes message,
                                   struct exh_error *err)
{
    if (aad.n > HPKE_MAX || message.n > HPKE_MAX)
        return fail(err, EXH_LIMIT, "HPKE: message of %zu bytes with data of %zu: at most %d each",
                    message.n, aad.n, HPKE_MAX);
    return EXH_OK;
}

enum exh_status hpke_p256_seal(enum hpke_aead aead, const uint8_t to[P256_POINT],
                               struct exh_bytes info, struct exh_bytes aad, struct exh_bytes plain,
                               uint8_t enc[P256_POINT], uint8_t *out, struct exh_error *err)
{
    uint8_t shared[HPKE_SHARED] = { 0 };
    struct hpke_keys keys = { 0 };
    struct exh_key *ephemeral = NULL;
    EVP_CIPHER_CTX *ctx = NULL;
    enum exh_status status = check_sizes(aad, plain, err);

    if (!status)
        status = exh_key_new("es256", &ephemeral, err);
    if (!status)
        status = hpke_encap(ephemeral, to, shared, enc, err);
    if (!status)
        status = hpke_schedule(aead, shared, info, &keys, err);
    if (!status && (!(ctx = new_cipher(aead, &keys)) ||
                    !cipher_seal(ctx, keys.nonce, aad, plain.p, plain.n, out, out + plain.n)))
        status = fail(err, EXH_CRYPTO, "HPKE: the message could not be sealed");
    EVP_CIPHER_CTX_free(ctx);
    exh_key_free(ephemeral);
    wipe(&keys, sizeof keys);
    wipe(shared, sizeof shared);
    return status;
}

enum exh_status hpke_p256_open(enum hpke_aead aead, const struct exh_key *key,
                               const uint8_t enc[P256_POINT], struct exh_bytes info,
                               struct exh_bytes aad, struct exh_bytes sealed, uint8_t *out,
                               struct exh_error *err)
{
    uint8_t shared[HPKE_SHARED] = { 0 };
    struct hpke_keys keys = { 0 };
    EVP_CIPHER_CTX *ctx = NULL;
    enum exh_status status = check_sizes(aad, sealed, err);

    if (!status && sealed.n < HPKE_TAG)
        status = fail(err, EXH_MALFORMED, "HPKE: message of %zu bytes is shorter than its tag",
                      sealed.n);
    if (!status)
        status = hpke_decap(key, enc, shared, err);
    if (!status)
        status = hpke_schedule(aead, shared, info, &keys, err);
    if (!status && !(ctx = new_cipher(aead, &keys)))
        status = fail(err, EXH_CRYPTO, "HPKE: no cipher");
    const size_t n = sealed.n - HPKE_TAG; // unless it failed
    if (!status && !cipher_open(ctx, keys.nonce, aad, sealed.p, n, sealed.p + n, out))
        status = fail(err, EXH_DENIED, "HPKE: the message is for another key, or damaged");
    EVP_CIPHER_CTX_free(ctx);
    wipe(&keys, sizeof keys);
    wipe(shared, sizeof shared);
    return status;
}
