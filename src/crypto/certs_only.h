/*
 * certs_only.h -- a PKCS #7 structure that signs nothing and carries certificates: what EST answers with.
 *
 * Spec: RFC 5652, "Signed-data Content Type"; RFC 7030, "CA Certificates Response".
 */
#ifndef CRYPTO_CERTS_ONLY_H
#define CRYPTO_CERTS_ONLY_H

#include "crypto/pem.h"

#define CERTS_ONLY_MAX (256 << 10) // bytes of DER
#define CERTS_ONLY_N   256         // certificates that are written into one

/*
 * Append one with these certificates (DER), sorted as DER sorts sets.
 * EXH_LIMIT (over CERTS_ONLY_N)  EXH_NO_MEMORY
 */
enum exh_status certs_only_write(const struct exh_bytes *certs, size_t n, struct buf *to,
                                 struct exh_error *err);

/*
 * Visit each certificate of one (DER). Signatures and revocation lists in it are not looked at.
 * EXH_LIMIT (over CERTS_ONLY_MAX)  EXH_MALFORMED (also when there is none), and what the visitor says
 */
enum exh_status certs_only_visit(struct exh_bytes der, pem_visitor *visit, void *ctx,
                                 struct exh_error *err);

#endif
