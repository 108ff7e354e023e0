#include "base/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum exh_status source_check(const struct exh_source *s, uint64_t at, uint64_t n,
                             struct exh_error *err)
{
    if (at > s->size || n > s->size - at)
        return fail(err, EXH_MALFORMED,
                    "at %" PRIu64 ": %" PRIu64 " bytes expected, but the file ends at %" PRIu64, at,
                    n, s->size);
    return EXH_OK;
}

enum exh_status source_read(const struct exh_source *s, uint64_t at, void *to, size_t n,
                            struct exh_error *err)
{
    enum exh_status status = source_check(s, at, n, err);

    if (status != EXH_OK || n == 0)
        return status;
    if (s->memory) {
        memcpy(to, s->memory + at, n);
        return EXH_OK;
    }
    return s->read(s->ctx, at, to, n, err);
}

static enum exh_status visit_memory(const uint8_t *p, uint64_t n, source_visitor *visit, void *ctx,
                                    struct exh_error *err)
{
    while (n) {
        const size_t piece = n < SOURCE_PIECE ? (size_t)n : SOURCE_PIECE;
        enum exh_status status = visit(ctx, p, piece, err);
        if (status != EXH_OK)
            return status;
        p += piece;
        n -= piece;
    }
    return EXH_OK;
}

enum exh_status source_visit(const struct exh_source *s, uint64_t at, uint64_t n,
                             source_visitor *visit, void *ctx, struct exh_error *err)
{
    enum exh_status status = source_check(s, at, n, err);

    if (status != EXH_OK || n == 0)
        return status;
    if (s->memory)
        return visit_memory(s->memory + at, n, visit, ctx, err);

    uint8_t *piece = malloc(n < SOURCE_PIECE ? (size_t)n : SOURCE_PIECE);
    if (!piece)
        return fail_no_memory(err);
    while (n && status == EXH_OK) {
        const size_t size = n < SOURCE_PIECE ? (size_t)n : SOURCE_PIECE;
        status = s->read(s->ctx, at, piece, size, err);
        if (status == EXH_OK)
            status = visit(ctx, piece, size, err);
        at += size;
        n -= size;
    }
    free(piece);
    return status;
}

struct exh_source exh_source_memory(const uint8_t *p, size_t n)
{
    static const uint8_t nothing;

    return (struct exh_source){ .size = n, .memory = p ? p : &nothing };
}

static enum exh_status memory_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct exh_memory_sink *m = ctx;

    if (n > m->size - m->n)
        return fail(err, EXH_LIMIT, "output needs more than the %zu bytes given", m->size);
    if (n)
        memcpy(m->p + m->n, p, n);
    m->n += n;
    return EXH_OK;
}

static enum exh_status memory_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                    struct exh_error *err)
{
    struct exh_memory_sink *m = ctx;

    if (at > m->n || n > m->n - at)
        return fail(err, EXH_INVALID, "patch at %" PRIu64 " is beyond the %zu bytes written", at,
                    m->n);
    memcpy(m->p + at, p, n);
    return EXH_OK;
}

struct exh_sink exh_sink_memory(struct exh_memory_sink *m)
{
    return (struct exh_sink){ .write = memory_write, .patch = memory_patch, .ctx = m };
}
