#include "cli/open_result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/ledger_print.h"
#include "formats/json.h"

#define HEAD_JSON_MAX ((size_t)64 << 10) // bytes: paths and numbers

static int payload_code(const struct exh_opened *o)
{
    switch (o->payload) {
    case EXH_PAYLOAD_WHOLE: return EXIT_HOLDS;
    case EXH_PAYLOAD_CUT: return EXIT_INCOMPLETE;
    case EXH_PAYLOAD_ALTERED: break;
    }
    return EXIT_ALTERED;
}

static int report_code(const struct exh_ledger_report *r, bool judged)
{
    if (judged)
        return r ? exh_ledger_exit_code(r) : EXIT_NO_CREDENTIAL;
    if (!r)
        return EXIT_HOLDS;
    if (r->integrity == EXH_ALTERED || r->signer == EXH_SIGNER_WRONG_USE)
        return EXIT_ALTERED;
    return r->integrity == EXH_INCOMPLETE ? EXIT_INCOMPLETE : EXIT_HOLDS;
}

int open_result_code(const struct exh_opened *o, bool judged)
{
    const int range = o->matching < o->records ? EXIT_ALTERED : EXIT_HOLDS;

    return exit_code_join(exit_code_join(payload_code(o), range), report_code(o->report, judged));
}

static const char *payload_name(enum exh_payload payload)
{
    switch (payload) {
    case EXH_PAYLOAD_WHOLE: return "whole";
    case EXH_PAYLOAD_CUT: return "cut";
    case EXH_PAYLOAD_ALTERED: break;
    }
    return "altered";
}

static const char *commit_name(enum exh_commit commit)
{
    switch (commit) {
    case EXH_COMMIT_NONE: return "none";
    case EXH_COMMIT_HOLDS: return "holds";
    case EXH_COMMIT_MISMATCH: break;
    }
    return "mismatch";
}

static void put_text(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    json_put_text(j, text);
}

static void put_number(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static enum exh_status print_json(FILE *to, const struct open_result *r, bool kept,
                                  struct exh_error *err)
{
    const struct exh_opened *o = r->opened;
    struct buf b = buf_with_limit(HEAD_JSON_MAX);
    struct json_out j = json_over(&b);
    char *report = NULL;
    size_t n = 0;
    enum exh_status status =
        o->report ? exh_ledger_report_json(o->report, &report, &n, err) : EXH_OK;

    json_open_object(&j);
    put_text(&j, "file", r->in);
    json_put_key(&j, "exit_status");
    json_put_int(&j, r->code);
    json_put_key(&j, "output");
    if (kept)
        json_put_text(&j, r->out);
    else
        json_put_null(&j);
    put_text(&j, "payload", payload_name(o->payload));
    put_text(&j, "commit", commit_name(o->commit));
    put_number(&j, "plain_bytes", o->plain_n);
    if (r->ranged)
        put_number(&j, "plain_at", o->plain_at);
    json_put_key(&j, "ledger");
    if (status == EXH_OK && buf_finish(&b, err) == EXH_OK)
        fprintf(to, "%.*s%s}\n", (int)b.n, (const char *)b.p, report ? report : "null");
    else
        status = err->status;
    buf_free(&b);
    free(report);
    return status;
}

static void print_payload(const struct term *t, const struct open_result *r)
{
    const struct exh_opened *o = r->opened;

    if (o->payload == EXH_PAYLOAD_CUT)
        ledger_print_line(t, "payload", "It was cut off: all that is whole came out.");
    if (o->payload == EXH_PAYLOAD_ALTERED)
        fprintf(t->to,
                "  %-11s It was altered in chunk %" PRIu64 ": only what lies before came out.\n",
                "payload", o->altered_chunk);
    if (r->ranged)
        fprintf(t->to, "  %-11s %" PRIu64 " of the %" PRIu64 " entries of that time match\n",
                "range", o->matching, o->records);
    if (o->ledger_missing)
        ledger_print_line(t, "ledger", "It is missing: nobody vouches for what came out.");
}

static void print_text(FILE *to, const struct call *call, const struct open_result *r, bool kept)
{
    const struct exh_opened *o = r->opened;
    const struct term t = term_of(to, &call->shared);

    if (o->report && o->report->has_open)
        ledger_print(&t, r->in, o->report);
    print_payload(&t, r);
    term_styled(&t, STYLE_STRONG, strcmp(r->out, "-") == 0 ? "standard output" : r->out);
    if (kept || call->shared.dry_run)
        fprintf(to, ": %" PRIu64 " bytes%s%s\n", o->plain_n,
                o->report && o->report->has_open ? "" : ", signed by nobody",
                call->shared.dry_run ? " would be written" : "");
    else
        fputs(": not written, because it was altered; --damaged writes what came out\n", to);
}

enum exh_status open_result_print(const struct call *call, const struct open_result *r, bool kept,
                                  struct exh_error *err)
{
    const bool piped = strcmp(r->out, "-") == 0;
    FILE *to = piped ? stderr : stdout;

    if (call->shared.json)
        return print_json(to, r, kept, err);
    // Who pipes wants the bytes; that something is wrong he must hear.
    if (r->code != EXIT_HOLDS || (!piped && !call->shared.quiet))
        print_text(r->code == EXIT_HOLDS || !call->shared.quiet ? to : stderr, call, r, kept);
    return EXH_OK;
}
