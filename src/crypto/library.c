#include "crypto/library.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

static struct library library; // written once, by make_library()
static bool library_made;
static CRYPTO_ONCE library_once = CRYPTO_ONCE_STATIC_INIT;

static EVP_PKEY *curve_template(const char *group)
{
    // OSSL_PARAM has no const form, but fromdata only reads.
    char name[16];
    snprintf(name, sizeof name, "%s", group);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void make_library(void)
{
    static const char *const digests[] = { NULL, "SHA256", "SHA384", "SHA512" };
    static const char *const groups[] = { "prime256v1", "secp384r1", "secp521r1" };
    bool made = true;

    for (size_t i = 1; i < ARRAY_N(digests); i++) {
        library.md[i] = EVP_MD_fetch(NULL, digests[i], NULL);
        made = made && library.md[i];
    }
    library.chacha20_poly1305 = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
    library.aes_128_gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    library.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    made = made && library.chacha20_poly1305 && library.aes_128_gcm && library.hmac;
    for (size_t i = 0; i < CURVES_N; i++) {
        library.curves[i] = curve_template(groups[i]);
        made = made && library.curves[i];
    }
    library.lanes = sha256_lanes_at(0);
    library.bare = OSSL_LIB_CTX_new();
    made = made && library.bare && OSSL_PROVIDER_load(library.bare, "null");
    library_made = made;
}

const struct library *crypto_library(void)
{
    if (!CRYPTO_THREAD_run_once(&library_once, make_library) || !library_made)
        return NULL;
    return &library;
}

enum exh_status fail_openssl(struct exh_error *err, enum exh_status status, const char *fmt, ...)
{
    char text[EXH_ERROR_MAX];
    va_list args;
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ERR_clear_error();
    if (!reason)
        return fail(err, status, "%s", text);
    return fail(err, status, "%.300s: %.200s", text, reason);
}
