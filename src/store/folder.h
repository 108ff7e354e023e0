/*
 * folder.h -- the names in a folder.
 */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include "base/error.h"

/* Called for each name but "." and ".."; another status than EXH_OK ends the walk. */
typedef enum exh_status folder_visitor(void *ctx, int folder, const char *name,
                                       struct exh_error *err);

/* See the names of the folder `path` in the folder `at`, in no order. EXH_NOT_FOUND  EXH_IO */
NODISCARD enum exh_status folder_each(int at, const char *path, folder_visitor *visit, void *ctx,
                                      struct exh_error *err);

#endif
