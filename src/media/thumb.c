#include "media/thumb.h"

#include <stdlib.h>
#include <string.h>

/* A side of the small picture: the longer one fits, and none vanishes. */
static unsigned shrink(unsigned side, unsigned longer)
{
    if (longer <= MEDIA_THUMBNAIL_EDGE)
        return side;
    const unsigned small =
        (unsigned)(((uint64_t)side * MEDIA_THUMBNAIL_EDGE + longer / 2) / longer);
    return small ? small : 1;
}

enum exh_status thumb_check(unsigned w, unsigned h, struct exh_error *err)
{
    if (!w || !h || w > THUMB_SIDE_MAX || h > THUMB_SIDE_MAX)
        return fail(err, EXH_LIMIT, "picture of %u by %u pixels; sides of 1 to %d were expected", w,
                    h, THUMB_SIDE_MAX);
    if ((uint64_t)w * h > THUMB_PIXELS_MAX)
        return fail(err, EXH_LIMIT, "picture of %u by %u pixels; at most %u are looked at", w, h,
                    THUMB_PIXELS_MAX);
    return EXH_OK;
}

enum exh_status thumb_init(struct thumb *t, unsigned in_w, unsigned in_h, struct exh_error *err)
{
    const unsigned longer = in_w > in_h ? in_w : in_h;

    *t = (struct thumb){ 0 };
    enum exh_status status = thumb_check(in_w, in_h, err);
    if (status != EXH_OK)
        return status;
    t->in_w = in_w;
    t->in_h = in_h;
    t->w = shrink(in_w, longer);
    t->h = shrink(in_h, longer);
    t->sums = calloc((size_t)t->w * 3, sizeof *t->sums);
    t->rgb = calloc((size_t)t->w * t->h, 3);
    if (!t->sums || !t->rgb) {
        thumb_free(t);
        return fail_no_memory(err);
    }
    return EXH_OK;
}

void thumb_free(struct thumb *t)
{
    free(t->sums);
    free(t->rgb);
    *t = (struct thumb){ 0 };
}

/* First column or row of the large picture that belongs to number i of the small one. */
static unsigned first_of(unsigned i, unsigned in, unsigned out)
{
    return (unsigned)((uint64_t)i * in / out);
}

static void finish_row(struct thumb *t, unsigned y)
{
    uint8_t *to = t->rgb + (size_t)y * t->w * 3;

    for (unsigned x = 0; x < t->w; x++) {
        const uint32_t columns = first_of(x + 1, t->in_w, t->w) - first_of(x, t->in_w, t->w);
        const uint32_t area = columns * t->count;
        for (unsigned c = 0; c < 3; c++)
            to[x * 3 + c] = (uint8_t)((t->sums[x * 3 + c] + area / 2) / area);
    }
    memset(t->sums, 0, (size_t)t->w * 3 * sizeof *t->sums);
    t->count = 0;
}

void thumb_row(struct thumb *t, const uint8_t *rgb)
{
    if (t->row >= t->in_h)
        return;
    for (unsigned x = 0; x < t->w; x++) {
        const unsigned end = first_of(x + 1, t->in_w, t->w);
        for (unsigned i = first_of(x, t->in_w, t->w); i < end; i++)
            for (unsigned c = 0; c < 3; c++)
                t->sums[x * 3 + c] += rgb[(size_t)i * 3 + c];
    }
    t->row++;
    t->count++;
    const unsigned y = (unsigned)(((uint64_t)t->row * t->h - 1) / t->in_h);
    if (t->row == first_of(y + 1, t->in_h, t->h))
        finish_row(t, y);
}

/* Where the pixel at x, y of the turned picture comes from. */
static size_t source_of(const struct thumb *t, unsigned orientation, unsigned x, unsigned y)
{
    const unsigned right = t->w - 1, bottom = t->h - 1;

    switch (orientation) {
    case 2: x = right - x; break;
    case 3:
        x = right - x;
        y = bottom - y;
        break;
    case 4: y = bottom - y; break;
    case 5: return (size_t)x * t->w + y;
    case 6: return (size_t)(bottom - x) * t->w + y;
    case 7: return (size_t)(bottom - x) * t->w + (right - y);
    case 8: return (size_t)x * t->w + (right - y);
    default: break;
    }
    return (size_t)y * t->w + x;
}

enum exh_status thumb_turn(struct thumb *t, unsigned orientation, struct exh_error *err)
{
    const bool lies = orientation >= 5 && orientation <= 8; // width and height change places
    const unsigned w = lies ? t->h : t->w, h = lies ? t->w : t->h;

    if (orientation < 2 || orientation > 8)
        return EXH_OK;
    uint8_t *turned = malloc((size_t)w * h * 3);
    if (!turned)
        return fail_no_memory(err);
    for (unsigned y = 0; y < h; y++)
        for (unsigned x = 0; x < w; x++)
            memcpy(turned + ((size_t)y * w + x) * 3, t->rgb + source_of(t, orientation, x, y) * 3,
                   3);
    free(t->rgb);
    t->rgb = turned;
    t->w = w;
    t->h = h;
    return EXH_OK;
}
