#include "c2pa/bmff_digest.h"

#include <string.h>

#define HEAD_N 16 // of an mdat: not media, whatever its header's size (Exclusion List Requirements)

void bmff_digest_init(struct bmff_digest *d, const struct exh_crypto *crypto,
                      const struct exh_source *s, const struct bmff_exclusions *e,
                      struct bmff_progress *progress)
{
    d->crypto = crypto;
    d->s = s;
    d->progress = progress;
    memset(d->sinks, 0, sizeof d->sinks);
    bmff_matcher_init(&d->matcher, e, s);
}

void bmff_digest_free(struct bmff_digest *d)
{
    for (size_t i = 0; i < SINKS_MAX; i++)
        d->crypto->hash_free(d->sinks[i].h);
    bmff_matcher_free(&d->matcher);
}

enum exh_status bmff_digest_start(struct bmff_digest *d, size_t i, enum exh_hash alg, bool offsets,
                                  struct exh_error *err)
{
    d->sinks[i].h = d->crypto->hash_new(alg);
    d->sinks[i].offsets = offsets;
    return d->sinks[i].h ? EXH_OK : fail_no_memory(err);
}

size_t bmff_digest_end(struct bmff_digest *d, size_t i, uint8_t digest[EXH_HASH_MAX])
{
    struct exh_hasher *h = d->sinks[i].h;

    d->sinks[i].h = NULL;
    return h ? d->crypto->hash_final(h, digest) : 0;
}

/* What is read a second time, to try another reading of it, is no progress. */
static void tell(struct bmff_progress *progress, size_t n)
{
    const uint64_t done = progress->done;

    progress->done += n;
    if (progress->done > progress->total)
        progress->done = progress->total;
    if (progress->done > done && progress->q->progress)
        progress->q->progress(progress->q->progress_ctx, progress->done, progress->total);
}

static enum exh_status feed(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct bmff_digest *d = ctx;

    (void)err;
    for (size_t i = 0; i < SINKS_MAX; i++)
        if (d->sinks[i].h)
            d->crypto->hash_update(d->sinks[i].h, p, n);
    if (d->progress)
        tell(d->progress, n);
    return EXH_OK;
}

enum exh_status bmff_digest_span(struct bmff_digest *d, struct span span, struct exh_error *err)
{
    return source_visit(d->s, span.at, span.n, feed, d, err);
}

static void feed_offset(struct bmff_digest *d, uint64_t at)
{
    uint8_t raw[8];

    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (uint8_t)(at >> 8 * (7 - i));
    for (size_t i = 0; i < SINKS_MAX; i++)
        if (d->sinks[i].h && d->sinks[i].offsets)
            d->crypto->hash_update(d->sinks[i].h, raw, sizeof raw);
}

enum exh_status bmff_digest_box(struct bmff_digest *d, const struct bmff_box *box, bool *bound,
                                struct exh_error *err)
{
    const uint64_t end = box->at + box->size;
    uint64_t at = box->at;
    uint64_t last = 0; // where what is hashed ends
    bool whole;
    enum exh_status status = bmff_match(&d->matcher, box, &whole, err);

    *bound = box->size <= HEAD_N;
    if (status != EXH_OK || whole)
        return status;
    feed_offset(d, box->at);
    for (size_t i = 0; i <= d->matcher.n && status == EXH_OK; i++) {
        const struct span r = i < d->matcher.n ? d->matcher.ranges[i] : (struct span){ end, 0 };
        if (r.at > at) {
            status = bmff_digest_span(d, (struct span){ at, r.at - at }, err);
            last = r.at;
        }
        at = r.at + r.n;
    }
    *bound |= last > box->at + HEAD_N;
    return status;
}
