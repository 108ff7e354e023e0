#include "crypto/secret.h"

#include <openssl/crypto.h>

void *secret_new(size_t n)
{
    return OPENSSL_secure_zalloc(n ? n : 1);
}

void secret_free(void *p, size_t n)
{
    OPENSSL_secure_clear_free(p, n);
}
