/*
 * renewal.h -- how a key says that another one follows it.
 *
 * A renewed certificate may have a new key. The request for it is signed by the new key (RFC 2986); so
 * that nobody else slips a key in, the old one signs, too: the certificate that it has, and the
 * SubjectPublicKeyInfo of the new one. That statement is an attribute of the request:
 *
 *     Renewal ::= SEQUENCE {
 *         certificate OCTET STRING,   -- SHA-256 of the certificate that is renewed
 *         algorithm   INTEGER,        -- COSE's number
 *         signature   OCTET STRING }  -- as COSE has it (ECDSA: r||s) over
 *                                     -- "exhibit renewal v1" 00 certificate SubjectPublicKeyInfo
 *
 * A request with the old key itself needs none: its own signature says the same.
 */
#ifndef CRYPTO_RENEWAL_H
#define CRYPTO_RENEWAL_H

#include "base/buf.h"

#include <exhibit/key.h>

#define RENEWAL_MAX (EXH_SIGNATURE_MAX + 64) // bytes of a statement

/*
 * Append the statement of the old key.
 *
 * old   the signer whose certificate, the first of its chain, is renewed.
 * spki  DER of the new key.
 *
 * EXH_LIMIT  EXH_NO_MEMORY, and whatever the signer says
 */
enum exh_status renewal_write(const struct exh_signer *old, struct exh_bytes spki, struct buf *to,
                              struct exh_error *err);

/*
 * Whether the key of a certificate (DER) lets the key spki follow it by this statement.
 *
 * EXH_MALFORMED  the statement, or the certificate
 * EXH_DENIED     of another certificate, or its signature does not hold
 * EXH_UNSUPPORTED (the algorithm)  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status renewal_check(struct exh_bytes statement, struct exh_bytes certificate,
                              struct exh_bytes spki, struct exh_error *err);

#endif
