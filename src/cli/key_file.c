#include "cli/key_file.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/wipe.h"

#define KEY_FILE_MAX ((size_t)64 << 10) // bytes of a PEM key

bool key_is_uri(const char *name)
{
    static const char *const schemes[] = { "handle:", "object:", "pkcs11:" };

    for (size_t i = 0; i < ARRAY_N(schemes); i++) {
        if (strncmp(name, schemes[i], strlen(schemes[i])) == 0)
            return true;
    }
    return false;
}

enum exh_status key_file_open(const struct call *call, const char *name,
                              const char *passphrase_file, const char *option, struct exh_key **out,
                              struct exh_error *err)
{
    struct passphrase passphrase = { call, passphrase_file, name, option };
    uint8_t *pem = NULL;
    size_t n = 0;
    enum exh_status status;

    if (key_is_uri(name)) {
        status = exh_key_open(name, passphrase_get, &passphrase, out, err);
    } else {
        status = exh_file_read(name, KEY_FILE_MAX, &pem, &n, err);
        if (status)
            return status;
        status = exh_key_read((const char *)pem, n, passphrase_get, &passphrase, out, err);
        wipe(pem, n);
        free(pem);
    }
    return status ? within(err, name) : EXH_OK;
}

enum exh_status key_file_write(const struct call *call, const struct exh_key *key, const char *path,
                               const struct protection *how, struct exh_error *err)
{
    struct passphrase source = { call, how->passphrase_file, path, "passphrase" };
    bool protect = how->protect || how->passphrase_file;
    char passphrase[PASSPHRASE_MAX];
    char *pem = NULL;
    size_t n = 0;
    int passphrase_n = 0;
    enum exh_status status;

    if (protect && (passphrase_n = passphrase_new(&source, passphrase, sizeof passphrase)) < 0)
        return fail(err, EXH_DENIED, "%s: not written without a passphrase", path);
    status = exh_key_write(key, protect ? passphrase : NULL, (size_t)passphrase_n, &pem, &n, err);
    if (!status)
        status = exh_file_write(path, EXH_OUTPUT_PRIVATE,
                                (struct exh_bytes){ (const uint8_t *)pem, n }, err);
    wipe(passphrase, sizeof passphrase);
    exh_secret_free(pem, n);
    return status;
}

enum exh_status certs_file_open(const char *path, struct exh_certs **out, struct exh_error *err)
{
    uint8_t *pem = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(path, CHAIN_FILE_MAX, &pem, &n, err);

    if (status)
        return status;
    status = exh_certs_read((const char *)pem, n, out, err);
    free(pem);
    return status ? within(err, path) : EXH_OK;
}
