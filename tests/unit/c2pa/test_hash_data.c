#include "binding_case.h"

#define JPEG                                                   \
    "\xFF\xD8\xFF\xDB\x00\x04\x00\x01\xFF\xDA\x00\x04\x01\x02" \
    "the content of a picture"                                 \
    "\xFF\xD9"
#define STORE_AT 2
#define STORE_N  512 // container bytes: 500 and a segment's head

#define MATCH     "assertion.dataHash.match"
#define MISMATCH  "assertion.dataHash.mismatch"
#define MALFORMED "assertion.dataHash.malformed"

/* What an assertion of the table leaves out or has wrong. */
enum flaw { SOUND, NO_PAD, PAD_IS_TEXT, NO_HASH, HASH_IS_TEXT, HASH_IS_SHORT, OTHER_HASH };

static void put_exclusions(struct buf *b, const struct span *spans, size_t n)
{
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++) {
        struct cbor_map map = cbor_map_open(b);
        cbor_put_text(b, "start");
        cbor_put_uint(b, spans[i].at);
        cbor_put_text(b, "length");
        cbor_put_uint(b, spans[i].n);
        cbor_map_close(b, map);
    }
}

static void put_assertion(struct buf *b, const struct span *spans, size_t n, const char *alg,
                          struct exh_bytes hash, enum flaw flaw)
{
    struct cbor_map map = cbor_map_open(b);

    if (n) {
        cbor_put_text(b, "exclusions");
        put_exclusions(b, spans, n);
    }
    if (alg) {
        cbor_put_text(b, "alg");
        cbor_put_text(b, alg);
    }
    if (flaw != NO_HASH) {
        cbor_put_text(b, "hash");
        if (flaw == HASH_IS_TEXT)
            cbor_put_text(b, "hash");
        else
            cbor_put_bytes(b, (struct exh_bytes){ hash.p, hash.n - (flaw == HASH_IS_SHORT) });
    }
    if (flaw != NO_PAD) {
        cbor_put_text(b, "pad");
        if (flaw == PAD_IS_TEXT)
            cbor_put_text(b, "");
        else
            cbor_put_bytes(b, (struct exh_bytes){ 0 });
    }
    cbor_put_text(b, "url");
    cbor_put_text(b, "https://example.org/never-fetched");
    cbor_map_close(b, map);
}

/* The digest of all bytes outside the spans, which are in order. */
static struct exh_bytes digest_outside(enum exh_hash alg, struct exh_bytes asset,
                                       const struct span *spans, size_t n, uint8_t to[EXH_HASH_MAX])
{
    struct span left[8];
    uint64_t at = 0;
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (spans[i].at >= asset.n || spans[i].at < at)
            break;
        left[k++] = (struct span){ at, spans[i].at - at };
        at = spans[i].at + spans[i].n < asset.n ? spans[i].at + spans[i].n : asset.n;
    }
    left[k++] = (struct span){ at, asset.n - at };
    return case_digest(alg, asset, left, k, to);
}

#define STORE             \
    {                     \
        STORE_AT, STORE_N \
    }

