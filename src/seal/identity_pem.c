#include "seal/identity.h"

#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"

/* Asks once, though the text is read twice: as a key of P-256, and then as an SSH key. */
struct asked_once {
    exh_passphrase *ask;
    void *ctx;
    char *text; // secret memory of PASSPHRASE_MAX bytes
    int n;
    bool asked;
};

static int ask_once(void *ctx, char *to, size_t size)
{
    struct asked_once *a = ctx;

    if (!a->asked)
        a->n = a->ask ? a->ask(a->ctx, a->text, PASSPHRASE_MAX) : -1;
    a->asked = true;
    if (a->n < 0 || a->n > PASSPHRASE_MAX || (size_t)a->n > size)
        return -1;
    memcpy(to, a->text, (size_t)a->n);
    return a->n;
}

static enum exh_status add_ssh(struct exh_identities *ids, struct exh_bytes text,
                               struct asked_once *asked, struct exh_error *err)
{
    struct identity id = { .kind = IDENTITY_SSH };
    enum exh_status status =
        ssh_key_read((const char *)text.p, text.n, ask_once, asked, &id.ssh, err);

    return status ? status : identities_take(ids, &id, err);
}

static enum exh_status add_key(struct exh_identities *ids, struct exh_bytes text,
                               struct asked_once *asked, struct exh_error *err)
{
    struct identity id = { .kind = IDENTITY_P256 };
    enum exh_status status =
        exh_key_read((const char *)text.p, text.n, ask_once, asked, &id.key_owned, err);

    if (!status && p256_of_key(id.key_owned, id.point)) {
        id.key = id.key_owned;
        return identities_take(ids, &id, err);
    }
    identity_free(&id);
    if (status && status != EXH_UNSUPPORTED)
        return status;
    return add_ssh(ids, text, asked, err); // RSA or Ed25519; its sentence names what is taken
}

enum exh_status identities_add_pem(struct exh_identities *ids, struct exh_bytes text,
                                   exh_passphrase *ask, void *ctx, struct exh_error *err)
{
    struct asked_once asked = { .ask = ask, .ctx = ctx, .text = secret_new(PASSPHRASE_MAX) };

    if (!asked.text)
        return fail_no_memory(err);
    const enum exh_status status = bytes_start(text, "-----BEGIN OPENSSH PRIVATE KEY-----")
                                       ? add_ssh(ids, text, &asked, err)
                                       : add_key(ids, text, &asked, err);
    secret_free(asked.text, PASSPHRASE_MAX);
    return status;
}
