#include "store/tile_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/log_entries.h"

#define LEVELS     8  // 256^8 entries
#define STACK_MAX  64 // subtrees of a tree with up to 2^64 leaves
#define LEVEL_DATA (-1)

struct level {
    uint64_t number; // of the tile that is being filled
    unsigned n;      // hashes in it
    uint8_t hashes[STORE_TILE_HASHES][STORE_HASH];
};

struct walk {
    struct store *s;
    tile_visitor *visit;
    void *ctx;
    struct level levels[LEVELS];
    struct buf bundle;
    uint64_t bundle_number;
    unsigned bundle_n;
    // Whole subtrees from left to right, each with the power of two of its leaves: what the root is made of.
    uint8_t stack[STACK_MAX][STORE_HASH];
    unsigned heights[STACK_MAX];
    unsigned stack_n;
};

void tile_name_write(char to[STORE_TILE_NAME_MAX], int level, uint64_t number, unsigned width)
{
    char digits[32], path[48] = "";
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, number);
    const int groups = (n + 2) / 3;
    size_t at = 0;

    // Groups of three digits, all but the last with an x: 1234067 is x001/x234/067.
    for (int i = 0; i < groups; i++) {
        unsigned group = 0;
        for (int k = n - 3 * (groups - i); k < n - 3 * (groups - i - 1); k++)
            group = 10 * group + (k < 0 ? 0 : (unsigned)(digits[k] - '0'));
        at += (size_t)snprintf(path + at, sizeof path - at, "%s%03u%s", i + 1 < groups ? "x" : "",
                               group, i + 1 < groups ? "/" : "");
    }
    at = (size_t)(level == LEVEL_DATA
                      ? snprintf(to, STORE_TILE_NAME_MAX, "tile/entries/%s", path)
                      : snprintf(to, STORE_TILE_NAME_MAX, "tile/%d/%s", level, path));
    if (width < STORE_TILE_HASHES)
        (void)snprintf(to + at, STORE_TILE_NAME_MAX - at, ".p/%u", width);
}

bool tile_name_read(const char *name, int *level, uint64_t *number, unsigned *width)
{
    char again[STORE_TILE_NAME_MAX];
    unsigned w = STORE_TILE_HASHES;
    uint64_t n = 0;
    int l = LEVEL_DATA, used = 0;

    if (strncmp(name, "tile/entries/", 13) == 0)
        used = 13;
    else if (sscanf(name, "tile/%1d/%n", &l, &used) != 1 || !used || l < 0)
        return false;
    for (const char *p = name + used; *p; p++) {
        if (*p == '.') {
            if (sscanf(p, ".p/%3u", &w) != 1)
                return false;
            break;
        }
        if (*p >= '0' && *p <= '9' && n < UINT64_MAX / 10 - 1)
            n = 10 * n + (uint64_t)(*p - '0');
    }
    // Read leniently, and believed only when writing it gives the same.
    if (w == 0 || w > STORE_TILE_HASHES)
        return false;
    tile_name_write(again, l, n, w);
    if (strcmp(again, name) != 0)
        return false;
    *level = l;
    *number = n;
    *width = w;
    return true;
}

static enum exh_status node(struct walk *w, const uint8_t left[STORE_HASH],
                            const uint8_t right[STORE_HASH], uint8_t out[STORE_HASH],
                            struct exh_error *err)
{
    static const uint8_t one = 1;
    const struct exh_bytes parts[] = { { &one, 1 }, { left, STORE_HASH }, { right, STORE_HASH } };

    return home_hash(w->s->home, parts, ARRAY_N(parts), out, err);
}

/* The root of a full tile, in the place of its first hash. */
static enum exh_status root_of_tile(struct walk *w, struct level *l, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (unsigned n = STORE_TILE_HASHES; n > 1 && status == EXH_OK; n /= 2) {
        for (unsigned i = 0; i < n / 2 && status == EXH_OK; i++)
            status = node(w, l->hashes[2 * i], l->hashes[2 * i + 1], l->hashes[i], err);
    }
    return status;
}

static enum exh_status give_tile(struct walk *w, int level, struct exh_error *err)
{
    const struct level *l = &w->levels[level];
    char name[STORE_TILE_NAME_MAX];

    tile_name_write(name, level, l->number, l->n);
    return w->visit(w->ctx, name, (struct exh_bytes){ l->hashes[0], (size_t)l->n * STORE_HASH },
                    err);
}

static enum exh_status give_bundle(struct walk *w, struct exh_error *err)
{
    char name[STORE_TILE_NAME_MAX];
    enum exh_status status = buf_finish(&w->bundle, err);

    if (status != EXH_OK)
        return status;
    tile_name_write(name, LEVEL_DATA, w->bundle_number, w->bundle_n);
    status = w->visit(w->ctx, name, buf_view(&w->bundle), err);
    buf_clear(&w->bundle);
    w->bundle_number++;
    w->bundle_n = 0;
    return status;
}

