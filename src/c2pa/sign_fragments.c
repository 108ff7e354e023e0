/*
 * sign_fragments.c -- a stream in segments: one manifest, one tree, a box in each segment.
 *
 * A segment's digest does not depend on what its box says, only on the box's size, and that follows
 * from the number of segments. So all segments are hashed first. With the leaves themselves in the
 * manifest, a box needs no proof, and the segment is written in the same pass.
 *
 * Spec: C2PA, "Auxiliary 'c2pa' Boxes for Large and Fragmented Files".
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "c2pa/copy.h"
#include "c2pa/merkle.h"
#include "c2pa/sign_job.h"
#include "formats/bmff.h"

#define ROW_MAX   64 // digests in the manifest: 2 KB
#define UNIQUE_ID 1  // of the one tree
#define BOX_MAX   ((size_t)4096)

static size_t digest_n(const struct sign_job *job)
{
    return exh_hash_size(job->options.hash);
}

/* Nodes of a level. */
static size_t nodes_at(const struct sign_fragments *f, unsigned level)
{
    size_t n = f->in->n;

    for (unsigned i = 0; i < level; i++)
        n = n / 2 + n % 2;
    return n;
}

static uint8_t *node(const struct sign_job *job, unsigned level, size_t i)
{
    return job->fragments->rows[level] + i * digest_n(job);
}

/* What the segment's merkle box says. The proof's digests may be zeros yet: the size is the same. */
static void put_place(const struct sign_job *job, struct buf *b, size_t i)
{
    const struct sign_fragments *f = job->fragments;
    struct cbor_map map = cbor_map_open(b);
    size_t siblings = 0;

    cbor_put_text(b, "uniqueId");
    cbor_put_int(b, UNIQUE_ID);
    cbor_put_text(b, "localId");
    cbor_put_int(b, f->track);
    cbor_put_text(b, "location");
    cbor_put_uint(b, i);
    for (unsigned level = 0; level < f->level; level++)
        siblings += (i >> level ^ 1) < nodes_at(f, level);
    if (siblings) {
        cbor_put_text(b, "hashes");
        cbor_put_array(b, siblings);
    }
    for (unsigned level = 0; level < f->level; level++)
        if ((i >> level ^ 1) < nodes_at(f, level))
            cbor_put_bytes(b,
                           (struct exh_bytes){ node(job, level, i >> level ^ 1), digest_n(job) });
    cbor_map_close(b, map);
}

static enum exh_status make_box(const struct sign_job *job, size_t i, struct buf *box,
                                struct exh_error *err)
{
    struct buf place = buf_with_limit(BOX_MAX);

    put_place(job, &place, i);
    buf_clear(box);
    bmff_put_c2pa(box, BMFF_PURPOSE_AT + sizeof "merkle" + place.n, "merkle");
    buf_put_bytes(box, buf_view(&place));
    enum exh_status status = buf_finish(&place, err);
    if (status == EXH_OK)
        status = buf_finish(box, err);
    buf_free(&place);
    return status;
}

/* A segment: one moof, one mdat, and no C2PA box. */
static enum exh_status find_moof(const struct exh_source *s, uint64_t *moof, struct exh_error *err)
{
    struct bmff_reader r;
    struct bmff_box box;
    struct bmff_c2pa c2pa;
    size_t moofs = 0, mdats = 0;
    enum exh_status status;
    bool more;

    bmff_reader_init(&r, s);
    struct bmff_walk w = bmff_walk_root(&r);
    while ((status = bmff_next(&w, &box, &more, err)) == EXH_OK && more) {
        status = bmff_read_c2pa(&r, &box, &c2pa, err);
        if (status == EXH_OK && c2pa.purpose != BMFF_FOREIGN)
            return fail(err, EXH_INVALID, "it carries a C2PA box already, at %" PRIu64, box.at);
        if (status != EXH_OK)
            return status;
        if (box.type == BMFF_MOOF)
            *moof = box.at;
        moofs += box.type == BMFF_MOOF;
        mdats += box.type == BMFF_MDAT;
    }
    if (status == EXH_OK && (moofs != 1 || mdats != 1))
        return fail(err, EXH_INVALID,
                    "not a media segment: %zu moof and %zu mdat, one of each is "
                    "expected",
                    moofs, mdats);
    return status;
}

