/* Any JSON: what is accepted is walked whole; written by us, it is read and written the same again. */
#include <string.h>

#include "formats/json.h"
#include "fuzz.h"

/* The decoded text of a string, to be freed. */
static char *text_of(struct json j, size_t *n)
{
    char *text = malloc(j.text.n);

    REQUIRE(text && json_string(j, text, j.text.n, n));
    if (strlen(text) == *n)
        REQUIRE(json_string_is(j, text));
    return text;
}

static void write_string(struct json_out *out, struct json j)
{
    size_t n;
    char *text = text_of(j, &n);

    json_put_text_bytes(out, (struct exh_bytes){ (uint8_t *)text, n });
    free(text);
}

/* Recursion ends: json_parse() bounds the depth. */
static void write_value(struct json_out *out, struct json j)
{
    struct json_walk walk = json_walk(j);
    struct json name, value;
    int64_t i;
    bool yes;

    switch (json_type(j)) {
    case JSON_OBJECT:
        json_open_object(out);
        while (json_next(&walk, &name, &value)) {
            size_t n;
            char *key = text_of(name, &n);
            REQUIRE(strlen(key) < n || json_type(json_get(j, key)) != JSON_NONE);
            json_put_key(out, key);
            write_value(out, value);
            free(key);
        }
        REQUIRE(walk.rest.n == 1);
        json_close_object(out);
        break;
    case JSON_ARRAY:
        json_open_array(out);
        while (json_next(&walk, NULL, &value))
            write_value(out, value);
        REQUIRE(walk.rest.n == 1);
        json_close_array(out);
        break;
    case JSON_STRING: write_string(out, j); break;
    case JSON_NUMBER:
        if (json_int(j, &i))
            json_put_int(out, i);
        else
            json_put_raw(out, j.text);
        break;
    case JSON_BOOL:
        REQUIRE(json_bool(j, &yes));
        json_put_bool(out, yes);
        break;
    case JSON_NULL: json_put_null(out); break;
    case JSON_NONE: REQUIRE(json_type(j) != JSON_NONE); // no part of a sound document is absent
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf once = buf_with_limit(JSON_SIZE_MAX), twice = buf_with_limit(JSON_SIZE_MAX);
    struct json_out out = json_over(&once), again = json_over(&twice);
    struct exh_error err;
    struct json j;

    if (json_parse((struct exh_bytes){ p, n }, 0, &j, &err) == EXH_OK) {
        write_value(&out, j);
        REQUIRE(buf_finish(&once, &err) == EXH_OK);
        REQUIRE(json_parse(buf_view(&once), 0, &j, &err) == EXH_OK);
        REQUIRE(j.text.n == once.n);
        write_value(&again, j);
        REQUIRE(buf_finish(&twice, &err) == EXH_OK);
        REQUIRE(once.n == twice.n && memcmp(once.p, twice.p, once.n) == 0);
    }
    // Any bytes are text that can be written.
    buf_clear(&once);
    out = json_over(&once);
    json_put_text_bytes(&out, (struct exh_bytes){ p, n });
    REQUIRE(once.failed || json_parse(buf_view(&once), 0, &j, &err) == EXH_OK);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
