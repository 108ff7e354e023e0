/*
 * tiles.h -- the files of the transparency log: tiles, bundles, the checkpoint (C2SP tlog-tiles).
 *
 * They are made from the rows of log_entries.h and can always be made again. So those that change with
 * each commit need not be on stable storage; after a crash they are written anew. A partial tile may be
 * removed when the full one is there.
 */
#ifndef STORE_TILES_H
#define STORE_TILES_H

#include "store/store.h"

#define STORE_TILE_NAME_MAX 96   // bytes of "tile/entries/x001/234.p/17", with the NUL
#define STORE_TILE_HASHES   256u // of a full tile (height 8)
#define STORE_TILE_MAX      ((size_t)17 << 20) // bytes of a bundle: 256 entries, each with its length

struct store_tiles; // owned; store_tiles_close(). One thread writes; others may read with their own

/* Open the folder; it must exist. home is borrowed for the life of *out. */
NODISCARD enum exh_status store_tiles_open(struct store_home *home, const char *path,
                                           struct store_tiles **out, struct exh_error *err);
void store_tiles_close(struct store_tiles *t); // NULL is allowed

/*
 * Write a file whole: under its name are the old bytes or the new ones, never a part.
 *
 * name     "tile/0/x001/234", "checkpoint": a-z 0-9 . - and /, no part beginning with a dot. Folders are
 *          made.
 * durable  also bring it to stable storage, its name too.
 *
 * EXH_INVALID (name)  EXH_LIMIT  EXH_IO
 */
NODISCARD enum exh_status store_write_tile(struct store_tiles *t, const char *name,
                                           struct exh_bytes bytes, bool durable,
                                           struct exh_error *err);

/* Put a file's bytes behind what `out` holds. EXH_NOT_FOUND  EXH_INVALID  EXH_LIMIT  EXH_IO */
NODISCARD enum exh_status store_read_tile(const struct store_tiles *t, const char *name,
                                          struct buf *out, struct exh_error *err);

/* None is no error. */
NODISCARD enum exh_status store_remove_tile(struct store_tiles *t, const char *name,
                                            struct exh_error *err);

/*
 * Make every tile and bundle of the first `size` entries from their rows, and write those that are not
 * there or differ; *written receives how many. After a restore, and when check.h found something.
 */
NODISCARD enum exh_status store_rebuild_tiles(struct store *s, struct store_tiles *t, uint64_t size,
                                              uint64_t *written, struct exh_error *err);

#endif
