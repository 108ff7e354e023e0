/*
 * stream_out.h -- a folder for the signed files of a stream. It appears when all of them are there.
 */
#ifndef CLI_STREAM_OUT_H
#define CLI_STREAM_OUT_H

#include <exhibit/file.h>
#include <exhibit/sign.h>

#include "cli/segments.h"

struct stream_out; // owned; stream_out_close()

/*
 * Begin the folder `path`, which must not be there yet. Its files get the names of the inputs, which
 * are borrowed. EXH_INVALID: it exists, or two inputs have one name.
 */
enum exh_status stream_out_open(const char *path, const char *init, const struct segments *segments,
                                struct stream_out **out, struct exh_error *err);

/* Where the files go. Borrowed until stream_out_close(). */
const struct exh_fragment_sinks *stream_out_sinks(const struct stream_out *s);

/* All files are written: give the folder its name. */
enum exh_status stream_out_commit(struct stream_out *s, struct exh_error *err);

/* Without a commit before, nothing is left. NULL is allowed. */
void stream_out_close(struct stream_out *s);

/* Sinks that throw everything away, for --dry-run. */
extern const struct exh_fragment_sinks stream_nowhere;

#endif
