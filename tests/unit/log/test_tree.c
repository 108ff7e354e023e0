/* A log that grows, tile by tile: beside the slow way of RFC 6962, with failing storage, and damaged. */
#include "check.h"

#include "log/audit.h"
#include "log/view.h"
#include "log/writer.h"
#include "log_fixture.h"

#include <inttypes.h>

#define SMALL 300   // every size up to here, with every proof of some
#define LARGE 66000 // over 256 * 256: a tile of level 2

static const struct exh_crypto *crypto;
static struct tlog_hash *leaves; // of LARGE entries

static enum exh_status append(struct tlog_writer *w, uint64_t n, struct exh_error *err)
{
    struct exh_bytes entries[256];
    const uint64_t from = tlog_writer_head(w)->size;

    for (uint64_t i = 0; i < n; i++)
        entries[i] = test_entry(from + i);
    return tlog_writer_append(w, entries, n, err);
}

/* A log of `size` entries, in batches of at most `batch`; 256 at most. */
static struct tlog_writer *log_of(struct memory_tiles *m, uint64_t size, uint64_t batch)
{
    struct tlog_writer *w = NULL;
    struct exh_error err = { .text = "" };

    CHECK(tlog_writer_new(crypto, &m->tiles, NULL, &w, &err) == EXH_OK, "%s", err.text);
    for (uint64_t left = size; left; left -= left < batch ? left : batch)
        CHECK(append(w, left < batch ? left : batch, &err) == EXH_OK, "%s", err.text);
    CHECK(tlog_writer_head(w)->size == size, "%" PRIu64, tlog_writer_head(w)->size);
    return w;
}

static bool proofs_equal(const struct tlog_proof *a, const struct tlog_proof *b)
{
    return a->n == b->n && memcmp(a->hashes, b->hashes, a->n * sizeof *a->hashes) == 0;
}

static void check_inclusion(struct tlog_view *v, uint64_t i)
{
    struct tlog_proof got, want = slow_path(leaves, v->head.size, i);
    struct tlog_hash leaf;
    struct exh_error err = { .text = "" };

    CHECK(tlog_prove_inclusion(v, i, &leaf, &got, &err) == EXH_OK && proofs_equal(&got, &want) &&
              tlog_hash_equal(&leaf, &leaves[i]),
          "inclusion of %" PRIu64 " in %" PRIu64 ": %s", i, v->head.size, err.text);
}

static void check_growth(struct tlog_view *v, uint64_t older)
{
    struct tlog_head then = { .size = older };
    const struct tlog_hash root = slow_root(leaves, older);
    struct tlog_proof got, want = slow_growth(leaves, v->head.size, older);
    struct exh_error err = { .text = "" };

    CHECK(tlog_prove_consistency(v, &then, &got, &err) == EXH_OK && proofs_equal(&got, &want) &&
              tlog_hash_equal(&then.root, &root),
          "from %" PRIu64 " to %" PRIu64 ": %s", older, v->head.size, err.text);
}

