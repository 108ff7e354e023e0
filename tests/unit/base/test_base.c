#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/reader.h"
#include "base/source.h"
#include "base/text.h"
#include "base/when.h"
#include "base/window.h"
#include "base/wipe.h"
#include "check.h"

static void test_when(void)
{
    static const struct {
        const char *text;
        bool good;
        int64_t at;
        int offset;
    } cases[] = {
        { "1970-01-01T00:00:00Z", true, 0, 0 },
        { "2026-11-21T09:00:00Z", true, 1795251600, 0 },
        { "2026-11-21T11:00:00+02:00", true, 1795251600, 120 },
        { "2026-11-21T05:30:00.250-03:30", true, 1795251600, -210 },
        { "1969-12-31T23:59:59Z", true, -1, 0 },
        { "2000-02-29T00:00:00Z", true, 951782400, 0 },
        { "2016-12-31T23:59:60Z", true, 1483228799, 0 },
        { "9999-12-31T23:59:59Z", true, 253402300799, 0 },
        { "0000-01-01T00:00:00Z", true, -62167219200, 0 },
        { "2106-02-07T06:28:16Z", true, 4294967296, 0 },
        { "2026-02-29T00:00:00Z", false, 0, 0 },
        { "1900-02-29T00:00:00Z", false, 0, 0 },
        { "2026-13-01T00:00:00Z", false, 0, 0 },
        { "2026-00-01T00:00:00Z", false, 0, 0 },
        { "2026-01-01T24:00:00Z", false, 0, 0 },
        { "2026-01-01T00:60:00Z", false, 0, 0 },
        { "2026-01-01T00:00:61Z", false, 0, 0 },
        { "2026-01-01T00:00:00", false, 0, 0 },
        { "2026-01-01T00:00:00.Z", false, 0, 0 },
        { "2026-01-01T00:00:00Z ", false, 0, 0 },
        { "2026-01-01T00:00:00+24:00", false, 0, 0 },
        { "2026-01-01 00:00:00Z", false, 0, 0 },
        { "", false, 0, 0 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        int64_t at = 0;
        int offset = 0;
        bool good = when_read(bytes_of(cases[i].text), &at, &offset);
        CHECK(good == cases[i].good, "%s: read %d", cases[i].text, good);
        CHECK(at == cases[i].at && offset == cases[i].offset, "%s: %" PRId64 " offset %d",
              cases[i].text, at, offset);
    }
    char text[WHEN_TEXT_MAX];
    for (int64_t at = -62167219200; at < 253402300799; at += 86399LL * 997) {
        int64_t back = 0;
        when_write(text, at);
        CHECK(when_read(bytes_of(text), &back, NULL) && back == at, "%s is not %" PRId64, text, at);
    }
    when_write_local(text, 1795251600, -210);
    CHECK(strcmp(text, "2026-11-21T05:30:00-03:30") == 0, "local: %s", text);
}

static void test_utf8(void)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "", true },
        { "plain", true },
        { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7", true },
        { "\xF4\x8F\xBF\xBF", true },
        { "\x80", false },
        { "\xC0\x80", false },
        { "\xC1\xBF", false },
        { "\xE0\x9F\xBF", false },
        { "\xED\xA0\x80", false },
        { "\xF0\x8F\xBF\xBF", false },
        { "\xF4\x90\x80\x80", false },
        { "\xF5\x80\x80\x80", false },
        { "\xE2\x82", false },
        { "\xC3(", false },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        size_t n = strlen(cases[i].text);
        uint8_t *copy = exact_copy(cases[i].text, n);
        CHECK(utf8_valid((struct exh_bytes){ copy, n }) == cases[i].good, "row %zu", i);
        free(copy);
    }
}

static void test_hex(void)
{
    uint8_t out[2] = { 0 };
    char text[5];

    CHECK(hex_read(bytes_of("0aFf"), out, 2) && out[0] == 0x0a && out[1] == 0xff, "0aFf");
    CHECK(!hex_read(bytes_of("0aF"), out, 2), "short");
    CHECK(!hex_read(bytes_of("0aFg"), out, 2), "not a digit");
    hex_write(text, out, 2);
    CHECK(strcmp(text, "0aff") == 0, "%s", text);
}

