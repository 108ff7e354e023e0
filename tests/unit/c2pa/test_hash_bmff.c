/* c2pa.hash.bmff over one file: exclusions, and every byte that they leave in. */
#include "bmff_case.h"

/* A file with names for what tests point at. */
struct file {
    struct buf b;
    size_t moov, mvhd, trak1, tkhd1, trak2, tkhd2, udta, meta, ilst, free1, mdat, wide, free2, emsg,
        uuid, mfra, end;
};

static struct file make_file(void)
{
    struct file f = { .b = buf_with_limit(MAKE_MAX) };
    struct buf *b = &f.b;

    ftyp(b, "isom");
    store_box(b, "manifest", 0, STORE_MIN, 0);
    f.moov = box(b, "moov");
    f.mvhd = full_box(b, "mvhd", 0, 0);
    buf_put_text(b, "movie header");
    end(b, f.mvhd);
    f.trak1 = box(b, "trak");
    f.tkhd1 = full_box(b, "tkhd", 0, 3);
    buf_put_text(b, "first track");
    end(b, f.tkhd1);
    end(b, f.trak1);
    f.trak2 = box(b, "trak");
    f.tkhd2 = full_box(b, "tkhd", 1, 7);
    buf_put_text(b, "second one");
    end(b, f.tkhd2);
    end(b, f.trak2);
    f.udta = box(b, "udta");
    f.meta = full_box(b, "meta", 0, 0);
    plain_box(b, "hdlr", 12, 'h');
    f.ilst = b->n;
    plain_box(b, "ilst", 10, 'i');
    end(b, f.meta);
    end(b, f.udta);
    end(b, f.moov);
    f.free1 = b->n;
    plain_box(b, "free", 5, 'f');
    f.mdat = b->n;
    plain_box(b, "mdat", 40, 'd');
    f.wide = large_box(b, "wide");
    buf_put_text(b, "64-bit size");
    end_large(b, f.wide);
    f.free2 = b->n;
    plain_box(b, "free", 9, 'F');
    f.emsg = full_box(b, "emsg", 0, 0);
    buf_put_text(b, "urn:x");
    end(b, f.emsg);
    f.uuid = b->n;
    plain_box(b, "uuid", 30, 'u');
    f.mfra = b->n;
    plain_box(b, "mfra", 8, 'm');
    f.end = b->n;
    return f;
}

#define LEFT_OUT_MAX 8

/* One exclusion beside the mandatory ones, and the spans that it takes out of the hash. */
struct row {
    const char *name;
    const char *xpath;
    uint64_t length; // 0: any
    int version;     // -1: any
    const char *flags;
    int exact; // -1: not said
    uint64_t data_at;
    const char *data;
    const char *more_data; // at the same place
    struct {
        uint64_t at, n;
    } subset[3];
    size_t subsets;
    bool whole; // spans are root boxes whose place does not count either
    size_t spans_n;
    struct span spans[LEFT_OUT_MAX];
};

static void put_exclusion(struct buf *b, const struct row *r)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "xpath");
    cbor_put_text(b, r->xpath);
    if (r->length) {
        cbor_put_text(b, "length");
        cbor_put_uint(b, r->length);
    }
    if (r->version >= 0) {
        cbor_put_text(b, "version");
        cbor_put_int(b, r->version);
    }
    if (r->flags) {
        cbor_put_text(b, "flags");
        cbor_put_bytes(b, (struct exh_bytes){ (const uint8_t *)r->flags, 3 });
    }
    if (r->exact >= 0) {
        cbor_put_text(b, "exact");
        cbor_put_bool(b, r->exact);
    }
    if (r->data) {
        cbor_put_text(b, "data");
        cbor_put_array(b, r->more_data ? 2 : 1);
        for (int i = 0; i < (r->more_data ? 2 : 1); i++) {
            const char *value = i ? r->more_data : r->data;
            struct cbor_map data = cbor_map_open(b);
            cbor_put_text(b, "offset");
            cbor_put_uint(b, r->data_at);
            cbor_put_text(b, "value");
            cbor_put_bytes(b, (struct exh_bytes){ (const uint8_t *)value, strlen(value) });
            cbor_map_close(b, data);
        }
    }
    if (r->subsets) {
        cbor_put_text(b, "subset");
        cbor_put_array(b, r->subsets);
        for (size_t i = 0; i < r->subsets; i++) {
            struct cbor_map subset = cbor_map_open(b);
            cbor_put_text(b, "offset");
            cbor_put_uint(b, r->subset[i].at);
            cbor_put_text(b, "length");
            cbor_put_uint(b, r->subset[i].n);
            cbor_map_close(b, subset);
        }
    }
    cbor_map_close(b, map);
}

