#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "check.h"
#include "formats/cbor.h"

#define IN_MAX ((size_t)1 << 16)

/* What cbor_parse() says of bytes written in hexadecimal. */
static enum exh_status parse(const char *hex, struct exh_error *err)
{
    static uint8_t in[IN_MAX];
    const size_t n = strlen(hex) / 2;
    struct cbor item;

    if (!hex_read(bytes_of(hex), in, n))
        abort();
    uint8_t *copy = exact_copy(in, n);
    const enum exh_status status = cbor_parse((struct exh_bytes){ copy, n }, 1000, &item, err);
    free(copy);
    return status;
}

/* View good input, which lives until the next call. */
static struct cbor item_of(const char *hex)
{
    static uint8_t in[IN_MAX];
    const size_t n = strlen(hex) / 2;
    struct exh_error err;
    struct cbor item = { 0 };

    if (!hex_read(bytes_of(hex), in, n))
        abort();
    CHECK(cbor_parse((struct exh_bytes){ in, n }, 0, &item, &err) == EXH_OK, "%s: %s", hex,
          err.text);
    return item;
}

/* The examples of RFC 8949, "Examples of Encoded CBOR Data Items", and forms that others write. */
static void test_good(void)
{
    static const struct {
        const char *hex;
        enum cbor_type type;
    } cases[] = {
        { "00", CBOR_UINT },
        { "17", CBOR_UINT },
        { "1818", CBOR_UINT },
        { "1903e8", CBOR_UINT },
        { "1a000f4240", CBOR_UINT },
        { "1bffffffffffffffff", CBOR_UINT },
        { "1b0000000000000001", CBOR_UINT }, // longer than needed
        { "c249010000000000000000", CBOR_TAG },
        { "3bffffffffffffffff", CBOR_NEGATIVE },
        { "c349010000000000000000", CBOR_TAG },
        { "20", CBOR_NEGATIVE },
        { "3903e7", CBOR_NEGATIVE },
        { "f90000", CBOR_FLOAT },
        { "f97e00", CBOR_FLOAT },
        { "fa47c35000", CBOR_FLOAT },
        { "fb3ff199999999999a", CBOR_FLOAT },
        { "f4", CBOR_BOOL },
        { "f5", CBOR_BOOL },
        { "f6", CBOR_NULL },
        { "f7", CBOR_UNDEFINED },
        { "f0", CBOR_SIMPLE },
        { "f8ff", CBOR_SIMPLE },
        { "c074323031332d30332d32315432303a30343a30305a", CBOR_TAG },
        { "d74401020304", CBOR_TAG },
        { "d818456449455446", CBOR_TAG },
        { "40", CBOR_BYTES },
        { "4401020304", CBOR_BYTES },
        { "60", CBOR_TEXT },
        { "6449455446", CBOR_TEXT },
        { "64f0908591", CBOR_TEXT },
        { "80", CBOR_ARRAY },
        { "8301820203820405", CBOR_ARRAY },
        { "98190102030405060708090a0b0c0d0e0f101112131415161718181819", CBOR_ARRAY },
        { "a0", CBOR_MAP },
        { "a201020304", CBOR_MAP },
        { "a26161016162820203", CBOR_MAP },
        { "a56161614161626142616361436164614461656145", CBOR_MAP },
        { "5f42010243030405ff", CBOR_BYTES },
        { "7f657374726561646d696e67ff", CBOR_TEXT },
        { "9fff", CBOR_ARRAY },
        { "9f018202039f0405ffff", CBOR_ARRAY },
        { "83018202039f0405ff", CBOR_ARRAY },
        { "83019f0203ff820405", CBOR_ARRAY },
        { "bf61610161629f0203ffff", CBOR_MAP },
        { "826161bf61626163ff", CBOR_ARRAY },
        { "bf6346756ef563416d7421ff", CBOR_MAP },
        { "a3030002000100", CBOR_MAP }, // not sorted
        { "a2613100616130", CBOR_MAP },
        { "a26131006132a202000100", CBOR_MAP }, // an unsorted map in a sorted one
        { "a2a1010200a1010300", CBOR_MAP },     // keys that are maps
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        char prefix[128];
        CHECK(parse(cases[i].hex, &err) == EXH_OK, "%s: %s", cases[i].hex, err.text);
        CHECK(cbor_type(item_of(cases[i].hex)) == cases[i].type, "%s: type", cases[i].hex);
        for (size_t n = 0; n < strlen(cases[i].hex); n += 2) {
            snprintf(prefix, sizeof prefix, "%.*s", (int)n, cases[i].hex);
            CHECK(parse(prefix, &err) == EXH_MALFORMED, "%s: a prefix is taken", prefix);
        }
    }
}

