#include "cli/diag.h"

#include <inttypes.h>
#include <math.h>

#include "base/text.h"

#define INDENT    2    // blanks a level
#define WHOLE_MAX 1e15 // a whole number below is written without exponent

struct diag {
    const struct term *t;
    bool whole;
    int level;
};

static void new_line(const struct diag *d)
{
    fprintf(d->t->to, "\n%*s", d->level * INDENT, "");
}

static void put_bytes(const struct diag *d, struct exh_bytes b)
{
    const size_t shown = d->whole || b.n <= DIAG_BYTES_SHOWN ? b.n : DIAG_BYTES_SHOWN;

    fputs("h'", d->t->to);
    for (size_t i = 0; i < shown; i++)
        fprintf(d->t->to, "%02x", b.p[i]);
    fputs(shown < b.n ? "..." : "'", d->t->to);
    if (shown < b.n)
        fprintf(d->t->to, "' / %zu bytes /", b.n);
}

static void put_text(const struct diag *d, struct exh_bytes text)
{
    const char *p = (const char *)text.p;

    fputc('"', d->t->to);
    for (size_t from = 0, i = 0; i <= text.n; i++) {
        if (i < text.n && p[i] != '"' && p[i] != '\\')
            continue;
        term_put_n(d->t, p + from, i - from);
        if (i < text.n)
            fprintf(d->t->to, "\\%c", p[i]);
        from = i + 1;
    }
    fputc('"', d->t->to);
}

static void put_float(const struct diag *d, struct cbor c)
{
    double v = 0;

    (void)cbor_float(c, &v);
    if (isnan(v))
        fputs("NaN", d->t->to);
    else if (isinf(v))
        fputs(v < 0 ? "-Infinity" : "Infinity", d->t->to);
    else if (v > -WHOLE_MAX && v < WHOLE_MAX && v == (double)(int64_t)v)
        fprintf(d->t->to, "%.1f", v);
    else
        fprintf(d->t->to, "%.17g", v);
}

static void put_negative(const struct diag *d, struct cbor c)
{
    int64_t v = 0;

    if (cbor_int(c, &v))
        fprintf(d->t->to, "%" PRId64, v);
    else
        fputs("-18446744073709551616 or more / below 64 bits /", d->t->to);
}

static void put_number(const struct diag *d, struct cbor c)
{
    uint64_t v = 0;

    (void)cbor_uint(c, &v);
    fprintf(d->t->to, "%" PRIu64, v);
}

/* Everything that holds no other item. */
static void put_plain(const struct diag *d, struct cbor c)
{
    struct exh_bytes view;
    bool flag = false;

    switch (cbor_type(c)) {
    case CBOR_UINT: put_number(d, c); break;
    case CBOR_NEGATIVE: put_negative(d, c); break;
    case CBOR_BYTES:
        if (cbor_bytes(c, &view))
            put_bytes(d, view);
        else
            fprintf(d->t->to, "(_ ) / bytes in chunks, %zu bytes encoded /", c.item.n);
        break;
    case CBOR_TEXT:
        if (cbor_text(c, &view))
            put_text(d, view);
        else
            fprintf(d->t->to, "(_ ) / text in chunks, %zu bytes encoded /", c.item.n);
        break;
    case CBOR_BOOL:
        (void)cbor_bool(c, &flag);
        fputs(flag ? "true" : "false", d->t->to);
        break;
    case CBOR_NULL: fputs("null", d->t->to); break;
    case CBOR_UNDEFINED: fputs("undefined", d->t->to); break;
    case CBOR_FLOAT: put_float(d, c); break;
    case CBOR_SIMPLE: fprintf(d->t->to, "simple(%u)", c.item.p[c.item.n - 1] & 0xFFU); break;
    case CBOR_ARRAY:
    case CBOR_MAP:
    case CBOR_TAG:
    case CBOR_NONE: break;
    }
}

/* Depth is bounded: cbor_parse() refused more than CBOR_DEPTH_MAX. */
static void put_item(struct diag *d, struct cbor c)
{
    const bool map = cbor_is(c, CBOR_MAP);
    struct cbor_walk walk = cbor_walk(c);
    struct cbor key, value;
    uint64_t tag;
    bool any = false;

    if (cbor_tag(c, &tag, &value)) {
        fprintf(d->t->to, "%" PRIu64 "(", tag);
        put_item(d, value);
        fputc(')', d->t->to);
        return;
    }
    if (!map && !cbor_is(c, CBOR_ARRAY)) {
        put_plain(d, c);
        return;
    }
    fputc(map ? '{' : '[', d->t->to);
    d->level++;
    for (; cbor_next(&walk, &key, &value); any = true) {
        fputs(any ? "," : "", d->t->to);
        new_line(d);
        if (map) {
            put_item(d, key);
            fputs(": ", d->t->to);
        }
        put_item(d, value);
    }
    d->level--;
    if (any)
        new_line(d);
    fputc(map ? '}' : ']', d->t->to);
}

void diag_cbor(const struct term *t, struct cbor c, bool whole)
{
    struct diag d = { .t = t, .whole = whole };

    put_item(&d, c);
    fputc('\n', t->to);
}

/* Escapes of JSON stay as they are written; everything else is made safe for terminals. */
static void put_json(struct diag *d, struct json j)
{
    const bool object = json_type(j) == JSON_OBJECT;
    struct json_walk walk = json_walk(j);
    struct json name, value;
    bool any = false;

    if (!object && json_type(j) != JSON_ARRAY) {
        term_put_n(d->t, (const char *)j.text.p, j.text.n);
        return;
    }
    fputc(object ? '{' : '[', d->t->to);
    d->level++;
    for (; json_next(&walk, &name, &value); any = true) {
        fputs(any ? "," : "", d->t->to);
        new_line(d);
        if (object) {
            put_json(d, name);
            fputs(": ", d->t->to);
        }
        put_json(d, value);
    }
    d->level--;
    if (any)
        new_line(d);
    fputc(object ? '}' : ']', d->t->to);
}

void diag_json(const struct term *t, struct json j)
{
    struct diag d = { .t = t };

    put_json(&d, j);
    fputc('\n', t->to);
}
