#include "made_cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define RSA_KINDS 4

// A fault of the test itself: there is nothing to report, only to find.
static void *need(const void *p, const char *what)
{
    if (!p) {
        fprintf(stderr, "making %s failed\n", what);
        ERR_print_errors_fp(stderr);
        abort();
    }
    return (void *)(uintptr_t)p;
}

#define NEED(holds, what) need((holds) ? "" : NULL, what)

static EVP_PKEY *rsa_key(const char *bits)
{
    static struct {
        char bits[8];
        EVP_PKEY *key;
    } kept[RSA_KINDS];

    for (size_t i = 0; i < RSA_KINDS; i++) {
        if (!kept[i].key) {
            snprintf(kept[i].bits, sizeof kept[i].bits, "%s", bits);
            kept[i].key = need(EVP_RSA_gen((unsigned)atoi(bits)), "RSA key");
        }
        if (strcmp(kept[i].bits, bits) == 0) {
            EVP_PKEY_up_ref(kept[i].key);
            return kept[i].key;
        }
    }
    return need(NULL, "yet another RSA key");
}

EVP_PKEY *make_key(const char *kind)
{
    if (!kind)
        kind = "P-256";
    if (strncmp(kind, "RSA:", 4) == 0)
        return rsa_key(kind + 4);
    if (strcmp(kind, "ED25519") == 0 || strcmp(kind, "ED448") == 0)
        return need(EVP_PKEY_Q_keygen(NULL, NULL, kind), kind);
    return need(EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind), kind);
}

static X509_NAME *name_of(const char *common)
{
    X509_NAME *name = need(X509_NAME_new(), "name");

    NEED(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1,
                                    -1, 0),
         common);
    return name;
}

static void put_names(X509 *x, const struct recipe *r)
{
    X509_NAME *subject = name_of(r->name);
    X509_NAME *issuer;

    if (r->issuer_name || !r->issuer)
        issuer = name_of(r->issuer_name ? r->issuer_name : r->name);
    else
        issuer = X509_NAME_dup(X509_get_subject_name(r->issuer->x));
    NEED(X509_set_subject_name(x, subject) && X509_set_issuer_name(x, issuer), "names");
    X509_NAME_free(subject);
    X509_NAME_free(issuer);
}

static void put_extensions(X509 *x, const struct recipe *r)
{
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, r->issuer ? r->issuer->x : x, x, NULL, NULL, 0);
    for (size_t i = 0; i < EXT_MAX && r->ext[i].name; i++) {
        X509_EXTENSION *ext =
            need(X509V3_EXT_nconf(NULL, &ctx, r->ext[i].name, r->ext[i].value), r->ext[i].name);
        NEED(X509_add_ext(x, ext, -1), "extension");
        X509_EXTENSION_free(ext);
    }
}

static EVP_MD_CTX *signing(EVP_PKEY *key, const struct recipe *r)
{
    EVP_MD_CTX *ctx = need(EVP_MD_CTX_new(), "context");
    EVP_PKEY_CTX *params;
    const char *name = r->digest ? r->digest : "SHA256";
    const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448")
                           ? NULL
                           : need(EVP_get_digestbyname(name), name);

    NEED(EVP_DigestSignInit(ctx, &params, md, NULL, key) > 0, "signature");
    if (r->mask)
        NEED(EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) > 0 &&
                 EVP_PKEY_CTX_set_rsa_mgf1_md_name(params, r->mask, NULL) > 0 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(params, RSA_PSS_SALTLEN_DIGEST) > 0,
             "PSS");
    return ctx;
}

static size_t put_head(uint8_t *to, uint8_t tag, size_t n)
{
    to[0] = tag;
    to[1] = 0x82;
    to[2] = (uint8_t)(n >> 8);
    to[3] = (uint8_t)n;
    return 4;
}

