#include "seal/stanza.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "formats/pgp_message.h"
#include "seal/identity.h"

#define VERSION "1" // the argument

static const char *const args[] = { NAME_STANZA_OPENPGP, VERSION };

/* The identity as a line of an identity file, and that encrypted. text: secret memory, IDENTITY_TEXT_N. */
static enum exh_status encrypt_identity(const struct exh_openpgp *openpgp, const char *fingerprint,
                                        const struct x25519_identity *id, char *text,
                                        struct openpgp_key *out, struct exh_error *err)
{
    identity_write(id, text);
    const size_t n = strlen(text);
    text[n] = '\n'; // where the NUL was: the text is passed on by its size
    return openpgp->encrypt(openpgp->ctx, fingerprint,
                            (struct exh_bytes){ (const uint8_t *)text, n + 1 }, out->message,
                            EXH_OPENPGP_MESSAGE_MAX, &out->message_n, err);
}

/*
 * The identity is derived from the file key and the fingerprint, as ephemeral keys are (stanza_x25519.c): so
 * whoever can open the file can take its stanza out again.
 */
static enum exh_status derive_identity(const struct file_key *key, const char *fingerprint,
                                       struct x25519_identity *id, struct exh_error *err)
{
    enum exh_status status = file_key_derive_for(key, bytes_of(fingerprint),
                                                 bytes_of(NAME_INFO_OPENPGP), id->secret, err);

    if (!status && !x25519_public(id->secret, id->public))
        status = fail(err, EXH_CRYPTO, "no X25519 key could be made");
    return status;
}

enum exh_status stanza_openpgp_make(const struct exh_openpgp *openpgp, const char *fingerprint,
                                    const struct file_key *key, struct openpgp_key *out,
                                    struct exh_error *err)
{
    struct x25519_identity *id = secret_new(sizeof *id);
    char *text = secret_new(IDENTITY_TEXT_N);
    struct openpgp_key made = { .message = malloc(EXH_OPENPGP_MESSAGE_MAX) };
    enum exh_status status = id && text && made.message ? derive_identity(key, fingerprint, id, err)
                                                        : fail_no_memory(err);

    if (!status)
        status = encrypt_identity(openpgp, fingerprint, id, text, &made, err);
    if (!status)
        memcpy(made.public, id->public, sizeof made.public);
    secret_free(id, sizeof *id);
    secret_free(text, IDENTITY_TEXT_N);
    if (status)
        free(made.message);
    else
        *out = made;
    return status;
}

enum exh_status stanza_openpgp_put(struct buf *header, const struct openpgp_key *one,
                                   struct exh_error *err)
{
    age_header_put_stanza(header, args, ARRAY_N(args),
                          (struct exh_bytes){ one->message, one->message_n });
    return buf_finish(header, err);
}

size_t stanza_openpgp_size(const struct openpgp_key *one)
{
    return age_stanza_size(sizeof NAME_STANZA_OPENPGP + sizeof VERSION - 1, one->message_n);
}

/* The part of a key that a message is for, as an encryption to that key tells it. */
static enum exh_status find_part(const struct exh_openpgp *openpgp, const char *fingerprint,
                                 uint8_t part[PGP_KEY_ID], struct exh_error *err)
{
    static const uint8_t anything[1] = { 0 };
    uint8_t *message = malloc(EXH_OPENPGP_MESSAGE_MAX);
    size_t n = 0;

    if (!message)
        return fail_no_memory(err);
    enum exh_status status =
        openpgp->encrypt(openpgp->ctx, fingerprint, (struct exh_bytes){ anything, sizeof anything },
                         message, EXH_OPENPGP_MESSAGE_MAX, &n, err);
    if (!status && !pgp_message_key_id((struct exh_bytes){ message, n }, part))
        status = fail(err, EXH_CRYPTO, "OpenPGP message for %s names no key", fingerprint);
    free(message);
    return status;
}

static enum exh_status is_its_stanza(const char *fingerprint, const struct age_stanza *s,
                                     const struct file_key *key, bool *is, struct exh_error *err)
{
    struct x25519_identity *id = secret_new(sizeof *id);
    enum exh_status status = id ? derive_identity(key, fingerprint, id, err) : fail_no_memory(err);

    if (!status)
        status = stanza_x25519_is_for(s, id->public, key, is, err);
    secret_free(id, sizeof *id);
    return status;
}

enum exh_status stanza_openpgp_is_for(const struct exh_openpgp *openpgp, const char *fingerprint,
                                      const struct age_stanza *s, const struct file_key *key,
                                      bool *is, struct exh_error *err)
{
    uint8_t named[PGP_KEY_ID], part[PGP_KEY_ID];

    *is = false;
    if (stanza_is(s, STANZA_X25519))
        return is_its_stanza(fingerprint, s, key, is, err);
    if (!stanza_is(s, args[0]) || !pgp_message_key_id(s->body, named))
        return EXH_OK;
    const enum exh_status status = find_part(openpgp, fingerprint, part, err);
    // A key that is gone or came to its end: its message stays, which opens nothing without its stanza.
    if (status == EXH_NOT_FOUND || status == EXH_INVALID)
        return EXH_OK;
    *is = !status && memcmp(named, part, sizeof part) == 0;
    return status;
}

static bool is_ours(const struct age_stanza *s)
{
    return stanza_is(s, args[0]) && s->args_n == 1 && bytes_are(age_stanza_arg(s, 0), args[1]);
}

/* Try the identities in a message at all X25519 stanzas. What is no identity opens nothing. */
static enum exh_status try_text(struct exh_bytes text, const struct age_header *header,
                                struct file_key *key, bool *opened, struct exh_error *err)
{
    struct exh_identities *ids = exh_identities_new();
    enum exh_status status = EXH_OK;

    if (!ids)
        return fail_no_memory(err);
    const bool is_identity = identities_add_lines(ids, text, err) == EXH_OK;
    for (size_t i = 0; is_identity && i < ids->n && !*opened && !status; i++)
        for (size_t k = 0; k < header->stanzas_n && !*opened && !status; k++)
            status = identity_open(&ids->items[i], &header->stanzas[k], key, opened, err);
    exh_identities_free(ids);
    return status;
}

/* A message that is for others, or damaged, is left aside: another one may do. */
static enum exh_status try_message(const struct exh_openpgp *openpgp, const struct age_stanza *s,
                                   const struct age_header *header, char *text,
                                   struct file_key *key, bool *opened, struct exh_error *err)
{
    struct exh_openpgp_signer signer;
    size_t n = 0;
    const enum exh_status status = openpgp->decrypt(openpgp->ctx, s->body, (uint8_t *)text,
                                                    EXH_OPENPGP_SECRET_MAX, &n, &signer, err);

    if (status == EXH_NOT_FOUND || status == EXH_MALFORMED || status == EXH_LIMIT)
        return EXH_OK;
    if (status)
        return status;
    return try_text((struct exh_bytes){ (const uint8_t *)text, n }, header, key, opened, err);
}

enum exh_status stanza_openpgp_open(const struct exh_openpgp *openpgp,
                                    const struct age_header *header, struct file_key *key,
                                    bool *opened, struct exh_error *err)
{
    char *text = secret_new(EXH_OPENPGP_SECRET_MAX);
    enum exh_status status = text ? EXH_OK : fail_no_memory(err);

    *opened = false;
    for (size_t i = 0; i < header->stanzas_n && !*opened && !status; i++)
        if (is_ours(&header->stanzas[i]))
            status = try_message(openpgp, &header->stanzas[i], header, text, key, opened, err);
    secret_free(text, EXH_OPENPGP_SECRET_MAX);
    return status;
}
