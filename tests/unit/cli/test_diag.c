#include "check.h"
#include "cli/diag.h"

static struct exh_error err;

/* What diag printed, in memory that lasts until the next call. */
static const char *printed(FILE *f)
{
    static char text[4096];

    rewind(f);
    const size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    (void)fclose(f);
    return text;
}

static void test_cbor(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *want;
    } cases[] = {
        { "\0", 1, "0\n" },
        { "\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9, "18446744073709551615\n" },
        { "\x20", 1, "-1\n" },
        { "\x3B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9, "-9223372036854775808\n" },
        { "\x42\x01\xAB", 3, "h'01ab'\n" },
        { "\x40", 1, "h''\n" },
        { "\x63"
          "a\"b",
          4, "\"a\\\"b\"\n" },
        { "\x62"
          "\\\x1B",
          3, "\"\\\\\\x1b\"\n" },
        { "\xF4", 1, "false\n" },
        { "\xF5", 1, "true\n" },
        { "\xF6", 1, "null\n" },
        { "\xF7", 1, "undefined\n" },
        { "\xF0", 1, "simple(240)\n" },
        { "\xF9\x3C\0", 3, "1.0\n" },
        { "\xFB\x3F\xB9\x99\x99\x99\x99\x99\x9A", 9, "0.10000000000000001\n" },
        { "\xF9\x7C\0", 3, "Infinity\n" },
        { "\xF9\xFC\0", 3, "-Infinity\n" },
        { "\xF9\x7E\0", 3, "NaN\n" },
        { "\xFB\x7E\x37\xE4\x3C\x88\0\x75\x9C", 9, "1.0000000000000001e+300\n" },
        { "\xC0\x61"
          "t",
          3, "0(\"t\")\n" },
        { "\x80", 1, "[]\n" },
        { "\xA0", 1, "{}\n" },
        { "\x82\1\x81\2", 4, "[\n  1,\n  [\n    2\n  ]\n]\n" },
        { "\xA2\x61"
          "a\1\2\xF5",
          6, "{\n  \"a\": 1,\n  2: true\n}\n" },
        { "\x9F\1\xFF", 3, "[\n  1\n]\n" },
    };
    uint8_t longer[2 + DIAG_BYTES_SHOWN + 1] = { 0x58, DIAG_BYTES_SHOWN + 1 };
    struct cbor c;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct exh_bytes bytes = { (const uint8_t *)cases[i].bytes, cases[i].n };
        struct term t = { .to = tmpfile() };
        CHECK(cbor_parse(bytes, 0, &c, &err) == EXH_OK, "row %zu: %s", i, err.text);
        diag_cbor(&t, c, false);
        const char *got = printed(t.to);
        CHECK(strcmp(got, cases[i].want) == 0, "row %zu: %s", i, got);
    }
    CHECK(cbor_parse((struct exh_bytes){ longer, sizeof longer }, 0, &c, &err) == EXH_OK, "%s",
          err.text);
    struct term t = { .to = tmpfile() };
    diag_cbor(&t, c, false);
    CHECK(strstr(printed(t.to), "00...' / 65 bytes /"), "a long string is not cut");
    t.to = tmpfile();
    diag_cbor(&t, c, true);
    CHECK(strlen(printed(t.to)) == 2 * (DIAG_BYTES_SHOWN + 1) + 4, "a long string is not whole");
}

static void test_json(void)
{
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        { "1.50", "1.50\n" },
        { " [ ] ", "[]\n" },
        { "{}", "{}\n" },
        { "{\"a\":[1,{\"b\":null}],\"c\":\"\\u202e\"}",
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": "
          "\"\\u202e\"\n}\n" },
        { "\"\xE2\x80\xAEx\"", "\"\\u{202e}x\"\n" },
    };
    struct json j;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct term t = { .to = tmpfile() };
        const struct exh_bytes in = { (const uint8_t *)cases[i].in, strlen(cases[i].in) };
        CHECK(json_parse(in, 0, &j, &err) == EXH_OK, "%s: %s", cases[i].in, err.text);
        diag_json(&t, j);
        const char *got = printed(t.to);
        CHECK(strcmp(got, cases[i].want) == 0, "%s: %s", cases[i].in, got);
    }
}

int main(void)
{
    test_cbor();
    test_json();
    return check_done();
}
