#include "formats/container.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/reader.h"
#include "formats/format_ops.h"

static const struct format_ops *const all_ops[] = {
    &jpeg_ops, &png_ops, &riff_ops, &store_ops, &bmff_ops,
};

static const struct format_ops *ops_of(enum format format)
{
    for (size_t i = 0; i < ARRAY_N(all_ops); i++)
        if (all_ops[i]->format == format)
            return all_ops[i];
    return NULL;
}

static enum exh_status detect_ops(const struct exh_source *s, const struct format_ops **out,
                                  struct exh_error *err)
{
    uint8_t first[DETECT_N] = { 0 };
    enum exh_status status =
        source_read(s, 0, first, s->size < DETECT_N ? (size_t)s->size : DETECT_N, err);

    if (status != EXH_OK)
        return status;
    *out = NULL;
    for (size_t i = 0; i < ARRAY_N(all_ops) && !*out; i++)
        if (all_ops[i]->detect(first, s->size))
            *out = all_ops[i];
    return EXH_OK;
}

enum exh_status format_detect(const struct exh_source *s, enum format *format,
                              struct exh_error *err)
{
    const struct format_ops *ops;
    enum exh_status status = detect_ops(s, &ops, err);

    if (status == EXH_OK)
        *format = ops ? ops->format : FORMAT_UNKNOWN;
    return status;
}

void container_free(struct container *c)
{
    if (!c)
        return;
    buf_free(&c->jumbf);
    buf_free(&c->update_jumbf);
}

enum exh_status container_add_store(struct container *c, struct span store, struct exh_error *err)
{
    if (c->stores_n == STORES_MAX)
        return fail(err, EXH_LIMIT, "more than %d manifest stores, one more at %" PRIu64,
                    STORES_MAX, store.at);
    c->stores[c->stores_n++] = store;
    return EXH_OK;
}

void container_settle(struct container *c, uint64_t place)
{
    if (c->stores_n == 1) {
        c->store = c->stores[0];
        return;
    }
    c->store = (struct span){ c->stores_n ? c->stores[0].at : place, 0 };
    buf_free(&c->jumbf);
    if (c->stores_n)
        snprintf(c->warning, sizeof c->warning,
                 "%zu manifest stores, at %" PRIu64 " and %" PRIu64
                 "; a file holds one, so that none of them counts",
                 c->stores_n, c->stores[0].at, c->stores[1].at);
}

enum exh_status container_check_store(uint64_t at, uint64_t n, struct exh_error *err)
{
    if (n < STORE_MIN)
        return fail(err, EXH_MALFORMED,
                    "manifest store at %" PRIu64 ": %" PRIu64
                    " bytes are less than the description of one",
                    at, n);
    if (n > STORE_MAX)
        return fail(err, EXH_LIMIT,
                    "manifest store at %" PRIu64 ": %" PRIu64 " bytes; at most %zu are read", at, n,
                    STORE_MAX);
    return EXH_OK;
}

enum exh_status container_put_jumbf(const struct exh_source *s, uint64_t at, uint64_t n,
                                    struct buf *jumbf, struct exh_error *err)
{
    // Asked before memory is: a size alone must not make us allocate.
    enum exh_status status = source_check(s, at, n, err);

    if (status != EXH_OK)
        return status;
    uint8_t *room = n <= jumbf->limit ? buf_room(jumbf, (size_t)n) : NULL;
    if (!room)
        return fail(err, jumbf->failed == EXH_NO_MEMORY ? EXH_NO_MEMORY : EXH_LIMIT,
                    "manifest store at %" PRIu64 ": no room for %" PRIu64 " bytes", at, n);
    return source_read(s, at, room, (size_t)n, err);
}

/* Leave out zeros behind the box: a place may be larger than its store. */
static void trim(struct buf *jumbf)
{
    struct reader r = reader_over(buf_view(jumbf), 0);
    const size_t box_n = reader_u32(&r);
    size_t n = jumbf->n;

    while (n > box_n && jumbf->p[n - 1] == 0)
        n--;
    if (box_n >= STORE_MIN && n == box_n)
        jumbf->n = n;
}

