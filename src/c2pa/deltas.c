/*
 * deltas.c -- what the ingredients' manifests show that was not said of them when they were taken in.
 *
 * Spec: C2PA, "Validate the Ingredients".
 */
#include "c2pa/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"

#define RECORDED_MAX 65536 // statuses that all ingredient assertions together may record

/* Does a URL name the active manifest or something in it? */
static bool is_of_active(const struct validation *v, const char *url)
{
    const char *active = v->items[v->active].url;
    const size_t n = strlen(active);

    return url && strncmp(url, active, n) == 0 && (url[n] == 0 || url[n] == '/');
}

/* A status with the place it speaks of, as one comparable thing. */
struct spot {
    enum code code;
    struct exh_bytes manifest, store, box;
};

struct recordings {
    struct spot *items;
    size_t n, size;
};

static int compare_bytes(struct exh_bytes a, struct exh_bytes b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = n ? memcmp(a.p, b.p, n) : 0;

    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_spots(const void *x, const void *y)
{
    const struct spot *a = x, *b = y;
    int order = (a->code > b->code) - (a->code < b->code);

    if (!order)
        order = compare_bytes(a->manifest, b->manifest);
    if (!order)
        order = compare_bytes(a->box, b->box);
    return order ? order : compare_bytes(a->store, b->store);
}

/* manifest stands in where the URL is relative. A URL that names nothing here is a place of its own. */
static struct spot spot_of(enum code code, struct exh_bytes url, struct exh_bytes manifest)
{
    struct jumbf_uri u;

    if (!jumbf_uri_read(url, &u) || (!u.manifest.n && !manifest.n))
        return (struct spot){ .code = code, .box = url };
    return (struct spot){ code, u.manifest.n ? u.manifest : manifest, u.store, u.box };
}

static bool grow(struct validation *v, struct recordings *all)
{
    const size_t size = all->size ? 2 * all->size : 32;
    struct spot *items = size <= RECORDED_MAX ? arena_array(v->arena, size, sizeof *items) : NULL;

    if (!items)
        return false; // what is not recorded is told: the safe side
    if (all->n)
        memcpy(items, all->items, all->n * sizeof *items);
    all->items = items;
    all->size = size;
    return true;
}

static void record(struct validation *v, struct recordings *all, struct cbor status,
                   struct exh_bytes manifest)
{
    struct exh_bytes name, url;
    struct jumbf_uri u;
    char code[64];

    if (!cbor_text(cbor_get(status, "code"), &name) || name.n >= sizeof code ||
        !cbor_text(cbor_get(status, "url"), &url))
        return;
    memcpy(code, name.p, name.n);
    code[name.n] = 0;
    // As it stands too: we tell of a reference that leads nowhere in its own words.
    const struct exh_bytes bases[] = { manifest, { 0 } };
    const bool relative = jumbf_uri_read(url, &u) && !u.manifest.n;
    for (size_t i = 0; i < (relative ? ARRAY_N(bases) : 1); i++)
        if (all->n < all->size || grow(v, all))
            all->items[all->n++] = spot_of(code_named(code), url, bases[i]);
}

static void record_list(struct validation *v, struct recordings *all, struct cbor list,
                        struct exh_bytes manifest)
{
    struct cbor_walk walk = cbor_walk(list);
    struct cbor status;

    while (cbor_is(list, CBOR_ARRAY) && cbor_next(&walk, NULL, &status))
        record(v, all, status, manifest);
}

static void record_codes(struct validation *v, struct recordings *all, struct cbor codes,
                         struct exh_bytes manifest)
{
    record_list(v, all, cbor_get(codes, "success"), manifest);
    record_list(v, all, cbor_get(codes, "informational"), manifest);
    record_list(v, all, cbor_get(codes, "failure"), manifest);
}

/* validationResults of version 3, validationStatus before. */
static void record_ingredient(struct validation *v, struct recordings *all,
                              const struct ingredient *in)
{
    struct jumbf_uri u = { 0 };
    struct cbor delta;

    jumbf_uri_read(in->manifest.url, &u);
    record_list(v, all, in->results, u.manifest);
    record_codes(v, all, cbor_get(in->results, "activeManifest"), u.manifest);
    struct cbor_walk walk = cbor_walk(cbor_get(in->results, "ingredientDeltas"));
    while (cbor_next(&walk, NULL, &delta))
        record_codes(v, all, cbor_get(delta, "validationDeltas"), u.manifest);
}

static bool is_recorded(const struct recordings *all, const struct exh_finding *f)
{
    if (!all->n || !f->url)
        return false;
    const struct spot spot =
        spot_of(code_named(f->code), bytes_of(f->url), (struct exh_bytes){ 0 });
    return bsearch(&spot, all->items, all->n, sizeof spot, compare_spots);
}

/* Copy into to what is news: not of the active manifest, not recorded. */
static void copy_news(const struct validation *v, const struct recordings *all,
                      const struct findings *from, struct exh_finding *to, size_t *n)
{
    for (size_t i = 0; i < from->n; i++)
        if (!is_of_active(v, from->items[i].url) && !is_recorded(all, &from->items[i]))
            to[(*n)++] = from->items[i];
}

/* One delta an ingredient assertion; a manifest is told once, at the first that leads to it. */
static bool make_delta(struct validation *v, const struct recordings *all,
                       const struct ingredient *in, bool *told, struct exh_delta *out)
{
    const struct judged *t = in->target >= 0 ? &v->items[in->target] : NULL;
    const bool tell = t && !told[in->target] && (size_t)in->target != v->active;
    const size_t room = in->findings.n + (tell ? t->findings.n : 0);
    struct exh_finding *items = arena_array(v->arena, room, sizeof *items);
    size_t n = 0;

    if (!items) {
        v->no_memory = true;
        return false;
    }
    copy_news(v, all, &in->findings, items, &n);
    if (tell) {
        told[in->target] = true;
        copy_news(v, all, &t->findings, items, &n);
    }
    *out = (struct exh_delta){ in->url, { items, n } };
    return n > 0;
}

const struct exh_delta *collect_deltas(struct validation *v, size_t *n)
{
    struct recordings all = { 0 };
    bool *told = arena_array(v->arena, v->n, sizeof *told);
    struct exh_delta *deltas = arena_array(v->arena, v->ingredients_n, sizeof *deltas);

    *n = 0;
    if (!told || !deltas) {
        v->no_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < v->n; i++)
        for (size_t k = 0; v->items[i].reachable && k < v->items[i].ingredients_n; k++)
            record_ingredient(v, &all, &v->items[i].ingredients[k]);
    if (all.n)
        qsort(all.items, all.n, sizeof *all.items, compare_spots);
    for (size_t i = v->n; i-- > 0;) // the active manifest's ingredients first
        for (size_t k = 0; v->items[i].reachable && k < v->items[i].ingredients_n; k++)
            *n += make_delta(v, &all, &v->items[i].ingredients[k], told, &deltas[*n]);
    return deltas;
}

void adopt_own_findings(struct validation *v)
{
    struct judged *m = &v->items[v->active];

    for (size_t k = 0; k < m->ingredients_n; k++)
        for (size_t i = 0; i < m->ingredients[k].findings.n; i++) {
            const struct exh_finding *f = &m->ingredients[k].findings.items[i];
            if (is_of_active(v, f->url))
                add_finding(v, &m->findings, code_named(f->code), f->url, "%s", f->explanation);
        }
}
