/*
 * cmd_recipient.c -- exhibit recipient: what others seal to, and whose it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <exhibit/file.h>
#include <exhibit/ledger.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/when.h"
#include "base/wipe.h"
#include "cli/certified.h"
#include "cli/identities.h"
#include "cli/recipients.h"
#include "cli/signing.h"
#include "cli/term.h"
#include "formats/json.h"

#define RESULT_MAX ((size_t)64 << 10) // bytes of JSON

struct args {
    const char *out;
    bool force;
    const char *passphrase_file;
    const char *key;
    const char *cert;
    const char *passphrase;
    const char *until;
    struct judge_args judge; // of its options only those that say whom to trust, and when
};

static const struct option options[] = {
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "state that it is yours: your certificate",
      .at = offsetof(struct args, cert) },
    { "key", 0, OPTION_TEXT, "KEY", "its private key: a PEM file, or a device's URI",
      .at = offsetof(struct args, key) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the key's passphrase is the first line of FILE",
      .at = offsetof(struct args, passphrase) },
    { "until", 0, OPTION_TEXT, "TIME",
      "when the statement ends (RFC 3339); when the certificate does, if not given",
      .at = offsetof(struct args, until) },
    { "output", 'o', OPTION_TEXT, "OUT", "where the statement goes ('-': stdout)",
      .at = offsetof(struct args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT if it is there",
      .at = offsetof(struct args, force) },
    { "passphrase-file", 0, OPTION_TEXT, "FILE",
      "the identity's passphrase is the first line of FILE",
      .at = offsetof(struct args, passphrase_file) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "of a statement: whom to trust",
      .at = offsetof(struct args, judge.trust) },
    { "at", 0, OPTION_TEXT, "TIME", "judge as of this time (RFC 3339), not now",
      .at = offsetof(struct args, judge.at) },
};

// --- the recipients of an identity file

static void put_pair(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    json_put_text(j, text);
}

static enum exh_status print_json(struct buf *b, struct exh_error *err)
{
    enum exh_status status = buf_finish(b, err);

    if (status == EXH_OK)
        printf("%.*s\n", (int)b->n, (const char *)b->p);
    return status;
}

static enum exh_status print_recipients(const struct call *call, const struct identities *ids,
                                        struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);
    char text[EXH_RECIPIENT_MAX];
    enum exh_status status = EXH_OK;

    json_open_object(&j);
    put_pair(&j, "file", call->operands.items[0]);
    json_put_key(&j, "recipients");
    json_open_array(&j);
    for (size_t i = 0; i < exh_identities_count(ids->list) && status == EXH_OK; i++) {
        status = exh_identities_recipient(ids->list, i, text, err);
        if (status == EXH_OK && !call->shared.json)
            puts(text);
        if (status == EXH_OK)
            json_put_text(&j, text);
    }
    json_close_array(&j);
    json_close_object(&j);
    if (status == EXH_OK && call->shared.json)
        status = print_json(&b, err);
    buf_free(&b);
    return status;
}

// --- a statement that is made

static enum exh_status find_end(const struct args *args, const struct certified *own,
                                int64_t *until, struct exh_error *err)
{
    *until = own->leaf.not_after;
    if (!args->until || when_read(bytes_of(args->until), until, NULL))
        return EXH_OK;
    return fail(err, EXH_INVALID, "--until %s: a time like 2027-01-31T00:00:00Z was expected",
                args->until);
}

static enum exh_status write_statement(const struct call *call, const struct args *args,
                                       struct exh_bytes statement, struct exh_error *err)
{
    const char *const inputs[] = { call->operands.items[0], args->cert, args->key, NULL };
    const char *path = args->out ? args->out : "-";
    struct exh_output *out = NULL;
    enum exh_status status = output_begin(path, args->force, inputs, &out, err);

    if (status != EXH_OK)
        return status;
    const struct exh_sink *sink = exh_output_sink(out);
    status = sink->write(sink->ctx, statement.p, statement.n, err);
    if (status == EXH_OK)
        status = exh_output_commit(out, err);
    exh_output_close(out);
    return status;
}

static void say_statement(const struct call *call, const struct args *args, const char *recipient,
                          const char *person, int64_t until)
{
    FILE *to = args->out && strcmp(args->out, "-") != 0 ? stdout : stderr;
    const struct term t = term_of(to, &call->shared);
    char end[WHEN_TEXT_MAX];

    if (call->shared.quiet)
        return;
    when_write(end, until);
    term_styled(&t, STYLE_STRONG, args->out ? args->out : "-");
    fputs(": ", to);
    term_put(&t, person);
    fprintf(to, " states until %s that %s is theirs\n", end, recipient);
}

static enum exh_status state(const struct call *call, const struct args *args,
                             const char *recipient, int64_t now, struct exh_error *err)
{
    const struct certified_args key = { args->key, args->cert, args->passphrase, "passphrase" };
    uint8_t statement[EXH_STATEMENT_MAX];
    struct certified own = { 0 };
    int64_t until = 0;
    size_t n = 0;
    enum exh_status status = certified_open(&own, &key, call, &now, err);

    if (status == EXH_OK)
        status = find_end(args, &own, &until, err);
    if (status == EXH_OK)
        status = exh_statement_make(&own.signer, exh_crypto_openssl(), recipient, now, until,
                                    statement, sizeof statement, &n, err);
    if (status == EXH_OK)
        status = write_statement(call, args, (struct exh_bytes){ statement, n }, err);
    if (status == EXH_OK)
        say_statement(call, args, recipient, own.leaf.person, until);
    certified_close(&own);
    return status;
}

/* One key, one statement: whose would the others be? */
static enum exh_status state_only(const struct call *call, const struct args *args,
                                  const struct identities *ids, int64_t now, struct exh_error *err)
{
    char recipient[EXH_RECIPIENT_MAX];
    const size_t n = exh_identities_count(ids->list);

    if (n != 1)
        return fail(err, EXH_INVALID, "%s holds %zu identities: a statement is of one",
                    call->operands.items[0], n);
    enum exh_status status = exh_identities_recipient(ids->list, 0, recipient, err);
    return status == EXH_OK ? state(call, args, recipient, now, err) : status;
}

