#include "store/custody.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "store/ask.h"
#include "store/columns.h"

#define CUSTODY     ROWS("custody", CUSTODY_COLUMNS)
#define ENCODED_MAX ((size_t)4 << 10) // bytes of an entry as hashed; all texts together have 1,350

static void put_text(struct buf *b, const char *text)
{
    buf_put_u32(b, (uint32_t)strlen(text));
    buf_put_text(b, text);
}

static void put_opt_hash(struct buf *b, const uint8_t hash[STORE_HASH])
{
    static const uint8_t zeros[STORE_HASH];
    const bool has = memcmp(hash, zeros, STORE_HASH) != 0;

    buf_put_u8(b, has);
    if (has)
        buf_put(b, hash, STORE_HASH);
}

enum exh_status store_custody_hash(const struct exh_crypto *crypto,
                                   const struct store_custody *entry, uint8_t hash[STORE_HASH],
                                   struct exh_error *err)
{
    const char *texts[] = { entry->actor,     entry->action, entry->origin,
                            entry->authority, entry->result, entry->detail };
    struct buf b = buf_with_limit(ENCODED_MAX);
    uint8_t digest[EXH_HASH_MAX];

    buf_put(&b, NAME_CUSTODY, sizeof NAME_CUSTODY);
    buf_put(&b, entry->previous, STORE_HASH);
    buf_put(&b, entry->oid, STORE_HASH);
    buf_put_u64(&b, entry->seq);
    buf_put_u64(&b, (uint64_t)entry->at_us);
    buf_put_u32(&b, (uint32_t)entry->zone_min);
    for (size_t i = 0; i < ARRAY_N(texts); i++)
        put_text(&b, texts[i]);
    put_opt_hash(&b, entry->before);
    put_opt_hash(&b, entry->after);

    enum exh_status status = buf_finish(&b, err);
    struct exh_hasher *h = status == EXH_OK ? crypto->hash_new(EXH_SHA256) : NULL;
    if (status == EXH_OK && !h)
        status = fail_no_memory(err);
    if (status == EXH_OK) {
        crypto->hash_update(h, b.p, b.n);
        crypto->hash_final(h, digest);
        memcpy(hash, digest, STORE_HASH);
    }
    buf_free(&b);
    return status;
}

struct head {
    uint64_t seq;
    uint8_t hash[STORE_HASH];
};

static enum exh_status take_head(struct ask *a, void *out, struct exh_error *err)
{
    uint8_t oid[STORE_HASH];
    struct head o = { 0 };

    take_exact(a, oid, sizeof oid);
    o.seq = take_u64(a);
    take_exact(a, o.hash, sizeof o.hash);
    enum exh_status status = take_end(a, err);
    if (status == EXH_OK)
        *(struct head *)out = o;
    return status;
}

static enum exh_status get_head(struct store *s, const uint8_t oid[STORE_HASH], struct head *head,
                                struct exh_error *err)
{
    struct ask a = ask(s, ROWS("custody_head", CUSTODY_HEAD_COLUMNS) "WHERE oid = ?1",
                       "custody of object %s", hash_text(oid).hex);

    ask_hash(&a, oid);
    return ask_one(&a, take_head, head, err);
}

enum exh_status store_get_custody_head(struct store *s, const uint8_t oid[STORE_HASH],
                                       uint64_t *seq, uint8_t hash[STORE_HASH],
                                       struct exh_error *err)
{
    struct head head;
    enum exh_status status = get_head(s, oid, &head, err);

    if (status != EXH_OK)
        return status;
    *seq = head.seq;
    memcpy(hash, head.hash, STORE_HASH);
    return EXH_OK;
}

static enum exh_status move_head(struct store *s, const struct store_custody *e,
                                 struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO custody_head (oid, seq, hash) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (oid) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
                       "custody of object %s", hash_text(e->oid).hex);

    ask_hash(&a, e->oid);
    ask_u64(&a, e->seq);
    ask_hash(&a, e->hash);
    return ask_run(&a, err);
}

