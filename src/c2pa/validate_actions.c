/*
 * validate_actions.c -- the rules of actions: created or opened first, ingredients that exist.
 *
 * Spec: C2PA, "c2pa.actions validation". Claims of version 1 were written before these rules; of
 * those only the presence of actions is asked.
 */
#include "c2pa/validation.h"

#include "base/text.h"
#include "c2pa/labels.h"

#define ACTIONS_MAX 65536 // of all assertions of one manifest

/* The actions assertions of a manifest, in the order in which the claim lists them. */
struct act {
    struct validation *v;
    struct judged *m;
    size_t assertions; // seen so far
    size_t actions;    // seen so far in all of them
    size_t beginnings; // created or opened
    size_t created_lists, gathered_lists;
};

static bool is_beginning(struct exh_bytes name)
{
    return bytes_are(name, "c2pa.created") || bytes_are(name, "c2pa.opened");
}

/* Does a hashed URI of m name an ingredient of m (or of another manifest) with this relationship? */
static bool names_ingredient(struct act *a, struct cbor ref, const char *relationship, bool own)
{
    struct hashed_uri uri;
    struct judged *owner = a->m;

    if (!hashed_uri_read(ref, &uri))
        return false;
    const struct store_box *box = resolve(a->v, a->m, uri.url, &owner);
    if (!box || (own && owner != a->m))
        return false;
    for (size_t i = 0; i < owner->ingredients_n; i++)
        if (owner->ingredients[i].box == box)
            return bytes_are(owner->ingredients[i].relationship, relationship);
    return false;
}

/* The references of an action's parameters: `ingredients`, or `ingredient` of version 1. */
static struct cbor references(struct cbor parameters, bool *single)
{
    struct cbor list = cbor_get(parameters, "ingredients");

    *single = cbor_is(list, CBOR_NONE);
    return *single ? cbor_get(parameters, "ingredient") : list;
}

static bool all_named(struct act *a, struct cbor parameters, const char *relationship, bool own,
                      size_t least, size_t most)
{
    bool single;
    struct cbor refs = references(parameters, &single);
    struct cbor_walk walk = cbor_walk(refs);
    struct cbor ref;

    if (single)
        return names_ingredient(a, refs, relationship, own);
    if (!cbor_is(refs, CBOR_ARRAY) || cbor_count(refs) < least || cbor_count(refs) > most)
        return false;
    while (cbor_next(&walk, NULL, &ref))
        if (!names_ingredient(a, ref, relationship, own))
            return false;
    return true;
}

static void check_ingredients(struct act *a, struct exh_bytes name, struct cbor parameters,
                              const char *url)
{
    static const struct {
        const char *action, *relationship;
        bool own, needed;
        size_t most;
    } rules[] = {
        { "c2pa.opened", "parentOf", true, true, 1 },
        { "c2pa.placed", "componentOf", true, true, SIZE_MAX },
        { "c2pa.removed", "componentOf", false, true, SIZE_MAX },
        { "c2pa.transcoded", "parentOf", true, false, SIZE_MAX },
        { "c2pa.repackaged", "parentOf", true, false, SIZE_MAX },
    };
    bool single;

    for (size_t i = 0; i < ARRAY_N(rules); i++) {
        if (!bytes_are(name, rules[i].action))
            continue;
        if (!rules[i].needed && cbor_is(references(parameters, &single), CBOR_NONE))
            return;
        if (!all_named(a, parameters, rules[i].relationship, rules[i].own, 1, rules[i].most))
            add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_INGREDIENT_MISMATCH, url,
                        "action %s does not name a %s ingredient", rules[i].action,
                        rules[i].relationship);
    }
}

