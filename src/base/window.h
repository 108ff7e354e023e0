/*
 * window.h -- look at a source here and there, in constant memory.
 *
 * For walking structures: a source in memory is looked at directly; any other is read in pieces, large
 * ones as long as the looks follow each other, small ones after a jump.
 */
#ifndef BASE_WINDOW_H
#define BASE_WINDOW_H

#include <exhibit/source.h>

#include "base/error.h"

#define WINDOW_N ((size_t)4 << 10) // bytes of a large piece

struct window {
    const struct exh_source *s;
    uint64_t at; // what `bytes` holds: [at, at + n) of the source
    size_t n;
    uint8_t bytes[WINDOW_N];
};

void window_init(struct window *w, const struct exh_source *s);

/*
 * View n bytes at offset `at`, n at most WINDOW_N; borrowed until the next look. EXH_MALFORMED when the
 * source ends before at + n.
 */
NODISCARD enum exh_status window_view(struct window *w, uint64_t at, size_t n, const uint8_t **out,
                                      struct exh_error *err);

/* View what is at hand at offset `at`: at least one byte, none only at the end of the source. */
NODISCARD enum exh_status window_some(struct window *w, uint64_t at, struct exh_bytes *out,
                                      struct exh_error *err);

#endif
