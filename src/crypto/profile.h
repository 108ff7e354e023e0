/* profile.h -- what a certificate must look like for its work (C2PA, "Certificate Profiles"). */
#ifndef CRYPTO_PROFILE_H
#define CRYPTO_PROFILE_H

#include "crypto/trust.h"

/* NULL when the leaf may sign claims; else why not, borrowed for ever. trust as for chain_profile. */
const char *profile_claim(const struct cert *leaf, const struct exh_trust *trust);

/* NULL when the leaf may sign time-stamps. */
const char *profile_tsa(const struct cert *leaf);

/* NULL when the leaf may sign OCSP responses for the CA that issued it. */
const char *profile_ocsp(const struct cert *leaf);

/* NULL when algorithm and key are on C2PA's list, which holds for CA certificates too. */
const char *profile_algorithms(const struct cert *c);

#endif
