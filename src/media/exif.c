#include "media/exif.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "formats/metadata_fields.h"

#define JSON_LD_MAX     ((size_t)64 << 10) // bytes written; EXIF of a JPEG has no more either
#define ORIENTATION_TAG 0x0112

/* All of the allowed fields that cameras write. Big tables (OECF, CFAPattern, …) stay in the file. */
static const struct exif_field fields[] = {
    { EXIF_IFD_0, 0x0100, "tiff:ImageWidth", exif_number, 0 },
    { EXIF_IFD_0, 0x0101, "tiff:ImageLength", exif_number, 0 },
    { EXIF_IFD_0, 0x0102, "tiff:BitsPerSample", exif_numbers, 0 },
    { EXIF_IFD_0, 0x0103, "tiff:Compression", exif_number, 0 },
    { EXIF_IFD_0, 0x0106, "tiff:PhotometricInterpretation", exif_number, 0 },
    { EXIF_IFD_0, 0x010F, "tiff:Make", exif_text, 0 },
    { EXIF_IFD_0, 0x0110, "tiff:Model", exif_text, 0 },
    { EXIF_IFD_0, ORIENTATION_TAG, "tiff:Orientation", exif_number, 0 },
    { EXIF_IFD_0, 0x0115, "tiff:SamplesPerPixel", exif_number, 0 },
    { EXIF_IFD_0, 0x011A, "tiff:XResolution", exif_rational, 0 },
    { EXIF_IFD_0, 0x011B, "tiff:YResolution", exif_rational, 0 },
    { EXIF_IFD_0, 0x011C, "tiff:PlanarConfiguration", exif_number, 0 },
    { EXIF_IFD_0, 0x0128, "tiff:ResolutionUnit", exif_number, 0 },
    { EXIF_IFD_0, 0x0131, "tiff:Software", exif_text, 0 },
    { EXIF_IFD_0, 0x0132, "tiff:DateTime", exif_date, 0x9010 },
    { EXIF_IFD_0, 0x013E, "tiff:WhitePoint", exif_rationals, 0 },
    { EXIF_IFD_0, 0x013F, "tiff:PrimaryChromaticities", exif_rationals, 0 },
    { EXIF_IFD_0, 0x0211, "tiff:YCbCrCoefficients", exif_rationals, 0 },
    { EXIF_IFD_0, 0x0212, "tiff:YCbCrSubSampling", exif_numbers, 0 },
    { EXIF_IFD_0, 0x0213, "tiff:YCbCrPositioning", exif_number, 0 },
    { EXIF_IFD_0, 0x0214, "tiff:ReferenceBlackWhite", exif_rationals, 0 },

    { EXIF_IFD_EXIF, 0x829A, "exif:ExposureTime", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x829D, "exif:FNumber", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x8822, "exif:ExposureProgram", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8824, "exif:SpectralSensitivity", exif_text, 0 },
    { EXIF_IFD_EXIF, 0x8827, "exifEX:PhotographicSensitivity", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8830, "exifEX:SensitivityType", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8832, "exifEX:RecommendedExposureIndex", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8833, "exifEX:ISOSpeed", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8834, "exifEX:ISOSpeedLatitudeyyy", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x8835, "exifEX:ISOSpeedLatitudezzz", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x9000, "exif:ExifVersion", exif_version, 0 },
    { EXIF_IFD_EXIF, 0x9003, "exif:DateTimeOriginal", exif_date, 0x9011 },
    { EXIF_IFD_EXIF, 0x9004, "exif:DateTimeDigitized", exif_date, 0x9012 },
    { EXIF_IFD_EXIF, 0x9011, "exif:OffsetTimeOriginal", exif_text, 0 },
    { EXIF_IFD_EXIF, 0x9102, "exif:CompressedBitsPerPixel", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9201, "exif:ShutterSpeedValue", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9202, "exif:ApertureValue", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9203, "exif:BrightnessValue", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9204, "exif:ExposureBiasValue", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9205, "exif:MaxApertureValue", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9206, "exif:SubjectDistance", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9207, "exif:MeteringMode", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x9208, "exif:LightSource", exif_number, 0 },
    { EXIF_IFD_EXIF, 0x9209, "exif:Flash", exif_flash, 0 },
    { EXIF_IFD_EXIF, 0x920A, "exif:FocalLength", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0x9214, "exif:SubjectArea", exif_numbers, 0 },
    { EXIF_IFD_EXIF, 0xA000, "exif:FlashpixVersion", exif_version, 0 },
    { EXIF_IFD_EXIF, 0xA001, "exif:ColorSpace", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA002, "exif:PixelXDimension", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA003, "exif:PixelYDimension", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA004, "exif:RelatedSoundFile", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA20B, "exif:FlashEnergy", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0xA20E, "exif:FocalPlaneXResolution", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0xA20F, "exif:FocalPlaneYResolution", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0xA210, "exif:FocalPlaneResolutionUnit", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA214, "exif:SubjectLocation", exif_numbers, 0 },
    { EXIF_IFD_EXIF, 0xA215, "exif:ExposureIndex", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0xA217, "exif:SensingMethod", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA300, "exif:FileSource", exif_byte, 0 },
    { EXIF_IFD_EXIF, 0xA301, "exif:SceneType", exif_byte, 0 },
    { EXIF_IFD_EXIF, 0xA401, "exif:CustomRendered", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA402, "exif:ExposureMode", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA403, "exif:WhiteBalance", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA404, "exif:DigitalZoomRatio", exif_rational, 0 },
    { EXIF_IFD_EXIF, 0xA405, "exif:FocalLengthIn35mmFilm", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA406, "exif:SceneCaptureType", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA407, "exif:GainControl", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA408, "exif:Contrast", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA409, "exif:Saturation", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA40A, "exif:Sharpness", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA40C, "exif:SubjectDistanceRange", exif_number, 0 },
    { EXIF_IFD_EXIF, 0xA420, "exif:ImageUniqueID", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA431, "exifEX:BodySerialNumber", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA432, "exifEX:LensSpecification", exif_rationals, 0 },
    { EXIF_IFD_EXIF, 0xA433, "exifEX:LensMake", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA434, "exifEX:LensModel", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA435, "exifEX:LensSerialNumber", exif_text, 0 },
    { EXIF_IFD_EXIF, 0xA500, "exifEX:Gamma", exif_rational, 0 },
    { EXIF_IFD_INTEROPERABILITY, 0x0001, "exifEX:InteroperabilityIndex", exif_text, 0 },

    { EXIF_IFD_GPS, 0x00, "exif:GPSVersionID", exif_gps_version, 0 },
    { EXIF_IFD_GPS, 0x02, "exif:GPSLatitude", exif_coordinate, 0x01 },
    { EXIF_IFD_GPS, 0x04, "exif:GPSLongitude", exif_coordinate, 0x03 },
    { EXIF_IFD_GPS, 0x05, "exif:GPSAltitudeRef", exif_number, 0 },
    { EXIF_IFD_GPS, 0x06, "exif:GPSAltitude", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x07, "exif:GPSTimeStamp", exif_gps_time, 0 },
    { EXIF_IFD_GPS, 0x08, "exif:GPSSatellites", exif_text, 0 },
    { EXIF_IFD_GPS, 0x09, "exif:GPSStatus", exif_text, 0 },
    { EXIF_IFD_GPS, 0x0A, "exif:GPSMeasureMode", exif_text, 0 },
    { EXIF_IFD_GPS, 0x0B, "exif:GPSDOP", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x0C, "exif:GPSSpeedRef", exif_text, 0 },
    { EXIF_IFD_GPS, 0x0D, "exif:GPSSpeed", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x0E, "exif:GPSTrackRef", exif_text, 0 },
    { EXIF_IFD_GPS, 0x0F, "exif:GPSTrack", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x10, "exif:GPSImgDirectionRef", exif_text, 0 },
    { EXIF_IFD_GPS, 0x11, "exif:GPSImgDirection", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x12, "exif:GPSMapDatum", exif_text, 0 },
    { EXIF_IFD_GPS, 0x14, "exif:GPSDestLatitude", exif_coordinate, 0x13 },
    { EXIF_IFD_GPS, 0x16, "exif:GPSDestLongitude", exif_coordinate, 0x15 },
    { EXIF_IFD_GPS, 0x17, "exif:GPSDestBearingRef", exif_text, 0 },
    { EXIF_IFD_GPS, 0x18, "exif:GPSDestBearing", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x19, "exif:GPSDestDistanceRef", exif_text, 0 },
    { EXIF_IFD_GPS, 0x1A, "exif:GPSDestDistance", exif_rational, 0 },
    { EXIF_IFD_GPS, 0x1B, "exif:GPSProcessingMethod", exif_processing, 0 },
    { EXIF_IFD_GPS, 0x1D, "exif:GPSDateStamp", exif_text, 0 },
    { EXIF_IFD_GPS, 0x1E, "exif:GPSDifferential", exif_number, 0 },
    { EXIF_IFD_GPS, 0x1F, "exif:GPSHPositioningError", exif_rational, 0 },
};

