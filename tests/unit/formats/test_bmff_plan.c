/* Plans over ISO base media files: what is put where, and where offsets point afterwards. */
#include "bmff_make.h"

/*
 * A file whose offset fields point at marks: 8 bytes that stand nowhere else. Where a field stands
 * after a plan is found by counting boxes of its type, so that nothing is asked of the code under test.
 */
#define FIELDS_MAX 64

struct field {
    const char *type; // of the box it stands in
    size_t nth;       // of these boxes
    size_t at;        // from the box's type
    size_t width;
    size_t base_at; // another field that is added, from the box's type; 0: none
    size_t base_width;
    uint64_t mark; // number of the mark it points at
};

struct made {
    struct buf b;
    struct field fields[FIELDS_MAX];
    size_t fields_n;
    struct { // fields to be filled in when the marks have their places
        size_t at;
        size_t width;
        uint64_t mark;
        uint64_t minus; // relative to this
    } open[FIELDS_MAX];
    size_t open_n;
};

static void put_big(uint8_t *p, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

static uint64_t get_big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static void mark_bytes(uint8_t to[8], uint64_t mark)
{
    memcpy(to, "MARK", 4);
    put_big(to + 4, 4, mark * 0x01010101u);
}

static void put_mark(struct made *m, uint64_t mark)
{
    uint8_t bytes[8];

    mark_bytes(bytes, mark);
    buf_put(&m->b, bytes, 8);
}

/* A field that points at a mark; at is from the box's start. */
static void put_field(struct made *m, size_t box_at, const char *type, size_t nth, size_t width,
                      uint64_t mark)
{
    m->open[m->open_n].at = m->b.n;
    m->open[m->open_n].width = width;
    m->open[m->open_n++].mark = mark;
    m->fields[m->fields_n++] = (struct field){
        .type = type, .nth = nth, .at = m->b.n - box_at - 4, .width = width, .mark = mark
    };
    buf_put_zeros(&m->b, width);
}

static size_t find(struct exh_bytes in, const char *what, size_t n, size_t nth)
{
    for (size_t i = 0; i + n <= in.n; i++)
        if (memcmp(in.p + i, what, n) == 0 && nth-- == 0)
            return i;
    return SIZE_MAX;
}

static size_t find_mark(struct exh_bytes in, uint64_t mark)
{
    uint8_t bytes[8];

    mark_bytes(bytes, mark);
    return find(in, (const char *)bytes, 8, 0);
}

static void fill_fields(struct made *m)
{
    for (size_t i = 0; i < m->open_n; i++)
        put_big(m->b.p + m->open[i].at, m->open[i].width,
                find_mark(buf_view(&m->b), m->open[i].mark) - m->open[i].minus);
}

static void check_fields(const struct made *m, struct exh_bytes out, const char *name)
{
    for (size_t i = 0; i < m->fields_n; i++) {
        const struct field *f = &m->fields[i];
        const size_t type = find(out, f->type, 4, f->nth);
        if (!CHECK(type != SIZE_MAX, "%s: box %s %zu is gone", name, f->type, f->nth))
            continue;
        uint64_t got = get_big(out.p + type + f->at, f->width);
        if (f->base_at)
            got += get_big(out.p + type + f->base_at, f->base_width);
        CHECK(got == find_mark(out, f->mark),
              "%s: field %zu of %s points at %" PRIu64 ", its mark is at %zu", name, i, f->type,
              got, find_mark(out, f->mark));
    }
}

/* Boxes with offsets. */

static void put_table(struct made *m, const char *type, size_t nth, uint8_t version, uint32_t flags,
                      size_t width, uint64_t first_mark, size_t count)
{
    const size_t at = full_box(&m->b, type, version, flags);

    if (flags & 1)
        buf_put_text(&m->b, "typeparm");
    buf_put_u32(&m->b, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        put_field(m, at, type, nth, width, first_mark + i);
    end(&m->b, at);
}

static void put_moov(struct made *m)
{
    struct buf *b = &m->b;
    const size_t moov = box(b, "moov");
    plain_box(b, "mvhd", 100, 1);
    for (size_t track = 0; track < 2; track++) {
        const size_t trak = track ? large_box(b, "trak") : box(b, "trak");
        plain_box(b, "tkhd", 84, 2);
        const size_t mdia = box(b, "mdia");
        const size_t minf = box(b, "minf");
        const size_t stbl = box(b, "stbl");
        plain_box(b, "stsz", 12, 3);
        if (track)
            put_table(m, "co64", 0, 0, 0, 8, 4, 3);
        else
            put_table(m, "stco", 0, 0, 0, 4, 1, 3);
        put_table(m, "saio", track, (uint8_t)track, (uint32_t)track, track ? 8 : 4, 2 + 3 * track,
                  1);
        end(b, stbl);
        end(b, minf);
        end(b, mdia);
        if (track)
            end_large(b, trak);
        else
            end(b, trak);
    }
    buf_put_zeros(b, 4); // as QuickTime ends a list
    end(b, moov);
}

static void put_mdat(struct made *m, uint64_t first_mark, size_t count)
{
    const size_t at = box(&m->b, "mdat");

    for (size_t i = 0; i < count; i++) {
        buf_put_text(&m->b, "picture");
        put_mark(m, first_mark + i);
    }
    end(&m->b, at);
}

/* One item: id, method, reference, base and extents; base or extents point at marks. */
static void put_item(struct made *m, size_t iloc, uint8_t version, uint16_t id, uint16_t method,
                     uint16_t reference, size_t base_n, size_t offset_n, size_t index_n,
                     uint64_t first_mark, size_t extents)
{
    struct buf *b = &m->b;

    if (version == 2)
        buf_put_u32(b, id);
    else
        buf_put_u16(b, id);
    if (version)
        buf_put_u16(b, method);
    buf_put_u16(b, reference);
    const size_t base_at = b->n - iloc - 4;
    const bool moves = method == 0 && reference == 0;
    if (base_n && moves) { // the base is the first mark
        m->open[m->open_n].at = b->n;
        m->open[m->open_n].width = base_n;
        m->open[m->open_n++].mark = first_mark;
        if (!offset_n)
            m->fields[m->fields_n++] =
                (struct field){ "iloc", 0, base_at, base_n, 0, 0, first_mark };
    }
    buf_put_zeros(b, base_n);
    buf_put_u16(b, (uint16_t)extents);
    for (size_t i = 0; i < extents; i++) {
        buf_put_zeros(b, version ? index_n : 0);
        if (moves && offset_n && !base_n) {
            put_field(m, iloc, "iloc", 0, offset_n, first_mark + i);
        } else if (moves && offset_n) { // 15 bytes from mark to mark in one mdat
            m->fields[m->fields_n++] = (struct field){ "iloc",  0,      b->n - iloc - 4, offset_n,
                                                       base_at, base_n, first_mark + i };
            buf_put_zeros(b, offset_n - 1);
            buf_put_u8(b, (uint8_t)(15 * i));
        } else {
            for (size_t k = 0; k < offset_n; k++)
                buf_put_u8(b, 1); // what must stay as it is
        }
        buf_put_u32(b, 8);
    }
}

static void put_meta(struct made *m, uint8_t version, size_t base_n, size_t offset_n,
                     size_t index_n)
{
    struct buf *b = &m->b;
    const size_t meta = full_box(b, "meta", 0, 0);
    plain_box(b, "hdlr", 24, 5);
    const size_t iloc = full_box(b, "iloc", version, 0);
    buf_put_u16(b, (uint16_t)(offset_n << 12 | 4 << 8 | base_n << 4 | (version ? index_n : 0)));
    if (version == 2)
        buf_put_u32(b, 3);
    else
        buf_put_u16(b, version ? 3 : 2);
    put_item(m, iloc, version, 1, 0, 0, base_n, offset_n, index_n, 1, offset_n ? 3 : 1);
    put_item(m, iloc, version, 2, 0, 1, base_n, offset_n, index_n, 0, 2);
    if (version)
        put_item(m, iloc, version, 3, 1, 0, base_n, offset_n, index_n, 0, 2);
    end(b, iloc);
    plain_box(b, "iprp", 9, 6);
    end(b, meta);
}

static void put_fragment(struct made *m, size_t number, uint64_t first_mark)
{
    struct buf *b = &m->b;
    const size_t moof = box(b, "moof");
    plain_box(b, "mfhd", 8, 7);
    for (size_t i = 0; i < 2; i++) {
        const size_t traf = box(b, "traf");
        const size_t tfhd = full_box(b, "tfhd", 0, i ? 0x020000 : 1);
        buf_put_u32(b, 1);
        if (!i)
            put_field(m, tfhd, "tfhd", 2 * number, 8, first_mark);
        end(b, tfhd);
        plain_box(b, "saio", 12, 9); // relative: it must stay as it is
        end(b, traf);
    }
    end(b, moof);
    put_mdat(m, first_mark, 2);
}

static void put_tfra(struct made *m, size_t nth, uint8_t version, uint32_t sizes,
                     const uint64_t *marks, size_t count)
{
    struct buf *b = &m->b;
    const size_t width = version ? 8 : 4;
    const size_t at = full_box(b, "tfra", version, 0);

    buf_put_u32(b, 1);
    buf_put_u32(b, sizes);
    buf_put_u32(b, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        buf_put_zeros(b, width);
        put_field(m, at, "tfra", nth, width, marks[i]);
        buf_put_zeros(b, 3 + (sizes >> 4 & 3) + (sizes >> 2 & 3) + (sizes & 3));
    }
    end(b, at);
}

/* Files. Store boxes stand where the letter 's' of the maker says. */

static void make_progressive(struct made *m)
{
    ftyp(&m->b, "isom");
    plain_box(&m->b, "free", 10, 0);
    put_mdat(m, 1, 6);
    put_moov(m);
}

static void make_faststart(struct made *m)
{
    ftyp(&m->b, "isom");
    put_moov(m);
    plain_box(&m->b, "uuid", 30, 0);
    put_mdat(m, 1, 6);
}

static void make_to_end(struct made *m)
{
    make_faststart(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "mdat", 4, 0) - 4, 0);
}

static void make_sidx_to_end(struct made *m) // nothing can be meant by it; but it gets a size
{
    make_faststart(m);
    buf_put_u32(&m->b, 0);
    buf_put(&m->b, "sidx", 4);
    buf_put_zeros(&m->b, 24);
}

static void make_fragmented(struct made *m)
{
    static const uint64_t marks[] = { 1, 3, 5 };

    ftyp(&m->b, "iso5");
    const size_t moov = box(&m->b, "moov");
    plain_box(&m->b, "mvhd", 100, 0);
    end(&m->b, moov);
    for (size_t i = 0; i < 3; i++)
        put_fragment(m, i, 1 + 2 * i);
    const size_t mfra = box(&m->b, "mfra");
    put_tfra(m, 0, 0, 0, marks, 3);
    put_tfra(m, 1, 1, 0x3f, marks, 3);
    plain_box(&m->b, "mfro", 8, 0);
    end(&m->b, mfra);
}

static void make_old_store(struct made *m) // where it belongs
{
    ftyp(&m->b, "isom");
    store_box(&m->b, "manifest", 0, 700, 5);
    put_moov(m);
    put_mdat(m, 1, 6);
}

static void make_old_behind(struct made *m) // in the middle of the media, and another at the end
{
    ftyp(&m->b, "isom");
    put_mdat(m, 1, 3);
    store_box(&m->b, "manifest", 0, 700, 0);
    put_mdat(m, 4, 3);
    store_box(&m->b, "update", 0, 100, 0);
    put_moov(m);
}

static void make_two_stores(struct made *m)
{
    ftyp(&m->b, "isom");
    store_box(&m->b, "manifest", 0, 50, 0);
    put_mdat(m, 1, 3);
    store_box(&m->b, "manifest", 0, 60, 0);
    put_mdat(m, 4, 3);
    put_moov(m);
}

static void make_merkle(struct made *m)
{
    ftyp(&m->b, "isom");
    store_box(&m->b, "manifest", 0, 50, 0);
    put_moov(m);
    put_mdat(m, 1, 6);
    for (size_t i = 0; i < 3; i++) {
        const size_t at = c2pa_box(&m->b, "merkle");
        buf_put_text(&m->b, "what it says");
        end(&m->b, at);
    }
}

static void make_reserved(struct made *m)
{
    ftyp(&m->b, "isom");
    reserve_box(&m->b, 2000);
    put_moov(m);
    put_mdat(m, 1, 6);
}

static void make_appended(struct made *m)
{
    make_reserved(m);
    store_box(&m->b, "manifest", 0, 1500, 2000 - 1500 - BMFF_STORE_AT);
}

static void make_only_type(struct made *m)
{
    ftyp(&m->b, "isom");
}

#define HEIF(version, base, offset, index)                               \
    static void make_heif_##version##base##offset##index(struct made *m) \
    {                                                                    \
        ftyp(&m->b, "heic");                                             \
        put_meta(m, version, base, offset, index);                       \
        put_mdat(m, 1, 3);                                               \
    }
HEIF(0, 0, 4, 0)
HEIF(0, 4, 4, 0)
HEIF(0, 4, 0, 0)
HEIF(1, 0, 8, 4)
HEIF(1, 8, 4, 0)
HEIF(1, 8, 0, 8)
HEIF(2, 0, 4, 0)
HEIF(2, 4, 8, 4)

static void make_quicktime_meta(struct made *m) // a meta box without version and flags
{
    ftyp(&m->b, "qt  ");
    const size_t moov = box(&m->b, "moov");
    const size_t meta = box(&m->b, "meta");
    plain_box(&m->b, "hdlr", 24, 5);
    const size_t iloc = full_box(&m->b, "iloc", 0, 0);
    buf_put_u16(&m->b, 0x4400);
    buf_put_u16(&m->b, 1);
    put_item(m, iloc, 0, 1, 0, 0, 0, 4, 0, 1, 1);
    end(&m->b, iloc);
    end(&m->b, meta);
    end(&m->b, moov);
    put_mdat(m, 1, 1);
}

static const struct {
    const char *name;
    void (*make)(struct made *m);
    uint64_t place; // of the store
    uint64_t room;  // bytes of a reserve that a small store fits into, or 0
    bool restores;  // stripped, it is what it was before
} files[] = {
    { "progressive", make_progressive, 20, 0, true },
    { "faststart", make_faststart, 20, 0, true },
    { "to the end", make_to_end, 20, 0, true },
    { "sidx to the end", make_sidx_to_end, 20, 0, true },
    { "fragmented", make_fragmented, 20, 0, true },
    { "old store", make_old_store, 20, 0, false },
    { "old store behind", make_old_behind, 20, 0, false },
    { "two stores", make_two_stores, 20, 0, false },
    { "merkle boxes", make_merkle, 20, 0, false },
    { "reserved", make_reserved, 20, 2000, false },
    { "appended", make_appended, 20, 2000, false },
    { "only a type", make_only_type, 20, 0, true },
    { "heif 0044", make_heif_0040, 20, 0, true },
    { "heif 0440", make_heif_0440, 20, 0, true },
    { "heif 0400", make_heif_0400, 20, 0, true },
    { "heif 1084", make_heif_1084, 20, 0, true },
    { "heif 1840", make_heif_1840, 20, 0, true },
    { "heif 1808", make_heif_1808, 20, 0, true },
    { "heif 2040", make_heif_2040, 20, 0, true },
    { "heif 2484", make_heif_2484, 20, 0, true },
    { "quicktime meta", make_quicktime_meta, 20, 0, true },
};

static struct made made_by(void (*make)(struct made *m))
{
    struct made m = { .b = buf_with_limit(MAKE_MAX) };

    make(&m);
    fill_fields(&m);
    return m;
}

/* Run a goal over a file; out and hashed receive what comes of it. False: it was refused. */
static bool run(struct exh_bytes file, enum plan_goal goal, struct exh_bytes store, struct buf *out,
                struct buf *hashed, struct span *place, const char *name)
{
    struct exh_error err;
    struct exh_source s = exh_source_memory(file.p, file.n);
    struct container c;
    struct plan *p;

    if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", name, err.text))
        return false;
    const bool planned = plan_new(&s, &c, goal, store.n, &p, &err) == EXH_OK;
    if (CHECK(planned, "%s, goal %d: %s", name, goal, err.text)) {
        *place = plan_store(p);
        plan_run(&s, p, store, out, hashed);
        plan_free(p);
    }
    container_free(&c);
    return planned;
}

/* What is hashed of a file as it stands. */
static void check_hashed(struct exh_bytes out, const struct buf *want, const char *name)
{
    struct buf again = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct span place;

    if (run(out, PLAN_NONE, (struct exh_bytes){ 0 }, &again, &hashed, &place, name)) {
        CHECK(again.n == out.n && memcmp(again.p, out.p, out.n) == 0, "%s: NONE changes", name);
        CHECK(hashed.n == want->n && (!want->n || memcmp(hashed.p, want->p, want->n) == 0),
              "%s: %zu bytes hashed while writing, %zu in the output", name, want->n, hashed.n);
    }
    buf_free(&again);
    buf_free(&hashed);
}

static void check_read(struct exh_bytes out, struct exh_bytes store, struct span place,
                       const char *name)
{
    struct exh_error err;
    struct exh_source s = exh_source_memory(out.p, out.n);
    struct container c;

    if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", name, err.text))
        return;
    CHECK(c.jumbf.n == store.n && memcmp(c.jumbf.p, store.p, store.n) == 0,
          "%s: %zu bytes read back of %zu", name, c.jumbf.n, store.n);
    CHECK(c.store.at == place.at && c.store.n == place.n, "%s: store at %" PRIu64, name,
          c.store.at);
    CHECK(!c.warning[0], "%s: %s", name, c.warning);
    container_free(&c);
}

static const size_t sizes[] = { STORE_MIN, 1000, 5000, 300000 };

static void test_embed(void)
{
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct buf stripped = buf_with_limit(PLAN_RUN_MAX);
    struct span place;

    for (size_t i = 0; i < ARRAY_N(files); i++) {
        const char *name = files[i].name;
        struct made m = made_by(files[i].make);
        for (size_t k = 0; k < ARRAY_N(sizes); k++) {
            struct buf store;
            plan_run_store(&store, sizes[k]);
            const uint64_t need = sizes[k] + BMFF_STORE_AT;
            if (run(buf_view(&m.b), PLAN_EMBED, buf_view(&store), &out, &hashed, &place, name)) {
                CHECK(place.at == files[i].place &&
                          place.n == (need < files[i].room ? files[i].room : need),
                      "%s: %" PRIu64 " bytes at %" PRIu64, name, place.n, place.at);
                check_fields(&m, buf_view(&out), name);
                check_hashed(buf_view(&out), &hashed, name);
                check_read(buf_view(&out), buf_view(&store), place, name);
                run(buf_view(&out), PLAN_STRIP, (struct exh_bytes){ 0 }, &stripped, NULL, &place,
                    name);
                check_fields(&m, buf_view(&stripped), name);
                CHECK(stripped.n <= m.b.n, "%s: %zu bytes left", name, stripped.n);
                CHECK(!files[i].restores ||
                          (stripped.n == m.b.n && memcmp(stripped.p, m.b.p, m.b.n) == 0),
                      "%s: stripped, it is another file", name);
            }
            buf_free(&store);
        }
        buf_free(&m.b);
    }
    buf_free(&out);
    buf_free(&hashed);
    buf_free(&stripped);
}

/* The append-only form: media first, then the statement about it; delivered, the hash is the same. */
static void test_append(void)
{
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct buf delivered = buf_with_limit(PLAN_RUN_MAX);
    struct span place;

    for (size_t i = 0; i < ARRAY_N(files); i++) {
        const char *name = files[i].name;
        if (files[i].make == make_only_type) // nothing to be behind
            continue;
        struct made m = made_by(files[i].make);
        for (size_t k = 0; k < ARRAY_N(sizes); k++) {
            struct buf store;
            plan_run_store(&store, sizes[k]);
            if (!run(buf_view(&m.b), PLAN_APPEND, buf_view(&store), &out, &hashed, &place, name))
                continue;
            CHECK(place.at + place.n == out.n, "%s: appended at %" PRIu64, name, place.at);
            check_fields(&m, buf_view(&out), name);
            check_hashed(buf_view(&out), &hashed, name);
            check_read(buf_view(&out), buf_view(&store), place, name);
            run(buf_view(&out), PLAN_DELIVER, (struct exh_bytes){ 0 }, &delivered, NULL, &place,
                name);
            CHECK(delivered.n < out.n, "%s: delivered %zu bytes", name, delivered.n);
            check_fields(&m, buf_view(&delivered), name);
            check_hashed(buf_view(&delivered), &hashed, name);
            const uint64_t box_n = out.n - delivered.n;
            check_read(buf_view(&delivered), buf_view(&store), (struct span){ 20, box_n }, name);
            buf_free(&store);
        }
        buf_free(&m.b);
    }
    buf_free(&out);
    buf_free(&hashed);
    buf_free(&delivered);
}

static void check_update(struct exh_bytes out, size_t update_n, const char *name)
{
    struct exh_error err;
    struct exh_source s = exh_source_memory(out.p, out.n);
    struct container c;

    if (!CHECK(container_read(&s, &c, &err) == EXH_OK, "%s: %s", name, err.text))
        return;
    CHECK(c.jumbf.n >= STORE_MIN && c.update_jumbf.n == update_n, "%s: %zu and %zu bytes", name,
          c.jumbf.n, c.update_jumbf.n);
    CHECK(c.update.at + c.update.n == s.size, "%s: update at %" PRIu64, name, c.update.at);
    CHECK(c.store.at == 20 && !c.append_form, "%s: store at %" PRIu64, name, c.store.at);
    CHECK(!c.warning[0], "%s: %s", name, c.warning);
    container_free(&c);
}

static const struct {
    const char *name;
    void (*make)(struct made *m);
} updated[] = {
    { "old store", make_old_store },
    { "appended", make_appended },
};

/* What is signed already keeps its hash, whatever is said later. */
static void test_update(void)
{
    struct buf before = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct buf once = buf_with_limit(PLAN_RUN_MAX);
    struct buf twice = buf_with_limit(PLAN_RUN_MAX);
    struct span place;

    for (size_t i = 0; i < ARRAY_N(updated); i++) {
        const char *name = updated[i].name;
        struct made m = made_by(updated[i].make);
        struct buf one, two;
        plan_run_store(&one, 900);
        plan_run_store(&two, 90000);
        run(buf_view(&m.b), PLAN_NONE, (struct exh_bytes){ 0 }, &before, &hashed, &place, name);
        run(buf_view(&m.b), PLAN_UPDATE, buf_view(&one), &once, NULL, &place, name);
        check_update(buf_view(&once), 900, name);
        check_hashed(buf_view(&once), &hashed, name);
        check_fields(&m, buf_view(&once), name);
        run(buf_view(&once), PLAN_UPDATE, buf_view(&two), &twice, NULL, &place, name);
        check_update(buf_view(&twice), 90000, name);
        check_hashed(buf_view(&twice), &hashed, name);
        run(buf_view(&twice), PLAN_UPDATE, buf_view(&one), &before, NULL, &place, name);
        CHECK(before.n == once.n && memcmp(before.p, once.p, once.n) == 0,
              "%s: an update in place of another differs", name);
        // A new standard manifest takes the update away.
        run(buf_view(&twice), PLAN_EMBED, buf_view(&one), &once, &hashed, &place, name);
        check_hashed(buf_view(&once), &hashed, name);
        check_read(buf_view(&once), buf_view(&one), place, name);
        check_fields(&m, buf_view(&once), name);
        buf_free(&one);
        buf_free(&two);
        buf_free(&m.b);
    }
    buf_free(&before);
    buf_free(&hashed);
    buf_free(&once);
    buf_free(&twice);
}

/* A merkle box before the moof of a segment; sidx counts what stands behind it. */
static void test_insert(void)
{
    struct made m = { .b = buf_with_limit(MAKE_MAX) };
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;
    struct plan *p;

    for (uint8_t version = 0; version < 2; version++) {
        m.b.n = m.fields_n = m.open_n = 0;
        plain_box(&m.b, "styp", 8, 0);
        const size_t sidx = full_box(&m.b, "sidx", version, 0);
        buf_put_zeros(&m.b, 8 + (version ? 16 : 8) + 2);
        buf_put_u16(&m.b, 2);
        const size_t entries = m.b.n;
        buf_put_zeros(&m.b, 24);
        end(&m.b, sidx);
        const size_t moof = m.b.n;
        put_fragment(&m, 0, 1);
        const size_t second = m.b.n;
        put_fragment(&m, 1, 3);
        fill_fields(&m);
        buf_set_u32(&m.b, entries, (uint32_t)(second - moof));
        buf_set_u32(&m.b, entries + 12, 0x80000000u | (uint32_t)(m.b.n - second));

        struct exh_source s = exh_source_memory(m.b.p, m.b.n);
        if (!CHECK(bmff_plan_insert(&s, second, 100, &p, &err) == EXH_OK, "%s", err.text))
            continue;
        CHECK(plan_store(p).at == second && plan_store(p).n == 100, "at %" PRIu64,
              plan_store(p).at);
        struct piece piece;
        bool more;
        buf_clear(&out);
        while (plan_next(p, &piece, &more, &err) == EXH_OK && more) {
            if (piece.kind == PIECE_STORE)
                buf_put_zeros(&out, (size_t)piece.n);
            else
                plan_run_piece(&s, p, &piece, (struct exh_bytes){ 0 }, &out);
        }
        CHECK(out.n == m.b.n + 100 && plan_size(p) == out.n, "%zu bytes", out.n);
        check_fields(&m, buf_view(&out), "segment");
        CHECK(get_big(out.p + entries, 4) == second - moof + 100, "first entry: %" PRIu64,
              get_big(out.p + entries, 4));
        CHECK(get_big(out.p + entries + 12, 4) == (0x80000000u | (m.b.n - second)),
              "second entry: %" PRIx64, get_big(out.p + entries + 12, 4));
        plan_free(p);

        // Before the first one: then the index begins later.
        if (!CHECK(bmff_plan_insert(&s, moof, 100, &p, &err) == EXH_OK, "%s", err.text))
            continue;
        buf_clear(&out);
        while (plan_next(p, &piece, &more, &err) == EXH_OK && more) {
            if (piece.kind == PIECE_STORE)
                buf_put_zeros(&out, (size_t)piece.n);
            else
                plan_run_piece(&s, p, &piece, (struct exh_bytes){ 0 }, &out);
        }
        CHECK(get_big(out.p + entries - 12 + (version ? 0 : 4), version ? 8 : 4) == 100,
              "first offset: %" PRIu64, get_big(out.p + entries - 8, 4));
        CHECK(get_big(out.p + entries, 4) == second - moof, "first entry: %" PRIu64,
              get_big(out.p + entries, 4));
        plan_free(p);
    }
    buf_free(&m.b);
    buf_free(&out);
}

/* Refusals: a spoilt file, and what is said of it, by the plan or while walking it. */

static void spoil_stco_count(struct made *m)
{
    make_faststart(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "stco", 4, 0) + 8, 4);
}

