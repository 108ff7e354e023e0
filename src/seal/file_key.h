/*
 * file_key.h -- the 16 bytes that open one age file, in secret memory, and what is derived from them.
 *
 * Spec: C2SP age, "File key", "Header MAC", "Payload".
 */
#ifndef SEAL_FILE_KEY_H
#define SEAL_FILE_KEY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/aead.h"
#include "formats/age_header.h"

#include <exhibit/crypto.h>

#define FILE_KEY_N  16 // bytes
#define AGE_NONCE_N 16 // bytes before the first chunk

struct file_key { // always allocated, never on the stack
    uint8_t bytes[FILE_KEY_N];
    uint8_t nonce[AGE_NONCE_N]; // of its payload, where stanzas are made or compared; else zeros
};

/* A new random key, or one of zeros to be filled. Owned; file_key_free(), which wipes. */
NODISCARD enum exh_status file_key_new(const struct exh_crypto *crypto, struct file_key **out,
                                       struct exh_error *err);
NODISCARD enum exh_status file_key_empty(struct file_key **out, struct exh_error *err);
void file_key_free(struct file_key *key); // NULL is allowed

/* HKDF-SHA256 with the file key as secret: 32 bytes, secret or not as the use has it. EXH_CRYPTO. */
NODISCARD enum exh_status file_key_derive(const struct file_key *key, struct exh_bytes salt,
                                          struct exh_bytes info, uint8_t out[32],
                                          struct exh_error *err);

/*
 * The same, for one recipient of this file: the nonce is salt beside him. Without it one guess of a key could be
 * compared with the stanzas of all files that he was ever sent. EXH_LIMIT (over FILE_KEY_WHO_MAX)  EXH_CRYPTO
 */
#define FILE_KEY_WHO_MAX 64 // bytes that name a recipient
NODISCARD enum exh_status file_key_derive_for(const struct file_key *key, struct exh_bytes who,
                                              struct exh_bytes info, uint8_t out[32],
                                              struct exh_error *err);

/* The cipher of the payload with this nonce: one for each thread. EXH_CRYPTO. */
NODISCARD enum exh_status file_key_aead(const struct file_key *key,
                                        const uint8_t nonce[AGE_NONCE_N], struct aead **out,
                                        struct exh_error *err);

/* The MAC over a header's beginning up to and including "---". EXH_CRYPTO. */
NODISCARD enum exh_status file_key_mac(const struct file_key *key, struct exh_bytes authenticated,
                                       uint8_t mac[AGE_MAC_N], struct exh_error *err);

/* End a header that holds its stanzas: mark and MAC. EXH_LIMIT  EXH_NO_MEMORY  EXH_CRYPTO */
NODISCARD enum exh_status file_key_end_header(const struct file_key *key, struct buf *header,
                                              struct exh_error *err);

#endif
