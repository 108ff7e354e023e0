/*
 * cert_request.h -- ask for a certificate: PKCS #10 requests, as those who enrol write them.
 *
 * The server reads nothing of a request but its key: the subject is there for people.
 *
 * Spec: RFC 2986, "Certification Request Syntax"; RFC 7030, "Simple Enrollment of Clients".
 */
#ifndef CRYPTO_CERT_REQUEST_H
#define CRYPTO_CERT_REQUEST_H

#include "base/buf.h"

#include <exhibit/key.h>

#define CERT_REQUEST_MAX \
    (16 << 10) // bytes of DER; one of P-256 has 230, of RSA with 16384 bits 4,400

/*
 * Append a request (DER), signed by the key itself.
 *
 * name  its common name: 1 to 64 characters of UTF-8.
 * old   renewing a certificate whose key is another one: the signer of that certificate, which makes
 *       the statement of renewal.h. NULL: a first certificate, or the same key as before.
 *
 * EXH_INVALID (the name)  EXH_DENIED (a device's passphrase)  EXH_UNSUPPORTED (a key for RSASSA-PSS only)
 * EXH_LIMIT  EXH_CRYPTO  EXH_NO_MEMORY, and whatever the old signer says
 */
enum exh_status cert_request_write(const struct exh_key *key, const char *name,
                                   const struct exh_signer *old, struct buf *der,
                                   struct exh_error *err);

#endif
