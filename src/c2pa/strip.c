/* strip.c -- the store out of an asset, and back into it. */
#include <exhibit/sign.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "c2pa/copy.h"
#include "c2pa/history.h"
#include "formats/bmff.h"

/* The manifests of both BMFF boxes as one store, as a sidecar has it. */
static enum exh_status join_stores(struct container *c, struct buf *out, struct exh_error *err)
{
    struct history h = { 0 };
    size_t active;
    jumbf_type type;
    enum exh_status status = history_add(&h, &c->jumbf, HISTORY_MAIN, &active, err);

    if (status == EXH_OK)
        status = history_add(&h, &c->update_jumbf, HISTORY_MAIN, &active, err);
    if (status == EXH_OK) {
        jumbf_type_of("c2pa", type);
        const size_t store = jumbf_put_open(out, type, "c2pa", (struct exh_bytes){ 0 });
        history_put(&h, HISTORY_MAIN, out);
        jumbf_put_close(out, store);
        status = buf_finish(out, err);
    }
    history_free(&h);
    return status;
}

/*
 * A box of BMFF may have more room than its store takes, a chunk of RIFF too. Offsets that are hashed, and the
 * range that is not, depend on that room, so it goes along as zeros: put back, the box has its size again.
 */
static void keep_room(const struct container *c, struct buf *out)
{
    const size_t head = c->format == FORMAT_BMFF ? BMFF_STORE_AT : c->format == FORMAT_RIFF ? 8 : 0;
    const size_t used = head + out->n;

    if (head && c->store.n > used && c->store.n <= STORE_MAX)
        buf_put_zeros(out, (size_t)c->store.n - used);
}

static enum exh_status take_store(struct container *c, struct buf *out, struct exh_error *err)
{
    if (c->update_jumbf.n)
        return join_stores(c, out, err);
    *out = c->jumbf;
    c->jumbf = (struct buf){ 0 };
    keep_room(c, out);
    return buf_finish(out, err);
}

static enum exh_status copy_planned(const struct exh_source *source, const struct exh_sink *sink,
                                    struct plan *plan, struct exh_bytes frame,
                                    struct exh_error *err)
{
    const struct copy copy = {
        .source = source, .plan = plan, .sink = sink, .hole = COPY_HOLE_FRAME, .frame = frame
    };

    return copy_run(&copy, err);
}

enum exh_status exh_strip(const struct exh_source *source, const struct exh_sink *sink,
                          uint8_t **store, size_t *n, struct exh_error *err)
{
    struct exh_error local;
    struct container c = { 0 };
    struct plan *plan = NULL;
    struct buf out = buf_with_limit(STORE_MAX);

    if (!err)
        err = &local;
    enum exh_status status = container_read(source, &c, err);
    if (status == EXH_OK && !c.jumbf.n && !c.stores_n)
        status = fail(err, EXH_NOT_FOUND, "the input carries no credential");
    if (status == EXH_OK)
        status = plan_new(source, &c, PLAN_STRIP, 0, &plan, err);
    if (status == EXH_OK)
        status = copy_planned(source, sink, plan, (struct exh_bytes){ 0 }, err);
    if (status == EXH_OK && c.jumbf.n)
        status = take_store(&c, &out, err);
    if (status == EXH_OK) {
        *store = out.p; // NULL when there were several stores, so that none counted
        *n = out.n;
        out = (struct buf){ 0 };
    }
    plan_free(plan);
    container_free(&c);
    buf_free(&out);
    return status;
}

/* BMFF keeps update manifests in a second box; both places cannot be filled in one walk. */
static bool ends_with_update(const struct jumbf *top)
{
    struct reader children = top->children;
    struct exh_error ignored;
    struct jumbf_box child;
    struct jumbf j;
    bool update = false;

    while (children.rest.n && jumbf_next_box(&children, &child, &ignored) == EXH_OK)
        if (strcmp(child.type, "jumb") == 0 && jumbf_open(&child, &j, &ignored) == EXH_OK)
            update = jumbf_is(j.type, "c2um");
    return update;
}

enum exh_status exh_attach(const struct exh_source *source, struct exh_bytes store,
                           const struct exh_sink *sink, struct exh_error *err)
{
    struct exh_error local;
    struct container c = { 0 };
    struct plan *plan = NULL;
    struct jumbf top;
    struct buf frame = buf_with_limit(2 * STORE_MAX);

    if (!err)
        err = &local;
    enum exh_status status = jumbf_check(store, 0, true, &top, err);
    if (status == EXH_OK && !jumbf_is(top.type, "c2pa"))
        status = fail(err, EXH_MALFORMED, "not a manifest store");
    if (status == EXH_OK)
        status = container_read(source, &c, err);
    if (status == EXH_OK && (c.jumbf.n || c.stores_n))
        status = fail(err, EXH_INVALID, "the input carries a credential already");
    if (status == EXH_OK && c.format == FORMAT_BMFF && ends_with_update(&top))
        status = fail(err, EXH_UNSUPPORTED,
                      "the credential ends with an update manifest, which an ISO base media file "
                      "keeps in a box of its own: it cannot be put back");
    if (status == EXH_OK)
        status = plan_new(source, &c, PLAN_ATTACH, store.n, &plan, err);
    if (status == EXH_OK)
        status = plan_frame(plan, store, &frame, err);
    if (status == EXH_OK)
        status = copy_planned(source, sink, plan, buf_view(&frame), err);
    plan_free(plan);
    container_free(&c);
    buf_free(&frame);
    return status;
}

enum exh_status exh_deliver(const struct exh_source *source, const struct exh_sink *sink,
                            struct exh_error *err)
{
    struct exh_error local;
    struct container c = { 0 };
    struct plan *plan = NULL;

    if (!err)
        err = &local;
    enum exh_status status = container_read(source, &c, err);
    if (status == EXH_OK)
        status = plan_new(source, &c, PLAN_DELIVER, 0, &plan, err);
    if (status == EXH_OK)
        status = copy_planned(source, sink, plan, (struct exh_bytes){ 0 }, err);
    plan_free(plan);
    container_free(&c);
    return status;
}