/* The assertion: mandatory exclusions and these rows, and a hash. */
static void put_assertion(struct buf *b, const struct row *const *rows, size_t n,
                          const uint8_t digest[CASE_SHA256_N])
{
    buf_clear(b);
    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "exclusions");
    cbor_put_array(b, 3 + n);
    case_put_mandatory(b);
    for (size_t i = 0; i < n; i++)
        put_exclusion(b, rows[i]);
    case_put_digest(b, "hash", digest);
    cbor_map_close(b, map);
}

static bool left_out(const struct row *const *rows, size_t n, size_t at, bool whole)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows[i]->spans_n; k++) {
            const struct span s = rows[i]->spans[k];
            if ((!whole || (rows[i]->whole && s.at == at)) && at >= s.at && at < s.at + s.n)
                return true;
        }
    return false;
}

/* The digest of the file by a slow and plain reading of the text. */
static void digest_by_rows(struct exh_bytes file, const struct row *const *rows, size_t n,
                           uint8_t digest[CASE_SHA256_N])
{
    struct exh_hasher *h = case_hash_new(EXH_SHA256);
    uint8_t out[EXH_HASH_MAX];
    size_t size;

    for (size_t at = 0; case_root(file, at, &size); at += size) {
        uint8_t offset[8] = { 0 };
        if (case_left_out(file, at) || left_out(rows, n, at, true))
            continue;
        offset[6] = (uint8_t)(at >> 8);
        offset[7] = (uint8_t)at;
        case_hash_update(h, offset, 8);
        for (size_t i = at; i < at + size; i++)
            if (!left_out(rows, n, i, false))
                case_hash_update(h, file.p + i, 1);
    }
    case_hash_final(h, out);
    memcpy(digest, out, CASE_SHA256_N);
}

#define ANY .version = -1, .exact = -1

