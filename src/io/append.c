#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "io/fd.h"

struct exh_append {
    struct exh_appender appender;
    int fd;
    bool failed; // what is in the file now is not known
    uint64_t n;  // bytes in the file
    char path[PATH_MAX];
};

static enum exh_status fail_for_good(struct exh_append *f, struct exh_error *err)
{
    f->failed = true;
    return within(err, f->path);
}

static enum exh_status check_usable(const struct exh_append *f, struct exh_error *err)
{
    if (f->failed)
        return fail(err, EXH_IO, "%s: a write failed before", f->path);
    return EXH_OK;
}

static enum exh_status append_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct exh_append *f = ctx;
    enum exh_status status = check_usable(f, err);

    if (status != EXH_OK)
        return status;
    if (fd_write(f->fd, p, n, err) != EXH_OK)
        return fail_for_good(f, err);
    f->n += n;
    return EXH_OK;
}

// A sync that failed is never tried again: the kernel may have dropped the pages, and would then say yes.
static enum exh_status append_sync(void *ctx, struct exh_error *err)
{
    struct exh_append *f = ctx;
    enum exh_status status = check_usable(f, err);

    if (status != EXH_OK)
        return status;
    if (fdatasync(f->fd) != 0) {
        (void)fail(err, EXH_IO, "cannot bring to stable storage: %s", strerror(errno));
        return fail_for_good(f, err);
    }
    return EXH_OK;
}

/* What was opened must be a file, ours alone. */
static enum exh_status take(struct exh_append *f, struct exh_error *err)
{
    struct stat st;

    if (fstat(f->fd, &st) != 0)
        return fail_errno(err, f->path, "look at");
    if (!S_ISREG(st.st_mode))
        return fail(err, EXH_INVALID, "%s: only a file can grow", f->path);
    if (flock(f->fd, LOCK_EX | LOCK_NB) != 0)
        return fail(err, EXH_INVALID, "%s: another program appends to it", f->path);
    f->n = (uint64_t)st.st_size;
    return fd_sync_folder(f->path, err);
}

static enum exh_status begin(struct exh_append *f, const char *path, unsigned flags,
                             struct exh_error *err)
{
    const size_t n = strlen(path) + 1;
    const mode_t mode = flags & EXH_OUTPUT_PRIVATE ? 0600 : 0666;
    const int how = flags & EXH_APPEND_GO_ON ? 0 : O_CREAT | O_EXCL;

    if (n > sizeof f->path)
        return fail(err, EXH_INVALID, "%.100s…: the path is longer than %d bytes", path, PATH_MAX);
    memcpy(f->path, path, n);
    // O_NONBLOCK: a pipe without a reader is refused, not waited for.
    f->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | how, mode);
    if (f->fd < 0 && errno == EEXIST)
        return fail(err, EXH_INVALID, "%s: exists already", path);
    if (f->fd < 0)
        return fail_errno(err, path, how ? "create" : "open");
    return take(f, err);
}

enum exh_status exh_append_open(const char *path, unsigned flags, struct exh_append **out,
                                struct exh_error *err)
{
    struct exh_error local;
    struct exh_append *f = calloc(1, sizeof *f);

    err = err ? err : &local;
    if (!f)
        return fail_no_memory(err);
    f->fd = -1;
    f->appender = (struct exh_appender){ .write = append_write, .sync = append_sync, .ctx = f };
    enum exh_status status = begin(f, path, flags, err);
    if (status != EXH_OK) {
        exh_append_close(f);
        return status;
    }
    *out = f;
    return EXH_OK;
}

const struct exh_appender *exh_append_appender(const struct exh_append *file)
{
    return &file->appender;
}

uint64_t exh_append_size(const struct exh_append *file)
{
    return file->n;
}

enum exh_status exh_append_cut(struct exh_append *file, uint64_t n, struct exh_error *err)
{
    struct exh_error local;

    err = err ? err : &local;
    enum exh_status status = check_usable(file, err);
    if (status != EXH_OK)
        return status;
    if (n > file->n)
        return fail(err, EXH_INVALID, "%s: has %" PRIu64 " bytes, and cannot be cut to %" PRIu64,
                    file->path, file->n, n);
    if (ftruncate(file->fd, (off_t)n) != 0 || fsync(file->fd) != 0) {
        (void)fail(err, EXH_IO, "cannot cut to %" PRIu64 " bytes: %s", n, strerror(errno));
        return fail_for_good(file, err);
    }
    file->n = n;
    return EXH_OK;
}

void exh_append_close(struct exh_append *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        (void)close(file->fd);
    free(file);
}
