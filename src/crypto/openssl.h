/*
 * openssl.h -- the functions behind exh_crypto_openssl(), one group a file. exhibit/crypto.h says
 * what each does.
 */
#ifndef CRYPTO_OPENSSL_H
#define CRYPTO_OPENSSL_H

#include <exhibit/crypto.h>

// hash.c
struct exh_hasher *openssl_hash_new(enum exh_hash alg);
void openssl_hash_update(struct exh_hasher *h, const uint8_t *p, size_t n);
size_t openssl_hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX]);
void openssl_hash_free(struct exh_hasher *h);
enum exh_status openssl_leaf_digests(const struct exh_bytes *chunks, size_t n,
                                     uint8_t (*digests)[32], struct exh_error *err);

// chain.c
enum exh_status openssl_chain_new(const struct exh_bytes *certs, size_t n, struct exh_chain **out,
                                  struct exh_error *err);
void openssl_chain_free(struct exh_chain *chain);
void openssl_chain_certificate(const struct exh_chain *chain, size_t i,
                               struct exh_certificate *out);

// profile.c
struct exh_judgement openssl_chain_profile(const struct exh_chain *chain, enum exh_purpose purpose,
                                           const struct exh_trust *trust);

// path.c
struct exh_path openssl_chain_path(const struct exh_chain *chain, const struct exh_trust *trust,
                                   enum exh_purpose purpose, int64_t at);

// verify.c
enum exh_status openssl_chain_verify(const struct exh_chain *chain, int64_t alg,
                                     struct exh_bytes tbs, struct exh_bytes signature,
                                     struct exh_judgement *out, struct exh_error *err);

// stamp.c
void openssl_stamp_check(struct exh_bytes token, struct exh_bytes stamped,
                         const struct exh_trust *trust, struct exh_stamp *out);

// ocsp.c
void openssl_ocsp_check(struct exh_bytes response, const struct exh_chain *chain,
                        const struct exh_trust *trust, struct exh_ocsp *out);

// ocsp_request.c
enum exh_status openssl_ocsp_request(const struct exh_chain *chain, const struct exh_trust *trust,
                                     uint8_t *request, size_t size, size_t *n, char *url,
                                     size_t url_size, struct exh_error *err);

// ed25519.c
enum exh_status openssl_ed25519_check(const uint8_t public_key[32], struct exh_bytes text,
                                      const uint8_t signature[64], struct exh_judgement *out,
                                      struct exh_error *err);

// brotli.c
enum exh_status brotli_unpack(struct exh_bytes packed, uint8_t *to, size_t size, size_t *n,
                              struct exh_error *err);

#endif
