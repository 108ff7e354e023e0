/*
 * cmd_open.c -- exhibit open: out of a sealed file comes what was sealed, and what its ledger proves.
 *
 * Every byte that comes out was authenticated with the file's key. What the ledger says of the whole is known
 * at the end: a file is then written or not; a pipe has had its bytes, and the exit status tells.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <exhibit/file.h>
#include <exhibit/pool.h>
#include <exhibit/seal.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/identities.h"
#include "cli/ledger_print.h"
#include "cli/open_result.h"
#include "cli/progress.h"
#include "cli/sealed_file.h"
#include "cli/signing.h"

#define POOL_FROM ((uint64_t)1 << 20) // bytes; less is done before a thread has started

struct open_args {
    struct identities_args identities;
    const char *out;
    bool force;
    const char *from;
    const char *to;
    bool quick;
    const char *ledger;
    bool no_ledger;
    bool damaged;
    struct judge_args judge; // of its options those that say whom to trust, when, and online or not
};

static const struct option options[] = {
    { "output", 'o', OPTION_TEXT, "OUT", "where it goes; stdout when not given",
      .at = offsetof(struct open_args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT if it is there",
      .at = offsetof(struct open_args, force) },
    { "from", 0, OPTION_TEXT, "TIME", "of a recording: what began at this time (RFC 3339) or later",
      .at = offsetof(struct open_args, from) },
    { "to", 0, OPTION_TEXT, "TIME", "of a recording: what began before this time",
      .at = offsetof(struct open_args, to) },
    { "quick", 0, OPTION_FLAG, NULL,
      "with --from or --to: look only at the entries of that time, not at the whole ledger",
      .at = offsetof(struct open_args, quick) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust as signers; the exit status tells then",
      .at = offsetof(struct open_args, judge.trust) },
    { "at", 0, OPTION_TEXT, "TIME", "judge as of this time (RFC 3339), not now",
      .at = offsetof(struct open_args, judge.at) },
    { "online", 0, OPTION_FLAG, NULL, "ask the certificate's own responder",
      .at = offsetof(struct open_args, judge.online) },
    { "allow-private", 0, OPTION_FLAG, NULL, "with --online: also servers of local networks",
      .at = offsetof(struct open_args, judge.allow_private) },
    { "ledger", 0, OPTION_TEXT, "FILE", "the ledger, if it is not beside the file",
      .at = offsetof(struct open_args, ledger) },
    { "no-ledger", 0, OPTION_FLAG, NULL,
      "open it although its ledger is gone: nobody vouches for it",
      .at = offsetof(struct open_args, no_ledger) },
    { "damaged", 0, OPTION_FLAG, NULL, "write OUT although it was altered, as far as it goes",
      .at = offsetof(struct open_args, damaged) },
};

struct job {
    const struct call *call;
    const struct open_args *args;
    const char *in;
    const char *to;
    struct judge judge;
    struct sealed_file file;
    struct identities ids;
    struct exh_pool *pool;
    struct exh_output *out; // owned
    struct progress progress;
    struct exh_open_options options;
    struct exh_opened opened;
};

static enum exh_status read_time(const char *option, const char *text, uint64_t *us,
                                 struct exh_error *err)
{
    if (!text || us_read(text, us))
        return EXH_OK;
    return fail(err, EXH_INVALID, "--%s %s: a time like 2026-11-21T09:00:00Z was expected", option,
                text);
}

static enum exh_status fill_options(struct job *job, struct exh_error *err)
{
    struct exh_open_options *o = &job->options;

    o->check = sealed_file_check(&job->file, &job->judge);
    o->check.progress = progress_to;
    o->check.progress_ctx = &job->progress;
    o->identities = job->ids.list;
    o->quick = job->args->quick;
    o->without_ledger = job->args->no_ledger;
    o->workers = exh_pool_workers(job->pool);
    enum exh_status status = read_time("from", job->args->from, &o->from_us, err);
    return status == EXH_OK ? read_time("to", job->args->to, &o->to_us, err) : status;
}

// Without threads it is slower, and as good.
static void start_pool(struct job *job)
{
    struct exh_error ignored;

    if (exh_pool_processors() > 1 && job->file.binary.size >= POOL_FROM)
        (void)exh_pool_new(exh_pool_processors() - 1, &job->pool, &ignored);
}

/* Who asks to replace OUT does not mean his own key. */
static enum exh_status begin_output(struct job *job, struct exh_error *err)
{
    const struct open_args *a = job->args;
    const char *const files[] = { job->in, job->file.has_ledger ? job->file.ledger_path : NULL,
                                  a->identities.passphrase_file };
    const char *const none[] = { NULL };
    enum exh_status status = output_apart(job->to, files, ARRAY_N(files), err);

