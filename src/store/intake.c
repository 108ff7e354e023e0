#include "store/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "io/fd.h"
#include "store/blob_file.h"

#define NAME_TRIES 16 // names tried for a damaged file that is put aside

struct store_intake {
    struct store_home *home;
    char name[2 * STORE_ID + 1]; // in the spool
    int fd;
    struct blob_hash hash;
    bool named;  // its name is on stable storage
    bool failed; // its file may hold more than was counted
};

static enum exh_status ready(const struct store_intake *in, struct exh_error *err)
{
    if (in->failed || !in->hash.whole)
        return fail(err, EXH_INVALID, "upload %s: is put already, or failed before", in->name);
    return home_check(in->home, err);
}

/*
 * After a crash between putting and the commit the file is also a blob, and must not be written: it gets
 * a copy of its own.
 */
static enum exh_status copy_away(struct store_intake *in, int from, uint64_t n,
                                 struct exh_error *err)
{
    uint8_t piece[16 << 10];
    enum exh_status status = EXH_OK;

    if (unlinkat(in->home->spool, in->name, 0) != 0)
        return fail_errno(err, in->name, "remove");
    in->fd = openat(in->home->spool, in->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (in->fd < 0)
        return fail_errno(err, in->name, "create");
    for (uint64_t at = 0; at < n && status == EXH_OK;) {
        const size_t want = n - at < sizeof piece ? (size_t)(n - at) : sizeof piece;
        const ssize_t got = fd_read(from, piece, want);
        if (got < 0 || (size_t)got != want)
            return fail_errno(err, in->name, "copy");
        status = fd_write(in->fd, piece, want, err);
        at += want;
    }
    return status;
}

static enum exh_status open_file(struct store_intake *in, uint64_t offset, struct exh_error *err)
{
    const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (offset ? 0 : O_CREAT);
    struct stat st;

    in->fd = openat(in->home->spool, in->name, flags, 0600);
    if (in->fd < 0 || fstat(in->fd, &st) != 0)
        return fail_errno(err, in->name, "open");
    if ((uint64_t)st.st_size < offset)
        return fail(err, EXH_MALFORMED, "%s: has %jd bytes, %" PRIu64 " were on stable storage",
                    in->name, (intmax_t)st.st_size, offset);
    if (st.st_nlink > 1) {
        const int from = in->fd;
        in->fd = -1;
        enum exh_status status = copy_away(in, from, offset, err);
        (void)close(from);
        return status;
    }
    if ((uint64_t)st.st_size > offset && ftruncate(in->fd, (off_t)offset) != 0)
        return fail_errno(err, in->name, "shorten");
    return EXH_OK;
}

enum exh_status store_intake_open(struct store_home *home, const uint8_t id[STORE_ID],
                                  uint64_t offset, struct store_intake **out, struct exh_error *err)
{
    struct store_intake *in = calloc(1, sizeof *in);
    enum exh_status status;

    if (!in)
        return fail_no_memory(err);
    in->home = home;
    in->fd = -1;
    hex_write(in->name, id, STORE_ID);
    if ((status = home_check(home, err)) != EXH_OK ||
        (status = open_file(in, offset, err)) != EXH_OK ||
        (status = blob_hash_begin(&in->hash, home->crypto, err)) != EXH_OK ||
        (status = blob_hash_file(&in->hash, in->fd, offset, err)) != EXH_OK) {
        store_intake_close(in);
        return within(err, "spool");
    }
    *out = in;
    return EXH_OK;
}

void store_intake_close(struct store_intake *in)
{
    if (!in)
        return;
    blob_hash_free(&in->hash);
    if (in->fd >= 0)
        (void)close(in->fd);
    free(in);
}

enum exh_status store_intake_append(struct store_intake *in, struct exh_bytes bytes,
                                    struct exh_error *err)
{
    enum exh_status status = ready(in, err);

    if (status != EXH_OK)
        return status;
    if (bytes.n > STORE_BLOB_MAX - in->hash.size)
        return fail(err, EXH_LIMIT, "upload %s: larger than %" PRIu64 " bytes", in->name,
                    STORE_BLOB_MAX);
    status = fd_write_at(in->fd, in->hash.size, bytes.p, bytes.n, err);
    if (status == EXH_OK)
        status = blob_hash_add(&in->hash, bytes, err);
    if (status == EXH_OK)
        return EXH_OK;
    in->failed = true;
    return within(err, in->name);
}

enum exh_status store_intake_sync(struct store_intake *in, struct exh_error *err)
{
    enum exh_status status = ready(in, err);

    if (status != EXH_OK || (status = home_sync(in->home, in->fd, in->name, err)) != EXH_OK ||
        in->named)
        return status;
    status = home_sync(in->home, in->home->spool, "spool", err);
    in->named = status == EXH_OK;
    return status;
}

uint64_t store_intake_size(const struct store_intake *in)
{
    return in->hash.size;
}

static enum exh_status read_at(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err)
{
    const struct store_intake *in = ctx;

