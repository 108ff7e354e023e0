/*
 * tile.h -- a log's tree and entries as files of a fixed shape, and where they come from.
 *
 * A tile holds up to 256 neighbouring hashes of level 0 (leaves), 8, 16, … of the tree; a bundle holds
 * the entries under a tile of level 0, each behind its length in two bytes. The last ones of a level are
 * partial: narrower, until they are full.
 *
 * Spec: C2SP tlog-tiles, "Merkle Tree", "Log entries".
 */
#ifndef LOG_TILE_H
#define LOG_TILE_H

#include "base/buf.h"
#include "base/reader.h"
#include "log/hash.h"

#define TLOG_TILE_HEIGHT 8 // levels of the tree that a tile spans
#define TLOG_TILE_WIDTH  256u
#define TLOG_LEVELS      8    // of tiles in a tree of TLOG_SIZE_MAX entries
#define TLOG_ENTRIES     (-1) // the level of bundles
#define TLOG_ENTRY_MAX   65535
#define TLOG_TILE_MAX    ((size_t)TLOG_TILE_WIDTH * TLOG_HASH)
#define TLOG_BUNDLE_MAX  ((size_t)TLOG_TILE_WIDTH * (2 + TLOG_ENTRY_MAX))
#define TLOG_PATH_MAX    64 // bytes of a path with its NUL; the longest has 47

struct tlog_tile {
    int level;      // of the tile: 0 to TLOG_LEVELS - 1, or TLOG_ENTRIES
    uint64_t index; // from the left
    unsigned width; // hashes or entries: 1 to TLOG_TILE_WIDTH
};

/*
 * Where tiles and bundles are kept: a database, files, a server far away. Called from within the call that
 * was given the table, in its thread.
 */
struct tlog_tiles {
    /*
     * Append a tile's bytes to `to`, whose limit is the most that it may have. A wider version of the tile
     * is right too: what is over is not looked at. What it tells is believed only as far as it can be
     * checked. EXH_NOT_FOUND  EXH_IO  EXH_NETWORK or whatever else hinders.
     */
    enum exh_status (*read)(void *ctx, const struct tlog_tile *tile, struct buf *to,
                            struct exh_error *err);
    /*
     * Keep a tile, in the place of what there is of it. It may be written again with other bytes, also
     * narrower, as long as no checkpoint of that size was signed. May be NULL where nothing is appended.
     */
    enum exh_status (*write)(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                             struct exh_error *err);
    void *ctx;
};

/* How wide a tile is in a tree of `size` entries; 0: the tree has no such tile. */
unsigned tlog_tile_width(int level, uint64_t index, uint64_t size);

/* "tile/0/x001/x234/067.p/112", "tile/entries/000"; with NUL. */
void tlog_tile_path(const struct tlog_tile *tile, char to[TLOG_PATH_MAX]);

/*
 * Read such a path, which must be canonical. Whether the tile exists is tlog_tile_width()'s answer.
 * EXH_MALFORMED  EXH_LIMIT (no tree of TLOG_SIZE_MAX entries has it)
 */
NODISCARD enum exh_status tlog_tile_read_path(struct exh_bytes path, struct tlog_tile *out,
                                              struct exh_error *err);

/* The bytes of a tile or bundle of this width, cut out of a wider one. EXH_MALFORMED: it is narrower. */
NODISCARD enum exh_status tlog_tile_cut(const struct tlog_tile *tile, struct exh_bytes wider,
                                        struct exh_bytes *out, struct exh_error *err);

/* The next entry of a bundle, borrowed from it. The reader fails at the end, and when it is cut short. */
struct exh_bytes tlog_bundle_next(struct reader *bundle);

/* Put an entry, of at most TLOG_ENTRY_MAX bytes, at the end of a bundle. */
void tlog_bundle_put(struct buf *bundle, struct exh_bytes entry);

/* Read a tile into an empty buffer and cut it to its width. EXH_MALFORMED, and what read() says. */
NODISCARD enum exh_status tlog_tile_fetch(const struct tlog_tiles *tiles,
                                          const struct tlog_tile *tile, struct buf *to,
                                          struct exh_error *err);

#endif
