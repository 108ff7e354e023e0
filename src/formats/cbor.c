#include "formats/cbor.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "formats/cbor_item.h"

#define INDEFINITE UINT64_MAX
#define SIMPLE_U8  24 // a simple value in a byte of its own: 32 and up

/* An array, map or tag whose parts are being read. */
struct frame {
    const uint8_t *start; // of the whole item
    uint64_t left;        // items or pairs to come, or INDEFINITE
    uint8_t major;
    bool at_value;        // map: a key was read, its value is next
    bool unsorted;        // map: a key was not above the one before
    struct exh_bytes key; // map: the last key read
};

struct parse {
    struct reader in;
    size_t again; // bytes of maps that were read a second time, to compare their keys
    size_t depth;
    struct frame stack[CBOR_DEPTH_MAX];
};

/* A key of a map whose keys are to be compared. The numbers fit: CBOR_SIZE_MAX. */
struct key {
    uint64_t
        rank; // equal for equal keys; rarely equal for others, so that most need no second look
    uint32_t at;
    uint32_t n;
};

struct keys {
    const uint8_t *base;
    size_t n;
    struct key at[CBOR_KEYS_MAX];
};

static struct exh_bytes key_bytes(const struct keys *keys, size_t i)
{
    return (struct exh_bytes){ keys->base + keys->at[i].at, keys->at[i].n };
}

/* A number of what makes the key: not of the length of its head. */
static uint64_t key_rank(struct exh_bytes key)
{
    struct reader in = reader_over(key, 0);
    const struct cbor_head head = cbor_head_read(&in);
    const struct exh_bytes first = reader_take(&in, in.rest.n < 8 ? in.rest.n : 8);
    uint64_t rank = head.major > MAJOR_TEXT ? 0 : head.arg * 8;

    for (size_t i = 0; i < first.n; i++)
        rank = (rank << 8 | rank >> 56) ^ first.p[i];
    return rank ^ head.major;
}

/* Some order of the keys, which only has to bring equal ones together. */
static int order_keys(const struct keys *keys, size_t i, size_t j)
{
    if (keys->at[i].rank != keys->at[j].rank)
        return keys->at[i].rank < keys->at[j].rank ? -1 : 1;
    return cbor_key_order(key_bytes(keys, i), key_bytes(keys, j));
}

static void swap_keys(struct keys *keys, size_t i, size_t j)
{
    const struct key key = keys->at[i];

    keys->at[i] = keys->at[j];
    keys->at[j] = key;
}

/* Restore the heap of n keys below i. */
static void sift_key(struct keys *keys, size_t i, size_t n)
{
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && order_keys(keys, child, child + 1) < 0)
            child++;
        if (order_keys(keys, i, child) >= 0)
            return;
        swap_keys(keys, i, child);
        i = child;
    }
}

/* Heap sort: no memory of its own, no input that makes it slow. */
static void sort_keys(struct keys *keys)
{
    for (size_t i = keys->n / 2; i-- > 0;)
        sift_key(keys, i, keys->n);
    for (size_t n = keys->n; n-- > 1;) {
        swap_keys(keys, 0, n);
        sift_key(keys, 0, n);
    }
}

/* Refuse an unsorted map that has the same key twice. */
static enum exh_status check_keys(struct parse *p, struct exh_bytes map, uint64_t pos,
                                  struct exh_error *err)
{
    struct keys keys; // mostly unwritten: clearing 32 KiB for each small map would cost seconds
    struct cbor_walk walk = cbor_walk((struct cbor){ map });
    struct cbor key, value;

    keys.base = map.p;
    keys.n = 0;
    p->again += map.n;
    if (p->again > CBOR_AGAIN_MAX)
        return fail(err, EXH_LIMIT,
                    "CBOR at %" PRIu64 ": unsorted maps in each other, over %zu bytes", pos,
                    CBOR_AGAIN_MAX);
    while (cbor_next(&walk, &key, &value)) {
        if (keys.n == CBOR_KEYS_MAX)
            return fail(err, EXH_LIMIT, "CBOR at %" PRIu64 ": unsorted map of over %d entries", pos,
                        CBOR_KEYS_MAX);
        keys.at[keys.n++] = (struct key){ .rank = key_rank(key.item),
                                          .at = (uint32_t)(key.item.p - map.p),
                                          .n = (uint32_t)key.item.n };
    }
    sort_keys(&keys);
    for (size_t i = 1; i < keys.n; i++) {
        const uint32_t one = keys.at[i - 1].at, other = keys.at[i].at;
        if (order_keys(&keys, i - 1, i) == 0)
            return fail(err, EXH_MALFORMED,
                        "CBOR at %" PRIu64 ": map has the key at %" PRIu64 " twice", pos,
                        pos + (one > other ? one : other));
    }
    return EXH_OK;
}

