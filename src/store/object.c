#include "store/object.h"

#include <inttypes.h>
#include <string.h>

#include "store/ask.h"
#include "store/columns.h"
#include "store/version.h"

#define OBJECTS ROWS("object", OBJECT_COLUMNS)

static enum exh_status take_object(struct ask *a, void *out, struct exh_error *err)
{
    struct store_object o = { 0 };
    bool has_last;

    o.id = take_i64(a);
    take_exact(a, o.oid, sizeof o.oid);
    o.account = take_i64(a);
    o.certificate = take_ref(a);
    o.kind = (enum store_object_kind)take_enum(a, STORE_PHOTO, STORE_OTHER);
    o.state = (enum store_object_state)take_enum(a, STORE_ACCEPTED, STORE_CONFLICT);
    take_text(a, o.media_type, sizeof o.media_type);
    take_text(a, o.name, sizeof o.name);
    o.frame_first = take_opt_i64(a, &o.has_frames);
    o.frame_last = take_opt_i64(a, &has_last);
    if (has_last != o.has_frames)
        a->damaged = true;
    take_opt_hash(a, o.previous);
    take_opt_hash(a, o.commitment);
    take_opt_hash(a, o.first_tick);
    o.captured_us = take_opt_i64(a, &o.has_captured);
    o.received_us = take_i64(a);
    o.version = take_i64(a);
    take_exact(a, o.head, sizeof o.head);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct store_object *)out = o;
    return status;
}

static enum exh_status add_row(struct store *s, const struct store_object *o,
                               const uint8_t head[STORE_HASH], int64_t *id, struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO object (oid, account, certificate, kind, state, media_type,"
                       " name, frame_first, frame_last, previous, commitment, first_tick,"
                       " captured_us, received_us, version, head)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1,"
                       " ?15)",
                       "object %s", hash_text(o->oid).hex);

    if (o->has_frames && o->frame_last < o->frame_first)
        return fail(err, EXH_INVALID, "%s: its last frame is before its first", a.about);
    ask_hash(&a, o->oid);
    ask_i64(&a, o->account);
    ask_ref(&a, o->certificate);
    ask_i64(&a, o->kind);
    ask_i64(&a, o->state);
    ask_text(&a, o->media_type, sizeof o->media_type);
    ask_text(&a, o->name, sizeof o->name);
    ask_opt_i64(&a, o->has_frames, o->frame_first);
    ask_opt_i64(&a, o->has_frames, o->frame_last);
    ask_opt_hash(&a, o->previous);
    ask_opt_hash(&a, o->commitment);
    ask_opt_hash(&a, o->first_tick);
    ask_opt_i64(&a, o->has_captured, o->captured_us);
    ask_i64(&a, o->received_us);
    ask_hash(&a, head);
    enum exh_status status = ask_run(&a, err);
    if (status == EXH_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

static enum exh_status add_both(struct store *s, const struct store_object *object,
                                const struct store_version *version, int64_t *id,
                                int64_t *version_id, struct exh_error *err)
{
    struct store_version v = *version;
    enum exh_status status = add_row(s, object, version->head, id, err);

    v.object = *id;
    v.number = 1;
    return status == EXH_OK ? version_add(s, &v, version_id, err) : status;
}

enum exh_status store_add_object(struct store *s, const struct store_object *object,
                                 const struct store_version *version, int64_t *id,
                                 int64_t *version_id, struct exh_error *err)
{
    int64_t object_row = 0, version_row = 0;
    enum exh_status status = db_begin(s, err);

    if (status != EXH_OK)
        return status;
    status = db_end(s, add_both(s, object, version, &object_row, &version_row, err), err);
    if (status != EXH_OK)
        return status;
    *id = object_row;
    *version_id = version_row;
    return EXH_OK;
}

/* Compare and swap: only who knows the newest head may move it. */
static enum exh_status move_head(struct store *s, const struct store_object *o,
                                 const uint8_t head[STORE_HASH], struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE object SET version = ?2, head = ?3 WHERE id = ?1", "object %s",
                       hash_text(o->oid).hex);

    ask_i64(&a, o->id);
    ask_i64(&a, o->version + 1);
    ask_hash(&a, head);
    return ask_run(&a, err);
}

static enum exh_status extend(struct store *s, const uint8_t oid[STORE_HASH],
                              const uint8_t head[STORE_HASH], const struct store_version *version,
                              int64_t *version_id, struct exh_error *err)
{
    struct store_object o;
    struct store_version last, v = *version;
    enum exh_status status;

    if ((status = store_get_object(s, oid, &o, err)) != EXH_OK ||
        (status = store_get_version(s, o.id, o.version, &last, err)) != EXH_OK)
        return status;
    if (memcmp(o.head, head, STORE_HASH) != 0)
        return fail(err, EXH_INVALID, "object %s: it does not extend what is stored",
                    hash_text(oid).hex);
    if (v.size < last.size)
        return fail(err, EXH_INVALID, "object %s: %" PRIu64 " bytes would become %" PRIu64,
                    hash_text(oid).hex, last.size, v.size);
    if ((status = move_head(s, &o, v.head, err)) != EXH_OK)
        return status;
    v.object = o.id;
    v.number = o.version + 1;
    return version_add(s, &v, version_id, err);
}

enum exh_status store_extend_object(struct store *s, const uint8_t oid[STORE_HASH],
                                    const uint8_t head[STORE_HASH],
                                    const struct store_version *version, int64_t *version_id,
                                    struct exh_error *err)
{
    int64_t row = 0;
    enum exh_status status = db_begin(s, err);

    if (status == EXH_OK)
        status = db_end(s, extend(s, oid, head, version, &row, err), err);
    if (status == EXH_OK)
        *version_id = row;
    return status;
}

enum exh_status store_get_object(struct store *s, const uint8_t oid[STORE_HASH],
                                 struct store_object *out, struct exh_error *err)
{
    struct ask a = ask(s, OBJECTS "WHERE oid = ?1", "object %s", hash_text(oid).hex);

    ask_hash(&a, oid);
    return ask_one(&a, take_object, out, err);
}

enum exh_status store_get_object_by_id(struct store *s, int64_t id, struct store_object *out,
                                       struct exh_error *err)
{
    struct ask a = ask(s, OBJECTS "WHERE id = ?1", "object %" PRId64, id);

    ask_i64(&a, id);
    return ask_one(&a, take_object, out, err);
}

enum exh_status store_set_object_state(struct store *s, int64_t id, enum store_object_state state,
                                       struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE object SET state = ?2 WHERE id = ?1", "object %" PRId64, id);

    ask_i64(&a, id);
    ask_i64(&a, state);
    return ask_run(&a, err);
}

enum exh_status store_release_quarantine(struct store *s, int64_t account, uint64_t *n,
                                         struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE object SET state = 1 WHERE state = 2 AND account = ?1",
                       "quarantine of account %" PRId64, account);

    ask_i64(&a, account);
    enum exh_status status = ask_run(&a, err);
    if (status != EXH_OK && status != EXH_NOT_FOUND)
        return status;
    *n = status == EXH_OK ? (uint64_t)sqlite3_changes64(s->db) : 0;
    return EXH_OK;
}

