#include "base/crc32.h"
#include "container_case.h"

/* A file is written as text: each word is a chunk, "type" or "type:n" with n bytes of data. */
static void put_chunk(struct buf *b, const char *type, size_t n)
{
    const size_t at = b->n + 4;

    buf_put_u32(b, (uint32_t)n);
    buf_put(b, type, 4);
    for (size_t i = 0; i < n; i++)
        buf_put_u8(b, (uint8_t)(i * 7 + n));
    buf_put_u32(b, crc32_add(0, b->p + at, b->n - at));
}

static void put_store(struct buf *b, size_t n)
{
    struct buf store;
    const size_t at = b->n + 4;

    plan_run_store(&store, n);
    buf_put_u32(b, (uint32_t)n);
    buf_put_text(b, "caBX");
    buf_put_bytes(b, buf_view(&store));
    buf_put_u32(b, crc32_add(0, b->p + at, b->n - at));
    buf_free(&store);
}

static void put_png(struct buf *b, const char *chunks)
{
    buf_clear(b);
    buf_put(b, "\x89PNG\r\n\x1A\n", 8);
    for (const char *word = chunks; *word;) {
        char type[8] = "";
        size_t n = 0;
        int length = 0;
        if (sscanf(word, " %4[^: ]:%zu%n", type, &n, &length) < 2)
            sscanf(word, " %4[^: ]%n", type, &length);
        if (!type[0])
            break;
        if (strcmp(type, "caBX") == 0)
            put_store(b, n);
        else if (strcmp(type, "junk") == 0)
            buf_put_zeros(b, n);
        else
            put_chunk(b, type, n);
        word += length;
    }
}

static const struct {
    const char *chunks;
    uint64_t at;
    uint64_t n;
} good[] = {
    { "IHDR:13 IDAT:40 IEND", 33, 0 },
    { "IHDR:13 gAMA:4 IDAT:40 IDAT IDAT:9000 tEXt:3 IEND", 33, 0 },
    { "IHDR:13 IDAT:40 IEND junk:7", 33, 0 },
    { "IHDR:13 caBX:38 IDAT:40 IEND", 33, 50 },
    { "IHDR:13 gAMA:4 caBX:5000 IDAT:40 IEND", 49, 5012 },
    { "IHDR:13 IDAT:40 caBX:99 IEND", 85, 111 },
    { "IHDR:13 IDAT:40 IEND caBX:99", 33, 0 },
    { "IHDR:13 gAMA:4 caBX:99 IDAT:40 caBX:98 IEND", 49, 0 },
};

static void test_good(void)
{
    struct buf b = buf_with_limit((size_t)1 << 20);

    for (size_t i = 0; i < ARRAY_N(good); i++) {
        struct container c;
        struct exh_error err = { 0 };
        put_png(&b, good[i].chunks);
        CHECK(case_container(buf_view(&b), &c, &err) == EXH_OK, "%s: %s", good[i].chunks, err.text);
        CHECK(c.format == FORMAT_PNG && strcmp(c.mime, "image/png") == 0, "%s: %d %s",
              good[i].chunks, c.format, c.mime);
        CHECK(c.store.at == good[i].at && c.store.n == good[i].n,
              "%s: at %" PRIu64 " of %" PRIu64 " bytes", good[i].chunks, c.store.at, c.store.n);
        CHECK(c.jumbf.n == (c.store.n ? c.store.n - 12 : 0), "%s: %zu bytes", good[i].chunks,
              c.jumbf.n);
        CHECK(!c.warning[0] == (c.stores_n < 2), "%s: %s", good[i].chunks, c.warning);
        container_free(&c);
    }
    buf_free(&b);
}

static void test_refused(void)
{
    static const struct {
        const char *chunks;
        enum exh_status want;
        const char *says;
    } cases[] = {
        { "", EXH_MALFORMED, "at 8: 8 bytes expected" },
        { "IDAT:13 IEND", EXH_MALFORMED, "chunk IDAT of 13 bytes, but IHDR of 13 comes first" },
        { "IHDR:12 IEND", EXH_MALFORMED, "chunk IHDR of 12 bytes" },
        { "caBX:99 IHDR:13 IEND", EXH_MALFORMED, "chunk caBX of 99 bytes, but IHDR" },
        { "IHDR:13 IDAT:5", EXH_MALFORMED, "at 50: 8 bytes expected" },
        { "IHDR:13 I_AT:5 IEND", EXH_MALFORMED, "chunk at 33: its type is not four letters" },
        { "IHDR:13 junk:12 IEND", EXH_MALFORMED, "chunk at 33: its type" },
        { "IHDR:13 caBX:37 IEND", EXH_MALFORMED, "at 33: 37 bytes are less" },
    };
    struct buf b = buf_with_limit((size_t)1 << 20);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        put_png(&b, cases[i].chunks);
        if (strstr(cases[i].chunks, "caBX:37")) { // plan_run_store() makes none so small
            put_png(&b, "IHDR:13");
            put_chunk(&b, "caBX", 37);
        }
        case_refused(cases[i].chunks, buf_view(&b), cases[i].want, cases[i].says);
    }

    put_png(&b, "IHDR:13 IDAT:40 IEND");
    memcpy(b.p + 33, "\x80\0\0\0", 4);
    case_refused("2 GB", buf_view(&b), EXH_MALFORMED,
                 "chunk IDAT at 33: 2147483648 bytes; at most 2147483647");
    memcpy(b.p + 33, "\x7F\xFF\xFF\xFF", 4);
    case_refused("beyond the end", buf_view(&b), EXH_MALFORMED,
                 "chunk IDAT at 33: ends at 2147483692, but the file ends at 97");
    memcpy(b.p + 33,
           "\x02\0\0\x01"
           "caBX",
           8);
    case_refused("store beyond the end", buf_view(&b), EXH_MALFORMED, "ends at 33554478");

    put_png(&b, "IHDR:13 caBX:99 IDAT:40 IEND");
    for (size_t at = 41; at < 33 + 99 + 12; at++) {
        b.p[at] ^= 1;
        case_refused("checksum", buf_view(&b), EXH_MALFORMED, "chunk caBX at 33: its checksum is");
        b.p[at] ^= 1;
    }
    for (size_t n = 8; n < b.n; n++)
        case_refused("prefix", (struct exh_bytes){ b.p, n }, EXH_MALFORMED, "");
    for (size_t n = 0; n < 8; n++)
        case_refused("prefix", (struct exh_bytes){ b.p, n }, EXH_UNSUPPORTED, "");
    buf_free(&b);
}

