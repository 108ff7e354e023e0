/* sign_draft.c -- the assertions of a new manifest, but its hard binding. */
#include "c2pa/sign_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static enum exh_status begin(struct sign_job *job, struct exh_error *err)
{
    const size_t n = DRAFT_RANDOM_N(job->ingredients.n + 5); // the salted ones beside ingredients
    enum exh_status status = job->crypto->random(job->random, n, err);

    if (status != EXH_OK)
        return status;
    return draft_init(&job->draft, job->crypto, job->options.hash,
                      (struct exh_bytes){ job->random, n }, err);
}

static enum exh_status put_actions(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    const bool update = o->update;
    size_t *components = calloc(job->ingredients.n + 1, sizeof *components);
    struct actions_facts facts = { .source_type = job->source_type[0] ? job->source_type : NULL,
                                   .parent = -1,
                                   .components = components,
                                   .edited_metadata = update && o->metadata,
                                   .redactions = o->redactions,
                                   .redactions_n = o->redactions_n,
                                   .when = o->now };

    if (!components)
        return fail_no_memory(err);
    for (size_t i = 0; i < job->ingredients.n; i++) {
        const struct taken *t = &job->ingredients.items[i];
        if (strcmp(t->relationship, "parentOf") == 0 && !update)
            facts.parent = (ptrdiff_t)t->assertion;
        else if (strcmp(t->relationship, "componentOf") == 0)
            components[facts.components_n++] = t->assertion;
    }
    // An update need not have actions; it has them for what it does.
    if (!update || facts.edited_metadata || facts.redactions_n)
        assertion_put_actions(&job->draft, &facts);
    free(components);
    return EXH_OK;
}

static void put_metadata(struct sign_job *job)
{
    struct draft *d = &job->draft;

    if (!job->options.metadata)
        return;
    assertion_put_metadata(d, job->options.metadata);
    // Of a file that we were given, the metadata is somebody else's statement.
    d->items[d->n - 1].gathered = !job->options.capture && !job->options.update;
}

enum exh_status job_draft(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    enum exh_status status = begin(job, err);

    if (status == EXH_OK)
        status = ingredients_put(&job->ingredients, &job->draft, err);
    if (status == EXH_OK)
        status = put_actions(job, err);
    if (status != EXH_OK)
        return status;
    put_metadata(job);
    if (o->capture)
        assertion_put_capture(&job->draft, o->capture);
    if (o->thumbnail)
        assertion_put_thumbnail(&job->draft, o->thumbnail);
    if (job->stamps_n)
        assertion_put_time_stamps(&job->draft, job->stamps, job->stamps_n);
    if (o->status_n)
        assertion_put_certificate_status(&job->draft, o->status, o->status_n);
    return buf_finish(&job->draft.boxes, err);
}
