/* authority.h -- inside of struct ca, for what else an authority signs. */
#ifndef PKI_AUTHORITY_H
#define PKI_AUTHORITY_H

#include <openssl/x509.h>

#include "pki/role.h"

struct ca {
    uint8_t *der; // owned
    size_t n;
    X509 *x; // owned; with OpenSSL's own key decoded
    const struct exh_key *key;
    int64_t from, until; // Unix seconds, both inclusive
    bool below;          // it may issue authorities
    struct role_places places;
};

#endif
