/*
 * ssh_key.h -- a person's SSH key that opens age files: ssh-rsa and ssh-ed25519 (C2SP, "ssh-rsa and
 * ssh-ed25519" as age has them). Files are only opened with such keys, not sealed to them.
 */
#ifndef CRYPTO_SSH_KEY_H
#define CRYPTO_SSH_KEY_H

#include "base/error.h"

#include <exhibit/bytes.h>
#include <exhibit/key.h>

#define SSH_KEY_MAX      (32 << 10) // bytes of a key's text: RSA of 16384 bits takes 13 KiB
#define SSH_TAG          4          // bytes of a stanza's tag
#define SSH_FILE_KEY     16         // bytes
#define SSH_ED25519_BODY 32         // bytes of a stanza's body: file key and tag

enum ssh_kind { SSH_RSA, SSH_ED25519 };

struct ssh_key; // owned; ssh_key_free(); its secrets are in OpenSSL's keys or in secret memory

/*
 * Read a private key: OpenSSH's own form without passphrase, or PEM: PKCS#8 (also encrypted) of an RSA
 * or Ed25519 key, PKCS#1.
 *
 * ask  is called if a PEM key needs a passphrase. May be NULL: such keys are refused.
 *
 * EXH_UNSUPPORTED  OpenSSH's form with a passphrase (the sentence says what to do); another kind of key; RSA
 *                  of less than 2048 bits
 * EXH_DENIED       a wrong passphrase, or none
 * EXH_MALFORMED  EXH_LIMIT  EXH_NO_MEMORY
 */
NODISCARD enum exh_status ssh_key_read(const char *text, size_t n, exh_passphrase *ask, void *ctx,
                                       struct ssh_key **out, struct exh_error *err);
void ssh_key_free(struct ssh_key *key); // NULL is allowed

enum ssh_kind ssh_key_kind(const struct ssh_key *key);

/* The first bytes of SHA-256 over the public key as SSH writes it: they stand in a stanza for this key. */
void ssh_key_tag(const struct ssh_key *key, uint8_t tag[SSH_TAG]);

/*
 * The file key out of a stanza whose type and tag are this key's.
 *
 * share     ssh-ed25519: the second argument's 32 bytes; ssh-rsa: empty
 * body      the stanza's body
 * file_key  secret: the caller wipes it
 *
 * EXH_DENIED     it does not open: the stanza is damaged, or for a key with the same tag
 * EXH_MALFORMED  share or body of a wrong size, or a share of low order
 * EXH_CRYPTO
 */
NODISCARD enum exh_status ssh_key_unwrap(const struct ssh_key *key, struct exh_bytes share,
                                         struct exh_bytes body, uint8_t file_key[SSH_FILE_KEY],
                                         struct exh_error *err);

#endif
