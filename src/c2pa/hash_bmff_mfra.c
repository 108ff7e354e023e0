/*
 * hash_bmff_mfra.c -- the index of fragments at the end of a file, which no hash covers.
 *
 * It has to be left out of the hash (C2PA, "Exclusion List Requirements"), so anybody may change it. A
 * player that seeks by it could be led astray: an entry that points at no fragment is told.
 */
#include <inttypes.h>

#include "c2pa/hash_bmff.h"

#define TFRA        BMFF_TYPE('t', 'f', 'r', 'a')
#define HEAD_N      16                  // version and flags, track, sizes of numbers, count
#define ENTRIES_MAX ((uint64_t)1 << 20) // looked at in one file: the rest is not

struct index {
    struct hash_bmff *h;
    struct window entries; // where the entries are
    struct window targets; // where they point
    uint64_t left;         // entries that may still be looked at
};

static uint64_t big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static enum exh_status look_at_entry(struct index *x, const struct bmff_box *tfra, uint64_t at,
                                     size_t width, struct exh_error *err)
{
    const uint64_t size = x->h->q->asset->size;
    const uint8_t *p;
    enum exh_status status = window_view(&x->entries, at + width, width, &p, err);

    if (status != EXH_OK)
        return status;
    const uint64_t target = big(p, width);
    if (target < size && size - target >= 8) {
        status = window_view(&x->targets, target, 8, &p, err);
        if (status != EXH_OK || big(p + 4, 4) == BMFF_MOOF)
            return status;
    }
    hash_bmff_warns(x->h,
                    "box 'tfra' at %" PRIu64 " points at %" PRIu64 ", where no fragment begins",
                    tfra->at, target);
    return EXH_OK;
}

static enum exh_status look_at_tfra(struct index *x, const struct bmff_box *tfra,
                                    struct exh_error *err)
{
    uint64_t at = tfra->at + tfra->header;
    const uint64_t end = tfra->at + tfra->size;
    const uint8_t *p;

    if (end - at < HEAD_N) {
        hash_bmff_warns(x->h, "box 'tfra' at %" PRIu64 " is cut short", tfra->at);
        return EXH_OK;
    }
    enum exh_status status = window_view(&x->entries, at, HEAD_N, &p, err);
    if (status != EXH_OK)
        return status;
    const size_t width = p[0] ? 8 : 4;
    const uint64_t count = big(p + 12, 4);
    size_t entry = 2 * width + 3;
    for (unsigned bits = 0; bits < 6; bits += 2)
        entry += p[11] >> bits & 3;
    at += HEAD_N;
    if (count > (end - at) / entry) {
        hash_bmff_warns(x->h, "box 'tfra' at %" PRIu64 " is cut short", tfra->at);
        return EXH_OK;
    }
    for (uint64_t i = 0; i < count && x->left && !x->h->warning[0] && status == EXH_OK; i++) {
        status = look_at_entry(x, tfra, at, width, err);
        at += entry;
        x->left--;
    }
    return status;
}

enum exh_status hash_bmff_look_at_mfra(struct hash_bmff *h, const struct bmff_walk *w,
                                       const struct bmff_box *mfra, struct exh_error *err)
{
    struct bmff_walk inner = bmff_walk_inside(w, mfra->at + mfra->header, mfra->at + mfra->size);
    struct index x = { .h = h, .left = ENTRIES_MAX };
    struct exh_error ignored;
    struct bmff_box box;
    bool more;
    enum exh_status status = EXH_OK;

    window_init(&x.entries, h->q->asset);
    window_init(&x.targets, h->q->asset);
    // What is not sound in here harms nobody's judgement: the box counts for nothing.
    while (status == EXH_OK && bmff_next(&inner, &box, &more, &ignored) == EXH_OK && more)
        if (box.type == TFRA)
            status = look_at_tfra(&x, &box, err);
    return status;
}
