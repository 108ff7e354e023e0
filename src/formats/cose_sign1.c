#include "formats/cose_sign1.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum exh_status cose_sign1_read(struct exh_bytes content, uint64_t pos, struct cose_sign1 *out,
                                struct exh_error *err)
{
    struct cose_sign1 s = { 0 };
    struct cbor item, array, protected_, payload, signature;
    uint64_t tag = 0;

    if (content.n > COSE_SIZE_MAX)
        return fail(err, EXH_LIMIT, "signature at %" PRIu64 ": %zu bytes, at most %zu", pos,
                    content.n, COSE_SIZE_MAX);
    enum exh_status status = cbor_parse(content, pos, &item, err);
    if (status != EXH_OK)
        return status;
    array = item;
    if (cbor_tag(item, &tag, &array) && tag != COSE_TAG_SIGN1)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": tag %" PRIu64 ", expected 18",
                    pos, tag);
    if (!cbor_is(array, CBOR_ARRAY) || cbor_count(array) != 4)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": not an array of four", pos);

    struct cbor_walk walk = cbor_walk(array);
    if (!cbor_next(&walk, NULL, &protected_) || !cbor_next(&walk, NULL, &s.unprotected) ||
        !cbor_next(&walk, NULL, &payload) || !cbor_next(&walk, NULL, &signature) ||
        !cbor_bytes(protected_, &s.protected_) || !cbor_is(s.unprotected, CBOR_MAP) ||
        !cbor_bytes(signature, &s.signature))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": members have wrong types", pos);
    s.detached = cbor_is(payload, CBOR_NULL);
    if (!s.detached && !cbor_bytes(payload, &s.payload))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": payload is not bytes", pos);
    s.signature_encoded = signature.item;

    status = cbor_parse(s.protected_, pos, &s.headers, err);
    if (status != EXH_OK)
        return status;
    if (!cbor_is(s.headers, CBOR_MAP))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": protected header is no map",
                    pos);
    *out = s;
    return EXH_OK;
}

enum exh_status cose_read_chain(struct cbor value, uint64_t pos,
                                struct exh_bytes chain[COSE_CHAIN_MAX], size_t *n,
                                struct exh_error *err)
{
    struct cbor cert;
    size_t count = 0;

    if (cbor_bytes(value, &chain[0])) {
        *n = 1;
        return EXH_OK;
    }
    if (cbor_count(value) > COSE_CHAIN_MAX)
        return fail(err, EXH_LIMIT, "signature at %" PRIu64 ": %zu certificates, at most %d", pos,
                    cbor_count(value), COSE_CHAIN_MAX);
    struct cbor_walk walk = cbor_walk(value);
    while (cbor_is(value, CBOR_ARRAY) && cbor_next(&walk, NULL, &cert))
        if (!cbor_bytes(cert, &chain[count++]))
            return fail(err, EXH_MALFORMED,
                        "signature at %" PRIu64 ": x5chain holds something else than bytes", pos);
    if (!count)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": no certificate (x5chain)", pos);
    *n = count;
    return EXH_OK;
}

void cose_put_tbs(struct buf *b, const char *context, struct exh_bytes protected_,
                  struct exh_bytes external, struct exh_bytes payload)
{
    cbor_put_array(b, 4);
    cbor_put_text(b, context);
    cbor_put_bytes(b, protected_);
    cbor_put_bytes(b, external);
    cbor_put_bytes(b, payload);
}

/* The protected header: what cose_put_protected() and the check of the one form have in common. */
static void put_header(struct buf *b, int64_t alg, const char *type, const struct exh_bytes *chain,
                       size_t chain_n)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_int(b, COSE_HEADER_ALG);
    cbor_put_int(b, alg);
    if (type) {
        cbor_put_int(b, COSE_HEADER_TYPE);
        cbor_put_text(b, type);
    }
    cbor_put_int(b, COSE_HEADER_X5CHAIN);
    if (chain_n > 1)
        cbor_put_array(b, chain_n);
    for (size_t i = 0; i < chain_n; i++)
        cbor_put_bytes(b, chain[i]);
    cbor_map_close(b, map);
}

void cose_put_protected(struct buf *b, const struct exh_signer *signer, const char *type)
{
    put_header(b, signer->alg, type, signer->chain, signer->chain_n);
}

static void put_ours(struct buf *b, struct exh_bytes protected_, struct exh_bytes payload,
                     struct exh_bytes signature)
{
    cbor_put_tag(b, COSE_TAG_SIGN1);
    cbor_put_array(b, 4);
    cbor_put_bytes(b, protected_);
    cbor_map_close(b, cbor_map_open(b));
    cbor_put_bytes(b, payload);
    cbor_put_bytes(b, signature);
}