static void test_refused(void)
{
    static const struct {
        const char *name;
        const char *hex;
        enum exh_status want;
        const char *place; // stands in the message
    } cases[] = {
        { "nothing", "", EXH_MALFORMED, "at 1000" },
        { "byte behind", "0000", EXH_MALFORMED, "at 1001" },
        { "reserved info 28", "1c", EXH_MALFORMED, "at 1000" },
        { "reserved info 30 of a string", "82005e", EXH_MALFORMED, "at 1002" },
        { "number of indefinite length", "1f", EXH_MALFORMED, "at 1000" },
        { "negative of indefinite length", "3f", EXH_MALFORMED, "at 1000" },
        { "tag of indefinite length", "df00ff", EXH_MALFORMED, "at 1000" },
        { "break alone", "ff", EXH_MALFORMED, "at 1000" },
        { "break in a definite array", "8200ff", EXH_MALFORMED, "at 1002" },
        { "break in place of a tag's content", "c0ff", EXH_MALFORMED, "at 1001" },
        { "break in place of a value", "bf00ff", EXH_MALFORMED, "at 1002" },
        { "break in a definite map", "a100ff", EXH_MALFORMED, "at 1002" },
        { "break in a tag inside an indefinite array", "9fc0ffff", EXH_MALFORMED, "at 1002" },
        { "simple value 24 in two bytes", "f818", EXH_MALFORMED, "at 1000" },
        { "simple value 31 in two bytes", "81f81f", EXH_MALFORMED, "at 1001" },
        { "huge bytes", "5bffffffffffffffff00", EXH_MALFORMED, "at 1000" },
        { "huge text", "7a7fffffff00", EXH_MALFORMED, "at 1000" },
        { "huge array", "9bffffffffffffffff00", EXH_MALFORMED, "at 1000" },
        { "huge map", "bb800000000000000000", EXH_MALFORMED, "at 1000" },
        { "array of more items than bytes",
          "83000000"
          "82000084000000",
          EXH_MALFORMED, "at 1004" },
        { "text not UTF-8", "62c328", EXH_MALFORMED, "at 1000" },
        { "text with a surrogate", "63eda080", EXH_MALFORMED, "at 1000" },
        { "piece of text not UTF-8", "7f61c361a9ff", EXH_MALFORMED, "at 1001" },
        { "bytes as a piece of text", "7f4100ff", EXH_MALFORMED, "at 1000" },
        { "text as a piece of bytes", "5f6161ff", EXH_MALFORMED, "at 1000" },
        { "indefinite piece", "5f5f4100ffff", EXH_MALFORMED, "at 1000" },
        { "huge piece", "5f5affffffff00ff", EXH_MALFORMED, "at 1001" },
        { "key twice, in a row", "a201000100", EXH_MALFORMED, "at 1003" },
        { "key twice, apart", "a3010002000100", EXH_MALFORMED, "at 1005" },
        { "key twice, unsorted", "a403000100020003f6", EXH_MALFORMED, "at 1007" },
        { "key twice, indefinite map",
          "bf61610061620061610"
          "0ff",
          EXH_MALFORMED, "at 1007" },
        { "key twice, one with a longer head", "a2616100780161f6", EXH_MALFORMED, "at 1004" },
        { "key twice, a longer number", "a301000300190001f6", EXH_MALFORMED, "at 1005" },
        { "key twice, a map as key", "a3a10102000100a10102f6", EXH_MALFORMED, "at 1007" },
        { "key twice, in a nested map", "a100a3020001000200", EXH_MALFORMED, "at 1007" },
        { "key of indefinite length", "a17f6161ff00", EXH_UNSUPPORTED, "at 1001" },
        { "the same as a value", "a1007f6161ff", EXH_OK, "" },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const enum exh_status got = parse(cases[i].hex, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        CHECK(got == EXH_OK || strstr(err.text, cases[i].place), "%s: %s", cases[i].name, err.text);
    }
}

/* n times the hexadecimal head, then tail. */
static void nest(char *to, const char *head, int n, const char *tail)
{
    for (int i = 0; i < n; i++, to += strlen(head))
        memcpy(to, head, strlen(head));
    strcpy(to, tail);
}

static void test_depth(void)
{
    static const char *const heads[] = { "81", "c0", "a100" };
    char hex[4 * CBOR_DEPTH_MAX + 512];
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(heads); i++) {
        nest(hex, heads[i], CBOR_DEPTH_MAX, "00");
        CHECK(parse(hex, &err) == EXH_OK, "%s: %s", hex, err.text);
        CHECK(cbor_count(item_of(hex)) <= 1, "%s", hex);
        nest(hex, heads[i], CBOR_DEPTH_MAX + 1, "00");
        CHECK(parse(hex, &err) == EXH_LIMIT, "%s: %s", hex, err.text);
    }
    nest(hex, "9f", CBOR_DEPTH_MAX, "5f4100ff");
    nest(hex + strlen(hex), "ff", CBOR_DEPTH_MAX, "");
    CHECK(parse(hex, &err) == EXH_OK, "%s: %s", hex, err.text);
    struct cbor_walk walk = cbor_walk(item_of(hex));
    struct cbor inner;
    CHECK(cbor_next(&walk, NULL, &inner) && inner.item.n == strlen(hex) / 2 - 2, "inner");
    CHECK(!cbor_next(&walk, NULL, &inner), "one item only");
}

