/* capture_read.c -- org.exhibit.capture: what the camera claims. Claims are shown, never believed. */
#include "c2pa/report.h"

#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/when.h"
#include "c2pa/labels.h"

static void copy_text(char *to, size_t size, struct cbor item)
{
    struct exh_bytes text = { 0 };

    cbor_text(cbor_untagged(item), &text);
    const size_t n = text.n < size - 1 ? text.n : size - 1;
    if (n)
        memcpy(to, text.p, n);
    to[n] = 0;
    while (!utf8_valid(bytes_of(to)) && to[0]) // a cut in the middle of a character
        to[strlen(to) - 1] = 0;
}

/* The capture assertion of m, if it is unchanged; CBOR_NONE otherwise. */
static struct cbor find_capture(const struct judged *m, const struct store_box **found)
{
    struct exh_error err;
    struct cbor item = { 0 };
    const struct store_box *box = store_find_box(&m->manifest->assertions, bytes_of(NAME_CAPTURE));

    if (!box || box->blank || cbor_parse(box->data, box->pos, &item, &err) != EXH_OK)
        return (struct cbor){ 0 };
    if (found)
        *found = box;
    return item;
}

static void read_position(struct cbor position, struct exh_claimed_capture *c)
{
    c->has_position = cbor_float(cbor_get(position, "lat"), &c->lat) &&
                      cbor_float(cbor_get(position, "lon"), &c->lon);
    cbor_float(cbor_get(position, "accuracy_m"), &c->accuracy_m);
    copy_text(c->position_source, sizeof c->position_source,
              cbor_get(position, c->has_position ? "source" : "reason"));
}

static void read_capture(struct cbor map, struct exh_claimed_capture *c)
{
    struct exh_bytes prev;

    c->present = true;
    copy_text(c->camera_id, sizeof c->camera_id, cbor_get(map, "camera_id"));
    cbor_uint(cbor_get(map, "start_frame"), &c->start_frame);
    cbor_uint(cbor_get(map, "end_frame"), &c->end_frame);
    copy_text(c->captured_at, sizeof c->captured_at, cbor_get(map, "captured_at"));
    copy_text(c->local_time, sizeof c->local_time, cbor_get(map, "local_time"));
    copy_text(c->clock_source, sizeof c->clock_source, cbor_get(cbor_get(map, "clock"), "source"));
    read_position(cbor_get(map, "position"), c);
    c->has_prev = cbor_bytes(cbor_get(map, "prev"), &prev) && prev.n == sizeof c->prev;
    if (c->has_prev)
        memcpy(c->prev, prev.p, sizeof c->prev);
}

void capture_read(const struct validation *v, struct exh_claimed_capture *out)
{
    struct exh_claimed_capture c = { 0 };
    ptrdiff_t at = (ptrdiff_t)v->active;

    for (size_t steps = 0; steps < v->n && at >= 0; steps++) {
        struct cbor map = find_capture(&v->items[at], NULL);
        if (cbor_is(map, CBOR_MAP)) {
            read_capture(map, &c);
            break;
        }
        at = v->items[at].parent;
    }
    *out = c;
}

bool capture_contradicts(const struct validation *v, const struct judged *m)
{
    struct cbor map = find_capture(m, NULL);
    struct exh_bytes id;

    (void)v;
    if (!cbor_is(map, CBOR_MAP))
        return false;
    return !cbor_text(cbor_get(map, "camera_id"), &id) || !m->certificate.camera[0] ||
           !bytes_are(id, m->certificate.camera);
}

/* `when` of the first action of the first actions assertion. */
static bool action_time(const struct judged *m, int64_t *at)
{
    for (size_t i = 0; i < m->claim.refs_n; i++) {
        struct exh_error err;
        struct jumbf_uri u;
        struct cbor item, action;
        struct exh_bytes when;
        if (!jumbf_uri_read(m->claim.refs[i].uri.url, &u) || !label_is(u.box, "c2pa.actions"))
            continue;
        const struct store_box *box = store_find_box(&m->manifest->assertions, u.box);
        if (!box || cbor_parse(box->data, box->pos, &item, &err) != EXH_OK)
            return false;
        struct cbor_walk walk = cbor_walk(cbor_get(item, "actions"));
        return cbor_next(&walk, NULL, &action) &&
               cbor_text(cbor_untagged(cbor_get(action, "when")), &when) &&
               when_read(when, at, NULL);
    }
    return false;
}

bool claimed_time(const struct validation *v, const struct exh_claimed_capture *c, int64_t *at)
{
    if (c->captured_at[0])
        return when_read(bytes_of(c->captured_at), at, NULL);
    return v->binding >= 0 && action_time(&v->items[v->binding], at);
}
