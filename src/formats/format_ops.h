/*
 * format_ops.h -- what each format gives to container.c: one table a format.
 */
#ifndef FORMATS_FORMAT_OPS_H
#define FORMATS_FORMAT_OPS_H

#include "formats/container.h"

#define DETECT_N 32 // first bytes a format may look at; zero-filled behind the end of a short file

typedef enum exh_status box_walker(const struct exh_source *s, const struct container *c,
                                   box_visitor *visit, void *ctx, struct exh_error *err);

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
    box_walker *boxes;
};

/* See plan_frame(); out is empty. */
typedef enum exh_status plan_framer(const struct plan *p, struct exh_bytes store, struct buf *out,
                                    struct exh_error *err);

/* The part of a plan that all formats share; a format's own plan begins with it. */
struct plan {
    enum exh_status (*next)(struct plan *p, struct piece *piece, bool *more, struct exh_error *err);
    void (*rewind)(struct plan *p);
    plan_framer *frame;
    void (*free)(struct plan *p);
    struct span store;
    uint64_t size;
    size_t store_n;  // bytes of JUMBF
    uint64_t detail; // what the format's frame() needs beside the store
};

extern const struct format_ops store_ops, jpeg_ops, png_ops, riff_ops, bmff_ops;

/*
 * The plan of formats that only cut, insert and patch: a list of pieces, all of them hashed but the
 * hole. It is built as the output is read, from front to end, with a cursor in the source. Running
 * out of memory is remembered and told by simple_plan_done(), so that a plan is built straight
 * through; p may be NULL.
 */
#define SIMPLE_LITERALS_MAX ((size_t)1 << 20) // bytes of all literals of one plan

struct simple_plan;
struct simple_plan *simple_plan_new(size_t store_n, plan_framer *frame);
void simple_plan_upto(struct simple_plan *p, uint64_t at); // copy from the cursor up to `at`
void simple_plan_skip(struct simple_plan *p, uint64_t n);  // leave n bytes of the source out
void simple_plan_literal(struct simple_plan *p, const void *literal, size_t n); // copied
void simple_plan_store(struct simple_plan *p, uint64_t n); // the hole, n container bytes or none
NODISCARD enum exh_status simple_plan_done(struct simple_plan *p, struct plan **out,
                                           struct exh_error *err);

/*
 * The plan of formats where nothing but the store changes: all stores of c are left out, and a hole of
 * hole_n container bytes (0: none) comes where c->store is.
 */
NODISCARD enum exh_status simple_plan_replace(const struct exh_source *s, const struct container *c,
                                              size_t store_n, uint64_t hole_n, plan_framer *frame,
                                              struct plan **out, struct exh_error *err);

/* Remember a store that was found; only the first one's bytes are wanted. EXH_LIMIT. */
NODISCARD enum exh_status container_add_store(struct container *c, struct span store,
                                              struct exh_error *err);

/* All stores are found: say which one counts. place: where one would be put if there is none. */
void container_settle(struct container *c, uint64_t place);

/* EXH_MALFORMED or EXH_LIMIT unless a store of n bytes is one that we read; `at` for the message. */
NODISCARD enum exh_status container_check_store(uint64_t at, uint64_t n, struct exh_error *err);

/* Append n bytes of the source at `at` to a store: bounded by its limit and by the file's
 * end. */
NODISCARD enum exh_status container_put_jumbf(const struct exh_source *s, uint64_t at, uint64_t n,
                                              struct buf *jumbf, struct exh_error *err);

#endif
