/* build.h -- certificates put together and signed. */
#ifndef PKI_BUILD_H
#define PKI_BUILD_H

#include <openssl/x509.h>

#include "base/error.h"

#define BUILD_EXT_MAX 6

struct build_ext {
    int nid;
    const char *value; // as in OpenSSL's configuration: "critical,digitalSignature"
};

struct build {
    const char *name; // common name, UTF-8
    X509 *issuer;     // NULL: self-signed
    EVP_PKEY *key;    // of the subject
    EVP_PKEY *issuer_key;
    int64_t from, until; // Unix seconds
    struct build_ext ext[BUILD_EXT_MAX];
};

/* A signed certificate (owned) with a random serial number of 127 bits. EXH_CRYPTO */
enum exh_status build_certificate(const struct build *b, X509 **out, struct exh_error *err);

/* Its PEM: owned, NUL-terminated, free(). */
enum exh_status build_pem(X509 *x, char **pem, struct exh_error *err);

#endif
