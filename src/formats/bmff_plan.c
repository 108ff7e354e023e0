/*
 * bmff_plan.c -- how an ISO base media file gets its C2PA box.
 *
 * The file is walked in output order. A box is copied whole, unless it is left out, or holds offsets
 * that move: then the walk goes into it, and its tables are adjusted piece by piece. What is kept is
 * of constant size, whatever the size of the file or of its moov.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/bmff_ops.h"
#include "formats/bmff_plan.h"

#define RESERVE_HEAD (BMFF_PURPOSE_AT + sizeof "reserve")

/* The start of a C2PA box. */
static enum exh_status add_c2pa_head(struct bmff_plan *p, uint64_t n, const char *purpose,
                                     struct exh_error *err)
{
    struct buf head = buf_with_limit(BMFF_BYTES_N);

    bmff_put_c2pa(&head, n, purpose);
    enum exh_status status = buf_finish(&head, err);
    if (status == EXH_OK)
        bmff_add_bytes(p, head.p, head.n);
    buf_free(&head);
    return status;
}

static const char *purpose_here(const struct bmff_plan *p)
{
    const bool updated = p->goal == PLAN_UPDATE || p->layout.update.count;

    return updated ? "original" : "manifest";
}

static enum exh_status add_put(struct bmff_plan *p, struct exh_error *err)
{
    const uint64_t data = p->layout.manifest.c2pa.data.at;
    enum exh_status status = EXH_OK;

    p->put_done = true;
    p->hashed = p->mark = false;
    switch (p->put) {
    case BMFF_PUT_NOTHING: break;
    case BMFF_PUT_HOLE: bmff_add_hole(p, p->put_n); break;
    case BMFF_PUT_RESERVE:
        status = add_c2pa_head(p, p->put_n, "reserve", err);
        bmff_add_zeros(p, p->put_n - RESERVE_HEAD);
        break;
    case BMFF_PUT_MANIFEST:
        status = add_c2pa_head(p, p->put_n, purpose_here(p), err);
        bmff_add_copy(p, data, data + p->moved_n);
        bmff_add_zeros(p, p->put_n - BMFF_PURPOSE_AT - BMFF_PURPOSE_N - p->moved_n);
        break;
    }
    return status;
}

static enum exh_status add_root_box(struct bmff_plan *p, const struct bmff_box *box,
                                    struct exh_error *err)
{
    struct bmff_c2pa c2pa = { .purpose = BMFF_FOREIGN };
    enum exh_status status = EXH_OK;

    if (box->type == BMFF_UUID)
        status = bmff_read_c2pa(&p->reader, box, &c2pa, err);
    if (status != EXH_OK)
        return status;
    const enum bmff_action action = bmff_action_of(p, c2pa.purpose);
    // The mandatory exclusions; of uuid boxes, only those with the UUID at offset 8.
    p->hashed = box->type != BMFF_FTYP && box->type != BMFF_MFRA &&
                (c2pa.purpose == BMFF_FOREIGN || box->header != 8 || action == BMFF_EMPTY);
    p->mark = p->hashed;
    switch (action) {
    case BMFF_KEEP: return bmff_add_box(p, BMFF_ROOT, box, err);
    case BMFF_LEAVE_OUT: return EXH_OK;
    case BMFF_EMPTY:
        status = bmff_add_header(p, box, BMFF_FREE, box->size, err);
        bmff_add_zeros(p, box->size - box->header);
        return status;
    case BMFF_RENAME:
        bmff_add_copy(p, box->at, c2pa.data.at - BMFF_PURPOSE_N);
        bmff_add_bytes(p, purpose_here(p), BMFF_PURPOSE_N);
        bmff_add_copy(p, c2pa.data.at, box->at + box->size);
        return EXH_OK;
    }
    return EXH_OK;
}

static enum exh_status end_level(struct bmff_plan *p, bool *done)
{
    const struct bmff_walk *w = &p->levels[p->depth - 1].walk;

    if (p->depth > 1) {
        bmff_add_copy(p, w->at, w->end); // what is no box
        p->depth--;
    } else if (p->end_n && !p->end_done) {
        p->end_done = true;
        p->hashed = p->mark = false;
        bmff_add_hole(p, p->end_n);
    } else {
        *done = true;
    }
    return EXH_OK;
}

