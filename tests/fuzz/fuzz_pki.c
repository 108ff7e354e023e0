#include "fuzz_pki.h"

#include <string.h>

#include "crypto/pem.h"
#include "fuzz.h"

static struct fuzz_pki made;

// The authority's key is always this one, so that requests can name it; seeds_pki reads it here.
static const char authority_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBCsQ3ezm65UfxPpA\n"
    "Te+QSHXMt5T/k4AjoGvwFyiD0HGhRANCAAQFqrQw3SfOEuUklWw4NrKAY5pWjcok\n"
    "t+aNE1imSHutPLmnMN2mZavHl+MwzIh/3GlSKSIebU385XW61gre6PYB\n"
    "-----END PRIVATE KEY-----\n";

static struct exh_key *read_key(void)
{
    struct exh_key *key = NULL;
    struct exh_error err;

    REQUIRE(exh_key_read(authority_key, strlen(authority_key), NULL, NULL, &key, &err) == EXH_OK);
    return key;
}

static struct exh_key *new_key(void)
{
    struct exh_key *key = NULL;
    struct exh_error err;

    REQUIRE(exh_key_new("es256", &key, &err) == EXH_OK);
    return key;
}

static struct buf issue(enum ca_role role, const struct exh_key *subject)
{
    const struct ca_order order = { .role = role, .subject = subject, .now = FUZZ_PKI_NOW };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    REQUIRE(ca_issue(made.ca, &order, &der, &err) == EXH_OK);
    return der;
}

const struct fuzz_pki *fuzz_pki(void)
{
    const struct tsa_terms terms = { .accuracy_s = 1 };
    struct exh_error err;

    if (made.responder)
        return &made;
    struct exh_key *key = read_key(), *tsa_key = new_key(), *ocsp_key = new_key();
    struct buf pem = buf_with_limit(EXH_CERT_MAX);
    REQUIRE(ca_root(key, "Fuzz", 0, FUZZ_PKI_NOW, &pem, &err) == EXH_OK);
    REQUIRE(pem_wrap(&pem, &err) == EXH_OK);
    REQUIRE(ca_open((const char *)pem.p, pem.n, key, NULL, &made.ca, &err) == EXH_OK);
    struct buf tsa = issue(CA_TSA, tsa_key), ocsp = issue(CA_OCSP, ocsp_key);
    const struct exh_bytes chain = buf_view(&tsa);
    REQUIRE(tsa_open(&chain, 1, tsa_key, &terms, &made.tsa, &err) == EXH_OK);
    REQUIRE(ocsp_open(ca_certificate(made.ca), buf_view(&ocsp), ocsp_key, &made.responder, &err) ==
            EXH_OK);
    buf_free(&ocsp);
    buf_free(&tsa);
    buf_free(&pem);
    return &made;
}
