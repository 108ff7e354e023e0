#include "crypto/openssl.h"

#include "crypto/library.h"
#include "crypto/sha256_two.h"

#include <stdlib.h>

struct exh_hasher {
    EVP_MD_CTX *ctx;
    size_t size; // bytes of the digest
};

struct exh_hasher *openssl_hash_new(enum exh_hash alg)
{
    const struct library *lib = crypto_library();
    struct exh_hasher *h = calloc(1, sizeof *h);

    if (!h || !lib || alg == EXH_HASH_NONE)
        goto failed;
    h->size = exh_hash_size(alg);
    h->ctx = EVP_MD_CTX_new();
    if (!h->ctx || !EVP_DigestInit_ex2(h->ctx, lib->md[alg], NULL))
        goto failed;
    return h;
failed:
    openssl_hash_free(h);
    return NULL;
}

void openssl_hash_update(struct exh_hasher *h, const uint8_t *p, size_t n)
{
    if (n)
        EVP_DigestUpdate(h->ctx, p, n);
}

size_t openssl_hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    size_t size = h->size;

    EVP_DigestFinal_ex(h->ctx, digest, NULL);
    openssl_hash_free(h);
    return size;
}

void openssl_hash_free(struct exh_hasher *h)
{
    if (h)
        EVP_MD_CTX_free(h->ctx);
    free(h);
}

enum exh_status openssl_leaf_digests(const struct exh_bytes *chunks, size_t n,
                                     uint8_t (*digests)[32], struct exh_error *err)
{
    static const uint8_t mark = 0;
    const struct exh_bytes prefix = { &mark, 1 };
    bool made = true;
    size_t i = 0;

    for (; made && i + 2 <= n; i += 2)
        made = sha256_two(prefix, chunks + i, digests + i);
    if (made && i < n)
        made = sha256_one(prefix, chunks[i], digests[i]);
    return made ? EXH_OK : fail_openssl(err, EXH_CRYPTO, "leaves could not be hashed");
}