static size_t fill_rows(const struct file *f, struct row rows[40])
{
    const struct span free1 = { f->free1, 13 }, free2 = { f->free2, 17 };
    const struct span tkhd1 = { f->tkhd1, f->trak2 - f->tkhd1 },
                      tkhd2 = { f->tkhd2, f->udta - f->tkhd2 };
    const struct span udta = { f->udta, f->free1 - f->udta };
    const struct span emsg = { f->emsg, f->uuid - f->emsg };
    const struct row all[] = {
        { "a root box", "/wide", ANY, .whole = true, .spans_n = 1,
          .spans = { { f->wide, f->free2 - f->wide } } },
        { "two root boxes", "/free", ANY, .whole = true, .spans_n = 2, .spans = { free1, free2 } },
        { "the second of them", "/free[2]", ANY, .whole = true, .spans_n = 1, .spans = { free2 } },
        { "a third that is not there", "/free[3]", ANY },
        { "a type that is not there", "/skip", ANY },
        { "an inner box", "/moov/udta", ANY, .spans_n = 1, .spans = { udta } },
        { "inner boxes", "/moov/trak/tkhd", ANY, .spans_n = 2, .spans = { tkhd1, tkhd2 } },
        { "the first track's", "/moov/trak[1]/tkhd", ANY, .spans_n = 1, .spans = { tkhd1 } },
        { "each track's first", "/moov[1]/trak/tkhd[1]", ANY, .spans_n = 2,
          .spans = { tkhd1, tkhd2 } },
        { "no track has a second", "/moov/trak/tkhd[2]", ANY },
        { "through a meta box", "/moov/udta/meta/ilst", ANY, .spans_n = 1,
          .spans = { { f->ilst, 18 } } },
        { "through a box that holds no boxes", "/mdat/defg", ANY },
        { "a length that fits", "/free", .length = 17, ANY, .whole = true, .spans_n = 1,
          .spans = { free2 } },
        { "a length that does not", "/free", .length = 16, ANY },
        { "a version", "/moov/trak/tkhd", .version = 1, .exact = -1, .spans_n = 1,
          .spans = { tkhd2 } },
        { "a version that none has", "/moov/trak/tkhd", .version = 2, .exact = -1 },
        { "a version of a box without one", "/free", .version = 0, .exact = -1 },
        { "a version of a foreign uuid box", "/uuid", .version = 0, .exact = -1 },
        { "a version of an event", "/emsg", .version = 0, .exact = -1, .whole = true, .spans_n = 1,
          .spans = { emsg } },
        { "flags", "/moov/trak/tkhd", ANY, .flags = "\0\0\3", .spans_n = 1, .spans = { tkhd1 } },
        { "flags, exact", "/moov/trak/tkhd", .version = -1, .flags = "\0\0\7", .exact = 1,
          .spans_n = 1, .spans = { tkhd2 } },
        { "flags among others", "/moov/trak/tkhd", .version = -1, .flags = "\0\0\3", .exact = 0,
          .spans_n = 2, .spans = { tkhd1, tkhd2 } },
        { "flags that one has", "/moov/trak/tkhd", .version = -1, .flags = "\0\0\4", .exact = 0,
          .spans_n = 1, .spans = { tkhd2 } },
        { "data", "/moov/trak/tkhd", ANY, .data_at = 12, .data = "second", .spans_n = 1,
          .spans = { tkhd2 } },
        { "data twice", "/moov/trak/tkhd", ANY, .data_at = 12, .data = "second",
          .more_data = "seco", .spans_n = 1, .spans = { tkhd2 } },
        { "data that contradict", "/moov/trak/tkhd", ANY, .data_at = 12, .data = "second",
          .more_data = "first" },
        { "data in the header", "/free", ANY, .data_at = 4, .data = "freeFGH", .whole = true,
          .spans_n = 1, .spans = { free2 } },
        { "data beyond the box", "/free", ANY, .data_at = 12, .data = "jklmn" },
        { "data far beyond", "/free", ANY, .data_at = UINT64_MAX, .data = "x" },
        { "no data at all", "/free", ANY, .data_at = 17, .data = "", .whole = true, .spans_n = 1,
          .spans = { free2 } },
        { "a part", "/free[1]", ANY, .subset = { { 9, 2 } }, .subsets = 1, .spans_n = 1,
          .spans = { { f->free1 + 9, 2 } } },
        { "parts", "/wide", ANY, .subset = { { 0, 3 }, { 3, 2 }, { 20, 4 } }, .subsets = 3,
          .spans_n = 2, .spans = { { f->wide, 5 }, { f->wide + 20, 4 } } },
        { "a part beyond the end", "/free[1]", ANY, .subset = { { 11, 90 }, { 200, 5 } },
          .subsets = 2, .spans_n = 1, .spans = { { f->free1 + 11, 2 } } },
        { "to the end", "/mdat", ANY, .subset = { { 17, 0 } }, .subsets = 1, .spans_n = 1,
          .spans = { { f->mdat + 17, 31 } } },
        { "all of it, but not its place", "/free[1]", ANY, .subset = { { 0, 0 } }, .subsets = 1,
          .spans_n = 1, .spans = { free1 } },
        { "a part of an inner box", "/moov/trak[2]/tkhd", ANY, .subset = { { 8, 4 } }, .subsets = 1,
          .spans_n = 1, .spans = { { f->tkhd2 + 8, 4 } } },
    };

    memcpy(rows, all, sizeof all);
    return ARRAY_N(all);
}

static void ask(const struct file *f, const char *name, struct exh_bytes assertion,
                const char *code, const char *says, bool more)
{
    const struct binding_case c = {
        .name = name, .asset = buf_view(&f->b), .assertion = assertion, .alg = EXH_SHA256
    };
    const struct binding_answer answer = case_ask(case_check_v3, &c, code, says);

    CHECK((answer.informational != NULL) == more, "%s: %s", name,
          answer.informational ? answer.informational : "nothing informational");
}

