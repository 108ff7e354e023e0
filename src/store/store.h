/*
 * store.h -- what the server keeps: records in SQLite, bodies as files, all of it checked when read.
 *
 *     store_home_open("DIR/front", crypto, &home, &err);       // once; shared by all threads
 *     store_open(home, STORE_WRITE, &writer, &err);            // the one thread that commits
 *     store_open(home, STORE_READ, &reader, &err);             // one for each thread that asks
 *
 * A folder holds exhibit.db, blobs/ (bodies under their SHA-256), spool/ (what is still arriving) and
 * lock. The questions stand in the headers of their subjects: account.h invitation.h certificate.h
 * lease.h object.h blob.h upload.h log_entries.h custody.h ban.h alarm.h contact.h; files in intake.h,
 * blob.h and tiles.h; check.h and backup.h look at all of it.
 *
 * Rows are input too. Each carries a sum over its table's name and columns, each page of the database
 * one over its bytes, each blob one per piece: what does not hold is refused, never believed.
 *
 * What a question may answer, besides EXH_OK (a question's own comment says when it means more):
 *     EXH_NOT_FOUND  no such row
 *     EXH_INVALID    the name is taken; the row is not as the caller believed; an argument is not allowed
 *     EXH_DENIED     the row forbids it: used, expired, revoked
 *     EXH_LIMIT      an argument is over a named limit
 *     EXH_MALFORMED  what is stored is damaged
 *     EXH_UNSUPPORTED  made by a later version, or not by us
 *     EXH_IO  EXH_NO_MEMORY
 *
 * No clock is read: times come in as arguments, Unix seconds, microseconds where the name ends in _us.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>

#include "base/buf.h"

#include <exhibit/crypto.h>

#define STORE_HASH 32 // bytes of a SHA-256
#define STORE_ID   16 // bytes of a random id: of an invitation, of an upload

struct store_home; // owned; store_home_close() after its last store_close(). For all threads
struct store;      // owned; store_close(). For one thread at a time

/*
 * Open a folder, and make what is missing in it: it must exist. Two homes may be open at a time, in one
 * process or several, but only one of them with a writer.
 *
 * crypto  borrowed for the life of *out.
 */
NODISCARD enum exh_status store_home_open(const char *path, const struct exh_crypto *crypto,
                                          struct store_home **out, struct exh_error *err);
void store_home_close(struct store_home *home); // NULL is allowed

/*
 * Whether a file could not be brought to stable storage. Then nothing that was written after the last
 * success may be acknowledged, and no write is accepted any more until the process begins anew: a second
 * fsync could succeed without having written anything.
 */
bool store_home_broken(const struct store_home *home);

/* Bytes that the file system of the folder has in all, and that we may still write. EXH_IO */
NODISCARD enum exh_status store_home_space(const struct store_home *home, uint64_t *all,
                                           uint64_t *left, struct exh_error *err);

enum store_mode {
    STORE_READ,
    STORE_WRITE, // brings the schema up to date; EXH_DENIED when another writer has the folder
};

NODISCARD enum exh_status store_open(struct store_home *home, enum store_mode mode,
                                     struct store **out, struct exh_error *err);
void store_close(struct store *s); // NULL is allowed; a group that is open is undone

/*
 * What store_open(STORE_WRITE) would do to the schema, without doing it: its number before and after.
 * The migrations run and are rolled back. EXH_NOT_FOUND when there is no database yet.
 */
NODISCARD enum exh_status store_try_migrations(struct store_home *home, int *before, int *after,
                                               struct exh_error *err);

/*
 * A group: what is written between begin and commit is on stable storage after the commit, or never was.
 * Many operations share one commit, each as a part, so that one that fails takes no other with it:
 *
 *     store_begin(s, &err);
 *     for each operation:
 *         store_begin_part(s, &err);
 *         done = operation(s, &err) == EXH_OK;
 *         store_end_part(s, done, &err);
 *     store_commit(s, &err);               // EXH_OK: now tell those whose part was kept
 *     store_tidy(s, &err);
 *
 * When a part cannot begin or end, or the commit fails, nothing of the group was kept.
 * A question outside of a group is a group of its own.
 */
NODISCARD enum exh_status store_begin(struct store *s, struct exh_error *err);
NODISCARD enum exh_status store_begin_part(struct store *s, struct exh_error *err);
NODISCARD enum exh_status store_end_part(struct store *s, bool keep, struct exh_error *err);
NODISCARD enum exh_status store_commit(struct store *s, struct exh_error *err);
void store_rollback(struct store *s);

/*
 * Move the journal into the database when it has become long. The writer calls it after it has told
 * what was committed: it takes some 20 ms now and then. A failure here breaks the store (see above).
 */
NODISCARD enum exh_status store_tidy(struct store *s, struct exh_error *err);

/*
 * Several questions about one moment: what others commit in between is not seen. For readers, and short:
 * the journal cannot be emptied meanwhile.
 */
NODISCARD enum exh_status store_begin_view(struct store *s, struct exh_error *err);
void store_end_view(struct store *s);

/*
 * Small values by name: the server's own memory ("checkpoint", "front.tls"). Putting replaces.
 *
 * key    at most STORE_KEY_MAX - 1 bytes.
 * value  at most STORE_VALUE_MAX bytes; appended to `out` by get.
 */
#define STORE_KEY_MAX   65
#define STORE_VALUE_MAX ((size_t)64 << 10)
NODISCARD enum exh_status store_put_value(struct store *s, const char *key, struct exh_bytes value,
                                          struct exh_error *err);
NODISCARD enum exh_status store_get_value(struct store *s, const char *key, struct buf *out,
                                          struct exh_error *err);
NODISCARD enum exh_status store_delete_value(struct store *s, const char *key,
                                             struct exh_error *err);

/* Counts for the metrics. Counting walks an index: ask now and then, not for each request. */
struct store_counts {
    uint64_t cameras, people, operators; // accounts that are not closed
    uint64_t objects, quarantined;
    uint64_t object_bytes; // of all versions
    uint64_t uploads;      // open
    uint64_t log_entries;
    uint64_t alarms; // open
    uint64_t database_bytes;
};
NODISCARD enum exh_status store_count(struct store *s, struct store_counts *out,
                                      struct exh_error *err);

#endif
