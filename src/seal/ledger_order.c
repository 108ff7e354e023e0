/* ledger_order.c -- from object to object: segments of a recording, captures of a camera. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <exhibit/ledger.h>

#include "base/macros.h"

PRINTF_LIKE(1, 2) static struct exh_judgement no(const char *fmt, ...)
{
    struct exh_judgement j = { .holds = false };
    va_list args;

    va_start(args, fmt);
    vsnprintf(j.reason, sizeof j.reason, fmt, args);
    va_end(args);
    return j;
}

static const struct exh_judgement yes = { .holds = true };

/* Two objects of one camera, both with a ledger? */
static struct exh_judgement comparable(const struct exh_ledger_report *a,
                                       const struct exh_ledger_report *b)
{
    if (!a->has_open || !b->has_open)
        return no("one of the two has no ledger");
    if (strcmp(a->camera_id, b->camera_id) != 0)
        return no("one is of %.60s, the other of %.60s", a->camera_id, b->camera_id);
    return yes;
}

struct exh_judgement exh_ledger_follows(const struct exh_ledger_report *before,
                                        const struct exh_ledger_report *next)
{
    const struct exh_judgement j = comparable(before, next);
    const uint64_t expected = before->segment + 1;

    if (!j.holds)
        return j;
    if (next->segment < expected)
        return no("segment %" PRIu64 " does not come after segment %" PRIu64, next->segment,
                  before->segment);
    if (next->segment == expected + 1)
        return no("segment %" PRIu64 " is missing", expected);
    if (next->segment > expected)
        return no("segments %" PRIu64 " to %" PRIu64 " are missing", expected, next->segment - 1);
    if (memcmp(next->previous, before->head, sizeof before->head) == 0)
        return yes;
    if (before->end == EXH_LEDGER_CLOSED)
        return no("segment %" PRIu64 " is not the one that was recorded before it: it is of "
                  "another recording",
                  before->segment);
    return no("the end of segment %" PRIu64 " is missing: its last entry is not the one that the "
              "next names",
              before->segment);
}

struct exh_judgement exh_ledger_next_capture(const struct exh_ledger_report *before,
                                             const struct exh_ledger_report *next)
{
    const struct exh_judgement j = comparable(before, next);
    const uint64_t last = before->has_frame_last ? before->frame_last : before->frame_first;
    const bool named =
        next->has_prev_capture && memcmp(next->prev_capture, before->oid, sizeof before->oid) == 0;

    if (!j.holds)
        return j;
    if (!before->captured || !next->captured)
        return no("one of the two has no frame numbers");
    if (next->frame_first <= last)
        return no("frame %" PRIu64 " does not come after frame %" PRIu64, next->frame_first, last);
    if (named && (!before->has_frame_last || next->frame_first == last + 1))
        return yes;
    if (named)
        return no("frame numbers jump from %" PRIu64 " to %" PRIu64
                  ", but the camera names it as the next capture",
                  last, next->frame_first);
    if (next->frame_first == last + 2)
        return no("frame %" PRIu64 " is missing", last + 1);
    if (next->frame_first > last + 1)
        return no("frames %" PRIu64 " to %" PRIu64 " are missing", last + 1, next->frame_first - 1);
    return no("the capture with frame %" PRIu64 " is not the one that was made before it", last);
}
