/* chain.h -- certificates of one signer, leaf first. */
#ifndef CRYPTO_CHAIN_H
#define CRYPTO_CHAIN_H

#include "crypto/cert.h"

struct exh_chain {
    size_t n;
    struct cert certs[EXH_CHAIN_MAX];
};

#endif
