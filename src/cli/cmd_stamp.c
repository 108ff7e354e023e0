/*
 * cmd_stamp.c -- exhibit stamp: a time-stamp for signatures that have none, by an update manifest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/progress.h"
#include "cli/sign_result.h"
#include "cli/signing.h"

struct stamp_args {
    struct signing_args signing;
    const char *store;
    struct option_list status;
};

static const struct option options[] = {
    { "store", 0, OPTION_TEXT, "FILE", "IN's credential is in this sidecar; OUT is the new one",
      .at = offsetof(struct stamp_args, store) },
    { "status", 0, OPTION_LIST, "FILE", "record this OCSP response about the signer (DER)",
      .at = offsetof(struct stamp_args, status) },
};

#define STATUS_FILE_MAX ((size_t)64 << 10)

struct job {
    const struct call *call;
    const struct stamp_args *args;
    const char *in;
    struct signing signing;
    struct exh_source source, store;
    struct exh_bytes status[SIGNING_OCSP_MAX]; // owned
    size_t status_n;
    struct exh_output *out; // owned
};

static void close_job(struct job *job)
{
    for (size_t i = 0; i < job->status_n; i++)
        free((void *)(uintptr_t)job->status[i].p);
    exh_output_close(job->out);
    exh_source_close(&job->source);
    exh_source_close(&job->store);
    signing_close(&job->signing);
}

static enum exh_status read_status(struct job *job, struct exh_error *err)
{
    const struct option_list *list = &job->args->status;
    enum exh_status status = EXH_OK;

    if (list->n > SIGNING_OCSP_MAX)
        return fail(err, EXH_INVALID, "more than %d --status", SIGNING_OCSP_MAX);
    for (size_t i = 0; i < list->n && status == EXH_OK; i++) {
        uint8_t *p = NULL;
        size_t n = 0;
        status = exh_file_read(list->items[i], STATUS_FILE_MAX, &p, &n, err);
        if (status == EXH_OK)
            job->status[job->status_n++] = (struct exh_bytes){ p, n };
    }
    return status;
}

static enum exh_status open_job(struct job *job, struct exh_error *err)
{
    const struct stamp_args *a = job->args;
    const char *const inputs[] = { job->in, a->signing.cert, a->signing.key,
                                   a->store ? a->store : job->in, NULL };
    enum exh_status status = signing_open(&job->signing, &a->signing, job->call, false, err);

    if (status == EXH_OK)
        status = exh_source_open(job->in, &job->source, err);
    if (status == EXH_OK && a->store)
        status = exh_source_open(a->store, &job->store, err);
    if (status == EXH_OK)
        status = read_status(job, err);
    if (status == EXH_OK && !job->call->shared.dry_run)
        status = output_begin(a->signing.out, a->signing.force, inputs, &job->out, err);
    return status;
}

/*
 * A RIFF file has no room for an update manifest, since its size is part of what was signed. There a
 * standard manifest says the same: that the file was opened, and when its signatures were there.
 */
static enum exh_status sign(struct job *job, struct exh_signed *done, struct exh_error *err)
{
    struct progress progress = progress_for(&job->call->shared, job->in);
    struct exh_sign_options o = signing_base(&job->signing);
    const struct exh_sink *sink = job->out ? exh_output_sink(job->out) : &sink_nowhere;

    o.update = true;
    o.stamp_active = true;
    o.status = job->status;
    o.status_n = job->status_n;
    o.progress = progress_to;
    o.progress_ctx = &progress;
    if (job->args->store) {
        o.store = &job->store;
        o.sidecar = sink;
        sink = NULL;
    }
    enum exh_status status = exh_sign(&job->source, sink, &job->signing.own.signer, &o, done, err);
    if (status == EXH_UNSUPPORTED && !job->args->store) {
        o.update = false;
        status = exh_sign(&job->source, sink, &job->signing.own.signer, &o, done, err);
    }
    progress_end(&progress);
    return status == EXH_OK ? status : within(err, job->in);
}

static enum exh_status stamp(struct job *job, struct exh_error *err)
{
    struct exh_signed done;
    enum exh_status status = open_job(job, err);

    if (status == EXH_OK)
        status = sign(job, &done, err);
    if (status == EXH_OK && job->out)
        status = exh_output_commit(job->out, err);
    if (status != EXH_OK)
        return status;
    const struct sign_result result = { .in = job->in,
                                        .out = job->args->store ? NULL : job->args->signing.out,
                                        .store = job->args->store ? job->args->signing.out : NULL,
                                        .signer = job->signing.own.leaf.subject,
                                        .done = &done };
    return sign_result_print(job->call, &result, err);
}

static int run(const struct call *call, const void *args)
{
    const struct stamp_args *a = args;
    struct job job = { .call = call, .args = a, .in = call->operands.items[0] };
    struct exh_error err;

    if (!a->signing.tsa || !a->signing.out)
        return usage(call, "%s is missing", a->signing.tsa ? "-o OUT" : "--tsa URL");
    const enum exh_status status = stamp(&job, &err);
    close_job(&job);
    return status == EXH_OK ? EXIT_HOLDS : failed(call, &err);
}

static const struct example examples[] = {
    { "exhibit stamp photo.jpg -o stamped.jpg --tsa http://tsa.example/ --key me.pem --cert me.crt",
      "prove that the signature exists now" },
    { "exhibit stamp x.wav --store x.wav.c2pa -o new.c2pa --tsa URL --key me.pem --cert me.crt",
      "the same for a sidecar" },
};

const struct command cmd_stamp = {
    .name = "stamp",
    .summary = "add a time-stamp to what was signed without one",
    .operands = "IN",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "A signature outlives its certificate only with a time-stamp, and the stamp must be made\n"
        "while the certificate is valid. Every signature in the file that has none gets one.\n"
        "The addition itself is signed with --key, and stamped too.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .group = &signing_options,
    .group_at = offsetof(struct stamp_args, signing),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct stamp_args),
    .secrets = true,
    .run = run,
};
