#define _GNU_SOURCE // O_TMPFILE, renameat2

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "io/fd.h"
#include "io/pending.h"

#define NAME_TRIES 16 // random names tried; a second one is already improbable

/*
 * Three ways to the goal, by what the file system offers:
 *   no name at all (O_TMPFILE), until commit links it: even SIGKILL and power loss leave nothing;
 *   a temporary name in the same folder, renamed at commit: FAT of memory cards, network folders;
 *   no file of ours (standard output, pipe, device): bytes go out at once.
 */
struct exh_output {
    struct exh_sink sink;
    int fd;
    unsigned flags;
    bool streams; // the third way
    uint64_t n;   // bytes written
    char path[PATH_MAX];
    char temporary[PATH_MAX]; // "" while the file has no name
};

static enum exh_status sink_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct exh_output *o = ctx;
    enum exh_status status = fd_write(o->fd, p, n, err);

    if (status != EXH_OK)
        return within(err, o->path);
    o->n += n;
    return EXH_OK;
}

static enum exh_status sink_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                  struct exh_error *err)
{
    struct exh_output *o = ctx;

    if (at > o->n || n > o->n - at)
        return fail(err, EXH_INVALID,
                    "%s: patch at %" PRIu64 " is beyond the %" PRIu64 " bytes written", o->path, at,
                    o->n);
    enum exh_status status = fd_write_at(o->fd, at, p, n, err);
    return status == EXH_OK ? EXH_OK : within(err, o->path);
}

static mode_t mode_of(const struct exh_output *o)
{
    return o->flags & EXH_OUTPUT_PRIVATE ? 0600 : 0666;
}

/* A name in the same folder, so that renaming never copies. False: the path is too long. */
static bool temporary_name(struct exh_output *o)
{
    char folder[PATH_MAX];
    uint64_t random = 0;

    fd_folder_of(o->path, folder);
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    int n = snprintf(o->temporary, sizeof o->temporary, "%s/.exhibit-%016" PRIx64 ".part", folder,
                     random);
    return n > 0 && (size_t)n < sizeof o->temporary;
}

/*
 * Give the file a temporary name by `make`, which returns negative with errno set when it failed.
 * The name is written down before any signal can end us.
 */
static bool with_temporary_name(struct exh_output *o, int (*make)(struct exh_output *o))
{
    for (int i = 0; i < NAME_TRIES; i++) {
        sigset_t before;
        if (!temporary_name(o))
            break;
        pending_lock(&before);
        const bool made = make(o) >= 0;
        const int why = errno;
        if (made)
            pending_add(o->temporary);
        pending_unlock(&before);
        if (made)
            return true;
        errno = why;
        if (why != EEXIST)
            break;
    }
    o->temporary[0] = 0;
    return false;
}

static int create_temporary(struct exh_output *o)
{
    o->fd = open(o->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode_of(o));
    return o->fd;
}

static int link_to(const struct exh_output *o, const char *path)
{
    char self[64];

    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", o->fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static int link_temporary(struct exh_output *o)
{
    return link_to(o, o->temporary);
}

static enum exh_status create(struct exh_output *o, struct exh_error *err)
{
    char folder[PATH_MAX];

    fd_folder_of(o->path, folder);
    // Without /proc there is no way to name the file later.
    if (access("/proc/self/fd", X_OK) == 0)
        o->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode_of(o));
    if (o->fd < 0 && !with_temporary_name(o, create_temporary))
        return fail_errno(err, o->path, "create");
    return EXH_OK;
}

/* What lies under the path now decides: nothing, a file that may be replaced, or a device. */
static enum exh_status look_at_target(struct exh_output *o, struct exh_error *err)
{
    struct stat st;
    char real[PATH_MAX];

    if (stat(o->path, &st) != 0) {
        if (errno == ENOENT && lstat(o->path, &st) != 0)
            return EXH_OK;
        return fail_errno(err, o->path, "create");
    }
    if (S_ISDIR(st.st_mode))
        return fail(err, EXH_INVALID, "%s: is a folder; the name of a file was expected", o->path);
    if (!S_ISREG(st.st_mode)) {
        o->streams = true;
        return EXH_OK;
    }
    if (!(o->flags & EXH_OUTPUT_REPLACE))
        return fail(err, EXH_INVALID, "%s: exists already", o->path);
    // A link stays a link: what it points at is replaced.
    if (!realpath(o->path, real))
        return fail_errno(err, o->path, "follow");
    memcpy(o->path, real, strlen(real) + 1);
    return EXH_OK;
}