enum exh_status container_read(const struct exh_source *s, struct container *out,
                               struct exh_error *err)
{
    const struct format_ops *ops;
    enum exh_status status = detect_ops(s, &ops, err);

    if (status != EXH_OK)
        return status;
    if (!ops)
        return fail(err, EXH_UNSUPPORTED, "not a format that can carry a manifest store");

    struct container c = { .format = ops->format,
                           .jumbf = buf_with_limit(STORE_MAX),
                           .update_jumbf = buf_with_limit(STORE_MAX) };
    status = ops->read(s, &c, err);
    if (status != EXH_OK) {
        container_free(&c);
        return status;
    }
    trim(&c.jumbf);
    trim(&c.update_jumbf);
    *out = c;
    return EXH_OK;
}

static enum exh_status check_goal(const struct container *c, enum plan_goal goal, size_t store_n,
                                  struct exh_error *err)
{
    const bool hole = goal != PLAN_STRIP && goal != PLAN_NONE && goal != PLAN_DELIVER;

    if (hole && (store_n < STORE_MIN || store_n > STORE_MAX))
        return fail(err, EXH_INVALID, "a store of %zu bytes; %zu to %zu are possible", store_n,
                    STORE_MIN, STORE_MAX);
    if (!hole && store_n)
        return fail(err, EXH_INVALID, "a store of %zu bytes, but no place for one is planned",
                    store_n);
    if ((goal == PLAN_APPEND || goal == PLAN_DELIVER) && c->format != FORMAT_BMFF)
        return fail(err, EXH_UNSUPPORTED, "only ISO base media files hold a store at their end");
    if (goal == PLAN_UPDATE && !c->store.n)
        return fail(err, EXH_INVALID, "an update needs a manifest store to update");
    return EXH_OK;
}

enum exh_status plan_new(const struct exh_source *s, const struct container *c, enum plan_goal goal,
                         size_t store_n, struct plan **out, struct exh_error *err)
{
    const struct format_ops *ops = ops_of(c->format);
    enum exh_status status = check_goal(c, goal, store_n, err);

    if (status != EXH_OK)
        return status;
    if (goal == PLAN_NONE && c->format != FORMAT_BMFF) {
        struct simple_plan *p = simple_plan_new(0, NULL);
        simple_plan_upto(p, s->size);
        return simple_plan_done(p, out, err);
    }
    if (!ops)
        return fail(err, EXH_UNSUPPORTED, "no manifest store can be put into this format");
    return ops->plan(s, c, goal, store_n, out, err);
}

void plan_free(struct plan *p)
{
    if (p)
        p->free(p);
}

struct span plan_store(const struct plan *p)
{
    return p->store;
}

uint64_t plan_size(const struct plan *p)
{
    return p->size;
}

enum exh_status plan_next(struct plan *p, struct piece *piece, bool *more, struct exh_error *err)
{
    return p->next(p, piece, more, err);
}

void plan_rewind(struct plan *p)
{
    p->rewind(p);
}

enum exh_status plan_frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                           struct exh_error *err)
{
    buf_clear(out);
    if (!p->store_n || store.n != p->store_n)
        return fail(err, EXH_INVALID, "a store of %zu bytes for a place of %zu", store.n,
                    p->store_n);
    enum exh_status status = p->frame(p, store, out, err);
    assert(status != EXH_OK || out->n == p->store.n);
    return status;
}

enum exh_status container_boxes(const struct exh_source *s, const struct container *c,
                                box_visitor *visit, void *ctx, struct exh_error *err)
{
    const struct format_ops *ops = ops_of(c->format);

    if (!ops || !ops->boxes)
        return fail(err, EXH_UNSUPPORTED, "this format has no boxes that can be hashed one by one");
    return ops->boxes(s, c, visit, ctx, err);
}
