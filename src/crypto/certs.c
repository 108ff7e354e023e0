#include "crypto/cert.h"
#include "crypto/pem.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/key.h>

struct exh_certs {
    uint8_t *owned[EXH_CHAIN_MAX];
    struct exh_bytes chain[EXH_CHAIN_MAX]; // views of owned
    size_t n;
};

static enum exh_status keep(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct exh_certs *certs = ctx;
    struct cert c = { 0 };

    if (certs->n == EXH_CHAIN_MAX)
        return fail(err, EXH_LIMIT, "chain is longer than %d certificates", EXH_CHAIN_MAX);
    enum exh_status status = cert_read(der, &c, err); // what does not parse is refused here
    if (status)
        return status;
    bool root = certs->n > 0 && cert_is_self_signed(&c);
    cert_free(&c);
    if (root) // verifiers have it already, or do not believe it
        return EXH_OK;

    uint8_t *copy = malloc(der.n);
    if (!copy)
        return fail_no_memory(err);
    memcpy(copy, der.p, der.n);
    certs->owned[certs->n] = copy;
    certs->chain[certs->n++] = (struct exh_bytes){ copy, der.n };
    return EXH_OK;
}

enum exh_status exh_certs_read(const char *pem, size_t n, struct exh_certs **out,
                               struct exh_error *err)
{
    struct exh_error local;
    struct exh_certs *certs = calloc(1, sizeof *certs);

    err = err ? err : &local;
    if (!certs)
        return fail_no_memory(err);
    enum exh_status status = pem_visit(pem, n, keep, certs, err);
    if (status) {
        exh_certs_free(certs);
        return status;
    }
    *out = certs;
    return EXH_OK;
}

void exh_certs_free(struct exh_certs *certs)
{
    for (size_t i = 0; certs && i < certs->n; i++)
        free(certs->owned[i]);
    free(certs);
}

const struct exh_bytes *exh_certs_chain(const struct exh_certs *certs, size_t *n)
{
    *n = certs->n;
    return certs->chain;
}
