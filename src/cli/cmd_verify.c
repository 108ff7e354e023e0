/*
 * cmd_verify.c -- exhibit verify: a line a file, a sentence an axis, and what to do now.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/facts.h"
#include "cli/judge.h"
#include "cli/term.h"
#include "formats/json.h"

#define ERROR_JSON_MAX ((size_t)64 << 10) // bytes: a path, and a sentence

struct verify_args {
    struct judge_args judge;
};

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void put_axis(const struct term *t, const char *name, const struct exh_axis *axis)
{
    fprintf(t->to, "  %-11s ", name);
    term_put(t, axis->sentence);
    fputc('\n', t->to);
}

static void print_report(const struct term *t, const char *path, const struct exh_report *r)
{
    static const char *const names[] = { "integrity", "signer", "time", "revocation" };
    const enum style style = facts_style(exh_report_exit_code(r));

    term_styled(t, STYLE_STRONG, name_of(path));
    fputs(": ", t->to);
    term_begin(t, style);
    fprintf(t->to, "%s%s", facts_mark(t, style), r->headline);
    term_end(t);
    fputc('\n', t->to);
    if (r->state != EXH_STATE_NONE) {
        for (size_t i = 0; i < ARRAY_N(names); i++)
            put_axis(t, names[i], &r->axes[i]);
        facts_print_capture(t, "  claims      ", &r->capture);
    }
    for (size_t i = 0; i < r->warnings_n; i++)
        put_axis(t, "note", &(struct exh_axis){ .sentence = r->warnings[i] });
    put_axis(t, "now", &(struct exh_axis){ .sentence = r->advice });
}

/* The members that the report does not know, before its own. */
static void put_head(struct json_out *j, const char *path, int code)
{
    json_put_key(j, "file");
    json_put_text(j, path);
    json_put_key(j, "exit_status");
    json_put_int(j, code);
}

/* One object a line: the report, with the file's name and its exit status before. */
static enum exh_status print_json(const char *path, const struct exh_report *r,
                                  struct exh_error *err)
{
    struct buf head = buf_with_limit(ERROR_JSON_MAX);
    struct json_out j = json_over(&head);
    char *json = NULL;
    size_t n = 0;
    enum exh_status status = exh_report_json(r, &json, &n, err);

    json_open_object(&j);
    put_head(&j, path, exh_report_exit_code(r));
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
    struct buf b = buf_with_limit(ERROR_JSON_MAX);
    struct json_out j = json_over(&b);

    json_open_object(&j);
    put_head(&j, path, code);
    json_put_key(&j, "schema");
    json_put_int(&j, EXH_REPORT_SCHEMA);
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

static int verify_file(const struct call *call, struct judge *judge, const char *path)
{
    const struct term t = term_of(stdout, &call->shared);
    struct exh_report *report = NULL;
    struct exh_error err;
    int code;

    enum exh_status status = judge_file(judge, path, &report, &err);
    if (status == EXH_OK && call->shared.json)
        status = print_json(path, report, &err);
    if (status == EXH_OK) {
        code = exh_report_exit_code(report);
        if (!call->shared.json && !call->shared.quiet)
            print_report(&t, path, report);
    } else {
        code = failed(call, &err);
        if (call->shared.json)
            print_json_error(path, &err, code);
    }
    exh_report_free(report);
    return code;
}

static int run(const struct call *call, const void *args)
{
    const struct verify_args *a = args;
    struct judge judge;
    struct exh_error err;
    int code = EXIT_HOLDS;

    if (call->operands.n > 1 && (a->judge.store || a->judge.fragments.n))
        return usage(call, "--store and --fragments belong to one file");
    if (judge_open(&judge, &a->judge, &call->shared, &err) != EXH_OK)
        return failed(call, &err);
    for (size_t i = 0; i < call->operands.n; i++)
        code = exit_code_join(code, verify_file(call, &judge, call->operands.items[i]));
    judge_close(&judge);
    return code;
}

static const struct example examples[] = {
    { "exhibit verify photo.jpg", "say what holds of one file" },
    { "exhibit verify --trust newsroom.pem *.jpg", "several files; go on after one fails" },
    { "exhibit verify --online photo.jpg", "ask the signer's certificate authority as well" },
    { "exhibit verify init.mp4 --fragments seg-*.m4s", "a stream, in pieces" },
    { "exhibit verify --json photo.jpg", "the same facts, for programs" },
};

const struct command cmd_verify = {
    .name = "verify",
    .summary = "say what holds of a file, in plain words",
    .operands = "FILE...",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "Exit status: 0 valid and trusted, 1 altered, 3 signer not trusted, 4 no credential,\n"
             "5 not everything can be judged, 6 revoked, 10 not readable. Of several files, the\n"
             "first that applies of 1 6 10 4 5 3 0.\n",
    .group = &judge_options,
    .group_at = offsetof(struct verify_args, judge),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .args_size = sizeof(struct verify_args),
    .run = run,
};
