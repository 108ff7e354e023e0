#include "crypto/certs_only.h"

#include "base/text.h"
#include "crypto/der.h"

#include <stdlib.h>
#include <string.h>

// 1.2.840.113549.1.7.2, signed data, and .1, data
static const uint8_t signed_data[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02 };
static const uint8_t data[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01 };

static const uint8_t one = 1;

#define VIEW(array) ((struct exh_bytes){ (array), sizeof(array) })

// The order of a SET OF in DER: by the encodings, of which none begins with another one.
static int compare(const void *a, const void *b)
{
    const struct exh_bytes *x = a, *y = b;
    const int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

    return order ? order : (x->n > y->n) - (x->n < y->n);
}

static void put(struct buf *to, const struct exh_bytes *certs, size_t n)
{
    size_t certs_n = 0;

    for (size_t i = 0; i < n; i++)
        certs_n += certs[i].n;
    // From the inside out: version, digests (none), content, certificates, signers (none).
    const size_t content = der_size(sizeof data);
    const size_t body =
        der_size(sizeof one) + der_size(0) + der_size(content) + der_size(certs_n) + der_size(0);
    const size_t info = der_size(sizeof signed_data) + der_size(der_size(body));

    der_put_head(to, DER_SEQUENCE, info);
    der_put(to, DER_OID, VIEW(signed_data));
    der_put_head(to, DER_CONTEXT, der_size(body));
    der_put_head(to, DER_SEQUENCE, body);
    der_put(to, DER_INTEGER, (struct exh_bytes){ &one, sizeof one });
    der_put_head(to, DER_SET, 0);
    der_put_head(to, DER_SEQUENCE, content);
    der_put(to, DER_OID, VIEW(data));
    der_put_head(to, DER_CONTEXT, certs_n);
    for (size_t i = 0; i < n; i++)
        buf_put_bytes(to, certs[i]);
    der_put_head(to, DER_SET, 0);
}

enum exh_status certs_only_write(const struct exh_bytes *certs, size_t n, struct buf *to,
                                 struct exh_error *err)
{
    struct exh_bytes sorted[CERTS_ONLY_N];

    if (n > CERTS_ONLY_N)
        return fail(err, EXH_LIMIT, "%zu certificates; at most %d are sent at once", n,
                    CERTS_ONLY_N);
    for (size_t i = 0; i < n; i++)
        sorted[i] = certs[i];
    qsort(sorted, n, sizeof sorted[0], compare);
    put(to, sorted, n);
    return buf_finish(to, err);
}

static bool find_certs(struct exh_bytes in, struct exh_bytes *certs)
{
    struct der info, oid, explicit, body, skipped, found;

    if (!der_take(&in, DER_SEQUENCE, &info) || in.n || !der_take(&info.value, DER_OID, &oid) ||
        !bytes_equal(oid.value, VIEW(signed_data)) ||
        !der_take(&info.value, DER_CONTEXT, &explicit) || info.value.n ||
        !der_take(&explicit.value, DER_SEQUENCE, &body) || explicit.value.n)
        return false;
    if (!der_take(&body.value, DER_INTEGER, &skipped) ||
        !der_take(&body.value, DER_SET, &skipped) ||
        !der_take(&body.value, DER_SEQUENCE, &skipped) ||
        !der_take(&body.value, DER_CONTEXT, &found))
        return false;
    *certs = found.value;
    return true;
}

enum exh_status certs_only_visit(struct exh_bytes der, pem_visitor *visit, void *ctx,
                                 struct exh_error *err)
{
    struct exh_bytes certs;
    struct der cert;
    enum exh_status status = EXH_OK;

    if (der.n > CERTS_ONLY_MAX)
        return fail(err, EXH_LIMIT, "certificates in %zu bytes are more than %d", der.n,
                    CERTS_ONLY_MAX);
    if (!find_certs(der, &certs))
        return fail(err, EXH_MALFORMED, "not a PKCS #7 structure with certificates");
    if (!certs.n)
        return fail(err, EXH_MALFORMED, "a PKCS #7 structure without certificates");
    while (!status && certs.n) {
        if (!der_take(&certs, DER_SEQUENCE, &cert))
            return fail(err, EXH_MALFORMED, "a certificate in PKCS #7 is cut short");
        status = visit(ctx, cert.whole, err);
    }
    return status;
}
