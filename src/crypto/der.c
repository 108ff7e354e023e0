#include "crypto/der.h"

#include "base/reader.h"

#define LENGTH_BYTES_MAX 4

// The length behind a tag; fails the reader when it is indefinite or too long.
static size_t read_length(struct reader *r)
{
    uint8_t first = reader_u8(r);
    size_t n = 0;

    if (first < 0x80)
        return first;
    if (first == 0x80 || first > 0x80 + LENGTH_BYTES_MAX) {
        r->failed = true;
        return 0;
    }
    for (unsigned left = first & 0x7F; left; left--)
        n = n << 8 | reader_u8(r);
    return n;
}

bool der_next(struct exh_bytes *in, struct der *out)
{
    struct reader r = reader_over(*in, 0);
    uint8_t tag = reader_u8(&r);
    size_t n = read_length(&r);
    struct exh_bytes value = reader_take(&r, n);

    if (r.failed || (tag & 0x1F) == 0x1F)
        return false;
    *out = (struct der){ tag, value, { in->p, in->n - r.rest.n } };
    *in = r.rest;
    return true;
}

bool der_take(struct exh_bytes *in, uint8_t tag, struct der *out)
{
    struct exh_bytes rest = *in;
    struct der found;

    if (!der_next(&rest, &found) || found.tag != tag)
        return false;
    *out = found;
    *in = rest;
    return true;
}

// Bytes of a length; the first one says how many follow when it is over 127.
static size_t length_size(size_t n)
{
    size_t size = 1;

    for (size_t left = n; n >= 0x80 && left; left >>= 8)
        size++;
    return size;
}

size_t der_size(size_t n)
{
    return 1 + length_size(n) + n;
}

void der_put_head(struct buf *to, uint8_t tag, size_t n)
{
    const size_t size = length_size(n);

    buf_put_u8(to, tag);
    if (size > 1)
        buf_put_u8(to, (uint8_t)(0x80 | (size - 1)));
    for (size_t i = size > 1 ? size - 1 : 1; i--;)
        buf_put_u8(to, (uint8_t)(n >> (8 * i)));
}

void der_put(struct buf *to, uint8_t tag, struct exh_bytes value)
{
    der_put_head(to, tag, value.n);
    buf_put_bytes(to, value);
}
