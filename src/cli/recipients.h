/*
 * recipients.h -- whom -r names: files are sealed to them.
 */
#ifndef CLI_RECIPIENTS_H
#define CLI_RECIPIENTS_H

#include <exhibit/identity.h>

#include "cli/openpgp.h"

#define RECIPIENT_FILE_MAX ((size_t)512 << 10) // bytes of a file that names recipients

struct recipients {              // zero it; it must not move while it is open
    struct exh_recipients *list; // owned
    struct openpgp openpgp;      // for those of OpenPGP
};

/*
 * Read what the options name, each one of:
 *   age1..., age1tag1...     a recipient as text
 *   pgp:FINGERPRINT          a key that GnuPG has
 *   FILE                     a certificate (PEM) of a P-256 key; or recipients as text, one a line, with comments
 */
enum exh_status recipients_read(struct recipients *r, const struct call *call,
                                const struct option_list *names, struct exh_error *err);
void recipients_free(struct recipients *r); // a zeroed one is allowed

#endif
