#include "media/thumb.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "base/source.h"

#define PIECE     ((size_t)32 << 10) // bytes read at a time
#define SCANS_MAX 50                 // of a progressive JPEG; encoders write about ten

/* libjpeg leaves by longjmp: everything it touches lies in this struct, nothing in registers. */
struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr input;
    struct jpeg_progress_mgr watch;
    jmp_buf out;
    const struct exh_source *asset;
    uint64_t at;
    uint8_t piece[PIECE];
    uint8_t *row;
    enum exh_status status; // why it left
    struct exh_error *err;
};

/* What made libjpeg give up, as a status of ours. */
static enum exh_status status_of(int code)
{
    switch (code) {
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW: return EXH_LIMIT;
    case JERR_OUT_OF_MEMORY: return EXH_NO_MEMORY;
    case JERR_CONVERSION_NOTIMPL: return EXH_UNSUPPORTED;
    default: return EXH_MALFORMED;
    }
}

static void leave(j_common_ptr jpeg)
{
    struct decoder *d = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];

    if (d->status == EXH_OK && jpeg->err->msg_code == JERR_NO_BACKING_STORE) {
        d->status =
            fail(d->err, EXH_LIMIT, "JPEG: decoding needs more than %zu bytes", THUMB_MEMORY_MAX);
    } else if (d->status == EXH_OK) {
        jpeg->err->format_message(jpeg, text);
        d->status = fail(d->err, status_of(jpeg->err->msg_code), "JPEG: %s", text);
    }
    longjmp(d->out, 1);
}

/*
 * A picture whose data ends early would be decoded to its end all the same, as grey: a header of a few
 * bytes could claim billions of pixels. Other damage costs no more than the bytes that carry it.
 */
static void hear_warning(j_common_ptr jpeg, int level)
{
    struct decoder *d = jpeg->client_data;
    const int code = jpeg->err->msg_code;

    if (level >= 0 || (code != JWRN_HIT_MARKER && code != JWRN_JPEG_EOF))
        return;
    d->status = fail(d->err, EXH_MALFORMED, "JPEG: its data ends early");
    leave(jpeg);
}

