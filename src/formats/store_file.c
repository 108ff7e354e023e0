/* store_file.c -- a manifest store that is a file of its own: a sidecar. */
#include <string.h>

#include "formats/format_ops.h"

#define UUID_AT 16 // LBox 'jumb' LBox 'jumd' come before the type

static bool detect(const uint8_t first[DETECT_N], uint64_t size)
{
    return size > UUID_AT && memcmp(first + 4, "jumb", 4) == 0 &&
           memcmp(first + 12, "jumd", 4) == 0 && memcmp(first + UUID_AT, "c2pa", 4) == 0;
}

static enum exh_status read_store(const struct exh_source *s, struct container *c,
                                  struct exh_error *err)
{
    strcpy(c->mime, "application/c2pa");
    c->store = (struct span){ 0, s->size };
    enum exh_status status = container_check_store(0, s->size, err);
    if (status != EXH_OK)
        return status;
    return container_put_jumbf(s, 0, s->size, &c->jumbf, err);
}

static enum exh_status frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                             struct exh_error *err)
{
    (void)p;
    buf_put_bytes(out, store);
    return buf_finish(out, err);
}

static enum exh_status plan(const struct exh_source *s, const struct container *c,
                            enum plan_goal goal, size_t store_n, struct plan **out,
                            struct exh_error *err)
{
    (void)s;
    (void)c;
    if (goal == PLAN_STRIP)
        return fail(err, EXH_UNSUPPORTED, "a sidecar is nothing but its manifest store");
    struct simple_plan *p = simple_plan_new(store_n, frame);
    simple_plan_store(p, store_n);
    return simple_plan_done(p, out, err);
}

const struct format_ops store_ops = {
    .format = FORMAT_STORE,
    .detect = detect,
    .read = read_store,
    .plan = plan,
};
