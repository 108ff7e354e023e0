/* jpeg_boxes.c -- a JPEG file box by box, for hashing. Spec: C2PA, "JPEG-specific Handling". */
#include <inttypes.h>
#include <stdio.h>

#include "formats/format_ops.h"
#include "formats/jpeg.h"

/* ISO 10918-1, table B.1. The first row that fits counts. */
static const struct {
    uint8_t first;
    uint8_t last;
    const char *name; // a range of more than one marker is counted from 0
} names[] = {
    { 0xC4, 0xC4, "DHT" }, { 0xC8, 0xC8, "JPG" }, { 0xCC, 0xCC, "DAC" }, { 0xC0, 0xCF, "SOF" },
    { 0xD0, 0xD7, "RST" }, { 0xD8, 0xD8, "SOI" }, { 0xD9, 0xD9, "EOI" }, { 0xDA, 0xDA, "SOS" },
    { 0xDB, 0xDB, "DQT" }, { 0xDC, 0xDC, "DNL" }, { 0xDD, 0xDD, "DRI" }, { 0xDE, 0xDE, "DHP" },
    { 0xDF, 0xDF, "EXP" }, { 0xE0, 0xEF, "APP" }, { 0xF0, 0xFD, "JPG" }, { 0xFE, 0xFE, "COM" },
    { 0x01, 0x01, "TEM" }, { 0x00, 0xFF, "RES" },
};

static void put_name(uint8_t marker, struct named_box *box)
{
    size_t i = 0;

    while (marker < names[i].first || marker > names[i].last)
        i++;
    if (names[i].first == names[i].last)
        snprintf(box->name, sizeof box->name, "%s", names[i].name);
    else
        snprintf(box->name, sizeof box->name, "%s%d", names[i].name, marker - names[i].first);
}

static bool has_entropy(uint8_t marker)
{
    return marker == JPEG_SOS || (marker >= JPEG_RST0 && marker <= JPEG_RST7);
}

/* The box at `at`. */
static enum exh_status box_at(struct window *w, const struct container *c, uint64_t at,
                              struct named_box *box, uint8_t *marker, struct exh_error *err)
{
    struct jpeg_segment seg;
    enum exh_status status = jpeg_segment_at(w, at, &seg, err);

    if (status == EXH_OK && has_entropy(seg.marker))
        status = jpeg_entropy_end(w, seg.end, &seg.end, err);
    if (status != EXH_OK)
        return status;

    *box = (struct named_box){ .span = { seg.at, seg.end - seg.at } };
    *marker = seg.marker;
    put_name(seg.marker, box);
    if (c->store.n && seg.at == c->store.at)
        *box = (struct named_box){ .name = "C2PA", .span = c->store, .store = true };
    return EXH_OK;
}

/* What follows the end of an image: *more if it is another image. */
static enum exh_status after_image(struct window *w, uint64_t at, bool *more, box_visitor *visit,
                                   void *ctx, struct exh_error *err)
{
    const uint8_t *p;

    *more = false;
    if (at == w->s->size)
        return EXH_OK;
    if (w->s->size - at >= 2) {
        enum exh_status status = window_view(w, at, 2, &p, err);
        if (status != EXH_OK)
            return status;
        *more = p[0] == 0xFF && p[1] == JPEG_SOI;
    }
    if (*more)
        return EXH_OK;
    struct named_box after = { .name = "c2pa.after", .span = { at, w->s->size - at } };
    return visit(ctx, &after, err);
}

enum exh_status jpeg_boxes(const struct exh_source *s, const struct container *c,
                           box_visitor *visit, void *ctx, struct exh_error *err)
{
    struct window w;
    uint64_t at = 0;

    window_init(&w, s);
    for (size_t n = 0; at < s->size; n++) {
        struct named_box box;
        uint8_t marker;
        bool more = true;
        if (n == BOXES_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %zu segments", at, BOXES_MAX);
        enum exh_status status = box_at(&w, c, at, &box, &marker, err);
        if (status != EXH_OK)
            return status;
        status = visit(ctx, &box, err);
        at = box.span.at + box.span.n;
        if (status == EXH_OK && marker == JPEG_EOI)
            status = after_image(&w, at, &more, visit, ctx, err);
        if (status != EXH_OK || !more)
            return status;
    }
    return EXH_OK;
}