/* Every size, one entry at a time; each head goes on from what is stored, and everything can be proved. */
static void every_size(void)
{
    struct memory_tiles *m = memory_tiles_new(false);
    struct tlog_writer *w = log_of(m, 0, 1), *again;
    struct tlog_view v;
    struct exh_error err = { .text = "" };

    tlog_view_init(&v, crypto, &m->tiles, tlog_writer_head(w));
    check_growth(&v, 0);
    for (uint64_t size = 1; size <= SMALL; size++) {
        const struct tlog_hash root = slow_root(leaves, size);
        CHECK(append(w, 1, &err) == EXH_OK, "%s", err.text);
        const struct tlog_head *head = tlog_writer_head(w);
        CHECK(head->size == size && tlog_hash_equal(&head->root, &root), "root of %" PRIu64, size);
        CHECK(tlog_writer_new(crypto, &m->tiles, head, &again, &err) == EXH_OK, "%s", err.text);
        tlog_writer_free(again);
        tlog_view_move(&v, head);
        const bool all = size <= 20 || (size >= 255 && size <= 258);
        for (uint64_t i = all ? 0 : size - 1; i < size; i++)
            check_inclusion(&v, i);
        for (uint64_t i = all ? 0 : size - 1; i <= size; i++)
            check_growth(&v, i);
    }
    tlog_view_free(&v);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

static const uint64_t edges[] = { 0, 256, 65535, 65536, LARGE - 1 };

/* Three levels of tiles, by batches of different sizes; the same tiles come out. */
static void large(void)
{
    static const uint64_t batches[] = { 256, 100 };
    struct exh_error err = { .text = "" };

    for (size_t b = 0; b < ARRAY_N(batches); b++) {
        struct memory_tiles *m = memory_tiles_new(true);
        struct tlog_writer *w = log_of(m, LARGE, batches[b]);
        struct tlog_head head = *tlog_writer_head(w);
        const struct tlog_hash root = slow_root(leaves, LARGE);
        struct exh_judgement j;
        struct tlog_view v;

        CHECK(tlog_hash_equal(&head.root, &root), "root");
        CHECK(m->n == 2 * 258 + 2 + 1, "%zu tiles and bundles", m->n);
        tlog_view_init(&v, crypto, &m->tiles, &head);
        for (size_t i = 0; i < ARRAY_N(edges) && b == 0; i++) {
            check_inclusion(&v, edges[i]);
            check_growth(&v, edges[i]);
        }
        tlog_view_free(&v);
        CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && j.holds,
              "%s%s", err.text, j.reason);
        tlog_writer_free(w);
        memory_tiles_free(m);
    }
}

/* Neighbours' proofs come out of tiles that were read once. */
static void tiles_are_kept(void)
{
    struct memory_tiles *m = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 600, 200);
    struct tlog_view v;

    tlog_view_init(&v, crypto, &m->tiles, tlog_writer_head(w));
    m->reads = 0;
    for (uint64_t i = 512; i < 600; i++)
        check_inclusion(&v, i);
    CHECK(m->reads == 2, "%zu reads: the last tile of level 0 and the one of level 1", m->reads);
    tlog_view_free(&v);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

/* The n-th read or write fails, for every n: the log stands where it stood, and goes on later. */
static void failing_storage(bool grow)
{
    const struct tlog_hash root = slow_root(leaves, 400);
    struct exh_error err = { .text = "" };

    for (size_t nth = 1;; nth++) {
        struct memory_tiles *m = memory_tiles_new(grow);
        struct tlog_writer *w = log_of(m, 200, 200);
        const struct tlog_head before = *tlog_writer_head(w);

        m->writes = 0;
        m->fail_write = nth;
        const enum exh_status got = append(w, 200, &err);
        CHECK(got == (nth <= 5 ? EXH_IO : EXH_OK), "write %zu of 5: status %u", nth, got);
        if (got) {
            const struct tlog_head *head = tlog_writer_head(w);
            CHECK(head->size == 200 && tlog_hash_equal(&head->root, &before.root), "moved");
            m->reads = 0;
            m->fail_read = nth <= 2 ? nth : 0; // then going on needs the tiles again
            m->fail_write = 0;
            if (m->fail_read)
                CHECK(append(w, 200, &err) == EXH_IO, "read %zu of 2", nth);
            m->fail_read = 0;
            CHECK(append(w, 200, &err) == EXH_OK, "%s", err.text);
        }
        CHECK(tlog_hash_equal(&tlog_writer_head(w)->root, &root), "root after write %zu", nth);
        tlog_writer_free(w);
        memory_tiles_free(m);
        if (got == EXH_OK)
            break;
    }
}

