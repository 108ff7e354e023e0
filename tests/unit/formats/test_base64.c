/* Base64: the examples of RFC 4648, and everything that is not canonical. */
#include "formats/base64.h"

#include "base/text.h"
#include "check.h"

static const struct {
    const char *text, *padded, *bytes; // bytes NULL: not canonical
} cases[] = {
    { "", "", "" },
    { "Zg", "Zg==", "f" },
    { "Zm8", "Zm8=", "fo" },
    { "Zm9v", "Zm9v", "foo" },
    { "Zm9vYg", "Zm9vYg==", "foob" },
    { "Zm9vYmE", "Zm9vYmE=", "fooba" },
    { "Zm9vYmFy", "Zm9vYmFy", "foobar" },
    { "++//", "++//", "\373\357\377" },
    { "Z", "Z===", NULL },
    { "Zm9vY", "Zm9vY===", NULL },
    { "Zh", "Zh==", NULL }, // a bit that is not used is set
    { "Zn", "Zn==", NULL },
    { "Zm9", "Zm9=", NULL },
    { "Zm-v", "Zm_v", NULL }, // the alphabet for URLs
    { "Zm9v\n", "Zm9v\n", NULL },
    { " Zm9v", " Zm9v", NULL },
    { "Zm 9v", "Zm 9v", NULL },
    { "Zg=", "Zg=", NULL },
    { "Zg==", "Z===", NULL },
    { "Zg==Zg", "Zg==Zg==", NULL },
    { "=", "====", NULL },
    { "\200AAA", "\200AAA", NULL },
};

static bool parse(const char *text, uint8_t *to, size_t *n, bool padded)
{
    const size_t text_n = strlen(text);
    uint8_t *copy = exact_copy(text, text_n);
    const size_t room = padded ? text_n / 4 * 3 : BASE64_BYTES_N(text_n);
    uint8_t *exact = exact_copy(to, room);
    const struct exh_bytes view = { copy, text_n };
    const bool good = padded ? base64_read_padded(view, exact, n) : base64_read(view, exact);

    if (!padded)
        *n = room;
    memcpy(to, exact, room);
    free(exact);
    free(copy);
    return good;
}

static void check_reads(const char *text, const char *bytes, bool padded)
{
    uint8_t data[16] = { 0 };
    size_t n = 0;
    const bool good = parse(text, data, &n, padded);

    CHECK(good == (bytes != NULL), "\"%s\" %s", text, good ? "accepted" : "refused");
    if (good && bytes)
        CHECK(n == strlen(bytes) && memcmp(data, bytes, n) == 0, "\"%s\" is %.*s", text, (int)n,
              (const char *)data);
}

static void check_written(const char *text, const char *padded, const char *bytes)
{
    char to[17] = { 0 };
    const size_t n = strlen(bytes);

    base64_write(to, (const uint8_t *)bytes, n);
    CHECK(strcmp(to, text) == 0 && strlen(text) == BASE64_TEXT_N(n), "%s for %s", to, text);
    memset(to, 0, sizeof to);
    base64_write_padded(to, (const uint8_t *)bytes, n);
    CHECK(strcmp(to, padded) == 0, "%s for %s", to, padded);
}

static void check_exact(void)
{
    uint8_t data[4];

    CHECK(base64_read_exact(bytes_of("Zm9v"), data, 3), "three bytes");
    CHECK(!base64_read_exact(bytes_of("Zm9v"), data, 2), "three bytes as two");
    CHECK(!base64_read_exact(bytes_of("Zm9v"), data, 4), "three bytes as four");
}

/* Every byte in every place of a quantum: the alphabet and nothing else, each its own bits. */
static void check_alphabet(void)
{
    int good = 0;

    for (int place = 0; place < 4; place++) {
        for (int c = 1; c < 256; c++) {
            char text[] = "AAAA", again[5] = { 0 };
            uint8_t data[3] = { 0 };
            size_t n = 0;
            text[place] = (char)c;
            if (!parse(text, data, &n, false))
                continue;
            good++;
            base64_write(again, data, 3);
            CHECK(strcmp(again, text) == 0, "%s written again is %s", text, again);
        }
    }
    CHECK(good == 4 * 64, "%d characters accepted", good);
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        check_reads(cases[i].text, cases[i].bytes, false);
        check_reads(cases[i].padded, cases[i].bytes, true);
        if (cases[i].bytes)
            check_written(cases[i].text, cases[i].padded, cases[i].bytes);
    }
    check_exact();
    check_alphabet();
    return check_done();
}