/* Is it written in the one form? Then written again it gives the same bytes. */
static enum exh_status check_form(struct exh_bytes content, const char *type,
                                  const struct cose_ours *c, struct exh_error *err)
{
    struct buf header = buf_with_limit(COSE_SIZE_MAX);
    struct buf whole = buf_with_limit(COSE_SIZE_MAX);

    put_header(&header, c->alg, type, c->chain, c->chain_n);
    put_ours(&whole, c->protected_, c->payload, c->signature);
    enum exh_status status = buf_finish(&header, err);
    if (status == EXH_OK)
        status = buf_finish(&whole, err);
    if (status == EXH_OK && !bytes_equal(buf_view(&header), c->protected_))
        status = fail(err, EXH_MALFORMED,
                      "the protected header has not its one form: algorithm, content type \"%s\", "
                      "certificates",
                      type);
    else if (status == EXH_OK && !bytes_equal(buf_view(&whole), content))
        status = fail(err, EXH_MALFORMED,
                      "not deterministic CBOR with tag 18 and an empty unprotected header");
    buf_free(&header);
    buf_free(&whole);
    return status;
}

static enum exh_status read_ours(struct exh_bytes content, const char *type, struct cose_ours *c,
                                 struct exh_error *err)
{
    struct cose_sign1 s;
    enum exh_status status = cose_sign1_read(content, 0, &s, err);

    if (status != EXH_OK)
        return status;
    if (s.detached)
        return fail(err, EXH_MALFORMED, "the payload is missing");
    if (!cbor_int(cbor_get_int(s.headers, COSE_HEADER_ALG), &c->alg))
        return fail(err, EXH_MALFORMED, "the protected header names no algorithm");
    if (!cbor_text_is(cbor_get_int(s.headers, COSE_HEADER_TYPE), type))
        return fail(err, EXH_MALFORMED, "the content type is not \"%s\"", type);
    status = cose_read_chain(cbor_get_int(s.headers, COSE_HEADER_X5CHAIN), 0, c->chain, &c->chain_n,
                             err);
    if (status != EXH_OK)
        return status;
    c->protected_ = s.protected_;
    c->payload = s.payload;
    c->signature = s.signature;
    return check_form(content, type, c, err);
}

enum exh_status cose_sign1_read_ours(struct exh_bytes content, const char *type, const char *what,
                                     struct cose_ours *out, struct exh_error *err)
{
    struct cose_ours c = { 0 };

    if (read_ours(content, type, &c, err) != EXH_OK)
        return within(err, what);
    *out = c;
    return EXH_OK;
}

enum exh_status cose_ours_verify(const struct exh_crypto *crypto, const struct cose_ours *cose,
                                 const struct exh_chain *chain, struct exh_bytes external,
                                 struct exh_judgement *out, struct exh_error *err)
{
    struct buf tbs = buf_with_limit(2 * COSE_SIZE_MAX);
    struct exh_judgement j;

    cose_put_tbs(&tbs, "Signature1", cose->protected_, external, cose->payload);
    enum exh_status status = buf_finish(&tbs, err);
    if (status == EXH_OK)
        status = crypto->chain_verify(chain, cose->alg, buf_view(&tbs), cose->signature, &j, err);
    buf_free(&tbs);
    if (status == EXH_OK)
        *out = j;
    return status;
}

enum exh_status cose_sign1_sign(struct buf *b, const struct exh_signer *signer, const char *type,
                                struct exh_bytes external, struct exh_bytes payload,
                                struct exh_error *err)
{
    uint8_t signature[EXH_SIGNATURE_MAX];
    struct buf header = buf_with_limit(COSE_SIZE_MAX);
    struct buf tbs = buf_with_limit(2 * COSE_SIZE_MAX);

    if (signer->signature_size > sizeof signature)
        return fail(err, EXH_LIMIT, "a signature of %zu bytes, at most %d", signer->signature_size,
                    EXH_SIGNATURE_MAX);
    cose_put_protected(&header, signer, type);
    cose_put_tbs(&tbs, "Signature1", buf_view(&header), external, payload);
    enum exh_status status = buf_finish(&header, err);
    if (status == EXH_OK)
        status = buf_finish(&tbs, err);
    if (status == EXH_OK)
        status = signer->sign(signer->ctx, buf_view(&tbs), signature, err);
    if (status == EXH_OK) {
        put_ours(b, buf_view(&header), payload,
                 (struct exh_bytes){ signature, signer->signature_size });
        status = buf_finish(b, err);
    }
    buf_free(&header);
    buf_free(&tbs);
    return status;
}
