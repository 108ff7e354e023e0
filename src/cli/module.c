#include "cli/module.h"

#include <dlfcn.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Modules are found where the program's own RUNPATH says. One that was loaded stays: loading it again
 * gives the same one.
 */
static const void *load(const char *file, const char *symbol, struct exh_error *err)
{
    void *module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    const void *api = module ? dlsym(module, symbol) : NULL;

    if (!api)
        (void)fail(err, EXH_UNSUPPORTED, "cannot load %s: %s", file, dlerror());
    return api;
}

static void *other_version(const char *file, struct exh_error *err)
{
    (void)fail(err, EXH_UNSUPPORTED, "%s is of another version of exhibit", file);
    return NULL;
}

const struct client_api *module_client(struct exh_error *err)
{
    const struct client_api *api = load(CLIENT_MODULE, CLIENT_SYMBOL, err);

    return !api || api->version == CLIENT_VERSION ? api : other_version(CLIENT_MODULE, err);
}

const struct media_api *module_media(struct exh_error *err)
{
    const struct media_api *api = load(MEDIA_MODULE, MEDIA_SYMBOL, err);

    return !api || api->version == MEDIA_VERSION ? api : other_version(MEDIA_MODULE, err);
}

const struct pgp_api *module_pgp(struct exh_error *err)
{
    const struct pgp_api *api = load(PGP_MODULE, PGP_SYMBOL, err);

    return !api || api->version == PGP_VERSION ? api : other_version(PGP_MODULE, err);
}
