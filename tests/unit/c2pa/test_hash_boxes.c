#include "binding_case.h"

#define MATCH     "assertion.boxesHash.match"
#define MISMATCH  "assertion.boxesHash.mismatch"
#define MALFORMED "assertion.boxesHash.malformed"
#define UNKNOWN   "assertion.boxesHash.unknownBox"

#define SOI "\xFF\xD8"
#define COM            \
    "\xFF\xFE\x00\x05" \
    "abc"
#define FILL "\xFF\xFF"
#define DQT  "\xFF\xDB\x00\x04\x00\x01"
#define SOS  "\xFF\xDA\x00\x04\x01\x02scan"
#define EOI  "\xFF\xD9"
#define RESTARTS      \
    SOS "\xFF\xD0"    \
        "one\xFF\xD1" \
        "two"
#define PLAIN SOI COM DQT SOS EOI

/*
 * Lists are written as text: groups of names, "SOI COM|C2PA|DQT SOS EOI". A group that begins with
 * '-' is marked excluded (and its hash is wrong), '!' has a wrong hash, '?' none, '5' is of sha512,
 * '1' of an unknown algorithm, '~' is cut as c2pa-rs does: a scan with all its restart intervals, a
 * restart marker without. The hashes are those of the asset's bytes.
 */
struct walk {
    struct span span;
    const char *want;
    bool found;
    size_t skip; // boxes of the same name that were taken before
    size_t seen;
};

static enum exh_status find_box(void *ctx, const struct named_box *box, struct exh_error *err)
{
    struct walk *w = ctx;

    (void)err;
    if (w->seen++ >= w->skip && !w->found && strcmp(box->name, w->want) == 0) {
        w->span = box->span;
        w->found = true;
        w->skip = w->seen;
    }
    return EXH_OK;
}

/* The span of the next box of this name behind `skip` boxes of the file. */
static bool span_of(struct exh_bytes asset, const char *name, size_t *skip, struct span *out)
{
    struct exh_source s = exh_source_memory(asset.p, asset.n);
    struct container c = { 0 };
    struct walk w = { .want = name, .skip = *skip };
    struct exh_error err;

    // A damaged file is walked up to the damage.
    CHECK(container_read(&s, &c, &err) == EXH_OK, "%s", err.text);
    enum exh_status status = container_boxes(&s, &c, find_box, &w, &err);
    CHECK(status == EXH_OK || status == EXH_MALFORMED, "%s", err.text);
    container_free(&c);
    if (w.found)
        *out = w.span;
    *skip = w.found ? w.skip : *skip;
    return w.found;
}

/* Where the entropy-coded data of a file with one scan ends. */
static uint64_t scan_end(struct exh_bytes asset)
{
    struct span eoi = { asset.n, 0 };
    size_t skip = 0;

    span_of(asset, "EOI", &skip, &eoi);
    return eoi.at;
}

/* end: of the group before this one, then of this one. */
static void put_group(struct buf *b, char *names, char mark, struct exh_bytes asset, size_t *skip,
                      uint64_t *end)
{
    struct span group = { 0 };
    uint8_t digest[EXH_HASH_MAX];
    char *list[16];
    size_t n = 0;

    for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
        struct span span = { *end, 0 };
        list[n++] = name;
        if (!span_of(asset, name, skip, &span) && strcmp(name, "c2pa.after") == 0)
            span = (struct span){ *end, asset.n - *end };
        if (mark == '~')
            span.n = strcmp(name, "SOS") == 0 ? scan_end(asset) - span.at : 2;
        if (!group.n)
            group = span;
        if (span.n)
            *end = span.at + span.n;
        group.n = *end - group.at;
    }
    struct exh_bytes hash =
        case_digest(mark == '5' ? EXH_SHA512 : EXH_SHA256, asset, &group, 1, digest);
    digest[0] ^= mark == '!' || mark == '-';

    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "names");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        cbor_put_text(b, list[i]);
    if (mark != '?') {
        cbor_put_text(b, "hash");
        cbor_put_bytes(b, hash);
    }
    if (mark == '5' || mark == '1') {
        cbor_put_text(b, "alg");
        cbor_put_text(b, mark == '5' ? "sha512" : "md5");
    }
    if (mark == '-') {
        cbor_put_text(b, "excluded");
        cbor_put_bool(b, true);
    }
    cbor_put_text(b, "pad");
    cbor_put_bytes(b, (struct exh_bytes){ 0 });
    cbor_map_close(b, map);
}