/* Change each byte: one that is hashed must tell, one that is left out must not. */
static void flip(struct file *f, const char *name, struct exh_bytes assertion,
                 const struct row *const *rows, size_t n)
{
    struct exh_error err;
    struct cbor map;

    CHECK(cbor_parse(assertion, 0, &map, &err) == EXH_OK, "%s", err.text);
    for (size_t i = f->moov; i < f->mfra; i++) {
        struct container container = { .format = FORMAT_BMFF };
        struct exh_source s = exh_source_memory(f->b.p, f->b.n);
        struct binding_question q = { .crypto = &case_crypto,
                                      .asset = &s,
                                      .container = &container,
                                      .alg = EXH_SHA256,
                                      .assertion = map };
        struct binding_answer answer;
        f->b.p[i] ^= 0x20;
        const enum exh_status status = hash_bmff_check(&q, 3, &answer, &err);
        const bool matches = status == EXH_OK && answer.kind == EXH_SUCCESS;
        // A change in what an exclusion asks for may bring a box back into the hash.
        CHECK(!matches || left_out(rows, n, i, false), "%s: byte %zu may change", name, i);
        CHECK(case_hashers == 0, "%s: %d hashers left", name, case_hashers);
        f->b.p[i] ^= 0x20;
    }
}

static void test_exclusions(void)
{
    struct file f = make_file();
    struct buf b = buf_with_limit(65536);
    struct row rows[40];
    uint8_t digest[CASE_SHA256_N];
    const size_t n = fill_rows(&f, rows);

    digest_by_rows(buf_view(&f.b), NULL, 0, digest);
    put_assertion(&b, NULL, 0, digest);
    ask(&f, "mandatory", buf_view(&b), MATCH, "", false);
    flip(&f, "mandatory", buf_view(&b), NULL, 0);
    for (size_t i = 0; i < n; i++) {
        const struct row *two[2] = { &rows[i], &rows[(i * 5 + 3) % n] };
        digest_by_rows(buf_view(&f.b), two, 1, digest);
        put_assertion(&b, two, 1, digest);
        ask(&f, rows[i].name, buf_view(&b), MATCH, "", true);
        flip(&f, rows[i].name, buf_view(&b), two, 1);
        digest_by_rows(buf_view(&f.b), two, 2, digest); // and together with another
        put_assertion(&b, two, 2, digest);
        ask(&f, rows[i].name, buf_view(&b), MATCH, "", true);
        digest[3] ^= 1;
        put_assertion(&b, two, 2, digest);
        ask(&f, rows[i].name, buf_view(&b), MISMATCH, "its sha256 is another", true);
    }
    buf_free(&b);
    buf_free(&f.b);
}

/* What is left out of media data: a part is the signer's choice, all of it is no binding. */
static void test_unbound(void)
{
    struct file f = make_file();
    struct buf b = buf_with_limit(65536);
    uint8_t digest[CASE_SHA256_N];
    const struct row all[] = {
        { "mdat", "/mdat", ANY, .whole = true, .spans_n = 1, .spans = { { f.mdat, 48 } } },
        { "mdat behind its header", "/mdat", ANY, .subset = { { 8, 0 } }, .subsets = 1,
          .spans_n = 1, .spans = { { f.mdat + 8, 40 } } },
        { "mdat but its last byte", "/mdat", ANY, .subset = { { 8, 39 } }, .subsets = 1,
          .spans_n = 1, .spans = { { f.mdat + 8, 39 } } },
    };

    for (size_t i = 0; i < ARRAY_N(all); i++) {
        const struct row *one[1] = { &all[i] };
        digest_by_rows(buf_view(&f.b), one, 1, digest);
        put_assertion(&b, one, 1, digest);
        ask(&f, all[i].name, buf_view(&b), i < 2 ? MISMATCH : MATCH,
            i < 2 ? "nothing binds the media data in box 'mdat' at" : "", true);
    }
    buf_free(&b);
    buf_free(&f.b);
}

