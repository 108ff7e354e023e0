/* issuer.h -- who issued the leaf, without asking whether anybody trusts them. */
#ifndef CRYPTO_ISSUER_H
#define CRYPTO_ISSUER_H

#include "crypto/chain.h"
#include "crypto/trust.h"

/*
 * The certificate that signed the chain's leaf: in the chain, else among the anchors for claims. NULL:
 * not at hand. Borrowed of the two. trust may be NULL.
 */
const struct cert *issuer_of_leaf(const struct exh_chain *chain, const struct exh_trust *trust);

#endif