static void spoil_stco_short(struct made *m)
{
    ftyp(&m->b, "isom");
    const size_t moov = box(&m->b, "moov"), trak = box(&m->b, "trak"), mdia = box(&m->b, "mdia"),
                 minf = box(&m->b, "minf"), stbl = box(&m->b, "stbl");
    plain_box(&m->b, "stco", 7, 0);
    end(&m->b, stbl);
    end(&m->b, minf);
    end(&m->b, mdia);
    end(&m->b, trak);
    end(&m->b, moov);
}

static void spoil_child_size(struct made *m)
{
    make_faststart(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "mdia", 4, 0) - 4, 0xffffff);
}

static void spoil_saio(struct made *m)
{
    make_faststart(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "saio", 4, 1) + 16, 2);
}

static void spoil_tfhd(struct made *m)
{
    ftyp(&m->b, "isom");
    const size_t moof = box(&m->b, "moof"), traf = box(&m->b, "traf"),
                 tfhd = full_box(&m->b, "tfhd", 0, 1);
    buf_put_zeros(&m->b, 11);
    end(&m->b, tfhd);
    end(&m->b, traf);
    end(&m->b, moof);
}

static void spoil_tfra(struct made *m)
{
    make_fragmented(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "tfra", 4, 0) + 16, 99);
}

