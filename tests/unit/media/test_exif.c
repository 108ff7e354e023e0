#include "base/buf.h"
#include "base/crc32.h"
#include "check.h"
#include "media/exif.h"
#include "media/exif_add.h"
#include "media/exif_find.h"

#define ROW_ENTRIES 4

static struct exh_error err;

/* One entry of an IFD; data is what stands there, little-endian. */
struct entry {
    ExifIfd ifd;
    uint16_t tag;
    uint16_t type;
    uint32_t count;
    const char *data;
    size_t n;
};

static void put_le(struct buf *b, uint32_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_put_u8(b, (uint8_t)(v >> 8 * i));
}

static void set_le(struct buf *b, size_t at, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        b->p[at + i] = (uint8_t)(v >> 8 * i);
}

/* One IFD of the entries that belong to it and of pointers to others; returns where it begins. */
static uint32_t put_ifd(struct buf *b, const struct entry *e, size_t n, ExifIfd ifd, uint32_t exif,
                        uint32_t gps)
{
    struct buf later = buf_with_limit(4096);
    const size_t at = b->n;
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += e[i].ifd == ifd;
    count += (exif ? 1U : 0U) + (gps ? 1U : 0U);
    put_le(b, count, 2);
    const size_t behind = b->n + 12 * count + 4;
    for (size_t i = 0; i < n; i++) {
        if (e[i].ifd != ifd)
            continue;
        put_le(b, e[i].tag, 2);
        put_le(b, e[i].type, 2);
        put_le(b, e[i].count, 4);
        if (e[i].n <= 4) {
            buf_put(b, e[i].data, e[i].n);
            buf_put_zeros(b, 4 - e[i].n);
        } else {
            put_le(b, (uint32_t)(behind + later.n), 4);
            buf_put(&later, e[i].data, e[i].n);
        }
    }
    if (exif) {
        put_le(b, 0x8769, 2);
        put_le(b, 4, 2);
        put_le(b, 1, 4);
        put_le(b, exif, 4);
    }
    if (gps) {
        put_le(b, 0x8825, 2);
        put_le(b, 4, 2);
        put_le(b, 1, 4);
        put_le(b, gps, 4);
    }
    put_le(b, 0, 4);
    buf_put_bytes(b, buf_view(&later));
    buf_free(&later);
    return (uint32_t)at;
}

static struct buf make_tiff(const struct entry *e, size_t n)
{
    struct buf b = buf_with_limit(65536);

    buf_put(&b, "II*\0\0\0\0\0", 8);
    const uint32_t exif = put_ifd(&b, e, n, EXIF_IFD_EXIF, 0, 0);
    const uint32_t gps = put_ifd(&b, e, n, EXIF_IFD_GPS, 0, 0);
    const uint32_t first = put_ifd(&b, e, n, EXIF_IFD_0, exif, gps);
    set_le(&b, 4, first);
    return b;
}

#define ASCII(ifd, tag, text)                       \
    {                                               \
        ifd, tag, 2, sizeof text, text, sizeof text \
    }
#define SHORT(ifd, tag, bytes)          \
    {                                   \
        ifd, tag, 3, 1, bytes "\0\0", 4 \
    }
#define RATIO(ifd, tag, bytes)   \
    {                            \
        ifd, tag, 5, 1, bytes, 8 \
    }
#define EXIF_CONTEXT "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},"
#define TIFF_CONTEXT "{\"@context\":{\"tiff\":\"http://ns.adobe.com/tiff/1.0/\"},"

/* 39 degrees, 21.102 minutes; 0 seconds */
#define LATITUDE             \
    "\47\0\0\0\1\0\0\0"      \
    "\156\122\0\0\350\3\0\0" \
    "\0\0\0\0\1\0\0\0"
#define SIX_SECONDS     \
    "\47\0\0\0\1\0\0\0" \
    "\25\0\0\0\1\0\0\0" \
    "\6\0\0\0\1\0\0\0"

