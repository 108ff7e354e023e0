/* Tiles by name and width, bundles by entry: no cryptography, so this runs in a browser's sandbox too. */
#include "check.h"

#include "base/text.h"
#include "log/tile.h"

#include <inttypes.h>

static enum exh_status read_path(const char *path, size_t n, struct tlog_tile *tile,
                                 struct exh_error *err)
{
    char *copy = exact_copy(path, n);
    enum exh_status status =
        tlog_tile_read_path((struct exh_bytes){ (uint8_t *)copy, n }, tile, err);

    free(copy);
    return status;
}

static const struct {
    const char *path;
    struct tlog_tile tile;
} paths[] = {
    { "tile/0/000", { 0, 0, 256 } },
    { "tile/0/999.p/1", { 0, 999, 1 } },
    { "tile/1/x001/000.p/255", { 1, 1000, 255 } },
    { "tile/0/x001/x234/067", { 0, 1234067, 256 } },
    { "tile/2/x001/x234/067.p/8", { 2, 1234067, 8 } },
    { "tile/entries/000", { TLOG_ENTRIES, 0, 256 } },
    { "tile/entries/x273/001.p/112", { TLOG_ENTRIES, 273001, 112 } },
    { "tile/7/000.p/127", { 7, 0, 127 } },
    { "tile/0/x036/x028/x797/x018/x963/966", { 0, 36028797018963966, 256 } },
    { "tile/entries/x036/x028/x797/x018/x963/967.p/255", { TLOG_ENTRIES, 36028797018963967, 255 } },
};

static void good_paths(void)
{
    char text[TLOG_PATH_MAX];
    struct tlog_tile tile;
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(paths); i++) {
        const char *path = paths[i].path;
        const struct tlog_tile *want = &paths[i].tile;

        CHECK(read_path(path, strlen(path), &tile, &err) == EXH_OK, "%s: %s", path, err.text);
        CHECK(tile.level == want->level && tile.index == want->index && tile.width == want->width,
              "%s: level %d index %" PRIu64 " width %u", path, tile.level, tile.index, tile.width);
        tlog_tile_path(want, text);
        CHECK(strcmp(text, path) == 0, "%s: written as %s", path, text);
        for (size_t n = 0; n < strlen(path); n++) { // a prefix is refused, or another path
            if (read_path(path, n, &tile, &err))
                continue;
            tlog_tile_path(&tile, text);
            CHECK(strlen(text) == n && memcmp(text, path, n) == 0, "%s: prefix %zu is %s", path, n,
                  text);
        }
    }
}

static const struct {
    const char *path;
    enum exh_status want;
} bad_paths[] = {
    { "", EXH_MALFORMED },
    { "/tile/0/000", EXH_MALFORMED },
    { "tile", EXH_MALFORMED },
    { "tile/0", EXH_MALFORMED },
    { "tile/0/", EXH_MALFORMED },
    { "tiles/0/000", EXH_MALFORMED },
    { "tile/00/000", EXH_MALFORMED },
    { "tile/-1/000", EXH_MALFORMED },
    { "tile/+1/000", EXH_MALFORMED },
    { "tile/64/000", EXH_MALFORMED },
    { "tile/data/000", EXH_MALFORMED },
    { "tile/0/00", EXH_MALFORMED },
    { "tile/0/0000", EXH_MALFORMED },
    { "tile/0/0a0", EXH_MALFORMED },
    { "tile/0/x00", EXH_MALFORMED },
    { "tile/0/001/000", EXH_MALFORMED },
    { "tile/0/x001", EXH_MALFORMED },
    { "tile/0/X001/000", EXH_MALFORMED },
    { "tile/0/y001/000", EXH_MALFORMED },
    { "tile/0/x000/001", EXH_MALFORMED },
    { "tile/0/000/", EXH_MALFORMED },
    { "tile/0/000.p", EXH_MALFORMED },
    { "tile/0/000.p/", EXH_MALFORMED },
    { "tile/0/000.p/0", EXH_MALFORMED },
    { "tile/0/000.p/01", EXH_MALFORMED },
    { "tile/0/000.p/256", EXH_MALFORMED },
    { "tile/0/000.p/1/", EXH_MALFORMED },
    { "tile/0/000.p/1/1", EXH_MALFORMED },
    { "tile/0/x001.p/1", EXH_MALFORMED },
    { "tile/0/x001.p/000", EXH_MALFORMED },
    { "tile/0/000.q/1", EXH_MALFORMED },
    { "tile/0/000 ", EXH_MALFORMED },
    { "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/000", EXH_MALFORMED },
    { "tile/0/x999/x999/x999/x999/x999/x999/x999/999", EXH_MALFORMED },
    { "tile/0/x036/x028/x797/x018/x963/967", EXH_LIMIT },
    { "tile/0/x036/x028/x797/x018/x963/968.p/1", EXH_LIMIT },
    { "tile/7/000", EXH_LIMIT },
    { "tile/7/000.p/128", EXH_LIMIT },
    { "tile/7/001.p/1", EXH_LIMIT },
    { "tile/8/000.p/1", EXH_LIMIT },
    { "tile/63/000", EXH_LIMIT },
};

