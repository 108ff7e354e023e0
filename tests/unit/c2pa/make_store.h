/*
 * make_store.h -- manifest stores by hand: boxes with next to nothing in them.
 */
#ifndef TESTS_MAKE_STORE_H
#define TESTS_MAKE_STORE_H

#include "base/text.h"
#include "check.h"
#include "formats/cbor.h"
#include "formats/jumbf.h"

#define MAKE_STORE_MAX ((size_t)1 << 20)

static inline size_t make_open(struct buf *b, const char four[4], const char *label)
{
    jumbf_type type;

    jumbf_type_of(four, type);
    return jumbf_put_open(b, type, label, (struct exh_bytes){ 0 });
}

/* A superbox with one CBOR box, which holds the diagnosis-free bytes of item. */
static inline void make_cbor(struct buf *b, const char four[4], const char *label,
                             struct exh_bytes item)
{
    const size_t superbox = make_open(b, four, label);
    const size_t box = jumbf_put_box_open(b, "cbor");

    buf_put_bytes(b, item);
    jumbf_put_close(b, box);
    jumbf_put_close(b, superbox);
}

/* An assertion that holds a text, or, if parent is given, an ingredient's that refers to it. */
struct make_assertion {
    const char *label, *text, *parent;
    bool redacted; // the marker's box in place of the content
};

static inline void make_assertion(struct buf *b, const struct make_assertion *a)
{
    struct buf item = buf_with_limit(MAKE_STORE_MAX);

    if (a->redacted) {
        const size_t superbox = make_open(b, "cbor", a->label);
        const size_t box = jumbf_put_box_open(b, "uuid");
        buf_put(b, jumbf_redacted, sizeof jumbf_redacted);
        buf_put_zeros(b, 10);
        jumbf_put_close(b, box);
        jumbf_put_close(b, superbox);
        return;
    }
    struct cbor_map map = cbor_map_open(&item);
    cbor_put_text(&item, "text");
    cbor_put_text(&item, a->text ? a->text : "");
    if (a->parent) {
        char url[200];
        snprintf(url, sizeof url, "self#jumbf=/c2pa/%s", a->parent);
        cbor_put_text(&item, "activeManifest");
        struct cbor_map to = cbor_map_open(&item);
        cbor_put_text(&item, "url");
        cbor_put_text(&item, url);
        cbor_map_close(&item, to);
    }
    cbor_map_close(&item, map);
    make_cbor(b, "cbor", a->label, buf_view(&item));
    buf_free(&item);
}

/* A manifest; its claim names an algorithm, what it redacts, and a text that tells claims apart. */
struct make_manifest {
    const char *four, *label; // "c2ma", "c2um"
    const char *claim;
    const char *redacts; // URI, or NULL
    const char *alg;     // or NULL
    bool unlisted;       // the claim lists something else
    struct make_assertion assertions[4];
};

static inline void make_listing(struct buf *b, const char *label)
{
    struct cbor_map map = cbor_map_open(b);
    char url[200];

    snprintf(url, sizeof url, "self#jumbf=c2pa.assertions/%s", label);
    cbor_put_text(b, "url");
    cbor_put_text(b, url);
    cbor_map_close(b, map);
}

static inline void make_manifest(struct buf *b, const struct make_manifest *m)
{
    struct buf claim = buf_with_limit(MAKE_STORE_MAX);
    const size_t manifest = make_open(b, m->four, m->label);
    const size_t assertions = make_open(b, "c2as", "c2pa.assertions");

    for (size_t i = 0; i < ARRAY_N(m->assertions) && m->assertions[i].label; i++)
        make_assertion(b, &m->assertions[i]);
    jumbf_put_close(b, assertions);

    struct cbor_map map = cbor_map_open(&claim);
    cbor_put_text(&claim, "instanceID");
    cbor_put_text(&claim, m->claim);
    cbor_put_text(&claim, "signature");
    cbor_put_text(&claim, "self#jumbf=c2pa.signature");
    cbor_put_text(&claim, "claim_generator_info");
    struct cbor_map generator = cbor_map_open(&claim);
    cbor_put_text(&claim, "name");
    cbor_put_text(&claim, "test");
    cbor_map_close(&claim, generator);
    if (m->alg) {
        cbor_put_text(&claim, "alg");
        cbor_put_text(&claim, m->alg);
    }
    cbor_put_text(&claim, "created_assertions");
    size_t listed = 0;
    while (listed < ARRAY_N(m->assertions) && m->assertions[listed].label)
        listed++;
    cbor_put_array(&claim, m->unlisted ? 1 : listed);
    if (m->unlisted)
        make_listing(&claim, "x.other");
    for (size_t i = 0; i < listed && !m->unlisted; i++)
        make_listing(&claim, m->assertions[i].label);
    if (m->redacts) {
        cbor_put_text(&claim, "redacted_assertions");
        cbor_put_array(&claim, 1);
        cbor_put_text(&claim, m->redacts);
    }
    cbor_map_close(&claim, map);
    make_cbor(b, "c2cl", "c2pa.claim.v2", buf_view(&claim));
    make_cbor(b, "c2cs", "c2pa.signature", (struct exh_bytes){ (const uint8_t *)"\x43sig", 4 });
    jumbf_put_close(b, manifest);
    buf_free(&claim);
}

/* A store of n manifests, owned by the caller. */
static inline struct buf make_store(const struct make_manifest *manifests, size_t n)
{
    struct buf b = buf_with_limit(MAKE_STORE_MAX);
    const size_t store = make_open(&b, "c2pa", "c2pa");

    for (size_t i = 0; i < n; i++)
        make_manifest(&b, &manifests[i]);
    jumbf_put_close(&b, store);
    return b;
}

#endif
