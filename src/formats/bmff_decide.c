/* bmff_decide.c -- what goes where in an ISO base media file, and what that moves. */
#include <inttypes.h>
#include <stdlib.h>

#include "formats/bmff_plan.h"

#define FULL_N 4 // version and flags

/* Containers that may hold offsets. */
static const struct {
    uint32_t parent;
    uint32_t type;
} containers[] = {
    { BMFF_ROOT, BMFF_MOOV }, { BMFF_ROOT, BMFF_MOOF }, { BMFF_ROOT, BMFF_MFRA },
    { BMFF_ROOT, BMFF_META }, { BMFF_MINF, BMFF_STBL }, { BMFF_MOOV, BMFF_TRAK },
    { BMFF_MOOV, BMFF_META }, { BMFF_TRAK, BMFF_MDIA }, { BMFF_TRAK, BMFF_META },
    { BMFF_MDIA, BMFF_MINF }, { BMFF_MOOF, BMFF_TRAF },
};

bool bmff_is_container(uint32_t parent, uint32_t type)
{
    for (size_t i = 0; i < ARRAY_N(containers); i++)
        if (containers[i].parent == parent && containers[i].type == type)
            return true;
    return false;
}

enum bmff_action bmff_action_of(const struct bmff_plan *p, enum bmff_purpose purpose)
{
    switch (purpose) {
    case BMFF_MANIFEST:
    case BMFF_ORIGINAL:
        return p->clean || p->moves     ? BMFF_LEAVE_OUT
               : p->goal == PLAN_UPDATE ? BMFF_RENAME
                                        : BMFF_KEEP;
    case BMFF_RESERVE: return p->clean || p->moves ? BMFF_LEAVE_OUT : BMFF_KEEP;
    case BMFF_UPDATE: return p->clean || p->goal == PLAN_UPDATE ? BMFF_LEAVE_OUT : BMFF_KEEP;
    case BMFF_MERKLE: return p->clean ? BMFF_EMPTY : BMFF_KEEP;
    case BMFF_FOREIGN:
    case BMFF_UNKNOWN: break;
    }
    return BMFF_KEEP;
}

/* The store's place: where the old one is, if a reader may expect it there; or the reserve. */
static void decide_place(struct bmff_plan *p, uint64_t need)
{
    const struct bmff_layout *l = &p->layout;
    const uint64_t first = l->ftyp.at + l->ftyp.size;

    p->put_at = first;
    p->put_n = need;
    if (l->manifest.count == 1 && l->manifest.box.at >= first && l->manifest.box.at < l->media_at) {
        p->put_at = l->manifest.box.at;
    } else if (l->reserve.count == 1 && l->reserve.box.at >= first &&
               l->reserve.box.at < l->media_at) {
        p->put_at = l->reserve.box.at;
        if (need < l->reserve.box.size) // the rest is padding, and nothing has to move
            p->put_n = l->reserve.box.size;
    }
}

/* Whether nothing that is hashed stands behind the manifest box. */
static bool manifest_ends(const struct bmff_plan *p)
{
    const struct bmff_layout *l = &p->layout;
    const uint64_t end = l->manifest.box.at + l->manifest.box.size;

    return end == p->s->size || (l->update.count == 1 && l->update.box.at == end &&
                                 end + l->update.box.size == p->s->size);
}

/* The delivered form: the manifest box stands in the reserve, if it fits. */
static enum exh_status decide_delivery(struct bmff_plan *p, struct exh_error *err)
{
    const struct bmff_layout *l = &p->layout;
    struct span store;

    if (l->manifest.count != 1 || l->reserve.count != 1 || l->manifest.box.at < l->media_at ||
        l->reserve.box.at > l->media_at || !manifest_ends(p))
        return EXH_OK;
    enum exh_status status = bmff_read_store(p->s, &l->manifest.c2pa, &store, err);
    if (status != EXH_OK || BMFF_STORE_AT + store.n > l->reserve.box.size)
        return status;
    p->moves = true;
    p->moved_n = store.at + store.n - l->manifest.c2pa.data.at;
    p->put = BMFF_PUT_MANIFEST;
    p->put_at = l->reserve.box.at;
    p->put_n = l->reserve.box.size;
    return EXH_OK;
}

static enum exh_status decide_deliver(struct bmff_plan *p, struct exh_error *err)
{
    p->frozen = true;
    enum exh_status status = decide_delivery(p, err);
    if (status == EXH_OK && !p->moves)
        return fail(err, EXH_INVALID,
                    "no manifest box at the end that fits a reserve behind the file type");
    return status;
}

static enum exh_status decide_update(struct bmff_plan *p, size_t store_n, struct exh_error *err)
{
    const struct bmff_layout *l = &p->layout;

