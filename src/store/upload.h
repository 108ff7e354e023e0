/*
 * upload.h -- what is still arriving, and what became of it.
 *
 * The row says how much is on stable storage; the bytes are in the spool (intake.h). A closed row stays
 * until it is removed, so that who asks later is told what became of his upload.
 */
#ifndef STORE_UPLOAD_H
#define STORE_UPLOAD_H

#include "store/intake.h"
#include "store/object.h"

#define STORE_METADATA_MAX ((size_t)8 << 10)

enum store_door { STORE_DOOR_TUS = 1, STORE_DOOR_FTPS };

enum store_upload_state { STORE_UPLOAD_OPEN = 1, STORE_UPLOAD_DONE, STORE_UPLOAD_REFUSED };

struct store_upload {
    uint8_t id[STORE_ID];
    int64_t account;
    enum store_door door;
    enum store_upload_state state;
    bool has_length; // of the whole; a growing recording has none
    uint64_t length;
    uint64_t offset; // bytes on stable storage
    char name[STORE_FILE_NAME_MAX];
    char origin[STORE_ORIGIN_MAX];
    int64_t created_at, updated_at, expires_at;
    uint8_t oid[STORE_HASH];          // what it became; zeros: nothing yet
    char reason[STORE_FILE_NAME_MAX]; // why it was refused
};

/* offset, state, oid and reason are ignored: it begins open and empty. */
NODISCARD enum exh_status store_add_upload(struct store *s, const struct store_upload *upload,
                                           struct exh_bytes metadata, struct exh_error *err);
NODISCARD enum exh_status store_get_upload(struct store *s, const uint8_t id[STORE_ID],
                                           struct store_upload *out, struct exh_error *err);

/* What was sent with it, put behind what `out` holds. */
NODISCARD enum exh_status store_get_metadata(struct store *s, const uint8_t id[STORE_ID],
                                             struct buf *out, struct exh_error *err);

/*
 * More of it is on stable storage. EXH_INVALID when it stood elsewhere than at `from`, `to` is not
 * beyond, or it would be longer than its length. EXH_DENIED when it is not open.
 */
NODISCARD enum exh_status store_advance_upload(struct store *s, const uint8_t id[STORE_ID],
                                               uint64_t from, uint64_t to, int64_t now,
                                               int64_t expires_at, struct exh_error *err);

/* The length of the whole becomes known. EXH_INVALID when another is, or it is longer already. */
NODISCARD enum exh_status store_set_length(struct store *s, const uint8_t id[STORE_ID],
                                           uint64_t length, int64_t now, struct exh_error *err);

/* It became an object. EXH_DENIED when it is not open. */
NODISCARD enum exh_status store_finish_upload(struct store *s, const uint8_t id[STORE_ID],
                                              const uint8_t oid[STORE_HASH], int64_t now,
                                              struct exh_error *err);

/* It was refused. EXH_DENIED when it is not open. */
NODISCARD enum exh_status store_refuse_upload(struct store *s, const uint8_t id[STORE_ID],
                                              const char *reason, int64_t now,
                                              struct exh_error *err);

/* Open ones that expired before a time, the oldest first. */
NODISCARD enum exh_status store_list_expired(struct store *s, int64_t before,
                                             struct store_upload *out, size_t max, size_t *n,
                                             struct exh_error *err);

/* Forget those that were closed before a time; *n receives how many. */
NODISCARD enum exh_status store_forget_uploads(struct store *s, int64_t before, uint64_t *n,
                                               struct exh_error *err);

#endif
