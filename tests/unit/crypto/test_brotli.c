/* Brotli: whole, cut, damaged, and a bomb. The packed bytes are those of Google's encoder 1.0.9. */
#include "check.h"

#include <exhibit/crypto.h>

#define WORDS "what was packed, packed again, was packed"
#define MIB   ((size_t)1 << 20)

static const char packed_words[] = "\x1B\x28\x00\x00\x1C\xA9\x53\x9F\xBB\x70\x19\x06\x77\x97\x63"
                                   "\x64\x73\x0D\xC2\x52\xB6\xB6\x05\x59"
                                   "\x04\x99\x82\x24\x56\x39\x00\x6B\x8B\xAF\x92\xD9\x2E";
static const char packed_mib[] =
    "\x5B\xFF\xFF\x8F\x7F\x02\x20\x1E\x0B\x04\x72\xEF\x1F"; // zeros; its NUL is the last byte

// clang-format off
static const struct {
    const char *name, *packed;
    size_t n, room;
    enum exh_status want;
    size_t size;
} cases[] = {
    { "nothing", "\x06", 1, 0, EXH_OK, 0 },
    { "words", packed_words, sizeof packed_words - 1, sizeof WORDS - 1, EXH_OK, sizeof WORDS - 1 },
    { "words, more room", packed_words, sizeof packed_words - 1, 100, EXH_OK, sizeof WORDS - 1 },
    { "words, a byte short", packed_words, sizeof packed_words - 1, sizeof WORDS - 2, EXH_LIMIT, 0 },
    { "words, no room", packed_words, sizeof packed_words - 1, 0, EXH_LIMIT, 0 },
    { "a MiB in 14 bytes", packed_mib, sizeof packed_mib, MIB, EXH_OK, MIB },
    { "a bomb", packed_mib, sizeof packed_mib, 4096, EXH_LIMIT, 0 },
    { "no bytes", "", 0, 16, EXH_MALFORMED, 0 },
    { "a byte over", "\x06\x00", 2, 16, EXH_MALFORMED, 0 },
    { "not Brotli", "\xFF\xFF\xFF\xFF", 4, 16, EXH_MALFORMED, 0 },
    { "a large window", "\x11\x16\x00\x00\x00", 5, 16, EXH_MALFORMED, 0 },
};
// clang-format on

static enum exh_status unpack(const char *packed, size_t n, uint8_t *to, size_t room, size_t *size,
                              struct exh_error *err)
{
    uint8_t *copy = exact_copy(packed, n);
    enum exh_status status =
        exh_crypto_openssl()->unbrotli((struct exh_bytes){ copy, n }, to, room, size, err);

    free(copy);
    return status;
}

int main(void)
{
    struct exh_error err = { .text = "" };
    size_t size = 0;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        uint8_t *to = malloc(cases[i].room ? cases[i].room : 1);
        enum exh_status got = unpack(cases[i].packed, cases[i].n, to, cases[i].room, &size, &err);
        CHECK(got == cases[i].want && (got || size == cases[i].size), "%s: %u, %zu bytes: %s",
              cases[i].name, got, size, err.text);
        if (got == EXH_OK && cases[i].packed == packed_words)
            CHECK(memcmp(to, WORDS, size) == 0, "%s: other words", cases[i].name);
        free(to);
    }
    for (size_t n = 0; n < sizeof packed_words - 1; n++) {
        uint8_t to[100];
        CHECK(unpack(packed_words, n, to, sizeof to, &size, &err) == EXH_MALFORMED, "prefix of %zu",
              n);
    }
    return check_done();
}
