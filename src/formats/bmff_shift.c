#include "formats/bmff_shift.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_STEPS 8

uint64_t bmff_big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

void bmff_set_big(uint8_t *p, size_t n, uint64_t v)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

enum exh_status bmff_shift_add(struct bmff_shift *s, uint64_t from, int64_t by,
                               struct exh_error *err)
{
    if (!by || from >= s->size) // nothing stands behind the end
        return EXH_OK;
    if (s->n == BMFF_STEPS_MAX)
        return fail(err, EXH_LIMIT, "offsets move at more than %zu places", BMFF_STEPS_MAX);
    if (s->n == s->allocated) {
        const size_t size = s->allocated ? 2 * s->allocated : FIRST_STEPS;
        struct bmff_step *steps = realloc(s->steps, size * sizeof *steps);
        if (!steps)
            return fail_no_memory(err);
        s->steps = steps;
        s->allocated = size;
    }
    s->steps[s->n++] = (struct bmff_step){ from, by };
    return EXH_OK;
}

static int compare_steps(const void *a, const void *b)
{
    const struct bmff_step *x = a;
    const struct bmff_step *y = b;

    return (x->from > y->from) - (x->from < y->from);
}

void bmff_shift_done(struct bmff_shift *s)
{
    if (s->n)
        qsort(s->steps, s->n, sizeof *s->steps, compare_steps);
    for (size_t i = 1; i < s->n; i++)
        s->steps[i].by += s->steps[i - 1].by;
}

uint64_t bmff_shift_apply(const struct bmff_shift *s, uint64_t v)
{
    size_t low = 0; // steps before this one begin at or before v
    size_t high = s->n;

    if (v > s->size)
        return v;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (s->steps[mid].from <= v)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? v + (uint64_t)s->steps[low - 1].by : v;
}

uint64_t bmff_shift_place(const struct bmff_shift *s, uint64_t v)
{
    return v <= s->size ? bmff_shift_apply(s, v) : v - s->size + bmff_shift_apply(s, s->size);
}
