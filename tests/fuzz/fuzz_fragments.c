/*
 * Any stream in segments: judged, and, when it carries no credential, signed and judged.
 *
 * Input: the initialization segment and the media segments, each with its size (u16) in front.
 */
#include <string.h>

#include <exhibit/sign.h>
#include <exhibit/verify.h>

#include "base/reader.h"
#include "fuzz.h"
#include "fuzz_crypto.h"

#define SEGMENTS_MAX 80 // more than fit a manifest as leaves
#define OUTPUT_MAX   ((size_t)1 << 20)

struct stream {
    struct exh_source init;
    struct exh_source segments[SEGMENTS_MAX];
    size_t n;
};

/* The last size may say more than there is. */
static struct exh_source take_source(struct reader *in)
{
    const size_t size = reader_u16(in);
    const struct exh_bytes bytes = reader_take(in, size < in->rest.n ? size : in->rest.n);

    return exh_source_memory(bytes.p, bytes.n);
}

static struct exh_report *judge(const struct stream *s)
{
    const struct exh_verify_options options = {
        .crypto = fuzz_crypto(), .now = FUZZ_NOW, .fragments = s->segments, .fragments_n = s->n
    };
    struct exh_report *report = NULL;
    struct exh_error err;

    if (exh_verify(&s->init, &options, &report, &err) != EXH_OK)
        REQUIRE(!report && strlen(err.text) > 0);
    return report;
}

/* What is signed, all segments behind each other. */
struct out {
    struct exh_memory_sink init, segments;
    struct exh_sink to_init, to_segments;
    size_t starts[SEGMENTS_MAX + 1];
    size_t begun;
};

static enum exh_status begin(void *ctx, size_t i, const struct exh_sink **sink,
                             struct exh_error *err)
{
    struct out *out = ctx;

    (void)err;
    REQUIRE(i == out->begun && i < SEGMENTS_MAX);
    out->starts[out->begun++] = out->segments.n;
    // A file of its own: offsets begin at zero, and nothing before it can be overwritten.
    out->to_segments.patch = NULL;
    *sink = &out->to_segments;
    return EXH_OK;
}

static enum exh_status end(void *ctx, size_t i, struct exh_error *err)
{
    struct out *out = ctx;

    (void)err;
    REQUIRE(i + 1 == out->begun);
    out->starts[out->begun] = out->segments.n;
    return EXH_OK;
}

static void check_signed(const struct out *out, size_t n)
{
    struct stream s = { .init = exh_source_memory(out->init.p, out->init.n), .n = n };

    REQUIRE(out->begun == n);
    for (size_t i = 0; i < n; i++)
        s.segments[i] = exh_source_memory(out->segments.p + out->starts[i],
                                          out->starts[i + 1] - out->starts[i]);
    struct exh_report *report = judge(&s);
    REQUIRE(report && report->manifests_n == 1 && report->integrity == EXH_INTACT);
    exh_report_free(report);
}

static void sign(const struct stream *s)
{
    const struct exh_fragments in = { .init = &s->init, .segments = s->segments, .n = s->n };
    const struct exh_signer signer = fuzz_signer();
    const struct exh_sign_options options = { .crypto = fuzz_crypto(),
                                              .now = FUZZ_NOW,
                                              .source_type = "digitalCreation" };
    struct out out = { .init = { .p = malloc(OUTPUT_MAX), .size = OUTPUT_MAX },
                       .segments = { .p = malloc(OUTPUT_MAX), .size = OUTPUT_MAX } };
    struct exh_error err;

    REQUIRE(out.init.p && out.segments.p);
    out.to_init = exh_sink_memory(&out.init);
    out.to_segments = exh_sink_memory(&out.segments);
    const struct exh_fragment_sinks sinks = {
        .init = &out.to_init, .begin = begin, .end = end, .ctx = &out
    };
    if (exh_sign_fragments(&in, &sinks, &signer, &options, NULL, &err) == EXH_OK)
        check_signed(&out, s->n);
    free(out.init.p);
    free(out.segments.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reader in = reader_over((struct exh_bytes){ p, n }, 0);
    struct stream s = { 0 };

    s.init = take_source(&in);
    while (in.rest.n && s.n < SEGMENTS_MAX)
        s.segments[s.n++] = take_source(&in);
    exh_report_free(judge(&s));
    if (s.n)
        sign(&s);
    return 0;
}
