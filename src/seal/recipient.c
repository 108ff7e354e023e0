#include "seal/recipient.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "formats/bech32.h"
#include "seal/identity.h"

enum recipient_kind { RECIPIENT_X25519, RECIPIENT_P256, RECIPIENT_PASSPHRASE, RECIPIENT_OPENPGP };

struct recipient {
    enum recipient_kind kind;
    uint8_t key[P256_POINT]; // X25519: the first 32 bytes
    char *passphrase;        // owned, secret memory
    size_t passphrase_n;
    unsigned log_n;
    const struct exh_openpgp *openpgp; // borrowed
    char fingerprint[EXH_OPENPGP_FINGERPRINT_MAX];
    struct openpgp_key made; // owned; recipients_for_file()
};

struct exh_recipients {
    size_t n;
    struct recipient items[EXH_RECIPIENTS_MAX];
};

struct exh_recipients *exh_recipients_new(void)
{
    return calloc(1, sizeof(struct exh_recipients));
}

void exh_recipients_free(struct exh_recipients *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        secret_free(r->items[i].passphrase, r->items[i].passphrase_n);
        free(r->items[i].made.message);
    }
    free(r);
}

size_t exh_recipients_count(const struct exh_recipients *r)
{
    return r->n;
}

bool recipients_are_passphrase(const struct exh_recipients *r)
{
    return r->n && r->items[0].kind == RECIPIENT_PASSPHRASE;
}

static bool is_same(const struct recipient *a, const struct recipient *b)
{
    return a->kind == b->kind && memcmp(a->key, b->key, sizeof a->key) == 0 &&
           strcmp(a->fingerprint, b->fingerprint) == 0;
}

static enum exh_status add(struct exh_recipients *r, const struct recipient *one,
                           struct exh_error *err)
{
    if (recipients_are_passphrase(r))
        return fail(err, EXH_INVALID, "a passphrase must be the only recipient");
    for (size_t i = 0; i < r->n; i++)
        if (is_same(&r->items[i], one))
            return EXH_OK;
    if (r->n == EXH_RECIPIENTS_MAX)
        return fail(err, EXH_LIMIT, "more than %d recipients", EXH_RECIPIENTS_MAX);
    r->items[r->n++] = *one;
    return EXH_OK;
}

static enum exh_status add_x25519(struct exh_recipients *r, struct exh_bytes text,
                                  struct exh_error *err)
{
    struct recipient one = { .kind = RECIPIENT_X25519 };
    enum exh_status status = bech32_read(text, RECIPIENT_PREFIX, one.key, X25519_SIZE, err);

    if (status)
        return within(err, "recipient");
    if (x25519_low_order(one.key))
        return fail(err, EXH_MALFORMED,
                    "recipient: a point of low order, which everybody could open");
    return add(r, &one, err);
}

static enum exh_status add_tagged(struct exh_recipients *r, struct exh_bytes text,
                                  struct exh_error *err)
{
    struct recipient one = { .kind = RECIPIENT_P256 };
    uint8_t packed[P256_PACKED];
    enum exh_status status = bech32_read(text, TAGGED_PREFIX, packed, sizeof packed, err);

    if (status)
        return within(err, "recipient");
    if (!p256_unpack((struct exh_bytes){ packed, sizeof packed }, one.key))
        return fail(err, EXH_MALFORMED, "recipient: no point of P-256");
    return add(r, &one, err);
}

static enum exh_status add_certificate(struct exh_recipients *r, struct exh_bytes text,
                                       struct exh_error *err)
{
    struct recipient one = { .kind = RECIPIENT_P256 };
    struct exh_certs *certs = NULL;
    size_t n = 0;
    enum exh_status status = exh_certs_read((const char *)text.p, text.n, &certs, err);

    if (!status)
        status = p256_of_cert(exh_certs_chain(certs, &n)[0], one.key, err);
    exh_certs_free(certs);
    return status ? within(err, "recipient") : add(r, &one, err);
}

static enum exh_status add_other(struct exh_recipients *r, struct exh_bytes text,
                                 struct exh_error *err)
{
    static const struct {
        const char *start;
        enum exh_status status;
        const char *why;
    } rows[] = {
        { "AGE-SECRET-KEY-", EXH_INVALID, "this is a private key: give its recipient, age1..." },
        { "AGE-PLUGIN-", EXH_INVALID, "this is a private key: give its recipient, age1..." },
        { "-----BEGIN PUBLIC KEY", EXH_UNSUPPORTED, "give a certificate, not a public key" },
        { "-----BEGIN ", EXH_INVALID, "a PEM recipient is a certificate" },
        { "ssh-", EXH_UNSUPPORTED, "nothing is sealed to SSH keys here: they only open" },
        { "age1pq1", EXH_UNSUPPORTED, "post-quantum recipients are not supported" },
        { "age1tagpq1", EXH_UNSUPPORTED, "post-quantum recipients are not supported" },
    };

