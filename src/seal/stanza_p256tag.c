#include "seal/stanza.h"

#include <string.h>

#include "base/text.h"
#include "crypto/hpke.h"
#include "crypto/kdf.h"
#include "formats/base64.h"

#define LABEL      "age-encryption.org/p256tag"
#define TAG_N      4 // bytes of the tag, and of the digest of the recipient in it
#define TAG_TEXT_N BASE64_TEXT_N(TAG_N)
#define ENC_TEXT_N BASE64_TEXT_N(P256_POINT)

/* The tag tells whose stanza it is, to whoever knows the recipient. */
static enum exh_status tag_of(const uint8_t point[P256_POINT], const uint8_t enc[P256_POINT],
                              uint8_t tag[TAG_N], struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    uint8_t packed[P256_PACKED], digest[EXH_HASH_MAX], mac[SHA256_SIZE];
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    p256_pack(point, packed);
    crypto->hash_update(h, packed, sizeof packed);
    crypto->hash_final(h, digest);

    const struct exh_bytes parts[] = { { enc, P256_POINT }, { digest, TAG_N } };
    enum exh_status status = hmac_sha256(bytes_of(LABEL), parts, ARRAY_N(parts), mac, err);
    if (!status)
        memcpy(tag, mac, TAG_N);
    return status;
}

enum exh_status stanza_p256tag_put(struct buf *header, const uint8_t to[P256_POINT],
                                   const struct file_key *key, struct exh_error *err)
{
    uint8_t enc[P256_POINT], body[WRAPPED_N], tag[TAG_N];
    char tag_text[TAG_TEXT_N + 1] = { 0 }, enc_text[ENC_TEXT_N + 1] = { 0 };
    const char *args[] = { STANZA_P256TAG, tag_text, enc_text };
    enum exh_status status =
        hpke_p256_seal(HPKE_CHACHA20_POLY1305, to, bytes_of(LABEL), (struct exh_bytes){ 0 },
                       (struct exh_bytes){ key->bytes, FILE_KEY_N }, enc, body, err);

    if (!status)
        status = tag_of(to, enc, tag, err);
    if (status)
        return status;
    base64_write(tag_text, tag, sizeof tag);
    base64_write(enc_text, enc, sizeof enc);
    age_header_put_stanza(header, args, ARRAY_N(args), (struct exh_bytes){ body, sizeof body });
    return buf_finish(header, err);
}

enum exh_status stanza_p256tag_is_for(const struct age_stanza *s, const uint8_t to[P256_POINT],
                                      bool *is, struct exh_error *err)
{
    uint8_t tag[TAG_N], want[TAG_N], enc[P256_POINT];
    struct exh_error other;

    *is = false;
    if (!stanza_is(s, STANZA_P256TAG) || stanza_check(s, 2, &other) ||
        stanza_arg_bytes(s, 0, tag, sizeof tag, &other) ||
        stanza_arg_bytes(s, 1, enc, sizeof enc, &other))
        return EXH_OK;
    enum exh_status status = tag_of(to, enc, want, err);
    *is = !status && memcmp(tag, want, TAG_N) == 0;
    return status;
}

enum exh_status stanza_p256tag_open(const struct exh_key *id, const uint8_t point[P256_POINT],
                                    const struct age_stanza *s, struct file_key *key, bool *opened,
                                    struct exh_error *err)
{
    uint8_t tag[TAG_N], ours[TAG_N], enc[P256_POINT];

    *opened = false;
    if (!stanza_is(s, STANZA_P256TAG))
        return EXH_OK;
    enum exh_status status = stanza_check(s, 2, err);
    if (!status)
        status = stanza_arg_bytes(s, 0, tag, sizeof tag, err);
    if (!status)
        status = stanza_arg_bytes(s, 1, enc, sizeof enc, err);
    if (!status)
        status = tag_of(point, enc, ours, err);
    if (status || memcmp(tag, ours, TAG_N) != 0)
        return status;

    status = hpke_p256_open(HPKE_CHACHA20_POLY1305, id, enc, bytes_of(LABEL),
                            (struct exh_bytes){ 0 }, s->body, key->bytes, err);
    if (status == EXH_DENIED) // another key with the same tag, by chance
        return EXH_OK;
    *opened = !status;
    return status;
}

size_t stanza_p256tag_size(void)
{
    return age_stanza_size(sizeof STANZA_P256TAG + TAG_TEXT_N + 1 + ENC_TEXT_N, WRAPPED_N);
}
