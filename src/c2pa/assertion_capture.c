#include "c2pa/assertion.h"

#include "base/names.h"
#include "base/when.h"

static void put_pair(struct buf *b, const char *key, const char *text)
{
    cbor_put_text(b, key);
    cbor_put_text(b, text);
}

static void put_number(struct buf *b, const char *key, double v)
{
    cbor_put_text(b, key);
    cbor_put_double(b, v);
}

/* Without a clock there is no time: a guess would be worse than none. */
static void put_times(struct buf *b, const struct exh_capture *c)
{
    char text[WHEN_TEXT_MAX];

    if (c->captured_at == EXH_NO_TIME)
        return;
    when_write(text, c->captured_at);
    cbor_put_text(b, "captured_at");
    cbor_put_tag(b, 0);
    cbor_put_text(b, text);

    when_write_local(text, c->captured_at, c->utc_offset_min);
    cbor_put_text(b, "local_time");
    cbor_put_tag(b, 0);
    cbor_put_text(b, text);
}

static void put_clock(struct buf *b, const struct exh_capture *c)
{
    const char *unstated = c->captured_at == EXH_NO_TIME ? "none" : "system";

    cbor_put_text(b, "clock");
    struct cbor_map map = cbor_map_open(b);
    put_pair(b, "source", c->clock_source ? c->clock_source : unstated);
    if (c->has_clock_offset) {
        cbor_put_text(b, "offset_ms");
        cbor_put_int(b, c->clock_offset_ms);
        cbor_put_text(b, "uncertainty_ms");
        cbor_put_int(b, c->clock_uncertainty_ms);
    }
    cbor_map_close(b, map);
}

/* The place, or why there is none. */
static void put_position(struct buf *b, const struct exh_capture *c)
{
    cbor_put_text(b, "position");
    struct cbor_map map = cbor_map_open(b);
    if (!c->has_position) {
        put_pair(b, "reason", c->position_reason ? c->position_reason : "not available");
    } else {
        put_number(b, "lat", c->lat);
        put_number(b, "lon", c->lon);
        if (c->has_alt)
            put_number(b, "alt", c->alt);
        put_number(b, "accuracy_m", c->accuracy_m);
        put_pair(b, "source", c->position_source ? c->position_source : "user");
    }
    cbor_map_close(b, map);
}

void assertion_put_capture(struct draft *d, const struct exh_capture *capture)
{
    struct draft_box box = draft_open(d, NAME_CAPTURE, "cbor", DRAFT_SALTED);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    put_pair(b, "camera_id", capture->camera_id);
    cbor_put_text(b, "start_frame");
    cbor_put_uint(b, capture->start_frame);
    cbor_put_text(b, "end_frame");
    cbor_put_uint(b, capture->end_frame);
    put_times(b, capture);
    put_clock(b, capture);
    put_position(b, capture);
    if (capture->prev) {
        cbor_put_text(b, "prev");
        cbor_put_bytes(b, (struct exh_bytes){ capture->prev, 32 });
    }
    cbor_map_close(b, map);
    draft_close(d, box);
}