static void test_decimal(void)
{
    static const struct {
        const char *text;
        uint64_t max;
        bool good;
        uint64_t value;
    } cases[] = {
        { "0", 0, true, 0 },
        { "7", 9, true, 7 },
        { "255", 255, true, 255 },
        { "256", 255, false, 0 },
        { "300", 255, false, 0 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "99999999999999999999", UINT64_MAX, false, 0 },
        { "184467440737095516150", UINT64_MAX, false, 0 },
        { "", 9, false, 0 },
        { "00", 9, false, 0 },
        { "07", 9, false, 0 },
        { "+7", 9, false, 0 },
        { "-7", 9, false, 0 },
        { " 7", 9, false, 0 },
        { "7 ", 9, false, 0 },
        { "7a", UINT64_MAX, false, 0 },
        { "/", 99, false, 0 },
        { ":", 99, false, 0 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        uint64_t v = 77;
        const bool good = decimal_read(bytes_of(cases[i].text), cases[i].max, &v);
        CHECK(good == cases[i].good && v == (good ? cases[i].value : 77), "'%s'", cases[i].text);
    }
}

static void test_reader(void)
{
    const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 'a', 0, 'b' };
    uint8_t *copy = exact_copy(data, sizeof data);
    struct reader r = reader_over((struct exh_bytes){ copy, sizeof data }, 100);

    CHECK(reader_u16(&r) == 0x0102 && reader_u32le(&r) == 0x06050403, "numbers");
    CHECK(reader_u16(&r) == 0x0708 && r.pos == 108, "position");
    CHECK(bytes_are(reader_until(&r, 0), "a") && !r.failed, "until");
    CHECK(reader_until(&r, 0).n == 0 && r.failed, "no stop fails");
    CHECK(reader_u8(&r) == 0 && r.rest.n == 0, "failure stays");
    r = reader_over((struct exh_bytes){ copy, sizeof data }, 0);
    CHECK(reader_take(&r, sizeof data + 1).p == NULL && r.failed, "too much");
    r = reader_over((struct exh_bytes){ 0 }, 0);
    CHECK(reader_take(&r, 0).n == 0 && !r.failed, "nothing of nothing");
    free(copy);
}

static void test_buf(void)
{
    struct exh_error err;
    struct buf b = buf_with_limit(600);

    CHECK(buf_room(&b, 0) && b.n == 0, "room for nothing");
    buf_put_u32(&b, 0);
    buf_put_text(&b, "abc");
    buf_put_u16(&b, 0x0102);
    buf_set_u32(&b, 0, 0x0A0B0C0D);
    CHECK(buf_finish(&b, &err) == EXH_OK, "ok");
    CHECK(b.n == 9 && memcmp(b.p,
                             "\x0A\x0B\x0C\x0D"
                             "abc\1\2",
                             9) == 0,
          "content");
    buf_printf(&b, "%0300d", 7);
    CHECK(b.n == 309 && b.p[308] == '7', "long text");
    buf_put_zeros(&b, 291);
    CHECK(buf_finish(&b, &err) == EXH_OK && b.n == 600, "up to the limit");
    buf_put_u8(&b, 1);
    CHECK(buf_finish(&b, &err) == EXH_LIMIT && b.n == 600, "over the limit");
    buf_put_u8(&b, 1);
    CHECK(b.n == 600, "failure stays");
    buf_free(&b);
    buf_free(&b);
}

static void test_arena(void)
{
    struct arena a = arena_with_limit(100000);
    char *text = arena_printf(&a, "%d-%s", 7, "x");

    CHECK(text && strcmp(text, "7-x") == 0, "printf");
    uint8_t *block = arena_array(&a, 1000, 50);
    CHECK(block && block[0] == 0 && block[49999] == 0, "zeroed");
    CHECK(!arena_take(&a, 60000), "over the limit");
    CHECK(!arena_array(&a, SIZE_MAX / 2, 4), "overflow");
    CHECK(arena_text(&a, bytes_of("after")) != NULL, "still usable");
    arena_free(&a);
    arena_free(&a);
}

static enum exh_status refuse(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err)
{
    (void)ctx;
    (void)to;
    return fail(err, EXH_IO, "at %" PRIu64 ": %zu bytes refused", at, n);
}

