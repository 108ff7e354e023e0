/* bmff_read.c -- the store of an ISO base media file, its media type, and what is odd about it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/bmff_ops.h"

#define BRANDS_N \
    256 // bytes of ftyp that are looked at: header, brand, version, 60 compatible brands

static bool detect(const uint8_t first[DETECT_N], uint64_t size)
{
    // A media segment carries no store, but its merkle box belongs to one.
    return size >= 8 && (memcmp(first + 4, "ftyp", 4) == 0 || memcmp(first + 4, "styp", 4) == 0);
}

static const struct {
    char brand[5];
    const char *mime;
} brands[] = {
    { "qt  ", "video/quicktime" },     { "M4A ", "audio/mp4" },  { "M4B ", "audio/mp4" },
    { "M4P ", "audio/mp4" },           { "heic", "image/heic" }, { "heix", "image/heic" },
    { "heim", "image/heic" },          { "heis", "image/heic" }, { "hevc", "image/heic-sequence" },
    { "hevx", "image/heic-sequence" }, { "avif", "image/avif" }, { "avis", "image/avif" },
    { "crx ", "image/x-canon-cr3" },
};

static const char *mime_of_brand(const uint8_t brand[4])
{
    for (size_t i = 0; i < ARRAY_N(brands); i++)
        if (memcmp(brand, brands[i].brand, 4) == 0)
            return brands[i].mime;
    return NULL;
}

/* An image's major brand may be a structural one; then a compatible one names the coding. */
const char *bmff_mime(const uint8_t *box, size_t n)
{
    const char *mime = n >= 12 ? mime_of_brand(box + 8) : NULL;

    if (mime)
        return mime;
    if (n < 12 || (memcmp(box + 8, "mif", 3) != 0 && memcmp(box + 8, "msf1", 4) != 0))
        return "video/mp4";
    for (size_t at = 16; at + 4 <= n; at += 4) {
        mime = mime_of_brand(box + at);
        if (mime && memcmp(mime, "image/", 6) == 0)
            return mime;
    }
    return "image/heif";
}

static enum exh_status read_mime(const struct exh_source *s, const struct bmff_box *ftyp,
                                 struct container *c, struct exh_error *err)
{
    uint8_t first[BRANDS_N];
    const size_t n = ftyp->size < sizeof first ? (size_t)ftyp->size : sizeof first;
    enum exh_status status = source_read(s, ftyp->at, first, n, err);

    if (status != EXH_OK)
        return status;
    snprintf(c->mime, sizeof c->mime, "%s", ftyp->size ? bmff_mime(first, n) : "video/iso.segment");
    return EXH_OK;
}

/* The first odd thing is told; others are seen when it is gone. */
PRINTF_LIKE(2, 3) static void warn(struct container *c, const char *fmt, ...)
{
    va_list args;

    if (c->warning[0])
        return;
    va_start(args, fmt);
    vsnprintf(c->warning, sizeof c->warning, fmt, args);
    va_end(args);
}

/* No hash covers padding: what stands in it could have been put there by anybody. */
static enum exh_status check_padding(const struct exh_source *s, struct container *c, uint64_t at,
                                     uint64_t end, struct exh_error *err)
{
    bool found;
    uint64_t where;
    enum exh_status status = bmff_find_nonzero(s, at, end, &found, &where, err);

    if (status == EXH_OK && found)
        warn(c, "the padding of a C2PA box is not zero at %" PRIu64, where);
    return status;
}

static enum exh_status read_one(const struct exh_source *s, struct container *c,
                                const struct bmff_found *found, struct span *place,
                                struct buf *jumbf, struct exh_error *err)
{
    struct span store;
    enum exh_status status = bmff_read_store(s, &found->c2pa, &store, err);

    if (status == EXH_OK)
        status = container_check_store(store.at, store.n, err);
    if (status == EXH_OK)
        status = container_put_jumbf(s, store.at, store.n, jumbf, err);
    if (status == EXH_OK)
        status =
            check_padding(s, c, store.at + store.n, found->c2pa.data.at + found->c2pa.data.n, err);
    if (status == EXH_OK)
        *place = (struct span){ found->box.at, found->box.size };
    return status;
}

