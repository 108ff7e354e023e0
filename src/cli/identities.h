/*
 * identities.h -- the keys that -i names: sealed files are opened with them.
 */
#ifndef CLI_IDENTITIES_H
#define CLI_IDENTITIES_H

#include <exhibit/identity.h>
#include <exhibit/source.h>

#include "cli/openpgp.h"

struct identities_args {
    struct option_list names;
    const char *passphrase_file;
};

extern const struct option_group identities_options; // rows of struct identities_args

struct identities {                           // zero it; it must not move while it is open
    struct exh_identities *list;              // owned
    struct exh_key *keys[EXH_IDENTITIES_MAX]; // owned: those in devices
    size_t keys_n;
    struct openpgp openpgp; // for "pgp:"
};

/*
 * Read what the options name: files of keys (exhibit/identity.h), URIs of P-256 keys in devices, or "pgp:" for
 * all keys that GnuPG has. A passphrase is the first line of a file, or is asked for.
 */
enum exh_status identities_read(struct identities *ids, const struct call *call,
                                const struct option_list *names, const char *passphrase_file,
                                struct exh_error *err);

/*
 * The same for a file that is to be opened, which people call `name`: if no option names a key, but it was
 * sealed with a passphrase, that one is got. EXH_INVALID: there is nothing to open it with.
 */
enum exh_status identities_for(struct identities *ids, const struct call *call,
                               const struct identities_args *args, const struct exh_source *file,
                               const char *name, struct exh_error *err);
void identities_free(struct identities *ids); // a zeroed one is allowed

#endif
