/*
 * cmd_key.c -- exhibit key new: a private key in a file.
 */
#include <stdio.h>

#include "cli/key_file.h"

struct args {
    const char *kind;
    struct protection protection;
};

static const struct option options[] = {
    { "kind", 0, OPTION_TEXT, "es256|es384|es512|ed25519|ps256|ps384|ps512",
      "which algorithm it signs with; es256 when not given", .at = offsetof(struct args, kind) },
    { "protect", 0, OPTION_FLAG, NULL, "ask for a passphrase and encrypt the key with it",
      .at = offsetof(struct args, protection.protect) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the same, with the first line of FILE ('-': stdin)",
      .at = offsetof(struct args, protection.passphrase_file) },
};

static int run(const struct call *call, const void *p)
{
    const struct args *args = p;
    const char *path = call->operands.items[0];
    const char *kind = args->kind ? args->kind : "es256";
    struct exh_key *key = NULL;
    struct exh_error err;
    enum exh_status status = exh_key_new(kind, &key, &err);

    if (!status)
        status = key_file_write(call, key, path, &args->protection, &err);
    exh_key_free(key);
    if (status)
        return failed(call, &err);
    if (!call->shared.quiet)
        printf("%s: a new %s key\n", path, kind);
    return EXIT_HOLDS;
}

static const struct example examples[] = {
    { "exhibit key new camera.pem", "a P-256 key, readable by you alone" },
    { "exhibit key new me.pem --protect", "the same, encrypted with a passphrase" },
};

const struct command cmd_key_new = {
    .name = "key new",
    .summary = "make a private key",
    .operands = "KEY.pem",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "An existing file is never replaced. A key in a TPM or a token is made with its own\n"
             "tools, and named by its URI where a command takes --key.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct args),
    .secrets = true,
    .run = run,
};
