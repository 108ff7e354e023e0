#include "cli/segments.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/file.h>

#include "base/error.h"

struct segment {
    struct segments *all;
    const char *path;
};

struct segments {
    size_t n;
    struct segment *items;
    struct exh_source *sources;
    const char **paths;
    struct exh_source open;       // of the segment that was read last
    const struct segment *opened; // which that is, or NULL
};

int segments_order(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            const size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");
            if (na != nb)
                return na < nb ? -1 : 1;
            const int order = memcmp(a, b, na);
            if (order)
                return order;
            a += na;
            b += nb;
            continue;
        }
        if (*a != *b)
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        a++;
        b++;
    }
    return (*a != 0) - (*b != 0);
}

static int compare(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    const int order = segments_order(x->path, y->path);

    return order ? order : strcmp(x->path, y->path);
}

static enum exh_status turn_to(const struct segment *s, struct exh_error *err)
{
    struct segments *all = s->all;

    if (all->opened == s)
        return EXH_OK;
    exh_source_close(&all->open);
    all->opened = NULL;
    enum exh_status status = exh_source_open(s->path, &all->open, err);
    if (status == EXH_OK)
        all->opened = s;
    return status;
}

static enum exh_status read_segment(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    const struct segment *s = ctx;
    enum exh_status status = turn_to(s, err);

    if (status != EXH_OK)
        return status;
    status = s->all->open.read(s->all->open.ctx, at, to, n, err);
    return status == EXH_OK ? EXH_OK : within(err, s->path);
}

static enum exh_status fill(struct segments *s, struct operands paths, struct exh_error *err)
{
    for (size_t i = 0; i < s->n; i++)
        s->items[i] = (struct segment){ s, paths.items[i] };
    qsort(s->items, s->n, sizeof *s->items, compare);
    for (size_t i = 0; i < s->n; i++) {
        enum exh_status status = turn_to(&s->items[i], err);
        if (status != EXH_OK)
            return status;
        s->paths[i] = s->items[i].path;
        s->sources[i] =
            (struct exh_source){ .size = s->open.size, .read = read_segment, .ctx = &s->items[i] };
    }
    return EXH_OK;
}

enum exh_status segments_new(struct operands paths, struct segments **out, struct exh_error *err)
{
    if (paths.n > SEGMENTS_MAX)
        return fail(err, EXH_LIMIT, "more than %d segments", SEGMENTS_MAX);

    struct segments *s = calloc(1, sizeof *s);
    if (!s)
        return fail_no_memory(err);
    s->n = paths.n;
    s->items = calloc(s->n + 1, sizeof *s->items);
    s->sources = calloc(s->n + 1, sizeof *s->sources);
    s->paths = calloc(s->n + 1, sizeof *s->paths);
    enum exh_status status =
        s->items && s->sources && s->paths ? fill(s, paths, err) : fail_no_memory(err);
    if (status != EXH_OK) {
        segments_free(s);
        return status;
    }
    *out = s;
    return EXH_OK;
}

void segments_free(struct segments *s)
{
    if (!s)
        return;
    exh_source_close(&s->open);
    free(s->paths);
    free(s->sources);
    free(s->items);
    free(s);
}

const struct exh_source *segments_sources(const struct segments *s, size_t *n)
{
    *n = s->n;
    return s->sources;
}

const char *const *segments_paths(const struct segments *s)
{
    return s->paths;
}