/* A manifest box says where the first merkle box is; zero says that there is none, or nothing. */
static enum exh_status check_merkle_offset(const struct exh_source *s, struct container *c,
                                           const struct bmff_layout *l, struct exh_error *err)
{
    uint8_t raw[8];
    uint64_t at = 0;
    enum exh_status status = source_read(s, l->manifest.c2pa.data.at, raw, sizeof raw, err);

    if (status != EXH_OK)
        return status;
    for (size_t i = 0; i < sizeof raw; i++)
        at = at << 8 | raw[i];
    if (at && (!l->merkle.count || at != l->merkle.box.at))
        warn(c, "the manifest box puts the first merkle box at %" PRIu64 ", where it is not", at);
    return EXH_OK;
}

static void warn_of_boxes(struct container *c, const struct bmff_layout *l)
{
    const uint64_t at = l->manifest.box.at;

    if (l->manifest.count > 1)
        warn(c, "%zu manifest boxes, of which none counts; the first is at %" PRIu64,
             l->manifest.count, at);
    if (l->update.count > 1)
        warn(c, "%zu update boxes, of which none counts; the first is at %" PRIu64, l->update.count,
             l->update.box.at);
    if (l->update.count && !l->manifest.count)
        warn(c, "the update box at %" PRIu64 " lacks the manifest box that it updates",
             l->update.box.at);
    if (l->update.count == 1 && l->last.at != l->update.box.at)
        warn(c, "the update box at %" PRIu64 " is not the last box", l->update.box.at);
    if (l->manifest.count && !l->update.count && l->manifest.c2pa.purpose == BMFF_ORIGINAL)
        warn(c, "the manifest box at %" PRIu64 " was updated, but the update box is missing", at);
    if (l->manifest.count && l->update.count && l->manifest.c2pa.purpose == BMFF_MANIFEST)
        warn(c, "the manifest box at %" PRIu64 " does not say that it was updated", at);
    if (l->unknown.count)
        warn(c, "%zu C2PA boxes of unknown purpose; the first is at %" PRIu64, l->unknown.count,
             l->unknown.box.at);
    if (l->reserve.count && l->manifest.count && l->last.at != at && !l->update.count)
        warn(c, "a reserve at %" PRIu64 " beside a manifest box that is not the last box",
             l->reserve.box.at);
    if (l->manifest.count && !l->reserve.count && at > l->media_at)
        warn(c, "the manifest box at %" PRIu64 " comes after the media", at);
}

/* An unused reserve holds nothing. */
static enum exh_status check_reserve(const struct exh_source *s, struct container *c,
                                     const struct bmff_found *reserve, struct exh_error *err)
{
    const struct span data = reserve->c2pa.data;

    return reserve->count ? check_padding(s, c, data.at, data.at + data.n, err) : EXH_OK;
}

/* All manifest boxes: two and more count as none, and whoever signs anew has to be told. */
static enum exh_status list_stores(const struct exh_source *s, struct container *c,
                                   struct exh_error *err)
{
    struct bmff_reader r;
    struct bmff_box box;
    struct bmff_c2pa c2pa;
    enum exh_status status;
    bool more;

    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        status = bmff_read_c2pa(&r, &box, &c2pa, err);
        if (status != EXH_OK)
            return status;
        if ((c2pa.purpose == BMFF_MANIFEST || c2pa.purpose == BMFF_ORIGINAL) &&
            c->stores_n < STORES_MAX)
            c->stores[c->stores_n++] = (struct span){ box.at, box.size };
    }
    return status;
}

static enum exh_status read_store(const struct exh_source *s, struct container *c,
                                  struct exh_error *err)
{
    struct bmff_layout l;
    enum exh_status status = bmff_scan(s, &l, err);

    if (status == EXH_OK)
        status = read_mime(s, &l.ftyp, c, err);
    if (status != EXH_OK)
        return status;
    warn_of_boxes(c, &l);
    c->store.at = l.ftyp.at + l.ftyp.size;
    if (l.manifest.count == 1) {
        status = read_one(s, c, &l.manifest, &c->store, &c->jumbf, err);
        if (status == EXH_OK)
            status = check_merkle_offset(s, c, &l, err);
        if (status == EXH_OK && l.update.count == 1)
            status = read_one(s, c, &l.update, &c->update, &c->update_jumbf, err);
        c->append_form = l.reserve.count && l.manifest.box.at > l.media_at;
    }
    if (status == EXH_OK && l.manifest.count)
        status = list_stores(s, c, err);
    if (status == EXH_OK)
        status = check_reserve(s, c, &l.reserve, err);
    return status;
}

const struct format_ops bmff_ops = {
    .format = FORMAT_BMFF,
    .detect = detect,
    .read = read_store,
    .plan = bmff_plan,
};
