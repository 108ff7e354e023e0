#include "base/text.h"
#include "check.h"
#include "formats/jumbf.h"

#define UUID(four) four "\0\21\0\20\200\0\0\252\0\70\233\161"
#define SALT16     "0123456789abcdef"
#define HASH32     SALT16 SALT16

/* Check an exact copy of the input; what was found is only looked at while the copy lives. */
static enum exh_status check(const char *in, size_t n, bool padded, struct exh_error *err)
{
    struct jumbf found;
    uint8_t *copy = exact_copy(in, n);
    const enum exh_status status =
        jumbf_check((struct exh_bytes){ copy, n }, 1000, padded, &found, err);

    free(copy);
    return status;
}

/* A superbox with this description and these content boxes, into b. */
static void put_superbox(struct buf *b, const char *desc, size_t n, const char *rest, size_t m)
{
    const size_t at = jumbf_put_box_open(b, "jumb");
    const size_t jumd = jumbf_put_box_open(b, "jumd");

    buf_put(b, desc, n);
    jumbf_put_close(b, jumd);
    buf_put(b, rest, m);
    jumbf_put_close(b, at);
}

static void test_descriptions(void)
{
#define ROW(text) text, sizeof text - 1
    static const struct {
        const char *name;
        const char *desc;
        size_t n;
        enum exh_status want;
        const char *label;
        size_t salt_n;
        bool requestable;
    } cases[] = {
        { "label", ROW(UUID("c2pa") "\3c2pa\0"), EXH_OK, "c2pa", 0, true },
        { "nothing optional", ROW(UUID("c2pa") "\0"), EXH_OK, "", 0, false },
        { "unknown type", ROW("????????????????\3x\0"), EXH_OK, "x", 0, true },
        { "id", ROW(UUID("c2pa") "\7c2pa\0\1\2\3\4"), EXH_OK, "c2pa", 0, true },
        { "hash", ROW(UUID("c2pa") "\11" HASH32), EXH_OK, "", 0, true },
        { "salt of 16", ROW(UUID("c2pa") "\23a\0\0\0\0\30c2sh" SALT16), EXH_OK, "a", 16, true },
        { "salt of 32", ROW(UUID("c2pa") "\23a\0\0\0\0\50c2sh" HASH32), EXH_OK, "a", 32, true },
        { "all", ROW(UUID("c2pa") "\37a\0\0\0\0\1" HASH32 "\0\0\0\30c2sh" SALT16), EXH_OK, "a", 16,
          true },
        { "other private box", ROW(UUID("c2pa") "\23a\0\0\0\0\11priv!"), EXH_OK, "a", 0, true },
        { "private box and salt",
          ROW(UUID("c2pa") "\23a\0\0\0\0\11priv!\0\0\0\30c2sh" SALT16 "\0\0\0\10free"), EXH_OK, "a",
          16, true },
        { "empty", ROW(""), EXH_MALFORMED, "", 0, false },
        { "type only", ROW(UUID("c2pa")), EXH_MALFORMED, "", 0, false },
        { "label without NUL", ROW(UUID("c2pa") "\3c2pa"), EXH_MALFORMED, "", 0, false },
        { "label not UTF-8", ROW(UUID("c2pa") "\3c2p\377\0"), EXH_MALFORMED, "", 0, false },
        { "label not announced", ROW(UUID("c2pa") "\1c2pa\0"), EXH_MALFORMED, "", 0, false },
        { "byte left over", ROW(UUID("c2pa") "\3c2pa\0!"), EXH_MALFORMED, "", 0, false },
        { "unknown toggle 0x20", ROW(UUID("c2pa") "\43c2pa\0"), EXH_UNSUPPORTED, "", 0, false },
        { "unknown toggle 0x80", ROW(UUID("c2pa") "\200"), EXH_UNSUPPORTED, "", 0, false },
        { "id cut short", ROW(UUID("c2pa") "\7c2pa\0\1\2\3"), EXH_MALFORMED, "", 0, false },
        { "hash cut short", ROW(UUID("c2pa") "\10" SALT16), EXH_MALFORMED, "", 0, false },
        { "private box absent", ROW(UUID("c2pa") "\20"), EXH_MALFORMED, "", 0, false },
        { "private box cut short", ROW(UUID("c2pa") "\20\0\0\0"), EXH_MALFORMED, "", 0, false },
        { "private box too long", ROW(UUID("c2pa") "\20\0\0\0\12priv!"), EXH_MALFORMED, "", 0,
          false },
        { "salt of 15", ROW(UUID("c2pa") "\20\0\0\0\27c2sh123456789012345"), EXH_MALFORMED, "", 0,
          false },
        { "salt of none", ROW(UUID("c2pa") "\20\0\0\0\10c2sh"), EXH_MALFORMED, "", 0, false },
        { "two salts", ROW(UUID("c2pa") "\20\0\0\0\30c2sh" SALT16 "\0\0\0\30c2sh" SALT16),
          EXH_MALFORMED, "", 0, false },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit(4096);
        struct exh_error err;
        struct jumbf found = { 0 };
        put_superbox(&b, cases[i].desc, cases[i].n, "", 0);
        const enum exh_status got = check((char *)b.p, b.n, false, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        CHECK(got == EXH_OK || strstr(err.text, " at 10"), "%s: %s", cases[i].name, err.text);
        if (jumbf_check(buf_view(&b), 0, false, &found, &err) == EXH_OK) {
            CHECK(bytes_are(found.label, cases[i].label), "%s: label", cases[i].name);
            CHECK(found.salt.n == cases[i].salt_n, "%s: salt %zu", cases[i].name, found.salt.n);
            CHECK(found.requestable == cases[i].requestable, "%s: requestable", cases[i].name);
            CHECK(memcmp(found.type, cases[i].desc, JUMBF_TYPE_N) == 0, "%s: type", cases[i].name);
        }
        for (size_t n = 0; n < b.n; n++) // every prefix is refused
            CHECK(check((char *)b.p, n, false, &err) != EXH_OK, "%s: %zu bytes", cases[i].name, n);
        buf_free(&b);
    }
}

#define JUMD     "\0\0\0\36jumd" UUID("c2pa") "\3c2pa\0" // 30 bytes
#define JUMD_OF  "\0\0\0\31jumd????????????????\0"       // 25 bytes, of unknown type
#define TOP(len) "\0\0\0" len "jumb" JUMD

static void test_boxes(void)
{
    static const struct {
        const char *name;
        const char *in;
        size_t n;
        bool padded;
        enum exh_status want;
        const char *place; // in the message
    } cases[] = {
        { "store", ROW(TOP("\46")), false, EXH_OK, "" },
        { "padded", ROW(TOP("\46") "\0\0\0"), true, EXH_OK, "" },
        { "padded with nothing", ROW(TOP("\46")), true, EXH_OK, "" },
        { "long form", ROW("\0\0\0\1jumb\0\0\0\0\0\0\0\56" JUMD), false, EXH_OK, "" },
        { "to the end", ROW(TOP("\0")), false, EXH_OK, "" },
        { "leaf", ROW(TOP("\57") "\0\0\0\11cbor\0"), false, EXH_OK, "" },
        { "empty leaf of unknown type", ROW(TOP("\56") "\0\0\0\10\1\2\3\4"), false, EXH_OK, "" },
        { "leaf of long form", ROW(TOP("\67") "\0\0\0\1cbor\0\0\0\0\0\0\0\21!"), false, EXH_OK,
          "" },
        { "unknown superbox", ROW(TOP("\107") "\0\0\0\41jumb" JUMD_OF), false, EXH_OK, "" },
        { "not padded", ROW(TOP("\46") "\0"), false, EXH_MALFORMED, "at 1000" },
        { "padded with one", ROW(TOP("\46") "\0\1"), true, EXH_MALFORMED, "at 1039" },
        { "to the end of padding", ROW(TOP("\0")), true, EXH_MALFORMED, "at 1000" },
        { "no superbox", ROW("\0\0\0\46jumc" JUMD), false, EXH_MALFORMED, "at 1000" },
        { "superbox too long", ROW(TOP("\47")), false, EXH_MALFORMED, "at 1000" },
        { "size less than its header", ROW(TOP("\7")), false, EXH_MALFORMED, "at 1000" },
        { "long form, less than its header", ROW("\0\0\0\1jumb\0\0\0\0\0\0\0\17" JUMD), false,
          EXH_MALFORMED, "at 1000" },
        { "long form, huge", ROW("\0\0\0\1jumb\377\377\377\377\377\377\377\377" JUMD), false,
          EXH_MALFORMED, "at 1000" },
        { "superbox without description", ROW("\0\0\0\10jumb"), false, EXH_MALFORMED, "at 1008" },
        { "leaf before the description", ROW("\0\0\0\21jumb\0\0\0\11cbor\0"), false, EXH_MALFORMED,
          "at 1008" },
        { "leaf to the end", ROW(TOP("\57") "\0\0\0\0cbor\0"), false, EXH_MALFORMED, "at 1038" },
        { "leaf too long", ROW(TOP("\57") "\0\0\0\12cbor\0"), false, EXH_MALFORMED, "at 1038" },
        { "leaf cut short", ROW(TOP("\55") "\0\0\0\10cbo"), false, EXH_MALFORMED, "at 1038" },
        { "bytes behind a leaf", ROW(TOP("\61") "\0\0\0\11cbor\0\0\0"), false, EXH_MALFORMED,
          "at 1047" },
        { "broken description inside",
          ROW(TOP("\107") "\0\0\0\41jumb\0\0\0\31jumc????????????????"
                          "\0"),
          false, EXH_MALFORMED, "at 1046" },
        { "unknown toggle inside",
          ROW(TOP("\107") "\0\0\0\41jumb\0\0\0\31jumd????????????????\100"), false, EXH_UNSUPPORTED,
          "at 1046" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_error err;
        const enum exh_status got = check(cases[i].in, cases[i].n, cases[i].padded, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        CHECK(got == EXH_OK || strstr(err.text, cases[i].place), "%s: %s", cases[i].name, err.text);
    }
}

/* A store of `depth` superboxes in each other, `wide` empty boxes in the innermost. */
static enum exh_status check_nested(size_t depth, size_t wide, struct exh_error *err)
{
    struct buf b = buf_with_limit((size_t)1 << 20);
    struct jumbf found;
    size_t at[JUMBF_DEPTH_MAX + 1];
    jumbf_type type;

    jumbf_type_of("c2pa", type);
    for (size_t i = 0; i < depth; i++)
        at[i] = jumbf_put_open(&b, type, "x", (struct exh_bytes){ 0 });
    for (size_t i = 0; i < wide; i++)
        jumbf_put_close(&b, jumbf_put_box_open(&b, "free"));
    for (size_t i = depth; i-- > 0;)
        jumbf_put_close(&b, at[i]);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        status = jumbf_check(buf_view(&b), 0, false, &found, err);
    buf_free(&b);
    return status;
}

static void test_limits(void)
{
    struct exh_error err;
    char label[JUMBF_LABEL_MAX + 2];
    jumbf_type type = { 0 };

    CHECK(check_nested(JUMBF_DEPTH_MAX, 1, &err) == EXH_OK, "depth: %s", err.text);
    CHECK(check_nested(JUMBF_DEPTH_MAX + 1, 1, &err) == EXH_LIMIT, "too deep");
    CHECK(check_nested(1, JUMBF_BOXES_MAX - 1, &err) == EXH_OK, "boxes: %s", err.text);
    CHECK(check_nested(1, JUMBF_BOXES_MAX, &err) == EXH_LIMIT, "too many boxes");

    memset(label, 'a', sizeof label);
    for (size_t n = JUMBF_LABEL_MAX; n <= JUMBF_LABEL_MAX + 1; n++) {
        struct buf b = buf_with_limit(4096);
        struct jumbf found;
        const size_t at = jumbf_put_box_open(&b, "jumb");
        const size_t desc = jumbf_put_box_open(&b, "jumd");
        buf_put(&b, type, sizeof type);
        buf_put_u8(&b, 3);
        buf_put(&b, label, n);
        buf_put_u8(&b, 0);
        jumbf_put_close(&b, desc);
        jumbf_put_close(&b, at);
        CHECK(jumbf_check(buf_view(&b), 0, false, &found, &err) ==
                  (n > JUMBF_LABEL_MAX ? EXH_LIMIT : EXH_OK),
              "label of %zu bytes", n);
        buf_free(&b);
    }
}

static void test_labels(void)
{
    static const struct {
        const char *label;
        bool valid;
    } cases[] = {
        { "c2pa.assertions", true },
        { "urn:c2pa:085b5dbf-2d9c-4bc4-9b3d-3e6e5b3f9a0a:exhibit", true },
        { "c2pa.actions.v2__1", true },
        { "a b", true },
        { "~", true },
        { "\xC2\xA0", true },
        { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7", true },
        { "", false },
        { "a/b", false },
        { "a;b", false },
        { "a?b", false },
        { "a#", false },
        { "a\n", false },
        { "\x1F", false },
        { "\x7F", false },
        { "\xC2\x80", false },
        { "\xC2\x9F", false },
        { "\xEF\xBB\xBF", false },
        { "\xEF\xBF\xBF", false },
        { "\xED\xA0\x80", false },
        { "\xFF", false },
    };
    uint8_t long_label[JUMBF_LABEL_MAX + 1];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        size_t n = strlen(cases[i].label);
        uint8_t *copy = exact_copy(cases[i].label, n);
        CHECK(jumbf_label_valid((struct exh_bytes){ copy, n }) == cases[i].valid, "row %zu", i);
        free(copy);
    }
    memset(long_label, 'a', sizeof long_label);
    CHECK(jumbf_label_valid((struct exh_bytes){ long_label, JUMBF_LABEL_MAX }), "longest");
    CHECK(!jumbf_label_valid((struct exh_bytes){ long_label, JUMBF_LABEL_MAX + 1 }), "too long");
    CHECK(!jumbf_label_valid((struct exh_bytes){ (const uint8_t *)"a\0b", 3 }), "NUL inside");
}

/* What is written is what the specification shows, and is walked again. */
static void test_write(void)
{
    static const char want[] = "\0\0\0\161jumb\0\0\0\36jumd" UUID(
        "c2pa") "\3c2pa\0"
                "\0\0\0\113jumb\0\0\0\63jumd" UUID("cbor") "\23a\0"
                                                           "\0\0\0\30c2sh" SALT16
                                                           "\0\0\0\20cborCONTENTS";
    struct buf b = buf_with_limit(4096);
    struct exh_error err;
    struct jumbf store, child;
    struct jumbf_box box;
    jumbf_type type;

    jumbf_type_of("c2pa", type);
    const size_t top = jumbf_put_open(&b, type, "c2pa", (struct exh_bytes){ 0 });
    jumbf_type_of("cbor", type);
    const size_t inner = jumbf_put_open(&b, type, "a", bytes_of(SALT16));
    const size_t content = jumbf_put_box_open(&b, "cbor");
    buf_put_text(&b, "CONTENTS");
    jumbf_put_close(&b, content);
    jumbf_put_close(&b, inner);
    jumbf_put_close(&b, top);
    CHECK(b.n == sizeof want - 1 && memcmp(b.p, want, b.n) == 0, "%zu bytes", b.n);

    CHECK(jumbf_check(buf_view(&b), 50, false, &store, &err) == EXH_OK, "%s", err.text);
    CHECK(jumbf_is(store.type, "c2pa") && !jumbf_is(store.type, "c2ma"), "type");
    CHECK(store.box.pos == 50 && store.box.content.n == b.n - 8, "content without its header");
    struct reader walk = store.children;
    CHECK(jumbf_next_box(&walk, &box, &err) == EXH_OK && !walk.rest.n, "%s", err.text);
    CHECK(strcmp(box.type, "jumb") == 0 && box.pos == 50 + 38, "box at %llu",
          (unsigned long long)box.pos);
    CHECK(jumbf_open(&box, &child, &err) == EXH_OK, "%s", err.text);
    CHECK(jumbf_is(child.type, "cbor") && bytes_are(child.label, "a"), "child");
    CHECK(bytes_are(child.salt, SALT16), "salt");
    CHECK(jumbf_next_box(&child.children, &box, &err) == EXH_OK, "%s", err.text);
    CHECK(strcmp(box.type, "cbor") == 0 && bytes_are(box.content, "CONTENTS"), "leaf");
    CHECK(jumbf_open(&box, &child, &err) == EXH_MALFORMED, "a leaf is no superbox");

    buf_clear(&b);
    jumbf_put_close(&b, jumbf_put_open(&b, type, "a/b", (struct exh_bytes){ 0 }));
    CHECK(buf_finish(&b, &err) == EXH_INVALID, "a label that breaks URIs");
    buf_free(&b);
    b = buf_with_limit(20);
    jumbf_put_close(&b, jumbf_put_open(&b, type, "a", (struct exh_bytes){ 0 }));
    CHECK(buf_finish(&b, &err) == EXH_LIMIT, "no room");
    buf_free(&b);
}

static void test_types(void)
{
    jumbf_type type;

    jumbf_type_of("json", type);
    CHECK(memcmp(type, UUID("json"), sizeof type) == 0, "json");
    CHECK(jumbf_is(type, "json") && !jumbf_is(jumbf_embedded_file, "json"), "is");
    CHECK(memcmp(jumbf_embedded_file,
                 "\x40\xCB\x0C\x32\xBB\x8A\x48\x9D\xA7\x0B\x2A\xD6\xF4\x7F\x43\x69", 16) == 0,
          "embedded file");
    CHECK(memcmp(jumbf_redacted, "\xCA\xA9\x8E\xEE\x9D\x4D\xF8\x0E\x86\xAD\x4D\xFF\xCA\x26\x39\x73",
                 16) == 0,
          "redacted");
}

int main(void)
{
    test_descriptions();
    test_boxes();
    test_limits();
    test_labels();
    test_write();
    test_types();
    return check_done();
}