/* Bytes from start to where reading stands. */
static struct exh_bytes read_since(const struct parse *p, const uint8_t *start)
{
    return (struct exh_bytes){ start, (size_t)(p->in.rest.p - start) };
}

static uint64_t pos_of(const struct parse *p, const uint8_t *start)
{
    return p->in.pos - read_since(p, start).n;
}

/* A key was read: compare it with the one before, so that sorted maps cost nothing more. */
static enum exh_status take_key(struct parse *p, struct frame *map, struct exh_bytes key,
                                struct exh_error *err)
{
    const int order = map->key.p ? cbor_key_order(map->key, key) : -1;

    if (order == 0)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": map has the key at %" PRIu64 " twice",
                    pos_of(p, map->start), pos_of(p, key.p));
    if (order > 0)
        map->unsorted = true;
    map->key = key;
    map->at_value = true;
    return EXH_OK;
}

/* An item that began at start is whole; and so may be what it is part of. */
static enum exh_status end_item(struct parse *p, const uint8_t *start, struct exh_error *err)
{
    while (p->depth) {
        struct frame *f = &p->stack[p->depth - 1];

        if (f->major == MAJOR_MAP && !f->at_value)
            return take_key(p, f, read_since(p, start), err);
        f->at_value = false;
        if (f->left == INDEFINITE || --f->left > 0)
            return EXH_OK;

        start = f->start;
        p->depth--;
        if (f->unsorted && check_keys(p, read_since(p, start), pos_of(p, start), err) != EXH_OK)
            return err->status;
    }
    return EXH_OK;
}

/* The break of an indefinite array or map, which becomes one that has no items left. */
static enum exh_status end_indefinite(struct parse *p, uint64_t pos, struct exh_error *err)
{
    struct frame *f = p->depth ? &p->stack[p->depth - 1] : NULL;

    if (!f || f->left != INDEFINITE)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": break with nothing to end", pos);
    if (f->at_value)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": map ends after a key", pos);

    const uint8_t *start = f->start;
    p->depth--;
    if (f->unsorted && check_keys(p, read_since(p, start), pos_of(p, start), err) != EXH_OK)
        return err->status;
    return end_item(p, start, err);
}

/* Begin an array, map or tag. */
static enum exh_status begin_parts(struct parse *p, const uint8_t *start, struct cbor_head head,
                                   struct exh_error *err)
{
    const uint64_t pos = pos_of(p, start);
    const uint64_t n = head.indefinite ? INDEFINITE : head.major == MAJOR_TAG ? 1 : head.arg;

    if (head.major == MAJOR_TAG && head.indefinite)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": tag of indefinite length", pos);
    // Each item is a byte or more: a count that cannot be true is refused before it is counted.
    if (!head.indefinite && n > p->in.rest.n / (head.major == MAJOR_MAP ? 2 : 1))
        return fail(err, EXH_MALFORMED,
                    "CBOR at %" PRIu64 ": %" PRIu64 " items or pairs in the %zu bytes left", pos, n,
                    p->in.rest.n);
    if (n == 0)
        return end_item(p, start, err);
    if (p->depth == CBOR_DEPTH_MAX)
        return fail(err, EXH_LIMIT, "CBOR at %" PRIu64 ": nested deeper than %d", pos,
                    CBOR_DEPTH_MAX);

    p->stack[p->depth++] = (struct frame){ .start = start, .left = n, .major = head.major };
    return EXH_OK;
}

