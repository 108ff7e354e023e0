/*
 * validate_content.c -- do the asset's bytes match what was signed?
 *
 * The active manifest's hard binding speaks for the asset; under update manifests, that of the first
 * standard manifest up the chain of parents.
 *
 * Spec: C2PA, "Validate the Asset's Content".
 */
#include "c2pa/validation.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "c2pa/binding.h"
#include "c2pa/labels.h"

#define PARTS_MAX 64 // of one c2pa.hash.multi-asset

/* The first manifest that is no update manifest, from the active one up. */
static ptrdiff_t find_binding_manifest(const struct validation *v)
{
    ptrdiff_t at = (ptrdiff_t)v->active;

    for (size_t steps = 0; steps <= v->n && at >= 0; steps++) {
        if (v->items[at].manifest->kind == MANIFEST_STANDARD)
            return at;
        at = v->items[at].parent;
    }
    return -1; // none, or a circle
}

static struct store_box *listed_box(struct judged *m, bool (*wanted)(struct exh_bytes label))
{
    for (size_t i = 0; i < m->claim.refs_n; i++) {
        struct jumbf_uri u;
        if (!jumbf_uri_read(m->claim.refs[i].uri.url, &u) || !wanted(u.box))
            continue;
        if (m->claim.version == 1 || m->claim.refs[i].created)
            return store_find_box(&m->manifest->assertions, u.box);
    }
    return NULL;
}

static bool is_multi_asset(struct exh_bytes label)
{
    return label_is(label, "c2pa.hash.multi-asset");
}

/* Ask the kind of binding that the label names; a part's label ends with ".part". */
static enum exh_status ask(const struct binding_question *q, struct exh_bytes label,
                           struct binding_answer *answer, struct exh_error *err)
{
    struct label l = label_read(label);

    if (bytes_end(l.name, ".part"))
        l = label_read((struct exh_bytes){ l.name.p, l.name.n - (sizeof ".part" - 1) });
    if (bytes_are(l.name, "c2pa.hash.data"))
        return hash_data_check(q, answer, err);
    if (bytes_are(l.name, "c2pa.hash.boxes"))
        return hash_boxes_check(q, answer, err);
    if (bytes_are(l.name, "c2pa.hash.bmff"))
        return hash_bmff_check(q, (int)l.version, answer, err);
    *answer = (struct binding_answer){ .code = "assertion.collectionHash.malformed",
                                       .kind = EXH_FAILURE,
                                       .explanation = "a collection's binding, but no collection" };
    return EXH_OK;
}

/* A window of the asset, as a source of its own. */
struct window {
    const struct exh_source *whole;
    uint64_t at;
};

static enum exh_status read_window(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                   struct exh_error *err)
{
    const struct window *w = ctx;

    return source_read(w->whole, w->at + at, to, n, err);
}

/* A non-negative number of a locator. */
static bool locator_number(struct cbor locator, const char *key, uint64_t *v)
{
    return cbor_uint(cbor_get(locator, key), v);
}

/* A part of the asset that was located. */
struct part {
    struct span span;
    struct hashed_uri uri; // of the binding that is over it
};

struct multi_asset {
    struct validation *v;
    struct judged *m;
    struct part parts[PARTS_MAX];
    size_t n;
};

/* Locate one part; CODES_N when it was, or need not be there. */
static enum code locate_part(struct multi_asset *a, struct cbor map)
{
    const uint64_t size = a->v->asset->size;
    struct cbor locator = cbor_get(map, "location");
    struct part part = { 0 };
    bool optional = false;

    if (cbor_is(locator, CBOR_NONE))
        locator = cbor_get(map, "locator");
    if (!hashed_uri_read(cbor_get(map, "hashAssertion"), &part.uri))
        return CODE_ASSERTION_MULTI_ASSET_HASH_MALFORMED;
    cbor_bool(cbor_get(map, "optional"), &optional);
    if (!locator_number(locator, "byteOffset", &part.span.at) ||
        !locator_number(locator, "length", &part.span.n))
        return CODE_ASSERTION_MULTI_ASSET_HASH_MALFORMED; // a bmffBox: no asset that was seen has one
    if (part.span.at <= size && part.span.n <= size - part.span.at)
        a->parts[a->n++] = part;
    else if (!optional)
        return CODE_ASSERTION_MULTI_ASSET_HASH_MISSING_PART;
    return CODES_N;
}

static enum code locate_parts(struct multi_asset *a, struct cbor map)
{
    struct cbor parts = cbor_get(map, "parts");
    struct cbor_walk walk = cbor_walk(parts);
    struct cbor part;
    enum code code = CODES_N;

    if (!cbor_is(parts, CBOR_ARRAY) || !cbor_count(parts) || cbor_count(parts) > PARTS_MAX)
        return CODE_ASSERTION_MULTI_ASSET_HASH_MALFORMED;
    while (code == CODES_N && cbor_next(&walk, NULL, &part))
        code = locate_part(a, part);
    return code;
}

/*
 * Whether every byte is in one part, and in one only: else bytes could be put between or behind them,
 * or be hashed once a part. Parts come in any order; what is looked for is the one that goes on.
 */
