/*
 * module.h -- the parts that are loaded on first use, because most calls do without them.
 */
#ifndef CLI_MODULE_H
#define CLI_MODULE_H

#include "client/client.h"
#include "media/media.h"
#include "pgp/pgp.h"

/* The module's functions, borrowed for ever; NULL with err filled when it cannot be loaded. */
const struct client_api *module_client(struct exh_error *err);
const struct media_api *module_media(struct exh_error *err);
const struct pgp_api *module_pgp(struct exh_error *err);

#endif
