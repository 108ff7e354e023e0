#include "container_case.h"

/* Parts of files, as initializers of byte arrays. */
#define SOI  "\xFF\xD8"
#define APP0 "\xFF\xE0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define APP1           \
    "\xFF\xE1\x00\x0A" \
    "Exif\0\0MM"
#define DQT "\xFF\xDB\x00\x04\x00\x01"
#define SOF "\xFF\xC2\x00\x05\x08\x00\x08"
#define DHT "\xFF\xC4\x00\x03\x11"
#define DRI "\xFF\xDD\x00\x04\x00\x01"
#define SOS "\xFF\xDA\x00\x04\x01\x02"
#define COM            \
    "\xFF\xFE\x00\x05" \
    "abc"
#define EOI   "\xFF\xD9"
#define IMAGE DQT SOF DHT SOS "data\xFF\x00more" EOI
#define FILL  "\xFF\xFF\xFF"
#define JUMD                                                   \
    "\0\0\0\x1Ejumd"                                           \
    "c2pa\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03" \
    "c2pa\0"
#define TYPE       "\0\0\0\x26jumb"
#define ENCODED(n) "\xFF\xEB\x00" n "JP\x02\x11"
/* A store of 38 bytes in one segment: Le = 2 + 8 + 38. */
#define STORE ENCODED("\x30") "\0\0\0\1" TYPE JUMD
/* A store of 40 bytes in segments of 38 and 2: Le = 2 + 16 + 2. */
#define TYPE40 "\0\0\0\x28jumb"
#define FIRST  ENCODED("\x30") "\0\0\0\1" TYPE40 JUMD
#define SECOND ENCODED("\x14") "\0\0\0\2" TYPE40 "ab"
/* JUMBF of others: the same box type, another content, in two segments. */
#define OTHER(instance, z, data) "\xFF\xEB\x00\x1EJP" instance "\0\0\0" z "\0\0\0\x50jumb" data
#define OTHER1                   OTHER("\x02\x11", "\1", "\0\0\0\x20jumdjson")
#define OTHER2                   OTHER("\x02\x12", "\1", "\0\0\0\x20jumdjson")

#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const struct {
    const char *name;
    struct exh_bytes in;
    uint64_t at; // of the store or its place
    uint64_t n;
} good[] = {
    { "no APP0", BYTES(SOI IMAGE), 2, 0 },
    { "APP0", BYTES(SOI APP0 IMAGE), 20, 0 },
    { "APP0 twice", BYTES(SOI APP0 APP0 APP1 IMAGE), 38, 0 },
    { "APP0 and APP1", BYTES(SOI APP0 APP1 IMAGE), 20, 0 },
    { "APP1 alone", BYTES(SOI APP1 IMAGE), 2, 0 },
    { "APP0 behind APP1", BYTES(SOI APP1 APP0 IMAGE), 2, 0 },
    { "fill bytes", BYTES(SOI APP0 FILL APP1 FILL IMAGE), 20, 0 },
    { "fill bytes before APP0", BYTES(SOI FILL APP0 APP1 IMAGE), 2, 0 },
    { "fill bytes before the second APP0", BYTES(SOI APP0 FILL APP0 IMAGE), 20, 0 },
    { "no image", BYTES(SOI APP0 EOI), 20, 0 },
    { "stand-alone marker", BYTES(SOI "\xFF\x01" IMAGE), 2, 0 },
    { "APP11 without a box", BYTES(SOI "\xFF\xEB\x00\x08HDR_RI" IMAGE), 2, 0 },
    { "APP11 without content", BYTES(SOI "\xFF\xEB\x00\x02" IMAGE), 2, 0 },
    { "APP11 of others", BYTES(SOI APP0 OTHER1 OTHER("\x02\x11", "\2", "0123456789ab") IMAGE), 20,
      0 },
    { "store", BYTES(SOI APP0 STORE IMAGE), 20, 50 },
    { "store behind fill bytes", BYTES(SOI APP0 FILL STORE IMAGE), 23, 50 },
    { "store before fill bytes", BYTES(SOI APP0 STORE FILL IMAGE), 20, 50 },
    { "store behind APP1", BYTES(SOI APP0 APP1 STORE IMAGE), 32, 50 },
    { "store in two", BYTES(SOI FIRST SECOND IMAGE), 2, 72 },
    { "store among others", BYTES(SOI OTHER2 STORE OTHER2 IMAGE), 34, 50 },
    { "store behind the image", BYTES(SOI IMAGE STORE), 2, 0 },
    { "two stores", BYTES(SOI APP0 STORE COM STORE IMAGE), 20, 0 },
};

