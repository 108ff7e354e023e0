/*
 * made_cert.h -- certificates made to measure, right and wrong.
 *
 *     struct made root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
 *     struct made leaf = make_cert(&(struct recipe){ .name = "leaf", .issuer = &root, .ext = { … } });
 *
 * Whatever cannot be made ends the test program: it would be a fault of the test.
 */
#ifndef TESTS_MADE_CERT_H
#define TESTS_MADE_CERT_H

#include <stdbool.h>

#include <openssl/x509.h>

#include <exhibit/bytes.h>

#define MADE_FROM  INT64_C(1700000000) // 2023-11-14: validity of what says nothing else
#define MADE_UNTIL INT64_C(1800000000) // 2027-01-15
#define MADE_AT    INT64_C(1750000000) // in between
#define EXT_MAX    8

struct made {
    X509 *x;
    EVP_PKEY *key;
    struct exh_bytes der; // owned
};

struct extension {
    const char *name;  // as in OpenSSL's configuration: "keyUsage", or a dotted OID
    const char *value; // "critical,digitalSignature"
};

struct recipe {
    const char *name;          // common name
    const struct made *issuer; // NULL: self-signed
    const char *issuer_name;   // instead of the issuer's subject
    const char *key;           // "P-256" (also NULL), "secp256k1", "ED25519", "RSA:2048"
    EVP_PKEY *use_key;         // instead of a new one; not taken over
    const char *digest;        // NULL: SHA256, none for Ed25519
    const char *mask;          // RSASSA-PSS with this digest in MGF1; NULL: no PSS
    bool first_version;        // X.509 v1
    bool unique_id;            // with a subjectUniqueID
    int64_t from, until;       // 0: MADE_FROM, MADE_UNTIL
    struct extension ext[EXT_MAX];
};

// clang-format off
#define CA_EXT { { "basicConstraints", "critical,CA:true" }, { "keyUsage", "critical,keyCertSign,cRLSign" }, \
                 { "subjectKeyIdentifier", "hash" } }
#define LEAF_EXT { { "keyUsage", "critical,digitalSignature" }, \
                   { "extendedKeyUsage", "1.3.6.1.4.1.62558.2.1,emailProtection" }, \
                   { "authorityKeyIdentifier", "keyid:always" } }
// clang-format on

struct made make_cert(const struct recipe *recipe);
void made_free(struct made *m);

/* A new key: "P-256", "RSA:2048", …. RSA keys of one size are one key: making them takes long. */
EVP_PKEY *make_key(const char *kind);

/* PEM of certificates, NUL-terminated; free(). */
char *made_pem(const struct made *const *certs, size_t n);

#endif