/* Assertions that are not sound. Each row changes one thing of a sound one. */
enum part { XPATH, LENGTH, VERSION, FLAGS, EXACT, DATA, SUBSET, HASH, ALG, MERKLE, EXCLUSIONS };

static const struct {
    const char *name;
    enum part part;
    const char *cbor; // of its value
    size_t n;
    const char *code;
    const char *says;
} unsound[] = {
#define CBOR(bytes) bytes, sizeof bytes - 1
    { "no exclusions", EXCLUSIONS, CBOR("\x80"), MALFORMED, "no list of exclusions" },
    { "exclusions are no list", EXCLUSIONS, CBOR("\xa0"), MALFORMED, "no list of exclusions" },
    { "an exclusion without a path", EXCLUSIONS, CBOR("\x81\xa0"), MALFORMED,
      "exclusion 1: its path" },
    { "path is no text", XPATH, CBOR("\x45/free"), MALFORMED, "exclusion 4: its path" },
    { "path is empty", XPATH, CBOR("\x60"), MALFORMED, "its path" },
    { "path is a slash", XPATH, CBOR("\x61/"), MALFORMED, "its path" },
    { "path is relative", XPATH,
      CBOR("\x64"
           "free"),
      MALFORMED, "its path" },
    { "path with a short name", XPATH, CBOR("\x64/fre"), MALFORMED, "its path" },
    { "path with a long name", XPATH, CBOR("\x66/freee"), MALFORMED, "its path" },
    { "path with a slash behind", XPATH, CBOR("\x66/free/"), MALFORMED, "its path" },
    { "path of descendants", XPATH, CBOR("\x66//free"), MALFORMED, "its path" },
    { "path with index 0", XPATH, CBOR("\x68/free[0]"), MALFORMED, "its path" },
    { "path with a zero in front", XPATH, CBOR("\x69/free[01]"), MALFORMED, "its path" },
    { "path with an empty index", XPATH, CBOR("\x67/free[]"), MALFORMED, "its path" },
    { "path with an open index", XPATH, CBOR("\x67/free[1"), MALFORMED, "its path" },
    { "path with a negative index", XPATH, CBOR("\x69/free[-1]"), MALFORMED, "its path" },
    { "path with a huge index", XPATH, CBOR("\x71/free[4294967296]"), MALFORMED, "its path" },
    { "path with something behind the index", XPATH, CBOR("\x69/free[1]x"), MALFORMED, "its path" },
    { "path of nine boxes", XPATH, CBOR("\x78\x2d/aaaa/aaaa/aaaa/aaaa/aaaa/aaaa/aaaa/aaaa/aaaa"),
      MALFORMED, "its path" },
    { "length is no number", LENGTH,
      CBOR("\x61"
           "1"),
      MALFORMED, "its length" },
    { "length is negative", LENGTH, CBOR("\x20"), MALFORMED, "its length" },
    { "version is no number", VERSION, CBOR("\xf4"), MALFORMED, "its version" },
    { "two flag bytes", FLAGS, CBOR("\x42\0\1"), MALFORMED, "its flags" },
    { "flags are a number", FLAGS, CBOR("\x01"), MALFORMED, "its flags" },
    { "exact is a number", EXACT, CBOR("\x01"), MALFORMED, "its flags" },
    { "data are no list", DATA, CBOR("\xa0"), MALFORMED, "its data" },
    { "data are empty", DATA, CBOR("\x80"), MALFORMED, "its data" },
    { "data without a value", DATA, CBOR("\x81\xa1\x66offset\x08"), MALFORMED, "its data" },
    { "data with a text", DATA, CBOR("\x81\xa2\x66offset\x08\x65value\x61x"), MALFORMED,
      "its data" },
    { "subset is no list", SUBSET, CBOR("\x00"), MALFORMED, "its subsets" },
    { "subset is empty", SUBSET, CBOR("\x80"), MALFORMED, "its subsets" },
    { "subset without a length", SUBSET, CBOR("\x81\xa1\x66offset\x08"), MALFORMED, "its subsets" },
    { "subset before the start", SUBSET, CBOR("\x81\xa2\x66offset\x20\x66length\x01"), MALFORMED,
      "its subsets" },
    { "subsets that overlap", SUBSET,
      CBOR("\x82\xa2\x66offset\x08\x66length\x03\xa2\x66offset\x0a\x66length\x01"), MALFORMED,
      "its subsets" },
    { "subsets out of order", SUBSET,
      CBOR("\x82\xa2\x66offset\x0a\x66length\x01\xa2\x66offset\x08\x66length\x01"), MALFORMED,
      "its subsets" },
    { "length 0 before another", SUBSET,
      CBOR("\x82\xa2\x66offset\x08\x66length\x00\xa2\x66offset\x0a\x66length\x01"), MALFORMED,
      "its subsets" },
    { "a subset beyond all numbers", SUBSET,
      CBOR("\x81\xa2\x66offset\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x66length\x01"), MALFORMED,
      "its subsets" },
    { "hash of another size", HASH,
      CBOR("\x43"
           "abc"),
      MALFORMED, "its hash is not" },
    { "hash is a text", HASH,
      CBOR("\x63"
           "abc"),
      MALFORMED, "its hash is not" },
    { "hash is nothing", HASH, CBOR("\xf6"), MALFORMED, "its hash is not" },
    { "alg is unknown", ALG,
      CBOR("\x63"
           "md5"),
      "algorithm.unsupported", "algorithm" },
    { "alg is a number", ALG, CBOR("\x01"), "algorithm.unsupported", "algorithm" },
    { "merkle is empty", MERKLE, CBOR("\x80"), MALFORMED, "Merkle maps" },
    { "merkle is no list", MERKLE, CBOR("\xa0"), MALFORMED, "Merkle maps" },
    { "a map without ids", MERKLE, CBOR("\x81\xa0"), MALFORMED, "Merkle map 0: its ids" },
#undef CBOR
};

