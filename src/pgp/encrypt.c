#include "pgp/context.h"

#include <string.h>

#include "base/text.h"

#define PACKET_BIT 0x80 // set in the first byte of every binary message

/* Whatever gpg.conf says: for this key only, and not compressed. Its owner named it by its fingerprint. */
#define FLAGS (GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO | GPGME_ENCRYPT_NO_COMPRESS)

static bool is_fingerprint(const char *text)
{
    const size_t n = strlen(text);
    uint8_t raw[EXH_OPENPGP_FINGERPRINT_MAX / 2];

    return (n == 40 || n == 64) && hex_read(bytes_of(text), raw, n / 2);
}

static enum exh_status check_usable(const char *fingerprint, gpgme_key_t key, struct exh_error *err)
{
    if (key->revoked)
        return fail(err, EXH_INVALID, "OpenPGP key %s was revoked", fingerprint);
    if (key->expired)
        return fail(err, EXH_INVALID, "OpenPGP key %s has expired", fingerprint);
    if (key->disabled || key->invalid)
        return fail(err, EXH_INVALID, "OpenPGP key %s is not valid", fingerprint);
    if (!key->can_encrypt)
        return fail(err, EXH_INVALID, "OpenPGP key %s has no part that encrypts", fingerprint);
    return EXH_OK;
}

static enum exh_status find_key(const struct pgp *pgp, const char *fingerprint, gpgme_key_t *out,
                                struct exh_error *err)
{
    gpgme_key_t key = NULL;

    if (!is_fingerprint(fingerprint))
        return fail(err, EXH_INVALID,
                    "'%.70s' is no fingerprint of an OpenPGP key: 40 or 64 hexadecimal digits",
                    fingerprint);
    gpgme_error_t code = gpgme_get_key(pgp->gpgme, fingerprint, &key, 0);
    if (gpgme_err_code(code) == GPG_ERR_EOF)
        return fail(err, EXH_NOT_FOUND, "GnuPG has no key %s: import it (gpg --import)",
                    fingerprint);
    if (code)
        return fail_gpg(err, EXH_CRYPTO, code, "OpenPGP key %s", fingerprint);
    enum exh_status status = check_usable(fingerprint, key, err);
    if (status == EXH_OK)
        *out = key;
    else
        gpgme_key_unref(key);
    return status;
}

static enum exh_status encrypt_for(struct pgp *pgp, gpgme_key_t key, struct exh_bytes plain,
                                   struct pgp_output *output, struct exh_error *err)
{
    gpgme_key_t keys[] = { key, NULL };
    gpgme_data_t in = NULL, out = NULL;
    gpgme_error_t code = gpgme_data_new_from_mem(&in, (const char *)plain.p, plain.n, 0);

    if (!code)
        code = gpgme_data_set_flag(in, "sensitive", "1");
    if (!code)
        code = pgp_output_data(output, &out);
    if (!code)
        code = gpgme_op_encrypt(pgp->gpgme, keys, FLAGS, in, out);
    gpgme_data_release(in);
    gpgme_data_release(out);
    if (output->full)
        return fail(err, EXH_LIMIT, "OpenPGP message is longer than %zu bytes", output->size);
    if (code)
        return fail_gpg(err, EXH_CRYPTO, code, "OpenPGP message could not be encrypted");
    if (output->n == 0 || !(output->to[0] & PACKET_BIT))
        return fail(err, EXH_INVALID,
                    "GnuPG writes armored messages: take 'armor' out of gpg.conf");
    return EXH_OK;
}

enum exh_status pgp_encrypt(void *ctx, const char *fingerprint, struct exh_bytes plain, uint8_t *to,
                            size_t size, size_t *n, struct exh_error *err)
{
    struct pgp_output output = { .to = to, .size = size };
    gpgme_key_t key = NULL;

    if (plain.n > EXH_OPENPGP_SECRET_MAX)
        return fail(err, EXH_LIMIT, "%zu bytes for an OpenPGP message are more than %d", plain.n,
                    EXH_OPENPGP_SECRET_MAX);
    enum exh_status status = find_key(ctx, fingerprint, &key, err);
    if (status == EXH_OK)
        status = encrypt_for(ctx, key, plain, &output, err);
    gpgme_key_unref(key);
    if (status == EXH_OK)
        *n = output.n;
    return status;
}
