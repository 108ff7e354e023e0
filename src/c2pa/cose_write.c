#include "c2pa/cose_write.h"

#include <assert.h>

#define PAD_KEY_N 4 // bytes of the encoded text "pad"
#define PAD2_MIN  6 // bytes of an empty pad2: key and length
#define HEADS     4 // lengths of a byte string's head that a pad can have

/* Length of the one byte string that takes n bytes with its head; false if there is none. */
static bool string_of(size_t n, size_t *length)
{
    static const struct {
        size_t head, from, to; // bytes of the head for lengths from, to
    } heads[HEADS] = {
        { 1, 0, 23 },
        { 2, 24, UINT8_MAX },
        { 3, UINT8_MAX + 1, UINT16_MAX },
        { 5, UINT16_MAX + 1, UINT32_MAX },
    };

    for (size_t i = 0; i < HEADS; i++)
        if (n >= heads[i].head + heads[i].from && n - heads[i].head <= heads[i].to) {
            *length = n - heads[i].head;
            return true;
        }
    return false;
}

bool cose_pad_split(size_t extra, size_t *pad, ptrdiff_t *pad2)
{
    if (extra < COSE_PAD_MIN)
        return false;
    *pad2 = -1;
    if (string_of(extra - PAD_KEY_N, pad))
        return true;
    // One byte short of, or behind, a longer head: an empty pad2 leads to where there is no step.
    *pad2 = 0;
    return string_of(extra - PAD_KEY_N - PAD2_MIN, pad);
}

static void put_zeros(struct buf *b, const char *key, size_t n)
{
    cbor_put_text(b, key);
    cbor_put_bytes_head(b, n);
    buf_put_zeros(b, n);
}

static void put_token(struct buf *b, struct exh_bytes token)
{
    cbor_put_text(b, "sigTst2");
    struct cbor_map header = cbor_map_open(b);
    cbor_put_text(b, "tstTokens");
    cbor_put_array(b, 1);
    struct cbor_map entry = cbor_map_open(b);
    cbor_put_text(b, "val");
    cbor_put_bytes(b, token);
    cbor_map_close(b, entry);
    cbor_map_close(b, header);
}

static void put_ocsp(struct buf *b, const struct exh_bytes *ocsp, size_t n)
{
    cbor_put_text(b, "rVals");
    struct cbor_map header = cbor_map_open(b);
    cbor_put_text(b, "ocspVals");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        cbor_put_bytes(b, ocsp[i]);
    cbor_map_close(b, header);
}

static void put_padded(struct buf *b, const struct cose_parts *parts, size_t extra)
{
    cbor_put_tag(b, COSE_TAG_SIGN1);
    cbor_put_array(b, 4);
    cbor_put_bytes(b, parts->protected_);

    struct cbor_map headers = cbor_map_open(b);
    if (parts->token.n)
        put_token(b, parts->token);
    if (parts->ocsp_n)
        put_ocsp(b, parts->ocsp, parts->ocsp_n);
    if (extra) {
        size_t pad = 0;
        ptrdiff_t pad2 = -1;
        const bool possible = cose_pad_split(extra, &pad, &pad2);
        assert(possible); // reserved with COSE_PAD_MIN bytes to spare
        (void)possible;
        put_zeros(b, "pad", pad);
        if (pad2 >= 0)
            put_zeros(b, "pad2", (size_t)pad2);
    }
    cbor_map_close(b, headers);
    cbor_put_null(b); // detached: the payload is the claim
    cbor_put_bytes(b, parts->signature);
}

void cose_put(struct buf *b, const struct cose_parts *parts, size_t target)
{
    const size_t at = b->n;

    put_padded(b, parts, 0);
    if (b->failed || !target || b->n - at == target)
        return;
    const size_t natural = b->n - at;
    assert(natural + COSE_PAD_MIN <= target);
    b->n = at;
    put_padded(b, parts, target - natural);
}

enum exh_status cose_imprint(const struct exh_crypto *crypto, enum exh_hash alg,
                             struct exh_bytes protected_, struct exh_bytes signature,
                             uint8_t digest[EXH_HASH_MAX], struct exh_error *err)
{
    struct buf encoded = buf_with_limit(EXH_SIGNATURE_MAX + 8);
    struct buf tbs = buf_with_limit(COSE_WRITE_MAX);

    // What is attested is the signature field as it is encoded, with its CBOR head.
    cbor_put_bytes(&encoded, signature);
    cose_put_tbs(&tbs, "CounterSignature", protected_, COSE_NO_EXTERNAL, buf_view(&encoded));
    enum exh_status status = buf_finish(&encoded, err);
    if (status == EXH_OK)
        status = buf_finish(&tbs, err);
    if (status == EXH_OK) {
        struct exh_hasher *h = crypto->hash_new(alg);
        if (h) {
            crypto->hash_update(h, tbs.p, tbs.n);
            crypto->hash_final(h, digest);
        } else {
            status = fail_no_memory(err);
        }
    }
    buf_free(&encoded);
    buf_free(&tbs);
    return status;
}
