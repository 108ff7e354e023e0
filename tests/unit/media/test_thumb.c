#define _GNU_SOURCE // memmem
#include <png.h>
#include <sys/resource.h>
#include <webp/encode.h>

#include "check.h"
#include "media/thumb.h"

static struct exh_error err;

/* A picture in memory: red grows to the right, green downwards, blue is even. */
static uint8_t *make_rgb(unsigned w, unsigned h)
{
    uint8_t *rgb = malloc((size_t)w * h * 3);

    if (!rgb)
        abort();
    for (unsigned y = 0; y < h; y++)
        for (unsigned x = 0; x < w; x++) {
            uint8_t *p = rgb + ((size_t)y * w + x) * 3;
            p[0] = (uint8_t)(w > 1 ? x * 255 / (w - 1) : 0);
            p[1] = (uint8_t)(h > 1 ? y * 255 / (h - 1) : 0);
            p[2] = 128;
        }
    return rgb;
}

struct file { // owned
    uint8_t *p;
    size_t n;
};

static struct file make_jpeg(unsigned w, unsigned h)
{
    struct thumb whole = { .w = w, .h = h, .rgb = make_rgb(w, h) };
    struct file f;

    if (thumb_write(&whole, &f.p, &f.n, &err) != EXH_OK)
        abort();
    free(whole.rgb);
    return f;
}

/* The same with an EXIF orientation in front. */
static struct file make_turned_jpeg(unsigned w, unsigned h, uint8_t orientation)
{
    uint8_t exif[] = "\xFF\xE1\0\42Exif\0\0II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\0\0\0\0\0\0\0\0";
    struct file plain = make_jpeg(w, h);
    const size_t n = 36;
    struct file f = { malloc(plain.n + n), plain.n + n };

    if (!f.p)
        abort();
    exif[28] = orientation;
    memcpy(f.p, plain.p, 2);
    memcpy(f.p + 2, exif, n);
    memcpy(f.p + 2 + n, plain.p + 2, plain.n - 2);
    free(plain.p);
    return f;
}

static struct file make_png(unsigned w, unsigned h, uint32_t format)
{
    png_image image = { .version = PNG_IMAGE_VERSION, .width = w, .height = h, .format = format };
    uint8_t *rgb = make_rgb(w, h);
    const size_t pixel = PNG_IMAGE_PIXEL_SIZE(format);
    uint8_t *raw = calloc((size_t)w * h, pixel);
    png_alloc_size_t n = 0;
    struct file f = { 0 };

    if (!raw)
        abort();
    for (size_t i = 0; i < (size_t)w * h; i++) {
        memcpy(raw + i * pixel, rgb + i * 3, pixel < 3 ? pixel : 3);
        if (pixel == 4)
            raw[i * 4 + 3] = 255;
    }
    if (!png_image_write_get_memory_size(image, n, 0, raw, 0, NULL))
        abort();
    f.p = malloc(n);
    if (!f.p || !png_image_write_to_memory(&image, f.p, &n, 0, raw, 0, NULL))
        abort();
    f.n = n;
    free(raw);
    free(rgb);
    return f;
}

static struct file make_webp(unsigned w, unsigned h)
{
    uint8_t *rgb = make_rgb(w, h);
    uint8_t *made = NULL;
    struct file f = { 0 };

    f.n = WebPEncodeLosslessRGB(rgb, (int)w, (int)h, (int)w * 3, &made);
    f.p = exact_copy(made, f.n);
    WebPFree(made);
    free(rgb);
    return f;
}

static bool near_to(const uint8_t *p, unsigned red, unsigned green)
{
    const int dr = p[0] - (int)red, dg = p[1] - (int)green;

    return dr * dr + dg * dg < 900; // a corner's mean, through two encoders
}

