#include "c2pa/manifest_view.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "c2pa/labels.h"

/* Superbox of a description that is known to be sound. */
static enum exh_status open_content(struct exh_bytes content, struct jumbf *out,
                                    struct exh_error *err)
{
    struct jumbf_box box = { .type = "jumb", .whole = content, .content = content };

    return jumbf_open(&box, out, err);
}

/* The first content box of a superbox; none is no error. */
static enum exh_status first_box(const struct jumbf *j, struct jumbf_box *out,
                                 struct exh_error *err)
{
    struct reader children = j->children;

    *out = (struct jumbf_box){ 0 };
    return children.rest.n ? jumbf_next_box(&children, out, err) : EXH_OK;
}

/* Type and label both: neither is signed, so a box that says two things is none of them. */
static bool is_part(const struct jumbf *part, const char four[4], const char *label)
{
    return jumbf_is(part->type, four) && bytes_are(part->label, label);
}

static enum exh_status take_part(const struct jumbf *part, struct manifest_view *m,
                                 struct exh_error *err)
{
    const bool claim =
        is_part(part, "c2cl", "c2pa.claim") || is_part(part, "c2cl", "c2pa.claim.v2");
    struct jumbf_box content;
    bool twice = false;
    enum exh_status status = first_box(part, &content, err);

    if (status != EXH_OK)
        return status;
    if (strcmp(content.type, "cbor") != 0)
        content.content = (struct exh_bytes){ 0 };
    if (is_part(part, "c2as", "c2pa.assertions")) {
        twice = m->assertions.whole.n;
        m->assertions = part->box;
    } else if (claim) {
        twice = m->claim_label.n;
        m->claim = content.content;
        m->claim_label = part->label;
    } else if (is_part(part, "c2cs", "c2pa.signature")) {
        twice = m->signature_box.n;
        m->signature = content.content;
        m->signature_box = part->box.content;
    }
    return !twice ? EXH_OK
                  : fail(err, EXH_MALFORMED, "manifest: a second box '%.*s'", (int)part->label.n,
                         (const char *)part->label.p);
}

enum exh_status manifest_view(struct exh_bytes content, struct manifest_view *out,
                              struct exh_error *err)
{
    struct manifest_view m = { 0 };
    struct jumbf top;
    enum exh_status status = open_content(content, &top, err);

    while (status == EXH_OK && top.children.rest.n) {
        struct jumbf_box child;
        struct jumbf part;
        status = jumbf_next_box(&top.children, &child, err);
        if (status != EXH_OK || strcmp(child.type, "jumb") != 0)
            continue;
        status = jumbf_open(&child, &part, err);
        if (status == EXH_OK)
            status = take_part(&part, &m, err);
    }
    if (status == EXH_OK)
        *out = m;
    return status;
}

enum exh_status manifest_next_assertion(const struct manifest_view *m, struct assertion_walk *walk,
                                        struct assertion_view *out, bool *more,
                                        struct exh_error *err)
{
    struct jumbf store;
    enum exh_status status = EXH_OK;

    *more = false;
    if (!walk->begun && m->assertions.whole.n) {
        status = jumbf_open(&m->assertions, &store, err);
        if (status == EXH_OK)
            walk->rest = store.children;
    }
    walk->begun = true;
    while (status == EXH_OK && walk->rest.rest.n) {
        struct assertion_view a = { 0 };
        struct jumbf j;
        status = jumbf_next_box(&walk->rest, &a.box, err);
        if (status != EXH_OK || strcmp(a.box.type, "jumb") != 0)
            continue;
        status = jumbf_open(&a.box, &j, err);
        if (status == EXH_OK)
            status = first_box(&j, &a.content, err);
        if (status == EXH_OK) {
            a.label = j.label;
            *out = a;
            *more = true;
            return EXH_OK;
        }
    }
    return status;
}

struct exh_bytes ingredient_manifest(const struct assertion_view *a)
{
    struct exh_error ignored;
    struct exh_bytes url;
    struct jumbf_uri uri;
    struct cbor map;

    if (!label_is(a->label, "c2pa.ingredient") || strcmp(a->content.type, "cbor") != 0 ||
        cbor_parse(a->content.content, 0, &map, &ignored) != EXH_OK)
        return (struct exh_bytes){ 0 };
    struct cbor to = cbor_get(map, "activeManifest");
    if (!cbor_is(to, CBOR_MAP))
        to = cbor_get(map, "c2pa_manifest");
    if (!cbor_text(cbor_get(to, "url"), &url) || !jumbf_uri_read(url, &uri))
        return (struct exh_bytes){ 0 };
    return uri.manifest;
}
