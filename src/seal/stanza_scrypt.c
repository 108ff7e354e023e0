#include "seal/stanza.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "crypto/kdf.h"
#include "formats/base64.h"

#include <exhibit/identity.h>

#define LABEL       "age-encryption.org/v1/scrypt"
#define LABEL_N     (sizeof LABEL - 1)
#define SALT_N      16 // bytes
#define SALT_TEXT_N BASE64_TEXT_N(SALT_N)
#define WORK_TEXT_N 4 // two digits, and their NUL

static enum exh_status wrap_key(struct exh_bytes passphrase, const uint8_t salt[SALT_N],
                                unsigned log_n, uint8_t key[AEAD_KEY], struct exh_error *err)
{
    uint8_t labelled[LABEL_N + SALT_N];

    memcpy(labelled, LABEL, LABEL_N);
    memcpy(labelled + LABEL_N, salt, SALT_N);
    return scrypt_key(passphrase, (struct exh_bytes){ labelled, sizeof labelled }, log_n, key, err);
}

enum exh_status stanza_scrypt_put(struct buf *header, struct exh_bytes passphrase, unsigned log_n,
                                  const struct file_key *key, const struct exh_crypto *crypto,
                                  struct exh_error *err)
{
    uint8_t salt[SALT_N], wrap[AEAD_KEY], body[WRAPPED_N];
    char salt_text[SALT_TEXT_N + 1] = { 0 }, work[WORK_TEXT_N];
    const char *args[] = { STANZA_SCRYPT, salt_text, work };
    enum exh_status status = crypto->random(salt, sizeof salt, err);

    if (!status)
        status = wrap_key(passphrase, salt, log_n, wrap, err);
    if (!status && !aead_seal_once(wrap, key->bytes, FILE_KEY_N, body))
        status = fail(err, EXH_CRYPTO, "the file key could not be wrapped");
    wipe(wrap, sizeof wrap);
    if (status)
        return status;
    base64_write(salt_text, salt, sizeof salt);
    snprintf(work, sizeof work, "%u", log_n % 100);
    age_header_put_stanza(header, args, ARRAY_N(args), (struct exh_bytes){ body, sizeof body });
    return buf_finish(header, err);
}

/* A decimal number without leading zeros. */
static enum exh_status read_work(const struct age_stanza *s, unsigned *log_n, struct exh_error *err)
{
    struct exh_bytes text = age_stanza_arg(s, 1);
    unsigned value = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' + (i == 0) || text.p[i] > '9')
            return fail(err, EXH_MALFORMED, "scrypt stanza: the work factor is no decimal number");
        if (value < 1000)
            value = value * 10 + (unsigned)(text.p[i] - '0');
    }
    if (value > EXH_SCRYPT_LOG_N_MAX)
        return fail(err, EXH_LIMIT,
                    "scrypt stanza: a work factor of 2^%u%s; more than 2^%d is refused", value,
                    value < 1000 ? "" : " or more", EXH_SCRYPT_LOG_N_MAX);
    *log_n = value;
    return EXH_OK;
}

enum exh_status stanza_scrypt_open(struct exh_bytes passphrase, const struct age_stanza *s,
                                   struct file_key *key, bool *opened, struct exh_error *err)
{
    uint8_t salt[SALT_N], wrap[AEAD_KEY];
    unsigned log_n = 0;

    *opened = false;
    if (!stanza_is(s, STANZA_SCRYPT))
        return EXH_OK;
    enum exh_status status = stanza_check(s, 2, err);
    if (!status)
        status = stanza_arg_bytes(s, 0, salt, sizeof salt, err);
    if (!status)
        status = read_work(s, &log_n, err);
    if (!status)
        status = wrap_key(passphrase, salt, log_n, wrap, err);
    if (status)
        return status;
    *opened = aead_open_once(wrap, s->body.p, s->body.n, key->bytes);
    wipe(wrap, sizeof wrap);
    return EXH_OK;
}

size_t stanza_scrypt_size(unsigned log_n)
{
    return age_stanza_size(sizeof STANZA_SCRYPT + SALT_TEXT_N + 1 + (log_n > 9 ? 2 : 1), WRAPPED_N);
}