static int run_identity(const struct call *call, const struct args *args, int64_t now)
{
    const struct option_list names = { .items = { call->operands.items[0] }, .n = 1 };
    struct identities ids = { 0 };
    struct exh_error err;
    enum exh_status status = identities_read(&ids, call, &names, args->passphrase_file, &err);

    if (status == EXH_OK && args->key)
        status = state_only(call, args, &ids, now, &err);
    else if (status == EXH_OK)
        status = print_recipients(call, &ids, &err);
    identities_free(&ids);
    return status == EXH_OK ? EXIT_HOLDS : failed(call, &err);
}

// --- a statement that is read

static void print_statement(const struct call *call, const struct exh_statement *s)
{
    const struct term t = term_of(stdout, &call->shared);
    char until[WHEN_TEXT_MAX];

    when_write(until, s->expires);
    puts(s->recipient);
    if (call->shared.quiet)
        return;
    fputs("  of          ", stdout);
    term_put(&t, s->user);
    fprintf(stdout, ", stated until %s\n", until);
    fputs("  signer      ", stdout);
    term_put(&t, s->signed_by.subject);
    fputs(", enrolled by ", stdout);
    term_put(&t, s->signed_by.issuer);
    fputs("\n  holds       ", stdout);
    term_begin(&t, s->holds ? STYLE_GOOD : STYLE_BAD);
    fputs(s->holds ? "yes" : "no: ", stdout);
    term_end(&t);
    term_put(&t, s->reason);
    fputc('\n', stdout);
}