static void test_fields(void)
{
    static const struct {
        const char *name;
        const char *want; // NULL: nothing to tell
        struct entry e[ROW_ENTRIES];
    } cases[] = {
        { "text",
          TIFF_CONTEXT "\"tiff:Make\":\"Company\"}",
          { ASCII(EXIF_IFD_0, 0x010F, "Company  ") } },
        { "text is escaped",
          TIFF_CONTEXT "\"tiff:Make\":\"a\\\"b\\\\\"}",
          { ASCII(EXIF_IFD_0, 0x010F, "a\"b\\") } },
        { "UTF-8",
          TIFF_CONTEXT "\"tiff:Make\":\"caf\xC3\xA9\"}",
          { ASCII(EXIF_IFD_0, 0x010F, "caf\xC3\xA9") } },
        { "not UTF-8", NULL, { ASCII(EXIF_IFD_0, 0x010F, "caf\xE9") } },
        { "control character", NULL, { ASCII(EXIF_IFD_0, 0x010F, "a\033[2J") } },
        { "only blanks", NULL, { ASCII(EXIF_IFD_0, 0x010F, "    ") } },
        { "text of another type", NULL, { SHORT(EXIF_IFD_0, 0x010F, "\1\0") } },
        { "a field that may not be told", NULL, { ASCII(EXIF_IFD_0, 0x013B, "The author") } },
        { "a tag of another folder", NULL, { ASCII(EXIF_IFD_EXIF, 0x010F, "Company") } },
        { "number", TIFF_CONTEXT "\"tiff:Orientation\":6}", { SHORT(EXIF_IFD_0, 0x0112, "\6\0") } },
        { "list",
          TIFF_CONTEXT "\"tiff:BitsPerSample\":{\"@list\":[8,8,8]}}",
          { { EXIF_IFD_0, 0x0102, 3, 3, "\10\0\10\0\10\0", 6 } } },
        { "list too long",
          NULL,
          { { EXIF_IFD_0, 0x0102, 3, 17, "123456789012345678901234567890123", 34 } } },
        { "rational",
          EXIF_CONTEXT "\"exif:ExposureTime\":\"1/100\"}",
          { RATIO(EXIF_IFD_EXIF, 0x829A, "\1\0\0\0\144\0\0\0") } },
        { "signed rational",
          EXIF_CONTEXT "\"exif:ExposureBiasValue\":\"-1/3\"}",
          { { EXIF_IFD_EXIF, 0x9204, 10, 1, "\377\377\377\377\3\0\0\0", 8 } } },
        { "rational over nothing", NULL, { RATIO(EXIF_IFD_EXIF, 0x829A, "\1\0\0\0\0\0\0\0") } },
        { "version",
          EXIF_CONTEXT "\"exif:ExifVersion\":\"0232\"}",
          { { EXIF_IFD_EXIF, 0x9000, 7, 4, "0232", 4 } } },
        { "version not of digits", NULL, { { EXIF_IFD_EXIF, 0x9000, 7, 4, "02\0002", 4 } } },
        { "one byte",
          EXIF_CONTEXT "\"exif:FileSource\":3}",
          { { EXIF_IFD_EXIF, 0xA300, 7, 1, "\3", 1 } } },
        { "flash",
          EXIF_CONTEXT "\"exif:Flash\":{\"exif:Fired\":true,\"exif:Return\":3,\"exif:Mode\":1,"
                       "\"exif:Function\":false,\"exif:RedEyeMode\":true}}",
          { SHORT(EXIF_IFD_EXIF, 0x9209, "\117\0") } },
        { "flash of no kind", NULL, { SHORT(EXIF_IFD_EXIF, 0x9209, "\0\1") } },
        { "date",
          EXIF_CONTEXT "\"exif:DateTimeOriginal\":\"2026-11-21T09:00:00\"}",
          { ASCII(EXIF_IFD_EXIF, 0x9003, "2026:11:21 09:00:00") } },
        { "date with all its parts",
          EXIF_CONTEXT "\"exif:DateTimeOriginal\":\"2026-11-21T09:00:00.125+01:00\","
                       "\"exif:OffsetTimeOriginal\":\"+01:00\"}",
          { ASCII(EXIF_IFD_EXIF, 0x9003, "2026:11:21 09:00:00"),
            ASCII(EXIF_IFD_EXIF, 0x9011, "+01:00"), ASCII(EXIF_IFD_EXIF, 0x9291, "125") } },
        { "date with a fraction of no digits",
          EXIF_CONTEXT "\"exif:DateTimeDigitized\":\"2026-11-21T09:00:00\"}",
          { ASCII(EXIF_IFD_EXIF, 0x9004, "2026:11:21 09:00:00"),
            ASCII(EXIF_IFD_EXIF, 0x9292, "1x") } },
        { "date that is none", NULL, { ASCII(EXIF_IFD_EXIF, 0x9003, "2026:02:30 09:00:00") } },
        { "date left blank", NULL, { ASCII(EXIF_IFD_EXIF, 0x9003, "    :  :     :  :  ") } },
        { "date in another form", NULL, { ASCII(EXIF_IFD_EXIF, 0x9003, "2026-11-21 09:00:00") } },
        { "place",
          EXIF_CONTEXT "\"exif:GPSLatitude\":\"39,21.102000N\"}",
          { ASCII(EXIF_IFD_GPS, 1, "N"), { EXIF_IFD_GPS, 2, 5, 3, LATITUDE, 24 } } },
        { "place in seconds",
          EXIF_CONTEXT "\"exif:GPSLongitude\":\"39,21.100000W\"}",
          { ASCII(EXIF_IFD_GPS, 3, "W"), { EXIF_IFD_GPS, 4, 5, 3, SIX_SECONDS, 24 } } },
        { "place without a side", NULL, { { EXIF_IFD_GPS, 2, 5, 3, LATITUDE, 24 } } },
        { "place on the wrong side",
          NULL,
          { ASCII(EXIF_IFD_GPS, 1, "E"), { EXIF_IFD_GPS, 2, 5, 3, LATITUDE, 24 } } },
        { "place off the globe",
          NULL,
          { ASCII(EXIF_IFD_GPS, 1, "N"),
            { EXIF_IFD_GPS, 2, 5, 3, "\133\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0", 24 } } },
        { "place over nothing",
          NULL,
          { ASCII(EXIF_IFD_GPS, 1, "N"),
            { EXIF_IFD_GPS, 2, 5, 3, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24 } } },
        { "place of two numbers",
          NULL,
          { ASCII(EXIF_IFD_GPS, 1, "N"), { EXIF_IFD_GPS, 2, 5, 2, LATITUDE, 16 } } },
        { "time of the satellites",
          EXIF_CONTEXT
          "\"exif:GPSTimeStamp\":\"18:22:57.500\",\"exif:GPSDateStamp\":\"2026:11:21\"}",
          { { EXIF_IFD_GPS, 7, 5, 3, "\22\0\0\0\1\0\0\0\26\0\0\0\1\0\0\0\77\2\0\0\12\0\0\0", 24 },
            ASCII(EXIF_IFD_GPS, 0x1D, "2026:11:21") } },
        { "25 o'clock",
          NULL,
          { { EXIF_IFD_GPS, 7, 5, 3, "\31\0\0\0\1\0\0\0\26\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0", 24 } } },
        { "version of the satellites",
          EXIF_CONTEXT "\"exif:GPSVersionID\":\"2.3.0.0\"}",
          { { EXIF_IFD_GPS, 0, 1, 4, "\2\3\0\0", 4 } } },
        { "altitude",
          EXIF_CONTEXT "\"exif:GPSAltitudeRef\":0,\"exif:GPSAltitude\":\"34/1\"}",
          { { EXIF_IFD_GPS, 5, 1, 1, "\0", 1 }, RATIO(EXIF_IFD_GPS, 6, "\42\0\0\0\1\0\0\0") } },
        { "method",
          EXIF_CONTEXT "\"exif:GPSProcessingMethod\":\"GPS\"}",
          { { EXIF_IFD_GPS, 0x1B, 7, 11, "ASCII\0\0\0GPS", 11 } } },
        { "method in another script", NULL, { { EXIF_IFD_GPS, 0x1B, 7, 11, "UNICODE\0GPS", 11 } } },
        { "lens",
          "{\"@context\":{\"exifEX\":\"http://cipa.jp/exif/1.0/\"},\"exifEX:LensModel\":\"17-35\"}",
          { ASCII(EXIF_IFD_EXIF, 0xA434, "17-35") } },
        { "nothing", NULL, { { 0 } } },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        size_t n = 0;
        while (n < ROW_ENTRIES && cases[i].e[n].type)
            n++;
        struct buf tiff = make_tiff(cases[i].e, n);
        struct buf out = buf_with_limit(65536);
        enum exh_status status = exif_write(buf_view(&tiff), &out, &err);
        buf_put_u8(&out, 0);
        if (cases[i].want)
            CHECK(status == EXH_OK && strcmp((char *)out.p, cases[i].want) == 0, "%s: %s",
                  cases[i].name, status == EXH_OK ? (char *)out.p : err.text);
        else
            CHECK(status == EXH_NOT_FOUND, "%s: %s", cases[i].name, (char *)out.p);

        for (size_t cut = 0; cut < tiff.n; cut++) { // no prefix is read beyond its end
            uint8_t *part = exact_copy(tiff.p, cut);
            struct json json;
            buf_clear(&out);
            if (exif_write((struct exh_bytes){ part, cut }, &out, &err) == EXH_OK)
                CHECK(json_parse(buf_view(&out), 0, &json, &err) == EXH_OK, "%s: prefix %zu: %s",
                      cases[i].name, cut, err.text);
            free(part);
        }
        buf_free(&out);
        buf_free(&tiff);
    }
}