static void input_begin(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

static boolean input_fill(j_decompress_ptr jpeg)
{
    struct decoder *d = jpeg->client_data;
    const uint64_t left = d->asset->size - d->at;
    const size_t n = left < PIECE ? (size_t)left : PIECE;

    if (!n) {
        d->status = fail(d->err, EXH_MALFORMED, "JPEG: the file ends early");
        leave((j_common_ptr)jpeg);
    }
    d->status = source_read(d->asset, d->at, d->piece, n, d->err);
    if (d->status != EXH_OK)
        leave((j_common_ptr)jpeg);
    d->at += n;
    d->input.next_input_byte = d->piece;
    d->input.bytes_in_buffer = n;
    return TRUE;
}

static void input_skip(j_decompress_ptr jpeg, long n)
{
    struct decoder *d = jpeg->client_data;
    const uint64_t left = d->asset->size - d->at;
    size_t skip = n > 0 ? (size_t)n : 0;

    if (skip <= d->input.bytes_in_buffer) {
        d->input.next_input_byte += skip;
        d->input.bytes_in_buffer -= skip;
        return;
    }
    skip -= d->input.bytes_in_buffer;
    d->input.bytes_in_buffer = 0;
    d->at += skip < left ? skip : left;
}

static void input_end(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

/* A picture of thousands of empty scans would decode for hours. */
static void watch_scans(j_common_ptr jpeg)
{
    struct decoder *d = jpeg->client_data;

    if (d->jpeg.input_scan_number <= SCANS_MAX)
        return;
    d->status = fail(d->err, EXH_LIMIT, "JPEG: more than %d scans", SCANS_MAX);
    leave(jpeg);
}

static void set_up(struct decoder *d)
{
    d->jpeg.err = jpeg_std_error(&d->errors);
    d->errors.error_exit = leave;
    d->errors.emit_message = hear_warning;
    d->jpeg.client_data = d;
    jpeg_create_decompress(&d->jpeg);
    d->jpeg.client_data = d;
    d->jpeg.mem->max_memory_to_use = (long)THUMB_MEMORY_MAX;
    d->input = (struct jpeg_source_mgr){ .init_source = input_begin,
                                         .fill_input_buffer = input_fill,
                                         .skip_input_data = input_skip,
                                         .resync_to_restart = jpeg_resync_to_restart,
                                         .term_source = input_end };
    d->jpeg.src = &d->input;
    d->watch.progress_monitor = watch_scans;
    d->jpeg.progress = &d->watch;
}

/* The decoder itself shrinks by 2, 4 or 8: much less work than decoding all. */
static unsigned scale_of(unsigned longer)
{
    unsigned scale = 8;

    while (scale > 1 && longer / scale < MEDIA_THUMBNAIL_EDGE)
        scale /= 2;
    return scale;
}

static void decode(struct decoder *d, struct thumb *t)
{
    struct jpeg_decompress_struct *j = &d->jpeg;

    (void)jpeg_read_header(j, TRUE);
    d->status = thumb_check(j->image_width, j->image_height, d->err);
    if (d->status != EXH_OK)
        leave((j_common_ptr)j);
    j->scale_num = 1;
    j->scale_denom = scale_of(j->image_width > j->image_height ? j->image_width : j->image_height);
    j->out_color_space = JCS_RGB;
    (void)jpeg_start_decompress(j);
    d->status = thumb_init(t, j->output_width, j->output_height, d->err);
    d->row = d->status == EXH_OK ? malloc((size_t)j->output_width * 3) : NULL;
    if (d->status == EXH_OK && !d->row)
        d->status = fail_no_memory(d->err);
    if (d->status != EXH_OK)
        leave((j_common_ptr)j);
    while (j->output_scanline < j->output_height) {
        (void)jpeg_read_scanlines(j, &d->row, 1);
        thumb_row(t, d->row);
    }
}

enum exh_status thumb_read_jpeg(struct thumb *t, const struct exh_source *asset,
                                struct exh_error *err)
{
    struct decoder *d = calloc(1, sizeof *d);

    if (!d)
        return fail_no_memory(err);
    d->asset = asset;
    d->err = err;
    if (setjmp(d->out) == 0) {
        set_up(d);
        decode(d, t);
    }
    const enum exh_status status = d->status;
    jpeg_destroy_decompress(&d->jpeg);
    free(d->row);
    free(d);
    return status;
}

/* Writing. */
struct encoder {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    unsigned char *bytes;
    unsigned long n;
};

static void leave_writing(j_common_ptr jpeg)
{
    struct encoder *e = jpeg->client_data;

    longjmp(e->out, 1);
}

static void encode(struct encoder *e, const struct thumb *t)
{
    struct jpeg_compress_struct *j = &e->jpeg;

    j->err = jpeg_std_error(&e->errors);
    e->errors.error_exit = leave_writing;
    j->client_data = e;
    jpeg_create_compress(j);
    j->client_data = e;
    jpeg_mem_dest(j, &e->bytes, &e->n);
    j->image_width = t->w;
    j->image_height = t->h;
    j->input_components = 3;
    j->in_color_space = JCS_RGB;
    jpeg_set_defaults(j);
    jpeg_set_quality(j, THUMB_QUALITY, TRUE);
    j->optimize_coding = TRUE;
    jpeg_start_compress(j, TRUE);
    while (j->next_scanline < j->image_height) {
        JSAMPROW row = t->rgb + (size_t)j->next_scanline * t->w * 3;
        (void)jpeg_write_scanlines(j, &row, 1);
    }
    jpeg_finish_compress(j);
}

enum exh_status thumb_write(const struct thumb *t, uint8_t **jpeg, size_t *n, struct exh_error *err)
{
    struct encoder *e = calloc(1, sizeof *e);

    if (!e)
        return fail_no_memory(err);
    const bool failed = setjmp(e->out) != 0;
    if (!failed)
        encode(e, t);
    jpeg_destroy_compress(&e->jpeg);
    if (failed) {
        free(e->bytes);
        free(e);
        return fail_no_memory(err);
    }
    *jpeg = e->bytes;
    *n = e->n;
    free(e);
    return EXH_OK;
}
