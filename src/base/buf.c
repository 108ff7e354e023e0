#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256 // bytes; most structures of a credential are smaller

struct buf buf_with_limit(size_t limit)
{
    return (struct buf){ .limit = limit };
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ .limit = b->limit };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = EXH_OK;
}

static void grow(struct buf *b, size_t need)
{
    size_t size = b->size ? b->size : FIRST_SIZE;

    while (size < need)
        size = size > b->limit / 2 ? b->limit : size * 2;
    uint8_t *p = realloc(b->p, size);
    if (!p) {
        b->failed = EXH_NO_MEMORY;
        return;
    }
    b->p = p;
    b->size = size;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    if (n > b->limit - b->n) {
        b->failed = EXH_LIMIT;
        return NULL;
    }
    if (!b->p || b->n + n > b->size) // room for nothing is room too, not NULL
        grow(b, b->n + n);
    if (b->failed)
        return NULL;

    uint8_t *room = b->p + b->n;
    b->n += n;
    return room;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    uint8_t *room = n ? buf_room(b, n) : NULL;

    if (room)
        memcpy(room, p, n);
}

void buf_put_bytes(struct buf *b, struct exh_bytes bytes)
{
    buf_put(b, bytes.p, bytes.n);
}

void buf_put_text(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

void buf_put_zeros(struct buf *b, size_t n)
{
    uint8_t *room = n ? buf_room(b, n) : NULL;

    if (room)
        memset(room, 0, n);
}

static void put_big(struct buf *b, uint64_t v, size_t n)
{
    uint8_t *room = buf_room(b, n);

    for (size_t i = 0; room && i < n; i++)
        room[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

void buf_put_u8(struct buf *b, uint8_t v)
{
    put_big(b, v, 1);
}

void buf_put_u16(struct buf *b, uint16_t v)
{
    put_big(b, v, 2);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
    put_big(b, v, 4);
}

void buf_put_u64(struct buf *b, uint64_t v)
{
    put_big(b, v, 8);
}

void buf_put_u32le(struct buf *b, uint32_t v)
{
    buf_put_u32(b, __builtin_bswap32(v));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    char first[256];

    va_start(args, fmt);
    int n = vsnprintf(first, sizeof first, fmt, args);
    va_end(args);
    if (n < 0) {
        b->failed = EXH_MALFORMED;
        return;
    }
    if ((size_t)n < sizeof first) {
        buf_put(b, first, (size_t)n);
        return;
    }
    uint8_t *room = buf_room(b, (size_t)n + 1);
    if (!room)
        return;
    va_start(args, fmt);
    vsnprintf((char *)room, (size_t)n + 1, fmt, args);
    va_end(args);
    b->n--; // the NUL is not part of the text
}

void buf_set(struct buf *b, size_t at, const void *p, size_t n)
{
    if (b->failed)
        return;
    assert(at <= b->n && n <= b->n - at);
    memcpy(b->p + at, p, n);
}

void buf_set_u32(struct buf *b, size_t at, uint32_t v)
{
    const uint8_t big[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
                             (uint8_t)v };

    buf_set(b, at, big, sizeof big);
}

enum exh_status buf_finish(const struct buf *b, struct exh_error *err)
{
    if (b->failed == EXH_LIMIT)
        return fail(err, EXH_LIMIT, "output is larger than its limit of %zu bytes", b->limit);
    if (b->failed == EXH_NO_MEMORY)
        return fail_no_memory(err);
    if (b->failed)
        return fail(err, b->failed, "output would break its own format");
    return EXH_OK;
}

struct exh_bytes buf_view(const struct buf *b)
{
    return (struct exh_bytes){ b->p, b->n };
}