static void test_orientation(void)
{
    static const struct entry six = SHORT(EXIF_IFD_0, 0x0112, "\6\0");
    static const struct entry nine = SHORT(EXIF_IFD_0, 0x0112, "\11\0");
    struct buf tiff = make_tiff(&six, 1);

    CHECK(exif_orientation(buf_view(&tiff)) == 6, "orientation 6");
    buf_free(&tiff);
    tiff = make_tiff(&nine, 1);
    CHECK(exif_orientation(buf_view(&tiff)) == 1, "orientation 9");
    buf_free(&tiff);
    CHECK(exif_orientation((struct exh_bytes){ 0 }) == 1, "no EXIF");
}

/* Containers: the smallest files that hold TIFF where each format keeps it. */
#define TIFF   "II*\0\10\0\0\0\0\0"
#define TIFF_N 10

static void png_chunk(struct buf *b, const char *type, const char *data, size_t n)
{
    const size_t at = b->n;

    buf_put_u32(b, (uint32_t)n);
    buf_put(b, type, 4);
    buf_put(b, data, n);
    buf_put_u32(b, crc32_add(0, b->p + at + 4, n + 4));
}

static struct buf png_with(const char *type)
{
    struct buf b = buf_with_limit(4096);

    buf_put(&b, "\211PNG\r\n\032\n", 8);
    png_chunk(&b, "IHDR", "\0\0\0\1\0\0\0\1\10\0\0\0\0", 13);
    png_chunk(&b, type, TIFF, TIFF_N);
    png_chunk(&b, "IDAT", "\170\234c\0\0\0\2\0\1", 9);
    png_chunk(&b, "IEND", "", 0);
    return b;
}

