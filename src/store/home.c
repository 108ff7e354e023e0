#include "store/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "io/fd.h"
#include "store/pages.h"

bool store_home_broken(const struct store_home *home)
{
    return atomic_load(&home->broken);
}

void home_break(struct store_home *home)
{
    atomic_store(&home->broken, true);
}

enum exh_status home_check(const struct store_home *home, struct exh_error *err)
{
    if (store_home_broken(home))
        return fail(err, EXH_IO,
                    "%s: stable storage failed before; nothing is written until a new start",
                    home->path);
    return EXH_OK;
}

enum exh_status home_sync(struct store_home *home, int fd, const char *what, struct exh_error *err)
{
    enum exh_status status = home_check(home, err);
    int rc;

    if (status != EXH_OK)
        return status;
    do
        rc = fsync(fd);
    while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return EXH_OK;
    home_break(home);
    return fail(err, EXH_IO, "%s: cannot bring to stable storage: %s", what, strerror(errno));
}

enum exh_status home_lock(struct store_home *home, int *lock, struct exh_error *err)
{
    int fd = openat(home->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum exh_status status = EXH_OK;

    if (fd < 0)
        return fail_errno(err, "lock", "open");
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *lock = fd;
        return EXH_OK;
    }
    if (errno == EWOULDBLOCK)
        status = fail(err, EXH_DENIED, "another process writes in this folder");
    else
        status = fail_errno(err, "lock", "lock");
    (void)close(fd);
    return status;
}

enum exh_status home_hash(const struct store_home *home, const struct exh_bytes *parts, size_t n,
                          uint8_t hash[STORE_HASH], struct exh_error *err)
{
    struct exh_hasher *h = home->crypto->hash_new(EXH_SHA256);
    uint8_t digest[EXH_HASH_MAX];

    if (!h)
        return fail_no_memory(err);
    for (size_t i = 0; i < n; i++)
        home->crypto->hash_update(h, parts[i].p, parts[i].n);
    home->crypto->hash_final(h, digest);
    memcpy(hash, digest, STORE_HASH);
    return EXH_OK;
}

static enum exh_status open_folder(int at, const char *name, int *fd, struct exh_error *err)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return fail_errno(err, name, "make");
    *fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *fd < 0 ? fail_errno(err, name, "open") : EXH_OK;
}

/* The 256 folders of the blobs are made once, so that putting one needs no other folder's fsync. */
static enum exh_status make_blob_folders(struct store_home *home, struct exh_error *err)
{
    char name[3];

    if (faccessat(home->blobs, "ff", F_OK, 0) == 0)
        return EXH_OK;
    for (unsigned i = 0; i < 256; i++) {
        (void)snprintf(name, sizeof name, "%02x", i);
        if (mkdirat(home->blobs, name, 0700) != 0 && errno != EEXIST)
            return fail_errno(err, name, "make");
    }
    return home_sync(home, home->blobs, "blobs", err);
}

static enum exh_status open_folders(struct store_home *home, struct exh_error *err)
{
    enum exh_status status;

    home->fd = open(home->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (home->fd < 0)
        return fail_errno(err, home->path, "open");
    if ((status = open_folder(home->fd, "blobs", &home->blobs, err)) != EXH_OK ||
        (status = open_folder(home->fd, "spool", &home->spool, err)) != EXH_OK ||
        (status = make_blob_folders(home, err)) != EXH_OK ||
        (status = home_sync(home, home->fd, ".", err)) != EXH_OK)
        return within(err, home->path);
    return EXH_OK;
}

enum exh_status store_home_open(const char *path, const struct exh_crypto *crypto,
                                struct store_home **out, struct exh_error *err)
{
    struct store_home *home = calloc(1, sizeof *home);
    const size_t n = strlen(path);
    enum exh_status status;

    if (!home)
        return fail_no_memory(err);
    home->crypto = crypto;
    home->fd = home->blobs = home->spool = -1;
    if (n >= sizeof home->path) {
        status = fail(err, EXH_LIMIT, "%.100s…: the path is longer than %zu bytes", path,
                      sizeof home->path - 1);
    } else {
        memcpy(home->path, path, n + 1);
        (void)snprintf(home->database, sizeof home->database, "%s/" DATABASE, path);
        status = open_folders(home, err);
    }
    if (status == EXH_OK)
        status = pages_register(home, err);
    if (status != EXH_OK) {
        store_home_close(home);
        return status;
    }
    *out = home;
    return EXH_OK;
}

void store_home_close(struct store_home *home)
{
    if (!home)
        return;
    pages_unregister(home);
    const int folders[] = { home->spool, home->blobs, home->fd };
    for (size_t i = 0; i < ARRAY_N(folders); i++) {
        if (folders[i] >= 0)
            (void)close(folders[i]);
    }
    free(home);
}

enum exh_status store_home_space(const struct store_home *home, uint64_t *all, uint64_t *left,
                                 struct exh_error *err)
{
    struct statvfs st;

    if (fstatvfs(home->fd, &st) != 0)
        return fail_errno(err, home->path, "ask for the space of");
    *all = (uint64_t)st.f_blocks * st.f_frsize;
    *left = (uint64_t)st.f_bavail * st.f_frsize;
    return EXH_OK;
}

struct hash_text hash_text(const uint8_t hash[STORE_HASH])
{
    struct hash_text t;

    hex_write(t.hex, hash, STORE_HASH);
    return t;
}

struct id_text id_text(const uint8_t id[STORE_ID])
{
    struct id_text t;

    hex_write(t.hex, id, STORE_ID);
    return t;
}
