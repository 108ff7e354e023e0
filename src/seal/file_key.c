#include "seal/file_key.h"

#include <string.h>

#include "base/text.h"
#include "base/wipe.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

enum exh_status file_key_empty(struct file_key **out, struct exh_error *err)
{
    struct file_key *key = secret_new(sizeof *key);

    if (!key)
        return fail_no_memory(err);
    *out = key;
    return EXH_OK;
}

enum exh_status file_key_new(const struct exh_crypto *crypto, struct file_key **out,
                             struct exh_error *err)
{
    struct file_key *key = NULL;
    enum exh_status status = file_key_empty(&key, err);

    if (status)
        return status;
    status = crypto->random(key->bytes, sizeof key->bytes, err);
    if (status) {
        file_key_free(key);
        return status;
    }
    *out = key;
    return EXH_OK;
}

void file_key_free(struct file_key *key)
{
    secret_free(key, sizeof *key);
}

enum exh_status file_key_derive(const struct file_key *key, struct exh_bytes salt,
                                struct exh_bytes info, uint8_t out[32], struct exh_error *err)
{
    return hkdf_sha256((struct exh_bytes){ key->bytes, FILE_KEY_N }, salt, info, out, 32, err);
}

enum exh_status file_key_derive_for(const struct file_key *key, struct exh_bytes who,
                                    struct exh_bytes info, uint8_t out[32], struct exh_error *err)
{
    uint8_t salt[AGE_NONCE_N + FILE_KEY_WHO_MAX];

    if (who.n > FILE_KEY_WHO_MAX)
        return fail(err, EXH_LIMIT, "a recipient of %zu bytes; at most %d", who.n,
                    FILE_KEY_WHO_MAX);
    memcpy(salt, key->nonce, AGE_NONCE_N);
    memcpy(salt + AGE_NONCE_N, who.p, who.n);
    return file_key_derive(key, (struct exh_bytes){ salt, AGE_NONCE_N + who.n }, info, out, err);
}

enum exh_status file_key_aead(const struct file_key *key, const uint8_t nonce[AGE_NONCE_N],
                              struct aead **out, struct exh_error *err)
{
    uint8_t payload[AEAD_KEY];
    enum exh_status status = file_key_derive(key, (struct exh_bytes){ nonce, AGE_NONCE_N },
                                             bytes_of("payload"), payload, err);

    if (!status) {
        struct aead *a = aead_new(payload);
        if (a)
            *out = a;
        else
            status = fail(err, EXH_CRYPTO, "no cipher for the payload");
    }
    wipe(payload, sizeof payload);
    return status;
}

enum exh_status file_key_mac(const struct file_key *key, struct exh_bytes authenticated,
                             uint8_t mac[AGE_MAC_N], struct exh_error *err)
{
    uint8_t mac_key[SHA256_SIZE];
    enum exh_status status =
        file_key_derive(key, (struct exh_bytes){ 0 }, bytes_of("header"), mac_key, err);

    if (!status)
        status =
            hmac_sha256((struct exh_bytes){ mac_key, sizeof mac_key }, &authenticated, 1, mac, err);
    wipe(mac_key, sizeof mac_key);
    return status;
}

enum exh_status file_key_end_header(const struct file_key *key, struct buf *header,
                                    struct exh_error *err)
{
    uint8_t mac[AGE_MAC_N];

    age_header_put_mark(header);
    enum exh_status status = buf_finish(header, err);
    if (!status)
        status = file_key_mac(key, buf_view(header), mac, err);
    if (status)
        return status;
    age_header_put_mac(header, mac);
    return buf_finish(header, err);
}
