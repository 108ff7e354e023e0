/*
 * trust.h -- inside of a trust object: anchors by subject name, allowed leaves, key usages.
 *
 * Filled by one thread, then only read, by any number; the cache has a lock of its own.
 */
#ifndef CRYPTO_TRUST_H
#define CRYPTO_TRUST_H

#include "crypto/cert.h"
#include "crypto/path_cache.h"

#include <exhibit/trust.h>

#define EKUS_MAX    64   // extended key usages accepted of claim signers
#define ALLOWED_MAX 4096 // leaf certificates trusted themselves
#define PURPOSES_N  (EXH_PURPOSE_TSA + 1)

struct anchor {
    struct cert cert; // its der is owned by the anchor
    uint8_t spki[32]; // SHA-256 of its SubjectPublicKeyInfo
};

struct anchors {
    struct anchor *items; // sorted by subject name
    size_t n;
};

struct allowed {
    uint8_t sha256[32]; // of a leaf's DER
};

struct exh_trust {
    struct anchors anchors[PURPOSES_N]; // by enum exh_purpose
    struct allowed *allowed;            // sorted
    size_t allowed_n;
    ASN1_OBJECT *ekus[EKUS_MAX]; // empty: the usual ones
    size_t ekus_n;
    struct path_cache *paths; // what was found with these anchors
};

/* The anchors with this subject: *n of them, in a row; NULL when there is none. */
const struct anchor *anchors_named(const struct anchors *anchors, const X509_NAME *name, size_t *n);

/* Whether the leaf is trusted itself. trust may be NULL. */
bool trust_allows(const struct exh_trust *trust, const struct cert *leaf);

/* Whether a claim signer may have this extended key usage. trust may be NULL: the usual ones. */
bool trust_accepts_eku(const struct exh_trust *trust, const ASN1_OBJECT *eku);

#endif
