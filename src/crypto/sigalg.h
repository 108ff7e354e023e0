/*
 * sigalg.h -- the signature algorithms that are let in, whatever calls them: COSE or X.509.
 *
 * Spec: C2PA, "Signature Algorithms" and "Certificate Profiles". SHA-1 and everything else unlisted
 * is unknown here, so no signature made with it ever holds.
 */
#ifndef CRYPTO_SIGALG_H
#define CRYPTO_SIGALG_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <exhibit/crypto.h>

#define RSA_BITS_MIN 2048  // C2PA, "Signature Algorithms"
#define RSA_BITS_MAX 16384 // ibid.: a validator may refuse more

enum sig_kind { SIG_ECDSA, SIG_RSA, SIG_PSS, SIG_ED25519 };

struct sig_alg {
    enum sig_kind kind;
    enum exh_hash hash; // NONE for Ed25519
    int salt;           // PSS: bytes of salt
};

#define COSE_ALGS_N 7

/* The algorithms of C2PA in a row: i below COSE_ALGS_N. Returns COSE's number. */
int64_t sig_alg_at(size_t i, struct sig_alg *out);

/* COSE's number; false for anything that C2PA does not allow. */
bool sig_alg_of_cose(int64_t cose, struct sig_alg *out);

/* An AlgorithmIdentifier of a certificate or an OCSP response. *why says what is wrong with it. */
bool sig_alg_of_x509(const X509_ALGOR *id, struct sig_alg *out, const char **why);

/* Whether a key that is allowed at all is of the algorithm's type; *why says why not. */
bool sig_key_fits(const EVP_PKEY *key, const struct sig_alg *alg, const char **why);

/* Whether the key is one that C2PA allows at all: P-256/384/521, Ed25519, RSA of a sound size. */
bool sig_key_allowed(const EVP_PKEY *key, const char **why);

/* Whether signature (ECDSA: DER) over tbs holds. Leaves no OpenSSL error behind. */
bool sig_holds(EVP_PKEY *key, const struct sig_alg *alg, struct exh_bytes tbs,
               struct exh_bytes signature);

/* Prepare ctx for the algorithm: sign if `sign`, else verify. */
bool sig_begin(EVP_MD_CTX *ctx, EVP_PKEY *key, const struct sig_alg *alg, bool sign);

/* The algorithm that a key signs X.509's structures with, and its OID; false: none without parameters. */
bool sig_alg_for_x509(const EVP_PKEY *key, struct sig_alg *out, int *nid);

/* The hash that a key signs X.509's structures with: SHA-2 of its strength; NULL: Ed25519 brings its own. */
const EVP_MD *sig_digest(const EVP_PKEY *key);

/* Padding, mask and salt of RSASSA-PSS. */
bool sig_set_pss(EVP_PKEY_CTX *params, const struct sig_alg *alg);

#endif
