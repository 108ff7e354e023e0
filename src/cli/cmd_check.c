/*
 * cmd_check.c -- exhibit check: what the ledger of a sealed or recorded file proves. No key is needed.
 */
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/ledger_print.h"
#include "cli/progress.h"
#include "cli/sealed_file.h"
#include "formats/json.h"

#define HEAD_JSON_MAX ((size_t)64 << 10) // bytes: paths and sentences
#define OCSP_MAX      16                 // responses at hand
#define OCSP_FILE_MAX ((size_t)64 << 10) // bytes of one

struct args {
    const char *ledger;
    bool series;
    struct option_list ocsp;
    struct judge_args judge; // of its options those that say whom to trust, when, and online or not
};

static const struct option options[] = {
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust as signers",
      .at = offsetof(struct args, judge.trust) },
    { "allowed", 0, OPTION_TEXT, "CERTS.pem", "trust these signers themselves",
      .at = offsetof(struct args, judge.allowed) },
    { "at", 0, OPTION_TEXT, "TIME", "judge as of this time (RFC 3339), not now",
      .at = offsetof(struct args, judge.at) },
    { "ledger", 0, OPTION_TEXT, "FILE", "the ledger, if it is not beside the file",
      .at = offsetof(struct args, ledger) },
    { "series", 0, OPTION_FLAG, NULL, "the files follow each other: is none missing between them?",
      .at = offsetof(struct args, series) },
    { "ocsp", 0, OPTION_LIST, "FILE", "an OCSP response about the signer (DER)",
      .at = offsetof(struct args, ocsp) },
    { "online", 0, OPTION_FLAG, NULL, "ask the certificate's own responder",
      .at = offsetof(struct args, judge.online) },
    { "allow-private", 0, OPTION_FLAG, NULL, "with --online: also servers of local networks",
      .at = offsetof(struct args, judge.allow_private) },
};

struct job {
    const struct call *call;
    const struct args *args;
    struct judge judge;
    struct exh_bytes ocsp[OCSP_MAX]; // owned
    size_t ocsp_n;
    struct exh_ledger_report *before; // owned: of the file before, in a series
    const char *before_name;
};

/* Whether a file follows the one before it. */
struct follows {
    bool asked;
    struct exh_judgement judgement;
};

static enum exh_status read_ocsp(struct job *job, struct exh_error *err)
{
    const struct option_list *list = &job->args->ocsp;
    enum exh_status status = EXH_OK;

    if (list->n > OCSP_MAX)
        return fail(err, EXH_INVALID, "more than %d --ocsp", OCSP_MAX);
    for (size_t i = 0; i < list->n && status == EXH_OK; i++) {
        uint8_t *p = NULL;
        size_t n = 0;
        status = exh_file_read(list->items[i], OCSP_FILE_MAX, &p, &n, err);
        if (status == EXH_OK)
            job->ocsp[job->ocsp_n++] = (struct exh_bytes){ p, n };
    }
    return status;
}

static void close_job(struct job *job)
{
    for (size_t i = 0; i < job->ocsp_n; i++)
        free((void *)(uintptr_t)job->ocsp[i].p);
    exh_ledger_report_free(job->before);
    judge_close(&job->judge);
}

static struct follows ask_order(const struct job *job, const struct exh_ledger_report *r)
{
    const struct exh_ledger_report *b = job->before;

    if (!job->args->series || !b)
        return (struct follows){ 0 };
    if (b->captured && r->captured && b->one_file && r->one_file)
        return (struct follows){ true, exh_ledger_next_capture(b, r) };
    return (struct follows){ true, exh_ledger_follows(b, r) };
}

static int code_of(const struct exh_ledger_report *r, const struct follows *follows)
{
    const bool torn = follows->asked && !follows->judgement.holds;

    return exit_code_join(exh_ledger_exit_code(r), torn ? EXIT_INCOMPLETE : EXIT_HOLDS);
}

static void put_head(struct json_out *j, const char *path, int code)
{
    json_put_key(j, "file");
    json_put_text(j, path);
    json_put_key(j, "exit_status");
    json_put_int(j, code);
}

static void put_follows(struct json_out *j, const char *before, const struct follows *follows)
{
    if (!follows->asked)
        return;
    json_put_key(j, "follows");
    json_open_object(j);
    json_put_key(j, "file");
    json_put_text(j, before);
    json_put_key(j, "holds");
    json_put_bool(j, follows->judgement.holds);
    json_put_key(j, "reason");
    json_put_text(j, follows->judgement.holds ? "" : follows->judgement.reason);
    json_close_object(j);
}

/* One object a line: the report, with the members that it does not know before its own. */
static enum exh_status print_json(const struct job *job, const char *path,
                                  const struct exh_ledger_report *r, const struct follows *follows,
                                  struct exh_error *err)
{
    struct buf head = buf_with_limit(HEAD_JSON_MAX);
    struct json_out j = json_over(&head);
    char *json = NULL;
    size_t n = 0;
    enum exh_status status = exh_ledger_report_json(r, &json, &n, err);

    json_open_object(&j);
    put_head(&j, path, code_of(r, follows));
    put_follows(&j, job->before_name, follows);
    if (status == EXH_OK)
        status = buf_finish(&head, err);
    if (status == EXH_OK) {
        fwrite(head.p, 1, head.n, stdout);
        printf(",%s\n", json + 1); // the report's own '{' is already there
    }
    buf_free(&head);
    free(json);
    return status;
}