    while (n) {
        const ssize_t got = pread(in->fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(err, EXH_IO, "upload %s: cannot read at %" PRIu64 ": %s", in->name, at,
                        got ? strerror(errno) : "it became shorter");
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return EXH_OK;
}

struct exh_source store_intake_source(struct store_intake *in)
{
    return (struct exh_source){ .size = in->hash.size, .read = read_at, .ctx = in };
}

/* What lies under a blob's name and is not it: kept, for somebody to look at. */
static enum exh_status put_aside(struct store_home *home, const char *name, struct exh_error *err)
{
    char to[BLOB_NAME_MAX + 16];

    if (mkdirat(home->fd, "damaged", 0700) != 0 && errno != EEXIST)
        return fail_errno(err, "damaged", "make");
    for (int i = 1; i <= NAME_TRIES; i++) {
        (void)snprintf(to, sizeof to, "damaged/%s.%d", name + 3, i);
        if (linkat(home->blobs, name, home->fd, to, 0) == 0)
            return unlinkat(home->blobs, name, 0) == 0 ? EXH_OK : fail_errno(err, name, "remove");
        if (errno != EEXIST)
            break;
    }
    return fail_errno(err, to, "make");
}

/* A blob that is there already may be another thread's that is not on stable storage yet. */
static enum exh_status keep_old(struct store_home *home, const char *name, struct exh_error *err)
{
    int fd = openat(home->blobs, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return fail_errno(err, name, "open");
    enum exh_status status = home_sync(home, fd, name, err);
    (void)close(fd);
    return status;
}

static enum exh_status give_name(struct store_intake *in, const uint8_t hash[STORE_HASH],
                                 struct exh_error *err)
{
    struct store_home *home = in->home;
    char name[BLOB_NAME_MAX];

    blob_name(name, hash);
    if (linkat(home->spool, in->name, home->blobs, name, 0) == 0)
        return EXH_OK;
    if (errno != EEXIST)
        return fail_errno(err, name, "make");

    enum exh_status status = blob_check(home, hash, err);
    if (status == EXH_OK)
        return keep_old(home, name, err);
    if (status != EXH_MALFORMED || (status = put_aside(home, name, err)) != EXH_OK)
        return status;
    if (linkat(home->spool, in->name, home->blobs, name, 0) != 0 && errno != EEXIST)
        return fail_errno(err, name, "make");
    return EXH_OK;
}

static enum exh_status put(struct store_intake *in, const uint8_t *expect,
                           const struct store_blob *blob, struct exh_error *err)
{
    enum exh_status status;

    if (expect && memcmp(expect, blob->hash, STORE_HASH) != 0)
        return fail(err, EXH_INVALID, "upload %s: its bytes have another hash than was told",
                    in->name);
    if ((status = home_sync(in->home, in->fd, in->name, err)) != EXH_OK ||
        (status = give_name(in, blob->hash, err)) != EXH_OK)
        return status;
    return blob_sync_name(in->home, blob->hash, err);
}

enum exh_status store_intake_put(struct store_intake *in, const uint8_t *expect,
                                 struct store_blob *out, struct exh_error *err)
{
    struct store_blob blob = { 0 };
    enum exh_status status = ready(in, err);

    if (status != EXH_OK)
        return status;
    status = blob_hash_end(&in->hash, &blob, err);
    if (status == EXH_OK)
        status = put(in, expect, &blob, err);
    if (status != EXH_OK) {
        in->failed = true;
        store_blob_free(&blob);
        return status;
    }
    *out = blob;
    return EXH_OK;
}

enum exh_status store_intake_remove(struct store_home *home, const uint8_t id[STORE_ID],
                                    struct exh_error *err)
{
    char name[2 * STORE_ID + 1];

    hex_write(name, id, STORE_ID);
    if (unlinkat(home->spool, name, 0) != 0 && errno != ENOENT)
        return fail_errno(err, name, "remove");
    return EXH_OK;
}

enum exh_status store_put_bytes(struct store_home *home, struct exh_bytes bytes,
                                struct store_blob *out, struct exh_error *err)
{
    uint8_t id[STORE_ID];
    struct store_intake *in = NULL;
    struct exh_error second;
    enum exh_status status = home->crypto->random(id, sizeof id, err);

    if (status != EXH_OK)
        return status;
    if ((status = store_intake_open(home, id, 0, &in, err)) == EXH_OK &&
        (status = store_intake_append(in, bytes, err)) == EXH_OK)
        status = store_intake_put(in, NULL, out, err);
    store_intake_close(in);
    // A name that stays in the spool is swept later.
    (void)!store_intake_remove(home, id, &second);
    return status;
}
