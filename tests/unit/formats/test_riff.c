#include "container_case.h"

/* Chunks are put one after the other; a list is closed by filling in its size. */
static void put_u32le_at(struct buf *b, size_t at, size_t v)
{
    for (size_t i = 0; i < 4; i++)
        b->p[at + i] = (uint8_t)(v >> 8 * i);
}

static void put_chunk(struct buf *b, const char *id, size_t n)
{
    buf_put(b, id, 4);
    buf_put_u32le(b, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        buf_put_u8(b, (uint8_t)(i * 7 + n));
    buf_put_zeros(b, n & 1);
}

static void put_store(struct buf *b, size_t n)
{
    struct buf store;

    plan_run_store(&store, n);
    buf_put_text(b, "C2PA");
    buf_put_u32le(b, (uint32_t)n);
    buf_put_bytes(b, buf_view(&store));
    buf_put_zeros(b, n & 1);
    buf_free(&store);
}

static size_t open_list(struct buf *b, const char *id, const char *type)
{
    const size_t at = b->n;

    buf_put(b, id, 4);
    buf_put_u32le(b, 0);
    buf_put(b, type, 4);
    return at;
}

static void close_list(struct buf *b, size_t at)
{
    put_u32le_at(b, at + 4, b->n - at - 8);
}

/* "WEBP VP8 :30 C2PA:99": the form, then its chunks; "~" leaves the last padding byte out. */
static void put_form(struct buf *b, const char *text)
{
    const char *end = strchr(text, '~');
    const size_t at = open_list(b, "RIFF", text);

    for (const char *word = strchr(text + 4, ' '); word && word[1] != '~';
         word = strchr(word + 6, ' ')) {
        const char *id = word + 1;
        const size_t n = (size_t)strtoul(id + 5, NULL, 10);
        if (memcmp(id, "C2PA", 4) == 0 && n >= STORE_MIN)
            put_store(b, n);
        else
            put_chunk(b, id, n);
    }
    if (end)
        b->n--;
    close_list(b, at);
}

static const struct {
    const char *text;
    const char *mime;
    uint64_t at;
    uint64_t n;
} good[] = {
    { "WEBP VP8 :30", "image/webp", 50, 0 },
    { "WEBP VP8L:31", "image/webp", 52, 0 },
    { "WAVE fmt :16 data:101", "audio/wav", 146, 0 },
    { "AVI  JUNK:12", "video/avi", 32, 0 },
    { "WAVE", "audio/wav", 12, 0 },
    { "WEBP VP8 :31 ~", "image/webp", 51, 0 },
    { "WEBP VP8 :30 C2PA:60", "image/webp", 50, 68 },
    { "WEBP VP8 :30 C2PA:61", "image/webp", 50, 69 },
    { "WEBP VP8 :30 C2PA:61 ~", "image/webp", 50, 69 },
    { "WEBP VP8 :30 C2PA:61 EXIF:20", "image/webp", 50, 69 },
    { "WEBP C2PA:60 VP8 :30 C2PA:61", "image/webp", 12, 0 },
};

static void test_good(void)
{
    struct buf b = buf_with_limit((size_t)1 << 20);

    for (size_t i = 0; i < ARRAY_N(good); i++) {
        struct container c;
        struct exh_error err = { 0 };
        buf_clear(&b);
        put_form(&b, good[i].text);
        CHECK(case_container(buf_view(&b), &c, &err) == EXH_OK, "%s: %s", good[i].text, err.text);
        CHECK(c.format == FORMAT_RIFF && strcmp(c.mime, good[i].mime) == 0, "%s: %d %s",
              good[i].text, c.format, c.mime);
        CHECK(c.store.at == good[i].at && c.store.n == good[i].n,
              "%s: at %" PRIu64 " of %" PRIu64 " bytes", good[i].text, c.store.at, c.store.n);
        CHECK(c.jumbf.n == (c.store.n ? c.store.n - 8 : 0), "%s: %zu bytes", good[i].text,
              c.jumbf.n);
        CHECK(!c.warning[0] == (c.stores_n < 2), "%s: %s", good[i].text, c.warning);
        container_free(&c);
    }
    // The size counts a padding byte that is not there.
    struct container c;
    struct exh_error err = { 0 };
    buf_clear(&b);
    put_form(&b, "WAVE data:31");
    b.n--;
    CHECK(case_container(buf_view(&b), &c, &err) == EXH_OK && c.store.at == 51, "%s", err.text);
    container_free(&c);
    buf_free(&b);
}

static void refused(const char *name, struct buf *b, enum exh_status want, const char *says)
{
    case_refused(name, buf_view(b), want, says);
    buf_clear(b);
}

static void test_refused(void)
{
    struct buf b = buf_with_limit((size_t)64 << 20);

    put_form(&b, "ACON anih:36");
    refused("another form", &b, EXH_UNSUPPORTED, "not a format");
    put_form(&b, "WAVE data:31");
    memcpy(b.p, "RF64", 4);
    refused("RF64", &b, EXH_UNSUPPORTED, "RF64: a WAVE file with 64-bit sizes is not supported");
    put_form(&b, "WAVE data:31");
    memcpy(b.p, "BW64", 4);
    refused("BW64", &b, EXH_UNSUPPORTED, "BW64: a WAVE file with 64-bit sizes");
    put_form(&b, "AVI  data:31");
    memcpy(b.p, "RIFX", 4);
    refused("RIFX", &b, EXH_UNSUPPORTED, "RIFX: a RIFF file with big-endian numbers");
    put_form(&b, "WAVE data:31");
    put_u32le_at(&b, 4, 0);
    refused("size 0", &b, EXH_MALFORMED, "RIFF: a size of 0; was it never filled in?");
    put_form(&b, "WAVE data:31");
    put_u32le_at(&b, 4, UINT32_MAX);
    refused("size of 4 GB", &b, EXH_MALFORMED, "RIFF: ends at 4294967303, but the file at 52");
    put_form(&b, "WAVE data:30");
    put_u32le_at(&b, 4, 43);
    refused("odd size beyond the end", &b, EXH_MALFORMED, "RIFF: ends at 51, but the file at 50");
    put_form(&b, "WAVE data:30");
    put_u32le_at(&b, 16, 31);
    refused("chunk beyond its form", &b, EXH_MALFORMED,
            "chunk 'data' at 12: ends at 51, but its list at 50");
    put_form(&b, "WAVE data:30");
    put_u32le_at(&b, 16, 24);
    refused("bytes left over", &b, EXH_MALFORMED, "at 44: a chunk, but its list ends at 50");
    put_form(&b, "WAVE data:30 C2PA:30");
    refused("store too small", &b, EXH_MALFORMED, "at 50: 30 bytes are less");
    put_form(&b, "WAVE data:30");
    put_store(&b, STORE_MAX + 1);
    close_list(&b, 0);
    refused("store too large", &b, EXH_LIMIT, "at 50: 33554433 bytes; at most 33554432");
    put_form(&b, "WAVE data:30");
    for (size_t i = 0; i <= STORES_MAX; i++)
        put_store(&b, 50);
    close_list(&b, 0);
    refused("stores", &b, EXH_LIMIT, "more than 8 manifest stores");
    put_form(&b, "WAVE");
    for (size_t i = 0; i < 65537; i++)
        put_chunk(&b, "JUNK", 0);
    close_list(&b, 0);
    refused("chunks", &b, EXH_LIMIT, "at 524300: more than 65536 chunks");

    put_form(&b, "WEBP VP8 :30 C2PA:61 EXIF:20");
    for (size_t n = 12; n < b.n; n++)
        case_refused("prefix", (struct exh_bytes){ b.p, n }, EXH_MALFORMED, "");
    for (size_t n = 0; n < 12; n++)
        case_refused("prefix", (struct exh_bytes){ b.p, n }, EXH_UNSUPPORTED, "");
    buf_free(&b);
}

static void test_round_trips(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *behind; // the form
        const char *bare;   // what STRIP leaves
    } cases[] = {
        { "WebP", "WEBP VP8 :30", "", "WEBP VP8 :30" },
        { "odd chunk", "WEBP VP8L:31", "", "WEBP VP8L:31" },
        { "WAV", "WAVE fmt :16 data:101 LIST:40", "", "WAVE fmt :16 data:101 LIST:40" },
        { "empty", "WAVE", "", "WAVE" },
        { "data behind", "WAVE data:10", "trailing", "WAVE data:10" },
        { "no padding", "WEBP VP8 :31 ~", "", "WEBP VP8 :31" },
        { "two stores", "WEBP C2PA:60 VP8 :31 C2PA:61 EXIF:20", "", "WEBP VP8 :31 EXIF:20" },
        { "store inside", "WEBP VP8 :31 C2PA:61 EXIF:20", "", "WEBP VP8 :31 EXIF:20" },
        { "store without padding", "WEBP VP8 :31 C2PA:61 ~", "", "WEBP VP8 :31" },
    };
    static const size_t sizes[] = { STORE_MIN, STORE_MIN + 1, 4000, 4001, 70000, 1000001 };
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct buf bare = buf_with_limit((size_t)1 << 20);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_clear(&b);
        buf_clear(&bare);
        put_form(&b, cases[i].text);
        buf_put_text(&b, cases[i].behind);
        put_form(&bare, cases[i].bare);
        buf_put_text(&bare, cases[i].behind);
        for (size_t k = 0; k < ARRAY_N(sizes); k++)
            case_round_trip(cases[i].name, buf_view(&b), buf_view(&bare), sizes[k]);
    }

    // The frame byte by byte: an odd store has its zero inside the chunk.
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    buf_clear(&b);
    put_form(&b, "WEBP VP8 :31");
    CHECK(case_plan(buf_view(&b), PLAN_EMBED, 61, &out, NULL, &err) == EXH_OK, "%s", err.text);
    put_store(&b, 61);
    put_u32le_at(&b, 52 + 4, 62);
    close_list(&b, 0);
    CHECK(bytes_equal(buf_view(&out), buf_view(&b)), "frame");

    // Nothing to strip: the same bytes, even where the size counts padding that is not there.
    buf_clear(&b);
    put_form(&b, "WAVE data:31");
    b.n--;
    CHECK(case_plan(buf_view(&b), PLAN_STRIP, 0, &out, NULL, &err) == EXH_OK, "%s", err.text);
    CHECK(bytes_equal(buf_view(&out), buf_view(&b)), "strip of nothing");
    buf_free(&out);
    buf_free(&b);
    buf_free(&bare);
}

