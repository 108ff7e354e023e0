#include "seal/age_open.h"

#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "crypto/kdf.h"
#include "seal/identity.h"

// What a person knows the kinds of stanzas by. The last row is all others.
static const struct {
    const char *type, *one, *more;
} kinds[] = {
    { STANZA_X25519, "X25519 key", "X25519 keys" },
    { STANZA_P256TAG, "P-256 key", "P-256 keys" },
    { "ssh-rsa", "SSH key (RSA)", "SSH keys (RSA)" },
    { "ssh-ed25519", "SSH key (Ed25519)", "SSH keys (Ed25519)" },
    { "mlkem768x25519", "post-quantum key", "post-quantum keys" },
    { "mlkem768p256tag", "post-quantum key in hardware", "post-quantum keys in hardware" },
    { STANZA_SCRYPT, "passphrase", "passphrases" },
    { NAME_STANZA_OPENPGP, "OpenPGP key", "OpenPGP keys" },
    { NULL, "stanza of another kind", "stanzas of other kinds" },
};

static size_t kind_of(const struct age_stanza *s)
{
    size_t i = 0;

    while (kinds[i].type && !stanza_is(s, kinds[i].type))
        i++;
    return i;
}

/* "2 X25519 keys, 1 P-256 key" */
static void tell_kinds(const struct age_header *h, char *to, size_t size)
{
    size_t count[ARRAY_N(kinds)] = { 0 };
    size_t n = 0;

    for (size_t i = 0; i < h->stanzas_n; i++)
        count[kind_of(&h->stanzas[i])]++;
    to[0] = 0;
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        if (!count[i] || n >= size)
            continue;
        const int more = snprintf(to + n, size - n, "%s%zu %s", n ? ", " : "", count[i],
                                  count[i] == 1 ? kinds[i].one : kinds[i].more);
        n += more > 0 ? (size_t)more : 0;
    }
}

static enum exh_status fail_none(const struct age_header *h, const struct exh_identities *ids,
                                 struct exh_error *err)
{
    char text[256];

    if (!ids->n)
        return fail(err, EXH_DENIED, "no identity was given to open the file with");
    if (h->stanzas_n == 1 && stanza_is(&h->stanzas[0], STANZA_SCRYPT)) {
        for (size_t i = 0; i < ids->n; i++)
            if (ids->items[i].kind == IDENTITY_PASSPHRASE)
                return fail(err, EXH_DENIED, "wrong passphrase");
        return fail(err, EXH_DENIED, "the file is sealed with a passphrase, and none was given");
    }
    tell_kinds(h, text, sizeof text);
    return fail(err, EXH_DENIED, "none of the identities given (%zu) opens the file; it is for: %s",
                ids->n, text);
}

/* A passphrase promises who made the file; others beside it could have made it too. */
static enum exh_status check_mix(const struct age_header *h, struct exh_error *err)
{
    for (size_t i = 0; h->stanzas_n > 1 && i < h->stanzas_n; i++)
        if (stanza_is(&h->stanzas[i], STANZA_SCRYPT))
            return fail(err, EXH_MALFORMED,
                        "age header: a passphrase beside other stanzas, which age forbids");
    return EXH_OK;
}

/* What takes long, and may ask a person, comes last. */
static enum exh_status find_by_openpgp(const struct age_header *h, const struct exh_identities *ids,
                                       struct file_key *key, bool *opened, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < ids->n && !status && !*opened; i++)
        if (ids->items[i].kind == IDENTITY_OPENPGP)
            status = stanza_openpgp_open(ids->items[i].openpgp, h, key, opened, err);
    return status;
}

static enum exh_status find_key(const struct age_header *h, const struct exh_identities *ids,
                                struct file_key *key, struct exh_error *err)
{
    bool opened = false;

    for (size_t i = 0; i < ids->n; i++) {
        for (size_t s = 0; s < h->stanzas_n; s++) {
            enum exh_status status =
                identity_open(&ids->items[i], &h->stanzas[s], key, &opened, err);
            if (status || opened)
                return status;
        }
    }
    enum exh_status status = find_by_openpgp(h, ids, key, &opened, err);
    return status || opened ? status : fail_none(h, ids, err);
}

static enum exh_status check_mac(const struct age_header *h, const struct file_key *key,
                                 struct exh_error *err)
{
    uint8_t mac[AGE_MAC_N];
    enum exh_status status = file_key_mac(key, h->authenticated, mac, err);

    if (!status && !equal_secret(mac, h->mac, sizeof mac))
        status = fail(err, EXH_CRYPTO, "the age header was altered: its MAC does not hold");
    return status;
}

enum exh_status age_open(const struct age_header *header, const struct exh_identities *ids,
                         struct file_key **out, struct exh_error *err)
{
    struct file_key *key = NULL;
    enum exh_status status = check_mix(header, err);

    if (!status)
        status = file_key_empty(&key, err);
    if (!status)
        status = find_key(header, ids, key, err);
    if (!status)
        status = check_mac(header, key, err);
    if (status) {
        file_key_free(key);
        return status;
    }
    *out = key;
    return EXH_OK;
}
