#include "c2pa/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "c2pa/history_change.h"
#include "c2pa/labels.h"
#include "c2pa/manifest_view.h"

#define SUPERBOX_HEADER 8 // bytes: LBox and 'jumb'

void history_free(struct history *h)
{
    for (size_t i = 0; i < h->n; i++)
        buf_free(&h->items[i].own);
    for (size_t i = 0; i < h->sources_n; i++)
        buf_free(&h->sources[i]);
    free(h->items);
    free(h->sources);
    free(h->declared);
}

static enum exh_status own_source(struct history *h, struct buf *jumbf, struct exh_error *err)
{
    struct buf *sources = realloc(h->sources, (h->sources_n + 1) * sizeof *sources);

    if (!sources)
        return fail_no_memory(err);
    h->sources = sources;
    h->sources[h->sources_n++] = *jumbf;
    *jumbf = (struct buf){ 0 };
    return EXH_OK;
}

static enum exh_status append(struct history *h, const struct held *item, size_t *at,
                              struct exh_error *err)
{
    if (h->n == HISTORY_MANIFESTS_MAX)
        return fail(err, EXH_LIMIT, "the ingredients bring more than %d manifests",
                    HISTORY_MANIFESTS_MAX);
    if (h->n == h->allocated) {
        const size_t size = h->allocated ? 2 * h->allocated : 8;
        struct held *items = realloc(h->items, size * sizeof *items);
        if (!items)
            return fail_no_memory(err);
        h->items = items;
        h->allocated = size;
    }
    h->items[h->n] = *item;
    *at = h->n++;
    return EXH_OK;
}

ptrdiff_t history_find(const struct history *h, struct exh_bytes label)
{
    for (size_t i = 0; i < h->n; i++)
        if (!h->items[i].gone && bytes_equal(h->items[i].label, label))
            return (ptrdiff_t)i;
    return -1;
}

/* A manifest whose label no URI can hold can never be referred to: it must not become an ingredient. */
static enum exh_status check_label(struct exh_bytes label, struct exh_error *err)
{
    if (label.n && jumbf_label_valid(label) && !bytes_are(label, ".") && !bytes_are(label, ".."))
        return EXH_OK;
    return fail(err, EXH_MALFORMED, "a manifest's label is not one");
}

/* One box of a store becomes an item, unless the same is there already. */
static enum exh_status add_item(struct history *h, const struct jumbf *j, enum history_part part,
                                size_t *at, struct exh_error *err)
{
    struct held item = { .content = j->box.content,
                         .label = j->label,
                         .part = part,
                         .compressed = jumbf_is(j->type, "c2cm"),
                         .update = jumbf_is(j->type, "c2um") };
    const ptrdiff_t same = history_find(h, j->label);

    item.manifest = item.compressed || item.update || jumbf_is(j->type, "c2ma") ||
                    jumbf_is(j->type, "c2md") || jumbf_is(j->type, "c2tm");
    if (item.manifest) {
        enum exh_status status = check_label(j->label, err);
        if (status != EXH_OK)
            return status;
    }
    if (same < 0)
        return append(h, &item, at, err);
    *at = (size_t)same;
    if (bytes_equal(h->items[same].content, item.content))
        return EXH_OK;

    bool merged = false;
    enum exh_status status = EXH_OK;
    if (item.manifest)
        status = history_merge_redacted(h, (size_t)same, &item, &merged, err);
    if (status != EXH_OK || merged)
        return status;
    status = append(h, &item, at, err);
    return status == EXH_OK ? history_relabel(h, *at, err) : status;
}

