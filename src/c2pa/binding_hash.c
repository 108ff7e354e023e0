#include "c2pa/binding_hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "c2pa/labels.h"

enum exh_hash binding_alg(struct cbor map, enum exh_hash enclosing)
{
    struct cbor alg = cbor_get(map, "alg");
    struct exh_bytes name;

    if (cbor_is(alg, CBOR_NONE))
        return enclosing;
    return cbor_text(alg, &name) ? hash_named(name) : EXH_HASH_NONE;
}

struct feed {
    const struct binding_question *q;
    struct exh_hasher *h;
    uint64_t *done;
};

static enum exh_status feed(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    struct feed *f = ctx;

    (void)err;
    f->q->crypto->hash_update(f->h, p, n);
    *f->done += n;
    if (f->q->progress)
        f->q->progress(f->q->progress_ctx, *f->done, f->q->asset->size);
    return EXH_OK;
}

enum exh_status binding_hash_add(const struct binding_question *q, struct exh_hasher *h,
                                 struct span span, uint64_t *done, struct exh_error *err)
{
    struct feed f = { q, h, done };

    return source_visit(q->asset, span.at, span.n, feed, &f, err);
}

bool binding_hash_is(const struct binding_question *q, struct exh_hasher *h, struct exh_bytes want)
{
    uint8_t digest[EXH_HASH_MAX];
    const size_t n = q->crypto->hash_final(h, digest);

    return want.n == n && memcmp(want.p, digest, n) == 0;
}

void binding_fails(struct binding_answer *out, const char *code, const char *fmt, ...)
{
    va_list args;

    *out = (struct binding_answer){ .code = code, .kind = EXH_FAILURE };
    va_start(args, fmt);
    vsnprintf(out->explanation, sizeof out->explanation, fmt, args);
    va_end(args);
}
