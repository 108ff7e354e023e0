/*
 * writer.h -- entries appended to a log, batch by batch.
 *
 *     tlog_writer_new(crypto, &tiles, &head, &writer, err);       // goes on from a signed head
 *     tlog_writer_append(writer, entries, n, err);                // tiles and bundles are written
 *     ... make that durable, then sign tlog_writer_head(writer)
 *     tlog_writer_undo(writer);                                   // if it could not be made durable
 *
 * Each batch writes what changed of the tree's right edge, so it costs a few writes whatever its size. A
 * writer belongs to one log: two of them would fork it.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include "log/tile.h"

struct tlog_writer; // owned; tlog_writer_free(); about 80 KiB, and the last bundle

/*
 * Go on with a log. The right edge is read from the tiles and must make the head's root: so a database of
 * another day than the signed head is refused.
 *
 * crypto, tiles  borrowed for the writer's life
 * head           NULL: a new log, of which nothing is read
 *
 * EXH_MALFORMED  the tiles are not of a log with this head
 * EXH_NO_MEMORY, and what read() says
 */
NODISCARD enum exh_status tlog_writer_new(const struct exh_crypto *crypto,
                                          const struct tlog_tiles *tiles,
                                          const struct tlog_head *head, struct tlog_writer **out,
                                          struct exh_error *err);
void tlog_writer_free(struct tlog_writer *w); // NULL is allowed

/*
 * Append n entries, each of at most TLOG_ENTRY_MAX bytes; the first gets the number head->size of before.
 * When it fails, the log stands where it stood, whatever was written.
 *
 * EXH_LIMIT  an entry is too long, or there would be more than TLOG_SIZE_MAX
 * EXH_NO_MEMORY, and what write() says
 */
NODISCARD enum exh_status tlog_writer_append(struct tlog_writer *w, const struct exh_bytes *entries,
                                             size_t n, struct exh_error *err);

/* Take the last batch back: the next one begins where it began, and overwrites what it wrote. Twice is as once. */
void tlog_writer_undo(struct tlog_writer *w);

/* Where the log stands; borrowed until the next call. Not a promise until it is signed. */
const struct tlog_head *tlog_writer_head(const struct tlog_writer *w);

#endif
