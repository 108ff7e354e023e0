#include "c2pa/history_change.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define BOX_HEADER      8                  // bytes: LBox and TBox
#define LABEL_AT        25                 // in a description: behind its header, type and toggles
#define UNPACKED_MAX    ((size_t)16 << 20) // bytes of one compressed manifest
#define URN             "urn:c2pa:"
#define UUID_N          36
#define REASON_CONFLICT 1 // "Conflict with another C2PA Manifest"
#define RELABEL_MAX     HISTORY_MANIFESTS_MAX

/* The brob box of a compressed manifest. */
static enum exh_status find_packed(struct exh_bytes content, struct exh_bytes *packed,
                                   struct exh_error *err)
{
    struct jumbf_box outer = { .type = "jumb", .whole = content, .content = content };
    struct jumbf_box brob = { 0 };
    struct jumbf j;
    enum exh_status status = jumbf_open(&outer, &j, err);

    if (status == EXH_OK && j.children.rest.n)
        status = jumbf_next_box(&j.children, &brob, err);
    if (status == EXH_OK && strcmp(brob.type, "brob") != 0)
        status = fail(err, EXH_MALFORMED, "compressed manifest without a 'brob' box");
    *packed = brob.content;
    return status;
}

enum exh_status history_unpack(const struct history *h, size_t i, struct buf *unpacked,
                               struct exh_bytes *content, struct exh_error *err)
{
    struct buf raw = buf_with_limit(UNPACKED_MAX);
    struct exh_bytes packed;
    struct jumbf inner;
    size_t n = 0;

    if (!h->crypto->unbrotli)
        return fail(err, EXH_UNSUPPORTED, "compressed manifests cannot be read here");
    enum exh_status status = find_packed(h->items[i].content, &packed, err);
    if (status != EXH_OK)
        return status;
    uint8_t *room = buf_room(&raw, UNPACKED_MAX);
    if (!room)
        return buf_finish(&raw, err);
    status = h->crypto->unbrotli(packed, room, UNPACKED_MAX, &n, err);
    raw.n = n;
    if (status == EXH_OK)
        status = jumbf_check(buf_view(&raw), 0, false, &inner, err);
    if (status == EXH_OK && !bytes_equal(inner.label, h->items[i].label))
        status = fail(err, EXH_MALFORMED, "compressed manifest: its label differs from the outer");
    if (status != EXH_OK) {
        buf_free(&raw);
        return status;
    }
    *content = inner.box.content;
    *unpacked = raw;
    return EXH_OK;
}

/* Content of an item changes: its label is read again, since it was a view of the old one. */
static enum exh_status set_content(struct held *item, struct buf *content, struct exh_error *err)
{
    struct jumbf_box box = { .type = "jumb" };
    struct jumbf j;
    enum exh_status status = buf_finish(content, err);

    box.content = box.whole = buf_view(content);
    if (status == EXH_OK)
        status = jumbf_open(&box, &j, err);
    if (status != EXH_OK)
        return status;
    buf_free(&item->own);
    item->own = *content;
    item->content = buf_view(&item->own);
    item->label = j.label;
    item->compressed = false;
    item->update = jumbf_is(j.type, "c2um");
    *content = (struct buf){ 0 };
    return EXH_OK;
}

enum exh_status history_expand(struct history *h, size_t i, struct exh_error *err)
{
    struct buf unpacked = { 0 };
    struct buf content = buf_with_limit(UNPACKED_MAX);
    struct exh_bytes inner;

    if (!h->items[i].compressed)
        return EXH_OK;
    enum exh_status status = history_unpack(h, i, &unpacked, &inner, err);
    if (status == EXH_OK) {
        buf_put_bytes(&content, inner);
        status = set_content(&h->items[i], &content, err);
    }
    buf_free(&unpacked);
    buf_free(&content);
    return status;
}

/* The next label of a conflict: without an old version, with its generator or an empty one. */
static void write_label(struct exh_bytes label, unsigned version, char *to, size_t size)
{
    size_t keep = label.n;
    int colons = 0;

    if (bytes_start(label, URN) && label.n >= sizeof URN - 1 + UUID_N) {
        for (size_t i = sizeof URN - 1; i < label.n; i++)
            if (label.p[i] == ':' && ++colons == 2)
                keep = i;
    }
    snprintf(to, size, "%.*s%s:%u_%d", (int)keep, (const char *)label.p, colons ? "" : ":", version,
             REASON_CONFLICT);
}

enum exh_status history_relabel(struct history *h, size_t i, struct exh_error *err)
{
    struct buf content = buf_with_limit(STORE_MAX);
    char label[JUMBF_LABEL_MAX + 32];
    unsigned version = 1;
    enum exh_status status = history_expand(h, i, err);

    if (status != EXH_OK)
        return status;
    do
        write_label(h->items[i].label, version, label, sizeof label);
    while (history_find(h, bytes_of(label)) >= 0 && ++version < RELABEL_MAX);

    const struct exh_bytes old = h->items[i].content;
    const size_t old_n = h->items[i].label.n;
    const size_t described =
        (size_t)old.p[0] << 24 | (size_t)old.p[1] << 16 | (size_t)old.p[2] << 8 | old.p[3];
    if (described < LABEL_AT + old_n || described > old.n)
        return fail(err, EXH_UNSUPPORTED, "manifest '%s': its description has an unusual length",
                    label);
    buf_put_u32(&content, (uint32_t)(described - old_n + strlen(label)));
    buf_put(&content, old.p + 4, LABEL_AT - 4);
    buf_put_text(&content, label);
    buf_put(&content, old.p + LABEL_AT + old_n, old.n - LABEL_AT - old_n);
    status = set_content(&h->items[i], &content, err);
    buf_free(&content);
    return status;
}

enum exh_status history_cut(struct history *h, size_t i, assertion_choice *cut, void *ctx,
                            struct exh_error *err)
{
    struct held *item = &h->items[i];
    const struct exh_bytes old = item->content;
    struct buf content = buf_with_limit(STORE_MAX);
    struct assertion_walk walk = { 0 };
    struct assertion_view a;
    struct manifest_view m;
    size_t kept = 0; // bytes of the old content that are dealt with
    bool more = true;

    assert(!item->compressed);
    enum exh_status status = manifest_view(old, &m, err);
    if (status == EXH_OK && m.assertions.whole.n - m.assertions.content.n != BOX_HEADER)
        status = fail(err, EXH_UNSUPPORTED, "no assertion store of the usual form to cut from");
    while (status == EXH_OK && more) {
        status = manifest_next_assertion(&m, &walk, &a, &more, err);
        if (status != EXH_OK || !more || !cut(ctx, &a))
            continue;
        const size_t at = (size_t)(a.box.whole.p - old.p);
        buf_put(&content, old.p + kept, at - kept);
        kept = at + a.box.whole.n;
    }
    if (status == EXH_OK && !kept)
        status = fail(err, EXH_NOT_FOUND, "the manifest has no such assertion");
    if (status == EXH_OK) {
        buf_put(&content, old.p + kept, old.n - kept);
        if (content.failed == EXH_OK)
            buf_set_u32(&content, (size_t)(m.assertions.whole.p - old.p),
                        (uint32_t)(m.assertions.whole.n - (old.n - content.n)));
        status = set_content(item, &content, err);
    }
    buf_free(&content);
    return status;
}
