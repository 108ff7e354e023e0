/*
 * version.h -- versions of objects, as object.c adds them.
 */
#ifndef STORE_VERSION_H
#define STORE_VERSION_H

#include "store/object.h"

/* Add version `number` of object `object`. */
NODISCARD enum exh_status version_add(struct store *s, const struct store_version *version,
                                      int64_t *id, struct exh_error *err);

#endif
