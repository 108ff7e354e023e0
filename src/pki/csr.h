/*
 * csr.h -- certificate requests, read and checked: of each only its public key is taken.
 *
 * Subject, alternative names and extensions that a request wishes for are ignored: the profile is ours.
 * The signature is the proof that the one who asks holds the key.
 *
 * Spec: RFC 2986, "Certification Request Syntax".
 */
#ifndef PKI_CSR_H
#define PKI_CSR_H

#include "base/error.h"

#include <exhibit/bytes.h>
#include <exhibit/key.h>

/* Kinds of key that an authority may certify; a set of them is its policy. */
enum csr_kind {
    CSR_P256 = 1 << 0,
    CSR_P384 = 1 << 1,
    CSR_P521 = 1 << 2,
    CSR_ED25519 = 1 << 3,
    CSR_RSA = 1 << 4, // RSA_BITS_MIN to RSA_BITS_MAX (crypto/sigalg.h)
};
#define CSR_KINDS_DEFAULT CSR_P256
#define CSR_KINDS_N       5

struct csr; // owned; csr_free()

/*
 * Read a request (DER) and check it.
 *
 * kinds  which keys may be certified: a set of enum csr_kind.
 *
 * EXH_LIMIT        over CERT_REQUEST_MAX
 * EXH_MALFORMED    no request, or bytes behind it; another version; two statements of an old key
 * EXH_UNSUPPORTED  a key that is not of the kinds, or an algorithm that C2PA does not allow
 * EXH_DENIED       its signature does not hold: no proof of possession
 * EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status csr_read(struct exh_bytes der, unsigned kinds, struct csr **out,
                         struct exh_error *err);
void csr_free(struct csr *csr); // NULL is allowed

/* The key: only the public half, so it is certified and signs nothing. Borrowed. */
const struct exh_key *csr_key(const struct csr *csr);

/* SHA-256 of its SubjectPublicKeyInfo: what a key is called. */
void csr_key_sha256(const struct csr *csr, uint8_t sha256[32]);

/*
 * Whether this request renews a certificate (DER): its key is the certificate's, or the certificate's
 * key has signed that this one follows it (crypto/renewal.h). Whether that certificate is the live one
 * of its name, and stands, is for the caller to say.
 *
 * EXH_DENIED     neither
 * EXH_MALFORMED  the certificate, or the statement
 * EXH_UNSUPPORTED (the statement's algorithm)  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status csr_renews(const struct csr *csr, struct exh_bytes certificate,
                           struct exh_error *err);

/*
 * The name of the only kind in a set, or of several ("P-256, Ed25519"), for messages.
 * to has CSR_KINDS_TEXT bytes.
 */
#define CSR_KINDS_TEXT 48
void csr_kinds_text(unsigned kinds, char to[CSR_KINDS_TEXT]);

#endif
