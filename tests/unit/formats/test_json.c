#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "check.h"
#include "formats/json.h"

static enum exh_status parse(const char *text, size_t n, struct exh_error *err)
{
    struct json found;
    uint8_t *copy = exact_copy(text, n);
    const enum exh_status status = json_parse((struct exh_bytes){ copy, n }, 1000, &found, err);

    free(copy);
    return status;
}

static struct json view(const char *text)
{
    struct exh_error err;
    struct json found = { 0 };

    CHECK(json_parse(bytes_of(text), 0, &found, &err) == EXH_OK, "%s: %s", text, err.text);
    return found;
}

static void test_good(void)
{
    static const struct {
        const char *text;
        enum json_type type;
        size_t prefixes; // that many of its prefixes are documents too: numbers, spaces behind
    } cases[] = {
        { "{}", JSON_OBJECT, 0 },
        { "[]", JSON_ARRAY, 0 },
        { " [ ] \r\n\t", JSON_ARRAY, 4 },
        { "[1]", JSON_ARRAY, 0 },
        { "[ 1 , 2 ]", JSON_ARRAY, 0 },
        { "{\"a\":1}", JSON_OBJECT, 0 },
        { " { \"a\" : 1 , \"b\" : [ { } ] , \"a\" : null } ", JSON_OBJECT, 1 },
        { "\"\"", JSON_STRING, 0 },
        { "\"a \\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDCF7 \xC3\xA9\x7F\"", JSON_STRING, 0 },
        { "\"\\u0000\"", JSON_STRING, 0 },
        { "true", JSON_BOOL, 0 },
        { "false", JSON_BOOL, 0 },
        { "null", JSON_NULL, 0 },
        { "0", JSON_NUMBER, 0 },
        { "-0", JSON_NUMBER, 0 },
        { "10", JSON_NUMBER, 1 },
        { "-1.25e+10", JSON_NUMBER, 4 },
        { "0E-0", JSON_NUMBER, 1 },
        { "[[[[{\"\":[[true]]}]]]]", JSON_ARRAY, 0 },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t n = strlen(cases[i].text);
        size_t taken = 0;
        CHECK(parse(cases[i].text, n, &err) == EXH_OK, "%s: %s", cases[i].text, err.text);
        CHECK(json_type(view(cases[i].text)) == cases[i].type, "%s: type", cases[i].text);
        for (size_t k = 0; k < n; k++)
            taken += parse(cases[i].text, k, &err) == EXH_OK;
        CHECK(taken == cases[i].prefixes, "%s: %zu prefixes taken", cases[i].text, taken);
    }
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        const char *place;
    } cases[] = {
        { "", "at 1000" },
        { " ", "at 1001" },
        { "[1,]", "at 1003" },
        { "[,1]", "at 1001" },
        { "[1 2]", "at 1003" },
        { "[1", "at 1002" },
        { "[}", "at 1001" },
        { "{]", "at 1001" },
        { "[1}", "at 1002" },
        { "{\"a\":1]", "at 1006" },
        { "{\"a\"}", "at 1004" },
        { "{\"a\":}", "at 1005" },
        { "{\"a\":1,}", "at 1007" },
        { "{a:1}", "at 1001" },
        { "{1:1}", "at 1001" },
        { "{\"a\" 1}", "at 1005" },
        { "1 1", "at 1002" },
        { "[] []", "at 1003" },
        { "]", "at 1000" },
        { "nul", "at 1000" },
        { "nullx", "at 1004" },
        { "True", "at 1000" },
        { "NaN", "at 1000" },
        { "01", "at 1001" },
        { "-", "at 1001" },
        { "+1", "at 1000" },
        { ".5", "at 1000" },
        { "1.", "at 1002" },
        { "1.e1", "at 1002" },
        { "1e", "at 1002" },
        { "1e+", "at 1003" },
        { "0x10", "at 1001" },
        { "'a'", "at 1000" },
        { "\"a", "at 1002" },
        { "\"\n\"", "at 1002" },
        { "\"\\\"", "at 1003" },
        { "\"\\x41\"", "at 1003" },
        { "\"\\u12\"", "at 1003" },
        { "\"\\u12G4\"", "at 1007" },
        { "\"\\uD800\"", "at 1007" },
        { "\"\\uD800\\n\"", "at 1007" },
        { "\"\\uD800\\uD800\"", "at 1013" },
        { "\"\\uDC00\"", "at 1007" },
        { "\"\xC3(\"", "at 1000" },
        { "\"\xED\xA0\x80\"", "at 1000" },
        { "\xEF\xBB\xBF{}", "at 1000" },
        { "// no\n1", "at 1000" },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const char *text = cases[i].text;
        CHECK(parse(text, strlen(text), &err) == EXH_MALFORMED, "%s: taken", text);
        CHECK(strstr(err.text, cases[i].place), "%s: %s", text, err.text);
    }
    CHECK(parse("1\0", 2, &err) == EXH_MALFORMED, "NUL behind");
    CHECK(parse("\"\0\"", 3, &err) == EXH_MALFORMED, "NUL inside");
}

