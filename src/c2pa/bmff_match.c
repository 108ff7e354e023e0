/* bmff_match.c -- which bytes of a root box the exclusions leave out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "c2pa/bmff_exclusions.h"

#define FIRST_RANGES 16

/* Boxes that hold nothing but boxes. `meta` is one of QuickTime, and others' paths go through it. */
static bool holds_boxes(uint32_t type)
{
    static const char types[][5] = { "moov", "trak", "mdia", "minf", "stbl", "moof", "traf",
                                     "edts", "udta", "dinf", "tref", "treg", "mvex", "mfra",
                                     "meta", "schi", "sinf", "iprp", "ipco", "strk", "paen" };

    for (size_t i = 0; i < ARRAY_N(types); i++)
        if (type == BMFF_TYPE(types[i][0], types[i][1], types[i][2], types[i][3]))
            return true;
    return false;
}

/* Boxes that begin with a version and flags (ISO/IEC 14496-12, 23001-7, 23008-12). */
static bool is_full(uint32_t type)
{
    static const char types[][5] = {
        "pdin", "mvhd", "tkhd", "mdhd", "hdlr", "nmhd", "elng", "stsd", "stdp", "stts",
        "ctts", "cslg", "stss", "stsh", "sdtp", "elst", "dref", "stsz", "stz2", "stsc",
        "stco", "co64", "padb", "subs", "saiz", "saio", "mehd", "trex", "mfhd", "tfhd",
        "trun", "tfra", "mfro", "tfdt", "leva", "trep", "assp", "sbgp", "sgpd", "csgp",
        "cprt", "tsel", "kind", "meta", "xml ", "bxml", "iloc", "pitm", "ipro", "infe",
        "iinf", "iref", "ipma", "schm", "fiin", "fpar", "fecr", "gitn", "fire", "stri",
        "stsg", "stvi", "csch", "sidx", "ssix", "prft", "srpp", "vmhd", "smhd", "srat",
        "chnl", "dmix", "txtC", "mime", "uri ", "uriI", "hmhd", "sthd", "vvhd", "medc",
        "emsg", "pssh", "senc", "tenc", "ispe", "pixi", "auxC", "url ", "urn ",
    };

    for (size_t i = 0; i < ARRAY_N(types); i++)
        if (type == BMFF_TYPE(types[i][0], types[i][1], types[i][2], types[i][3]))
            return true;
    return false;
}

void bmff_matcher_init(struct bmff_matcher *m, const struct bmff_exclusions *e,
                       const struct exh_source *s)
{
    memset(m, 0, offsetof(struct bmff_matcher, reader));
    memset(m->seen, 0, sizeof m->seen);
    m->exclusions = e;
    m->compares = COMPARES_MAX;
    m->ranges = NULL;
    m->n = m->allocated = 0;
    bmff_reader_init(&m->reader, s);
    m->reader.left = INNER_BOXES_MAX;
}

void bmff_matcher_free(struct bmff_matcher *m)
{
    free(m->ranges);
    m->ranges = NULL;
}

static enum exh_status add_range(struct bmff_matcher *m, uint64_t at, uint64_t n,
                                 struct exh_error *err)
{
    if (!n)
        return EXH_OK;
    if (m->n == RANGES_MAX)
        return fail(err, EXH_LIMIT, "more than %zu excluded ranges in one box, at %" PRIu64,
                    RANGES_MAX, at);
    if (m->n == m->allocated) {
        const size_t size = m->allocated ? 2 * m->allocated : FIRST_RANGES;
        struct span *ranges = realloc(m->ranges, size * sizeof *ranges);
        if (!ranges)
            return fail_no_memory(err);
        m->ranges = ranges;
        m->allocated = size;
    }
    m->ranges[m->n++] = (struct span){ at, n };
    return EXH_OK;
}

/* Look at n bytes of a box, from its start; *in: they lie in it. */
static enum exh_status look(struct bmff_matcher *m, const struct bmff_box *box, uint64_t at,
                            size_t n, const uint8_t **p, bool *in, struct exh_error *err)
{
    *in = at <= box->size && n <= box->size - at;
    if (!*in)
        return EXH_OK;
    if (!m->compares--)
        return fail(err, EXH_LIMIT, "exclusions ask for more than %zu looks at boxes",
                    COMPARES_MAX);
    return window_view(&m->reader.window, box->at + at, n, p, err);
}

static enum exh_status match_data(struct bmff_matcher *m, const struct bmff_exclusion *e,
                                  const struct bmff_box *box, bool *matches, struct exh_error *err)
{
    struct cbor_walk walk = cbor_walk(e->data);
    struct cbor item;

    while (*matches && cbor_next(&walk, NULL, &item)) {
        struct exh_bytes value = { 0 };
        uint64_t offset = 0;
        const uint8_t *p;
        cbor_uint(cbor_get(item, "offset"), &offset);
        cbor_bytes(cbor_get(item, "value"), &value);
        enum exh_status status = look(m, box, offset, value.n, &p, matches, err);
        if (status != EXH_OK)
            return status;
        *matches = *matches && (!value.n || memcmp(p, value.p, value.n) == 0);
    }
    return EXH_OK;
}

