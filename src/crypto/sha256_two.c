#include "crypto/sha256_two.h"

#include "crypto/library.h"

#include <assert.h>

#include <openssl/err.h>

static bool digest_one(EVP_MD_CTX *ctx, const EVP_MD *md, struct exh_bytes prefix,
                       struct exh_bytes message, uint8_t digest[32])
{
    return EVP_DigestInit_ex2(ctx, md, NULL) &&
           (!prefix.n || EVP_DigestUpdate(ctx, prefix.p, prefix.n)) &&
           (!message.n || EVP_DigestUpdate(ctx, message.p, message.n)) &&
           EVP_DigestFinal_ex(ctx, digest, NULL);
}

bool sha256_one(struct exh_bytes prefix, struct exh_bytes message, uint8_t digest[32])
{
    const struct library *lib = crypto_library();
    EVP_MD_CTX *ctx = lib ? EVP_MD_CTX_new() : NULL;
    bool made = ctx && digest_one(ctx, lib->md[EXH_SHA256], prefix, message, digest);

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return made;
}

bool sha256_two_portable(struct exh_bytes prefix, const struct exh_bytes messages[2],
                         uint8_t digests[2][32])
{
    return sha256_one(prefix, messages[0], digests[0]) &&
           sha256_one(prefix, messages[1], digests[1]);
}

bool sha256_two(struct exh_bytes prefix, const struct exh_bytes messages[2], uint8_t digests[2][32])
{
    const struct library *lib = crypto_library();

    assert(prefix.n < SHA256_BLOCK);
    if (!lib || !lib->lanes || messages[0].n != messages[1].n)
        return sha256_two_portable(prefix, messages, digests);
    lib->lanes(prefix, messages[0].p, messages[1].p, messages[0].n, digests);
    return true;
}

bool sha256_two_is_fast(void)
{
    const struct library *lib = crypto_library();

    return lib && lib->lanes;
}
