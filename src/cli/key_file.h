/*
 * key_file.h -- the keys and certificate chains that options name.
 */
#ifndef CLI_KEY_FILE_H
#define CLI_KEY_FILE_H

#include "cli/passphrase.h"

#define CHAIN_FILE_MAX ((size_t)512 << 10) // bytes of a PEM chain

/*
 * Open the key that --key names: a PEM file, or a URI of a TPM or token (exhibit/key.h). Its passphrase
 * comes from passphrase_file, or is asked for when that is NULL. option is what names that file.
 */
enum exh_status key_file_open(const struct call *call, const char *name,
                              const char *passphrase_file, const char *option, struct exh_key **out,
                              struct exh_error *err);

/* Whether --key names a key in a device, not a file. */
bool key_is_uri(const char *name);

/* How a new key is kept: in plain, or under a passphrase from a file or a terminal. */
struct protection {
    bool protect;
    const char *passphrase_file; // implies protect
};

/* Write a key into a new file that only its owner may read. An existing file is EXH_INVALID. */
enum exh_status key_file_write(const struct call *call, const struct exh_key *key, const char *path,
                               const struct protection *how, struct exh_error *err);

/* Read the certificate chain that --cert names. */
enum exh_status certs_file_open(const char *path, struct exh_certs **out, struct exh_error *err);

#endif
