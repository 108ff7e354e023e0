/* revocation.h -- a certificate that an authority took back. */
#ifndef PKI_REVOCATION_H
#define PKI_REVOCATION_H

#include "pki/ca.h"

/*
 * Why (RFC 5280, "Reason Code", whose numbers these are). certificateHold and removeFromCRL are not among
 * them: a lapsed lease is policy and no revocation, and its certificate still counts as good.
 */
enum revocation_reason {
    REVOKED_UNSTATED = 0,
    REVOKED_KEY_COMPROMISE = 1, // stolen
    REVOKED_CA_COMPROMISE = 2,
    REVOKED_AFFILIATION_CHANGED = 3,
    REVOKED_SUPERSEDED = 4,
    REVOKED_CESSATION = 5, // of operation
    REVOKED_PRIVILEGE_WITHDRAWN = 9,
};

struct revocation {
    uint8_t serial[CA_SERIAL];
    int64_t at; // Unix seconds: what was signed before, and is time-stamped, stands
    enum revocation_reason reason;
};

bool revocation_reason_known(int reason);

#endif
