#include "cli/workshop.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/crc32.h"
#include "base/error.h"
#include "base/reader.h"
#include "base/text.h"

#define APP11_HEAD    12 // bytes before the data of the first segment: marker, size, "JP", box, number
#define APP11_REPEATS 8 // bytes of every later segment that repeat the box's own header
#define PNG_UNCOUNTED 8 // bytes of a chunk that its checksum leaves out: size, checksum

static enum exh_status read_credential(struct workshop *w, const char *store, struct exh_error *err)
{
    const struct exh_source file = exh_source_memory(w->p, w->n);
    char beside[PATH_MAX];
    enum exh_status status = container_read(&file, &w->container, err);

    if (status != EXH_OK && status != EXH_UNSUPPORTED)
        return status;
    if (!store && status == EXH_OK && w->container.jumbf.n)
        return EXH_OK;
    if (!store && !judge_find_sidecar(w->path, beside))
        return fail(err, EXH_NOT_FOUND, "%s: carries no credential that could be forged", w->path);
    status = exh_file_read(store ? store : beside, STORE_MAX, &w->sidecar, &w->sidecar_n, err);
    if (status != EXH_OK)
        return status;
    const struct exh_source sidecar = exh_source_memory(w->sidecar, w->sidecar_n);
    container_free(&w->container);
    return container_read(&sidecar, &w->container, err);
}

enum exh_status workshop_open(struct workshop *w, const char *path, const char *store,
                              struct exh_error *err)
{
    *w = (struct workshop){ .path = path, .arena = arena_with_limit(STORE_ARENA_MAX) };
    enum exh_status status = exh_file_read(path, WORKSHOP_MAX, &w->p, &w->n, err);
    if (status == EXH_OK)
        status = read_credential(w, store, err);
    if (status == EXH_OK)
        status = store_read(buf_view(&w->container.jumbf), buf_view(&w->container.update_jumbf),
                            exh_crypto_openssl(), &w->arena, &w->store, err);
    if (status == EXH_OK && !w->store.n)
        status = fail(err, EXH_NOT_FOUND, "%s: carries no credential that could be forged", path);
    if (status != EXH_OK)
        workshop_close(w);
    return status;
}

void workshop_close(struct workshop *w)
{
    container_free(&w->container);
    arena_free(&w->arena);
    free(w->sidecar);
    free(w->p);
    *w = (struct workshop){ 0 };
}

static uint8_t *copy_of(const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n + 1);

    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}

enum exh_status forgery_new(const struct workshop *w, struct forgery *f, struct exh_error *err)
{
    *f = (struct forgery){ .p = copy_of(w->p, w->n), .n = w->n, .sidecar_n = w->sidecar_n };
    if (w->sidecar)
        f->sidecar = copy_of(w->sidecar, w->sidecar_n);
    if (f->p && (f->sidecar || !w->sidecar))
        return EXH_OK;
    forgery_free(f);
    return fail_no_memory(err);
}

void forgery_free(struct forgery *f)
{
    free(f->p);
    free(f->sidecar);
    *f = (struct forgery){ 0 };
}

/* Offset in a JPEG of byte `at` of its store: the store is cut into APP11 segments. */
static bool in_jpeg(const struct workshop *w, size_t at, size_t *to)
{
    struct reader r = reader_over(
        (struct exh_bytes){ w->p + w->container.store.at, (size_t)w->container.store.n },
        w->container.store.at);

    for (bool first = true; !r.failed && r.rest.n; first = false) {
        while (r.rest.n > 1 && r.rest.p[0] == 0xFF && r.rest.p[1] == 0xFF)
            (void)reader_u8(&r); // fill bytes before a marker
        (void)reader_u16(&r);
        const uint16_t size = reader_u16(&r);
        struct exh_bytes segment = reader_take(&r, size > 2 ? size - 2U : 0);
        const size_t head = APP11_HEAD - 4 + (first ? 0 : APP11_REPEATS);
        if (segment.n < head)
            return false;
        if (at < segment.n - head) {
            *to = (size_t)(segment.p + head + at - w->p);
            return true;
        }
        at -= segment.n - head;
    }
    return false;
}

/* Everywhere else the store lies in one piece inside its box. */
static bool in_box(const uint8_t *file, struct span box, const struct buf *store, size_t at,
                   size_t *to)
{
    for (uint64_t i = 0; store->n <= box.n && i <= box.n - store->n; i++) {
        if (memcmp(file + box.at + i, store->p, store->n) != 0)
            continue;
        *to = (size_t)(box.at + i + at);
        return true;
    }
    return false;
}

static bool is_inside(const struct buf *b, const uint8_t *at)
{
    return b->n && at >= b->p && at < b->p + b->n;
}

uint8_t *forgery_byte(const struct workshop *w, struct forgery *f, const uint8_t *at)
{
    const struct container *c = &w->container;
    const bool update = is_inside(&c->update_jumbf, at);
    const struct buf *store = update ? &c->update_jumbf : &c->jumbf;
    const uint8_t *file = w->sidecar ? w->sidecar : w->p;
    size_t to = 0;
    bool found;

    if (!is_inside(store, at))
        return NULL;
    if (c->format == FORMAT_JPEG)
        found = in_jpeg(w, (size_t)(at - store->p), &to);
    else
        found = in_box(file, update ? c->update : c->store, store, (size_t)(at - store->p), &to);
    if (!found || file[to] != *at)
        return NULL;
    return (w->sidecar ? f->sidecar : f->p) + to;
}

void forgery_seal(const struct workshop *w, struct forgery *f)
{
    const struct span chunk = w->container.store;

    if (w->container.format != FORMAT_PNG || w->sidecar || chunk.at + chunk.n > f->n)
        return;
    const uint32_t crc = crc32_add(0, f->p + chunk.at + 4, (size_t)chunk.n - PNG_UNCOUNTED);
    for (unsigned i = 0; i < 4; i++)
        f->p[chunk.at + chunk.n - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* The largest root box of type mdat. */
static struct span media_data(const struct workshop *w)
{
    struct reader r = reader_over((struct exh_bytes){ w->p, w->n }, 0);
    struct span best = { 0 };

    while (!r.failed && r.rest.n >= 8) {
        const uint64_t at = r.pos;
        uint64_t size = reader_u32(&r);
        struct exh_bytes type = reader_take(&r, 4);
        uint64_t head = 8;
        if (size == 1) {
            size = reader_u64(&r);
            head = 16;
        }
        if (size == 0)
            size = w->n - at;
        if (size < head || size - head > r.rest.n)
            break;
        if (bytes_are(type, "mdat") && size - head > best.n)
            best = (struct span){ r.pos, size - head };
        (void)reader_take(&r, (size_t)(size - head));
    }
    return best;
}

struct span workshop_content(const struct workshop *w)
{
    const struct span store = w->sidecar ? (struct span){ 0 } : w->container.store;
    const struct span media = media_data(w);
    const uint64_t after = store.at + store.n;

    if (media.n)
        return media;
    // The last quarter of what follows the store, or else of what comes before it.
    if (after < w->n && w->n - after >= store.at)
        return (struct span){ after + (w->n - after) / 2, (w->n - after) / 4 };
    return (struct span){ store.at / 2, store.at / 4 };
}