static void put_part(struct buf *b, const char *key, size_t i, enum part part)
{
    if (unsound[i].part != part)
        return;
    cbor_put_text(b, key);
    buf_put(b, unsound[i].cbor, unsound[i].n);
}

static void put_unsound(struct buf *b, size_t i)
{
    static const uint8_t digest[CASE_SHA256_N];

    buf_clear(b);
    struct cbor_map map = cbor_map_open(b);
    put_part(b, "exclusions", i, EXCLUSIONS);
    if (unsound[i].part != EXCLUSIONS) {
        cbor_put_text(b, "exclusions");
        cbor_put_array(b, 4);
        case_put_mandatory(b);
        struct cbor_map one = cbor_map_open(b);
        put_part(b, "xpath", i, XPATH);
        if (unsound[i].part != XPATH) {
            cbor_put_text(b, "xpath");
            cbor_put_text(b, "/free");
        }
        put_part(b, "length", i, LENGTH);
        put_part(b, "version", i, VERSION);
        put_part(b, "flags", i, FLAGS);
        put_part(b, "exact", i, EXACT);
        put_part(b, "data", i, DATA);
        put_part(b, "subset", i, SUBSET);
        cbor_map_close(b, one);
    }
    put_part(b, "hash", i, HASH);
    if (unsound[i].part != HASH)
        case_put_digest(b, "hash", digest);
    put_part(b, "alg", i, ALG);
    put_part(b, "merkle", i, MERKLE);
    cbor_map_close(b, map);
}

static void test_unsound(void)
{
    struct file f = make_file();
    struct buf b = buf_with_limit(65536);

    for (size_t i = 0; i < ARRAY_N(unsound); i++) {
        put_unsound(&b, i);
        const struct binding_case c = { .name = unsound[i].name,
                                        .asset = buf_view(&f.b),
                                        .assertion = buf_view(&b),
                                        .alg = EXH_SHA256 };
        case_ask(case_check_v3, &c, unsound[i].code, unsound[i].says);
    }
    buf_free(&b);
    buf_free(&f.b);
}

