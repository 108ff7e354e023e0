#define _GNU_SOURCE // syncfs

#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/ask.h"
#include "store/blob_file.h"
#include "store/check.h"

#define PART       DATABASE ".part" // the copy, before every blob that it names is there
#define UNFINISHED "unfinished"     // there while a backup is made

struct backup {
    struct store *s;
    struct store_home *to; // the other folder
    bool copy;
    bool doubt; // an earlier backup was cut off: its blobs may be names only
    struct store_backup_counts counts;
};

static bool is_there(const struct backup *b, const char *name, const struct store_blob *row)
{
    struct exh_error why;
    struct stat st;

    return fstatat(b->to->blobs, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == row->size &&
           (!b->doubt || blob_check(b->to, row->hash, &why) == EXH_OK);
}

static enum exh_status fill(struct backup *b, int from, int to, const struct store_blob *row,
                            struct exh_error *err)
{
    struct blob_hash h = { 0 };
    struct store_blob found = { 0 };
    uint8_t piece[16 << 10];
    ssize_t got = 0;
    enum exh_status status = blob_hash_begin(&h, b->to->crypto, err);

    while (status == EXH_OK && (got = fd_read(from, piece, sizeof piece)) > 0) {
        const struct exh_bytes bytes = { piece, (size_t)got };
        if ((status = blob_hash_add(&h, bytes, err)) == EXH_OK)
            status = fd_write(to, bytes.p, bytes.n, err);
    }
    if (status == EXH_OK && got < 0)
        status = fail(err, EXH_IO, "cannot read: %s", strerror(errno));
    if (status == EXH_OK)
        status = blob_hash_end(&h, &found, err);
    if (status == EXH_OK && memcmp(found.hash, row->hash, STORE_HASH) != 0)
        status = fail(err, EXH_MALFORMED, "its bytes have another hash");
    b->counts.bytes += found.size;
    blob_hash_free(&h);
    store_blob_free(&found);
    return status;
}

/* Under a temporary name first: a name in blobs/ always has all its bytes. */
static enum exh_status copy_blob(struct backup *b, const char *name, const struct store_blob *row,
                                 struct exh_error *err)
{
    const char *temporary = name + 3; // the hash alone, in the spool
    int from = openat(b->s->home->blobs, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int to = -1;
    enum exh_status status = EXH_OK;

    if (from < 0)
        return fail(err, EXH_MALFORMED, "its file is not there: %s", strerror(errno));
    to = openat(b->to->spool, temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        status = fail_errno(err, temporary, "create");
    else
        status = fill(b, from, to, row, err);
    if (to >= 0 && close(to) != 0 && status == EXH_OK)
        status = fail_errno(err, temporary, "close");
    (void)close(from);
    if (status == EXH_OK && renameat(b->to->spool, temporary, b->to->blobs, name) != 0)
        status = fail_errno(err, name, "create");
    b->counts.copied += status == EXH_OK;
    return status;
}

/* The first that cannot be linked shows that none can. */
static bool link_blob(struct backup *b, const char *name)
{
    if (b->copy)
        return false;
    if (linkat(b->s->home->blobs, name, b->to->blobs, name, 0) == 0) {
        b->counts.copied++;
        b->counts.linked++;
        return true;
    }
    b->copy = errno == EXDEV || errno == EPERM || errno == EMLINK;
    return false;
}

static enum exh_status bring(struct backup *b, const struct store_blob *row, struct exh_error *err)
{
    char name[BLOB_NAME_MAX];
    enum exh_status status = EXH_OK;

    blob_name(name, row->hash);
    b->counts.blobs++;
    if (is_there(b, name, row))
        return EXH_OK;
    (void)unlinkat(b->to->blobs, name, 0); // cut short by somebody else: it is made again
    if (!link_blob(b, name))
        status = copy_blob(b, name, row, err);
    return status == EXH_OK ? EXH_OK : within(err, name);
}

/* The blobs up to an id: what the copy of the database names. They are never removed. */
static enum exh_status bring_all(struct backup *b, int64_t last, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (int64_t id = 0; id < last && status == EXH_OK;) {
        struct store_blob row = { 0 };
        if ((status = blob_next(b->s, id, &id, &row, err)) == EXH_OK)
            status = bring(b, &row, err);
        store_blob_free(&row);
    }
    return status;
}

static enum exh_status last_blob(struct store *s, int64_t *id, struct exh_error *err)
{
    struct ask a = ask(s, "SELECT coalesce(max(id), 0) FROM blob", "blobs");
    enum exh_status status = ask_row(&a, err);

    if (status == EXH_OK)
        *id = take_i64(&a);
    ask_end(&a);
    return status;
}

/* The database of one moment, under a temporary name. */
static enum exh_status copy_database(struct backup *b, int64_t *last, struct exh_error *err)
{
    char path[PATH_MAX];
    enum exh_status status = store_begin_view(b->s, err);

    if (status != EXH_OK)
        return status;
    (void)snprintf(path, sizeof path, "%s/" PART, b->to->path);
    status = last_blob(b->s, last, err);
    if (status == EXH_OK)
        status = db_copy(b->s, b->to, path, err);
    store_end_view(b->s);
    return status;
}

/* Blobs are brought to stable storage all at once: one after the other takes hours for a million. */
static enum exh_status begin(struct backup *b, struct exh_error *err)
{
    b->doubt = faccessat(b->to->fd, UNFINISHED, F_OK, 0) == 0;
    int fd = openat(b->to->fd, UNFINISHED, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fail_errno(err, UNFINISHED, "create");
    (void)close(fd);
    return home_sync(b->to, b->to->fd, b->to->path, err);
}

static enum exh_status sync_all(struct backup *b, struct exh_error *err)
{
    return syncfs(b->to->fd) == 0 ? EXH_OK
                                  : fail_errno(err, b->to->path, "bring to stable storage");
}

static enum exh_status end(struct backup *b, struct exh_error *err)
{
    if (unlinkat(b->to->fd, UNFINISHED, 0) != 0)
        return fail_errno(err, UNFINISHED, "remove");
    return home_sync(b->to, b->to->fd, b->to->path, err);
}

/* A journal that somebody left who looked at the earlier backup is not the new one's. */
static enum exh_status give_name(struct backup *b, struct exh_error *err)
{
    static const char *const old[] = { DATABASE "-wal", DATABASE "-shm" };
    enum exh_status status;

    for (size_t i = 0; i < ARRAY_N(old); i++) {
        if (unlinkat(b->to->fd, old[i], 0) != 0 && errno != ENOENT)
            return fail_errno(err, old[i], "remove");
    }
    if ((status = home_sync(b->to, b->to->fd, b->to->path, err)) != EXH_OK)
        return status;
    if (renameat(b->to->fd, PART, b->to->fd, DATABASE) != 0)
        return fail_errno(err, DATABASE, "create");
    return home_sync(b->to, b->to->fd, b->to->path, err);
}

static enum exh_status back_up(struct store *s, struct store_home *to, unsigned flags,
                               struct store_backup_counts *out, struct exh_error *err)
{
    struct backup b = { .s = s, .to = to, .copy = flags & STORE_BACKUP_COPY };
    int64_t last = 0;
    int lock = -1;
    enum exh_status status = home_lock(to, &lock, err);

    if (status == EXH_OK && (status = begin(&b, err)) == EXH_OK &&
        (status = copy_database(&b, &last, err)) == EXH_OK &&
        (status = bring_all(&b, last, err)) == EXH_OK && (status = sync_all(&b, err)) == EXH_OK &&
        (status = give_name(&b, err)) == EXH_OK)
        status = end(&b, err);
    if (lock >= 0)
        (void)close(lock);
    if (status != EXH_OK)
        return within(err, to->path);
    *out = b.counts;
    return EXH_OK;
}

enum exh_status store_backup(struct store *s, const char *to, unsigned flags,
                             struct store_backup_counts *out, struct exh_error *err)
{
    struct store_home *home = NULL;

    if (mkdir(to, 0700) != 0 && errno != EEXIST)
        return fail_errno(err, to, "make");
    enum exh_status status = store_home_open(to, s->home->crypto, &home, err);
    if (status == EXH_OK)
        status = back_up(s, home, flags, out, err);
    store_home_close(home);
    return status;
}

/* Keeps the first finding that makes a backup useless. */
static void keep_first(void *ctx, const struct store_finding *f)
{
    struct exh_error *err = ctx;

    if (err->status == EXH_OK && f->kind != STORE_STRANGE)
        (void)fail(err, EXH_MALFORMED, "%.160s: %.250s", f->what, f->text);
}

static enum exh_status check_backup(struct store_home *home, struct exh_error *err)
{
    struct store_check_counts counts;
    struct exh_error first = { .status = EXH_OK };
    enum exh_status status = store_check(home, NULL, keep_first, &first, &counts, err);

    if (status == EXH_OK && first.status != EXH_OK) {
        *err = first;
        return within(err, home->path);
    }
    return status;
}

/* Written into the new folder, so that the server knows that its past may be longer than it remembers. */
static enum exh_status note_restored(struct store_home *to, int64_t now, struct exh_error *err)
{
    struct store *s = NULL;
    char text[32];
    const int n = snprintf(text, sizeof text, "%" PRId64, now);
    enum exh_status status = store_open(to, STORE_WRITE, &s, err);

    if (status == EXH_OK)
        status = store_put_value(s, "restored",
                                 (struct exh_bytes){ (const uint8_t *)text, (size_t)n }, err);
    store_close(s);
    return status;
}

static enum exh_status restore(struct store_home *from, struct store_home *to, int64_t now,
                               struct store_backup_counts *out, struct exh_error *err)
{
    struct store *s = NULL;
    enum exh_status status = EXH_OK;

    if (faccessat(to->fd, DATABASE, F_OK, 0) == 0)
        return fail(err, EXH_INVALID, "%s: there is a database already", to->path);
    if ((status = check_backup(from, err)) == EXH_OK &&
        (status = store_open(from, STORE_READ, &s, err)) == EXH_OK &&
        (status = back_up(s, to, STORE_BACKUP_COPY, out, err)) == EXH_OK)
        status = note_restored(to, now, err);
    store_close(s);
    return status;
}

enum exh_status store_restore(const char *from, const char *to, const struct exh_crypto *crypto,
                              int64_t now, struct store_backup_counts *out, struct exh_error *err)
{
    struct store_home *source = NULL, *target = NULL;
    enum exh_status status;

    if (mkdir(to, 0700) != 0 && errno != EEXIST)
        return fail_errno(err, to, "make");
    if ((status = store_home_open(from, crypto, &source, err)) == EXH_OK &&
        (status = store_home_open(to, crypto, &target, err)) == EXH_OK)
        status = restore(source, target, now, out, err);
    store_home_close(target);
    store_home_close(source);
    return status;
}
