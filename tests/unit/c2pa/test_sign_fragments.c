/* Streams in segments: signed, judged, taken apart. */
#include <inttypes.h>

#include "sign_world.h"

#define SEGMENTS_MAX_HERE 140

struct stream {
    struct buf init;
    struct buf segments[SEGMENTS_MAX_HERE];
    size_t n;
};

static void put_box(struct buf *b, const char *type, const void *content, size_t n)
{
    buf_put_u32(b, (uint32_t)(8 + n));
    buf_put(b, type, 4);
    buf_put(b, content, n);
}

static struct buf make_init(uint8_t version, uint32_t track)
{
    struct buf b = buf_with_limit(WORLD_MAX);
    uint8_t tkhd[96] = { version };

    for (size_t i = 0; i < 4; i++)
        tkhd[(version ? 20 : 12) + i] = (uint8_t)(track >> 8 * (3 - i));
    buf_put(&b,
            "\0\0\0\x14"
            "ftypiso6\0\0\0\0cmfc",
            20);
    buf_put_u32(&b, 8 + 8 + 8 + 8 + sizeof tkhd);
    buf_put_text(&b, "moov");
    put_box(&b, "mvhd", "", 0);
    buf_put_u32(&b, 8 + 8 + sizeof tkhd);
    buf_put_text(&b, "trak");
    put_box(&b, "tkhd", tkhd, sizeof tkhd);
    return b;
}

static struct buf make_segment(size_t i)
{
    struct buf b = buf_with_limit(WORLD_MAX);
    uint8_t media[40];

    memset(media, (int)i, sizeof media);
    put_box(&b, "styp", "msdh\0\0\0\0", 8);
    if (i % 2)
        put_box(&b, "sidx",
                "\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\x48\0\0\0\1\x90\0\0\0", 36);
    put_box(&b, "moof", "\0\0\0\x10mfhd\0\0\0\0\0\0\0\1", 16);
    put_box(&b, "mdat", media, 10 + i % 30);
    return b;
}

static struct stream make_stream(size_t n)
{
    struct stream s = { .init = make_init(0, 5), .n = n };

    for (size_t i = 0; i < n; i++)
        s.segments[i] = make_segment(i);
    return s;
}

static void free_stream(struct stream *s)
{
    buf_free(&s->init);
    for (size_t i = 0; i < s->n; i++)
        buf_free(&s->segments[i]);
}

/* Sinks into a stream of buffers; some call of them may fail. */
struct sinks {
    struct stream out;
    struct exh_sink init, segment;
    size_t begun, ended;
    size_t fails_at; // call of begin or end that fails; 0: none
};

static enum exh_status put(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct buf *b = ctx;

    buf_put(b, p, n);
    return buf_finish(b, err);
}

static enum exh_status patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                             struct exh_error *err)
{
    (void)err;
    buf_set(ctx, (size_t)at, p, n);
    return EXH_OK;
}

static enum exh_status begin(void *ctx, size_t i, const struct exh_sink **sink,
                             struct exh_error *err)
{
    struct sinks *s = ctx;

    CHECK(i == s->begun && s->begun == s->ended, "segment %zu begun out of order", i);
    s->begun++;
    if (s->begun + s->ended == s->fails_at)
        return fail(err, EXH_IO, "the disk is full");
    s->out.segments[i] = buf_with_limit(WORLD_MAX);
    s->out.n = i + 1;
    s->segment = (struct exh_sink){ .write = put, .ctx = &s->out.segments[i] };
    *sink = &s->segment;
    return EXH_OK;
}

static enum exh_status end(void *ctx, size_t i, struct exh_error *err)
{
    struct sinks *s = ctx;

    CHECK(i + 1 == s->begun && i == s->ended, "segment %zu ended out of order", i);
    s->ended++;
    return s->begun + s->ended == s->fails_at ? fail(err, EXH_IO, "the disk is full") : EXH_OK;
}

