#include "cli/convert_result.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "cli/facts.h"
#include "formats/json.h"

#define RESULT_MAX     ((size_t)16 << 10) // bytes of JSON
#define CONVERT_SCHEMA 1
#define UNPROVEN       "Order, times and completeness: EncroCrypt2 signs nothing but its keys."

int convert_exit_code(const struct convert_report *report)
{
    static const int codes[] = {
        [CONVERT_ALTERED] = EXIT_ALTERED,     [CONVERT_INCOMPLETE] = EXIT_INCOMPLETE,
        [CONVERT_CONFLICT] = EXIT_INCOMPLETE, [CONVERT_UNTRUSTED] = EXIT_UNTRUSTED,
        [CONVERT_REVOKED] = EXIT_REVOKED,
    };
    int code = EXIT_HOLDS;

    for (size_t i = 0; i < CONVERT_CODES_N; i++)
        if (report->findings[i].n)
            code = exit_code_join(code, codes[convert_code_class((enum convert_code)i)]);
    return code;
}

// --- JSON

static void put_text(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    if (text)
        json_put_text(j, text);
    else
        json_put_null(j);
}

static void put_uint(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static void put_minute(struct json_out *j, const char *key, const struct convert_report *r,
                       uint32_t minute)
{
    char text[WHEN_TEXT_MAX];

    when_write(text, (int64_t)minute * 60);
    put_text(j, key, r->packets ? text : NULL);
}

static void put_findings(struct json_out *j, const struct convert_report *r)
{
    json_put_key(j, "findings");
    json_open_array(j);
    for (size_t i = 0; i < CONVERT_CODES_N; i++) {
        if (!r->findings[i].n)
            continue;
        json_open_object(j);
        put_text(j, "code", convert_code_name((enum convert_code)i));
        put_text(j, "text", convert_code_words((enum convert_code)i));
        put_uint(j, "count", r->findings[i].n);
        put_uint(j, "first_at", r->findings[i].at);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_recording(struct json_out *j, const struct convert_report *r)
{
    put_uint(j, "keys", r->keys);
    put_uint(j, "packets", r->packets);
    put_uint(j, "plain_size", r->bytes);
    put_uint(j, "lost_size", r->lost);
    put_minute(j, "stamped_from", r, r->first_minute);
    put_minute(j, "stamped_to", r, r->last_minute);
    put_text(j, "keys_signed_by", r->keys ? r->signer.fingerprint : NULL);
    json_put_key(j, "unproven");
    json_open_array(j);
    json_put_text(j, "order");
    json_put_text(j, "times");
    json_put_text(j, "completeness");
    json_close_array(j);
}

static enum exh_status print_json(FILE *to, const struct convert_result *r, struct exh_error *err)
{
    struct buf b = buf_with_limit(RESULT_MAX);
    struct json_out j = json_over(&b);
    char oid[65];

    json_open_object(&j);
    put_uint(&j, "schema", CONVERT_SCHEMA);
    put_text(&j, "file", r->in);
    json_put_key(&j, "exit");
    json_put_int(&j, convert_exit_code(r->report));
    put_text(&j, "output", r->out);
    put_text(&j, "credential", r->credential);
    put_text(&j, "sealer", r->sealer);
    put_uint(&j, "recipients", r->recipients);
    put_text(&j, "media_type", r->media_type);
    hex_write(oid, r->sealed ? r->sealed->oid : (const uint8_t[32]){ 0 }, 32);
    put_text(&j, "oid", r->sealed && r->sealed->has_ledger ? oid : NULL);
    put_recording(&j, r->report);
    put_findings(&j, r->report);
    json_close_object(&j);
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        fprintf(to, "%.*s\n", (int)b.n, (const char *)b.p);
    buf_free(&b);
    return status;
}

// --- words

static void print_head(const struct term *t, const struct convert_result *r)
{
    const struct convert_report *report = r->report;
    const enum style style = facts_style(convert_exit_code(report));

    term_styled(t, STYLE_STRONG, r->in);
    fputs(": ", t->to);
    term_begin(t, style);
    fprintf(t->to, "%s%" PRIu64 " bytes of video in %" PRIu64 " packets", facts_mark(t, style),
            report->bytes, report->packets);
    if (report->lost)
        fprintf(t->to, "; %" PRIu64 " bytes of the file gave none", report->lost);
    term_end(t);
    fputc('\n', t->to);
}

static void print_facts(const struct term *t, const struct convert_report *r)
{
    char from[WHEN_TEXT_MAX], to[WHEN_TEXT_MAX];

    if (r->keys)
        fprintf(t->to, "  signer      %" PRIu64 " key%s, signed by %s.\n", r->keys,
                r->keys == 1 ? "" : "s", r->signer.fingerprint);
    if (r->packets) {
        when_write(from, (int64_t)r->first_minute * 60);
        when_write(to, (int64_t)r->last_minute * 60);
        fprintf(t->to, "  times       Stamped %.16sZ to %.16sZ.\n", from, to);
    }
    fprintf(t->to, "  unproven    %s\n", UNPROVEN);
}

static void print_findings(const struct term *t, const struct convert_report *r)
{
    for (size_t i = 0; i < CONVERT_CODES_N; i++) {
        const enum convert_code code = (enum convert_code)i;
        if (!r->findings[i].n)
            continue;
        fprintf(t->to, "  found       %s (%s", convert_code_words(code), convert_code_name(code));
        if (r->findings[i].n > 1)
            fprintf(t->to, ", %" PRIu64 " times, first at %" PRIu64 ")\n", r->findings[i].n,
                    r->findings[i].at);
        else
            fprintf(t->to, " at %" PRIu64 ")\n", r->findings[i].at);
    }
}

static void print_output(const struct term *t, const struct convert_result *r)
{
    if (!r->out)
        return;
    fputs("  sealed      ", t->to);
    term_put(t, r->out);
    fprintf(t->to, " for %zu recipient%s", r->recipients, r->recipients == 1 ? "" : "s");
    if (r->sealer) {
        fputs(", signed by ", t->to);
        term_put(t, r->sealer);
    }
    if (r->credential) {
        fputs("; credential ", t->to);
        term_put(t, r->credential);
    }
    fputs(".\n", t->to);
}

enum exh_status convert_result_print(const struct call *call, const struct convert_result *r,
                                     struct exh_error *err)
{
    FILE *to = r->out && strcmp(r->out, "-") == 0 ? stderr : stdout;
    const struct term t = term_of(to, &call->shared);

    if (call->shared.json)
        return print_json(to, r, err);
    if (call->shared.quiet)
        return EXH_OK;
    print_head(&t, r);
    print_facts(&t, r->report);
    print_findings(&t, r->report);
    print_output(&t, r);
    return EXH_OK;
}
