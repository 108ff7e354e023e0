/* build.h -- certificates put together and signed. */
#ifndef PKI_BUILD_H
#define PKI_BUILD_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "pki/ca.h"

#define BUILD_EXT_MAX 8

struct build_ext {
    int nid;
    const char *value; // as in OpenSSL's configuration: "critical,digitalSignature"
};

struct build {
    const char *name; // common name, UTF-8
    X509 *issuer;     // NULL: self-signed
    EVP_PKEY *key;    // of the subject
    EVP_PKEY *issuer_key;
    int64_t from, until;   // Unix seconds
    const uint8_t *serial; // CA_SERIAL bytes
    struct build_ext ext[BUILD_EXT_MAX];
};

/* Append the DER of a signed certificate. EXH_CRYPTO  EXH_NO_MEMORY */
enum exh_status build_certificate(const struct build *b, struct buf *der, struct exh_error *err);

/* A serial number as OpenSSL has it: owned, ASN1_INTEGER_free(); NULL when out of memory. */
ASN1_INTEGER *build_serial(const uint8_t serial[CA_SERIAL]);

#endif
