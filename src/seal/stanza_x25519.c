#include "seal/stanza.h"

#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/wipe.h"
#include "crypto/kdf.h"
#include "formats/base64.h"

#define LABEL   "age-encryption.org/v1/X25519"
#define SHARE_N BASE64_TEXT_N(X25519_SIZE) // characters of the argument

/* What is secret for the time of a call. */
struct work {
    uint8_t ephemeral[X25519_SIZE];
    uint8_t shared[X25519_SIZE];
    uint8_t wrap[AEAD_KEY];
};

static enum exh_status wrap_key(struct work *w, const uint8_t share[X25519_SIZE],
                                const uint8_t to[X25519_SIZE], struct exh_error *err)
{
    uint8_t salt[2 * X25519_SIZE];

    memcpy(salt, share, X25519_SIZE);
    memcpy(salt + X25519_SIZE, to, X25519_SIZE);
    return hkdf_sha256((struct exh_bytes){ w->shared, sizeof w->shared },
                       (struct exh_bytes){ salt, sizeof salt }, bytes_of(LABEL), w->wrap,
                       sizeof w->wrap, err);
}

/*
 * The ephemeral key is derived from file key, nonce and recipient, not drawn: then whoever can open the
 * file can tell whether a stanza is a given recipient's, and take it out; to all others it is random, since the
 * file key is. (The same derivation makes encryption verifiable in the Fujisaki-Okamoto transform.)
 */
static enum exh_status make_share(struct work *w, const uint8_t to[X25519_SIZE],
                                  const struct file_key *key, uint8_t share[X25519_SIZE],
                                  struct exh_error *err)
{
    enum exh_status status = file_key_derive_for(key, (struct exh_bytes){ to, X25519_SIZE },
                                                 bytes_of(NAME_INFO_EPHEMERAL), w->ephemeral, err);

    if (!status && !x25519_public(w->ephemeral, share))
        status = fail(err, EXH_CRYPTO, "no X25519 key could be made");
    return status;
}

static enum exh_status wrap(struct work *w, const uint8_t to[X25519_SIZE],
                            const struct file_key *key, uint8_t share[X25519_SIZE],
                            uint8_t body[WRAPPED_N], struct exh_error *err)
{
    enum exh_status status = make_share(w, to, key, share, err);

    if (status)
        return status;
    if (!x25519_shared(w->ephemeral, to, w->shared))
        return fail(err, EXH_CRYPTO, "nothing secret can be shared with the X25519 recipient");
    status = wrap_key(w, share, to, err);
    if (!status && !aead_seal_once(w->wrap, key->bytes, FILE_KEY_N, body))
        status = fail(err, EXH_CRYPTO, "the file key could not be wrapped");
    return status;
}

enum exh_status stanza_x25519_put(struct buf *header, const uint8_t to[X25519_SIZE],
                                  const struct file_key *key, struct exh_error *err)
{
    struct work w;
    uint8_t share[X25519_SIZE], body[WRAPPED_N];
    char text[SHARE_N + 1] = { 0 };
    const char *args[] = { STANZA_X25519, text };
    enum exh_status status = wrap(&w, to, key, share, body, err);

    wipe(&w, sizeof w);
    if (status)
        return status;
    base64_write(text, share, sizeof share);
    age_header_put_stanza(header, args, ARRAY_N(args), (struct exh_bytes){ body, sizeof body });
    return buf_finish(header, err);
}

enum exh_status stanza_x25519_is_for(const struct age_stanza *s, const uint8_t to[X25519_SIZE],
                                     const struct file_key *key, bool *is, struct exh_error *err)
{
    struct work w;
    uint8_t want[X25519_SIZE], share[X25519_SIZE];
    struct exh_error other;

    *is = false;
    if (!stanza_is(s, STANZA_X25519) || stanza_check(s, 1, &other) ||
        stanza_arg_bytes(s, 0, share, sizeof share, &other))
        return EXH_OK;
    enum exh_status status = make_share(&w, to, key, want, err);
    wipe(&w, sizeof w);
    *is = !status && memcmp(share, want, sizeof want) == 0;
    return status;
}

static enum exh_status unwrap(struct work *w, const struct x25519_identity *id,
                              const struct age_stanza *s, struct file_key *key, bool *opened,
                              struct exh_error *err)
{
    uint8_t share[X25519_SIZE];
    enum exh_status status = stanza_check(s, 1, err);

    if (!status)
        status = stanza_arg_bytes(s, 0, share, sizeof share, err);
    if (status)
        return status;
    if (!x25519_shared(id->secret, share, w->shared))
        return fail(err, EXH_MALFORMED, "X25519 stanza: the share is a point of low order");
    status = wrap_key(w, share, id->public, err);
    if (!status)
        *opened = aead_open_once(w->wrap, s->body.p, s->body.n, key->bytes);
    return status;
}

enum exh_status stanza_x25519_open(const struct x25519_identity *id, const struct age_stanza *s,
                                   struct file_key *key, bool *opened, struct exh_error *err)
{
    struct work w;

    *opened = false;
    if (!stanza_is(s, STANZA_X25519))
        return EXH_OK;
    enum exh_status status = unwrap(&w, id, s, key, opened, err);
    wipe(&w, sizeof w);
    return status;
}

size_t stanza_x25519_size(void)
{
    return age_stanza_size(sizeof STANZA_X25519 + SHARE_N, WRAPPED_N);
}