    (void)r;
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        if (bytes_start(text, rows[i].start))
            return fail(err, rows[i].status, "recipient: %s", rows[i].why);
    if (bytes_start(text, "age1")) // a second separator: age1NAME1...
        return fail(err, EXH_UNSUPPORTED, "recipient: recipients of plugins are not supported");
    return fail(err, EXH_MALFORMED, "recipient: neither age1..., age1tag1... nor a certificate");
}

/* Whether text is of this prefix, and of none that begins so too: bech32's data has no '1'. */
static bool has_prefix(struct exh_bytes text, const char *prefix)
{
    const size_t n = strlen(prefix);

    return bytes_start(text, prefix) && text.n > n && text.p[n] == '1' &&
           !memchr(text.p + n + 1, '1', text.n - n - 1);
}

static struct exh_bytes trimmed(struct exh_bytes text)
{
    while (text.n && text.p[0] <= ' ') {
        text.p++;
        text.n--;
    }
    while (text.n && text.p[text.n - 1] <= ' ')
        text.n--;
    return text;
}

enum exh_status exh_recipients_add(struct exh_recipients *r, const char *text, size_t n,
                                   struct exh_error *err)
{
    struct exh_error local;
    struct exh_bytes one = trimmed((struct exh_bytes){ (const uint8_t *)text, n });

    err = err ? err : &local;
    if (has_prefix(one, RECIPIENT_PREFIX))
        return add_x25519(r, one, err);
    if (has_prefix(one, TAGGED_PREFIX))
        return add_tagged(r, one, err);
    if (bytes_start(one, "-----BEGIN CERTIFICATE-----"))
        return add_certificate(r, one, err);
    return add_other(r, one, err);
}

enum exh_status exh_recipients_add_passphrase(struct exh_recipients *r, const char *passphrase,
                                              size_t n, unsigned log_n, struct exh_error *err)
{
    struct exh_error local;
    struct recipient one = { .kind = RECIPIENT_PASSPHRASE, .passphrase_n = n, .log_n = log_n };

    err = err ? err : &local;
    if (r->n)
        return fail(err, EXH_INVALID, "a passphrase must be the only recipient");
    if (!n)
        return fail(err, EXH_INVALID, "the passphrase is empty");
    if (n > PASSPHRASE_MAX)
        return fail(err, EXH_LIMIT, "the passphrase has %zu bytes; %d are the most", n,
                    PASSPHRASE_MAX);
    if (log_n < 1 || log_n > EXH_SCRYPT_LOG_N_MAX)
        return fail(err, EXH_LIMIT, "a work factor of 2^%u; 2^1 to 2^%d are allowed", log_n,
                    EXH_SCRYPT_LOG_N_MAX);
    one.passphrase = secret_new(n);
    if (!one.passphrase)
        return fail_no_memory(err);
    memcpy(one.passphrase, passphrase, n);
    r->items[r->n++] = one;
    return EXH_OK;
}

enum exh_status exh_recipients_add_openpgp(struct exh_recipients *r,
                                           const struct exh_openpgp *openpgp,
                                           const char *fingerprint, struct exh_error *err)
{
    struct exh_error local;
    struct recipient one = { .kind = RECIPIENT_OPENPGP, .openpgp = openpgp };
    uint8_t raw[EXH_OPENPGP_FINGERPRINT_MAX / 2];
    const size_t n = strlen(fingerprint);

    err = err ? err : &local;
    if ((n != 40 && n != 64) || !hex_read(bytes_of(fingerprint), raw, n / 2))
        return fail(err, EXH_INVALID,
                    "recipient: '%.70s' is no fingerprint of an OpenPGP key: 40 or 64 hexadecimal "
                    "digits",
                    fingerprint);
    hex_write(one.fingerprint, raw, n / 2);
    return add(r, &one, err);
}

/* Copy a recipient; what it owns is copied too, or made. */
static enum exh_status copy_for_file(const struct recipient *one, const struct file_key *key,
                                     struct recipient *to, struct exh_error *err)
{
    *to = *one;
    to->passphrase = NULL;
    to->made = (struct openpgp_key){ 0 };
    if (one->kind == RECIPIENT_OPENPGP)
        return stanza_openpgp_make(one->openpgp, one->fingerprint, key, &to->made, err);
    if (one->kind != RECIPIENT_PASSPHRASE)
        return EXH_OK;
    to->passphrase = secret_new(one->passphrase_n);
    if (!to->passphrase)
        return fail_no_memory(err);
    memcpy(to->passphrase, one->passphrase, one->passphrase_n);
    return EXH_OK;
}

