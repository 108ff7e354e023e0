#include "store/certificate.h"

#include <inttypes.h>

#include "store/ask.h"
#include "store/columns.h"

#define CERTIFICATES ROWS("certificate", CERTIFICATE_COLUMNS)

static enum exh_status take_columns(struct ask *a, struct store_certificate *o,
                                    struct exh_bytes *der, struct exh_error *err)
{
    bool logged;

    o->id = take_i64(a);
    o->account = take_ref(a);
    o->kind = (enum store_certificate_kind)take_enum(a, STORE_CERT_LEAF, STORE_CERT_MANUFACTURER);
    o->serial_n = take_blob(a, o->serial, sizeof o->serial);
    take_exact(a, o->sha256, sizeof o->sha256);
    take_exact(a, o->key, sizeof o->key);
    take_exact(a, o->ski, sizeof o->ski);
    take_exact(a, o->issuer, sizeof o->issuer);
    o->not_before = take_i64(a);
    o->not_after = take_i64(a);
    o->issued_at = take_i64(a);
    o->previous = take_ref(a);
    o->log_idx = take_opt_i64(a, &logged);
    o->log_idx = logged ? o->log_idx : -1;
    o->revoked_at = take_i64(a);
    o->reason = take_enum(a, 0, 10);
    o->recorded_at = take_i64(a);
    *der = take_bytes(a, EXH_CERT_MAX);
    return take_end(a, err);
}

static enum exh_status take_certificate(struct ask *a, void *out, struct exh_error *err)
{
    struct store_certificate o = { 0 };
    struct exh_bytes der;
    enum exh_status status = take_columns(a, &o, &der, err);

    if (status == EXH_OK)
        *(struct store_certificate *)out = o;
    return status;
}

static enum exh_status take_der(struct ask *a, void *out, struct exh_error *err)
{
    struct store_certificate o = { 0 };
    struct exh_bytes der;
    enum exh_status status = take_columns(a, &o, &der, err);

    if (status != EXH_OK)
        return status;
    buf_put_bytes(out, der);
    return buf_finish(out, err);
}

static void ask_sha1(struct ask *a, const uint8_t hash[STORE_SHA1])
{
    ask_blob(a, (struct exh_bytes){ hash, STORE_SHA1 }, STORE_SHA1);
}

enum exh_status store_add_certificate(struct store *s, const struct store_certificate *in,
                                      struct exh_bytes der, int64_t *id, struct exh_error *err)
{
    struct ask a = ask(s,
                       "INSERT INTO certificate (account, kind, serial, sha256, key, ski, issuer,"
                       " not_before, not_after, issued_at, previous, log_idx, revoked_at, reason,"
                       " recorded_at, der)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, 0, 0, ?13)",
                       "certificate of account %" PRId64, in->account);

    ask_ref(&a, in->account);
    ask_i64(&a, in->kind);
    ask_blob(&a, (struct exh_bytes){ in->serial, in->serial_n }, STORE_SERIAL_MAX);
    ask_hash(&a, in->sha256);
    ask_hash(&a, in->key);
    ask_sha1(&a, in->ski);
    ask_sha1(&a, in->issuer);
    ask_i64(&a, in->not_before);
    ask_i64(&a, in->not_after);
    ask_i64(&a, in->issued_at);
    ask_ref(&a, in->previous);
    ask_opt_i64(&a, in->log_idx >= 0, in->log_idx);
    ask_blob(&a, der, EXH_CERT_MAX);
    enum exh_status status = ask_run(&a, err);
    if (status == EXH_OK)
        *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

enum exh_status store_get_certificate(struct store *s, int64_t id, struct store_certificate *out,
                                      struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE id = ?1", "certificate %" PRId64, id);

    ask_i64(&a, id);
    return ask_one(&a, take_certificate, out, err);
}

enum exh_status store_get_der(struct store *s, int64_t id, struct buf *out, struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE id = ?1", "certificate %" PRId64, id);

    ask_i64(&a, id);
    return ask_one(&a, take_der, out, err);
}

enum exh_status store_find_serial(struct store *s, const uint8_t issuer[STORE_SHA1],
                                  struct exh_bytes serial, struct store_certificate *out,
                                  struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE issuer = ?1 AND serial = ?2", "certificate");

    ask_sha1(&a, issuer);
    ask_blob(&a, serial, STORE_SERIAL_MAX);
    return ask_one(&a, take_certificate, out, err);
}

enum exh_status store_find_fingerprint(struct store *s, const uint8_t sha256[STORE_HASH],
                                       struct store_certificate *out, struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE sha256 = ?1", "certificate");

    ask_hash(&a, sha256);
    return ask_one(&a, take_certificate, out, err);
}

enum exh_status store_find_key(struct store *s, const uint8_t key[STORE_HASH],
                               struct store_certificate *out, struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE key = ?1 ORDER BY id DESC LIMIT 1", "certificate");

    ask_hash(&a, key);
    return ask_one(&a, take_certificate, out, err);
}

enum exh_status store_list_certificates(struct store *s, int64_t account,
                                        struct store_certificate *out, size_t max, size_t *n,
                                        struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE account = ?1 ORDER BY not_before, id",
                       "certificates of account %" PRId64, account);

