#include "c2pa/assertion.h"

static void put_alg_and_hash(struct draft *d, struct exh_bytes digest)
{
    struct buf *b = &d->boxes;

    cbor_put_text(b, "alg");
    cbor_put_text(b, exh_hash_name(d->alg));
    cbor_put_text(b, "hash");
    cbor_put_bytes(b, digest);
}

static void put_range(struct buf *b, uint64_t start, uint64_t length)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "start");
    cbor_put_uint(b, start);
    cbor_put_text(b, "length");
    cbor_put_uint(b, length);
    cbor_map_close(b, map);
}

void assertion_put_hash_data(struct draft *d, const struct hash_data_facts *facts)
{
    // No salt: hard bindings are never redacted.
    struct draft_box box = draft_open(d, "c2pa.hash.data", "cbor", DRAFT_PLAIN);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    if (facts->length) {
        cbor_put_text(b, "exclusions");
        cbor_put_array(b, 1);
        put_range(b, facts->start, facts->length);
    }
    put_alg_and_hash(d, facts->digest);
    cbor_put_text(b, "pad"); // mandatory, even empty
    cbor_put_bytes_head(b, facts->pad);
    buf_put_zeros(b, facts->pad);
    cbor_map_close(b, map);
    draft_close(d, box);
}

static void put_exclusion(struct buf *b, const char *xpath, bool c2pa)
{
    static const uint8_t uuid[] = { 0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C,
                                    0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81 };
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "xpath");
    cbor_put_text(b, xpath);
    if (c2pa) { // of uuid boxes, only those that carry C2PA data
        cbor_put_text(b, "data");
        cbor_put_array(b, 1);
        struct cbor_map data = cbor_map_open(b);
        cbor_put_text(b, "offset");
        cbor_put_uint(b, 8);
        cbor_put_text(b, "value");
        cbor_put_bytes(b, (struct exh_bytes){ uuid, sizeof uuid });
        cbor_map_close(b, data);
    }
    cbor_map_close(b, map);
}

static void put_mandatory(struct buf *b)
{
    cbor_put_text(b, "exclusions");
    cbor_put_array(b, 3);
    put_exclusion(b, "/uuid", true);
    put_exclusion(b, "/ftyp", false);
    put_exclusion(b, "/mfra", false);
}

void assertion_put_hash_bmff(struct draft *d, struct exh_bytes digest)
{
    struct draft_box box = draft_open(d, "c2pa.hash.bmff.v3", "cbor", DRAFT_PLAIN);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    put_mandatory(b);
    put_alg_and_hash(d, digest);
    cbor_map_close(b, map);
    draft_close(d, box);
}

static void put_merkle_map(struct buf *b, size_t digest_n, const struct hash_fragments_facts *facts)
{
    struct cbor_map map = cbor_map_open(b);

    cbor_put_text(b, "uniqueId");
    cbor_put_int(b, facts->unique_id);
    cbor_put_text(b, "localId");
    cbor_put_int(b, facts->local_id);
    cbor_put_text(b, "count");
    cbor_put_uint(b, facts->count);
    cbor_put_text(b, "initHash");
    cbor_put_bytes(b, facts->init);
    cbor_put_text(b, "hashes");
    cbor_put_array(b, facts->row.n / digest_n);
    for (size_t at = 0; at < facts->row.n; at += digest_n)
        cbor_put_bytes(b, (struct exh_bytes){ facts->row.p + at, digest_n });
    cbor_map_close(b, map);
}

void assertion_put_hash_fragments(struct draft *d, const struct hash_fragments_facts *facts)
{
    struct draft_box box = draft_open(d, "c2pa.hash.bmff.v3", "cbor", DRAFT_PLAIN);
    struct buf *b = &d->boxes;
    struct cbor_map map = cbor_map_open(b);

    put_mandatory(b);
    cbor_put_text(b, "alg");
    cbor_put_text(b, exh_hash_name(d->alg));
    cbor_put_text(b, "merkle");
    cbor_put_array(b, 1);
    put_merkle_map(b, exh_hash_size(d->alg), facts);
    cbor_map_close(b, map);
    draft_close(d, box);
}
