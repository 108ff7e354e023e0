/*
 * validate_assertions.c -- every assertion that the claim lists: found, unchanged, well-formed.
 *
 * Spec: C2PA, "Assertion Validation", "Validation of References".
 */
#include "c2pa/validation.h"

#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"
#include "formats/json.h"

/* The assertion that a reference of the claim names in its own manifest. */
static struct store_box *find_own(struct judged *m, struct exh_bytes url, bool *outside)
{
    struct jumbf_uri u;

    *outside = false;
    if (!jumbf_uri_read(url, &u)) {
        *outside = !bytes_start(url, "self#jumbf=");
        return NULL;
    }
    if (u.manifest.n && !bytes_equal(u.manifest, m->manifest->label)) {
        *outside = true;
        return NULL;
    }
    if (bytes_are(u.store, "c2pa.databoxes"))
        return store_find_box(&m->manifest->databoxes, u.box);
    return bytes_are(u.store, "c2pa.assertions") ? store_find_box(&m->manifest->assertions, u.box)
                                                 : NULL;
}

/* The box label at the end of a reference, whether or not it resolves. */
static struct exh_bytes box_label(struct exh_bytes url)
{
    struct jumbf_uri u;

    return jumbf_uri_read(url, &u) ? u.box : url;
}

static void check_redacted(struct validation *v, struct judged *m, const struct store_box *box,
                           struct exh_bytes label, const char *url)
{
    if (label_is(label, "c2pa.actions"))
        add_finding(v, &m->findings, CODE_ASSERTION_ACTION_REDACTED, url,
                    "actions may not be redacted");
    else if (label_is_hard_binding(label))
        add_finding(v, &m->findings, CODE_ASSERTION_DATA_HASH_REDACTED, url,
                    "a hard binding may not be redacted");
    else if (box && !box->blank)
        add_finding(v, &m->findings, CODE_ASSERTION_NOT_REDACTED, url,
                    "declared as redacted, but its content is still there");
}

/* The content of a standard assertion must be what its type says. */
static bool content_is_sound(struct validation *v, struct judged *m, const struct store_box *box,
                             const char *url, struct cbor *item)
{
    struct exh_error err;
    struct json doc;

    *item = (struct cbor){ 0 };
    if (strcmp(box->type, "cbor") == 0 && cbor_parse(box->data, box->pos, item, &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_ASSERTION_CBOR_INVALID, url, "%s", err.text);
        return false;
    }
    if (strcmp(box->type, "json") == 0 && json_parse(box->data, box->pos, &doc, &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_ASSERTION_JSON_INVALID, url, "%s", err.text);
        return false;
    }
    return true;
}

/* One hashed_uri inside a standard assertion. */
static void follow(struct validation *v, struct judged *m, const struct hashed_uri *uri,
                   const char *url)
{
    struct judged *owner = m;

    if (v->uris_followed++ >= VALIDATION_URIS_MAX)
        return;
    struct store_box *box = resolve(v, m, uri->url, &owner);
    if (is_redacted(v, owner, box_label(uri->url)))
        return;
    if (!box) {
        add_finding(v, &m->findings, CODE_HASHED_URI_MISSING, url, "%s cannot be resolved",
                    keep_text(v, uri->url));
        return;
    }
    switch (digest_matches(v, m, uri, box)) {
    case DIGEST_MATCH: break;
    case DIGEST_NO_ALG:
        add_finding(v, &m->findings, CODE_ALGORITHM_UNSUPPORTED, url,
                    "no known hash algorithm for %s", keep_text(v, uri->url));
        break;
    case DIGEST_DIFFERS:
        add_finding(v, &m->findings, CODE_HASHED_URI_MISMATCH, url, "%s is not what it was",
                    keep_text(v, uri->url));
        break;
    }
}

/* Keys whose hashed URIs have rules of their own: they are judged with the ingredients. */
static bool has_own_rules(struct cbor key)
{
    static const char *const keys[] = { "activeManifest", "c2pa_manifest", "claimSignature" };

    for (size_t i = 0; i < ARRAY_N(keys); i++)
        if (cbor_text_is(key, keys[i]))
            return true;
    return false;
}

/* Every hashed_uri at any depth of a standard assertion. Depth was bounded when it was parsed. */
static void follow_all(struct validation *v, struct judged *m, struct cbor item, const char *url)
{
    struct cbor key = { 0 }, value; // of an array there are no keys
    struct hashed_uri uri;
    struct cbor_walk walk = cbor_walk(cbor_untagged(item));

    if (hashed_uri_read(item, &uri) && cbor_is(cbor_get(item, "hash"), CBOR_BYTES) &&
        bytes_start(uri.url, "self#jumbf="))
        follow(v, m, &uri, url);
    while (cbor_next(&walk, &key, &value)) {
        const enum cbor_type type = cbor_type(cbor_untagged(value));
        if ((type == CBOR_MAP || type == CBOR_ARRAY) && !has_own_rules(key))
            follow_all(v, m, value, url);
    }
}

