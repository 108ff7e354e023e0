#include "seal/seen.h"

#include <stdlib.h>

#include "base/reader.h"

#define ROOM_FIRST 1024

enum exh_status seen_init(struct seen *s, const struct exh_crypto *crypto, struct exh_error *err)
{
    *s = (struct seen){ 0 };
    return crypto->random((uint8_t *)s->keys, sizeof s->keys, err);
}

void seen_free(struct seen *s)
{
    free(s->slots);
    *s = (struct seen){ 0 };
}

/* The upper half of a sum of products with random numbers: strongly universal (multilinear hashing). */
static uint64_t mix(const uint64_t keys[5], const uint8_t value[SEEN_VALUE])
{
    struct reader r = reader_over((struct exh_bytes){ value, SEEN_VALUE }, 0);
    uint64_t sum = keys[4];

    for (size_t i = 0; i < SEEN_VALUE / 4; i++)
        sum += keys[i] * reader_u32(&r);
    return sum >> 32;
}

static uint64_t mark_of(const struct seen *s, const uint8_t value[SEEN_VALUE])
{
    const uint64_t mark = mix(s->keys[0], value) << 32 | mix(s->keys[1], value);

    return mark ? mark : 1;
}

/* Where the mark stands, or would. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t mark)
{
    size_t i = (size_t)mark & (room - 1);

    while (slots[i] && slots[i] != mark)
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static enum exh_status grow(struct seen *s, struct exh_error *err)
{
    const size_t room = s->room ? 2 * s->room : ROOM_FIRST;
    uint64_t *slots = calloc(room, sizeof *slots);

    if (!slots)
        return fail_no_memory(err);
    for (size_t i = 0; i < s->room; i++)
        if (s->slots[i])
            *find(slots, room, s->slots[i]) = s->slots[i];
    free(s->slots);
    s->slots = slots;
    s->room = room;
    return EXH_OK;
}

enum exh_status seen_add(struct seen *s, const uint8_t value[SEEN_VALUE], bool *before,
                         struct exh_error *err)
{
    const uint64_t mark = mark_of(s, value);
    uint64_t *slot = s->room ? find(s->slots, s->room, mark) : NULL;
    enum exh_status status;

    if (slot && *slot) {
        *before = true;
        return EXH_OK;
    }
    *before = false;
    if (s->n >= SEEN_MAX)
        return fail(err, EXH_LIMIT, "more than %zu values to remember", SEEN_MAX);
    if (s->n >= s->room / 4 * 3) {
        status = grow(s, err);
        if (status != EXH_OK)
            return status;
        slot = find(s->slots, s->room, mark);
    }
    *slot = mark;
    s->n++;
    return EXH_OK;
}
