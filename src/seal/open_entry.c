#include "seal/open_entry.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

#define VERSION 1

/* Keys of the map. */
enum key {
    KEY_VERSION = 1,
    KEY_STREAM,
    KEY_CAMERA,
    KEY_FRAME_FIRST,
    KEY_FRAME_LAST,
    KEY_PREV_CAPTURE,
    KEY_MEDIA_TYPE,
    KEY_T0,
    KEY_SEGMENT,
    KEY_PREVIOUS,
    KEY_POLICY,
    KEY_NONCE,
    KEY_COMMIT,
    KEY_RECIPIENTS = 15,
    KEY_BEACON,
};

bool ledger_alg_known(int64_t alg)
{
    return alg == EXH_ES256 || alg == EXH_EDDSA;
}

static bool is_plain_text(struct exh_bytes text)
{
    if (!text.n || text.n > OPEN_TEXT_MAX || !utf8_valid(text))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] == 0x7F)
            return false;
    return true;
}

static bool is_ascii(struct exh_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] > 0x7E)
            return false;
    return true;
}

/* What an open entry must be, whoever wrote it; NULL when it is so. */
static const char *fault_of(const struct open_entry *e)
{
    if (!is_plain_text(e->camera_id))
        return "the camera's id is empty, too long or no text";
    if (!is_plain_text(e->media_type) || !is_ascii(e->media_type))
        return "the media type is empty, too long or no text";
    if (e->captured && e->has_frame_last && e->frame_last < e->frame_first)
        return "the last frame is before the first";
    if (e->t0_us < 0 || e->t0_us > LEDGER_TIME_MAX)
        return "the time is beyond the year 9999";
    if (e->policy & ~OPEN_POLICY_KNOWN)
        return "a policy that is not known";
    if (e->has_previous != (e->segment > 0))
        return e->segment ? "a segment without the hash of the one before"
                          : "the first segment, with the hash of one before";
    return NULL;
}

static void put_raw(struct buf *b, enum key key, const uint8_t *p, size_t n)
{
    cbor_put_uint(b, key);
    cbor_put_bytes(b, (struct exh_bytes){ p, n });
}

static void put_uint(struct buf *b, enum key key, uint64_t v)
{
    cbor_put_uint(b, key);
    cbor_put_uint(b, v);
}

static void put_text(struct buf *b, enum key key, struct exh_bytes text)
{
    cbor_put_uint(b, key);
    cbor_put_text_bytes(b, text);
}

static void put_capture(struct buf *b, const struct open_entry *e)
{
    put_uint(b, KEY_FRAME_FIRST, e->frame_first);
    cbor_put_uint(b, KEY_FRAME_LAST);
    if (e->has_frame_last)
        cbor_put_uint(b, e->frame_last);
    else
        cbor_put_null(b);
    cbor_put_uint(b, KEY_PREV_CAPTURE);
    if (e->has_prev_capture)
        cbor_put_bytes(b, (struct exh_bytes){ e->prev_capture, sizeof e->prev_capture });
    else
        cbor_put_null(b);
}

static void put_payload(struct buf *b, const struct open_entry *e)
{
    struct cbor_map map = cbor_map_open(b);

    put_uint(b, KEY_VERSION, VERSION);
    put_raw(b, KEY_STREAM, e->stream_id, sizeof e->stream_id);
    put_text(b, KEY_CAMERA, e->camera_id);
    if (e->captured)
        put_capture(b, e);
    put_text(b, KEY_MEDIA_TYPE, e->media_type);
    put_uint(b, KEY_T0, (uint64_t)e->t0_us);
    put_uint(b, KEY_SEGMENT, e->segment);
    if (e->has_previous)
        put_raw(b, KEY_PREVIOUS, e->previous, sizeof e->previous);
    put_uint(b, KEY_POLICY, e->policy);
    if (open_entry_sealed(e)) {
        put_raw(b, KEY_NONCE, e->nonce, sizeof e->nonce);
        put_raw(b, KEY_COMMIT, e->commit, sizeof e->commit);
    }
    if (e->has_recipients)
        put_raw(b, KEY_RECIPIENTS, e->recipients, sizeof e->recipients);
    if (e->has_beacon)
        put_raw(b, KEY_BEACON, e->beacon, sizeof e->beacon);
    cbor_map_close(b, map);
}

