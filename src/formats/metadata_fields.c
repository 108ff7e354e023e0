#include "formats/metadata_fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

static const struct {
    const char *prefix;
    const char *uri;
    const char *older; // also accepted: what earlier editions said; or NULL
    bool full;         // every field is allowed
} schemas[] = {
    { "xmp", "http://ns.adobe.com/xap/1.0/", NULL, true },
    { "xmpMM", "http://ns.adobe.com/xap/1.0/mm/", NULL, true },
    { "xmpTPg", "http://ns.adobe.com/xap/1.0/t/pg/", NULL, true },
    { "crs", "http://ns.adobe.com/camera-raw-settings/1.0/", NULL, true },
    { "pdf", "http://ns.adobe.com/pdf/1.3/", NULL, true },
    { "dc", "http://purl.org/dc/elements/1.1/", NULL, false },
    { "Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", NULL, false },
    { "Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", NULL, false },
    { "exif", "http://ns.adobe.com/exif/1.0/", NULL, false },
    { "exifEX", "http://cipa.jp/exif/1.0/", "http://cipa.jp/exif/1.0/exifEX", false },
    { "photoshop", "http://ns.adobe.com/photoshop/1.0/", NULL, false },
    { "tiff", "http://ns.adobe.com/tiff/1.0/", NULL, false },
    { "xmpDM", "http://ns.adobe.com/xmp/1.0/DynamicMedia/", NULL, false },
    { "plus", "http://ns.useplus.org/ldf/xmp/1.0/", NULL, false },
};

/* Fields of the schemas that are not supported in full; sorted by bytes. */
static const char *const fields[] = {
    // clang-format off
    "Iptc4xmpCore:Scene", "Iptc4xmpExt:DigImageGUID", "Iptc4xmpExt:DigitalSourceType",
    "Iptc4xmpExt:EventId", "Iptc4xmpExt:Genre", "Iptc4xmpExt:ImageRating",
    "Iptc4xmpExt:ImageRegion", "Iptc4xmpExt:LocationCreated", "Iptc4xmpExt:LocationShown",
    "Iptc4xmpExt:MaxAvailHeight", "Iptc4xmpExt:MaxAvailWidth", "Iptc4xmpExt:RegistryId",
    "dc:coverage", "dc:created", "dc:date", "dc:format", "dc:identifier", "dc:language",
    "dc:modified", "dc:relation", "dc:type", "exif:ApertureValue", "exif:BrightnessValue",
    "exif:CFAPattern", "exif:ColorSpace", "exif:CompressedBitsPerPixel", "exif:Contrast",
    "exif:CustomRendered", "exif:DateTimeDigitized", "exif:DateTimeOriginal",
    "exif:DeviceSettingDescription", "exif:DigitalZoomRatio", "exif:ExifVersion",
    "exif:ExposureBiasValue", "exif:ExposureIndex", "exif:ExposureMode", "exif:ExposureProgram",
    "exif:ExposureTime", "exif:FNumber", "exif:FileSource", "exif:Flash", "exif:FlashEnergy",
    "exif:FlashpixVersion", "exif:FocalLength", "exif:FocalLengthIn35mmFilm",
    "exif:FocalPlaneResolutionUnit", "exif:FocalPlaneXResolution", "exif:FocalPlaneYResolution",
    "exif:GPSAltitude", "exif:GPSAltitudeRef", "exif:GPSDOP", "exif:GPSDateStamp",
    "exif:GPSDestBearing", "exif:GPSDestBearingRef", "exif:GPSDestDistance",
    "exif:GPSDestDistanceRef", "exif:GPSDestLatitude", "exif:GPSDestLongitude",
    "exif:GPSDifferential", "exif:GPSHPositioningError", "exif:GPSImgDirection",
    "exif:GPSImgDirectionRef", "exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSMapDatum",
    "exif:GPSMeasureMode", "exif:GPSProcessingMethod", "exif:GPSSatellites", "exif:GPSSpeed",
    "exif:GPSSpeedRef", "exif:GPSStatus", "exif:GPSTimeStamp", "exif:GPSTrack",
    "exif:GPSTrackRef", "exif:GPSVersionID", "exif:GainControl", "exif:ISOSpeedRatings",
    "exif:ImageUniqueID", "exif:LightSource", "exif:MaxApertureValue", "exif:MeteringMode",
    "exif:OECF", "exif:OffsetTimeOriginal", "exif:PixelXDimension", "exif:PixelYDimension",
    "exif:RelatedSoundFile", "exif:Saturation", "exif:SceneCaptureType", "exif:SceneType",
    "exif:SensingMethod", "exif:Sharpness", "exif:ShutterSpeedValue",
    "exif:SpatialFrequencyResponse", "exif:SpectralSensitivity", "exif:SubjectArea",
    "exif:SubjectDistance", "exif:SubjectDistanceRange", "exif:SubjectLocation",
    "exif:WhiteBalance", "exifEX:BodySerialNumber", "exifEX:Gamma", "exifEX:ISOSpeed",
    "exifEX:ISOSpeedLatitudeyyy", "exifEX:ISOSpeedLatitudezzz", "exifEX:InteroperabilityIndex",
    "exifEX:LensMake", "exifEX:LensModel", "exifEX:LensSerialNumber", "exifEX:LensSpecification",
    "exifEX:PhotographicSensitivity", "exifEX:RecommendedExposureIndex", "exifEX:SensitivityType",
    "exifEX:StandardOutput-Sensitivity", "photoshop:Category", "photoshop:City",
    "photoshop:ColorMode", "photoshop:Country", "photoshop:DateCreated",
    "photoshop:DocumentAncestors", "photoshop:History", "photoshop:ICCProfile", "photoshop:State",
    "photoshop:SupplementalCategories", "photoshop:TextLayers", "photoshop:TransmissionReference",
    "photoshop:Urgency", "plus:FileNameAsDelivered", "plus:FirstPublicationDate",
    "plus:ImageFileFormatAsDelivered", "plus:ImageFileSizeAsDelivered", "plus:ImageType",
    "plus:Version", "tiff:BitsPerSample", "tiff:Compression", "tiff:DateTime", "tiff:ImageLength",
    "tiff:ImageWidth", "tiff:Make", "tiff:Model", "tiff:Orientation",
    "tiff:PhotometricInterpretation", "tiff:PlanarConfiguration", "tiff:PrimaryChromaticities",
    "tiff:ReferenceBlackWhite", "tiff:ResolutionUnit", "tiff:SamplesPerPixel", "tiff:Software",
    "tiff:TransferFunction", "tiff:WhitePoint", "tiff:XResolution", "tiff:YCbCrCoefficients",
    "tiff:YCbCrPositioning", "tiff:YCbCrSubSampling", "tiff:YResolution", "xmpDM:Tracks",
    "xmpDM:absPeakAudioFilePath", "xmpDM:album", "xmpDM:altTapeName", "xmpDM:altTimecode",
    "xmpDM:audioChannelType", "xmpDM:audioCompressor", "xmpDM:audioSampleRate",
    "xmpDM:audioSampleType", "xmpDM:beatSpliceParams", "xmpDM:cameraAngle", "xmpDM:cameraLabel",
    "xmpDM:cameraModel", "xmpDM:cameraMove", "xmpDM:comment", "xmpDM:contributedMedia",
    "xmpDM:discNumber", "xmpDM:duration", "xmpDM:fileDataRate", "xmpDM:genre", "xmpDM:good",
    "xmpDM:instrument", "xmpDM:introTime", "xmpDM:key", "xmpDM:logComment", "xmpDM:loop",
    "xmpDM:lyrics", "xmpDM:markers", "xmpDM:numberOfBeats", "xmpDM:outCue",
    "xmpDM:partOfCompilation", "xmpDM:projectName", "xmpDM:projectRef", "xmpDM:pullDown",
    "xmpDM:relativePeakAudioFilePath", "xmpDM:relativeTimestamp", "xmpDM:releaseDate",
    "xmpDM:resampleParams", "xmpDM:scaleType", "xmpDM:scene", "xmpDM:shotDate", "xmpDM:shotDay",
    "xmpDM:shotLocation", "xmpDM:shotName", "xmpDM:shotNumber", "xmpDM:shotSize",
    "xmpDM:speakerPlacement", "xmpDM:startTimecode", "xmpDM:stretchMode", "xmpDM:takeNumber",
    "xmpDM:tapeName", "xmpDM:tempo", "xmpDM:timeScaleParams", "xmpDM:timeSignature",
    "xmpDM:trackNumber", "xmpDM:videoAlphaMode", "xmpDM:videoAlphaPremultipleColor",
    "xmpDM:videoAlphaUnityIsTransparent", "xmpDM:videoColorSpace", "xmpDM:videoCompressor",
    "xmpDM:videoFieldOrder", "xmpDM:videoFrameRate", "xmpDM:videoFrameSize",
    "xmpDM:videoPixelAspectRatio", "xmpDM:videoPixelDepth",
    // clang-format on
};

