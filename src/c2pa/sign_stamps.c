/*
 * sign_stamps.c -- time-stamps for signatures of the past, in a c2pa.time-stamp assertion.
 *
 * Attested is the bare signature: that is what the verifiers in the field look for, though the text
 * can be read as the Sig_structure of sigTst2 too (docs/interop.md).
 *
 * Spec: C2PA, "Time-stamps" (the assertion).
 */
#include "c2pa/sign_job.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
#include "c2pa/cose.h"
#include "c2pa/manifest_view.h"

/* Whether an assertion of the history holds a token for this manifest already. */
static bool is_attested(const struct history *h, struct exh_bytes label)
{
    for (size_t i = 0; i < h->n; i++) {
        struct assertion_walk walk = { 0 };
        struct assertion_view a;
        struct manifest_view m;
        struct exh_error ignored;
        bool more = true;
        if (h->items[i].compressed || manifest_view(h->items[i].content, &m, &ignored) != EXH_OK)
            continue;
        while (manifest_next_assertion(&m, &walk, &a, &more, &ignored) == EXH_OK && more) {
            struct cbor map, key, value;
            if (!bytes_are(a.label, "c2pa.time-stamp") ||
                cbor_parse(a.content.content, 0, &map, &ignored) != EXH_OK)
                continue;
            struct cbor_walk entries = cbor_walk(map);
            struct exh_bytes name;
            while (cbor_next(&entries, &key, &value))
                if (cbor_text(key, &name) && bytes_equal(name, label))
                    return true;
        }
    }
    return false;
}

static enum exh_status ask(struct sign_job *job, struct exh_bytes label, struct exh_bytes signature,
                           struct exh_error *err)
{
    const struct exh_stamper *s = job->options.stamper;
    struct buf *token = &job->tokens[job->stamps_n];
    const enum exh_hash alg = job->options.hash;
    uint8_t digest[EXH_HASH_MAX];
    size_t n = 0;

    *token = buf_with_limit(SIGN_TOKEN_MAX);
    uint8_t *room = buf_room(token, SIGN_TOKEN_MAX);
    struct exh_hasher *h = room ? job->crypto->hash_new(alg) : NULL;
    if (!h)
        return fail_no_memory(err);
    job->crypto->hash_update(h, signature.p, signature.n);
    job->crypto->hash_final(h, digest);

    enum exh_status status = s->stamp(s->ctx, alg, (struct exh_bytes){ digest, exh_hash_size(alg) },
                                      room, SIGN_TOKEN_MAX, &n, err);
    if (status != EXH_OK)
        return status;
    if (!n || n > SIGN_TOKEN_MAX)
        return fail(err, EXH_NETWORK, "the authority's token has %zu bytes", n);
    job->stamps[job->stamps_n++] = (struct late_stamp){ .manifest = label, .token = { room, n } };
    return EXH_OK;
}

/* One manifest: nothing to do when its signature is attested already, or cannot be read. */
static enum exh_status stamp_one(struct sign_job *job, size_t i, struct exh_error *err)
{
    struct history *h = &job->ingredients.history;
    struct held_parts parts;
    struct exh_error ignored;
    struct cose cose;

    if (!h->items[i].manifest || is_attested(h, h->items[i].label) ||
        history_parts(h, i, &parts, &ignored) != EXH_OK ||
        cose_read(parts.signature, 0, &cose, &ignored) != EXH_OK || cose.stamp.n)
        return EXH_OK;
    if (job->stamps_n == LATE_STAMPS_MAX)
        return fail(err, EXH_LIMIT, "more than %d manifests without a time-stamp", LATE_STAMPS_MAX);
    return ask(job, h->items[i].label, cose.signature, err);
}

enum exh_status job_stamp_history(struct sign_job *job, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    job->stamps = calloc(LATE_STAMPS_MAX, sizeof *job->stamps);
    job->tokens = calloc(LATE_STAMPS_MAX, sizeof *job->tokens);
    if (!job->stamps || !job->tokens)
        return fail_no_memory(err);
    for (size_t i = job->ingredients.history.n; i-- > 0 && status == EXH_OK;)
        status = stamp_one(job, i, err);
    return status;
}