// OpenSSL writes no unique ids: put one behind the public key, and sign again.
static struct exh_bytes with_unique_id(X509 *x, EVP_PKEY *signer, const struct recipe *r)
{
    static const uint8_t id[] = { 0x82, 0x02, 0x00, 0x55 };
    unsigned char *tbs = NULL, *alg = NULL, *spki = NULL;
    int tbs_n = i2d_re_X509_tbs(x, &tbs);
    int alg_n = i2d_X509_ALGOR(X509_get0_tbs_sigalg(x), &alg);
    int spki_n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
    uint8_t body[4096], sig[1024], *der = need(malloc(8192), "memory");
    size_t at = 0, sig_n = sizeof sig, n = 0;

    while (memcmp(tbs + at, spki, (size_t)spki_n) != 0)
        at++;
    at += (size_t)spki_n;
    const size_t head = tbs[1] == 0x82 ? 4 : 3;
    n = put_head(body, 0x30, (size_t)tbs_n - head + sizeof id);
    memcpy(body + n, tbs + head, at - head);
    memcpy(body + n + at - head, id, sizeof id);
    memcpy(body + n + at - head + sizeof id, tbs + at, (size_t)tbs_n - at);
    n += (size_t)tbs_n - head + sizeof id;

    EVP_MD_CTX *ctx = signing(signer, r);
    NEED(EVP_DigestSign(ctx, sig, &sig_n, body, n) == 1, "signature");
    EVP_MD_CTX_free(ctx);
    size_t to = put_head(der, 0x30, n + (size_t)alg_n + 5 + sig_n);
    memcpy(der + to, body, n);
    memcpy(der + to + n, alg, (size_t)alg_n);
    to += n + (size_t)alg_n;
    to += put_head(der + to, 0x03, 1 + sig_n);
    der[to++] = 0;
    memcpy(der + to, sig, sig_n);
    OPENSSL_free(tbs);
    OPENSSL_free(alg);
    OPENSSL_free(spki);
    return (struct exh_bytes){ der, to + sig_n };
}

static struct exh_bytes der_of(X509 *x)
{
    int n = i2d_X509(x, NULL);
    uint8_t *der = need(malloc((size_t)n), "memory");
    unsigned char *p = der;

    i2d_X509(x, &p);
    return (struct exh_bytes){ der, (size_t)n };
}

struct made make_cert(const struct recipe *r)
{
    struct made m = { .x = need(X509_new(), "certificate") };
    static long serial = 1;

    m.key = r->use_key ? r->use_key : make_key(r->key);
    if (r->use_key)
        EVP_PKEY_up_ref(m.key);
    EVP_PKEY *signer = r->issuer ? r->issuer->key : m.key;
    NEED(X509_set_version(m.x, r->first_version ? X509_VERSION_1 : X509_VERSION_3), "version");
    NEED(ASN1_INTEGER_set(X509_get_serialNumber(m.x), serial++), "serial");
    NEED(ASN1_TIME_set(X509_getm_notBefore(m.x), r->from ? r->from : MADE_FROM), "time");
    NEED(ASN1_TIME_set(X509_getm_notAfter(m.x), r->until ? r->until : MADE_UNTIL), "time");
    NEED(X509_set_pubkey(m.x, m.key), "public key");
    put_names(m.x, r);
    put_extensions(m.x, r);
    EVP_MD_CTX *ctx = signing(signer, r);
    NEED(X509_sign_ctx(m.x, ctx) > 0, "signature");
    EVP_MD_CTX_free(ctx);
    m.der = r->unique_id ? with_unique_id(m.x, signer, r) : der_of(m.x);
    return m;
}

void made_free(struct made *m)
{
    X509_free(m->x);
    EVP_PKEY_free(m->key);
    free((void *)(uintptr_t)m->der.p);
    *m = (struct made){ 0 };
}

char *made_pem(const struct made *const *certs, size_t n)
{
    BIO *bio = need(BIO_new(BIO_s_mem()), "memory");
    char *text;

    for (size_t i = 0; i < n; i++)
        NEED(PEM_write_bio(bio, PEM_STRING_X509, "", certs[i]->der.p, (long)certs[i]->der.n),
             "PEM");
    long size = BIO_get_mem_data(bio, &text);
    char *copy = need(malloc((size_t)size + 1), "memory");
    memcpy(copy, text, (size_t)size);
    copy[size] = '\0';
    BIO_free(bio);
    return copy;
}
