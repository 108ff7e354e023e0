#include "c2pa/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"
#include "verdict/words.h"

#define MIME_SIZE 32

struct report *report_new(void)
{
    struct report *r = calloc(1, sizeof *r);

    if (r)
        r->arena = arena_with_limit(STORE_ARENA_MAX);
    return r;
}

void exh_report_free(struct exh_report *report)
{
    struct report *r = (struct report *)(void *)report;

    if (!r)
        return;
    arena_free(&r->arena);
    container_free(&r->container);
    free(r);
}

static const char *text_or_null(struct validation *v, struct exh_bytes text)
{
    return text.n ? keep_text(v, text) : NULL;
}

/* Was this assertion listed by the claim, and as created? */
static bool is_created(const struct judged *m, struct exh_bytes label)
{
    for (size_t i = 0; i < m->claim.refs_n; i++) {
        struct jumbf_uri u;
        if (m->claim.refs[i].created && jumbf_uri_read(m->claim.refs[i].uri.url, &u) &&
            bytes_equal(u.box, label))
            return true;
    }
    return false;
}

static void fill_assertions(struct validation *v, struct judged *m, struct exh_manifest *out)
{
    const struct store_boxes *boxes = &m->manifest->assertions;
    struct exh_assertion *items = arena_array(v->arena, boxes->n, sizeof *items);

    if (!items) {
        v->no_memory = true;
        return;
    }
    for (size_t i = 0; i < boxes->n; i++) {
        const struct store_box *box = &boxes->items[i];
        items[i] = (struct exh_assertion){ .label = keep_text(v, box->label),
                                           .url = assertion_url(v, m, box->label),
                                           .box = box->content,
                                           .content = box->data,
                                           .created = is_created(m, box->label),
                                           .redacted = is_redacted(v, m, box->label) };
        memcpy(items[i].type, box->type, sizeof items[i].type);
    }
    out->assertions = items;
    out->assertions_n = boxes->n;
}

static void fill_ingredients(struct validation *v, struct judged *m, struct exh_manifest *out)
{
    struct exh_ingredient_info *items = arena_array(v->arena, m->ingredients_n, sizeof *items);

    if (!items) {
        v->no_memory = true;
        return;
    }
    for (size_t i = 0; i < m->ingredients_n; i++) {
        const struct ingredient *in = &m->ingredients[i];
        items[i] = (struct exh_ingredient_info){ .url = in->url,
                                                 .relationship = keep_text(v, in->relationship),
                                                 .title = text_or_null(v, in->title),
                                                 .format = text_or_null(v, in->format),
                                                 .manifest = in->target };
    }
    out->ingredients = items;
    out->ingredients_n = m->ingredients_n;
}

/* "name/version" of the claim generator, or the text of version 1. */
static const char *generator_of(struct validation *v, const struct judged *m)
{
    struct exh_bytes name, version;

    if (!cbor_text(cbor_get(m->claim.generator, "name"), &name))
        return keep_text(v, m->claim.generator_text);
    if (!cbor_text(cbor_get(m->claim.generator, "version"), &version))
        return keep_text(v, name);
    return keep_printf(v, "%s/%s", keep_text(v, name), keep_text(v, version));
}

static void fill_manifest(struct validation *v, struct judged *m, struct exh_manifest *out)
{
    *out = (struct exh_manifest){
        .label = m->label,
        .generator = generator_of(v, m),
        .title = text_or_null(v, m->claim.title),
        .instance_id = keep_text(v, m->claim.instance_id),
        .update = m->manifest->kind == MANIFEST_UPDATE,
        .compressed = m->manifest->compressed,
        .claim_version = m->claim.version,
        .alg = m->has_cose ? m->cose.alg : 0,
        .claim = m->manifest->claim.data,
        .signer = m->certificate,
        .has_signer = m->chain != NULL,
        .stamped = m->stamped,
        .stamp_trusted = m->stamp_trusted,
        .stamp_time = m->stamp.time,
        .stamp_authority = m->stamped ? keep_text(v, bytes_of(m->stamp.authority)) : NULL,
        .findings = { m->findings.items, m->findings.n },
    };
    fill_assertions(v, m, out);
    fill_ingredients(v, m, out);
}

static void fill_manifests(struct report *r, struct validation *v)
{
    struct exh_manifest *items = arena_array(v->arena, v->n, sizeof *items);

    if (!items) {
        v->no_memory = true;
        return;
    }
    for (size_t i = 0; i < v->n; i++)
        fill_manifest(v, &v->items[i], &items[i]);
    r->pub.manifests = items;
    r->pub.manifests_n = v->n;
}

static void hash_claim(struct report *r, struct validation *v)
{
    uint8_t digest[EXH_HASH_MAX];
    const struct exh_bytes claim = v->items[v->active].manifest->claim.data;
    struct exh_hasher *h = v->crypto->hash_new(EXH_SHA256);

    if (!h) {
        v->no_memory = true;
        return;
    }
    v->crypto->hash_update(h, claim.p, claim.n);
    v->crypto->hash_final(h, digest);
    memcpy(r->pub.claim_sha256, digest, sizeof r->pub.claim_sha256);
}

static void fill_verdict(struct report *r, const struct verdict *verdict)
{
    r->pub.integrity = verdict->integrity;
    r->pub.signer = verdict->signer;
    r->pub.time = verdict->time;
    r->pub.revocation = verdict->revocation;
    r->pub.axes[0].state = verdict_integrity_name(verdict->integrity);
    r->pub.axes[1].state = verdict_signer_name(verdict->signer);
    r->pub.axes[2].state = verdict_time_name(verdict->time);
    r->pub.axes[3].state = verdict_revocation_name(verdict->revocation);
}

void report_fill(struct report *r, struct validation *v)
{
    adopt_own_findings(v);
    r->pub.deltas = collect_deltas(v, &r->pub.deltas_n);
    const struct verdict verdict = verdict_of(facts_of(v, r->pub.deltas, r->pub.deltas_n));

    fill_verdict(r, &verdict);
    capture_read(v, &r->pub.capture);
    r->pub.state = state_of(v, r->pub.deltas, r->pub.deltas_n);
    fill_manifests(r, v);
    hash_claim(r, v);
    r->pub.findings =
        (struct exh_findings){ v->items[v->active].findings.items, v->items[v->active].findings.n };
    report_words(r, v);
    const char **warnings = arena_array(v->arena, v->warnings_n, sizeof *warnings);
    if (!warnings) {
        v->no_memory = true;
        return;
    }
    for (size_t i = 0; i < v->warnings_n; i++)
        warnings[i] = v->warnings[i];
    r->pub.warnings = warnings;
    r->pub.warnings_n = v->warnings_n;
}

void report_fill_none(struct report *r)
{
    const struct verdict verdict = verdict_of(FACT_NO_CREDENTIAL);

    fill_verdict(r, &verdict);
    r->pub.state = EXH_STATE_NONE;
    const struct words_ending ending = words_ending(&verdict);
    r->pub.headline = ending.headline;
    r->pub.advice = ending.advice;
    r->pub.axes[0].sentence = r->pub.headline;
    r->pub.axes[1].sentence = "There is no signature to judge.";
    r->pub.axes[2].sentence = "There is no time to judge.";
    r->pub.axes[3].sentence = "There is no certificate to judge.";
}

int exh_report_exit_code(const struct exh_report *report)
{
    const struct verdict v = { report->integrity, report->signer, report->time,
                               report->revocation };

    return verdict_exit_code(&v);
}