/* The form's size is hashed: an update has the room of the old store, and no more. */
static void test_update(void)
{
    static const struct {
        size_t old_n;
        size_t new_n;
        enum exh_status want;
    } cases[] = {
        { 100, 100, EXH_OK },          { 100, 99, EXH_OK }, { 101, 101, EXH_OK },
        { 101, 100, EXH_OK },          { 101, 38, EXH_OK }, { 100, 101, EXH_UNSUPPORTED },
        { 101, 102, EXH_UNSUPPORTED },
    };
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct buf out = buf_with_limit((size_t)1 << 20);
    struct buf hashed = buf_with_limit((size_t)1 << 20);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct span where;
        const size_t end = 50 + 8 + cases[i].old_n;
        buf_clear(&b);
        put_form(&b, "WEBP VP8 :30");
        put_store(&b, cases[i].old_n);
        put_chunk(&b, "EXIF", 11);
        close_list(&b, 0);
        enum exh_status got =
            case_plan(buf_view(&b), PLAN_UPDATE, cases[i].new_n, &out, &hashed, &err);
        CHECK(got == cases[i].want, "%zu to %zu: %d (%s)", cases[i].old_n, cases[i].new_n, got,
              err.text);
        if (got != EXH_OK)
            continue;
        case_holds("update", buf_view(&out), cases[i].new_n, &hashed, &where);
        CHECK(where.at == 50 && where.n == 8 + cases[i].old_n, "the store changes its place");
        CHECK(out.n == b.n && memcmp(out.p, b.p, 50) == 0 &&
                  memcmp(out.p + end, b.p + end, b.n - end) == 0,
              "%zu to %zu: bytes outside change", cases[i].old_n, cases[i].new_n);
    }
    buf_free(&b);
    buf_free(&out);
    buf_free(&hashed);
}