static bool parts_cover(const struct multi_asset *a)
{
    uint64_t end = 0, total = 0;

    for (size_t i = 0; i < a->n; i++) {
        total += a->parts[i].span.n; // each is at most the asset's size
        if (total > a->v->asset->size)
            return false;
    }
    for (size_t steps = 0; steps < a->n; steps++)
        for (size_t i = 0; i < a->n; i++)
            if (a->parts[i].span.at == end && a->parts[i].span.n) {
                end += a->parts[i].span.n;
                break;
            }
    return end == a->v->asset->size && total == end;
}

/* Check one part; *code is CODES_N when it matches. */
static enum exh_status check_part(const struct multi_asset *a, const struct part *part,
                                  enum code *code, struct exh_error *err)
{
    struct window w = { a->v->asset, part->span.at };
    struct exh_source source = { .size = part->span.n, .read = read_window, .ctx = &w };
    struct container container = { 0 };
    struct binding_question q = {
        .crypto = a->v->crypto, .asset = &source, .container = &container, .alg = a->m->claim.alg
    };
    struct binding_answer answer = { 0 };

    *code = CODE_ASSERTION_MULTI_ASSET_HASH_MALFORMED;
    struct store_box *box = resolve(a->v, a->m, part->uri.url, NULL);
    if (!box || digest_matches(a->v, a->m, &part->uri, box) != DIGEST_MATCH ||
        cbor_parse(box->data, box->pos, &q.assertion, err) != EXH_OK)
        return EXH_OK;
    if (container_read(&source, &container, err) != EXH_OK)
        memset(&container, 0, sizeof container); // a part need not be a file of its own
    q.sidecar = !container.jumbf.n;
    enum exh_status status = ask(&q, box->label, &answer, err);
    container_free(&container);
    if (status == EXH_OK)
        *code = answer.kind == EXH_SUCCESS ? CODES_N : CODE_ASSERTION_MULTI_ASSET_HASH_MISMATCH;
    return status == EXH_MALFORMED ? EXH_OK : status;
}

/* The main hash differs: perhaps parts were cut off that the signer allowed to miss. */
static enum exh_status check_multi_asset(struct validation *v, struct judged *m,
                                         struct store_box *box, struct exh_error *err)
{
    struct multi_asset a = { .v = v, .m = m };
    struct cbor map;
    enum exh_status status = EXH_OK;

    if (cbor_parse(box->data, box->pos, &map, err) != EXH_OK)
        map = (struct cbor){ 0 };
    enum code code = locate_parts(&a, map);
    if (code == CODES_N && !parts_cover(&a))
        code = CODE_ASSERTION_MULTI_ASSET_HASH_MALFORMED;
    for (size_t i = 0; i < a.n && code == CODES_N && status == EXH_OK; i++)
        status = check_part(&a, &a.parts[i], &code, err);
    if (status != EXH_OK)
        return status;
    add_finding(v, &v->items[v->active].findings,
                code == CODES_N ? CODE_ASSERTION_MULTI_ASSET_HASH_MATCH : code,
                assertion_url(v, m, box->label), "%s",
                code == CODES_N ? "every part that is needed is unchanged"
                                : "the content matches neither as a whole nor in its parts");
    return EXH_OK;
}

static enum exh_status check_binding(struct validation *v, struct judged *m, struct store_box *box,
                                     struct exh_error *err)
{
    struct findings *f = &v->items[v->active].findings;
    struct binding_answer answer = { 0 };
    struct binding_question q = { .crypto = v->crypto,
                                  .asset = v->asset,
                                  .container = v->container,
                                  .fragments = v->options->fragments,
                                  .fragments_n = v->options->fragments_n,
                                  .sidecar = v->sidecar,
                                  .updated = v->binding != (ptrdiff_t)v->active,
                                  .alg = m->claim.alg,
                                  .progress = v->options->progress,
                                  .progress_ctx = v->options->progress_ctx };
    const char *url = assertion_url(v, m, box->label);

    if (cbor_parse(box->data, box->pos, &q.assertion, err) != EXH_OK)
        return EXH_OK; // reported with the assertions
    enum exh_status status = ask(&q, box->label, &answer, err);
    if (status != EXH_OK)
        return status;
    struct store_box *multi = listed_box(m, is_multi_asset);
    if (multi && answer.kind == EXH_FAILURE && strstr(answer.code, ".mismatch"))
        return check_multi_asset(v, m, multi, err);
    if (answer.informational)
        add_finding(v, f, code_named(answer.informational), url,
                    "more than the manifest is left out of the hash");
    add_finding(v, f, code_named(answer.code), url, "%s",
                answer.explanation[0] ? answer.explanation : "the content is unchanged");
    if (answer.warning[0])
        add_warning(v, "%s", answer.warning);
    v->content_incomplete = answer.incomplete;
    v->content_gap = keep_printf(v, "%s", answer.explanation);
    return EXH_OK;
}

enum exh_status validate_content(struct validation *v, struct exh_error *err)
{
    v->binding = find_binding_manifest(v);
    if (v->binding < 0) {
        add_finding(v, &v->items[v->active].findings, CODE_CLAIM_HARD_BINDINGS_MISSING,
                    v->items[v->active].url,
                    "no manifest up the chain of parents is bound to a content");
        return EXH_OK;
    }
    struct judged *m = &v->items[v->binding];
    if (!m->has_claim)
        return EXH_OK;
    struct store_box *box = listed_box(m, label_is_hard_binding);
    return box ? check_binding(v, m, box, err) : EXH_OK;
}