static void test_many(void)
{
    struct file f = make_file();
    struct buf b = buf_with_limit(65536);
    struct row row = { "many", "/skip", ANY };
    const struct row *rows[64 - 3 + 1];
    uint8_t digest[CASE_SHA256_N];

    for (size_t i = 0; i < ARRAY_N(rows); i++)
        rows[i] = &row;
    digest_by_rows(buf_view(&f.b), NULL, 0, digest);
    put_assertion(&b, rows, ARRAY_N(rows) - 1, digest);
    ask(&f, "64 exclusions", buf_view(&b), MATCH, "", true);
    put_assertion(&b, rows, ARRAY_N(rows), digest);
    ask(&f, "65 exclusions", buf_view(&b), MALFORMED, "more than 64 exclusions", true);
    buf_free(&b);
    buf_free(&f.b);
}

static enum exh_status check_v1(const struct binding_question *q, struct binding_answer *out,
                                struct exh_error *err)
{
    return hash_bmff_check(q, 1, out, err);
}

static enum exh_status check_v2(const struct binding_question *q, struct binding_answer *out,
                                struct exh_error *err)
{
    return hash_bmff_check(q, 2, out, err);
}

static enum exh_status check_v4(const struct binding_question *q, struct binding_answer *out,
                                struct exh_error *err)
{
    return hash_bmff_check(q, 4, out, err);
}

static void test_versions(void)
{
    struct file f = make_file();
    struct buf b = buf_with_limit(65536);
    uint8_t digest[CASE_SHA256_N];
    struct binding_case c = { .name = "version", .asset = buf_view(&f.b), .alg = EXH_SHA256 };

    digest_by_rows(buf_view(&f.b), NULL, 0, digest);
    put_assertion(&b, NULL, 0, digest);
    c.assertion = buf_view(&b);
    case_ask(check_v1, &c, MISMATCH, "first version");
    case_ask(check_v2, &c, MATCH, "");
    case_ask(check_v4, &c, MISMATCH, "version 4");
    c.alg = EXH_HASH_NONE;
    case_ask(check_v2, &c, "algorithm.unsupported", "neither");
    buf_free(&b);
    buf_free(&f.b);
}

/* A credential of a video, put to a picture. */
static void test_other_format(void)
{
    static const uint8_t picture[] = "\xff\xd8\xff\xda\0\2x\xff\xd9";
    static const uint8_t digest[CASE_SHA256_N];
    struct buf b = buf_with_limit(65536);

    put_assertion(&b, NULL, 0, digest);
    const struct binding_case c = { .name = "picture",
                                    .asset = { picture, sizeof picture - 1 },
                                    .assertion = buf_view(&b),
                                    .sidecar = true,
                                    .alg = EXH_SHA256 };
    case_ask(case_check_v3, &c, MISMATCH, "but the file is image/jpeg");
    buf_free(&b);
}

/* Many boxes and many looks at them end with a limit, not after hours. */
static void test_limits(void)
{
    struct buf file = buf_with_limit(MAKE_MAX), b = buf_with_limit(65536);
    struct row row = { "looks", "/free", ANY, .data_at = 7, .data = "x" };
    const struct row *rows[60];
    static const uint8_t digest[CASE_SHA256_N];
    struct container container = { .format = FORMAT_BMFF };
    struct binding_answer answer;
    struct exh_error err;

    ftyp(&file, "isom");
    for (size_t i = 0; i < 100000; i++)
        plain_box(&file, "free", 0, 0);
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        rows[i] = &row;
    put_assertion(&b, rows, ARRAY_N(rows), digest);
    struct exh_source s = exh_source_memory(file.p, file.n);
    struct binding_question q = {
        .crypto = &case_crypto, .asset = &s, .container = &container, .alg = EXH_SHA256
    };
    CHECK(cbor_parse(buf_view(&b), 0, &q.assertion, &err) == EXH_OK, "%s", err.text);
    CHECK(hash_bmff_check(&q, 3, &answer, &err) == EXH_LIMIT && strstr(err.text, "looks"), "%s",
          err.text);
    CHECK(case_hashers == 0, "%d hashers left", case_hashers);
    buf_free(&b);
    buf_free(&file);
}

int main(void)
{
    test_exclusions();
    test_unbound();
    test_unsound();
    test_many();
    test_versions();
    test_other_format();
    test_limits();
    return check_done();
}
