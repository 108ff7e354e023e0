/* exif_item.c -- the EXIF item of a HEIF or AVIF file: ISO 14496-12, "The Meta box"; 23008-12, A.2.1. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/source.h"
#include "base/text.h"
#include "media/exif_find.h"

#define META_MAX       ((size_t)4 << 20) // bytes of the meta box; grids of many tiles need 100 KiB
#define ROOT_BOXES_MAX 4096              // boxes before meta; it comes first or second
#define EXTENTS_MAX    64                // pieces of one item

/* The meta box, and what its children say of the item. */
struct meta {
    struct exh_bytes iinf, iloc, idat;
    uint64_t pos; // of the box's content in the file
    uint32_t id;  // of the EXIF item
};

/* The next box of r: its type and its content. False at the end; r->failed when it is broken. */
static bool next_box(struct reader *r, char type[5], struct exh_bytes *content)
{
    if (r->failed || !r->rest.n)
        return false;
    uint64_t size = reader_u32(r);
    struct exh_bytes four = reader_take(r, 4);
    uint64_t head = 8;
    if (size == 1) {
        size = reader_u64(r);
        head = 16;
    }
    if (r->failed)
        return false;
    if (size == 0)
        size = head + r->rest.n;
    if (size < head || size - head > r->rest.n) {
        r->failed = true;
        return false;
    }
    memcpy(type, four.p, 4);
    type[4] = 0;
    *content = reader_take(r, (size_t)(size - head));
    return true;
}

/* Find root box 'meta', and read its content into memory. */
static enum exh_status read_meta(const struct exh_source *asset, uint8_t **p, struct meta *m,
                                 size_t *n, struct exh_error *err)
{
    uint64_t at = 0;

    for (unsigned i = 0; i < ROOT_BOXES_MAX && at < asset->size && asset->size - at >= 16; i++) {
        uint8_t raw[16];
        enum exh_status status = source_read(asset, at, raw, sizeof raw, err);
        if (status != EXH_OK)
            return status;
        struct reader r = reader_over((struct exh_bytes){ raw, sizeof raw }, at);
        uint64_t size = reader_u32(&r);
        struct exh_bytes type = reader_take(&r, 4);
        const uint64_t head = size == 1 ? 16 : 8;
        if (size == 1)
            size = reader_u64(&r);
        if (size < head || size > asset->size - at)
            break;
        if (!bytes_are(type, "meta")) {
            at += size;
            continue;
        }
        if (size - head > META_MAX)
            return fail(err, EXH_LIMIT, "meta box at %" PRIu64 ": more than %zu bytes", at,
                        META_MAX);
        m->pos = at + head;
        *n = (size_t)(size - head);
        *p = malloc(*n + 1);
        return *p ? source_read(asset, m->pos, *p, *n, err) : fail_no_memory(err);
    }
    return fail(err, EXH_NOT_FOUND, "no EXIF");
}

static enum exh_status fail_box(const struct meta *m, const char *name, struct exh_error *err)
{
    return fail(err, EXH_MALFORMED, "meta box at %" PRIu64 ": %s is cut short", m->pos, name);
}

static enum exh_status find_children(struct meta *m, struct exh_bytes content,
                                     struct exh_error *err)
{
    struct reader r = reader_over(content, m->pos);
    struct exh_bytes child;
    char type[5];

    (void)reader_u32(&r); // version and flags
    while (next_box(&r, type, &child)) {
        if (strcmp(type, "iinf") == 0)
            m->iinf = child;
        else if (strcmp(type, "iloc") == 0)
            m->iloc = child;
        else if (strcmp(type, "idat") == 0)
            m->idat = child;
    }
    return r.failed ? fail_box(m, "a box", err) : EXH_OK;
}

/* The id of the first item of type 'Exif'. */
static enum exh_status find_id(struct meta *m, struct exh_error *err)
{
    struct reader r = reader_over(m->iinf, 0);
    struct exh_bytes entry;
    char type[5];

    const uint8_t version = (uint8_t)(reader_u32(&r) >> 24);
    (void)(version == 0 ? reader_u16(&r) : reader_u32(&r)); // the boxes end the list
    while (next_box(&r, type, &entry)) {
        struct reader e = reader_over(entry, 0);
        const uint8_t kind = (uint8_t)(reader_u32(&e) >> 24);
        if (strcmp(type, "infe") != 0 || kind < 2)
            continue;
        const uint32_t id = kind == 2 ? reader_u16(&e) : reader_u32(&e);
        (void)reader_u16(&e); // protection
        if (bytes_are(reader_take(&e, 4), "Exif")) {
            m->id = id;
            return EXH_OK;
        }
    }
    return r.failed ? fail_box(m, "iinf", err) : fail(err, EXH_NOT_FOUND, "no EXIF");
}

