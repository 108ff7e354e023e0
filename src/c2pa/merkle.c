#include "c2pa/merkle.h"

#include <assert.h>
#include <string.h>

bool merkle_level(uint64_t count, uint64_t n, unsigned *level)
{
    unsigned at = 0;

    while (count > n && count > 1) {
        count = count / 2 + count % 2;
        at++;
    }
    if (count != n)
        return false;
    *level = at;
    return true;
}

enum exh_status merkle_parent(const struct exh_crypto *crypto, enum exh_hash alg,
                              const uint8_t *left, const uint8_t *right, uint8_t *to,
                              struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];
    struct exh_hasher *h = crypto->hash_new(alg);

    if (!h)
        return fail_no_memory(err);
    crypto->hash_update(h, left, exh_hash_size(alg));
    crypto->hash_update(h, right, exh_hash_size(alg));
    memcpy(to, digest, crypto->hash_final(h, digest));
    return EXH_OK;
}

enum exh_status merkle_prove(const struct merkle_tree *tree, const uint8_t *leaf, uint64_t location,
                             struct cbor hashes, bool *holds, struct exh_error *err)
{
    const size_t n = exh_hash_size(tree->alg);
    struct cbor_walk walk = cbor_walk(hashes);
    uint64_t index = location;
    uint64_t row = tree->count;
    uint8_t digest[EXH_HASH_MAX];
    struct cbor item;
    enum exh_status status = EXH_OK;

    *holds = false;
    if (location >= tree->count)
        return EXH_OK;
    memcpy(digest, leaf, n);
    for (unsigned level = 0; level < tree->level && status == EXH_OK; level++) {
        struct exh_bytes other;
        if (index % 2 || index + 1 < row) { // it has a sibling
            if (!cbor_next(&walk, NULL, &item) || !cbor_bytes(item, &other) || other.n != n)
                return EXH_OK;
            status = merkle_parent(tree->crypto, tree->alg, index % 2 ? other.p : digest,
                                   index % 2 ? digest : other.p, digest, err);
        }
        index /= 2;
        row = row / 2 + row % 2;
    }
    *holds = status == EXH_OK && !cbor_next(&walk, NULL, &item) &&
             memcmp(tree->row[index], digest, n) == 0;
    return status;
}

struct merkle_builder merkle_begin(const struct merkle_tree *tree)
{
    return (struct merkle_builder){ .tree = tree };
}

/* A node of the row is made: its first leaf has this number. */
static void compare(struct merkle_builder *b, const uint8_t *node, uint64_t first)
{
    const struct merkle_tree *t = b->tree;

    if (b->differs || memcmp(t->row[first >> t->level], node, exh_hash_size(t->alg)) == 0)
        return;
    b->differs = true;
    b->differs_at = first;
}

enum exh_status merkle_add(struct merkle_builder *b, const uint8_t *leaf, struct exh_error *err)
{
    const struct merkle_tree *t = b->tree;
    const size_t n = exh_hash_size(t->alg);
    const uint64_t number = b->leaves++;
    uint8_t node[EXH_HASH_MAX];
    unsigned level = 0;

    if (number >= t->count) // told by merkle_end()
        return EXH_OK;
    memcpy(node, leaf, n);
    for (; level < t->level && number >> level & 1; level++) {
        enum exh_status status = merkle_parent(t->crypto, t->alg, b->left[level], node, node, err);
        if (status != EXH_OK)
            return status;
    }
    if (level == t->level)
        compare(b, node, number >> level << level);
    else
        memcpy(b->left[level], node, n);
    return EXH_OK;
}

enum exh_status merkle_end(struct merkle_builder *b, bool *holds, struct exh_error *err)
{
    const struct merkle_tree *t = b->tree;
    const size_t n = exh_hash_size(t->alg);
    uint8_t node[EXH_HASH_MAX];
    bool any = false;

    *holds = false;
    if (b->leaves != t->count)
        return EXH_OK;
    // What waits at the end has no sibling, and goes up until it finds one.
    for (unsigned level = 0; level < t->level; level++) {
        if (!(t->count >> level & 1))
            continue;
        if (!any) {
            memcpy(node, b->left[level], n);
        } else {
            enum exh_status status =
                merkle_parent(t->crypto, t->alg, b->left[level], node, node, err);
            if (status != EXH_OK)
                return status;
        }
        any = true;
    }
    if (any)
        compare(b, node, (t->count - 1) >> t->level << t->level);
    *holds = !b->differs;
    return EXH_OK;
}
