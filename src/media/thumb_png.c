#include "media/thumb.h"

#include <setjmp.h>
#include <stdlib.h>

#include <png.h>

#include "base/source.h"

#define CHUNK_MAX \
    ((png_alloc_size_t)8 << 20) // bytes libpng may take for one chunk of text or colours

/* Not needed for pixels, and some are unpacked into whatever size they claim: each name with its NUL. */
static const uint8_t ignored[] = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0eXIf";

/* libpng leaves by longjmp: everything it touches lies in this struct. */
struct decoder {
    png_structp png;
    png_infop info;
    const struct exh_source *asset;
    uint64_t at;
    uint8_t *rows; // one row, or all of an interlaced picture
    enum exh_status status;
    struct exh_error *err;
};

static void leave(png_structp png, png_const_charp text)
{
    struct decoder *d = png_get_error_ptr(png);

    if (d->status == EXH_OK)
        d->status = fail(d->err, EXH_MALFORMED, "PNG: %.80s", text);
    png_longjmp(png, 1);
}

static void say_nothing(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void read_more(png_structp png, png_bytep to, size_t n)
{
    struct decoder *d = png_get_io_ptr(png);

    d->status = source_read(d->asset, d->at, to, n, d->err);
    if (d->status != EXH_OK)
        png_longjmp(png, 1);
    d->at += n;
}

/* Whatever it is, rows come as RGB of 8 bits, transparent parts on white. */
static int to_rgb(png_structp png, png_infop info)
{
    png_color_16 white = { .red = 0xFF, .green = 0xFF, .blue = 0xFF, .gray = 0xFF };

    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return passes;
}

static void decode(struct decoder *d, struct thumb *t)
{
    png_read_info(d->png, d->info);
    const unsigned w = png_get_image_width(d->png, d->info);
    const unsigned h = png_get_image_height(d->png, d->info);
    const int passes = to_rgb(d->png, d->info);
    const size_t stride = png_get_rowbytes(d->png, d->info);
    const size_t kept = passes > 1 ? h : 1;

    d->status = thumb_init(t, w, h, d->err);
    if (d->status == EXH_OK && stride != (size_t)w * 3)
        d->status = fail(d->err, EXH_UNSUPPORTED, "PNG: rows of %zu bytes", stride);
    if (d->status == EXH_OK && stride > THUMB_MEMORY_MAX / kept)
        d->status = fail(d->err, EXH_LIMIT, "PNG: interlaced, %u by %u pixels", w, h);
    if (d->status == EXH_OK && !(d->rows = calloc(kept, stride)))
        d->status = fail_no_memory(d->err);
    if (d->status != EXH_OK)
        png_longjmp(d->png, 1);
    for (int pass = 0; pass < passes; pass++)
        for (unsigned y = 0; y < h; y++) {
            uint8_t *row = d->rows + (passes > 1 ? y * stride : 0);
            png_read_row(d->png, row, NULL);
            if (pass == passes - 1)
                thumb_row(t, row);
        }
}

enum exh_status thumb_read_png(struct thumb *t, const struct exh_source *asset,
                               struct exh_error *err)
{
    struct decoder *d = calloc(1, sizeof *d);

    if (!d)
        return fail_no_memory(err);
    d->asset = asset;
    d->err = err;
    d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, d, leave, say_nothing);
    d->info = d->png ? png_create_info_struct(d->png) : NULL;
    if (!d->info) {
        d->status = fail_no_memory(err);
    } else if (setjmp(png_jmpbuf(d->png)) == 0) {
        png_set_user_limits(d->png, THUMB_SIDE_MAX, THUMB_SIDE_MAX);
        png_set_chunk_malloc_max(d->png, CHUNK_MAX);
        png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_NEVER, ignored, sizeof ignored / 5);
        png_set_read_fn(d->png, d, read_more);
        decode(d, t);
    }
    const enum exh_status status = d->status;
    png_destroy_read_struct(&d->png, &d->info, NULL);
    free(d->rows);
    free(d);
    return status;
}
