/*
 * jpeg.c -- a manifest store in the APP11 segments of a JPEG file.
 *
 * Spec: C2PA, "Embedding manifests into JPEG"; ISO 18477-3, "JPEG XT marker segment".
 */
#include "formats/jpeg.h"

#include <inttypes.h>
#include <string.h>

#include "base/reader.h"
#include "formats/format_ops.h"

#define BOX_HEAD_N     8 // LBox, TBox
#define XT_HEAD_N      8 // "JP", box instance, packet number
#define SEGMENT_HEAD_N 4 // marker, length
#define BODY_MAX       65533
#define TYPE_AT        24 // of the 4cc of the superbox's type, in the body of its first segment
#define INSTANCE       0x0211
#define INSTANCES      64 // instances tried from INSTANCE on, when others have taken some

static bool detect(const uint8_t first[DETECT_N], uint64_t size)
{
    return size >= 2 && first[0] == 0xFF && first[1] == JPEG_SOI;
}

/* What a JPEG XT marker segment says of the box it holds a part of. */
struct xt {
    bool is_xt;    // else nothing below counts
    bool is_store; // begins a manifest store
    uint16_t instance;
    uint32_t packet; // counted from 1
    uint32_t lbox;
    bool is_jumbf;
};

static enum exh_status read_xt(struct window *w, const struct jpeg_segment *seg, struct xt *out,
                               struct exh_error *err)
{
    const size_t n = seg->n < TYPE_AT + 4 ? seg->n : TYPE_AT + 4;
    const uint8_t *p;

    *out = (struct xt){ 0 };
    if (seg->marker != JPEG_APP11 || n < XT_HEAD_N + BOX_HEAD_N)
        return EXH_OK;
    enum exh_status status = window_view(w, seg->body, n, &p, err);
    if (status != EXH_OK)
        return status;

    struct reader r = reader_over((struct exh_bytes){ p, n }, seg->body);
    out->is_xt = reader_u16(&r) == 0x4A50;
    out->instance = reader_u16(&r);
    out->packet = reader_u32(&r);
    out->lbox = reader_u32(&r);
    out->is_jumbf = memcmp(p + 12, "jumb", 4) == 0;
    out->is_store =
        out->is_xt && out->is_jumbf && n == TYPE_AT + 4 && memcmp(p + 20, "jumdc2pa", 8) == 0;
    return EXH_OK;
}

/* Check that seg, which follows the store's last segment, goes on with the store. */
static enum exh_status check_next(const struct xt *first, const struct xt *xt, uint32_t packet,
                                  uint64_t expected_at, const struct jpeg_segment *seg,
                                  struct exh_error *err)
{
    const bool same = xt->is_xt && xt->is_jumbf && xt->instance == first->instance;

    if (!same || seg->at != expected_at)
        return fail(err, EXH_MALFORMED,
                    "manifest store: its segments end at %" PRIu64
                    ", where another segment begins, before the store is whole",
                    expected_at);
    if (xt->packet != packet)
        return fail(err, EXH_MALFORMED,
                    "manifest store: the segment at %" PRIu64 " is number %" PRIu32 ", but %" PRIu32
                    " comes here",
                    seg->at, xt->packet, packet);
    if (xt->lbox != first->lbox)
        return fail(err, EXH_MALFORMED,
                    "manifest store: the segment at %" PRIu64 " is of a box of %" PRIu32
                    " bytes, but the first one of %" PRIu32,
                    seg->at, xt->lbox, first->lbox);
    return EXH_OK;
}

/* The bytes of the store in one segment; want bytes of it are still missing. */
static enum exh_status take_part(const struct exh_source *s, const struct jpeg_segment *seg,
                                 size_t head, uint64_t want, struct buf *jumbf,
                                 struct exh_error *err)
{
    const size_t n = seg->n - head;

    if (!n)
        return fail(err, EXH_MALFORMED, "manifest store: the segment at %" PRIu64 " is empty",
                    seg->at);
    if (n > want)
        return fail(err, EXH_MALFORMED,
                    "manifest store: the segment at %" PRIu64 " holds %zu bytes, but only %" PRIu64
                    " are missing",
                    seg->at, n, want);
    return jumbf ? container_put_jumbf(s, seg->body + head, n, jumbf, err) : EXH_OK;
}

