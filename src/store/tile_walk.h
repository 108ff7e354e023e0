/*
 * tile_walk.h -- the tiles that entries give, made one after the other from their rows.
 *
 * A second way to what src/log makes step by step: for finding what differs from it.
 */
#ifndef STORE_TILE_WALK_H
#define STORE_TILE_WALK_H

#include "store/tiles.h"

/* Called with each file of the log as it must be; bytes are borrowed for the call. */
typedef enum exh_status tile_visitor(void *ctx, const char *name, struct exh_bytes bytes,
                                     struct exh_error *err);

/*
 * All full tiles and bundles of the first `size` entries, and the partial ones at its end. root, if not
 * NULL, receives the root hash (RFC 6962). EXH_MALFORMED when an entry is damaged or missing.
 */
NODISCARD enum exh_status tile_walk(struct store *s, uint64_t size, tile_visitor *visit, void *ctx,
                                    uint8_t *root, struct exh_error *err);

/* Level, number and width of a name: false when it is none. Entries have level -1; full tiles width 256. */
bool tile_name_read(const char *name, int *level, uint64_t *number, unsigned *width);
void tile_name_write(char to[STORE_TILE_NAME_MAX], int level, uint64_t number, unsigned width);

/* The open folder of the tiles. */
int tiles_folder(const struct store_tiles *t);

#endif
