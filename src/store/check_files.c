#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "io/fd.h"
#include "store/ask.h"
#include "store/blob_file.h"
#include "store/check_run.h"
#include "store/folder.h"
#include "store/upload.h"

#define SAMPLES 1000u

/* Whether a blob is in the sample: the same for the same seed. */
static bool is_chosen(const struct check *c, const uint8_t hash[STORE_HASH])
{
    const unsigned want = c->options->per_mille;
    uint64_t x = c->options->seed;

    if (want == 0 || want >= SAMPLES)
        return true;
    for (size_t i = 0; i < STORE_HASH; i++)
        x = (x ^ hash[i]) * UINT64_C(1099511628211);
    return (x >> 32) % SAMPLES < want;
}

/* A file against its name, and against its row when there is one. */
static enum exh_status compare(struct check *c, int folder, const char *name,
                               const uint8_t hash[STORE_HASH], struct exh_error *err)
{
    struct blob_hash h = { 0 };
    struct store_blob found = { 0 }, row = { 0 };
    struct stat st;
    enum exh_status status;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &st) != 0) {
        status = fail_errno(err, name, "open");
        goto out;
    }
    if ((status = blob_hash_begin(&h, c->home->crypto, err)) != EXH_OK ||
        (status = blob_hash_file(&h, fd, (uint64_t)st.st_size, err)) != EXH_OK ||
        (status = blob_hash_end(&h, &found, err)) != EXH_OK)
        goto out;
    c->counts.blob_bytes += found.size;
    if (memcmp(found.hash, hash, STORE_HASH) != 0) {
        status = fail(err, EXH_MALFORMED, "its bytes have the hash %s", hash_text(found.hash).hex);
        goto out;
    }
    status = c->s ? store_get_blob(c->s, hash, &row, err) : EXH_OK;
    if (status == EXH_NOT_FOUND) {
        c->counts.orphans++;
        status = EXH_OK;
    } else if (status == EXH_OK && c->s &&
               (row.size != found.size || row.sums_n != found.sums_n ||
                (row.sums_n && memcmp(row.sums, found.sums, row.sums_n) != 0))) {
        status = fail(err, EXH_MALFORMED, "its row is about other bytes");
    }
out:
    if (fd >= 0)
        (void)close(fd);
    blob_hash_free(&h);
    store_blob_free(&found);
    store_blob_free(&row);
    return status;
}

static enum exh_status check_blob(void *ctx, int folder, const char *name, struct exh_error *err)
{
    struct check *c = ctx;
    uint8_t hash[STORE_HASH];
    char what[80];

    if (!hex_read(bytes_of(name), hash, sizeof hash)) {
        check_found(c, STORE_STRANGE, "the name is no hash", "blob %.80s", name);
        return EXH_OK;
    }
    if (!is_chosen(c, hash))
        return EXH_OK;
    c->counts.blobs++;
    (void)snprintf(what, sizeof what, "blob %.64s", name);
    return check_status(c, compare(c, folder, name, hash, err), err, what);
}

static enum exh_status check_folder(void *ctx, int folder, const char *name, struct exh_error *err)
{
    struct check *c = ctx;
    uint8_t first;

    if (hex_read(bytes_of(name), &first, 1))
        return folder_each(folder, name, check_blob, c, err);
    check_found(c, STORE_STRANGE, "it is no folder of blobs", "blobs/%.80s", name);
    return EXH_OK;
}

/* Every row must have a file; what is in the file was looked at by name. */
static enum exh_status check_blob_rows(struct check *c, struct exh_error *err)
{
    sqlite3_stmt *q = db_query(c->s, "SELECT hash, size FROM blob");
    int rc = q ? SQLITE_ROW : sqlite3_extended_errcode(c->s->db);
    char name[BLOB_NAME_MAX];
    struct stat st;

    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (sqlite3_column_bytes(q, 0) != STORE_HASH)
            continue; // found as a row
        blob_name(name, sqlite3_column_blob(q, 0));
        if (fstatat(c->home->blobs, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            check_found(c, STORE_MISSING, "its file is not there", "blob %s", name + 3);
        else if ((int64_t)st.st_size != sqlite3_column_int64(q, 1))
            check_found(c, STORE_DAMAGED, "its file has another size", "blob %s", name + 3);
    }
    enum exh_status status = rc == SQLITE_DONE ? EXH_OK : db_fail(c->s, rc, err);
    (void)sqlite3_reset(q);
    return check_status(c, status, err, "blob");
}

static enum exh_status check_aside(void *ctx, int folder, const char *name, struct exh_error *err)
{
    (void)folder;
    (void)err;
    check_found(ctx, STORE_DAMAGED,
                "it did not hold when the same blob came again, and was put aside",
                "damaged/%.100s", name);
    return EXH_OK;
}

enum exh_status check_blobs(struct check *c, struct exh_error *err)
{
    enum exh_status status = folder_each(c->home->fd, "blobs", check_folder, c, err);

