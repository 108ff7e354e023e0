/* exif_add.h -- EXIF written into a picture that has none: what a camera knows when it takes it. */
#ifndef MEDIA_EXIF_ADD_H
#define MEDIA_EXIF_ADD_H

#include "base/error.h"
#include "media/media.h"

/* See media_api.add_exif. */
NODISCARD enum exh_status exif_add(struct exh_bytes jpeg, const struct media_capture *capture,
                                   uint8_t **out, size_t *n, struct exh_error *err);

#endif