static void print_json_error(const char *path, const struct exh_error *what, int code)
{
    struct buf b = buf_with_limit(HEAD_JSON_MAX);
    struct json_out j = json_over(&b);

    json_open_object(&j);
    put_head(&j, path, code);
    json_put_key(&j, "schema");
    json_put_int(&j, EXH_LEDGER_SCHEMA);
    json_put_key(&j, "error");
    json_open_object(&j);
    json_put_key(&j, "status");
    json_put_text(&j, exh_status_name(what->status));
    json_put_key(&j, "text");
    json_put_text(&j, what->text);
    json_close_object(&j);
    json_close_object(&j);
    fwrite(b.p, 1, b.n, stdout);
    putchar('\n');
    buf_free(&b);
}

static void print_text(const struct job *job, const char *path, const struct exh_ledger_report *r,
                       const struct follows *follows)
{
    const struct term t = term_of(stdout, &job->call->shared);

    if (job->call->shared.quiet)
        return;
    ledger_print(&t, strcmp(path, "-") == 0 ? "standard input" : path, r);
    if (!follows->asked)
        return;
    fprintf(t.to, "  %-11s ", "order");
    fputs(follows->judgement.holds ? "It follows " : "It does not follow ", t.to);
    term_put(&t, job->before_name);
    if (!follows->judgement.holds) {
        fputs(": ", t.to);
        term_put(&t, follows->judgement.reason);
    }
    fputs(".\n", t.to);
}

static enum exh_status check(struct job *job, const char *path, struct exh_ledger_report **out,
                             struct exh_error *err)
{
    struct progress progress = progress_for(&job->call->shared, path);
    struct sealed_file file;
    enum exh_status status = sealed_file_open(&file, path, job->args->ledger, err);

    if (status != EXH_OK)
        return status;
    struct exh_check_options o = sealed_file_check(&file, &job->judge);
    o.ocsp = job->ocsp;
    o.ocsp_n = job->ocsp_n;
    o.progress = progress_to;
    o.progress_ctx = &progress;
    status = exh_check(&file.binary, &o, out, err);
    progress_end(&progress);
    sealed_file_close(&file);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

/* A ledger's name means the file that it is of. */
static enum exh_status find_body(const char *path, char to[PATH_MAX], struct exh_error *err)
{
    const size_t n = strlen(path);

    if (n > 4 && strcmp(path + n - 4, ".led") == 0)
        return body_name_of(path, to, err);
    if (n >= PATH_MAX)
        return fail(err, EXH_LIMIT, "%.64s...: the path is too long", path);
    memcpy(to, path, n + 1);
    return EXH_OK;
}

static int check_file(struct job *job, const char *path)
{
    struct exh_ledger_report *report = NULL;
    char body[PATH_MAX];
    struct exh_error err;
    enum exh_status status = find_body(path, body, &err);
    int code;

    if (status == EXH_OK)
        status = check(job, body, &report, &err);
    if (status != EXH_OK) {
        code = failed(job->call, &err);
        if (job->call->shared.json)
            print_json_error(path, &err, code);
        return code;
    }
    const struct follows follows = ask_order(job, report);
    code = code_of(report, &follows);
    if (!job->call->shared.json)
        print_text(job, path, report, &follows);
    else if (print_json(job, path, report, &follows, &err) != EXH_OK)
        code = failed(job->call, &err);
    exh_ledger_report_free(job->before);
    job->before = report;
    job->before_name = path;
    return code;
}

static int run(const struct call *call, const void *p)
{
    const struct args *args = p;
    struct job job = { .call = call, .args = args };
    struct exh_error err;
    int code = EXIT_HOLDS;

    if (args->ledger && call->operands.n > 1)
        return usage(call, "--ledger belongs to one file");
    if (args->series && call->operands.n < 2)
        return usage(call, "--series is of several files, in their order");
    if (judge_open(&job.judge, &args->judge, &call->shared, &err) != EXH_OK)
        return failed(call, &err);
    const bool ready = read_ocsp(&job, &err) == EXH_OK;
    if (!ready)
        code = failed(call, &err);
    for (size_t i = 0; ready && i < call->operands.n; i++)
        code = exit_code_join(code, check_file(&job, call->operands.items[i]));
    close_job(&job);
    return code;
}

static const struct example examples[] = {
    { "exhibit check photo.jpg.age --trust root.pem", "who sealed it, when, and is it whole?" },
    { "exhibit check x.mp4.age", "a recording; its ledger x.mp4.led lies beside it" },
    { "exhibit check --series x.mp4.age x-1.mp4.age x-2.mp4.age",
      "segments: is none missing between them?" },
    { "exhibit check --json x.mp4.age", "the same facts, for programs" },
};

const struct command cmd_check = {
    .name = "check",
    .summary = "say what a sealed file's ledger proves; no key is needed",
    .operands = "FILE...",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "Exit status: 0 valid and trusted, 1 altered, 3 signer not trusted, 4 no ledger,\n"
             "5 incomplete, an open end, or not everything can be judged, 6 revoked, 10 not\n"
             "readable. Of several files, the first that applies of 1 6 10 4 5 3 0.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .args_size = sizeof(struct args),
    .run = run,
};
