#include "io/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITE_MAX ((size_t)1 << 30) // a longer write() is cut short by the kernel anyway

enum exh_status fail_errno(struct exh_error *err, const char *path, const char *action)
{
    const enum exh_status status = errno == ENOENT ? EXH_NOT_FOUND : EXH_IO;

    return fail(err, status, "%s: cannot %s: %s", path, action, strerror(errno));
}

enum exh_status fd_write(int fd, const uint8_t *p, size_t n, struct exh_error *err)
{
    while (n) {
        ssize_t done = write(fd, p, n < WRITE_MAX ? n : WRITE_MAX);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(err, EXH_IO, "cannot write: %s", strerror(errno));
        p += done;
        n -= (size_t)done;
    }
    return EXH_OK;
}

enum exh_status fd_write_at(int fd, uint64_t at, const uint8_t *p, size_t n, struct exh_error *err)
{
    while (n) {
        ssize_t done = pwrite(fd, p, n < WRITE_MAX ? n : WRITE_MAX, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(err, EXH_IO, "cannot write: %s", strerror(errno));
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return EXH_OK;
}

ssize_t fd_read(int fd, uint8_t *to, size_t n)
{
    size_t have = 0;

    while (have < n) {
        ssize_t got = read(fd, to + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

int fd_temporary(void)
{
    const char *folders[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
    char path[PATH_MAX];

    for (size_t i = 0; i < ARRAY_N(folders); i++) {
        if (!folders[i] || !*folders[i])
            continue;
        int n = snprintf(path, sizeof path, "%s/exhibit-XXXXXX", folders[i]);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        int fd = mkstemp(path);
        if (fd < 0)
            continue;
        (void)unlink(path);
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        return fd;
    }
    return -1;
}

void fd_folder_of(const char *path, char *to)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;

    if (!slash) {
        memcpy(to, ".", 2);
        return;
    }
    n = n ? n : 1; // "/name": the root
    memcpy(to, path, n);
    to[n] = 0;
}

enum exh_status fd_sync_folder(const char *path, struct exh_error *err)
{
    char folder[PATH_MAX];

    fd_folder_of(path, folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, folder, "open");
    // EINVAL: a file system that cannot sync folders does not promise anything about them.
    const bool failed = fsync(fd) != 0 && errno != EINVAL;
    const int why = errno;
    (void)close(fd);
    errno = why;
    return failed ? fail_errno(err, folder, "bring to stable storage") : EXH_OK;
}
