#include "cli/identities.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>
#include <exhibit/seal.h>

#include "base/error.h"
#include "base/wipe.h"
#include "cli/key_file.h"

#define PASSPHRASE_OPTION "passphrase-file"

static const struct option rows[] = {
    { "identity", 'i', OPTION_LIST, "IDENTITY",
      "what opens it: an identity file, a private key (PEM, SSH, a device's URI), pgp: for GnuPG",
      .at = offsetof(struct identities_args, names) },
    { PASSPHRASE_OPTION, 0, OPTION_TEXT, "FILE",
      "the passphrase, of IDENTITY or of IN itself, is the first line of FILE",
      .at = offsetof(struct identities_args, passphrase_file) },
};

const struct option_group identities_options = { rows, ARRAY_N(rows) };

static enum exh_status add_openpgp(struct identities *ids, const struct call *call,
                                   const char *passphrase_file, struct exh_error *err)
{
    enum exh_status status = openpgp_open(&ids->openpgp, call, passphrase_file, err);

    return status == EXH_OK ? exh_identities_add_openpgp(ids->list, &ids->openpgp.table, err)
                            : status;
}

static enum exh_status add_file(struct identities *ids, const struct call *call, const char *path,
                                const char *passphrase_file, struct exh_error *err)
{
    struct passphrase passphrase = { call, passphrase_file, path, PASSPHRASE_OPTION };
    uint8_t *file = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(path, EXH_IDENTITY_FILE_MAX, &file, &n, err);

    if (status != EXH_OK)
        return status;
    status = exh_identities_add(ids->list, (const char *)file, n, passphrase_get, &passphrase, err);
    wipe(file, n);
    free(file);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

static enum exh_status add_device(struct identities *ids, const struct call *call, const char *uri,
                                  const char *passphrase_file, struct exh_error *err)
{
    struct exh_key *key = NULL;

    if (ids->keys_n == ARRAY_N(ids->keys))
        return fail(err, EXH_LIMIT, "more than %d identities", EXH_IDENTITIES_MAX);
    enum exh_status status =
        key_file_open(call, uri, passphrase_file, PASSPHRASE_OPTION, &key, err);
    if (status != EXH_OK)
        return status;
    ids->keys[ids->keys_n++] = key;
    status = exh_identities_add_key(ids->list, key, err);
    return status == EXH_OK ? EXH_OK : within(err, uri);
}

enum exh_status identities_read(struct identities *ids, const struct call *call,
                                const struct option_list *names, const char *passphrase_file,
                                struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    *ids = (struct identities){ .list = exh_identities_new() };
    if (!ids->list)
        return fail_no_memory(err);
    for (size_t i = 0; i < names->n && status == EXH_OK; i++) {
        if (strcmp(names->items[i], OPENPGP_PREFIX) == 0)
            status = add_openpgp(ids, call, passphrase_file, err);
        else if (key_is_uri(names->items[i]))
            status = add_device(ids, call, names->items[i], passphrase_file, err);
        else
            status = add_file(ids, call, names->items[i], passphrase_file, err);
    }
    if (status != EXH_OK)
        identities_free(ids);
    return status;
}

/* What the header asks for: a passphrase, or somebody's key. */
static enum exh_status has_passphrase(const struct exh_source *file, bool *has,
                                      struct exh_error *err)
{
    struct exh_inspection *i = calloc(1, sizeof *i);

    if (!i)
        return fail_no_memory(err);
    enum exh_status status = exh_inspect(file, exh_crypto_openssl(), i, err);
    *has = status == EXH_OK && i->stanzas_n == 1 && strcmp(i->stanzas[0].type, "scrypt") == 0;
    free(i);
    return status;
}

static enum exh_status add_passphrase(struct identities *ids, const struct call *call,
                                      const char *passphrase_file, const char *name,
                                      struct exh_error *err)
{
    struct passphrase from = { call, passphrase_file, name, PASSPHRASE_OPTION };
    char passphrase[PASSPHRASE_MAX];
    const int n = passphrase_get(&from, passphrase, sizeof passphrase);
    enum exh_status status =
        n < 0 ? fail(err, EXH_DENIED, "not opened without its passphrase")
              : exh_identities_add_passphrase(ids->list, passphrase, (size_t)n, err);

    wipe(passphrase, sizeof passphrase);
    return status;
}

enum exh_status identities_for(struct identities *ids, const struct call *call,
                               const struct identities_args *args, const struct exh_source *file,
                               const char *name, struct exh_error *err)
{
    bool asks = false;
    enum exh_status status = identities_read(ids, call, &args->names, args->passphrase_file, err);

    if (status != EXH_OK || args->names.n)
        return status;
    status = has_passphrase(file, &asks, err);
    if (status == EXH_OK && asks)
        status = add_passphrase(ids, call, args->passphrase_file, name, err);
    else if (status == EXH_OK)
        status = fail(err, EXH_INVALID,
                      "who opens it? Give -i IDENTITY, the file that `exhibit identity new` made");
    if (status == EXH_OK)
        return EXH_OK;
    identities_free(ids);
    return within(err, name);
}

void identities_free(struct identities *ids)
{
    exh_identities_free(ids->list);
    for (size_t i = 0; i < ids->keys_n; i++)
        exh_key_free(ids->keys[i]);
    openpgp_close(&ids->openpgp);
    *ids = (struct identities){ 0 };
}
