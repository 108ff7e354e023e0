#include "c2pa/claim.h"

#include "base/error.h"
#include "base/text.h"
#include "c2pa/labels.h"

bool hashed_uri_read(struct cbor map, struct hashed_uri *out)
{
    struct hashed_uri u = { 0 };

    if (!cbor_text(cbor_get(map, "url"), &u.url))
        return false;
    if (!cbor_bytes(cbor_get(map, "hash"), &u.hash))
        u.hash = (struct exh_bytes){ 0 };
    u.has_alg = cbor_text(cbor_get(map, "alg"), &u.alg_name);
    if (u.has_alg)
        u.alg = hash_named(u.alg_name);
    *out = u;
    return true;
}

/* Append the hashed URIs of one list of the claim. */
static enum exh_status read_refs(struct claim *c, const char *key, bool created,
                                 struct exh_error *err)
{
    struct cbor list = cbor_get(c->map, key);
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;

    if (!cbor_is(list, CBOR_ARRAY) || !cbor_count(list))
        return fail(err, EXH_MALFORMED, "claim: %s is not a list with entries", key);
    while (cbor_next(&walk, NULL, &item)) {
        if (c->refs_n == CLAIM_REFS_MAX)
            return fail(err, EXH_LIMIT, "claim: more than %d assertions", CLAIM_REFS_MAX);
        if (!hashed_uri_read(item, &c->refs[c->refs_n].uri))
            return fail(err, EXH_MALFORMED, "claim: an entry of %s has no url", key);
        c->refs[c->refs_n++].created = created;
    }
    return EXH_OK;
}

static enum exh_status read_redactions(struct claim *c, struct arena *arena, struct exh_error *err)
{
    struct cbor list = cbor_get(c->map, "redacted_assertions");
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;
    const size_t n = cbor_count(list);

    if (cbor_is(list, CBOR_NONE) || cbor_is(list, CBOR_NULL))
        return EXH_OK;
    if (!cbor_is(list, CBOR_ARRAY))
        return fail(err, EXH_MALFORMED, "claim: redacted_assertions is not a list");
    if (n > CLAIM_REDACTIONS_MAX)
        return fail(err, EXH_LIMIT, "claim: %zu redactions, at most %d", n, CLAIM_REDACTIONS_MAX);
    c->redactions = arena_array(arena, n, sizeof *c->redactions);
    if (!c->redactions)
        return fail_no_memory(err);
    while (cbor_next(&walk, NULL, &item))
        if (!cbor_text(item, &c->redactions[c->redactions_n++]))
            return fail(err, EXH_MALFORMED, "claim: a redacted assertion is not a URI");
    return EXH_OK;
}

/* An empty generator is a fault of version 2 only. */
static enum exh_status read_generator(struct claim *c, struct exh_error *err)
{
    struct cbor info = cbor_get(c->map, "claim_generator_info");
    struct exh_bytes name;

    if (cbor_is(info, CBOR_ARRAY)) {
        struct cbor_walk walk = cbor_walk(info);
        if (!cbor_next(&walk, NULL, &info))
            info = (struct cbor){ 0 };
    }
    c->generator = info;
    cbor_text(cbor_get(c->map, "claim_generator"), &c->generator_text);
    if (c->version == 1)
        return EXH_OK;
    if (!cbor_is(info, CBOR_MAP))
        return fail(err, EXH_MALFORMED, "claim: no claim_generator_info");
    if (!cbor_text(cbor_get(info, "name"), &name) || !name.n)
        return fail(err, EXH_MALFORMED, "claim: claim_generator_info has no name");
    return EXH_OK;
}

static enum exh_status read_lists(struct claim *c, struct exh_error *err)
{
    if (c->version == 1)
        return read_refs(c, "assertions", true, err);

    enum exh_status status = read_refs(c, "created_assertions", true, err);
    struct cbor gathered = cbor_get(c->map, "gathered_assertions");
    // Version 2 asks for at least one entry; an empty list says nothing wrong and is in the field.
    if (status == EXH_OK && cbor_count(gathered))
        status = read_refs(c, "gathered_assertions", false, err);
    return status;
}

enum exh_status claim_read(struct cbor item, struct exh_bytes label, struct arena *arena,
                           struct claim *out, struct exh_error *err)
{
    struct claim c = { .map = item };
    struct exh_bytes alg;

    if (!cbor_is(item, CBOR_MAP))
        return fail(err, EXH_MALFORMED, "claim: not a map");
    c.version = (int)label_read(label).version;
    if (c.version > 2)
        return fail(err, EXH_MALFORMED, "claim: version %d, known are 1 and 2", c.version);
    if (!cbor_text(cbor_get(item, "instanceID"), &c.instance_id) && c.version == 2)
        return fail(err, EXH_MALFORMED, "claim: no instanceID");
    if (!cbor_text(cbor_get(item, "signature"), &c.signature))
        return fail(err, EXH_MALFORMED, "claim: no signature");
    cbor_text(cbor_get(item, "dc:title"), &c.title);
    cbor_text(cbor_get(item, "dc:format"), &c.format);
    cbor_text(cbor_get(item, "alg_soft"), &c.alg_soft);
    c.has_alg = cbor_text(cbor_get(item, "alg"), &alg);
    if (c.has_alg)
        c.alg = hash_named(alg);

    const size_t n = cbor_count(cbor_get(item, "assertions")) +
                     cbor_count(cbor_get(item, "created_assertions")) +
                     cbor_count(cbor_get(item, "gathered_assertions"));
    if (n > CLAIM_REFS_MAX)
        return fail(err, EXH_LIMIT, "claim: %zu assertions, at most %d", n, CLAIM_REFS_MAX);
    c.refs = arena_array(arena, n, sizeof *c.refs);
    if (!c.refs)
        return fail_no_memory(err);

    enum exh_status status = read_lists(&c, err);
    if (status == EXH_OK)
        status = read_generator(&c, err);
    if (status == EXH_OK)
        status = read_redactions(&c, arena, err);
    if (status == EXH_OK)
        *out = c;
    return status;
}