    if (l->manifest.count != 1 || l->update.count > 1)
        return fail(err, EXH_INVALID,
                    "an update needs one manifest box and at most one update box; there are %zu "
                    "and %zu",
                    l->manifest.count, l->update.count);
    if (l->update.count && l->last.at != l->update.box.at)
        return fail(err, EXH_INVALID, "the update box at %" PRIu64 " is not the last box",
                    l->update.box.at);
    p->end_n = BMFF_PURPOSE_AT + sizeof "update" + 8 + store_n;
    p->frozen = true;
    return decide_delivery(p, err);
}

static enum exh_status decide_goal(struct bmff_plan *p, size_t store_n, struct exh_error *err)
{
    const uint64_t need = BMFF_STORE_AT + store_n;

    switch (p->goal) {
    case PLAN_NONE: return EXH_OK;
    case PLAN_UPDATE: return decide_update(p, store_n, err);
    case PLAN_DELIVER: return decide_deliver(p, err);
    case PLAN_STRIP: p->clean = true; return EXH_OK;
    case PLAN_EMBED:
    case PLAN_ATTACH:
        p->clean = true;
        p->put = BMFF_PUT_HOLE;
        decide_place(p, need);
        return EXH_OK;
    case PLAN_APPEND:
        p->clean = true;
        p->put = BMFF_PUT_RESERVE;
        decide_place(p, need < BMFF_RESERVE_N ? BMFF_RESERVE_N : need);
        p->end_n = p->put_n;
        return EXH_OK;
    }
    return EXH_OK;
}

/* A last box of size 0 cannot be followed by another one. */
static enum exh_status decide_end(struct bmff_plan *p, struct exh_error *err)
{
    const struct bmff_box *last = &p->layout.last;
    struct bmff_c2pa c2pa;

    if (!p->end_n || !last->to_end)
        return EXH_OK;
    enum exh_status status = bmff_read_c2pa(&p->reader, last, &c2pa, err);
    if (status != EXH_OK || bmff_action_of(p, c2pa.purpose) == BMFF_LEAVE_OUT)
        return status;
    if (p->frozen)
        return fail(err, EXH_UNSUPPORTED,
                    "box '%s' at %" PRIu64
                    " has no size: behind it no update can stand, and a size "
                    "would change what is signed",
                    bmff_name(last->type).text, last->at);
    p->closes = true;
    if (last->size <= UINT32_MAX)
        return EXH_OK;
    p->plan.size += 8;
    return bmff_shift_add(&p->shift, last->at + last->header, 8, err);
}

enum exh_status bmff_decide(struct bmff_plan *p, size_t store_n, struct exh_error *err)
{
    enum exh_status status = decide_goal(p, store_n, err);

    return status == EXH_OK ? decide_end(p, err) : status;
}

/* A step of what is moved; nothing moves in a file whose hash exists. */
static enum exh_status move(struct bmff_plan *p, uint64_t from, int64_t by, struct exh_error *err)
{
    return p->frozen ? EXH_OK : bmff_shift_add(&p->shift, from, by, err);
}

/* Which boxes go, and how that moves what follows. */
static enum exh_status decide_shift(struct bmff_plan *p, struct exh_error *err)
{
    struct bmff_walk w = bmff_walk_root(&p->reader);
    struct bmff_box box;
    struct bmff_c2pa c2pa;
    uint64_t before = 0; // bytes left out before put_at
    bool replaced = p->put == BMFF_PUT_NOTHING;
    enum exh_status status;
    bool more;

    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        if (box.type != BMFF_UUID)
            continue;
        status = bmff_read_c2pa(&p->reader, &box, &c2pa, err);
        if (status != EXH_OK)
            return status;
        if (bmff_action_of(p, c2pa.purpose) != BMFF_LEAVE_OUT)
            continue;
        int64_t by = -(int64_t)box.size;
        if (box.at == p->put_at && !replaced) { // in its place: one step, often of nothing
            by += (int64_t)p->put_n;
            replaced = true;
        }
        if (box.at < p->put_at)
            before += box.size;
        p->plan.size -= box.size;
        status = move(p, box.at + box.size, by, err);
        if (status != EXH_OK)
            return status;
    }
    if (status == EXH_OK && !replaced)
        status = move(p, p->put_at, (int64_t)p->put_n, err);
    if (p->put == BMFF_PUT_HOLE)
        p->plan.store = (struct span){ p->put_at - before, p->put_n };
    return status;
}

/* Tables of chunk offsets that may have to grow. */

struct greatest {
    uint64_t max;
    uint64_t limit;
};

static enum exh_status find_greatest(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct greatest *g = ctx;

    (void)err;
    for (size_t i = 0; i + 4 <= n; i += 4) {
        const uint64_t v = bmff_big(p + i, 4);
        if (v > g->max && v <= g->limit)
            g->max = v;
    }
    return EXH_OK;
}

enum exh_status bmff_read_entries(const struct exh_source *s, const struct bmff_box *box,
                                  uint64_t skip, size_t entry, struct bmff_entries *out,
                                  struct exh_error *err)
{
    const uint64_t content = box->size - box->header;
    const uint64_t at = box->at + box->header + FULL_N + skip;
    uint8_t raw[4];

