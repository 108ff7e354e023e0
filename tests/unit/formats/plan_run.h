/*
 * plan_run.h -- do what a plan says, in memory: what the signer does, without a signature.
 */
#ifndef TESTS_PLAN_RUN_H
#define TESTS_PLAN_RUN_H

#include <inttypes.h>

#include "check.h"
#include "formats/container.h"

#define PLAN_RUN_MAX ((size_t)80 << 20) // bytes of an output in a test

/* Fill bytes that look like a manifest store of n bytes; n is at least STORE_MIN. */
static inline void plan_run_store(struct buf *store, size_t n)
{
    static const uint8_t head[] = "\0\0\0\0jumb\0\0\0\x1Ejumd"
                                  "c2pa\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03"
                                  "c2pa";

    *store = buf_with_limit(PLAN_RUN_MAX);
    buf_put(store, head, sizeof head);
    buf_set_u32(store, 0, (uint32_t)n);
    for (size_t i = sizeof head; i < n; i++)
        buf_put_u8(store, (uint8_t)(i * 31 + i / 253));
}

/* Put the bytes of one piece at the end of out. */
static inline void plan_run_piece(const struct exh_source *s, const struct plan *p,
                                  const struct piece *piece, struct exh_bytes frame,
                                  struct buf *out)
{
    struct exh_error err;

    if (piece->kind == PIECE_STORE) {
        CHECK(plan_store(p).at == out->n && plan_store(p).n == piece->n,
              "hole at %zu of %" PRIu64 " bytes, but planned at %" PRIu64 " of %" PRIu64, out->n,
              piece->n, plan_store(p).at, plan_store(p).n);
        CHECK(frame.n == piece->n && !piece->hashed, "frame of %zu bytes, hashed %d", frame.n,
              piece->hashed);
        buf_put_bytes(out, frame);
        return;
    }
    if (piece->kind == PIECE_LITERAL) {
        buf_put(out, piece->literal, (size_t)piece->n);
        return;
    }
    uint8_t *room = buf_room(out, (size_t)piece->n);
    if (!CHECK(room && source_read(s, piece->from, room, (size_t)piece->n, &err) == EXH_OK,
               "piece of %" PRIu64 " bytes from %" PRIu64 ": %s", piece->n, piece->from, err.text))
        abort();
}

/*
 * Walk the plan from its start into out (cleared first). What is to be hashed goes to hashed, if not
 * NULL, with the output offset (u64) before each piece that marks one. store: empty for STRIP, NONE.
 */
static inline void plan_run(const struct exh_source *s, struct plan *p, struct exh_bytes store,
                            struct buf *out, struct buf *hashed)
{
    struct exh_error err;
    struct buf frame = buf_with_limit(PLAN_RUN_MAX);
    struct piece piece;
    bool more;

    if (store.n) {
        enum exh_status status = plan_frame(p, store, &frame, &err);
        CHECK(status == EXH_OK, "frame: %s", err.text);
        CHECK(frame.n == plan_store(p).n, "frame of %zu bytes, planned %" PRIu64, frame.n,
              plan_store(p).n);
    }
    buf_clear(out);
    if (hashed)
        buf_clear(hashed);
    plan_rewind(p);
    for (;;) {
        if (!CHECK(plan_next(p, &piece, &more, &err) == EXH_OK, "plan: %s", err.text) || !more)
            break;
        const size_t at = out->n;
        CHECK(piece.n > 0, "an empty piece at %zu", at);
        plan_run_piece(s, p, &piece, buf_view(&frame), out);
        if (hashed && piece.hashed) {
            if (piece.marks_offset)
                buf_put_u64(hashed, at);
            buf_put(hashed, out->p + at, out->n - at);
        }
    }
    CHECK(out->n == plan_size(p), "output of %zu bytes, planned %" PRIu64, out->n, plan_size(p));
    CHECK(buf_finish(out, &err) == EXH_OK, "output: %s", err.text);
    buf_free(&frame);
}

#endif
