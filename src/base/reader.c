#include "base/reader.h"

#include <string.h>

struct reader reader_over(struct exh_bytes view, uint64_t pos)
{
    return (struct reader){ .rest = view, .pos = pos };
}

struct exh_bytes reader_take(struct reader *r, size_t n)
{
    if (r->failed || n > r->rest.n) {
        r->failed = true;
        r->rest.n = 0;
        return (struct exh_bytes){ 0 };
    }

    struct exh_bytes taken = { r->rest.p, n };
    if (n) // NULL + 0 is not ours to compute
        r->rest.p += n;
    r->rest.n -= n;
    r->pos += n;
    return taken;
}

struct exh_bytes reader_until(struct reader *r, uint8_t stop)
{
    const uint8_t *found = r->rest.n ? memchr(r->rest.p, stop, r->rest.n) : NULL;

    if (!found) {
        r->failed = true;
        r->rest.n = 0;
        return (struct exh_bytes){ 0 };
    }
    struct exh_bytes taken = reader_take(r, (size_t)(found - r->rest.p));
    reader_take(r, 1);
    return taken;
}

static uint64_t read_big(struct reader *r, size_t n)
{
    struct exh_bytes b = reader_take(r, n);
    uint64_t v = 0;

    for (size_t i = 0; i < b.n; i++)
        v = v << 8 | b.p[i];
    return v;
}

uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)read_big(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
    return (uint16_t)read_big(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
    return (uint32_t)read_big(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
    return read_big(r, 8);
}

uint16_t reader_u16le(struct reader *r)
{
    uint16_t v = reader_u16(r);

    return (uint16_t)(v >> 8 | v << 8);
}

uint32_t reader_u32le(struct reader *r)
{
    return __builtin_bswap32(reader_u32(r));
}
