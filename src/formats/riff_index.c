/*
 * riff_index.c -- absolute file offsets in the indexes of a long AVI.
 *
 * A film of more than one RIFF form has an index of indexes for each stream, in its header
 * (hdrl/strl/indx), and the indexes it points to (ix##) among the data. Both hold offsets from the
 * start of the file, and so change when a store comes or goes before the data.
 *
 * Spec: OpenDML AVI File Format Extensions 1.02, "Index Structures".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "formats/riff.h"

#define INDEX_HEAD_N  24 // of an indx or ix## chunk's data
#define ENTRY_N       16 // of an index of indexes: u64 offset, u32 size, u32 duration
#define BASE_AT       12 // of the u64 base offset in an ix## chunk's data
#define OF_INDEXES    0  // kinds of index
#define OF_CHUNKS     1
#define FIRST_PATCHES 16

static uint64_t moved(const struct riff_edit *e, uint64_t offset)
{
    uint64_t to = offset >= e->place ? offset + e->added : offset;

    if (offset > e->size)
        return offset;
    for (size_t i = 0; i < e->cuts_n; i++)
        if (offset >= e->cuts[i].at + e->cuts[i].n)
            to -= e->cuts[i].n;
    return to;
}

static uint64_t u64le(const uint8_t *p)
{
    uint64_t v = 0;

    for (size_t i = 8; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

/* The value of the file offset at `at` moves, or stays. */
static enum exh_status add(struct riff_patches *list, const struct riff_edit *e, uint64_t at,
                           uint64_t value, struct exh_error *err)
{
    const uint64_t to = moved(e, value);

    if (to == value)
        return EXH_OK;
    if (list->n == RIFF_PATCHES_MAX)
        return fail(err, EXH_LIMIT, "index at %" PRIu64 ": more than %d offsets to adjust", at,
                    RIFF_PATCHES_MAX);
    if (list->n == list->allocated) {
        const size_t size = list->allocated ? 2 * list->allocated : FIRST_PATCHES;
        struct riff_patch *p = realloc(list->p, size * sizeof *p);
        if (!p)
            return fail_no_memory(err);
        list->p = p;
        list->allocated = size;
    }
    list->p[list->n++] = (struct riff_patch){ at, to };
    return EXH_OK;
}

/* The index of chunks at `at`, if there is one: its base offset. */
static enum exh_status add_base(struct window *w, uint64_t at, const struct riff_edit *e,
                                struct riff_patches *list, struct exh_error *err)
{
    const uint8_t *p;

    if (at > w->s->size || w->s->size - at < RIFF_HEAD_N + INDEX_HEAD_N)
        return EXH_OK;
    enum exh_status status = window_view(w, at, RIFF_HEAD_N + INDEX_HEAD_N, &p, err);
    if (status != EXH_OK)
        return status;
    if (memcmp(p, "ix", 2) != 0 || p[RIFF_HEAD_N + 3] != OF_CHUNKS)
        return EXH_OK;
    return add(list, e, at + RIFF_HEAD_N + BASE_AT, u64le(p + RIFF_HEAD_N + BASE_AT), err);
}

static enum exh_status add_entries(struct window *w, uint64_t at, uint32_t n,
                                   const struct riff_edit *e, struct riff_patches *list,
                                   struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (uint32_t i = 0; i < n && status == EXH_OK; i++, at += ENTRY_N) {
        const uint8_t *p;
        status = window_view(w, at, ENTRY_N, &p, err);
        if (status != EXH_OK)
            return status;
        const uint64_t offset = u64le(p);
        if (moved(e, offset) == offset)
            continue; // what it points to lies before everything that moves
        status = add(list, e, at, offset, err);
        if (status == EXH_OK)
            status = add_base(w, offset, e, list, err);
    }
    return status;
}