static struct buf jpeg_with(const char *before)
{
    struct buf b = buf_with_limit(4096);

    buf_put(&b, "\xFF\xD8\xFF\xE0\0\20JFIF\0\1\1\0\0\1\0\1\0\0", 20);
    buf_put(&b, "\xFF\xE1", 2);
    buf_put_u16(&b, 2 + 6 + TIFF_N);
    buf_put(&b, before, 6);
    buf_put(&b, TIFF, TIFF_N);
    buf_put(&b,
            "\xFF\xDA\0\10\1\1\0\0\77\0"
            "entropy\xFF\xD9",
            19);
    return b;
}

static struct buf webp_with(const char *before, size_t n)
{
    struct buf b = buf_with_limit(4096);

    buf_put(&b, "RIFF\0\0\0\0WEBPVP8X\12\0\0\0\10\0\0\0\0\0\0\0\0\0", 30);
    buf_put(&b, "VP8 \2\0\0\0xx", 10);
    buf_put(&b, "EXIF", 4);
    put_le(&b, (uint32_t)n + TIFF_N, 4);
    buf_put(&b, before, n);
    buf_put(&b, TIFF, TIFF_N);
    set_le(&b, 4, (uint32_t)b.n - 8);
    return b;
}

#define FTYP "\0\0\0\24ftypheic\0\0\0\0mif1"
#define INFE "\0\0\0\25infe\2\0\0\0\0\7\0\0Exif\0"
#define IINF "\0\0\0\43iinf\0\0\0\0\0\1" INFE
#define ITEM "\0\0\0\0II*\0\10\0\0\0\0\0"

/* A HEIF file whose meta box holds what the row says behind iinf; the item's bytes come last. */
static struct buf heif_with(const char *boxes, size_t n)
{
    struct buf b = buf_with_limit(4096);

    buf_put(&b, FTYP, 20);
    const size_t at = b.n;
    buf_put(&b, "\0\0\0\0meta\0\0\0\0", 12);
    buf_put(&b, IINF, 35);
    buf_put(&b, boxes, n);
    buf_set_u32(&b, at, (uint32_t)(b.n - at));
    buf_put(&b, "\0\0\0\26mdat", 8);
    buf_put(&b, ITEM, 14);
    return b;
}

