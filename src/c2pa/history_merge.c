/* history_merge.c -- two versions of one manifest that differ by what was redacted from them. */
#include "base/error.h"
#include "base/text.h"
#include "c2pa/history_change.h"
#include "c2pa/labels.h"

#include <stdlib.h>
#include <string.h>

#define MERGE_ASSERTIONS_MAX 256 // of one manifest: they are compared each with each

/* The URIs that a manifest's claim declares redacted. */
static enum exh_status collect_from(struct history *h, struct exh_bytes claim,
                                    struct exh_error *err)
{
    struct cbor map, item;

    if (cbor_parse(claim, 0, &map, err) != EXH_OK)
        return EXH_OK; // a damaged claim declares nothing
    struct cbor_walk walk = cbor_walk(cbor_get(map, "redacted_assertions"));
    while (cbor_next(&walk, NULL, &item)) {
        struct exh_bytes url;
        if (!cbor_text(item, &url))
            continue;
        if (h->declared_n == HISTORY_REDACTIONS_MAX)
            return fail(err, EXH_LIMIT, "the ingredients declare more than %d redactions",
                        HISTORY_REDACTIONS_MAX);
        struct exh_bytes *declared = realloc(h->declared, (h->declared_n + 1) * sizeof *declared);
        if (!declared)
            return fail_no_memory(err);
        h->declared = declared;
        h->declared[h->declared_n++] = url;
    }
    return EXH_OK;
}

enum exh_status history_collect_redactions(struct history *h, struct reader children,
                                           struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && children.rest.n) {
        struct exh_error ignored;
        struct jumbf_box child;
        struct manifest_view m;
        status = jumbf_next_box(&children, &child, err);
        if (status == EXH_OK && strcmp(child.type, "jumb") == 0 &&
            manifest_view(child.content, &m, &ignored) == EXH_OK && m.claim.n)
            status = collect_from(h, m.claim, err);
    }
    return status;
}

static bool is_declared(const struct history *h, struct exh_bytes manifest, struct exh_bytes label)
{
    struct jumbf_uri uri;

    for (size_t i = 0; i < h->declared_n; i++)
        if (jumbf_uri_read(h->declared[i], &uri) && bytes_equal(uri.manifest, manifest) &&
            bytes_equal(uri.box, label))
            return true;
    return false;
}

static bool is_blank(const struct assertion_view *a)
{
    return strcmp(a->content.type, "uuid") == 0 && a->content.content.n >= JUMBF_TYPE_N &&
           memcmp(a->content.content.p, jumbf_redacted, JUMBF_TYPE_N) == 0;
}

/* The assertion of a label, as far as it was not redacted. */
static bool find_full(const struct manifest_view *m, struct exh_bytes label,
                      struct assertion_view *out)
{
    struct assertion_walk walk = { 0 };
    struct exh_error ignored;
    bool more = true;

    while (manifest_next_assertion(m, &walk, out, &more, &ignored) == EXH_OK && more)
        if (bytes_equal(out->label, label))
            return !is_blank(out);
    return false;
}

/* How the assertions of one version stand in the other. */
struct difference {
    bool foreign; // some differ by more than a redaction
    size_t n;     // redacted in the other
};

static struct difference compare(const struct history *h, struct exh_bytes manifest,
                                 const struct manifest_view *one, const struct manifest_view *other)
{
    struct assertion_walk walk = { 0 };
    struct difference d = { 0 };
    struct assertion_view a, b;
    struct exh_error ignored;
    bool more = true;

    for (size_t seen = 0;
         !d.foreign && manifest_next_assertion(one, &walk, &a, &more, &ignored) == EXH_OK && more;
         seen++) {
        if (seen == MERGE_ASSERTIONS_MAX) {
            d.foreign = true;
        } else if (is_blank(&a)) {
            continue;
        } else if (find_full(other, a.label, &b)) {
            d.foreign = !bytes_equal(a.box.content, b.box.content);
        } else {
            d.foreign = !is_declared(h, manifest, a.label);
            d.n++;
        }
    }
    return d;
}

/* Chooses what is redacted in the other version. */
static bool is_redacted_there(void *ctx, const struct assertion_view *a)
{
    const struct manifest_view *other = ctx;
    struct assertion_view full;

    return !is_blank(a) && !find_full(other, a->label, &full);
}

enum exh_status history_merge_redacted(struct history *h, size_t i, const struct held *incoming,
                                       bool *merged, struct exh_error *err)
{
    struct held *held = &h->items[i];
    struct manifest_view old, new;

    *merged = false;
    if (held->compressed || incoming->compressed)
        return EXH_OK;
    if (manifest_view(held->content, &old, err) != EXH_OK ||
        manifest_view(incoming->content, &new, err) != EXH_OK ||
        !bytes_equal(old.claim, new.claim) || !bytes_equal(old.signature_box, new.signature_box))
        return EXH_OK;

    const struct difference lost_in_new = compare(h, held->label, &old, &new);
    const struct difference lost_in_old = compare(h, held->label, &new, &old);
    if (lost_in_new.foreign || lost_in_old.foreign || (!lost_in_new.n && !lost_in_old.n))
        return EXH_OK;
    *merged = true;
    return lost_in_new.n ? history_cut(h, i, is_redacted_there, &new, err) : EXH_OK;
}
