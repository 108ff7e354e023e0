/* bmff_boxes.c -- a box of an ISO base media file as tasks: copied, or with its offsets adjusted. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "formats/bmff_plan.h"

#define FULL_N   4                 // version and flags
#define ILOC_MAX ((size_t)1 << 20) // bytes of an item location box; it is adjusted whole

static bool adjusts(const struct bmff_plan *p)
{
    return p->shift.n != 0;
}

/* Walking: each box becomes tasks, each task one piece or more. */

static void add_task(struct bmff_plan *p, const struct bmff_task *t)
{
    assert(p->tasks_n < BMFF_TASKS_MAX); // no box becomes more: see the callers
    if (t->n)
        p->tasks[p->tasks_n++] = *t;
}

void bmff_add_copy(struct bmff_plan *p, uint64_t from, uint64_t end)
{
    add_task(p, &(struct bmff_task){ .kind = DO_COPY, .from = from, .n = end - from });
}

void bmff_add_bytes(struct bmff_plan *p, const void *bytes, size_t n)
{
    struct bmff_task t = { .kind = DO_BYTES, .n = n };

    assert(n <= sizeof t.bytes);
    memcpy(t.bytes, bytes, n);
    add_task(p, &t);
}

void bmff_add_zeros(struct bmff_plan *p, uint64_t n)
{
    add_task(p, &(struct bmff_task){ .kind = DO_ZEROS, .n = n });
}

void bmff_add_hole(struct bmff_plan *p, uint64_t n)
{
    add_task(p, &(struct bmff_task){ .kind = DO_HOLE, .n = n });
}

/* A header with another type or size. */
enum exh_status bmff_add_header(struct bmff_plan *p, const struct bmff_box *box, uint32_t type,
                                uint64_t size, struct exh_error *err)
{
    const bool closing = box->to_end && p->closes;
    const bool large = box->header == 16 || (closing && box->size > UINT32_MAX);
    uint8_t raw[16] = { 0 };

    if (!large && !box->to_end && size > UINT32_MAX)
        return fail(err, EXH_UNSUPPORTED,
                    "box '%s' at %" PRIu64 ": %" PRIu64 " bytes would not fit its 32-bit size",
                    bmff_name(box->type).text, box->at, size);
    bmff_set_big(raw, 4, box->to_end && !closing ? 0 : large ? 1 : size);
    bmff_set_big(raw + 4, 4, type);
    bmff_set_big(raw + 8, 8, closing && large ? size + 8 : size);
    bmff_add_bytes(p, raw, large ? 16 : 8);
    return EXH_OK;
}

/* The box up to source offset `upto`; a last box without a size gets one, if another one follows. */
static enum exh_status add_start(struct bmff_plan *p, const struct bmff_box *box, uint64_t upto,
                                 struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    uint64_t from = box->at;

    if (box->to_end && p->closes) {
        status = bmff_add_header(p, box, box->type, box->size, err);
        from += box->header;
    }
    bmff_add_copy(p, from, upto);
    return status;
}

/* Bytes that the tables inside a box grow by. */
static uint64_t growth_in(const struct bmff_plan *p, const struct bmff_box *box)
{
    uint64_t growth = 0;

    for (size_t i = 0; i < p->wide_n; i++)
        if (p->wide[i].grows && p->wide[i].box.at >= box->at &&
            p->wide[i].box.at - box->at < box->size)
            growth += 4 * p->wide[i].count;
    return growth;
}

static void go_into(struct bmff_plan *p, const struct bmff_box *box, uint64_t content)
{
    const struct bmff_walk *w = &p->levels[p->depth - 1].walk;

    assert(p->depth < BMFF_LEVELS_MAX); // the table of containers is not deeper
    p->levels[p->depth++] =
        (struct bmff_level){ .type = box->type,
                             .walk = bmff_walk_inside(w, content, box->at + box->size) };
}

static enum exh_status add_container(struct bmff_plan *p, const struct bmff_box *box,
                                     struct exh_error *err)
{
    const uint64_t growth = growth_in(p, box);
    uint64_t content = box->at + box->header;
    enum exh_status status = EXH_OK;

    if (box->type == BMFF_META)
        status = bmff_meta_content(&p->reader, box, &content, err);
    if (status == EXH_OK && (growth || (box->to_end && p->closes))) {
        status = bmff_add_header(p, box, box->type, box->size + growth, err);
        bmff_add_copy(p, box->at + box->header, content);
    } else {
        bmff_add_copy(p, box->at, content);
    }
    if (status == EXH_OK)
        go_into(p, box, content);
    return status;
}

/* The table, and what follows it in the box. */
static void add_rest(struct bmff_plan *p, const struct bmff_box *box,
                     const struct bmff_table *table)
{
    add_task(p, &(struct bmff_task){ .kind = DO_TABLE,
                                     .n = table->left * bmff_table_entry(table),
                                     .table = *table });
    bmff_add_copy(p, table->at + table->left * table->entry, box->at + box->size);
}