/* A batch that was not committed is taken back, and another one takes its place. */
static void undone(bool grow)
{
    struct memory_tiles *m = memory_tiles_new(grow);
    struct tlog_writer *w = log_of(m, 200, 200);
    const struct tlog_head before = *tlog_writer_head(w);
    const struct exh_bytes wrong = { (const uint8_t *)"wrong", 5 };
    struct exh_judgement j;
    struct exh_error err = { .text = "" };

    tlog_writer_undo(w);
    CHECK(tlog_writer_head(w)->size == 0, "the first batch is taken back");
    CHECK(append(w, 200, &err) == EXH_OK &&
              tlog_hash_equal(&tlog_writer_head(w)->root, &before.root),
          "%s", err.text);
    for (int i = 0; i < 100; i++) // over the end of a tile
        CHECK(tlog_writer_append(w, &wrong, 1, &err) == EXH_OK, "%s", err.text);
    tlog_writer_undo(w);
    tlog_writer_undo(w);
    CHECK(tlog_writer_head(w)->size == 299, "only the last batch");
    tlog_writer_free(w);

    CHECK(tlog_writer_new(crypto, &m->tiles, &before, &w, &err) == EXH_OK, "%s", err.text);
    CHECK(append(w, 256, &err) == EXH_OK && append(w, 4, &err) == EXH_OK, "%s", err.text);
    const struct tlog_hash root = slow_root(leaves, 460);
    CHECK(tlog_hash_equal(&tlog_writer_head(w)->root, &root), "root");
    CHECK(tlog_audit(crypto, &m->tiles, tlog_writer_head(w), NULL, NULL, &j, &err) == EXH_OK &&
              j.holds,
          "%s%s", err.text, j.reason);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

static void limits(void)
{
    static uint8_t long_entry[TLOG_ENTRY_MAX + 1];
    struct memory_tiles *m = memory_tiles_new(false);
    struct tlog_writer *w = log_of(m, 3, 3);
    const struct tlog_head before = *tlog_writer_head(w);
    struct exh_bytes two[] = { { long_entry, 1 }, { long_entry, sizeof long_entry } };
    struct exh_error err = { .text = "" };

    CHECK(tlog_writer_append(w, two, 2, &err) == EXH_LIMIT, "entry over the limit");
    CHECK(tlog_writer_append(w, two, SIZE_MAX, &err) == EXH_LIMIT, "more than a log can have");
    CHECK(tlog_writer_head(w)->size == 3 &&
              tlog_hash_equal(&tlog_writer_head(w)->root, &before.root),
          "moved");
    two[1].n--;
    CHECK(tlog_writer_append(w, two, 2, &err) == EXH_OK, "%s", err.text);
    CHECK(tlog_writer_append(w, NULL, 0, &err) == EXH_OK && tlog_writer_head(w)->size == 5,
          "no entries: %s", err.text);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

/* Who goes on from tiles of another day, or from none, is refused. */
static void wrong_heads(void)
{
    struct memory_tiles *m = memory_tiles_new(true), *none = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 300, 256), *again = NULL;
    const struct tlog_head head = *tlog_writer_head(w);
    const struct tlog_hash empty = slow_root(leaves, 0);
    const struct {
        const char *name;
        struct tlog_head head;
        enum exh_status want;
    } heads[] = {
        { "as it is", head, EXH_OK },
        { "as it was", { 256, slow_root(leaves, 256) }, EXH_OK },
        { "without entries", { 0, empty }, EXH_OK },
        { "without entries, with a root", { 0, head.root }, EXH_MALFORMED },
        { "another root", { 300, slow_root(leaves, 299) }, EXH_MALFORMED },
        { "a size too small", { 299, head.root }, EXH_MALFORMED },
        { "the last tile too short", { 301, head.root }, EXH_MALFORMED },
        { "a tile that is missing", { 513, head.root }, EXH_NOT_FOUND },
        { "the largest", { TLOG_SIZE_MAX, head.root }, EXH_NOT_FOUND },
    };
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(heads); i++) {
        again = NULL;
        enum exh_status got = tlog_writer_new(crypto, &m->tiles, &heads[i].head, &again, &err);
        CHECK(got == heads[i].want, "%s: status %u (%s)", heads[i].name, got, err.text);
        tlog_writer_free(again);
    }
    again = NULL;
    CHECK(tlog_writer_new(crypto, &none->tiles, &head, &again, &err) == EXH_NOT_FOUND && !again,
          "the database is lost: %s", err.text);
    // An entry that is not the hashed one: found before anything is appended.
    memory_tiles_find(m, TLOG_ENTRIES, 1, 44)->p[4] ^= 1;
    CHECK(tlog_writer_new(crypto, &m->tiles, &head, &again, &err) == EXH_MALFORMED,
          "a bundle with another entry");
    tlog_writer_free(w);
    memory_tiles_free(m);
    memory_tiles_free(none);
}

