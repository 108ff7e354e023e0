/*
 * container_case.h -- what must hold of every format that cuts and inserts: shared by their tests.
 */
#ifndef TESTS_CONTAINER_CASE_H
#define TESTS_CONTAINER_CASE_H

#include "base/text.h"
#include "plan_run.h"

/* A source that is not in memory: every read comes through here, and must lie inside. */
static inline enum exh_status case_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                        struct exh_error *err)
{
    const struct exh_bytes *whole = ctx;

    (void)err;
    CHECK(at <= whole->n && n <= whole->n - at, "read of %zu at %" PRIu64 " of %zu", n, at,
          whole->n);
    memcpy(to, whole->p + at, n);
    return EXH_OK;
}

static inline struct exh_source case_source(struct exh_bytes *whole)
{
    return (struct exh_source){ .size = whole->n, .read = case_read, .ctx = whole };
}

/* container_read() of exactly these bytes, from memory and through reads: the same answer. */
static inline enum exh_status case_container(struct exh_bytes whole, struct container *out,
                                             struct exh_error *err)
{
    uint8_t *copy = exact_copy(whole.p, whole.n);
    struct exh_source memory = exh_source_memory(copy, whole.n);
    struct exh_source reads = case_source(&whole);
    struct container other = { 0 };
    struct exh_error other_err = { 0 };

    *out = (struct container){ 0 };
    enum exh_status status = container_read(&memory, out, err);
    enum exh_status again = container_read(&reads, &other, &other_err);
    CHECK(status == again, "memory %d (%s), reads %d (%s)", status, err->text, again,
          other_err.text);
    CHECK(out->store.at == other.store.at && out->store.n == other.store.n &&
              bytes_equal(buf_view(&out->jumbf), buf_view(&other.jumbf)),
          "memory and reads give other stores");
    container_free(&other);
    free(copy);
    return status;
}

/* Refused with this status, and with a text that holds `says`. */
static inline void case_refused(const char *name, struct exh_bytes whole, enum exh_status want,
                                const char *says)
{
    struct container c;
    struct exh_error err = { 0 };
    enum exh_status got = case_container(whole, &c, &err);

    CHECK(got == want, "%s: status %d (%s)", name, got, err.text);
    CHECK(strstr(err.text, says), "%s: '%s' does not say '%s'", name, err.text, says);
    container_free(&c);
}

/* Do a plan of `goal` on whole, with a store of store_n bytes. */
static inline enum exh_status case_plan(struct exh_bytes whole, enum plan_goal goal, size_t store_n,
                                        struct buf *out, struct buf *hashed, struct exh_error *err)
{
    struct exh_source s = case_source(&whole);
    struct container c = { 0 };
    struct plan *plan = NULL;
    struct buf store = { 0 };
    struct buf twice = buf_with_limit(PLAN_RUN_MAX);
    enum exh_status status = container_read(&s, &c, err);

    if (status == EXH_OK)
        status = plan_new(&s, &c, goal, store_n, &plan, err);
    if (status == EXH_OK) {
        if (store_n)
            plan_run_store(&store, store_n);
        plan_run(&s, plan, buf_view(&store), &twice, NULL);
        plan_run(&s, plan, buf_view(&store), out, hashed);
        CHECK(bytes_equal(buf_view(out), buf_view(&twice)), "a second walk gives other bytes");
    }
    plan_free(plan);
    buf_free(&twice);
    buf_free(&store);
    container_free(&c);
    return status;
}

/* The asset holds exactly a store of store_n bytes, and hashed is what lies outside it. */
static inline void case_holds(const char *name, struct exh_bytes whole, size_t store_n,
                              const struct buf *hashed, struct span *where)
{
    struct container c;
    struct exh_error err = { 0 };
    struct buf store = { 0 };
    struct buf rest = buf_with_limit(PLAN_RUN_MAX);

    CHECK(case_container(whole, &c, &err) == EXH_OK, "%s: %s", name, err.text);
    plan_run_store(&store, store_n);
    CHECK(bytes_equal(buf_view(&c.jumbf), buf_view(&store)),
          "%s: store of %zu bytes, %zu found (%s)", name, store_n, c.jumbf.n, c.warning);
    if (CHECK(c.store.n && c.store.at + c.store.n <= whole.n, "%s: no place", name)) {
        buf_put(&rest, whole.p, (size_t)c.store.at);
        buf_put(&rest, whole.p + c.store.at + c.store.n,
                whole.n - (size_t)(c.store.at + c.store.n));
        CHECK(bytes_equal(buf_view(hashed), buf_view(&rest)),
              "%s: with %zu bytes, what is hashed is not what lies outside the store", name,
              store_n);
    }
    if (where)
        *where = c.store;
    buf_free(&store);
    buf_free(&rest);
    container_free(&c);
}

