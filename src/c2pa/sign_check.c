#include "c2pa/sign_check.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "c2pa/metadata_rules.h"

#define LOCAL_OFFSET_MAX (24 * 60) // minutes

static enum exh_status check_text(const char *what, const char *text, bool needed, size_t max,
                                  struct exh_error *err)
{
    if (!text)
        return needed ? fail(err, EXH_INVALID, "%s is missing", what) : EXH_OK;

    const struct exh_bytes view = bytes_of(text);
    if (needed && !view.n)
        return fail(err, EXH_INVALID, "%s is empty", what);
    if (view.n > max)
        return fail(err, EXH_INVALID, "%s has %zu bytes, at most %zu are allowed", what, view.n,
                    max);
    if (!utf8_valid(view))
        return fail(err, EXH_INVALID, "%s is not UTF-8", what);
    return EXH_OK;
}

struct text_rule {
    const char *what;
    const char *text;
    bool needed;
    size_t max;
};

static enum exh_status check_texts(const struct text_rule *rules, size_t n, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < n && status == EXH_OK; i++)
        status = check_text(rules[i].what, rules[i].text, rules[i].needed, rules[i].max, err);
    return status;
}

static enum exh_status check_signer(const struct exh_signer *signer, struct exh_error *err)
{
    if (!signer->sign || !signer->signature_size || signer->signature_size > EXH_SIGNATURE_MAX)
        return fail(err, EXH_INVALID,
                    "the signer has signatures of %zu bytes, 1 to %d are possible",
                    signer->signature_size, EXH_SIGNATURE_MAX);
    if (!signer->chain_n || signer->chain_n > EXH_CHAIN_MAX)
        return fail(err, EXH_INVALID, "the signer has %zu certificates, 1 to %d are possible",
                    signer->chain_n, EXH_CHAIN_MAX);
    return EXH_OK;
}

/* A number that is there, finite and in its range. */
static bool in_range(double v, double low, double high)
{
    return isfinite(v) && v >= low && v <= high;
}

static enum exh_status check_capture(const struct exh_capture *c, struct exh_error *err)
{
    const struct text_rule rules[] = {
        { "camera id", c->camera_id, true, EXH_NAME_MAX - 1 },
        { "clock source", c->clock_source, false, EXH_NAME_MAX },
        { "position source", c->position_source, false, EXH_NAME_MAX },
        { "reason for no position", c->position_reason, false, EXH_NAME_MAX },
    };

    if (c->end_frame < c->start_frame)
        return fail(err, EXH_INVALID, "the last frame lies before the first");
    if (c->utc_offset_min < -LOCAL_OFFSET_MAX || c->utc_offset_min > LOCAL_OFFSET_MAX)
        return fail(err, EXH_INVALID, "local time is %d minutes from UTC", c->utc_offset_min);
    if (c->has_position && (!in_range(c->lat, -90, 90) || !in_range(c->lon, -180, 180)))
        return fail(err, EXH_INVALID, "position %.6f, %.6f is not on earth", c->lat, c->lon);
    if (c->has_position && !in_range(c->accuracy_m, 0, 1e8))
        return fail(err, EXH_INVALID, "position is accurate to %.3f m", c->accuracy_m);
    if (c->has_position && c->has_alt && !in_range(c->alt, -1e5, 1e9))
        return fail(err, EXH_INVALID, "altitude is %.3f m", c->alt);
    return check_texts(rules, ARRAY_N(rules), err);
}

/* Only a camera may say that a sensor made these bytes, and only under its own name. */
static enum exh_status check_camera(const struct exh_signer *signer,
                                    const struct exh_sign_options *o, const char *source_type,
                                    struct exh_error *err)
{
    struct exh_chain *chain = NULL;
    struct exh_certificate leaf;

