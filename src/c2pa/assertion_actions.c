#include "c2pa/assertion.h"

#include "base/names.h"
#include "base/when.h"

/* Open one action's map: its name and its time. */
static struct cbor_map open_action(struct buf *b, const struct actions_facts *facts,
                                   const char *action)
{
    struct cbor_map map = cbor_map_open(b);
    char when[WHEN_TEXT_MAX];

    cbor_put_text(b, "action");
    cbor_put_text(b, action);
    if (facts->when != EXH_NO_TIME) {
        when_write(when, facts->when);
        cbor_put_text(b, "when");
        cbor_put_tag(b, 0);
        cbor_put_text(b, when);
    }
    return map;
}

static void put_ingredients(struct draft *d, const size_t *items, size_t n)
{
    struct buf *b = &d->boxes;

    cbor_put_text(b, "parameters");
    struct cbor_map parameters = cbor_map_open(b);
    cbor_put_text(b, "ingredients");
    cbor_put_array(b, n);
    for (size_t i = 0; i < n; i++)
        draft_put_uri(d, items[i], b);
    cbor_map_close(b, parameters);
}

static void put_origin(struct draft *d, const struct actions_facts *facts)
{
    struct buf *b = &d->boxes;

    if (facts->source_type) {
        struct cbor_map map = open_action(b, facts, "c2pa.created");
        cbor_put_text(b, "digitalSourceType");
        cbor_put_text(b, facts->source_type);
        cbor_map_close(b, map);
    } else if (facts->parent >= 0) {
        const size_t parent = (size_t)facts->parent;
        struct cbor_map map = open_action(b, facts, "c2pa.opened");
        put_ingredients(d, &parent, 1);
        cbor_map_close(b, map);
    }
}

static void put_placed(struct draft *d, const struct actions_facts *facts)
{
    if (!facts->components_n)
        return;
    struct cbor_map map = open_action(&d->boxes, facts, "c2pa.placed");
    put_ingredients(d, facts->components, facts->components_n);
    cbor_map_close(&d->boxes, map);
}

static void put_redacted(struct buf *b, const struct actions_facts *facts,
                         const struct exh_redaction *redaction)
{
    struct cbor_map map = open_action(b, facts, "c2pa.redacted");

    cbor_put_text(b, "reason");
    cbor_put_text(b, redaction->reason ? redaction->reason : NAME_UNSTATED);
    cbor_put_text(b, "parameters");
    struct cbor_map parameters = cbor_map_open(b);
    cbor_put_text(b, "redacted");
    cbor_put_text(b, redaction->url);
    cbor_map_close(b, parameters);
    cbor_map_close(b, map);
}

void assertion_put_actions(struct draft *d, const struct actions_facts *facts)
{
    // No salt: actions are never redacted.
    struct draft_box box = draft_open(d, "c2pa.actions.v2", "cbor", DRAFT_PLAIN);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "actions");
    cbor_put_array(b, (size_t)(facts->source_type || facts->parent >= 0) +
                          (facts->components_n > 0) + facts->edited_metadata + facts->redactions_n);
    put_origin(d, facts); // the first action of the first actions assertion
    put_placed(d, facts);
    if (facts->edited_metadata)
        cbor_map_close(b, open_action(b, facts, "c2pa.edited.metadata"));
    for (size_t i = 0; i < facts->redactions_n; i++)
        put_redacted(b, facts, &facts->redactions[i]);
    cbor_map_close(b, map);
    draft_close(d, box);
}