static enum exh_status sign_with(const struct stream *in, const struct exh_sign_options *options,
                                 struct sinks *sinks, struct exh_signed *done,
                                 struct exh_error *err)
{
    const struct exh_source init = exh_source_memory(in->init.p, in->init.n);
    struct exh_source segments[SEGMENTS_MAX_HERE];
    const struct exh_bytes leaf = bytes_of("camera:7");
    const struct exh_signer signer = fake_signer(&leaf);
    struct exh_fragments fragments = { .init = &init, .segments = segments, .n = in->n };
    struct exh_fragment_sinks out = {
        .init = &sinks->init, .begin = begin, .end = end, .ctx = sinks
    };

    for (size_t i = 0; i < in->n; i++)
        segments[i] = exh_source_memory(in->segments[i].p, in->segments[i].n);
    sinks->out.init = buf_with_limit(WORLD_MAX);
    sinks->init = (struct exh_sink){ .write = put, .patch = patch, .ctx = &sinks->out.init };
    return exh_sign_fragments(&fragments, &out, &signer, options, done, err);
}

static const struct exh_sign_options created = { .crypto = &fake_crypto,
                                                 .source_type = "digitalCreation",
                                                 .now = WORLD_NOW };

static struct stream sign(const struct stream *in, struct exh_signed *done)
{
    struct sinks sinks = { 0 };
    struct exh_error err;

    CHECK(sign_with(in, &created, &sinks, done, &err) == EXH_OK, "%zu segments: %s", in->n,
          err.text);
    CHECK(sinks.begun == in->n && sinks.ended == in->n, "%zu segments: %zu begun, %zu ended", in->n,
          sinks.begun, sinks.ended);
    return sinks.out;
}

/* Judge an init segment with some segments, in this order. */
static struct exh_report *judge(const struct stream *s, const size_t *order, size_t n)
{
    const struct exh_source init = exh_source_memory(s->init.p, s->init.n);
    struct exh_source segments[SEGMENTS_MAX_HERE + 1];
    const struct exh_verify_options how = {
        .crypto = &fake_crypto, .now = WORLD_NOW, .fragments = segments, .fragments_n = n
    };
    struct exh_report *report = NULL;
    struct exh_error err;

    for (size_t i = 0; i < n; i++)
        segments[i] = exh_source_memory(s->segments[order[i]].p, s->segments[order[i]].n);
    if (!CHECK(exh_verify(&init, &how, &report, &err) == EXH_OK, "%s", err.text))
        abort();
    return report;
}

static void expect(const struct stream *s, const size_t *order, size_t n,
                   enum exh_integrity integrity, int code, const char *says)
{
    struct exh_report *r = judge(s, order, n);

    CHECK(r->integrity == integrity && exh_report_exit_code(r) == code,
          "%zu of %zu segments: integrity %d, exit %d: %s", n, s->n, r->integrity,
          exh_report_exit_code(r), r->axes[0].sentence);
    CHECK(strstr(r->axes[0].sentence, says), "%zu of %zu segments: %s", n, s->n,
          r->axes[0].sentence);
    exh_report_free(r);
}

/* Without merkle boxes, the segments are what they were; sizes are what was promised. */
static void test_sizes(void)
{
    static const size_t counts[] = { 1, 2, 3, 7, 63, 64, 65, 100, 128, 129, 140 };
    static struct stream in, out;
    size_t order[SEGMENTS_MAX_HERE];
    struct exh_signed done;

    for (size_t i = 0; i < SEGMENTS_MAX_HERE; i++)
        order[i] = i;
    for (size_t k = 0; k < ARRAY_N(counts); k++) {
        uint64_t before = 0, after = 0;
        in = make_stream(counts[k]);
        out = sign(&in, &done);
        expect(&out, order, out.n, EXH_INTACT, 0, "Nothing");
        before = in.init.n;
        after = out.init.n;
        for (size_t i = 0; i < in.n; i++) {
            before += in.segments[i].n;
            after += out.segments[i].n;
            // Up to 64 leaves no proof is needed: all merkle boxes have one size, but for a number.
            CHECK(counts[k] > 64 || out.segments[i].n - in.segments[i].n < 80,
                  "segment %zu grew by %zu", i, out.segments[i].n - in.segments[i].n);
        }
        CHECK(after - before == done.bytes_added, "%" PRIu64 " bytes added, said %" PRIu64,
              after - before, done.bytes_added);
        free_stream(&in);
        free_stream(&out);
    }
}

