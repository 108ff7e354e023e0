#include "formats/bmff.h"

#include <inttypes.h>
#include <string.h>

#define HEADER_N       8  // size and type
#define LARGE_HEADER_N 16 // the same with a 64-bit size
#define FULL_N         4  // version and flags
#define PURPOSE_MAX    16 // bytes of a purpose with its NUL; the longest known has 9
#define C2PA_HEAD_N    (BMFF_UUID_N + FULL_N + PURPOSE_MAX)

const uint8_t bmff_c2pa_uuid[BMFF_UUID_N] = { 0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                              0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81 };

static uint64_t big(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

struct bmff_name bmff_name(uint32_t type)
{
    struct bmff_name name = { { 0 } };

    for (size_t i = 0; i < 4; i++) {
        const char c = (char)(type >> 8 * (3 - i) & 0xff);
        name.text[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    return name;
}

void bmff_reader_init(struct bmff_reader *r, const struct exh_source *s)
{
    window_init(&r->window, s);
    r->left = 0;
}

struct bmff_walk bmff_walk_root(struct bmff_reader *r)
{
    r->left = BMFF_BOXES_MAX;
    return (struct bmff_walk){ .r = r, .end = r->window.s->size, .root = true };
}

struct bmff_walk bmff_walk_inside(const struct bmff_walk *w, uint64_t at, uint64_t end)
{
    return (struct bmff_walk){ .r = w->r, .at = at, .end = end };
}

/* A header that breaks the rules, told with its place. */
static enum exh_status check_size(const struct bmff_walk *w, const struct bmff_box *b,
                                  struct exh_error *err)
{
    if (b->size < b->header)
        return fail(err, EXH_MALFORMED,
                    "box '%s' at %" PRIu64 ": size %" PRIu64 " is less than its header",
                    bmff_name(b->type).text, b->at, b->size);
    if (b->size > w->end - b->at)
        return fail(err, EXH_MALFORMED,
                    "box '%s' at %" PRIu64 ": %" PRIu64 " bytes, but %s ends %" PRIu64 " bytes on",
                    bmff_name(b->type).text, b->at, b->size, w->root ? "the file" : "its container",
                    w->end - b->at);
    return EXH_OK;
}

enum exh_status bmff_next(struct bmff_walk *w, struct bmff_box *box, bool *more,
                          struct exh_error *err)
{
    const uint64_t rest = w->end - w->at;
    const uint8_t *head;

    *more = false;
    if (rest < HEADER_N) {
        if (rest && w->root)
            return fail(err, EXH_MALFORMED,
                        "%" PRIu64 " bytes at %" PRIu64 " behind the last box are no box", rest,
                        w->at);
        return EXH_OK;
    }
    if (!w->r->left)
        return fail(err, EXH_LIMIT, "more than %zu boxes, at %" PRIu64, BMFF_BOXES_MAX, w->at);

    const size_t n = rest < LARGE_HEADER_N ? HEADER_N : LARGE_HEADER_N;
    enum exh_status status = window_view(&w->r->window, w->at, n, &head, err);
    if (status != EXH_OK)
        return status;

    struct bmff_box b = {
        .at = w->at, .size = big(head, 4), .type = (uint32_t)big(head + 4, 4), .header = HEADER_N
    };
    if (b.size == 0 && !w->root)
        return EXH_OK;
    if (b.size == 0) {
        b.size = rest;
        b.to_end = true;
    } else if (b.size == 1) {
        b.header = LARGE_HEADER_N;
        b.size = n < LARGE_HEADER_N ? 1 : big(head + HEADER_N, 8);
    }
    status = check_size(w, &b, err);
    if (status != EXH_OK)
        return status;
    w->r->left--;
    w->at += b.size;
    *box = b;
    *more = true;
    return EXH_OK;
}

enum exh_status bmff_meta_content(struct bmff_reader *r, const struct bmff_box *box, uint64_t *at,
                                  struct exh_error *err)
{
    const uint64_t content = box->at + box->header;
    const uint64_t n = box->size - box->header;
    const uint8_t *first;

    if (n < FULL_N)
        return fail(err, EXH_MALFORMED, "box 'meta' at %" PRIu64 ": cut short", box->at);
    if (n < HEADER_N) {
        *at = content + FULL_N;
        return EXH_OK;
    }
    // Its first box is always `hdlr`: where that stands tells which kind of meta box this is.
    enum exh_status status = window_view(&r->window, content, HEADER_N, &first, err);
    if (status == EXH_OK)
        *at = memcmp(first + 4, "hdlr", 4) == 0 ? content : content + FULL_N;
    return status;
}

static enum bmff_purpose purpose_of(const char *text)
{
    static const struct {
        const char *text;
        enum bmff_purpose purpose;
    } purposes[] = {
        { "manifest", BMFF_MANIFEST }, { "original", BMFF_ORIGINAL }, { "update", BMFF_UPDATE },
        { "merkle", BMFF_MERKLE },     { "reserve", BMFF_RESERVE },
    };

    for (size_t i = 0; i < ARRAY_N(purposes); i++)
        if (strcmp(text, purposes[i].text) == 0)
            return purposes[i].purpose;
    return BMFF_UNKNOWN;
}

enum exh_status bmff_read_c2pa(struct bmff_reader *r, const struct bmff_box *box,
                               struct bmff_c2pa *out, struct exh_error *err)
{
    const uint64_t content = box->at + box->header;
    const uint64_t left = box->size - box->header;
    const size_t n = left < C2PA_HEAD_N ? (size_t)left : C2PA_HEAD_N;
    const uint8_t *head;

    *out = (struct bmff_c2pa){ .purpose = BMFF_FOREIGN };
    if (box->type != BMFF_UUID || n < BMFF_UUID_N)
        return EXH_OK;
    enum exh_status status = window_view(&r->window, content, n, &head, err);
    if (status != EXH_OK || memcmp(head, bmff_c2pa_uuid, BMFF_UUID_N) != 0)
        return status;

    out->purpose = BMFF_UNKNOWN;
    if (n <= BMFF_UUID_N + FULL_N)
        return EXH_OK;
    const char *purpose = (const char *)head + BMFF_UUID_N + FULL_N;
    const char *nul = memchr(purpose, 0, n - BMFF_UUID_N - FULL_N);
    if (!nul)
        return EXH_OK;
    const size_t used = BMFF_UUID_N + FULL_N + (size_t)(nul - purpose) + 1;
    out->purpose = purpose_of(purpose);
    out->data = (struct span){ content + used, left - used };
    return EXH_OK;
}

/* How many of the n bytes at `at` the JUMBF box says that it takes; n when it says nothing sound. */
static uint64_t jumbf_size(const uint8_t head[LARGE_HEADER_N], size_t have, uint64_t n)
{
    uint64_t size = have < HEADER_N ? n : big(head, 4);

    if (size == 1)
        size = have < LARGE_HEADER_N ? n : big(head + HEADER_N, 8);
    return size < HEADER_N || size > n ? n : size;
}

enum exh_status bmff_read_store(const struct exh_source *s, const struct bmff_c2pa *c2pa,
                                struct span *out, struct exh_error *err)
{
    uint64_t offset_n = 8; // the first merkle box's offset
    uint8_t head[LARGE_HEADER_N] = { 0 };

    if (c2pa->data.n < offset_n)
        return fail(err, EXH_MALFORMED, "C2PA box at %" PRIu64 ": cut short", c2pa->data.at);
    enum exh_status status = source_read(s, c2pa->data.at, head, HEADER_N, err);
    if (status != EXH_OK)
        return status;
    // An update box has no merkle boxes. The specification gives it no such offset, but others write it.
    if (c2pa->purpose == BMFF_UPDATE && memcmp(head + 4, "jumb", 4) == 0)
        offset_n = 0;

    const uint64_t at = c2pa->data.at + offset_n;
    const uint64_t n = c2pa->data.n - offset_n;
    const size_t have = n < LARGE_HEADER_N ? (size_t)n : LARGE_HEADER_N;
    status = source_read(s, at, head, have, err);
    if (status == EXH_OK)
        *out = (struct span){ at, jumbf_size(head, have, n) };
    return status;
}

struct nonzero {
    uint64_t at; // of the byte looked at next
    bool found;
};

static enum exh_status look_for_nonzero(void *ctx, const uint8_t *p, size_t n,
                                        struct exh_error *err)
{
    struct nonzero *z = ctx;

    (void)err;
    for (size_t i = 0; i < n && !z->found; i++) {
        z->found = p[i] != 0;
        z->at += !z->found;
    }
    return EXH_OK;
}

enum exh_status bmff_find_nonzero(const struct exh_source *s, uint64_t at, uint64_t end,
                                  bool *found, uint64_t *where, struct exh_error *err)
{
    struct nonzero z = { .at = at };
    enum exh_status status = source_visit(s, at, end - at, look_for_nonzero, &z, err);

    *found = z.found;
    *where = z.at;
    return status;
}

static void note(struct bmff_found *found, const struct bmff_box *box, const struct bmff_c2pa *c2pa)
{
    if (found->count++)
        return;
    found->box = *box;
    found->c2pa = *c2pa;
}

static enum exh_status scan_uuid(struct bmff_reader *r, const struct bmff_box *box,
                                 struct bmff_layout *l, struct exh_error *err)
{
    struct bmff_c2pa c2pa;
    enum exh_status status = bmff_read_c2pa(r, box, &c2pa, err);

    if (status != EXH_OK)
        return status;
    switch (c2pa.purpose) {
    case BMFF_FOREIGN: break;
    case BMFF_MANIFEST:
    case BMFF_ORIGINAL: note(&l->manifest, box, &c2pa); break;
    case BMFF_UPDATE: note(&l->update, box, &c2pa); break;
    case BMFF_MERKLE: note(&l->merkle, box, &c2pa); break;
    case BMFF_RESERVE: note(&l->reserve, box, &c2pa); break;
    case BMFF_UNKNOWN: note(&l->unknown, box, &c2pa); break;
    }
    return EXH_OK;
}

enum exh_status bmff_scan(const struct exh_source *s, struct bmff_layout *out,
                          struct exh_error *err)
{
    struct bmff_layout l = { .media_at = UINT64_MAX };
    struct bmff_reader r;
    struct bmff_box box;
    bool more;

    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    for (;;) {
        enum exh_status status = bmff_next(&w, &box, &more, err);
        if (status != EXH_OK)
            return status;
        if (!more)
            break;
        l.last = box;
        if (box.type == BMFF_FTYP && !l.ftyp.size)
            l.ftyp = box;
        else if (box.type == BMFF_UUID)
            status = scan_uuid(&r, &box, &l, err);
        else if ((box.type == BMFF_MOOV || box.type == BMFF_MDAT || box.type == BMFF_MOOF) &&
                 l.media_at == UINT64_MAX)
            l.media_at = box.at;
        l.media |= box.type == BMFF_MDAT || box.type == BMFF_MOOF;
        if (status != EXH_OK)
            return status;
    }
    *out = l;
    return EXH_OK;
}

void bmff_put_c2pa(struct buf *out, uint64_t n, const char *purpose)
{
    buf_put_u32(out, (uint32_t)n);
    buf_put_text(out, "uuid");
    buf_put(out, bmff_c2pa_uuid, sizeof bmff_c2pa_uuid);
    buf_put_u32(out, 0); // version and flags
    buf_put(out, purpose, strlen(purpose) + 1);
}
