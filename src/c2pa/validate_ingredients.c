/*
 * validate_ingredients.c -- what the asset was made from, and whether its record is as it was.
 *
 * Spec: C2PA, "Validate the Ingredients".
 */
#include "c2pa/validation.h"

#include "base/text.h"
#include "c2pa/labels.h"

static bool is_relationship(struct exh_bytes name)
{
    return bytes_are(name, "parentOf") || bytes_are(name, "componentOf") ||
           bytes_are(name, "inputTo");
}

static void read_one(struct validation *v, struct judged *m, struct store_box *box,
                     struct ingredient *out)
{
    struct exh_error err;
    struct cbor item;
    struct ingredient in = { .box = box,
                             .url = assertion_url(v, m, box->label),
                             .version = label_read(box->label).version,
                             .target = -1 };

    if (cbor_parse(box->data, box->pos, &item, &err) != EXH_OK ||
        !cbor_text(cbor_get(item, "relationship"), &in.relationship) ||
        !is_relationship(in.relationship)) {
        in.malformed = true;
        *out = in;
        return;
    }
    cbor_text(cbor_get(item, "dc:title"), &in.title);
    cbor_text(cbor_get(item, "dc:format"), &in.format);
    in.has_manifest = hashed_uri_read(cbor_get(item, "activeManifest"), &in.manifest) ||
                      hashed_uri_read(cbor_get(item, "c2pa_manifest"), &in.manifest);
    in.has_signature = hashed_uri_read(cbor_get(item, "claimSignature"), &in.signature);
    in.results = cbor_get(item, in.version >= 3 ? "validationResults" : "validationStatus");
    if (cbor_is(in.results, CBOR_NONE))
        in.results = cbor_get(item, "validationResults");

    struct jumbf_uri u;
    if (in.has_manifest && jumbf_uri_read(in.manifest.url, &u) && u.manifest.n && !u.store.n)
        in.target = find_manifest(v, u.manifest);
    *out = in;
}

void read_ingredients(struct validation *v, struct judged *m)
{
    const struct store_boxes *boxes = &m->manifest->assertions;
    size_t n = 0;

    m->parent = -1;
    for (size_t i = 0; i < boxes->n; i++)
        n += label_is(boxes->items[i].label, "c2pa.ingredient") && !boxes->items[i].blank;
    if (n > VALIDATION_INGREDIENTS_MAX - v->ingredients_n)
        n = VALIDATION_INGREDIENTS_MAX - v->ingredients_n;
    m->ingredients = arena_array(v->arena, n, sizeof *m->ingredients);
    if (!m->ingredients) {
        v->no_memory = true;
        return;
    }
    v->ingredients_n += n;
    for (size_t i = 0; i < boxes->n && m->ingredients_n < n; i++) {
        if (!label_is(boxes->items[i].label, "c2pa.ingredient") || boxes->items[i].blank)
            continue;
        struct ingredient *in = &m->ingredients[m->ingredients_n++];
        read_one(v, m, &boxes->items[i], in);
        if (bytes_are(in->relationship, "parentOf") && m->parent < 0)
            m->parent = in->target;
    }
}

static bool has_redactions(const struct validation *v, const struct judged *t)
{
    for (size_t i = 0; i < v->redactions_n; i++) {
        struct jumbf_uri u;
        if (jumbf_uri_read(v->redactions[i], &u) && bytes_equal(u.manifest, t->manifest->label))
            return true;
    }
    return false;
}

/*
 * 1.0 hashed the claim, later editions the manifest's box. A compressed one is hashed as stored by the
 * text, and unpacked by c2pa-rs: what it holds is the same.
 */
static bool manifest_matches(struct validation *v, const struct judged *m, struct ingredient *in,
                             struct judged *t)
{
    if (digest_matches(v, m, &in->manifest, &t->manifest->box) == DIGEST_MATCH)
        return true;
    if (t->manifest->compressed &&
        digest_matches(v, m, &in->manifest, &t->manifest->inner) == DIGEST_MATCH)
        return true;
    if (t->claim.version != 1 || !t->has_claim)
        return false;
    struct store_box claim = { .content = t->manifest->claim.data };
    return digest_matches(v, m, &in->manifest, &claim) == DIGEST_MATCH;
}

static void judge_by_signature(struct validation *v, const struct judged *m, struct ingredient *in,
                               struct judged *t)
{
    struct jumbf_uri u;

    if (!in->has_signature || !jumbf_uri_read(in->signature.url, &u) ||
        !bytes_are(u.store, "c2pa.signature") || !bytes_equal(u.manifest, t->manifest->label) ||
        t->manifest->signatures != 1)
        add_finding(v, &in->findings, CODE_INGREDIENT_CLAIM_SIGNATURE_MISSING, t->url,
                    "the ingredient was redacted, and its claim signature is not named");
    else if (digest_matches(v, m, &in->signature, &t->manifest->signature) != DIGEST_MATCH)
        add_finding(v, &in->findings, CODE_INGREDIENT_CLAIM_SIGNATURE_MISMATCH, t->url,
                    "the ingredient's claim signature is not the one taken in");
    else
        add_finding(v, &in->findings, CODE_INGREDIENT_CLAIM_SIGNATURE_VALIDATED, t->url,
                    "the ingredient's claim signature is the one taken in");
}

static void judge_target(struct validation *v, const struct judged *m, struct ingredient *in)
{
    struct judged *t = &v->items[in->target];

    // A redaction changes the manifest's bytes: then its signature box tells.
    if (has_redactions(v, t) && t->claim.version >= 2)
        judge_by_signature(v, m, in, t);
    else if (manifest_matches(v, m, in, t))
        add_finding(v, &in->findings, CODE_INGREDIENT_MANIFEST_VALIDATED, t->url,
                    "the ingredient's manifest is as it was taken in");
    else if (!has_redactions(v, t))
        add_finding(v, &in->findings, CODE_INGREDIENT_MANIFEST_MISMATCH, t->url,
                    "the ingredient's manifest was changed after it was taken in");
}

void validate_ingredients(struct validation *v, struct judged *m)
{
    for (size_t i = 0; i < m->ingredients_n; i++) {
        struct ingredient *in = &m->ingredients[i];
        if (in->malformed)
            add_finding(v, &in->findings, CODE_ASSERTION_INGREDIENT_MALFORMED, in->url,
                        "relationship is missing or unknown");
        else if (!in->has_manifest && !bytes_are(in->relationship, "inputTo"))
            add_finding(v, &in->findings, CODE_INGREDIENT_UNKNOWN_PROVENANCE, in->url,
                        "the ingredient came without a credential");
        if (in->malformed || !in->has_manifest)
            continue;
        if (in->version >= 3 && cbor_is(in->results, CBOR_NONE))
            add_finding(v, &in->findings, CODE_ASSERTION_INGREDIENT_MALFORMED, in->url,
                        "activeManifest is there, but no validationResults");
        if (in->target < 0)
            add_finding(v, &in->findings, CODE_INGREDIENT_MANIFEST_MISSING,
                        keep_text(v, in->manifest.url), "the ingredient's manifest is not here");
        else
            judge_target(v, m, in);
    }
}
