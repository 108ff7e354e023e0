/*
 * capture_args.h -- the facts of a capture, as options state them.
 *
 * A camera's own program calls `exhibit sign --captured` right after the sensor was read. What it does
 * not say is written as not known.
 */
#ifndef CLI_CAPTURE_ARGS_H
#define CLI_CAPTURE_ARGS_H

#include <exhibit/sign.h>

#include "base/buf.h"
#include "cli/command.h"

struct capture_args {
    bool captured;
    const char *frames;   // "1041" or "1041-1043"
    const char *position; // "LAT,LON,ACCURACY[,ALTITUDE]"
    const char *position_source;
    const char *clock; // "none", or "SOURCE[,OFFSET_MS,UNCERTAINTY_MS]"
    const char *time;  // RFC 3339, with the local offset
    const char *previous;
};

/* Whether the camera says that it has no clock. */
bool capture_has_no_clock(const struct capture_args *args);

/* Read --frames: "1041", or "1041-1043". EXH_INVALID */
enum exh_status capture_read_frames(const char *text, uint64_t *first, uint64_t *last,
                                    struct exh_error *err);

/* Text of a capture that outlives the call: what exh_capture borrows. */
struct capture {
    struct exh_capture facts;
    char clock_source[64];
    uint8_t prev[32];
};

/*
 * Read the options. now is the time of the capture unless --time says another. EXH_INVALID with the
 * option that is wrong, or that means nothing without --captured.
 */
enum exh_status capture_read_args(const struct capture_args *args, const char *camera_id,
                                  int64_t now, struct capture *out, struct exh_error *err);

/*
 * Append the metadata (NULL: none) with place and time of the capture in it, where it does not have them
 * already, as c2pa.metadata has them: readers that do not know org.exhibit.capture look there.
 */
enum exh_status capture_put_metadata(const struct capture *c, const char *metadata, struct buf *b,
                                     struct exh_error *err);

#endif
