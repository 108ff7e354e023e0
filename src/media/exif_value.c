#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "media/exif.h"

#define NUMBERS_MAX 16 // values of one list that is taken over

ExifEntry *exif_entry(ExifData *data, ExifIfd ifd, uint16_t tag)
{
    return exif_content_get_entry(data->ifd[ifd], (ExifTag)tag);
}

bool exif_integer(ExifData *data, const ExifEntry *e, size_t i, int64_t *v)
{
    const ExifByteOrder order = exif_data_get_byte_order(data);
    const size_t size = exif_format_get_size(e->format);

    if (!e->data || !size || i >= e->components || (i + 1) * size > e->size)
        return false;
    const unsigned char *p = e->data + i * size;
    switch (e->format) {
    case EXIF_FORMAT_BYTE: *v = *p; return true;
    case EXIF_FORMAT_SHORT: *v = exif_get_short(p, order); return true;
    case EXIF_FORMAT_LONG: *v = exif_get_long(p, order); return true;
    case EXIF_FORMAT_SLONG: *v = exif_get_slong(p, order); return true;
    default: return false;
    }
}

bool exif_ratio(ExifData *data, const ExifEntry *e, size_t i, int64_t *n, int64_t *d)
{
    const ExifByteOrder order = exif_data_get_byte_order(data);

    if (!e->data || i >= e->components || (i + 1) * 8 > e->size)
        return false;
    if (e->format == EXIF_FORMAT_RATIONAL) {
        const ExifRational r = exif_get_rational(e->data + i * 8, order);
        *n = r.numerator;
        *d = r.denominator;
    } else if (e->format == EXIF_FORMAT_SRATIONAL) {
        const ExifSRational r = exif_get_srational(e->data + i * 8, order);
        *n = r.numerator;
        *d = r.denominator;
    } else {
        return false;
    }
    return *d != 0;
}

bool exif_string(const ExifEntry *e, char to[EXIF_TEXT_MAX])
{
    if (e->format != EXIF_FORMAT_ASCII || !e->data)
        return false;
    size_t n = strnlen((const char *)e->data, e->size);
    while (n && e->data[n - 1] == ' ')
        n--;
    if (!n || n >= EXIF_TEXT_MAX || !utf8_valid((struct exh_bytes){ e->data, n }))
        return false;
    for (size_t i = 0; i < n; i++)
        if (e->data[i] < ' ' || e->data[i] == 0x7F)
            return false;
    memcpy(to, e->data, n);
    to[n] = 0;
    return true;
}

bool exif_text(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    char text[EXIF_TEXT_MAX];

    (void)data;
    if (!exif_string(e, text))
        return false;
    json_put_key(j, f->name);
    json_put_text(j, text);
    return true;
}

bool exif_number(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t v;

    if (!exif_integer(data, e, 0, &v))
        return false;
    json_put_key(j, f->name);
    json_put_int(j, v);
    return true;
}

/* A list in order: {"@list": [...]}. */
static void open_list(struct json_out *j, const char *name)
{
    json_put_key(j, name);
    json_open_object(j);
    json_put_key(j, "@list");
    json_open_array(j);
}

static void close_list(struct json_out *j)
{
    json_close_array(j);
    json_close_object(j);
}

bool exif_numbers(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t v[NUMBERS_MAX];

    if (!e->components || e->components > NUMBERS_MAX)
        return false;
    for (size_t i = 0; i < e->components; i++)
        if (!exif_integer(data, e, i, &v[i]))
            return false;
    open_list(j, f->name);
    for (size_t i = 0; i < e->components; i++)
        json_put_int(j, v[i]);
    close_list(j);
    return true;
}

/* One byte of an undefined entry, as XMP's closed choices want it. */
bool exif_byte(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    (void)data;
    if (e->format != EXIF_FORMAT_UNDEFINED || !e->data || e->size != 1)
        return false;
    json_put_key(j, f->name);
    json_put_int(j, e->data[0]);
    return true;
}

static void put_ratio(struct json_out *j, int64_t n, int64_t d)
{
    char text[48];

    (void)snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, n, d);
    json_put_text(j, text);
}

bool exif_rational(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t n, d;

    if (!exif_ratio(data, e, 0, &n, &d))
        return false;
    json_put_key(j, f->name);
    put_ratio(j, n, d);
    return true;
}

bool exif_rationals(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t n[NUMBERS_MAX], d[NUMBERS_MAX];

    if (!e->components || e->components > NUMBERS_MAX)
        return false;
    for (size_t i = 0; i < e->components; i++)
        if (!exif_ratio(data, e, i, &n[i], &d[i]))
            return false;
    open_list(j, f->name);
    for (size_t i = 0; i < e->components; i++)
        put_ratio(j, n[i], d[i]);
    close_list(j);
    return true;
}

/* Four digits: "0232". */
bool exif_version(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    (void)data;
    if (e->format != EXIF_FORMAT_UNDEFINED || !e->data || e->size != 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (e->data[i] < '0' || e->data[i] > '9')
            return false;
    json_put_key(j, f->name);
    json_put_text_bytes(j, (struct exh_bytes){ e->data, 4 });
    return true;
}

/* XMP takes the bits of the flash apart. */
bool exif_flash(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t v;

    if (!exif_integer(data, e, 0, &v) || v < 0 || v > 127)
        return false;
    json_put_key(j, f->name);
    json_open_object(j);
    json_put_key(j, "exif:Fired");
    json_put_bool(j, v & 1);
    json_put_key(j, "exif:Return");
    json_put_int(j, v >> 1 & 3);
    json_put_key(j, "exif:Mode");
    json_put_int(j, v >> 3 & 3);
    json_put_key(j, "exif:Function");
    json_put_bool(j, v >> 5 & 1);
    json_put_key(j, "exif:RedEyeMode");
    json_put_bool(j, v >> 6 & 1);
    json_close_object(j);
    return true;
}
