/* Any CBOR: what is accepted is walked whole; written by us, it is read and written the same again. */
#include <string.h>

#include "formats/cbor.h"
#include "fuzz.h"

static void write_item(struct buf *b, struct cbor c);

static void write_parts(struct buf *b, struct cbor c, bool map)
{
    struct cbor_walk walk = cbor_walk(c);
    struct cbor key, value;
    struct cbor_map opened = { 0 };
    size_t n = 0;

    if (map)
        opened = cbor_map_open(b);
    else
        cbor_put_array(b, cbor_count(c));
    for (; cbor_next(&walk, &key, &value); n++) {
        if (map)
            write_item(b, key);
        write_item(b, value);
    }
    REQUIRE(n == cbor_count(c));
    REQUIRE(walk.rest.n == (walk.left == UINT64_MAX)); // nothing, or a break
    if (map)
        cbor_map_close(b, opened);
}

static void write_number(struct buf *b, struct cbor c)
{
    uint64_t u = 0;
    int64_t i = 0;
    double d;

    REQUIRE(cbor_float(c, &d));
    if (cbor_is(c, CBOR_FLOAT))
        cbor_put_double(b, d);
    else if (cbor_int(c, &i))
        cbor_put_int(b, i);
    else if (cbor_uint(c, &u))
        cbor_put_uint(b, u);
    else
        cbor_put_item(b, c); // below the least int64_t
}

static void write_tag(struct buf *b, struct cbor c)
{
    uint64_t tag = 0;
    struct cbor content;

    REQUIRE(cbor_tag(c, &tag, &content));
    cbor_put_tag(b, tag);
    write_item(b, content);
}

/* Recursion ends: cbor_parse() bounds the depth. */
static void write_item(struct buf *b, struct cbor c)
{
    struct exh_bytes v;
    bool yes = false;

    switch (cbor_type(c)) {
    case CBOR_UINT:
    case CBOR_NEGATIVE:
    case CBOR_FLOAT: write_number(b, c); break;
    case CBOR_BYTES:
        if (cbor_bytes(c, &v))
            cbor_put_bytes(b, v);
        else
            cbor_put_item(b, c); // of indefinite length
        break;
    case CBOR_TEXT:
        if (cbor_text(c, &v))
            cbor_put_text_bytes(b, v);
        else
            cbor_put_item(b, c);
        break;
    case CBOR_ARRAY: write_parts(b, c, false); break;
    case CBOR_MAP:
        if (cbor_count(c) <= CBOR_WRITE_KEYS_MAX)
            write_parts(b, c, true);
        else
            cbor_put_item(b, c);
        break;
    case CBOR_TAG: write_tag(b, c); break;
    case CBOR_BOOL:
        REQUIRE(cbor_bool(c, &yes));
        cbor_put_bool(b, yes);
        break;
    case CBOR_NULL: cbor_put_null(b); break;
    case CBOR_UNDEFINED:
    case CBOR_SIMPLE: cbor_put_item(b, c); break;
    case CBOR_NONE: REQUIRE(!cbor_is(c, CBOR_NONE)); // no part of a sound item is absent
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf once = buf_with_limit(CBOR_SIZE_MAX), twice = buf_with_limit(CBOR_SIZE_MAX);
    struct exh_error err;
    struct cbor c;

    if (cbor_parse((struct exh_bytes){ p, n }, 0, &c, &err) == EXH_OK) {
        write_item(&once, c);
        // Two keys that are arrays or floats may become the same one in their shortest form.
        if (buf_finish(&once, &err) == EXH_OK) {
            REQUIRE(cbor_parse(buf_view(&once), 0, &c, &err) == EXH_OK);
            write_item(&twice, c);
            REQUIRE(buf_finish(&twice, &err) == EXH_OK);
            REQUIRE(once.n == twice.n && memcmp(once.p, twice.p, once.n) == 0);
        } else {
            REQUIRE(once.failed == EXH_INVALID);
        }
    }
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
