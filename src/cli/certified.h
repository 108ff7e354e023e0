/*
 * certified.h -- a private key with the certificate that says whose it is: ready to sign.
 */
#ifndef CLI_CERTIFIED_H
#define CLI_CERTIFIED_H

#include "cli/key_file.h"

struct certified_args {
    const char *key;        // a PEM file, or a device's URI
    const char *cert;       // PEM: its certificate, then those above it
    const char *passphrase; // the key's passphrase is the first line of this file; NULL: ask
    const char *option;     // that names such a file: "passphrase"
};

struct certified {
    struct exh_key *key;     // owned
    struct exh_certs *certs; // owned
    struct exh_signer signer;
    struct exh_certificate leaf; // facts of the signer's certificate
};

/*
 * Read key and chain. A certificate that nobody would accept is refused here, and not found out later:
 * EXH_INVALID when it cannot sign claims and ledgers, or is not valid at *now (NULL: whoever signs has no
 * clock). Nothing is to be closed after a failure.
 */
enum exh_status certified_open(struct certified *c, const struct certified_args *args,
                               const struct call *call, const int64_t *now, struct exh_error *err);
void certified_close(struct certified *c); // a zeroed one is allowed

#endif
