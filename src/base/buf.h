/*
 * buf.h -- bytes that grow up to a limit fixed at birth.
 *
 * Writing mirrors reading: put everything, then ask buf_finish() once. The first failure (limit or
 * memory) stays, and later puts do nothing. A zeroed struct can be freed. Numbers are big-endian,
 * unless the name says le.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/error.h"

#include <exhibit/bytes.h>

struct buf {
    uint8_t *p; // owned; freed by buf_free()
    size_t n;
    size_t size;  // allocated
    size_t limit; // n never exceeds this
    enum exh_status failed;
};

struct buf buf_with_limit(size_t limit);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); // n = 0, memory kept; a failure is forgotten

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_bytes(struct buf *b, struct exh_bytes bytes);
void buf_put_text(struct buf *b, const char *text); // without its NUL
void buf_put_zeros(struct buf *b, size_t n);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_put_u32le(struct buf *b, uint32_t v);
PRINTF_LIKE(2, 3) void buf_printf(struct buf *b, const char *fmt, ...);

/* Room for n more bytes at the end, which the caller fills; NULL when failed. n is counted at once. */
uint8_t *buf_room(struct buf *b, size_t n);

/* Overwrite a number put earlier at offset `at`: a length known later. */
void buf_set_u32(struct buf *b, size_t at, uint32_t v);

/* Overwrite n bytes put earlier at offset `at`. */
void buf_set(struct buf *b, size_t at, const void *p, size_t n);

/* EXH_OK, or the first failure with its sentence. */
NODISCARD enum exh_status buf_finish(const struct buf *b, struct exh_error *err);

/* What was written so far; borrowed until the next put. */
struct exh_bytes buf_view(const struct buf *b);

#endif
