#include "pgp/context.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

static enum exh_openpgp_signature judge(gpgme_error_t status)
{
    switch (gpgme_err_code(status)) {
    case GPG_ERR_NO_ERROR:
    case GPG_ERR_SIG_EXPIRED:
    case GPG_ERR_KEY_EXPIRED: // it was good once, and old messages are what this is for
        return EXH_OPENPGP_GOOD;
    case GPG_ERR_CERT_REVOKED: return EXH_OPENPGP_REVOKED;
    case GPG_ERR_NO_PUBKEY: return EXH_OPENPGP_UNKNOWN_KEY;
    default: return EXH_OPENPGP_BAD;
    }
}

static struct exh_openpgp_signer signer_of(gpgme_signature_t s)
{
    struct exh_openpgp_signer signer = { .signature = EXH_OPENPGP_UNSIGNED };

    if (!s)
        return signer;
    // Two signatures would leave open which one counts; nobody writes such messages.
    signer.signature = s->next ? EXH_OPENPGP_BAD : judge(s->status);
    signer.trusted = signer.signature == EXH_OPENPGP_GOOD && s->validity >= GPGME_VALIDITY_FULL;
    snprintf(signer.fingerprint, sizeof signer.fingerprint, "%s", s->fpr ? s->fpr : "");
    return signer;
}

/* "it is for 0123456789ABCDEF" with the first keys that the message names. */
static enum exh_status fail_foreign(gpgme_decrypt_result_t result, struct exh_error *err)
{
    char ids[128] = "";
    size_t n = 0;

    for (gpgme_recipient_t r = result ? result->recipients : NULL; r && n < sizeof ids - 24;
         r = r->next)
        n += (size_t)snprintf(ids + n, sizeof ids - n, "%s%.16s", n ? ", " : "", r->keyid);
    return fail(err, EXH_NOT_FOUND, "GnuPG has no secret key for the message; it is for %s",
                n ? ids : "nobody");
}

static enum exh_status fail_decrypt(struct pgp *pgp, gpgme_error_t code, struct exh_error *err)
{
    switch (gpgme_err_code(code)) {
    case GPG_ERR_NO_SECKEY: return fail_foreign(gpgme_op_decrypt_result(pgp->gpgme), err);
    case GPG_ERR_BAD_PASSPHRASE:
    case GPG_ERR_BAD_PIN: return fail(err, EXH_DENIED, "wrong passphrase for the OpenPGP key");
    case GPG_ERR_CANCELED:
    case GPG_ERR_FULLY_CANCELED:
    case GPG_ERR_NO_PASSPHRASE:
    case GPG_ERR_NO_PIN_ENTRY:
        return fail(err, EXH_DENIED, "the OpenPGP key needs a passphrase, and none was given");
    default: return fail_gpg(err, EXH_MALFORMED, code, "OpenPGP message cannot be decrypted");
    }
}

static enum exh_status decrypt(struct pgp *pgp, struct exh_bytes message, struct pgp_output *output,
                               struct exh_error *err)
{
    gpgme_data_t in = NULL, out = NULL;
    gpgme_error_t code = gpgme_data_new_from_mem(&in, (const char *)message.p, message.n, 0);

    if (!code)
        code = pgp_output_data(output, &out);
    if (!code)
        code = gpgme_op_decrypt_verify(pgp->gpgme, in, out);
    gpgme_data_release(in);
    gpgme_data_release(out);
    if (output->full)
        return fail(err, EXH_LIMIT, "OpenPGP message holds more than %zu bytes", output->size);
    return code ? fail_decrypt(pgp, code, err) : EXH_OK;
}

enum exh_status pgp_decrypt(void *ctx, struct exh_bytes message, uint8_t *to, size_t size,
                            size_t *n, struct exh_openpgp_signer *signer, struct exh_error *err)
{
    struct pgp *pgp = ctx;
    struct pgp_output output = { .to = to, .size = size };

    if (message.n > EXH_OPENPGP_MESSAGE_MAX)
        return fail(err, EXH_LIMIT, "OpenPGP message of %zu bytes is longer than %d", message.n,
                    EXH_OPENPGP_MESSAGE_MAX);
    enum exh_status status = decrypt(pgp, message, &output, err);
    if (status != EXH_OK) {
        wipe(to, size);
        return status;
    }
    gpgme_verify_result_t verified = gpgme_op_verify_result(pgp->gpgme);
    *signer = signer_of(verified ? verified->signatures : NULL);
    *n = output.n;
    return EXH_OK;
}