/* One piece of a string: definite, and if it is text, UTF-8 by itself. */
static enum exh_status read_piece(struct parse *p, const uint8_t *start, struct cbor_head head,
                                  struct exh_error *err)
{
    if (head.arg > p->in.rest.n)
        return fail(err, EXH_MALFORMED,
                    "CBOR at %" PRIu64 ": string of %" PRIu64 " bytes in the %zu left",
                    pos_of(p, start), head.arg, p->in.rest.n);
    struct exh_bytes piece = reader_take(&p->in, (size_t)head.arg);
    if (head.major == MAJOR_TEXT && !utf8_valid(piece))
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": text is not UTF-8", pos_of(p, start));
    return EXH_OK;
}

static enum exh_status read_string(struct parse *p, const uint8_t *start, struct cbor_head head,
                                   struct exh_error *err)
{
    if (!head.indefinite)
        return read_piece(p, start, head, err);
    // As a key it could repeat another one unseen, and nobody writes such keys.
    if (p->depth && p->stack[p->depth - 1].major == MAJOR_MAP && !p->stack[p->depth - 1].at_value)
        return fail(err, EXH_UNSUPPORTED, "CBOR at %" PRIu64 ": key of indefinite length",
                    pos_of(p, start));
    for (;;) {
        const uint8_t *piece_start = p->in.rest.p;
        struct cbor_head piece = cbor_head_read(&p->in);
        if (!p->in.failed && piece.major == MAJOR_SIMPLE && piece.indefinite)
            return EXH_OK;
        if (p->in.failed || piece.major != head.major || piece.indefinite)
            return fail(err, EXH_MALFORMED,
                        "CBOR at %" PRIu64 ": string of indefinite length is broken",
                        pos_of(p, start));
        if (read_piece(p, piece_start, piece, err) != EXH_OK)
            return err->status;
    }
}

static enum exh_status read_item(struct parse *p, struct exh_error *err)
{
    const uint8_t *start = p->in.rest.p;
    const uint64_t pos = p->in.pos;
    const struct cbor_head head = cbor_head_read(&p->in);

    if (p->in.failed)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": cut short, or of a reserved form",
                    pos);
    switch ((enum cbor_major)head.major) {
    case MAJOR_UINT:
    case MAJOR_NEGATIVE:
        if (head.indefinite)
            return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": number of indefinite length",
                        pos);
        break;
    case MAJOR_BYTES:
    case MAJOR_TEXT:
        if (read_string(p, start, head, err) != EXH_OK)
            return err->status;
        break;
    case MAJOR_ARRAY:
    case MAJOR_MAP:
    case MAJOR_TAG: return begin_parts(p, start, head, err);
    case MAJOR_SIMPLE:
        if (head.indefinite)
            return end_indefinite(p, pos, err);
        if (head.info == SIMPLE_U8 && head.arg < 32)
            return fail(err, EXH_MALFORMED,
                        "CBOR at %" PRIu64 ": simple value %" PRIu64 " in two bytes", pos,
                        head.arg);
        break;
    }
    return end_item(p, start, err);
}

enum exh_status cbor_parse_first(struct exh_bytes bytes, uint64_t pos, struct cbor *out,
                                 struct exh_error *err)
{
    struct parse p;

    if (bytes.n > CBOR_SIZE_MAX)
        return fail(err, EXH_LIMIT, "CBOR at %" PRIu64 ": %zu bytes, over %zu", pos, bytes.n,
                    CBOR_SIZE_MAX);
    p.in = reader_over(bytes, pos);
    p.again = 0;
    p.depth = 0;
    do {
        if (read_item(&p, err) != EXH_OK)
            return err->status;
    } while (p.depth);
    *out = (struct cbor){ { bytes.p, bytes.n - p.in.rest.n } };
    return EXH_OK;
}

enum exh_status cbor_parse(struct exh_bytes bytes, uint64_t pos, struct cbor *out,
                           struct exh_error *err)
{
    struct cbor first;

    if (cbor_parse_first(bytes, pos, &first, err) != EXH_OK)
        return err->status;
    if (first.item.n < bytes.n)
        return fail(err, EXH_MALFORMED, "CBOR at %" PRIu64 ": %zu bytes behind the item",
                    pos + first.item.n, bytes.n - first.item.n);
    *out = first;
    return EXH_OK;
}