static void spoil_iloc_sizes(struct made *m)
{
    make_heif_0040(m);
    m->b.p[find(buf_view(&m->b), "iloc", 4, 0) + 8] = 0x34;
}

static void spoil_iloc_version(struct made *m)
{
    make_heif_0040(m);
    m->b.p[find(buf_view(&m->b), "iloc", 4, 0) + 4] = 3;
}

static void spoil_iloc_count(struct made *m)
{
    make_heif_0040(m);
    m->b.p[find(buf_view(&m->b), "iloc", 4, 0) + 11] = 3;
}

static void spoil_iloc_base(struct made *m) // the base moves, an extent before it does not
{
    ftyp(&m->b, "isom");
    const size_t meta = full_box(&m->b, "meta", 0, 0);
    plain_box(&m->b, "hdlr", 24, 5);
    const size_t iloc = full_box(&m->b, "iloc", 0, 0);
    buf_put_u16(&m->b, 0x8480);
    buf_put_u16(&m->b, 1);
    buf_put_u32(&m->b, 1 << 16); // item 1, in this file
    buf_put_u64(&m->b, 60);
    buf_put_u16(&m->b, 2);
    buf_put_u64(&m->b, 0);
    buf_put_u32(&m->b, 1);
    buf_put_u64(&m->b, UINT64_MAX - 49); // 60 - 50
    buf_put_u32(&m->b, 1);
    end(&m->b, iloc);
    end(&m->b, meta);
    plain_box(&m->b, "mdat", 30, 0);
}

