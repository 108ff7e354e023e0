#include "pki_world.h"

#include "crypto/pem.h"

#include <stdio.h>
#include <stdlib.h>

const struct ca_places world_places = { "http://ca.example:8080/ocsp",
                                        "http://ca.example:8080/issuer.cer",
                                        "http://ca.example:8080/issuer.crl" };

static void need(enum exh_status status, const struct exh_error *err)
{
    if (status == EXH_OK)
        return;
    fprintf(stderr, "the world could not be made: %s\n", err->text);
    abort();
}

struct exh_key *world_key(const char *kind)
{
    struct exh_key *key = NULL;
    struct exh_error err;

    need(exh_key_new(kind, &key, &err), &err);
    return key;
}

struct buf world_pem(struct exh_bytes der)
{
    struct buf pem = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    pem_put(&pem, der);
    need(buf_finish(&pem, &err), &err);
    return pem;
}

static void make_authorities(struct world *w)
{
    const struct ca_order order = {
        .role = CA_ISSUER, .name = "My studio, issuing", .subject = w->issuer_key, .now = NOW
    };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    need(ca_root(w->root_key, "My studio", 1, NOW, &der, &err), &err);
    w->root_pem = world_pem(buf_view(&der));
    need(ca_open((const char *)w->root_pem.p, w->root_pem.n, w->root_key, NULL, &w->root, &err),
         &err);
    buf_clear(&der);
    need(ca_issue(w->root, &order, &der, &err), &err);
    w->issuer_pem = world_pem(buf_view(&der));
    need(ca_open((const char *)w->issuer_pem.p, w->issuer_pem.n, w->issuer_key, &world_places,
                 &w->issuer, &err),
         &err);
    buf_free(&der);
}

struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    struct exh_error err;

    if (!w)
        abort();
    w->root_key = world_key("es256");
    w->issuer_key = world_key("es256");
    w->key = world_key("es256");
    w->other_key = world_key("es256");
    make_authorities(w);
    w->trust = exh_trust_new();
    for (int purpose = EXH_PURPOSE_CLAIM; purpose <= EXH_PURPOSE_TSA; purpose++)
        need(exh_trust_add_anchors(w->trust, (enum exh_purpose)purpose, (const char *)w->root_pem.p,
                                   w->root_pem.n, &err),
             &err);
    return w;
}

void world_free(struct world *w)
{
    exh_trust_free(w->trust);
    ca_close(w->issuer);
    ca_close(w->root);
    buf_free(&w->issuer_pem);
    buf_free(&w->root_pem);
    exh_key_free(w->other_key);
    exh_key_free(w->key);
    exh_key_free(w->issuer_key);
    exh_key_free(w->root_key);
    free(w);
}

struct buf world_issue(const struct world *w, enum ca_role role, const char *name,
                       const struct exh_key *subject)
{
    const struct ca_order order = { .role = role, .name = name, .subject = subject, .now = NOW };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_error err;

    need(ca_issue(w->issuer, &order, &der, &err), &err);
    return der;
}

struct exh_chain *world_chain(const struct world *w, struct exh_bytes leaf)
{
    const struct exh_bytes certs[] = { leaf, ca_certificate(w->issuer) };
    struct exh_chain *chain = NULL;
    struct exh_error err;

    need(exh_crypto_openssl()->chain_new(certs, 2, &chain, &err), &err);
    return chain;
}