static void check_found(const char *name, struct buf b, enum exh_status want)
{
    struct buf out = buf_with_limit(EXIF_MAX);
    uint8_t *p = exact_copy(b.p, b.n);
    const struct exh_source s = exh_source_memory(p, b.n);

    enum exh_status status = exif_find(&s, &out, &err);
    CHECK(status == want, "%s: %s (%s)", name, exh_status_name(status), err.text);
    if (want == EXH_OK)
        CHECK(out.n == TIFF_N && memcmp(out.p, TIFF, TIFF_N) == 0, "%s: other bytes", name);
    for (size_t cut = 0; cut < b.n; cut++) {
        uint8_t *part = exact_copy(b.p, cut);
        const struct exh_source shorter = exh_source_memory(part, cut);
        buf_clear(&out);
        const enum exh_status any = exif_find(&shorter, &out, &err); // it stays inside
        CHECK(any != EXH_OK || out.n <= EXIF_MAX, "%s: prefix %zu", name, cut);
        free(part);
    }
    free(p);
    buf_free(&out);
    buf_free(&b);
}

static void test_find(void)
{
    // The item lies at 20 + 12 + 35 + 28 or 30 + 8: behind ftyp, meta with iloc, the head of mdat.
    static const struct {
        const char *name;
        const char *boxes;
        size_t n;
        enum exh_status want;
    } cases[] = {
        { "HEIF", "\0\0\0\36iloc\0\0\0\0\104\0\0\1\0\7\0\0\0\1\0\0\0\151\0\0\0\16", 30, EXH_OK },
        { "HEIF, version 1", "\0\0\0\40iloc\1\0\0\0\104\0\0\1\0\7\0\0\0\0\0\1\0\0\0\153\0\0\0\16",
          32, EXH_OK },
        { "HEIF, version 2, 8-byte offsets and a base",
          "\0\0\0\60iloc\2\0\0\0\204\100\0\0\0\1\0\0\0\7\0\0\0\0\0\0\0\173\0\1"
          "\0\0\0\0\0\0\0\0\0\0\0\16\0\0\0\0",
          48, EXH_OK },
        { "HEIF, idat",
          "\0\0\0\40iloc\1\0\0\0\104\0\0\1\0\7\0\1\0\0\0\1\0\0\0\0\0\0\0\16"
          "\0\0\0\26idat" ITEM,
          54, EXH_OK },
        { "HEIF, beyond idat",
          "\0\0\0\40iloc\1\0\0\0\104\0\0\1\0\7\0\1\0\0\0\1\0\0\0\1\0\0\0\16"
          "\0\0\0\26idat" ITEM,
          54, EXH_MALFORMED },
        { "HEIF, beyond the file", "\0\0\0\36iloc\0\0\0\0\104\0\0\1\0\7\0\0\0\1\0\0\7\151\0\0\0\16",
          30, EXH_MALFORMED },
        { "HEIF, an item of 1 GB",
          "\0\0\0\36iloc\0\0\0\0\104\0\0\1\0\7\0\0\0\1\0\0\0\151\100\0\0\16", 30, EXH_LIMIT },
        { "HEIF, another item", "\0\0\0\36iloc\0\0\0\0\104\0\0\1\0\10\0\0\0\1\0\0\0\151\0\0\0\16",
          30, EXH_NOT_FOUND },
        { "HEIF, sizes of 3 bytes", "\0\0\0\36iloc\0\0\0\0\63\0\0\1\0\7\0\0\0\1\0\0\0\151\0\0\0\16",
          30, EXH_MALFORMED },
        { "HEIF, 65535 items",
          "\0\0\0\36iloc\0\0\0\0\104\0\377\377\0\10\0\0\0\1\0\0\0\151\0\0\0\16", 30,
          EXH_MALFORMED },
        { "HEIF, an item without extents", "\0\0\0\26iloc\0\0\0\0\104\0\0\1\0\7\0\0\0\0", 22,
          EXH_MALFORMED },
        { "HEIF, no iloc", "", 0, EXH_MALFORMED },
    };
    struct buf b = buf_with_limit(4096);

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        check_found(cases[i].name, heif_with(cases[i].boxes, cases[i].n), cases[i].want);
    check_found("JPEG", jpeg_with("Exif\0\0"), EXH_OK);
    check_found("JPEG with another APP1", jpeg_with("http:/"), EXH_NOT_FOUND);
    check_found("PNG", png_with("eXIf"), EXH_OK);
    check_found("PNG with another chunk", png_with("tEXt"), EXH_NOT_FOUND);
    check_found("WebP", webp_with("", 0), EXH_OK);
    check_found("WebP as some write it", webp_with("Exif\0\0", 6), EXH_OK);
    buf_put(&b, FTYP, 20);
    check_found("HEIF without meta", b, EXH_NOT_FOUND);
}