static void spoil_iloc_large(struct made *m)
{
    ftyp(&m->b, "isom");
    const size_t meta = full_box(&m->b, "meta", 0, 0);
    plain_box(&m->b, "hdlr", 24, 5);
    plain_box(&m->b, "iloc", (size_t)1 << 20, 0);
    end(&m->b, meta);
    plain_box(&m->b, "mdat", 30, 0);
}

static void spoil_meta(struct made *m)
{
    ftyp(&m->b, "isom");
    plain_box(&m->b, "meta", 3, 0);
    plain_box(&m->b, "mdat", 30, 0);
}

static void spoil_cmov(struct made *m)
{
    ftyp(&m->b, "qt  ");
    const size_t moov = box(&m->b, "moov");
    plain_box(&m->b, "cmov", 30, 0);
    end(&m->b, moov);
}

static void spoil_cr3(struct made *m)
{
    ftyp(&m->b, "crx ");
    plain_box(&m->b, "moov", 30, 0);
}

static void spoil_segment(struct made *m)
{
    plain_box(&m->b, "styp", 8, 0);
    plain_box(&m->b, "moof", 8, 0);
}

static void spoil_updated_end(struct made *m)
{
    make_old_store(m);
    buf_set_u32(&m->b, find(buf_view(&m->b), "mdat", 4, 0) - 4, 0);
}

