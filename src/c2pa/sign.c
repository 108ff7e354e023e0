#include <exhibit/sign.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "c2pa/copy.h"
#include "c2pa/sign_job.h"

#define GENERATOR "exhibit"

static void free_job(struct sign_job *job)
{
    plan_free(job->plan);
    draft_free(&job->draft);
    ingredients_free(&job->ingredients);
    container_free(&job->container);
    for (size_t i = 0; job->tokens && i < LATE_STAMPS_MAX; i++)
        buf_free(&job->tokens[i]);
    free(job->tokens);
    free(job->stamps);
    buf_free(&job->protected_);
    buf_free(&job->claim);
    buf_free(&job->cose);
    buf_free(&job->store);
    free(job);
}

static void set_defaults(struct sign_job *job, const struct exh_sign_options *options)
{
    struct exh_sign_options *o = &job->options;

    *o = *options;
    if (o->hash == EXH_HASH_NONE)
        o->hash = EXH_SHA256;
    if (!o->generator) {
        o->generator = GENERATOR;
        o->generator_version = o->generator_version ? o->generator_version : EXH_VERSION;
    }
    job->crypto = o->crypto;
    job->token_max = 0;
    if (o->stamper)
        job->token_max = o->stamper->token_max ? o->stamper->token_max : TOKEN_MAX_DEFAULT;
    if (job->token_max > SIGN_TOKEN_MAX)
        job->token_max = SIGN_TOKEN_MAX;
    job->facts =
        (struct claim_facts){ .generator = o->generator,
                              .generator_version = o->generator_version ? o->generator_version : "",
                              .title = o->title,
                              .redactions = o->redactions,
                              .redactions_n = o->redactions_n };
    job->protected_ = buf_with_limit(DRAFT_SIZE_MAX);
    job->claim = buf_with_limit(DRAFT_SIZE_MAX);
    job->cose = buf_with_limit(DRAFT_SIZE_MAX);
    job->store = buf_with_limit(STORE_MAX);
}

/* The manifests of a sidecar take the place of those in the file. */
static enum exh_status read_sidecar(struct sign_job *job, struct exh_error *err)
{
    struct container sidecar = { 0 };
    enum exh_status status = container_read(job->options.store, &sidecar, err);

    if (status == EXH_OK && (sidecar.format != FORMAT_STORE || !sidecar.jumbf.n))
        status = fail(err, EXH_MALFORMED, "not a manifest store");
    if (status == EXH_OK) {
        buf_free(&job->container.jumbf);
        buf_free(&job->container.update_jumbf);
        job->container.jumbf = sidecar.jumbf;
        sidecar.jumbf = (struct buf){ 0 };
    }
    container_free(&sidecar);
    return status == EXH_OK ? status : within(err, "sidecar");
}

/* Where the store's own bytes lie between the container bytes that carry them: BMFF, in one piece. */
static enum exh_status find_original(struct sign_job *job, struct exh_error *err)
{
    const struct span box = job->container.store;
    const struct exh_bytes jumbf = buf_view(&job->container.jumbf);
    uint8_t *whole = malloc((size_t)box.n);
    enum exh_status status = whole ? EXH_OK : fail_no_memory(err);

    if (status == EXH_OK)
        status = source_read(job->source, box.at, whole, (size_t)box.n, err);
    for (size_t at = 0; status == EXH_OK && at + jumbf.n <= box.n && !job->original.n; at++)
        if (memcmp(whole + at, jumbf.p, jumbf.n) == 0)
            job->original = (struct span){ box.at + at, jumbf.n };
    free(whole);
    if (status == EXH_OK && !job->original.n)
        return fail(err, EXH_UNSUPPORTED, "the manifests before do not lie in one piece");
    return status;
}

/* What the input is, and whether its own history allows what is asked. */
static enum exh_status read_input(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    enum exh_status status = container_read(job->source, &job->container, err);

    job->known_format = status == EXH_OK;
    if (status == EXH_UNSUPPORTED && o->sidecar)
        status = EXH_OK; // beside a file, anything can be signed
    if (status == EXH_OK && job->container.format == FORMAT_STORE)
        status = fail(err, EXH_UNSUPPORTED, "a manifest store is not an asset");
    if (status == EXH_OK && job->container.stores_n > 1)
        status = fail(err, EXH_INVALID,
                      "the input carries %zu manifest stores, so none counts: "
                      "strip them first",
                      job->container.stores_n);
    if (status == EXH_OK && o->store)
        status = read_sidecar(job, err);
    if (status != EXH_OK)
        return status;

    const bool signed_before = job->container.jumbf.n > 0;
    if (o->update && !signed_before)
        return fail(err, EXH_NOT_FOUND, "the input carries no credential to update");
    if (signed_before && o->source_type)
        return fail(err, EXH_INVALID,
                    "the input carries a credential; a source type would hide "
                    "its history: leave it out, or strip the credential first");
    // The size field of a RIFF file is hashed, so a store that grows would break the binding.
    if (o->update && !o->sidecar && job->container.format == FORMAT_RIFF)
        return fail(err, EXH_UNSUPPORTED,
                    "a RIFF file (WebP, WAV, AVI) has no room for an update "
                    "manifest: its size is part of what was signed");
    return job_is_apart(job) && o->redactions_n ? find_original(job, err) : EXH_OK;
}

