/*
 * bmff_exclusions.h -- what c2pa.hash.bmff leaves out: boxes, or parts of them, by path and content.
 *
 * Spec: C2PA, "BMFF-Based Hash", "Exclusion List Requirements".
 */
#ifndef C2PA_BMFF_EXCLUSIONS_H
#define C2PA_BMFF_EXCLUSIONS_H

#include "c2pa/binding.h"
#include "formats/bmff.h"

#define EXCLUSIONS_MAX  64                   // entries of one assertion; real ones have 3 to 6
#define XPATH_NODES_MAX 8                    // "/moov/trak/mdia/minf/stbl/stco" has 6
#define SUBSETS_MAX     256                  // of one entry
#define DATA_MAX        16                   // of one entry
#define COMPARES_MAX    ((size_t)1 << 22)    // looks at boxes' contents, for one file
#define INNER_BOXES_MAX (4 * BMFF_BOXES_MAX) // boxes looked at below the roots, for one file
#define RANGES_MAX      ((size_t)1 << 16)    // excluded ranges of one root box

struct bmff_exclusion {
    struct {
        uint32_t type;
        uint64_t nth; // of this type among its siblings, from 1; 0: any
    } nodes[XPATH_NODES_MAX];
    size_t nodes_n;
    bool has_length, has_version, has_flags, exact;
    uint64_t length;
    uint64_t version;
    uint8_t flags[3];
    struct cbor data;   // borrowed of the assertion; CBOR_NONE: any content
    struct cbor subset; // CBOR_NONE: the whole box
};

struct bmff_exclusions {
    struct bmff_exclusion items[EXCLUSIONS_MAX];
    size_t n;
    bool more; // than the mandatory ones
};

/* Read the list; false: answer says what is wrong. merkle: the assertion has hash and Merkle maps. */
bool bmff_exclusions_read(struct cbor list, bool merkle, struct bmff_exclusions *out,
                          struct binding_answer *answer);

/* The ranges of one root box that are left out, box after box. */
struct bmff_matcher {
    const struct bmff_exclusions *exclusions; // borrowed
    struct bmff_reader reader;
    uint64_t seen[EXCLUSIONS_MAX]; // root boxes of the type of each entry's first node
    size_t compares;               // left
    struct span *ranges;           // owned: of the last box, in order, touching nowhere
    size_t n;
    size_t allocated;
};
void bmff_matcher_init(struct bmff_matcher *m, const struct bmff_exclusions *e,
                       const struct exh_source *s);
void bmff_matcher_free(struct bmff_matcher *m);

/*
 * Find the ranges of the next root box. *whole: the box is excluded by its path alone, so that not
 * even its place counts. EXH_LIMIT, EXH_MALFORMED, EXH_IO, EXH_NO_MEMORY.
 */
NODISCARD enum exh_status bmff_match(struct bmff_matcher *m, const struct bmff_box *box,
                                     bool *whole, struct exh_error *err);

#endif
