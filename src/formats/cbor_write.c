#include <string.h>

#include "base/text.h"
#include "formats/cbor_item.h"

#define SIMPLE_FALSE 0xF4
#define SIMPLE_TRUE  0xF5
#define SIMPLE_NULL  0xF6
#define FLOAT_HALF   0xF9
#define FLOAT_SINGLE 0xFA
#define FLOAT_DOUBLE 0xFB
#define HALF_NAN     0x7E00 // the one that is written for all of them

static void put_head(struct buf *b, enum cbor_major major, uint64_t arg)
{
    const uint8_t high = (uint8_t)(major << 5);

    if (arg < 24) {
        buf_put_u8(b, (uint8_t)(high | arg));
    } else if (arg <= UINT8_MAX) {
        buf_put_u8(b, high | 24);
        buf_put_u8(b, (uint8_t)arg);
    } else if (arg <= UINT16_MAX) {
        buf_put_u8(b, high | 25);
        buf_put_u16(b, (uint16_t)arg);
    } else if (arg <= UINT32_MAX) {
        buf_put_u8(b, high | 26);
        buf_put_u32(b, (uint32_t)arg);
    } else {
        buf_put_u8(b, high | 27);
        buf_put_u64(b, arg);
    }
}

void cbor_put_uint(struct buf *b, uint64_t v)
{
    put_head(b, MAJOR_UINT, v);
}

void cbor_put_int(struct buf *b, int64_t v)
{
    if (v < 0)
        put_head(b, MAJOR_NEGATIVE, (uint64_t)(-1 - v));
    else
        put_head(b, MAJOR_UINT, (uint64_t)v);
}

void cbor_put_bytes_head(struct buf *b, uint64_t n)
{
    put_head(b, MAJOR_BYTES, n);
}

void cbor_put_bytes(struct buf *b, struct exh_bytes v)
{
    put_head(b, MAJOR_BYTES, v.n);
    buf_put_bytes(b, v);
}

static void refuse(struct buf *b)
{
    if (!b->failed)
        b->failed = EXH_INVALID;
}

void cbor_put_text_bytes(struct buf *b, struct exh_bytes text)
{
    if (!utf8_valid(text))
        refuse(b);
    put_head(b, MAJOR_TEXT, text.n);
    buf_put_bytes(b, text);
}

void cbor_put_text(struct buf *b, const char *text)
{
    cbor_put_text_bytes(b, bytes_of(text));
}

