#include "seal/filler.h"

#include <assert.h>
#include <string.h>

#define BOX_MIN  8 // bytes of a box: size and type
#define PACKET_N 188
#define VOID_ID  0xEC
#define VOID_MIN 2 // bytes: the id, and a size of one byte

/* ISO/IEC 14496-12, "Free Space Box". */
static size_t write_free(size_t gap, uint8_t *to)
{
    const size_t n = gap < BOX_MIN ? BOX_MIN : gap;

    memset(to, 0, n);
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(n >> (24 - 8 * i));
    memcpy(to + 4, "free", 4);
    return n;
}

/* ISO/IEC 13818-1, "Transport packet header": packet id 0x1FFF, payload only. */
static size_t write_null_packets(size_t gap, uint8_t *to)
{
    static const uint8_t head[] = { 0x47, 0x1F, 0xFF, 0x10 };
    const size_t n = (gap + PACKET_N - 1) / PACKET_N;

    memset(to, 0xFF, n * PACKET_N);
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * PACKET_N, head, sizeof head);
    return n * PACKET_N;
}

/* RFC 8794, "Void Element": the id, the size of what follows in one to three bytes, zeros. */
static size_t write_void(size_t gap, uint8_t *to)
{
    const size_t n = gap < VOID_MIN ? VOID_MIN : gap;
    // A size of w bytes has 7w bits; all ones are reserved.
    const size_t w = n - 2 < 0x7F ? 1 : n - 3 < 0x3FFF ? 2 : 3;
    const size_t rest = n - 1 - w;

    memset(to, 0, n);
    to[0] = VOID_ID;
    for (size_t i = 0; i < w; i++)
        to[1 + i] = (uint8_t)(rest >> 8 * (w - 1 - i));
    to[1] |= (uint8_t)(0x80 >> (w - 1));
    return n;
}

size_t filler_write(enum exh_filler kind, size_t gap, uint8_t to[FILLER_MAX])
{
    assert(gap >= 1 && gap < AGE_CHUNK_N);
    switch (kind) {
    case EXH_FILLER_NONE: break;
    case EXH_FILLER_BMFF: return write_free(gap, to);
    case EXH_FILLER_TS: return write_null_packets(gap, to);
    case EXH_FILLER_MATROSKA: return write_void(gap, to);
    }
    return 0;
}

size_t filler_write_least(enum exh_filler kind, uint8_t to[FILLER_MAX])
{
    return filler_write(kind, 1, to);
}
