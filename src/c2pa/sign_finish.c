/* sign_finish.c -- the claim, its signature, its time-stamp, and the store around them. */
#include "c2pa/sign_job.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "c2pa/cose_write.h"

static enum exh_status write_claim(struct sign_job *job, struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];

    buf_clear(&job->claim);
    claim_put(&job->claim, &job->draft, &job->facts);
    enum exh_status status = buf_finish(&job->claim, err);
    if (status != EXH_OK)
        return status;
    assert(job->claim.n == job->claim_n);
    if (!draft_hash(&job->draft, EXH_SHA256, buf_view(&job->claim), digest))
        return fail_no_memory(err);
    memcpy(job->done.claim_sha256, digest, sizeof job->done.claim_sha256);
    return EXH_OK;
}

static enum exh_status sign_claim(struct sign_job *job, uint8_t *signature, struct exh_error *err)
{
    const struct exh_signer *signer = job->signer;
    struct buf tbs = buf_with_limit(DRAFT_SIZE_MAX);

    cose_put_tbs(&tbs, "Signature1", buf_view(&job->protected_), COSE_NO_EXTERNAL,
                 buf_view(&job->claim));
    enum exh_status status = buf_finish(&tbs, err);
    if (status == EXH_OK)
        status = signer->sign(signer->ctx, buf_view(&tbs), signature, err);
    buf_free(&tbs);
    return status;
}

/* What time-stamps attest: the header's now, the assertion's of a later update. */
static enum exh_status note_imprints(struct sign_job *job, struct exh_bytes signature,
                                     struct exh_error *err)
{
    const enum exh_hash alg = job->options.hash;

    job->done.imprint_n = exh_hash_size(alg);
    if (!draft_hash(&job->draft, alg, signature, job->done.late_imprint))
        return fail_no_memory(err);
    return cose_imprint(job->crypto, alg, buf_view(&job->protected_), signature, job->done.imprint,
                        err);
}

/* A token for the signature. Without one the file is signed all the same: that is a warning. */
static void stamp(struct sign_job *job, uint8_t *token, size_t *n)
{
    const struct exh_stamper *s = job->options.stamper;
    const struct exh_bytes digest = { job->done.imprint, job->done.imprint_n };
    struct exh_error err;

    *n = 0;
    enum exh_status status =
        s->stamp(s->ctx, job->options.hash, digest, token, job->token_max, n, &err);
    if (status == EXH_OK && *n && *n <= job->token_max) {
        job->done.stamped = true;
        return;
    }
    if (status == EXH_OK)
        fail(&err, EXH_LIMIT, "the token has %zu bytes, %zu were reserved", *n, job->token_max);
    *n = 0;
    snprintf(job->done.warning, sizeof job->done.warning, "no time-stamp: %.400s", err.text);
}

static enum exh_status write_signature(struct sign_job *job, struct exh_bytes signature,
                                       struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    uint8_t *token = job->token_max ? malloc(job->token_max) : NULL;
    size_t token_n = 0;

    if (job->token_max && !token)
        return fail_no_memory(err);
    if (token)
        stamp(job, token, &token_n);
    const struct cose_parts parts = {
        .protected_ = buf_view(&job->protected_),
        .token = { token, token_n },
        .ocsp = o->ocsp,
        .ocsp_n = token_n ? o->ocsp_n : 0, // without a time-stamp they would not count
        .signature = signature,
    };
    buf_clear(&job->cose);
    cose_put(&job->cose, &parts, job->cose_n);
    free(token);
    return buf_finish(&job->cose, err);
}

enum exh_status job_finish(struct sign_job *job, struct exh_error *err)
{
    uint8_t signature[EXH_SIGNATURE_MAX];
    const struct exh_bytes view = { signature, job->signer->signature_size };
    enum exh_status status = write_claim(job, err);

    if (status == EXH_OK)
        status = sign_claim(job, signature, err);
    if (status == EXH_OK)
        status = note_imprints(job, view, err);
    if (status == EXH_OK)
        status = write_signature(job, view, err);
    if (status != EXH_OK)
        return status;

    buf_clear(&job->store);
    job_put_store(job, &job->store, buf_view(&job->claim), buf_view(&job->cose));
    status = buf_finish(&job->store, err);
    assert(status != EXH_OK || job->store.n == job->store_n);
    snprintf(job->done.label, sizeof job->done.label, "%s", job->draft.urn);
    return status;
}
