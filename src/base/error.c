#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum exh_status fail(struct exh_error *err, enum exh_status status, const char *fmt, ...)
{
    va_list args;

    err->status = status;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return status;
}

enum exh_status within(struct exh_error *err, const char *where)
{
    char text[EXH_ERROR_MAX];

    memcpy(text, err->text, sizeof text);
    // The place is worth more than the end of a long sentence: it is cut, never the place.
    snprintf(err->text, sizeof err->text, "%.200s: %.300s", where, text);
    return err->status;
}

enum exh_status fail_no_memory(struct exh_error *err)
{
    return fail(err, EXH_NO_MEMORY, "out of memory");
}

const char *exh_status_name(enum exh_status status)
{
    switch (status) {
    case EXH_OK: return "ok";
    case EXH_NOT_FOUND: return "not-found";
    case EXH_MALFORMED: return "malformed";
    case EXH_LIMIT: return "limit";
    case EXH_UNSUPPORTED: return "unsupported";
    case EXH_INVALID: return "invalid";
    case EXH_IO: return "io";
    case EXH_NO_MEMORY: return "no-memory";
    case EXH_CRYPTO: return "crypto";
    case EXH_NETWORK: return "network";
    case EXH_DENIED: return "denied";
    }
    return "unknown";
}
