/*
 * binding_case.h -- a question to a hard binding, with a hash that needs no library.
 */
#ifndef TESTS_BINDING_CASE_H
#define TESTS_BINDING_CASE_H

#include "c2pa/binding.h"
#include "formats/plan_run.h"

/* FNV-1a, repeated to the digest's size: it tells bytes and their order apart, as a test needs. */
struct exh_hasher {
    uint64_t state;
    enum exh_hash alg;
};

static int case_hashers; // made and not yet freed

static inline struct exh_hasher *case_hash_new(enum exh_hash alg)
{
    struct exh_hasher *h = malloc(sizeof *h);

    *h = (struct exh_hasher){ UINT64_C(0xCBF29CE484222325) + alg, alg };
    case_hashers++;
    return h;
}

static inline void case_hash_update(struct exh_hasher *h, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h->state = (h->state ^ p[i]) * UINT64_C(0x100000001B3);
}

static inline void case_hash_free(struct exh_hasher *h)
{
    case_hashers -= h != NULL;
    free(h);
}

static inline size_t case_hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_hash_size(h->alg);

    for (size_t i = 0; i < n; i++)
        digest[i] = (uint8_t)(h->state >> i % 8 * 8);
    case_hash_free(h);
    return n;
}

static const struct exh_crypto case_crypto = {
    .hash_new = case_hash_new,
    .hash_update = case_hash_update,
    .hash_final = case_hash_final,
    .hash_free = case_hash_free,
};

/* The digest of some spans of the asset, in order. */
static inline struct exh_bytes case_digest(enum exh_hash alg, struct exh_bytes asset,
                                           const struct span *spans, size_t n,
                                           uint8_t to[EXH_HASH_MAX])
{
    struct exh_hasher *h = case_hash_new(alg);

    for (size_t i = 0; i < n; i++)
        case_hash_update(h, asset.p + spans[i].at, (size_t)spans[i].n);
    return (struct exh_bytes){ to, case_hash_final(h, to) };
}

/* An asset made from a bare one: `out` is it with a store of store_n bytes. */
static inline void case_embed(struct exh_bytes bare, enum plan_goal goal, size_t store_n,
                              struct buf *out)
{
    struct exh_source s = exh_source_memory(bare.p, bare.n);
    struct container c = { 0 };
    struct plan *plan = NULL;
    struct buf store;
    struct exh_error err;

    plan_run_store(&store, store_n);
    if (!CHECK(container_read(&s, &c, &err) == EXH_OK &&
                   plan_new(&s, &c, goal, store_n, &plan, &err) == EXH_OK,
               "%s", err.text))
        abort();
    *out = buf_with_limit(PLAN_RUN_MAX);
    plan_run(&s, plan, buf_view(&store), out, NULL);
    plan_free(plan);
    container_free(&c);
    buf_free(&store);
}

static inline void case_progress(void *ctx, uint64_t done, uint64_t total)
{
    uint64_t *last = ctx;

    CHECK(done > *last && done <= total, "progress %" PRIu64 " after %" PRIu64 " of %" PRIu64, done,
          *last, total);
    *last = done;
}

typedef enum exh_status case_checker(const struct binding_question *q, struct binding_answer *out,
                                     struct exh_error *err);

struct binding_case {
    const char *name;
    struct exh_bytes asset;
    struct exh_bytes assertion;
    bool sidecar;
    bool updated;
    enum exh_hash alg; // of the claim
};

/* Ask; the code must be this one, and the explanation hold `says`. */
static inline struct binding_answer case_ask(case_checker *check, const struct binding_case *c,
                                             const char *code, const char *says)
{
    uint64_t progress = 0;
    uint8_t *copy = exact_copy(c->asset.p, c->asset.n);
    struct exh_source asset = exh_source_memory(copy, c->asset.n);
    struct container container = { 0 };
    struct binding_question q = { .crypto = &case_crypto,
                                  .asset = &asset,
                                  .container = &container,
                                  .sidecar = c->sidecar,
                                  .updated = c->updated,
                                  .alg = c->alg,
                                  .progress = case_progress,
                                  .progress_ctx = &progress };
    struct binding_answer answer = { 0 };
    struct exh_error err = { 0 };

    CHECK(container_read(&asset, &container, &err) == EXH_OK, "%s: %s", c->name, err.text);
    CHECK(cbor_parse(c->assertion, 0, &q.assertion, &err) == EXH_OK, "%s: %s", c->name, err.text);
    if (CHECK(check(&q, &answer, &err) == EXH_OK && answer.code, "%s: %s", c->name, err.text)) {
        CHECK(strcmp(answer.code, code) == 0, "%s: %s (%s)", c->name, answer.code,
              answer.explanation);
        CHECK(strstr(answer.explanation, says), "%s: '%s' does not say '%s'", c->name,
              answer.explanation, says);
        CHECK((answer.kind == EXH_SUCCESS) == (strstr(code, ".match") != NULL) &&
                  answer.kind != EXH_INFORMATIONAL,
              "%s: kind %d", c->name, answer.kind);
        CHECK(answer.kind == EXH_SUCCESS || answer.explanation[0], "%s: no explanation", c->name);
    }
    CHECK(case_hashers == 0, "%s: %d hashers left", c->name, case_hashers);
    container_free(&container);
    free(copy);
    return answer;
}

#endif