    if (!o->capture && !source_type_is_capture(source_type))
        return EXH_OK;
    if (!o->capture)
        return fail(err, EXH_INVALID,
                    "\"%.60s\" says that a sensor saw it: only a capture, with its facts, says so",
                    source_type);
    if (!source_type_is_of_device(source_type))
        return fail(err, EXH_INVALID, "facts of a capture, but the source type is \"%.40s\"",
                    source_type);
    enum exh_status status = o->crypto->chain_new(signer->chain, 1, &chain, err);
    if (status != EXH_OK)
        return status;
    o->crypto->chain_certificate(chain, 0, &leaf);
    o->crypto->chain_free(chain);
    if (!leaf.camera[0])
        return fail(err, EXH_INVALID,
                    "the certificate of %s is not a camera's: it cannot sign a capture",
                    leaf.subject);
    const char *id = o->capture ? o->capture->camera_id : NULL;
    if (id && id[0] && strcmp(leaf.camera, id) != 0)
        return fail(err, EXH_INVALID, "camera id is %s, but the certificate is of camera %s",
                    o->capture->camera_id, leaf.camera);
    return EXH_OK;
}

/* A media type: two words of the usual characters. */
static bool is_media_type(const char *text)
{
    size_t slashes = 0;

    for (const char *p = text; *p; p++) {
        const bool word = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
                          (*p >= 'A' && *p <= 'Z') || strchr("-+._", *p);
        if (*p == '/')
            slashes++;
        else if (!word)
            return false;
    }
    return slashes == 1 && text[0] != '/' && text[strlen(text) - 1] != '/' && strlen(text) < 128;
}

static enum exh_status check_thumbnail(const struct exh_embedded *t, struct exh_error *err)
{
    if (!t->format || !is_media_type(t->format))
        return fail(err, EXH_INVALID, "the thumbnail has no media type");
    if (!t->data.n || t->data.n > SIGN_THUMBNAIL_MAX)
        return fail(err, EXH_INVALID, "the thumbnail has %zu bytes, 1 to %zu are possible",
                    t->data.n, SIGN_THUMBNAIL_MAX);
    return EXH_OK;
}

static enum exh_status check_responses(const char *what, const struct exh_bytes *responses,
                                       size_t n, struct exh_error *err)
{
    if (n > SIGN_OCSP_COUNT)
        return fail(err, EXH_INVALID, "%zu %s, at most %d are allowed", n, what, SIGN_OCSP_COUNT);
    for (size_t i = 0; i < n; i++)
        if (!responses[i].n || responses[i].n > SIGN_OCSP_MAX)
            return fail(err, EXH_INVALID, "one of the %s has %zu bytes, 1 to %zu are possible",
                        what, responses[i].n, SIGN_OCSP_MAX);
    return EXH_OK;
}

static enum exh_status check_redactions(const struct exh_sign_options *o, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (o->redactions_n > SIGN_REDACTIONS)
        return fail(err, EXH_INVALID, "%zu redactions, at most %d are allowed", o->redactions_n,
                    SIGN_REDACTIONS);
    for (size_t i = 0; i < o->redactions_n && status == EXH_OK; i++) {
        const struct text_rule rules[] = {
            { "URI of a redaction", o->redactions[i].url, true, SIGN_TEXT_MAX },
            { "reason of a redaction", o->redactions[i].reason, false, SIGN_TEXT_MAX },
        };
        status = check_texts(rules, ARRAY_N(rules), err);
        for (size_t k = 0; k < i && status == EXH_OK; k++)
            if (strcmp(o->redactions[i].url, o->redactions[k].url) == 0)
                status = fail(err, EXH_INVALID, "%.200s is redacted twice", o->redactions[i].url);
    }
    return status;
}

static enum exh_status check_ingredients(const struct exh_sign_options *o, struct exh_error *err)
{
    if (o->ingredients_n > EXH_INGREDIENTS_MAX)
        return fail(err, EXH_INVALID, "%zu ingredients, at most %d are allowed", o->ingredients_n,
                    EXH_INGREDIENTS_MAX);
    for (size_t i = 0; i < o->ingredients_n; i++) {
        const struct exh_ingredient *one = &o->ingredients[i];
        enum exh_status status =
            check_text("title of an ingredient", one->title, false, SIGN_TEXT_MAX, err);
        if (status != EXH_OK)
            return status;
        if (!one->source || !one->relationship ||
            (strcmp(one->relationship, "componentOf") != 0 &&
             strcmp(one->relationship, "inputTo") != 0))
            return fail(err, EXH_INVALID, "an ingredient is componentOf or inputTo, not %.40s",
                        one->relationship ? one->relationship : "nothing");
    }
    return EXH_OK;
}

