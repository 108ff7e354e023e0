/*
 * cmd_sign.c -- exhibit sign: a file goes out with a credential in it, or beside it.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/capture_args.h"
#include "cli/module.h"
#include "cli/progress.h"
#include "cli/sign_result.h"
#include "cli/signing.h"
#include "cli/stream_out.h"

#define METADATA_FILE_MAX ((size_t)1 << 20)
#define REDACTIONS_MAX    OPTION_LIST_MAX

struct sign_args {
    struct signing_args signing;
    struct capture_args capture;
    const char *source_type;
    const char *title;
    const char *hash;
    bool sidecar, auth, append;
    const char *store;
    const char *metadata;
    bool no_metadata;
    bool thumbnail;
    struct operands ingredients;
    struct operands fragments;
    bool update;
    struct option_list redact;
    const char *reason;
};

static const struct option options[] = {
    { "source-type", 0, OPTION_TEXT, "T", "made new, in this way: digitalCreation, composite, ...",
      .at = offsetof(struct sign_args, source_type) },
    { "sidecar", 0, OPTION_FLAG, NULL, "the credential goes into OUT.c2pa, OUT is a copy",
      .at = offsetof(struct sign_args, sidecar) },
    { "auth", 0, OPTION_FLAG, NULL, "the same, named OUT.auth",
      .at = offsetof(struct sign_args, auth) },
    { "captured", 0, OPTION_FLAG, NULL, "a camera's sensor made this just now",
      .at = offsetof(struct sign_args, capture.captured) },
    { "frames", 0, OPTION_TEXT, "A-B", "with --captured: first and last frame",
      .at = offsetof(struct sign_args, capture.frames) },
    { "position", 0, OPTION_TEXT, "LAT,LON,ACC", "degrees, degrees, metres of accuracy[, altitude]",
      .at = offsetof(struct sign_args, capture.position) },
    { "position-source", 0, OPTION_TEXT, "NAME", "who says so: gnss, fixed, user",
      .at = offsetof(struct sign_args, capture.position_source) },
    { "clock", 0, OPTION_TEXT, "NAME", "ntp, gnss, manual, none; or NAME,OFFSET_MS,UNCERTAINTY_MS",
      .at = offsetof(struct sign_args, capture.clock) },
    { "time", 0, OPTION_TEXT, "TIME", "when it was captured, if not now (RFC 3339)",
      .at = offsetof(struct sign_args, capture.time) },
    { "previous", 0, OPTION_TEXT, "FILE",
      "the picture captured before, so that none can be missing",
      .at = offsetof(struct sign_args, capture.previous) },
    { "title", 0, OPTION_TEXT, "TEXT", "the work's name", .at = offsetof(struct sign_args, title) },
    { "metadata", 0, OPTION_TEXT, "FILE", "JSON-LD in place of the input's own EXIF",
      .at = offsetof(struct sign_args, metadata) },
    { "no-metadata", 0, OPTION_FLAG, NULL, "leave the input's EXIF out of the credential",
      .at = offsetof(struct sign_args, no_metadata) },
    { "thumbnail", 0, OPTION_FLAG, NULL, "put a small copy into the credential",
      .at = offsetof(struct sign_args, thumbnail) },
    { "ingredient", 0, OPTION_REST, "FILE...", "files that this one is made of",
      .at = offsetof(struct sign_args, ingredients) },
    { "fragments", 0, OPTION_REST, "SEGMENT...",
      "media segments: IN is their init segment, OUT a new folder",
      .at = offsetof(struct sign_args, fragments) },
    { "update", 0, OPTION_FLAG, NULL, "only add to the credential, the content is the same",
      .at = offsetof(struct sign_args, update) },
    { "redact", 0, OPTION_LIST, "URI", "take this assertion out of the input's credential",
      .at = offsetof(struct sign_args, redact) },
    { "reason", 0, OPTION_TEXT, "REASON", "why: c2pa.PII.present, ...",
      .at = offsetof(struct sign_args, reason) },
    { "store", 0, OPTION_TEXT, "FILE", "the input's credential, if it is kept beside it",
      .at = offsetof(struct sign_args, store) },
    { "append", 0, OPTION_FLAG, NULL, "MP4 and its kin: the credential at the end",
      .at = offsetof(struct sign_args, append) },
    { "hash", 0, OPTION_TEXT, "sha256|sha384|sha512", "which hash; sha256 when not given",
      .at = offsetof(struct sign_args, hash) },
};

/* What one call holds, from its beginning to its end. */
struct job {
    const struct call *call;
    const struct sign_args *args;
    const char *in;
    struct signing signing;
    struct capture capture;
    struct exh_source source;
    struct exh_source store;
    char *metadata;     // owned
    struct buf merged;  // metadata with the facts of the capture
    uint8_t *thumbnail; // owned
    struct exh_embedded embedded;
    struct exh_source *sources;         // of the ingredients, owned
    struct exh_ingredient *ingredients; // owned
    struct exh_redaction redactions[REDACTIONS_MAX];
    char store_path[PATH_MAX];    // of a sidecar
    const char *asset_path;       // where the asset goes; NULL: nowhere
    struct exh_output *asset_out; // owned
    struct exh_output *store_out; // owned
    struct segments *segments;    // of a stream, owned
    struct stream_out *stream;    // owned
};

