/* pem.h -- certificates as PEM text: read one after the other, and written. */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include "base/buf.h"

#include <exhibit/bytes.h>

/* Called with the DER of each certificate, borrowed for the call. A status other than EXH_OK ends the walk. */
typedef enum exh_status pem_visitor(void *ctx, struct exh_bytes der, struct exh_error *err);

/*
 * Visit every certificate of a PEM text; blocks of other kinds are left out.
 * EXH_MALFORMED when there is none, or a block is broken.
 */
enum exh_status pem_visit(const char *pem, size_t n, pem_visitor *visit, void *ctx,
                          struct exh_error *err);

/* Append one certificate. The caller asks buf_finish(). */
void pem_put(struct buf *to, struct exh_bytes der);

/* Turn the DER of one certificate, which is all that b holds, into its PEM. EXH_LIMIT  EXH_NO_MEMORY */
enum exh_status pem_wrap(struct buf *b, struct exh_error *err);

/* Append bytes as base64 with padding, in lines of 64 characters, each ended by \n. */
void pem_put_base64(struct buf *to, struct exh_bytes bytes);

#endif
