/* Proofs checked without a tree: those that RFC 6962 makes hold, and whatever was changed does not. */
#include "check.h"

#include "base/text.h"
#include "log_fixture.h"

#include <inttypes.h>

#define SIZES 40 // of the logs that all proofs are made of

static const struct exh_crypto *crypto;
static struct tlog_hash *leaves;
static struct tlog_hash roots[SIZES + 1];

/* The tree of Certificate Transparency's reference tests: their entries, and the roots of 0 to 8 of them. */
static const struct {
    const char *entry; // that is added, in hexadecimal
    const char *root;
} reference[] = {
    { NULL, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
    { "00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
    { "10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
    { "2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
    { "3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
    { "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
    { "5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
    { "606162636465666768696a6b6c6d6e6f",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static void reference_roots(void)
{
    struct tlog_hash of[ARRAY_N(reference)], want;
    struct exh_error err = { .text = "" };

    for (size_t n = 0; n < ARRAY_N(reference); n++) {
        uint8_t raw[16];
        if (n) {
            const struct exh_bytes hex = bytes_of(reference[n].entry);
            CHECK(hex_read(hex, raw, hex.n / 2), "entry %zu", n);
            CHECK(tlog_leaf_hashes(crypto, &(struct exh_bytes){ raw, hex.n / 2 }, 1, &of[n - 1],
                                   &err) == EXH_OK,
                  "%s", err.text);
        }
        CHECK(hex_read(bytes_of(reference[n].root), want.p, TLOG_HASH), "root %zu", n);
        const struct tlog_hash root = slow_root(of, n);
        CHECK(tlog_hash_equal(&root, &want), "root of %zu", n);
    }
}

static bool included(const struct tlog_head *head, uint64_t index, const struct tlog_hash *leaf,
                     const struct tlog_proof *proof)
{
    struct exh_judgement j;
    struct exh_error err = { .text = "" };

    CHECK(tlog_check_inclusion(crypto, head, index, leaf, proof, &j, &err) == EXH_OK, "%s",
          err.text);
    CHECK(j.holds == (j.reason[0] == '\0'), "reason '%s'", j.reason);
    return j.holds;
}

static bool consistent(const struct tlog_head *older, const struct tlog_head *newer,
                       const struct tlog_proof *proof)
{
    struct exh_judgement j;
    struct exh_error err = { .text = "" };

    CHECK(tlog_check_consistency(crypto, older, newer, proof, &j, &err) == EXH_OK, "%s", err.text);
    CHECK(j.holds == (j.reason[0] == '\0'), "reason '%s'", j.reason);
    return j.holds;
}

static struct tlog_head head_of(uint64_t size)
{
    return (struct tlog_head){ size, roots[size] };
}

static void inclusions(void)
{
    for (uint64_t size = 1; size <= SIZES; size++) {
        const struct tlog_head head = head_of(size);
        for (uint64_t i = 0; i < size; i++) {
            struct tlog_proof p = slow_path(leaves, size, i);
            CHECK(included(&head, i, &leaves[i], &p), "%" PRIu64 " of %" PRIu64, i, size);
            for (uint64_t other = 0; other <= size; other++)
                CHECK(other == i || !included(&head, other, &leaves[i], &p),
                      "%" PRIu64 " of %" PRIu64 " as %" PRIu64, i, size, other);
            CHECK(!included(&head, i, &leaves[size], &p), "%" PRIu64 ": another leaf", i);
            for (size_t h = 0; h < p.n; h++) {
                p.hashes[h].p[h % TLOG_HASH] ^= 1;
                CHECK(!included(&head, i, &leaves[i], &p), "%" PRIu64 ": hash %zu changed", i, h);
                p.hashes[h].p[h % TLOG_HASH] ^= 1;
            }
            p.n++; // a hash too many
            CHECK(!included(&head, i, &leaves[i], &p), "%" PRIu64 " of %" PRIu64 ": longer", i,
                  size);
            for (size_t n = 0; n + 1 < p.n; n++) {
                const struct tlog_proof cut = { .n = n };
                CHECK(!included(&head, i, &leaves[i], &cut), "%" PRIu64 ": cut", i);
            }
        }
    }
}

static void growths(void)
{
    for (uint64_t newer = 0; newer <= SIZES; newer++) {
        const struct tlog_head now = head_of(newer);
        for (uint64_t older = 0; older <= newer; older++) {
            struct tlog_head then = head_of(older), fork = then;
            struct tlog_proof p = slow_growth(leaves, newer, older);
            CHECK(consistent(&then, &now, &p), "%" PRIu64 " to %" PRIu64, older, newer);

            fork.root.p[5] ^= 4;
            CHECK(!consistent(&fork, &now, &p), "%" PRIu64 ": other older root", older);
            fork = now;
            fork.root.p[31] ^= 128;
            // From a log without entries everything goes on.
            CHECK(consistent(&then, &fork, &p) == (older == 0 && newer > 0),
                  "%" PRIu64 " to %" PRIu64 ": other newer root", older, newer);
            for (size_t h = 0; h < p.n; h++) {
                p.hashes[h].p[h % TLOG_HASH] ^= 16;
                CHECK(!consistent(&then, &now, &p), "%" PRIu64 ": hash %zu changed", older, h);
                p.hashes[h].p[h % TLOG_HASH] ^= 16;
            }
            for (uint64_t other = 0; other <= SIZES; other++) {
                const struct tlog_head not_then = { other, then.root };
                CHECK(other == older || !consistent(&not_then, &now, &p),
                      "%" PRIu64 " said to be %" PRIu64, older, other);
            }
            p.n++;
            CHECK(!consistent(&then, &now, &p), "%" PRIu64 " to %" PRIu64 ": longer", older, newer);
            for (size_t n = 0; n + 1 < p.n; n++) {
                const struct tlog_proof cut = { .n = n };
                CHECK(!consistent(&then, &now, &cut), "%" PRIu64 " to %" PRIu64 ": cut", older,
                      newer);
            }
        }
    }
}

static void rollbacks(void)
{
    const struct tlog_head older = head_of(3), newer = head_of(7);
    const struct tlog_proof p = slow_growth(leaves, 7, 3);

    CHECK(!consistent(&newer, &older, &p), "a log that shrank");
    CHECK(!consistent(&newer, &older, &(struct tlog_proof){ 0 }), "a log that shrank, no proof");
}

/* The longest proofs there are: every size of 63 bits is walked to its end. */
static void largest(void)
{
    const struct tlog_head head = { TLOG_SIZE_MAX, { { 1 } } };
    const struct tlog_head older = { TLOG_SIZE_MAX - 1, { { 2 } } };
    struct tlog_proof p = { .n = TLOG_PROOF_MAX };

    for (; p.n; p.n--) {
        CHECK(!included(&head, 0, &leaves[0], &p), "%zu hashes", p.n);
        CHECK(!included(&head, TLOG_SIZE_MAX - 1, &leaves[0], &p), "%zu hashes", p.n);
        CHECK(!consistent(&older, &head, &p), "%zu hashes", p.n);
        CHECK(!consistent(&(struct tlog_head){ (uint64_t)1 << 62, { { 3 } } }, &head, &p),
              "%zu hashes", p.n);
    }
    CHECK(!included(&(struct tlog_head){ 0, roots[0] }, 0, &leaves[0], &p), "of an empty log");
}

static struct exh_hasher *no_hasher(enum exh_hash alg)
{
    (void)alg;
    return NULL;
}

static void out_of_memory(void)
{
    struct exh_crypto poor = *crypto;
    const struct tlog_head older = head_of(3), newer = head_of(7);
    const struct tlog_proof path = slow_path(leaves, 7, 2), growth = slow_growth(leaves, 7, 3);
    struct exh_judgement j;
    struct exh_error err = { .text = "" };

    poor.hash_new = no_hasher;
    CHECK(tlog_check_inclusion(&poor, &newer, 2, &leaves[2], &path, &j, &err) == EXH_NO_MEMORY,
          "inclusion");
    CHECK(tlog_check_consistency(&poor, &older, &newer, &growth, &j, &err) == EXH_NO_MEMORY,
          "consistency");
}

int main(void)
{
    crypto = exh_crypto_openssl();
    leaves = test_leaves(SIZES + 1);
    for (uint64_t n = 0; n <= SIZES; n++)
        roots[n] = slow_root(leaves, n);
    reference_roots();
    inclusions();
    growths();
    rollbacks();
    largest();
    out_of_memory();
    free(leaves);
    return check_done();
}
