/* Questions about an item that cbor_parse() found sound. */
#include <string.h>

#include "base/text.h"
#include "formats/cbor_item.h"

#define INDEFINITE UINT64_MAX

#define SIMPLE_FALSE     20
#define SIMPLE_TRUE      21
#define SIMPLE_NULL      22
#define SIMPLE_UNDEFINED 23
#define SIMPLE_HALF      25 // and above: floats of 2, 4 and 8 bytes

/* Head of an item; what follows it is left in *rest. */
static struct cbor_head head_of(struct cbor c, struct exh_bytes *rest)
{
    struct reader in = reader_over(c.item, 0);
    const struct cbor_head head = cbor_head_read(&in);

    *rest = in.rest;
    return head;
}

static enum cbor_type simple_type(struct cbor_head head)
{
    if (head.info == SIMPLE_FALSE || head.info == SIMPLE_TRUE)
        return CBOR_BOOL;
    if (head.info == SIMPLE_NULL)
        return CBOR_NULL;
    if (head.info == SIMPLE_UNDEFINED)
        return CBOR_UNDEFINED;
    return head.info >= SIMPLE_HALF ? CBOR_FLOAT : CBOR_SIMPLE;
}

enum cbor_type cbor_type(struct cbor c)
{
    struct exh_bytes rest;

    if (!c.item.n)
        return CBOR_NONE;
    const struct cbor_head head = head_of(c, &rest);
    switch ((enum cbor_major)head.major) {
    case MAJOR_UINT: return CBOR_UINT;
    case MAJOR_NEGATIVE: return CBOR_NEGATIVE;
    case MAJOR_BYTES: return CBOR_BYTES;
    case MAJOR_TEXT: return CBOR_TEXT;
    case MAJOR_ARRAY: return CBOR_ARRAY;
    case MAJOR_MAP: return CBOR_MAP;
    case MAJOR_TAG: return CBOR_TAG;
    case MAJOR_SIMPLE: return simple_type(head);
    }
    return CBOR_NONE;
}

bool cbor_is(struct cbor c, enum cbor_type type)
{
    return cbor_type(c) == type;
}

bool cbor_uint(struct cbor c, uint64_t *v)
{
    struct exh_bytes rest;

    if (!cbor_is(c, CBOR_UINT))
        return false;
    *v = head_of(c, &rest).arg;
    return true;
}

bool cbor_int(struct cbor c, int64_t *v)
{
    struct exh_bytes rest;
    const enum cbor_type type = cbor_type(c);

    if (type != CBOR_UINT && type != CBOR_NEGATIVE)
        return false;
    const uint64_t arg = head_of(c, &rest).arg;
    if (arg > INT64_MAX)
        return false;
    *v = type == CBOR_UINT ? (int64_t)arg : -1 - (int64_t)arg;
    return true;
}

bool cbor_bool(struct cbor c, bool *v)
{
    struct exh_bytes rest;

    if (!cbor_is(c, CBOR_BOOL))
        return false;
    *v = head_of(c, &rest).info == SIMPLE_TRUE;
    return true;
}

/* Bits of a double that equals a half-precision float. */
static uint64_t half_bits(uint64_t half)
{
    const uint64_t sign = half >> 15 << 63;
    uint64_t exponent = half >> 10 & 31;
    uint64_t fraction = half & 1023;

    if (exponent == 31) // infinity, not a number
        return sign | (uint64_t)2047 << 52 | fraction << 42;
    if (exponent == 0 && fraction == 0)
        return sign;
    if (exponent == 0) { // subnormal: shift the first one bit out
        exponent = 1;
        for (; !(fraction & 1024); fraction <<= 1)
            exponent--; // wraps below zero, and comes back with the bias
    }
    return sign | (exponent + 1023 - 15) << 52 | (fraction & 1023) << 42;
}

static double float_of(struct cbor_head head)
{
    const uint32_t single_bits = (uint32_t)head.arg;
    const uint64_t bits = head.info == SIMPLE_HALF ? half_bits(head.arg) : head.arg;
    float single;
    double v;

    if (head.info == SIMPLE_HALF + 1) {
        memcpy(&single, &single_bits, sizeof single);
        return (double)single;
    }
    memcpy(&v, &bits, sizeof v);
    return v;
}