static enum exh_status count(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    (void)p;
    (void)err;
    *(size_t *)ctx += n;
    return EXH_OK;
}

static void test_source(void)
{
    struct exh_error err;
    uint8_t got[4];
    size_t n = 0;
    struct exh_source memory = exh_source_memory((const uint8_t *)"abcdef", 6);
    struct exh_source broken = { .size = 6, .read = refuse };

    CHECK(source_read(&memory, 2, got, 4, &err) == EXH_OK && got[3] == 'f', "read");
    CHECK(source_read(&memory, 3, got, 4, &err) == EXH_MALFORMED, "beyond the end");
    CHECK(source_read(&memory, UINT64_MAX, got, 4, &err) == EXH_MALFORMED, "far beyond");
    CHECK(source_visit(&memory, 1, 5, count, &n, &err) == EXH_OK && n == 5, "visit");
    CHECK(source_visit(&broken, 0, 6, count, &n, &err) == EXH_IO, "error passes");
    CHECK(source_visit(&memory, 0, 7, count, &n, &err) == EXH_MALFORMED, "visit beyond");

    uint8_t out[4];
    struct exh_memory_sink m = { out, sizeof out, 0 };
    struct exh_sink sink = exh_sink_memory(&m);
    CHECK(sink.write(sink.ctx, got, 3, &err) == EXH_OK, "write");
    CHECK(sink.write(sink.ctx, got, 2, &err) == EXH_LIMIT && m.n == 3, "sink is full");
    CHECK(sink.patch(sink.ctx, 2, got, 2, &err) == EXH_INVALID, "patch beyond");
    CHECK(sink.patch(sink.ctx, 1, (const uint8_t *)"zz", 2, &err) == EXH_OK && out[2] == 'z',
          "patch");
}

static void test_error(void)
{
    struct exh_error err;
    char path[300];

    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = 0;
    CHECK(fail(&err, EXH_IO, "box %d", 7) == EXH_IO, "status");
    CHECK(within(&err, "a.jpg") == EXH_IO && strcmp(err.text, "a.jpg: box 7") == 0, "%s", err.text);
    within(&err, path);
    CHECK(strlen(err.text) < sizeof err.text, "bounded");
    for (int s = EXH_OK; s <= EXH_DENIED; s++)
        CHECK(strcmp(exh_status_name((enum exh_status)s), "unknown") != 0, "status %d unnamed", s);
}

/* A source of 100000 bytes that counts how it is read. */
struct counted {
    size_t reads;
    size_t bytes;
};

static enum exh_status read_counted(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    struct counted *counted = ctx;

    (void)err;
    counted->reads++;
    counted->bytes += n;
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)((at + i) % 251);
    return EXH_OK;
}

static void test_window(void)
{
    struct counted counted = { 0 };
    struct exh_source s = { .size = 100000, .read = read_counted, .ctx = &counted };
    struct window w;
    struct exh_error err;
    const uint8_t *p;
    struct exh_bytes some;
    uint64_t at = 0;

    window_init(&w, &s);
    for (; at + 10 <= s.size; at += 10)
        CHECK(window_view(&w, at, 10, &p, &err) == EXH_OK && p[9] == (at + 9) % 251, "at %" PRIu64,
              at);
    CHECK(counted.reads <= s.size / (WINDOW_N - 10) + 1, "%zu reads in order", counted.reads);
    counted = (struct counted){ 0 };
    for (at = 0; at < s.size; at += 10000)
        CHECK(window_view(&w, at, 8, &p, &err) == EXH_OK && p[0] == at % 251, "at %" PRIu64, at);
    CHECK(counted.reads == 10 && counted.bytes <= 10000, "%zu reads of %zu bytes, with jumps",
          counted.reads, counted.bytes);
    CHECK(window_view(&w, 5, 1, &p, &err) == EXH_OK && p[0] == 5, "backwards");
    CHECK(window_view(&w, 99999, 1, &p, &err) == EXH_OK && p[0] == 99999 % 251, "last");
    CHECK(window_view(&w, 95904, WINDOW_N, &p, &err) == EXH_OK && p[0] == 95904 % 251, "largest");
    CHECK(window_view(&w, 99999, 2, &p, &err) == EXH_MALFORMED, "beyond the end");
    CHECK(window_view(&w, UINT64_MAX, 2, &p, &err) == EXH_MALFORMED, "far beyond the end");

    for (at = 0; window_some(&w, at, &some, &err) == EXH_OK && some.n; at += some.n)
        CHECK(some.p[0] == at % 251 && some.p[some.n - 1] == (at + some.n - 1) % 251,
              "some at %" PRIu64, at);
    CHECK(at == s.size, "ends at %" PRIu64, at);
    CHECK(window_some(&w, at + 1, &some, &err) == EXH_MALFORMED, "some beyond the end");

    struct exh_source memory = exh_source_memory((const uint8_t *)"abcdef", 6);
    window_init(&w, &memory);
    CHECK(window_view(&w, 2, 4, &p, &err) == EXH_OK && p[3] == 'f', "memory");
    CHECK(window_some(&w, 2, &some, &err) == EXH_OK && some.n == 4, "some of memory");
    CHECK(window_some(&w, 6, &some, &err) == EXH_OK && some.n == 0, "end of memory");
    struct exh_source broken = { .size = 6, .read = refuse };
    window_init(&w, &broken);
    CHECK(window_view(&w, 0, 4, &p, &err) == EXH_IO, "error passes");
    CHECK(window_some(&w, 0, &some, &err) == EXH_IO, "error passes");
}

