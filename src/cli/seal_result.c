#include "cli/seal_result.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/term.h"
#include "formats/json.h"

#define RESULT_MAX ((size_t)64 << 10) // bytes of JSON

static void put_text(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    if (text)
        json_put_text(j, text);
    else
        json_put_null(j);
}

static void put_number(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static size_t recipients_n(const struct sealing *s)
{
    return s->recipients.list && !s->with_passphrase ? exh_recipients_count(s->recipients.list) : 0;
}

static enum exh_status print_json(FILE *to, const struct sealing *s, const struct seal_result *r,
                                  struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);
    char oid[2 * sizeof r->done->oid + 1];

    hex_write(oid, r->done->oid, sizeof r->done->oid);
    json_open_object(&j);
    put_text(&j, "file", s->in);
    put_text(&j, "output", r->out);
    put_text(&j, "ledger", r->ledger);
    put_number(&j, "recipients", recipients_n(s));
    put_text(&j, "signer", sealing_signer(s));
    put_text(&j, "oid", r->done->has_ledger ? oid : NULL);
    put_text(&j, "media_type", s->options.media_type);
    put_number(&j, "plain_bytes", r->done->plain_n);
    put_number(&j, "header_bytes", r->done->header_n);
    put_number(&j, "payload_bytes", r->done->payload_n);
    if (s->args->stream)
        put_number(&j, "segment", r->segment);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

static void put_for_whom(FILE *to, const struct sealing *s)
{
    const size_t n = recipients_n(s);

    if (s->args->clear)
        fputs("recorded in clear", to);
    else if (s->with_passphrase)
        fputs(s->call->shared.dry_run ? "would be sealed with a passphrase"
                                      : "sealed with a passphrase",
              to);
    else
        fprintf(to, "%ssealed for %zu recipient%s", s->call->shared.dry_run ? "would be " : "", n,
                n == 1 ? "" : "s");
}

static void print_lines(FILE *to, const struct sealing *s, const struct seal_result *r)
{
    const struct term t = term_of(to, &s->call->shared);
    char oid[2 * sizeof r->done->oid + 1];

    hex_write(oid, r->done->oid, sizeof r->done->oid);
    term_styled(&t, STYLE_STRONG, r->out);
    fputs(": ", to);
    put_for_whom(to, s);
    if (sealing_signer(s)) {
        fputs(", signed by ", to);
        term_put(&t, sealing_signer(s));
    } else {
        fputs(", signed by nobody", to);
    }
    fprintf(to, "; %" PRIu64 " bytes\n", r->done->plain_n);
    if (r->ledger) {
        fputs("  ledger      ", to);
        term_put(&t, r->ledger);
        fputc('\n', to);
    }
    if (r->done->has_ledger && !s->call->shared.dry_run)
        fprintf(to, "  object      %s\n", oid);
}

enum exh_status seal_result_print(const struct sealing *s, const struct seal_result *r,
                                  struct exh_error *err)
{
    FILE *to = strcmp(r->out, "-") == 0 ? stderr : stdout;

    if (s->call->shared.json)
        return print_json(to, s, r, err);
    if (!s->call->shared.quiet)
        print_lines(to, s, r);
    fflush(to);
    return EXH_OK;
}
