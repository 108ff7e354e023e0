#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "formats/json.h"

struct json_out json_over(struct buf *b)
{
    return (struct json_out){ .b = b };
}

/* A value or a name begins. */
static void begin(struct json_out *j)
{
    if (j->comma)
        buf_put_u8(j->b, ',');
    j->comma = true;
}

static void open_with(struct json_out *j, char bracket)
{
    begin(j);
    buf_put_u8(j->b, (uint8_t)bracket);
    j->comma = false;
}

static void close_with(struct json_out *j, char bracket)
{
    buf_put_u8(j->b, (uint8_t)bracket);
    j->comma = true;
}

void json_open_object(struct json_out *j)
{
    open_with(j, '{');
}

void json_close_object(struct json_out *j)
{
    close_with(j, '}');
}

void json_open_array(struct json_out *j)
{
    open_with(j, '[');
}

void json_close_array(struct json_out *j)
{
    close_with(j, ']');
}

/* The escape of a character that JSON, a terminal or a script must not get; "" if it is harmless. */
static const char *escape_of(const uint8_t *p, size_t n, char to[8])
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *found = n == 1 && p[0] ? strchr(named, p[0]) : NULL;

    to[0] = 0;
    if (found)
        snprintf(to, 8, "\\%c", names[found - named]);
    else if (n == 1 && (p[0] < ' ' || p[0] == 0x7F))
        snprintf(to, 8, "\\u%04x", p[0]);
    else if (n == 2 && p[0] == 0xC2 && p[1] < 0xA0) // C1 controls: terminals obey them
        snprintf(to, 8, "\\u%04x", p[1]);
    else if (n == 3 && p[0] == 0xE2 && p[1] == 0x80 &&
             (p[2] | 1) == 0xA9) // ends a line in a script
        snprintf(to, 8, "\\u20%02x", p[2] & 0x3F);
    return to;
}

static void put_quoted(struct buf *b, struct exh_bytes text)
{
    char escape[8];
    size_t kept = 0; // bytes in front of i that are put as they are, in one go

    buf_put_u8(b, '"');
    for (size_t i = 0; i < text.n;) {
        const size_t n = utf8_sequence(text.p + i, text.n - i);
        const char *instead = n ? escape_of(text.p + i, n, escape) : "\xEF\xBF\xBD";
        if (!*instead) {
            kept += n;
            i += n;
            continue;
        }
        buf_put(b, text.p + (i - kept), kept);
        buf_put_text(b, instead);
        kept = 0;
        i += n ? n : 1;
    }
    if (kept)
        buf_put(b, text.p + (text.n - kept), kept);
    buf_put_u8(b, '"');
}

void json_put_key(struct json_out *j, const char *name)
{
    begin(j);
    put_quoted(j->b, bytes_of(name));
    buf_put_u8(j->b, ':');
    j->comma = false;
}

void json_put_text_bytes(struct json_out *j, struct exh_bytes text)
{
    begin(j);
    put_quoted(j->b, text);
}

void json_put_text(struct json_out *j, const char *text)
{
    json_put_text_bytes(j, bytes_of(text));
}

void json_put_int(struct json_out *j, int64_t v)
{
    begin(j);
    buf_printf(j->b, "%lld", (long long)v);
}

void json_put_uint(struct json_out *j, uint64_t v)
{
    begin(j);
    buf_printf(j->b, "%llu", (unsigned long long)v);
}

void json_put_double(struct json_out *j, double v)
{
    char text[32];

    if (v - v != 0) { // JSON has neither infinity nor "not a number"
        json_put_null(j);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    // A program may have set a locale whose decimal point is another one.
    for (char *p = text; *p; p++)
        if (!strchr("+-0123456789e", *p))
            *p = '.';
    begin(j);
    buf_put_text(j->b, text);
}

void json_put_bool(struct json_out *j, bool v)
{
    begin(j);
    buf_put_text(j->b, v ? "true" : "false");
}

void json_put_null(struct json_out *j)
{
    begin(j);
    buf_put_text(j->b, "null");
}

void json_put_raw(struct json_out *j, struct exh_bytes json)
{
    begin(j);
    buf_put_bytes(j->b, json);
}