static enum exh_status next_box(struct bmff_plan *p, bool *done, struct exh_error *err)
{
    struct bmff_level *l = &p->levels[p->depth - 1];
    struct bmff_box box;
    bool more;

    if (p->depth == 1 && l->walk.at == p->put_at && !p->put_done)
        return add_put(p, err);
    enum exh_status status = bmff_next(&l->walk, &box, &more, err);
    if (status != EXH_OK)
        return status;
    if (!more)
        return end_level(p, done);
    return p->depth == 1 ? add_root_box(p, &box, err) : bmff_add_box(p, l->type, &box, err);
}

static enum exh_status adjust_chunk(struct bmff_plan *p, struct bmff_task *t, size_t *n,
                                    struct exh_error *err)
{
    const size_t most = sizeof p->in / t->table.entry;
    const size_t count = t->table.left < most ? (size_t)t->table.left : most;
    enum exh_status status = source_read(p->s, t->table.at, p->in, count * t->table.entry, err);

    *n = count * bmff_table_entry(&t->table);
    return status == EXH_OK ? bmff_table_adjust(&t->table, p->in, count, p->out, err) : status;
}

static enum exh_status adjust_iloc(struct bmff_plan *p, const struct bmff_task *t,
                                   struct exh_error *err)
{
    p->whole = malloc((size_t)t->n); // at most ILOC_MAX
    if (!p->whole)
        return fail_no_memory(err);
    enum exh_status status = source_read(p->s, t->from, p->whole, (size_t)t->n, err);
    if (status == EXH_OK)
        status = bmff_iloc_adjust(&p->shift, p->whole, (size_t)t->n, t->bytes[0], t->from, err);
    return status;
}

/* Make one piece of the task at hand; a task of many pieces stays. */
static enum exh_status do_task(struct bmff_plan *p, struct piece *piece, struct exh_error *err)
{
    struct bmff_task *t = &p->tasks[p->task];
    enum exh_status status = EXH_OK;
    size_t n = sizeof p->out;

    *piece = (struct piece){ .kind = PIECE_LITERAL, .literal = p->out, .n = t->n };
    switch (t->kind) {
    case DO_COPY: *piece = (struct piece){ .kind = PIECE_COPY, .from = t->from, .n = t->n }; break;
    case DO_HOLE: *piece = (struct piece){ .kind = PIECE_STORE, .n = t->n }; break;
    case DO_BYTES: piece->literal = t->bytes; break;
    case DO_ZEROS:
        memset(p->out, 0, sizeof p->out);
        piece->n = t->n < n ? t->n : n;
        break;
    case DO_TABLE:
        status = adjust_chunk(p, t, &n, err);
        piece->n = n;
        break;
    case DO_ILOC:
        status = adjust_iloc(p, t, err);
        piece->literal = p->whole;
        break;
    }
    t->n -= piece->n;
    if (!t->n)
        p->task++;
    piece->hashed = p->hashed;
    piece->marks_offset = p->mark;
    p->mark = false;
    return status;
}

static enum exh_status step(struct bmff_plan *p, struct piece *piece, bool *more,
                            struct exh_error *err)
{
    bool done = false;

    while (p->task == p->tasks_n && !done) {
        p->task = p->tasks_n = 0;
        enum exh_status status = next_box(p, &done, err);
        if (status != EXH_OK)
            return status;
    }
    *more = !done;
    return done ? EXH_OK : do_task(p, piece, err);
}

static bool joins(const struct piece *a, const struct piece *b)
{
    return b->kind == PIECE_COPY && b->from == a->from + a->n && b->hashed == a->hashed &&
           !b->marks_offset;
}

/* Copies that touch become one piece. A literal is never looked beyond: it lives in our buffers. */
static enum exh_status next(struct plan *plan, struct piece *piece, bool *more,
                            struct exh_error *err)
{
    struct bmff_plan *p = (struct bmff_plan *)plan;
    enum exh_status status = EXH_OK;

    if (!p->ahead_is) {
        free(p->whole);
        p->whole = NULL;
        status = step(p, &p->ahead, &p->ahead_more, err);
    }
    p->ahead_is = false;
    if (status != EXH_OK)
        return status;
    *more = p->ahead_more;
    *piece = p->ahead;
    if (!p->ahead_more)
        p->ahead_is = true; // asked again, it is still the end
    while (p->ahead_more && piece->kind == PIECE_COPY && !p->ahead_is) {
        status = step(p, &p->ahead, &p->ahead_more, err);
        if (status != EXH_OK)
            return status;
        if (p->ahead_more && joins(piece, &p->ahead))
            piece->n += p->ahead.n;
        else
            p->ahead_is = true;
    }
    return EXH_OK;
}