enum exh_status open_entry_write(struct buf *b, const struct open_entry *entry,
                                 const struct exh_signer *signer, struct exh_error *err)
{
    const char *fault = fault_of(entry);
    const size_t at = b->n;
    struct buf payload = buf_with_limit(OPEN_ENTRY_MAX);

    if (fault)
        return fail(err, EXH_INVALID, "open entry: %s", fault);
    if (!ledger_alg_known(signer->alg))
        return fail(
            err, EXH_UNSUPPORTED,
            "a ledger is signed with ES256 (P-256) or Ed25519; the key's algorithm is %" PRId64,
            signer->alg);
    put_payload(&payload, entry);
    enum exh_status status = buf_finish(&payload, err);
    if (status == EXH_OK)
        status = cose_sign1_sign(b, signer, NAME_TYPE_OPEN, bytes_of(NAME_AAD_LEDGER),
                                 buf_view(&payload), err);
    if (status == EXH_OK && b->n - at > OPEN_ENTRY_MAX) {
        status = fail(err, EXH_LIMIT,
                      "open entry: %zu bytes, at most %zu; the chain of "
                      "certificates is too long",
                      b->n - at, OPEN_ENTRY_MAX);
        b->n = at;
    }
    buf_free(&payload);
    return status;
}

/* A byte string of exactly n bytes; false when the key is there with something else. */
static bool read_raw(struct cbor map, enum key key, bool *present, uint8_t *to, size_t n)
{
    struct cbor value = cbor_get_int(map, key);
    struct exh_bytes bytes;

    *present = !cbor_is(value, CBOR_NONE);
    if (!*present)
        return true;
    if (!cbor_bytes(value, &bytes) || bytes.n != n)
        return false;
    memcpy(to, bytes.p, n);
    return true;
}

static bool read_uint(struct cbor map, enum key key, uint64_t *v)
{
    return cbor_uint(cbor_get_int(map, key), v);
}

static bool read_capture(struct cbor map, struct open_entry *e)
{
    struct cbor last = cbor_get_int(map, KEY_FRAME_LAST);
    struct cbor prev = cbor_get_int(map, KEY_PREV_CAPTURE);
    bool present;

    e->captured = !cbor_is(cbor_get_int(map, KEY_FRAME_FIRST), CBOR_NONE);
    if (!e->captured)
        return cbor_is(last, CBOR_NONE) && cbor_is(prev, CBOR_NONE);
    e->has_frame_last = cbor_uint(last, &e->frame_last);
    e->has_prev_capture = !cbor_is(prev, CBOR_NULL);
    if (e->has_prev_capture &&
        (!read_raw(map, KEY_PREV_CAPTURE, &present, e->prev_capture, sizeof e->prev_capture) ||
         !present))
        return false;
    return read_uint(map, KEY_FRAME_FIRST, &e->frame_first) &&
           (e->has_frame_last || cbor_is(last, CBOR_NULL));
}