/* A number of 0, 4 or 8 bytes, as iloc says of each of its fields. */
static uint64_t sized(struct reader *r, unsigned size)
{
    switch (size) {
    case 0: return 0;
    case 4: return reader_u32(r);
    case 8: return reader_u64(r);
    default: r->failed = true; return 0;
    }
}

struct iloc { // sizes of the fields, and the version
    unsigned version, offset, length, base, index;
};

struct item {
    uint32_t id;
    unsigned method; // 0: offsets in the file, 1: in idat
    uint64_t base;
    unsigned extents;
};

static struct item read_item(struct reader *r, const struct iloc *l)
{
    struct item i = { 0 };

    i.id = l->version < 2 ? reader_u16(r) : reader_u32(r);
    if (l->version > 0)
        i.method = reader_u16(r) & 15;
    (void)reader_u16(r); // data reference
    i.base = sized(r, l->base);
    i.extents = reader_u16(r);
    return i;
}

static enum exh_status take_extent(const struct exh_source *asset, const struct meta *m,
                                   const struct item *item, uint64_t offset, uint64_t n,
                                   struct buf *out, struct exh_error *err)
{
    if (offset > UINT64_MAX - item->base || n > EXIF_MAX)
        return fail(err, EXH_LIMIT, "EXIF item of more than %zu bytes", EXIF_MAX);
    offset += item->base;
    if (item->method == 1) {
        if (offset > m->idat.n || n > m->idat.n - offset)
            return fail_box(m, "idat", err);
        buf_put(out, m->idat.p + offset, (size_t)n);
        return buf_finish(out, err);
    }
    uint8_t *room = buf_room(out, (size_t)n);
    return room ? source_read(asset, offset, room, (size_t)n, err) : buf_finish(out, err);
}

static enum exh_status take_item(const struct exh_source *asset, const struct meta *m,
                                 struct reader *r, const struct iloc *l, const struct item *item,
                                 struct buf *out, struct exh_error *err)
{
    if (item->method > 1 || item->extents > EXTENTS_MAX)
        return fail(err, EXH_UNSUPPORTED, "EXIF item in a form that nobody writes");
    for (unsigned i = 0; i < item->extents; i++) {
        if (l->version > 0)
            (void)sized(r, l->index);
        const uint64_t offset = sized(r, l->offset);
        const uint64_t n = sized(r, l->length);
        if (r->failed)
            return fail_box(m, "iloc", err);
        enum exh_status status = take_extent(asset, m, item, offset, n, out, err);
        if (status != EXH_OK)
            return status;
    }
    return EXH_OK;
}

static enum exh_status find_item(const struct exh_source *asset, const struct meta *m,
                                 struct buf *out, struct exh_error *err)
{
    struct reader r = reader_over(m->iloc, 0);
    struct iloc l = { .version = reader_u32(&r) >> 24 };
    const uint16_t sizes = reader_u16(&r);

    l.offset = sizes >> 12;
    l.length = sizes >> 8 & 15;
    l.base = sizes >> 4 & 15;
    l.index = l.version ? sizes & 15 : 0;
    const uint32_t count = l.version < 2 ? reader_u16(&r) : reader_u32(&r);
    for (uint32_t i = 0; i < count && !r.failed; i++) {
        const struct item item = read_item(&r, &l);
        if (item.id == m->id && !r.failed)
            return take_item(asset, m, &r, &l, &item, out, err);
        (void)reader_take(&r, (size_t)item.extents * (l.index + l.offset + l.length));
    }
    return r.failed ? fail_box(m, "iloc", err) : fail(err, EXH_NOT_FOUND, "no EXIF");
}

/* The item begins with the offset of its TIFF header. */
static enum exh_status drop_before_tiff(struct buf *out, struct exh_error *err)
{
    struct reader r = reader_over(buf_view(out), 0);
    const uint32_t skip = reader_u32(&r);

    (void)reader_take(&r, skip);
    if (r.failed)
        return fail(err, EXH_MALFORMED, "EXIF item: its TIFF header is not inside");
    memmove(out->p, r.rest.p, r.rest.n);
    out->n = r.rest.n;
    return EXH_OK;
}

enum exh_status exif_find_item(const struct exh_source *asset, struct buf *out,
                               struct exh_error *err)
{
    struct meta m = { 0 };
    uint8_t *p = NULL;
    size_t n = 0;
    enum exh_status status = read_meta(asset, &p, &m, &n, err);

    if (status == EXH_OK)
        status = find_children(&m, (struct exh_bytes){ p, n }, err);
    if (status == EXH_OK)
        status = find_id(&m, err);
    if (status == EXH_OK)
        status = find_item(asset, &m, out, err);
    if (status == EXH_OK)
        status = drop_before_tiff(out, err);
    free(p);
    return status;
}
