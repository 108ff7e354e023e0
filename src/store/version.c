#include "store/version.h"

#include <inttypes.h>

#include "store/ask.h"
#include "store/columns.h"

#define VERSIONS ROWS("version", VERSION_COLUMNS)

static enum exh_status take_columns(struct ask *a, struct store_version *o, struct exh_bytes *token,
                                    struct exh_bytes *receipt, struct exh_error *err)
{
    o->id = take_i64(a);
    o->object = take_i64(a);
    o->number = take_i64(a);
    take_exact(a, o->body, sizeof o->body);
    o->size = take_u64(a);
    take_opt_hash(a, o->ledger);
    take_exact(a, o->head, sizeof o->head);
    take_exact(a, o->salt, sizeof o->salt);
    o->log_idx = take_i64(a);
    o->received_us = take_i64(a);
    o->clock_offset_us = take_opt_i64(a, &o->has_clock);
    take_text(a, o->origin, sizeof o->origin);
    *token = take_bytes(a, STORE_RECEIPT_MAX);
    *receipt = take_bytes(a, STORE_RECEIPT_MAX);
    return take_end(a, err);
}

static enum exh_status take_version(struct ask *a, void *out, struct exh_error *err)
{
    struct store_version o = { 0 };
    struct exh_bytes token, receipt;
    enum exh_status status = take_columns(a, &o, &token, &receipt, err);

    if (status == EXH_OK)
        *(struct store_version *)out = o;
    return status;
}

struct receipt {
    struct buf *token, *receipt;
};

static enum exh_status take_receipt(struct ask *a, void *out, struct exh_error *err)
{
    const struct receipt *r = out;
    struct store_version o = { 0 };
    struct exh_bytes token, receipt;
    enum exh_status status = take_columns(a, &o, &token, &receipt, err);

    if (status != EXH_OK)
        return status;
    if (!receipt.n)
        return fail(err, EXH_NOT_FOUND, "%s: its receipt is not made yet", a->about);
    buf_put_bytes(r->token, token);
    buf_put_bytes(r->receipt, receipt);
    status = buf_finish(r->token, err);
    return status == EXH_OK ? buf_finish(r->receipt, err) : status;
}

enum exh_status version_add(struct store *s, const struct store_version *version, int64_t *id,
                            struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO version (object, number, body, size, ledger, head, salt,"
                       " log_idx, received_us, clock_offset_us, origin, token, receipt)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, x'', x'')",
                       "version %" PRId64 " of object %" PRId64, version->number, version->object);

    ask_i64(&a, version->object);
    ask_i64(&a, version->number);
    ask_hash(&a, version->body);
    ask_u64(&a, version->size);
    ask_opt_hash(&a, version->ledger);
    ask_hash(&a, version->head);
    ask_hash(&a, version->salt);
    ask_i64(&a, version->log_idx);
    ask_i64(&a, version->received_us);
    ask_opt_i64(&a, version->has_clock, version->clock_offset_us);
    ask_text(&a, version->origin, sizeof version->origin);
    enum exh_status status = ask_run(&a, err);
    if (status == EXH_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

enum exh_status store_get_version(struct store *s, int64_t object, int64_t number,
                                  struct store_version *out, struct exh_error *err)
{
    struct ask a = ask(s,
                       VERSIONS "WHERE object = ?1 AND ?2 IN (0, number)"
                                " ORDER BY number DESC LIMIT 1",
                       "version %" PRId64 " of object %" PRId64, number, object);

    ask_i64(&a, object);
    ask_i64(&a, number);
    return ask_one(&a, take_version, out, err);
}

enum exh_status store_find_version(struct store *s, int64_t object, const uint8_t body[STORE_HASH],
                                   const uint8_t head[STORE_HASH], struct store_version *out,
                                   struct exh_error *err)
{
    struct ask a = ask(s,
                       VERSIONS "WHERE object = ?1 AND body = ?2 AND head = ?3"
                                " ORDER BY number LIMIT 1",
                       "version of object %" PRId64, object);

    ask_i64(&a, object);
    ask_hash(&a, body);
    ask_hash(&a, head);
    return ask_one(&a, take_version, out, err);
}

enum exh_status store_set_receipt(struct store *s, int64_t version_id, struct exh_bytes token,
                                  struct exh_bytes receipt, struct exh_error *err)
{
    struct ask a = ask(s, "UPDATE version SET token = ?2, receipt = ?3 WHERE id = ?1",
                       "version %" PRId64, version_id);

    ask_i64(&a, version_id);
    ask_blob(&a, token, STORE_RECEIPT_MAX);
    ask_blob(&a, receipt, STORE_RECEIPT_MAX);
    return ask_run(&a, err);
}

enum exh_status store_get_receipt(struct store *s, int64_t version_id, struct buf *token,
                                  struct buf *receipt, struct exh_error *err)
{
    struct ask a = ask(s, VERSIONS "WHERE id = ?1", "version %" PRId64, version_id);
    struct receipt r = { token, receipt };

    ask_i64(&a, version_id);
    return ask_one(&a, take_receipt, &r, err);
}

enum exh_status store_list_unreceipted(struct store *s, int64_t after, struct store_version *out,
                                       size_t max, size_t *n, struct exh_error *err)
{
    struct ask a = ask(s, VERSIONS "WHERE receipt = x'' AND id > ?1 ORDER BY id", "versions");

    ask_i64(&a, after);
    return ask_many(&a, take_version, out, sizeof *out, max, n, err);
}