static bool read_fields(struct cbor map, struct open_entry *e)
{
    bool stream, nonce, commit;
    uint64_t t0, policy;

    if (!read_raw(map, KEY_STREAM, &stream, e->stream_id, sizeof e->stream_id) || !stream ||
        !cbor_text(cbor_get_int(map, KEY_CAMERA), &e->camera_id) || !read_capture(map, e) ||
        !cbor_text(cbor_get_int(map, KEY_MEDIA_TYPE), &e->media_type) ||
        !read_uint(map, KEY_T0, &t0) || t0 > LEDGER_TIME_MAX ||
        !read_uint(map, KEY_SEGMENT, &e->segment) ||
        !read_raw(map, KEY_PREVIOUS, &e->has_previous, e->previous, sizeof e->previous) ||
        !read_uint(map, KEY_POLICY, &policy) || policy > UINT32_MAX)
        return false;
    e->t0_us = (int64_t)t0;
    e->policy = (uint32_t)policy;
    return read_raw(map, KEY_NONCE, &nonce, e->nonce, sizeof e->nonce) &&
           read_raw(map, KEY_COMMIT, &commit, e->commit, sizeof e->commit) &&
           nonce == open_entry_sealed(e) && commit == nonce &&
           read_raw(map, KEY_RECIPIENTS, &e->has_recipients, e->recipients, sizeof e->recipients) &&
           read_raw(map, KEY_BEACON, &e->has_beacon, e->beacon, sizeof e->beacon);
}

/* One form only: written again it gives the same bytes. So unknown keys are refused too. */
static enum exh_status check_form(const struct open_entry *e, struct exh_bytes payload,
                                  struct exh_error *err)
{
    struct buf again = buf_with_limit(OPEN_ENTRY_MAX);

    put_payload(&again, e);
    enum exh_status status = buf_finish(&again, err);
    if (status == EXH_OK && !bytes_equal(buf_view(&again), payload))
        status = fail(err, EXH_MALFORMED, "open entry: an unknown key, or not deterministic CBOR");
    buf_free(&again);
    return status;
}

static enum exh_status read_payload(struct exh_bytes payload, struct open_entry *e,
                                    struct exh_error *err)
{
    struct cbor map;
    uint64_t version = 0;

    if (cbor_parse(payload, 0, &map, err) != EXH_OK)
        return within(err, "open entry");
    if (!cbor_is(map, CBOR_MAP) || !read_uint(map, KEY_VERSION, &version))
        return fail(err, EXH_MALFORMED, "open entry: no map with a version");
    if (version != VERSION)
        return fail(err, EXH_UNSUPPORTED, "open entry: version %" PRIu64 ", expected 1", version);
    if (!read_fields(map, e))
        return fail(err, EXH_MALFORMED, "open entry: a field is missing or of a wrong kind");
    const char *fault = fault_of(e);
    if (fault)
        return fail(err, e->policy & ~OPEN_POLICY_KNOWN ? EXH_UNSUPPORTED : EXH_MALFORMED,
                    "open entry: %s", fault);
    return check_form(e, payload, err);
}

enum exh_status open_entry_read(struct exh_bytes bytes, struct open_entry *out,
                                struct cose_ours *cose, struct exh_error *err)
{
    struct open_entry e = { 0 };
    struct cose_ours c;

    if (bytes.n > OPEN_ENTRY_MAX)
        return fail(err, EXH_LIMIT, "open entry: %zu bytes, at most %zu", bytes.n, OPEN_ENTRY_MAX);
    enum exh_status status = cose_sign1_read_ours(bytes, NAME_TYPE_OPEN, "open entry", &c, err);
    if (status == EXH_OK && !ledger_alg_known(c.alg))
        status = fail(err, EXH_UNSUPPORTED,
                      "open entry: algorithm %" PRId64 ", expected ES256 or Ed25519", c.alg);
    if (status == EXH_OK)
        status = read_payload(c.payload, &e, err);
    if (status != EXH_OK)
        return status;
    *out = e;
    *cose = c;
    return EXH_OK;
}

size_t open_entry_size(struct exh_bytes bytes)
{
    struct exh_error err;
    struct cbor item;

    if (bytes.n > OPEN_ENTRY_MAX)
        bytes.n = OPEN_ENTRY_MAX;
    return cbor_parse_first(bytes, 0, &item, &err) == EXH_OK ? item.item.n : 0;
}

enum exh_status open_entry_verify(const struct exh_crypto *crypto, const struct cose_ours *cose,
                                  const struct exh_chain *chain, struct exh_judgement *out,
                                  struct exh_error *err)
{
    return cose_ours_verify(crypto, cose, chain, bytes_of(NAME_AAD_LEDGER), out, err);
}
