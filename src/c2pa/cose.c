#include "c2pa/cose.h"

#include <inttypes.h>

#include "base/macros.h"
#include "base/text.h"

#define HEADER_ALG     1
#define HEADER_X5CHAIN 33
#define TAG_SIGN1      18
#define TAG_EPOCH      1

void cose_put_tbs(struct buf *b, const char *context, struct exh_bytes protected_,
                  struct exh_bytes payload)
{
    cbor_put_array(b, 4);
    cbor_put_text(b, context);
    cbor_put_bytes(b, protected_);
    cbor_put_bytes(b, (struct exh_bytes){ 0 });
    cbor_put_bytes(b, payload);
}

/* The four members of COSE_Sign1. */
static enum exh_status read_members(struct cbor item, uint64_t pos, struct cose *c,
                                    struct exh_error *err)
{
    struct cbor array = item;
    struct cbor protected_, payload, signature;
    uint64_t tag = 0;

    if (cbor_tag(item, &tag, &array) && tag != TAG_SIGN1)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": tag %" PRIu64 ", expected 18",
                    pos, tag);
    if (!cbor_is(array, CBOR_ARRAY) || cbor_count(array) != 4)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": not an array of four", pos);

    struct cbor_walk walk = cbor_walk(array);
    if (!cbor_next(&walk, NULL, &protected_) || !cbor_next(&walk, NULL, &c->unprotected) ||
        !cbor_next(&walk, NULL, &payload) || !cbor_next(&walk, NULL, &signature) ||
        !cbor_bytes(protected_, &c->protected_) || !cbor_is(c->unprotected, CBOR_MAP) ||
        !cbor_bytes(signature, &c->signature))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": members have wrong types", pos);
    // An attached payload would be a second claim beside the one that is shown.
    if (!cbor_is(payload, CBOR_NULL))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": payload is not detached", pos);
    c->signature_encoded = signature.item;
    return EXH_OK;
}

/* A header of either bucket; in both it is an error. Integer labels win over text labels. */
static bool find_header(const struct cose *c, int64_t label, const char *name, struct cbor *out)
{
    const struct cbor found[] = {
        label ? cbor_get_int(c->headers, label) : cbor_get(c->headers, name),
        label ? cbor_get_int(c->unprotected, label) : cbor_get(c->unprotected, name),
    };

    *out = (struct cbor){ 0 };
    if (!cbor_is(found[0], CBOR_NONE) && !cbor_is(found[1], CBOR_NONE))
        return false;
    *out = cbor_is(found[0], CBOR_NONE) ? found[1] : found[0];
    return true;
}

static enum exh_status read_chain(struct cose *c, uint64_t pos, struct exh_error *err)
{
    struct cbor chain, named, cert;

    if (!find_header(c, HEADER_X5CHAIN, NULL, &chain) || !find_header(c, 0, "x5chain", &named))
        return fail(err, EXH_MALFORMED,
                    "signature at %" PRIu64 ": x5chain stands in both header buckets", pos);
    if (cbor_is(chain, CBOR_NONE))
        chain = named;
    if (cbor_bytes(chain, &c->chain[0])) {
        c->chain_n = 1;
        return EXH_OK;
    }
    if (cbor_count(chain) > COSE_CHAIN_MAX)
        return fail(err, EXH_LIMIT, "signature at %" PRIu64 ": %zu certificates, at most %d", pos,
                    cbor_count(chain), COSE_CHAIN_MAX);
    struct cbor_walk walk = cbor_walk(chain);
    while (cbor_is(chain, CBOR_ARRAY) && cbor_next(&walk, NULL, &cert))
        if (!cbor_bytes(cert, &c->chain[c->chain_n++]))
            return fail(err, EXH_MALFORMED,
                        "signature at %" PRIu64 ": x5chain holds something else than bytes", pos);
    if (!c->chain_n)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": no certificate (x5chain)", pos);
    return EXH_OK;
}

static void read_stamp(struct cose *c)
{
    struct cbor header, token;

    if (!find_header(c, 0, "sigTst2", &header))
        c->stamp_malformed = true;
    if (cbor_is(header, CBOR_NONE)) {
        if (!find_header(c, 0, "sigTst", &header))
            c->stamp_malformed = true;
        c->stamp_v1 = !cbor_is(header, CBOR_NONE);
    }
    if (cbor_is(header, CBOR_NONE))
        return;

    struct cbor tokens = cbor_get(header, "tstTokens");
    struct cbor_walk walk = cbor_walk(tokens);
    if (cbor_is(tokens, CBOR_ARRAY) && cbor_count(tokens) == 1 && cbor_next(&walk, NULL, &token) &&
        cbor_bytes(cbor_get(token, "val"), &c->stamp))
        return;
    c->stamp_malformed = true;
}

static void read_ocsp(struct cose *c)
{
    struct cbor header, value;

    if (!find_header(c, 0, "rVals", &header))
        return;
    struct cbor_walk walk = cbor_walk(cbor_get(header, "ocspVals"));
    while (c->ocsp_n < COSE_OCSP_MAX && cbor_next(&walk, NULL, &value))
        if (cbor_bytes(value, &c->ocsp[c->ocsp_n]))
            c->ocsp_n++;
}

static void read_iat(struct cose *c)
{
    struct cbor iat;
    double seconds = 0;

    // NumericDate carries no tag 1 in COSE, but some write it.
    if (!find_header(c, 0, "iat", &iat) || !cbor_float(cbor_untagged(iat), &seconds))
        return;
    if (seconds < 0 || seconds > 253402300799.0)
        return;
    c->has_iat = true;
    c->iat = (int64_t)seconds;
}

enum exh_status cose_read(struct exh_bytes content, uint64_t pos, struct cose *out,
                          struct exh_error *err)
{
    struct cose c = { 0 };
    struct cbor item;

    if (content.n > COSE_SIZE_MAX)
        return fail(err, EXH_LIMIT, "signature at %" PRIu64 ": %zu bytes, at most %zu", pos,
                    content.n, COSE_SIZE_MAX);
    enum exh_status status = cbor_parse(content, pos, &item, err);
    if (status == EXH_OK)
        status = read_members(item, pos, &c, err);
    if (status == EXH_OK)
        status = cbor_parse(c.protected_, pos, &c.headers, err);
    if (status != EXH_OK)
        return status;
    if (!cbor_is(c.headers, CBOR_MAP))
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": protected header is no map",
                    pos);

    // The algorithm must be protected: an unprotected one could be exchanged.
    c.has_alg = cbor_int(cbor_get_int(c.headers, HEADER_ALG), &c.alg);
    status = read_chain(&c, pos, err);
    if (status != EXH_OK)
        return status;
    read_stamp(&c);
    read_ocsp(&c);
    read_iat(&c);
    *out = c;
    return EXH_OK;
}
