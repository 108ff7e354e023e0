#include "cli/capture_args.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <exhibit/file.h>
#include <exhibit/verify.h>

#include "base/error.h"
#include "base/text.h"
#include "base/when.h"
#include "formats/json.h"

#define EXIF_NAMESPACE "http://ns.adobe.com/exif/1.0/"

bool capture_has_no_clock(const struct capture_args *args)
{
    return args->clock && strcmp(args->clock, "none") == 0;
}

/* Up to n decimal numbers with commas between them; false if there is anything else. */
static bool read_numbers(const char *text, double *numbers, size_t n, size_t *found)
{
    *found = 0;
    for (;;) {
        char *end;
        // strtod() would take hexadecimals, infinities and words too.
        const size_t digits = strspn(text, "+-.0123456789");
        numbers[*found] = strtod(text, &end);
        if (!digits || end != text + digits || !isfinite(numbers[*found]))
            return false;
        (*found)++;
        if (!*end)
            return true;
        if (*end != ',' || *found == n)
            return false;
        text = end + 1;
    }
}

static bool read_number(const char **text, uint64_t *v)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *v = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

enum exh_status capture_read_frames(const char *text, uint64_t *first, uint64_t *last,
                                    struct exh_error *err)
{
    const char *rest = text;
    bool good = read_number(&rest, first);

    *last = *first;
    if (good && *rest == '-') {
        rest++;
        good = read_number(&rest, last);
    }
    if (!good || *rest || *last < *first)
        return fail(err, EXH_INVALID, "--frames %s: expected a number, or two as 1041-1043", text);
    return EXH_OK;
}

static enum exh_status read_frames(const char *text, struct exh_capture *c, struct exh_error *err)
{
    if (!text)
        return fail(err, EXH_INVALID, "--captured needs --frames, as 1041 or 1041-1043");
    return capture_read_frames(text, &c->start_frame, &c->end_frame, err);
}

static enum exh_status read_position(const struct capture_args *a, struct exh_capture *c,
                                     struct exh_error *err)
{
    double v[4];
    size_t n;

    if (!a->position)
        return EXH_OK;
    if (!read_numbers(a->position, v, ARRAY_N(v), &n) || n < 3)
        return fail(err, EXH_INVALID,
                    "--position %s: expected degrees, degrees and metres, as 48.137,11.576,5",
                    a->position);
    c->has_position = true;
    c->lat = v[0];
    c->lon = v[1];
    c->accuracy_m = v[2];
    c->has_alt = n == 4;
    c->alt = n == 4 ? v[3] : 0;
    c->position_source = a->position_source ? a->position_source : "user";
    return EXH_OK;
}

static enum exh_status read_clock(const struct capture_args *a, struct capture *out,
                                  struct exh_error *err)
{
    const size_t name = a->clock ? strcspn(a->clock, ",") : 0;
    double v[2];
    size_t n = 0;

    if (!a->clock)
        return EXH_OK;
    if (!name || name >= sizeof out->clock_source ||
        (a->clock[name] && (!read_numbers(a->clock + name + 1, v, 2, &n) || n != 2)))
        return fail(
            err, EXH_INVALID,
            "--clock %s: expected a name, or as ntp,-12,5 with offset and uncertainty in ms",
            a->clock);
    memcpy(out->clock_source, a->clock, name);
    out->clock_source[name] = 0;
    out->facts.clock_source = out->clock_source;
    out->facts.has_clock_offset = n == 2;
    if (n == 2 && (fabs(v[0]) > 1e15 || fabs(v[1]) > 1e15))
        return fail(err, EXH_INVALID, "--clock %s: out of range", a->clock);
    out->facts.clock_offset_ms = n == 2 ? (int64_t)v[0] : 0;
    out->facts.clock_uncertainty_ms = n == 2 ? (int64_t)v[1] : 0;
    return EXH_OK;
}

/* Minutes that local time is east of UTC, at a moment. */
static int local_offset(int64_t at)
{
    const time_t t = (time_t)at;
    struct tm local;

    if (!localtime_r(&t, &local))
        return 0;
    const int64_t shown = when_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                                  local.tm_hour, local.tm_min, local.tm_sec);
    return (int)((shown - at) / 60);
}

static enum exh_status read_time(const struct capture_args *a, int64_t now, struct exh_capture *c,
                                 struct exh_error *err)
{
    if (capture_has_no_clock(a)) {
        c->captured_at = EXH_NO_TIME;
        return a->time ? fail(err, EXH_INVALID, "--time %s, but --clock none", a->time) : EXH_OK;
    }
    c->captured_at = now;
    c->utc_offset_min = local_offset(now);
    if (a->time && !when_read(bytes_of(a->time), &c->captured_at, &c->utc_offset_min))
        return fail(err, EXH_INVALID,
                    "--time %s: a time like 2026-11-21T11:00:00+02:00 was expected", a->time);
    return EXH_OK;
}

/* The claim of the picture before: whoever misses one will see it. */
static enum exh_status read_previous(const struct capture_args *a, int64_t now, struct capture *out,
                                     struct exh_error *err)
{
    struct exh_source source = { 0 };
    struct exh_report *report = NULL;
    const struct exh_verify_options how = { .crypto = exh_crypto_openssl(), .now = now };