/* A map of n entries 16-bit keys to null; unsorted when swapped, a key twice when repeated. */
static enum exh_status parse_wide(uint16_t n, bool swapped, bool repeated, struct exh_error *err)
{
    struct buf b = buf_with_limit(1 << 20);
    struct cbor item;

    buf_put_u8(&b, 0xB9);
    buf_put_u16(&b, n);
    for (uint16_t i = 0; i < n; i++) {
        buf_put_u8(&b, 0x19);
        buf_put_u16(&b, repeated && i == n - 1 ? 1 : swapped && i < 2 ? 1 - i : i);
        buf_put_u8(&b, 0xF6);
    }
    enum exh_status status = cbor_parse(buf_view(&b), 0, &item, err);
    if (status == EXH_OK && cbor_count(item) != n)
        status = EXH_INVALID;
    buf_free(&b);
    return status;
}

static void test_wide(void)
{
    struct exh_error err;

    CHECK(parse_wide(UINT16_MAX, false, false, &err) == EXH_OK, "sorted: %s", err.text);
    CHECK(parse_wide(CBOR_KEYS_MAX, true, false, &err) == EXH_OK, "unsorted: %s", err.text);
    CHECK(parse_wide(CBOR_KEYS_MAX, true, true, &err) == EXH_MALFORMED, "twice: %s", err.text);
    CHECK(parse_wide(CBOR_KEYS_MAX + 1, true, false, &err) == EXH_LIMIT, "too many: %s", err.text);
}

/* Large input: the limit of one item, and of unsorted maps around each other. */
static void test_large(void)
{
    struct exh_error err;
    struct cbor item;
    uint8_t *big = calloc(1, CBOR_SIZE_MAX + 1);

    if (!big)
        abort();
    memcpy(big, "\x5A\x00\xFF\xFF\xFB", 5);
    CHECK(cbor_parse((struct exh_bytes){ big, CBOR_SIZE_MAX }, 0, &item, &err) == EXH_OK, "%s",
          err.text);
    CHECK(cbor_parse((struct exh_bytes){ big, CBOR_SIZE_MAX + 1 }, 0, &item, &err) == EXH_LIMIT,
          "over the limit of size");

    size_t at = 0;
    for (int i = 0; i < 5; i++, at += 4) // { 2: null, 1: { 2: null, 1: … } }
        memcpy(big + at, "\xA2\x02\xF6\x01", 4);
    memcpy(big + at, "\x5A\x00\xFF\xFF", 4);
    big[at + 4] = (uint8_t)(0xFB - at);
    CHECK(cbor_parse((struct exh_bytes){ big, CBOR_SIZE_MAX }, 0, &item, &err) == EXH_LIMIT,
          "five unsorted maps around 16 MiB");
    memmove(big, big + 4, at + 1);
    at -= 4;
    big[at + 4] = (uint8_t)(0xFB - at);
    CHECK(cbor_parse((struct exh_bytes){ big, CBOR_SIZE_MAX }, 0, &item, &err) == EXH_OK,
          "four of them: %s", err.text);
    free(big);
}