/* What contradicts what: a table, because there is nothing more to it. */
static enum exh_status check_combination(const struct exh_sign_options *o, struct exh_error *err)
{
    const bool late = o->stamp_active || o->status_n;
    const struct {
        bool wrong;
        const char *sentence;
    } rules[] = {
        { o->update && (o->source_type || o->capture), "an update manifest makes no picture: "
                                                       "it has no source type and no capture" },
        { o->update && o->thumbnail, "an update manifest has no thumbnail" },
        { o->update && o->ingredients_n, "an update manifest has no ingredient but its parent" },
        { o->update && o->append, "an update cannot change where the manifests lie" },
        { o->update && !late && !o->metadata && !o->redactions_n && !o->stamper,
          "an update manifest with nothing to say" },
        { o->stamp_active && !o->stamper, "a time-stamp without an authority to ask" },
        { o->ocsp_n && !o->stamper, "OCSP responses count only beside a time-stamp" },
        { o->append && o->sidecar, "a sidecar and a store at the end of the file" },
    };

    for (size_t i = 0; i < ARRAY_N(rules); i++)
        if (rules[i].wrong)
            return fail(err, EXH_INVALID, "%s", rules[i].sentence);
    return EXH_OK;
}

static enum exh_status check_metadata(const char *json, struct exh_error *err)
{
    char why[METADATA_FAULT_MAX];
    struct json document;
    enum exh_status status = check_text("metadata", json, true, SIGN_METADATA_MAX, err);

    if (status != EXH_OK)
        return status;
    if (json_parse(bytes_of(json), 0, &document, err) != EXH_OK) {
        err->status = EXH_INVALID;
        return within(err, "metadata");
    }
    if (json_type(document) != JSON_OBJECT ||
        json_type(json_get(document, "@context")) == JSON_NONE)
        return fail(err, EXH_INVALID, "metadata is not JSON-LD: an object with \"@context\"");
    if (metadata_fault(document, why, sizeof why))
        return fail(err, EXH_INVALID, "metadata: %s", why);
    return EXH_OK;
}

enum exh_status sign_check(const struct exh_signer *signer, const struct exh_sign_options *o,
                           char source_type[SOURCE_TYPE_MAX], struct exh_error *err)
{
    const struct text_rule rules[] = {
        { "name of the claim generator", o->generator, true, SIGN_TEXT_MAX },
        { "version of the claim generator", o->generator_version, false, SIGN_TEXT_MAX },
        { "title", o->title, false, SIGN_TEXT_MAX },
        { "title of the input", o->input_title, false, SIGN_TEXT_MAX },
    };
    enum exh_status status = check_signer(signer, err);

    source_type[0] = 0;
    if (status == EXH_OK && !exh_hash_size(o->hash))
        status = fail(err, EXH_INVALID, "hash algorithm %d is unknown", (int)o->hash);
    if (status == EXH_OK)
        status = check_texts(rules, ARRAY_N(rules), err);
    if (status == EXH_OK)
        status = check_combination(o, err);
    if (status == EXH_OK && o->source_type)
        status = source_type_uri(o->source_type, source_type, err);
    if (status == EXH_OK)
        status = check_camera(signer, o, source_type, err);
    if (status == EXH_OK && o->capture)
        status = check_capture(o->capture, err);
    if (status == EXH_OK && o->metadata)
        status = check_metadata(o->metadata, err);
    if (status == EXH_OK && o->thumbnail)
        status = check_thumbnail(o->thumbnail, err);
    if (status == EXH_OK)
        status = check_responses("OCSP responses", o->ocsp, o->ocsp_n, err);
    if (status == EXH_OK)
        status = check_responses("status responses", o->status, o->status_n, err);
    if (status == EXH_OK)
        status = check_redactions(o, err);
    if (status == EXH_OK)
        status = check_ingredients(o, err);
    return status;
}
