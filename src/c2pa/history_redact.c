#include "base/error.h"
#include "base/text.h"
#include "c2pa/claim.h"
#include "c2pa/history_change.h"
#include "c2pa/labels.h"

#include <stdlib.h>
#include <string.h>

#define CLAIM_ARENA_MAX ((size_t)4 << 20) // CLAIM_REFS_MAX entries take less

/* Mark every manifest that the active ones lead to, by ingredient assertions. */
struct sweep {
    struct history *history;
    bool *reached;
    size_t *stack;
    size_t depth;
};

static void reach(struct sweep *s, ptrdiff_t i)
{
    if (i < 0 || s->reached[i])
        return;
    s->reached[i] = true;
    s->stack[s->depth++] = (size_t)i;
}

static enum exh_status follow(struct sweep *s, size_t i, struct exh_error *err)
{
    struct buf unpacked = { 0 };
    struct exh_bytes content = s->history->items[i].content;
    struct assertion_walk walk = { 0 };
    struct assertion_view a;
    struct manifest_view m;
    bool more = true;
    enum exh_status status = EXH_OK;

    if (s->history->items[i].compressed)
        status = history_unpack(s->history, i, &unpacked, &content, err);
    if (status == EXH_OK)
        status = manifest_view(content, &m, err);
    while (status == EXH_OK && more) {
        status = manifest_next_assertion(&m, &walk, &a, &more, err);
        if (status == EXH_OK && more) {
            const struct exh_bytes to = ingredient_manifest(&a);
            if (to.n)
                reach(s, history_find(s->history, to));
        }
    }
    buf_free(&unpacked);
    return status;
}

static enum exh_status mark(struct sweep *s, const size_t *roots, size_t roots_n,
                            struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    memset(s->reached, 0, s->history->n * sizeof *s->reached);
    for (size_t i = 0; i < roots_n; i++)
        reach(s, (ptrdiff_t)roots[i]);
    while (status == EXH_OK && s->depth)
        status = follow(s, s->stack[--s->depth], err);
    return status;
}

/* What may not be redacted, because nothing could be judged without it. */
static enum exh_status check_allowed(const struct history *h, size_t i, const struct jumbf_uri *uri,
                                     struct exh_error *err)
{
    if (label_is(uri->box, "c2pa.actions") || label_is_hard_binding(uri->box))
        return fail(err, EXH_INVALID,
                    "'%.*s' must not be redacted: the file could not be judged "
                    "without it",
                    (int)uri->box.n, (const char *)uri->box.p);
    if (h->items[i].update && label_is(uri->box, "c2pa.ingredient"))
        return fail(err, EXH_INVALID, "the parent of an update manifest must not be redacted");
    return EXH_OK;
}

/* Whether a claim lists this assertion. */
static bool claim_lists(const struct claim *claim, struct exh_bytes label)
{
    struct jumbf_uri uri;

    for (size_t i = 0; i < claim->refs_n; i++)
        if (jumbf_uri_read(claim->refs[i].uri.url, &uri) && bytes_equal(uri.box, label))
            return true;
    return false;
}

/* A redaction is found in the claim that lists the assertion; what is not listed was never stated. */
static enum exh_status check_listed(const struct history *h, size_t i, struct exh_bytes label,
                                    struct exh_error *err)
{
    struct arena arena = arena_with_limit(CLAIM_ARENA_MAX);
    struct manifest_view m;
    struct claim claim;
    struct cbor item;
    enum exh_status status = manifest_view(h->items[i].content, &m, err);

    if (status == EXH_OK)
        status = cbor_parse(m.claim, 0, &item, err);
    if (status == EXH_OK)
        status = claim_read(item, m.claim_label, &arena, &claim, err);
    if (status == EXH_OK && !claim_lists(&claim, label))
        status = fail(err, EXH_NOT_FOUND, "the manifest lists no assertion '%.*s'", (int)label.n,
                      (const char *)label.p);
    arena_free(&arena);
    return status;
}

static bool has_label(void *ctx, const struct assertion_view *a)
{
    const struct exh_bytes *label = ctx;

    return bytes_equal(a->label, *label);
}

/* Cut the assertion; what was reached before, and is not any more, goes with it. */
static enum exh_status cut_and_sweep(struct sweep *s, size_t i, struct exh_bytes label,
                                     const size_t *roots, size_t roots_n, struct exh_error *err)
{
    const size_t n = s->history->n;
    bool *before = s->reached + n;
    enum exh_status status = mark(s, roots, roots_n, err);

    memcpy(before, s->reached, n * sizeof *before);
    if (status == EXH_OK)
        status = history_cut(s->history, i, has_label, &label, err);
    if (status == EXH_OK && label_is(label, "c2pa.ingredient"))
        status = mark(s, roots, roots_n, err);
    for (size_t k = 0; k < n && status == EXH_OK; k++)
        if (before[k] && !s->reached[k])
            s->history->items[k].gone = true;
    return status;
}

enum exh_status history_redact(struct history *h, const char *url, const size_t *roots,
                               size_t roots_n, struct exh_error *err)
{
    struct jumbf_uri uri;

    if (!jumbf_uri_read(bytes_of(url), &uri) || !uri.manifest.n || !uri.box.n ||
        !bytes_are(uri.store, "c2pa.assertions"))
        return fail(err, EXH_INVALID,
                    "redaction '%.200s': expected "
                    "self#jumbf=/c2pa/MANIFEST/c2pa.assertions/LABEL",
                    url);
    const ptrdiff_t i = history_find(h, uri.manifest);
    if (i < 0 || !h->items[i].manifest)
        return fail(err, EXH_NOT_FOUND, "redaction '%.200s': no ingredient has this manifest", url);

    enum exh_status status = history_expand(h, (size_t)i, err);
    if (status == EXH_OK)
        status = check_allowed(h, (size_t)i, &uri, err);
    if (status == EXH_OK)
        status = check_listed(h, (size_t)i, uri.box, err);
    if (status != EXH_OK)
        return status;
    struct sweep s = { .history = h,
                       .reached = calloc(h->n, 2 * sizeof *s.reached),
                       .stack = calloc(h->n, sizeof *s.stack) };
    if (s.reached && s.stack)
        status = cut_and_sweep(&s, (size_t)i, uri.box, roots, roots_n, err);
    else
        status = fail_no_memory(err);
    free(s.reached);
    free(s.stack);
    return status;
}