enum exh_status store_find_frames(struct store *s, int64_t account, int64_t first, int64_t last,
                                  struct store_object *out, size_t max, size_t *n,
                                  struct exh_error *err)
{
    struct ask a = ask(s,
                       OBJECTS "WHERE account = ?1 AND frame_first <= ?3 AND frame_last >= ?2"
                               " ORDER BY frame_first, id",
                       "frames of account %" PRId64, account);

    ask_i64(&a, account);
    ask_i64(&a, first);
    ask_i64(&a, last);
    return ask_many(&a, take_object, out, sizeof *out, max, n, err);
}

enum exh_status store_find_first_tick(struct store *s, const uint8_t tick[STORE_HASH],
                                      struct store_object *out, size_t max, size_t *n,
                                      struct exh_error *err)
{
    struct ask a = ask(s, OBJECTS "WHERE first_tick = ?1 ORDER BY id", "objects");

    ask_hash(&a, tick);
    return ask_many(&a, take_object, out, sizeof *out, max, n, err);
}

enum exh_status store_list_objects(struct store *s, int64_t account, int64_t from_us, int64_t to_us,
                                   int64_t after, struct store_object *out, size_t max, size_t *n,
                                   struct exh_error *err)
{
    // Two questions, because one of them has an index to walk.
    struct ask a = account
                       ? ask(s,
                             OBJECTS "WHERE account = ?4 AND received_us >= ?1 AND received_us < ?2"
                                     " AND id > ?3 ORDER BY id",
                             "objects of account %" PRId64, account)
                       : ask(s,
                             OBJECTS "WHERE received_us >= ?1 AND received_us < ?2 AND id > ?3"
                                     " ORDER BY id",
                             "objects");

    ask_i64(&a, from_us);
    ask_i64(&a, to_us);
    ask_i64(&a, after);
    if (account)
        ask_i64(&a, account);
    return ask_many(&a, take_object, out, sizeof *out, max, n, err);
}

enum exh_status store_list_state(struct store *s, enum store_object_state state, int64_t after,
                                 struct store_object *out, size_t max, size_t *n,
                                 struct exh_error *err)
{
    struct ask a =
        ask(s, OBJECTS "WHERE state = ?1 AND state <> 1 AND id > ?2 ORDER BY id", "objects");

    ask_i64(&a, state);
    ask_i64(&a, after);
    return ask_many(&a, take_object, out, sizeof *out, max, n, err);
}