static void put_list(struct buf *b, const char *text, struct exh_bytes asset, const char *alg)
{
    char copy[256];
    char *groups[16];
    size_t n = 0;
    size_t skip = 0;
    uint64_t end = 0;

    snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; at; n++) {
        groups[n] = at;
        at = strchr(at, '|');
        if (at)
            *at++ = '\0';
    }
    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "boxes");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++) {
        const bool marked = strchr("-!?51~", groups[i][0]) != NULL;
        put_group(b, groups[i] + marked, marked ? groups[i][0] : ' ', asset, &skip, &end);
    }
    if (alg) {
        cbor_put_text(b, "alg");
        cbor_put_text(b, alg);
    }
    cbor_map_close(b, map);
}

#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static void test_jpeg(void)
{
    static const struct {
        const char *name;
        struct exh_bytes bare;
        const char *list;
        const char *code;
        const char *says;
    } cases[] = {
        { "groups", BYTES(PLAIN), "SOI|C2PA|COM DQT SOS EOI", MATCH, "" },
        { "each alone", BYTES(PLAIN), "SOI|C2PA|COM|DQT|SOS|EOI", MATCH, "" },
        { "another algorithm", BYTES(PLAIN), "SOI|C2PA|5COM DQT|SOS EOI", MATCH, "" },
        { "the store's hash is not looked at", BYTES(PLAIN), "SOI|!C2PA|COM DQT SOS EOI", MATCH,
          "" },
        { "a group left out", BYTES(PLAIN), "SOI|C2PA|-COM|DQT SOS EOI", MATCH,
          "the signer leaves out 1 group of boxes" },
        { "fill bytes in a group", BYTES(SOI FILL COM FILL DQT SOS EOI), "SOI|C2PA|COM DQT SOS EOI",
          MATCH, "" },
        { "same name twice", BYTES(SOI COM COM DQT SOS EOI), "SOI|C2PA|COM COM|DQT SOS EOI", MATCH,
          "" },
        { "data behind", BYTES(PLAIN "more"), "SOI|C2PA|COM DQT SOS EOI|c2pa.after", MATCH, "" },
        { "data behind, same group", BYTES(PLAIN "more"), "SOI|C2PA|COM DQT SOS EOI c2pa.after",
          MATCH, "" },
        { "pictures behind, one by one", BYTES(PLAIN PLAIN),
          "SOI|C2PA|COM DQT SOS EOI SOI COM DQT SOS EOI", MATCH, "" },
        { "pictures behind, as a whole", BYTES(PLAIN PLAIN), "SOI|C2PA|COM DQT SOS EOI c2pa.after",
          MATCH, "" },
        { "pictures behind, damaged", BYTES(PLAIN SOI "oops"),
          "SOI|C2PA|COM DQT SOS EOI c2pa.after", MATCH, "" },

        { "restarts", BYTES(SOI RESTARTS EOI), "SOI|C2PA|SOS|RST0|RST1|EOI", MATCH, "" },
        { "restarts, one group", BYTES(SOI RESTARTS EOI), "SOI|C2PA|SOS RST0 RST1 EOI", MATCH, "" },
        { "restarts of c2pa-rs", BYTES(SOI RESTARTS EOI), "SOI|C2PA|~SOS|~RST0|~RST1|EOI", MATCH,
          "" },
        { "restarts of c2pa-rs, no EOI", BYTES(SOI RESTARTS), "SOI|C2PA|~SOS|~RST0|~RST1", MATCH,
          "" },
        { "scan differs", BYTES(SOI RESTARTS EOI), "SOI|C2PA|!SOS|RST0|RST1|EOI", MISMATCH,
          "bytes 114 to 129 are not" },
        { "scan differs, no restarts", BYTES(SOI SOS EOI), "SOI|C2PA|!SOS|EOI", MISMATCH,
          "bytes 114 to 124 are not" },
        { "scan of c2pa-rs, restart not", BYTES(SOI RESTARTS EOI), "SOI|C2PA|~SOS|RST0|~RST1|EOI",
          MISMATCH, "bytes 114 to 129 are not" },
        { "scan right, restart of c2pa-rs", BYTES(SOI RESTARTS EOI), "SOI|C2PA|SOS|~RST0|RST1|EOI",
          MISMATCH, "bytes 124 to 129 are not" },
        { "scan differs at the file's end", BYTES(SOI RESTARTS), "SOI|C2PA|!SOS|~RST0|~RST1",
          MISMATCH, "bytes 114 to 134 are not" },

        { "a hash differs", BYTES(PLAIN), "SOI|C2PA|COM DQT|!SOS EOI", MISMATCH,
          "bytes 127 to 139 are not what was signed: their sha256 is another" },
        { "no hash", BYTES(PLAIN), "SOI|C2PA|?COM DQT|SOS EOI", MISMATCH,
          "boxes from 114 on are listed without a hash" },
        { "unknown algorithm", BYTES(PLAIN), "SOI|C2PA|1COM DQT|SOS EOI", "algorithm.unsupported",
          "boxes from 114 on have no hash algorithm" },
        { "a box not listed", BYTES(PLAIN), "SOI|C2PA|DQT SOS EOI", UNKNOWN,
          "box COM at 114 is not listed" },
        { "the store not listed", BYTES(PLAIN), "SOI|COM DQT SOS EOI", UNKNOWN,
          "box C2PA at 2 is not listed" },
        { "the last not listed", BYTES(PLAIN), "SOI|C2PA|COM DQT SOS", UNKNOWN,
          "box EOI at 137 is not listed" },
        { "data behind not listed", BYTES(PLAIN "more"), "SOI|C2PA|COM DQT SOS EOI", UNKNOWN,
          "box c2pa.after at 139 is not listed" },
        { "one more of a name", BYTES(SOI COM DQT SOS EOI SOI), "SOI|C2PA|COM DQT SOS EOI", UNKNOWN,
          "box SOI at 139, but the list has ended" },
        { "out of order", BYTES(PLAIN), "SOI|C2PA|DQT COM|SOS EOI", MISMATCH,
          "box COM at 114, but the list has DQT here" },
        { "listed, but absent", BYTES(PLAIN), "SOI|C2PA|COM DQT SOS EOI|COM", MISMATCH,
          "the list goes on with COM, but the file has ended" },
        { "listed after the rest", BYTES(PLAIN PLAIN), "SOI|C2PA|COM DQT SOS EOI|c2pa.after|COM",
          MISMATCH, "boxes are listed behind c2pa.after" },
        { "after, but nothing is there", BYTES(PLAIN), "SOI|C2PA|COM DQT SOS EOI|c2pa.after",
          MISMATCH, "the list goes on with c2pa.after" },
        { "after, but not behind the image", BYTES(PLAIN), "SOI|C2PA|c2pa.after", UNKNOWN,
          "box COM at 114 is not listed" },
        { "the store in a group", BYTES(PLAIN), "SOI C2PA|COM DQT SOS EOI", MISMATCH,
          "store at 2 is listed together with other boxes" },
        { "a group begins with the store", BYTES(PLAIN), "SOI|C2PA COM|DQT SOS EOI", MISMATCH,
          "store at 2 is listed together with other boxes" },
        { "damaged behind the image data", BYTES(SOI COM SOS "\xFF\xE1\x00\x01"),
          "SOI|C2PA|COM SOS EOI", MISMATCH, "the file's boxes cannot be told: segment 0xffe1" },
    };
    struct buf b = buf_with_limit((size_t)1 << 16);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf asset;
        case_embed(cases[i].bare, PLAN_EMBED, 100, &asset);
        buf_clear(&b);
        put_list(&b, cases[i].list, buf_view(&asset), "sha256");
        const struct binding_case c = { .name = cases[i].name,
                                        .asset = buf_view(&asset),
                                        .assertion = buf_view(&b) };
        case_ask(hash_boxes_check, &c, cases[i].code, cases[i].says);

        // Position independent: the same list holds when the store has another size.
        if (strcmp(cases[i].code, MATCH) == 0) {
            struct buf grown;
            case_embed(buf_view(&asset), PLAN_UPDATE, 70000, &grown);
            const struct binding_case again = { .name = cases[i].name,
                                                .asset = buf_view(&grown),
                                                .assertion = buf_view(&b) };
            case_ask(hash_boxes_check, &again, MATCH, "");
            buf_free(&grown);
        }
        buf_free(&asset);
    }
    buf_free(&b);
}

