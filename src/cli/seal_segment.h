/*
 * seal_segment.h -- the two files of a recording in progress, X.age and X.led, and those that follow them when they
 * are full: X-0002.age, X-0003.age.
 */
#ifndef CLI_SEAL_SEGMENT_H
#define CLI_SEAL_SEGMENT_H

#include <limits.h>

#include "cli/previous.h"
#include "cli/seal_result.h"

struct segment { // must not move while it is open
    struct sealing *s;
    struct exh_stream_options options;
    struct exh_tail tail; // of the one before
    char body_path[PATH_MAX], ledger_path[PATH_MAX];
    struct exh_append *body, *ledger; // owned
    struct exh_stream *stream;        // owned; NULL: none is open
    unsigned count;                   // of segments begun in this run
    uint64_t since_us;                // monotonic, when it was begun
    uint64_t bytes;                   // in clear
};

/* Begin the first one: filler as the film allows it; previous may be NULL. */
enum exh_status segment_begin(struct segment *g, struct sealing *s, enum exh_filler filler,
                              const struct previous *previous, struct exh_error *err);

/* Write bytes of the record in progress, and end it. */
enum exh_status segment_write(struct segment *g, struct exh_bytes bytes, struct exh_error *err);
enum exh_status segment_record(struct segment *g, struct exh_error *err);

/* Whether it is time for the next one. */
bool segment_is_full(const struct segment *g);

/* Close this one and tell of it; begin the next, which begins with `head`. */
enum exh_status segment_next(struct segment *g, struct exh_bytes head, struct exh_error *err);
enum exh_status segment_end(struct segment *g, struct exh_error *err);
void segment_close(struct segment *g); // without an end it stays open, as after a power cut

#endif