static enum exh_status take_parent(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    const struct ingredient_in parent = { .source = job->source,
                                          .store = o->store,
                                          .container = &job->container,
                                          .relationship = "parentOf",
                                          .title = o->input_title,
                                          .keep_parts = job_is_apart(job) };

    if (o->source_type)
        return EXH_OK;
    enum exh_status status = ingredients_take(&job->ingredients, &parent, o, err);
    if (status == EXH_OK && o->update && job->ingredients.parent_integrity != EXH_INTACT)
        status = fail(err, EXH_INVALID, "%s: an update cannot repair it",
                      job->ingredients.warning[0] ? job->ingredients.warning
                                                  : "the input is not what was signed");
    return status;
}

static enum exh_status redact(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    struct ingredients *in = &job->ingredients;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < o->redactions_n && status == EXH_OK; i++)
        status = history_redact(&in->history, o->redactions[i].url, in->roots, in->roots_n, err);
    return status;
}

/* Everything that comes before our own manifest. */
static enum exh_status take_history(struct sign_job *job, struct exh_error *err)
{
    enum exh_status status = take_parent(job, err);

    if (status == EXH_OK)
        status = ingredients_take_all(&job->ingredients, &job->options, err);
    if (status == EXH_OK)
        status = redact(job, err);
    if (status == EXH_OK && job->options.stamp_active)
        status = job_stamp_history(job, err);
    if (status == EXH_OK && job->options.stamp_active && !job->stamps_n && !job->options.status_n)
        status = fail(err, EXH_INVALID,
                      "nothing to stamp: every signature in the input has a "
                      "time-stamp already");
    return status;
}

static struct copy copy_of(const struct sign_job *job)
{
    return (struct copy){ .source = job->source,
                          .plan = job->plan,
                          .sink = job->sink,
                          .crypto = job->crypto,
                          .progress = job->fragments ? NULL : job->options.progress,
                          .progress_ctx = job->options.progress_ctx };
}

/* Walk the asset with a hash, and put the digest into the hard binding. */
static enum exh_status copy_and_bind(struct sign_job *job, struct copy *copy, struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];

    copy->hasher = job->crypto->hash_new(job->options.hash);
    if (!copy->hasher)
        return fail_no_memory(err);
    enum exh_status status = copy_run(copy, err);
    if (status != EXH_OK) {
        job->crypto->hash_free(copy->hasher);
        return status;
    }
    const size_t n = job->crypto->hash_final(copy->hasher, digest);
    copy->hasher = NULL;
    draft_drop(&job->draft);
    job_put_binding(job, (struct exh_bytes){ digest, n });
    return buf_finish(&job->draft.boxes, err);
}

/* Bind, sign and fill the hole. */
static enum exh_status write_embedded(struct sign_job *job, struct exh_error *err)
{
    const struct span hole = plan_store(job->plan);
    const bool last = hole.at + hole.n == plan_size(job->plan);
    const bool twice = !last && !job->sink->patch; // a pipe: nothing can be filled in afterwards
    struct copy copy = copy_of(job);
    struct buf frame = buf_with_limit(2 * STORE_MAX);

    copy.hole = last ? COPY_HOLE_LAST : COPY_HOLE_ZEROS;
    if (twice)
        copy.sink = NULL;
    enum exh_status status = copy_and_bind(job, &copy, err);
    if (status == EXH_OK)
        status = job_finish(job, err);
    if (status == EXH_OK)
        status = plan_frame(job->plan, buf_view(&job->store), &frame, err);
    if (status == EXH_OK && twice) {
        copy.sink = job->sink;
        copy.hole = COPY_HOLE_FRAME;
        copy.frame = buf_view(&frame);
        status = copy_run(&copy, err);
    } else if (status == EXH_OK && last) {
        status = job->sink->write(job->sink->ctx, frame.p, frame.n, err);
    } else if (status == EXH_OK) {
        status = job->sink->patch(job->sink->ctx, hole.at, frame.p, frame.n, err);
    }
    buf_free(&frame);
    return status;
}

/* Bind what is copied unchanged, and write the store beside it. */
static enum exh_status write_sidecar(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sink *sidecar = job->options.sidecar;
    struct copy copy = copy_of(job);
    enum exh_status status = EXH_OK;

    if (!job->options.update)
        status = copy_and_bind(job, &copy, err);
    else if (job->sink)
        status = copy_run(&copy, err);
    if (status == EXH_OK)
        status = job_finish(job, err);
    return status == EXH_OK ? sidecar->write(sidecar->ctx, job->store.p, job->store.n, err)
                            : status;
}

