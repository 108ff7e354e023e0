#include "pki/ca.h"

#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "pki/authority.h"
#include "pki/build.h"
#include "pki/role.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY ((int64_t)24 * 60 * 60)

enum exh_status ca_serial(uint8_t serial[CA_SERIAL], struct exh_error *err)
{
    if (RAND_bytes(serial, CA_SERIAL) != 1)
        return fail_openssl(err, EXH_CRYPTO, "no random numbers");
    serial[0] &= 0x7F; // positive in as many bytes
    serial[0] |= 0x40; // and never shorter, so that sizes are known
    return EXH_OK;
}

// The serial number of the order, or a random one in room.
static enum exh_status choose_serial(const uint8_t *given, uint8_t room[CA_SERIAL],
                                     struct exh_error *err)
{
    if (!given)
        return ca_serial(room, err);
    if ((given[0] & 0xC0) != 0x40)
        return fail(err, EXH_INVALID, "a serial number that begins with 0x%02x is none of ours",
                    given[0]);
    memcpy(room, given, CA_SERIAL);
    return EXH_OK;
}

enum exh_status ca_root(const struct exh_key *key, const char *title, unsigned below, int64_t now,
                        struct buf *der, struct exh_error *err)
{
    uint8_t serial[CA_SERIAL];
    struct build b = { .key = key->pkey,
                       .issuer_key = key->pkey,
                       .from = now - CA_SKEW,
                       .until = now + CA_ROOT_DAYS * DAY,
                       .serial = serial };

    if (!role_is_title(title))
        return fail(err, EXH_INVALID, "an authority's name has 1 to %d printable characters",
                    CA_TITLE_MAX);
    if (below > 1)
        return fail(err, EXH_INVALID, "%u authorities below a root: 0 or 1 was expected", below);
    enum exh_status status = ca_serial(serial, err);
    if (status)
        return status;
    role_fill_root(title, below, &b);
    return build_certificate(&b, der, err);
}

// The first certificate of a text; whatever follows is not ours to judge.
static enum exh_status keep_first(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct ca *ca = ctx;

    if (ca->der)
        return EXH_OK;
    if (!(ca->der = malloc(der.n)))
        return fail_no_memory(err);
    memcpy(ca->der, der.p, der.n);
    ca->n = der.n;
    return EXH_OK;
}

static enum exh_status read_certificate(struct ca *ca, struct exh_error *err)
{
    struct cert cert = { 0 };
    enum exh_status status = cert_read(ca_certificate(ca), &cert, err);

    if (status)
        return status;
    if (!cert_is_ca(&cert))
        status = fail(err, EXH_INVALID, "the certificate is not an authority's");
    else if (!cert.key || EVP_PKEY_eq(cert.key, ca->key->pkey) != 1)
        status = fail(err, EXH_INVALID, "the authority's certificate is of another key");
    else if (!(ca->x = cert_whole(&cert)))
        status = fail_no_memory(err);
    ca->from = cert.not_before;
    ca->until = cert.not_after;
    ca->below = X509_get_pathlen(cert.x) != 0; // -1: as many as one likes
    cert_free(&cert);
    ERR_clear_error();
    return status;
}

enum exh_status ca_open(const char *pem, size_t n, const struct exh_key *key,
                        const struct ca_places *places, struct ca **out, struct exh_error *err)
{
    struct ca *ca = calloc(1, sizeof *ca);
    enum exh_status status;

    if (!ca)
        return fail_no_memory(err);
    ca->key = key;
    const char *why = role_places_read(places, &ca->places);
    status = why ? fail(err, EXH_INVALID, "%s", why) : pem_visit(pem, n, keep_first, ca, err);
    if (!status)
        status = read_certificate(ca, err);
    if (status) {
        ca_close(ca);
        return status;
    }
    *out = ca;
    return EXH_OK;
}

void ca_close(struct ca *ca)
{
    if (!ca)
        return;
    X509_free(ca->x);
    free(ca->der);
    free(ca);
}

struct exh_bytes ca_certificate(const struct ca *ca)
{
    return (struct exh_bytes){ ca->der, ca->n };
}

static enum exh_status check_order(const struct ca *ca, const struct ca_order *order,
                                   struct exh_error *err)
{
    const char *why = role_check(order);

    if (why)
        return fail(err, EXH_INVALID, "%s%s%.64s%s", why, order->name ? ": '" : "",
                    order->name ? order->name : "", order->name ? "'" : "");
    if (order->now < ca->from || order->now > ca->until)
        return fail(err, EXH_INVALID, "the authority's certificate is not valid now");
    if (order->until && order->until <= order->now)
        return fail(err, EXH_INVALID, "a certificate that has ended already");
    if (EVP_PKEY_eq(ca->key->pkey, order->subject->pkey) == 1)
        return fail(err, EXH_INVALID, "the authority's own key is for issuing only: give another");
    if (order->role == CA_ISSUER && !ca->below)
        return fail(err, EXH_INVALID, "this authority allows none below it");
    return EXH_OK;
}

static int64_t end_of(const struct ca *ca, const struct ca_order *order)
{
    int64_t until = order->now + role_lifetime(order->role);

    if (order->until && order->until < until)
        until = order->until;
    return until < ca->until ? until : ca->until;
}

enum exh_status ca_issue(const struct ca *ca, const struct ca_order *order, struct buf *der,
                         struct exh_error *err)
{
    const int64_t from = order->now - CA_SKEW;
    char san[ROLE_SAN_MAX];
    uint8_t serial[CA_SERIAL];
    struct build b = { .issuer = ca->x,
                       .key = order->subject->pkey,
                       .issuer_key = ca->key->pkey,
                       .from = from > ca->from ? from : ca->from,
                       .until = end_of(ca, order),
                       .serial = serial };
    enum exh_status status = check_order(ca, order, err);

    if (!status)
        status = choose_serial(order->serial, serial, err);
    if (status) {
        ERR_clear_error();
        return status;
    }
    role_fill(order, &ca->places, san, &b);
    return build_certificate(&b, der, err);
}
