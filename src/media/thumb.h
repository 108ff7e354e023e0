/*
 * thumb.h -- a small copy of a picture: rows come in, a small picture grows.
 *
 * A decoder hands over rows of RGB as it decodes them; nothing keeps the large picture. The small one
 * is the mean of what it covers, turned as EXIF says, and written as JPEG without any metadata.
 */
#ifndef MEDIA_THUMB_H
#define MEDIA_THUMB_H

#include <stdbool.h>

#include <exhibit/source.h>

#include "base/error.h"
#include "media/media.h"

#define THUMB_SIDE_MAX   65535              // pixels of a side of the large picture
#define THUMB_PIXELS_MAX (1u << 28)         // of the large picture: decoding more takes seconds
#define THUMB_MEMORY_MAX ((size_t)64 << 20) // bytes for pictures that cannot be decoded row by row
#define THUMB_QUALITY    75

struct thumb { // the small picture while it grows; zeroed: thumb_free() is allowed
    unsigned in_w, in_h;
    unsigned w, h;
    unsigned row;   // of the large picture, next to come
    unsigned count; // rows in sums
    uint32_t *sums; // w * 3, of the row that grows
    uint8_t *rgb;   // w * h * 3
};

/* Whether a picture of this size is decoded at all. EXH_LIMIT. */
NODISCARD enum exh_status thumb_check(unsigned w, unsigned h, struct exh_error *err);

/* Begin; in_w and in_h of the rows that will come. EXH_LIMIT, EXH_NO_MEMORY. */
NODISCARD enum exh_status thumb_init(struct thumb *t, unsigned in_w, unsigned in_h,
                                     struct exh_error *err);
void thumb_free(struct thumb *t);

/* The next row, in_w * 3 bytes. Rows after the last are ignored. */
void thumb_row(struct thumb *t, const uint8_t *rgb);

/* Turn by an EXIF orientation of 1 to 8. EXH_NO_MEMORY. */
NODISCARD enum exh_status thumb_turn(struct thumb *t, unsigned orientation, struct exh_error *err);

/* The decoders: fill t. EXH_MALFORMED, EXH_LIMIT, EXH_UNSUPPORTED, EXH_IO, EXH_NO_MEMORY. */
NODISCARD enum exh_status thumb_read_jpeg(struct thumb *t, const struct exh_source *asset,
                                          struct exh_error *err);
NODISCARD enum exh_status thumb_read_png(struct thumb *t, const struct exh_source *asset,
                                         struct exh_error *err);
NODISCARD enum exh_status thumb_read_webp(struct thumb *t, const struct exh_source *asset,
                                          struct exh_error *err);

/* The small picture as JPEG: *jpeg is owned; free(). */
NODISCARD enum exh_status thumb_write(const struct thumb *t, uint8_t **jpeg, size_t *n,
                                      struct exh_error *err);

#endif
