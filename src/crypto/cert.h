/*
 * cert.h -- one certificate, taken apart as far as every judgement needs it.
 *
 * All of it is OpenSSL's work. Only how the public key is reached is ours (public_key.c says why).
 * After cert_read() nothing in it changes, so an anchor may be read by several threads.
 */
#ifndef CRYPTO_CERT_H
#define CRYPTO_CERT_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/error.h"
#include "crypto/library.h"

#include <exhibit/crypto.h>

struct cert {
    X509 *x;               // owned; it has no key in it and verifies nothing: cert_whole()
    EVP_PKEY *key;         // owned; NULL: not a key that C2PA allows, key_fault says why
    const char *key_fault; // borrowed for ever
    struct exh_bytes der;  // borrowed
    int64_t not_before;    // Unix seconds, inclusive
    int64_t not_after;
    uint8_t sha256[32]; // of the DER
    bool complete;      // key and extensions were read
};

/*
 * Parse one DER certificate, which is borrowed as long as `der` is used. A strange key is no failure.
 * EXH_MALFORMED  EXH_LIMIT (over EXH_CERT_MAX)  EXH_CRYPTO
 */
enum exh_status cert_read(struct exh_bytes der, struct cert *out, struct exh_error *err);

/*
 * The same in two steps, for certificates whose key and extensions may never be asked for: they are half
 * of the work. Until cert_complete() there is no key, and no question about extensions has an answer.
 */
enum exh_status cert_parse(struct exh_bytes der, struct cert *out, struct exh_error *err);
void cert_complete(struct cert *c);
void cert_free(struct cert *c); // a zeroed struct is allowed

/*
 * The certificate with its key, for X509_verify_cert() and the like: 95 us, where cert_read() takes 20
 * with its own way to the key.
 * Owned, X509_free(); NULL when out of memory.
 */
X509 *cert_whole(const struct cert *c);

/*
 * Whether the key, an allowed one, made the signature of a whole certificate by an algorithm that C2PA
 * allows; *why says why not. Leaves no OpenSSL error behind.
 */
bool x509_signed_by(X509 *x, EVP_PKEY *key, const char **why);

/* From when to when, both inclusive; false when one is not a time. */
bool x509_validity(const X509 *x, int64_t *not_before, int64_t *not_after);

/* Whether issuer's key made the signature of c; *why says why not. Names are not compared. */
bool cert_signed_by(const struct cert *c, const struct cert *issuer, const char **why);

/* Whether c's issuer is called like `issuer`, and the key identifiers agree where both have one. */
bool cert_names_issuer(const struct cert *c, const struct cert *issuer);

/* Whether it may issue certificates: cA, and keyCertSign if it has a key usage. */
bool cert_is_ca(const struct cert *c);

/* Whether subject and issuer have one name; whether it also signed itself, which costs a signature. */
bool cert_is_self_issued(const struct cert *c);
bool cert_is_self_signed(const struct cert *c);

/* Unix seconds of a UTCTime or GeneralizedTime, fractions dropped; false when it is no time. */
bool asn1_unix_time(const ASN1_TIME *time, int64_t *at);

/* The public key of a SubjectPublicKeyInfo (owned); NULL and *why when C2PA does not allow it. */
EVP_PKEY *public_key_read(X509_PUBKEY *spki, const char **why);

/*
 * The key of a point as SEC1 writes it, compressed or not (owned); NULL and *why when it is in another form
 * or not on the curve. May leave OpenSSL errors behind.
 */
EVP_PKEY *public_point_read(enum curve curve, struct exh_bytes point, const char **why);

/*
 * The point of a key, uncompressed; its size in bytes, 0 when it is no key of the curve.
 */
#define PUBLIC_POINT_MAX (1 + 2 * 66)
size_t public_point_write(const EVP_PKEY *key, enum curve curve, uint8_t to[PUBLIC_POINT_MAX]);

/*
 * Make a SubjectPublicKeyInfo the one of a key that C2PA allows, in its usual form: points are not
 * compressed. Only its public half is used. False on failure, with OpenSSL's errors.
 */
bool public_key_write(X509_PUBKEY *spki, EVP_PKEY *key);

/* SHA-256 of the certificate's SubjectPublicKeyInfo. EXH_CRYPTO */
enum exh_status cert_spki_digest(const struct cert *c, uint8_t sha256[32], struct exh_error *err);

/*
 * Names as text for people, UTF-8, bounded, harmless on a terminal. name_text() takes the first of
 * two fields that the name has (NID_commonName …), else "".
 */
void name_text(const X509_NAME *name, int first, int second, char *to, size_t size);
void subject_text(const struct cert *c, char *to, size_t size);

/*
 * Copy text for people: at most size - 1 bytes, cut between characters, escaped where not printable.
 * Whether all of it found room.
 */
bool put_text(char *to, size_t size, struct exh_bytes text);

#endif
