/*
 * Any body of EST, and any PKCS #7 structure that carries certificates, as DER and as a body: what is
 * read is written again as the same, but for the order of certificates.
 */
#include "base/text.h"
#include "crypto/certs_only.h"
#include "fuzz.h"
#include "pki/est.h"

#define CERTS_MAX 64

struct seen {
    struct exh_bytes certs[CERTS_MAX];
    size_t n;
};

static enum exh_status see(void *ctx, struct exh_bytes der, struct exh_error *err)
{
    struct seen *seen = ctx;

    if (seen->n == CERTS_MAX)
        return fail(err, EXH_LIMIT, "too many");
    seen->certs[seen->n++] = der;
    return EXH_OK;
}

static void check_certs(struct exh_bytes der)
{
    struct seen seen = { .n = 0 }, again = { .n = 0 };
    struct buf made = buf_with_limit(CERTS_ONLY_MAX + 64);
    struct buf twice = buf_with_limit(CERTS_ONLY_MAX + 64);
    struct exh_error err;

    if (certs_only_visit(der, see, &seen, &err) != EXH_OK)
        return;
    REQUIRE(certs_only_write(seen.certs, seen.n, &made, &err) == EXH_OK);
    REQUIRE(made.n <= der.n); // others may put signers and lists behind
    REQUIRE(certs_only_visit(buf_view(&made), see, &again, &err) == EXH_OK && again.n == seen.n);
    REQUIRE(certs_only_write(again.certs, again.n, &twice, &err) == EXH_OK);
    REQUIRE(bytes_equal(buf_view(&made), buf_view(&twice))); // sorted once is sorted for ever
    buf_free(&twice);
    buf_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf der = buf_with_limit(EST_BODY_MAX), body = buf_with_limit(2 * EST_BODY_MAX);
    struct buf again = buf_with_limit(EST_BODY_MAX);
    struct exh_error err;

    check_certs((struct exh_bytes){ p, n });
    if (est_read((struct exh_bytes){ p, n }, &der, &err) == EXH_OK) {
        check_certs(buf_view(&der));
        pem_put_base64(&body, buf_view(&der));
        // Line ends make it longer, perhaps too long.
        if (body.n <= EST_BODY_MAX)
            REQUIRE(est_read(buf_view(&body), &again, &err) == EXH_OK &&
                    bytes_equal(buf_view(&der), buf_view(&again)));
    }
    buf_free(&again);
    buf_free(&body);
    buf_free(&der);
    return 0;
}
