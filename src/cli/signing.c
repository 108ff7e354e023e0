#include "cli/signing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "cli/module.h"

#define OCSP_FILE_MAX ((size_t)64 << 10) // bytes of one OCSP response
#define OCSP_URL_MAX  1024
#define OCSP_ASK_MAX  1024 // bytes of an OCSP request

static const struct option rows[] = {
    { "output", 'o', OPTION_TEXT, "OUT", "where the result goes ('-': stdout)",
      .at = offsetof(struct signing_args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT if it is there",
      .at = offsetof(struct signing_args, force) },
    { "key", 0, OPTION_TEXT, "KEY", "the private key: a PEM file, or a device's URI",
      .at = offsetof(struct signing_args, key), .needed = true },
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "its certificate, then those above it",
      .at = offsetof(struct signing_args, cert), .needed = true },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the key's passphrase is the first line of FILE",
      .at = offsetof(struct signing_args, passphrase) },
    { "tsa", 0, OPTION_TEXT, "URL", "ask this authority for a time-stamp",
      .at = offsetof(struct signing_args, tsa) },
    { "ocsp", 0, OPTION_LIST, "FILE", "with --tsa: staple this OCSP response (DER)",
      .at = offsetof(struct signing_args, ocsp) },
    { "staple", 0, OPTION_FLAG, NULL, "with --tsa: ask the certificate's responder for one",
      .at = offsetof(struct signing_args, staple) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust as signers of the inputs",
      .at = offsetof(struct signing_args, judge.trust) },
    { "tsa-trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust with their time-stamps",
      .at = offsetof(struct signing_args, judge.tsa_trust) },
};

const struct option_group signing_options = { rows, ARRAY_N(rows) };

static enum exh_status open_key(struct signing *s, bool any_time, struct exh_error *err)
{
    const struct certified_args args = { s->args->key, s->args->cert, s->args->passphrase,
                                         "passphrase" };

    return certified_open(&s->own, &args, s->call, any_time ? NULL : &s->judge.now, err);
}

static enum exh_status add_ocsp(struct signing *s, uint8_t *p, size_t n, struct exh_error *err)
{
    if (s->ocsp_n == SIGNING_OCSP_MAX) {
        free(p);
        return fail(err, EXH_INVALID, "more than %d OCSP responses", SIGNING_OCSP_MAX);
    }
    s->ocsp[s->ocsp_n++] = (struct exh_bytes){ p, n };
    return EXH_OK;
}

static enum exh_status read_ocsp(struct signing *s, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < s->args->ocsp.n && status == EXH_OK; i++) {
        uint8_t *p = NULL;
        size_t n = 0;
        status = exh_file_read(s->args->ocsp.items[i], OCSP_FILE_MAX, &p, &n, err);
        if (status == EXH_OK)
            status = add_ocsp(s, p, n, err);
    }
    return status;
}

/*
 * Ask the responder that the certificate names. It is the user's own certificate, so that an address in
 * a local network is meant.
 */
static enum exh_status ask_responder(struct signing *s, uint8_t *answer, size_t *n,
                                     struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    uint8_t request[OCSP_ASK_MAX];
    char url[OCSP_URL_MAX];
    struct exh_chain *chain = NULL;
    size_t request_n = 0;
    enum exh_status status =
        crypto->chain_new(s->own.signer.chain, s->own.signer.chain_n, &chain, err);

    if (status != EXH_OK)
        return status;
    status = crypto->ocsp_request(chain, s->judge.trust, request, sizeof request, &request_n, url,
                                  sizeof url, err);
    crypto->chain_free(chain);
    if (status == EXH_OK && !s->tsa.client)
        s->tsa.client = module_client(err);
    if (status != EXH_OK || !s->tsa.client)
        return err->status;
    const struct client_request out = {
        .kind = CLIENT_ASK_OCSP, .url = url, .body = { request, request_n }, .reach = CLIENT_ANY
    };
    return s->tsa.client->fetch(&out, answer, OCSP_FILE_MAX, n, err);
}

/* As with the time-stamp, a server that fails is no reason not to sign. */
static enum exh_status staple(struct signing *s, struct exh_error *err)
{
    uint8_t *answer = malloc(OCSP_FILE_MAX);
    size_t n = 0;

    if (!answer)
        return fail_no_memory(err);
    if (ask_responder(s, answer, &n, err) == EXH_OK)
        return add_ocsp(s, answer, n, err);
    free(answer);
    complain(s->call, "warning: no OCSP response: %s", err->text);
    return EXH_OK;
}

enum exh_status signing_open(struct signing *s, const struct signing_args *args,
                             const struct call *call, bool any_time, struct exh_error *err)
{
    *s = (struct signing){ .call = call, .args = args, .tsa = { .url = args->tsa } };
    s->stamper = (struct exh_stamper){ .stamp = tsa_stamp, .ctx = &s->tsa };
    if ((args->ocsp.n || args->staple) && !args->tsa)
        return fail(err, EXH_INVALID, "OCSP responses count only beside a time-stamp: give --tsa");
    enum exh_status status = judge_open(&s->judge, &args->judge, &call->shared, err);
    if (status == EXH_OK)
        status = open_key(s, any_time, err);
    if (status == EXH_OK)
        status = read_ocsp(s, err);
    if (status == EXH_OK && args->staple)
        status = staple(s, err);
    if (status != EXH_OK)
        signing_close(s);
    return status;
}

void signing_close(struct signing *s)
{
    for (size_t i = 0; i < s->ocsp_n; i++)
        free((void *)(uintptr_t)s->ocsp[i].p);
    certified_close(&s->own);
    judge_close(&s->judge);
    *s = (struct signing){ 0 };
}

struct exh_sign_options signing_base(struct signing *s)
{
    struct exh_sign_options o = { .crypto = exh_crypto_openssl(),
                                  .trust = s->judge.trust,
                                  .now = s->judge.now,
                                  .ocsp = s->ocsp,
                                  .ocsp_n = s->ocsp_n };

    if (s->args->tsa)
        o.stamper = &s->stamper;
    return o;
}

static bool same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

enum exh_status output_apart(const char *path, const char *const *inputs, size_t n,
                             struct exh_error *err)
{
    for (size_t i = 0; strcmp(path, "-") != 0 && i < n; i++)
        if (inputs[i] && same_file(path, inputs[i]))
            return fail(err, EXH_INVALID, "%s: is an input, and inputs are never changed", path);
    return EXH_OK;
}

enum exh_status output_begin(const char *path, bool force, const char *const *inputs,
                             struct exh_output **out, struct exh_error *err)
{
    size_t n = 0;

    if (!path)
        return EXH_OK;
    while (inputs[n])
        n++;
    enum exh_status status = output_apart(path, inputs, n, err);
    if (status != EXH_OK)
        return status;
    return exh_output_open(path, force ? EXH_OUTPUT_REPLACE : 0, out, err);
}

static enum exh_status forget(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    (void)ctx, (void)p, (void)n, (void)err;
    return EXH_OK;
}

static enum exh_status forget_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                    struct exh_error *err)
{
    (void)at;
    return forget(ctx, p, n, err);
}

const struct exh_sink sink_nowhere = { .write = forget, .patch = forget_patch };
