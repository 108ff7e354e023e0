#include "media/exif_add.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/when.h"

#define TIFF_MAX    65000 // bytes: what one APP1 segment holds
#define TEXT_MAX    64    // bytes of one text
#define ENTRIES_MAX 12    // of one folder (IFD)
#define VALUE_MAX   64    // bytes of one value

enum type { BYTE = 1, ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5, UNDEFINED = 7 };

struct entry {
    uint16_t tag;
    uint16_t type;
    uint32_t count;
    size_t n;
    uint8_t value[VALUE_MAX];
};

struct folder { // an IFD; tags are put in ascending order
    struct entry entries[ENTRIES_MAX];
    size_t n;
};

static struct entry *put_entry(struct folder *f, uint16_t tag, enum type type, uint32_t count)
{
    struct entry *e = &f->entries[f->n++];

    *e = (struct entry){ .tag = tag, .type = (uint16_t)type, .count = count };
    return e;
}

static void put_value(struct entry *e, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        e->value[e->n++] = (uint8_t)(v >> 8 * (bytes - 1 - i));
}

static void put_short(struct folder *f, uint16_t tag, uint16_t v)
{
    put_value(put_entry(f, tag, SHORT, 1), v, 2);
}

static void put_long(struct folder *f, uint16_t tag, size_t v)
{
    put_value(put_entry(f, tag, LONG, 1), v, 4);
}

static void put_text(struct folder *f, uint16_t tag, const char *text)
{
    if (!text)
        return;
    struct entry *e = put_entry(f, tag, ASCII, (uint32_t)strlen(text) + 1);
    memcpy(e->value, text, e->count);
    e->n = e->count;
}

/* Degrees as degrees, minutes, and seconds to a ten-thousandth (3 mm). */
static void put_coordinate(struct folder *f, uint16_t tag, double degrees)
{
    struct entry *e = put_entry(f, tag, RATIONAL, 3);
    const uint64_t parts = (uint64_t)llround(fabs(degrees) * 3600 * 10000);

    put_value(e, parts / 36000000, 4);
    put_value(e, 1, 4);
    put_value(e, parts / 600000 % 60, 4);
    put_value(e, 1, 4);
    put_value(e, parts % 600000, 4);
    put_value(e, 10000, 4);
}

/* "2026:11:21 10:00:00" and "+01:00" of local time. */
static void time_texts(const struct media_capture *c, char date[20], char zone[7])
{
    char text[WHEN_TEXT_MAX];

    when_write_local(text, c->taken_at, c->utc_offset_min);
    memcpy(date, text, 19);
    date[19] = 0;
    date[4] = date[7] = ':';
    date[10] = ' ';
    (void)snprintf(zone, 7, "%.6s", text[19] == 'Z' ? "+00:00" : text + 19);
}

static void fill_place(struct folder *f, const struct media_capture *c)
{
    if (!c->has_position)
        return;
    put_value(put_entry(f, 0x00, BYTE, 4), 0x02030000, 4);
    put_text(f, 0x01, c->lat < 0 ? "S" : "N");
    put_coordinate(f, 0x02, c->lat);
    put_text(f, 0x03, c->lon < 0 ? "W" : "E");
    put_coordinate(f, 0x04, c->lon);
    struct entry *e = put_entry(f, 0x1F, RATIONAL, 1);
    put_value(e, (uint64_t)llround(c->accuracy_m * 100), 4);
    put_value(e, 100, 4);
}

static void fill_exif(struct folder *f, const struct media_capture *c)
{
    char date[20], zone[7];

    struct entry *version = put_entry(f, 0x9000, UNDEFINED, 4);
    memcpy(version->value, "0232", version->n = 4);
    if (c->has_time) {
        time_texts(c, date, zone);
        put_text(f, 0x9003, date);
        put_text(f, 0x9010, zone);
        put_text(f, 0x9011, zone);
    }
    put_text(f, 0xA431, c->serial);
}

