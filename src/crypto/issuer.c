#include "crypto/issuer.h"

#define ANCHORS_TRIED 16 // anchors of one name; more would be somebody's joke

static bool issued(const struct cert *leaf, const struct cert *issuer)
{
    const char *why;

    return cert_names_issuer(leaf, issuer) && cert_is_ca(issuer) &&
           cert_signed_by(leaf, issuer, &why);
}

const struct cert *issuer_of_leaf(const struct exh_chain *chain, const struct exh_trust *trust)
{
    const struct cert *leaf = chain_cert(chain, 0);
    size_t n = 0;

    for (size_t i = 1; i < chain->n; i++) {
        if (issued(leaf, chain_cert(chain, i)))
            return chain_cert(chain, i);
    }
    if (!trust)
        return NULL;
    const struct anchor *anchors =
        anchors_named(&trust->anchors[EXH_PURPOSE_CLAIM], X509_get_issuer_name(leaf->x), &n);
    for (size_t i = 0; i < n && i < ANCHORS_TRIED; i++) {
        if (issued(leaf, &anchors[i].cert))
            return &anchors[i].cert;
    }
    return NULL;
}
