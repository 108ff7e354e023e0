#include "store/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/home.h"
#include "store/tile_walk.h"

struct store_tiles {
    struct store_home *home; // borrowed
    int fd;
};

enum exh_status store_tiles_open(struct store_home *home, const char *path,
                                 struct store_tiles **out, struct exh_error *err)
{
    struct store_tiles *t = calloc(1, sizeof *t);

    if (!t)
        return fail_no_memory(err);
    t->home = home;
    t->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->fd < 0) {
        free(t);
        return fail_errno(err, path, "open");
    }
    *out = t;
    return EXH_OK;
}

void store_tiles_close(struct store_tiles *t)
{
    if (!t)
        return;
    (void)close(t->fd);
    free(t);
}

int tiles_folder(const struct store_tiles *t)
{
    return t->fd;
}

static bool is_name(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-./";
    const size_t n = strlen(name);

    if (n == 0 || n >= STORE_TILE_NAME_MAX || strspn(name, plain) != n || name[n - 1] == '/')
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((i == 0 || name[i - 1] == '/') && (name[i] == '.' || name[i] == '/'))
            return false;
    }
    return true;
}

static enum exh_status check_name(const char *name, struct exh_error *err)
{
    return is_name(name) ? EXH_OK : fail(err, EXH_INVALID, "%.100s: is no name of a tile", name);
}

static enum exh_status sync_folder(struct store_tiles *t, const char *name, struct exh_error *err)
{
    int fd = openat(t->fd, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail_errno(err, name, "open");
    enum exh_status status = home_sync(t->home, fd, name, err);
    (void)close(fd);
    return status;
}

/* Make the folders of a name. Each that is new is brought to stable storage with the one it is in. */
static enum exh_status make_folders(struct store_tiles *t, const char *name, struct exh_error *err)
{
    char folder[STORE_TILE_NAME_MAX] = "", outer[STORE_TILE_NAME_MAX] = "";

    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(folder, name, (size_t)(slash - name));
        folder[slash - name] = 0;
        if (mkdirat(t->fd, folder, 0755) == 0) {
            enum exh_status status = sync_folder(t, outer, err);
            if (status != EXH_OK)
                return status;
        } else if (errno != EEXIST) {
            return fail_errno(err, folder, "make");
        }
        memcpy(outer, folder, sizeof outer);
    }
    return EXH_OK;
}

static enum exh_status fill(struct store_tiles *t, const char *temporary, struct exh_bytes bytes,
                            bool durable, struct exh_error *err)
{
    int fd = openat(t->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0)
        return fail_errno(err, temporary, "create");
    enum exh_status status = fd_write(fd, bytes.p, bytes.n, err);
    if (status == EXH_OK && durable)
        status = home_sync(t->home, fd, temporary, err);
    if (close(fd) != 0 && status == EXH_OK)
        status = fail_errno(err, temporary, "close");
    return status;
}

enum exh_status store_write_tile(struct store_tiles *t, const char *name, struct exh_bytes bytes,
                                 bool durable, struct exh_error *err)
{
    char temporary[STORE_TILE_NAME_MAX + 8], folder[STORE_TILE_NAME_MAX];
    enum exh_status status;

    if ((status = home_check(t->home, err)) != EXH_OK || (status = check_name(name, err)) != EXH_OK)
        return status;
    if (bytes.n > STORE_TILE_MAX)
        return fail(err, EXH_LIMIT, "%s: %zu bytes, at most %zu are written", name, bytes.n,
                    STORE_TILE_MAX);
    (void)snprintf(temporary, sizeof temporary, "%s.part", name);
    if ((status = make_folders(t, name, err)) != EXH_OK ||
        (status = fill(t, temporary, bytes, durable, err)) != EXH_OK)
        return status;
    if (renameat(t->fd, temporary, t->fd, name) != 0)
        return fail_errno(err, name, "create");
    if (!durable)
        return EXH_OK;
    const char *slash = strrchr(name, '/');
    const size_t n = slash ? (size_t)(slash - name) : 0;
    memcpy(folder, name, n);
    folder[n] = 0;
    return sync_folder(t, folder, err);
}

enum exh_status store_read_tile(const struct store_tiles *t, const char *name, struct buf *out,
                                struct exh_error *err)
{
    struct stat st;
    enum exh_status status = check_name(name, err);
    int fd = -1;

    if (status != EXH_OK)
        return status;
    fd = openat(t->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail_errno(err, name, "open");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        status = fail(err, EXH_NOT_FOUND, "%s: is no file", name);
    } else if (st.st_size < 0 || (uint64_t)st.st_size > STORE_TILE_MAX) {
        status = fail(err, EXH_LIMIT, "%s: is larger than %zu bytes", name, STORE_TILE_MAX);
    } else {
        const size_t n = (size_t)st.st_size;
        uint8_t *room = buf_room(out, n);
        if (n && room && fd_read(fd, room, n) != (ssize_t)n)
            status = fail_errno(err, name, "read");
        else
            status = buf_finish(out, err);
    }
    (void)close(fd);
    return status;
}

enum exh_status store_remove_tile(struct store_tiles *t, const char *name, struct exh_error *err)
{
    enum exh_status status = check_name(name, err);

    if (status == EXH_OK && unlinkat(t->fd, name, 0) != 0 && errno != ENOENT)
        return fail_errno(err, name, "remove");
    return status;
}
