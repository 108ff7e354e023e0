/*
 * metadata_fields.h -- which fields a c2pa.metadata assertion may hold.
 *
 * Spec: C2PA, "Implementation Details for c2pa.metadata".
 */
#ifndef FORMATS_METADATA_FIELDS_H
#define FORMATS_METADATA_FIELDS_H

#include <stdbool.h>

#include <exhibit/bytes.h>

/* Whether a field ("exif:GPSLatitude") may stand in c2pa.metadata. */
bool metadata_field_allowed(struct exh_bytes field);

/* The namespace URI of a prefix ("exif"); NULL for one that c2pa.metadata does not know. */
const char *metadata_namespace(struct exh_bytes prefix);

/* Whether a context may bind this prefix to this URI. */
bool metadata_namespace_is(struct exh_bytes prefix, struct exh_bytes uri);

#endif