    if (status == EXH_OK && faccessat(c->home->fd, "damaged", F_OK, 0) == 0)
        status = folder_each(c->home->fd, "damaged", check_aside, c, err);
    return status == EXH_OK && c->s ? check_blob_rows(c, err) : status;
}

enum exh_status check_spool(struct check *c, struct exh_error *err)
{
    sqlite3_stmt *q =
        db_query(c->s, "SELECT id, offset FROM upload WHERE state = 1 AND offset > 0");
    int rc = q ? SQLITE_ROW : sqlite3_extended_errcode(c->s->db);
    struct stat st;

    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (sqlite3_column_bytes(q, 0) != STORE_ID)
            continue;
        const struct id_text id = id_text(sqlite3_column_blob(q, 0));
        if (fstatat(c->home->spool, id.hex, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            st.st_size < sqlite3_column_int64(q, 1))
            check_found(c, STORE_MISSING, "bytes that were acknowledged are not in the spool",
                        "upload %s", id.hex);
    }
    enum exh_status status = rc == SQLITE_DONE ? EXH_OK : db_fail(c->s, rc, err);
    (void)sqlite3_reset(q);
    return check_status(c, status, err, "upload");
}

struct sweep {
    struct store *s;
    int64_t before;
    uint64_t n;
};

static bool is_old(const struct sweep *w, int folder, const char *name)
{
    struct stat st;

    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           st.st_mtim.tv_sec < w->before;
}

static enum exh_status sweep_away(struct sweep *w, int folder, const char *name,
                                  struct exh_error *err)
{
    if (unlinkat(folder, name, 0) != 0)
        return fail_errno(err, name, "remove");
    w->n++;
    return EXH_OK;
}

static enum exh_status sweep_spooled(void *ctx, int folder, const char *name, struct exh_error *err)
{
    struct sweep *w = ctx;
    struct store_upload u;
    uint8_t id[STORE_ID];

    if (!hex_read(bytes_of(name), id, sizeof id) || !is_old(w, folder, name))
        return EXH_OK;
    enum exh_status status = store_get_upload(w->s, id, &u, err);
    if (status == EXH_OK && u.state == STORE_UPLOAD_OPEN)
        return EXH_OK;
    return status == EXH_OK || status == EXH_NOT_FOUND ? sweep_away(w, folder, name, err) : status;
}

static enum exh_status sweep_blob(void *ctx, int folder, const char *name, struct exh_error *err)
{
    struct sweep *w = ctx;
    uint8_t hash[STORE_HASH];
    uint64_t size;

    if (!hex_read(bytes_of(name), hash, sizeof hash) || !is_old(w, folder, name))
        return EXH_OK;
    enum exh_status status = store_has_blob(w->s, hash, &size, err);
    return status == EXH_NOT_FOUND ? sweep_away(w, folder, name, err) : status;
}

static enum exh_status sweep_folder(void *ctx, int folder, const char *name, struct exh_error *err)
{
    uint8_t first;

    return hex_read(bytes_of(name), &first, 1) ? folder_each(folder, name, sweep_blob, ctx, err)
                                               : EXH_OK;
}

enum exh_status store_sweep(struct store *s, int64_t before, uint64_t *n, struct exh_error *err)
{
    struct sweep w = { .s = s, .before = before };
    enum exh_status status = folder_each(s->home->fd, "spool", sweep_spooled, &w, err);

    if (status == EXH_OK)
        status = folder_each(s->home->fd, "blobs", sweep_folder, &w, err);
    if (status == EXH_OK)
        *n = w.n;
    return status;
}