static void test_id(void)
{
    static const char *const good[] = {
        "a",
        "Z9",
        "0",
        "dome-1",
        "a.b_c-d",
        "alice_",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._",
    };
    static const char *const bad[] = {
        "",         ".",     "..",
        "-a",       "_a",    ".a",
        "a b",      "a/b",   "a:b",
        "a\n",      "a,b",   "a@b",
        "\xC3\xA4", "a\x7F", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-",
    };

    for (size_t i = 0; i < ARRAY_N(good); i++)
        CHECK(id_valid(bytes_of(good[i])), "id '%s'", good[i]);
    for (size_t i = 0; i < ARRAY_N(bad); i++)
        CHECK(!id_valid(bytes_of(bad[i])), "id '%s'", bad[i]);
    CHECK(!id_valid((struct exh_bytes){ (const uint8_t *)"a\0b", 3 }), "id with a NUL");
}

static void test_host(void)
{
    static const struct {
        const char *host;
        bool valid, address;
    } hosts[] = {
        { "localhost", true, false },
        { "a.b-c.example", true, false },
        { "1a", true, false },
        { "127.0.0.1", true, true },
        { "::1", true, true },
        { "2001:DB8::1", true, true },
        { "::ffff:1.2.3.4", true, true },
        { "", false, true },
        { "A", false, false },
        { "a_b", false, false },
        { "-a", false, false },
        { "a-", false, false },
        { "a.-b", false, false },
        { "a-.b", false, false },
        { ".a", false, false },
        { "a.", false, false },
        { "a..b", false, false },
        { "a:80", true, true },
        { "g:80", false, false },
        { "*.a", false, false },
        { "a b", false, false },
        { "[::1]", false, false },
    };
    char longest[HOST_MAX + 2];

    for (size_t i = 0; i < ARRAY_N(hosts); i++)
        CHECK(host_valid(bytes_of(hosts[i].host)) == hosts[i].valid &&
                  host_is_address(bytes_of(hosts[i].host)) == hosts[i].address,
              "host '%s'", hosts[i].host);
    CHECK(!host_valid((struct exh_bytes){ (const uint8_t *)"a\0b", 3 }), "host with a NUL");
    memset(longest, 'a', sizeof longest);
    CHECK(host_valid((struct exh_bytes){ (const uint8_t *)longest, HOST_MAX }), "the longest host");
    CHECK(!host_valid((struct exh_bytes){ (const uint8_t *)longest, HOST_MAX + 1 }),
          "a longer one");
}

int main(void)
{
    uint8_t secret[3] = { 1, 2, 3 };

    test_when();
    test_utf8();
    test_hex();
    test_decimal();
    test_reader();
    test_buf();
    test_arena();
    test_source();
    test_window();
    test_error();
    test_id();
    test_host();
    wipe(secret, sizeof secret);
    CHECK(secret[0] == 0 && secret[2] == 0, "wiped");
    return check_done();
}