/* What is written is read back: by libexif, and as JSON-LD. */
static void test_add(void)
{
    static const struct {
        const char *name;
        struct media_capture capture;
        const char *want;
    } cases[] = {
        { "all",
          { .make = "Exhibit",
            .model = "V4L2",
            .software = "exhibit 0.1.0",
            .serial = "cam-1",
            .has_time = true,
            .taken_at = 1795251600,
            .utc_offset_min = 60,
            .has_position = true,
            .lat = 52.520008,
            .lon = -13.404954,
            .accuracy_m = 4.5 },
          "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\",\"exifEX\":\"http://cipa.jp/"
          "exif/1.0/\",\"tiff\":\"http://ns.adobe.com/tiff/1.0/\"},\"tiff:Make\":\"Exhibit\","
          "\"tiff:Model\":\"V4L2\",\"tiff:Orientation\":1,\"tiff:Software\":\"exhibit 0.1.0\","
          "\"tiff:DateTime\":\"2026-11-21T10:00:00+01:00\",\"exif:ExifVersion\":\"0232\","
          "\"exif:DateTimeOriginal\":\"2026-11-21T10:00:00+01:00\","
          "\"exif:OffsetTimeOriginal\":\"+01:00\",\"exifEX:BodySerialNumber\":\"cam-1\","
          "\"exif:GPSVersionID\":\"2.3.0.0\",\"exif:GPSLatitude\":\"52,31.200480N\","
          "\"exif:GPSLongitude\":\"13,24.297240W\",\"exif:GPSHPositioningError\":\"450/100\"}" },
        { "nothing known",
          { 0 },
          "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\",\"tiff\":\"http://"
          "ns.adobe.com/tiff/1.0/\"},\"tiff:Orientation\":1,\"exif:ExifVersion\":\"0232\"}" },
        { "UTC",
          { .has_time = true, .taken_at = 1795251600 },
          "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\",\"tiff\":\"http://"
          "ns.adobe.com/tiff/1.0/\"},\"tiff:Orientation\":1,"
          "\"tiff:DateTime\":\"2026-11-21T09:00:00+00:00\",\"exif:ExifVersion\":\"0232\","
          "\"exif:DateTimeOriginal\":\"2026-11-21T09:00:00+00:00\","
          "\"exif:OffsetTimeOriginal\":\"+00:00\"}" },
    };
    static const uint8_t jpeg[] = "\xFF\xD8\xFF\xE0\0\20JFIF\0\1\1\0\0\1\0\1\0\0"
                                  "\xFF\xDA\0\10\1\1\0\0\77\0"
                                  "entropy\xFF\xD9";
    const struct exh_bytes plain = { jpeg, sizeof jpeg - 1 };
    const struct media_capture bad = { .make = "caf\xC3\xA9" };
    uint8_t *out = NULL;
    char *json = NULL;
    size_t n = 0, size = 0;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        enum exh_status status = exif_add(plain, &cases[i].capture, &out, &n, &err);
        CHECK(status == EXH_OK, "%s: %s", cases[i].name, err.text);
        const struct exh_source s = exh_source_memory(out, n);
        status = exhibit_media.metadata(&s, &json, &size, &err);
        CHECK(status == EXH_OK && strcmp(json, cases[i].want) == 0, "%s: %s", cases[i].name,
              status == EXH_OK ? json : err.text);
        CHECK(memcmp(out + n - (plain.n - 2), jpeg + 2, plain.n - 2) == 0,
              "%s: the picture itself changed", cases[i].name);
        free(json);
        free(out);
        json = NULL;
    }
    CHECK(exif_add(plain, &bad, &out, &n, &err) == EXH_INVALID, "not ASCII: %s", err.text);
    CHECK(exif_add((struct exh_bytes){ jpeg + 2, 20 }, &cases[0].capture, &out, &n, &err) ==
              EXH_MALFORMED,
          "no JPEG: %s", err.text);
}

int main(void)
{
    test_add();
    test_fields();
    test_orientation();
    test_find();
    return check_done();
}