/* Version and flags: only of boxes that have them. */
static enum exh_status match_full(struct bmff_matcher *m, const struct bmff_exclusion *e,
                                  const struct bmff_box *box, bool *matches, struct exh_error *err)
{
    struct bmff_c2pa c2pa = { .purpose = BMFF_FOREIGN };
    uint64_t at = box->header;
    const uint8_t *p;
    bool full = is_full(box->type);
    enum exh_status status = EXH_OK;

    if (box->type == BMFF_UUID) { // ours has them behind its UUID
        status = bmff_read_c2pa(&m->reader, box, &c2pa, err);
        full = c2pa.purpose != BMFF_FOREIGN;
        at += BMFF_UUID_N;
    }
    *matches = full;
    if (status == EXH_OK && full)
        status = look(m, box, at, 4, &p, matches, err);
    if (status != EXH_OK || !*matches)
        return status;
    if (e->has_version && p[0] != e->version)
        *matches = false;
    for (size_t i = 0; i < sizeof e->flags && e->has_flags; i++)
        if ((e->exact ? p[1 + i] : p[1 + i] & e->flags[i]) != e->flags[i])
            *matches = false;
    return EXH_OK;
}

static enum exh_status add_subsets(struct bmff_matcher *m, const struct bmff_exclusion *e,
                                   const struct bmff_box *box, struct exh_error *err)
{
    struct cbor_walk walk = cbor_walk(e->subset);
    struct cbor item;
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && cbor_next(&walk, NULL, &item)) {
        uint64_t offset = 0, length = 0;
        cbor_uint(cbor_get(item, "offset"), &offset);
        cbor_uint(cbor_get(item, "length"), &length);
        if (offset >= box->size) // what lies beyond the box is never hashed anyway
            break;
        const uint64_t rest = box->size - offset;
        status = add_range(m, box->at + offset, length && length < rest ? length : rest, err);
    }
    return status;
}

/* The path has led to this box: do its content and size match too? */
static enum exh_status match_leaf(struct bmff_matcher *m, const struct bmff_exclusion *e,
                                  const struct bmff_box *box, bool *whole, struct exh_error *err)
{
    bool matches = !e->has_length || e->length == box->size;
    enum exh_status status = EXH_OK;

    *whole = false;
    if (matches && (e->has_version || e->has_flags))
        status = match_full(m, e, box, &matches, err);
    if (status == EXH_OK && matches)
        status = match_data(m, e, box, &matches, err);
    if (status != EXH_OK || !matches)
        return status;
    if (!cbor_is(e->subset, CBOR_NONE))
        return add_subsets(m, e, box, err);
    *whole = true;
    return add_range(m, box->at, box->size, err);
}

/* Follow the rest of a path below a box; its depth is bounded by the path's nodes. */
static enum exh_status match_below(struct bmff_matcher *m, const struct bmff_exclusion *e,
                                   size_t node, const struct bmff_box *parent,
                                   struct exh_error *err)
{
    uint64_t at = parent->at + parent->header;
    uint64_t seen = 0;
    struct bmff_box box;
    bool more, whole;
    enum exh_status status = EXH_OK;

    if (!holds_boxes(parent->type))
        return EXH_OK;
    if (parent->type == BMFF_TYPE('m', 'e', 't', 'a') && parent->size - parent->header >= 4)
        status = bmff_meta_content(&m->reader, parent, &at, err);
    struct bmff_walk w = { .r = &m->reader, .at = at, .end = parent->at + parent->size };
    while (status == EXH_OK && (status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        if (box.type != e->nodes[node].type)
            continue;
        seen++;
        if (e->nodes[node].nth && e->nodes[node].nth != seen)
            continue;
        status = node + 1 < e->nodes_n ? match_below(m, e, node + 1, &box, err)
                                       : match_leaf(m, e, &box, &whole, err);
    }
    return status;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* Several entries may leave out the same bytes. */
static void merge(struct bmff_matcher *m)
{
    size_t n = 0;

    if (m->n < 2)
        return;
    qsort(m->ranges, m->n, sizeof *m->ranges, compare_ranges);
    for (size_t i = 1; i < m->n; i++) {
        struct span *last = &m->ranges[n];
        const struct span r = m->ranges[i];
        if (r.at > last->at + last->n)
            m->ranges[++n] = r;
        else if (r.at + r.n > last->at + last->n)
            last->n = r.at + r.n - last->at;
    }
    m->n = n + 1;
}

enum exh_status bmff_match(struct bmff_matcher *m, const struct bmff_box *box, bool *whole,
                           struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    *whole = false;
    m->n = 0;
    for (size_t i = 0; i < m->exclusions->n && status == EXH_OK; i++) {
        const struct bmff_exclusion *e = &m->exclusions->items[i];
        bool all = false;
        if (e->nodes[0].type != box->type)
            continue;
        m->seen[i]++;
        if (e->nodes[0].nth && e->nodes[0].nth != m->seen[i])
            continue;
        status = e->nodes_n > 1 ? match_below(m, e, 1, box, err) : match_leaf(m, e, box, &all, err);
        *whole |= all;
    }
    merge(m);
    return status;
}
