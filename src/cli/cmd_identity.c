/*
 * cmd_identity.c -- exhibit identity new: a key that opens what others seal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <exhibit/file.h>
#include <exhibit/identity.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/wipe.h"
#include "cli/passphrase.h"
#include "cli/term.h"
#include "formats/json.h"

#define RESULT_MAX ((size_t)16 << 10) // bytes of JSON: a path and a recipient

struct args {
    const char *out;
    bool protect;
    const char *passphrase_file;
};

static const struct option options[] = {
    { "output", 'o', OPTION_TEXT, "ME.age", "where the identity goes ('-': stdout)",
      .at = offsetof(struct args, out), .needed = true },
    { "protect", 0, OPTION_FLAG, NULL, "ask for a passphrase and seal the identity with it",
      .at = offsetof(struct args, protect) },
    { "passphrase-file", 0, OPTION_TEXT, "FILE",
      "the same, with the first line of FILE ('-': stdin)",
      .at = offsetof(struct args, passphrase_file) },
};

static enum exh_status make(const struct call *call, const struct args *args, char **file,
                            size_t *n, char recipient[EXH_RECIPIENT_MAX], struct exh_error *err)
{
    const struct passphrase source = { call, args->passphrase_file, args->out, "passphrase-file" };
    const bool protect = args->protect || args->passphrase_file;
    char passphrase[PASSPHRASE_MAX];
    int passphrase_n = 0;

    if (protect && (passphrase_n = passphrase_new(&source, passphrase, sizeof passphrase)) < 0)
        return fail(err, EXH_DENIED, "%s: not written without a passphrase", args->out);
    enum exh_status status =
        exh_identity_new(exh_crypto_openssl(), (int64_t)time(NULL), protect ? passphrase : NULL,
                         (size_t)passphrase_n, file, n, recipient, err);
    wipe(passphrase, sizeof passphrase);
    return status;
}

static enum exh_status print(const struct call *call, const struct args *args,
                             const char *recipient, struct exh_error *err)
{
    FILE *to = strcmp(args->out, "-") == 0 ? stderr : stdout;
    const struct term t = term_of(to, &call->shared);
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);

    if (!call->shared.json && !call->shared.quiet) {
        term_styled(&t, STYLE_STRONG, args->out);
        fputs(": a new identity: keep it, and keep it to yourself\n", to);
        term_styled(&t, STYLE_STRONG, recipient);
        fputs(": its recipient: give this to those who seal for you\n", to);
    }
    if (!call->shared.json)
        return EXH_OK;
    json_open_object(&j);
    json_put_key(&j, "file");
    json_put_text(&j, args->out);
    json_put_key(&j, "recipient");
    json_put_text(&j, recipient);
    json_put_key(&j, "protected");
    json_put_bool(&j, args->protect || args->passphrase_file);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

static int run(const struct call *call, const void *p)
{
    const struct args *args = p;
    char recipient[EXH_RECIPIENT_MAX];
    char *file = NULL;
    size_t n = 0;
    struct exh_error err;
    enum exh_status status = make(call, args, &file, &n, recipient, &err);

    if (status == EXH_OK)
        status = exh_file_write(args->out, EXH_OUTPUT_PRIVATE,
                                (struct exh_bytes){ (const uint8_t *)file, n }, &err);
    exh_secret_free(file, n);
    if (status == EXH_OK)
        status = print(call, args, recipient, &err);
    return status == EXH_OK ? EXIT_HOLDS : failed(call, &err);
}

static const struct example examples[] = {
    { "exhibit identity new -o me.age", "a key in a file that you alone can read" },
    { "exhibit identity new -o me.age --protect", "the same, sealed with a passphrase" },
};

const struct command cmd_identity_new = {
    .name = "identity new",
    .summary = "make a key that opens what others seal for you",
    .operands = "",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "An existing file is never replaced: whoever loses an identity loses what was sealed\n"
             "for it. age and rage take the same file with -i.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_JSON,
    .operands_max = 0,
    .args_size = sizeof(struct args),
    .secrets = true,
    .run = run,
};
