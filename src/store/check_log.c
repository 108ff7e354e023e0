#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io/fd.h"
#include "store/check_run.h"
#include "store/db.h"
#include "store/folder.h"
#include "store/log_entries.h"
#include "store/tile_walk.h"

#define DEPTH_MAX 16 // folders inside each other, in a tree of tiles

struct compared {
    struct check *c;
    struct buf file;
};

static enum exh_status read_tile(struct compared *t, const char *name, struct exh_error *err)
{
    buf_clear(&t->file);
    return store_read_tile(t->c->options->tiles, name, &t->file, err);
}

/* The file that was read must be the first n bytes. */
static void compare(struct compared *t, const char *name, size_t n, struct exh_bytes bytes)
{
    t->c->counts.tiles++;
    if (t->file.n != n || (n && memcmp(t->file.p, bytes.p, n) != 0))
        check_found(t->c, STORE_DAMAGED, "it is not what the entries give", "%s", name);
}

/* Bytes of the first `width` hashes of a tile, or entries of a bundle. */
static size_t part_of(int level, struct exh_bytes bytes, unsigned width)
{
    size_t n = 0;

    if (level >= 0)
        return (size_t)width * STORE_HASH;
    for (unsigned i = 0; i < width && bytes.n - n >= 2; i++)
        n += 2 + ((size_t)bytes.p[n] << 8 | bytes.p[n + 1]);
    return n;
}

/* The partial tiles beside a tile: published on the way, and kept or removed since. */
struct partial {
    struct compared *t;
    int level;
    uint64_t number;
    unsigned width; // of the tile whose bytes these are
    struct exh_bytes bytes;
};

static enum exh_status check_partial(void *ctx, int folder, const char *name, struct exh_error *err)
{
    const struct partial *p = ctx;
    char path[STORE_TILE_NAME_MAX];
    unsigned w;

    (void)folder;
    if (sscanf(name, "%3u", &w) != 1 || w == 0 || w >= p->width)
        return EXH_OK; // the tile itself, or a name that is looked at with all others
    tile_name_write(path, p->level, p->number, w);
    enum exh_status status = read_tile(p->t, path, err);
    if (status == EXH_NOT_FOUND)
        return EXH_OK;
    if (status == EXH_OK)
        compare(p->t, path, part_of(p->level, p->bytes, w), p->bytes);
    return check_status(p->t->c, status, err, path);
}

static enum exh_status check_partials(struct compared *t, int level, uint64_t number,
                                      unsigned width, struct exh_bytes bytes, struct exh_error *err)
{
    struct partial p = { t, level, number, width, bytes };
    char folder[STORE_TILE_NAME_MAX + 2];

    tile_name_write(folder, level, number, STORE_TILE_HASHES);
    memcpy(folder + strlen(folder), ".p", 3);
    enum exh_status status =
        folder_each(tiles_folder(t->c->options->tiles), folder, check_partial, &p, err);
    return status == EXH_NOT_FOUND ? EXH_OK : status;
}

/* A partial tile may be gone when the full one is there, which begins with the same. */
static enum exh_status check_fuller(struct compared *t, int level, uint64_t number, unsigned width,
                                    struct exh_bytes bytes, struct exh_error *err)
{
    char name[STORE_TILE_NAME_MAX];
    struct exh_error second;

    tile_name_write(name, level, number, STORE_TILE_HASHES);
    if (width == STORE_TILE_HASHES || read_tile(t, name, &second) != EXH_OK)
        return fail(err, EXH_NOT_FOUND, "the entries give it");
    if (t->file.n > bytes.n)
        t->file.n = bytes.n;
    compare(t, name, bytes.n, bytes);
    return EXH_OK;
}

static enum exh_status check_tile(void *ctx, const char *name, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    struct compared *t = ctx;
    struct check *c = t->c;
    uint64_t number;
    unsigned width;
    int level;

    if (!c->options->tiles || !tile_name_read(name, &level, &number, &width))
        return EXH_OK;
    enum exh_status status = read_tile(t, name, err);
    if (status == EXH_NOT_FOUND)
        status = check_fuller(t, level, number, width, bytes, err);
    else if (status == EXH_OK)
        compare(t, name, bytes.n, bytes);
    status = check_status(c, status, err, name);
    return status == EXH_OK ? check_partials(t, level, number, width, bytes, err) : status;
}

