/* Boxes of ISO base media files, and the stores in them. */
#include "bmff_make.h"

static enum exh_status walk(struct exh_bytes file, size_t *count, struct exh_error *err)
{
    uint8_t *copy = exact_copy(file.p, file.n);
    struct exh_source s = exh_source_memory(copy, file.n);
    struct bmff_reader r;
    struct bmff_box b;
    enum exh_status status;
    bool more;

    bmff_reader_init(&r, &s);
    struct bmff_walk w = bmff_walk_root(&r);
    *count = 0;
    while ((status = bmff_next(&w, &b, &more, err)) == EXH_OK && more)
        ++*count;
    free(copy);
    return status;
}

#define B8(type) "\0\0\0\x08" type
#define B9(type) "\0\0\0\x09" type "x"
#define BL(n)    "\0\0\0\1mdat\0\0\0\0\0\0\0" n
#define TO_END   "\0\0\0\0mdat"

static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    enum exh_status want;
    size_t count;
    const char *says;
} walks[] = {
    { "nothing", "", 0, EXH_OK, 0, NULL },
    { "empty boxes", B8("free") B9("skip"), 17, EXH_OK, 2, NULL },
    { "64-bit size", BL("\x12") "xy", 18, EXH_OK, 1, NULL },
    { "64-bit size of its header", BL("\x10"), 16, EXH_OK, 1, NULL },
    { "to the end", B8("free") TO_END "abc", 19, EXH_OK, 2, NULL },
    { "to the end, empty", TO_END, 8, EXH_OK, 1, NULL },
    { "size 7", "\0\0\0\7free", 8, EXH_MALFORMED, 0, "'free' at 0: size 7 is less" },
    { "size 2", B8("free") "\0\0\0\2moov", 16, EXH_MALFORMED, 1, "'moov' at 8: size 2 is less" },
    { "64-bit size 15", BL("\xf"), 16, EXH_MALFORMED, 0, "'mdat' at 0: size 15 is less" },
    { "64-bit size cut", "\0\0\0\1mdat\0\0\0", 11, EXH_MALFORMED, 0, "'mdat' at 0: size 1" },
    { "beyond the end", B8("free") "\0\0\0\x09moov", 16, EXH_MALFORMED, 1,
      "'moov' at 8: 9 bytes, but the file ends 8 bytes on" },
    { "64-bit beyond", BL("\x11"), 16, EXH_MALFORMED, 0, "'mdat' at 0: 17 bytes" },
    { "64-bit far beyond", "\0\0\0\1mdat\xff\xff\xff\xff\xff\xff\xff\xff", 16, EXH_MALFORMED, 0,
      "'mdat' at 0: 18446744073709551615 bytes" },
    { "a byte behind", B8("free") "x", 9, EXH_MALFORMED, 1, "1 bytes at 8" },
    { "seven bytes behind", B8("free") "\0\0\0\0mda", 15, EXH_MALFORMED, 1, "7 bytes at 8" },
    { "a type that is no text", "\0\0\0\7\1\xff\n\0", 8, EXH_MALFORMED, 0,
      "'?"
      "?"
      "?"
      "?' at 0" },
};

static void test_walks(void)
{
    struct exh_error err;
    size_t count;

    for (size_t i = 0; i < ARRAY_N(walks); i++) {
        const struct exh_bytes file = { (const uint8_t *)walks[i].bytes, walks[i].n };
        err.text[0] = 0;
        enum exh_status got = walk(file, &count, &err);
        CHECK(got == walks[i].want, "%s: status %d (%s)", walks[i].name, got, err.text);
        CHECK(count == walks[i].count, "%s: %zu boxes", walks[i].name, count);
        CHECK(!walks[i].says || strstr(err.text, walks[i].says), "%s: says \"%s\"", walks[i].name,
              err.text);
    }
}