static void test_pieces(size_t n)
{
    static struct stream in, out;
    size_t order[SEGMENTS_MAX_HERE + 1];
    char says[80];

    in = make_stream(n);
    out = sign(&in, NULL);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    snprintf(says, sizeof says, "%zu of %zu fragments are missing, the first is number 0", n, n);
    expect(&out, order, 0, EXH_INCOMPLETE, 5, says);
    snprintf(says, sizeof says, "1 of %zu fragments are missing, the first is number %zu", n,
             n - 1);
    expect(&out, order, n - 1, EXH_INCOMPLETE, 5, says);
    snprintf(says, sizeof says, "1 of %zu fragments are missing, the first is number 0", n);
    expect(&out, order + 1, n - 1, EXH_INCOMPLETE, 5, says);

    order[1] = 2;
    order[2] = 1;
    expect(&out, order, n, EXH_ALTERED, 1, "fragment 1 comes after fragment 2");
    order[1] = 1;
    order[2] = 2;
    order[n] = 0;
    expect(&out, order, n + 1, EXH_ALTERED, 1, "fragment 0 comes after");

    const size_t last = out.segments[n / 2].n - 1;
    out.segments[n / 2].p[last] ^= 1;
    snprintf(says, sizeof says, "fragment %zu is not what was signed", n / 2);
    expect(&out, order, n, EXH_ALTERED, 1, says);
    out.segments[n / 2].p[last] ^= 1;
    out.init.p[out.init.n - 1] ^= 1;
    expect(&out, order, n, EXH_ALTERED, 1, "initialization");
    free_stream(&in);
    free_stream(&out);
}

/* The tree's local id is the track's: of either form of the track header. */
static void test_track(void)
{
    static struct stream in, out;

    for (uint8_t version = 0; version < 2; version++) {
        in = make_stream(1);
        buf_free(&in.init);
        in.init = make_init(version, 0x80000001u);
        out = sign(&in, NULL);
        struct world w = world_open(buf_view(&out.init));
        struct cbor map = world_map(&w, "c2pa.hash.bmff.v3"), tree = { 0 };
        struct cbor_walk walk = cbor_walk(cbor_get(map, "merkle"));
        int64_t id = 0;
        CHECK(cbor_next(&walk, NULL, &tree) && cbor_int(cbor_get(tree, "localId"), &id) &&
                  id == 0x80000001,
              "track %" PRId64, id);
        CHECK(cbor_is(cbor_get(map, "hash"), CBOR_NONE), "a hash beside the tree");
        world_close(&w);
        free_stream(&in);
        free_stream(&out);
    }
}

/* Without a source type the stream was opened: its init segment is the parent. */
static void test_opened(void)
{
    static struct stream in;
    struct sinks sinks = { 0 };
    struct exh_sign_options o = created;
    struct exh_error err;
    size_t order[2] = { 0, 1 };

    o.source_type = NULL;
    in = make_stream(2);
    CHECK(sign_with(&in, &o, &sinks, NULL, &err) == EXH_OK, "%s", err.text);
    expect(&sinks.out, order, 2, EXH_INTACT, 0, "Nothing");
    free_stream(&in);
    free_stream(&sinks.out);
}

static void two_moofs(struct stream *s)
{
    put_box(&s->segments[1], "moof", "", 0);
}
static void no_mdat(struct stream *s)
{
    s->segments[1].n = 40;
    buf_set_u32(&s->segments[1], 16, 24);
    memcpy(s->segments[1].p + 20, "moof", 4);
}
static void cut(struct stream *s)
{
    s->segments[1].n--;
}
static void other_format(struct stream *s)
{
    buf_free(&s->init);
    s->init = world_asset(WORLD_JPEG, 20);
}
static void with_media(struct stream *s)
{
    put_box(&s->init, "mdat", "x", 1);
}
static void no_track(struct stream *s)
{
    memcpy(s->init.p + 20 + 8 + 8 + 4, "free", 4);
}
static void short_track(struct stream *s)
{
    s->init.n = 20;
    buf_put(&s->init, "\0\0\0\x20moov\0\0\0\x18trak\0\0\0\x10tkhd\0\0\0\0\0\0\0\0", 32);
}
static void signed_init(struct stream *s)
{
    struct stream out = sign(s, NULL);

    buf_free(&s->init);
    s->init = out.init;
    out.init = (struct buf){ 0 };
    free_stream(&out);
}
static void signed_segment(struct stream *s)
{
    struct stream out = sign(s, NULL);

    buf_free(&s->segments[1]);
    s->segments[1] = out.segments[1];
    out.segments[1] = (struct buf){ 0 };
    free_stream(&out);
}