/* Walk the segments of the store that begins with seg. jumbf: where its bytes go, or NULL. */
static enum exh_status walk_store(struct window *w, struct jpeg_segment seg, struct xt first,
                                  struct buf *jumbf, struct span *out, struct exh_error *err)
{
    const uint64_t start = seg.at;
    uint64_t want = first.lbox;

    if (first.packet != 1)
        return fail(err, EXH_MALFORMED,
                    "manifest store at %" PRIu64 ": begins with segment number %" PRIu32
                    " instead of 1",
                    start, first.packet);
    enum exh_status status = container_check_store(start, want, err);
    if (status == EXH_OK)
        status = take_part(w->s, &seg, XT_HEAD_N, want, jumbf, err);
    if (status != EXH_OK)
        return status;
    want -= seg.n - XT_HEAD_N;
    for (uint32_t packet = 2; want; packet++) {
        const uint64_t expected_at = seg.end;
        struct xt xt;
        if (packet > JPEG_SEGMENTS_MAX)
            return fail(err, EXH_LIMIT, "manifest store at %" PRIu64 ": more than %d segments",
                        start, JPEG_SEGMENTS_MAX);
        status = jpeg_segment_at(w, expected_at, &seg, err);
        if (status == EXH_OK)
            status = read_xt(w, &seg, &xt, err);
        if (status == EXH_OK)
            status = check_next(&first, &xt, packet, expected_at, &seg, err);
        if (status == EXH_OK)
            status = take_part(w->s, &seg, XT_HEAD_N + BOX_HEAD_N, want, jumbf, err);
        if (status != EXH_OK)
            return status;
        want -= seg.n - XT_HEAD_N - BOX_HEAD_N;
    }
    *out = (struct span){ start, seg.end - start };
    return EXH_OK;
}

/* One walk over the segments before the image data. */
struct scan {
    struct window w;
    struct container *c; // receives the stores; NULL: they are only stepped over
    uint64_t place;      // for a store
    uint64_t instances;  // bit i: a box of others has the number INSTANCE + i
    struct xt last;      // the first segment of the last store
};

static enum exh_status scan_store(struct scan *scan, const struct jpeg_segment *seg,
                                  const struct xt *xt, uint64_t *end, struct exh_error *err)
{
    struct container *c = scan->c;
    struct buf *jumbf = c && !c->stores_n ? &c->jumbf : NULL;
    struct span store;
    enum exh_status status = walk_store(&scan->w, *seg, *xt, jumbf, &store, err);

    if (status == EXH_OK && c)
        status = container_add_store(c, store, err);
    if (status != EXH_OK)
        return status;
    scan->last = *xt;
    *end = store.at + store.n;
    return EXH_OK;
}

static enum exh_status scan_app11(struct scan *scan, const struct jpeg_segment *seg, uint64_t *end,
                                  struct exh_error *err)
{
    struct xt xt;
    enum exh_status status = read_xt(&scan->w, seg, &xt, err);

    if (status != EXH_OK || !xt.is_xt)
        return status;
    if (xt.is_store)
        return scan_store(scan, seg, &xt, end, err);
    // Others read the store by its instance number alone, and would read on here.
    if (scan->last.is_xt && xt.is_jumbf && xt.instance == scan->last.instance &&
        xt.lbox == scan->last.lbox)
        return fail(err, EXH_MALFORMED,
                    "manifest store: it is whole, but the segment at %" PRIu64 " goes on with it",
                    seg->at);
    const unsigned i = (unsigned)xt.instance - INSTANCE;
    if (i < INSTANCES)
        scan->instances |= UINT64_C(1) << i;
    return EXH_OK;
}

static enum exh_status scan_segments(struct scan *scan, struct exh_error *err)
{
    struct jpeg_segment seg = { .end = 2 }; // SOI
    bool leading = true;
    enum exh_status status = EXH_OK;

