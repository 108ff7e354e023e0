/*
 * arena.h -- memory that dies with its parse.
 *
 * Blocks are handed out zeroed and aligned for any type, and freed all at once. The total is bounded
 * from birth, so that no input can ask for more.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include <exhibit/bytes.h>

#include "base/macros.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; // owned; freed by arena_free()
    size_t used;                // bytes handed out of the first block
    size_t total;               // bytes taken from the system
    size_t limit;               // total never exceeds this
};

struct arena arena_with_limit(size_t limit);
void arena_free(struct arena *a);

/* n zeroed bytes, borrowed until arena_free(); NULL over the limit or out of memory. */
void *arena_take(struct arena *a, size_t n);

/* count zeroed items of `size` bytes; NULL on overflow too. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A NUL-terminated copy; NULL as arena_take(). */
char *arena_text(struct arena *a, struct exh_bytes text);
PRINTF_LIKE(2, 3) char *arena_printf(struct arena *a, const char *fmt, ...);

#endif