static enum exh_status walk_indx(struct window *w, const struct riff_chunk *c,
                                 const struct riff_edit *e, struct riff_patches *list,
                                 struct exh_error *err)
{
    const uint64_t at = c->at + RIFF_HEAD_N;
    const uint8_t *p;

    if (c->n < INDEX_HEAD_N)
        return fail(err, EXH_MALFORMED, "index at %" PRIu64 ": %" PRIu64 " bytes; its head has %d",
                    c->at, c->n, INDEX_HEAD_N);
    enum exh_status status = window_view(w, at, INDEX_HEAD_N, &p, err);
    if (status != EXH_OK)
        return status;

    struct reader r = reader_over((struct exh_bytes){ p, INDEX_HEAD_N }, at);
    const uint16_t longs = reader_u16le(&r);
    reader_u8(&r);
    const uint8_t kind = reader_u8(&r);
    const uint32_t n = reader_u32le(&r);
    if (kind == OF_CHUNKS)
        return add(list, e, at + BASE_AT, u64le(p + BASE_AT), err);
    if (kind != OF_INDEXES)
        return EXH_OK;
    if (longs * 4 != ENTRY_N || n > (c->n - INDEX_HEAD_N) / ENTRY_N)
        return fail(err, EXH_MALFORMED,
                    "index at %" PRIu64 ": %" PRIu32 " entries of %d bytes in %" PRIu64, c->at, n,
                    longs * 4, c->n);
    return add_entries(w, at + INDEX_HEAD_N, n, e, list, err);
}

/* The lists that lead to an index of indexes, from outside to inside. */
static const char *const path[] = { "hdrl", "strl" };

static enum exh_status walk(struct window *w, uint64_t at, uint64_t limit, size_t depth,
                            size_t *count, const struct riff_edit *e, struct riff_patches *list,
                            struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (at < limit && status == EXH_OK) {
        struct riff_chunk c;
        if (++*count > RIFF_CHUNKS_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %d chunks", at, RIFF_CHUNKS_MAX);
        status = riff_chunk_at(w, at, limit, &c, err);
        if (status != EXH_OK)
            return status;
        if (depth == ARRAY_N(path) && strcmp(c.id, "indx") == 0)
            status = walk_indx(w, &c, e, list, err);
        if (depth < ARRAY_N(path) && strcmp(c.id, "LIST") == 0) {
            char type[5];
            status = riff_type(w, &c, type, err);
            if (status == EXH_OK && strcmp(type, path[depth]) == 0)
                status = walk(w, c.at + RIFF_FORM_HEAD_N, c.end, depth + 1, count, e, list, err);
        }
        at = c.next;
    }
    return status;
}

static int by_place(const void *a, const void *b)
{
    const struct riff_patch *x = a;
    const struct riff_patch *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* Order them; the same one may have been found twice, but two must not overlap. */
static enum exh_status settle(struct riff_patches *list, struct exh_error *err)
{
    size_t n = 0;

    if (list->n)
        qsort(list->p, list->n, sizeof *list->p, by_place);
    for (size_t i = 0; i < list->n; i++) {
        if (n && list->p[n - 1].at == list->p[i].at)
            continue;
        if (n && list->p[i].at - list->p[n - 1].at < sizeof(uint64_t))
            return fail(err, EXH_MALFORMED, "indexes overlap at %" PRIu64, list->p[i].at);
        list->p[n++] = list->p[i];
    }
    list->n = n;
    return EXH_OK;
}

enum exh_status riff_index_patches(struct window *w, uint64_t form_end, const struct riff_edit *e,
                                   struct riff_patches *out, struct exh_error *err)
{
    struct riff_patches list = { 0 };
    size_t count = 0;
    enum exh_status status = walk(w, RIFF_FORM_HEAD_N, form_end, 0, &count, e, &list, err);

    if (status == EXH_OK)
        status = settle(&list, err);
    if (status != EXH_OK) {
        free(list.p);
        return status;
    }
    *out = list;
    return EXH_OK;
}