static void views_of_other_logs(void)
{
    struct memory_tiles *m = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 300, 256);
    const struct tlog_head head = *tlog_writer_head(w);
    struct tlog_head other = head, older = { .size = 301 };
    struct tlog_proof proof = { .n = 77 };
    struct tlog_hash leaf;
    struct tlog_view v;
    struct exh_error err = { .text = "" };

    tlog_view_init(&v, crypto, &m->tiles, &head);
    CHECK(tlog_prove_inclusion(&v, 300, &leaf, &proof, &err) == EXH_INVALID, "no such entry");
    CHECK(tlog_prove_consistency(&v, &older, &proof, &err) == EXH_INVALID, "from the future");
    other.root.p[0] ^= 1;
    tlog_view_move(&v, &other);
    for (uint64_t i = 0; i < 300; i += 23) {
        older.size = i;
        CHECK(tlog_prove_inclusion(&v, i, &leaf, &proof, &err) == EXH_MALFORMED, "foreign root");
        CHECK(i == 0 || tlog_prove_consistency(&v, &older, &proof, &err) == EXH_MALFORMED,
              "foreign root");
    }
    CHECK(proof.n == 77, "written when it failed");
    tlog_view_free(&v);

    m->reads = 0;
    m->fail_read = 2; // what read() says comes out, and the next time it works
    tlog_view_init(&v, crypto, &m->tiles, &head);
    CHECK(tlog_prove_inclusion(&v, 1, &leaf, &proof, &err) == EXH_IO, "a tile cannot be read");
    check_inclusion(&v, 1);
    tlog_view_free(&v);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

static void relations(void)
{
    struct memory_tiles *m = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 300, 256);
    const struct tlog_head head = *tlog_writer_head(w);
    const struct {
        const char *name;
        struct tlog_head other;
        enum tlog_relation want;
    } heads[] = {
        { "the same", head, TLOG_SAME },
        { "an older one", { 299, slow_root(leaves, 299) }, TLOG_OLDER },
        { "the first", { 0, slow_root(leaves, 0) }, TLOG_OLDER },
        { "a newer one", { 301, slow_root(leaves, 301) }, TLOG_NEWER },
        { "a fork of the same size", { 300, slow_root(leaves, 299) }, TLOG_FORKED },
        { "a fork in the past", { 299, head.root }, TLOG_FORKED },
        { "a fork at the beginning", { 0, head.root }, TLOG_FORKED },
    };
    struct exh_error err = { .text = "" };
    struct tlog_view v;

    tlog_view_init(&v, crypto, &m->tiles, &head);
    for (size_t i = 0; i < ARRAY_N(heads); i++) {
        enum tlog_relation got = TLOG_SAME;
        CHECK(tlog_relate(&v, &heads[i].other, &got, &err) == EXH_OK && got == heads[i].want,
              "%s: %u %s", heads[i].name, got, err.text);
    }
    tlog_view_free(&v);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

static enum exh_status see(void *ctx, uint64_t index, struct exh_bytes entry, struct exh_error *err)
{
    uint64_t *next = ctx;
    const struct exh_bytes want = test_entry(index);

