#include "crypto/issuer.h"
#include "crypto/library.h"
#include "crypto/openssl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

// Only the beginning is judged here; where the URL leads is judged by whoever fetches (SSRF).
static bool is_http(const char *url)
{
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return false;
    for (const char *p = url; *p; p++) {
        if (*p <= ' ' || *p > '~')
            return false;
    }
    return true;
}

static enum exh_status find_url(const struct cert *leaf, char *url, size_t size,
                                struct exh_error *err)
{
    STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(leaf->x);
    enum exh_status status =
        fail(err, EXH_NOT_FOUND, "the certificate names no OCSP responder at an http URL");

    for (int i = 0; i < sk_OPENSSL_STRING_num(urls) && status; i++) {
        const char *found = sk_OPENSSL_STRING_value(urls, i);
        if (is_http(found) && strlen(found) < size) {
            memcpy(url, found, strlen(found) + 1);
            status = EXH_OK;
        }
    }
    X509_email_free(urls);
    return status;
}

static OCSP_REQUEST *make_request(const struct cert *leaf, const struct cert *issuer)
{
    // SHA-1, which every responder knows; it looks the certificate up, and protects nothing.
    OCSP_CERTID *id =
        OCSP_cert_id_new(EVP_sha1(), X509_get_issuer_name(leaf->x),
                         X509_get0_pubkey_bitstr(issuer->x), X509_get0_serialNumber(leaf->x));
    OCSP_REQUEST *request = OCSP_REQUEST_new();

    if (id && request && OCSP_request_add0_id(request, id))
        return request; // id belongs to it
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    return NULL;
}

enum exh_status openssl_ocsp_request(const struct exh_chain *chain, const struct exh_trust *trust,
                                     uint8_t *to, size_t size, size_t *n, char *url,
                                     size_t url_size, struct exh_error *err)
{
    const struct cert *leaf = chain_cert(chain, 0);
    enum exh_status status = find_url(leaf, url, url_size, err);

    if (status)
        return status;
    const struct cert *issuer = issuer_of_leaf(chain, trust);
    if (!issuer)
        return fail(err, EXH_NOT_FOUND, "the certificate's issuer is not at hand");
    OCSP_REQUEST *request = make_request(leaf, issuer);
    int need = request ? i2d_OCSP_REQUEST(request, NULL) : 0;
    if (need <= 0)
        status = fail_openssl(err, EXH_CRYPTO, "the OCSP request could not be made");
    else if ((size_t)need > size)
        status =
            fail(err, EXH_LIMIT, "the OCSP request of %d bytes is larger than %zu", need, size);
    else
        *n = (size_t)i2d_OCSP_REQUEST(request, &to);
    OCSP_REQUEST_free(request);
    ERR_clear_error();
    return status;
}
