/*
 * jpeg.h -- the marker segments of a JPEG file, one by one.
 *
 * Spec: ISO 10918-1, "Compressed data formats"; boxes in APP11: ISO 18477-3, ISO 19566-5.
 */
#ifndef FORMATS_JPEG_H
#define FORMATS_JPEG_H

#include <stdbool.h>

#include "base/window.h"
#include "formats/format_ops.h"

#define JPEG_SEGMENTS_MAX 65536 // before the image data, and of one store; STORE_MAX takes 513
#define JPEG_FILL_MAX     ((uint64_t)1 << 16) // fill bytes before one marker

enum jpeg_marker {
    JPEG_TEM = 0x01,
    JPEG_RST0 = 0xD0,
    JPEG_RST7 = 0xD7,
    JPEG_SOI = 0xD8,
    JPEG_EOI = 0xD9,
    JPEG_SOS = 0xDA,
    JPEG_APP0 = 0xE0,
    JPEG_APP11 = 0xEB,
};

struct jpeg_segment {
    uint8_t marker; // the second byte
    uint64_t at;    // of its FF, behind fill bytes
    uint64_t body;  // behind marker and length
    size_t n;       // bytes of the body; 0 of a marker that stands alone
    uint64_t end;
};

/* The segment at `at`, which may have fill bytes before it. EXH_MALFORMED, EXH_LIMIT, EXH_IO. */
NODISCARD enum exh_status jpeg_segment_at(struct window *w, uint64_t at, struct jpeg_segment *out,
                                          struct exh_error *err);

/* The end of entropy-coded data that begins at `at`: a marker, or the end of the file. */
NODISCARD enum exh_status jpeg_entropy_end(struct window *w, uint64_t at, uint64_t *end,
                                           struct exh_error *err);

/* See container_boxes(). */
box_walker jpeg_boxes;

#endif
