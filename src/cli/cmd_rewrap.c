/*
 * cmd_rewrap.c -- exhibit rewrap: the same sealed bytes, for other people.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <exhibit/file.h>
#include <exhibit/seal.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/identities.h"
#include "cli/ledger_print.h"
#include "cli/recipients.h"
#include "cli/sealed_file.h"
#include "cli/signing.h"
#include "cli/term.h"
#include "formats/json.h"

#define RESULT_MAX ((size_t)64 << 10) // bytes of JSON

struct rewrap_args {
    struct identities_args identities;
    struct option_list add;
    struct option_list remove;
    bool only;
    bool header;
    const char *out;
    bool force;
    struct judge_args judge; // of its options only those that say whose statements hold
};

static const struct option options[] = {
    { "add", 0, OPTION_LIST, "RECIPIENT",
      "who may open it too: age1..., pgp:FPR, or a FILE with a certificate, a statement or "
      "recipients",
      .at = offsetof(struct rewrap_args, add) },
    { "remove", 0, OPTION_LIST, "RECIPIENT", "who shall not get it any more",
      .at = offsetof(struct rewrap_args, remove) },
    { "only", 0, OPTION_FLAG, NULL, "those of --add alone; all others are removed",
      .at = offsetof(struct rewrap_args, only) },
    { "output", 'o', OPTION_TEXT, "OUT.age",
      "where it goes ('-': stdout); into IN.age when not given",
      .at = offsetof(struct rewrap_args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT.age if it is there",
      .at = offsetof(struct rewrap_args, force) },
    { "header", 0, OPTION_FLAG, NULL,
      "with -o: write the new header alone, for who has the payload",
      .at = offsetof(struct rewrap_args, header) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whose statements to believe",
      .at = offsetof(struct rewrap_args, judge.trust) },
};

struct job {
    const struct call *call;
    const struct rewrap_args *args;
    const char *in;
    struct judge judge;
    struct sealed_file file;
    struct identities ids;
    struct recipients add, remove;
    struct exh_output *out; // owned
};

static void release(struct job *job)
{
    exh_output_close(job->out);
    recipients_free(&job->add);
    recipients_free(&job->remove);
    identities_free(&job->ids);
    sealed_file_close(&job->file);
    judge_close(&job->judge);
}

static enum exh_status read_all(struct job *job, struct exh_error *err)
{
    const struct rewrap_args *a = job->args;
    enum exh_status status = judge_open(&job->judge, &a->judge, &job->call->shared, err);

    if (status == EXH_OK)
        status = recipients_read(&job->add, job->call, &a->add, &job->judge, err);
    if (status == EXH_OK)
        status = recipients_read(&job->remove, job->call, &a->remove, NULL, err);
    if (status == EXH_OK)
        status = sealed_file_open(&job->file, job->in, NULL, err);
    if (status == EXH_OK)
        status =
            identities_for(&job->ids, job->call, &a->identities, &job->file.binary, job->in, err);
    return status;
}

/*
 * Into IN itself: a new file takes its name when it is complete. Never under a program that appends to the old
 * one: its bytes would be lost.
 */
static enum exh_status begin_in_place(struct job *job, struct exh_error *err)
{
    struct exh_append *grows = NULL;
    struct stat st;
    unsigned flags = EXH_OUTPUT_REPLACE;
    enum exh_status status = exh_append_open(job->in, EXH_APPEND_GO_ON, &grows, err);

    exh_append_close(grows);
    if (status != EXH_OK)
        return status;
    if (stat(job->in, &st) == 0 && !(st.st_mode & (S_IRWXG | S_IRWXO)))
        flags |= EXH_OUTPUT_PRIVATE;
    return exh_output_open(job->in, flags, &job->out, err);
}

static enum exh_status begin_output(struct job *job, struct exh_error *err)
{
    const struct rewrap_args *a = job->args;
    const struct option_list *const lists[] = { &a->identities.names, &a->add, &a->remove,
                                                &a->judge.trust };
    const char *const inputs[] = { job->in, a->identities.passphrase_file, NULL };
    enum exh_status status = EXH_OK;

    if (job->call->shared.dry_run)
        return EXH_OK;
    if (!a->out)
        return begin_in_place(job, err);
    for (size_t i = 0; i < ARRAY_N(lists) && status == EXH_OK; i++)
        status = output_apart(a->out, lists[i]->items, lists[i]->n, err);
    return status == EXH_OK ? output_begin(a->out, a->force, inputs, &job->out, err) : status;
}