void cbor_put_bool(struct buf *b, bool v)
{
    buf_put_u8(b, v ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_null(struct buf *b)
{
    buf_put_u8(b, SIMPLE_NULL);
}

/* The half-precision float of the same value as these bits of a single; false if there is none. */
static bool half_of(uint32_t single, uint16_t *half)
{
    const uint16_t sign = (uint16_t)(single >> 16 & 0x8000);
    const int exponent = (int)(single >> 23 & 255) - 127;
    const uint32_t fraction = single & 0x7FFFFF;

    if (exponent == -127) { // zero; singles below their normal range are far below that of halves
        *half = sign;
        return fraction == 0;
    }
    if (exponent == 128) { // infinity: NaN was dealt with
        *half = sign | 0x7C00;
        return fraction == 0;
    }
    if (exponent > 15 || exponent < -24)
        return false;
    // Below 2^-14 a half has no implied one: it moves into the fraction, with what is behind it.
    const int drop = exponent < -14 ? 13 + (-14 - exponent) : 13;
    const uint32_t bits = exponent < -14 ? fraction | 0x800000 : fraction;
    const uint32_t biased = exponent < -14 ? 0 : (uint32_t)(exponent + 15);
    *half = (uint16_t)(sign | biased << 10 | bits >> drop);
    return (bits & (((uint32_t)1 << drop) - 1)) == 0;
}

void cbor_put_double(struct buf *b, double v)
{
    const float single = (float)v; // out of range becomes infinite (IEC 60559), so differs from v
    uint32_t single_bits;
    uint64_t bits;
    uint16_t half;

    memcpy(&single_bits, &single, sizeof single_bits);
    memcpy(&bits, &v, sizeof bits);
    if (v != v) {
        buf_put_u8(b, FLOAT_HALF);
        buf_put_u16(b, HALF_NAN);
    } else if ((double)single != v) {
        buf_put_u8(b, FLOAT_DOUBLE);
        buf_put_u64(b, bits);
    } else if (half_of(single_bits, &half)) {
        buf_put_u8(b, FLOAT_HALF);
        buf_put_u16(b, half);
    } else {
        buf_put_u8(b, FLOAT_SINGLE);
        buf_put_u32(b, single_bits);
    }
}

void cbor_put_tag(struct buf *b, uint64_t tag)
{
    put_head(b, MAJOR_TAG, tag);
}

void cbor_put_array(struct buf *b, uint64_t n)
{
    put_head(b, MAJOR_ARRAY, n);
}

void cbor_put_item(struct buf *b, struct cbor c)
{
    buf_put_bytes(b, c.item);
}

/* A key and its value, somewhere in a buf. */
struct pair {
    struct exh_bytes key;
    size_t n; // of both
};

/* Take the pair at the front of rest; false when it is no pair. */
static bool pair_at(struct exh_bytes rest, struct pair *pair)
{
    const size_t key = cbor_item_size(rest);

    if (!key)
        return false;
    const size_t value = cbor_item_size((struct exh_bytes){ rest.p + key, rest.n - key });
    *pair = (struct pair){ { rest.p, key }, key + value };
    return value > 0;
}

static void reverse(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const uint8_t byte = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = byte;
    }
}

/* Exchange two neighbours: n bytes at p, and the m bytes behind them. */
static void rotate(uint8_t *p, size_t n, size_t m)
{
    reverse(p, n);
    reverse(p + n, m);
    reverse(p, n + m);
}

/* The pairs of a map that is being closed: n bytes at p are sorted, the highest key is at top. */
struct sorting {
    uint8_t *p;
    size_t n;
    size_t top;
};

/* How the key of a new pair is ordered to that of the pair at offset at; *n gets the latter's size. */
static int order_at(const struct sorting *s, size_t at, const struct pair *pair, size_t *n)
{
    struct pair other;

    if (!pair_at((struct exh_bytes){ s->p + at, s->n - at }, &other))
        return 0;
    *n = other.n;
    return cbor_key_order(pair->key, other.key);
}

/* Move the pair behind the sorted ones to its place. False when its key is there already. */
static bool insert_pair(struct sorting *s, const struct pair *pair)
{
    size_t at = s->n, n = 0;

    // Keys mostly come in order: then nothing is searched or moved.
    if (s->n && order_at(s, s->top, pair, &n) <= 0) {
        int order = 1;
        for (at = 0; order > 0; at += order > 0 ? n : 0)
            order = order_at(s, at, pair, &n);
        if (order == 0)
            return false;
        rotate(s->p + at, s->n - at, pair->n);
        s->top += pair->n;
    } else {
        s->top = s->n;
    }
    s->n += pair->n;
    return true;
}

struct cbor_map cbor_map_open(struct buf *b)
{
    put_head(b, MAJOR_MAP, 0); // counted when it is closed
    return (struct cbor_map){ b->n };
}

void cbor_map_close(struct buf *b, struct cbor_map map)
{
    if (b->failed)
        return;

    struct sorting sorted = { .p = b->p + map.at };
    const size_t n = b->n - map.at;
    struct pair pair;
    size_t count = 0;
    for (; sorted.n < n; count++) {
        const struct exh_bytes rest = { sorted.p + sorted.n, n - sorted.n };
        if (count == CBOR_WRITE_KEYS_MAX || !pair_at(rest, &pair) || !insert_pair(&sorted, &pair)) {
            refuse(b);
            return;
        }
    }
    b->p[map.at - 1] = (uint8_t)(MAJOR_MAP << 5 | (count < 24 ? count : 24));
    if (count < 24 || !buf_room(b, 1))
        return;
    memmove(b->p + map.at + 1, b->p + map.at, n);
    b->p[map.at] = (uint8_t)count;
}