static size_t schema_of(struct exh_bytes prefix)
{
    size_t i = 0;

    while (i < ARRAY_N(schemas) && !bytes_are(prefix, schemas[i].prefix))
        i++;
    return i;
}

const char *metadata_namespace(struct exh_bytes prefix)
{
    const size_t i = schema_of(prefix);

    return i < ARRAY_N(schemas) ? schemas[i].uri : NULL;
}

bool metadata_namespace_is(struct exh_bytes prefix, struct exh_bytes uri)
{
    const size_t i = schema_of(prefix);

    return i < ARRAY_N(schemas) && (bytes_are(uri, schemas[i].uri) ||
                                    (schemas[i].older && bytes_are(uri, schemas[i].older)));
}

static int compare_field(const void *key, const void *item)
{
    const struct exh_bytes *field = key;
    const char *name = *(const char *const *)item;
    const size_t n = strlen(name);
    const int order = memcmp(field->p, name, field->n < n ? field->n : n);

    return order ? order : field->n < n ? -1 : field->n > n;
}

bool metadata_field_allowed(struct exh_bytes field)
{
    const uint8_t *colon = field.n ? memchr(field.p, ':', field.n) : NULL;

    if (!colon)
        return false;
    const size_t i = schema_of((struct exh_bytes){ field.p, (size_t)(colon - field.p) });
    if (i == ARRAY_N(schemas))
        return false;
    return schemas[i].full ||
           bsearch(&field, fields, ARRAY_N(fields), sizeof fields[0], compare_field) != NULL;
}