/* The size up to which the tiles must be there. */
static enum exh_status size_of(struct check *c, uint64_t *size, struct exh_error *err)
{
    const struct store_check_options *o = c->options;
    enum exh_status status = store_log_size(c->s, &c->counts.entries, err);

    *size = c->counts.entries;
    if (status != EXH_OK || !o->has_head)
        return status;
    if (o->log_size > c->counts.entries) {
        char text[128];
        (void)snprintf(text, sizeof text,
                       "the checkpoint is over %" PRIu64 " entries, only %" PRIu64 " are stored",
                       o->log_size, c->counts.entries);
        check_found(c, STORE_MISSING, text, "log");
        return EXH_OK;
    }
    *size = o->log_size;
    return EXH_OK;
}

enum exh_status check_log(struct check *c, struct exh_error *err)
{
    struct compared t = { .c = c, .file = buf_with_limit(STORE_TILE_MAX) };
    uint8_t root[STORE_HASH];
    uint64_t size;
    enum exh_status status = size_of(c, &size, err);

    if (status == EXH_OK)
        status = tile_walk(c->s, size, check_tile, &t, root, err);
    buf_free(&t.file);
    if (status == EXH_OK && c->options->has_head && size == c->options->log_size &&
        memcmp(root, c->options->log_root, STORE_HASH) != 0)
        check_found(c, STORE_DAMAGED, "the checkpoint has another root than the entries give",
                    "log");
    return check_status(c, status, err, "log");
}

/* A name under the folder of the tiles, on the way down. */
struct names {
    struct check *c;
    uint64_t entries;
    int depth;
    char path[STORE_TILE_NAME_MAX + NAME_MAX + 1];
};

/* Each must be a tile that the entries give, or the checkpoint. */
static bool is_expected(const char *path, uint64_t entries)
{
    uint64_t number, n = entries;
    unsigned width;
    int level;

    if (strcmp(path, "checkpoint") == 0)
        return true;
    if (!tile_name_read(path, &level, &number, &width))
        return false;
    for (int i = 0; i < level; i++)
        n /= STORE_TILE_HASHES;
    return number < n / STORE_TILE_HASHES ||
           (number == n / STORE_TILE_HASHES && width <= n % STORE_TILE_HASHES);
}

static bool ends_in_part(const char *path)
{
    const size_t n = strlen(path);

    return n > 5 && strcmp(path + n - 5, ".part") == 0; // being written, or left by a crash
}

static enum exh_status check_file(struct names *w, struct exh_error *err)
{
    if (ends_in_part(w->path) || is_expected(w->path, w->entries))
        return EXH_OK;
    // The server may have written on meanwhile.
    enum exh_status status = store_log_size(w->c->s, &w->entries, err);
    if (status == EXH_OK && !is_expected(w->path, w->entries))
        check_found(w->c, STORE_STRANGE, "the log has no such file", "%.150s", w->path);
    return status;
}

static enum exh_status check_name(void *ctx, int folder, const char *name, struct exh_error *err)
{
    struct names *w = ctx;
    const size_t before = strlen(w->path);
    enum exh_status status = EXH_OK;
    struct stat st;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? EXH_OK : fail_errno(err, name, "look at");
    if (before + 1 + strlen(name) >= STORE_TILE_NAME_MAX) {
        check_found(w->c, STORE_STRANGE, "the log has no such file", "%.150s", name);
        return EXH_OK;
    }
    (void)snprintf(w->path + before, sizeof w->path - before, "%s%s", before ? "/" : "", name);
    if (S_ISDIR(st.st_mode) && w->depth < DEPTH_MAX) {
        w->depth++;
        status = folder_each(folder, name, check_name, w, err);
        w->depth--;
    } else {
        status = check_file(w, err);
    }
    w->path[before] = 0;
    return status;
}

enum exh_status check_log_names(struct check *c, struct exh_error *err)
{
    struct names w = { .c = c, .entries = c->counts.entries };

    if (!c->options->tiles)
        return EXH_OK;
    return check_status(c, folder_each(tiles_folder(c->options->tiles), ".", check_name, &w, err),
                        err, "log");
}
