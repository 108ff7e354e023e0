/* report_json.c -- the report for programs: docs/man/exhibit-verdict.5 describes every key. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "c2pa/report.h"
#include "formats/json.h"

#define JSON_REPORT_MAX ((size_t)64 << 20) // bytes; a report is smaller than what it reports on

static void put_pair(struct json_out *j, const char *key, const char *text)
{
    if (!text)
        return;
    json_put_key(j, key);
    json_put_text(j, text);
}

static void put_time(struct json_out *j, const char *key, int64_t at)
{
    char text[WHEN_TEXT_MAX];

    when_write(text, at);
    put_pair(j, key, text);
}

static void put_hex(struct json_out *j, const char *key, const uint8_t *p, size_t n)
{
    char text[2 * EXH_HASH_MAX + 1];

    hex_write(text, p, n);
    put_pair(j, key, text);
}

static void put_kind(struct json_out *j, const char *key, struct exh_findings f,
                     enum exh_finding_kind kind)
{
    json_put_key(j, key);
    json_open_array(j);
    for (size_t i = 0; i < f.n; i++) {
        if (f.items[i].kind != kind)
            continue;
        json_open_object(j);
        put_pair(j, "code", f.items[i].code);
        put_pair(j, "url", f.items[i].url);
        put_pair(j, "explanation", f.items[i].explanation);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_findings(struct json_out *j, const char *key, struct exh_findings f)
{
    json_put_key(j, key);
    json_open_object(j);
    put_kind(j, "success", f, EXH_SUCCESS);
    put_kind(j, "informational", f, EXH_INFORMATIONAL);
    put_kind(j, "failure", f, EXH_FAILURE);
    json_close_object(j);
}

static void put_axes(struct json_out *j, const struct exh_report *r)
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

static void put_certificate(struct json_out *j, const struct exh_certificate *c)
{
    json_put_key(j, "signer");
    json_open_object(j);
    put_pair(j, "subject", c->subject);
    put_pair(j, "issuer", c->issuer);
    put_pair(j, "serial", c->serial);
    put_pair(j, "camera", c->camera[0] ? c->camera : NULL);
    put_pair(j, "person", c->person[0] ? c->person : NULL);
    put_time(j, "not_before", c->not_before);
    put_time(j, "not_after", c->not_after);
    put_hex(j, "sha256", c->sha256, sizeof c->sha256);
    json_close_object(j);
}

static void put_stamp(struct json_out *j, const struct exh_manifest *m)
{
    json_put_key(j, "time_stamp");
    json_open_object(j);
    put_time(j, "time", m->stamp_time);
    put_pair(j, "authority", m->stamp_authority);
    json_put_key(j, "trusted");
    json_put_bool(j, m->stamp_trusted);
    json_close_object(j);
}

static void put_assertions(struct json_out *j, const struct exh_manifest *m)
{
    json_put_key(j, "assertions");
    json_open_array(j);
    for (size_t i = 0; i < m->assertions_n; i++) {
        const struct exh_assertion *a = &m->assertions[i];
        json_open_object(j);
        put_pair(j, "label", a->label);
        put_pair(j, "type", a->type);
        json_put_key(j, "size");
        json_put_uint(j, a->content.n);
        json_put_key(j, "created");
        json_put_bool(j, a->created);
        json_put_key(j, "redacted");
        json_put_bool(j, a->redacted);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_ingredients(struct json_out *j, const struct exh_report *r,
                            const struct exh_manifest *m)
{
    json_put_key(j, "ingredients");
    json_open_array(j);
    for (size_t i = 0; i < m->ingredients_n; i++) {
        const struct exh_ingredient_info *in = &m->ingredients[i];
        json_open_object(j);
        put_pair(j, "url", in->url);
        put_pair(j, "relationship", in->relationship);
        put_pair(j, "title", in->title);
        put_pair(j, "format", in->format);
        put_pair(j, "manifest", in->manifest >= 0 ? r->manifests[in->manifest].label : NULL);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_manifest(struct json_out *j, const struct exh_report *r,
                         const struct exh_manifest *m)
{
    json_open_object(j);
    put_pair(j, "label", m->label);
    put_pair(j, "kind", m->update ? "update" : "standard");
    json_put_key(j, "compressed");
    json_put_bool(j, m->compressed);
    put_pair(j, "generator", m->generator);
    put_pair(j, "title", m->title);
    put_pair(j, "instance_id", m->instance_id);
    json_put_key(j, "claim_version");
    json_put_int(j, m->claim_version);
    json_put_key(j, "algorithm");
    json_put_int(j, m->alg);
    if (m->has_signer)
        put_certificate(j, &m->signer);
    if (m->stamped)
        put_stamp(j, m);
    put_assertions(j, m);
    put_ingredients(j, r, m);
    put_findings(j, "validation_results", m->findings);
    json_close_object(j);
}

static void put_position(struct json_out *j, const struct exh_claimed_capture *c)
{
    json_put_key(j, "position");
    json_open_object(j);
    if (c->has_position) {
        json_put_key(j, "lat");
        json_put_double(j, c->lat);
        json_put_key(j, "lon");
        json_put_double(j, c->lon);
        json_put_key(j, "accuracy_m");
        json_put_double(j, c->accuracy_m);
    }
    put_pair(j, c->has_position ? "source" : "reason", c->position_source);
    json_close_object(j);
}

static void put_capture(struct json_out *j, const struct exh_claimed_capture *c)
{
    json_put_key(j, "capture");
    json_open_object(j);
    put_pair(j, "camera_id", c->camera_id);
    json_put_key(j, "start_frame");
    json_put_uint(j, c->start_frame);
    json_put_key(j, "end_frame");
    json_put_uint(j, c->end_frame);
    put_pair(j, "captured_at", c->captured_at[0] ? c->captured_at : NULL);
    put_pair(j, "local_time", c->local_time[0] ? c->local_time : NULL);
    put_pair(j, "clock_source", c->clock_source);
    put_position(j, c);
    if (c->has_prev)
        put_hex(j, "prev", c->prev, sizeof c->prev);
    json_close_object(j);
}

static void put_deltas(struct json_out *j, const struct exh_report *r)
{
    json_put_key(j, "ingredient_deltas");
    json_open_array(j);
    for (size_t i = 0; i < r->deltas_n; i++) {
        json_open_object(j);
        put_pair(j, "url", r->deltas[i].url);
        put_findings(j, "validation_results", r->deltas[i].findings);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_warnings(struct json_out *j, const struct exh_report *r)
{
    json_put_key(j, "warnings");
    json_open_array(j);
    for (size_t i = 0; i < r->warnings_n; i++)
        json_put_text(j, r->warnings[i]);
    json_close_array(j);
}

static const char *state_name(enum exh_state s)
{
    switch (s) {
    case EXH_STATE_NONE: return "None";
    case EXH_STATE_INVALID: return "Invalid";
    case EXH_STATE_VALID: return "Valid";
    case EXH_STATE_TRUSTED: return "Trusted";
    }
    return "None";
}

static void put_report(struct json_out *j, const struct exh_report *r)
{
    json_open_object(j);
    json_put_key(j, "schema");
    json_put_int(j, EXH_REPORT_SCHEMA);
    put_pair(j, "format", r->format);
    put_pair(j, "validation_state", state_name(r->state));
    put_pair(j, "headline", r->headline);
    put_pair(j, "advice", r->advice);
    put_axes(j, r);
    put_findings(j, "validation_results", r->findings);
    put_deltas(j, r);
    put_warnings(j, r);
    if (r->capture.present)
        put_capture(j, &r->capture);
    if (r->manifests_n) {
        put_pair(j, "active_manifest", r->manifests[r->manifests_n - 1].label);
        put_hex(j, "claim_sha256", r->claim_sha256, sizeof r->claim_sha256);
    }
    json_put_key(j, "remote");
    json_put_bool(j, r->remote);
    json_put_key(j, "manifests");
    json_open_array(j);
    for (size_t i = 0; i < r->manifests_n; i++)
        put_manifest(j, r, &r->manifests[i]);
    json_close_array(j);
    json_close_object(j);
}

enum exh_status exh_report_json(const struct exh_report *report, char **json, size_t *n,
                                struct exh_error *err)
{
    struct exh_error local;
    struct buf b = buf_with_limit(JSON_REPORT_MAX);
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