static void close_job(struct job *job)
{
    exh_output_close(job->asset_out);
    exh_output_close(job->store_out);
    stream_out_close(job->stream);
    segments_free(job->segments);
    for (size_t i = 0; job->sources && i < job->args->ingredients.n; i++)
        exh_source_close(&job->sources[i]);
    free(job->sources);
    free(job->ingredients);
    free(job->metadata);
    free(job->thumbnail);
    buf_free(&job->merged);
    exh_source_close(&job->source);
    exh_source_close(&job->store);
    signing_close(&job->signing);
}

static enum exh_status read_metadata_file(struct job *job, struct exh_error *err)
{
    uint8_t *p = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(job->args->metadata, METADATA_FILE_MAX, &p, &n, err);

    if (status == EXH_OK && memchr(p, 0, n)) {
        free(p);
        return fail(err, EXH_INVALID, "%s: not text", job->args->metadata);
    }
    job->metadata = (char *)p;
    return status;
}

/* EXIF of the input. A file whose EXIF cannot be read is signed all the same, and that is said. */
static void read_own_metadata(struct job *job)
{
    struct exh_error err;
    const struct media_api *media = module_media(&err);
    enum exh_status status = media ? EXH_OK : err.status;
    size_t n;

    if (media)
        status = media->metadata(&job->source, &job->metadata, &n, &err);
    if (status != EXH_OK && status != EXH_NOT_FOUND && !(media && status == EXH_UNSUPPORTED))
        complain(job->call, "warning: %s: its EXIF is not taken: %s", job->in, err.text);
}

static enum exh_status read_metadata(struct job *job, struct exh_sign_options *o,
                                     struct exh_error *err)
{
    const struct sign_args *a = job->args;
    enum exh_status status = EXH_OK;

    if (a->metadata)
        status = read_metadata_file(job, err);
    else if (!a->no_metadata && !a->update)
        read_own_metadata(job);
    o->metadata = job->metadata;
    const struct exh_capture *c = &job->capture.facts;
    if (status == EXH_OK && a->capture.captured &&
        (c->has_position || c->captured_at != EXH_NO_TIME) && !a->no_metadata) {
        job->merged = buf_with_limit(METADATA_FILE_MAX);
        status = capture_put_metadata(&job->capture, job->metadata, &job->merged, err);
        o->metadata = (const char *)job->merged.p;
    }
    return status;
}

static enum exh_status make_thumbnail(struct job *job, struct exh_sign_options *o,
                                      struct exh_error *err)
{
    const struct media_api *media;
    size_t n = 0;

