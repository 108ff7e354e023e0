/*
 * source.h -- reading a source in bounds, and piece by piece.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <exhibit/source.h>

#include "base/error.h"

#define SOURCE_PIECE ((size_t)256 << 10) // bytes read at a time; fits a second-level cache

/* EXH_MALFORMED, with the sentence for it, unless the asset holds n bytes at offset at. */
NODISCARD enum exh_status source_check(const struct exh_source *s, uint64_t at, uint64_t n,
                                       struct exh_error *err);

/* Copy n bytes from offset at. EXH_MALFORMED when the asset ends before at + n. */
NODISCARD enum exh_status source_read(const struct exh_source *s, uint64_t at, void *to, size_t n,
                                      struct exh_error *err);

/* See each byte of [at, at + n) once, in order, in pieces of at most SOURCE_PIECE. */
typedef enum exh_status source_visitor(void *ctx, const uint8_t *p, size_t n,
                                       struct exh_error *err);
NODISCARD enum exh_status source_visit(const struct exh_source *s, uint64_t at, uint64_t n,
                                       source_visitor *visit, void *ctx, struct exh_error *err);

#endif