static void test_limits(void)
{
    struct buf b = buf_with_limit((size_t)64 << 20);

    put_png(&b, "IHDR:13");
    for (size_t i = 0; i <= STORES_MAX; i++)
        put_store(&b, 50);
    put_chunk(&b, "IEND", 0);
    case_refused("stores", buf_view(&b), EXH_LIMIT, "more than 8 manifest stores");

    put_png(&b, "IHDR:13");
    buf_put(&b,
            "\x02\0\0\x01"
            "caBX",
            8);
    buf_put_zeros(&b, ((size_t)32 << 20) + 5);
    put_chunk(&b, "IEND", 0);
    case_refused("store", buf_view(&b), EXH_LIMIT, "33554433 bytes; at most 33554432");

    put_png(&b, "IHDR:13");
    for (size_t i = 0; i < (size_t)1 << 20; i++)
        buf_put(&b, "\0\0\0\0IDAT\0\0\0\0", 12);
    put_chunk(&b, "IEND", 0);
    case_refused("chunks", buf_view(&b), EXH_LIMIT, "more than 1048576 chunks");
    buf_free(&b);
}

static void test_round_trips(void)
{
    static const size_t sizes[] = { STORE_MIN, STORE_MIN + 1, 4000, 65525, 65536, 1000000 };
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct buf bare = buf_with_limit((size_t)1 << 20);

    for (size_t i = 0; i < 3; i++) {
        put_png(&b, good[i].chunks);
        for (size_t k = 0; k < ARRAY_N(sizes); k++)
            case_round_trip(good[i].chunks, buf_view(&b), buf_view(&b), sizes[k]);
        case_update(good[i].chunks, buf_view(&b), 3000, 3001);
        case_update(good[i].chunks, buf_view(&b), 3000, 70000);
    }
    put_png(&b, "IHDR:13 gAMA:4 caBX:99 IDAT:40 caBX:98 IEND");
    put_png(&bare, "IHDR:13 gAMA:4 IDAT:40 IEND");
    case_round_trip("two stores", buf_view(&b), buf_view(&bare), 500);

    // The frame byte by byte.
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    put_png(&b, "IHDR:13 IEND");
    CHECK(case_plan(buf_view(&b), PLAN_EMBED, 99, &out, NULL, &err) == EXH_OK, "%s", err.text);
    put_png(&b, "IHDR:13 caBX:99 IEND");
    CHECK(bytes_equal(buf_view(&out), buf_view(&b)), "frame");
    buf_free(&out);
    buf_free(&b);
    buf_free(&bare);
}

static void test_boxes(void)
{
    struct buf b = buf_with_limit((size_t)1 << 20);

    put_png(&b, "IHDR:13 caBX:99 C_PA:3 IDAT:40 IDAT:10 IEND junk:5");
    b.p[33 + 111 + 5] = '2';
    struct exh_error err;
    struct case_boxes boxes = { .text = "" };
    CHECK(case_boxes(buf_view(&b), &boxes, &err) == EXH_MALFORMED, "a digit in a type");
    put_png(&b, "IHDR:13 caBX:99 cABX:3 IDAT:40 IDAT:10 IEND junk:5");
    case_boxes_are("boxes", buf_view(&b),
                   "PNGh@0+8 IHDR@8+25 C2PA@33+111* cABX@144+15 IDAT@159+52 IDAT@211+22 "
                   "IEND@233+12 c2pa.after@245+5 ");
    put_png(&b, "IHDR:13 caBX:99 caBX:99 IEND");
    case_boxes_are("two stores", buf_view(&b),
                   "PNGh@0+8 IHDR@8+25 caBX@33+111 caBX@144+111 IEND@255+12 ");
    buf_free(&b);
}

static void test_crc(void)
{
    static const uint8_t nine[] = "123456789";

    CHECK(crc32_add(0, nine, 9) == 0xCBF43926, "check value of the algorithm");
    CHECK(crc32_add(crc32_add(0, nine, 4), nine + 4, 5) == 0xCBF43926, "in two parts");
    CHECK(crc32_add(0, nine, 0) == 0, "nothing");
}

int main(void)
{
    test_crc();
    test_good();
    test_refused();
    test_limits();
    test_round_trips();
    test_boxes();
    return check_done();
}
