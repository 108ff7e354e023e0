/*
 * pgp.h -- the one door to GnuPG.
 *
 * Keys and their passphrases stay with GnuPG and its agent; GNUPGHOME says where, as for gpg itself. The
 * library behind this is a module (exhibit-pgp.so) that is loaded on first use, by cli/module.h.
 */
#ifndef PGP_PGP_H
#define PGP_PGP_H

#include <exhibit/key.h>
#include <exhibit/openpgp.h>

#define PGP_MODULE  "exhibit-pgp.so"
#define PGP_SYMBOL  "exhibit_pgp"
#define PGP_VERSION 1 // of struct pgp_api: a module of another version is not used

/* How a passphrase is got. */
struct pgp_options {
    bool never_ask;      // nobody is there: a key that needs a passphrase is refused
    exh_passphrase *ask; // gives it; NULL: GnuPG asks by its own program
    void *ask_ctx;
};

struct pgp_api {
    unsigned version;
    /*
     * Fill a table. options is borrowed for its life; the table is used from one thread at a time.
     *
     * EXH_UNSUPPORTED  gpg is not installed, or too old
     * EXH_NO_MEMORY  EXH_CRYPTO
     */
    enum exh_status (*open)(const struct pgp_options *options, struct exh_openpgp *out,
                            struct exh_error *err);
    void (*close)(struct exh_openpgp *table); // a zeroed one is allowed
};

extern EXH_API const struct pgp_api exhibit_pgp;

#endif