static enum exh_status open_stream(struct exh_output *o, bool out, struct exh_error *err)
{
    o->streams = true;
    o->sink.patch = NULL;
    o->fd = out ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open(o->path, O_WRONLY | O_CLOEXEC);
    return o->fd < 0 ? fail_errno(err, o->path, "open") : EXH_OK;
}

static enum exh_status begin(struct exh_output *o, const char *path, struct exh_error *err)
{
    const bool out = strcmp(path, "-") == 0;
    const char *name = out ? "standard output" : path;
    const size_t n = strlen(name) + 1;

    if (n > sizeof o->path)
        return fail(err, EXH_INVALID, "%.100s…: the path is longer than %d bytes", path, PATH_MAX);
    memcpy(o->path, name, n);
    if (out)
        return open_stream(o, true, err);

    enum exh_status status = look_at_target(o, err);
    if (status != EXH_OK)
        return status;
    return o->streams ? open_stream(o, false, err) : create(o, err);
}

enum exh_status exh_output_open(const char *path, unsigned flags, struct exh_output **out,
                                struct exh_error *err)
{
    struct exh_error local;
    struct exh_output *o = calloc(1, sizeof *o);

    err = err ? err : &local;
    if (!o)
        return fail_no_memory(err);
    o->fd = -1;
    o->flags = flags;
    o->sink = (struct exh_sink){ .write = sink_write, .patch = sink_patch, .ctx = o };

    enum exh_status status = begin(o, path, err);
    if (status != EXH_OK) {
        exh_output_close(o);
        return status;
    }
    *out = o;
    return EXH_OK;
}

const struct exh_sink *exh_output_sink(const struct exh_output *output)
{
    return &output->sink;
}

/* Rename without replacing, also where the file system has no hard links. */
static int rename_new(struct exh_output *o)
{
    if (renameat2(AT_FDCWD, o->temporary, AT_FDCWD, o->path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(o->temporary, o->path) != 0)
        return -1;
    (void)unlink(o->temporary);
    return 0;
}

static bool give_name(struct exh_output *o)
{
    const bool replace = o->flags & EXH_OUTPUT_REPLACE;

    if (!replace && !o->temporary[0])
        return link_to(o, o->path) == 0;
    // Linking never replaces, renaming does: so a file without a name gets a temporary one first.
    if (!o->temporary[0] && !with_temporary_name(o, link_temporary))
        return false;
    if ((replace ? rename(o->temporary, o->path) : rename_new(o)) != 0)
        return false;
    pending_remove(o->temporary);
    o->temporary[0] = 0;
    return true;
}

/* A file that is replaced keeps who may read it, unless the new one is private. */
static void keep_mode(const struct exh_output *o)
{
    struct stat st;

    if (o->flags & EXH_OUTPUT_REPLACE && !(o->flags & EXH_OUTPUT_PRIVATE) &&
        stat(o->path, &st) == 0)
        (void)fchmod(o->fd, st.st_mode & 0777);
}

enum exh_status exh_output_commit(struct exh_output *output, struct exh_error *err)
{
    struct exh_error local;

    err = err ? err : &local;
    if (output->streams)
        return EXH_OK;
    keep_mode(output);
    if (fsync(output->fd) != 0)
        return fail_errno(err, output->path, "bring to stable storage");
    if (!give_name(output)) {
        if (errno == EEXIST)
            return fail(err, EXH_INVALID, "%s: exists already", output->path);
        return fail_errno(err, output->path, "create");
    }
    enum exh_status status = fd_sync_folder(output->path, err);
    // Nobody is told of it, so it must not be there. What it replaced cannot come back: that it stays.
    if (status != EXH_OK && !(output->flags & EXH_OUTPUT_REPLACE))
        (void)unlink(output->path);
    return status;
}

void exh_output_close(struct exh_output *output)
{
    if (!output)
        return;
    if (output->temporary[0]) {
        (void)unlink(output->temporary);
        pending_remove(output->temporary);
    }
    if (output->fd >= 0)
        (void)close(output->fd);
    free(output);
}
