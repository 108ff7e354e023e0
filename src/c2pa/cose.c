#include "c2pa/cose.h"

#include <inttypes.h>

#include "base/macros.h"
#include "base/text.h"

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
    struct cbor chain, named;

    if (!find_header(c, COSE_HEADER_X5CHAIN, NULL, &chain) || !find_header(c, 0, "x5chain", &named))
        return fail(err, EXH_MALFORMED,
                    "signature at %" PRIu64 ": x5chain stands in both header buckets", pos);
    return cose_read_chain(cbor_is(chain, CBOR_NONE) ? named : chain, pos, c->chain, &c->chain_n,
                           err);
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
    struct cose_sign1 s;

    enum exh_status status = cose_sign1_read(content, pos, &s, err);
    if (status != EXH_OK)
        return status;
    // An attached payload would be a second claim beside the one that is shown.
    if (!s.detached)
        return fail(err, EXH_MALFORMED, "signature at %" PRIu64 ": payload is not detached", pos);
    c.protected_ = s.protected_;
    c.headers = s.headers;
    c.unprotected = s.unprotected;
    c.signature = s.signature;
    c.signature_encoded = s.signature_encoded;

    // The algorithm must be protected: an unprotected one could be exchanged.
    c.has_alg = cbor_int(cbor_get_int(c.headers, COSE_HEADER_ALG), &c.alg);
    status = read_chain(&c, pos, err);
    if (status != EXH_OK)
        return status;
    read_stamp(&c);
    read_ocsp(&c);
    read_iat(&c);
    *out = c;
    return EXH_OK;
}
