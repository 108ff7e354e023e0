/*
 * camera_state.h -- what a camera must not forget: its next frame, and the claim of its last picture.
 *
 * A file in $XDG_STATE_HOME/exhibit, one a camera, locked while a picture is taken. A frame is used up
 * before its picture exists, so that no two pictures ever share one: a picture that failed leaves a
 * gap, which is the truth.
 */
#ifndef CLI_CAMERA_STATE_H
#define CLI_CAMERA_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct camera_state {
    char path[PATH_MAX];
    int lock;    // descriptor; -1: none
    bool is_new; // there was no file
    bool busy;   // of a failed open: another process holds it
    uint64_t next_frame;
    bool has_prev;
    uint8_t prev[32];       // SHA-256 of the last picture's claim
    char pending[PATH_MAX]; // a picture whose claim is not in prev yet; "" when there is none
};

/*
 * Lock and read the state of a camera. A file that cannot be read is an error, never a new beginning.
 * EXH_IO (also when busy), EXH_MALFORMED, EXH_INVALID (an id that cannot be a file's name).
 */
NODISCARD enum exh_status camera_state_open(struct camera_state *s, const char *camera_id,
                                            struct exh_error *err);
/* Write it: on stable storage when this returns. */
NODISCARD enum exh_status camera_state_save(const struct camera_state *s, struct exh_error *err);
void camera_state_close(struct camera_state *s);

#endif