/* A film in two forms, with an index of two indexes in its header. */
struct film {
    struct buf bytes;
    size_t entries; // of the index of indexes
    size_t ix[2];   // the indexes
};

static void put_u64le(struct buf *b, uint64_t v)
{
    buf_put_u32le(b, (uint32_t)v);
    buf_put_u32le(b, (uint32_t)(v >> 32));
}

static void put_u64le_at(struct buf *b, size_t at, uint64_t v)
{
    put_u32le_at(b, at, (size_t)(v & UINT32_MAX));
    put_u32le_at(b, at + 4, (size_t)(v >> 32));
}

static uint64_t u64le_at(const struct buf *b, size_t at)
{
    uint64_t v = 0;

    for (size_t i = 8; i-- > 0;)
        v = v << 8 | b->p[at + i];
    return v;
}

static void put_index(struct buf *b, const char *id, uint16_t longs, uint8_t kind, uint32_t n,
                      uint64_t base)
{
    const size_t at = b->n;

    buf_put(b, id, 4);
    buf_put_u32le(b, 0);
    buf_put_u8(b, (uint8_t)longs);
    buf_put_u8(b, (uint8_t)(longs >> 8));
    buf_put_u8(b, 0);
    buf_put_u8(b, kind);
    buf_put_u32le(b, n);
    buf_put_text(b, "00dc");
    put_u64le(b, base);
    buf_put_u32le(b, 0);
    buf_put_zeros(b, (size_t)n * longs * 4);
    close_list(b, at);
}

