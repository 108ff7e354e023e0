/*
 * bmff.h -- ISO base media files: boxes, and the C2PA boxes among them.
 *
 * A file is walked box by box, looking at 16 bytes of each; nothing of its size is kept. bmff_scan() goes
 * over the root boxes once and notes what a credential is concerned with.
 *
 * Spec: ISO/IEC 14496-12; C2PA, "Embedding manifests into BMFF-based assets".
 */
#ifndef FORMATS_BMFF_H
#define FORMATS_BMFF_H

#include "base/window.h"
#include "formats/container.h"

#define BMFF_BOXES_MAX  ((size_t)1 << 19) // boxes looked at in one file: 48 h of fragments of 1 s
#define BMFF_DEPTH_MAX  16                // nested boxes; moov/trak/mdia/minf/stbl/stco are 6
#define BMFF_RESERVE_N  4096              // bytes of the box that the append-only form reserves
#define BMFF_UUID_N     16
#define BMFF_PURPOSE_AT 28 // in a C2PA box with a 32-bit size: header, UUID, version and flags
#define BMFF_PURPOSE_N  9  // "manifest\0", "original\0"
#define BMFF_STORE_AT   (BMFF_PURPOSE_AT + BMFF_PURPOSE_N + 8) // behind the offset of the merkle box

#define BMFF_TYPE(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum {
    BMFF_FTYP = BMFF_TYPE('f', 't', 'y', 'p'),
    BMFF_FREE = BMFF_TYPE('f', 'r', 'e', 'e'),
    BMFF_MDAT = BMFF_TYPE('m', 'd', 'a', 't'),
    BMFF_MFRA = BMFF_TYPE('m', 'f', 'r', 'a'),
    BMFF_MOOF = BMFF_TYPE('m', 'o', 'o', 'f'),
    BMFF_MOOV = BMFF_TYPE('m', 'o', 'o', 'v'),
    BMFF_UUID = BMFF_TYPE('u', 'u', 'i', 'd'),
};

extern const uint8_t bmff_c2pa_uuid[BMFF_UUID_N];

struct bmff_box {
    uint64_t at;   // of its header
    uint64_t size; // with its header
    uint32_t type;
    uint8_t header; // bytes: 8, or 16 with a 64-bit size
    bool to_end;    // its size field is 0: it reaches to the end of the file
};

/* The box's type as text for people: unprintable bytes become '?'. */
struct bmff_name {
    char text[5];
};
struct bmff_name bmff_name(uint32_t type);

/* What all walks over one file share. */
struct bmff_reader {
    struct window window;
    size_t left; // boxes that may still be read in this walk and those inside it
};
void bmff_reader_init(struct bmff_reader *r, const struct exh_source *s);

/* A walk over the boxes between two offsets. */
struct bmff_walk {
    struct bmff_reader *r; // borrowed
    uint64_t at;           // of the next box
    uint64_t end;
    bool root;
};
struct bmff_walk bmff_walk_root(struct bmff_reader *r); // begins to count boxes anew
struct bmff_walk bmff_walk_inside(const struct bmff_walk *w, uint64_t at, uint64_t end);

/*
 * The next box, or *more = false. Root boxes fill the file exactly. Inside a box, what cannot be a
 * box header (less than 8 bytes, or a size of 0, as QuickTime ends lists) ends the walk; it stands
 * between w->at and w->end. EXH_MALFORMED, EXH_LIMIT, EXH_IO.
 */
NODISCARD enum exh_status bmff_next(struct bmff_walk *w, struct bmff_box *box, bool *more,
                                    struct exh_error *err);

/* Where the boxes inside a `meta` box begin: QuickTime's has no version and flags. */
NODISCARD enum exh_status bmff_meta_content(struct bmff_reader *r, const struct bmff_box *box,
                                            uint64_t *at, struct exh_error *err);

enum bmff_purpose {
    BMFF_FOREIGN,  // not a C2PA box
    BMFF_MANIFEST, // a manifest store
    BMFF_ORIGINAL, // the same, when there is an update
    BMFF_UPDATE,   // a store of update manifests
    BMFF_MERKLE,   // where a fragment or block stands in its Merkle tree
    BMFF_RESERVE,  // room for a manifest store; of our append-only form
    BMFF_UNKNOWN,  // a C2PA box of another purpose
};

struct bmff_c2pa {
    enum bmff_purpose purpose;
    struct span data; // behind the purpose's NUL
};

/* What a uuid box is to C2PA. Other boxes are BMFF_FOREIGN. */
NODISCARD enum exh_status bmff_read_c2pa(struct bmff_reader *r, const struct bmff_box *box,
                                         struct bmff_c2pa *out, struct exh_error *err);

/* Where the JUMBF lies in a box of purpose manifest, original or update. */
NODISCARD enum exh_status bmff_read_store(const struct exh_source *s, const struct bmff_c2pa *c2pa,
                                          struct span *out, struct exh_error *err);

/* The first byte of [at, end) that is not zero; false: there is none. No hash covers padding. */
NODISCARD enum exh_status bmff_find_nonzero(const struct exh_source *s, uint64_t at, uint64_t end,
                                            bool *found, uint64_t *where, struct exh_error *err);

struct bmff_found { // a C2PA box that was found; count 0: none; only the first is kept
    size_t count;
    struct bmff_box box;
    struct bmff_c2pa c2pa;
};

/* What the root boxes of a file are. */
struct bmff_layout {
    struct bmff_box ftyp;       // size 0: none
    struct bmff_box last;       // the last box
    uint64_t media_at;          // where the first moov, mdat or moof is; UINT64_MAX: nowhere
    bool media;                 // there is an mdat or a moof
    struct bmff_found manifest; // purpose manifest or original
    struct bmff_found update;
    struct bmff_found reserve;
    struct bmff_found merkle;
    struct bmff_found unknown;
};
NODISCARD enum exh_status bmff_scan(const struct exh_source *s, struct bmff_layout *out,
                                    struct exh_error *err);

/* The media type of a file that begins with this ftyp box; n bytes of it, 8 or more. Borrowed for ever. */
const char *bmff_mime(const uint8_t *ftyp, size_t n);

/*
 * A plan that puts a hole of n bytes before the root box at `at`, and adjusts what must be adjusted:
 * for the merkle box of a fragment. The hole's frame is the caller's: plan_frame() fails.
 */
NODISCARD enum exh_status bmff_plan_insert(const struct exh_source *s, uint64_t at, uint64_t n,
                                           struct plan **out, struct exh_error *err);

/* Begin a C2PA box of n bytes in out: header, UUID, purpose with its NUL. */
void bmff_put_c2pa(struct buf *out, uint64_t n, const char *purpose);

#endif
