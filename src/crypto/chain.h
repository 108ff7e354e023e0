/* chain.h -- certificates of one signer, leaf first. */
#ifndef CRYPTO_CHAIN_H
#define CRYPTO_CHAIN_H

#include "crypto/cert.h"

struct exh_chain {
    size_t n;
    struct cert *certs; // parsed; for more than names, times and digest: chain_cert()
};

/*
 * Certificate i, complete; the leaf is 0. It is completed when it is first asked for: of authorities whose
 * path is remembered nobody wants to know the key. (A chain belongs to one thread at a time.)
 */
const struct cert *chain_cert(const struct exh_chain *chain, size_t i);

#endif
