#include "cli/sign_result.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void put_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n)
{
    char hex[2 * EXH_HASH_MAX + 1];

    hex_write(hex, p, n);
    put_text(j, key, hex);
}

static enum exh_status print_json(FILE *to, const struct sign_result *r, struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);

    json_open_object(&j);
    put_text(&j, "file", r->in);
    put_text(&j, "output", r->out);
    put_text(&j, "sidecar", r->store);
    put_text(&j, "signer", r->signer);
    put_text(&j, "manifest", r->done->label);
    put_hex(&j, "claim_sha256", r->done->claim_sha256, sizeof r->done->claim_sha256);
    put_hex(&j, "imprint", r->done->imprint, r->done->imprint_n);
    put_hex(&j, "late_imprint", r->done->late_imprint, r->done->imprint_n);
    json_put_key(&j, "stamped");
    json_put_bool(&j, r->done->stamped);
    json_put_key(&j, "bytes_added");
    json_put_uint(&j, r->done->bytes_added);
    put_text(&j, "warning", r->done->warning[0] ? r->done->warning : NULL);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

static void print_line(FILE *to, const struct call *call, const struct sign_result *r)
{
    const struct term t = term_of(to, &call->shared);

    term_styled(&t, STYLE_STRONG, r->store ? r->store : r->out ? r->out : r->in);
    fputs(call->shared.dry_run ? ": would be signed by " : ": signed by ", to);
    term_put(&t, r->signer);
    fprintf(to, ", %" PRIu64 " bytes%s%s\n", r->done->bytes_added, r->store ? "" : " added",
            r->done->stamped ? ", with a time-stamp" : "");
}

enum exh_status sign_result_print(const struct call *call, const struct sign_result *r,
                                  struct exh_error *err)
{
    FILE *to = r->out && strcmp(r->out, "-") == 0 ? stderr : stdout;

    if (r->done->warning[0])
        complain(call, "warning: %s", r->done->warning);
    if (call->shared.json)
        return print_json(to, r, err);
    if (!call->shared.quiet)
        print_line(to, call, r);
    return EXH_OK;
}
