/*
 * hash_data.c -- c2pa.hash.data: one hash over everything but some ranges.
 *
 * The range that holds the manifest store must be exactly the container's bytes of it. A larger one
 * would leave bytes of the picture unsigned, and look as good.
 *
 * Spec: C2PA, "Data Hash", "Validating a data hash".
 */
#include <inttypes.h>

#include "c2pa/binding_hash.h"

#define EXCLUSIONS_MAX 256

#define MALFORMED "assertion.dataHash.malformed"
#define MISMATCH  "assertion.dataHash.mismatch"

struct data_hash {
    enum exh_hash alg;
    struct exh_bytes hash;
    struct span exclusions[EXCLUSIONS_MAX]; // in order, none of them empty
    size_t n;
};

/* Read one exclusion, which begins at `from` or later; false: the answer says why. */
static bool read_exclusion(struct cbor item, uint64_t from, struct span *out,
                           struct binding_answer *answer)
{
    if (!cbor_uint(cbor_get(item, "start"), &out->at) ||
        !cbor_uint(cbor_get(item, "length"), &out->n)) {
        binding_fails(answer, MALFORMED, "an exclusion without start and length");
        return false;
    }
    if (out->at < from) {
        binding_fails(answer, MALFORMED,
                      "an exclusion begins at %" PRIu64 ", but the one before it ends at %" PRIu64,
                      out->at, from);
        return false;
    }
    if (out->at > INT64_MAX || out->n > INT64_MAX) { // so that sums fit; no file is that large
        binding_fails(answer, MISMATCH,
                      "the exclusion of %" PRIu64 " bytes at %" PRIu64
                      " ends beyond the end of any file",
                      out->n, out->at);
        return false;
    }
    return true;
}

static bool read_exclusions(struct cbor list, struct data_hash *d, struct binding_answer *answer)
{
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;
    uint64_t from = 0;

    if (!cbor_is(list, CBOR_NONE) && !cbor_is(list, CBOR_ARRAY)) {
        binding_fails(answer, MALFORMED, "its exclusions are not an array");
        return false;
    }
    while (cbor_next(&walk, NULL, &item)) {
        struct span span;
        if (!read_exclusion(item, from, &span, answer))
            return false;
        from = span.at + span.n;
        if (!span.n)
            continue;
        if (d->n == EXCLUSIONS_MAX) {
            binding_fails(answer, MALFORMED, "more than %d exclusions", EXCLUSIONS_MAX);
            return false;
        }
        d->exclusions[d->n++] = span;
    }
    return true;
}

static bool read_assertion(const struct binding_question *q, struct data_hash *d,
                           struct binding_answer *answer)
{
    struct cbor hash = cbor_get(q->assertion, "hash");
    struct exh_bytes pad;

    d->alg = binding_alg(q->assertion, q->alg);
    if (!d->alg) {
        binding_fails(answer, "algorithm.unsupported",
                      "neither the assertion nor its claim names a hash algorithm that is allowed");
        return false;
    }
    if (cbor_is(hash, CBOR_NONE)) {
        binding_fails(answer, MISMATCH, "the assertion holds no hash");
        return false;
    }
    if (!cbor_bytes(hash, &d->hash)) {
        binding_fails(answer, MALFORMED, "its hash is not a byte string");
        return false;
    }
    if (!cbor_bytes(cbor_get(q->assertion, "pad"), &pad)) {
        binding_fails(answer, MALFORMED, "its padding is missing, or not a byte string");
        return false;
    }
    return read_exclusions(cbor_get(q->assertion, "exclusions"), d, answer);
}

/* Where the store lies in the asset; n is 0 when it lies elsewhere. */
static struct span store_of(const struct binding_question *q)
{
    return q->sidecar ? (struct span){ 0 } : q->container->store;
}

/*
 * Update manifests made the store grow after the hash was taken: its exclusion has the length of
 * today, and what lay behind it has moved.
 */
