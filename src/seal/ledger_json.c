/* ledger_json.c -- the report for programs: docs/man/exhibit-verdict.5 describes every key. */
#include <stdlib.h>

#include "base/text.h"
#include "base/when.h"
#include "formats/json.h"

#include <exhibit/ledger.h>

#define JSON_MAX ((size_t)4 << 20) // bytes; lists in a report are bounded

static void put_pair(struct json_out *j, const char *key, const char *text)
{
    json_put_key(j, key);
    json_put_text(j, text);
}

static void put_flag(struct json_out *j, const char *key, bool v)
{
    json_put_key(j, key);
    json_put_bool(j, v);
}

static void put_count(struct json_out *j, const char *key, uint64_t v)
{
    json_put_key(j, key);
    json_put_uint(j, v);
}

static void put_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n)
{
    char text[2 * EXH_HASH_MAX + 1];

    hex_write(text, p, n);
    put_pair(j, key, text);
}

static void put_seconds(struct json_out *j, const char *key, int64_t at)
{
    char text[WHEN_TEXT_MAX];

    when_write(text, at);
    put_pair(j, key, text);
}

/* Microseconds since 1970, as they stand in the ledger: RFC 3339 would lose some. */
static void put_us(struct json_out *j, const char *key, int64_t us)
{
    json_put_key(j, key);
    json_put_int(j, us);
}

static void put_axes(struct json_out *j, const struct exh_ledger_report *r)
{
    static const char *const names[] = { "integrity", "signer", "time", "revocation" };

    json_put_key(j, "axes");
    json_open_object(j);
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        json_put_key(j, names[i]);
        json_open_object(j);
        put_pair(j, "state", r->axes[i].state);
        put_pair(j, "sentence", r->axes[i].sentence);
        json_close_object(j);
    }
    json_close_object(j);
}

static void put_findings(struct json_out *j, const struct exh_ledger_report *r)
{
    json_put_key(j, "findings");
    json_open_array(j);
    for (size_t i = 0; i < r->findings_n; i++) {
        json_open_object(j);
        put_pair(j, "kind", r->findings[i].kind);
        put_count(j, "entry", r->findings[i].entry);
        put_count(j, "until", r->findings[i].until);
        put_pair(j, "sentence", r->findings[i].sentence);
        json_close_object(j);
    }
    json_close_array(j);
    put_count(j, "findings_all", r->findings_all);
}

static void put_gaps(struct json_out *j, const struct exh_ledger_report *r)
{
    json_put_key(j, "gaps");
    json_open_array(j);
    for (size_t i = 0; i < r->gaps_n; i++) {
        json_open_object(j);
        put_count(j, "entry", r->gaps[i].entry);
        put_pair(j, "reason", r->gaps[i].reason);
        put_us(j, "from_us", r->gaps[i].from_us);
        put_us(j, "at_us", r->gaps[i].at_us);
        json_close_object(j);
    }
    json_close_array(j);
    put_count(j, "gaps_all", r->gaps_all);
}

static void put_warnings(struct json_out *j, const struct exh_ledger_report *r)
{
    json_put_key(j, "warnings");
    json_open_array(j);
    for (size_t i = 0; i < r->warnings_n; i++)
        json_put_text(j, r->warnings[i]);
    json_close_array(j);
}

static void put_certificate(struct json_out *j, const struct exh_ledger_report *r)
{
    const struct exh_certificate *c = &r->signed_by;

    json_put_key(j, "signer");
    json_open_object(j);
    put_pair(j, "subject", c->subject);
    put_pair(j, "issuer", c->issuer);
    put_pair(j, "serial", c->serial);
    if (c->camera[0])
        put_pair(j, "camera", c->camera);
    if (c->person[0])
        put_pair(j, "person", c->person);
    put_seconds(j, "not_before", c->not_before);
    put_seconds(j, "not_after", c->not_after);
    put_hex(j, "sha256", c->sha256, sizeof c->sha256);
    json_put_key(j, "algorithm");
    json_put_int(j, r->alg);
    json_close_object(j);
}

static void put_frames(struct json_out *j, const struct exh_ledger_report *r)
{
    json_put_key(j, "frames");
    json_open_object(j);
    put_count(j, "first", r->frame_first);
    if (r->has_frame_last)
        put_count(j, "last", r->frame_last);
    if (r->has_prev_capture)
        put_hex(j, "prev_capture", r->prev_capture, sizeof r->prev_capture);
    json_close_object(j);
}

/* What the open entry says. */
static void put_open(struct json_out *j, const struct exh_ledger_report *r)
{
    put_hex(j, "oid", r->oid, sizeof r->oid);
    put_hex(j, "stream_id", r->stream_id, sizeof r->stream_id);
    put_pair(j, "camera_id", r->camera_id);
    put_pair(j, "media_type", r->media_type);
    put_flag(j, "sealed", r->sealed);
    put_flag(j, "one_file", r->one_file);
    if (r->captured)
        put_frames(j, r);
    put_count(j, "segment", r->segment);
    if (r->has_previous)
        put_hex(j, "previous", r->previous, sizeof r->previous);
    put_us(j, "opened_us", r->opened_us);
    if (r->has_certificate)
        put_certificate(j, r);
}

static const char *end_name(enum exh_ledger_end end)
{
    switch (end) {
    case EXH_LEDGER_NONE: break;
    case EXH_LEDGER_OPEN_END: return "open end";
    case EXH_LEDGER_CLOSED: return "closed";
    }
    return "none";
}

/* How far the entries hold. */
static void put_entries(struct json_out *j, const struct exh_ledger_report *r)
{
    put_pair(j, "end", end_name(r->end));
    put_hex(j, "head", r->head, sizeof r->head);
    put_flag(j, "partial", r->partial);
    put_flag(j, "recovered", r->recovered);
    put_us(j, "first_us", r->first_us);
    put_us(j, "last_us", r->last_us);
    put_count(j, "entries", r->entries);
    put_count(j, "loose", r->loose);
    put_count(j, "records", r->records);
    put_count(j, "matching", r->matching);
    put_count(j, "covered_bytes", r->covered_n);
    put_count(j, "body_bytes", r->body_n);
    put_count(j, "unsigned_bytes", r->unsigned_n);
    put_count(j, "torn_bytes", r->torn_n);
}

static void put_report(struct json_out *j, const struct exh_ledger_report *r)
{
    json_open_object(j);
    json_put_key(j, "schema");
    json_put_int(j, EXH_LEDGER_SCHEMA);
    put_pair(j, "verdict", r->verdict);
    put_pair(j, "headline", r->headline);
    put_pair(j, "advice", r->advice);
    put_axes(j, r);
    put_findings(j, r);
    put_gaps(j, r);
    put_warnings(j, r);
    if (r->has_open) {
        put_open(j, r);
        put_entries(j, r);
    }
    json_close_object(j);
}

enum exh_status exh_ledger_report_json(const struct exh_ledger_report *report, char **json,
                                       size_t *n, struct exh_error *err)
{
    struct exh_error local;
    struct buf b = buf_with_limit(JSON_MAX);
    struct json_out j = json_over(&b);

    err = err ? err : &local;
    put_report(&j, report);
    const size_t size = b.n;
    buf_put_u8(&b, 0);
    enum exh_status status = buf_finish(&b, err);
    if (status != EXH_OK) {
        buf_free(&b);
        return status;
    }
    *json = (char *)b.p;
    *n = size;
    return EXH_OK;
}
