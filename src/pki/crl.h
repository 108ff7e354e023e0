/*
 * crl.h -- revocation lists, complete ones.
 *
 * Spec: RFC 5280, "CRL and CRL Extensions Profile".
 */
#ifndef PKI_CRL_H
#define PKI_CRL_H

#include "pki/revocation.h"

#define CRL_ENTRIES_MAX 100000
#define CRL_MAX         (8 << 20) // bytes of such a list, which has 52 an entry

/* What a list says of itself. */
struct crl_frame {
    uint64_t number;     // greater than that of the list before
    int64_t from, until; // Unix seconds: it was true then; the next one comes before
};

/*
 * Append a list, DER, signed by the authority. The order of the entries is kept; a serial number stands in it once.
 *
 * EXH_INVALID (times, a reason)  EXH_LIMIT (over CRL_ENTRIES_MAX)  EXH_CRYPTO  EXH_NO_MEMORY
 */
enum exh_status crl_write(const struct ca *ca, const struct revocation *entries, size_t n,
                          const struct crl_frame *frame, struct buf *der, struct exh_error *err);

#endif