/* The box with its table, whose count stands `skip` bytes behind version and flags. */
static enum exh_status add_table(struct bmff_plan *p, const struct bmff_box *box, uint64_t skip,
                                 struct bmff_table table, struct exh_error *err)
{
    struct bmff_entries entries;
    enum exh_status status = bmff_read_entries(p->s, box, skip, table.entry, &entries, err);

    if (status != EXH_OK)
        return status;
    table.shift = &p->shift;
    table.at = entries.at;
    table.left = entries.count;
    bmff_add_copy(p, box->at, table.at);
    add_rest(p, box, &table);
    return EXH_OK;
}

struct full { // of a box that has a version and flags
    int version;
    uint32_t flags;
};

static enum exh_status read_full(const struct exh_source *s, const struct bmff_box *box,
                                 struct full *out, struct exh_error *err)
{
    uint8_t raw[FULL_N];

    if (box->size - box->header < sizeof raw)
        return fail(err, EXH_MALFORMED, "box '%s' at %" PRIu64 ": cut short",
                    bmff_name(box->type).text, box->at);
    enum exh_status status = source_read(s, box->at + box->header, raw, sizeof raw, err);
    if (status == EXH_OK)
        *out = (struct full){ raw[0], (uint32_t)bmff_big(raw + 1, 3) };
    return status;
}

/* n bytes of a box, at an offset behind its version and flags. */
static enum exh_status read_fields(const struct exh_source *s, const struct bmff_box *box,
                                   uint64_t skip, uint8_t *to, size_t n, struct exh_error *err)
{
    if (box->size - box->header < FULL_N + skip + n)
        return fail(err, EXH_MALFORMED, "box '%s' at %" PRIu64 ": cut short",
                    bmff_name(box->type).text, box->at);
    return source_read(s, box->at + box->header + FULL_N + skip, to, n, err);
}

static const struct bmff_wide *wide_at(const struct bmff_plan *p, uint64_t at)
{
    for (size_t i = 0; i < p->wide_n; i++)
        if (p->wide[i].box.at == at)
            return &p->wide[i];
    return NULL;
}

/* stco becomes co64: its head is written anew. */
static enum exh_status add_wide(struct bmff_plan *p, const struct bmff_box *box,
                                const struct bmff_wide *wide, struct exh_error *err)
{
    struct bmff_table table = { .kind = BMFF_WIDENED,
                                .shift = &p->shift,
                                .width = 4,
                                .entry = 4,
                                .left = wide->count,
                                .at = box->at + box->header + FULL_N + 4 };
    enum exh_status status = bmff_add_header(p, box, BMFF_CO64, box->size + 4 * wide->count, err);

    bmff_add_copy(p, box->at + box->header, table.at);
    add_rest(p, box, &table);
    return status;
}

static enum exh_status add_chunk_offsets(struct bmff_plan *p, const struct bmff_box *box,
                                         struct exh_error *err)
{
    const size_t width = box->type == BMFF_STCO ? 4 : 8;
    struct bmff_table table = { .kind = BMFF_OFFSETS, .width = width, .entry = width };
    const struct bmff_wide *wide = wide_at(p, box->at);

    return wide && wide->grows ? add_wide(p, box, wide, err) : add_table(p, box, 0, table, err);
}

/* saio of a sample table; in a fragment its offsets are relative. */
static enum exh_status add_aux_offsets(struct bmff_plan *p, const struct bmff_box *box,
                                       struct exh_error *err)
{
    struct bmff_table table = { .kind = BMFF_OFFSETS };
    struct full full = { 0 };
    enum exh_status status = read_full(p->s, box, &full, err);

    if (status != EXH_OK)
        return status;
    table.width = table.entry = full.version ? 8 : 4;
    return add_table(p, box, full.flags & 1 ? 8 : 0, table, err);
}

static enum exh_status add_fragment_base(struct bmff_plan *p, const struct bmff_box *box,
                                         struct exh_error *err)
{
    const uint64_t skip = 4; // the track's id
    struct full full = { 0 };
    uint8_t raw[8];
    enum exh_status status = read_full(p->s, box, &full, err);

    if (status != EXH_OK)
        return status;
    if (!(full.flags & 1)) {
        bmff_add_copy(p, box->at, box->at + box->size);
        return EXH_OK;
    }
    status = read_fields(p->s, box, skip, raw, sizeof raw, err);
    if (status != EXH_OK)
        return status;
    struct bmff_table table = { .kind = BMFF_OFFSETS,
                                .shift = &p->shift,
                                .width = 8,
                                .entry = 8,
                                .left = 1,
                                .at = box->at + box->header + FULL_N + skip };
    bmff_add_copy(p, box->at, table.at);
    add_rest(p, box, &table);
    return EXH_OK;
}

