/*
 * xmp.h -- the one thing that we ask of XMP: where a manifest store lies that is not in the file.
 *
 * Spec: C2PA, "By Reference or URI".
 */
#ifndef FORMATS_XMP_H
#define FORMATS_XMP_H

#include "formats/container.h"

#define XMP_PACKET_MAX ((size_t)1 << 20) // bytes of one packet; a JPEG segment holds 64 KiB
#define XMP_URL_MAX    1024

/*
 * The URL of dcterms:provenance in the asset's XMP: http(s), printable ASCII. *found is false when
 * there is none. Nothing is fetched. EXH_MALFORMED, EXH_LIMIT, EXH_IO.
 */
NODISCARD enum exh_status xmp_provenance(const struct exh_source *s, const struct container *c,
                                         char url[XMP_URL_MAX], bool *found, struct exh_error *err);

/* The same in one packet. */
bool xmp_find_provenance(struct exh_bytes packet, char url[XMP_URL_MAX]);

#endif