/* What libexif makes of it; NULL: nothing, or no memory. */
static ExifData *load(struct exh_bytes tiff)
{
    static const uint8_t before[] = { 'E', 'x', 'i', 'f', 0, 0 };
    uint8_t *whole = malloc(sizeof before + tiff.n);
    ExifData *data = exif_data_new();

    if (whole && data) {
        memcpy(whole, before, sizeof before);
        if (tiff.n)
            memcpy(whole + sizeof before, tiff.p, tiff.n);
        // As it is: libexif would else drop tags it does not know, and repair what is wrong.
        exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
        exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
        exif_data_load_data(data, whole, (unsigned)(sizeof before + tiff.n));
    }
    free(whole);
    return data;
}

/* Only namespaces that are used are declared. */
static void put_context(struct json_out *j, ExifData *data)
{
    static const char *const prefixes[] = { "exif", "exifEX", "tiff" };
    const char *last = "";

    json_put_key(j, "@context");
    json_open_object(j);
    for (size_t p = 0; p < ARRAY_N(prefixes); p++) {
        const size_t n = strlen(prefixes[p]);
        for (size_t i = 0; i < ARRAY_N(fields) && last != prefixes[p]; i++) {
            if (strncmp(fields[i].name, prefixes[p], n) != 0 || fields[i].name[n] != ':' ||
                !exif_entry(data, fields[i].ifd, fields[i].tag))
                continue;
            json_put_key(j, prefixes[p]);
            json_put_text(j, metadata_namespace(bytes_of(prefixes[p])));
            last = prefixes[p];
        }
    }
    json_close_object(j);
}

