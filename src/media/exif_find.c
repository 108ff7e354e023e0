#include "media/exif_find.h"

#include <string.h>

#include "base/source.h"

/* Where each format's box begins to be TIFF: behind its own head, and what must stand before. */
static const struct place {
    enum format format;
    const char *box;
    const char *before; // of the payload; the TIFF header follows
    size_t before_n;
    size_t head; // bytes of the box before its payload
    size_t tail; // and behind it
} places[] = {
    { FORMAT_JPEG, "APP1", "Exif\0\0", 6, 4, 0 },
    { FORMAT_PNG, "eXIf", "", 0, 8, 4 },
    { FORMAT_RIFF, "EXIF", "Exif\0\0", 6, 8, 0 }, // as some write it
    { FORMAT_RIFF, "EXIF", "", 0, 8, 0 },
};

struct search {
    const struct exh_source *asset;
    enum format format;
    struct span found; // n 0: none yet
};

/* Whether the box begins as the place says; then what follows is the EXIF. */
static enum exh_status look(struct search *s, const struct named_box *box, const struct place *p,
                            struct exh_error *err)
{
    uint8_t first[8];
    const uint64_t skipped = p->head + p->before_n + p->tail;

    if (box->span.n <= skipped)
        return EXH_OK;
    enum exh_status status = source_read(s->asset, box->span.at + p->head, first, p->before_n, err);
    if (status != EXH_OK)
        return status;
    if (memcmp(first, p->before, p->before_n) == 0)
        s->found = (struct span){ box->span.at + p->head + p->before_n, box->span.n - skipped };
    return EXH_OK;
}

static enum exh_status visit(void *ctx, const struct named_box *box, struct exh_error *err)
{
    struct search *s = ctx;
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < ARRAY_N(places) && !s->found.n && status == EXH_OK; i++)
        if (places[i].format == s->format && strcmp(places[i].box, box->name) == 0)
            status = look(s, box, &places[i], err);
    return status;
}

static enum exh_status find_box(const struct exh_source *asset, const struct container *c,
                                struct buf *out, struct exh_error *err)
{
    struct search s = { .asset = asset, .format = c->format };
    enum exh_status status = container_boxes(asset, c, visit, &s, err);

    if (status != EXH_OK)
        return status;
    if (!s.found.n)
        return fail(err, EXH_NOT_FOUND, "no EXIF");
    if (s.found.n > EXIF_MAX)
        return fail(err, EXH_LIMIT, "EXIF of more than %zu bytes", EXIF_MAX);
    uint8_t *room = buf_room(out, (size_t)s.found.n);
    if (!room)
        return buf_finish(out, err);
    return source_read(asset, s.found.at, room, (size_t)s.found.n, err);
}

enum exh_status exif_find(const struct exh_source *asset, struct buf *out, struct exh_error *err)
{
    struct container c;
    enum exh_status status = container_read(asset, &c, err);

    if (status != EXH_OK)
        return status;
    switch (c.format) {
    case FORMAT_JPEG:
    case FORMAT_PNG:
    case FORMAT_RIFF: status = find_box(asset, &c, out, err); break;
    case FORMAT_BMFF: status = exif_find_item(asset, out, err); break;
    case FORMAT_STORE:
    case FORMAT_UNKNOWN: status = fail(err, EXH_UNSUPPORTED, "no EXIF in this format"); break;
    }
    container_free(&c);
    return status;
}