static void spoil_update_place(struct made *m)
{
    make_old_store(m);
    store_box(&m->b, "update", 0, 60, 0);
    plain_box(&m->b, "free", 0, 0);
}

static void spoil_two_updates(struct made *m)
{
    make_old_store(m);
    store_box(&m->b, "update", 0, 60, 0);
    store_box(&m->b, "update", 0, 60, 0);
}

static void spoil_delivery(struct made *m) // the manifest does not fit the reserve
{
    make_reserved(m);
    store_box(&m->b, "manifest", 0, 1956, 0);
}

static void spoil_behind(struct made *m) // something stands behind the manifest box
{
    make_appended(m);
    plain_box(&m->b, "free", 0, 0);
}

static void spoil_ftyp_end(struct made *m) // a file of nothing but its type
{
    ftyp(&m->b, "isom");
    buf_set_u32(&m->b, 0, 0);
}

static const struct {
    const char *name;
    void (*make)(struct made *m);
    enum plan_goal goal;
    enum exh_status want;
    const char *says;
} refusals[] = {
    { "stco count", spoil_stco_count, PLAN_EMBED, EXH_MALFORMED, "'stco' at" },
    { "stco short", spoil_stco_short, PLAN_EMBED, EXH_MALFORMED, "'stco' at 60: cut short" },
    { "child size", spoil_child_size, PLAN_EMBED, EXH_MALFORMED,
      "'mdia' at 236: 16777215 bytes, but its container ends" },
    { "child size, stripped", spoil_child_size, PLAN_NONE, EXH_OK, NULL },
    { "saio count", spoil_saio, PLAN_EMBED, EXH_MALFORMED, "'saio' at" },
    { "tfhd short", spoil_tfhd, PLAN_EMBED, EXH_MALFORMED, "'tfhd' at 36: cut short" },
    { "tfra count", spoil_tfra, PLAN_EMBED, EXH_MALFORMED, "'tfra' at" },
    { "iloc field sizes", spoil_iloc_sizes, PLAN_EMBED, EXH_MALFORMED, "field sizes 3400" },
    { "iloc version", spoil_iloc_version, PLAN_EMBED, EXH_UNSUPPORTED, "version 3" },
    { "iloc count", spoil_iloc_count, PLAN_EMBED, EXH_MALFORMED, "3 items do not fit" },
    { "iloc base", spoil_iloc_base, PLAN_EMBED, EXH_UNSUPPORTED, "an extent of its own base" },
    { "iloc large", spoil_iloc_large, PLAN_EMBED, EXH_LIMIT, "'iloc' at 64: 1048584 bytes" },
    { "meta short", spoil_meta, PLAN_EMBED, EXH_MALFORMED, "'meta' at 20: cut short" },
    { "compressed moov", spoil_cmov, PLAN_EMBED, EXH_UNSUPPORTED, "'cmov' at 28" },
    { "compressed moov, sidecar", spoil_cmov, PLAN_NONE, EXH_OK, NULL },
    { "CR3", spoil_cr3, PLAN_EMBED, EXH_UNSUPPORTED, "CR3" },
    { "ftyp to the end", spoil_ftyp_end, PLAN_EMBED, EXH_UNSUPPORTED, "'ftyp' has no size" },
    { "ftyp to the end, sidecar", spoil_ftyp_end, PLAN_NONE, EXH_OK, NULL },
    { "segment", spoil_segment, PLAN_EMBED, EXH_UNSUPPORTED, "media segment" },
    { "update of a last box without a size", spoil_updated_end, PLAN_UPDATE, EXH_UNSUPPORTED,
      "'mdat' at" },
    { "update behind", spoil_update_place, PLAN_UPDATE, EXH_INVALID, "is not the last box" },
    { "two updates", spoil_two_updates, PLAN_UPDATE, EXH_INVALID, "at most one update box" },
    { "delivery that does not fit", spoil_delivery, PLAN_DELIVER, EXH_INVALID, "fits a reserve" },
    { "delivery with a box behind", spoil_behind, PLAN_DELIVER, EXH_INVALID, "fits a reserve" },
    { "delivery of the ordinary form", make_old_store, PLAN_DELIVER, EXH_INVALID, "reserve" },
};

