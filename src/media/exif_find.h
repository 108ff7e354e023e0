/*
 * exif_find.h -- where a file keeps its EXIF.
 *
 * JPEG: APP1; PNG: eXIf; WebP: EXIF; HEIF and AVIF: an item of type 'Exif'.
 */
#ifndef MEDIA_EXIF_FIND_H
#define MEDIA_EXIF_FIND_H

#include "formats/container.h"

#define EXIF_MAX ((size_t)1 << 20) // bytes; a JPEG has room for 64 KiB, others have more

/*
 * Append the EXIF of an asset, from its TIFF header on, to out (with a limit of EXIF_MAX).
 * EXH_NOT_FOUND: it has none. EXH_UNSUPPORTED: a format without EXIF. EXH_MALFORMED, EXH_LIMIT, EXH_IO.
 */
NODISCARD enum exh_status exif_find(const struct exh_source *asset, struct buf *out,
                                    struct exh_error *err);

/* The same for files of boxes (HEIF, AVIF). */
NODISCARD enum exh_status exif_find_item(const struct exh_source *asset, struct buf *out,
                                         struct exh_error *err);

#endif