    scan->place = 2;
    for (size_t n = 0; status == EXH_OK; n++) {
        const uint64_t end = seg.end;
        status = jpeg_segment_at(&scan->w, end, &seg, err);
        if (status != EXH_OK || seg.marker == JPEG_SOS || seg.marker == JPEG_EOI)
            return status;
        if (n == JPEG_SEGMENTS_MAX)
            return fail(err, EXH_LIMIT, "at %" PRIu64 ": more than %d segments before the image",
                        seg.at, JPEG_SEGMENTS_MAX);
        // Not behind fill bytes: c2pa-rs counts offsets without them.
        leading &= seg.marker == JPEG_APP0 && seg.at == end;
        if (leading)
            scan->place = seg.end;
        if (seg.marker == JPEG_APP11)
            status = scan_app11(scan, &seg, &seg.end, err);
    }
    return status;
}

static enum exh_status read_jpeg(const struct exh_source *s, struct container *c,
                                 struct exh_error *err)
{
    struct scan scan = { .c = c };

    strcpy(c->mime, "image/jpeg");
    window_init(&scan.w, s);
    enum exh_status status = scan_segments(&scan, err);
    if (status == EXH_OK)
        container_settle(c, scan.place);
    return status;
}

/* Container bytes of a store of n bytes. */
static uint64_t framed_n(size_t n)
{
    const size_t first = BODY_MAX - XT_HEAD_N;
    const size_t next = first - BOX_HEAD_N;
    uint64_t framed = n + SEGMENT_HEAD_N + XT_HEAD_N;

    if (n > first)
        framed += (n - first + next - 1) / next * (SEGMENT_HEAD_N + XT_HEAD_N + BOX_HEAD_N);
    return framed;
}

static enum exh_status frame(const struct plan *p, struct exh_bytes store, struct buf *out,
                             struct exh_error *err)
{
    struct reader rest = reader_over(store, 0);

    for (uint32_t packet = 1; rest.rest.n; packet++) {
        const size_t repeated = packet == 1 ? 0 : BOX_HEAD_N;
        const size_t room = BODY_MAX - XT_HEAD_N - repeated;
        const size_t n = rest.rest.n < room ? rest.rest.n : room;
        buf_put_u16(out, 0xFF00 | JPEG_APP11);
        buf_put_u16(out, (uint16_t)(2 + XT_HEAD_N + repeated + n));
        buf_put_text(out, "JP");
        buf_put_u16(out, (uint16_t)p->detail);
        buf_put_u32(out, packet);
        buf_put(out, store.p, repeated);
        buf_put_bytes(out, reader_take(&rest, n));
    }
    return buf_finish(out, err);
}

/* A box instance number that no box of others has; the stores that are there will go. */
static enum exh_status free_instance(const struct exh_source *s, uint64_t *instance,
                                     struct exh_error *err)
{
    struct scan scan = { 0 };

    window_init(&scan.w, s);
    enum exh_status status = scan_segments(&scan, err);
    if (status != EXH_OK)
        return status;
    for (unsigned i = 0; i < INSTANCES; i++) {
        if (!(scan.instances >> i & 1)) {
            *instance = INSTANCE + i;
            return EXH_OK;
        }
    }
    return fail(err, EXH_LIMIT, "APP11 boxes of others have all %d numbers from %d on", INSTANCES,
                INSTANCE);
}

static enum exh_status plan(const struct exh_source *s, const struct container *c,
                            enum plan_goal goal, size_t store_n, struct plan **out,
                            struct exh_error *err)
{
    uint64_t instance;

    if (goal == PLAN_STRIP)
        return simple_plan_replace(s, c, 0, 0, frame, out, err);
    enum exh_status status = free_instance(s, &instance, err);
    if (status == EXH_OK)
        status = simple_plan_replace(s, c, store_n, framed_n(store_n), frame, out, err);
    if (status == EXH_OK)
        (*out)->detail = instance;
    return status;
}

const struct format_ops jpeg_ops = {
    .format = FORMAT_JPEG,
    .detect = detect,
    .read = read_jpeg,
    .plan = plan,
    .boxes = jpeg_boxes,
};