    if (!a->previous)
        return EXH_OK;
    enum exh_status status = exh_source_open(a->previous, &source, err);
    if (status == EXH_OK)
        status = exh_verify(&source, &how, &report, err);
    if (status == EXH_OK && !report->manifests_n)
        status = fail(err, EXH_NOT_FOUND, "carries no credential");
    if (status == EXH_OK) {
        memcpy(out->prev, report->claim_sha256, sizeof out->prev);
        out->facts.prev = out->prev;
    }
    exh_report_free(report);
    exh_source_close(&source);
    return status == EXH_OK ? status : within(err, a->previous);
}

/* An option that says something of a capture, without one. */
static const char *stray_option(const struct capture_args *a)
{
    const struct {
        const char *name, *value;
    } options[] = {
        { "--frames", a->frames }, { "--position", a->position },
        { "--clock", a->clock },   { "--position-source", a->position_source },
        { "--time", a->time },     { "--previous", a->previous },
    };

    for (size_t i = 0; i < ARRAY_N(options); i++)
        if (options[i].value)
            return options[i].name;
    return NULL;
}

enum exh_status capture_read_args(const struct capture_args *args, const char *camera_id,
                                  int64_t now, struct capture *out, struct exh_error *err)
{
    const char *stray = args->captured ? NULL : stray_option(args);

    *out = (struct capture){ .facts = { .camera_id = camera_id, .position_reason = "not given" } };
    if (stray)
        return fail(err, EXH_INVALID, "%s means nothing without --captured", stray);
    if (!args->captured)
        return EXH_OK;
    enum exh_status status = read_frames(args->frames, &out->facts, err);
    if (status == EXH_OK)
        status = read_position(args, &out->facts, err);
    if (status == EXH_OK && args->position_source && !args->position)
        status = fail(err, EXH_INVALID, "--position-source means nothing without --position");
    if (status == EXH_OK)
        status = read_clock(args, out, err);
    if (status == EXH_OK)
        status = read_time(args, now, &out->facts, err);
    return status == EXH_OK ? read_previous(args, now, out, err) : status;
}

/* Degrees as XMP writes them: "48,8.229240N". */
static void put_coordinate(struct json_out *j, const char *key, double v, const char sides[2])
{
    char text[48];
    const uint64_t micro = (uint64_t)(fabs(v) * 60e6 + 0.5); // of minutes

    snprintf(text, sizeof text, "%u,%u.%06u%c", (unsigned)(micro / 60000000),
             (unsigned)(micro / 1000000 % 60), (unsigned)(micro % 1000000), sides[v < 0]);
    json_put_key(j, key);
    json_put_text(j, text);
}

/* A length as a rational number of millimetres. */
static void put_metres(struct json_out *j, const char *key, double metres)
{
    char text[48];

    snprintf(text, sizeof text, "%.0f/1000", fabs(metres) * 1000);
    json_put_key(j, key);
    json_put_text(j, text);
}

static void put_place(struct json_out *j, const struct exh_capture *c)
{
    put_coordinate(j, "exif:GPSLatitude", c->lat, "NS");
    put_coordinate(j, "exif:GPSLongitude", c->lon, "EW");
    put_metres(j, "exif:GPSHPositioningError", c->accuracy_m);
    if (c->has_alt) {
        json_put_key(j, "exif:GPSAltitudeRef");
        json_put_int(j, c->alt < 0);
        put_metres(j, "exif:GPSAltitude", c->alt);
    }
}

static void put_time(struct json_out *j, const struct exh_capture *c)
{
    char text[WHEN_TEXT_MAX];

    when_write_local(text, c->captured_at, c->utc_offset_min);
    json_put_key(j, "exif:DateTimeOriginal");
    json_put_text(j, text);
}

/* The members that are there already; the context gets the prefix that we use. */
static void put_members(struct json_out *j, struct json doc)
{
    struct json_walk walk = json_walk(doc);
    struct json name, value;

    while (json_next(&walk, &name, &value)) {
        char key[256];
        if (!json_string(name, key, sizeof key, NULL) || strcmp(key, "@context") == 0)
            continue;
        json_put_key(j, key);
        json_put_raw(j, value.text);
    }
}

static void put_context(struct json_out *j, struct json context)
{
    json_put_key(j, "@context");
    json_open_object(j);
    put_members(j, context);
    if (json_type(json_get(context, "exif")) == JSON_NONE) {
        json_put_key(j, "exif");
        json_put_text(j, EXIF_NAMESPACE);
    }
    json_close_object(j);
}

enum exh_status capture_put_metadata(const struct capture *c, const char *metadata, struct buf *b,
                                     struct exh_error *err)
{
    struct json doc = { 0 };
    struct json_out j = json_over(b);
    enum exh_status status = EXH_OK;

    if (metadata)
        status = json_parse(bytes_of(metadata), 0, &doc, err);
    if (status != EXH_OK)
        return within(err, "metadata");
    json_open_object(&j);
    put_context(&j, json_get(doc, "@context"));
    put_members(&j, doc);
    if (c->facts.has_position && json_type(json_get(doc, "exif:GPSLatitude")) == JSON_NONE)
        put_place(&j, &c->facts);
    if (c->facts.captured_at != EXH_NO_TIME &&
        json_type(json_get(doc, "exif:DateTimeOriginal")) == JSON_NONE)
        put_time(&j, &c->facts);
    json_close_object(&j);
    buf_put_u8(b, 0);
    return buf_finish(b, err);
}
