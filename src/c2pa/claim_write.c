#include "c2pa/claim_write.h"

#include <stdio.h>

static void put_generator(struct buf *b, const struct claim_facts *facts)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "name");
    cbor_put_text(b, facts->generator);
    if (facts->generator_version[0]) {
        cbor_put_text(b, "version");
        cbor_put_text(b, facts->generator_version);
    }
    cbor_map_close(b, map);
}

/* One of the two lists; a list without entries is left out. */
static void put_assertions(struct buf *b, struct draft *d, const char *key, bool gathered)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++)
        n += d->items[i].gathered == gathered;
    if (!n)
        return;
    cbor_put_text(b, key);
    cbor_put_array(b, n);
    for (size_t i = 0; i < d->n; i++)
        if (d->items[i].gathered == gathered)
            draft_put_uri(d, i, b);
}

static void put_redactions(struct buf *b, const struct claim_facts *facts)
{
    if (!facts->redactions_n)
        return;
    cbor_put_text(b, "redacted_assertions");
    cbor_put_array(b, facts->redactions_n);
    for (size_t i = 0; i < facts->redactions_n; i++)
        cbor_put_text(b, facts->redactions[i].url);
}

void claim_put(struct buf *b, struct draft *d, const struct claim_facts *facts)
{
    char instance[sizeof "xmp:iid:" + sizeof d->uuid];
    struct cbor_map map = cbor_map_open(b);

    snprintf(instance, sizeof instance, "xmp:iid:%s", d->uuid);
    cbor_put_text(b, "alg");
    cbor_put_text(b, exh_hash_name(d->alg));
    cbor_put_text(b, "instanceID");
    cbor_put_text(b, instance);
    cbor_put_text(b, "claim_generator_info");
    put_generator(b, facts);
    // Relative: the claim holds wherever somebody has to give the manifest another label.
    cbor_put_text(b, "signature");
    cbor_put_text(b, "self#jumbf=c2pa.signature");
    if (facts->title) {
        cbor_put_text(b, "dc:title");
        cbor_put_text(b, facts->title);
    }
    put_assertions(b, d, "created_assertions", false);
    put_assertions(b, d, "gathered_assertions", true);
    put_redactions(b, facts);
    cbor_map_close(b, map);
}