enum exh_status recipients_for_file(const struct exh_recipients *r, const struct file_key *key,
                                    struct exh_recipients **out, struct exh_error *err)
{
    struct exh_recipients *copy = exh_recipients_new();
    enum exh_status status = copy ? EXH_OK : fail_no_memory(err);

    for (size_t i = 0; !status && i < r->n; i++, copy->n++)
        status = copy_for_file(&r->items[i], key, &copy->items[i], err);
    if (status)
        exh_recipients_free(copy);
    else
        *out = copy;
    return status;
}

static size_t size_of(const struct recipient *one)
{
    switch (one->kind) {
    case RECIPIENT_X25519: return stanza_x25519_size();
    case RECIPIENT_P256: return stanza_p256tag_size();
    case RECIPIENT_OPENPGP: return stanza_x25519_size() + stanza_openpgp_size(&one->made);
    case RECIPIENT_PASSPHRASE: break;
    }
    return stanza_scrypt_size(one->log_n);
}

size_t recipients_size(const struct exh_recipients *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += size_of(&r->items[i]);
    return n;
}

static enum exh_status wrap(const struct recipient *one, const struct file_key *key,
                            const struct exh_crypto *crypto, struct buf *header,
                            struct exh_error *err)
{
    switch (one->kind) {
    case RECIPIENT_X25519: return stanza_x25519_put(header, one->key, key, err);
    case RECIPIENT_P256: return stanza_p256tag_put(header, one->key, key, err);
    case RECIPIENT_OPENPGP:
        if (!one->made.message)
            return fail(err, EXH_INVALID, "no key was made for OpenPGP key %s", one->fingerprint);
        return stanza_x25519_put(header, one->made.public, key, err);
    case RECIPIENT_PASSPHRASE: break;
    }
    const struct exh_bytes passphrase = { (const uint8_t *)one->passphrase, one->passphrase_n };
    return stanza_scrypt_put(header, passphrase, one->log_n, key, crypto, err);
}

enum exh_status recipients_is_for(const struct exh_recipients *r, size_t i,
                                  const struct age_stanza *s, const struct file_key *key, bool *is,
                                  struct exh_error *err)
{
    const struct recipient *one = &r->items[i];

    switch (one->kind) {
    case RECIPIENT_X25519: return stanza_x25519_is_for(s, one->key, key, is, err);
    case RECIPIENT_P256: return stanza_p256tag_is_for(s, one->key, is, err);
    case RECIPIENT_OPENPGP:
        return stanza_openpgp_is_for(one->openpgp, one->fingerprint, s, key, is, err);
    case RECIPIENT_PASSPHRASE: break;
    }
    *is = stanza_is(s, STANZA_SCRYPT);
    return EXH_OK;
}

enum exh_status recipients_shuffle(uint8_t order[AGE_STANZAS_MAX], size_t n,
                                   const struct exh_crypto *crypto, struct exh_error *err)
{
    uint32_t draws[AGE_STANZAS_MAX];
    uint8_t bytes[sizeof draws];
    enum exh_status status = crypto->random(bytes, sizeof bytes, err);

    if (status)
        return status;
    memcpy(draws, bytes, sizeof draws);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint8_t)i;
    for (size_t i = n; i > 1; i--) { // Fisher and Yates; 2^32 / 128 leaves no bias to speak of
        const size_t j = draws[i - 1] % i;
        const uint8_t moved = order[i - 1];
        order[i - 1] = order[j];
        order[j] = moved;
    }
    return EXH_OK;
}

enum exh_status recipients_wrap(const struct exh_recipients *r, const struct file_key *key,
                                const struct exh_crypto *crypto, struct buf *header,
                                struct exh_error *err)
{
    uint8_t order[AGE_STANZAS_MAX];

    if (!r->n)
        return fail(err, EXH_INVALID, "nobody is given to seal to");
    enum exh_status status = recipients_shuffle(order, r->n, crypto, err);
    for (size_t i = 0; !status && i < r->n; i++)
        status = wrap(&r->items[order[i]], key, crypto, header, err);
    for (size_t i = 0; !status && i < r->n; i++)
        if (r->items[order[i]].kind == RECIPIENT_OPENPGP)
            status = stanza_openpgp_put(header, &r->items[order[i]].made, err);
    return status;
}
