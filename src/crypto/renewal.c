#include "crypto/renewal.h"

#include "base/names.h"
#include "crypto/der.h"
#include "crypto/library.h"

#include <string.h>

#define SHA256  32                  // bytes
#define TBS_MAX (EXH_CERT_MAX + 64) // bytes: of a key that stands in a certificate

static bool hash_certificate(struct exh_bytes der, uint8_t sha256[SHA256])
{
    const struct library *lib = crypto_library();

    return lib && EVP_Digest(der.p, der.n, sha256, NULL, lib->md[EXH_SHA256], NULL);
}

// What the old key signs.
static void put_tbs(struct buf *to, const uint8_t sha256[SHA256], struct exh_bytes spki)
{
    buf_put(to, NAME_AAD_RENEWAL, sizeof NAME_AAD_RENEWAL); // with its NUL
    buf_put(to, sha256, SHA256);
    buf_put_bytes(to, spki);
}

static void put_statement(struct buf *to, const uint8_t sha256[SHA256], int64_t alg,
                          struct exh_bytes signature)
{
    const uint8_t number = (uint8_t)alg; // C2PA's algorithms are -7 to -39: one byte each

    der_put_head(to, DER_SEQUENCE, der_size(SHA256) + der_size(1) + der_size(signature.n));
    der_put(to, DER_OCTETS, (struct exh_bytes){ sha256, SHA256 });
    der_put(to, DER_INTEGER, (struct exh_bytes){ &number, 1 });
    der_put(to, DER_OCTETS, signature);
}

enum exh_status renewal_write(const struct exh_signer *old, struct exh_bytes spki, struct buf *to,
                              struct exh_error *err)
{
    uint8_t sha256[SHA256], signature[EXH_SIGNATURE_MAX];
    struct buf tbs = buf_with_limit(TBS_MAX);
    enum exh_status status;

    if (old->signature_size > sizeof signature)
        return fail(err, EXH_LIMIT, "a signature of %zu bytes is larger than %d",
                    old->signature_size, EXH_SIGNATURE_MAX);
    if (!hash_certificate(old->chain[0], sha256))
        return fail_openssl(err, EXH_CRYPTO, "certificate could not be hashed");
    put_tbs(&tbs, sha256, spki);
    status = buf_finish(&tbs, err);
    if (!status)
        status = old->sign(old->ctx, buf_view(&tbs), signature, err);
    buf_free(&tbs);
    if (status)
        return status;
    put_statement(to, sha256, old->alg, (struct exh_bytes){ signature, old->signature_size });
    return buf_finish(to, err);
}

struct statement {
    struct exh_bytes sha256, signature;
    int64_t alg;
};

static bool read_statement(struct exh_bytes in, struct statement *out)
{
    struct der outer, sha256, alg, signature;

    if (!der_take(&in, DER_SEQUENCE, &outer) || in.n ||
        !der_take(&outer.value, DER_OCTETS, &sha256) || sha256.value.n != SHA256 ||
        !der_take(&outer.value, DER_INTEGER, &alg) || alg.value.n != 1 ||
        !der_take(&outer.value, DER_OCTETS, &signature) || outer.value.n)
        return false;
    *out = (struct statement){ sha256.value, signature.value, (int8_t)alg.value.p[0] };
    return true;
}

static enum exh_status check_signature(const struct statement *s, struct exh_bytes certificate,
                                       struct exh_bytes tbs, struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_judgement judgement;
    struct exh_chain *chain = NULL;
    enum exh_status status = crypto->chain_new(&certificate, 1, &chain, err);

    if (status)
        return status;
    status = crypto->chain_verify(chain, s->alg, tbs, s->signature, &judgement, err);
    crypto->chain_free(chain);
    if (!status && !judgement.holds)
        status = fail(err, EXH_DENIED, "the old key's statement: %s", judgement.reason);
    return status;
}

enum exh_status renewal_check(struct exh_bytes statement, struct exh_bytes certificate,
                              struct exh_bytes spki, struct exh_error *err)
{
    struct buf tbs = buf_with_limit(TBS_MAX);
    uint8_t sha256[SHA256];
    struct statement s;

    if (!read_statement(statement, &s))
        return fail(err, EXH_MALFORMED, "the old key's statement of %zu bytes is malformed",
                    statement.n);
    if (!hash_certificate(certificate, sha256))
        return fail_openssl(err, EXH_CRYPTO, "certificate could not be hashed");
    if (memcmp(sha256, s.sha256.p, sizeof sha256) != 0)
        return fail(err, EXH_DENIED, "the old key's statement is about another certificate");
    put_tbs(&tbs, sha256, spki);
    enum exh_status status = buf_finish(&tbs, err);
    if (!status)
        status = check_signature(&s, certificate, buf_view(&tbs), err);
    buf_free(&tbs);
    return status;
}
