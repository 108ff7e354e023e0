#include "crypto/chain.h"

#include "base/names.h"
#include "base/text.h"
#include "crypto/openssl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

enum exh_status openssl_chain_new(const struct exh_bytes *certs, size_t n, struct exh_chain **out,
                                  struct exh_error *err)
{
    if (n == 0)
        return fail(err, EXH_MALFORMED, "chain without a certificate");
    if (n > EXH_CHAIN_MAX)
        return fail(err, EXH_LIMIT, "chain of %zu certificates is longer than %d", n,
                    EXH_CHAIN_MAX);

    struct exh_chain *chain = calloc(1, sizeof *chain);
    if (!chain || !(chain->certs = calloc(n, sizeof *chain->certs))) {
        free(chain);
        return fail_no_memory(err);
    }
    for (; chain->n < n; chain->n++) {
        enum exh_status status = cert_parse(certs[chain->n], &chain->certs[chain->n], err);
        if (status) {
            char where[32];
            snprintf(where, sizeof where, "certificate %zu of %zu", chain->n + 1, n);
            openssl_chain_free(chain);
            within(err, where);
            return status;
        }
    }
    *out = chain;
    return EXH_OK;
}

void openssl_chain_free(struct exh_chain *chain)
{
    for (size_t i = 0; chain && i < chain->n; i++)
        cert_free(&chain->certs[i]);
    if (chain)
        free(chain->certs);
    free(chain);
}

const struct cert *chain_cert(const struct exh_chain *chain, size_t i)
{
    cert_complete(&chain->certs[i]);
    return &chain->certs[i];
}

static void put_serial(const struct cert *c, char to[EXH_NAME_MAX])
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x);
    size_t n = (size_t)ASN1_STRING_length(serial);

    // RFC 5280 allows 20 bytes; what does not fit is cut, it is for people only.
    if (n > (EXH_NAME_MAX - 1) / 2)
        n = (EXH_NAME_MAX - 1) / 2;
    hex_write(to, ASN1_STRING_get0_data(serial), n);
}

static void put_uri(const GENERAL_NAME *name, const char *prefix, char to[EXH_NAME_MAX])
{
    int type;
    const ASN1_STRING *uri = GENERAL_NAME_get0_value(name, &type);

    if (type != GEN_URI || to[0]) // the first one counts
        return;
    struct exh_bytes text = { ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri) };
    if (!bytes_start(text, prefix))
        return;
    text.p += strlen(prefix);
    text.n -= strlen(prefix);
    if (!put_text(to, EXH_NAME_MAX, text)) // half an id would be another id
        to[0] = '\0';
}

static void put_roles(const struct cert *c, struct exh_certificate *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        put_uri(sk_GENERAL_NAME_value(names, i), NAME_URN_CAMERA, out->camera);
        put_uri(sk_GENERAL_NAME_value(names, i), NAME_URN_PERSON, out->person);
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
}

void openssl_chain_certificate(const struct exh_chain *chain, size_t i, struct exh_certificate *out)
{
    const struct cert *c = chain_cert(chain, i);

    *out = (struct exh_certificate){ .not_before = c->not_before, .not_after = c->not_after };
    subject_text(c, out->subject, sizeof out->subject);
    name_text(X509_get_issuer_name(c->x), NID_organizationName, NID_commonName, out->issuer,
              sizeof out->issuer);
    put_serial(c, out->serial);
    put_roles(c, out);
    memcpy(out->sha256, c->sha256, sizeof out->sha256);
}
