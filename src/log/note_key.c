#include "log/note.h"

#include "base/reader.h"
#include "base/text.h"
#include "formats/base64.h"
#include "log/note_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ED25519 0x01 // type of signature
#define KEY_N   33   // bytes of type and key

static const uint8_t newline_and_type[] = { '\n', ED25519 };

static enum exh_status key_id(const struct exh_crypto *crypto, struct exh_bytes name,
                              const uint8_t public_key[32], uint32_t *id, struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, name.p, name.n);
    crypto->hash_update(h, newline_and_type, sizeof newline_and_type);
    crypto->hash_update(h, public_key, 32);
    crypto->hash_final(h, digest);
    *id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
          digest[3];
    return EXH_OK;
}

enum exh_status note_key_init(const struct exh_crypto *crypto, struct exh_bytes name,
                              const uint8_t public_key[32], struct note_key *out,
                              struct exh_error *err)
{
    struct note_key key = { 0 };

    if (name.n >= NOTE_NAME_MAX)
        return fail(err, EXH_INVALID, "a key's name of %zu bytes is longer than %d", name.n,
                    NOTE_NAME_MAX - 1);
    if (!note_name_valid(name))
        return fail(err, EXH_INVALID,
                    "a key's name is empty, or has spaces, '+', or what is not text");
    enum exh_status status = key_id(crypto, name, public_key, &key.id, err);
    if (status)
        return status;
    memcpy(key.name, name.p, name.n);
    memcpy(key.public_key, public_key, sizeof key.public_key);
    *out = key;
    return EXH_OK;
}

void note_key_write(const struct note_key *key, char to[NOTE_KEY_MAX])
{
    uint8_t bytes[KEY_N] = { ED25519 };
    char base64[(KEY_N + 2) / 3 * 4];

    memcpy(bytes + 1, key->public_key, sizeof key->public_key);
    base64_write_padded(base64, bytes, sizeof bytes);
    snprintf(to, NOTE_KEY_MAX, "%s+%08" PRIx32 "+%.*s", key->name, key->id, (int)sizeof base64,
             base64);
}

enum exh_status note_key_read(const struct exh_crypto *crypto, struct exh_bytes text,
                              struct note_key *out, struct exh_error *err)
{
    struct reader r = reader_over(text, 0);
    struct exh_bytes name = reader_until(&r, '+');
    struct exh_bytes hex = reader_until(&r, '+');
    uint8_t bytes[NOTE_KEY_MAX], id[4];
    char canonical[NOTE_KEY_MAX];
    struct note_key key;
    size_t n;

    if (text.n >= NOTE_KEY_MAX)
        return fail(err, EXH_LIMIT, "a key of %zu bytes of text is longer than %d", text.n,
                    NOTE_KEY_MAX - 1);
    if (r.failed || !hex_read(hex, id, sizeof id) || !base64_read_padded(r.rest, bytes, &n) || !n)
        return fail(err, EXH_MALFORMED, "a key is not written as name+id+key");
    if (bytes[0] != ED25519)
        return fail(err, EXH_UNSUPPORTED, "a key of type %u: only Ed25519 (1) is known", bytes[0]);
    if (n != KEY_N)
        return fail(err, EXH_MALFORMED, "an Ed25519 key of %zu bytes, not 32", n - 1);
    if (!note_name_valid(name) || name.n >= NOTE_NAME_MAX)
        return fail(err, EXH_MALFORMED, "the name of a key is none, or longer than %d bytes",
                    NOTE_NAME_MAX - 1);
    enum exh_status status = note_key_init(crypto, name, bytes + 1, &key, err);
    if (status)
        return status;
    note_key_write(&key, canonical);
    if (!bytes_are(text, canonical))
        return fail(err, EXH_MALFORMED, "a key has not the id %08" PRIx32 " of its name and bytes",
                    key.id);
    *out = key;
    return EXH_OK;
}
