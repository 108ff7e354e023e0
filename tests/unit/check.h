/*
 * check.h -- the whole test harness: CHECK() counts, check_done() tells.
 *
 * A test program prints one line for each failure and exits 1 if there was any. The number of
 * checks is printed, so that a table that lost its rows is seen.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static int checks_made;
static int checks_failed;

PRINTF_LIKE(4, 5)
static inline bool check_at(bool holds, const char *file, int line, const char *fmt, ...)
{
    va_list args;

    checks_made++;
    if (holds)
        return true;
    checks_failed++;
    va_start(args, fmt);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

#define CHECK(holds, ...) check_at((holds), __FILE__, __LINE__, __VA_ARGS__)

static inline int check_done(void)
{
    printf("%d checks, %d failed\n", checks_made, checks_failed);
    return checks_failed || !checks_made;
}

/* A block of exactly n bytes, so that the sanitizer sees one byte too many. Freed by the caller. */
static inline void *exact_copy(const void *p, size_t n)
{
    void *copy = malloc(n ? n : 1);

    if (!copy)
        abort();
    if (n)
        memcpy(copy, p, n);
    return copy;
}

#endif