/* Corners of the upright picture: red and green of its first and last pixel. */
static void check_small(const char *name, struct file f, unsigned w, unsigned h, unsigned first,
                        unsigned last)
{
    const struct exh_source s = exh_source_memory(f.p, f.n);
    struct thumb got = { 0 };
    uint8_t *jpeg = NULL;
    size_t n = 0;

    enum exh_status status = exhibit_media.thumbnail(&s, &jpeg, &n, &err);
    CHECK(status == EXH_OK, "%s: %s", name, err.text);
    free(f.p);
    if (status != EXH_OK)
        return;
    CHECK(!memmem(jpeg, n, "Exif", 4), "%s: metadata in a thumbnail", name);
    const struct exh_source small = exh_source_memory(jpeg, n);
    CHECK(thumb_read_jpeg(&got, &small, &err) == EXH_OK, "%s: %s", name, err.text);
    CHECK(got.w == w && got.h == h, "%s: %u by %u", name, got.w, got.h);
    const uint8_t *end = got.rgb + ((size_t)got.w * got.h - 1) * 3;
    CHECK(near_to(got.rgb, first >> 8, first & 255), "%s: first pixel %u %u", name, got.rgb[0],
          got.rgb[1]);
    CHECK(near_to(end, last >> 8, last & 255), "%s: last pixel %u %u", name, end[0], end[1]);
    thumb_free(&got);
    free(jpeg);
}

static void test_sizes(void)
{
    static const struct {
        unsigned w, h, small_w, small_h;
    } cases[] = {
        { 512, 512, 512, 512 },   { 513, 512, 512, 511 },   { 640, 480, 512, 384 },
        { 2000, 1000, 512, 256 }, { 1000, 2000, 256, 512 }, { 5000, 400, 512, 41 },
        { 16, 16, 16, 16 },       { 300, 200, 300, 200 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        char name[64];
        const unsigned w = cases[i].w, h = cases[i].h;
        (void)snprintf(name, sizeof name, "JPEG of %u by %u", w, h);
        check_small(name, make_jpeg(w, h), cases[i].small_w, cases[i].small_h, 0, 0xFFFF);
        (void)snprintf(name, sizeof name, "PNG of %u by %u", w, h);
        check_small(name, make_png(w, h, PNG_FORMAT_RGB), cases[i].small_w, cases[i].small_h, 0,
                    0xFFFF);
        (void)snprintf(name, sizeof name, "WebP of %u by %u", w, h);
        check_small(name, make_webp(w, h), cases[i].small_w, cases[i].small_h, 0, 0xFFFF);
    }
    check_small("one pixel", make_jpeg(1, 1), 1, 1, 0, 0);
    check_small("PNG with alpha", make_png(600, 600, PNG_FORMAT_RGBA), 512, 512, 0, 0xFFFF);
}

static void test_turns(void)
{
    // Red and green at the first and the last pixel, when the picture stands upright.
    static const struct {
        uint8_t orientation;
        unsigned w, h, first, last;
    } cases[] = {
        { 1, 512, 256, 0x0000, 0xFFFF }, { 2, 512, 256, 0xFF00, 0x00FF },
        { 3, 512, 256, 0xFFFF, 0x0000 }, { 4, 512, 256, 0x00FF, 0xFF00 },
        { 5, 256, 512, 0x0000, 0xFFFF }, { 6, 256, 512, 0x00FF, 0xFF00 },
        { 7, 256, 512, 0xFFFF, 0x0000 }, { 8, 256, 512, 0xFF00, 0x00FF },
        { 9, 512, 256, 0x0000, 0xFFFF },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "orientation %u", cases[i].orientation);
        check_small(name, make_turned_jpeg(1024, 512, cases[i].orientation), cases[i].w, cases[i].h,
                    cases[i].first, cases[i].last);
    }
}

static void test_broken(void)
{
    struct file files[] = { make_jpeg(600, 40), make_png(600, 40, PNG_FORMAT_RGB),
                            make_webp(600, 40) };
    uint8_t *jpeg = NULL;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_N(files); i++) {
        for (size_t cut = 0; cut < files[i].n; cut += 1 + cut / 64) {
            uint8_t *part = exact_copy(files[i].p, cut);
            const struct exh_source s = exh_source_memory(part, cut);
            // A JPEG may lack its end marker, a PNG its last chunks.
            if (exhibit_media.thumbnail(&s, &jpeg, &n, &err) == EXH_OK) {
                CHECK((i == 0 || (i == 1 && cut + 64 > files[i].n)) && n > 0,
                      "file %zu: prefix of %zu bytes", i, cut);
                free(jpeg);
            }
            free(part);
        }
        free(files[i].p);
    }
}

