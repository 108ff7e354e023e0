#include "log/proof.h"

#include <inttypes.h>
#include <stdio.h>

static enum exh_status not_held(struct exh_judgement *out, const char *why)
{
    *out = (struct exh_judgement){ .holds = false };
    snprintf(out->reason, sizeof out->reason, "%s", why);
    return EXH_OK;
}

static enum exh_status held(struct exh_judgement *out)
{
    *out = (struct exh_judgement){ .holds = true };
    return EXH_OK;
}

/*
 * The way from a node to the root of a tree of `size` entries. A node without a right sibling goes up as
 * it is, so a proof has no hash for that level.
 */
struct climb {
    uint64_t node, last; // numbers of the node and of the last one, in the level that is reached
};

// Whether the next hash of a proof stands to the left of the node; leaves the levels without one behind.
static bool climb(struct climb *c)
{
    const bool left = c->node & 1 || c->node == c->last;

    while (left && !(c->node & 1) && c->node) {
        c->node >>= 1;
        c->last >>= 1;
    }
    c->node >>= 1;
    c->last >>= 1;
    return left;
}

enum exh_status tlog_check_inclusion(const struct exh_crypto *crypto, const struct tlog_head *head,
                                     uint64_t index, const struct tlog_hash *leaf,
                                     const struct tlog_proof *proof, struct exh_judgement *out,
                                     struct exh_error *err)
{
    struct climb c = { index, head->size - 1 };
    struct tlog_hash h = *leaf;

    if (index >= head->size)
        return not_held(out, "the entry's number is not below the size of the log");
    for (size_t i = 0; i < proof->n; i++) {
        const struct tlog_hash *p = &proof->hashes[i];
        if (!c.last)
            return not_held(out, "the inclusion proof is too long");
        const bool left = climb(&c);
        enum exh_status status = tlog_node_hash(crypto, left ? p : &h, left ? &h : p, &h, err);
        if (status)
            return status;
    }
    if (c.last)
        return not_held(out, "the inclusion proof is too short");
    if (!tlog_hash_equal(&h, &head->root))
        return not_held(out, "the inclusion proof leads to another root");
    return held(out);
}

// Both roots at once: the older one is made of what stands to the left alone.
static enum exh_status climb_both(const struct exh_crypto *crypto, struct climb *c,
                                  const struct tlog_hash *p, struct tlog_hash *older,
                                  struct tlog_hash *newer, struct exh_error *err)
{
    if (!climb(c))
        return tlog_node_hash(crypto, newer, p, newer, err);
    enum exh_status status = tlog_node_hash(crypto, p, older, older, err);
    return status ? status : tlog_node_hash(crypto, p, newer, newer, err);
}

static enum exh_status check_growth(const struct exh_crypto *crypto, const struct tlog_head *older,
                                    const struct tlog_head *newer, const struct tlog_proof *proof,
                                    struct exh_judgement *out, struct exh_error *err)
{
    // The proof begins with the largest whole subtree that the older log ends with.
    struct climb c = { older->size - 1, newer->size - 1 };
    const bool whole =
        (older->size & (older->size - 1)) == 0; // that is all of it, and known already
    struct tlog_hash from_older, from_newer;

    if (!proof->n)
        return not_held(out, "the consistency proof is too short");
    while (c.node & 1) {
        c.node >>= 1;
        c.last >>= 1;
    }
    from_older = from_newer = whole ? older->root : proof->hashes[0];
    for (size_t i = whole ? 0 : 1; i < proof->n; i++) {
        if (!c.last)
            return not_held(out, "the consistency proof is too long");
        enum exh_status status =
            climb_both(crypto, &c, &proof->hashes[i], &from_older, &from_newer, err);
        if (status)
            return status;
    }
    if (c.last)
        return not_held(out, "the consistency proof is too short");
    if (!tlog_hash_equal(&from_older, &older->root))
        return not_held(out, "the consistency proof leads to another older root");
    if (!tlog_hash_equal(&from_newer, &newer->root))
        return not_held(out, "the consistency proof leads to another newer root");
    return held(out);
}

enum exh_status tlog_check_consistency(const struct exh_crypto *crypto,
                                       const struct tlog_head *older, const struct tlog_head *newer,
                                       const struct tlog_proof *proof, struct exh_judgement *out,
                                       struct exh_error *err)
{
    struct tlog_hash empty;

    if (older->size > newer->size)
        return not_held(out, "the log is smaller than it was");
    if (older->size && older->size < newer->size)
        return check_growth(crypto, older, newer, proof, out, err);
    if (proof->n)
        return not_held(out, "the consistency proof is too long");
    if (older->size == newer->size)
        return tlog_hash_equal(&older->root, &newer->root)
                   ? held(out)
                   : not_held(out, "two logs of the same size have different roots");
    enum exh_status status = tlog_empty_hash(crypto, &empty, err);
    if (status)
        return status;
    return tlog_hash_equal(&older->root, &empty)
               ? held(out)
               : not_held(out, "the older log has no entries, but not the root of such a log");
}
