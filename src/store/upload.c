#include "store/upload.h"

#include <inttypes.h>

#include "store/ask.h"
#include "store/columns.h"

#define UPLOADS ROWS("upload", UPLOAD_COLUMNS)

static void ask_id(struct ask *a, const uint8_t id[STORE_ID])
{
    ask_blob(a, (struct exh_bytes){ id, STORE_ID }, STORE_ID);
}

static enum exh_status take_columns(struct ask *a, struct store_upload *o,
                                    struct exh_bytes *metadata, struct exh_error *err)
{
    int64_t length;

    take_exact(a, o->id, sizeof o->id);
    o->account = take_i64(a);
    o->door = (enum store_door)take_enum(a, STORE_DOOR_TUS, STORE_DOOR_FTPS);
    o->state = (enum store_upload_state)take_enum(a, STORE_UPLOAD_OPEN, STORE_UPLOAD_REFUSED);
    length = take_opt_i64(a, &o->has_length);
    o->offset = take_u64(a);
    if (length < 0 || (o->has_length && o->offset > (uint64_t)length))
        a->damaged = true;
    o->length = (uint64_t)length;
    take_text(a, o->name, sizeof o->name);
    take_text(a, o->origin, sizeof o->origin);
    o->created_at = take_i64(a);
    o->updated_at = take_i64(a);
    o->expires_at = take_i64(a);
    take_opt_hash(a, o->oid);
    take_text(a, o->reason, sizeof o->reason);
    *metadata = take_bytes(a, STORE_METADATA_MAX);
    return take_end(a, err);
}

static enum exh_status take_upload(struct ask *a, void *out, struct exh_error *err)
{
    struct store_upload o = { 0 };
    struct exh_bytes metadata;
    enum exh_status status = take_columns(a, &o, &metadata, err);

    if (status == EXH_OK)
        *(struct store_upload *)out = o;
    return status;
}

static enum exh_status take_metadata(struct ask *a, void *out, struct exh_error *err)
{
    struct store_upload o = { 0 };
    struct exh_bytes metadata;
    enum exh_status status = take_columns(a, &o, &metadata, err);

    if (status != EXH_OK)
        return status;
    buf_put_bytes(out, metadata);
    return buf_finish(out, err);
}

enum exh_status store_add_upload(struct store *s, const struct store_upload *upload,
                                 struct exh_bytes metadata, struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO upload (id, account, door, state, length, offset, name, origin,"
                       " created_at, updated_at, expires_at, reason, metadata)"
                       " VALUES (?1, ?2, ?3, 1, ?4, 0, ?5, ?6, ?7, ?7, ?8, '', ?9)",
                       "upload %s", id_text(upload->id).hex);

    if (upload->has_length && upload->length > STORE_BLOB_MAX)
        return fail(err, EXH_LIMIT, "%s: %" PRIu64 " bytes, at most %" PRIu64 " are taken", a.about,
                    upload->length, STORE_BLOB_MAX);
    ask_id(&a, upload->id);
    ask_i64(&a, upload->account);
    ask_i64(&a, upload->door);
    ask_opt_i64(&a, upload->has_length, (int64_t)upload->length);
    ask_text(&a, upload->name, sizeof upload->name);
    ask_text(&a, upload->origin, sizeof upload->origin);
    ask_i64(&a, upload->created_at);
    ask_i64(&a, upload->expires_at);
    ask_blob(&a, metadata, STORE_METADATA_MAX);
    return ask_run(&a, err);
}

enum exh_status store_get_upload(struct store *s, const uint8_t id[STORE_ID],
                                 struct store_upload *out, struct exh_error *err)
{
    struct ask a = ask(s, UPLOADS "WHERE id = ?1", "upload %s", id_text(id).hex);

    ask_id(&a, id);
    return ask_one(&a, take_upload, out, err);
}

enum exh_status store_get_metadata(struct store *s, const uint8_t id[STORE_ID], struct buf *out,
                                   struct exh_error *err)
{
    struct ask a = ask(s, UPLOADS "WHERE id = ?1", "upload %s", id_text(id).hex);

    ask_id(&a, id);
    return ask_one(&a, take_metadata, out, err);
}

static enum exh_status get_open(struct store *s, const uint8_t id[STORE_ID],
                                struct store_upload *out, struct exh_error *err)
{
    enum exh_status status = store_get_upload(s, id, out, err);

    if (status == EXH_OK && out->state != STORE_UPLOAD_OPEN)
        return fail(err, EXH_DENIED, "upload %s: is closed", id_text(id).hex);
    return status;
}

/* Write down how far it came. */
static enum exh_status place(struct store *s, const struct store_upload *u, int64_t now,
                             struct exh_error *err)
{
    struct ask a = ask(s,
                       "UPDATE upload SET length = ?2, offset = ?3, updated_at = ?4,"
                       " expires_at = ?5 WHERE id = ?1",
                       "upload %s", id_text(u->id).hex);