/* Put a hash into its tile; a tile that is full gives one to the level above. */
static enum exh_status add_hash(struct walk *w, const uint8_t hash[STORE_HASH],
                                struct exh_error *err)
{
    uint8_t carried[STORE_HASH];
    enum exh_status status;

    memcpy(carried, hash, STORE_HASH);
    for (int i = 0; i < LEVELS; i++) {
        struct level *l = &w->levels[i];
        memcpy(l->hashes[l->n++], carried, STORE_HASH);
        if (l->n < STORE_TILE_HASHES)
            return EXH_OK;
        if ((status = give_tile(w, i, err)) != EXH_OK ||
            (status = root_of_tile(w, l, err)) != EXH_OK)
            return status;
        memcpy(carried, l->hashes[0], STORE_HASH);
        l->n = 0;
        l->number++;
    }
    return EXH_OK;
}

/* Two subtrees of one size become one. */
static enum exh_status add_leaf(struct walk *w, const uint8_t leaf[STORE_HASH],
                                struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (w->stack_n == STACK_MAX)
        return fail(err, EXH_LIMIT, "the log has too many entries");
    memcpy(w->stack[w->stack_n], leaf, STORE_HASH);
    w->heights[w->stack_n++] = 0;
    while (status == EXH_OK && w->stack_n > 1 &&
           w->heights[w->stack_n - 1] == w->heights[w->stack_n - 2]) {
        w->stack_n--;
        status =
            node(w, w->stack[w->stack_n - 1], w->stack[w->stack_n], w->stack[w->stack_n - 1], err);
        w->heights[w->stack_n - 1]++;
    }
    return status;
}

static enum exh_status add_entry(void *ctx, const struct store_entry *e, struct exh_error *err)
{
    struct walk *w = ctx;
    enum exh_status status;

    if ((status = add_leaf(w, e->leaf, err)) != EXH_OK ||
        (status = add_hash(w, e->leaf, err)) != EXH_OK)
        return status;
    buf_put_u16(&w->bundle, (uint16_t)e->entry.n);
    buf_put_bytes(&w->bundle, e->entry);
    return ++w->bundle_n == STORE_TILE_HASHES ? give_bundle(w, err) : EXH_OK;
}

static enum exh_status give_rest(struct walk *w, struct exh_error *err)
{
    enum exh_status status = w->bundle_n ? give_bundle(w, err) : EXH_OK;

    for (int i = 0; i < LEVELS && status == EXH_OK; i++) {
        if (w->levels[i].n)
            status = give_tile(w, i, err);
    }
    return status;
}

static enum exh_status root_of(struct walk *w, uint8_t root[STORE_HASH], struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (!w->stack_n)
        return home_hash(w->s->home, NULL, 0, root, err); // of an empty tree: of nothing
    memcpy(root, w->stack[w->stack_n - 1], STORE_HASH);
    for (unsigned i = w->stack_n - 1; i > 0 && status == EXH_OK; i--)
        status = node(w, w->stack[i - 1], root, root, err);
    return status;
}

enum exh_status tile_walk(struct store *s, uint64_t size, tile_visitor *visit, void *ctx,
                          uint8_t *root, struct exh_error *err)
{
    struct walk *w = calloc(1, sizeof *w);

    if (!w)
        return fail_no_memory(err);
    w->s = s;
    w->visit = visit;
    w->ctx = ctx;
    w->bundle = buf_with_limit(STORE_TILE_MAX);
    enum exh_status status = store_read_entries(s, 0, size, add_entry, w, err);
    if (status == EXH_OK)
        status = give_rest(w, err);
    if (status == EXH_OK && root)
        status = root_of(w, root, err);
    buf_free(&w->bundle);
    free(w);
    return status;
}

struct rebuild {
    struct store_tiles *tiles;
    struct buf old;
    uint64_t written;
};

static enum exh_status write_if_other(void *ctx, const char *name, struct exh_bytes bytes,
                                      struct exh_error *err)
{
    struct rebuild *r = ctx;

    buf_clear(&r->old);
    enum exh_status status = store_read_tile(r->tiles, name, &r->old, err);
    if (status == EXH_OK && r->old.n == bytes.n &&
        (!bytes.n || memcmp(r->old.p, bytes.p, bytes.n) == 0))
        return EXH_OK;
    status = store_write_tile(r->tiles, name, bytes, true, err);
    r->written += status == EXH_OK;
    return status;
}

enum exh_status store_rebuild_tiles(struct store *s, struct store_tiles *t, uint64_t size,
                                    uint64_t *written, struct exh_error *err)
{
    struct rebuild r = { .tiles = t, .old = buf_with_limit(STORE_TILE_MAX) };
    enum exh_status status = tile_walk(s, size, write_if_other, &r, NULL, err);

    buf_free(&r.old);
    if (status == EXH_OK)
        *written = r.written;
    return status;
}
