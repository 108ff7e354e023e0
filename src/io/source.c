#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "io/fd.h"

#define SPOOL_PIECE ((size_t)64 << 10) // bytes copied at a time: the size of a pipe

struct file_source {
    int fd;
};

static enum exh_status read_at(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err)
{
    const struct file_source *f = ctx;

    while (n) {
        ssize_t got = pread(f->fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, EXH_IO, "at %" PRIu64 ": cannot read: %s", at, strerror(errno));
        if (got == 0)
            return fail(err, EXH_IO, "at %" PRIu64 ": the file became shorter while it was read",
                        at);
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return EXH_OK;
}

static enum exh_status copy_all(int from, int to, uint64_t *size, struct exh_error *err)
{
    uint8_t piece[SPOOL_PIECE];

    for (*size = 0; *size <= EXH_SPOOL_MAX;) {
        ssize_t got = fd_read(from, piece, sizeof piece);
        if (got < 0)
            return fail(err, EXH_IO, "cannot read: %s", strerror(errno));
        if (got == 0)
            return EXH_OK;
        enum exh_status status = fd_write(to, piece, (size_t)got, err);
        if (status != EXH_OK)
            return status;
        *size += (uint64_t)got;
    }
    return fail(err, EXH_LIMIT, "more than %" PRIu64 " bytes from a pipe", EXH_SPOOL_MAX);
}

/* Put what comes from a pipe where it can be read by offset; *fd is replaced and the old one closed. */
static enum exh_status spool(int *fd, uint64_t *size, struct exh_error *err)
{
    int copy = fd_temporary();

    if (copy < 0)
        return fail(err, EXH_IO, "cannot make a temporary file: %s", strerror(errno));
    enum exh_status status = copy_all(*fd, copy, size, err);
    if (status != EXH_OK) {
        (void)close(copy);
        return status;
    }
    (void)close(*fd);
    *fd = copy;
    return EXH_OK;
}

static enum exh_status find_size(int *fd, uint64_t *size, struct exh_error *err)
{
    struct stat st;

    if (fstat(*fd, &st) != 0)
        return fail(err, EXH_IO, "cannot look at it: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return fail(err, EXH_IO, "is a folder; a file was expected");
    if (!S_ISREG(st.st_mode))
        return spool(fd, size, err);
    *size = (uint64_t)st.st_size;
    return EXH_OK;
}

enum exh_status exh_source_open(const char *path, struct exh_source *out, struct exh_error *err)
{
    struct exh_error local;
    const bool in = strcmp(path, "-") == 0;
    uint64_t size = 0;

    err = err ? err : &local;
    // A file redirected to standard input is read like a file, not copied.
    int fd =
        in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_errno(err, path, "open");

    struct file_source *f = malloc(sizeof *f);
    enum exh_status status = f ? find_size(&fd, &size, err) : fail_no_memory(err);
    if (status != EXH_OK) {
        free(f);
        (void)close(fd);
        return within(err, in ? "standard input" : path);
    }
    f->fd = fd;
    *out = (struct exh_source){ .size = size, .read = read_at, .ctx = f };
    return EXH_OK;
}

void exh_source_close(struct exh_source *source)
{
    struct file_source *f = source->ctx;

    if (f)
        (void)close(f->fd);
    free(f);
    *source = (struct exh_source){ 0 };
}
