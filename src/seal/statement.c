#include "seal/statement.h"

#include <inttypes.h>

#include "base/names.h"
#include "base/text.h"
#include "formats/bech32.h"
#include "formats/low_order.h"

#define PAYLOAD_MAX 512 // bytes: two short texts and two numbers
#define PREFIX      "age"
#define POINT_N     32

enum key { KEY_USER = 1, KEY_RECIPIENT, KEY_CREATED, KEY_EXPIRES };

static bool is_text(struct exh_bytes text, size_t size)
{
    if (!text.n || text.n >= size || !utf8_valid(text))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] == 0x7F)
            return false;
    return true;
}

/* What a statement must be, whoever wrote it; NULL when it is so. */
static const char *fault_of(const struct statement *s)
{
    if (!is_text(s->user, EXH_NAME_MAX))
        return "the user is empty, too long or no text";
    if (!is_text(s->recipient, EXH_RECIPIENT_MAX))
        return "the recipient is empty, too long or no text";
    if (s->created < 0 || s->created > STATEMENT_TIME_MAX || s->expires < 0 ||
        s->expires > STATEMENT_TIME_MAX)
        return "a time is beyond the year 9999";
    return NULL;
}

bool statement_recipient_usable(struct exh_bytes recipient, const char **why)
{
    uint8_t point[POINT_N];
    struct exh_error err;

    if (bech32_read(recipient, PREFIX, point, sizeof point, &err) != EXH_OK) {
        *why = "the recipient is none of an X25519 identity (age1…)";
        return false;
    }
    *why = "the recipient is a point of low order, which everybody could open";
    return !x25519_low_order(point);
}

static void put_payload(struct buf *b, const struct statement *s)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_uint(b, KEY_USER);
    cbor_put_text_bytes(b, s->user);
    cbor_put_uint(b, KEY_RECIPIENT);
    cbor_put_text_bytes(b, s->recipient);
    cbor_put_uint(b, KEY_CREATED);
    cbor_put_uint(b, (uint64_t)s->created);
    cbor_put_uint(b, KEY_EXPIRES);
    cbor_put_uint(b, (uint64_t)s->expires);
    cbor_map_close(b, map);
}

enum exh_status statement_write(struct buf *b, const struct statement *s,
                                const struct exh_signer *signer, struct exh_error *err)
{
    const char *fault = fault_of(s);
    struct buf payload = buf_with_limit(PAYLOAD_MAX);

    if (fault)
        return fail(err, EXH_INVALID, "statement: %s", fault);
    if (signer->alg != EXH_ES256)
        return fail(err, EXH_UNSUPPORTED,
                    "a statement is signed with ES256 (P-256); the key's algorithm is %" PRId64,
                    signer->alg);
    put_payload(&payload, s);
    enum exh_status status = buf_finish(&payload, err);
    if (status == EXH_OK)
        status = cose_sign1_sign(b, signer, NAME_TYPE_RECIPIENT, bytes_of(NAME_AAD_RECIPIENT),
                                 buf_view(&payload), err);
    buf_free(&payload);
    return status;
}

static bool read_time(struct cbor map, enum key key, int64_t *at)
{
    return cbor_int(cbor_get_int(map, key), at);
}

/* One form only: written again it gives the same bytes. */
static enum exh_status check_form(const struct statement *s, struct exh_bytes payload,
                                  struct exh_error *err)
{
    struct buf again = buf_with_limit(PAYLOAD_MAX);

    put_payload(&again, s);
    enum exh_status status = buf_finish(&again, err);
    if (status == EXH_OK && !bytes_equal(buf_view(&again), payload))
        status = fail(err, EXH_MALFORMED, "statement: an unknown key, or not deterministic CBOR");
    buf_free(&again);
    return status;
}

static enum exh_status read_payload(struct exh_bytes payload, struct statement *s,
                                    struct exh_error *err)
{
    struct cbor map;

    if (cbor_parse(payload, 0, &map, err) != EXH_OK)
        return within(err, "statement");
    if (!cbor_text(cbor_get_int(map, KEY_USER), &s->user) ||
        !cbor_text(cbor_get_int(map, KEY_RECIPIENT), &s->recipient) ||
        !read_time(map, KEY_CREATED, &s->created) || !read_time(map, KEY_EXPIRES, &s->expires))
        return fail(err, EXH_MALFORMED, "statement: a field is missing or of a wrong kind");
    const char *fault = fault_of(s);
    return fault ? fail(err, EXH_MALFORMED, "statement: %s", fault) : check_form(s, payload, err);
}

enum exh_status statement_read(struct exh_bytes bytes, struct statement *out,
                               struct cose_ours *cose, struct exh_error *err)
{
    struct statement s = { 0 };
    struct cose_ours c;

    if (bytes.n > EXH_STATEMENT_MAX)
        return fail(err, EXH_LIMIT, "statement: %zu bytes, at most %zu", bytes.n,
                    EXH_STATEMENT_MAX);
    enum exh_status status = cose_sign1_read_ours(bytes, NAME_TYPE_RECIPIENT, "statement", &c, err);
    if (status == EXH_OK && c.alg != EXH_ES256)
        status =
            fail(err, EXH_UNSUPPORTED, "statement: algorithm %" PRId64 ", expected ES256", c.alg);
    if (status == EXH_OK)
        status = read_payload(c.payload, &s, err);
    if (status != EXH_OK)
        return status;
    *out = s;
    *cose = c;
    return EXH_OK;
}
