/*
 * sign_check.h -- do the options of exh_sign() make sense, before anything is read or written?
 *
 * Afterwards every text is valid UTF-8 of bounded length, every number is in its range, and nothing
 * is claimed that the certificate does not permit.
 */
#ifndef C2PA_SIGN_CHECK_H
#define C2PA_SIGN_CHECK_H

#include <exhibit/sign.h>

#include "base/macros.h"
#include "c2pa/source_type.h"

#define SIGN_TEXT_MAX      1024              // bytes of a title, a name, a reason, a URI
#define SIGN_METADATA_MAX  ((size_t)1 << 20) // bytes of c2pa.metadata
#define SIGN_THUMBNAIL_MAX ((size_t)8 << 20)
#define SIGN_OCSP_MAX      ((size_t)64 << 10) // bytes of one OCSP response
#define SIGN_OCSP_COUNT    16
#define SIGN_TOKEN_MAX     ((size_t)64 << 10) // bytes of one time-stamp token
#define SIGN_REDACTIONS    256

/*
 * Check signer and options. source_type receives the URI of options->source_type, or "".
 * EXH_INVALID with the reason.
 */
NODISCARD enum exh_status sign_check(const struct exh_signer *signer,
                                     const struct exh_sign_options *options,
                                     char source_type[SOURCE_TYPE_MAX], struct exh_error *err);

#endif