    if (!job->args->thumbnail)
        return EXH_OK;
    media = module_media(err);
    if (!media)
        return err->status;
    enum exh_status status = media->thumbnail(&job->source, &job->thumbnail, &n, err);
    if (status != EXH_OK)
        return within(err, "--thumbnail");
    job->embedded = (struct exh_embedded){ "image/jpeg", { job->thumbnail, n } };
    o->thumbnail = &job->embedded;
    return EXH_OK;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    return strcmp(path, "-") == 0 || !utf8_valid(bytes_of(name)) ? NULL : name;
}

static enum exh_status open_ingredients(struct job *job, struct exh_sign_options *o,
                                        struct exh_error *err)
{
    const struct operands *list = &job->args->ingredients;
    enum exh_status status = EXH_OK;

    if (list->n > EXH_INGREDIENTS_MAX)
        return fail(err, EXH_INVALID, "%zu ingredients, at most %d are possible", list->n,
                    EXH_INGREDIENTS_MAX);
    job->sources = calloc(list->n + 1, sizeof *job->sources);
    job->ingredients = calloc(list->n + 1, sizeof *job->ingredients);
    if (!job->sources || !job->ingredients)
        return fail_no_memory(err);
    for (size_t i = 0; i < list->n && status == EXH_OK; i++) {
        status = exh_source_open(list->items[i], &job->sources[i], err);
        job->ingredients[i] = (struct exh_ingredient){ .source = &job->sources[i],
                                                       .title = base_name(list->items[i]),
                                                       .relationship = "componentOf" };
    }
    o->ingredients = job->ingredients;
    o->ingredients_n = list->n;
    return status;
}

static void set_redactions(struct job *job, struct exh_sign_options *o)
{
    const struct option_list *list = &job->args->redact;

    for (size_t i = 0; i < list->n; i++)
        job->redactions[i] =
            (struct exh_redaction){ .url = list->items[i], .reason = job->args->reason };
    o->redactions = job->redactions;
    o->redactions_n = list->n;
}

static enum exh_hash hash_of(const char *name)
{
    return !name || strcmp(name, "sha256") == 0 ? EXH_SHA256
           : strcmp(name, "sha384") == 0        ? EXH_SHA384
                                                : EXH_SHA512;
}

/* Everything that exh_sign() is told. */
static enum exh_status fill_options(struct job *job, struct exh_sign_options *o,
                                    struct exh_error *err)
{
    const struct sign_args *a = job->args;
    enum exh_status status = capture_read_args(&a->capture, job->signing.own.leaf.camera,
                                               job->signing.judge.now, &job->capture, err);

    if (status == EXH_OK && a->store)
        status = exh_source_open(a->store, &job->store, err);
    *o = signing_base(&job->signing);
    o->hash = hash_of(a->hash);
    o->title = a->title;
    o->input_title = base_name(job->in);
    o->source_type = a->capture.captured && !a->source_type ? "digitalCapture" : a->source_type;
    o->store = a->store ? &job->store : NULL;
    o->update = a->update;
    o->append = a->append;
    if (a->capture.captured)
        o->capture = &job->capture.facts;
    if (capture_has_no_clock(&a->capture) && a->capture.captured)
        o->now = EXH_NO_TIME;
    set_redactions(job, o);
    if (status == EXH_OK)
        status = read_metadata(job, o, err);
    if (status == EXH_OK)
        status = make_thumbnail(job, o, err);
    return status == EXH_OK ? open_ingredients(job, o, err) : status;
}

/* A sidecar has the whole name of its file before its own ending. */
static enum exh_status name_outputs(struct job *job, struct exh_error *err)
{
    const struct sign_args *a = job->args;
    const char *out = a->signing.out;
    const char *ending = a->auth ? ".auth" : ".c2pa";
    const char *of = out ? out : job->in;