/* Embed, look, embed another in its place, strip: the bytes of `bare` are there again. */
static inline void case_round_trip(const char *name, struct exh_bytes asset, struct exh_bytes bare,
                                   size_t store_n)
{
    struct exh_error err = { 0 };
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf other = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);

    CHECK(case_plan(asset, PLAN_EMBED, store_n, &out, &hashed, &err) == EXH_OK, "%s: %s", name,
          err.text);
    case_holds(name, buf_view(&out), store_n, &hashed, NULL);

    CHECK(case_plan(buf_view(&out), PLAN_NONE, 0, &other, &hashed, &err) == EXH_OK, "%s: %s", name,
          err.text);
    CHECK(bytes_equal(buf_view(&other), buf_view(&out)) &&
              bytes_equal(buf_view(&hashed), buf_view(&out)),
          "%s: a copy differs", name);

    const size_t again = store_n / 2 + STORE_MIN;
    CHECK(case_plan(buf_view(&out), PLAN_EMBED, again, &other, &hashed, &err) == EXH_OK, "%s: %s",
          name, err.text);
    case_holds(name, buf_view(&other), again, &hashed, NULL);

    CHECK(case_plan(buf_view(&other), PLAN_STRIP, 0, &out, NULL, &err) == EXH_OK, "%s: %s", name,
          err.text);
    CHECK(bytes_equal(buf_view(&out), bare),
          "%s: %zu bytes left after a store of %zu, %zu expected", name, out.n, store_n, bare.n);
    buf_free(&out);
    buf_free(&other);
    buf_free(&hashed);
}

/* An update that grows the store leaves its start and all other bytes alone. */
static inline void case_update(const char *name, struct exh_bytes asset, size_t store_n,
                               size_t grown_n)
{
    struct exh_error err = { 0 };
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf grown = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed_again = buf_with_limit(PLAN_RUN_MAX);
    struct span before;
    struct span after;

    CHECK(case_plan(asset, PLAN_EMBED, store_n, &out, &hashed, &err) == EXH_OK, "%s: %s", name,
          err.text);
    case_holds(name, buf_view(&out), store_n, &hashed, &before);
    CHECK(case_plan(buf_view(&out), PLAN_UPDATE, grown_n, &grown, &hashed_again, &err) == EXH_OK,
          "%s: %s", name, err.text);
    case_holds(name, buf_view(&grown), grown_n, &hashed_again, &after);
    CHECK(before.at == after.at, "%s: the store moves from %" PRIu64 " to %" PRIu64, name,
          before.at, after.at);
    CHECK(bytes_equal(buf_view(&hashed), buf_view(&hashed_again)),
          "%s: an update changes what is hashed", name);
    buf_free(&out);
    buf_free(&grown);
    buf_free(&hashed);
    buf_free(&hashed_again);
}

/* container_boxes() as text: "SOI@0+2 APP0@2+18 C2PA@20+99* "; the star tells the store. */
struct case_boxes {
    char text[2048];
    size_t n;
    uint64_t stop_after; // boxes; 0: never
    uint64_t seen;
};

static inline enum exh_status case_visit(void *ctx, const struct named_box *box,
                                         struct exh_error *err)
{
    struct case_boxes *b = ctx;

    if (b->stop_after && b->seen == b->stop_after) {
        err->text[0] = '\0';
        return EXH_DENIED;
    }
    b->seen++;
    if (b->n < sizeof b->text)
        b->n +=
            (size_t)snprintf(b->text + b->n, sizeof b->text - b->n, "%s@%" PRIu64 "+%" PRIu64 "%s ",
                             box->name, box->span.at, box->span.n, box->store ? "*" : "");
    return EXH_OK;
}

static inline enum exh_status case_boxes(struct exh_bytes whole, struct case_boxes *boxes,
                                         struct exh_error *err)
{
    struct exh_source s = case_source(&whole);
    struct container c = { 0 };
    enum exh_status status = container_read(&s, &c, err);

    if (status == EXH_OK)
        status = container_boxes(&s, &c, case_visit, boxes, err);
    container_free(&c);
    return status;
}

static inline void case_boxes_are(const char *name, struct exh_bytes whole, const char *want)
{
    struct case_boxes boxes = { .text = "" };
    struct case_boxes stopped = { .stop_after = 2 };
    struct exh_error err = { 0 };
    enum exh_status status = case_boxes(whole, &boxes, &err);

    CHECK(status == EXH_OK && strcmp(boxes.text, want) == 0, "%s: %d (%s)\n  got  %s\n  want %s",
          name, status, err.text, boxes.text, want);
    CHECK(case_boxes(whole, &stopped, &err) == EXH_DENIED && stopped.seen == 2,
          "%s: a visitor's refusal does not end the walk", name);
}

#endif