    if (status == EXH_OK)
        status = output_apart(job->to, a->identities.names.items, a->identities.names.n, err);
    if (status == EXH_OK)
        status = output_apart(job->to, a->judge.trust.items, a->judge.trust.n, err);
    return status == EXH_OK ? output_begin(job->to, a->force, none, &job->out, err) : status;
}

static enum exh_status prepare(struct job *job, struct exh_error *err)
{
    const struct open_args *a = job->args;
    enum exh_status status = judge_open(&job->judge, &a->judge, &job->call->shared, err);

    if (status == EXH_OK)
        status = sealed_file_open(&job->file, job->in, a->ledger, err);
    if (status == EXH_OK && job->file.is_age)
        status =
            identities_for(&job->ids, job->call, &a->identities, &job->file.binary, job->in, err);
    if (status != EXH_OK)
        return status;
    start_pool(job);
    status = fill_options(job, err);
    if (status == EXH_OK && !job->call->shared.dry_run)
        status = begin_output(job, err);
    return status;
}

static void release(struct job *job)
{
    exh_opened_free(&job->opened);
    exh_output_close(job->out);
    exh_pool_free(job->pool);
    identities_free(&job->ids);
    sealed_file_close(&job->file);
    judge_close(&job->judge);
}

/* What could not be opened at all: why, and what may help. */
static int refused(struct job *job, const struct exh_error *err)
{
    const struct exh_opened *o = &job->opened;

    complain(job->call, "%s", err->text);
    if (o->ledger_missing) {
        complain(job->call, "ask for the ledger (.led), or open it with --no-ledger: it is "
                            "confidential still, but nobody vouches for it");
        return EXIT_INCOMPLETE;
    }
    if (err->status == EXH_CRYPTO || o->commit == EXH_COMMIT_MISMATCH)
        return EXIT_ALTERED;
    return exit_code_of(err->status);
}

/* A file that was altered is not written: who finds it would take it for good. */
static enum exh_status keep(struct job *job, int code, bool *kept, struct exh_error *err)
{
    const bool piped = strcmp(job->to, "-") == 0;

    *kept = job->out && (piped || code != EXIT_ALTERED || job->args->damaged);
    return *kept ? exh_output_commit(job->out, err) : EXH_OK;
}

static int open_file(struct job *job)
{
    struct exh_error err;
    bool kept = false;
    enum exh_status status = prepare(job, &err);

    if (status != EXH_OK)
        return failed(job->call, &err);
    job->progress = progress_for(&job->call->shared, job->in);
    const struct exh_sink *sink = job->out ? exh_output_sink(job->out) : &sink_nowhere;
    status = exh_open(&job->file.binary, sink, &job->options, &job->opened, &err);
    progress_end(&job->progress);
    if (status != EXH_OK) {
        (void)within(&err, job->in);
        return refused(job, &err);
    }
    const struct open_result result = {
        .in = job->in,
        .out = job->to,
        .opened = &job->opened,
        .code = open_result_code(&job->opened, job->args->judge.trust.n > 0),
        .ranged = job->args->from || job->args->to,
    };
    status = keep(job, result.code, &kept, &err);
    if (status == EXH_OK)
        status = open_result_print(job->call, &result, kept, &err);
    return status == EXH_OK ? result.code : failed(job->call, &err);
}

static int run(const struct call *call, const void *p)
{
    const struct open_args *a = p;
    struct job job = {
        .call = call, .args = a, .in = call->operands.items[0], .to = a->out ? a->out : "-"
    };

    if (!a->out && !call->shared.dry_run && isatty(STDOUT_FILENO))
        return usage(call, "give -o OUT; or -o - if it is text for this terminal");
    if (a->quick && !a->from && !a->to)
        return usage(call, "--quick goes with --from or --to");
    if (passphrase_clashes(a->identities.passphrase_file, job.in))
        return usage(call, "%s", PASSPHRASE_CLASH);
    const int code = open_file(&job);
    release(&job);
    return code;
}

static const struct example examples[] = {
    { "exhibit open photo.jpg.age -i me.age -o photo.jpg", "what was sealed, and who sealed it" },
    { "exhibit open x.mp4.age -i me.age | mpv -", "play it, also if it was cut off" },
    { "exhibit open x.mp4.age -i me.age -o x.mp4 --from 2026-11-21T09:00:00Z "
      "--to 2026-11-21T09:01:00Z",
      "a minute of a recording; only that is read" },
    { "exhibit open photo.jpg.age -i me.age --trust root.pem -o photo.jpg",
      "the exit status tells whether the sealer is trusted" },
};

const struct command cmd_open = {
    .name = "open",
    .summary = "open a sealed file, and say what its ledger proves",
    .operands = "IN",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "Exit status: 0 opened and whole; 1 altered: no OUT is written; 5 cut off or not\n"
             "closed: OUT holds what is there; 12 no key opens it. With --trust it is that of\n"
             "`exhibit check`.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .group = &identities_options,
    .group_at = offsetof(struct open_args, identities),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct open_args),
    .secrets = true,
    .run = run,
};