static void rewind_plan(struct plan *plan)
{
    struct bmff_plan *p = (struct bmff_plan *)plan;

    free(p->whole);
    p->whole = NULL;
    p->levels[0] = (struct bmff_level){ .type = BMFF_ROOT, .walk = bmff_walk_root(&p->reader) };
    p->depth = 1;
    p->task = p->tasks_n = 0;
    p->put_done = p->put == BMFF_PUT_NOTHING;
    p->end_done = p->ahead_is = false;
}

static void free_plan(struct plan *plan)
{
    struct bmff_plan *p = (struct bmff_plan *)plan;

    free(p->whole);
    free(p->wide);
    free(p->shift.steps);
    free(p);
}

static enum exh_status frame(const struct plan *plan, struct exh_bytes store, struct buf *out,
                             struct exh_error *err)
{
    const struct bmff_plan *p = (const struct bmff_plan *)plan;

    bmff_put_c2pa(out, plan->store.n, p->goal == PLAN_UPDATE ? "update" : "manifest");
    buf_put_u64(out, 0); // no merkle boxes
    buf_put_bytes(out, store);
    if (out->n < plan->store.n)
        buf_put_zeros(out, (size_t)(plan->store.n - out->n));
    return buf_finish(out, err);
}

static struct bmff_plan *plan_for(const struct exh_source *s, enum plan_goal goal)
{
    struct bmff_plan *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->plan = (struct plan){
        .next = next, .rewind = rewind_plan, .frame = frame, .free = free_plan, .size = s->size
    };
    p->s = s;
    bmff_reader_init(&p->reader, s);
    p->goal = goal;
    p->shift.size = s->size;
    return p;
}

static enum exh_status check_kind(const struct exh_source *s, const struct container *c,
                                  const struct bmff_layout *l, enum plan_goal goal,
                                  struct exh_error *err)
{
    if (s->size > INT64_MAX)
        return fail(err, EXH_LIMIT, "a file of %" PRIu64 " bytes", s->size);
    if (goal == PLAN_NONE)
        return EXH_OK;
    if (!l->ftyp.size)
        return fail(err, EXH_UNSUPPORTED,
                    "a media segment carries no manifest store; its initialization segment does");
    if (l->ftyp.to_end)
        return fail(err, EXH_UNSUPPORTED,
                    "box 'ftyp' has no size: nothing can stand behind it, and nothing does");
    if (strcmp(c->mime, "image/x-canon-cr3") == 0)
        return fail(err, EXH_UNSUPPORTED,
                    "CR3 keeps offsets in boxes of its own; a sidecar is "
                    "possible");
    return EXH_OK;
}

/* What is decided of p becomes a plan that can be walked; p is handed over, or freed. */
static enum exh_status finish(struct bmff_plan *p, enum exh_status status, struct plan **out,
                              struct exh_error *err)
{
    if (status == EXH_OK)
        status = bmff_settle(p, err);
    if (status != EXH_OK) {
        free_plan(&p->plan);
        return status;
    }
    rewind_plan(&p->plan);
    *out = &p->plan;
    return EXH_OK;
}

enum exh_status bmff_plan(const struct exh_source *s, const struct container *c,
                          enum plan_goal goal, size_t store_n, struct plan **out,
                          struct exh_error *err)
{
    struct bmff_plan *p = plan_for(s, goal);

    if (!p)
        return fail_no_memory(err);
    p->plan.store_n = store_n;
    enum exh_status status = bmff_scan(s, &p->layout, err);
    if (status == EXH_OK)
        status = check_kind(s, c, &p->layout, goal, err);
    if (status == EXH_OK)
        status = bmff_decide(p, store_n, err);
    return finish(p, status, out, err);
}

enum exh_status bmff_plan_insert(const struct exh_source *s, uint64_t at, uint64_t n,
                                 struct plan **out, struct exh_error *err)
{
    struct bmff_plan *p = plan_for(s, PLAN_NONE);

    if (!p)
        return fail_no_memory(err);
    p->put = BMFF_PUT_HOLE;
    p->put_at = at;
    p->put_n = n;
    return finish(p, EXH_OK, out, err);
}