    ask_i64(&a, account);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_list_valid(struct store *s, int64_t account, int64_t at,
                                 struct store_certificate *out, size_t max, size_t *n,
                                 struct exh_error *err)
{
    struct ask a = ask(s,
                       CERTIFICATES "WHERE account = ?1 AND not_before <= ?2 AND not_after >= ?2"
                                    " ORDER BY not_before DESC, id DESC",
                       "certificates of account %" PRId64, account);

    ask_i64(&a, account);
    ask_i64(&a, at);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_list_by_ski(struct store *s, const uint8_t ski[STORE_SHA1],
                                  struct store_certificate *out, size_t max, size_t *n,
                                  struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE ski = ?1 ORDER BY id", "certificates");

    ask_sha1(&a, ski);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_list_by_issuer(struct store *s, const uint8_t issuer[STORE_SHA1],
                                     int64_t after, struct store_certificate *out, size_t max,
                                     size_t *n, struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE issuer = ?1 AND id > ?2 ORDER BY id", "certificates");

    ask_sha1(&a, issuer);
    ask_i64(&a, after);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_list_authorities(struct store *s, enum store_certificate_kind kind,
                                       struct store_certificate *out, size_t max, size_t *n,
                                       struct exh_error *err)
{
    struct ask a = ask(s, CERTIFICATES "WHERE kind = ?1 AND kind > 1 ORDER BY id", "certificates");

    ask_i64(&a, kind);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_list_revoked(struct store *s, int64_t after, struct store_certificate *out,
                                   size_t max, size_t *n, struct exh_error *err)
{
    struct ask a =
        ask(s, CERTIFICATES "WHERE revoked_at <> 0 AND id > ?1 ORDER BY id", "certificates");

    ask_i64(&a, after);
    return ask_many(&a, take_certificate, out, sizeof *out, max, n, err);
}

enum exh_status store_revoke_certificate(struct store *s, int64_t id, int64_t from, int reason,
                                         int64_t now, struct exh_error *err)
{
    // Found out later that it was compromised earlier: the time may move back, never forward.
    struct ask a = ask(s,
                       "UPDATE certificate SET revoked_at = ?2, reason = ?3, recorded_at = ?4"
                       " WHERE id = ?1 AND (revoked_at = 0 OR revoked_at > ?2)",
                       "certificate %" PRId64, id);

    if (from <= 0 || reason < 0 || reason > 10)
        return fail(err, EXH_INVALID, "%s: time or reason of a revocation is none", a.about);
    ask_i64(&a, id);
    ask_i64(&a, from);
    ask_i64(&a, reason);
    ask_i64(&a, now);
    enum exh_status status = ask_run(&a, err);
    struct store_certificate c;
    if (status == EXH_NOT_FOUND && store_get_certificate(s, id, &c, err) == EXH_OK)
        return fail(err, EXH_DENIED, "%s: revoked already", a.about);
    return status;
}

enum exh_status store_restore_certificate(struct store *s, int64_t id, int64_t now,
                                          struct exh_error *err)
{
    struct ask a = ask(s,
                       "UPDATE certificate SET revoked_at = 0, reason = 0, recorded_at = ?2"
                       " WHERE id = ?1 AND revoked_at <> 0",
                       "certificate %" PRId64, id);

    ask_i64(&a, id);
    ask_i64(&a, now);
    enum exh_status status = ask_run(&a, err);
    struct store_certificate c;
    if (status == EXH_NOT_FOUND && store_get_certificate(s, id, &c, err) == EXH_OK)
        return fail(err, EXH_DENIED, "%s: not revoked", a.about);
    return status;
}
