#include "c2pa/assertion.h"

#include "base/text.h"

/* A hashed_uri of a box in another manifest. */
static void put_uri(struct draft *d, const struct ingredient_facts *facts, const char *key,
                    const char *box, const uint8_t *digest)
{
    struct buf *b = &d->boxes;
    struct buf url = buf_with_limit(2 * JUMBF_LABEL_MAX);

    buf_put_text(&url, "self#jumbf=/c2pa/");
    buf_put_bytes(&url, facts->manifest);
    buf_put_text(&url, box);
    if (url.failed && !b->failed)
        b->failed = url.failed;

    cbor_put_text(b, key);
    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "url");
    cbor_put_text_bytes(b, buf_view(&url));
    // The ingredient's own algorithm; some readers take that one whatever our claim names.
    if (facts->alg != d->alg) {
        cbor_put_text(b, "alg");
        cbor_put_text(b, exh_hash_name(facts->alg));
    }
    cbor_put_text(b, "hash");
    cbor_put_bytes(b, (struct exh_bytes){ digest, exh_hash_size(facts->alg) });
    cbor_map_close(b, map);
    buf_free(&url);
}

void assertion_put_ingredient(struct draft *d, const struct ingredient_facts *facts)
{
    struct draft_box box = draft_open(d, "c2pa.ingredient.v3", "cbor", DRAFT_SALTED);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "relationship");
    cbor_put_text(b, facts->relationship);
    if (facts->title) {
        cbor_put_text(b, "dc:title");
        cbor_put_text(b, facts->title);
    }
    cbor_put_text(b, "dc:format");
    cbor_put_text(b, facts->format);
    if (facts->manifest.n) {
        put_uri(d, facts, "activeManifest", "", facts->manifest_digest);
        put_uri(d, facts, "claimSignature", "/c2pa.signature", facts->signature_digest);
        cbor_put_text(b, "validationResults");
        cbor_put_item(b, (struct cbor){ facts->results });
    }
    cbor_map_close(b, map);
    draft_close(d, box);
}
