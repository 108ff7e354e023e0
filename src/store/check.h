/*
 * check.h -- look at every byte that is stored, and name what is not as it was written.
 *
 * Found is any flipped bit in the database (each page has a sum, also where nothing is stored), in its
 * journal, in blobs, tiles and bundles; a row that somebody changed past us; a broken chain of custody; a
 * blob, an entry or a tile that is missing. It may run beside the server. Nothing is changed.
 *
 * A finding is not an error: an error means that we could not look.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/tiles.h"

enum store_finding_kind {
    STORE_DAMAGED, // bytes are not as they were written
    STORE_MISSING, // something that a row or the log names is not there
    STORE_STRANGE, // something is there that nobody put there
};

struct store_finding {
    enum store_finding_kind kind;
    char what[160]; // "page 17", "row 4 of account", "blob ab…", "tile/0/x001/234"
    char text[256]; // one sentence
};
typedef void store_finding_visitor(void *ctx, const struct store_finding *finding);

struct store_check_options {
    unsigned per_mille; // of the blobs to read, chosen by `seed`; 0 and 1000: all
    uint64_t seed;
    struct store_tiles *tiles; // NULL: tiles are not looked at
    // What the signed checkpoint says. Without it: that there is a tile for each entry.
    bool has_head;
    uint64_t log_size;
    uint8_t log_root[STORE_HASH];
};

struct store_check_counts {
    uint64_t pages, rows, blobs, blob_bytes, entries, tiles; // looked at
    uint64_t orphans;                     // blobs without a row: left by a crash, swept later
    uint64_t findings[STORE_STRANGE + 1]; // by kind
};

/*
 * options  NULL: all blobs, no tiles.
 * visit    NULL: findings are only counted.
 *
 * EXH_NOT_FOUND (there is no database)  EXH_IO  EXH_NO_MEMORY  EXH_UNSUPPORTED
 */
NODISCARD enum exh_status store_check(struct store_home *home,
                                      const struct store_check_options *options,
                                      store_finding_visitor *visit, void *ctx,
                                      struct store_check_counts *out, struct exh_error *err);

/*
 * Remove what a crash left: files in the spool without an open upload, and blobs without a row, if they
 * were last written before a time; *n receives how many.
 */
NODISCARD enum exh_status store_sweep(struct store *s, int64_t before, uint64_t *n,
                                      struct exh_error *err);

#endif