static enum exh_status add_items(struct history *h, struct jumbf *top, enum history_part part,
                                 size_t *active, struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    bool found = false;

    while (status == EXH_OK && top->children.rest.n) {
        struct jumbf_box child;
        struct jumbf j;
        size_t at;
        status = jumbf_next_box(&top->children, &child, err);
        if (status != EXH_OK || strcmp(child.type, "jumb") != 0)
            continue; // padding
        status = jumbf_open(&child, &j, err);
        if (status == EXH_OK)
            status = add_item(h, &j, part, &at, err);
        if (status == EXH_OK && h->items[at].manifest) {
            *active = at; // the last one counts
            found = true;
        }
    }
    if (status == EXH_OK && !found)
        return fail(err, EXH_NOT_FOUND, "the store holds no manifest");
    return status;
}

enum exh_status history_add(struct history *h, struct buf *jumbf, enum history_part part,
                            size_t *active, struct exh_error *err)
{
    struct jumbf top;
    enum exh_status status = jumbf_check(buf_view(jumbf), 0, true, &top, err);

    if (status == EXH_OK && !jumbf_is(top.type, "c2pa"))
        status = fail(err, EXH_MALFORMED, "the box is no manifest store");
    if (status == EXH_OK)
        status = own_source(h, jumbf, err);
    if (status == EXH_OK)
        status = history_collect_redactions(h, top.children, err);
    if (status == EXH_OK)
        status = add_items(h, &top, part, active, err);
    if (status == EXH_OK &&
        history_size(h, HISTORY_MAIN) + history_size(h, HISTORY_UPDATE) > STORE_MAX)
        return fail(err, EXH_LIMIT, "the manifests of the ingredients take more than %zu bytes",
                    STORE_MAX);
    return status;
}

/* The manifest itself, if it is compressed: unpacked once, and kept so only for looking. */
static enum exh_status look_at(struct history *h, size_t i, struct buf *unpacked,
                               struct manifest_view *out, struct exh_error *err)
{
    struct exh_bytes content = h->items[i].content;

    if (h->items[i].compressed) {
        enum exh_status status = history_unpack(h, i, unpacked, &content, err);
        if (status != EXH_OK)
            return status;
    }
    return manifest_view(content, out, err);
}

static enum exh_hash claim_alg(struct exh_bytes claim)
{
    struct exh_error ignored;
    struct exh_bytes name;
    struct cbor map;

    if (cbor_parse(claim, 0, &map, &ignored) != EXH_OK || !cbor_text(cbor_get(map, "alg"), &name) ||
        hash_named(name) == EXH_HASH_NONE)
        return EXH_SHA256;
    return hash_named(name);
}

enum exh_status history_parts(struct history *h, size_t i, struct held_parts *out,
                              struct exh_error *err)
{
    struct manifest_view m;
    struct buf unpacked = { 0 };
    enum exh_status status = look_at(h, i, &unpacked, &m, err);

    if (status == EXH_OK && unpacked.n)
        status = own_source(h, &unpacked, err); // the views point into it
    buf_free(&unpacked);
    if (status != EXH_OK)
        return status;
    if (!m.signature.n)
        return fail(err, EXH_MALFORMED, "manifest '%.*s' has no signature",
                    (int)h->items[i].label.n, (const char *)h->items[i].label.p);
    *out = (struct held_parts){ .claim = m.claim,
                                .signature = m.signature,
                                .signature_box = m.signature_box,
                                .alg = claim_alg(m.claim) };
    return EXH_OK;
}

bool history_changed(const struct history *h, enum history_part part)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->items[i].part == part && (h->items[i].own.n || h->items[i].gone))
            return true;
    return false;
}

size_t history_size(const struct history *h, enum history_part part)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++)
        if (!h->items[i].gone && h->items[i].part == part)
            n += SUPERBOX_HEADER + h->items[i].content.n;
    return n;
}

void history_put(const struct history *h, enum history_part part, struct buf *b)
{
    for (size_t i = 0; i < h->n; i++) {
        const struct held *item = &h->items[i];
        if (item->gone || item->part != part)
            continue;
        buf_put_u32(b, (uint32_t)(SUPERBOX_HEADER + item->content.n));
        buf_put_text(b, "jumb");
        buf_put_bytes(b, item->content);
    }
}
