#include "c2pa/validation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "c2pa/labels.h"

#define EXPLANATION_MAX 400 // bytes of one explanation

/* Room for one more finding; NULL out of memory. */
static struct exh_finding *room_for_one(struct validation *v, struct findings *f)
{
    if (f->n == f->size) {
        const size_t size = f->size ? 2 * f->size : 8;
        struct exh_finding *items = arena_array(v->arena, size, sizeof *items);
        if (!items) {
            v->no_memory = true;
            return NULL;
        }
        if (f->n)
            memcpy(items, f->items, f->n * sizeof *items);
        f->items = items;
        f->size = size;
    }
    return &f->items[f->n++];
}

void add_finding(struct validation *v, struct findings *f, enum code code, const char *url,
                 const char *fmt, ...)
{
    char text[EXPLANATION_MAX];
    va_list args;
    struct exh_finding *item = room_for_one(v, f);

    if (!item)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *item = (struct exh_finding){ .kind = code_rows[code].kind,
                                  .code = code_rows[code].name,
                                  .url = url,
                                  .explanation = keep_text(v, bytes_of(text)) };
}

bool has_finding(const struct findings *f, enum code code)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].code == code_rows[code].name)
            return true;
    return false;
}

void add_warning(struct validation *v, const char *fmt, ...)
{
    char text[EXPLANATION_MAX];
    va_list args;

    if (v->warnings_n == ARRAY_N(v->warnings))
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    v->warnings[v->warnings_n++] = keep_text(v, bytes_of(text));
}

const char *keep_text(struct validation *v, struct exh_bytes text)
{
    char *kept = arena_text(v->arena, text);

    if (!kept) {
        v->no_memory = true;
        return "";
    }
    const bool sound = utf8_valid(text);
    for (size_t i = 0; i < text.n; i++)
        if (kept[i] == 0 || (!sound && (kept[i] & 0x80)))
            kept[i] = '?';
    return kept;
}

const char *keep_printf(struct validation *v, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return keep_text(v, bytes_of(text));
}

const char *assertion_url(struct validation *v, const struct judged *m, struct exh_bytes box)
{
    return keep_printf(v, "%s/c2pa.assertions/%s", m->url, keep_text(v, box));
}

ptrdiff_t find_manifest(const struct validation *v, struct exh_bytes label)
{
    const struct store_manifest *found = store_find(&v->store, label);

    return found ? found - v->store.items : -1;
}

struct store_box *resolve(struct validation *v, struct judged *m, struct exh_bytes url,
                          struct judged **owner)
{
    struct jumbf_uri u;

    if (!jumbf_uri_read(url, &u))
        return NULL;
    if (u.manifest.n) {
        const ptrdiff_t i = find_manifest(v, u.manifest);
        if (i < 0)
            return NULL;
        m = &v->items[i];
    }
    if (owner)
        *owner = m;
    if (!u.box.n)
        return bytes_are(u.store, "c2pa.signature") && m->manifest->signatures == 1
                   ? &m->manifest->signature
                   : NULL;
    if (bytes_are(u.store, "c2pa.assertions"))
        return store_find_box(&m->manifest->assertions, u.box);
    if (bytes_are(u.store, "c2pa.databoxes"))
        return store_find_box(&m->manifest->databoxes, u.box);
    if (bytes_are(u.store, "c2pa.credentials"))
        return store_find_box(&m->manifest->credentials, u.box);
    return NULL;
}

bool is_redacted(const struct validation *v, const struct judged *m, struct exh_bytes box)
{
    for (size_t i = 0; i < v->redactions_n; i++) {
        struct jumbf_uri u;
        if (jumbf_uri_read(v->redactions[i], &u) && bytes_equal(u.box, box) &&
            bytes_equal(u.manifest, m->manifest->label))
            return true;
    }
    return false;
}

enum digest_match digest_matches(struct validation *v, const struct judged *m,
                                 const struct hashed_uri *uri, struct store_box *box)
{
    const enum exh_hash alg = uri->has_alg ? uri->alg : m->claim.alg;

    if (alg == EXH_HASH_NONE)
        return DIGEST_NO_ALG;
    const uint8_t *digest = store_digest(box, alg, v->crypto, v->arena);
    if (!digest) {
        v->no_memory = true;
        return DIGEST_DIFFERS;
    }
    return bytes_equal(uri->hash, (struct exh_bytes){ digest, exh_hash_size(alg) })
               ? DIGEST_MATCH
               : DIGEST_DIFFERS;
}
