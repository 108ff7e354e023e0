/* exif_place.c -- times and places of EXIF, in the forms of XMP. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "media/exif.h"

/* Tags of the parts of a second, by the tag of the time. */
static uint16_t parts_of_second(uint16_t tag)
{
    switch (tag) {
    case 0x9003: return 0x9291;
    case 0x9004: return 0x9292;
    default: return 0x9290;
    }
}

static bool all_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == 0;
}

/* "2026:11:21 09:00:00", with its parts of a second and offset if they are known. */
bool exif_date(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    ExifEntry *parts = exif_entry(data, EXIF_IFD_EXIF, parts_of_second(f->tag));
    ExifEntry *offset = exif_entry(data, EXIF_IFD_EXIF, f->aid);
    char text[EXIF_TEXT_MAX], fraction[EXIF_TEXT_MAX], zone[EXIF_TEXT_MAX];
    char whole[64];
    int64_t at;

    if (!exif_string(e, text) || strlen(text) != 19 || text[10] != ' ')
        return false;
    text[4] = text[4] == ':' ? '-' : 0;
    text[7] = text[7] == ':' ? '-' : 0;
    text[10] = 'T';
    const bool has_fraction =
        parts && exif_string(parts, fraction) && all_digits(fraction) && strlen(fraction) <= 9;
    const bool has_zone = offset && exif_string(offset, zone) && strlen(zone) == 6;
    (void)snprintf(whole, sizeof whole, "%.19s%s%.9s%.6s", text, has_fraction ? "." : "",
                   has_fraction ? fraction : "", has_zone ? zone : "Z");
    if (!when_read(bytes_of(whole), &at, NULL))
        return false;
    if (!has_zone)
        whole[strlen(whole) - 1] = 0; // an unknown offset is not written as UTC
    json_put_key(j, f->name);
    json_put_text(j, whole);
    return true;
}

/* "2.3.0.0" */
bool exif_gps_version(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    char text[20];

    (void)data;
    if (e->format != EXIF_FORMAT_BYTE || !e->data || e->size != 4)
        return false;
    (void)snprintf(text, sizeof text, "%u.%u.%u.%u", e->data[0], e->data[1], e->data[2],
                   e->data[3]);
    json_put_key(j, f->name);
    json_put_text(j, text);
    return true;
}

/* Three rationals as one number of whole units: degrees or hours. */
static bool sexagesimal(ExifData *data, const ExifEntry *e, double *total)
{
    static const double weights[] = { 1, 60, 3600 };

    *total = 0;
    if (e->components != 3)
        return false;
    for (size_t i = 0; i < ARRAY_N(weights); i++) {
        int64_t n, d;
        if (!exif_ratio(data, e, i, &n, &d) || n < 0 || d < 0)
            return false;
        *total += (double)n / (double)d / weights[i];
    }
    return true;
}

/* "39,21.102N": degrees, minutes to a millionth (2 mm), and the hemisphere of the aid's entry. */
bool exif_coordinate(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    ExifEntry *aid = exif_entry(data, EXIF_IFD_GPS, f->aid);
    char side[EXIF_TEXT_MAX], text[48];
    double total;

    if (!aid || !exif_string(aid, side) || side[1] || !strchr("NSEW", side[0]) ||
        !sexagesimal(data, e, &total))
        return false;
    const bool latitude = side[0] == 'N' || side[0] == 'S';
    if (latitude != (strstr(f->name, "Latitude") != NULL) || total > (latitude ? 90 : 180))
        return false;
    const int64_t millionths = (int64_t)llround(total * 60e6);
    (void)snprintf(text, sizeof text, "%" PRId64 ",%" PRId64 ".%06" PRId64 "%c",
                   millionths / 60000000, millionths / 1000000 % 60, millionths % 1000000, side[0]);
    json_put_key(j, f->name);
    json_put_text(j, text);
    return true;
}

/* "18:22:57", with a fraction only if there is one. */
bool exif_gps_time(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    int64_t n[3], d[3];
    char text[64];

    if (e->components != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!exif_ratio(data, e, i, &n[i], &d[i]) || n[i] < 0 || d[i] < 0)
            return false;
    if (d[0] != 1 || d[1] != 1 || n[0] > 23 || n[1] > 59 || n[2] / d[2] > 60)
        return false;
    const int64_t thousandths = n[2] % d[2] * 1000 / d[2];
    int size = snprintf(text, sizeof text, "%02" PRId64 ":%02" PRId64 ":%02" PRId64, n[0], n[1],
                        n[2] / d[2]);
    if (thousandths)
        (void)snprintf(text + size, sizeof text - (size_t)size, ".%03" PRId64, thousandths);
    json_put_key(j, f->name);
    json_put_text(j, text);
    return true;
}

/* Text behind eight bytes that name its encoding: only ASCII is taken over. */
bool exif_processing(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f)
{
    (void)data;
    if (e->format != EXIF_FORMAT_UNDEFINED || !e->data || e->size <= 8 ||
        memcmp(e->data, "ASCII\0\0\0", 8) != 0)
        return false;
    const size_t n = strnlen((const char *)e->data + 8, e->size - 8);
    for (size_t i = 0; i < n; i++)
        if (e->data[8 + i] < ' ' || e->data[8 + i] > '~')
            return false;
    if (!n || n >= EXIF_TEXT_MAX)
        return false;
    json_put_key(j, f->name);
    json_put_text_bytes(j, (struct exh_bytes){ e->data + 8, n });
    return true;
}
