/*
 * bmff_plan.h -- the parts of the plan of an ISO base media file.
 *
 * bmff_decide.c looks at the file and decides what goes where, and how that moves offsets.
 * bmff_boxes.c makes a box into tasks. bmff_plan.c walks the file, and makes tasks into pieces.
 */
#ifndef FORMATS_BMFF_PLAN_H
#define FORMATS_BMFF_PLAN_H

#include "formats/bmff.h"
#include "formats/bmff_shift.h"
#include "formats/format_ops.h"

#define BMFF_CHUNK_N    ((size_t)16 << 10) // bytes of a table adjusted at a time
#define BMFF_WIDE_MAX   ((size_t)4096)     // tables of chunk offsets that may grow
#define BMFF_LEVELS_MAX 8                  // containers gone into
#define BMFF_TASKS_MAX  8                  // what one box becomes
#define BMFF_BYTES_N    48                 // of a header that is written anew

enum { // boxes that hold offsets, and what they lie in
    BMFF_CMOV = BMFF_TYPE('c', 'm', 'o', 'v'),
    BMFF_CO64 = BMFF_TYPE('c', 'o', '6', '4'),
    BMFF_ILOC = BMFF_TYPE('i', 'l', 'o', 'c'),
    BMFF_MDIA = BMFF_TYPE('m', 'd', 'i', 'a'),
    BMFF_META = BMFF_TYPE('m', 'e', 't', 'a'),
    BMFF_MINF = BMFF_TYPE('m', 'i', 'n', 'f'),
    BMFF_ROOT = 0,
    BMFF_SAIO = BMFF_TYPE('s', 'a', 'i', 'o'),
    BMFF_SIDX = BMFF_TYPE('s', 'i', 'd', 'x'),
    BMFF_STBL = BMFF_TYPE('s', 't', 'b', 'l'),
    BMFF_STCO = BMFF_TYPE('s', 't', 'c', 'o'),
    BMFF_TFHD = BMFF_TYPE('t', 'f', 'h', 'd'),
    BMFF_TFRA = BMFF_TYPE('t', 'f', 'r', 'a'),
    BMFF_TRAF = BMFF_TYPE('t', 'r', 'a', 'f'),
    BMFF_TRAK = BMFF_TYPE('t', 'r', 'a', 'k'),
};

/* What is still to be done for the box at hand. */
struct bmff_task {
    enum task_kind { DO_COPY, DO_BYTES, DO_ZEROS, DO_HOLE, DO_TABLE, DO_ILOC } kind;
    uint64_t from; // source offset
    uint64_t n;    // bytes
    uint8_t bytes[BMFF_BYTES_N];
    struct bmff_table table;
};

struct bmff_level {
    uint32_t type;
    struct bmff_walk walk;
};

struct bmff_wide { // a table of 32-bit chunk offsets
    struct bmff_box box;
    uint64_t count;
    uint64_t max; // greatest offset in it that lies in the file
    bool grows;   // becomes one of 64-bit offsets
};

enum bmff_put { BMFF_PUT_NOTHING, BMFF_PUT_HOLE, BMFF_PUT_RESERVE, BMFF_PUT_MANIFEST };

struct bmff_plan {
    struct plan plan;
    const struct exh_source *s;
    struct bmff_layout layout;
    enum plan_goal goal;
    // What is decided:
    enum bmff_put put; // before the root box at put_at
    uint64_t put_at;   // source offset
    uint64_t put_n;    // bytes
    uint64_t end_n;    // bytes of the hole at the end, or 0
    bool clean;        // C2PA boxes are left out, merkle boxes emptied
    bool moves;        // BMFF_PUT_MANIFEST: the manifest box moves into the reserve
    uint64_t moved_n;  // bytes of its data that move: without padding
    bool closes;       // the last box gets the size that it has
    bool frozen;       // the hash exists: nothing of the media may change
    struct bmff_shift shift;
    struct bmff_wide *wide; // owned
    size_t wide_n;
    // Where the walk is:
    struct bmff_reader reader;
    struct bmff_level levels[BMFF_LEVELS_MAX];
    size_t depth;
    bool put_done;
    bool end_done;
    struct bmff_task tasks[BMFF_TASKS_MAX];
    size_t task; // the one at hand
    size_t tasks_n;
    bool hashed;
    bool mark;
    bool ahead_is; // a piece was made ahead
    bool ahead_more;
    struct piece ahead;
    uint8_t *whole; // owned: an iloc box, until the next piece
    uint8_t in[BMFF_CHUNK_N];
    uint8_t out[2 * BMFF_CHUNK_N];
};

/* What becomes of a C2PA box. */
enum bmff_action { BMFF_KEEP, BMFF_LEAVE_OUT, BMFF_EMPTY, BMFF_RENAME };
enum bmff_action bmff_action_of(const struct bmff_plan *p, enum bmff_purpose purpose);

/* Decide by the plan's goal and layout; then settle what moves. */
NODISCARD enum exh_status bmff_decide(struct bmff_plan *p, size_t store_n, struct exh_error *err);
NODISCARD enum exh_status bmff_settle(struct bmff_plan *p, struct exh_error *err);

/* Whether boxes of this type below such a parent may hold offsets. */
bool bmff_is_container(uint32_t parent, uint32_t type);

/* Version, flags, `skip` bytes more, a count and its entries: check that they fit the box. */
struct bmff_entries {
    uint64_t at;
    uint64_t count;
};
NODISCARD enum exh_status bmff_read_entries(const struct exh_source *s, const struct bmff_box *box,
                                            uint64_t skip, size_t entry, struct bmff_entries *out,
                                            struct exh_error *err);

/* Tasks. */
void bmff_add_copy(struct bmff_plan *p, uint64_t from, uint64_t end);
void bmff_add_bytes(struct bmff_plan *p, const void *bytes, size_t n);
void bmff_add_zeros(struct bmff_plan *p, uint64_t n);
void bmff_add_hole(struct bmff_plan *p, uint64_t n);
NODISCARD enum exh_status bmff_add_header(struct bmff_plan *p, const struct bmff_box *box,
                                          uint32_t type, uint64_t size, struct exh_error *err);
NODISCARD enum exh_status bmff_add_box(struct bmff_plan *p, uint32_t parent,
                                       const struct bmff_box *box, struct exh_error *err);

#endif
