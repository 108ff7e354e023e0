#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 << 10) // bytes of an ordinary block

struct arena_block {
    struct arena_block *next;
    size_t size; // bytes of data
    alignas(max_align_t) uint8_t data[];
};

struct arena arena_with_limit(size_t limit)
{
    return (struct arena){ .limit = limit };
}

void arena_free(struct arena *a)
{
    struct arena_block *b = a->blocks;

    while (b) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    *a = (struct arena){ .limit = a->limit };
}

static struct arena_block *add_block(struct arena *a, size_t n)
{
    size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;

    if (size > a->limit - a->total) // an ordinary block may be too much where n is not
        size = n;
    if (size > a->limit - a->total)
        return NULL;
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    a->total += size;
    return b;
}

void *arena_take(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);

    if (n > SIZE_MAX - align)
        return NULL;
    n = n ? (n + align - 1) / align * align : align;

    if (!a->blocks || n > a->blocks->size - a->used) {
        struct arena_block *b = add_block(a, n);
        if (!b)
            return NULL;
        b->next = a->blocks;
        a->blocks = b;
        a->used = 0;
    }
    void *taken = a->blocks->data + a->used;
    a->used += n;
    return taken;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_take(a, count * size);
}

char *arena_text(struct arena *a, struct exh_bytes text)
{
    char *copy = text.n < SIZE_MAX ? arena_take(a, text.n + 1) : NULL;

    if (copy && text.n)
        memcpy(copy, text.p, text.n);
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n >= 0 ? arena_take(a, (size_t)n + 1) : NULL;
    if (!text)
        return NULL;
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    return text;
}
