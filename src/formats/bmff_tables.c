/* bmff_tables.c -- tables of file offsets, entry by entry. */
#include <inttypes.h>
#include <string.h>

#include "formats/bmff_shift.h"

#define SEGMENT_SIZE_MAX 0x7fffffffu // bits of a sidx entry; the highest one tells the type

static bool fits(uint64_t v, size_t width)
{
    return width >= 8 || v >> 8 * width == 0;
}

size_t bmff_table_entry(const struct bmff_table *t)
{
    return t->kind == BMFF_WIDENED ? 8 : t->entry;
}

/* An offset of t->width bytes at p becomes one of `width` bytes at `to`. */
static enum exh_status adjust_offset(const struct bmff_table *t, const uint8_t *p, uint8_t *to,
                                     size_t width, struct exh_error *err)
{
    const uint64_t old = bmff_big(p, t->width);
    const uint64_t v = bmff_shift_apply(t->shift, old);

    if (!fits(v, width))
        return fail(err, EXH_UNSUPPORTED,
                    "at %" PRIu64 ": file offset %" PRIu64 " would become %" PRIu64
                    ", which does not fit its %zu bytes",
                    t->at, old, v, width);
    bmff_set_big(to, width, v);
    return EXH_OK;
}

/* What an entry describes may have grown; its size is what lies between its new ends. */
static enum exh_status adjust_segment(struct bmff_table *t, uint8_t *to, struct exh_error *err)
{
    const uint32_t word = (uint32_t)bmff_big(to, 4);
    const uint64_t end = t->start + (word & SEGMENT_SIZE_MAX);
    const uint64_t n = bmff_shift_place(t->shift, end) - bmff_shift_place(t->shift, t->start);

    if (n > SEGMENT_SIZE_MAX)
        return fail(err, EXH_UNSUPPORTED,
                    "sidx entry at %" PRIu64 ": a segment of %" PRIu64 " bytes does not fit", t->at,
                    n);
    bmff_set_big(to, 4, (word & ~SEGMENT_SIZE_MAX) | n);
    t->start = end;
    return EXH_OK;
}

enum exh_status bmff_table_adjust(struct bmff_table *t, const uint8_t *from, size_t n, uint8_t *to,
                                  struct exh_error *err)
{
    const size_t out = bmff_table_entry(t);
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < n && status == EXH_OK; i++, from += t->entry, to += out) {
        if (t->kind != BMFF_WIDENED)
            memcpy(to, from, t->entry);
        switch (t->kind) {
        case BMFF_OFFSETS: status = adjust_offset(t, from, to, t->width, err); break;
        case BMFF_WIDENED: status = adjust_offset(t, from, to, 8, err); break;
        case BMFF_FRAGMENTS: // behind the time, which has the same width
            status = adjust_offset(t, from + t->width, to + t->width, t->width, err);
            break;
        case BMFF_SEGMENTS: status = adjust_segment(t, to, err); break;
        }
        t->at += t->entry;
        t->left--;
    }
    return status;
}

/* iloc: fields of any size. A cursor over the box that remembers where a field was. */
struct iloc {
    const struct bmff_shift *shift;
    uint8_t *p;
    size_t n;
    size_t at;
    uint64_t pos; // of the box in the file, for messages
    bool failed;  // read beyond the end
    int version;
    size_t offset_n, length_n, base_n, index_n; // bytes of the fields
};

static uint64_t take(struct iloc *l, size_t n)
{
    if (l->failed || n > l->n - l->at) {
        l->failed = true;
        return 0;
    }
    l->at += n;
    return bmff_big(l->p + l->at - n, n);
}

static enum exh_status put(struct iloc *l, size_t at, size_t n, uint64_t v, struct exh_error *err)
{
    if (!fits(v, n))
        return fail(err, EXH_UNSUPPORTED,
                    "iloc at %" PRIu64 ": file offset %" PRIu64 " does not fit its %zu bytes",
                    l->pos, v, n);
    bmff_set_big(l->p + at, n, v);
    return EXH_OK;
}

