/*
 * ssh_read.h -- keys as SSH writes them: OpenSSH's private keys without passphrase (PROTOCOL.key of
 * OpenSSH), and public keys (RFC 4253, "Public Key Algorithms"; RFC 8709).
 */
#ifndef CRYPTO_SSH_READ_H
#define CRYPTO_SSH_READ_H

#include "base/buf.h"
#include "crypto/key.h"

#define SSH_WIRE_MAX 8192 // bytes of a public key: RSA of 16384 bits takes 2,100

/* Whether a text holds a private key in OpenSSH's own form. */
bool ssh_is_openssh(const char *text, size_t n);

/*
 * Read such a text. *out is owned: exh_key_free(). The text is at most SSH_KEY_MAX bytes.
 *
 * EXH_UNSUPPORTED  it has a passphrase; several keys; neither RSA nor Ed25519; RSA of a size not allowed
 * EXH_MALFORMED  EXH_NO_MEMORY  EXH_CRYPTO
 */
enum exh_status ssh_read_openssh(const char *text, size_t n, struct exh_key **out,
                                 struct exh_error *err);

/* The same of the bytes that such a text holds. */
enum exh_status ssh_read_binary(struct exh_bytes in, struct exh_key **out, struct exh_error *err);

/* Write the public half of an RSA or Ed25519 key. EXH_CRYPTO  EXH_NO_MEMORY */
enum exh_status ssh_write_public(const EVP_PKEY *pkey, struct buf *to, struct exh_error *err);

#endif
