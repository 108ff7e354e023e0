/*
 * object.h -- what was received: objects, their versions, receipts.
 *
 * An object is what its signer calls it: the oid. What of it was received is a version: the first, and
 * later ones that extend it (a recording that was cut off, and came whole afterwards). A version is never
 * changed or removed, since each has its own log entry and receipt.
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "store/store.h"

#define STORE_MEDIA_TYPE_MAX 129
#define STORE_FILE_NAME_MAX  256
#define STORE_ORIGIN_MAX     65 // bytes of an address with its port
#define STORE_RECEIPT_MAX    ((size_t)64 << 10)

enum store_object_kind { STORE_PHOTO = 1, STORE_VIDEO, STORE_SEALED, STORE_OTHER };

enum store_object_state {
    STORE_ACCEPTED = 1,
    STORE_QUARANTINED, // came while the lease had lapsed: kept, stamped, not public
    STORE_CONFLICT,    // the same frame came with other bytes before: both are kept
};

struct store_object {
    int64_t id; // given by store_add_object()
    uint8_t oid[STORE_HASH];
    int64_t account;     // who signed and sent it
    int64_t certificate; // that it was signed with; 0: not ours
    enum store_object_kind kind;
    enum store_object_state state;
    char media_type[STORE_MEDIA_TYPE_MAX];
    char name[STORE_FILE_NAME_MAX]; // as sent; a hint, never a path
    bool has_frames;
    int64_t frame_first, frame_last;
    uint8_t previous[STORE_HASH]; // what its capture names as the one before; zeros: none, as below
    uint8_t commitment[STORE_HASH]; // commit of the open entry, when sealed
    uint8_t first_tick[STORE_HASH]; // digest in its first tick
    bool has_captured;
    int64_t captured_us;      // as the signer says
    int64_t received_us;      // of the first version
    int64_t version;          // number of the newest, from 1
    uint8_t head[STORE_HASH]; // ledger head of the newest; zeros without a ledger
};

struct store_version {
    int64_t id; // given
    int64_t object;
    int64_t number;             // given: from 1, without gaps
    uint8_t body[STORE_HASH];   // a blob
    uint64_t size;              // of it
    uint8_t ledger[STORE_HASH]; // a blob; zeros: none
    uint8_t head[STORE_HASH];   // zeros without a ledger
    uint8_t salt[STORE_HASH];   // of the leaf in the log
    int64_t log_idx;
    int64_t received_us;
    bool has_clock;
    int64_t clock_offset_us; // the sender's clock minus ours
    char origin[STORE_ORIGIN_MAX];
};

/*
 * A new object with its first version. id, version and head of the object and id, object, number of the
 * version are given. The blobs must have rows.
 *
 * EXH_INVALID when the oid is stored, or a blob has no row.
 */
NODISCARD enum exh_status store_add_object(struct store *s, const struct store_object *object,
                                           const struct store_version *version, int64_t *id,
                                           int64_t *version_id, struct exh_error *err);

/*
 * A new version, which extends the one with ledger head `head`. EXH_INVALID when that is not the newest
 * any more, or the body would become shorter.
 */
NODISCARD enum exh_status store_extend_object(struct store *s, const uint8_t oid[STORE_HASH],
                                              const uint8_t head[STORE_HASH],
                                              const struct store_version *version,
                                              int64_t *version_id, struct exh_error *err);

NODISCARD enum exh_status store_get_object(struct store *s, const uint8_t oid[STORE_HASH],
                                           struct store_object *out, struct exh_error *err);
NODISCARD enum exh_status store_get_object_by_id(struct store *s, int64_t id,
                                                 struct store_object *out, struct exh_error *err);

/* A version by its number; 0: the newest. */
NODISCARD enum exh_status store_get_version(struct store *s, int64_t object, int64_t number,
                                            struct store_version *out, struct exh_error *err);

/* The version that has exactly these bytes: a replay gets its receipt. */
NODISCARD enum exh_status store_find_version(struct store *s, int64_t object,
                                             const uint8_t body[STORE_HASH],
                                             const uint8_t head[STORE_HASH],
                                             struct store_version *out, struct exh_error *err);

/* Time-stamp token and receipt of a version: made after the commit, so written down by a later one. */
NODISCARD enum exh_status store_set_receipt(struct store *s, int64_t version_id,
                                            struct exh_bytes token, struct exh_bytes receipt,
                                            struct exh_error *err);

/* EXH_NOT_FOUND when it was not made yet. Both are put behind what the buffers hold. */
NODISCARD enum exh_status store_get_receipt(struct store *s, int64_t version_id, struct buf *token,
                                            struct buf *receipt, struct exh_error *err);

NODISCARD enum exh_status store_set_object_state(struct store *s, int64_t id,
                                                 enum store_object_state state,
                                                 struct exh_error *err);

/* All objects of an account that are in quarantine become accepted; *n receives how many. */
NODISCARD enum exh_status store_release_quarantine(struct store *s, int64_t account, uint64_t *n,
                                                   struct exh_error *err);

/* Objects whose frames overlap [first, last], by frame; those of a photo are equal. */
NODISCARD enum exh_status store_find_frames(struct store *s, int64_t account, int64_t first,
                                            int64_t last, struct store_object *out, size_t max,
                                            size_t *n, struct exh_error *err);

/* Objects with a digest in their first tick: more than one is a replay under another oid. */
NODISCARD enum exh_status store_find_first_tick(struct store *s, const uint8_t tick[STORE_HASH],
                                                struct store_object *out, size_t max, size_t *n,
                                                struct exh_error *err);

/*
 * What was received in [from_us, to_us), in the order of arrival, above the id `after`; account 0: from
 * everybody.
 */
NODISCARD enum exh_status store_list_objects(struct store *s, int64_t account, int64_t from_us,
                                             int64_t to_us, int64_t after, struct store_object *out,
                                             size_t max, size_t *n, struct exh_error *err);

/* Objects in a state other than STORE_ACCEPTED, above the id `after`. */
NODISCARD enum exh_status store_list_state(struct store *s, enum store_object_state state,
                                           int64_t after, struct store_object *out, size_t max,
                                           size_t *n, struct exh_error *err);

/* Versions without a receipt, above the id `after`: what a crash left between commit and receipt. */
NODISCARD enum exh_status store_list_unreceipted(struct store *s, int64_t after,
                                                 struct store_version *out, size_t max, size_t *n,
                                                 struct exh_error *err);

#endif
