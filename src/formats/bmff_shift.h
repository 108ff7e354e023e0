/*
 * bmff_shift.h -- where the bytes of a file move when boxes are put in, left out, or grow.
 *
 *     bmff_shift_add(&shift, at, n);     // everything from source offset `at` on moves by n
 *     bmff_shift_done(&shift);
 *     bmff_shift_apply(&shift, v, &moved);
 *
 * Then the tables that hold such offsets: each entry is read, adjusted, written.
 */
#ifndef FORMATS_BMFF_SHIFT_H
#define FORMATS_BMFF_SHIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define BMFF_STEPS_MAX ((size_t)8192) // a step each for what is put in or left out, and each table

struct bmff_step {
    uint64_t from; // source offset
    int64_t by;    // done: what all steps up to this one move by
};

struct bmff_shift {
    struct bmff_step *steps; // owned; free()
    size_t n;
    size_t allocated;
    uint64_t size; // of the source: a value beyond it points nowhere, and stays as it is
};

/* A step of 0 adds nothing, nor does one at the end of the source. EXH_LIMIT, EXH_NO_MEMORY. */
NODISCARD enum exh_status bmff_shift_add(struct bmff_shift *s, uint64_t from, int64_t by,
                                         struct exh_error *err);
void bmff_shift_done(struct bmff_shift *s);

/* Where the byte at source offset v comes to lie. */
uint64_t bmff_shift_apply(const struct bmff_shift *s, uint64_t v);

/* The same for what counts from another place: behind the end of the source, it moves with the end. */
uint64_t bmff_shift_place(const struct bmff_shift *s, uint64_t v);

/* A table of offsets: entries of one size, adjusted one by one. */
struct bmff_table {
    const struct bmff_shift *shift; // borrowed
    enum bmff_table_kind {
        BMFF_OFFSETS,   // stco, co64, saio, and the base of a tfhd
        BMFF_WIDENED,   // stco becomes co64
        BMFF_FRAGMENTS, // tfra: time, offset of a moof, numbers
        BMFF_SEGMENTS,  // sidx: type and size, duration, access point
    } kind;
    size_t width;   // bytes of an offset in the source: 4 or 8
    size_t entry;   // bytes of an entry in the source
    uint64_t left;  // entries
    uint64_t at;    // source offset of the next entry
    uint64_t start; // BMFF_SEGMENTS: source offset of what the next entry describes
};

/* Bytes of an entry in the output. */
size_t bmff_table_entry(const struct bmff_table *t);

/* Adjust n entries; advances at, left and start. EXH_UNSUPPORTED when a value does not fit. */
NODISCARD enum exh_status bmff_table_adjust(struct bmff_table *t, const uint8_t *from, size_t n,
                                            uint8_t *to, struct exh_error *err);

/* Adjust a whole iloc box in place; at is its source offset, for messages. */
NODISCARD enum exh_status bmff_iloc_adjust(const struct bmff_shift *s, uint8_t *box, size_t n,
                                           size_t header, uint64_t at, struct exh_error *err);

uint64_t bmff_big(const uint8_t *p, size_t n);
void bmff_set_big(uint8_t *p, size_t n, uint64_t v);

#endif