static enum exh_status try(struct exh_bytes file, enum plan_goal goal, size_t store_n,
                           struct exh_error *err)
{
    uint8_t *copy = exact_copy(file.p, file.n);
    struct exh_source s = exh_source_memory(copy, file.n);
    struct container c;
    struct plan *p = NULL;
    struct piece piece;
    uint64_t size = 0;
    bool more = true;
    enum exh_status status = container_read(&s, &c, err);

    if (status != EXH_OK) {
        free(copy);
        return status;
    }
    status = plan_new(&s, &c, goal, store_n, &p, err);
    while (status == EXH_OK && more) {
        status = plan_next(p, &piece, &more, err);
        size += status == EXH_OK && more ? piece.n : 0;
    }
    if (status == EXH_OK)
        CHECK(size == plan_size(p), "%" PRIu64 " bytes, planned %" PRIu64, size, plan_size(p));
    plan_free(p);
    container_free(&c);
    free(copy);
    return status;
}

static void test_refusals(void)
{
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        const enum plan_goal goal = refusals[i].goal;
        struct made m = made_by(refusals[i].make);
        err.text[0] = 0;
        enum exh_status got =
            try(buf_view(&m.b), goal, goal == PLAN_EMBED || goal == PLAN_UPDATE ? 1000 : 0, &err);
        CHECK(got == refusals[i].want, "%s: %d (%s)", refusals[i].name, got, err.text);
        CHECK(!refusals[i].says || strstr(err.text, refusals[i].says), "%s: \"%s\"",
              refusals[i].name, err.text);
        buf_free(&m.b);
    }
}

/* Any prefix, and any byte changed: the plan refuses, or does what it said. */
static void test_damage(void)
{
    static void (*const makers[])(struct made * m) = { make_faststart, make_fragmented,
                                                       make_heif_2484, make_appended };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(makers); i++) {
        struct made m = made_by(makers[i]);
        for (size_t n = 8; n < m.b.n; n++)
            try((struct exh_bytes){ m.b.p, n }, PLAN_EMBED, 100, &err);
        for (size_t k = 0; k < m.b.n; k++) {
            const uint8_t was = m.b.p[k];
            m.b.p[k] = 0xff;
            try(buf_view(&m.b), PLAN_EMBED, 100, &err);
            try(buf_view(&m.b), PLAN_UPDATE, 100, &err);
            m.b.p[k] = was;
        }
        buf_free(&m.b);
    }
}

int main(void)
{
    test_embed();
    test_append();
    test_update();
    test_insert();
    test_refusals();
    test_damage();
    return check_done();
}