    CHECK(index == *next && entry.n == want.n && (!entry.n || !memcmp(entry.p, want.p, want.n)),
          "entry %" PRIu64, index);
    *next += 1;
    return index == 390 ? fail(err, EXH_NETWORK, "enough") : EXH_OK;
}

/* Any flipped bit of anything stored is found; so is what is missing or shorter. */
static void audits(void)
{
    struct memory_tiles *m = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 400, 200);
    struct tlog_head head = *tlog_writer_head(w);
    struct exh_judgement j;
    struct exh_error err = { .text = "" };
    uint64_t seen = 0;

    CHECK(m->n == 2 + 2 + 1, "%zu tiles and bundles", m->n);
    for (size_t i = 0; i < m->n; i++) {
        struct stored *s = &m->stored[i];
        for (size_t at = 0; at < s->n; at += 61) {
            s->p[at] ^= (uint8_t)(1 << at % 8);
            CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && !j.holds,
                  "tile %zu, byte %zu changed: not found", i, at);
            s->p[at] ^= (uint8_t)(1 << at % 8);
        }
        s->n--;
        CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && !j.holds,
              "tile %zu is shorter", i);
        s->n++;
        s->tile.index += 100;
        CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && !j.holds,
              "tile %zu is missing", i);
        s->tile.index -= 100;
    }
    head.root.p[9] ^= 9;
    CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && !j.holds, "root");
    head.root.p[9] ^= 9;
    m->reads = 0;
    m->fail_read = 2;
    CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_IO, "cannot be read");
    CHECK(tlog_audit(crypto, &m->tiles, &head, see, &seen, &j, &err) == EXH_NETWORK && seen == 391,
          "what the visitor says: %s", err.text);
    head = (struct tlog_head){ 0, slow_root(leaves, 0) };
    CHECK(tlog_audit(crypto, &m->tiles, &head, NULL, NULL, &j, &err) == EXH_OK && j.holds, "empty");
    tlog_writer_free(w);
    memory_tiles_free(m);
}

/* Memory runs out at the n-th hash. */
static size_t hashes_left;

static struct exh_hasher *scarce_hasher(enum exh_hash alg)
{
    if (!hashes_left)
        return NULL;
    hashes_left--;
    return crypto->hash_new(alg);
}

static void out_of_memory(void)
{
    struct exh_crypto poor = *crypto;
    struct memory_tiles *m = memory_tiles_new(true);
    struct tlog_writer *w = log_of(m, 60, 60), *mine = NULL;
    const struct tlog_head head = *tlog_writer_head(w);
    const struct tlog_hash root = slow_root(leaves, 70);
    struct exh_error err = { .text = "" };
    size_t given = 0;

    poor.hash_new = scarce_hasher;
    poor.leaf_digests = NULL;
    for (; !mine; given++) {
        hashes_left = given;
        enum exh_status got = tlog_writer_new(&poor, &m->tiles, &head, &mine, &err);
        CHECK(got == EXH_OK || (got == EXH_NO_MEMORY && !mine), "%zu hashes: %s", given, err.text);
    }
    CHECK(given > 60, "%zu hashes", given);
    for (given = 0; tlog_writer_head(mine)->size == 60; given++) {
        hashes_left = given;
        enum exh_status got = append(mine, 10, &err);
        CHECK(got == EXH_OK || got == EXH_NO_MEMORY, "%zu hashes: %s", given, err.text);
    }
    CHECK(given > 10 && tlog_hash_equal(&tlog_writer_head(mine)->root, &root), "root");
    tlog_writer_free(mine);
    tlog_writer_free(w);
    memory_tiles_free(m);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    leaves = test_leaves(LARGE);
    every_size();
    large();
    tiles_are_kept();
    failing_storage(true);
    failing_storage(false);
    undone(true);
    undone(false);
    limits();
    wrong_heads();
    views_of_other_logs();
    relations();
    audits();
    out_of_memory();
    free(leaves);
    return check_done();
}
