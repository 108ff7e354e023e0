/*
 * view.h -- a log seen through its tiles: proofs, and what it was at an earlier size.
 *
 *     tlog_view_init(&view, crypto, &tiles, &head);
 *     status = tlog_prove_inclusion(&view, index, &leaf, &proof, err);
 *     tlog_view_free(&view);
 *
 * Tiles need not be trusted: whatever is given out was checked against the root of the head. A view keeps
 * the last two tiles of each level with all nodes above their hashes (16 KiB a tile), so proofs of
 * neighbours cost no hashing. Where tiles come late, as in a browser, read() may note which one is
 * missing and answer EXH_NOT_FOUND; the call is then made again.
 */
#ifndef LOG_VIEW_H
#define LOG_VIEW_H

#include "log/proof.h"
#include "log/tile.h"

struct tlog_slot;

struct tlog_view {
    const struct exh_crypto *crypto; // borrowed, like the tiles, for the view's life
    const struct tlog_tiles *tiles;
    struct tlog_head head;
    struct tlog_slot *slots[TLOG_LEVELS][2]; // owned; the one used last comes first
};

void tlog_view_init(struct tlog_view *v, const struct exh_crypto *crypto,
                    const struct tlog_tiles *tiles, const struct tlog_head *head);
void tlog_view_free(struct tlog_view *v); // a zeroed struct is allowed

/* Look at the same log at another size. What is kept of full tiles stays. */
void tlog_view_move(struct tlog_view *v, const struct tlog_head *head);

/*
 * Prove that an entry is in the log; `leaf` receives its hash.
 *
 * EXH_INVALID    there is no such entry
 * EXH_MALFORMED  the tiles are not of this log
 * EXH_NO_MEMORY, and what read() says; here and below.
 */
NODISCARD enum exh_status tlog_prove_inclusion(struct tlog_view *v, uint64_t index,
                                               struct tlog_hash *leaf, struct tlog_proof *proof,
                                               struct exh_error *err);

/*
 * Prove that the log, when it had older->size entries, was the beginning of what it is now; older->root
 * receives its root then. EXH_INVALID: it is smaller than that.
 */
NODISCARD enum exh_status tlog_prove_consistency(struct tlog_view *v, struct tlog_head *older,
                                                 struct tlog_proof *proof, struct exh_error *err);

/* How a head that somebody else holds of this log stands to the view's. */
enum tlog_relation {
    TLOG_SAME,
    TLOG_OLDER,  // the beginning of what the log is now
    TLOG_NEWER,  // this log has lost its end: it was rolled back
    TLOG_FORKED, // never a head of this log
};
NODISCARD enum exh_status tlog_relate(struct tlog_view *v, const struct tlog_head *other,
                                      enum tlog_relation *out, struct exh_error *err);

/*
 * For those who append: the hashes of the last tile of a level, and with it the root of each whole subtree
 * that the log ends with, 8 or less a tile: whole[i] if bit 8 * level + i of the size is set. The caller
 * checks the root that they make. EXH_NOT_FOUND when the level ends with a full tile.
 */
NODISCARD enum exh_status tlog_view_edge(struct tlog_view *v, int level,
                                         struct tlog_hash hashes[TLOG_TILE_WIDTH],
                                         struct tlog_hash whole[TLOG_TILE_HEIGHT],
                                         struct exh_error *err);

#endif
