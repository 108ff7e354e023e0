/*
 * filler.h -- bytes between records that players skip, to fill a chunk up.
 *
 * The plaintext stays a playable file, so no framing of ours is in it. Between records any of these may
 * stand: a `free` box (ISO base media), null packets (MPEG transport stream), a Void element (Matroska).
 */
#ifndef SEAL_FILLER_H
#define SEAL_FILLER_H

#include <exhibit/seal.h>

#include "seal/age_stream.h"

#define FILLER_MAX (AGE_CHUNK_N + 188) // bytes: to the border, and the rest of what does not divide

/*
 * Write filler that reaches the border `gap` bytes away, or goes beyond it where no shorter one exists:
 * fewer than 188 bytes beyond. gap is 1 to AGE_CHUNK_N - 1, the kind not EXH_FILLER_NONE. Returns its size.
 */
size_t filler_write(enum exh_filler kind, size_t gap, uint8_t to[FILLER_MAX]);

/* The shortest filler there is, for the end of a file. */
size_t filler_write_least(enum exh_filler kind, uint8_t to[FILLER_MAX]);

#endif
