/*
 * recipients.h -- whom -r names: files are sealed to them.
 */
#ifndef CLI_RECIPIENTS_H
#define CLI_RECIPIENTS_H

#include <exhibit/identity.h>

#include "cli/judge.h"
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
 *   FILE                     a certificate (PEM) of a P-256 key; a signed statement; or recipients as text,
 *                            one a line, with comments
 *
 * judge  whom a statement must be signed by, and when: EXH_DENIED when it does not hold. NULL: statements are
 *        taken as they are, by those who only take a recipient away.
 */
enum exh_status recipients_read(struct recipients *r, const struct call *call,
                                const struct option_list *names, const struct judge *judge,
                                struct exh_error *err);

/* Whether a file is a statement, by its first byte. */
bool recipients_is_statement(struct exh_bytes file);
void recipients_free(struct recipients *r); // a zeroed one is allowed

#endif