static void test_good(void)
{
    for (size_t i = 0; i < ARRAY_N(good); i++) {
        struct container c;
        struct exh_error err = { 0 };
        CHECK(case_container(good[i].in, &c, &err) == EXH_OK, "%s: %s", good[i].name, err.text);
        CHECK(c.format == FORMAT_JPEG && strcmp(c.mime, "image/jpeg") == 0, "%s: %d %s",
              good[i].name, c.format, c.mime);
        CHECK(c.store.at == good[i].at && c.store.n == good[i].n,
              "%s: at %" PRIu64 " of %" PRIu64 " bytes", good[i].name, c.store.at, c.store.n);
        CHECK(!c.store.n == !c.jumbf.n, "%s: %zu bytes", good[i].name, c.jumbf.n);
        CHECK(!c.warning[0] == (c.stores_n < 2), "%s: %s", good[i].name, c.warning);
        container_free(&c);
    }
}

static void test_refused(void)
{
    static const struct {
        const char *name;
        struct exh_bytes in;
        enum exh_status want;
        const char *says;
    } cases[] = {
        { "empty", BYTES(""), EXH_UNSUPPORTED, "not a format" },
        { "one byte", BYTES("\xFF"), EXH_UNSUPPORTED, "not a format" },
        { "SOI alone", BYTES(SOI), EXH_MALFORMED, "at 2: the file ends before a marker" },
        { "not a marker", BYTES(SOI "\x12\x34"), EXH_MALFORMED, "at 2: byte 0x12" },
        { "data between segments", BYTES(SOI APP0 "x" IMAGE), EXH_MALFORMED, "at 20: byte 0x78" },
        { "marker 00", BYTES(SOI "\xFF\x00\x00\x02" IMAGE), EXH_MALFORMED, "0xff00 is no marker" },
        { "reserved marker", BYTES(SOI "\xFF\x02\x00\x02" IMAGE), EXH_MALFORMED, "0xff02" },
        { "fill bytes to the end", BYTES(SOI FILL), EXH_MALFORMED, "ends before a marker" },
        { "length 0", BYTES(SOI "\xFF\xE1\x00\x00" IMAGE), EXH_MALFORMED, "length 0" },
        { "length 1", BYTES(SOI "\xFF\xE1\x00\x01" IMAGE), EXH_MALFORMED, "length 1" },
        { "length beyond the end",
          BYTES(SOI "\xFF\xE1\x00\x09"
                    "abc"),
          EXH_MALFORMED, "ends at 13, but the file ends at 9" },
        { "no image data", BYTES(SOI APP0 DQT), EXH_MALFORMED, "at 26: the file ends" },
        { "box shorter than its description",
          BYTES(SOI ENCODED("\x30") "\0\0\0\1\0\0\0\x25jumb" JUMD IMAGE), EXH_MALFORMED,
          "37 bytes are less" },
        { "box to the end", BYTES(SOI ENCODED("\x30") "\0\0\0\1\0\0\0\0jumb" JUMD IMAGE),
          EXH_MALFORMED, "0 bytes are less" },
        { "box of 4 GB", BYTES(SOI ENCODED("\x30") "\0\0\0\1\xFF\xFF\xFF\xFFjumb" JUMD IMAGE),
          EXH_LIMIT, "4294967295 bytes; at most 33554432" },
        { "first segment is number 0", BYTES(SOI ENCODED("\x30") "\0\0\0\0" TYPE JUMD IMAGE),
          EXH_MALFORMED, "segment number 0 instead of 1" },
        { "first segment is number 2", BYTES(SOI ENCODED("\x30") "\0\0\0\2" TYPE JUMD IMAGE),
          EXH_MALFORMED, "segment number 2 instead of 1" },
        { "segment too long", BYTES(SOI ENCODED("\x32") "\0\0\0\1" TYPE JUMD "ab" IMAGE),
          EXH_MALFORMED, "holds 40 bytes, but only 38" },
        { "second segment too long", BYTES(SOI FIRST ENCODED("\x15") "\0\0\0\2" TYPE40 "abc" IMAGE),
          EXH_MALFORMED, "holds 3 bytes, but only 2" },
        { "second segment empty", BYTES(SOI FIRST ENCODED("\x12") "\0\0\0\2" TYPE40 SECOND IMAGE),
          EXH_MALFORMED, "segment at 52 is empty" },
        { "second segment missing", BYTES(SOI FIRST IMAGE), EXH_MALFORMED, "end at 52" },
        { "second segment before the first", BYTES(SOI SECOND FIRST IMAGE), EXH_MALFORMED,
          "end at 74" },
        { "number repeated", BYTES(SOI FIRST ENCODED("\x14") "\0\0\0\1" TYPE40 "ab" IMAGE),
          EXH_MALFORMED, "is number 1, but 2 comes here" },
        { "number left out", BYTES(SOI FIRST ENCODED("\x14") "\0\0\0\3" TYPE40 "ab" IMAGE),
          EXH_MALFORMED, "is number 3, but 2 comes here" },
        { "another instance between", BYTES(SOI FIRST OTHER2 SECOND IMAGE), EXH_MALFORMED,
          "end at 52" },
        { "another segment between", BYTES(SOI FIRST COM SECOND IMAGE), EXH_MALFORMED,
          "end at 52" },
        { "fill bytes between", BYTES(SOI FIRST FILL SECOND IMAGE), EXH_MALFORMED, "end at 52" },
        { "lengths of the box differ",
          BYTES(SOI FIRST ENCODED("\x14") "\0\0\0\2\0\0\0\x29jumb"
                                          "ab" IMAGE),
          EXH_MALFORMED, "of a box of 41 bytes, but the first one of 40" },
        { "types of the box differ",
          BYTES(SOI FIRST ENCODED("\x14") "\0\0\0\2\0\0\0\x28jumc"
                                          "ab" IMAGE),
          EXH_MALFORMED, "end at 52" },
        { "goes on when it is whole",
          BYTES(SOI FIRST SECOND ENCODED("\x14") "\0\0\0\3" TYPE40 "cd" IMAGE), EXH_MALFORMED,
          "segment at 74 goes on" },
        { "goes on later when it is whole",
          BYTES(SOI FIRST SECOND COM ENCODED("\x14") "\0\0\0\3" TYPE40 "cd" IMAGE), EXH_MALFORMED,
          "segment at 81 goes on" },
        { "cut in the second store", BYTES(SOI STORE COM FIRST IMAGE), EXH_MALFORMED,
          "end at 109" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        case_refused(cases[i].name, cases[i].in, cases[i].want, cases[i].says);

    static const uint8_t whole[] = SOI APP0 FILL FIRST SECOND APP1 IMAGE;
    const size_t walked = sizeof whole - 1 - (sizeof("data\xFF\x00more" EOI) - 1);
    for (size_t n = 2; n < walked; n++)
        case_refused("prefix", (struct exh_bytes){ whole, n }, EXH_MALFORMED, "");
}

/* Many of the same: the file stays small, the limit is reached. */
static void test_limits(void)
{
    struct buf b = buf_with_limit((size_t)1 << 20);

    buf_put(&b, SOI, 2);
    for (size_t i = 0; i < 65537; i++)
        buf_put_u8(&b, 0xFF);
    buf_put(&b, IMAGE, sizeof(IMAGE) - 1);
    case_refused("fill bytes", buf_view(&b), EXH_LIMIT, "at 2: more than 65536 fill bytes");

    buf_clear(&b);
    buf_put(&b, SOI, 2);
    for (size_t i = 0; i < 65537; i++)
        buf_put(&b, "\xFF\xE1\x00\x02", 4);
    buf_put(&b, IMAGE, sizeof(IMAGE) - 1);
    case_refused("segments", buf_view(&b), EXH_LIMIT, "more than 65536 segments");

    buf_clear(&b);
    buf_put(&b, SOI, 2);
    for (size_t i = 0; i <= STORES_MAX; i++)
        buf_put(&b, STORE COM, sizeof(STORE COM) - 1);
    buf_put(&b, IMAGE, sizeof(IMAGE) - 1);
    case_refused("stores", buf_view(&b), EXH_LIMIT, "more than 8 manifest stores");
    buf_free(&b);

    b = buf_with_limit((size_t)2 << 20);
    buf_put(&b, SOI ENCODED("\x30") "\0\0\0\1\0\1\1\0jumb" JUMD, 52);
    for (uint32_t packet = 2; packet <= 65537; packet++) {
        buf_put(&b, "\xFF\xEB\x00\x13JP\x02\x11", 8);
        buf_put_u32(&b, packet);
        buf_put(&b, "\0\1\1\0jumb!", 9);
    }
    case_refused("segments of a store", buf_view(&b), EXH_LIMIT,
                 "manifest store at 2: more than 65536 segments");
    buf_free(&b);
}

/* What a segment can hold of a store: 65533 bytes less 8 in the first, less 16 in the others. */
#define FIRST_N ((size_t)65525)
#define NEXT_N  ((size_t)65517)

static void test_round_trips(void)
{
    static const size_t sizes[] = { STORE_MIN,
                                    STORE_MIN + 1,
                                    4000,
                                    FIRST_N - 1,
                                    FIRST_N,
                                    FIRST_N + 1,
                                    FIRST_N + NEXT_N - 1,
                                    FIRST_N + NEXT_N,
                                    FIRST_N + NEXT_N + 1,
                                    1000000 };

    for (size_t i = 0; i < ARRAY_N(good); i++) {
        if (good[i].n || strcmp(good[i].name, "two stores") == 0)
            continue;
        for (size_t k = 0; k < ARRAY_N(sizes); k++)
            case_round_trip(good[i].name, good[i].in, good[i].in, sizes[k]);
        case_update(good[i].name, good[i].in, 3000, 3001);
        case_update(good[i].name, good[i].in, FIRST_N, FIRST_N + 1);
    }
    static const uint8_t two[] = SOI APP0 STORE COM STORE IMAGE;
    static const uint8_t bare[] = SOI APP0 COM IMAGE;
    case_round_trip("two stores", (struct exh_bytes){ two, sizeof two - 1 },
                    (struct exh_bytes){ bare, sizeof bare - 1 }, 500);
}

static void test_framing(void)
{
    static const struct {
        size_t store_n;
        size_t segments;
    } cases[] = {
        { STORE_MIN, 1 },
        { FIRST_N, 1 },
        { FIRST_N + 1, 2 },
        { FIRST_N + NEXT_N, 2 },
        { FIRST_N + NEXT_N + 1, 3 },
        { STORE_MAX, 513 },
    };
    const struct exh_bytes in = BYTES(SOI IMAGE);
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const size_t n = cases[i].store_n;
        const size_t framed = n + 12 + (cases[i].segments - 1) * 20;
        CHECK(case_plan(in, PLAN_EMBED, n, &out, NULL, &err) == EXH_OK, "%s", err.text);
        CHECK(out.n == in.n + framed, "%zu bytes for a store of %zu, %zu expected", out.n - in.n, n,
              framed);
    }
    // The bytes of a segment border: the first is full, the second repeats the box header.
    CHECK(case_plan(in, PLAN_EMBED, FIRST_N + 1, &out, NULL, &err) == EXH_OK, "%s", err.text);
    CHECK(memcmp(out.p + 2, "\xFF\xEB\xFF\xFFJP\x02\x11\0\0\0\1\0\0\xFF\xF6jumb", 20) == 0,
          "first segment");
    CHECK(memcmp(out.p + 2 + 65537, "\xFF\xEB\x00\x13JP\x02\x11\0\0\0\2\0\0\xFF\xF6jumb", 20) == 0,
          "second segment");
    buf_free(&out);
}

/* Boxes of others have a number; the store gets one that is free. */
static void test_instances(void)
{
    struct buf in = buf_with_limit((size_t)1 << 16);
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;

    for (unsigned taken = 0; taken <= 64; taken++) {
        buf_clear(&in);
        buf_put(&in, SOI, 2);
        for (unsigned i = 0; i < taken; i++) {
            buf_put(&in, OTHER1, sizeof(OTHER1) - 1);
            in.p[in.n - 26] = 2;
            in.p[in.n - 25] = (uint8_t)(0x11 + i);
        }
        buf_put(&in, IMAGE, sizeof(IMAGE) - 1);
        enum exh_status status = case_plan(buf_view(&in), PLAN_EMBED, 100, &out, NULL, &err);
        if (taken == 64)
            CHECK(status == EXH_LIMIT &&
                      case_plan(buf_view(&in), PLAN_STRIP, 0, &out, NULL, &err) == EXH_OK,
                  "64 numbers taken: %d", status);
        else
            CHECK(status == EXH_OK && out.p[8] == 2 && out.p[9] == 0x11 + taken,
                  "%u taken: %d, number 0x%02x%02x", taken, status, out.p[8], out.p[9]);
    }
    buf_free(&in);
    buf_free(&out);
}

static void test_boxes(void)
{
    static const struct {
        const char *name;
        struct exh_bytes in;
        const char *want;
    } cases[] = {
        { "plain", BYTES(SOI APP0 IMAGE),
          "SOI@0+2 APP0@2+18 DQT@20+6 SOF2@26+7 DHT@33+5 SOS@38+16 EOI@54+2 " },
        { "store", BYTES(SOI STORE COM IMAGE),
          "SOI@0+2 C2PA@2+50* COM@52+7 DQT@59+6 SOF2@65+7 DHT@72+5 SOS@77+16 EOI@93+2 " },
        { "store in two, others", BYTES(SOI OTHER2 FIRST SECOND SOS EOI),
          "SOI@0+2 APP11@2+32 C2PA@34+72* SOS@106+6 EOI@112+2 " },
        { "restarts",
          BYTES(SOI DRI SOS "ab\xFF\xD0"
                            "cd\xFF\x00\xFF\xD1" EOI),
          "SOI@0+2 DRI@2+6 SOS@8+8 RST0@16+6 RST1@22+2 EOI@24+2 " },
        { "fill bytes", BYTES(SOI FILL COM FILL SOS "ab" FILL EOI),
          "SOI@0+2 COM@5+7 SOS@15+8 EOI@26+2 " },
        { "FF before data",
          BYTES(SOI SOS "ab\xFF\xFF\x00"
                        "cd" EOI),
          "SOI@0+2 SOS@2+13 EOI@15+2 " },
        { "several scans", BYTES(SOI SOS "ab" DHT SOS "cd" EOI),
          "SOI@0+2 SOS@2+8 DHT@10+5 SOS@15+8 EOI@23+2 " },
        { "no EOI", BYTES(SOI COM SOS "abc\xFF"), "SOI@0+2 COM@2+7 SOS@9+10 " },
        { "data behind EOI", BYTES(SOI SOS EOI "xyz"), "SOI@0+2 SOS@2+6 EOI@8+2 c2pa.after@10+3 " },
        { "one byte behind EOI", BYTES(SOI SOS EOI "\xFF"),
          "SOI@0+2 SOS@2+6 EOI@8+2 c2pa.after@10+1 " },
        { "a second picture", BYTES(SOI SOS EOI SOI APP1 SOS "ab" EOI "xyz"),
          "SOI@0+2 SOS@2+6 EOI@8+2 SOI@10+2 APP1@12+12 SOS@24+8 EOI@32+2 c2pa.after@34+3 " },
        { "rare markers",
          BYTES(SOI "\xFF\x01\xFF\xC8\0\2\xFF\xCC\0\2\xFF\xDC\0\2\xFF\xDE\0\2\xFF\xDF\0\2"
                    "\xFF\xF0\0\2\xFF\xFD\0\2\xFF\xEF\0\2\xFF\xCF\0\2" EOI),
          "SOI@0+2 TEM@2+2 JPG@4+4 DAC@8+4 DNL@12+4 DHP@16+4 EXP@20+4 JPG0@24+4 JPG13@28+4 "
          "APP15@32+4 SOF15@36+4 EOI@40+2 " },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        case_boxes_are(cases[i].name, cases[i].in, cases[i].want);

    struct case_boxes boxes = { .text = "" };
    struct exh_error err;
    const struct exh_bytes bad = BYTES(SOI SOS "ab"
                                               "\xFF\xE1\x00\x01");
    CHECK(case_boxes(bad, &boxes, &err) == EXH_MALFORMED, "a bad segment behind the scan: %s",
          err.text);
}

/* A border of the window falls on each byte of a marker in turn. */
static void test_entropy_window(void)
{
    struct buf b = buf_with_limit((size_t)1 << 16);
    char want[128];

    for (size_t n = 4070; n < 4110; n++) {
        buf_clear(&b);
        buf_put(&b, SOI SOS, 8);
        for (size_t i = 0; i < n; i++)
            buf_put_u8(&b, i % 5 ? 0x55 : 0xAA);
        buf_put(&b,
                "\xFF\x00\xFF\xFF\xD3"
                "z",
                6);
        buf_put(&b, EOI, 2);
        snprintf(want, sizeof want, "SOI@0+2 SOS@2+%zu RST3@%zu+3 EOI@%zu+2 ", 6 + n + 2, 8 + n + 3,
                 8 + n + 6);
        case_boxes_are("window", buf_view(&b), want);
    }
    buf_free(&b);
}

int main(void)
{
    test_good();
    test_refused();
    test_limits();
    test_round_trips();
    test_framing();
    test_instances();
    test_boxes();
    test_entropy_window();
    return check_done();
}
