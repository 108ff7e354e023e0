/*
 * key.h -- private keys and certificate chains, as signers.
 *
 * A key comes from a PEM or PKCS#8 file's bytes, or from an OpenSSL URI (handle:… of tpm2-openssl,
 * pkcs11:… of the PKCS#11 engine). It never leaves the object.
 */
#ifndef EXHIBIT_KEY_H
#define EXHIBIT_KEY_H

#include <exhibit/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_SIGNATURE_MAX 2048 // bytes: RSA of 16384 bits

/*
 * Signs what a claim's COSE structure says. Filled by exh_key_signer(), or by whoever keeps keys
 * elsewhere (a remote signer, a secure element).
 */
struct exh_signer {
    int64_t alg;                   // enum exh_cose_alg
    size_t signature_size;         // bytes of the raw signature
    const struct exh_bytes *chain; // DER, leaf first, no root. Borrowed for the life of the signer
    size_t chain_n;
    // Sign tbs; writes exactly signature_size bytes (r||s for ECDSA). EXH_CRYPTO, or EXH_DENIED when a
    // device refuses the passphrase.
    enum exh_status (*sign)(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                            struct exh_error *err);
    void *ctx;
};

struct exh_key; // owned; exh_key_free()

/*
 * Asks for a passphrase: writes at most size bytes, returns their count, negative to give up.
 * Called only if the key needs one.
 */
typedef int exh_passphrase(void *ctx, char *to, size_t size);

/*
 * Read a PEM private key: PKCS#8 plain or encrypted, SEC1, PKCS#1, or TSS2 (which a TPM opens).
 *
 * ask  is called if the key needs a passphrase. May be NULL: such keys are refused.
 * out  owned; exh_key_free().
 * err  may be NULL, here and below.
 *
 * EXH_DENIED       a wrong passphrase, or none
 * EXH_MALFORMED    no private key in the text
 * EXH_UNSUPPORTED  a key that C2PA does not allow: another curve, RSA below 2048 bits
 * EXH_NOT_FOUND    TSS2, and there is no tpm2 provider
 * EXH_LIMIT  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_key_read(const char *pem, size_t n, exh_passphrase *ask, void *ctx,
                                     struct exh_key **out, struct exh_error *err);

/*
 * Open a key that stays in its device: "handle:0x81000001" or "object:FILE" (a handle as tpm2_evictcontrol
 * -o writes it) of the tpm2 provider, "pkcs11:token=…;object=…" of the PKCS#11 engine. ask is called for
 * the TPM's passphrase or the token's PIN; a TPM may find it wrong only when it signs.
 *
 * EXH_NOT_FOUND    another kind of URI; no provider or engine for it; no such key
 * EXH_DENIED       a wrong passphrase, or none
 * EXH_UNSUPPORTED  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_key_open(const char *uri, exh_passphrase *ask, void *ctx,
                                     struct exh_key **out, struct exh_error *err);

/*
 * Make a key. alg: "es256" (default of everything), "es384", "es512", "ed25519", or "ps256", "ps384",
 * "ps512": RSA of 3072 bits. EXH_INVALID for other names; EXH_CRYPTO.
 */
EXH_API enum exh_status exh_key_new(const char *alg, struct exh_key **out, struct exh_error *err);
EXH_API void exh_key_free(struct exh_key *key); // NULL is allowed

/*
 * Write the key as PEM PKCS#8 into *pem (owned, wiped and freed with exh_secret_free). passphrase NULL:
 * in plain; else PBES2 with scrypt and AES-256-CBC. EXH_UNSUPPORTED when the key is in a device.
 */
EXH_API enum exh_status exh_key_write(const struct exh_key *key, const char *passphrase,
                                      size_t passphrase_n, char **pem, size_t *n,
                                      struct exh_error *err);
EXH_API void exh_secret_free(char *secret, size_t n); // NULL is allowed

struct exh_certs; // a parsed PEM chain; owned; exh_certs_free()

/*
 * Read a PEM chain, leaf first. Self-signed certificates behind the leaf (roots) are left out.
 * EXH_MALFORMED  EXH_LIMIT (over EXH_CHAIN_MAX or EXH_CERT_MAX)  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_certs_read(const char *pem, size_t n, struct exh_certs **out,
                                       struct exh_error *err);
EXH_API void exh_certs_free(struct exh_certs *certs); // NULL is allowed
EXH_API const struct exh_bytes *exh_certs_chain(const struct exh_certs *certs, size_t *n);

/*
 * A signer of this key and chain; both are borrowed for its life. The signer may be
 * used from several threads. alg 0 takes the key's usual one (ES256 for P-256, PS256 for RSA, …).
 *
 * EXH_INVALID      the leaf's public key is not the key's, or alg is not for this type of key
 * EXH_UNSUPPORTED  an algorithm that C2PA does not allow
 */
EXH_API enum exh_status exh_key_signer(const struct exh_key *key, const struct exh_certs *certs,
                                       int64_t alg, struct exh_signer *out, struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
