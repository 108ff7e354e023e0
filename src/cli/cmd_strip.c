/*
 * cmd_strip.c -- exhibit strip and attach: the credential out of a file, and back into it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <exhibit/verify.h>

#include "base/error.h"
#include "cli/signing.h"
#include "cli/term.h"

#define STORE_FILE_MAX ((size_t)32 << 20) // bytes of a credential

struct strip_args {
    const char *out;
    bool force;
    const char *store;
};

static const struct option strip_options[] = {
    { "output", 'o', OPTION_TEXT, "OUT", "where the bare file goes ('-': stdout)",
      .at = offsetof(struct strip_args, out), .needed = true },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT if it is there",
      .at = offsetof(struct strip_args, force) },
    { "store", 0, OPTION_TEXT, "FILE", "keep the credential in FILE (.c2pa)",
      .at = offsetof(struct strip_args, store) },
};

static const struct option attach_options[] = {
    { "output", 'o', OPTION_TEXT, "OUT", "where the file with its credential goes ('-': stdout)",
      .at = offsetof(struct strip_args, out), .needed = true },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT if it is there",
      .at = offsetof(struct strip_args, force) },
    { "store", 0, OPTION_TEXT, "FILE", "the credential, a sidecar (.c2pa)",
      .at = offsetof(struct strip_args, store), .needed = true },
};

static void say(const struct call *call, const char *out, const char *what)
{
    const bool data = strcmp(out, "-") == 0;
    const struct term t = term_of(data ? stderr : stdout, &call->shared);

    if (call->shared.quiet)
        return;
    term_styled(&t, STYLE_STRONG, out);
    fprintf(t.to, ": %s\n", what);
}

/* The credential first: without it, the bare file would be a loss. */
static enum exh_status write_stripped(const struct strip_args *a, const char *in,
                                      const struct exh_source *source, struct exh_error *err)
{
    const char *const inputs[] = { in, NULL };
    struct exh_output *out = NULL;
    uint8_t *store = NULL;
    size_t n = 0;
    enum exh_status status = output_begin(a->out, a->force, inputs, &out, err);

    if (status == EXH_OK)
        status = exh_strip(source, exh_output_sink(out), &store, &n, err);
    if (status == EXH_OK && a->store && !n)
        status = fail(err, EXH_INVALID, "it carries more than one credential, so none can be kept");
    if (status == EXH_OK && a->store)
        status = exh_file_write(a->store, a->force ? EXH_OUTPUT_REPLACE : 0,
                                (struct exh_bytes){ store, n }, err);
    if (status == EXH_OK)
        status = exh_output_commit(out, err);
    exh_output_close(out);
    free(store);
    return status;
}

static int run_strip(const struct call *call, const void *args)
{
    const struct strip_args *a = args;
    const char *in = call->operands.items[0];
    struct exh_source source = { 0 };
    struct exh_error err;
    enum exh_status status = exh_source_open(in, &source, &err);

    if (status == EXH_OK)
        status = write_stripped(a, in, &source, &err);
    exh_source_close(&source);
    if (status == EXH_NOT_FOUND) {
        complain(call, "%s: %s", in, err.text);
        return EXIT_NO_CREDENTIAL;
    }
    if (status != EXH_OK)
        return failed(call, &err);
    say(call, a->out, a->store ? "bare; the credential is kept beside it" : "bare");
    return EXIT_HOLDS;
}

static enum exh_status write_attached(const struct strip_args *a, const char *in,
                                      const struct exh_source *source, struct exh_error *err)
{
    const char *const inputs[] = { in, a->store, NULL };
    struct exh_output *out = NULL;
    uint8_t *store = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(a->store, STORE_FILE_MAX, &store, &n, err);

    if (status == EXH_OK)
        status = output_begin(a->out, a->force, inputs, &out, err);
    if (status == EXH_OK)
        status = exh_attach(source, (struct exh_bytes){ store, n }, exh_output_sink(out), err);
    if (status == EXH_OK)
        status = exh_output_commit(out, err);
    exh_output_close(out);
    free(store);
    return status;
}

/* A credential can be put into any file, but it holds only in its own. */
static void warn_of_stranger(const struct call *call, const char *path)
{
    const struct exh_verify_options how = { .crypto = exh_crypto_openssl(),
                                            .now = (int64_t)time(NULL) };
    struct exh_source source = { 0 };
    struct exh_report *report = NULL;
    struct exh_error err;

    if (strcmp(path, "-") == 0 || exh_source_open(path, &source, &err) != EXH_OK)
        return;
    if (exh_verify(&source, &how, &report, &err) == EXH_OK && report->integrity == EXH_ALTERED)
        complain(call, "warning: %s: the credential does not hold here: %s", path,
                 report->axes[0].sentence);
    exh_report_free(report);
    exh_source_close(&source);
}

static int run_attach(const struct call *call, const void *args)
{
    const struct strip_args *a = args;
    const char *in = call->operands.items[0];
    struct exh_source source = { 0 };
    struct exh_error err;
    enum exh_status status = exh_source_open(in, &source, &err);

    if (status == EXH_OK)
        status = write_attached(a, in, &source, &err);
    exh_source_close(&source);
    if (status != EXH_OK)
        return failed(call, &err);
    warn_of_stranger(call, a->out);
    say(call, a->out, "carries the credential");
    return EXIT_HOLDS;
}

static const struct example strip_examples[] = {
    { "exhibit strip photo.jpg -o bare.jpg", "the picture without its credential" },
    { "exhibit strip photo.jpg -o bare.jpg --store bare.jpg.c2pa", "both, apart" },
};

static const struct example attach_examples[] = {
    { "exhibit attach bare.jpg --store bare.jpg.c2pa -o photo.jpg", "together again" },
};

const struct command cmd_strip = {
    .name = "strip",
    .summary = "take the credential out of a file",
    .operands = "IN",
    .examples = strip_examples,
    .examples_n = ARRAY_N(strip_examples),
    .options = strip_options,
    .options_n = ARRAY_N(strip_options),
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct strip_args),
    .run = run_strip,
};

const struct command cmd_attach = {
    .name = "attach",
    .summary = "put a credential back into its file",
    .operands = "IN",
    .examples = attach_examples,
    .examples_n = ARRAY_N(attach_examples),
    .about =
        "IN must be as strip left it, and carry none. What was signed as a sidecar from the start\n"
        "stays a sidecar: its signature covers a file without anything in it.\n",
    .options = attach_options,
    .options_n = ARRAY_N(attach_options),
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct strip_args),
    .run = run_attach,
};
