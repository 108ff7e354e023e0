/* pem.h -- the certificates of a PEM text, one after the other. */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include "base/error.h"

#include <exhibit/bytes.h>

/* Called with the DER of each certificate, borrowed for the call. A status other than EXH_OK ends the walk. */
typedef enum exh_status pem_visitor(void *ctx, struct exh_bytes der, struct exh_error *err);

/*
 * Visit every certificate of a PEM text; blocks of other kinds are left out.
 * EXH_MALFORMED when there is none, or a block is broken.
 */
enum exh_status pem_visit(const char *pem, size_t n, pem_visitor *visit, void *ctx,
                          struct exh_error *err);

#endif