/*
 * Of a BMFF update, the manifests before stay where they are. If redaction made them shorter, what
 * is left of their place is zeros: their size must not change, since offsets are hashed.
 */
static enum exh_status lay_over_original(struct sign_job *job, struct copy *copy,
                                         struct buf *overlay, struct exh_error *err)
{
    const struct history *h = &job->ingredients.history;
    const struct span place = job->original;
    jumbf_type type;

    if (!history_changed(h, HISTORY_MAIN))
        return EXH_OK;
    jumbf_type_of("c2pa", type);
    const size_t store = jumbf_put_open(overlay, type, "c2pa", (struct exh_bytes){ 0 });
    history_put(h, HISTORY_MAIN, overlay);
    jumbf_put_close(overlay, store);
    if (overlay->failed == EXH_OK && overlay->n > place.n)
        return fail(err, EXH_UNSUPPORTED, "the manifests before do not fit their place any more");
    buf_put_zeros(overlay, (size_t)place.n - overlay->n);
    copy->overlay = place;
    copy->overlay_bytes = buf_view(overlay);
    return buf_finish(overlay, err);
}

/* Nothing is bound anew: sign first, then copy once. */
static enum exh_status write_update(struct sign_job *job, struct exh_error *err)
{
    struct buf frame = buf_with_limit(2 * STORE_MAX);
    struct buf overlay = buf_with_limit(STORE_MAX);
    struct copy copy = copy_of(job);
    enum exh_status status = job_finish(job, err);

    if (status == EXH_OK)
        status = plan_frame(job->plan, buf_view(&job->store), &frame, err);
    if (status == EXH_OK && job_is_apart(job))
        status = lay_over_original(job, &copy, &overlay, err);
    if (status == EXH_OK) {
        copy.hole = COPY_HOLE_FRAME;
        copy.frame = buf_view(&frame);
        status = copy_run(&copy, err);
    }
    buf_free(&frame);
    buf_free(&overlay);
    return status;
}

static void note_result(struct sign_job *job, struct exh_signed *out)
{
    const uint64_t size = job->plan ? plan_size(job->plan) : job->source->size;

    job->done.bytes_added = size > job->source->size ? size - job->source->size : 0;
    if (job->options.sidecar)
        job->done.bytes_added = job->store_n;
    if (job->fragments)
        job->done.bytes_added += job->fragments->added;
    if (!job->done.warning[0])
        snprintf(job->done.warning, sizeof job->done.warning, "%s", job->ingredients.warning);
    if (out)
        *out = job->done;
}

static enum exh_status run(struct sign_job *job, struct exh_error *err)
{
    if (!job->crypto)
        return fail(err, EXH_INVALID, "no cryptography was given");
    enum exh_status status = sign_check(job->signer, &job->options, job->source_type, err);

    if (status == EXH_OK && !job->sink && !job->options.sidecar)
        status = fail(err, EXH_INVALID, "there is nowhere to write to");
    if (status == EXH_OK)
        status = ingredients_init(&job->ingredients, job->crypto, err);
    if (status == EXH_OK)
        status = read_input(job, err);
    if (status == EXH_OK && job->fragments)
        status = job_hash_fragments(job, err);
    if (status == EXH_OK)
        status = take_history(job, err);
    if (status == EXH_OK)
        status = job_draft(job, err);
    if (status == EXH_OK)
        status = job_size(job, err);
    if (status != EXH_OK)
        return status;
    if (job->options.sidecar)
        return write_sidecar(job, err);
    if (job->options.update)
        return write_update(job, err);
    status = write_embedded(job, err);
    return status == EXH_OK && job->fragments ? job_write_fragments(job, err) : status;
}

enum exh_status sign_run(const struct exh_source *source, const struct exh_sink *sink,
                         const struct exh_signer *signer, const struct exh_sign_options *options,
                         struct sign_fragments *fragments, struct exh_signed *out,
                         struct exh_error *err)
{
    struct exh_error local;
    struct sign_job *job = calloc(1, sizeof *job);

    if (!err)
        err = &local;
    if (!job)
        return fail_no_memory(err);
    job->source = source;
    job->sink = sink;
    job->signer = signer;
    job->fragments = fragments;
    set_defaults(job, options);
    enum exh_status status = run(job, err);
    if (status == EXH_OK)
        note_result(job, out);
    free_job(job);
    return status;
}

enum exh_status exh_sign(const struct exh_source *source, const struct exh_sink *sink,
                         const struct exh_signer *signer, const struct exh_sign_options *options,
                         struct exh_signed *out, struct exh_error *err)
{
    return sign_run(source, sink, signer, options, NULL, out, err);
}
