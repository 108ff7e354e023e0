/*
 * entry.h -- what stands in our log: hashes of facts, each with a salt, because everybody may read it.
 *
 * Whoever is given the fact and its salt makes the entry again and asks for its proof; nobody else
 * learns from the entry what it is about, not even that it may be the same as another one.
 *
 *     object    SHA-256(salt || oid || length in 8 bytes || SHA-256 of the body || head of the ledger)
 *     other     SHA-256(salt || name || 00 || the fact's bytes)
 */
#ifndef LOG_ENTRY_H
#define LOG_ENTRY_H

#include "base/error.h"

#include <exhibit/crypto.h>

#define ENTRY_SIZE 32 // bytes
#define ENTRY_SALT 16

/* An object as the server received it. */
struct entry_object {
    uint8_t oid[32];
    uint64_t length;    // bytes of the body
    uint8_t body[32];   // SHA-256
    uint8_t ledger[32]; // SHA-256 of the ledger's last entry; zeros: there is none
};

/* The entry of an object. EXH_NO_MEMORY, here and below. */
NODISCARD enum exh_status entry_of_object(const struct exh_crypto *crypto,
                                          const uint8_t salt[ENTRY_SALT],
                                          const struct entry_object *object,
                                          uint8_t entry[ENTRY_SIZE], struct exh_error *err);

/* The entry of another fact, of the kind that one of NAME_ENTRY_... says. */
NODISCARD enum exh_status entry_of_fact(const struct exh_crypto *crypto,
                                        const uint8_t salt[ENTRY_SALT], const char *name,
                                        struct exh_bytes fact, uint8_t entry[ENTRY_SIZE],
                                        struct exh_error *err);

#endif
