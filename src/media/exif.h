/*
 * exif.h -- EXIF as the JSON-LD of a c2pa.metadata assertion.
 *
 * Every value is checked against its own type and range; what does not fit is left out, because a
 * signed statement that is wrong is worse than none.
 *
 * Spec: C2PA, "Implementation Details for c2pa.metadata"; EXIF 2.32; XMP part 2, "Exif namespace".
 */
#ifndef MEDIA_EXIF_H
#define MEDIA_EXIF_H

#include <libexif/exif-data.h>

#include "formats/json.h"

#define EXIF_TEXT_MAX 256 // bytes of one text that is taken over; longer ones are left out

/* One EXIF entry by its place, as exif_write() gets it. */
struct exif_field {
    ExifIfd ifd;
    uint16_t tag;
    const char *name; // "exif:GPSLatitude"
    // Append the value; false: it has another form, and nothing was written.
    bool (*write)(struct json_out *j, ExifData *data, ExifEntry *e, const struct exif_field *f);
    uint16_t aid; // tag of an entry that the value needs: N or S, a time's offset; 0: none
};

/* The forms of values: exif_value.c. */
typedef bool exif_writer(struct json_out *j, ExifData *data, ExifEntry *e,
                         const struct exif_field *f);
exif_writer exif_text, exif_number, exif_numbers, exif_byte, exif_rational, exif_rationals,
    exif_version, exif_flash;

/* And those of time and place: exif_place.c. */
exif_writer exif_date, exif_gps_version, exif_coordinate, exif_gps_time, exif_processing;

/* Entry of the IFD by tag number, or NULL; libexif's own types know fewer tags than there are. */
ExifEntry *exif_entry(ExifData *data, ExifIfd ifd, uint16_t tag);

/* Number i of an integer entry; false when it is not there. */
bool exif_integer(ExifData *data, const ExifEntry *e, size_t i, int64_t *v);

/* Rational i as numerator and denominator; false when it is not there, or the denominator is 0. */
bool exif_ratio(ExifData *data, const ExifEntry *e, size_t i, int64_t *n, int64_t *d);

/* The text of an entry: UTF-8 without control characters, blanks at the end dropped; false else. */
bool exif_string(const ExifEntry *e, char to[EXIF_TEXT_MAX]);

/* EXIF (from its TIFF header on) as JSON-LD into out. EXH_NOT_FOUND: nothing that may be told. */
NODISCARD enum exh_status exif_write(struct exh_bytes tiff, struct buf *out, struct exh_error *err);

/* How the picture is to be turned, 1 to 8; 1 when EXIF does not say. */
unsigned exif_orientation(struct exh_bytes tiff);

#endif