static enum exh_status add_fragment_table(struct bmff_plan *p, const struct bmff_box *box,
                                          struct exh_error *err)
{
    struct bmff_table table = { .kind = BMFF_FRAGMENTS };
    struct full full = { 0 };
    uint8_t raw[8]; // the track's id, sizes of the numbers
    enum exh_status status = read_full(p->s, box, &full, err);

    if (status == EXH_OK)
        status = read_fields(p->s, box, 0, raw, sizeof raw, err);
    if (status != EXH_OK)
        return status;
    table.width = full.version ? 8 : 4;
    table.entry = 2 * table.width + 3;
    for (unsigned bits = 0; bits < 6; bits += 2)
        table.entry += raw[7] >> bits & 3;
    return add_table(p, box, sizeof raw, table, err);
}

/* sidx counts from its own end: what matters is what moves behind it. */
static enum exh_status add_segment_index(struct bmff_plan *p, const struct bmff_box *box,
                                         struct exh_error *err)
{
    const uint64_t end = box->at + box->size;
    const uint64_t skip = 8; // id and time scale
    struct bmff_table table = { .kind = BMFF_SEGMENTS, .entry = 12, .shift = &p->shift };
    struct full full = { 0 };
    uint8_t raw[2 * 8 + 4]; // earliest time, first offset, reserved, count

    if (p->shift.steps[p->shift.n - 1].from < end)
        return add_start(p, box, end, err);
    enum exh_status status = read_full(p->s, box, &full, err);
    if (status != EXH_OK)
        return status;
    const size_t width = full.version ? 8 : 4;
    const size_t n = 2 * width + 4;
    status = read_fields(p->s, box, skip, raw, n, err);
    if (status != EXH_OK)
        return status;

    table.left = bmff_big(raw + n - 2, 2);
    table.at = box->at + box->header + FULL_N + skip + n;
    table.start = end + bmff_big(raw + width, width);
    if (table.left * table.entry > end - table.at)
        return fail(err, EXH_MALFORMED,
                    "box 'sidx' at %" PRIu64 ": %" PRIu64 " entries do not fit its %" PRIu64
                    " bytes",
                    box->at, table.left, box->size);
    // What is put in exactly behind this box moves what it describes, but not its own end.
    const uint64_t new_end = bmff_shift_apply(&p->shift, end - 1) + 1;
    const uint64_t first = bmff_shift_place(&p->shift, table.start) - new_end;
    if (width == 4 && first > UINT32_MAX)
        return fail(err, EXH_UNSUPPORTED,
                    "box 'sidx' at %" PRIu64 ": its first offset would not fit", box->at);
    bmff_set_big(raw + width, width, first);
    status = add_start(p, box, table.at - n, err);
    bmff_add_bytes(p, raw, n);
    add_rest(p, box, &table);
    return status;
}

static enum exh_status add_locations(struct bmff_plan *p, const struct bmff_box *box,
                                     struct exh_error *err)
{
    if (box->size > ILOC_MAX)
        return fail(err, EXH_LIMIT,
                    "box 'iloc' at %" PRIu64 ": %" PRIu64 " bytes, at most %zu are handled",
                    box->at, box->size, ILOC_MAX);
    add_task(p, &(struct bmff_task){
                    .kind = DO_ILOC, .from = box->at, .n = box->size, .bytes = { box->header } });
    return EXH_OK;
}

static enum exh_status refuse(struct bmff_plan *p, const struct bmff_box *box,
                              struct exh_error *err)
{
    (void)p;
    return fail(err, EXH_UNSUPPORTED,
                "box '%s' at %" PRIu64 ": a compressed moov hides the offsets that would have to "
                "change; a sidecar is possible",
                bmff_name(box->type).text, box->at);
}

static const struct {
    uint32_t parent;
    uint32_t type;
    enum exh_status (*add)(struct bmff_plan *p, const struct bmff_box *box, struct exh_error *err);
} tables[] = {
    { BMFF_STBL, BMFF_STCO, add_chunk_offsets }, { BMFF_STBL, BMFF_CO64, add_chunk_offsets },
    { BMFF_STBL, BMFF_SAIO, add_aux_offsets },   { BMFF_TRAF, BMFF_TFHD, add_fragment_base },
    { BMFF_META, BMFF_ILOC, add_locations },     { BMFF_MFRA, BMFF_TFRA, add_fragment_table },
    { BMFF_ROOT, BMFF_SIDX, add_segment_index }, { BMFF_MOOV, BMFF_CMOV, refuse },
};

enum exh_status bmff_add_box(struct bmff_plan *p, uint32_t parent, const struct bmff_box *box,
                             struct exh_error *err)
{
    if (adjusts(p) && bmff_is_container(parent, box->type))
        return add_container(p, box, err);
    for (size_t i = 0; adjusts(p) && i < ARRAY_N(tables); i++)
        if (tables[i].parent == parent && tables[i].type == box->type)
            return tables[i].add(p, box, err);
    return add_start(p, box, box->at + box->size, err);
}
