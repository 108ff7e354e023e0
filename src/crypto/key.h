/*
 * key.h -- inside of a private key. The key itself is OpenSSL's, or a device's behind OpenSSL.
 */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "crypto/sigalg.h"

#include "base/error.h"

#include <openssl/provider.h>

#include <exhibit/key.h>

/* What a signer's ctx points at: the key and how to use it. */
struct key_use {
    const struct exh_key *key;
    int64_t cose;
    struct sig_alg alg;
};

/* Where the key of a TPM lives: a library context with the providers it needs. */
struct key_home {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *usual, *tpm;
    const char *propq; // which provider is to sign; borrowed for ever
};
void key_home_free(struct key_home *home); // NULL is allowed

struct exh_key {
    EVP_PKEY *pkey;        // owned
    struct key_home *home; // owned, key_uri.c's; NULL: OpenSSL's own context
    bool device;           // the private part is not here
    bool asked;            // for a passphrase, which the device checks when it signs
    void *engine;          // owned, key_engine.c's; NULL: none
    struct key_use *uses;  // owned; COSE_ALGS_N of them
};

/* How passphrases are asked for, in the form of OpenSSL's PEM callback. */
struct asking {
    exh_passphrase *ask;
    void *ctx;
    bool asked, given_up;
};
int asking_passphrase(char *to, int size, int writing, void *asking);

/* Wrap a key that C2PA allows; takes pkey over, also when it fails. */
enum exh_status key_wrap(EVP_PKEY *pkey, struct exh_key **out, struct exh_error *err);

/* Open a key of a TPM: a URI (handle:, object:), or a TSS2 PEM text. (key_uri.c) */
enum exh_status key_open_tpm(const char *uri, const char *pem, size_t n, struct asking *asking,
                             struct exh_key **out, struct exh_error *err);

/* Open a pkcs11: URI by the PKCS#11 engine. (key_engine.c) */
enum exh_status key_open_engine(const char *uri, struct asking *asking, struct exh_key **out,
                                struct exh_error *err);
void key_engine_free(void *engine); // NULL is allowed

/*
 * exh_key_signer() without certificates, for what names its key otherwise. The key is borrowed for the
 * signer's life. (signer.c)
 */
enum exh_status key_signer(const struct exh_key *key, int64_t alg, struct exh_signer *out,
                           struct exh_error *err);

/*
 * Sign tbs as structures of X.509 are signed: with sig_digest(), ECDSA in DER, RSA by PKCS #1 v1.5.
 * id receives the algorithm; signature has EXH_SIGNATURE_MAX bytes, *n receives how many. (signer.c)
 *
 * EXH_UNSUPPORTED (a key for RSASSA-PSS only)  EXH_DENIED  EXH_CRYPTO
 */
enum exh_status key_sign_x509(const struct exh_key *key, struct exh_bytes tbs, X509_ALGOR *id,
                              uint8_t *signature, size_t *n, struct exh_error *err);

/* DER of ECDSA to r || s of `size` bytes. (signer.c) */
bool ecdsa_raw(struct exh_bytes der, uint8_t *raw, size_t size);

#endif