static void test_views(void)
{
    const char *hex = "a8" // a claim's shapes
                      "63616c67"
                      "66736861323536" // alg: "sha256"
                      "6468617368"
                      "43010203" // hash: h'010203'
                      "6170"
                      "20" // p: -1
                      "6174"
                      "c1fb41d452d9ec2000"
                      "00" // t: 1(1363896240.5)
                      "6161"
                      "83f5f6f7" // a: [true, null, undefined]
                      "01"
                      "1bffffffffffffffff" // 1: 2^64 - 1
                      "21"
                      "3bffffffffffffffff" // -2: -2^64
                      "617a"
                      "7f616161"
                      "62ff"; // z: (_ "a", "b")
    struct cbor map = item_of(hex);
    struct exh_bytes v;
    struct cbor content;
    uint64_t u = 7;
    int64_t i = 7;
    double d = 0;
    bool yes = false;

    CHECK(cbor_count(map) == 8, "count %zu", cbor_count(map));
    CHECK(cbor_text_is(cbor_get(map, "alg"), "sha256"), "alg");
    CHECK(!cbor_text_is(cbor_get(map, "alg"), "sha25"), "alg, shorter");
    CHECK(cbor_bytes(cbor_get(map, "hash"), &v) && v.n == 3 && v.p[2] == 3, "hash");
    CHECK(!cbor_text(cbor_get(map, "hash"), &v), "hash is no text");
    CHECK(cbor_int(cbor_get(map, "p"), &i) && i == -1, "p");
    CHECK(!cbor_uint(cbor_get(map, "p"), &u) && u == 7, "p is negative");
    CHECK(cbor_tag(cbor_get(map, "t"), &u, &content) && u == 1, "t");
    CHECK(cbor_float(content, &d) && d == 1363896240.5, "t");
    CHECK(cbor_float(cbor_untagged(cbor_get(map, "t")), &d), "t without its tag");
    CHECK(cbor_uint(cbor_get_int(map, 1), &u) && u == UINT64_MAX, "1");
    CHECK(!cbor_int(cbor_get_int(map, 1), &i) && i == -1, "1 does not fit");
    CHECK(!cbor_int(cbor_get_int(map, -2), &i), "-2 does not fit");
    CHECK(cbor_float(cbor_get_int(map, -2), &d) && d == -18446744073709551616.0, "-2^64");
    CHECK(cbor_is(cbor_get(map, "z"), CBOR_TEXT) && !cbor_text(cbor_get(map, "z"), &v), "z");
    CHECK(cbor_is(cbor_get(map, "none"), CBOR_NONE), "absent");
    CHECK(cbor_is(cbor_get_int(map, 3), CBOR_NONE), "absent number");
    CHECK(cbor_is(cbor_get(cbor_get(map, "a"), "x"), CBOR_NONE), "key of an array");
    CHECK(cbor_is(cbor_get_int(cbor_get(map, "a"), 0), CBOR_NONE), "index is no key");
    CHECK(!cbor_bool(map, &yes) && !cbor_float(map, &d) && !cbor_tag(map, &u, &content), "map");
    CHECK(cbor_count(cbor_get(map, "alg")) == 0, "count of a text");

    struct cbor_walk walk = cbor_walk(cbor_get(map, "a"));
    CHECK(cbor_next(&walk, NULL, &content) && cbor_bool(content, &yes) && yes, "true");
    CHECK(cbor_next(&walk, NULL, &content) && cbor_is(content, CBOR_NULL), "null");
    CHECK(cbor_next(&walk, NULL, &content) && cbor_is(content, CBOR_UNDEFINED), "undefined");
    CHECK(!cbor_next(&walk, NULL, &content), "end");
    walk = cbor_walk(cbor_get(map, "alg"));
    CHECK(!cbor_next(&walk, NULL, &content), "a text has no parts");
    walk = cbor_walk(item_of("bf61610161629f0203ffff"));
    CHECK(cbor_next(&walk, &map, &content) && cbor_text_is(map, "a"), "first key");
    CHECK(cbor_next(&walk, &map, &content) && cbor_count(content) == 2, "second value");
    CHECK(!cbor_next(&walk, &map, &content), "break");
    CHECK(cbor_count(item_of("bf61610161629f0203ffff")) == 2, "count of an indefinite map");
}