/* Inside a box, what is no box ends the walk without a complaint. */
static void test_inner(void)
{
    static const char bytes[] = B8("free") "\0\0\0\0";
    struct exh_source s = exh_source_memory((const uint8_t *)bytes, 12);
    struct exh_error err;
    struct bmff_box b;
    struct bmff_reader r;
    bool more;

    bmff_reader_init(&r, &s);
    struct bmff_walk root = bmff_walk_root(&r);
    struct bmff_walk w = bmff_walk_inside(&root, 0, 12);

    CHECK(bmff_next(&w, &b, &more, &err) == EXH_OK && more && b.size == 8, "first box");
    CHECK(bmff_next(&w, &b, &more, &err) == EXH_OK && !more && w.at == 8, "end at %" PRIu64, w.at);
    w = bmff_walk_inside(&root, 0, 7);
    CHECK(bmff_next(&w, &b, &more, &err) == EXH_OK && !more, "too small for a box");
    w = bmff_walk_inside(&root, 0, 8);
    CHECK(bmff_next(&w, &b, &more, &err) == EXH_OK && more, "fits exactly");
    CHECK(r.left == BMFF_BOXES_MAX - 2, "boxes left: %zu", r.left);
}

static void test_too_many(void)
{
    struct buf b = buf_with_limit(MAKE_MAX);
    struct exh_error err;
    size_t count = 0;

    for (size_t i = 0; i < BMFF_BOXES_MAX; i++)
        plain_box(&b, "free", 0, 0);
    CHECK(walk(buf_view(&b), &count, &err) == EXH_OK && count == BMFF_BOXES_MAX, "%zu boxes",
          count);
    plain_box(&b, "free", 0, 0);
    CHECK(walk(buf_view(&b), &count, &err) == EXH_LIMIT, "one more: %s", err.text);
    buf_free(&b);
}

/* What is read of files made of these parts, told by one letter each. */
static void make_part(struct buf *b, char part)
{
    switch (part) {
    case 'f': ftyp(b, "isom"); break;
    case 'M': store_box(b, "manifest", 0, 100, 0); break;
    case 'P': store_box(b, "manifest", 0, 100, 20); break;
    case 'O': store_box(b, "original", 0, 100, 0); break;
    case 'U': store_box(b, "update", 0, 60, 0); break;
    case 'X': // padding with something in it
        store_box(b, "manifest", 0, 100, 20);
        b->p[b->n - 3] = 1;
        break;
    case 'R': reserve_box(b, 300); break;
    case 'Y': // a reserve with something in it
        reserve_box(b, 300);
        b->p[b->n - 1] = 1;
        break;
    case 'K': // merkle offset beyond what there is
        store_box(b, "manifest", 77, 100, 0);
        break;
    case 'N': plain_box(b, "uuid", 20, 0); break;
    case 'Q': end(b, c2pa_box(b, "question")); break;
    case 'k': end(b, c2pa_box(b, "merkle")); break;
    case 'm': plain_box(b, "moov", 16, 'm'); break;
    case 'd': plain_box(b, "mdat", 16, 'd'); break;
    case 'z': // to the end
        plain_box(b, "mdat", 16, 'd');
        buf_set_u32(b, b->n - 24, 0);
        break;
    default: abort();
    }
}

static void make(struct buf *b, const char *parts)
{
    buf_clear(b);
    for (; *parts; parts++)
        make_part(b, *parts);
}

static const struct {
    const char *parts;
    uint64_t store_at;
    uint64_t store_n;
    size_t jumbf_n;
    size_t update_n;
    bool append;
    const char *warning;
} reads[] = {
    { "fmd", 20, 0, 0, 0, false, "" },
    { "fdm", 20, 0, 0, 0, false, "" },
    { "fz", 20, 0, 0, 0, false, "" },
    { "fNm", 20, 0, 0, 0, false, "" },
    { "fMmd", 20, 145, 100, 0, false, "" },
    { "fNMmd", 48, 145, 100, 0, false, "" },
    { "fPmd", 20, 165, 100, 0, false, "" },
    { "fXmd", 20, 165, 100, 0, false, "the padding of a C2PA box is not zero at 182" },
    { "fOmdU", 20, 145, 100, 60, false, "" },
    { "fMmdU", 20, 145, 100, 60, false, "the manifest box at 20 does not say that it was updated" },
    { "fOmd", 20, 145, 100, 0, false,
      "the manifest box at 20 was updated, but the update box is missing" },
    { "fmdU", 20, 0, 0, 0, false, "the update box at 68 lacks the manifest box that it updates" },
    { "fOmdUU", 20, 145, 100, 0, false,
      "2 update boxes, of which none counts; the first is at 213" },
    { "fOUmd", 20, 145, 100, 60, false, "the update box at 165 is not the last box" },
    { "fMMmd", 20, 0, 0, 0, false, "2 manifest boxes, of which none counts; the first is at 20" },
    { "fMOmd", 20, 0, 0, 0, false, "2 manifest boxes, of which none counts; the first is at 20" },
    { "fmdM", 68, 145, 100, 0, false, "the manifest box at 68 comes after the media" },
    { "fRmdM", 368, 145, 100, 0, true, "" },
    { "fRmdOU", 368, 145, 100, 60, true, "" },
    { "fRmd", 20, 0, 0, 0, false, "" },
    { "fRMmd", 320, 145, 100, 0, false,
      "a reserve at 20 beside a manifest box that is not the last box" },
    { "fYmdM", 368, 145, 100, 0, true, "the padding of a C2PA box is not zero at 319" },
    { "fMQmd", 20, 145, 100, 0, false, "1 C2PA boxes of unknown purpose; the first is at 165" },
    { "fMkmd", 20, 145, 100, 0, false, "" },
    { "fKmd", 20, 145, 100, 0, false,
      "the manifest box puts the first merkle box at 77, where it is not" },
};

