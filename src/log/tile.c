#include "log/tile.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GROUP 3 // digits between two slashes of an index
#define INDEX_DIGITS \
    18 // of the last tile of a tree of TLOG_SIZE_MAX entries: 36028797018963967, in groups

// Bits of an entry's number below those that number the tile: a bundle is as wide as the tile of level 0.
static unsigned span_bits(int level)
{
    return TLOG_TILE_HEIGHT * ((unsigned)(level < 0 ? 0 : level) + 1);
}

unsigned tlog_tile_width(int level, uint64_t index, uint64_t size)
{
    if (level < TLOG_ENTRIES || level >= TLOG_LEVELS)
        return 0;
    const unsigned bits = span_bits(level);
    const uint64_t full = bits < 64 ? size >> bits : 0; // tiles of the level that are full
    if (index != full)
        return index < full ? TLOG_TILE_WIDTH : 0;
    return (unsigned)(size >> (bits - TLOG_TILE_HEIGHT) & (TLOG_TILE_WIDTH - 1));
}

void tlog_tile_path(const struct tlog_tile *tile, char to[TLOG_PATH_MAX])
{
    char digits[INDEX_DIGITS + GROUP + 1];
    char level[4] = "", index[INDEX_DIGITS / GROUP * 5 + 1] = "", width[8] = "";
    const char *group = digits;

    if (tile->level != TLOG_ENTRIES)
        snprintf(level, sizeof level, "%d", tile->level & 63);
    if (tile->width < TLOG_TILE_WIDTH)
        snprintf(width, sizeof width, ".p/%u", tile->width & 255);
    snprintf(digits, sizeof digits, "%0*" PRIu64, INDEX_DIGITS, tile->index);
    while (strncmp(group, "000", GROUP) == 0 && group[GROUP])
        group += GROUP;
    for (size_t n = 0; *group; group += GROUP, n = strlen(index))
        snprintf(index + n, sizeof index - n, "%s%.3s%s", group[GROUP] ? "x" : "", group,
                 group[GROUP] ? "/" : "");
    snprintf(to, TLOG_PATH_MAX, "tile/%s/%s%s", *level ? level : "entries", index, width);
}

// One group of an index: three digits, and an x before all but the last. False when it is none.
static bool read_group(struct exh_bytes part, uint64_t *index, bool *last)
{
    *last = part.n != GROUP + 1 || part.p[0] != 'x';
    if (!*last)
        part = (struct exh_bytes){ part.p + 1, GROUP };
    if (part.n != GROUP || *index > UINT64_MAX / 1000 - 1)
        return false;
    for (size_t i = 0; i < GROUP; i++) {
        if (part.p[i] < '0' || part.p[i] > '9')
            return false;
        *index = 10 * *index + (part.p[i] - '0');
    }
    return true;
}

// What stands before the next slash, or all that is left.
static struct exh_bytes next_part(struct reader *r)
{
    if (r->rest.n && memchr(r->rest.p, '/', r->rest.n))
        return reader_until(r, '/');
    return reader_take(r, r->rest.n);
}

static bool read_level(struct exh_bytes part, int *level)
{
    uint64_t v;

    if (bytes_are(part, "entries")) {
        *level = TLOG_ENTRIES;
        return true;
    }
    if (!decimal_read(part, 63, &v))
        return false;
    *level = (int)v;
    return true;
}

static bool read_parts(struct exh_bytes path, struct tlog_tile *tile)
{
    struct reader r = reader_over(path, 0);
    uint64_t width = TLOG_TILE_WIDTH;
    bool last = false;

    if (!bytes_are(next_part(&r), "tile") || !read_level(next_part(&r), &tile->level))
        return false;
    while (!last) {
        struct exh_bytes part = next_part(&r);
        const bool partial = bytes_end(part, ".p");
        if (partial)
            part.n -= 2;
        if (!read_group(part, &tile->index, &last) || (partial && !last))
            return false;
        if (partial && !decimal_read(next_part(&r), TLOG_TILE_WIDTH - 1, &width))
            return false;
    }
    tile->width = (unsigned)width;
    return r.rest.n == 0 && width > 0;
}

enum exh_status tlog_tile_read_path(struct exh_bytes path, struct tlog_tile *out,
                                    struct exh_error *err)
{
    struct tlog_tile tile = { 0 };
    char canonical[TLOG_PATH_MAX];

    if (path.n >= TLOG_PATH_MAX || !read_parts(path, &tile))
        return fail(err, EXH_MALFORMED, "not a path of a tile: tile/LEVEL/INDEX[.p/WIDTH]");
    if (tile.width > tlog_tile_width(tile.level, tile.index, TLOG_SIZE_MAX))
        return fail(err, EXH_LIMIT, "no log has a tile %" PRIu64 " of level %d", tile.index,
                    tile.level);
    tlog_tile_path(&tile, canonical);
    if (!bytes_are(path, canonical)) // groups of zeros in front
        return fail(err, EXH_MALFORMED, "path of a tile is not written as %s", canonical);
    *out = tile;
    return EXH_OK;
}

struct exh_bytes tlog_bundle_next(struct reader *bundle)
{
    const uint16_t n = reader_u16(bundle);

    return reader_take(bundle, n);
}

void tlog_bundle_put(struct buf *bundle, struct exh_bytes entry)
{
    buf_put_u16(bundle, (uint16_t)entry.n);
    buf_put_bytes(bundle, entry);
}

enum exh_status tlog_tile_cut(const struct tlog_tile *tile, struct exh_bytes wider,
                              struct exh_bytes *out, struct exh_error *err)
{
    struct reader r = reader_over(wider, 0);

    if (tile->level == TLOG_ENTRIES) {
        for (unsigned i = 0; i < tile->width; i++)
            tlog_bundle_next(&r);
    } else {
        reader_take(&r, tile->width * TLOG_HASH);
    }
    if (r.failed) {
        char path[TLOG_PATH_MAX];
        tlog_tile_path(tile, path);
        return fail(err, EXH_MALFORMED, "%s: %zu bytes are not %u %s", path, wider.n, tile->width,
                    tile->level == TLOG_ENTRIES ? "entries" : "hashes");
    }
    *out = (struct exh_bytes){ wider.p, (size_t)r.pos };
    return EXH_OK;
}

enum exh_status tlog_tile_fetch(const struct tlog_tiles *tiles, const struct tlog_tile *tile,
                                struct buf *to, struct exh_error *err)
{
    struct exh_bytes exact;
    enum exh_status status = tiles->read(tiles->ctx, tile, to, err);

    if (!status)
        status = buf_finish(to, err);
    if (!status)
        status = tlog_tile_cut(tile, buf_view(to), &exact, err);
    if (status)
        return status;
    to->n = exact.n;
    return EXH_OK;
}
