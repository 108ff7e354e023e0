#include "log/entry.h"

#include <string.h>

static void finish(const struct exh_crypto *crypto, struct exh_hasher *h, uint8_t entry[ENTRY_SIZE])
{
    uint8_t digest[EXH_HASH_MAX];

    crypto->hash_final(h, digest);
    memcpy(entry, digest, ENTRY_SIZE);
}

enum exh_status entry_of_object(const struct exh_crypto *crypto, const uint8_t salt[ENTRY_SALT],
                                const struct entry_object *object, uint8_t entry[ENTRY_SIZE],
                                struct exh_error *err)
{
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    uint8_t length[8];

    if (!h)
        return fail_no_memory(err);
    for (size_t i = 0; i < sizeof length; i++)
        length[i] = (uint8_t)(object->length >> (56 - 8 * i));
    crypto->hash_update(h, salt, ENTRY_SALT);
    crypto->hash_update(h, object->oid, sizeof object->oid);
    crypto->hash_update(h, length, sizeof length);
    crypto->hash_update(h, object->body, sizeof object->body);
    crypto->hash_update(h, object->ledger, sizeof object->ledger);
    finish(crypto, h, entry);
    return EXH_OK;
}

enum exh_status entry_of_fact(const struct exh_crypto *crypto, const uint8_t salt[ENTRY_SALT],
                              const char *name, struct exh_bytes fact, uint8_t entry[ENTRY_SIZE],
                              struct exh_error *err)
{
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, salt, ENTRY_SALT);
    crypto->hash_update(h, (const uint8_t *)name, strlen(name) + 1);
    crypto->hash_update(h, fact.p, fact.n);
    finish(crypto, h, entry);
    return EXH_OK;
}