static void test_reads(void)
{
    struct buf b = buf_with_limit(MAKE_MAX);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(reads); i++) {
        const char *name = reads[i].parts;
        struct container c;
        make(&b, name);
        uint8_t *copy = exact_copy(b.p, b.n);
        struct exh_source s = exh_source_memory(copy, b.n);
        if (CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", name, err.text)) {
            CHECK(c.format == FORMAT_BMFF, "%s: format %d", name, c.format);
            CHECK(c.store.at == reads[i].store_at && c.store.n == reads[i].store_n,
                  "%s: store at %" PRIu64 " of %" PRIu64, name, c.store.at, c.store.n);
            CHECK(c.jumbf.n == reads[i].jumbf_n, "%s: %zu bytes of JUMBF", name, c.jumbf.n);
            CHECK(c.update_jumbf.n == reads[i].update_n, "%s: update of %zu bytes", name,
                  c.update_jumbf.n);
            size_t manifests = 0;
            for (const char *p = name; *p; p++)
                manifests += strchr("MPOXK", *p) != NULL;
            CHECK(c.stores_n == manifests, "%s: %zu stores", name, c.stores_n);
            CHECK(c.append_form == reads[i].append, "%s: append form %d", name, c.append_form);
            CHECK(strcmp(c.warning, reads[i].warning) == 0, "%s: \"%s\"", name, c.warning);
            container_free(&c);
        }
        free(copy);
    }
    buf_free(&b);
}

/* A file that is cut is refused, unless it is cut between two boxes. */
static void test_prefixes(const char *parts)
{
    struct buf b = buf_with_limit(MAKE_MAX);
    struct exh_error err;

    make(&b, parts);
    for (size_t n = 8; n < b.n; n++) {
        uint8_t *copy = exact_copy(b.p, n);
        struct exh_source s = exh_source_memory(copy, n);
        struct container c;
        size_t count;
        const enum exh_status got = container_read(&s, &c, &err);
        const enum exh_status want = walk((struct exh_bytes){ b.p, n }, &count, &err);
        CHECK(got == want, "%s cut to %zu bytes: %d", parts, n, got);
        if (got == EXH_OK)
            container_free(&c);
        free(copy);
    }
    buf_free(&b);
}

static void no_store(struct buf *b) // the box ends with its purpose
{
    ftyp(b, "isom");
    end(b, c2pa_box(b, "manifest"));
}

static void short_offset(struct buf *b)
{
    ftyp(b, "isom");
    const size_t at = c2pa_box(b, "manifest");
    buf_put_zeros(b, 7);
    end(b, at);
}

static void tiny_store(struct buf *b)
{
    ftyp(b, "isom");
    const size_t at = c2pa_box(b, "manifest");
    buf_put_zeros(b, 8);
    buf_put(b, "\0\0\0\x08jumb", 8);
    end(b, at);
}

static void huge_store(struct buf *b)
{
    ftyp(b, "isom");
    const size_t at = c2pa_box(b, "manifest");
    buf_put_zeros(b, 8);
    buf_put_zeros(b, STORE_MAX + 1);
    end(b, at);
}

static const struct {
    const char *name;
    void (*make)(struct buf *b);
    enum exh_status want;
    const char *says;
} refusals[] = {
    { "no store", no_store, EXH_MALFORMED, "C2PA box at 57: cut short" },
    { "offset cut short", short_offset, EXH_MALFORMED, "C2PA box at 57: cut short" },
    { "store without a description", tiny_store, EXH_MALFORMED, "manifest store at 65: 8 bytes" },
    { "store beyond the limit", huge_store, EXH_LIMIT, "manifest store at 65: 33554433 bytes" },
};

