/*
 * error.h -- failing is one statement: return fail(err, STATUS, "what, where, expected").
 *
 * Inside the library err is never NULL; public functions put a local one in the place of NULL.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <exhibit/error.h>

#include "base/macros.h"

/* Fill err and return status, so that failing is one statement: return fail(err, ...). */
PRINTF_LIKE(3, 4)
enum exh_status fail(struct exh_error *err, enum exh_status status, const char *fmt, ...);

/* Put "where: " before the text of err and return its status: return within(err, path). */
enum exh_status within(struct exh_error *err, const char *where);

/* fail(err, EXH_NO_MEMORY, ...) with the one sentence for it. */
enum exh_status fail_no_memory(struct exh_error *err);

#endif
