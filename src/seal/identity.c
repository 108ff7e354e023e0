#include "seal/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/secret.h"
#include "formats/age_armor.h"

struct exh_identities *exh_identities_new(void)
{
    return calloc(1, sizeof(struct exh_identities));
}

void identity_free(struct identity *id)
{
    secret_free(id->x25519, sizeof *id->x25519);
    exh_key_free(id->key_owned);
    ssh_key_free(id->ssh);
    secret_free(id->passphrase, id->passphrase_n);
    *id = (struct identity){ 0 };
}

void exh_identities_free(struct exh_identities *ids)
{
    if (!ids)
        return;
    for (size_t i = 0; i < ids->n; i++)
        identity_free(&ids->items[i]);
    free(ids);
}

enum exh_status identities_take(struct exh_identities *ids, struct identity *id,
                                struct exh_error *err)
{
    if (ids->n == EXH_IDENTITIES_MAX) {
        identity_free(id);
        return fail(err, EXH_LIMIT, "more than %d identities", EXH_IDENTITIES_MAX);
    }
    ids->items[ids->n++] = *id;
    *id = (struct identity){ 0 };
    return EXH_OK;
}

enum exh_status exh_identities_add_key(struct exh_identities *ids, const struct exh_key *key,
                                       struct exh_error *err)
{
    struct exh_error local;
    struct identity id = { .kind = IDENTITY_P256, .key = key };

    err = err ? err : &local;
    if (!p256_of_key(key, id.point))
        return fail(err, EXH_UNSUPPORTED, "the key is not one of P-256, so it opens nothing");
    return identities_take(ids, &id, err);
}

enum exh_status exh_identities_add_passphrase(struct exh_identities *ids, const char *passphrase,
                                              size_t n, struct exh_error *err)
{
    struct exh_error local;
    struct identity id = { .kind = IDENTITY_PASSPHRASE, .passphrase_n = n };

    err = err ? err : &local;
    if (!n)
        return fail(err, EXH_INVALID, "the passphrase is empty");
    if (n > PASSPHRASE_MAX)
        return fail(err, EXH_LIMIT, "the passphrase has %zu bytes; %d are the most", n,
                    PASSPHRASE_MAX);
    id.passphrase = secret_new(n);
    if (!id.passphrase)
        return fail_no_memory(err);
    memcpy(id.passphrase, passphrase, n);
    return identities_take(ids, &id, err);
}

enum exh_status exh_identities_add_openpgp(struct exh_identities *ids,
                                           const struct exh_openpgp *openpgp, struct exh_error *err)
{
    struct exh_error local;
    struct identity id = { .kind = IDENTITY_OPENPGP, .openpgp = openpgp };

    return identities_take(ids, &id, err ? err : &local);
}

size_t exh_identities_count(const struct exh_identities *ids)
{
    return ids->n;
}

enum exh_status exh_identities_recipient(const struct exh_identities *ids, size_t i,
                                         char to[EXH_RECIPIENT_MAX], struct exh_error *err)
{
    struct exh_error local;
    uint8_t packed[P256_PACKED];

    err = err ? err : &local;
    if (i >= ids->n)
        return fail(err, EXH_INVALID, "there is no identity %zu: the list holds %zu", i, ids->n);
    const struct identity *id = &ids->items[i];
    switch (id->kind) {
    case IDENTITY_X25519:
        bech32_write(to, RECIPIENT_PREFIX, id->x25519->public, X25519_SIZE);
        return EXH_OK;
    case IDENTITY_P256:
        p256_pack(id->point, packed);
        bech32_write(to, TAGGED_PREFIX, packed, sizeof packed);
        return EXH_OK;
    case IDENTITY_SSH:
        return fail(err, EXH_UNSUPPORTED, "nothing is sealed to SSH keys here: they only open");
    case IDENTITY_OPENPGP:
        return fail(err, EXH_UNSUPPORTED, "the recipient of an OpenPGP key is its fingerprint");
    case IDENTITY_PASSPHRASE: break;
    }
    return fail(err, EXH_UNSUPPORTED, "a passphrase has no recipient");
}

enum exh_status identity_open(const struct identity *id, const struct age_stanza *s,
                              struct file_key *key, bool *opened, struct exh_error *err)
{
    switch (id->kind) {
    case IDENTITY_X25519: return stanza_x25519_open(id->x25519, s, key, opened, err);
    case IDENTITY_P256: return stanza_p256tag_open(id->key, id->point, s, key, opened, err);
    case IDENTITY_SSH: return stanza_ssh_open(id->ssh, s, key, opened, err);
    case IDENTITY_OPENPGP: *opened = false; return EXH_OK;
    case IDENTITY_PASSPHRASE: break;
    }
    const struct exh_bytes passphrase = { (const uint8_t *)id->passphrase, id->passphrase_n };
    return stanza_scrypt_open(passphrase, s, key, opened, err);
}

/* Without the white space in front. */
static struct exh_bytes from_first_word(struct exh_bytes text)
{
    while (text.n && text.p[0] <= ' ') {
        text.p++;
        text.n--;
    }
    return text;
}

static enum exh_status add_file(struct exh_identities *ids, struct exh_bytes file,
                                exh_passphrase *ask, void *ctx, struct exh_error *err)
{
    const struct exh_bytes text = from_first_word(file);

    if (file.n > EXH_IDENTITY_FILE_MAX)
        return fail(err, EXH_LIMIT, "an identity file of %zu bytes; %d are the most", file.n,
                    EXH_IDENTITY_FILE_MAX);
    if (armor_starts(text) || bytes_start(file, "age-encryption.org/"))
        return identities_add_sealed(ids, file, ask, ctx, err);
    if (bytes_start(text, "-----BEGIN CERTIFICATE"))
        return fail(err, EXH_MALFORMED, "a certificate is no identity: its private key is");
    if (bytes_start(text, "-----BEGIN "))
        return identities_add_pem(ids, text, ask, ctx, err);
    return identities_add_lines(ids, file, err);
}

enum exh_status exh_identities_add(struct exh_identities *ids, const char *file, size_t n,
                                   exh_passphrase *ask, void *ctx, struct exh_error *err)
{
    struct exh_error local;
    const size_t before = ids->n;
    enum exh_status status =
        add_file(ids, (struct exh_bytes){ (const uint8_t *)file, n }, ask, ctx, err ? err : &local);

    while (status && ids->n > before) // all keys of a file, or none
        identity_free(&ids->items[--ids->n]);
    return status;
}