static void grow_store(const struct binding_question *q, struct data_hash *d)
{
    const struct span store = store_of(q);
    uint64_t growth = 0; // modulo 2^64: the store may have shrunk

    for (size_t i = 0; i < d->n && q->updated && store.n; i++) {
        const uint64_t at = d->exclusions[i].at;
        d->exclusions[i].at += growth;
        if (at != store.at)
            continue;
        growth = store.n - d->exclusions[i].n;
        d->exclusions[i] = store;
    }
}

static bool check_end(const struct binding_question *q, const struct data_hash *d,
                      struct binding_answer *answer)
{
    if (!d->n)
        return true;
    const struct span last = d->exclusions[d->n - 1];
    if (last.at <= q->asset->size && last.n <= q->asset->size - last.at)
        return true;
    binding_fails(answer, MISMATCH,
                  "the exclusion of %" PRIu64 " bytes at %" PRIu64
                  " ends beyond the file, which has %" PRIu64 " bytes",
                  last.n, last.at, q->asset->size);
    return false;
}

static enum exh_status hash_outside(const struct binding_question *q, const struct data_hash *d,
                                    bool *matches, struct exh_error *err)
{
    struct exh_hasher *h = q->crypto->hash_new(d->alg);
    enum exh_status status = h ? EXH_OK : fail_no_memory(err);
    uint64_t at = 0;
    uint64_t done = 0;

    for (size_t i = 0; i <= d->n && status == EXH_OK; i++) {
        const uint64_t to = i < d->n ? d->exclusions[i].at : q->asset->size;
        status = binding_hash_add(q, h, (struct span){ at, to - at }, &done, err);
        if (i < d->n)
            at = to + d->exclusions[i].n;
    }
    if (status != EXH_OK) {
        q->crypto->hash_free(h);
        return status;
    }
    *matches = binding_hash_is(q, h, d->hash);
    return EXH_OK;
}

/* The exclusion that has bytes in common with the store; d->n: none has. */
static size_t find_store(const struct data_hash *d, struct span store)
{
    size_t i = 0;

    while (i < d->n && (d->exclusions[i].at >= store.at + store.n ||
                        store.at >= d->exclusions[i].at + d->exclusions[i].n))
        i++;
    return i;
}

static void judge(const struct binding_question *q, const struct data_hash *d, bool matches,
                  struct binding_answer *out)
{
    const struct span store = store_of(q);
    const size_t i = store.n ? find_store(d, store) : d->n;

    if (store.n && i == d->n) {
        binding_fails(out, MISMATCH,
                      "no exclusion holds the manifest store, bytes %" PRIu64 " to %" PRIu64,
                      store.at, store.at + store.n);
    } else if (store.n && (d->exclusions[i].at != store.at || d->exclusions[i].n != store.n)) {
        const struct span e = d->exclusions[i];
        binding_fails(out, MISMATCH,
                      "bytes %" PRIu64 " to %" PRIu64
                      " are excluded, but the manifest store is bytes %" PRIu64 " to %" PRIu64
                      "; %s",
                      e.at, e.at + e.n, store.at, store.at + store.n,
                      matches ? "what is left has the hash that was signed"
                              : "and what is left has another hash than was signed");
    } else if (!matches) {
        binding_fails(out, MISMATCH,
                      "the content is not what was signed: its %s is another, over all %" PRIu64
                      " bytes%s",
                      exh_hash_name(d->alg), q->asset->size, d->n ? " but what is excluded" : "");
    } else {
        *out = (struct binding_answer){ .code = "assertion.dataHash.match", .kind = EXH_SUCCESS };
    }
    if (d->n > (store.n ? 1 : 0))
        out->informational = "assertion.dataHash.additionalExclusionsPresent";
}

enum exh_status hash_data_check(const struct binding_question *q, struct binding_answer *out,
                                struct exh_error *err)
{
    struct data_hash d = { 0 };
    bool matches;

    if (!read_assertion(q, &d, out))
        return EXH_OK;
    grow_store(q, &d);
    if (!check_end(q, &d, out))
        return EXH_OK;
    enum exh_status status = hash_outside(q, &d, &matches, err);
    if (status == EXH_OK)
        judge(q, &d, matches, out);
    return status;
}
