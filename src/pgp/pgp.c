#include "pgp/context.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define PASSPHRASE_MAX 1024 // bytes

enum exh_status fail_gpg(struct exh_error *err, enum exh_status status, gpgme_error_t code,
                         const char *fmt, ...)
{
    char text[EXH_ERROR_MAX / 2], reason[EXH_ERROR_MAX / 4];
    va_list args;

    if (gpgme_err_code(code) == GPG_ERR_ENOMEM)
        return fail_no_memory(err);
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    gpgme_strerror_r(code, reason, sizeof reason);
    return fail(err, status, "%s: GnuPG says: %s", text, reason);
}

static ssize_t write_output(void *ctx, const void *p, size_t n)
{
    struct pgp_output *o = ctx;

    if (n > o->size - o->n) {
        o->full = true;
        errno = EFBIG;
        return -1;
    }
    memcpy(o->to + o->n, p, n);
    o->n += n;
    return (ssize_t)n;
}

gpgme_error_t pgp_output_data(struct pgp_output *output, gpgme_data_t *data)
{
    static struct gpgme_data_cbs cbs = { .write = write_output }; // GPGME only reads it
    gpgme_error_t code = gpgme_data_new_from_cbs(data, &cbs, output);

    return code ? code : gpgme_data_set_flag(*data, "sensitive", "1");
}

/* Once only: a passphrase that was wrong would be so again. */
static gpgme_error_t give_passphrase(void *hook, const char *uid_hint, const char *info,
                                     int was_bad, int fd)
{
    const struct pgp *pgp = hook;
    char text[PASSPHRASE_MAX + 1];
    gpgme_error_t code = 0;

    (void)uid_hint;
    (void)info;
    if (was_bad)
        return gpgme_error(GPG_ERR_BAD_PASSPHRASE);
    int n = pgp->options->ask(pgp->options->ask_ctx, text, PASSPHRASE_MAX);
    if (n < 0 || n > PASSPHRASE_MAX)
        return gpgme_error(GPG_ERR_CANCELED);
    text[n] = '\n';
    if (gpgme_io_writen(fd, text, (size_t)n + 1) != 0)
        code = gpgme_error_from_syserror();
    wipe(text, sizeof text);
    return code;
}

static enum exh_status set_up(struct pgp *pgp, struct exh_error *err)
{
    gpgme_error_t code;

    (void)gpgme_check_version(NULL); // starts the library
    (void)gpgme_set_locale(NULL, LC_CTYPE, setlocale(LC_CTYPE, NULL));
    code = gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP);
    if (code)
        return fail_gpg(err, EXH_UNSUPPORTED, code, "OpenPGP keys need GnuPG (gpg)");
    code = gpgme_new(&pgp->gpgme);
    if (!code)
        code = gpgme_set_protocol(pgp->gpgme, GPGME_PROTOCOL_OpenPGP);
    if (!code && pgp->options->ask)
        code = gpgme_set_pinentry_mode(pgp->gpgme, GPGME_PINENTRY_MODE_LOOPBACK);
    else if (!code && pgp->options->never_ask)
        code = gpgme_set_pinentry_mode(pgp->gpgme, GPGME_PINENTRY_MODE_CANCEL);
    if (code)
        return fail_gpg(err, EXH_CRYPTO, code, "OpenPGP keys cannot be used");
    if (pgp->options->ask)
        gpgme_set_passphrase_cb(pgp->gpgme, give_passphrase, pgp);
    gpgme_set_armor(pgp->gpgme, 0);
    gpgme_set_offline(pgp->gpgme, 1); // whatever gpg.conf says, no key is looked up on the network
    return EXH_OK;
}

static void close_pgp(struct exh_openpgp *table)
{
    struct pgp *pgp = table->ctx;

    if (pgp)
        gpgme_release(pgp->gpgme);
    free(pgp);
    *table = (struct exh_openpgp){ 0 };
}

static enum exh_status open_pgp(const struct pgp_options *options, struct exh_openpgp *out,
                                struct exh_error *err)
{
    struct pgp *pgp = calloc(1, sizeof *pgp);
    struct exh_openpgp table = { .encrypt = pgp_encrypt, .decrypt = pgp_decrypt, .ctx = pgp };

    if (!pgp)
        return fail_no_memory(err);
    pgp->options = options;
    enum exh_status status = set_up(pgp, err);
    if (status == EXH_OK)
        *out = table;
    else
        close_pgp(&table);
    return status;
}

const struct pgp_api exhibit_pgp = { .version = PGP_VERSION, .open = open_pgp, .close = close_pgp };