    if (content < FULL_N + skip + sizeof raw)
        return fail(err, EXH_MALFORMED, "box '%s' at %" PRIu64 ": cut short",
                    bmff_name(box->type).text, box->at);
    enum exh_status status = source_read(s, at, raw, sizeof raw, err);
    if (status != EXH_OK)
        return status;
    const uint64_t n = bmff_big(raw, sizeof raw);
    if (n > (content - FULL_N - skip - sizeof raw) / entry)
        return fail(err, EXH_MALFORMED,
                    "box '%s' at %" PRIu64 ": %" PRIu64 " entries do not fit its %" PRIu64 " bytes",
                    bmff_name(box->type).text, box->at, n, box->size);
    *out = (struct bmff_entries){ at + sizeof raw, n };
    return EXH_OK;
}

static enum exh_status note_table(struct bmff_plan *p, const struct bmff_box *box,
                                  struct exh_error *err)
{
    struct greatest g = { .limit = p->s->size };
    struct bmff_entries entries;

    if (p->wide_n == BMFF_WIDE_MAX)
        return fail(err, EXH_LIMIT, "more than %zu tables of chunk offsets, at %" PRIu64,
                    BMFF_WIDE_MAX, box->at);
    enum exh_status status = bmff_read_entries(p->s, box, 0, 4, &entries, err);
    if (status == EXH_OK)
        status = source_visit(p->s, entries.at, 4 * entries.count, find_greatest, &g, err);
    if (status != EXH_OK)
        return status;
    if (!p->wide && !(p->wide = calloc(BMFF_WIDE_MAX, sizeof *p->wide)))
        return fail_no_memory(err);
    p->wide[p->wide_n++] = (struct bmff_wide){ .box = *box, .count = entries.count, .max = g.max };
    return EXH_OK;
}

/* Look for stco below a box of this type; depth is bounded by the table of containers. */
static enum exh_status find_tables(struct bmff_plan *p, uint32_t parent, struct bmff_walk w,
                                   struct exh_error *err)
{
    struct bmff_box box;
    enum exh_status status;
    bool more;

    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        if (parent == BMFF_STBL && box.type == BMFF_STCO)
            status = note_table(p, &box, err);
        else if (box.type != BMFF_META && box.type != BMFF_MOOF &&
                 bmff_is_container(parent, box.type))
            status = find_tables(p, box.type,
                                 bmff_walk_inside(&w, box.at + box.header, box.at + box.size), err);
        if (status != EXH_OK)
            return status;
    }
    return status;
}

/* Growing one table moves what stands behind it, which may make another one grow. */
static enum exh_status grow_tables(struct bmff_plan *p, struct exh_error *err)
{
    struct bmff_shift grown = { .size = p->s->size };
    enum exh_status status = EXH_OK;
    bool again = true;

    while (again && status == EXH_OK) {
        again = false;
        grown.n = 0;
        for (size_t i = 0; i < p->shift.n && status == EXH_OK; i++)
            status = bmff_shift_add(&grown, p->shift.steps[i].from, p->shift.steps[i].by, err);
        for (size_t i = 0; i < p->wide_n && status == EXH_OK; i++)
            if (p->wide[i].grows)
                status = bmff_shift_add(&grown, p->wide[i].box.at + p->wide[i].box.size,
                                        4 * (int64_t)p->wide[i].count, err);
        bmff_shift_done(&grown);
        for (size_t i = 0; i < p->wide_n; i++) {
            struct bmff_wide *t = &p->wide[i];
            if (!t->grows && bmff_shift_apply(&grown, t->max) > UINT32_MAX)
                t->grows = again = true;
        }
    }
    free(p->shift.steps);
    p->shift = grown;
    return status;
}

static enum exh_status decide_tables(struct bmff_plan *p, struct exh_error *err)
{
    const uint64_t most =
        p->s->size + p->put_n + 8; // no offset can become greater, unless tables grow
    enum exh_status status = EXH_OK;

    if (p->shift.n && most > UINT32_MAX)
        status = find_tables(p, BMFF_ROOT, bmff_walk_root(&p->reader), err);
    if (status == EXH_OK)
        status = grow_tables(p, err);
    for (size_t i = 0; i < p->wide_n; i++) {
        const struct bmff_wide *t = &p->wide[i];
        if (!t->grows)
            continue;
        p->plan.size += 4 * t->count;
        if (t->box.at < p->put_at) // the file type, and the store behind it, need not come first
            p->plan.store.at += 4 * t->count;
    }
    return status;
}

enum exh_status bmff_settle(struct bmff_plan *p, struct exh_error *err)
{
    enum exh_status status = decide_shift(p, err);

    if (status == EXH_OK)
        status = decide_tables(p, err);
    if (status != EXH_OK)
        return status;
    p->plan.size += p->put_n + p->end_n;
    if (p->end_n)
        p->plan.store = (struct span){ p->plan.size - p->end_n, p->end_n };
    return EXH_OK;
}
