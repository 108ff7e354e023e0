#include "seal/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "base/wipe.h"
#include "crypto/secret.h"
#include "formats/age_armor.h"
#include "seal/age_stream.h"
#include "seal/recipient.h"

#define FILE_N        512  // bytes of an identity file in clear, at most
#define SEALED_FILE_N 2048 // and sealed, as armored text

static enum exh_status write_header(const struct exh_crypto *crypto, const struct file_key *key,
                                    struct exh_bytes passphrase, const struct exh_sink *to,
                                    struct exh_error *err)
{
    struct exh_recipients *one = exh_recipients_new();
    struct buf header = buf_with_limit(AGE_HEADER_MAX);
    enum exh_status status = one ? EXH_OK : fail_no_memory(err);

    if (!status)
        status = exh_recipients_add_passphrase(one, (const char *)passphrase.p, passphrase.n,
                                               EXH_SCRYPT_LOG_N, err);
    age_header_put_start(&header);
    if (!status)
        status = recipients_wrap(one, key, crypto, &header, err);
    if (!status)
        status = file_key_end_header(key, &header, err);
    if (!status)
        status = to->write(to->ctx, header.p, header.n, err);
    buf_free(&header);
    exh_recipients_free(one);
    return status;
}

static enum exh_status write_payload(const struct exh_crypto *crypto, const struct file_key *key,
                                     struct exh_bytes text, const struct exh_sink *to,
                                     struct exh_error *err)
{
    uint8_t nonce[AGE_NONCE_N];
    struct age_writer *writer = NULL;
    enum exh_status status = crypto->random(nonce, sizeof nonce, err);

    if (!status)
        status = age_writer_new(key, nonce, to, &writer, err);
    if (!status) {
        struct exh_sink in = age_writer_sink(writer);
        status = in.write(in.ctx, text.p, text.n, err);
    }
    if (!status)
        status = age_writer_end(writer, err);
    age_writer_free(writer);
    return status;
}

static enum exh_status seal_armored(const struct exh_crypto *crypto, struct exh_bytes text,
                                    struct exh_bytes passphrase, struct exh_memory_sink *out,
                                    struct exh_error *err)
{
    struct exh_sink armored = exh_sink_memory(out);
    struct file_key *key = NULL;
    struct armor_writer w;
    enum exh_status status = file_key_new(crypto, &key, err);

    armor_writer_init(&w, &armored);
    struct exh_sink binary = armor_writer_sink(&w);
    if (!status)
        status = write_header(crypto, key, passphrase, &binary, err);
    if (!status)
        status = write_payload(crypto, key, text, &binary, err);
    if (!status)
        status = armor_writer_end(&w, err);
    file_key_free(key);
    return status;
}

void identity_write(const struct x25519_identity *id, char to[IDENTITY_TEXT_N])
{
    bech32_write(to, IDENTITY_PREFIX, id->secret, X25519_SIZE);
}

/* The text of a new identity file, in secret memory of FILE_N bytes. */
static enum exh_status write_file(const struct x25519_identity *id, int64_t now, char *to,
                                  struct exh_error *err)
{
    char created[WHEN_TEXT_MAX], recipient[EXH_RECIPIENT_MAX], secret[IDENTITY_TEXT_N];

    when_write(created, now);
    bech32_write(recipient, RECIPIENT_PREFIX, id->public, X25519_SIZE);
    identity_write(id, secret);
    const int n =
        snprintf(to, FILE_N, "# created: %s\n# public key: %s\n%s\n", created, recipient, secret);
    wipe(secret, sizeof secret);
    return n > 0 && n < FILE_N ? EXH_OK : fail(err, EXH_LIMIT, "the identity file is too large");
}

static enum exh_status make_identity(const struct exh_crypto *crypto, struct x25519_identity *id,
                                     struct exh_error *err)
{
    enum exh_status status = crypto->random(id->secret, sizeof id->secret, err);

    if (!status && !x25519_public(id->secret, id->public))
        status = fail(err, EXH_CRYPTO, "no X25519 key could be made");
    return status;
}

enum exh_status exh_identity_new(const struct exh_crypto *crypto, int64_t now,
                                 const char *passphrase, size_t passphrase_n, char **file,
                                 size_t *n, char recipient[EXH_RECIPIENT_MAX],
                                 struct exh_error *err)
{
    struct exh_error local;
    struct x25519_identity *id = secret_new(sizeof *id);
    struct exh_memory_sink sealed = { 0 };
    char *text = secret_new(FILE_N);

    err = err ? err : &local;
    enum exh_status status = id && text ? make_identity(crypto, id, err) : fail_no_memory(err);
    if (!status)
        status = write_file(id, now, text, err);
    if (!status && passphrase) {
        sealed = (struct exh_memory_sink){ .p = secret_new(SEALED_FILE_N), .size = SEALED_FILE_N };
        const struct exh_bytes words = { (const uint8_t *)passphrase, passphrase_n };
        status = sealed.p ? seal_armored(crypto, bytes_of(text), words, &sealed, err)
                          : fail_no_memory(err);
    }
    if (!status) {
        bech32_write(recipient, RECIPIENT_PREFIX, id->public, X25519_SIZE);
        *file = passphrase ? (char *)sealed.p : text;
        *n = passphrase ? sealed.n : strlen(text);
        if (passphrase)
            sealed.p = NULL;
        else
            text = NULL;
    }
    secret_free(sealed.p, sealed.size);
    secret_free(text, FILE_N);
    secret_free(id, sizeof *id);
    return status;
}