static void test_embedded(void)
{
    static const struct {
        const char *name;
        struct span exclusions[4];
        size_t n;
        const char *alg;     // of the assertion
        enum exh_hash claim; // of the claim
        enum exh_hash used;
        enum flaw flaw;
        const char *code;
        const char *says;
        bool informational;
    } cases[] = {
        { "exact", { STORE }, 1, "sha256", EXH_HASH_NONE, EXH_SHA256, SOUND, MATCH, "", false },
        { "sha384", { STORE }, 1, "sha384", EXH_SHA256, EXH_SHA384, SOUND, MATCH, "", false },
        { "sha512", { STORE }, 1, "sha512", EXH_SHA256, EXH_SHA512, SOUND, MATCH, "", false },
        { "the claim's algorithm",
          { STORE },
          1,
          NULL,
          EXH_SHA512,
          EXH_SHA512,
          SOUND,
          MATCH,
          "",
          false },
        { "no algorithm",
          { STORE },
          1,
          NULL,
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          "algorithm.unsupported",
          "names a hash algorithm",
          false },
        { "algorithm not allowed",
          { STORE },
          1,
          "sha1",
          EXH_SHA256,
          EXH_SHA256,
          SOUND,
          "algorithm.unsupported",
          "names a hash algorithm",
          false },
        { "empty exclusions count for nothing",
          { { 0, 0 }, STORE, { 520, 0 } },
          3,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MATCH,
          "",
          false },
        { "metadata left out too",
          { STORE, { 518, 3 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MATCH,
          "",
          true },
        { "content differs",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          OTHER_HASH,
          MISMATCH,
          "its sha256 is another, over all 552 bytes but what is excluded",
          false },
        { "another algorithm's hash",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA384,
          SOUND,
          MISMATCH,
          "is another",
          false },
        { "hash cut",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          HASH_IS_SHORT,
          MISMATCH,
          "is another",
          false },
        { "no hash",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          NO_HASH,
          MISMATCH,
          "holds no hash",
          false },
        { "hash is text",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          HASH_IS_TEXT,
          MALFORMED,
          "not a byte string",
          false },
        { "no padding",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          NO_PAD,
          MALFORMED,
          "padding is missing",
          false },
        { "padding is text",
          { STORE },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          PAD_IS_TEXT,
          MALFORMED,
          "padding is missing",
          false },
        { "no exclusion",
          { { 0, 0 } },
          0,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "no exclusion holds the manifest store, bytes 2 to 514",
          false },
        { "exclusion elsewhere",
          { { 514, 9 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "no exclusion holds",
          false },
        { "from the file's start",
          { { 0, 514 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "bytes 0 to 514 are excluded, but the manifest store is bytes 2 to 514; what is left has "
          "the hash that was signed",
          false },
        { "one byte more",
          { { 2, 513 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "bytes 2 to 515 are excluded",
          false },
        { "one byte less",
          { { 2, 511 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "bytes 2 to 513 are excluded",
          false },
        { "one byte later",
          { { 3, 511 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "bytes 3 to 514 are excluded",
          false },
        { "in two parts",
          { { 2, 12 }, { 14, 500 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "bytes 2 to 14 are excluded",
          true },
        { "range and hash wrong",
          { { 0, 514 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          OTHER_HASH,
          MISMATCH,
          "and what is left has another hash",
          false },
        { "overlapping",
          { STORE, { 513, 9 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MALFORMED,
          "begins at 513, but the one before it ends at 514",
          false },
        { "out of order",
          { { 520, 3 }, STORE },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MALFORMED,
          "begins at 2, but",
          false },
        { "empty but out of order",
          { STORE, { 1, 0 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MALFORMED,
          "begins at 1",
          false },
        { "beyond the end",
          { STORE, { 550, 5 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "5 bytes at 550 ends beyond the file, which has 552",
          false },
        { "far beyond the end",
          { STORE, { 600, 5 } },
          2,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "ends beyond the file",
          false },
        { "end does not fit",
          { { 2, UINT64_MAX } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "beyond the end of any file",
          false },
        { "start does not fit",
          { { UINT64_MAX, 2 } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "beyond the end of any file",
          false },
        { "sum at the border",
          { { INT64_MAX, INT64_MAX } },
          1,
          "sha256",
          EXH_HASH_NONE,
          EXH_SHA256,
          SOUND,
          MISMATCH,
          "ends beyond the file",
          false },
    };
    struct buf asset;
    struct buf b = buf_with_limit((size_t)1 << 16);

    case_embed((struct exh_bytes){ (const uint8_t *)JPEG, sizeof(JPEG) - 1 }, PLAN_EMBED, 500,
               &asset);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        uint8_t digest[EXH_HASH_MAX];
        struct exh_bytes hash = digest_outside(cases[i].used, buf_view(&asset), cases[i].exclusions,
                                               cases[i].n, digest);
        digest[5] ^= cases[i].flaw == OTHER_HASH;
        buf_clear(&b);
        put_assertion(&b, cases[i].exclusions, cases[i].n, cases[i].alg, hash, cases[i].flaw);
        const struct binding_case c = { .name = cases[i].name,
                                        .asset = buf_view(&asset),
                                        .assertion = buf_view(&b),
                                        .alg = cases[i].claim };
        struct binding_answer answer = case_ask(hash_data_check, &c, cases[i].code, cases[i].says);
        CHECK(!answer.informational == !cases[i].informational, "%s: informational %s",
              cases[i].name, answer.informational ? answer.informational : "none");
    }
    buf_free(&asset);
    buf_free(&b);
}

static void test_sidecar(void)
{
    static const struct {
        const char *name;
        struct span exclusions[2];
        size_t n;
        const char *code;
        bool informational;
    } cases[] = {
        { "whole", { { 0, 0 } }, 0, MATCH, false },
        { "empty exclusion", { { 0, 0 } }, 1, MATCH, false },
        { "metadata left out", { { 10, 3 } }, 1, MATCH, true },
    };
    const struct exh_bytes asset = { (const uint8_t *)JPEG, sizeof(JPEG) - 1 };
    struct buf b = buf_with_limit((size_t)1 << 16);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        uint8_t digest[EXH_HASH_MAX];
        struct exh_bytes hash =
            digest_outside(EXH_SHA256, asset, cases[i].exclusions, cases[i].n, digest);
        buf_clear(&b);
        put_assertion(&b, cases[i].exclusions, cases[i].n, "sha256", hash, SOUND);
        const struct binding_case c = {
            .name = cases[i].name, .asset = asset, .assertion = buf_view(&b), .sidecar = true
        };
        struct binding_answer answer = case_ask(hash_data_check, &c, cases[i].code, "");
        CHECK(!answer.informational == !cases[i].informational, "%s", cases[i].name);
    }
    buf_free(&b);
}

/* The hash was taken around a store of 500 bytes; then the store was replaced. */
static void test_updated(void)
{
    static const struct {
        const char *name;
        size_t store_n; // now
        bool updated;
        struct span exclusions[3];
        size_t n;
        const char *code;
        const char *says;
    } cases[] = {
        { "grown", 900, true, { STORE }, 1, MATCH, "" },
        { "grown, two segments", 70000, true, { STORE }, 1, MATCH, "" },
        { "shrunk", 100, true, { STORE }, 1, MATCH, "" },
        { "as it was", 500, true, { STORE }, 1, MATCH, "" },
        { "metadata behind has moved", 900, true, { STORE, { 518, 3 }, { 530, 4 } }, 3, MATCH, "" },
        { "metadata behind moved back", 100, true, { STORE, { 518, 3 } }, 2, MATCH, "" },
        { "metadata before stays", 900, true, { { 0, 1 }, STORE }, 2, MATCH, "" },
        { "grown without an update",
          900,
          false,
          { STORE },
          1,
          MISMATCH,
          "bytes 2 to 514 are excluded, but the manifest store is bytes 2 to 914" },
        { "another start", 900, true, { { 3, 511 } }, 1, MISMATCH, "bytes 3 to 514" },
        { "behind the end after growing",
          900,
          true,
          { STORE, { 550, 5 } },
          2,
          MISMATCH,
          "5 bytes at 950 ends beyond the file, which has 952" },
    };
    struct buf signed_asset;
    struct buf b = buf_with_limit((size_t)1 << 16);

    case_embed((struct exh_bytes){ (const uint8_t *)JPEG, sizeof(JPEG) - 1 }, PLAN_EMBED, 500,
               &signed_asset);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf asset;
        uint8_t digest[EXH_HASH_MAX];
        case_embed(buf_view(&signed_asset), PLAN_UPDATE, cases[i].store_n, &asset);
        struct exh_bytes hash = digest_outside(EXH_SHA256, buf_view(&signed_asset),
                                               cases[i].exclusions, cases[i].n, digest);
        buf_clear(&b);
        put_assertion(&b, cases[i].exclusions, cases[i].n, "sha256", hash, SOUND);
        const struct binding_case c = { .name = cases[i].name,
                                        .asset = buf_view(&asset),
                                        .assertion = buf_view(&b),
                                        .updated = cases[i].updated };
        case_ask(hash_data_check, &c, cases[i].code, cases[i].says);
        buf_free(&asset);
    }
    buf_free(&signed_asset);
    buf_free(&b);
}

/* Shapes that put_assertion() cannot make. */
#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }
#define HASH_PAD "\x64hash\x41h\x63pad\x40"
#define EXCLUSIONS \
    "\xA3\x6A"     \
    "exclusions"

static void test_shapes(void)
{
    static const struct {
        const char *name;
        struct exh_bytes cbor;
        const char *code;
        const char *says;
    } cases[] = {
        { "not a map", BYTES("\x80"), MISMATCH, "holds no hash" },
        { "exclusions are text", BYTES(EXCLUSIONS "\x61x" HASH_PAD), MALFORMED, "not an array" },
        { "exclusion is a number", BYTES(EXCLUSIONS "\x81\x01" HASH_PAD), MALFORMED,
          "without start and length" },
        { "negative start", BYTES(EXCLUSIONS "\x81\xA2\x65start\x20\x66length\x01" HASH_PAD),
          MALFORMED, "without start and length" },
        { "negative length", BYTES(EXCLUSIONS "\x81\xA2\x65start\x01\x66length\x20" HASH_PAD),
          MALFORMED, "without start and length" },
        { "no length", BYTES(EXCLUSIONS "\x81\xA1\x65start\x02" HASH_PAD), MALFORMED,
          "without start and length" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct binding_case c = {
            .name = cases[i].name,
            .asset = { (const uint8_t *)JPEG, sizeof(JPEG) - 1 },
            .assertion = cases[i].cbor,
            .alg = EXH_SHA256,
        };
        case_ask(hash_data_check, &c, cases[i].code, cases[i].says);
    }

    struct span many[257];
    uint8_t digest[EXH_HASH_MAX] = { 0 };
    struct buf b = buf_with_limit((size_t)1 << 16);
    for (size_t i = 0; i < ARRAY_N(many); i++)
        many[i] = (struct span){ 2 * i, 1 };
    put_assertion(&b, many, ARRAY_N(many), "sha256", (struct exh_bytes){ digest, 32 }, SOUND);
    const struct binding_case c = { .name = "many exclusions",
                                    .asset = { (const uint8_t *)JPEG, sizeof(JPEG) - 1 },
                                    .assertion = buf_view(&b) };
    case_ask(hash_data_check, &c, MALFORMED, "more than 256 exclusions");
    buf_free(&b);
}

/* A source that fails is an error, not an answer. */
static enum exh_status fail_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                 struct exh_error *err)
{
    (void)ctx;
    (void)at;
    (void)to;
    (void)n;
    strcpy(err->text, "disk on fire");
    return EXH_IO;
}

static void test_io_error(void)
{
    const struct exh_source asset = { .size = 1000, .read = fail_read };
    const struct container container = { .format = FORMAT_JPEG };
    struct binding_question q = { .crypto = &case_crypto,
                                  .asset = &asset,
                                  .container = &container,
                                  .sidecar = true,
                                  .alg = EXH_SHA256 };
    struct binding_answer answer = { 0 };
    struct exh_error err;
    static const uint8_t cbor[] = "\xA2\x64hash\x41h\x63pad\x40";

    CHECK(cbor_parse((struct exh_bytes){ cbor, sizeof cbor - 1 }, 0, &q.assertion, &err) == EXH_OK,
          "%s", err.text);
    CHECK(hash_data_check(&q, &answer, &err) == EXH_IO, "%s", err.text);
    CHECK(case_hashers == 0, "%d hashers left", case_hashers);
}

int main(void)
{
    test_embedded();
    test_sidecar();
    test_updated();
    test_shapes();
    test_io_error();
    return check_done();
}
