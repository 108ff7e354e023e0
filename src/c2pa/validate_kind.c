/*
 * validate_kind.c -- what a standard and an update manifest must and must not hold.
 *
 * Spec: C2PA, "Validate the correct assertions for the type of manifest".
 */
#include "c2pa/validation.h"

#include "base/text.h"
#include "c2pa/labels.h"

struct tally {
    size_t bindings, parents, ingredients, thumbnails, multi_assets;
};

/* Version 2 binds content only by what the signer states itself. */
static bool binds(const struct judged *m, const struct claim_ref *ref, struct exh_bytes label)
{
    return label_is_hard_binding(label) && (m->claim.version == 1 || ref->created);
}

static struct tally count(const struct judged *m)
{
    struct tally t = { 0 };

    for (size_t i = 0; i < m->claim.refs_n; i++) {
        struct jumbf_uri u;
        if (!jumbf_uri_read(m->claim.refs[i].uri.url, &u))
            continue;
        t.bindings += binds(m, &m->claim.refs[i], u.box);
        t.thumbnails += label_is_claim_thumbnail(u.box);
        t.multi_assets += label_is(u.box, "c2pa.hash.multi-asset");
    }
    for (size_t i = 0; i < m->ingredients_n; i++) {
        t.ingredients++;
        t.parents += bytes_are(m->ingredients[i].relationship, "parentOf");
    }
    return t;
}

static void judge_standard(struct validation *v, struct judged *m, const struct tally *t)
{
    if (t->bindings == 0)
        add_finding(v, &m->findings, CODE_CLAIM_HARD_BINDINGS_MISSING, m->url,
                    "nothing binds the manifest to a content");
    if (t->bindings > 1)
        add_finding(v, &m->findings, CODE_ASSERTION_MULTIPLE_HARD_BINDINGS, m->url,
                    "%zu hard bindings, exactly one is allowed", t->bindings);
    if (t->parents > 1)
        add_finding(v, &m->findings, CODE_MANIFEST_MULTIPLE_PARENTS, m->url,
                    "%zu parent ingredients, at most one is allowed", t->parents);
}

static void judge_update(struct validation *v, struct judged *m, const struct tally *t)
{
    if (t->ingredients != 1 || t->parents != 1)
        add_finding(v, &m->findings, CODE_MANIFEST_UPDATE_WRONG_PARENTS, m->url,
                    "an update manifest has exactly one ingredient, its parent; here %zu, %zu",
                    t->ingredients, t->parents);
    if (t->bindings || t->thumbnails || t->multi_assets)
        add_finding(v, &m->findings, CODE_MANIFEST_UPDATE_INVALID, m->url,
                    "an update manifest may hold neither hard bindings nor thumbnails");
}

void validate_kind(struct validation *v, struct judged *m)
{
    if (!m->has_claim || m->manifest->kind == MANIFEST_TIME_STAMP)
        return;
    const struct tally t = count(m);
    if (m->manifest->kind == MANIFEST_UPDATE)
        judge_update(v, m, &t);
    else
        judge_standard(v, m, &t);
}
