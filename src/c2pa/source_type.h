/*
 * source_type.h -- how a picture came to be, as IPTC and C2PA name it.
 *
 * Spec: C2PA, "Digital Source Type"; IPTC NewsCodes, "Digital Source Type".
 */
#ifndef C2PA_SOURCE_TYPE_H
#define C2PA_SOURCE_TYPE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/macros.h"

#define SOURCE_TYPE_MAX 256 // bytes of a URI, with its NUL

/*
 * The URI of a source type given as a URI or by its name alone ("digitalCapture"), into to.
 * EXH_INVALID for an unknown name (the sentence lists the known ones) and for text that is no URI.
 */
NODISCARD enum exh_status source_type_uri(const char *text, char to[SOURCE_TYPE_MAX],
                                          struct exh_error *err);

/* Whether this URI says that a camera's sensor made the picture: only a camera may say so. */
bool source_type_is_capture(const char *uri);

/* Whether facts of a capture may stand beside it: what a sensor saw, or a device's own test card. */
bool source_type_is_of_device(const char *uri);

#endif