static void refused_paths(void)
{
    struct tlog_tile tile;
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(bad_paths); i++) {
        enum exh_status got = read_path(bad_paths[i].path, strlen(bad_paths[i].path), &tile, &err);
        CHECK(got == bad_paths[i].want, "%s: status %u (%s)", bad_paths[i].path, got, err.text);
    }
    CHECK(read_path("tile/0/0\0"
                    "0",
                    10, &tile, &err) == EXH_MALFORMED,
          "a NUL in the path");
}

/* The specification's example of 70,000 entries, and edges. */
static const struct {
    int level;
    uint64_t index, size;
    unsigned width;
} widths[] = {
    { 0, 0, 70000, 256 },
    { 0, 272, 70000, 256 },
    { 0, 273, 70000, 112 },
    { 0, 274, 70000, 0 },
    { 1, 0, 70000, 256 },
    { 1, 1, 70000, 17 },
    { 1, 2, 70000, 0 },
    { 2, 0, 70000, 1 },
    { 3, 0, 70000, 0 },
    { TLOG_ENTRIES, 273, 70000, 112 },
    { TLOG_ENTRIES, 272, 70000, 256 },
    { 0, 0, 256, 256 },
    { 0, 1, 256, 0 },
    { 1, 0, 256, 1 },
    { 1, 0, 255, 0 },
    { 0, 0, 0, 0 },
    { TLOG_ENTRIES, 0, 0, 0 },
    { 6, 0, TLOG_SIZE_MAX, 256 },
    { 6, 127, TLOG_SIZE_MAX, 255 },
    { 7, 0, TLOG_SIZE_MAX, 127 },
    { 7, 1, TLOG_SIZE_MAX, 0 },
    { 8, 0, TLOG_SIZE_MAX, 0 },
    { -2, 0, 70000, 0 },
};

static void widths_of_tiles(void)
{
    for (size_t i = 0; i < ARRAY_N(widths); i++) {
        const unsigned got = tlog_tile_width(widths[i].level, widths[i].index, widths[i].size);
        CHECK(got == widths[i].width, "level %d index %" PRIu64 " of %" PRIu64 ": %u",
              widths[i].level, widths[i].index, widths[i].size, got);
    }
}

static void cut_tiles(void)
{
    static const uint8_t bundle[] = "\0\3one\0\0\0\5three"; // and a NUL: half a length
    static const size_t ends[] = { 0, 5, 7, 14 };
    static const uint8_t hashes[3 * TLOG_HASH] = { 1, 2, 3 };
    struct exh_error err = { .text = "" };
    struct exh_bytes cut;

    for (unsigned width = 1; width <= 3; width++) {
        const struct tlog_tile entries = { TLOG_ENTRIES, 0, width }, tile = { 4, 9, width };
        for (size_t n = 0; n <= sizeof bundle; n++) {
            uint8_t *copy = exact_copy(bundle, n);
            enum exh_status got =
                tlog_tile_cut(&entries, (struct exh_bytes){ copy, n }, &cut, &err);
            CHECK(got == (n < ends[width] ? EXH_MALFORMED : EXH_OK) &&
                      (got || cut.n == ends[width]),
                  "%u entries of %zu bytes: status %u, %zu bytes", width, n, got, cut.n);
            free(copy);
        }
        for (size_t n = 0; n <= sizeof hashes; n++) {
            enum exh_status got = tlog_tile_cut(&tile, (struct exh_bytes){ hashes, n }, &cut, &err);
            CHECK(got == (n < width * TLOG_HASH ? EXH_MALFORMED : EXH_OK) &&
                      (got || cut.n == width * TLOG_HASH),
                  "%u hashes of %zu bytes: status %u, %zu bytes", width, n, got, cut.n);
        }
    }
}

static void bundles(void)
{
    static uint8_t longest[TLOG_ENTRY_MAX];
    const struct exh_bytes entries[] = { { (const uint8_t *)"one", 3 },
                                         { NULL, 0 },
                                         { longest, sizeof longest } };
    struct buf b = buf_with_limit(TLOG_BUNDLE_MAX);
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(entries); i++)
        tlog_bundle_put(&b, entries[i]);
    CHECK(buf_finish(&b, &err) == EXH_OK && b.n == 5 + 2 + 2 + TLOG_ENTRY_MAX, "%zu bytes", b.n);
    struct reader r = reader_over(buf_view(&b), 0);
    for (size_t i = 0; i < ARRAY_N(entries); i++)
        CHECK(bytes_equal(tlog_bundle_next(&r), entries[i]), "entry %zu", i);
    CHECK(!r.failed && r.rest.n == 0, "something is left");
    tlog_bundle_next(&r);
    CHECK(r.failed, "an entry behind the last one");
    buf_free(&b);
}

int main(void)
{
    good_paths();
    refused_paths();
    widths_of_tiles();
    cut_tiles();
    bundles();
    return check_done();
}
