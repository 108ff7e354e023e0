/*
 * cut.h -- where a film that still grows may be cut: where filler may stand, and a player can begin.
 *
 *     enum cut_kind kind = cut_look(first, false);          // CUT_UNDECIDED: with more bytes again
 *     cutter_begin(&c, kind);
 *     n = cutter_next(&c, piece, CUT_WELL, true, &found);   // bytes up to the next good place
 *
 * Fragmented MP4 may be cut between its fragments; MPEG-TS between packets, and well before a program
 * association table that a key frame follows at once; Matroska and WebM between clusters, and also between
 * the blocks of one whose size was not known when it began. Only forms that are made to grow are told: a film whose parts are found by
 * offsets is cut anywhere, and nothing may be put into it.
 *
 * The content is not looked at. Memory is constant.
 *
 * Spec: ISO/IEC 14496-12, "Movie Fragments"; ISO/IEC 13818-1, "Transport stream packet layer"; RFC 8794,
 * "Unknown Data Size", and RFC 9559, "Cluster Element".
 */
#ifndef FORMATS_CUT_H
#define FORMATS_CUT_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define CUT_LOOK_MAX ((size_t)1 << 20) // bytes after which it is taken for CUT_ANYWHERE
#define CUT_HEADER   16                // bytes of the largest header
#define CUT_AHEAD    ((size_t)8 * 188) // bytes that are looked at ahead of a place, at most

enum cut_kind {
    CUT_UNDECIDED,
    CUT_ANYWHERE, // nothing is known of it
    CUT_BOXES,    // fragmented MP4, whose offsets count from each fragment (default-base-is-moof)
    CUT_PACKETS,  // MPEG-TS
    CUT_ELEMENTS, // Matroska or WebM, of a size that nobody knew
};

/* What it is, by its first bytes. end: there will be no more of them; then it is decided. */
enum cut_kind cut_look(struct exh_bytes first, bool end);

enum cut_place {
    CUT_NOT,  // within something
    CUT_HERE, // filler may stand here
    CUT_WELL, // a player can begin here, too
};

struct cutter {
    enum cut_kind kind;
    enum cut_place place;       // where we stand
    uint8_t header[CUT_HEADER]; // of this part, as far as it was seen
    size_t header_n;
    uint64_t left; // bytes of this part behind its header
    uint64_t at;   // bytes gone through
    uint64_t
        head_n; // bytes before the first fragment or cluster, which every segment needs; 0: not yet, none
    unsigned doubt;   // packets that must fit before their borders count
    bool lost;        // not well formed: nothing is known of what follows
    bool begun;       // the first fragment or cluster has begun
    bool in_fragment; // MP4: between a moof and the end of its mdat
    bool in_cluster;  // Matroska: in one of unknown size
    bool in_part;     // the header is known, and `left` counts
    bool is_media;    // MP4: this part is an mdat
    bool offered;     // that a good place lies before the next byte was said
};

void cutter_begin(struct cutter *c, enum cut_kind kind);

/*
 * Go through some bytes, up to the next place that is at least as good as `want`. Returns how many; 0 and
 * found: before the first of them. CUT_NOT: none is wanted.
 *
 * more  bytes will follow: where it takes some of those to know, the last ones, at most CUT_AHEAD, are left
 *       and must come again before them. Else nothing is left when none was found.
 *
 * A film that is not well formed has no more places; MPEG-TS has them again when packets do.
 */
size_t cutter_next(struct cutter *c, struct exh_bytes piece, enum cut_place want, bool more,
                   bool *found);

#endif
