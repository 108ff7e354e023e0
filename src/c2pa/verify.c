#include <exhibit/verify.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"
#include "c2pa/report.h"
#include "formats/xmp.h"

/* The store of a sidecar: the whole file. */
static enum exh_status read_sidecar(const struct exh_source *store, struct container *c,
                                    struct exh_error *err)
{
    if (store->size > STORE_MAX)
        return fail(err, EXH_LIMIT, "sidecar: more than %zu bytes", STORE_MAX);
    buf_clear(&c->jumbf);
    uint8_t *room = buf_room(&c->jumbf, (size_t)store->size);
    if (!room)
        return buf_finish(&c->jumbf, err);
    return source_read(store, 0, room, (size_t)store->size, err);
}

/* Find the asset's container; an asset of unknown format can still have a sidecar. */
static enum exh_status find_store(struct report *r, const struct exh_source *source,
                                  const struct exh_verify_options *o, bool *sidecar,
                                  struct exh_error *err)
{
    enum exh_status status = container_read(source, &r->container, err);

    *sidecar = o->store != NULL;
    if (!o->store)
        return status;
    if (status == EXH_UNSUPPORTED || status == EXH_MALFORMED) {
        memset(&r->container, 0, sizeof r->container);
        r->container.jumbf = buf_with_limit(STORE_MAX);
        status = EXH_OK;
    }
    if (status != EXH_OK)
        return status;
    r->container.jumbf.limit = STORE_MAX;
    status = read_sidecar(o->store, &r->container, err);
    return status == EXH_OK ? status : within(err, "sidecar");
}

/* Get the store from where the asset's XMP says it lies. */
static enum exh_status fetch_store(struct report *r, const struct exh_verify_options *o,
                                   const char *url, struct exh_error *err)
{
    size_t n = 0;
    uint8_t *store = malloc(STORE_MAX);

    if (!store)
        return fail_no_memory(err);
    enum exh_status status = o->fetch(o->fetch_ctx, EXH_FETCH_MANIFEST, url,
                                      (struct exh_bytes){ 0 }, store, STORE_MAX, &n, err);
    if (status != EXH_OK)
        status = within(err, "the credential that the file names (manifest.inaccessible)");
    if (status == EXH_OK) {
        buf_put(&r->container.jumbf, store, n);
        status = buf_finish(&r->container.jumbf, err);
    }
    free(store);
    r->pub.remote = status == EXH_OK;
    return status;
}

/* An asset without a store: does it name one elsewhere? It is fetched only if the caller can. */
static enum exh_status look_elsewhere(struct report *r, const struct exh_source *source,
                                      const struct exh_verify_options *o, struct exh_error *err)
{
    char url[XMP_URL_MAX];
    bool found = false;
    enum exh_status status = xmp_provenance(source, &r->container, url, &found, err);

    if (status != EXH_OK || !found)
        return status;
    if (o->fetch)
        return fetch_store(r, o, url, err);
    const char **warning = arena_take(&r->arena, sizeof *warning);
    const char *text = arena_printf(&r->arena,
                                    "the file says that its credential lies at %s; "
                                    "it is fetched only with --online",
                                    url);
    if (!warning || !text)
        return fail_no_memory(err);
    warning[0] = text;
    r->pub.warnings = warning;
    r->pub.warnings_n = 1;
    return EXH_OK;
}

static bool init_manifests(struct validation *v)
{
    v->n = v->store.n;
    v->items = arena_array(v->arena, v->n, sizeof *v->items);
    if (!v->items)
        return false;
    for (size_t i = 0; i < v->n; i++) {
        v->items[i].manifest = &v->store.items[i];
        v->items[i].label = keep_text(v, v->store.items[i].label);
        v->items[i].url = keep_printf(v, "self#jumbf=/c2pa/%s", v->items[i].label);
        v->items[i].parent = -1;
    }
    v->active = v->n - 1;
    v->binding = -1;
    return true;
}

/* Mark what the active manifest leads to. Each manifest is entered once: circles end. */
static bool mark_reachable(struct validation *v)
{
    size_t *waiting = arena_array(v->arena, v->n, sizeof *waiting);
    size_t n = 0;

    if (!waiting)
        return false;
    v->items[v->active].reachable = true;
    waiting[n++] = v->active;
    while (n) {
        struct judged *m = &v->items[waiting[--n]];
        validate_claim(v, m);
        read_ingredients(v, m);
        for (size_t i = 0; i < m->ingredients_n; i++) {
            const ptrdiff_t t = m->ingredients[i].target;
            if (t < 0 || v->items[t].reachable)
                continue;
            v->items[t].reachable = true;
            waiting[n++] = (size_t)t;
        }
    }
    return true;
}

/* A list that is made when something is to be put in: few stores need it, and zeroing takes its time. */
static void *list_room(struct validation *v, void *list, size_t max, size_t size)
{
    void *room = list ? list : arena_array(v->arena, max, size);

    v->no_memory = v->no_memory || !room;
    return room;
}