static void test_write_numbers(void)
{
    static const struct {
        int64_t v;
        const char *hex;
    } ints[] = {
        { 0, "00" },
        { 23, "17" },
        { 24, "1818" },
        { 255, "18ff" },
        { 256, "190100" },
        { 65535, "19ffff" },
        { 65536, "1a00010000" },
        { 4294967295, "1affffffff" },
        { 4294967296, "1b0000000100000000" },
        { INT64_MAX, "1b7fffffffffffffff" },
        { -1, "20" },
        { -24, "37" },
        { -25, "3818" },
        { -256, "38ff" },
        { -257, "390100" },
        { INT64_MIN, "3b7fffffffffffffff" },
    };
    // RFC 8949, "Examples of Encoded CBOR Data Items", and the borders of each size.
    static const struct {
        double v;
        const char *hex;
    } floats[] = {
        { 0.0, "f90000" },
        { -0.0, "f98000" },
        { 1.0, "f93c00" },
        { 1.1, "fb3ff199999999999a" },
        { 1.5, "f93e00" },
        { 65504.0, "f97bff" },
        { 65536.0, "fa47800000" },
        { 65505.0, "fa477fe100" },
        { 100000.0, "fa47c35000" },
        { 3.4028234663852886e+38, "fa7f7fffff" },
        { 3.4028234663852889e+38, "fb47efffffe0000001" },
        { 1.0e+300, "fb7e37e43c8800759c" },
        { 5.960464477539063e-8, "f90001" },
        { 0x1p-25, "fa33000000" },
        { 6.103515625e-5, "f90400" },
        { 6.097555160522461e-5, "f903ff" },
        { 6.0945749282836914e-5, "fa387fa000" },
        { 1.401298464324817e-45, "fa00000001" },
        { 4.9406564584124654e-324, "fb0000000000000001" },
        { -4.0, "f9c400" },
        { -4.1, "fbc010666666666666" },
        { (double)INFINITY, "f97c00" },
        { (double)-INFINITY, "f9fc00" },
        { (double)NAN, "f97e00" },
    };
    struct buf b = buf_with_limit(64);
    char hex[2 * 64 + 1];

    for (size_t i = 0; i < ARRAY_N(ints); i++) {
        int64_t back = 0;
        buf_clear(&b);
        cbor_put_int(&b, ints[i].v);
        hex_write(hex, b.p, b.n);
        CHECK(strcmp(hex, ints[i].hex) == 0, "%" PRId64 ": %s", ints[i].v, hex);
        CHECK(cbor_int(item_of(hex), &back) && back == ints[i].v, "%s: %" PRId64, hex, back);
    }
    for (size_t i = 0; i < ARRAY_N(floats); i++) {
        double back = 0;
        buf_clear(&b);
        cbor_put_double(&b, floats[i].v);
        hex_write(hex, b.p, b.n);
        CHECK(strcmp(hex, floats[i].hex) == 0, "%g: %s", floats[i].v, hex);
        CHECK(cbor_float(item_of(hex), &back), "%s: no float", hex);
        CHECK(memcmp(&back, &floats[i].v, sizeof back) == 0 || (isnan(back) && isnan(floats[i].v)),
              "%s: %g", hex, back);
    }
    buf_free(&b);
}

