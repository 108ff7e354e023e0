#include "media/thumb.h"

#include <stdlib.h>

#include <webp/decode.h>

#include "base/source.h"

/* WebP has no rows to be had one by one, but its decoder shrinks while it decodes. */

static enum exh_status read_all(const struct exh_source *asset, uint8_t **p, struct exh_error *err)
{
    if (asset->size > THUMB_MEMORY_MAX)
        return fail(err, EXH_LIMIT, "WebP: more than %zu bytes", THUMB_MEMORY_MAX);
    *p = malloc((size_t)asset->size + 1);
    if (!*p)
        return fail_no_memory(err);
    return source_read(asset, 0, *p, (size_t)asset->size, err);
}

static enum exh_status check(const WebPBitstreamFeatures *f, struct exh_error *err)
{
    if (f->has_animation)
        return fail(err, EXH_UNSUPPORTED, "WebP: an animation has no one picture");
    // A lossless picture is decoded whole, four bytes a pixel.
    if ((uint64_t)f->width * (uint64_t)f->height > THUMB_MEMORY_MAX / 4)
        return fail(err, EXH_LIMIT, "WebP: %d by %d pixels", f->width, f->height);
    return EXH_OK;
}

/* RGBA over white, as rows of the small picture. */
static void take_rows(struct thumb *t, const WebPRGBABuffer *from)
{
    for (unsigned y = 0; y < t->h; y++) {
        const uint8_t *p = from->rgba + (size_t)y * (size_t)from->stride;
        uint8_t *to = t->rgb + (size_t)y * t->w * 3;
        for (unsigned x = 0; x < t->w; x++, p += 4, to += 3)
            for (unsigned c = 0; c < 3; c++)
                to[c] = (uint8_t)((p[c] * p[3] + 255 * (255 - p[3]) + 127) / 255);
    }
}

static enum exh_status decode(struct thumb *t, const uint8_t *p, size_t n, struct exh_error *err)
{
    WebPDecoderConfig config;

    if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(p, n, &config.input) != VP8_STATUS_OK)
        return fail(err, EXH_MALFORMED, "WebP: no picture");
    enum exh_status status = check(&config.input, err);
    if (status == EXH_OK)
        status = thumb_init(t, (unsigned)config.input.width, (unsigned)config.input.height, err);
    if (status != EXH_OK)
        return status;
    config.options.use_scaling = 1;
    config.options.scaled_width = (int)t->w;
    config.options.scaled_height = (int)t->h;
    config.output.colorspace = MODE_RGBA;
    const VP8StatusCode code = WebPDecode(p, n, &config);
    if (code == VP8_STATUS_OK)
        take_rows(t, &config.output.u.RGBA);
    WebPFreeDecBuffer(&config.output);
    if (code == VP8_STATUS_OUT_OF_MEMORY)
        return fail_no_memory(err);
    return code == VP8_STATUS_OK ? EXH_OK : fail(err, EXH_MALFORMED, "WebP: status %d", code);
}

enum exh_status thumb_read_webp(struct thumb *t, const struct exh_source *asset,
                                struct exh_error *err)
{
    uint8_t *p = NULL;
    enum exh_status status = read_all(asset, &p, err);

    if (status == EXH_OK)
        status = decode(t, p, (size_t)asset->size, err);
    free(p);
    return status;
}