static void check_cloud_data(struct validation *v, struct judged *m, struct cbor item,
                             const char *url)
{
    struct exh_bytes label;
    uint64_t size = 0;

    if (!cbor_text(cbor_get(item, "label"), &label) || !cbor_uint(cbor_get(item, "size"), &size) ||
        !size || cbor_is(cbor_get(item, "location"), CBOR_NONE) ||
        !cbor_is(cbor_get(item, "content_type"), CBOR_TEXT)) {
        add_finding(v, &m->findings, CODE_ASSERTION_CLOUD_DATA_MALFORMED, url,
                    "label, size, location and content_type are needed");
        return;
    }
    if (label_is_hard_binding(label))
        add_finding(v, &m->findings, CODE_ASSERTION_CLOUD_DATA_HARD_BINDING, url,
                    "a hard binding may not lie elsewhere");
    if (m->manifest->kind == MANIFEST_UPDATE && label_is(label, "c2pa.actions"))
        add_finding(v, &m->findings, CODE_ASSERTION_CLOUD_DATA_ACTIONS, url,
                    "actions of an update manifest may not lie elsewhere");
}

static void check_stamp_map(struct validation *v, struct judged *m, struct cbor item,
                            const char *url)
{
    struct cbor key, value;
    struct cbor_walk walk = cbor_walk(item);
    bool sound = cbor_is(item, CBOR_MAP) && cbor_count(item) > 0;

    while (sound && cbor_next(&walk, &key, &value))
        sound = cbor_is(key, CBOR_TEXT) && cbor_is(value, CBOR_BYTES);
    if (!sound)
        add_finding(v, &m->findings, CODE_ASSERTION_TIMESTAMP_MALFORMED, url,
                    "not a map of manifest labels to tokens");
}

static void check_specific(struct validation *v, struct judged *m, const struct store_box *box,
                           struct cbor item, const char *url)
{
    if (label_is(box->label, "c2pa.cloud-data"))
        check_cloud_data(v, m, item, url);
    else if (label_is(box->label, "c2pa.time-stamp"))
        check_stamp_map(v, m, item, url);
    else if (label_is(box->label, "c2pa.metadata"))
        validate_metadata(v, m, box, url);
    // Before version 2, references were hashed in ways that differ between writers.
    if (m->claim.version >= 2 && bytes_start(box->label, "c2pa.") && cbor_is(item, CBOR_MAP))
        follow_all(v, m, item, url);
}

static void check_found(struct validation *v, struct judged *m, const struct claim_ref *ref,
                        struct store_box *box, const char *url)
{
    struct cbor item;

    switch (digest_matches(v, m, &ref->uri, box)) {
    case DIGEST_MATCH:
        add_finding(v, &m->findings, CODE_ASSERTION_HASHED_URI_MATCH, url,
                    "the assertion is unchanged");
        break;
    case DIGEST_NO_ALG:
        add_finding(v, &m->findings, CODE_ALGORITHM_UNSUPPORTED, url, "no known hash algorithm");
        return;
    case DIGEST_DIFFERS:
        add_finding(v, &m->findings, CODE_ASSERTION_HASHED_URI_MISMATCH, url,
                    "the assertion was changed");
        return; // what it says now is not what was signed
    }
    if (bytes_start(box->label, "c2pa.") && content_is_sound(v, m, box, url, &item))
        check_specific(v, m, box, item, url);
}

static void check_ref(struct validation *v, struct judged *m, const struct claim_ref *ref)
{
    bool outside = false;
    const struct exh_bytes label = box_label(ref->uri.url);
    struct store_box *box = find_own(m, ref->uri.url, &outside);
    const char *url = outside ? keep_text(v, ref->uri.url) : assertion_url(v, m, label);

    if (outside)
        add_finding(v, &m->findings, CODE_ASSERTION_OUTSIDE_MANIFEST, url,
                    "the claim lists an assertion of another manifest");
    else if (is_redacted(v, m, label))
        check_redacted(v, m, box, label, url);
    else if (!box)
        add_finding(v, &m->findings, CODE_ASSERTION_MISSING, url,
                    "the claim lists an assertion that is not there");
    else
        check_found(v, m, ref, box, url);
}

/* Every assertion in the store must be listed by the claim. */
static void check_undeclared(struct validation *v, struct judged *m)
{
    struct store_boxes *boxes = &m->manifest->assertions;
    bool *listed = arena_array(v->arena, boxes->n, sizeof *listed);
    bool outside;

    if (!listed) {
        v->no_memory = true;
        return;
    }
    for (size_t i = 0; i < m->claim.refs_n; i++) {
        const struct store_box *box = find_own(m, m->claim.refs[i].uri.url, &outside);
        if (box && box >= boxes->items && box < boxes->items + boxes->n)
            listed[box - boxes->items] = true;
    }
    for (size_t i = 0; i < boxes->n; i++)
        if (!listed[i] && !is_redacted(v, m, boxes->items[i].label))
            add_finding(v, &m->findings, CODE_ASSERTION_UNDECLARED,
                        assertion_url(v, m, boxes->items[i].label),
                        "the claim does not list this assertion");
}

static void check_redactions(struct validation *v, struct judged *m)
{
    for (size_t i = 0; i < m->claim.redactions_n; i++) {
        struct jumbf_uri u;
        if (!jumbf_uri_read(m->claim.redactions[i], &u) || !u.manifest.n ||
            bytes_equal(u.manifest, m->manifest->label))
            add_finding(v, &m->findings, CODE_ASSERTION_SELF_REDACTED,
                        keep_text(v, m->claim.redactions[i]),
                        "a claim may redact only assertions of its ingredients");
    }
}

void validate_assertions(struct validation *v, struct judged *m)
{
    if (!m->has_claim)
        return;
    check_redactions(v, m);
    for (size_t i = 0; i < m->claim.refs_n; i++)
        check_ref(v, m, &m->claim.refs[i]);
    check_undeclared(v, m);
}
