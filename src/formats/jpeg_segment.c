#include <inttypes.h>
#include <string.h>

#include "formats/jpeg.h"

static bool stands_alone(uint8_t marker)
{
    return marker == JPEG_TEM || (marker >= JPEG_RST0 && marker <= JPEG_EOI);
}

/* Offset of the last FF of those at `at`. */
static enum exh_status skip_fill(struct window *w, uint64_t *at, struct exh_error *err)
{
    const uint64_t start = *at;

    for (uint64_t end = start;;) {
        struct exh_bytes some;
        enum exh_status status = window_some(w, end, &some, err);
        if (status != EXH_OK)
            return status;
        if (!some.n)
            return fail(err, EXH_MALFORMED, "at %" PRIu64 ": the file ends before a marker", start);

        size_t n = 0;
        while (n < some.n && some.p[n] == 0xFF)
            n++;
        end += n;
        if (end - start > JPEG_FILL_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %" PRIu64 " fill bytes", start,
                        JPEG_FILL_MAX);
        if (n == some.n)
            continue;
        if (end == start)
            return fail(err, EXH_MALFORMED,
                        "at %" PRIu64 ": byte 0x%02x, but a marker begins with 0xff", start,
                        some.p[0]);
        *at = end - 1;
        return EXH_OK;
    }
}

enum exh_status jpeg_segment_at(struct window *w, uint64_t at, struct jpeg_segment *out,
                                struct exh_error *err)
{
    const uint8_t *p;
    enum exh_status status = skip_fill(w, &at, err);

    if (status == EXH_OK)
        status = window_view(w, at, 2, &p, err);
    if (status != EXH_OK)
        return status;

    struct jpeg_segment seg = { .marker = p[1], .at = at, .body = at + 2, .end = at + 2 };
    if (seg.marker == 0 || (seg.marker > JPEG_TEM && seg.marker < 0xC0))
        return fail(err, EXH_MALFORMED, "at %" PRIu64 ": 0xff%02x is no marker", at, seg.marker);
    if (stands_alone(seg.marker)) {
        *out = seg;
        return EXH_OK;
    }
    status = window_view(w, at + 2, 2, &p, err);
    if (status != EXH_OK)
        return status;
    const size_t length = (size_t)p[0] << 8 | p[1];
    if (length < 2)
        return fail(err, EXH_MALFORMED,
                    "segment 0xff%02x at %" PRIu64 ": length %zu does not hold itself", seg.marker,
                    at, length);
    seg.body = at + 4;
    seg.n = length - 2;
    seg.end = seg.body + seg.n;
    if (seg.end > w->s->size)
        return fail(err, EXH_MALFORMED,
                    "segment 0xff%02x at %" PRIu64 ": ends at %" PRIu64
                    ", but the file ends at %" PRIu64,
                    seg.marker, at, seg.end, w->s->size);
    *out = seg;
    return EXH_OK;
}

enum exh_status jpeg_entropy_end(struct window *w, uint64_t at, uint64_t *end,
                                 struct exh_error *err)
{
    uint64_t ff = 0; // where a run of FF began
    bool in_run = false;

    for (;;) {
        struct exh_bytes some;
        enum exh_status status = window_some(w, at, &some, err);
        if (status != EXH_OK)
            return status;
        if (!some.n) {
            *end = at;
            return EXH_OK;
        }
        for (size_t i = 0; i < some.n; i++) {
            if (in_run && some.p[i] != 0xFF) {
                in_run = false;
                if (some.p[i] != 0) { // FF 00 is data
                    *end = ff;
                    return EXH_OK;
                }
                continue;
            }
            if (in_run)
                continue;
            const uint8_t *found = memchr(some.p + i, 0xFF, some.n - i);
            if (!found)
                break;
            i = (size_t)(found - some.p);
            ff = at + i;
            in_run = true;
        }
        at += some.n;
    }
}
