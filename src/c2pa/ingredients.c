#include "c2pa/ingredients.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "c2pa/results.h"

enum exh_status ingredients_init(struct ingredients *in, const struct exh_crypto *crypto,
                                 struct exh_error *err)
{
    *in = (struct ingredients){ .history = { .crypto = crypto }, .parent_integrity = EXH_INTACT };
    in->items = calloc(EXH_INGREDIENTS_MAX + 1, sizeof *in->items);
    in->roots = calloc(EXH_INGREDIENTS_MAX + 1, sizeof *in->roots);
    return in->items && in->roots ? EXH_OK : fail_no_memory(err);
}

void ingredients_free(struct ingredients *in)
{
    history_free(&in->history);
    for (size_t i = 0; i < in->n; i++)
        buf_free(&in->items[i].results);
    free(in->items);
    free(in->roots);
}

static enum exh_status verify(const struct ingredient_in *one,
                              const struct exh_sign_options *options, struct exh_report **report,
                              struct exh_error *err)
{
    const struct exh_verify_options how = {
        .crypto = options->crypto, .trust = options->trust, .now = options->now, .store = one->store
    };

    if (options->now == EXH_NO_TIME)
        return fail(err, EXH_INVALID,
                    "an input that carries a credential cannot be judged without a clock");
    return exh_verify(one->source, &how, report, err);
}

/* The manifests of both stores into the history; *active is the last of all. */
static enum exh_status add_stores(struct ingredients *in, const struct ingredient_in *one,
                                  size_t *active, struct exh_error *err)
{
    const bool update = one->container->update_jumbf.n > 0;
    enum exh_status status =
        history_add(&in->history, &one->container->jumbf, HISTORY_MAIN, active, err);

    if (status == EXH_OK && update)
        status = history_add(&in->history, &one->container->update_jumbf,
                             one->keep_parts ? HISTORY_UPDATE : HISTORY_MAIN, active, err);
    // The text hashes a compressed manifest as it is stored, others what is inside: unpacked, the
    // two are one. Only the active one, since nothing but us refers to it.
    if (status == EXH_OK && !one->keep_parts)
        status = history_expand(&in->history, *active, err);
    return status;
}

/* Results are written at once, so that one report is in memory at a time. */
static enum exh_status put_results(struct ingredients *in, struct taken *t,
                                   const struct exh_report *report, struct exh_error *err)
{
    struct exh_bytes from = { 0 };
    const struct exh_bytes to = in->history.items[t->active].label;

    if (report->manifests_n) {
        const char *label = report->manifests[report->manifests_n - 1].label;
        from = (struct exh_bytes){ (const uint8_t *)label, strlen(label) };
        if (from.n == to.n && memcmp(from.p, to.p, to.n) == 0)
            from.n = 0;
    }
    t->results = buf_with_limit(RESULTS_MAX);
    results_put(&t->results, report, from, to);
    return buf_finish(&t->results, err);
}

static void note_state(struct ingredients *in, const struct taken *t,
                       const struct exh_report *report)
{
    if (strcmp(t->relationship, "parentOf") == 0)
        in->parent_integrity = report->integrity;
    if (report->state == EXH_STATE_INVALID && !in->warning[0])
        snprintf(in->warning, sizeof in->warning, "the credential of %.120s does not hold: %.300s",
                 t->title ? t->title : "the input", report->headline);
}

static enum exh_status take_manifests(struct ingredients *in, const struct ingredient_in *one,
                                      const struct exh_sign_options *options, struct taken *t,
                                      struct exh_error *err)
{
    struct exh_report *report = NULL;
    enum exh_status status = verify(one, options, &report, err);

    if (status == EXH_OK)
        status = add_stores(in, one, &t->active, err);
    if (status == EXH_OK)
        status = put_results(in, t, report, err);
    if (status == EXH_OK) {
        t->has_manifest = true;
        in->roots[in->roots_n++] = t->active;
        note_state(in, t, report);
    }
    exh_report_free(report);
    return status == EXH_OK ? status : within(err, "credential of the input");
}

enum exh_status ingredients_take(struct ingredients *in, const struct ingredient_in *one,
                                 const struct exh_sign_options *options, struct exh_error *err)
{
    struct taken *t = &in->items[in->n];
    enum exh_status status = EXH_OK;

    assert(in->n <= EXH_INGREDIENTS_MAX);
    *t = (struct taken){ .relationship = one->relationship, .title = one->title };
    snprintf(t->format, sizeof t->format, "%s",
             one->container->mime[0] ? one->container->mime : "application/octet-stream");
    in->n++;
    if (one->container->jumbf.n)
        status = take_manifests(in, one, options, t, err);
    return status;
}

/* The container of an ingredient; anything may be one, also what cannot carry a store. */
static enum exh_status take_one(struct ingredients *in, const struct exh_ingredient *ingredient,
                                const struct exh_sign_options *options, struct exh_error *err)
{
    struct container container = { 0 };
    const struct ingredient_in one = { .source = ingredient->source,
                                       .container = &container,
                                       .relationship = ingredient->relationship,
                                       .title = ingredient->title };
    enum exh_status status = container_read(ingredient->source, &container, err);

    if (status == EXH_UNSUPPORTED)
        status = EXH_OK;
    if (status == EXH_OK)
        status = ingredients_take(in, &one, options, err);
    container_free(&container);
    return status;
}

enum exh_status ingredients_take_all(struct ingredients *in, const struct exh_sign_options *options,
                                     struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < options->ingredients_n && status == EXH_OK; i++) {
        const struct exh_ingredient *one = &options->ingredients[i];
        status = take_one(in, one, options, err);
        if (status != EXH_OK)
            return within(err, one->title ? one->title : "ingredient");
    }
    return status;
}

static enum exh_status put_one(struct ingredients *in, struct taken *t, struct draft *d,
                               struct exh_error *err)
{
    struct ingredient_facts facts = { .relationship = t->relationship,
                                      .title = t->title,
                                      .format = t->format };
    uint8_t manifest[EXH_HASH_MAX], signature[EXH_HASH_MAX];
    struct held_parts parts;

    if (t->has_manifest) {
        enum exh_status status = history_parts(&in->history, t->active, &parts, err);
        if (status != EXH_OK)
            return status;
        const struct held *held = &in->history.items[t->active];
        if (!draft_hash(d, parts.alg, held->content, manifest) ||
            !draft_hash(d, parts.alg, parts.signature_box, signature))
            return fail_no_memory(err);
        facts.manifest = held->label;
        facts.alg = parts.alg;
        facts.manifest_digest = manifest;
        facts.signature_digest = signature;
        facts.results = buf_view(&t->results);
    }
    t->assertion = d->n;
    assertion_put_ingredient(d, &facts);
    return buf_finish(&d->boxes, err);
}

enum exh_status ingredients_put(struct ingredients *in, struct draft *d, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < in->n && status == EXH_OK; i++)
        status = put_one(in, &in->items[i], d, err);
    return status;
}