static const struct {
    const char *name;
    void (*spoil)(struct stream *s);
    enum exh_status want;
    const char *says;
} refusals[] = {
    { "two moofs", two_moofs, EXH_INVALID, "segment 2: not a media segment: 2 moof and 1 mdat" },
    { "no mdat", no_mdat, EXH_INVALID, "segment 2: not a media segment: 1 moof and 0 mdat" },
    { "a segment cut", cut, EXH_MALFORMED, "segment 2: box 'mdat' at" },
    { "a picture", other_format, EXH_INVALID, "not an initialization segment" },
    { "an init segment with media", with_media, EXH_INVALID, "not an initialization segment" },
    { "no track", no_track, EXH_INVALID, "not an initialization segment" },
    { "a track header cut short", short_track, EXH_MALFORMED, "'tkhd' at 36: cut short" },
    { "signed before", signed_init, EXH_INVALID, "carries a credential" },
    { "a segment signed before", signed_segment, EXH_INVALID,
      "segment 2: it carries a C2PA box already, at" },
};

static void test_refusals(void)
{
    static struct stream in;
    struct exh_error err = { 0 };

    for (size_t i = 0; i < ARRAY_N(refusals); i++) {
        struct sinks sinks = { 0 };
        in = make_stream(3);
        refusals[i].spoil(&in);
        const enum exh_status got = sign_with(&in, &created, &sinks, NULL, &err);
        CHECK(got == refusals[i].want && strstr(err.text, refusals[i].says), "%s: %d: %s",
              refusals[i].name, got, err.text);
        free_stream(&in);
        free_stream(&sinks.out);
    }
}

static void test_options(void)
{
    static struct stream in;
    const struct exh_sink sidecar = { .write = put };
    struct exh_error err = { 0 };
    struct exh_sign_options rows[2] = { created, created };

    rows[0].append = true;
    rows[1].sidecar = &sidecar;
    in = make_stream(2);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct sinks sinks = { 0 };
        CHECK(sign_with(&in, &rows[i], &sinks, NULL, &err) == EXH_INVALID &&
                  strstr(err.text, "new manifest"),
              "row %zu: %s", i, err.text);
        free_stream(&sinks.out);
    }
    struct sinks sinks = { 0 };
    const size_t n = in.n;
    in.n = 0;
    CHECK(sign_with(&in, &created, &sinks, NULL, &err) == EXH_INVALID &&
              strstr(err.text, "0 segments"),
          "%s", err.text);
    CHECK(sign_with(&in, &created, &sinks, NULL, NULL) == EXH_INVALID, "no error wanted");
    in.n = n;
    free_stream(&in);
    free_stream(&sinks.out);
}

/* A disk that is full at any moment: the failure is told, with the segment. */
static void test_full_disk(void)
{
    static struct stream in;
    static const size_t counts[] = { 3, 70 };
    struct exh_error err = { 0 };

    for (size_t k = 0; k < ARRAY_N(counts); k++) {
        in = make_stream(counts[k]);
        for (size_t at = 1; at <= 2 * counts[k]; at += 1 + at / 8) {
            struct sinks sinks = { .fails_at = at };
            CHECK(sign_with(&in, &created, &sinks, NULL, &err) == EXH_IO &&
                      strstr(err.text, "segment ") && strstr(err.text, "the disk is full"),
                  "call %zu: %s", at, err.text);
            free_stream(&sinks.out);
        }
        free_stream(&in);
    }
}

int main(void)
{
    test_sizes();
    test_pieces(5);
    test_pieces(90);
    test_track();
    test_opened();
    test_refusals();
    test_options();
    test_full_disk();
    return check_done();
}
