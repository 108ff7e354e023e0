/*
 * openpgp.h -- OpenPGP keys that the command line names; the module behind them is loaded on first use.
 */
#ifndef CLI_OPENPGP_H
#define CLI_OPENPGP_H

#include "cli/passphrase.h"
#include "pgp/pgp.h"

#define OPENPGP_PREFIX "pgp:" // before a fingerprint; alone: whatever keys GnuPG has

struct openpgp { // zero it; it must not move while it is open
    const struct pgp_api *api;
    struct passphrase passphrase;
    struct pgp_options options;
    struct exh_openpgp table;
};

/*
 * Fill o->table, unless it is filled already. The passphrase of a key is the first line of a file; without one
 * GnuPG asks by its own program, or not at all with --no-input.
 *
 * EXH_UNSUPPORTED (no GnuPG, no module)  EXH_NO_MEMORY  EXH_CRYPTO
 */
enum exh_status openpgp_open(struct openpgp *o, const struct call *call,
                             const char *passphrase_file, struct exh_error *err);
void openpgp_close(struct openpgp *o); // a zeroed one is allowed

/*
 * A fingerprint as people copy it, with spaces or "0x", as digits. EXH_INVALID when 40 or 64 digits are not
 * what is left.
 */
enum exh_status openpgp_fingerprint(const char *text, char to[EXH_OPENPGP_FINGERPRINT_MAX],
                                    struct exh_error *err);

#endif