    job->asset_path = out;
    if (!a->sidecar && !a->auth)
        return out ? EXH_OK : fail(err, EXH_INVALID, "-o OUT is missing");
    if (strcmp(of, "-") == 0)
        return fail(err, EXH_INVALID, "a sidecar needs a name: give -o OUT");
    const bool store_only = out && bytes_end(bytes_of(out), ending);
    const int n =
        snprintf(job->store_path, sizeof job->store_path, "%s%s", of, store_only ? "" : ending);
    if (n < 0 || (size_t)n >= sizeof job->store_path)
        return fail(err, EXH_INVALID, "%s: the name is too long", of);
    if (store_only)
        job->asset_path = NULL;
    return EXH_OK;
}

static enum exh_status open_outputs(struct job *job, struct exh_error *err)
{
    const struct sign_args *a = job->args;
    const char *inputs[5 + EXH_INGREDIENTS_MAX] = { job->in, a->signing.cert, a->signing.key };
    size_t n = 3;

    if (a->store)
        inputs[n++] = a->store;
    for (size_t i = 0; i < a->ingredients.n; i++)
        inputs[n++] = a->ingredients.items[i];
    enum exh_status status = name_outputs(job, err);
    if (status != EXH_OK || job->call->shared.dry_run)
        return status;
    status = output_begin(job->asset_path, a->signing.force, inputs, &job->asset_out, err);
    if (status == EXH_OK && job->store_path[0])
        status = output_begin(job->store_path, a->signing.force, inputs, &job->store_out, err);
    return status;
}

/* Both files, or none. */
static enum exh_status commit(struct job *job, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (job->asset_out)
        status = exh_output_commit(job->asset_out, err);
    if (status == EXH_OK && job->store_out) {
        status = exh_output_commit(job->store_out, err);
        if (status != EXH_OK && job->asset_out)
            (void)unlink(job->asset_path);
    }
    return status;
}

static enum exh_status write_signed(struct job *job, struct exh_sign_options *o,
                                    struct exh_signed *done, struct exh_error *err)
{
    struct progress progress = progress_for(&job->call->shared, job->in);
    const bool dry = job->call->shared.dry_run;
    const struct exh_sink *sink = job->asset_out ? exh_output_sink(job->asset_out)
                                  : dry          ? &sink_nowhere
                                                 : NULL;

    if (job->store_path[0])
        o->sidecar = job->store_out ? exh_output_sink(job->store_out) : &sink_nowhere;
    o->progress = progress_to;
    o->progress_ctx = &progress;
    enum exh_status status = exh_sign(&job->source, sink, &job->signing.own.signer, o, done, err);
    progress_end(&progress);
    if (status != EXH_OK)
        return within(err, job->in);
    return dry ? EXH_OK : commit(job, err);
}

/* The segments of a stream: named by --fragments, or behind the init segment. */
static struct operands segments_of(const struct job *job)
{
    const struct operands in = job->call->operands;

    return in.n > 1 ? (struct operands){ in.items + 1, in.n - 1 } : job->args->fragments;
}

static enum exh_status write_stream(struct job *job, struct exh_sign_options *o,
                                    struct exh_signed *done, struct exh_error *err)
{
    struct progress progress = progress_for(&job->call->shared, job->in);
    const bool dry = job->call->shared.dry_run;
    struct exh_fragments in = { .init = &job->source };
    const struct exh_fragment_sinks *sinks = &stream_nowhere;

    job->asset_path = job->args->signing.out;
    if (!job->asset_path)
        return fail(err, EXH_INVALID, "-o OUT is missing");
    enum exh_status status = segments_new(segments_of(job), &job->segments, err);
    if (status == EXH_OK && !dry)
        status = stream_out_open(job->asset_path, job->in, job->segments, &job->stream, err);
    if (status != EXH_OK)
        return status;
    if (job->stream)
        sinks = stream_out_sinks(job->stream);
    in.segments = segments_sources(job->segments, &in.n);
    in.names = segments_paths(job->segments);
    o->progress = progress_to;
    o->progress_ctx = &progress;
    status = exh_sign_fragments(&in, sinks, &job->signing.own.signer, o, done, err);
    progress_end(&progress);
    if (status != EXH_OK)
        return within(err, job->in);
    return dry ? EXH_OK : stream_out_commit(job->stream, err);
}

