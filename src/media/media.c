#include "media/media.h"

#include <string.h>

#include "media/exif.h"
#include "media/exif_add.h"
#include "media/exif_find.h"
#include "media/thumb.h"

#define TEXT_MAX ((size_t)256 << 10) // bytes of a c2pa.metadata assertion

static enum exh_status metadata(const struct exh_source *asset, char **json, size_t *n,
                                struct exh_error *err)
{
    struct buf tiff = buf_with_limit(EXIF_MAX);
    struct buf text = buf_with_limit(TEXT_MAX);
    enum exh_status status = exif_find(asset, &tiff, err);

    if (status == EXH_OK)
        status = exif_write(buf_view(&tiff), &text, err);
    const size_t size = text.n;
    if (status == EXH_OK) {
        buf_put_u8(&text, 0);
        status = buf_finish(&text, err);
    }
    buf_free(&tiff);
    if (status != EXH_OK) {
        buf_free(&text);
        return status;
    }
    *json = (char *)text.p;
    *n = size;
    return EXH_OK;
}

/* How the picture is to be turned; a file without readable EXIF is as it should be. */
static unsigned orientation_of(const struct exh_source *asset)
{
    struct buf tiff = buf_with_limit(EXIF_MAX);
    struct exh_error ignored;
    unsigned orientation = 1;

    if (exif_find(asset, &tiff, &ignored) == EXH_OK)
        orientation = exif_orientation(buf_view(&tiff));
    buf_free(&tiff);
    return orientation;
}

static enum exh_status decode(struct thumb *t, const struct exh_source *asset,
                              struct exh_error *err)
{
    enum format format;
    enum exh_status status = format_detect(asset, &format, err);

    if (status != EXH_OK)
        return status;
    switch (format) {
    case FORMAT_JPEG: return thumb_read_jpeg(t, asset, err);
    case FORMAT_PNG: return thumb_read_png(t, asset, err);
    case FORMAT_RIFF: return thumb_read_webp(t, asset, err);
    case FORMAT_BMFF:
    case FORMAT_STORE:
    case FORMAT_UNKNOWN: break;
    }
    return fail(err, EXH_UNSUPPORTED, "thumbnails are made of JPEG, PNG and WebP");
}

static enum exh_status thumbnail(const struct exh_source *asset, uint8_t **jpeg, size_t *n,
                                 struct exh_error *err)
{
    struct thumb t = { 0 };
    enum exh_status status = decode(&t, asset, err);

    if (status == EXH_OK)
        status = thumb_turn(&t, orientation_of(asset), err);
    if (status == EXH_OK)
        status = thumb_write(&t, jpeg, n, err);
    thumb_free(&t);
    return status;
}

const struct media_api exhibit_media = {
    .version = MEDIA_VERSION,
    .metadata = metadata,
    .add_exif = exif_add,
    .thumbnail = thumbnail,
};
