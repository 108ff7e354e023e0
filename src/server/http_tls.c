#include <pthread.h>
#include <stdlib.h>

#include "server/http_tls.h"

#define CHAIN_MAX 4

struct generation {
    struct generation *before;
    gnutls_privkey_t key;
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_n;
};

struct http_keys {
    pthread_mutex_t lock;
    struct generation *newest;
};

static void generation_free(struct generation *g)
{
    for (unsigned i = 0; i < g->chain_n; i++)
        gnutls_pcert_deinit(&g->chain[i]);
    if (g->key)
        gnutls_privkey_deinit(g->key);
    free(g);
}

struct http_keys *http_keys_new(void)
{
    struct http_keys *keys = calloc(1, sizeof *keys);

    if (keys)
        pthread_mutex_init(&keys->lock, NULL);
    return keys;
}

void http_keys_free(struct http_keys *keys)
{
    if (!keys)
        return;
    while (keys->newest) {
        struct generation *g = keys->newest;
        keys->newest = g->before;
        generation_free(g);
    }
    pthread_mutex_destroy(&keys->lock);
    free(keys);
}

static gnutls_datum_t datum(struct exh_bytes b)
{
    return (gnutls_datum_t){ (unsigned char *)(uintptr_t)b.p, (unsigned)b.n };
}

static int read_generation(struct generation *g, const struct http_tls *tls)
{
    const gnutls_datum_t key = datum(tls->key), chain = datum(tls->chain);
    unsigned n = CHAIN_MAX;
    int rc = gnutls_privkey_init(&g->key);

    if (rc == 0)
        rc = gnutls_privkey_import_x509_raw(g->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (rc == 0)
        rc = gnutls_pcert_list_import_x509_raw(g->chain, &n, &chain, GNUTLS_X509_FMT_PEM, 0);
    if (rc == 0)
        g->chain_n = n;
    return rc;
}

enum exh_status http_keys_set(struct http_keys *keys, const struct http_tls *tls,
                              struct exh_error *err)
{
    struct generation *g = calloc(1, sizeof *g);

    if (!g)
        return fail_no_memory(err);
    const int rc = read_generation(g, tls);
    if (rc != 0) {
        generation_free(g);
        return fail(err, EXH_INVALID, "the server's TLS key or chain: %s", gnutls_strerror(rc));
    }
    pthread_mutex_lock(&keys->lock);
    g->before = keys->newest;
    keys->newest = g;
    pthread_mutex_unlock(&keys->lock);
    return EXH_OK;
}

int http_keys_get(struct http_keys *keys, gnutls_pcert_st **chain, unsigned *n,
                  gnutls_privkey_t *key)
{
    pthread_mutex_lock(&keys->lock);
    struct generation *g = keys->newest;
    pthread_mutex_unlock(&keys->lock);
    if (!g)
        return GNUTLS_E_NO_CERTIFICATE_FOUND;
    *chain = g->chain;
    *n = g->chain_n;
    *key = g->key;
    return 0;
}
