/*
 * bmff_make.h -- ISO base media files built by hand, for tests.
 *
 *     size_t moov = box(&b, "moov");
 *     ...
 *     end(&b, moov);
 */
#ifndef TESTS_BMFF_MAKE_H
#define TESTS_BMFF_MAKE_H

#include "formats/bmff.h"
#include "plan_run.h"

#define MAKE_MAX ((size_t)64 << 20)

/* Begin a box; its size is filled in by end(). */
static inline size_t box(struct buf *b, const char *type)
{
    const size_t at = b->n;

    buf_put_u32(b, 0);
    buf_put(b, type, 4);
    return at;
}

static inline void end(struct buf *b, size_t at)
{
    buf_set_u32(b, at, (uint32_t)(b->n - at));
}

/* The same with a 64-bit size. */
static inline size_t large_box(struct buf *b, const char *type)
{
    const size_t at = b->n;

    buf_put_u32(b, 1);
    buf_put(b, type, 4);
    buf_put_u64(b, 0);
    return at;
}

static inline void end_large(struct buf *b, size_t at)
{
    buf_set_u32(b, at + 12, (uint32_t)(b->n - at));
}

static inline size_t full_box(struct buf *b, const char *type, uint8_t version, uint32_t flags)
{
    const size_t at = box(b, type);

    buf_put_u32(b, (uint32_t)version << 24 | flags);
    return at;
}

static inline void plain_box(struct buf *b, const char *type, size_t n, uint8_t fill)
{
    const size_t at = box(b, type);

    for (size_t i = 0; i < n; i++)
        buf_put_u8(b, (uint8_t)(fill + i));
    end(b, at);
}

static inline void ftyp(struct buf *b, const char *brand)
{
    const size_t at = box(b, "ftyp");

    buf_put(b, brand, 4);
    buf_put_u32(b, 512);
    buf_put_text(b, "isom");
    end(b, at);
}

/* A C2PA box: header, UUID, version and flags, purpose with its NUL. */
static inline size_t c2pa_box(struct buf *b, const char *purpose)
{
    const size_t at = box(b, "uuid");

    buf_put(b, bmff_c2pa_uuid, BMFF_UUID_N);
    buf_put_u32(b, 0);
    buf_put(b, purpose, strlen(purpose) + 1);
    return at;
}

/* A C2PA box with a store of n bytes and padding behind it. */
static inline void store_box(struct buf *b, const char *purpose, uint64_t merkle_at, size_t n,
                             size_t padding)
{
    const size_t at = c2pa_box(b, purpose);
    struct buf store;

    plan_run_store(&store, n);
    buf_put_u64(b, merkle_at);
    buf_put_bytes(b, buf_view(&store));
    buf_put_zeros(b, padding);
    end(b, at);
    buf_free(&store);
}

static inline void reserve_box(struct buf *b, size_t n)
{
    const size_t at = c2pa_box(b, "reserve");

    buf_put_zeros(b, n - (b->n - at));
    end(b, at);
}

#endif
