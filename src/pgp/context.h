/*
 * context.h -- what stands behind a table: one GPGME context, and where passphrases come from.
 */
#ifndef PGP_CONTEXT_H
#define PGP_CONTEXT_H

#include <gpgme.h>

#include "base/error.h"
#include "pgp/pgp.h"

struct pgp {
    gpgme_ctx_t gpgme;
    const struct pgp_options *options; // borrowed
};

/* fail() with what GnuPG says behind the sentence. GPG_ERR_ENOMEM and its like keep their own status. */
PRINTF_LIKE(4, 5)
enum exh_status fail_gpg(struct exh_error *err, enum exh_status status, gpgme_error_t code,
                         const char *fmt, ...);

// encrypt.c and decrypt.c: the entries of a table
enum exh_status pgp_encrypt(void *ctx, const char *fingerprint, struct exh_bytes plain, uint8_t *to,
                            size_t size, size_t *n, struct exh_error *err);
enum exh_status pgp_decrypt(void *ctx, struct exh_bytes message, uint8_t *to, size_t size,
                            size_t *n, struct exh_openpgp_signer *signer, struct exh_error *err);

/* Where GPGME's output goes: the caller's memory, and no byte more. */
struct pgp_output {
    uint8_t *to;
    size_t size, n;
    bool full; // there was more
};
gpgme_error_t pgp_output_data(struct pgp_output *output, gpgme_data_t *data);

#endif