/* The id in a tkhd box: behind two times, of 4 bytes or of 8. */
static enum exh_status read_track(struct bmff_reader *r, const struct bmff_box *tkhd,
                                  int64_t *track, struct exh_error *err)
{
    const uint64_t content = tkhd->at + tkhd->header;
    const uint8_t *p;
    const uint64_t n = tkhd->size - tkhd->header;
    enum exh_status status = n < 24 ? EXH_MALFORMED : window_view(&r->window, content, 24, &p, err);

    if (n < 24)
        return fail(err, EXH_MALFORMED, "box 'tkhd' at %" PRIu64 ": cut short", tkhd->at);
    if (status != EXH_OK)
        return status;
    p += p[0] ? 20 : 12;
    *track = (int64_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    return EXH_OK;
}

/* Follow the first boxes of these types, each inside the one before; *found when all are there. */
static enum exh_status find_inner(struct bmff_walk w, const uint32_t *types, size_t n,
                                  struct bmff_box *box, bool *found, struct exh_error *err)
{
    enum exh_status status;
    bool more;

    *found = false;
    while ((status = bmff_next(&w, box, &more, err)) == EXH_OK && more) {
        if (box->type != types[0])
            continue;
        if (n == 1) {
            *found = true;
            return EXH_OK;
        }
        return find_inner(bmff_walk_inside(&w, box->at + box->header, box->at + box->size),
                          types + 1, n - 1, box, found, err);
    }
    return status;
}

static enum exh_status check_init(struct sign_job *job, struct exh_error *err)
{
    static const uint32_t path[] = { BMFF_MOOV, BMFF_TYPE('t', 'r', 'a', 'k'),
                                     BMFF_TYPE('t', 'k', 'h', 'd') };
    struct bmff_layout layout;
    struct bmff_reader r;
    struct bmff_box box;
    bool found;

    if (!job_is_bmff(job))
        return fail(err, EXH_INVALID, "not an initialization segment");
    if (job->container.jumbf.n)
        return fail(err, EXH_INVALID, "it carries a credential already");
    enum exh_status status = bmff_scan(job->source, &layout, err);
    bmff_reader_init(&r, job->source);
    if (status == EXH_OK)
        status = find_inner(bmff_walk_root(&r), path, ARRAY_N(path), &box, &found, err);
    if (status != EXH_OK)
        return status;
    if (!layout.ftyp.size || !found || layout.media)
        return fail(err, EXH_INVALID,
                    "not an initialization segment: it should have a file type, a "
                    "moov with a track, and no media");
    return read_track(&r, &box, &job->fragments->track, err);
}

static enum exh_status check_options(const struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    const size_t n = job->fragments->in->n;

    if (o->update || o->sidecar || o->append || o->store)
        return fail(err, EXH_INVALID,
                    "segments are signed with a new manifest, inside the "
                    "initialization segment");
    if (!n || n > EXH_SEGMENTS_MAX)
        return fail(err, EXH_INVALID, "%zu segments, 1 to %d are possible", n, EXH_SEGMENTS_MAX);
    return EXH_OK;
}

static enum exh_status new_rows(struct sign_job *job, struct exh_error *err)
{
    struct sign_fragments *f = job->fragments;

    while (nodes_at(f, f->level) > ROW_MAX)
        f->level++;
    f->moofs = calloc(f->in->n, sizeof *f->moofs);
    f->rows = calloc(f->level + 1, sizeof *f->rows);
    for (unsigned i = 0; f->rows && i <= f->level; i++) {
        f->rows[i] = calloc(nodes_at(f, i), digest_n(job));
        if (!f->rows[i])
            return fail_no_memory(err);
    }
    return f->moofs && f->rows ? EXH_OK : fail_no_memory(err);
}

static void tell_progress(void *ctx, uint64_t done, uint64_t total)
{
    const struct sign_job *job = ctx;
    const struct sign_fragments *f = job->fragments;

    (void)total;
    if (job->options.progress && f->read + done <= f->total)
        job->options.progress(job->options.progress_ctx, f->read + done, f->total);
}

/* Copy a segment with its box: into a hash, a sink, or both. */
static enum exh_status copy_segment(struct sign_job *job, size_t i, const struct exh_sink *sink,
                                    struct exh_hasher *hasher, struct exh_error *err)
{
    struct sign_fragments *f = job->fragments;
    const struct exh_source *s = &f->in->segments[i];
    struct buf box = buf_with_limit(BOX_MAX);
    struct copy copy = { .source = s,
                         .sink = sink,
                         .hole = COPY_HOLE_FRAME,
                         .crypto = job->crypto,
                         .hasher = hasher,
                         .progress = tell_progress,
                         .progress_ctx = job };
    enum exh_status status = make_box(job, i, &box, err);

    if (status == EXH_OK)
        status = bmff_plan_insert(s, f->moofs[i], box.n, &copy.plan, err);
    copy.frame = buf_view(&box);
    if (status == EXH_OK)
        status = copy_run(&copy, err);
    plan_free(copy.plan);
    if (sink)
        f->added += box.n;
    f->read += s->size;
    buf_free(&box);
    return status;
}

static enum exh_status write_segment(struct sign_job *job, size_t i, struct exh_hasher *hasher,
                                     struct exh_error *err)
{
    const struct exh_fragment_sinks *out = job->fragments->sinks;
    const struct exh_sink *sink = NULL;
    enum exh_status status = out->begin(out->ctx, i, &sink, err);

    if (status == EXH_OK)
        status = copy_segment(job, i, sink, hasher, err);
    return status == EXH_OK ? out->end(out->ctx, i, err) : status;
}

static enum exh_status hash_segment(struct sign_job *job, size_t i, struct exh_error *err)
{
    struct sign_fragments *f = job->fragments;
    struct exh_hasher *hasher = NULL;
    uint8_t digest[EXH_HASH_MAX];
    enum exh_status status = find_moof(&f->in->segments[i], &f->moofs[i], err);

    if (status != EXH_OK)
        return status;
    hasher = job->crypto->hash_new(job->options.hash);
    if (!hasher)
        return fail_no_memory(err);
    status =
        f->level ? copy_segment(job, i, NULL, hasher, err) : write_segment(job, i, hasher, err);
    if (status != EXH_OK) {
        job->crypto->hash_free(hasher);
        return status;
    }
    const size_t n = job->crypto->hash_final(hasher, digest);
    memcpy(node(job, 0, i), digest, n);
    return EXH_OK;
}

static enum exh_status grow_tree(struct sign_job *job, struct exh_error *err)
{
    const struct sign_fragments *f = job->fragments;
    enum exh_status status = EXH_OK;

    for (unsigned level = 1; level <= f->level; level++)
        for (size_t i = 0; i < nodes_at(f, level) && status == EXH_OK; i++) {
            if (2 * i + 1 < nodes_at(f, level - 1))
                status = merkle_parent(job->crypto, job->options.hash, node(job, level - 1, 2 * i),
                                       node(job, level - 1, 2 * i + 1), node(job, level, i), err);
            else
                memcpy(node(job, level, i), node(job, level - 1, 2 * i), digest_n(job));
        }
    return status;
}

/* Do something with each segment; what fails is told with the segment's name or number. */
static enum exh_status each_segment(struct sign_job *job,
                                    enum exh_status (*step)(struct sign_job *job, size_t i,
                                                            struct exh_error *err),
                                    struct exh_error *err)
{
    const struct exh_fragments *in = job->fragments->in;
    char where[32];

    for (size_t i = 0; i < in->n; i++)
        if (step(job, i, err) != EXH_OK) {
            snprintf(where, sizeof where, "segment %zu", i + 1);
            return within(err, in->names ? in->names[i] : where);
        }
    return EXH_OK;
}

enum exh_status job_hash_fragments(struct sign_job *job, struct exh_error *err)
{
    struct sign_fragments *f = job->fragments;
    enum exh_status status = check_options(job, err);

    if (status == EXH_OK)
        status = check_init(job, err);
    if (status == EXH_OK)
        status = new_rows(job, err);
    if (status != EXH_OK)
        return status;
    for (size_t i = 0; i < f->in->n; i++)
        f->total += (f->level ? 2 : 1) * f->in->segments[i].size;
    status = each_segment(job, hash_segment, err);
    return status == EXH_OK ? grow_tree(job, err) : status;
}

static enum exh_status write_again(struct sign_job *job, size_t i, struct exh_error *err)
{
    return write_segment(job, i, NULL, err);
}

enum exh_status job_write_fragments(struct sign_job *job, struct exh_error *err)
{
    return job->fragments->level ? each_segment(job, write_again, err) : EXH_OK;
}

void job_put_fragments(struct sign_job *job, struct exh_bytes digest)
{
    const struct sign_fragments *f = job->fragments;
    const struct hash_fragments_facts facts = {
        .unique_id = UNIQUE_ID,
        .local_id = f->track,
        .count = f->in->n,
        .init = digest,
        .row = { f->rows[f->level], nodes_at(f, f->level) * digest_n(job) },
    };

    assertion_put_hash_fragments(&job->draft, &facts);
}

enum exh_status exh_sign_fragments(const struct exh_fragments *in,
                                   const struct exh_fragment_sinks *sinks,
                                   const struct exh_signer *signer,
                                   const struct exh_sign_options *options, struct exh_signed *out,
                                   struct exh_error *err)
{
    struct sign_fragments f = { .in = in, .sinks = sinks };
    enum exh_status status = sign_run(in->init, sinks->init, signer, options, &f, out, err);

    for (unsigned i = 0; f.rows && i <= f.level; i++)
        free(f.rows[i]);
    free(f.rows);
    free(f.moofs);
    return status;
}