static void check_redaction(struct act *a, struct cbor parameters, const char *url)
{
    struct exh_bytes uri;
    struct jumbf_uri u;
    ptrdiff_t target = -1;

    if (cbor_text(cbor_get(parameters, "redacted"), &uri) && jumbf_uri_read(uri, &u) && u.box.n)
        target = find_manifest(a->v, u.manifest);
    if (target >= 0) {
        const struct judged *t = &a->v->items[target];
        struct jumbf_uri ref;
        // A redacted assertion may be gone; the claim that listed it still names it.
        for (size_t i = 0; i < t->claim.refs_n; i++)
            if (jumbf_uri_read(t->claim.refs[i].uri.url, &ref) && bytes_equal(ref.box, u.box))
                return;
        if (store_find_box(&t->manifest->databoxes, u.box))
            return;
    }
    add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_REDACTION_MISMATCH, url,
                "action c2pa.redacted does not name an assertion of an ingredient");
}

static bool allowed_in_update(struct exh_bytes name)
{
    static const char *const names[] = { "c2pa.edited.metadata", "c2pa.opened", "c2pa.published",
                                         "c2pa.redacted" };

    for (size_t i = 0; i < ARRAY_N(names); i++)
        if (bytes_are(name, names[i]))
            return true;
    return false;
}

static void check_action(struct act *a, struct cbor action, size_t index, const char *url)
{
    struct exh_bytes name;
    struct cbor parameters = cbor_get(action, "parameters");

    if (!cbor_text(cbor_get(action, "action"), &name) || !name.n) {
        add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_MALFORMED, url,
                    "action %zu has no name", index);
        return;
    }
    if (is_beginning(name)) {
        a->beginnings++;
        if (a->assertions != 1 || index != 0)
            add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_MALFORMED, url,
                        "%s must be the first action of the first actions assertion",
                        keep_text(a->v, name));
    }
    if (bytes_are(name, "c2pa.created") &&
        !cbor_is(cbor_get(action, "digitalSourceType"), CBOR_TEXT))
        add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_MALFORMED, url,
                    "c2pa.created names no digitalSourceType");
    if (a->m->manifest->kind == MANIFEST_UPDATE && !allowed_in_update(name))
        add_finding(a->v, &a->m->findings, CODE_MANIFEST_UPDATE_INVALID, url,
                    "action %s is not allowed in an update manifest", keep_text(a->v, name));
    check_ingredients(a, name, parameters, url);
    if (bytes_are(name, "c2pa.redacted"))
        check_redaction(a, parameters, url);
}

static void check_list(struct act *a, struct cbor item, const char *url)
{
    struct cbor actions = cbor_get(item, "actions");
    struct cbor_walk walk = cbor_walk(actions);
    struct cbor action;
    size_t index = 0;

    a->assertions++;
    if (!cbor_is(actions, CBOR_ARRAY) || !cbor_count(actions)) {
        add_finding(a->v, &a->m->findings, CODE_ASSERTION_ACTION_MALFORMED, url,
                    "the list of actions is missing or empty");
        return;
    }
    if (a->m->claim.version < 2)
        return;
    while (cbor_next(&walk, NULL, &action) && a->actions++ < ACTIONS_MAX)
        check_action(a, action, index++, url);
}

void validate_actions(struct validation *v, struct judged *m)
{
    struct act a = { .v = v, .m = m };
    struct exh_error err;

    if (!m->has_claim)
        return;
    for (size_t i = 0; i < m->claim.refs_n; i++) {
        struct jumbf_uri u;
        struct cbor item;
        if (!jumbf_uri_read(m->claim.refs[i].uri.url, &u) || !label_is(u.box, "c2pa.actions"))
            continue;
        const struct store_box *box = store_find_box(&m->manifest->assertions, u.box);
        // What is missing or broken was reported with the assertions.
        if (box && cbor_parse(box->data, box->pos, &item, &err) == EXH_OK)
            check_list(&a, item, assertion_url(v, m, u.box));
    }
    if (m->claim.version >= 2 && m->manifest->kind == MANIFEST_STANDARD && a.beginnings == 0)
        add_finding(v, &m->findings, CODE_ASSERTION_ACTION_MALFORMED, m->url,
                    "no action says how the asset began (c2pa.created or c2pa.opened)");
}