static void test_refusals(void)
{
    struct buf b = buf_with_limit(MAKE_MAX);
    struct exh_error err;
    struct container c;

    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        buf_clear(&b);
        refusals[i].make(&b);
        struct exh_source s = exh_source_memory(b.p, b.n);
        enum exh_status got = container_read(&s, &c, &err);
        CHECK(got == refusals[i].want, "%s: %d", refusals[i].name, got);
        CHECK(strstr(err.text, refusals[i].says), "%s: \"%s\"", refusals[i].name, err.text);
    }
    buf_free(&b);
}

/* A box that names its UUID and nothing sound behind it is odd, not unreadable. */
static void test_odd_uuids(void)
{
    struct exh_error err;
    struct container c;

    for (size_t n = 0; n < 40; n++) {
        struct buf b = buf_with_limit(MAKE_MAX);
        ftyp(&b, "isom");
        const size_t at = box(&b, "uuid");
        uint8_t content[40];
        memset(content, 'x', sizeof content);
        memcpy(content, bmff_c2pa_uuid, BMFF_UUID_N);
        buf_put(&b, content, n);
        end(&b, at);
        struct exh_source s = exh_source_memory(b.p, b.n);
        if (CHECK(container_read(&s, &c, &err) == EXH_OK, "%zu bytes: %s", n, err.text)) {
            CHECK(c.jumbf.n == 0 && !!strstr(c.warning, "unknown purpose") == (n >= BMFF_UUID_N),
                  "%zu bytes: \"%s\"", n, c.warning);
            container_free(&c);
        }
        buf_free(&b);
    }
}

/* Others write 8 bytes before an update's store, the specification does not ask for them. */
static void test_update_without_offset(void)
{
    struct buf b = buf_with_limit(MAKE_MAX);
    struct buf store;
    struct exh_error err;
    struct container c;

    make(&b, "fOmd");
    const size_t at = c2pa_box(&b, "update");
    plan_run_store(&store, 64);
    buf_put_bytes(&b, buf_view(&store));
    end(&b, at);
    struct exh_source s = exh_source_memory(b.p, b.n);
    if (CHECK(container_read(&s, &c, &err) == EXH_OK, "%s", err.text)) {
        CHECK(c.update_jumbf.n == 64 && !c.warning[0], "%zu bytes, \"%s\"", c.update_jumbf.n,
              c.warning);
        container_free(&c);
    }
    buf_free(&store);
    buf_free(&b);
}

static const struct {
    const char *brands; // major, then compatible ones
    const char *mime;
} mimes[] = {
    { "isom", "video/mp4" },
    { "mp42isom", "video/mp4" },
    { "iso5dash", "video/mp4" },
    { "qt  ", "video/quicktime" },
    { "M4A isom", "audio/mp4" },
    { "heicmif1", "image/heic" },
    { "mif1heic", "image/heic" },
    { "mif1avif", "image/avif" },
    { "mif1", "image/heif" },
    { "avifmif1miaf", "image/avif" },
    { "msf1hevc", "image/heic-sequence" },
    { "crx isom", "image/x-canon-cr3" },
    { "mif1qt  ", "image/heif" },
    { "", "video/mp4" },
};

static void test_mimes(void)
{
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(mimes); i++) {
        struct buf b = buf_with_limit(MAKE_MAX);
        struct container c;
        const size_t at = box(&b, "ftyp");
        for (const char *p = mimes[i].brands; *p; p += 4) {
            buf_put(&b, p, 4);
            if (p == mimes[i].brands)
                buf_put_u32(&b, 0);
        }
        end(&b, at);
        struct exh_source s = exh_source_memory(b.p, b.n);
        if (CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", mimes[i].brands, err.text)) {
            CHECK(strcmp(c.mime, mimes[i].mime) == 0, "%s: %s", mimes[i].brands, c.mime);
            container_free(&c);
        }
        buf_free(&b);
    }
}

int main(void)
{
    test_walks();
    test_inner();
    test_too_many();
    test_reads();
    test_prefixes("fMmd");
    test_prefixes("fRmdOU");
    test_refusals();
    test_odd_uuids();
    test_update_without_offset();
    test_mimes();
    return check_done();
}
