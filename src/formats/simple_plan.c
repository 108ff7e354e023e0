#include <assert.h>
#include <stdlib.h>

#include "formats/format_ops.h"

#define FIRST_PIECES 8 // enough for cutting one range and filling another

struct simple_plan {
    struct plan plan;
    struct piece *pieces; // owned; a literal's offset in `literals` stands in `from`
    size_t n;
    size_t allocated;
    size_t at;       // the piece that next() gives
    uint64_t cursor; // in the source: what lies before it is copied or left out
    struct buf literals;
    bool failed; // out of memory
};

static enum exh_status next(struct plan *plan, struct piece *piece, bool *more,
                            struct exh_error *err)
{
    struct simple_plan *p = (struct simple_plan *)plan;

    (void)err;
    *more = p->at < p->n;
    if (!*more)
        return EXH_OK;
    *piece = p->pieces[p->at++];
    if (piece->kind == PIECE_LITERAL) {
        piece->literal = p->literals.p + piece->from;
        piece->from = 0;
    }
    return EXH_OK;
}

static void rewind_plan(struct plan *plan)
{
    ((struct simple_plan *)plan)->at = 0;
}

static void free_plan(struct plan *plan)
{
    struct simple_plan *p = (struct simple_plan *)plan;

    buf_free(&p->literals);
    free(p->pieces);
    free(p);
}

struct simple_plan *simple_plan_new(size_t store_n, plan_framer *frame)
{
    struct simple_plan *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->plan = (struct plan){
        .next = next, .rewind = rewind_plan, .frame = frame, .free = free_plan, .store_n = store_n
    };
    p->literals = buf_with_limit(SIMPLE_LITERALS_MAX);
    return p;
}

static void add(struct simple_plan *p, struct piece piece)
{
    if (!p || p->failed || !piece.n)
        return;
    if (p->n == p->allocated) {
        const size_t size = p->allocated ? 2 * p->allocated : FIRST_PIECES;
        struct piece *pieces = realloc(p->pieces, size * sizeof *pieces);
        if (!pieces) {
            p->failed = true;
            return;
        }
        p->pieces = pieces;
        p->allocated = size;
    }
    p->pieces[p->n++] = piece;
    p->plan.size += piece.n;
}

void simple_plan_upto(struct simple_plan *p, uint64_t at)
{
    if (!p)
        return;
    assert(at >= p->cursor);
    add(p, (struct piece){
               .kind = PIECE_COPY, .from = p->cursor, .n = at - p->cursor, .hashed = true });
    p->cursor = at;
}

void simple_plan_skip(struct simple_plan *p, uint64_t n)
{
    if (p)
        p->cursor += n;
}

void simple_plan_literal(struct simple_plan *p, const void *literal, size_t n)
{
    if (!p)
        return;
    const size_t from = p->literals.n;
    buf_put(&p->literals, literal, n);
    p->failed |= p->literals.failed != EXH_OK;
    add(p, (struct piece){ .kind = PIECE_LITERAL, .from = from, .n = n, .hashed = true });
}

void simple_plan_store(struct simple_plan *p, uint64_t n)
{
    if (!p)
        return;
    p->plan.store = (struct span){ p->plan.size, n };
    add(p, (struct piece){ .kind = PIECE_STORE, .n = n });
}

enum exh_status simple_plan_done(struct simple_plan *p, struct plan **out, struct exh_error *err)
{
    if (!p)
        return fail_no_memory(err);
    if (p->failed) {
        free_plan(&p->plan);
        return fail_no_memory(err);
    }
    *out = &p->plan;
    return EXH_OK;
}

enum exh_status simple_plan_replace(const struct exh_source *s, const struct container *c,
                                    size_t store_n, uint64_t hole_n, plan_framer *frame,
                                    struct plan **out, struct exh_error *err)
{
    struct simple_plan *p = simple_plan_new(store_n, frame);

    simple_plan_upto(p, c->store.at);
    simple_plan_store(p, hole_n);
    for (size_t i = 0; i < c->stores_n; i++) {
        simple_plan_upto(p, c->stores[i].at);
        simple_plan_skip(p, c->stores[i].n);
    }
    simple_plan_upto(p, s->size);
    return simple_plan_done(p, out, err);
}
