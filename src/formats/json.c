#include "formats/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

/* The next byte without taking it; 0, which is nowhere allowed, at the end. */
static uint8_t peek(const struct reader *in)
{
    return in->rest.n ? in->rest.p[0] : 0;
}

static bool take_if(struct reader *in, char c)
{
    if (peek(in) != (uint8_t)c)
        return false;
    reader_take(in, 1);
    return true;
}

static void skip_space(struct reader *in)
{
    while (take_if(in, ' ') || take_if(in, '\n') || take_if(in, '\r') || take_if(in, '\t'))
        ;
}

static bool take_word(struct reader *in, const char *word)
{
    if (!bytes_start(in->rest, word))
        return false;
    reader_take(in, strlen(word));
    return true;
}

static size_t take_digits(struct reader *in)
{
    size_t n = 0;

    for (; peek(in) >= '0' && peek(in) <= '9'; n++)
        reader_take(in, 1);
    return n;
}

static bool take_number(struct reader *in)
{
    take_if(in, '-');
    if (!take_if(in, '0') && !take_digits(in))
        return false;
    if (take_if(in, '.') && !take_digits(in))
        return false;
    if (!take_if(in, 'e') && !take_if(in, 'E'))
        return true;
    if (!take_if(in, '-'))
        take_if(in, '+');
    return take_digits(in);
}

static bool take_hex4(struct reader *in, uint32_t *v)
{
    uint8_t two[2];

    if (!hex_read(reader_take(in, 4), two, 2))
        return false;
    *v = (uint32_t)(two[0] << 8 | two[1]);
    return true;
}

/* What follows a backslash, as a code point. False: no escape, or half of a surrogate pair. */
static bool take_escape(struct reader *in, uint32_t *c)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const uint8_t name = reader_u8(in);
    const char *found = name ? strchr(names, name) : NULL;
    uint32_t low;

    if (found) {
        *c = (uint8_t)meant[found - names];
        return true;
    }
    if (name != 'u' || !take_hex4(in, c))
        return false;
    if (*c < 0xD800 || *c > 0xDFFF)
        return true;
    if (*c > 0xDBFF || !take_word(in, "\\u") || !take_hex4(in, &low) || low < 0xDC00 ||
        low > 0xDFFF)
        return false;
    *c = 0x10000 + ((*c & 0x3FF) << 10 | (low & 0x3FF));
    return true;
}

/* A string with its quotes; UTF-8 is checked for the whole document. */
static bool take_string(struct reader *in)
{
    uint32_t c;

    if (!take_if(in, '"'))
        return false;
    for (;;) {
        const uint8_t byte = reader_u8(in);
        if (byte == '"')
            return true;
        if (byte < ' ') // also the end of the input
            return false;
        if (byte == '\\' && !take_escape(in, &c))
            return false;
    }
}

static bool take_scalar(struct reader *in)
{
    if (peek(in) == '"')
        return take_string(in);
    return take_word(in, "true") || take_word(in, "false") || take_word(in, "null") ||
           take_number(in);
}

/* `"name" :` with the space around it. */
static bool take_name(struct reader *in)
{
    skip_space(in);
    if (!take_string(in))
        return false;
    skip_space(in);
    if (!take_if(in, ':'))
        return false;
    skip_space(in);
    return true;
}

/* The arrays and objects around the place where reading stands; bit 0 is the innermost. */
struct path {
    size_t depth;
    uint64_t objects; // 1: an object
};

/*
 * Close what ends here and go to where the next value begins.
 * False: something else stands here. *done when the outermost one was closed.
 */
static bool take_between(struct reader *in, struct path *path, bool *done)
{
    for (;;) {
        skip_space(in);
        if (!path->depth) {
            *done = true;
            return true;
        }
        const bool object = path->objects & 1;
        if (take_if(in, ',')) {
            skip_space(in);
            return !object || take_name(in);
        }
        if (!take_if(in, object ? '}' : ']'))
            return false;
        path->objects >>= 1;
        path->depth--;
    }
}

/* Open an array or object. *empty when it ends at once; else reading stands at its first value. */
static bool take_open(struct reader *in, struct path *path, bool *empty)
{
    const bool object = peek(in) == '{';

    reader_take(in, 1);
    skip_space(in);
    *empty = take_if(in, object ? '}' : ']');
    if (*empty)
        return true;
    path->objects = path->objects << 1 | object;
    path->depth++;
    return !object || take_name(in);
}

enum exh_status json_parse(struct exh_bytes bytes, uint64_t pos, struct json *out,
                           struct exh_error *err)
{
    struct reader in = reader_over(bytes, pos);
    struct path path = { 0 };
    bool sound = true, done = false;

    if (bytes.n > JSON_SIZE_MAX)
        return fail(err, EXH_LIMIT, "JSON at %" PRIu64 ": %zu bytes, over %zu", pos, bytes.n,
                    JSON_SIZE_MAX);
    if (!utf8_valid(bytes))
        return fail(err, EXH_MALFORMED, "JSON at %" PRIu64 ": not UTF-8", pos);
    skip_space(&in);
    struct exh_bytes text = in.rest;
    while (sound && !done) {
        bool whole = true; // a value was read to its end; else reading stands at a part of it
        if (peek(&in) != '{' && peek(&in) != '[')
            sound = take_scalar(&in);
        else if (path.depth == JSON_DEPTH_MAX)
            return fail(err, EXH_LIMIT, "JSON at %" PRIu64 ": nested deeper than %d", in.pos,
                        JSON_DEPTH_MAX);
        else
            sound = take_open(&in, &path, &whole);
        if (sound && whole)
            sound = take_between(&in, &path, &done);
    }
    if (!sound || in.failed || in.rest.n)
        return fail(err, EXH_MALFORMED, "JSON at %" PRIu64 ": %s", in.pos,
                    in.rest.n ? "unexpected character" : "unexpected end");
    while (strchr(" \t\r\n", text.p[text.n - 1]))
        text.n--;
    *out = (struct json){ text };
    return EXH_OK;
}

