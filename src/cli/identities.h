/*
 * identities.h -- the keys that -i names: sealed files are opened with them.
 */
#ifndef CLI_IDENTITIES_H
#define CLI_IDENTITIES_H

#include <exhibit/identity.h>

#include "cli/openpgp.h"

struct identities {              // zero it; it must not move while it is open
    struct exh_identities *list; // owned
    struct openpgp openpgp;      // for "pgp:"
};

/*
 * Read what the options name: files of keys (exhibit/identity.h), or "pgp:" for all keys that GnuPG has. A
 * passphrase is the first line of a file, or is asked for.
 */
enum exh_status identities_read(struct identities *ids, const struct call *call,
                                const struct option_list *names, const char *passphrase_file,
                                struct exh_error *err);
void identities_free(struct identities *ids); // a zeroed one is allowed

#endif