static void gather_redactions(struct validation *v, const struct judged *m)
{
    if (m->claim.redactions_n)
        v->redactions =
            list_room(v, v->redactions, VALIDATION_REDACTIONS_MAX, sizeof *v->redactions);
    if (!v->redactions)
        return;
    for (size_t i = 0; i < m->claim.redactions_n; i++) {
        if (v->redactions_n == VALIDATION_REDACTIONS_MAX) {
            add_warning(v, "more than %d redactions: the rest counts as missing assertions",
                        VALIDATION_REDACTIONS_MAX);
            return;
        }
        v->redactions[v->redactions_n++] = m->claim.redactions[i];
    }
}

static void gather_stamps(struct validation *v, struct cbor map)
{
    struct cbor_walk walk = cbor_walk(map);
    struct cbor key, value;

    v->stamps = list_room(v, v->stamps, VALIDATION_STAMPS_MAX, sizeof *v->stamps);
    while (v->stamps && cbor_is(map, CBOR_MAP) && v->stamps_n < VALIDATION_STAMPS_MAX &&
           cbor_next(&walk, &key, &value)) {
        struct stamp_entry *e = &v->stamps[v->stamps_n];
        v->stamps_n += cbor_text(key, &e->manifest) && cbor_bytes(value, &e->token);
    }
}

static void gather_statuses(struct validation *v, struct cbor map)
{
    struct cbor_walk walk = cbor_walk(cbor_get(map, "ocspVals"));
    struct cbor value;

    v->statuses = list_room(v, v->statuses, VALIDATION_STATUS_MAX, sizeof *v->statuses);
    while (v->statuses && v->statuses_n < VALIDATION_STATUS_MAX && cbor_next(&walk, NULL, &value))
        v->statuses_n += cbor_bytes(value, &v->statuses[v->statuses_n]);
}

/* What manifests say about other manifests: redactions, later stamps, certificate status. */
static void gather(struct validation *v, const struct judged *m)
{
    const struct store_boxes *boxes = &m->manifest->assertions;

    gather_redactions(v, m);
    for (size_t i = 0; i < boxes->n; i++) {
        struct exh_error err;
        struct cbor item;
        const bool stamp = label_is(boxes->items[i].label, "c2pa.time-stamp");
        const bool status = label_is(boxes->items[i].label, "c2pa.certificate-status");
        if (!stamp && !status)
            continue;
        if (cbor_parse(boxes->items[i].data, boxes->items[i].pos, &item, &err) != EXH_OK)
            continue;
        if (stamp)
            gather_stamps(v, item);
        else
            gather_statuses(v, item);
    }
}

static void judge(struct validation *v, struct judged *m)
{
    validate_signature(v, m);
    validate_revocation(v, m);
    validate_kind(v, m);
    validate_assertions(v, m);
    validate_actions(v, m);
    validate_ingredients(v, m);
}

static enum exh_status validate(struct validation *v, struct exh_error *err)
{
    if (!init_manifests(v) || !mark_reachable(v))
        return fail_no_memory(err);
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].reachable)
            gather(v, &v->items[i]);
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].reachable)
            judge(v, &v->items[i]);
    return validate_content(v, err);
}

static void free_chains(struct validation *v)
{
    for (size_t i = 0; v->items && i < v->n; i++)
        v->crypto->chain_free(v->items[i].chain);
}

static enum exh_status verify_store(struct report *r, const struct exh_source *source,
                                    const struct exh_verify_options *o, bool sidecar,
                                    struct exh_error *err)
{
    struct validation v = {
        .crypto = o->crypto,
        .options = o,
        .asset = source,
        .container = &r->container,
        .sidecar = sidecar,
        .arena = &r->arena,
    };

    enum exh_status status =
        store_read(buf_view(&r->container.jumbf), buf_view(&r->container.update_jumbf), v.crypto,
                   v.arena, &v.store, err);
    if (status == EXH_OK && !v.store.n)
        status = fail(err, EXH_MALFORMED, "store: it holds no manifest");
    if (status != EXH_OK)
        return within(err, "credential");
    if (r->container.warning[0])
        add_warning(&v, "%s", r->container.warning);
    status = validate(&v, err);
    if (status == EXH_OK)
        report_fill(r, &v);
    free_chains(&v);
    if (status == EXH_OK && v.no_memory)
        status = fail(err, EXH_NO_MEMORY, "credential: needs more than %zu bytes of memory",
                      STORE_ARENA_MAX);
    return status;
}

enum exh_status exh_verify(const struct exh_source *source,
                           const struct exh_verify_options *options, struct exh_report **out,
                           struct exh_error *err)
{
    struct exh_error local;
    struct exh_verify_options o = *options;
    bool sidecar = false;

    err = err ? err : &local;
    if (!o.crypto)
        return fail(err, EXH_INVALID, "no cryptography was given");
    struct report *r = report_new();
    if (!r)
        return fail_no_memory(err);
    enum exh_status status = find_store(r, source, &o, &sidecar, err);
    if (status == EXH_OK && !r->container.jumbf.n) {
        status = look_elsewhere(r, source, &o, err);
        sidecar = true;
    }
    if (status == EXH_OK) {
        r->pub.format = r->container.mime;
        if (r->container.jumbf.n)
            status = verify_store(r, source, &o, sidecar, err);
        else
            report_fill_none(r);
    }
    if (status != EXH_OK) {
        exh_report_free(&r->pub);
        return status;
    }
    *out = &r->pub;
    return EXH_OK;
}