static void put_movi(struct film *f, int i)
{
    struct buf *b = &f->bytes;
    const size_t movi = open_list(b, "LIST", "movi");

    put_chunk(b, "00dc", 31);
    f->ix[i] = b->n;
    put_index(b, "ix00", 2, 1, 3, movi + 8);
    close_list(b, movi);
}

static void make_film(struct film *f, bool with_store)
{
    struct buf *b = &f->bytes;

    *b = buf_with_limit((size_t)1 << 20);
    const size_t first = open_list(b, "RIFF", "AVI ");
    const size_t hdrl = open_list(b, "LIST", "hdrl");
    put_chunk(b, "avih", 56);
    const size_t strl = open_list(b, "LIST", "strl");
    put_chunk(b, "strh", 56);
    f->entries = b->n + 8 + 24;
    put_index(b, "indx", 4, 0, 2, 0);
    close_list(b, strl);
    close_list(b, hdrl);
    put_movi(f, 0);
    put_chunk(b, "idx1", 16);
    if (with_store)
        put_store(b, 101);
    close_list(b, first);
    const size_t second = open_list(b, "RIFF", "AVIX");
    put_movi(f, 1);
    close_list(b, second);
    for (size_t i = 0; i < 2; i++)
        put_u64le_at(b, f->entries + 16 * i, f->ix[i]);
}

/* Each entry still points to an index, and each index to its list. */
static void check_film(const char *name, const struct buf *b, const struct film *f)
{
    for (size_t i = 0; i < 2; i++) {
        const uint64_t ix = u64le_at(b, f->entries + 16 * i);
        if (!CHECK(ix + 32 <= b->n && memcmp(b->p + ix, "ix00", 4) == 0,
                   "%s: entry %zu points to %" PRIu64, name, i, ix))
            continue;
        const uint64_t movi = u64le_at(b, (size_t)ix + 8 + 12);
        CHECK(movi + 4 <= b->n && memcmp(b->p + movi, "movi", 4) == 0,
              "%s: index %zu points to %" PRIu64, name, i, movi);
    }
}