enum json_type json_type(struct json j)
{
    if (!j.text.n)
        return JSON_NONE;
    switch (j.text.p[0]) {
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case '"': return JSON_STRING;
    case 't':
    case 'f': return JSON_BOOL;
    case 'n': return JSON_NULL;
    default: return JSON_NUMBER;
    }
}

bool json_bool(struct json j, bool *v)
{
    if (json_type(j) != JSON_BOOL)
        return false;
    *v = j.text.p[0] == 't';
    return true;
}

bool json_int(struct json j, int64_t *v)
{
    struct reader in = reader_over(j.text, 0);
    const bool negative = take_if(&in, '-');
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    uint64_t n = 0;

    if (json_type(j) != JSON_NUMBER)
        return false;
    while (in.rest.n) {
        const uint8_t c = reader_u8(&in);
        if (c < '0' || c > '9' || n > (most - (uint64_t)(c - '0')) / 10)
            return false;
        n = n * 10 + (uint64_t)(c - '0');
    }
    *v = negative ? -(int64_t)(n - (n > 0)) - (n > 0) : (int64_t)n;
    return true;
}

/* UTF-8 of a code point; its bytes. */
static size_t utf8_of(uint32_t c, char to[4])
{
    static const uint8_t marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    const size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(marks[n] | c);
    return n;
}

/* Between the quotes of a string; empty for other types. */
static struct reader inside(struct json j)
{
    const bool string = json_type(j) == JSON_STRING && j.text.n >= 2;

    return reader_over(string ? (struct exh_bytes){ j.text.p + 1, j.text.n - 2 } : j.text, 0);
}

/* The next byte of a decoded string, or the few that an escape stands for; 0 at its end. */
static size_t decode(struct reader *in, char to[4])
{
    uint32_t c;

    if (!in->rest.n)
        return 0;
    to[0] = (char)reader_u8(in);
    if (to[0] != '\\')
        return 1;
    return take_escape(in, &c) ? utf8_of(c, to) : 0;
}

bool json_string(struct json j, char *to, size_t size, size_t *n)
{
    struct reader in = inside(j);
    size_t used = 0;
    char piece[4];

    if (json_type(j) != JSON_STRING)
        return false;
    for (size_t got; (got = decode(&in, piece)); used += got) {
        if (got >= size - used)
            return false;
        memcpy(to + used, piece, got);
    }
    if (used >= size)
        return false;
    to[used] = 0;
    if (n)
        *n = used;
    return true;
}

bool json_string_is(struct json j, const char *text)
{
    struct exh_bytes want = bytes_of(text);
    struct reader in = inside(j);
    char piece[4];

    if (json_type(j) != JSON_STRING)
        return false;
    for (size_t got; (got = decode(&in, piece));) {
        if (got > want.n || memcmp(want.p, piece, got) != 0)
            return false;
        want.p += got;
        want.n -= got;
    }
    return !want.n;
}

/* Take a string of a sound document: only its end is looked for. */
static void pass_string(struct reader *in)
{
    reader_take(in, 1);
    for (uint8_t c = 0; c != '"' && !in->failed;) {
        c = reader_u8(in);
        if (c == '\\')
            reader_take(in, 1);
    }
}

/* Take a value of a sound document. */
static struct json pass_value(struct reader *in)
{
    const struct exh_bytes from = in->rest;
    size_t depth = 0;

    do {
        const uint8_t c = peek(in);
        if (c == '"') {
            pass_string(in);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        reader_take(in, 1);
    } while (in->rest.n && (depth || !strchr(":,]} \t\r\n", in->rest.p[0])));
    return (struct json){ { from.p, from.n - in->rest.n } };
}

struct json_walk json_walk(struct json j)
{
    const enum json_type type = json_type(j);
    struct reader in = reader_over(j.text, 0);

    if (type != JSON_ARRAY && type != JSON_OBJECT)
        return (struct json_walk){ 0 };
    reader_take(&in, 1);
    skip_space(&in);
    return (struct json_walk){ .rest = in.rest, .object = type == JSON_OBJECT };
}

bool json_next(struct json_walk *w, struct json *name, struct json *value)
{
    struct reader in = reader_over(w->rest, 0);

    if (!in.rest.n || peek(&in) == ']' || peek(&in) == '}')
        return false;
    if (w->object) {
        const struct json member = pass_value(&in);
        if (name)
            *name = member;
        skip_space(&in);
        take_if(&in, ':');
        skip_space(&in);
    }
    *value = pass_value(&in);
    skip_space(&in);
    take_if(&in, ',');
    skip_space(&in);
    w->rest = in.rest;
    return true;
}

struct json json_get(struct json object, const char *name)
{
    struct json_walk walk = json_walk(object);
    struct json member, value;

    while (walk.object && json_next(&walk, &member, &value))
        if (json_string_is(member, name))
            return value;
    return (struct json){ 0 };
}
