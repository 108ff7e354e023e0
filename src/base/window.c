#include "base/window.h"

#include <assert.h>
#include <stdbool.h>

#include "base/source.h"

#define JUMP_N ((size_t)64) // bytes read after a jump: a header, and what follows it closely

void window_init(struct window *w, const struct exh_source *s)
{
    w->s = s;
    w->at = 0;
    w->n = 0;
}

/* Whether reading on from what is held would come upon `at`. */
static bool is_near(const struct window *w, uint64_t at)
{
    const uint64_t end = w->at + w->n;

    return at >= w->at && (at <= end || at - end < WINDOW_N);
}

static enum exh_status fill(struct window *w, uint64_t at, size_t n, struct exh_error *err)
{
    const uint64_t left = w->s->size - at;
    size_t want = is_near(w, at) ? WINDOW_N : JUMP_N;

    if (want < n)
        want = n;
    if (want > left)
        want = (size_t)left;
    enum exh_status status = source_read(w->s, at, w->bytes, want, err);
    w->at = at;
    w->n = status == EXH_OK ? want : 0;
    return status;
}

enum exh_status window_view(struct window *w, uint64_t at, size_t n, const uint8_t **out,
                            struct exh_error *err)
{
    enum exh_status status = source_check(w->s, at, n, err);

    assert(n <= WINDOW_N);
    if (status != EXH_OK)
        return status;
    if (w->s->memory) {
        *out = w->s->memory + at;
        return EXH_OK;
    }
    if (at < w->at || at - w->at > w->n || n > w->n - (size_t)(at - w->at))
        status = fill(w, at, n, err);
    if (status == EXH_OK)
        *out = w->bytes + (size_t)(at - w->at);
    return status;
}

enum exh_status window_some(struct window *w, uint64_t at, struct exh_bytes *out,
                            struct exh_error *err)
{
    const uint64_t left = at < w->s->size ? w->s->size - at : 0;
    const uint8_t *p;
    enum exh_status status = window_view(w, at, left ? 1 : 0, &p, err);

    if (status != EXH_OK)
        return status;
    if (w->s->memory)
        *out = (struct exh_bytes){ p, left < WINDOW_N ? (size_t)left : WINDOW_N };
    else
        *out = (struct exh_bytes){ p, left ? w->n - (size_t)(at - w->at) : 0 };
    return EXH_OK;
}