static size_t put_fields(struct json_out *j, ExifData *data)
{
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_N(fields); i++) {
        ExifEntry *e = exif_entry(data, fields[i].ifd, fields[i].tag);
        if (e && metadata_field_allowed(bytes_of(fields[i].name)))
            n += fields[i].write(j, data, e, &fields[i]);
    }
    return n;
}

enum exh_status exif_write(struct exh_bytes tiff, struct buf *out, struct exh_error *err)
{
    struct json_out j = json_over(out);
    ExifData *data = load(tiff);

    if (!data)
        return fail_no_memory(err);
    json_open_object(&j);
    put_context(&j, data);
    const size_t n = put_fields(&j, data);
    json_close_object(&j);
    exif_data_unref(data);
    if (!n)
        return fail(err, EXH_NOT_FOUND, "EXIF without anything that may be told");
    if (out->n > JSON_LD_MAX)
        return fail(err, EXH_LIMIT, "EXIF of more than %zu bytes as text", JSON_LD_MAX);
    return buf_finish(out, err);
}

unsigned exif_orientation(struct exh_bytes tiff)
{
    ExifData *data = load(tiff);
    ExifEntry *e = data ? exif_entry(data, EXIF_IFD_0, ORIENTATION_TAG) : NULL;
    int64_t v = 1;

    if (e && (!exif_integer(data, e, 0, &v) || v < 1 || v > 8))
        v = 1;
    if (data)
        exif_data_unref(data);
    return (unsigned)v;
}