static void test_limits(void)
{
    char text[2 * JSON_DEPTH_MAX + 3];
    struct exh_error err;
    struct json found;

    for (size_t n = JSON_DEPTH_MAX; n <= JSON_DEPTH_MAX + 1; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        CHECK(parse(text, 2 * n, &err) == (n > JSON_DEPTH_MAX ? EXH_LIMIT : EXH_OK), "%zu: %s", n,
              err.text);
    }
    uint8_t *big = exact_copy("", 0);
    big = realloc(big, JSON_SIZE_MAX + 1);
    if (!big)
        abort();
    memset(big, ' ', JSON_SIZE_MAX + 1);
    big[0] = '0';
    CHECK(json_parse((struct exh_bytes){ big, JSON_SIZE_MAX }, 0, &found, &err) == EXH_OK, "%s",
          err.text);
    CHECK(found.text.n == 1, "space behind is no part of it");
    CHECK(json_parse((struct exh_bytes){ big, JSON_SIZE_MAX + 1 }, 0, &found, &err) == EXH_LIMIT,
          "too large");
    free(big);
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t v;
    } cases[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "-1", true, -1 },
        { "1234567890123", true, 1234567890123 },
        { "9223372036854775807", true, INT64_MAX },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775808", true, INT64_MIN },
        { "-9223372036854775809", false, 0 },
        { "99999999999999999999999", false, 0 },
        { "1.0", false, 0 },
        { "1e3", false, 0 },
        { "\"1\"", false, 0 },
        { "true", false, 0 },
        { "{}", false, 0 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        int64_t v = 0;
        CHECK(json_int(view(cases[i].text), &v) == cases[i].fits, "%s", cases[i].text);
        CHECK(v == cases[i].v, "%s: %" PRId64, cases[i].text, v);
    }
}

static void test_strings(void)
{
    static const struct {
        const char *text;
        const char *want;
        size_t n;
    } cases[] = {
        { "\"\"", "", 0 },
        { "\"a\"", "a", 1 },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
        { "\"\\u0041\\u00E9\\u20ac\\uD83D\\uDCF7\"", "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7", 10 },
        { "\"\\u007f\\u0080\\u07ff\\u0800\"", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80", 8 },
        { "\"\\ud800\\udc00\\udbff\\udfff\"", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8 },
        { "\"a\\u0000b\"", "a\0b", 3 },
    };
    char to[32];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct json j = view(cases[i].text);
        size_t n = 99;
        CHECK(json_string(j, to, sizeof to, &n) && n == cases[i].n, "%s: %zu", cases[i].text, n);
        CHECK(memcmp(to, cases[i].want, n + 1) == 0, "%s: decoded", cases[i].text);
        char *exact = exact_copy("", 0);
        exact = realloc(exact, cases[i].n + 1);
        CHECK(json_string(j, exact, cases[i].n + 1, NULL), "%s: exact room", cases[i].text);
        for (size_t size = 0; size <= cases[i].n; size++)
            CHECK(!json_string(j, exact, size, NULL), "%s: %zu bytes", cases[i].text, size);
        free(exact);
    }
    CHECK(!json_string(view("1"), to, sizeof to, NULL), "a number is no string");
    CHECK(json_string_is(view("\"a\\u0062\\n\""), "ab\n"), "is");
    CHECK(!json_string_is(view("\"ab\""), "a"), "is longer");
    CHECK(!json_string_is(view("\"a\""), "ab"), "is shorter");
    CHECK(!json_string_is(view("\"a\\u0000\""), "a"), "a NUL is not the end");
    CHECK(!json_string_is(view("true"), "true"), "no string");
}

static void test_walk(void)
{
    static const char text[] = " {\"@context\" : {\"exif\":\"http:\\/\\/ns.adobe.com\"} , "
                               "\"n\\u0061me\":[1,\"]}\\\"\" ,[[],{}],null , -2.5e1],\"n\" :false,"
                               "\"n\": 3 } ";
    static const char *const parts[] = { "1", "\"]}\\\"\"", "[[],{}]", "null", "-2.5e1" };
    const struct json root = view(text);
    struct json name, value;
    bool yes = true;
    size_t n = 0;

    CHECK(bytes_start(root.text, "{\"@") && bytes_end(root.text, "3 }"), "root");
    CHECK(json_string_is(json_get(json_get(root, "@context"), "exif"), "http://ns.adobe.com"),
          "nested");
    CHECK(json_bool(json_get(root, "n"), &yes) && !yes, "the first of two");
    CHECK(json_type(json_get(root, "none")) == JSON_NONE, "absent");
    CHECK(json_type(json_get(json_get(root, "name"), "x")) == JSON_NONE, "an array has no members");
    CHECK(!json_bool(root, &yes), "no bool");

    struct json_walk walk = json_walk(json_get(root, "name"));
    for (; json_next(&walk, &name, &value); n++)
        CHECK(n < ARRAY_N(parts) && bytes_are(value.text, parts[n]), "part %zu: %.*s", n,
              (int)value.text.n, (const char *)value.text.p);
    CHECK(n == ARRAY_N(parts), "%zu parts", n);
    walk = json_walk(root);
    for (n = 0; json_next(&walk, NULL, &value); n++)
        ;
    CHECK(n == 4, "%zu members", n);
    walk = json_walk(view("3"));
    CHECK(!json_next(&walk, NULL, &value), "a number has no parts");
    walk = json_walk(view("[ ]"));
    CHECK(!json_next(&walk, NULL, &value), "nothing");
    walk = json_walk(view("{ }"));
    CHECK(!json_next(&walk, NULL, &value), "no members");
}