/* Maps are sorted bytewise (24 before -1, shorter text first), also inside each other. */
static void test_write_maps(void)
{
    struct buf b = buf_with_limit(4096);
    struct exh_error err;
    char hex[512];

    struct cbor_map outer = cbor_map_open(&b);
    cbor_put_text(&b, "aa");
    cbor_put_array(&b, 2);
    cbor_put_null(&b);
    cbor_put_bool(&b, false);
    cbor_put_int(&b, -1);
    struct cbor_map inner = cbor_map_open(&b);
    cbor_put_int(&b, 2);
    cbor_put_bytes_head(&b, 2);
    buf_put_u16(&b, 0xABCD);
    cbor_put_uint(&b, 1);
    cbor_put_tag(&b, 0);
    cbor_put_text(&b, "t");
    cbor_map_close(&b, inner);
    cbor_put_text(&b, "b");
    cbor_put_item(&b, item_of("9f01ff"));
    cbor_put_int(&b, 24);
    cbor_put_bytes(&b, bytes_of("x"));
    cbor_map_close(&b, outer);
    CHECK(buf_finish(&b, &err) == EXH_OK, "%s", err.text);
    hex_write(hex, b.p, b.n);
    CHECK(strcmp(hex, "a4"
                      "18184178"
                      "20a201c061740242abcd"
                      "61629f01ff"
                      "62616182f6f4") == 0,
          "%s", hex);
    CHECK(cbor_count(item_of(hex)) == 4, "parses");

    for (int n = 0; n <= CBOR_WRITE_KEYS_MAX; n++) {
        buf_clear(&b);
        outer = cbor_map_open(&b);
        for (int i = 0; i < n; i++) { // every key once, in a mixed order
            cbor_put_int(&b, i * 37 % 64);
            cbor_put_int(&b, -i);
        }
        cbor_map_close(&b, outer);
        hex_write(hex, b.p, b.n > 200 ? 200 : b.n);
        struct cbor item;
        CHECK(cbor_parse(buf_view(&b), 0, &item, &err) == EXH_OK, "%d keys: %s", n, err.text);
        struct cbor_walk walk = cbor_walk(item);
        struct cbor key, value;
        int64_t last = -1, k = 0, v = 1;
        int seen = 0;
        for (; cbor_next(&walk, &key, &value); last = k, seen++)
            CHECK(cbor_int(key, &k) && k > last && cbor_int(value, &v) && -v * 37 % 64 == k,
                  "%d keys: %" PRId64 " behind %" PRId64, n, k, last);
        CHECK(seen == n, "%d keys: %d", n, seen);
    }
    buf_free(&b);
}

static void put_twice(struct buf *b)
{
    for (int i = 0; i < 3; i++) {
        cbor_put_int(b, i % 2);
        cbor_put_null(b);
    }
}

static void put_top_twice(struct buf *b)
{
    for (int i = 0; i < 2; i++) {
        cbor_put_text(b, "a");
        cbor_put_null(b);
    }
}

static void put_odd(struct buf *b)
{
    cbor_put_int(b, 1);
}

static void put_too_many(struct buf *b)
{
    for (int i = 0; i <= CBOR_WRITE_KEYS_MAX; i++) {
        cbor_put_int(b, i);
        cbor_put_null(b);
    }
}

static void put_short_bytes(struct buf *b)
{
    cbor_put_int(b, 1);
    cbor_put_bytes_head(b, 2);
    buf_put_u8(b, 0);
}

static void put_bad_text(struct buf *b)
{
    cbor_put_text(b, "\xC3(");
    cbor_put_null(b);
}

static void test_write_refused(void)
{
    static void (*const cases[])(struct buf *) = {
        put_twice, put_top_twice, put_odd, put_too_many, put_short_bytes, put_bad_text,
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit(4096);
        struct cbor_map map = cbor_map_open(&b);
        cases[i](&b);
        cbor_map_close(&b, map);
        CHECK(buf_finish(&b, &err) == EXH_INVALID, "row %zu", i);
        buf_free(&b);
    }
    struct buf b = buf_with_limit(4);
    struct cbor_map map = cbor_map_open(&b);
    put_twice(&b);
    cbor_map_close(&b, map);
    CHECK(buf_finish(&b, &err) == EXH_LIMIT, "the first failure stays");
    buf_free(&b);
}

int main(void)
{
    test_good();
    test_refused();
    test_depth();
    test_wide();
    test_large();
    test_views();
    test_write_numbers();
    test_write_maps();
    test_write_refused();
    return check_done();
}
