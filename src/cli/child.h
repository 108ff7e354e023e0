/*
 * child.h -- another program, run with a fixed list of arguments: no shell sees them.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "base/buf.h"

/*
 * Run argv (ends with NULL; argv[0] is looked up on the PATH) and append what it prints to out, up to
 * out's limit. It reads nothing, and is killed after timeout_ms.
 * EXH_NOT_FOUND: there is no such program. EXH_LIMIT: it printed more. EXH_IO: it failed; the text ends
 * with the last line it printed on stderr.
 */
NODISCARD enum exh_status child_read(const char *const *argv, int timeout_ms, struct buf *out,
                                     struct exh_error *err);

/* Run argv with our own terminal, and wait. EXH_NOT_FOUND, EXH_IO when it failed. */
NODISCARD enum exh_status child_run(const char *const *argv, struct exh_error *err);

#endif