static enum exh_status add_row(struct store *s, const struct store_custody *e,
                               struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO custody (oid, seq, at_us, zone_min, actor, action, origin,"
                       " authority, result, detail, before, after, previous, hash)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                       "custody of object %s", hash_text(e->oid).hex);

    ask_hash(&a, e->oid);
    ask_u64(&a, e->seq);
    ask_i64(&a, e->at_us);
    ask_i64(&a, e->zone_min);
    ask_text(&a, e->actor, sizeof e->actor);
    ask_text(&a, e->action, sizeof e->action);
    ask_text(&a, e->origin, sizeof e->origin);
    ask_text(&a, e->authority, sizeof e->authority);
    ask_text(&a, e->result, sizeof e->result);
    ask_text(&a, e->detail, sizeof e->detail);
    ask_opt_hash(&a, e->before);
    ask_opt_hash(&a, e->after);
    ask_hash(&a, e->previous);
    ask_hash(&a, e->hash);
    return ask_run(&a, err);
}

static enum exh_status add(struct store *s, const struct store_custody *entry,
                           struct exh_error *err)
{
    struct store_custody e = *entry;
    struct head head = { 0 };
    enum exh_status status = get_head(s, e.oid, &head, err);

    if (status != EXH_OK && status != EXH_NOT_FOUND)
        return status;
    e.seq = head.seq + 1;
    memcpy(e.previous, head.hash, STORE_HASH);
    if ((status = store_custody_hash(s->home->crypto, &e, e.hash, err)) != EXH_OK ||
        (status = add_row(s, &e, err)) != EXH_OK)
        return status;
    return move_head(s, &e, err);
}

enum exh_status store_add_custody(struct store *s, const struct store_custody *entry,
                                  struct exh_error *err)
{
    enum exh_status status = db_begin(s, err);

    return status == EXH_OK ? db_end(s, add(s, entry, err), err) : status;
}

static enum exh_status take_custody(struct ask *a, void *out, struct exh_error *err)
{
    struct store_custody o = { 0 };
    uint8_t hash[STORE_HASH];

    (void)take_i64(a); // id
    take_exact(a, o.oid, sizeof o.oid);
    o.seq = take_u64(a);
    o.at_us = take_i64(a);
    o.zone_min = (int32_t)take_enum(a, INT16_MIN, INT16_MAX);
    take_text(a, o.actor, sizeof o.actor);
    take_text(a, o.action, sizeof o.action);
    take_text(a, o.origin, sizeof o.origin);
    take_text(a, o.authority, sizeof o.authority);
    take_text(a, o.result, sizeof o.result);
    take_text(a, o.detail, sizeof o.detail);
    take_opt_hash(a, o.before);
    take_opt_hash(a, o.after);
    take_exact(a, o.previous, sizeof o.previous);
    take_exact(a, o.hash, sizeof o.hash);
    enum exh_status status = take_end(a, err);
    if (status != EXH_OK ||
        (status = store_custody_hash(a->s->home->crypto, &o, hash, err)) != EXH_OK)
        return status;
    if (memcmp(hash, o.hash, STORE_HASH) != 0)
        return fail(err, EXH_MALFORMED, "%s: entry %" PRIu64 " has another hash", a->about, o.seq);
    *(struct store_custody *)out = o;
    return EXH_OK;
}

/* Each entry follows the one before it; a full list may end before the chain does. */
static enum exh_status check_chain(const struct store_custody *e, size_t n, uint64_t after,
                                   struct exh_error *err)
{
    static const uint8_t zeros[STORE_HASH];

    for (size_t i = 0; i < n; i++) {
        const uint8_t *before = i ? e[i - 1].hash : after ? e[i].previous : zeros;
        if (e[i].seq != after + 1 + i || memcmp(e[i].previous, before, STORE_HASH) != 0)
            return fail(err, EXH_MALFORMED, "custody of object %s: entry %" PRIu64 " is missing",
                        hash_text(e[i].oid).hex, after + 1 + i);
    }
    return EXH_OK;
}

enum exh_status store_list_custody(struct store *s, const uint8_t oid[STORE_HASH], uint64_t after,
                                   struct store_custody *out, size_t max, size_t *n,
                                   struct exh_error *err)
{
    struct ask a = ask(s, CUSTODY "WHERE oid = ?1 AND seq > ?2 ORDER BY seq",
                       "custody of object %s", hash_text(oid).hex);
    size_t found = 0;

    ask_hash(&a, oid);
    ask_u64(&a, after);
    enum exh_status status = ask_many(&a, take_custody, out, sizeof *out, max, &found, err);
    if (status == EXH_OK)
        status = check_chain(out, found, after, err);
    if (status == EXH_OK)
        *n = found;
    return status;
}