/* Each byte outside the store is under a hash: flip it, and the answer changes. */
static void test_every_byte(void)
{
    const struct exh_bytes bare = BYTES(PLAIN "more");
    struct buf asset;
    struct buf b = buf_with_limit((size_t)1 << 16);
    size_t caught = 0;

    case_embed(bare, PLAN_EMBED, 100, &asset);
    put_list(&b, "SOI|C2PA|COM DQT SOS EOI|c2pa.after", buf_view(&asset), "sha256");
    for (size_t at = 2 + 112; at < asset.n; at++) { // behind the store
        struct exh_source s;
        struct container container;
        struct binding_answer answer = { 0 };
        struct exh_error err;
        asset.p[at] ^= 0x10;
        s = exh_source_memory(asset.p, asset.n);
        struct binding_question q = { .crypto = &case_crypto,
                                      .asset = &s,
                                      .container = &container };
        CHECK(cbor_parse(buf_view(&b), 0, &q.assertion, &err) == EXH_OK, "%s", err.text);
        if (container_read(&s, &container, &err) == EXH_OK) {
            CHECK(hash_boxes_check(&q, &answer, &err) == EXH_OK && answer.kind == EXH_FAILURE,
                  "byte %zu: %s", at, answer.code);
            container_free(&container);
            caught++;
        }
        asset.p[at] ^= 0x10;
    }
    CHECK(caught > 10, "%zu bytes looked at", caught);
    buf_free(&asset);
    buf_free(&b);
}

