/*
 * json.h -- RFC 8259, read without memory and written into a buf.
 *
 * Reading: json_parse() checks a whole document once (grammar, depth, UTF-8, escapes); after that a
 * struct json is a view of a value that is known to be sound, and questions about it have no error
 * path: an absent member or another type gives a value of type JSON_NONE. Nothing is allocated.
 *
 * Writing: json_put_… append to a buf and set the commas. Names and text are escaped: what is written
 * is UTF-8 without control characters, whatever came in. Members stay in the order of the calls.
 */
#ifndef FORMATS_JSON_H
#define FORMATS_JSON_H

#include <stdbool.h>

#include "base/buf.h"

#define JSON_DEPTH_MAX 32                // nested arrays and objects
#define JSON_SIZE_MAX  ((size_t)4 << 20) // bytes of one document

enum json_type {
    JSON_NONE, // absent
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_BOOL,
    JSON_NULL,
};

struct json {              // one checked value: borrowed from the input
    struct exh_bytes text; // from its first to its last character
};

/*
 * Check that `bytes` is exactly one document, and view it. pos is the offset of bytes in the asset,
 * for messages. Half of a surrogate pair in an escape is refused. Names may be there twice.
 * EXH_MALFORMED, EXH_LIMIT.
 */
NODISCARD enum exh_status json_parse(struct exh_bytes bytes, uint64_t pos, struct json *out,
                                     struct exh_error *err);

enum json_type json_type(struct json j);

/* Values; false (and nothing written) when the value has another type or does not fit. */
bool json_bool(struct json j, bool *v);
bool json_int(struct json j, int64_t *v); // a number without fraction and exponent

/*
 * The text of a string, decoded and NUL-terminated, into to; *n (may be NULL) receives its bytes
 * without that NUL: there may be others inside. False when it has not `size` bytes of room.
 */
bool json_string(struct json j, char *to, size_t size, size_t *n);
bool json_string_is(struct json j, const char *text); // escapes count as what they stand for

/* The value of a member, the first of that name; JSON_NONE when absent or not an object. */
struct json json_get(struct json object, const char *name);

/* Walk an array or an object in order; of an object, name receives each name, a string (or NULL). */
struct json_walk {
    struct exh_bytes rest;
    bool object;
};
struct json_walk json_walk(struct json array_or_object); // nothing to walk for other types
bool json_next(struct json_walk *w, struct json *name, struct json *value);

/* Writing. */
struct json_out {
    struct buf *b; // borrowed
    bool comma;    // the next value has one before it
};
struct json_out json_over(struct buf *b);
void json_open_object(struct json_out *j);
void json_close_object(struct json_out *j);
void json_open_array(struct json_out *j);
void json_close_array(struct json_out *j);
void json_put_key(struct json_out *j, const char *name); // its value follows
/* Text: what is not UTF-8 becomes U+FFFD, a byte each; control characters are escaped. */
void json_put_text(struct json_out *j, const char *text);
void json_put_text_bytes(struct json_out *j, struct exh_bytes text);
void json_put_int(struct json_out *j, int64_t v);
void json_put_uint(struct json_out *j, uint64_t v);
void json_put_double(struct json_out *j, double v); // fewest digits that keep it; not finite: null
void json_put_bool(struct json_out *j, bool v);
void json_put_null(struct json_out *j);
void json_put_raw(struct json_out *j, struct exh_bytes json); // one value, as it is

#endif