static enum exh_status json_statement(const struct call *call, const struct exh_statement *s,
                                      struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);
    char text[WHEN_TEXT_MAX], hex[2 * sizeof s->sha256 + 1];

    json_open_object(&j);
    put_pair(&j, "file", call->operands.items[0]);
    json_put_key(&j, "recipients");
    json_open_array(&j);
    json_put_text(&j, s->recipient);
    json_close_array(&j);
    put_pair(&j, "user", s->user);
    json_put_key(&j, "holds");
    json_put_bool(&j, s->holds);
    put_pair(&j, "reason", s->reason);
    when_write(text, s->created);
    put_pair(&j, "created", text);
    when_write(text, s->expires);
    put_pair(&j, "expires", text);
    put_pair(&j, "issuer", s->signed_by.issuer);
    hex_write(hex, s->sha256, sizeof s->sha256);
    put_pair(&j, "sha256", hex);
    json_close_object(&j);
    enum exh_status status = print_json(&b, err);
    buf_free(&b);
    return status;
}

static int run_statement(const struct call *call, const struct judge *judge, struct exh_bytes file)
{
    struct exh_statement s;
    struct exh_error err;
    enum exh_status status = exh_statement_check(file, exh_crypto_openssl(), judge->trust,
                                                 judge->now, NULL, 0, &s, &err);

    if (status == EXH_OK && call->shared.json)
        status = json_statement(call, &s, &err);
    else if (status == EXH_OK)
        print_statement(call, &s);
    if (status != EXH_OK) {
        (void)within(&err, call->operands.items[0]);
        return failed(call, &err);
    }
    return s.holds ? EXIT_HOLDS : EXIT_AUTHENTICATION;
}

// --- which of them

/* Whether the file is a statement; what it holds is wiped, since it may be a secret. */
static int run_file(const struct call *call, const struct args *args, const struct judge *judge)
{
    const char *path = call->operands.items[0];
    struct exh_error err;
    uint8_t *p = NULL;
    size_t n = 0;
    int code = EXIT_UNABLE;

    if (key_is_uri(path) || strcmp(path, OPENPGP_PREFIX) == 0 || strcmp(path, "-") == 0)
        return run_identity(call, args, judge->now);
    if (exh_file_read(path, EXH_IDENTITY_FILE_MAX, &p, &n, &err) != EXH_OK)
        return failed(call, &err);
    const struct exh_bytes file = { p, n };
    if (!recipients_is_statement(file))
        code = run_identity(call, args, judge->now);
    else if (args->key)
        code = usage(call, "%s is a statement already: give an identity file", path);
    else
        code = run_statement(call, judge, file);
    wipe(p, n);
    free(p);
    return code;
}

static int run(const struct call *call, const void *p)
{
    const struct args *args = p;
    struct judge judge;
    struct exh_error err;

    if (!args->key != !args->cert)
        return usage(call, "--key and --cert belong together: who states it?");
    if (!args->key && (args->out || args->until || args->passphrase))
        return usage(call,
                     "-o, --until and --passphrase are for a statement: give --cert and --key");
    if (args->key && args->judge.at)
        return usage(call, "--at is for judging a statement: one is made now");
    if (args->key && (!args->out || strcmp(args->out, "-") == 0) && isatty(STDOUT_FILENO))
        return usage(call, "a statement is no text for a terminal: give -o OUT");
    if (judge_open(&judge, &args->judge, &call->shared, &err) != EXH_OK)
        return failed(call, &err);
    const int code = run_file(call, args, &judge);
    judge_close(&judge);
    return code;
}

static const struct example examples[] = {
    { "exhibit recipient me.age", "what others give to `exhibit seal -r`, or to age -r" },
    { "exhibit recipient me.age --cert ann-chain.pem --key ann.pem -o ann.recipient",
      "state, signed, that it is yours" },
    { "exhibit recipient ann.recipient --trust root.pem", "whose it is, and whether that holds" },
};

const struct command cmd_recipient = {
    .name = "recipient",
    .summary = "print what others seal to, or state whose it is",
    .operands = "IDENTITY",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "A bare age1... says nothing about its owner: whoever passes it on may put in his own.\n"
        "A statement binds it to a person's certificate, and is checked before anything is\n"
        "sealed to it. Give either to `exhibit seal -r`.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct args),
    .secrets = true,
    .run = run,
};
