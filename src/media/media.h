/*
 * media.h -- what a picture says of itself, and a small copy of it.
 *
 * Both need libraries that few calls need, so they are a module (exhibit-media.so) that is loaded on
 * first use, by cli/module.h. Everything read here is hostile.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <exhibit/source.h>

#define MEDIA_MODULE  "exhibit-media.so"
#define MEDIA_SYMBOL  "exhibit_media"
#define MEDIA_VERSION 1 // of struct media_api: a module of another version is not used

#define MEDIA_THUMBNAIL_EDGE 512 // pixels of the longer edge, at most

struct media_api {
    unsigned version;
    /*
     * EXIF of a JPEG, PNG, WebP or HEIF as the JSON-LD text of a c2pa.metadata assertion: only fields
     * that C2PA allows there. *json is owned, NUL-terminated; free(). EXH_NOT_FOUND: there is none.
     * EXH_MALFORMED, EXH_LIMIT, EXH_UNSUPPORTED, EXH_IO, EXH_NO_MEMORY.
     */
    enum exh_status (*metadata)(const struct exh_source *asset, char **json, size_t *n,
                                struct exh_error *err);
    /*
     * A JPEG of at most MEDIA_THUMBNAIL_EDGE pixels, upright, without metadata, from a JPEG, PNG or
     * WebP. *jpeg is owned; free(). EXH_MALFORMED, EXH_LIMIT, EXH_UNSUPPORTED, EXH_IO, EXH_NO_MEMORY.
     */
    enum exh_status (*thumbnail)(const struct exh_source *asset, uint8_t **jpeg, size_t *n,
                                 struct exh_error *err);
};

extern EXH_API const struct media_api exhibit_media;

#endif
