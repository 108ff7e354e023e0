/* Any file, and any TIFF: what is told of it is JSON, and only of fields that may be told. */
#include <string.h>

#include "base/text.h"
#include "formats/metadata_fields.h"
#include "fuzz.h"
#include "media/exif.h"
#include "media/media.h"

#define NAME_MAX_N 64

static void check(struct exh_bytes text)
{
    struct exh_error err;
    struct json whole, name, value;
    char field[NAME_MAX_N];

    REQUIRE(json_parse(text, 0, &whole, &err) == EXH_OK);
    struct json_walk walk = json_walk(whole);
    while (json_next(&walk, &name, &value))
        REQUIRE(json_string_is(name, "@context") || (json_string(name, field, sizeof field, NULL) &&
                                                     metadata_field_allowed(bytes_of(field))));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_source source = exh_source_memory(p, n);
    struct buf out = buf_with_limit((size_t)1 << 20);
    struct exh_error err;
    char *json = NULL;
    size_t size;

    if (exhibit_media.metadata(&source, &json, &size, &err) == EXH_OK) {
        check((struct exh_bytes){ (uint8_t *)json, size });
        free(json);
    }
    if (exif_write((struct exh_bytes){ p, n }, &out, &err) == EXH_OK)
        check(buf_view(&out));
    buf_free(&out);
    const unsigned orientation = exif_orientation((struct exh_bytes){ p, n });
    REQUIRE(orientation >= 1 && orientation <= 8);
    return 0;
}