static void test_write(void)
{
    static const char want[] = "{\"a\":[1,-2,18446744073709551615,[],{}],\"b\\\"\":true,\"c\":null,"
                               "\"d\":{\"e\":\"x\",\"f\":[1, 2],\"g\":false}}";
    struct buf b = buf_with_limit(4096);
    struct exh_error err;
    struct json_out j = json_over(&b);

    json_open_object(&j);
    json_put_key(&j, "a");
    json_open_array(&j);
    json_put_int(&j, 1);
    json_put_int(&j, -2);
    json_put_uint(&j, UINT64_MAX);
    json_open_array(&j);
    json_close_array(&j);
    json_open_object(&j);
    json_close_object(&j);
    json_close_array(&j);
    json_put_key(&j, "b\"");
    json_put_bool(&j, true);
    json_put_key(&j, "c");
    json_put_null(&j);
    json_put_key(&j, "d");
    json_open_object(&j);
    json_put_key(&j, "e");
    json_put_text(&j, "x");
    json_put_key(&j, "f");
    json_put_raw(&j, bytes_of("[1, 2]"));
    json_put_key(&j, "g");
    json_put_bool(&j, false);
    json_close_object(&j);
    json_close_object(&j);
    CHECK(buf_finish(&b, &err) == EXH_OK, "%s", err.text);
    CHECK(bytes_are(buf_view(&b), want), "%.*s", (int)b.n, (char *)b.p);
    CHECK(parse((char *)b.p, b.n, &err) == EXH_OK, "%s", err.text);
    buf_free(&b);
}

static void test_write_text(void)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        { "", "\"\"" },
        { "plain", "\"plain\"" },
        { "\"\\/\b\f\n\r\t", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
        { "\x01\x1F\x7F", "\"\\u0001\\u001f\\u007f\"" },
        { "\x1B[31m", "\"\\u001b[31m\"" },
        { "\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0", "\"\\u0080\\u009b\\u009f\xC2\xA0\"" },
        { "\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA",
          "\"\xE2\x80\xA7\\u2028\\u2029\xE2\x80\xAA\"" },
        { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7\"" },
        { "a\xFFz", "\"a\xEF\xBF\xBDz\"" },
        { "\xC3", "\"\xEF\xBF\xBD\"" },
        { "\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "\xED\xA0\x80x", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\"" },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t n = strlen(cases[i].text);
        struct buf b = buf_with_limit(4096);
        struct json_out j = json_over(&b);
        uint8_t *copy = exact_copy(cases[i].text, n);
        json_put_text_bytes(&j, (struct exh_bytes){ copy, n });
        CHECK(bytes_are(buf_view(&b), cases[i].want), "row %zu: %.*s", i, (int)b.n, (char *)b.p);
        CHECK(parse((char *)b.p, b.n, &err) == EXH_OK, "row %zu: %s", i, err.text);
        if (utf8_valid(bytes_of(cases[i].text)))
            CHECK(json_string_is((struct json){ buf_view(&b) }, cases[i].text), "row %zu: back", i);
        free(copy);
        buf_free(&b);
    }
}

static void test_write_doubles(void)
{
    static const struct {
        double v;
        const char *want;
    } cases[] = {
        { 0, "0" },
        { -0.0, "-0" },
        { 1, "1" },
        { 0.1, "0.1" },
        { -33.8567844, "-33.8567844" },
        { 1.0 / 3, "0.3333333333333333" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 1e300, "1e+300" },
        { 5e-324, "4.94065645841247e-324" },
        { (double)INFINITY, "null" },
        { (double)-INFINITY, "null" },
        { (double)NAN, "null" },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit(64);
        struct json_out j = json_over(&b);
        json_put_double(&j, cases[i].v);
        CHECK(bytes_are(buf_view(&b), cases[i].want), "%s: %.*s", cases[i].want, (int)b.n,
              (char *)b.p);
        CHECK(parse((char *)b.p, b.n, &err) == EXH_OK, "%s: %s", cases[i].want, err.text);
        buf_free(&b);
    }
}

int main(void)
{
    test_good();
    test_refused();
    test_limits();
    test_numbers();
    test_strings();
    test_walk();
    test_write();
    test_write_text();
    test_write_doubles();
    return check_done();
}