static enum exh_status rewrap(struct job *job, struct exh_rewrapped *done, struct exh_error *err)
{
    const struct exh_rewrap_options o = { .crypto = exh_crypto_openssl(),
                                          .identities = job->ids.list,
                                          .add = job->add.list,
                                          .remove = job->remove.list,
                                          .only = job->args->only,
                                          .header = job->args->header };
    enum exh_status status = begin_output(job, err);

    if (status != EXH_OK)
        return status;
    status = exh_rewrap(&job->file.binary, job->out ? exh_output_sink(job->out) : &sink_nowhere, &o,
                        done, err);
    if (status != EXH_OK)
        return within(err, job->in);
    return job->out ? exh_output_commit(job->out, err) : EXH_OK;
}

static void put_number(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static enum exh_status print_json(FILE *to, const struct job *job, const char *out,
                                  const struct exh_rewrapped *done, struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);

    json_open_object(&j);
    json_put_key(&j, "file");
    json_put_text(&j, job->in);
    json_put_key(&j, "output");
    json_put_text(&j, out);
    put_number(&j, "added", done->added);
    put_number(&j, "removed", done->removed);
    put_number(&j, "old_header_bytes", done->old_header_n);
    put_number(&j, "new_header_bytes", done->new_header_n);
    put_number(&j, "payload_bytes", done->payload_n);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

static enum exh_status print(const struct job *job, const struct exh_rewrapped *done,
                             struct exh_error *err)
{
    const char *out = job->args->out ? job->args->out : job->in;
    FILE *to = strcmp(out, "-") == 0 ? stderr : stdout;
    const struct term t = term_of(to, &job->call->shared);

    if (job->call->shared.json)
        return print_json(to, job, out, done, err);
    if (job->call->shared.quiet)
        return EXH_OK;
    term_styled(&t, STYLE_STRONG, out);
    fprintf(to, ": %s%zu added, %zu removed; ", job->call->shared.dry_run ? "would have " : "",
            done->added, done->removed);
    if (job->args->header)
        fprintf(to, "the header alone, %" PRIu64 " bytes\n", done->new_header_n);
    else
        fprintf(to, "%" PRIu64 " bytes behind the header as they were\n", done->payload_n);
    if (done->removed && !job->args->only)
        ledger_print_line(&t, "note",
                          "Who has the old file, or opened it once, can open it still.");
    return EXH_OK;
}

static int rewrap_file(struct job *job)
{
    struct exh_rewrapped done = { 0 };
    struct exh_error err;
    enum exh_status status = read_all(job, &err);

    if (status == EXH_OK)
        status = rewrap(job, &done, &err);
    if (status == EXH_OK)
        status = print(job, &done, &err);
    if (status == EXH_OK)
        return EXIT_HOLDS;
    const int code = failed(job->call, &err);
    return status == EXH_CRYPTO ? EXIT_ALTERED : code;
}

static int run(const struct call *call, const void *p)
{
    const struct rewrap_args *a = p;
    struct job job = { .call = call, .args = a, .in = call->operands.items[0] };

    if (!a->add.n && !a->remove.n)
        return usage(call, "who is added, who removed? Give --add or --remove RECIPIENT");
    if (a->only && !a->add.n)
        return usage(call, "--only says who alone is left: give --add RECIPIENT");
    if (a->header && !a->out)
        return usage(call, "--header writes no whole file: give -o OUT for it");
    if (!a->out && strcmp(job.in, "-") == 0)
        return usage(call, "where shall it go? Give -o OUT.age");
    if (passphrase_clashes(a->identities.passphrase_file, job.in))
        return usage(call, "%s", PASSPHRASE_CLASH);
    const int code = rewrap_file(&job);
    release(&job);
    return code;
}

static const struct example examples[] = {
    { "exhibit rewrap photo.jpg.age -i me.age --add bob.recipient --trust root.pem",
      "Bob can open it too" },
    { "exhibit rewrap x.mp4.age -i me.age --add age1... --only -o for-bob.age",
      "a copy that Bob alone can open" },
    { "exhibit rewrap x.mp4.age -i me.age --add age1... --only --header -o - | ssh server ...",
      "the new header alone, where the payload lies already" },
};

const struct command cmd_rewrap = {
    .name = "rewrap",
    .summary = "change who can open a sealed file; its content stays as it is",
    .operands = "IN",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "Only the header is made anew; the sealed bytes behind it, and what the ledger proves of\n"
        "them, stay. Removing means that he is not given this header: whoever could open the\n"
        "old file can open that one still.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .group = &identities_options,
    .group_at = offsetof(struct rewrap_args, identities),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct rewrap_args),
    .secrets = true,
    .run = run,
};
