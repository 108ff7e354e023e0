#include "c2pa/draft.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The text of a version 4 UUID of 16 random bytes. */
static void write_uuid(const uint8_t random[16], char to[37])
{
    uint8_t raw[16];
    char hex[33];

    memcpy(raw, random, sizeof raw);
    raw[6] = (uint8_t)((raw[6] & 0x0f) | 0x40);
    raw[8] = (uint8_t)((raw[8] & 0x3f) | 0x80);
    hex_write(hex, raw, sizeof raw);
    snprintf(to, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

enum exh_status draft_init(struct draft *d, const struct exh_crypto *crypto, enum exh_hash alg,
                           struct exh_bytes random, struct exh_error *err)
{
    struct draft made = { .crypto = crypto,
                          .alg = alg,
                          .boxes = buf_with_limit(DRAFT_SIZE_MAX),
                          .random = { random.p + 16, random.n - 16 } };

    assert(random.n >= DRAFT_RANDOM_N(0));
    made.items = calloc(DRAFT_ASSERTIONS_MAX, sizeof *made.items);
    if (!made.items)
        return fail_no_memory(err);
    write_uuid(random.p, made.uuid);
    snprintf(made.urn, sizeof made.urn, "urn:c2pa:%s", made.uuid);
    *d = made;
    return EXH_OK;
}

void draft_free(struct draft *d)
{
    buf_free(&d->boxes);
    free(d->items);
}

/* How many assertions of this name there are. */
static size_t count_of(const struct draft *d, const char *name)
{
    const size_t n = strlen(name);
    size_t count = 0;

    for (size_t i = 0; i < d->n; i++) {
        const char *label = d->items[i].label;
        if (strncmp(label, name, n) == 0 && (!label[n] || strncmp(label + n, "__", 2) == 0))
            count++;
    }
    return count;
}

static size_t open_superbox(struct draft *d, const char *name, const jumbf_type type,
                            enum draft_salt salt)
{
    struct draft_assertion *a = &d->items[d->n];
    struct exh_bytes salt_bytes = { 0 };
    const size_t instance = count_of(d, name);

    assert(d->n < DRAFT_ASSERTIONS_MAX);
    *a = (struct draft_assertion){ .at = d->boxes.n };
    if (instance)
        snprintf(a->label, sizeof a->label, "%s__%zu", name, instance);
    else
        snprintf(a->label, sizeof a->label, "%s", name);
    if (salt == DRAFT_SALTED) {
        assert(d->random.n >= DRAFT_SALT_N);
        salt_bytes = (struct exh_bytes){ d->random.p, DRAFT_SALT_N };
        d->random.p += DRAFT_SALT_N;
        d->random.n -= DRAFT_SALT_N;
    }
    d->n++;
    return jumbf_put_open(&d->boxes, type, a->label, salt_bytes);
}

static void close_superbox(struct draft *d, size_t superbox)
{
    struct draft_assertion *a = &d->items[d->n - 1];

    jumbf_put_close(&d->boxes, superbox);
    a->n = d->boxes.n - a->at;
}

struct draft_box draft_open(struct draft *d, const char *name, const char four[4],
                            enum draft_salt salt)
{
    jumbf_type type;
    struct draft_box box;

    jumbf_type_of(four, type);
    box.superbox = open_superbox(d, name, type, salt);
    box.content = jumbf_put_box_open(&d->boxes, four);
    return box;
}

void draft_close(struct draft *d, struct draft_box box)
{
    jumbf_put_close(&d->boxes, box.content);
    close_superbox(d, box.superbox);
}

size_t draft_open_file(struct draft *d, const char *name, enum draft_salt salt)
{
    return open_superbox(d, name, jumbf_embedded_file, salt);
}

void draft_close_file(struct draft *d, size_t superbox)
{
    close_superbox(d, superbox);
}

void draft_drop(struct draft *d)
{
    assert(d->n);
    d->n--;
    if (d->boxes.failed == EXH_OK)
        d->boxes.n = d->items[d->n].at;
}

bool draft_hash(const struct draft *d, enum exh_hash alg, struct exh_bytes bytes,
                uint8_t digest[EXH_HASH_MAX])
{
    struct exh_hasher *h = d->crypto->hash_new(alg);

    if (!h)
        return false;
    d->crypto->hash_update(h, bytes.p, bytes.n);
    d->crypto->hash_final(h, digest);
    return true;
}

/* An assertion's hash is over its superbox without that box's own header (C2PA, "Hashing JUMBF Boxes"). */
static bool hash_assertion(struct draft *d, struct draft_assertion *a)
{
    const size_t header = 8;

    if (a->hashed)
        return true;
    if (d->boxes.failed != EXH_OK)
        return false;
    a->hashed = draft_hash(
        d, d->alg, (struct exh_bytes){ d->boxes.p + a->at + header, a->n - header }, a->digest);
    return a->hashed;
}

void draft_put_uri(struct draft *d, size_t i, struct buf *b)
{
    struct draft_assertion *a = &d->items[i];
    char url[sizeof "self#jumbf=c2pa.assertions/" + DRAFT_LABEL_MAX];

    if (!hash_assertion(d, a) && b->failed == EXH_OK)
        b->failed = EXH_NO_MEMORY;
    snprintf(url, sizeof url, "self#jumbf=c2pa.assertions/%s", a->label);

    struct cbor_map map = cbor_map_open(b);
    cbor_put_text(b, "url");
    cbor_put_text(b, url);
    cbor_put_text(b, "hash");
    cbor_put_bytes(b, (struct exh_bytes){ a->digest, exh_hash_size(d->alg) });
    cbor_map_close(b, map);
}