static void test_film(void)
{
    struct film bare;
    struct film signed_film;
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    static const size_t sizes[] = { 38, 101, 4001, 300000 };

    make_film(&bare, false);
    make_film(&signed_film, true);
    check_film("bare", &bare.bytes, &bare);
    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        case_round_trip("film", buf_view(&bare.bytes), buf_view(&bare.bytes), sizes[i]);
        case_round_trip("signed film", buf_view(&signed_film.bytes), buf_view(&bare.bytes),
                        sizes[i]);
        CHECK(case_plan(buf_view(&bare.bytes), PLAN_EMBED, sizes[i], &out, &hashed, &err) == EXH_OK,
              "%s", err.text);
        check_film("with a store", &out, &bare);
        case_holds("film", buf_view(&out), sizes[i], &hashed, NULL);
    }
    buf_free(&bare.bytes);
    buf_free(&signed_film.bytes);
    buf_free(&out);
    buf_free(&hashed);
}

/* Indexes that contradict themselves: change the film, then embed. */
static void test_bad_index(void)
{
    static const struct {
        const char *name;
        int from_entries; // where to write, counted from the first entry
        uint64_t value;   // or, if zero, see below
        enum exh_status want;
        const char *says;
    } cases[] = {
        { "entry beyond the end", 16, UINT64_MAX, EXH_OK, "" },
        { "entry points nowhere", 16, 1000000, EXH_OK, "" },
        { "more entries than bytes", -20, UINT64_C(0x6364303000000003), EXH_MALFORMED,
          "3 entries of 16 bytes in 56" },
        { "entries of another size", -24, UINT64_C(0x0000000200000003), EXH_MALFORMED,
          "2 entries of 12 bytes" },
        { "unknown kind", -24, UINT64_C(0x0000000280000004), EXH_OK, "" },
        { "index shorter than its head", -28, UINT64_C(0x0000000400000010), EXH_MALFORMED,
          "16 bytes; its head has 24" },
    };
    struct buf out = buf_with_limit((size_t)1 << 20);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct film f;
        make_film(&f, false);
        put_u64le_at(&f.bytes, (size_t)((int)f.entries + cases[i].from_entries), cases[i].value);
        err.text[0] = '\0';
        enum exh_status got = case_plan(buf_view(&f.bytes), PLAN_EMBED, 100, &out, NULL, &err);
        CHECK(got == cases[i].want && strstr(err.text, cases[i].says), "%s: %d (%s)", cases[i].name,
              got, err.text);
        buf_free(&f.bytes);
    }
    // Two entries point to the same index: it is adjusted once.
    struct film f;
    make_film(&f, false);
    put_u64le_at(&f.bytes, f.entries, f.ix[1]);
    case_round_trip("same index twice", buf_view(&f.bytes), buf_view(&f.bytes), 100);
    buf_free(&f.bytes);
    // An index that lies in the store that goes away.
    make_film(&f, true);
    struct container c;
    CHECK(case_container(buf_view(&f.bytes), &c, &err) == EXH_OK, "%s", err.text);
    put_u64le_at(&f.bytes, f.entries, c.store.at + 40);
    CHECK(case_plan(buf_view(&f.bytes), PLAN_EMBED, 1000, &out, NULL, &err) == EXH_OK, "%s",
          err.text);
    memcpy(f.bytes.p + c.store.at + 40, "ix00\x20\0\0\0\2\0\0\1", 12);
    put_u64le_at(&f.bytes, (size_t)c.store.at + 40 + 20, f.ix[1]);
    CHECK(case_plan(buf_view(&f.bytes), PLAN_EMBED, 1000, &out, NULL, &err) == EXH_MALFORMED &&
              strstr(err.text, "points into the manifest store"),
          "%s", err.text);
    container_free(&c);
    buf_free(&f.bytes);
    buf_free(&out);
}

/*
 * Two indexes that overlap: the second begins two bytes behind the first, in its head. For both base
 * offsets to lie behind the store, it must come first, and the file be large.
 */