static enum exh_status write_file(struct job *job, struct exh_sign_options *o,
                                  struct exh_signed *done, struct exh_error *err)
{
    enum exh_status status = open_outputs(job, err);

    return status == EXH_OK ? write_signed(job, o, done, err) : status;
}

static enum exh_status sign(struct job *job, struct exh_error *err)
{
    struct exh_sign_options o = { 0 };
    struct exh_signed done;
    enum exh_status status =
        signing_open(&job->signing, &job->args->signing, job->call,
                     job->args->capture.captured && capture_has_no_clock(&job->args->capture), err);

    if (status == EXH_OK)
        status = exh_source_open(job->in, &job->source, err);
    if (status == EXH_OK)
        status = fill_options(job, &o, err);
    if (status == EXH_OK)
        status = segments_of(job).n ? write_stream(job, &o, &done, err)
                                    : write_file(job, &o, &done, err);
    if (status != EXH_OK)
        return status;
    const struct sign_result result = { .in = job->in,
                                        .out = job->asset_path,
                                        .store = job->store_path[0] ? job->store_path : NULL,
                                        .signer = job->signing.own.leaf.subject,
                                        .done = &done };
    return sign_result_print(job->call, &result, err);
}

static int run(const struct call *call, const void *args)
{
    const struct sign_args *a = args;
    struct job job = { .call = call, .args = a, .in = call->operands.items[0] };
    struct exh_error err;

    if (a->sidecar && a->auth)
        return usage(call, "--sidecar or --auth, not both");
    if (a->metadata && a->no_metadata)
        return usage(call, "--metadata or --no-metadata, not both");
    if (a->reason && !a->redact.n)
        return usage(call, "--reason goes with --redact");
    if (call->operands.n > 1 && a->fragments.n)
        return usage(call, "segments stand behind IN, or behind --fragments");
    if ((call->operands.n > 1 || a->fragments.n) &&
        (a->sidecar || a->auth || a->update || a->append || a->store))
        return usage(call, "a stream has its new credential inside its init segment");
    const enum exh_status status = sign(&job, &err);
    close_job(&job);
    return status == EXH_OK ? EXIT_HOLDS : failed(call, &err);
}

static const struct example examples[] = {
    { "exhibit sign photo.jpg -o signed.jpg --key me.pem --cert me.crt",
      "sign a file as one that was opened" },
    { "exhibit sign art.png -o signed.png --key me.pem --cert me.crt --source-type digitalCreation",
      "sign what was made new" },
    { "exhibit sign raw.jpg -o out.jpg --key cam.pem --cert cam.crt --captured --frames 1041",
      "a camera signs what its sensor saw" },
    { "exhibit sign clip.mp4 -o out.mp4 --key me.pem --cert me.crt --tsa http://tsa.example/",
      "with a time-stamp" },
    { "exhibit sign photo.jpg -o out.jpg --key me.pem --cert me.crt --update --redact URI",
      "take an assertion out, the picture stays" },
    { "exhibit sign init.mp4 --fragments seg-*.m4s -o signed --key me.pem --cert me.crt",
      "a stream, in pieces" },
};

const struct command cmd_sign = {
    .name = "sign",
    .summary = "put a credential into a file",
    .operands = "IN [SEGMENT...]",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "Without --source-type and --captured the credential says that IN was opened, and takes\n"
        "over IN's own credential, if there is one. A capture is claimed only with a camera's\n"
        "certificate. IN is never changed; OUT appears complete or not at all.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .group = &signing_options,
    .group_at = offsetof(struct sign_args, signing),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 1,
    .operands_max = SEGMENTS_MAX + 1,
    .args_size = sizeof(struct sign_args),
    .secrets = true,
    .run = run,
};