static void fill_first(struct folder *f, const struct media_capture *c, size_t exif_at,
                       size_t place_at)
{
    char date[20], zone[7];

    put_text(f, 0x010F, c->make);
    put_text(f, 0x0110, c->model);
    put_short(f, 0x0112, 1);
    put_text(f, 0x0131, c->software);
    if (c->has_time) {
        time_texts(c, date, zone);
        put_text(f, 0x0132, date);
    }
    put_long(f, 0x8769, exif_at);
    if (place_at)
        put_long(f, 0x8825, place_at);
}

/* Append a folder; offsets count from `base`, the TIFF header. Returns its own offset, 0: empty. */
static size_t put_folder(struct buf *b, size_t base, const struct folder *f)
{
    const size_t at = b->n - base;
    size_t later = at + 2 + 12 * f->n + 4;

    if (!f->n)
        return 0;
    buf_put_u16(b, (uint16_t)f->n);
    for (size_t i = 0; i < f->n; i++) {
        const struct entry *e = &f->entries[i];
        buf_put_u16(b, e->tag);
        buf_put_u16(b, e->type);
        buf_put_u32(b, e->count);
        if (e->n <= 4) {
            buf_put(b, e->value, e->n);
            buf_put_zeros(b, 4 - e->n);
            continue;
        }
        buf_put_u32(b, (uint32_t)later);
        later += e->n + e->n % 2;
    }
    buf_put_u32(b, 0);
    for (size_t i = 0; i < f->n; i++) {
        if (f->entries[i].n <= 4)
            continue;
        buf_put(b, f->entries[i].value, f->entries[i].n);
        buf_put_zeros(b, f->entries[i].n % 2);
    }
    return at;
}

static void put_tiff(struct buf *b, const struct media_capture *c)
{
    struct folder first = { 0 }, exif = { 0 }, place = { 0 };
    const size_t base = b->n;

    buf_put(b, "MM\0*", 4);
    buf_put_u32(b, 0);
    fill_exif(&exif, c);
    fill_place(&place, c);
    const size_t exif_at = put_folder(b, base, &exif);
    const size_t place_at = put_folder(b, base, &place);
    fill_first(&first, c, exif_at, place_at);
    const size_t first_at = put_folder(b, base, &first);
    if (!b->failed)
        buf_set_u32(b, base + 4, (uint32_t)first_at);
}

static bool is_plain(const char *text)
{
    for (size_t i = 0; text && text[i]; i++)
        if (text[i] < ' ' || text[i] > '~' || i + 2 > TEXT_MAX)
            return false;
    return true;
}

enum exh_status exif_add(struct exh_bytes jpeg, const struct media_capture *capture, uint8_t **out,
                         size_t *n, struct exh_error *err)
{
    struct buf b = buf_with_limit(jpeg.n < SIZE_MAX - TIFF_MAX ? jpeg.n + TIFF_MAX : jpeg.n);

    if (jpeg.n < 4 || memcmp(jpeg.p, "\xFF\xD8\xFF", 3) != 0)
        return fail(err, EXH_MALFORMED, "not a JPEG");
    if (!is_plain(capture->make) || !is_plain(capture->model) || !is_plain(capture->software) ||
        !is_plain(capture->serial))
        return fail(err, EXH_INVALID, "EXIF takes ASCII of at most %d characters", TEXT_MAX - 1);
    buf_put(&b, jpeg.p, 2);
    buf_put(&b, "\xFF\xE1\0\0Exif\0\0", 10);
    put_tiff(&b, capture);
    const size_t size = b.n - 4; // the segment without its marker
    buf_put(&b, jpeg.p + 2, jpeg.n - 2);
    enum exh_status status = buf_finish(&b, err);
    if (status != EXH_OK) {
        buf_free(&b);
        return status;
    }
    b.p[4] = (uint8_t)(size >> 8);
    b.p[5] = (uint8_t)size;
    *out = b.p;
    *n = b.n;
    return EXH_OK;
}
