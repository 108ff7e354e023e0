/*
 * est.h -- the bodies of Enrollment over Secure Transport, without HTTP.
 *
 *     POST /simpleenroll, /simplereenroll   a request in, a certificate out
 *     GET /cacerts                          certificates out
 *     GET /csrattrs                         which keys a request may have
 *
 * Bodies are base64 of DER; lines may end anywhere (RFC 8951).
 *
 * Spec: RFC 7030, "Protocol Exchange Details"; RFC 8951, "Clarification of the ... Content-Transfer-Encoding".
 */
#ifndef PKI_EST_H
#define PKI_EST_H

#include "base/buf.h"

#define EST_BODY_MAX (32 << 10) // bytes of a request's body; CERT_REQUEST_MAX takes 22,000

#define EST_TYPE_REQUEST "application/pkcs10"
#define EST_TYPE_CERTS   "application/pkcs7-mime; smime-type=certs-only"
#define EST_TYPE_ATTRS   "application/csrattrs"

/*
 * Append the DER that a request's body holds.
 * EXH_LIMIT (over EST_BODY_MAX)  EXH_MALFORMED (not base64, or empty)  EXH_NO_MEMORY
 */
enum exh_status est_read(struct exh_bytes body, struct buf *der, struct exh_error *err);

/* Append a body with these certificates (DER), in any order. EXH_LIMIT (CERTS_ONLY_N)  EXH_NO_MEMORY */
enum exh_status est_write_certs(const struct exh_bytes *certs, size_t n, struct buf *body,
                                struct exh_error *err);

/* Append a body that tells which keys may be certified: a set of enum csr_kind. EXH_NO_MEMORY */
enum exh_status est_write_attrs(unsigned kinds, struct buf *body, struct exh_error *err);

#endif
