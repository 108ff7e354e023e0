/*
 * open.h -- an object while it is opened: what the files of the opener share.
 *
 * Chunks are opened in pairs (open_body.c). Their leaf digests, which the same pass makes, go to the ledger's
 * check (open_watch.c), so that one reading of the body serves both. A range of records is found through the
 * ledger first (open_range.c).
 */
#ifndef SEAL_OPEN_H
#define SEAL_OPEN_H

#include <exhibit/seal.h>

#include "seal/armor_source.h"
#include "seal/leaf.h"
#include "seal/ledger_object.h"
#include "seal/ledger_report.h"
#include "seal/pairs.h"

/* The ledger beside the chunks: the entry whose bytes go by. */
struct watch {
    bool on;
    bool ended; // no further entry
    bool waits; // `step` has bytes to come
    struct ledger_step step;
    struct leaves leaves; // since the entry began
    // Of a range: entries are taken by their numbers, [index, end), and not tied to the beginning.
    bool ranged;
    uint64_t index;
    uint64_t end;
    uint64_t behind;  // where the bytes of the last one end
    uint64_t altered; // number of the last one whose bytes are not those that were signed
};

struct opening {
    const struct exh_open_options *options;
    const struct exh_crypto *crypto;
    const struct exh_sink *sink;
    const struct exh_source *body; // the caller's, or `binary`
    struct armor_source *armor;    // owned
    struct exh_source binary;
    struct ledger_object object; // owned
    bool has_check;              // there is an open entry
    struct ledger_check check;   // owned
    struct ledger_files files;
    struct file_key *key; // owned; NULL: the body is in clear
    uint64_t body_n;      // bytes of the payload, or of the body in clear
    uint64_t chunks;      // in it, the last one perhaps cut
    bool ranged;          // not everything is wanted
    uint64_t from, to;    // bytes in clear to give out
    uint64_t read_from;   // chunks to read
    uint64_t read_to;
    bool stopped; // something does not authenticate: nothing is given out any more
    struct watch watch;
    struct exh_opened out;
};

/* Find what is wanted: sets from, to, read_from, read_to, and the watch. (open_range.c) */
NODISCARD enum exh_status open_find_range(struct opening *o, struct exh_error *err);

/* How much of the beginning a player needs: 0, or what lies before the first fragment. (open_range.c) */
NODISCARD enum exh_status open_find_head(struct opening *o, uint64_t *n, struct exh_error *err);

/* Open chunks [read_from, read_to), and give out what of them lies in [from, to). (open_body.c) */
NODISCARD enum exh_status open_chunks(struct opening *o, struct exh_error *err);

/* The same of a body in clear. (open_body.c) */
NODISCARD enum exh_status open_plain(struct opening *o, struct exh_error *err);

/* Open one chunk by itself into to, *n bytes; *good: it authenticates. (open_body.c) */
NODISCARD enum exh_status open_one_chunk(struct opening *o, uint64_t chunk, bool last, uint8_t *to,
                                         size_t *n, bool *good, struct exh_error *err);

/* A leaf of the body went by: n bytes at offset `at` of it. In order. (open_watch.c) */
NODISCARD enum exh_status watch_leaf(struct opening *o, uint64_t at, size_t n, uint8_t (*leaf)[32],
                                     struct exh_error *err);

/* All leaves went by: check what is left of the ledger, and write the report. (open_watch.c) */
NODISCARD enum exh_status watch_end(struct opening *o, struct exh_error *err);

#endif
