/*
 * riff.h -- the chunks of a RIFF file: WebP, WAV, AVI.
 *
 * Spec: Multimedia Programming Interface and Data Specifications 1.0, "RIFF"; OpenDML AVI File Format
 * Extensions 1.02.
 */
#ifndef FORMATS_RIFF_H
#define FORMATS_RIFF_H

#include "base/window.h"
#include "formats/format_ops.h"

#define RIFF_CHUNKS_MAX  65536 // of the first form; a film's frames are all in one LIST of it
#define RIFF_HEAD_N      8     // id, size
#define RIFF_FORM_HEAD_N 12    // and the form's type
#define RIFF_PATCHES_MAX 65536 // file offsets of an AVI that a plan adjusts: a year of film

struct riff_chunk {
    char id[5];
    uint64_t at;
    uint64_t n;    // bytes of data
    uint64_t end;  // of the data
    uint64_t next; // behind the padding byte, which may be missing at the end of the form
};

/* The chunk at `at` of a list that ends at `limit`. EXH_MALFORMED, EXH_IO. */
NODISCARD enum exh_status riff_chunk_at(struct window *w, uint64_t at, uint64_t limit,
                                        struct riff_chunk *out, struct exh_error *err);

/* The type of a RIFF or LIST chunk. */
NODISCARD enum exh_status riff_type(struct window *w, const struct riff_chunk *c, char type[5],
                                    struct exh_error *err);

/* What a plan does to a file: some spans go away, `added` bytes come in at `place`. */
struct riff_edit {
    struct span cuts[STORES_MAX];
    size_t cuts_n;
    uint64_t place;
    uint64_t added;
    uint64_t size; // of the file; offsets behind its end point nowhere, and stay
};

/* A u64 of the file, little-endian, that gets another value. */
struct riff_patch {
    uint64_t at;
    uint64_t value;
};
struct riff_patches {
    struct riff_patch *p; // owned; free()
    size_t n;
    size_t allocated;
};

/*
 * Find the absolute file offsets in the indexes of an AVI that change by the edit, ordered by place.
 * The first form ends at form_end. EXH_MALFORMED, EXH_LIMIT, EXH_IO, EXH_NO_MEMORY.
 */
NODISCARD enum exh_status riff_index_patches(struct window *w, uint64_t form_end,
                                             const struct riff_edit *e, struct riff_patches *out,
                                             struct exh_error *err);

#endif
