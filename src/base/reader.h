/*
 * reader.h -- the only way input bytes are read.
 *
 * A reader walks a view of memory and never leaves it. Asking for more than is left sets `failed`,
 * which stays set, and yields zero or an empty view. So a structure is read straight through, and
 * `failed` is tested once: after it, and before a value becomes a size or a count.
 * Big-endian, unless the name says le.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>

#include <exhibit/bytes.h>

struct reader {
    struct exh_bytes rest; // what is not read yet
    uint64_t pos;          // offset of rest.p in the whole input, for messages
    bool failed;
};

struct reader reader_over(struct exh_bytes view, uint64_t pos);

/* The next n bytes, borrowed from the input; empty when fewer are left. */
struct exh_bytes reader_take(struct reader *r, size_t n);

/* Bytes up to the first `stop`, which is consumed and not returned. No stop: failed. */
struct exh_bytes reader_until(struct reader *r, uint8_t stop);

uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
uint16_t reader_u16le(struct reader *r);
uint32_t reader_u32le(struct reader *r);

#endif
