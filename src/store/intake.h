/*
 * intake.h -- bytes that arrive, in the spool, until they are a blob.
 *
 *     store_intake_open(home, id, offset, &in, &err);
 *     store_intake_append(in, bytes, &err);          // as often as some arrive
 *     store_intake_sync(in, &err);                   // now `size` may be told as what we have
 *     store_intake_put(in, NULL, &blob, &err);       // complete: on stable storage under its hash
 *     ... the row of the blob, the group's commit ...
 *     store_intake_close(in); store_intake_remove(home, id, &err);
 *
 * The file in the spool stays until it is removed, so that a crash before the commit costs no second
 * upload. No row is asked or written here: an intake may be used on any thread, one at a time.
 */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/blob.h"

struct store_intake; // owned; store_intake_close()

/*
 * Open the spool's file of an upload: new with offset 0, or as it was left. Bytes behind the offset are
 * dropped: they may be what a power cut left. The bytes before it are read again for the hash.
 *
 * EXH_NOT_FOUND   offset is not 0, and there is no file
 * EXH_MALFORMED   the file is shorter than offset
 */
NODISCARD enum exh_status store_intake_open(struct store_home *home, const uint8_t id[STORE_ID],
                                            uint64_t offset, struct store_intake **out,
                                            struct exh_error *err);
void store_intake_close(struct store_intake *in); // NULL is allowed; the file stays

/* Put bytes at the end. EXH_LIMIT over STORE_BLOB_MAX. After a failure only closing is allowed. */
NODISCARD enum exh_status store_intake_append(struct store_intake *in, struct exh_bytes bytes,
                                              struct exh_error *err);

/* Bring what was appended to stable storage. */
NODISCARD enum exh_status store_intake_sync(struct store_intake *in, struct exh_error *err);

uint64_t store_intake_size(const struct store_intake *in);

/* What arrived so far, to look at before it is believed. Borrowed until the next append. */
struct exh_source store_intake_source(struct store_intake *in);

/*
 * Make it a blob: on stable storage, under its hash, in a folder that is on stable storage. A blob that
 * is there already is kept, if it holds; if it does not, it is put aside (damaged/) and replaced.
 *
 * expect  the SHA-256 that it must have, or NULL. EXH_INVALID when it has another.
 * out     owned; store_blob_free().
 */
NODISCARD enum exh_status store_intake_put(struct store_intake *in, const uint8_t *expect,
                                           struct store_blob *out, struct exh_error *err);

/* Remove the spool's file of an upload. None is no error. */
NODISCARD enum exh_status store_intake_remove(struct store_home *home, const uint8_t id[STORE_ID],
                                              struct exh_error *err);

/* The same from memory, in one step, without a name in the spool that means anything. */
NODISCARD enum exh_status store_put_bytes(struct store_home *home, struct exh_bytes bytes,
                                          struct store_blob *out, struct exh_error *err);

#endif