bool cbor_float(struct cbor c, double *v)
{
    struct exh_bytes rest;
    const enum cbor_type type = cbor_type(c);

    if (type != CBOR_FLOAT && type != CBOR_UINT && type != CBOR_NEGATIVE)
        return false;
    const struct cbor_head head = head_of(c, &rest);
    if (type == CBOR_FLOAT)
        *v = float_of(head);
    else
        *v = type == CBOR_UINT ? (double)head.arg : -1.0 - (double)head.arg;
    return true;
}

static bool string(struct cbor c, enum cbor_type type, struct exh_bytes *v)
{
    struct exh_bytes rest;

    if (!cbor_is(c, type) || head_of(c, &rest).indefinite)
        return false;
    *v = rest;
    return true;
}

bool cbor_bytes(struct cbor c, struct exh_bytes *v)
{
    return string(c, CBOR_BYTES, v);
}

bool cbor_text(struct cbor c, struct exh_bytes *v)
{
    return string(c, CBOR_TEXT, v);
}

bool cbor_text_is(struct cbor c, const char *text)
{
    struct exh_bytes v;

    return cbor_text(c, &v) && bytes_are(v, text);
}

bool cbor_tag(struct cbor c, uint64_t *tag, struct cbor *content)
{
    struct exh_bytes rest;

    if (!cbor_is(c, CBOR_TAG))
        return false;
    *tag = head_of(c, &rest).arg;
    *content = (struct cbor){ rest };
    return true;
}

struct cbor cbor_untagged(struct cbor c)
{
    uint64_t tag;

    while (cbor_tag(c, &tag, &c))
        ;
    return c;
}

struct cbor_walk cbor_walk(struct cbor c)
{
    struct exh_bytes rest;
    const enum cbor_type type = cbor_type(c);

    if (type != CBOR_ARRAY && type != CBOR_MAP)
        return (struct cbor_walk){ 0 };
    const struct cbor_head head = head_of(c, &rest);
    return (struct cbor_walk){ .rest = rest,
                               .left = head.indefinite ? INDEFINITE : head.arg,
                               .map = type == CBOR_MAP };
}

/* Cut the first item off *rest. */
static struct cbor cut_item(struct exh_bytes *rest)
{
    const struct exh_bytes item = { rest->p, cbor_item_size(*rest) };

    if (item.n)
        rest->p += item.n;
    rest->n = item.n ? rest->n - item.n : 0; // unsound after all: nothing more, and no endless walk
    return (struct cbor){ item };
}

bool cbor_next(struct cbor_walk *w, struct cbor *key, struct cbor *value)
{
    if (!w->left || !w->rest.n || (w->left == INDEFINITE && w->rest.p[0] == CBOR_BREAK))
        return false;
    if (w->left != INDEFINITE)
        w->left--;
    const struct cbor first = cut_item(&w->rest);
    if (!w->map) {
        *value = first;
        return true;
    }
    if (key)
        *key = first;
    *value = cut_item(&w->rest);
    return true;
}

struct cbor cbor_get(struct cbor map, const char *key)
{
    struct cbor_walk walk = cbor_walk(map);
    struct cbor k, value;

    while (walk.map && cbor_next(&walk, &k, &value))
        if (cbor_text_is(k, key))
            return value;
    return (struct cbor){ 0 };
}

struct cbor cbor_get_int(struct cbor map, int64_t key)
{
    struct cbor_walk walk = cbor_walk(map);
    struct cbor k, value;
    int64_t v;

    while (walk.map && cbor_next(&walk, &k, &value))
        if (cbor_int(k, &v) && v == key)
            return value;
    return (struct cbor){ 0 };
}

size_t cbor_count(struct cbor c)
{
    struct cbor_walk walk = cbor_walk(c);
    struct cbor value;
    size_t n = 0;

    if (walk.left != INDEFINITE)
        return (size_t)walk.left;
    while (cbor_next(&walk, NULL, &value))
        n++;
    return n;
}