    ask_id(&a, u->id);
    ask_opt_i64(&a, u->has_length, (int64_t)u->length);
    ask_u64(&a, u->offset);
    ask_i64(&a, now);
    ask_i64(&a, u->expires_at);
    return ask_run(&a, err);
}

static enum exh_status advance(struct store *s, const uint8_t id[STORE_ID], uint64_t from,
                               uint64_t to, int64_t now, int64_t expires_at, struct exh_error *err)
{
    struct store_upload u;
    enum exh_status status = get_open(s, id, &u, err);

    if (status != EXH_OK)
        return status;
    if (u.offset != from || to < from)
        return fail(err, EXH_INVALID,
                    "upload %s: stands at %" PRIu64 ", not to move from %" PRIu64 " to %" PRIu64,
                    id_text(id).hex, u.offset, from, to);
    if (to > (u.has_length ? u.length : STORE_BLOB_MAX))
        return fail(err, EXH_INVALID, "upload %s: would have %" PRIu64 " bytes of %" PRIu64,
                    id_text(id).hex, to, u.has_length ? u.length : STORE_BLOB_MAX);
    u.offset = to;
    u.expires_at = expires_at;
    return place(s, &u, now, err);
}

enum exh_status store_advance_upload(struct store *s, const uint8_t id[STORE_ID], uint64_t from,
                                     uint64_t to, int64_t now, int64_t expires_at,
                                     struct exh_error *err)
{
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, advance(s, id, from, to, now, expires_at, err), err)
                            : status;
}

static enum exh_status set_length(struct store *s, const uint8_t id[STORE_ID], uint64_t length,
                                  int64_t now, struct exh_error *err)
{
    struct store_upload u;
    enum exh_status status = get_open(s, id, &u, err);

    if (status != EXH_OK)
        return status;
    if (length > STORE_BLOB_MAX || length < u.offset || (u.has_length && u.length != length))
        return fail(err, EXH_INVALID, "upload %s: cannot have %" PRIu64 " bytes", id_text(id).hex,
                    length);
    u.has_length = true;
    u.length = length;
    return place(s, &u, now, err);
}

enum exh_status store_set_length(struct store *s, const uint8_t id[STORE_ID], uint64_t length,
                                 int64_t now, struct exh_error *err)
{
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, set_length(s, id, length, now, err), err) : status;
}

static enum exh_status close_upload(struct store *s, const uint8_t id[STORE_ID],
                                    enum store_upload_state state, const uint8_t oid[STORE_HASH],
                                    const char *reason, int64_t now, struct exh_error *err)
{
    struct store_upload u;
    enum exh_status status = get_open(s, id, &u, err);

    if (status != EXH_OK)
        return status;
    struct ask a = ask(s,
                       "UPDATE upload SET state = ?2, oid = ?3, reason = ?4, updated_at = ?5"
                       " WHERE id = ?1",
                       "upload %s", id_text(id).hex);
    ask_id(&a, id);
    ask_i64(&a, state);
    ask_opt_hash(&a, oid);
    ask_text(&a, reason, STORE_FILE_NAME_MAX);
    ask_i64(&a, now);
    return ask_run(&a, err);
}

enum exh_status store_finish_upload(struct store *s, const uint8_t id[STORE_ID],
                                    const uint8_t oid[STORE_HASH], int64_t now,
                                    struct exh_error *err)
{
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK
               ? db_end(s, close_upload(s, id, STORE_UPLOAD_DONE, oid, "", now, err), err)
               : status;
}

enum exh_status store_refuse_upload(struct store *s, const uint8_t id[STORE_ID], const char *reason,
                                    int64_t now, struct exh_error *err)
{
    static const uint8_t nothing[STORE_HASH];
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK
               ? db_end(s, close_upload(s, id, STORE_UPLOAD_REFUSED, nothing, reason, now, err),
                        err)
               : status;
}

enum exh_status store_list_expired(struct store *s, int64_t before, struct store_upload *out,
                                   size_t max, size_t *n, struct exh_error *err)
{
    struct ask a =
        ask(s, UPLOADS "WHERE state = 1 AND expires_at < ?1 ORDER BY expires_at, id", "uploads");

    ask_i64(&a, before);
    return ask_many(&a, take_upload, out, sizeof *out, max, n, err);
}

enum exh_status store_forget_uploads(struct store *s, int64_t before, uint64_t *n,
                                     struct exh_error *err)
{
    struct ask a = ask(s, "DELETE FROM upload WHERE state <> 1 AND updated_at < ?1", "uploads");

    ask_i64(&a, before);
    enum exh_status status = ask_run(&a, err);
    if (status != EXH_OK && status != EXH_NOT_FOUND)
        return status;
    *n = status == EXH_OK ? (uint64_t)sqlite3_changes64(s->db) : 0;
    return EXH_OK;
}