static void test_png(void)
{
    static const uint8_t bare[] =
        "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR0123456789abc....\0\0\0\0IEND....";
    static const struct {
        const char *name;
        const char *list;
        const char *code;
        const char *says;
    } cases[] = {
        { "whole", "PNGh IHDR|C2PA|IEND", MATCH, "" },
        { "signature not listed", "IHDR|C2PA|IEND", MATCH, "" },
        { "nothing but the store", "C2PA", UNKNOWN, "box IHDR at 8" },
    };
    struct buf asset;
    struct buf b = buf_with_limit((size_t)1 << 16);

    case_embed((struct exh_bytes){ bare, sizeof bare - 1 }, PLAN_EMBED, 100, &asset);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_clear(&b);
        put_list(&b, cases[i].list, buf_view(&asset), NULL);
        const struct binding_case c = { .name = cases[i].name,
                                        .asset = buf_view(&asset),
                                        .assertion = buf_view(&b),
                                        .alg = EXH_SHA256 };
        case_ask(hash_boxes_check, &c, cases[i].code, cases[i].says);
    }
    buf_free(&asset);

    buf_free(&b);
}

/* A list may be of a type called C2PA, and is not the store for that. */
static void test_impostor(void)
{
    const struct exh_bytes bare = BYTES("RIFF\x14\0\0\0WAVELIST\x08\0\0\0C2PAabcd");
    struct buf asset;
    struct buf b = buf_with_limit((size_t)1 << 16);

    case_embed(bare, PLAN_EMBED, 100, &asset);
    put_list(&b, "WAVE|C2PA|C2PA", buf_view(&asset), "sha256");
    const struct binding_case c = { .name = "impostor",
                                    .asset = buf_view(&asset),
                                    .assertion = buf_view(&b) };
    case_ask(hash_boxes_check, &c, MISMATCH,
             "box at 12 is called C2PA, but is not the manifest store");
    buf_free(&asset);
    buf_free(&b);
}

