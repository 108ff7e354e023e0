#include "c2pa/metadata_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/metadata_fields.h"

#define FIELD_MAX 256 // bytes of one field's name or of a namespace

/* Every prefix that is bound in the context is bound to its own namespace. */
static bool context_is_sound(struct json context)
{
    struct json_walk walk = json_walk(context);
    struct json name, value;

    if (json_type(context) != JSON_OBJECT)
        return false;
    while (json_next(&walk, &name, &value)) {
        char prefix[FIELD_MAX], uri[FIELD_MAX];
        size_t prefix_n = 0, uri_n = 0;
        if (!json_string(name, prefix, sizeof prefix, &prefix_n) ||
            !json_string(value, uri, sizeof uri, &uri_n))
            return false;
        const struct exh_bytes p = { (const uint8_t *)prefix, prefix_n };
        if (metadata_namespace(p) &&
            !metadata_namespace_is(p, (struct exh_bytes){ (const uint8_t *)uri, uri_n }))
            return false;
    }
    return true;
}

static bool prefix_is_bound(struct json context, const char *field)
{
    char prefix[FIELD_MAX];
    const char *colon = strchr(field, ':');

    if (!colon || (size_t)(colon - field) >= sizeof prefix)
        return false;
    memcpy(prefix, field, (size_t)(colon - field));
    prefix[colon - field] = 0;
    return json_type(json_get(context, prefix)) == JSON_STRING;
}

/* The first field that may not be there, into `field`; false when all may. */
static bool find_disallowed(struct json doc, char *field, size_t size)
{
    struct json context = json_get(doc, "@context");
    struct json_walk walk = json_walk(doc);
    struct json name, value;
    size_t n = 0;

    while (json_next(&walk, &name, &value)) {
        if (json_string_is(name, "@context"))
            continue;
        if (!json_string(name, field, size, &n)) {
            memcpy(field, "(too long)", sizeof "(too long)");
            return true;
        }
        if (strlen(field) != n || !metadata_field_allowed(bytes_of(field)) ||
            !prefix_is_bound(context, field))
            return true;
    }
    return false;
}

bool metadata_fault(struct json doc, char *why, size_t size)
{
    char field[FIELD_MAX];

    if (!context_is_sound(json_get(doc, "@context")))
        snprintf(why, size, "@context is missing, or binds a prefix to a foreign namespace");
    else if (find_disallowed(doc, field, sizeof field))
        snprintf(why, size, "field %s is not on the list, or its prefix is not bound", field);
    else
        return false;
    return true;
}
