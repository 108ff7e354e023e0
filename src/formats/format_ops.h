/*
 * format_ops.h -- what each format gives to container.c: one table a format.
 */
#ifndef FORMATS_FORMAT_OPS_H
#define FORMATS_FORMAT_OPS_H

#include "formats/container.h"

#define DETECT_N 32 // first bytes a format may look at; zero-filled behind the end of a short file

struct format_ops {
    enum format format;
    bool (*detect)(const uint8_t first[DETECT_N], uint64_t size);
    // Fill mime, store, jumbf … of c (zeroed, buffers with their limits).
    enum exh_status (*read)(const struct exh_source *s, struct container *c, struct exh_error *err);
    // See plan_new(); the struct begins with struct plan.
    enum exh_status (*plan)(const struct exh_source *s, const struct container *c,
                            enum plan_goal goal, size_t store_n, struct plan **out,
                            struct exh_error *err);
    // See container_boxes(); NULL: the format has none.
    enum exh_status (*boxes)(const struct exh_source *s, const struct container *c,
                             box_visitor *visit, void *ctx, struct exh_error *err);
};

/* The part of a plan that all formats share; a format's own plan begins with it. */
struct plan {
    enum exh_status (*next)(struct plan *p, struct piece *piece, bool *more, struct exh_error *err);
    void (*rewind)(struct plan *p);
    enum exh_status (*frame)(const struct plan *p, struct exh_bytes store, struct buf *out,
                             struct exh_error *err);
    void (*free)(struct plan *p);
    struct span store;
    uint64_t size;
    size_t store_n; // bytes of JUMBF
    struct shift shift;
};

extern const struct format_ops jpeg_ops, png_ops, riff_ops, bmff_ops;

/*
 * The plan of formats that only cut and insert: a fixed list of pieces. Owns copies of literals.
 */
#define SIMPLE_PIECES_MAX  8
#define SIMPLE_LITERAL_MAX 64

struct simple_plan;
struct simple_plan *simple_plan_new(size_t store_n, struct span store,
                                    enum exh_status (*frame)(const struct plan *p,
                                                             struct exh_bytes store,
                                                             struct buf *out,
                                                             struct exh_error *err));
void simple_plan_copy(struct simple_plan *p, uint64_t from, uint64_t n); // n 0 adds nothing
void simple_plan_literal(struct simple_plan *p, const void *literal, size_t n);
void simple_plan_store(struct simple_plan *p);        // adds the hole, if it has a size
struct plan *simple_plan_done(struct simple_plan *p); // sums the size

#endif
