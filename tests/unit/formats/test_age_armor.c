/* Armor: both ways, in pieces of every size, and every way to break it. */
#include "formats/age_armor.h"

#include "base/text.h"
#include "check.h"

#define BEGIN ARMOR_BEGIN "\n"
#define END   ARMOR_END "\n"
#define L64   "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB" // 48 times A

static const struct {
    const char *name, *in;
    const char *bytes; // NULL: refused
} cases[] = {
    { "a short line", BEGIN "QUJD\n" END, "ABC" },
    { "padding", BEGIN "QQ==\n" END, "A" },
    { "a full line", BEGIN L64 "\n" END, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    { "two lines", BEGIN L64 "\nQUI=\n" END, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB" },
    { "CRLF", ARMOR_BEGIN "\r\nQUJD\r\n" ARMOR_END "\r\n", "ABC" },
    { "no LF at the end", BEGIN "QUJD\n" ARMOR_END, "ABC" },
    { "a CR at the end", BEGIN "QUJD\n" ARMOR_END "\r", "ABC" },
    { "white space around", " \r\n\t\n" BEGIN "QUJD\n" END "\n \v\f\n", "ABC" },
    { "a line that ends where a full one would",
      BEGIN "QUFBQUFBQUFBQUFBQUFBQUFBQUFB\n" END "\n\n\n", "AAAAAAAAAAAAAAAAAAAAA" },
    { "nothing in it", BEGIN END, "" },
    { "empty", "", NULL },
    { "white space alone", "\n\n", NULL },
    { "another label", "-----BEGIN AGE FILE-----\nQUJD\n-----END AGE FILE-----\n", NULL },
    { "lower-case", "-----BEGIN age encrypted file-----\nQUJD\n" END, NULL },
    { "something before", "x\n" BEGIN "QUJD\n" END, NULL },
    { "something behind", BEGIN "QUJD\n" END "x", NULL },
    { "a second one behind", BEGIN "QUJD\n" END BEGIN "QUJD\n" END, NULL },
    { "headers", BEGIN "Comment: x\n\nQUJD\n" END, NULL },
    { "an empty line at the start", BEGIN "\nQUJD\n" END, NULL },
    { "an empty line at the end", BEGIN "QUJD\n\n" END, NULL },
    { "an empty line behind a full one", BEGIN L64 "\n\n" END, NULL },
    { "two short lines", BEGIN "QUJD\nQUJD\n" END, NULL },
    { "a short line, then a full one", BEGIN "QUJD\n" L64 "\n" END, NULL },
    { "a long line", BEGIN L64 "QUJD\n" END, NULL },
    { "a very long line", BEGIN L64 L64 L64 "\n" END, NULL },
    { "a space behind a line", BEGIN "QUJD \n" END, NULL },
    { "a space before a line", BEGIN " QUJD\n" END, NULL },
    { "a space behind the first line", ARMOR_BEGIN " \nQUJD\n" END, NULL },
    { "a space behind the last line", BEGIN "QUJD\n" ARMOR_END " \n", NULL },
    { "two CR", BEGIN "QUJD\r\r\n" END, NULL },
    { "CR alone as line end", ARMOR_BEGIN "\rQUJD\r" ARMOR_END "\r", NULL },
    { "no padding", BEGIN "QUI\n" END, NULL },
    { "unused bits", BEGIN "QUJ=\n" END, NULL },
    { "padding in the middle", BEGIN "QQ==QUJD\n" END, NULL },
    { "padding, then a line", BEGIN "QQ==\nQUJD\n" END, NULL },
    { "a character of another alphabet", BEGIN "QU-_\n" END, NULL },
    { "a checksum of OpenPGP", BEGIN "QUJD\n=ABCD\n" END, NULL },
    { "no last line", BEGIN "QUJD\n", NULL },
    { "cut in the last line", BEGIN "QUJD\n-----END AGE", NULL },
    { "no first line", "QUJD\n" END, NULL },
    { "cut in the first line", "-----BEGIN AGE ENCRYPTED FI", NULL },
    { "the first line alone, not ended", ARMOR_BEGIN, NULL },
};

/* Read in pieces of `step` bytes. */
static enum exh_status parse(struct exh_bytes in, size_t step, struct exh_memory_sink *out,
                             struct exh_error *err)
{
    struct exh_sink to = exh_sink_memory(out);
    struct armor_reader r;
    enum exh_status status = EXH_OK;

    armor_reader_init(&r, &to);
    struct exh_sink text = armor_reader_sink(&r);
    for (size_t at = 0; !status && at < in.n; at += step) {
        const size_t n = in.n - at < step ? in.n - at : step;
        uint8_t *copy = exact_copy(in.p + at, n);
        status = text.write(text.ctx, copy, n, err);
        free(copy);
    }
    return status ? status : armor_reader_end(&r, err);
}

static void check_table(void)
{
    static const size_t steps[] = { 1, 7, 64, 65, 4096 };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        for (size_t s = 0; s < ARRAY_N(steps); s++) {
            uint8_t bytes[256] = { 0 };
            struct exh_memory_sink out = { .p = bytes, .size = sizeof bytes };
            struct exh_error err = { 0 };
            const enum exh_status got = parse(bytes_of(cases[i].in), steps[s], &out, &err);
            CHECK(got == (cases[i].bytes ? EXH_OK : EXH_MALFORMED), "%s, by %zu: status %u (%s)",
                  cases[i].name, steps[s], got, err.text);
            if (cases[i].bytes)
                CHECK(bytes_are((struct exh_bytes){ bytes, out.n }, cases[i].bytes),
                      "%s, by %zu: %zu bytes", cases[i].name, steps[s], out.n);
        }
    }
    for (size_t n = 0; n < strlen(cases[0].in) - 1; n++) { // but for its last LF
        uint8_t bytes[256];
        struct exh_memory_sink out = { .p = bytes, .size = sizeof bytes };
        struct exh_error err;
        struct exh_bytes in = { (const uint8_t *)cases[0].in, n };
        CHECK(parse(in, 4096, &out, &err) == EXH_MALFORMED, "prefix of %zu", n);
    }
}

static void check_space(void)
{
    static const struct {
        size_t before, behind;
        enum exh_status want;
    } rows[] = {
        { ARMOR_SPACE_MAX, ARMOR_SPACE_MAX, EXH_OK },
        { ARMOR_SPACE_MAX + 1, 0, EXH_MALFORMED },
        { 0, ARMOR_SPACE_MAX + 1, EXH_MALFORMED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        char text[4096];
        uint8_t bytes[16];
        struct exh_memory_sink out = { .p = bytes, .size = sizeof bytes };
        struct exh_error err = { 0 };
        const int n = snprintf(text, sizeof text, "%*s" BEGIN "QUJD\n" END "%*s",
                               (int)rows[i].before, "", (int)rows[i].behind, "");
        CHECK(parse((struct exh_bytes){ (const uint8_t *)text, (size_t)n }, 4096, &out, &err) ==
                  rows[i].want,
              "space of %zu and %zu: %s", rows[i].before, rows[i].behind, err.text);
    }
}

/* Write n bytes in pieces, compare with what is expected of the lines, read them back. */
static void check_both_ways(size_t n, size_t step)
{
    const size_t room = 2 * n + 256;
    uint8_t *in = malloc(n + 1), *text = malloc(room), *back = malloc(n + 1);
    struct exh_memory_sink to_text = { .p = text, .size = room };
    struct exh_memory_sink to_back = { .p = back, .size = n };
    struct exh_sink sink = exh_sink_memory(&to_text);
    struct exh_error err = { 0 };
    struct armor_writer w;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < n; i++)
        in[i] = (uint8_t)(i * 131 + n);
    armor_writer_init(&w, &sink);
    struct exh_sink binary = armor_writer_sink(&w);
    for (size_t at = 0; !status && at < n; at += step)
        status = binary.write(binary.ctx, in + at, n - at < step ? n - at : step, &err);
    if (!status)
        status = armor_writer_end(&w, &err);
    CHECK(!status, "%zu by %zu: %s", n, step, err.text);

    const size_t lines = (n + 47) / 48;
    CHECK(to_text.n == strlen(BEGIN END) + (n + 2) / 3 * 4 + lines, "%zu bytes take %zu", n,
          to_text.n);
    status = parse((struct exh_bytes){ text, to_text.n }, step, &to_back, &err);
    CHECK(!status && to_back.n == n && memcmp(in, back, n) == 0, "%zu by %zu: back: %s", n, step,
          err.text);
    free(in);
    free(text);
    free(back);
}

static enum exh_status full(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    (void)ctx;
    (void)p;
    err->text[0] = 0;
    return n ? EXH_IO : EXH_OK;
}

/* What the other sink says comes back. */
static void check_failing_sink(void)
{
    const struct exh_sink to = { .write = full };
    struct exh_error err;
    struct armor_writer w;
    struct armor_reader r;

    armor_writer_init(&w, &to);
    struct exh_sink binary = armor_writer_sink(&w);
    CHECK(binary.write(binary.ctx, (const uint8_t *)"A", 1, &err) == EXH_IO, "writer");
    armor_reader_init(&r, &to);
    struct exh_sink text = armor_reader_sink(&r);
    CHECK(text.write(text.ctx, (const uint8_t *)cases[0].in, strlen(cases[0].in), &err) == EXH_IO,
          "reader");
}

static void check_starts(void)
{
    CHECK(armor_starts(bytes_of(BEGIN)), "armored");
    CHECK(armor_starts(bytes_of("\r\n  " BEGIN)), "behind white space");
    CHECK(!armor_starts(bytes_of("age-encryption.org/v1\n")), "binary");
    CHECK(!armor_starts(bytes_of("-----BEGIN CERTIFICATE-----\n")), "another PEM");
    CHECK(!armor_starts(bytes_of("")), "empty");
}

int main(void)
{
    static const size_t sizes[] = { 0,  1,  2,  3,  46,   47,   48,   49,   95,
                                    96, 97, 98, 99, 1535, 1536, 1537, 10000 };
    static const size_t steps[] = { 1, 47, 48, 49, 5000 };

    check_table();
    check_space();
    for (size_t i = 0; i < ARRAY_N(sizes); i++)
        for (size_t s = 0; s < ARRAY_N(steps); s++)
            check_both_ways(sizes[i], steps[s]);
    check_failing_sink();
    check_starts();
    return check_done();
}
