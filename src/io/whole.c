#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/wipe.h"
#include "io/fd.h"

#define FIRST_READ ((size_t)8 << 10) // bytes; most keys and chains are smaller

/* Double a block without leaving its old copy behind. NULL: out of memory, *p is unchanged. */
static uint8_t *grow(uint8_t **p, size_t n, size_t size)
{
    uint8_t *more = malloc(size + 1);

    if (!more)
        return NULL;
    if (*p) {
        memcpy(more, *p, n);
        wipe(*p, n);
        free(*p);
    }
    *p = more;
    return more;
}

static enum exh_status read_all(int fd, size_t limit, uint8_t **p, size_t *n, struct exh_error *err)
{
    size_t size = limit < FIRST_READ ? limit : FIRST_READ;
    size_t have = 0;

    for (;;) {
        if (!grow(p, have, size))
            return fail_no_memory(err);
        ssize_t got = fd_read(fd, *p + have, size - have);
        if (got < 0)
            return fail(err, EXH_IO, "cannot read: %s", strerror(errno));
        have += (size_t)got;
        if (have < size)
            break;
        if (size == limit)
            break;
        size = size > limit / 2 ? limit : size * 2;
    }
    uint8_t one;
    if (have == limit && fd_read(fd, &one, 1) > 0)
        return fail(err, EXH_LIMIT, "more than %zu bytes", limit);
    (*p)[have] = 0;
    *n = have;
    return EXH_OK;
}

enum exh_status exh_file_read(const char *path, size_t limit, uint8_t **p, size_t *n,
                              struct exh_error *err)
{
    struct exh_error local;
    const bool in = strcmp(path, "-") == 0;
    uint8_t *whole = NULL;

    err = err ? err : &local;
    int fd =
        in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_errno(err, path, "open");
    enum exh_status status = read_all(fd, limit, &whole, n, err);
    (void)close(fd);
    if (status != EXH_OK) {
        free(whole);
        return within(err, in ? "standard input" : path);
    }
    *p = whole;
    return EXH_OK;
}

enum exh_status exh_file_write(const char *path, unsigned flags, struct exh_bytes bytes,
                               struct exh_error *err)
{
    struct exh_error local;
    struct exh_output *output = NULL;

    err = err ? err : &local;
    enum exh_status status = exh_output_open(path, flags, &output, err);
    if (status == EXH_OK) {
        const struct exh_sink *sink = exh_output_sink(output);
        status = sink->write(sink->ctx, bytes.p, bytes.n, err);
    }
    if (status == EXH_OK)
        status = exh_output_commit(output, err);
    exh_output_close(output);
    return status;
}
