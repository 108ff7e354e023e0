#include "cli/certified.h"

#include "base/error.h"
#include "base/when.h"

static enum exh_status check(struct certified *c, const int64_t *now, struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_chain *chain = NULL;
    char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];
    enum exh_status status = crypto->chain_new(c->signer.chain, c->signer.chain_n, &chain, err);

    if (status != EXH_OK)
        return status;
    const struct exh_judgement profile = crypto->chain_profile(chain, EXH_PURPOSE_CLAIM, NULL);
    crypto->chain_certificate(chain, 0, &c->leaf);
    crypto->chain_free(chain);
    if (!profile.holds)
        return fail(err, EXH_INVALID, "this certificate cannot sign a credential: %s",
                    profile.reason);
    when_write(from, c->leaf.not_before);
    when_write(until, c->leaf.not_after);
    if (now && (*now < c->leaf.not_before || *now > c->leaf.not_after))
        return fail(err, EXH_INVALID, "this certificate is valid from %s to %s, not now", from,
                    until);
    return EXH_OK;
}

enum exh_status certified_open(struct certified *c, const struct certified_args *args,
                               const struct call *call, const int64_t *now, struct exh_error *err)
{
    *c = (struct certified){ 0 };
    enum exh_status status = certs_file_open(args->cert, &c->certs, err);

    if (status == EXH_OK)
        status = key_file_open(call, args->key, args->passphrase, args->option, &c->key, err);
    if (status == EXH_OK)
        status = exh_key_signer(c->key, c->certs, 0, &c->signer, err);
    if (status == EXH_OK)
        status = check(c, now, err);
    if (status != EXH_OK)
        certified_close(c);
    return status;
}

void certified_close(struct certified *c)
{
    exh_key_free(c->key);
    exh_certs_free(c->certs);
    *c = (struct certified){ 0 };
}
