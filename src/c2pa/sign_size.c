/* sign_size.c -- how large everything will be, before anything is hashed. */
#include "c2pa/sign_job.h"

#include "base/error.h"
#include "c2pa/cose_write.h"

#define ROUNDS_MAX   8    // each makes a number wider; a number has five widths
#define LENGTH_GUESS 4096 // bytes of most stores, or as many digits

bool job_is_bmff(const struct sign_job *job)
{
    return job->known_format && job->container.format == FORMAT_BMFF;
}

bool job_is_apart(const struct sign_job *job)
{
    return job->options.update && !job->options.sidecar && job_is_bmff(job);
}

void job_put_binding(struct sign_job *job, struct exh_bytes digest)
{
    struct hash_data_facts facts = job->binding;

    facts.digest = digest;
    if (job->fragments)
        job_put_fragments(job, digest);
    else if (job_is_bmff(job))
        assertion_put_hash_bmff(&job->draft, digest);
    else
        assertion_put_hash_data(&job->draft, &facts);
}

/* The placeholder has the size of the real binding: digests have one size. */
static void put_placeholder(struct sign_job *job)
{
    static const uint8_t zeros[EXH_HASH_MAX];

    job_put_binding(job, (struct exh_bytes){ zeros, exh_hash_size(job->options.hash) });
}

static size_t put_description(struct buf *b, const char four[4], const char *label)
{
    jumbf_type type;

    jumbf_type_of(four, type);
    return jumbf_put_open(b, type, label, (struct exh_bytes){ 0 });
}

/* A superbox with one CBOR box. */
static void put_cbor(struct buf *b, const char four[4], const char *label, struct exh_bytes content)
{
    const size_t superbox = put_description(b, four, label);
    const size_t box = jumbf_put_box_open(b, "cbor");

    buf_put_bytes(b, content);
    jumbf_put_close(b, box);
    jumbf_put_close(b, superbox);
}

void job_put_store(struct sign_job *job, struct buf *b, struct exh_bytes claim,
                   struct exh_bytes cose)
{
    const size_t store = put_description(b, "c2pa", "c2pa");

    if (!job_is_apart(job))
        history_put(&job->ingredients.history, HISTORY_MAIN, b);
    history_put(&job->ingredients.history, HISTORY_UPDATE, b);

    const size_t manifest =
        put_description(b, job->options.update ? "c2um" : "c2ma", job->draft.urn);
    const size_t assertions = put_description(b, "c2as", "c2pa.assertions");
    buf_put_bytes(b, buf_view(&job->draft.boxes));
    jumbf_put_close(b, assertions);
    put_cbor(b, "c2cl", "c2pa.claim.v2", claim);
    put_cbor(b, "c2cs", "c2pa.signature", cose);
    jumbf_put_close(b, manifest);
    jumbf_put_close(b, store);
}

/* Bytes of the signature, with what is reserved for a token and the responses beside it. */
static enum exh_status size_cose(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    struct buf zeros = buf_with_limit(COSE_WRITE_MAX);
    struct buf cose = buf_with_limit(COSE_WRITE_MAX);
    const size_t zeros_n = job->token_max > EXH_SIGNATURE_MAX ? job->token_max : EXH_SIGNATURE_MAX;

    buf_put_zeros(&zeros, zeros_n);
    cose_put_protected(&job->protected_, job->signer, NULL);
    const struct cose_parts parts = {
        .protected_ = buf_view(&job->protected_),
        .token = { zeros.p, job->token_max },
        .ocsp = o->ocsp,
        .ocsp_n = o->ocsp_n,
        .signature = { zeros.p, job->signer->signature_size },
    };
    enum exh_status status = buf_finish(&zeros, err);
    if (status == EXH_OK) {
        cose_put(&cose, &parts, 0);
        status = buf_finish(&cose, err);
    }
    // A shorter token leaves room for a pad; the least pad has a size, so that is always there.
    job->cose_n = cose.n + (job->token_max ? COSE_PAD_MIN : 0);
    buf_free(&zeros);
    buf_free(&cose);
    return status;
}

static enum exh_status size_claim(struct sign_job *job, struct exh_error *err)
{
    buf_clear(&job->claim);
    claim_put(&job->claim, &job->draft, &job->facts);
    job->claim_n = job->claim.n;
    return buf_finish(&job->claim, err);
}

/* The store with everything in its place, to see how large it is. */
static enum exh_status size_store(struct sign_job *job, struct exh_error *err)
{
    // All boxes have fixed sizes but their content: a store of empty ones tells the rest.
    buf_clear(&job->store);
    job_put_store(job, &job->store, (struct exh_bytes){ 0 }, (struct exh_bytes){ 0 });
    job->store_n = job->store.n + job->claim_n + job->cose_n;
    return buf_finish(&job->store, err);
}

static enum exh_status new_plan(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    const enum plan_goal goal = o->sidecar  ? PLAN_NONE
                                : o->update ? PLAN_UPDATE
                                : o->append ? PLAN_APPEND
                                            : PLAN_EMBED;

    plan_free(job->plan);
    job->plan = NULL;
    if (!job->known_format)
        return EXH_OK; // copied as it is
    return plan_new(job->source, &job->container, goal, o->sidecar ? 0 : job->store_n, &job->plan,
                    err);
}

static size_t width_of(uint64_t v)
{
    return v < 24 ? 1 : v <= UINT8_MAX ? 2 : v <= UINT16_MAX ? 3 : v <= UINT32_MAX ? 5 : 9;
}

/*
 * An exclusion tells where the store lies, and so stands in the store whose size decides where it
 * lies: its numbers are tried until they fit. A number that came out shorter is made up for by pad.
 */
static enum exh_status size_exclusion(struct sign_job *job, struct exh_error *err)
{
    struct hash_data_facts *b = &job->binding;

    *b = (struct hash_data_facts){ .start = job->container.store.at, .length = LENGTH_GUESS };
    for (int round = 0; round < ROUNDS_MAX; round++) {
        put_placeholder(job);
        enum exh_status status = size_claim(job, err);
        if (status == EXH_OK)
            status = size_store(job, err);
        if (status == EXH_OK)
            status = new_plan(job, err);
        if (status != EXH_OK)
            return status;
        const struct span hole = plan_store(job->plan);
        const size_t have = width_of(b->start) + width_of(b->length) + b->pad;
        const size_t need = width_of(hole.at) + width_of(hole.n);
        b->start = hole.at;
        b->length = hole.n;
        b->pad = need < have ? have - need : 0;
        draft_drop(&job->draft);
        if (need <= have) {
            put_placeholder(job);
            return EXH_OK;
        }
    }
    return fail(err, EXH_LIMIT, "the store's place does not settle");
}

enum exh_status job_size(struct sign_job *job, struct exh_error *err)
{
    const struct exh_sign_options *o = &job->options;
    enum exh_status status = size_cose(job, err);

    if (status != EXH_OK)
        return status;
    if (!o->update && !o->sidecar && !job_is_bmff(job))
        return size_exclusion(job, err);
    if (!o->update)
        put_placeholder(job); // a sidecar excludes nothing, and bmff excludes boxes by their names
    status = size_claim(job, err);
    if (status == EXH_OK)
        status = size_store(job, err);
    return status == EXH_OK ? new_plan(job, err) : status;
}
