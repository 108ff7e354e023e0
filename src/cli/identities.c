#include "cli/identities.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/wipe.h"

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
    struct passphrase passphrase = { call, passphrase_file, path };
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
        else
            status = add_file(ids, call, names->items[i], passphrase_file, err);
    }
    if (status != EXH_OK)
        identities_free(ids);
    return status;
}

void identities_free(struct identities *ids)
{
    exh_identities_free(ids->list);
    openpgp_close(&ids->openpgp);
    *ids = (struct identities){ 0 };
}
