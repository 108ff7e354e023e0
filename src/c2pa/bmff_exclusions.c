/* bmff_exclusions.c -- reading the list of exclusions. */
#include "c2pa/bmff_exclusions.h"

#include <string.h>

#include "base/text.h"
#include "c2pa/binding_hash.h"

#define MALFORMED "assertion.bmffHash.malformed"

static bool read_index(struct exh_bytes path, size_t *at, uint64_t *nth)
{
    uint64_t v = 0;

    for (; *at < path.n && path.p[*at] >= '0' && path.p[*at] <= '9'; ++*at) {
        if (v > UINT32_MAX || (v == 0 && *at && path.p[*at - 1] == '0'))
            return false;
        v = v * 10 + (uint64_t)(path.p[*at] - '0');
    }
    if (!v || v > UINT32_MAX || *at == path.n || path.p[*at] != ']')
        return false;
    ++*at;
    *nth = v;
    return true;
}

/* "/moov/trak[2]/tkhd": only full paths, only names and numbers. */
static bool read_xpath(struct exh_bytes path, struct bmff_exclusion *e)
{
    size_t at = 0;

    while (at < path.n) {
        if (path.p[at] != '/' || path.n - at < 5 || e->nodes_n == XPATH_NODES_MAX)
            return false;
        const uint8_t *type = path.p + at + 1;
        uint64_t nth = 0;
        at += 5;
        if (at < path.n && path.p[at] == '[') {
            at++;
            if (!read_index(path, &at, &nth))
                return false;
        }
        e->nodes[e->nodes_n].type = BMFF_TYPE(type[0], type[1], type[2], type[3]);
        e->nodes[e->nodes_n++].nth = nth;
    }
    return e->nodes_n > 0;
}

static bool is_data_sound(struct cbor data)
{
    struct cbor_walk walk = cbor_walk(data);
    struct cbor item;
    struct exh_bytes value;
    uint64_t offset;

    if (cbor_is(data, CBOR_NONE))
        return true;
    if (!cbor_is(data, CBOR_ARRAY) || !cbor_count(data) || cbor_count(data) > DATA_MAX)
        return false;
    while (cbor_next(&walk, NULL, &item))
        if (!cbor_uint(cbor_get(item, "offset"), &offset) ||
            !cbor_bytes(cbor_get(item, "value"), &value) || value.n > WINDOW_N)
            return false;
    return true;
}

/* In order, without overlap; only the last may have length 0, which is up to the end. */
static bool is_subset_sound(struct cbor subset)
{
    struct cbor_walk walk = cbor_walk(subset);
    struct cbor item;
    uint64_t offset, length, from = 0;
    bool ended = false;

    if (cbor_is(subset, CBOR_NONE))
        return true;
    if (!cbor_is(subset, CBOR_ARRAY) || !cbor_count(subset) || cbor_count(subset) > SUBSETS_MAX)
        return false;
    while (cbor_next(&walk, NULL, &item)) {
        if (ended || !cbor_uint(cbor_get(item, "offset"), &offset) ||
            !cbor_uint(cbor_get(item, "length"), &length) || offset < from ||
            length > UINT64_MAX - offset)
            return false;
        from = offset + length;
        ended = length == 0;
    }
    return true;
}

static bool read_number(struct cbor map, const char *key, bool *has, uint64_t *v)
{
    *has = !cbor_is(cbor_get(map, key), CBOR_NONE);
    return !*has || cbor_uint(cbor_get(map, key), v);
}

static bool read_flags(struct cbor map, struct bmff_exclusion *e)
{
    struct cbor flags = cbor_get(map, "flags");
    struct cbor exact = cbor_get(map, "exact");
    struct exh_bytes bytes;

    e->exact = true;
    if (!cbor_is(exact, CBOR_NONE) && !cbor_bool(exact, &e->exact))
        return false;
    e->has_flags = !cbor_is(flags, CBOR_NONE);
    if (!e->has_flags)
        return true;
    if (!cbor_bytes(flags, &bytes) || bytes.n != sizeof e->flags)
        return false;
    memcpy(e->flags, bytes.p, sizeof e->flags);
    return true;
}

/* What is wrong with an entry; NULL: nothing. */
static const char *read_exclusion(struct cbor map, struct bmff_exclusion *e)
{
    struct exh_bytes path;

    e->data = cbor_get(map, "data");
    e->subset = cbor_get(map, "subset");
    if (!cbor_text(cbor_get(map, "xpath"), &path) || !read_xpath(path, e))
        return "its path is not one of /4cc[n]/…";
    if (!read_number(map, "length", &e->has_length, &e->length))
        return "its length is not a number";
    if (!read_number(map, "version", &e->has_version, &e->version))
        return "its version is not a number";
    if (!read_flags(map, e))
        return "its flags are not 3 bytes";
    if (!is_data_sound(e->data))
        return "its data is not a list of offsets and values";
    if (!is_subset_sound(e->subset))
        return "its subsets are not in order, or overlap";
    return NULL;
}

/* Exactly one entry of an array, with a number under each of two keys, or bytes under the second. */
static bool is_one(struct cbor list, const char *second, uint64_t first_value, uint64_t number,
                   struct exh_bytes bytes)
{
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;
    struct exh_bytes value;
    uint64_t v;

    if (cbor_count(list) != 1 || !cbor_next(&walk, NULL, &item) ||
        !cbor_uint(cbor_get(item, "offset"), &v) || v != first_value)
        return false;
    if (cbor_uint(cbor_get(item, second), &v))
        return !bytes.n && v == number;
    return bytes.n && cbor_bytes(cbor_get(item, second), &value) && bytes_equal(value, bytes);
}

/* One of those that every assertion has to list. */
static bool is_mandatory(const struct bmff_exclusion *e, bool merkle)
{
    const struct exh_bytes uuid = { bmff_c2pa_uuid, BMFF_UUID_N };
    const bool plain =
        e->nodes_n == 1 && !e->nodes[0].nth && !e->has_length && !e->has_version && !e->has_flags;
    const bool any = cbor_is(e->data, CBOR_NONE), all = cbor_is(e->subset, CBOR_NONE);

    if (!plain)
        return false;
    switch (e->nodes[0].type) {
    case BMFF_FTYP:
    case BMFF_MFRA: return any && all;
    case BMFF_UUID: return all && is_one(e->data, "value", 8, 0, uuid);
    case BMFF_MDAT:
        return merkle && any && is_one(e->subset, "length", 16, 0, (struct exh_bytes){ 0 });
    default: return false;
    }
}

bool bmff_exclusions_read(struct cbor list, bool merkle, struct bmff_exclusions *out,
                          struct binding_answer *answer)
{
    struct cbor_walk walk = cbor_walk(list);
    struct cbor item;

    if (!cbor_is(list, CBOR_ARRAY) || !cbor_count(list)) {
        binding_fails(answer, MALFORMED, "it has no list of exclusions");
        return false;
    }
    while (cbor_next(&walk, NULL, &item)) {
        if (out->n == EXCLUSIONS_MAX) {
            binding_fails(answer, MALFORMED, "more than %d exclusions", EXCLUSIONS_MAX);
            return false;
        }
        struct bmff_exclusion *e = &out->items[out->n++];
        const char *wrong = read_exclusion(item, e);
        if (wrong) {
            binding_fails(answer, MALFORMED, "exclusion %zu: %s", out->n, wrong);
            return false;
        }
        out->more |= !is_mandatory(e, merkle);
    }
    return true;
}
