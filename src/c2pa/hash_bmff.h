/*
 * hash_bmff.h -- the parts of checking c2pa.hash.bmff.
 *
 * hash_bmff.c reads the assertion and hashes a whole file; hash_bmff_blocks.c checks the blocks of
 * media data boxes, hash_bmff_fragments.c fragments, in one file or in many.
 */
#ifndef C2PA_HASH_BMFF_H
#define C2PA_HASH_BMFF_H

#include "base/arena.h"
#include "c2pa/binding_hash.h"
#include "c2pa/bmff_digest.h"
#include "c2pa/merkle.h"

#define MAPS_MAX       1024               // Merkle maps of one assertion: a track or rendition each
#define MAPS_MEMORY    ((size_t)16 << 20) // bytes for maps and the places of their hashes
#define MERKLE_BOX_MAX ((size_t)4096)     // bytes of CBOR in a merkle box: 60 hashes

#define BMFF_MALFORMED   "assertion.bmffHash.malformed"
#define BMFF_MISMATCH    "assertion.bmffHash.mismatch"
#define BMFF_MATCH       "assertion.bmffHash.match"
#define BMFF_UNSUPPORTED "algorithm.unsupported"

/* A Merkle map of the assertion, and what was seen of its tree. */
struct merkle_map {
    int64_t unique_id, local_id;
    struct merkle_tree tree;
    struct exh_bytes init;    // initHash; n 0: none
    uint64_t fixed;           // block size; 0: none
    struct cbor variable;     // block sizes, or CBOR_NONE
    bool init_holds, offsets; // fragments: leaves take offsets
    uint64_t next;            // location of the fragment that comes next
    uint64_t missing;         // fragments that were jumped over
    uint64_t first_missing;
};

/* Where a fragment or block says that it stands. */
struct merkle_place {
    int64_t unique_id, local_id;
    uint64_t location;
    struct cbor hashes; // borrowed of bytes
    uint8_t bytes[MERKLE_BOX_MAX];
};

struct hash_bmff {
    const struct binding_question *q;
    struct bmff_exclusions exclusions;
    enum exh_hash alg;
    struct exh_bytes hash; // n 0: none
    struct arena arena;
    struct merkle_map *maps; // of the arena
    size_t maps_n;
    struct bmff_progress progress;
    struct binding_answer *answer;
    bool judged;       // the answer is given
    char warning[160]; // of the answer, whatever that is
    // What the asset is made of:
    uint64_t mdats, moofs, merkle_boxes;
};

/* Give the answer, unless it is given. */
PRINTF_LIKE(3, 4)
void hash_bmff_fails(struct hash_bmff *h, const char *code, const char *fmt, ...);

/* Something odd, where no hash looks: the first is told. */
PRINTF_LIKE(2, 3) void hash_bmff_warns(struct hash_bmff *h, const char *fmt, ...);

/* Look at an mfra box: it should point at fragments. */
NODISCARD enum exh_status hash_bmff_look_at_mfra(struct hash_bmff *h, const struct bmff_walk *w,
                                                 const struct bmff_box *mfra,
                                                 struct exh_error *err);

/* Read a merkle box's content; false: it is none, and the answer says so. */
NODISCARD enum exh_status hash_bmff_place(struct hash_bmff *h, const struct exh_source *s,
                                          const struct bmff_box *box, const struct bmff_c2pa *c2pa,
                                          struct merkle_place *out, bool *sound,
                                          struct exh_error *err);

/* The map with these ids; NULL: the answer says that there is none. */
struct merkle_map *hash_bmff_map(struct hash_bmff *h, const struct merkle_place *place,
                                 uint64_t at);

/* Blocks of mdat boxes, under a hash over the rest. */
NODISCARD enum exh_status hash_bmff_blocks(struct hash_bmff *h, struct exh_error *err);

/* Fragments: moofs of one file; or an initialization segment, and segments, perhaps none. */
NODISCARD enum exh_status hash_bmff_flat(struct hash_bmff *h, struct exh_error *err);
NODISCARD enum exh_status hash_bmff_segments(struct hash_bmff *h, struct exh_error *err);

#endif
