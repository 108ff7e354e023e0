/*
 * log_fixture.h -- what the log's tests share: tiles in memory that fail when told, a log written the
 * slow way of RFC 6962, a key.
 */
#ifndef TESTS_LOG_FIXTURE_H
#define TESTS_LOG_FIXTURE_H

#include "log/note.h"
#include "log/proof.h"
#include "log/tile.h"

#include "base/macros.h"

#define TILES_MAX 4096

struct stored {
    struct tlog_tile tile;
    uint8_t *p;
    size_t n;
};

struct memory_tiles {
    struct tlog_tiles tiles; // the table; its ctx is this struct
    bool grow; // one place for all widths of a tile, as a database has it; else one each
    size_t reads, writes;
    size_t fail_read, fail_write; // the how manieth fails; 0: none
    size_t n;
    struct stored stored[TILES_MAX];
};

struct memory_tiles *memory_tiles_new(bool grow);
void memory_tiles_free(struct memory_tiles *m);
struct stored *memory_tiles_find(struct memory_tiles *m, int level, uint64_t index, unsigned width);

/* Entry i of every test's log: a few bytes that differ in size too. Borrowed until the next call with i + 256. */
struct exh_bytes test_entry(uint64_t i);

/* MTH, PATH and PROOF of RFC 6962 by their definitions, over leaves that were hashed already. */
struct tlog_hash slow_root(const struct tlog_hash *leaves, uint64_t n);
struct tlog_proof slow_path(const struct tlog_hash *leaves, uint64_t n, uint64_t index);
struct tlog_proof slow_growth(const struct tlog_hash *leaves, uint64_t n, uint64_t older);

/* Leaves of n test entries; owned. */
struct tlog_hash *test_leaves(uint64_t n);

/* A signer whose key is always the same one, under a name. */
struct note_signer test_signer(const char *name);

#endif