static void test_sidecar(void)
{
    static const struct {
        const char *name;
        const char *list;
        const char *code;
    } cases[] = {
        { "no store listed", "SOI COM DQT SOS EOI", MATCH },
        { "its place listed", "SOI|C2PA|COM DQT SOS EOI", MATCH },
        { "its place last", "SOI COM DQT SOS EOI|C2PA", MATCH },
        { "something else last", "SOI COM DQT SOS EOI|COM", MISMATCH },
    };
    const struct exh_bytes asset = BYTES(PLAIN);
    struct buf b = buf_with_limit((size_t)1 << 16);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        buf_clear(&b);
        put_list(&b, cases[i].list, asset, "sha256");
        const struct binding_case c = {
            .name = cases[i].name, .asset = asset, .assertion = buf_view(&b), .sidecar = true
        };
        case_ask(hash_boxes_check, &c, cases[i].code, "");
    }
    const struct exh_bytes bare = BYTES(PLAIN);
    buf_clear(&b);
    put_list(&b, "SOI|C2PA|COM DQT SOS EOI", bare, "sha256");
    const struct binding_case embedded = { .name = "listed, but absent and not a sidecar",
                                           .asset = bare,
                                           .assertion = buf_view(&b) };
    case_ask(hash_boxes_check, &embedded, MISMATCH, "box COM at 2, but the list has C2PA here");
    buf_free(&b);
}

/* Shapes that put_list() cannot make. */
static void test_shapes(void)
{
    static const struct {
        const char *name;
        struct exh_bytes cbor;
        const char *code;
        const char *says;
    } cases[] = {
        { "no list", BYTES("\xA0"), MALFORMED, "no list of boxes" },
        { "not a list",
          BYTES("\xA1\x65"
                "boxes\x01"),
          MALFORMED, "no list of boxes" },
        { "empty list",
          BYTES("\xA1\x65"
                "boxes\x80"),
          MALFORMED, "no list of boxes" },
        { "a group without names",
          BYTES("\xA1\x65"
                "boxes\x81\xA0"),
          MALFORMED, "without names" },
        { "a group that is text",
          BYTES("\xA1\x65"
                "boxes\x81\x61x"),
          MALFORMED, "without names" },
        { "no names in it",
          BYTES("\xA1\x65"
                "boxes\x81\xA1\x65names\x80"),
          MALFORMED, "without names" },
        { "a name that is a number",
          BYTES("\xA1\x65"
                "boxes\x81\xA1\x65names\x81\x01"),
          MALFORMED, "without names" },
        { "a name of control characters",
          BYTES("\xA1\x65"
                "boxes\x82\xA1\x65names\x82\x63SOI\x63\x1B[m"
                "\xA1\x65names\x81\x63"
                "COM"),
          MISMATCH, "box COM at 2, but the list has ?[m here" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct binding_case c = {
            .name = cases[i].name,
            .asset = BYTES(PLAIN),
            .assertion = cases[i].cbor,
            .alg = EXH_SHA256,
        };
        case_ask(hash_boxes_check, &c, cases[i].code, cases[i].says);
    }
}

int main(void)
{
    test_jpeg();
    test_every_byte();
    test_png();
    test_impostor();
    test_sidecar();
    test_shapes();
    return check_done();
}
