/* Hash trees: every count, every row, every leaf. */
#include "bmff_case.h"
#include "c2pa/merkle.h"

static void fill(struct case_tree *t, size_t leaves)
{
    for (size_t i = 0; i < leaves; i++)
        for (size_t k = 0; k < CASE_SHA256_N; k++)
            t->node[0][i][k] = (uint8_t)(i * 7 + k);
    case_grow(t, leaves);
}

static struct merkle_tree tree_of(const struct case_tree *t, size_t row, const uint8_t **places)
{
    for (size_t i = 0; i < t->n[row]; i++)
        places[i] = t->node[row][i];
    return (struct merkle_tree){ .crypto = &case_crypto,
                                 .alg = EXH_SHA256,
                                 .count = t->n[0],
                                 .level = (unsigned)row,
                                 .row = places };
}

static void test_levels(void)
{
    static const struct {
        uint64_t count, n;
        bool is;
        unsigned level;
    } rows[] = {
        { 1, 1, true, 0 },
        { 2, 2, true, 0 },
        { 2, 1, true, 1 },
        { 3, 2, true, 1 },
        { 3, 1, true, 2 },
        { 5, 3, true, 1 },
        { 5, 2, true, 2 },
        { 5, 1, true, 3 },
        { 5, 4, false, 0 },
        { 5, 6, false, 0 },
        { 0, 0, true, 0 },
        { 0, 1, false, 0 },
        { 1, 0, false, 0 },
        { 2, 0, false, 0 },
        { 100, 7, true, 4 },
        { 100, 8, false, 0 },
        { MERKLE_LEAVES_MAX, 1, true, MERKLE_LEVELS_MAX - 1 },
    };
    unsigned level = 0;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const bool is = merkle_level(rows[i].count, rows[i].n, &level);
        CHECK(is == rows[i].is && (!is || level == rows[i].level),
              "%" PRIu64 " of %" PRIu64 ": %d, level %u", rows[i].n, rows[i].count, is, level);
    }
}

/* Prove a leaf; spoil: -1 nothing, else what. */
static bool prove(const struct merkle_tree *tree, const struct case_tree *t, size_t leaf,
                  size_t row, size_t location, const uint8_t *digest, size_t more)
{
    struct buf b = buf_with_limit(4096);
    struct exh_error err;
    struct cbor item = { 0 };
    const uint8_t *hashes[8];
    size_t n = 0, at = leaf;
    bool holds = false;

    for (size_t i = 0; i < row; i++, at /= 2)
        if ((at ^ 1) < t->n[i])
            hashes[n++] = t->node[i][at ^ 1];
    if (n + more) {
        cbor_put_array(&b, n + more);
        for (size_t i = 0; i < n + more; i++)
            cbor_put_bytes(&b, (struct exh_bytes){ hashes[i < n ? i : 0], CASE_SHA256_N });
        CHECK(cbor_parse(buf_view(&b), 0, &item, &err) == EXH_OK, "%s", err.text);
    }
    CHECK(merkle_prove(tree, digest, location, item, &holds, &err) == EXH_OK, "%s", err.text);
    buf_free(&b);
    return holds;
}

static void test_proofs(void)
{
    static struct case_tree t;
    const uint8_t *places[CASE_LEAVES_MAX];
    uint8_t other[CASE_SHA256_N];

    for (size_t leaves = 1; leaves <= 20; leaves++) {
        fill(&t, leaves);
        for (size_t row = 0; row < t.rows; row++) {
            const struct merkle_tree tree = tree_of(&t, row, places);
            for (size_t i = 0; i < leaves; i++) {
                const uint8_t *leaf = t.node[0][i];
                memcpy(other, leaf, sizeof other);
                other[5] ^= 1;
                CHECK(prove(&tree, &t, i, row, i, leaf, 0), "leaf %zu of %zu, row %zu", i, leaves,
                      row);
                CHECK(!prove(&tree, &t, i, row, i, other, 0), "another leaf %zu of %zu, row %zu", i,
                      leaves, row);
                CHECK(!prove(&tree, &t, i, row, leaves + i, leaf, 0),
                      "leaf %zu of %zu beyond, row %zu", i, leaves, row);
                CHECK(leaves == 1 || !prove(&tree, &t, i, row, (i + 1) % leaves, leaf, 0),
                      "leaf %zu of %zu elsewhere, row %zu", i, leaves, row);
                if (row && prove(&tree, &t, i, row, i, leaf, 0))
                    CHECK(leaves == 1 || (i ^ 1) >= leaves || !prove(&tree, &t, i, row, i, leaf, 1),
                          "leaf %zu of %zu with a hash more, row %zu", i, leaves, row);
            }
        }
    }
}

static bool build(const struct merkle_tree *tree, const struct case_tree *t, size_t leaves,
                  size_t spoilt, uint64_t *at)
{
    struct merkle_builder b = merkle_begin(tree);
    struct exh_error err;
    bool holds = false;

    for (size_t i = 0; i < leaves; i++) {
        uint8_t leaf[CASE_SHA256_N];
        memcpy(leaf, t->node[0][i % t->n[0]], sizeof leaf);
        leaf[9] ^= i == spoilt;
        CHECK(merkle_add(&b, leaf, &err) == EXH_OK, "%s", err.text);
    }
    CHECK(merkle_end(&b, &holds, &err) == EXH_OK, "%s", err.text);
    *at = b.differs_at;
    return holds;
}

static void test_builder(void)
{
    static struct case_tree t;
    const uint8_t *places[CASE_LEAVES_MAX];
    uint64_t at;

    for (size_t leaves = 1; leaves <= 33; leaves++) {
        fill(&t, leaves);
        for (size_t row = 0; row < t.rows; row++) {
            const struct merkle_tree tree = tree_of(&t, row, places);
            CHECK(build(&tree, &t, leaves, SIZE_MAX, &at), "%zu leaves, row %zu", leaves, row);
            CHECK(!build(&tree, &t, leaves - 1, SIZE_MAX, &at), "%zu leaves less one", leaves);
            CHECK(!build(&tree, &t, leaves + 1, SIZE_MAX, &at), "%zu leaves and one", leaves);
            for (size_t i = 0; i < leaves; i++)
                CHECK(!build(&tree, &t, leaves, i, &at) && at == (i >> row << row),
                      "%zu leaves, row %zu: leaf %zu differs, said %" PRIu64, leaves, row, i, at);
        }
    }
}

int main(void)
{
    test_levels();
    test_proofs();
    test_builder();
    CHECK(case_hashers == 0, "%d hashers left", case_hashers);
    return check_done();
}
