#include "log/audit.h"

#include "log/writer.h"

#include <stdio.h>
#include <string.h>

/* Tiles that are not written but compared: a second log grows from the entries of the first. */
struct audit {
    const struct tlog_tiles *stored;
    const struct tlog_head *head;
    struct exh_judgement *out;
};

static void find(struct exh_judgement *out, const struct tlog_tile *tile, const char *what)
{
    char path[TLOG_PATH_MAX];

    tlog_tile_path(tile, path);
    *out = (struct exh_judgement){ .holds = false };
    snprintf(out->reason, sizeof out->reason, "%s %s", path, what);
}

// A tile as it is stored. One that is not there, or not whole, is a finding: the buffer stays empty.
static enum exh_status fetch(struct audit *a, const struct tlog_tile *tile, struct buf *to,
                             struct exh_error *err)
{
    enum exh_status status = tlog_tile_fetch(a->stored, tile, to, err);

    if (status == EXH_NOT_FOUND)
        find(a->out, tile, "is missing");
    else if (status == EXH_MALFORMED || status == EXH_LIMIT)
        find(a->out, tile, "has another size than it should");
    else
        return status;
    buf_clear(to);
    return EXH_OK;
}

static enum exh_status compare(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                               struct exh_error *err)
{
    struct audit *a = ctx;
    struct buf stored = buf_with_limit(TLOG_TILE_MAX);
    enum exh_status status = EXH_OK;

    // The entries are where these come from; how a tile was on the way to what it is now, nobody may know.
    if (tile->level == TLOG_ENTRIES || !a->out->holds ||
        tile->width < tlog_tile_width(tile->level, tile->index, a->head->size))
        return EXH_OK;
    status = fetch(a, tile, &stored, err);
    if (!status && a->out->holds && memcmp(stored.p, bytes.p, bytes.n) != 0)
        find(a->out, tile, "is not what the entries make");
    buf_free(&stored);
    return status;
}

// One bundle's entries, appended to the second log.
static enum exh_status add_bundle(struct tlog_writer *w, const struct tlog_tile *tile,
                                  struct exh_bytes bundle, tlog_visitor *visit, void *ctx,
                                  struct exh_error *err)
{
    struct exh_bytes entries[TLOG_TILE_WIDTH];
    struct reader r = reader_over(bundle, 0);
    enum exh_status status = EXH_OK;

    for (unsigned i = 0; i < tile->width; i++)
        entries[i] = tlog_bundle_next(&r);
    for (unsigned i = 0; i < tile->width && visit && !status; i++)
        status = visit(ctx, tile->index * TLOG_TILE_WIDTH + i, entries[i], err);
    return status ? status : tlog_writer_append(w, entries, tile->width, err);
}

static enum exh_status audit(struct audit *a, struct tlog_writer *w, tlog_visitor *visit, void *ctx,
                             struct exh_error *err)
{
    struct buf bundle = buf_with_limit(TLOG_BUNDLE_MAX);
    enum exh_status status = EXH_OK;

    for (uint64_t i = 0; i <= (a->head->size - 1) / TLOG_TILE_WIDTH; i++) {
        const struct tlog_tile tile = { TLOG_ENTRIES, i,
                                        tlog_tile_width(TLOG_ENTRIES, i, a->head->size) };
        buf_clear(&bundle);
        status = fetch(a, &tile, &bundle, err);
        if (!status && a->out->holds)
            status = add_bundle(w, &tile, buf_view(&bundle), visit, ctx, err);
        if (status || !a->out->holds)
            break;
    }
    buf_free(&bundle);
    return status;
}

enum exh_status tlog_audit(const struct exh_crypto *crypto, const struct tlog_tiles *tiles,
                           const struct tlog_head *head, tlog_visitor *visit, void *ctx,
                           struct exh_judgement *out, struct exh_error *err)
{
    struct exh_judgement found = { .holds = true };
    struct audit a = { .stored = tiles, .head = head, .out = &found };
    const struct tlog_tiles comparing = { .write = compare, .ctx = &a };
    struct tlog_writer *w = NULL;
    enum exh_status status = tlog_writer_new(crypto, &comparing, NULL, &w, err);

    if (!status && head->size)
        status = audit(&a, w, visit, ctx, err);
    if (!status && found.holds && !tlog_hash_equal(&tlog_writer_head(w)->root, &head->root)) {
        found.holds = false;
        snprintf(found.reason, sizeof found.reason,
                 "the entries make another root than the checkpoint's");
    }
    tlog_writer_free(w);
    if (!status)
        *out = found;
    return status;
}