struct item {
    size_t base_at;
    uint64_t base; // as it is in the output, once the first extent was seen
    bool moves;    // its extents are offsets in this file
};

/* The base takes what moves the first extent, if it can; each extent says the difference. */
static enum exh_status adjust_extent(struct iloc *l, struct item *item, uint64_t old_base,
                                     bool first, struct exh_error *err)
{
    take(l, l->version ? l->index_n : 0);
    const size_t at = l->at;
    const uint64_t old = old_base + take(l, l->offset_n);
    const uint64_t length = take(l, l->length_n);
    const uint64_t v = bmff_shift_apply(l->shift, old);
    enum exh_status status = EXH_OK;

    if (l->failed || !item->moves || (old == 0 && length == 0)) // 0 and 0: the whole file
        return EXH_OK;
    if (first && old_base && (v >= old || old_base >= old - v)) {
        item->base = old_base + (v - old);
        status = put(l, item->base_at, l->base_n, item->base, err);
    }
    if (status == EXH_OK && v < item->base)
        return fail(err, EXH_UNSUPPORTED, "iloc at %" PRIu64 ": an extent of its own base moves",
                    l->pos);
    return status != EXH_OK ? status : put(l, at, l->offset_n, v - item->base, err);
}

static enum exh_status adjust_item(struct iloc *l, struct exh_error *err)
{
    take(l, l->version == 2 ? 4 : 2); // item id
    const uint64_t method = l->version ? take(l, 2) & 15 : 0;
    const uint64_t reference = take(l, 2);
    // Other methods count from an idat box or another item; other references, in another file.
    struct item item = { .base_at = l->at, .moves = method == 0 && reference == 0 };
    const uint64_t base = take(l, l->base_n);
    uint64_t extents = take(l, 2);
    enum exh_status status = EXH_OK;

    item.base = base;
    if (!l->offset_n && !l->length_n && !(l->version && l->index_n))
        extents = extents ? 1 : 0; // all alike, and of no size: a count costs its sender nothing
    for (uint64_t i = 0; i < extents && status == EXH_OK && !l->failed; i++)
        status = adjust_extent(l, &item, base, i == 0, err);
    return status;
}

static bool known_size(size_t n)
{
    return n == 0 || n == 4 || n == 8;
}

enum exh_status bmff_iloc_adjust(const struct bmff_shift *s, uint8_t *box, size_t n, size_t header,
                                 uint64_t at, struct exh_error *err)
{
    struct iloc l = { .shift = s, .p = box, .n = n, .at = header, .pos = at };
    enum exh_status status = EXH_OK;

    l.version = (int)take(&l, 1);
    take(&l, 3);
    const uint64_t sizes = take(&l, 2);
    if (l.version > 2)
        return fail(err, EXH_UNSUPPORTED, "iloc at %" PRIu64 ": version %d, at most 2 is known", at,
                    l.version);
    l.offset_n = (size_t)(sizes >> 12); // of 16 bits
    l.length_n = sizes >> 8 & 15;
    l.base_n = sizes >> 4 & 15;
    l.index_n = sizes & 15;
    if (!known_size(l.offset_n) || !known_size(l.length_n) || !known_size(l.base_n) ||
        (l.version && !known_size(l.index_n)))
        return fail(err, EXH_MALFORMED,
                    "iloc at %" PRIu64 ": field sizes %04" PRIx64 ", each should be 0, 4 or 8", at,
                    sizes);
    const uint64_t items = take(&l, l.version == 2 ? 4 : 2);
    for (uint64_t i = 0; i < items && status == EXH_OK && !l.failed; i++)
        status = adjust_item(&l, err);
    if (status == EXH_OK && l.failed)
        return fail(err, EXH_MALFORMED,
                    "iloc at %" PRIu64 ": %" PRIu64 " items do not fit its %zu bytes", at, items,
                    n);
    return status;
}