/* Sizes that a header claims, and that no memory is taken for. */
static void test_bombs(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t n;
        enum exh_status want;
    } cases[] = {
        { "PNG of 70000 by 70000",
          "\211PNG\r\n\032\n\0\0\0\15IHDR\0\1\21\160\0\1\21\160\10\2\0\0\0\232\217\231\67", 33,
          EXH_MALFORMED },
        { "PNG of 16385 by 16384",
          "\211\120\116\107\015\012\032\012\000\000\000\015\111\110\104\122\000\000\100\001"
          "\000\000\100\000\001\000\000\000\000\156\161\106\027\000\000\000\011\111\104\101\124",
          41, EXH_LIMIT },
        { "text", "no picture at all, only text", 28, EXH_UNSUPPORTED },
        { "nothing", "", 0, EXH_UNSUPPORTED },
    };
    uint8_t *jpeg = NULL;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct exh_source s = exh_source_memory((const uint8_t *)cases[i].bytes, cases[i].n);
        enum exh_status status = exhibit_media.thumbnail(&s, &jpeg, &n, &err);
        CHECK(status == cases[i].want, "%s: %s (%s)", cases[i].name, exh_status_name(status),
              err.text);
    }

    // JPEG headers that claim more than their data holds. Progressive: coefficients would fill 200 MB.
    static const struct {
        const char *name;
        uint8_t kind;
        const char *size;
        enum exh_status want;
    } headers[] = {
        { "65000 by 65000", 0xC0, "\xFD\xE8\xFD\xE8", EXH_LIMIT },
        { "16000 by 16000", 0xC0, "\x3E\x80\x3E\x80", EXH_MALFORMED },
        { "progressive, 8000 by 8000", 0xC2, "\x1F\x40\x1F\x40", EXH_LIMIT },
        { "no pixel", 0xC0, "\0\0\0\0", EXH_MALFORMED },
    };
    for (size_t k = 0; k < ARRAY_N(headers); k++) {
        struct file f = make_jpeg(16, 16);
        for (size_t i = 0; i + 9 < f.n; i++)
            if (f.p[i] == 0xFF && f.p[i + 1] == 0xC0) {
                f.p[i + 1] = headers[k].kind;
                memcpy(f.p + i + 5, headers[k].size, 4);
            }
        const struct exh_source s = exh_source_memory(f.p, f.n);
        enum exh_status status = exhibit_media.thumbnail(&s, &jpeg, &n, &err);
        CHECK(status == headers[k].want, "%s: %s (%s)", headers[k].name, exh_status_name(status),
              err.text);
        free(f.p);
    }
}

/* A PNG with 128 MiB of text before its pixels, which exist only as they are read. */
struct long_png {
    struct file png;
    uint8_t text[8]; // the head of the chunk
};

enum { TEXT_AT = 33, TEXT_N = 128 << 20, TEXT_FRAME = 12 };

static enum exh_status read_long(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *e)
{
    const struct long_png *l = ctx;
    const uint64_t behind = TEXT_AT + TEXT_FRAME + (uint64_t)TEXT_N;

    (void)e;
    for (size_t i = 0; i < n; i++, at++)
        to[i] = at < TEXT_AT       ? l->png.p[at]
                : at < TEXT_AT + 8 ? l->text[at - TEXT_AT]
                : at < behind      ? 0
                                   : l->png.p[at - behind + TEXT_AT];
    return EXH_OK;
}

/* Text is not needed, so that no memory is taken for it either. */
static void test_long_text(void)
{
    const long limit = 64 << 10; // kilobytes
    struct long_png l = { make_png(16, 16, PNG_FORMAT_RGB), "\x08\0\0\0tEXt" };
    const struct exh_source s = { .size = l.png.n + TEXT_FRAME + TEXT_N,
                                  .read = read_long,
                                  .ctx = &l };
    struct rusage before, after;
    uint8_t *jpeg = NULL;
    size_t n = 0;

    getrusage(RUSAGE_SELF, &before);
    CHECK(exhibit_media.thumbnail(&s, &jpeg, &n, &err) == EXH_OK, "%s", err.text);
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < limit, "%ld KB more than %ld",
          after.ru_maxrss - before.ru_maxrss, before.ru_maxrss);
    free(jpeg);
    free(l.png.p);
}

int main(void)
{
    test_sizes();
    test_turns();
    test_broken();
    test_bombs();
    test_long_text();
    return check_done();
}
