/*
 * capture.h -- one frame of a camera, and what is known of the moment.
 *
 * The frame comes from the ffmpeg program, which is run with a fixed list of arguments.
 */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include <exhibit/sign.h>

#include "base/buf.h"

#define CAPTURE_JPEG_MAX ((size_t)64 << 20) // bytes of one picture

struct frame_source {
    const char *device; // "/dev/video0"
    bool test_card;     // a generated picture instead
    const char *size;   // "1280x720", or NULL: the device's usual one
    uint64_t frame;     // number of the frame: test cards differ by it
};

/*
 * Append a JPEG of one frame to out. EXH_NOT_FOUND: no device, or no ffmpeg; EXH_INVALID: size;
 * EXH_IO, EXH_LIMIT.
 */
NODISCARD enum exh_status capture_frame(const struct frame_source *source, struct buf *out,
                                        struct exh_error *err);

/*
 * Show what the camera sees until a key is pressed. EXH_INVALID: there is no display;
 * EXH_NOT_FOUND: no device, or no ffplay.
 */
NODISCARD enum exh_status capture_preview(const struct frame_source *source, struct exh_error *err);

/*
 * Fill captured_at, utc_offset_min and the clock's members. A clock that was plainly never set gives
 * EXH_NO_TIME.
 */
void capture_clock(struct exh_capture *capture);

#endif
