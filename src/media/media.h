/*
 * media.h -- what a picture says of itself, and a small copy of it.
 *
 * Both need libraries that few calls need, so they are a module (exhibit-media.so) that is loaded on
 * first use, by cli/module.h. Everything read here is hostile.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <stdbool.h>

#include <exhibit/source.h>

#define MEDIA_MODULE  "exhibit-media.so"
#define MEDIA_SYMBOL  "exhibit_media"
#define MEDIA_VERSION 1 // of struct media_api: a module of another version is not used

#define MEDIA_THUMBNAIL_EDGE 512 // pixels of the longer edge, at most

/* What a camera writes into its picture as EXIF. Strings are borrowed; NULL: left out. */
struct media_capture {
    const char *make, *model, *software, *serial; // ASCII
    bool has_time;
    int64_t taken_at;   // Unix seconds
    int utc_offset_min; // of the local time, minutes east
    bool has_position;
    double lat, lon, accuracy_m; // degrees WGS 84, metres
};

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
     * Put EXIF into a JPEG that has none: *out is the new file, owned; free(). EXH_MALFORMED when it
     * is no JPEG; EXH_INVALID when a text is not ASCII; EXH_NO_MEMORY.
     */
    enum exh_status (*add_exif)(struct exh_bytes jpeg, const struct media_capture *capture,
                                uint8_t **out, size_t *n, struct exh_error *err);
    /*
     * A JPEG of at most MEDIA_THUMBNAIL_EDGE pixels, upright, without metadata, from a JPEG, PNG or
     * WebP. *jpeg is owned; free(). EXH_MALFORMED, EXH_LIMIT, EXH_UNSUPPORTED, EXH_IO, EXH_NO_MEMORY.
     */
    enum exh_status (*thumbnail)(const struct exh_source *asset, uint8_t **jpeg, size_t *n,
                                 struct exh_error *err);
};

extern EXH_API const struct media_api exhibit_media;

#endif