static void test_overlap(void)
{
    struct film f;
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct buf out = buf_with_limit((size_t)2 << 20);
    struct exh_error err = { 0 };

    make_film(&f, false);
    buf_put(&b, f.bytes.p, 12);
    put_store(&b, 100);
    const size_t shift = b.n - 12;
    buf_put(&b, f.bytes.p + 12, f.bytes.n - 12);
    put_u32le_at(&b, 4,
                 f.ix[1] - 64 + shift - 8); // up to the AVIX form, which has 64 bytes before ix
    const size_t ix = f.ix[1] + shift;
    buf_put_zeros(&b, 900000);
    put_u64le_at(&b, f.entries + shift, ix);
    put_u64le_at(&b, f.entries + shift + 16, ix + 2);
    memcpy(b.p + ix, "ixix\0\0\0\0\0\0\0\1\0\1", 14);
    put_u64le_at(&b, ix + 20, 0xD0000); // two bytes on, this is 0xD
    CHECK(case_plan(buf_view(&b), PLAN_EMBED, 200, &out, NULL, &err) == EXH_MALFORMED &&
              strstr(err.text, "indexes overlap at"),
          "overlap: %s", err.text);
    buf_free(&f.bytes);
    buf_free(&b);
    buf_free(&out);
}

static void test_boxes(void)
{
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct film f;

    put_form(&b, "WEBP VP8 :31 C2PA:61 EXIF:20");
    case_boxes_are("WebP", buf_view(&b), "WEBP@0+12 VP8 @12+40 C2PA@52+70* EXIF@122+28 ");
    buf_put_text(&b, "trailing");
    case_boxes_are("trailing", buf_view(&b),
                   "WEBP@0+12 VP8 @12+40 C2PA@52+70* EXIF@122+28 c2pa.after@150+8 ");
    buf_clear(&b);
    put_form(&b, "WAVE data:31");
    put_chunk(&b, "RIFF", 3);
    case_boxes_are("no form", buf_view(&b), "WAVE@0+12 data@12+40 c2pa.after@52+12 ");
    make_film(&f, true);
    case_boxes_are("film", buf_view(&f.bytes),
                   "AVI @0+12 hdrl@12+216 movi@228+108 idx1@336+24 C2PA@360+110* AVIX@470+12 "
                   "movi@482+108 ");
    buf_free(&f.bytes);
    buf_free(&b);
}

/* A store that goes back into its file has the size that it had there, odd ones too; a new one gets an even chunk. */
static void test_odd_store(void)
{
    static const struct {
        enum plan_goal goal;
        uint8_t chunk_n; // low byte of the chunk's size
    } cases[] = { { PLAN_ATTACH, 61 }, { PLAN_EMBED, 62 } };
    static const uint8_t store[61];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit((size_t)1 << 20), out = buf_with_limit((size_t)1 << 20);
        struct exh_error e;
        struct container c;
        struct plan *p = NULL;

        put_form(&b, "WEBP VP8 :31");
        const struct exh_source s = exh_source_memory(b.p, b.n);
        if (!CHECK(container_read(&s, &c, &e) == EXH_OK, "%s", e.text) ||
            !CHECK(plan_new(&s, &c, cases[i].goal, sizeof store, &p, &e) == EXH_OK, "%s", e.text) ||
            !CHECK(plan_frame(p, (struct exh_bytes){ store, sizeof store }, &out, &e) == EXH_OK,
                   "%s", e.text))
            abort();
        CHECK(out.n == 70 && memcmp(out.p, "C2PA", 4) == 0 && out.p[4] == cases[i].chunk_n &&
                  !out.p[5],
              "goal %d: a chunk of %d", (int)cases[i].goal, out.p[4]);
        plan_free(p);
        container_free(&c);
        buf_free(&b);
        buf_free(&out);
    }
}

int main(void)
{
    test_odd_store();
    test_good();
    test_refused();
    test_round_trips();
    test_update();
    test_film();
    test_bad_index();
    test_overlap();
    test_boxes();
    return check_done();
}
