/*
 * bench_log.c -- how fast a log grows and proves, in one process on one core; the other side is `logpeer bench`.
 *
 *     bench_log SIZE     one line a figure: name, and how many in a second of processor time
 *
 * Tiles lie in memory. Entries have 32 bytes, as ours have.
 *
 *     append       in batches of 256: a busy server's commits
 *     append_1     one entry a batch: each writes its tiles, and makes the root
 *     sign         batch of 16, proof that it goes on, signed checkpoint: what a commit of the server costs
 *     prove        proofs of entries all over the log; tiles are read and hashed anew
 *     prove_last   proofs of the last entries, out of tiles that are kept: receipts after a commit
 *     check        an inclusion proof checked, without tiles and signature
 *     receipt      a receipt read and checked, its signature too
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "crypto/ed25519.h"
#include "log/receipt.h"
#include "log/view.h"
#include "log/writer.h"

#define PROOFS 20000
#define SIGNED 2000
#define BATCH  256

struct tile_store {
    uint8_t **tiles[TLOG_LEVELS + 1]; // by level + 1 and index
    struct tlog_tiles table;
    uint64_t count; // of tiles a level has at most
};

static void must(enum exh_status status, const struct exh_error *err)
{
    if (status) {
        fprintf(stderr, "bench_log: %s\n", err->text);
        exit(1);
    }
}

static uint8_t *place(struct tile_store *s, const struct tlog_tile *tile)
{
    uint8_t **level = s->tiles[tile->level + 1];

    if (tile->index >= s->count)
        abort();
    if (!level[tile->index])
        level[tile->index] = malloc(TLOG_TILE_WIDTH * (2 + ENTRY_SIZE)); // either kind fits
    if (!level[tile->index])
        abort();
    return level[tile->index];
}

static enum exh_status read_tile(void *ctx, const struct tlog_tile *tile, struct buf *to,
                                 struct exh_error *err)
{
    (void)err;
    buf_put(to, place(ctx, tile),
            tile->width * (tile->level == TLOG_ENTRIES ? 2 + ENTRY_SIZE : TLOG_HASH));
    return EXH_OK;
}

static enum exh_status write_tile(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    (void)err;
    memcpy(place(ctx, tile), bytes.p, bytes.n);
    return EXH_OK;
}

static void store_init(struct tile_store *s, uint64_t entries)
{
    *s = (struct tile_store){ .table = { read_tile, write_tile, s },
                              .count = entries / TLOG_TILE_WIDTH + 2 };
    for (size_t i = 0; i < ARRAY_N(s->tiles); i++) {
        s->tiles[i] = calloc(s->count, sizeof *s->tiles[i]);
        if (!s->tiles[i])
            abort();
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(const char *name, uint64_t n, double since)
{
    printf("%s %.0f\n", name, (double)n / (now() - since));
}

static void entry_at(uint64_t i, uint8_t entry[ENTRY_SIZE])
{
    memset(entry, 0, ENTRY_SIZE);
    for (size_t k = 0; k < 8; k++)
        entry[k] = (uint8_t)(i >> 8 * k);
}

static void append(struct tlog_writer *w, size_t n)
{
    static uint8_t raw[BATCH][ENTRY_SIZE];
    struct exh_bytes entries[BATCH];
    const uint64_t from = tlog_writer_head(w)->size;
    struct exh_error err;

    for (size_t i = 0; i < n; i++) {
        entry_at(from + i, raw[i]);
        entries[i] = (struct exh_bytes){ raw[i], ENTRY_SIZE };
    }
    must(tlog_writer_append(w, entries, n, &err), &err);
}

static void sign_next(struct tlog_view *v, struct tlog_writer *w, const struct note_signer *signer,
                      struct buf *note)
{
    const struct tlog_head last = v->head;
    struct tlog_head older = last;
    struct tlog_proof proof;
    struct exh_error err;

    append(w, 16);
    tlog_view_move(v, tlog_writer_head(w));
    must(tlog_prove_consistency(v, &older, &proof, &err), &err);
    buf_clear(note);
    must(checkpoint_sign_next(v->crypto, signer, &last, &v->head, &proof, note, &err), &err);
}

static void prove(struct tlog_view *v, const struct note_signer *signer, const struct buf *note)
{
    static struct receipt receipts[PROOFS];
    const uint64_t size = v->head.size;
    struct exh_judgement j;
    struct tlog_hash leaf;
    struct exh_error err;
    uint8_t entry[ENTRY_SIZE];

    double start = now();
    for (uint64_t i = 0; i < PROOFS / 10; i++)
        must(tlog_prove_inclusion(v, i * 7919 % size, &leaf, &receipts[i].proof, &err), &err);
    tell("prove", PROOFS / 10, start);
    start = now();
    for (uint64_t i = 0; i < PROOFS; i++) {
        receipts[i].index = size - 1 - i % 200;
        must(tlog_prove_inclusion(v, receipts[i].index, &leaf, &receipts[i].proof, &err), &err);
    }
    tell("prove_last", PROOFS, start);
    start = now();
    for (uint64_t i = 0; i < PROOFS; i++) {
        entry_at(receipts[i].index, entry);
        const struct exh_bytes view = { entry, sizeof entry };
        must(tlog_leaf_hashes(v->crypto, &view, 1, &leaf, &err), &err);
        must(tlog_check_inclusion(v->crypto, &v->head, receipts[i].index, &leaf, &receipts[i].proof,
                                  &j, &err),
             &err);
        if (!j.holds)
            abort();
    }
    tell("check", PROOFS, start);
    start = now();
    for (uint64_t i = 0; i < SIGNED; i++) {
        struct buf file = buf_with_limit(RECEIPT_MAX);
        struct receipt r;
        receipts[i].checkpoint = buf_view(note);
        receipt_write(&receipts[i], (struct exh_bytes){ entry, ENTRY_SALT }, &file);
        must(receipt_read(buf_view(&file), &r, &err), &err);
        entry_at(r.index, entry);
        must(receipt_check(v->crypto, &r, (struct exh_bytes){ entry, sizeof entry }, &signer->key,
                           1, NULL, &j, &err),
             &err);
        if (!j.holds)
            abort();
        buf_free(&file);
    }
    tell("receipt", SIGNED, start);
}

static struct note_signer new_signer(struct exh_key **key)
{
    struct note_signer s;
    uint8_t public_key[ED25519_SIZE];
    struct exh_error err;
    static const char name[] = "server.example/log";

    must(exh_key_new("ed25519", key, &err), &err);
    must(ed25519_signer(*key, &s.signer, public_key, &err), &err);
    must(note_key_init(exh_crypto_openssl(),
                       (struct exh_bytes){ (const uint8_t *)name, sizeof name - 1 }, public_key,
                       &s.key, &err),
         &err);
    return s;
}

int main(int argc, char **argv)
{
    const uint64_t size = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    struct buf note = buf_with_limit(NOTE_MAX);
    struct tlog_writer *w = NULL;
    struct exh_key *key = NULL;
    struct tile_store store;
    struct exh_error err;
    struct tlog_view v;

    if (size < BATCH) {
        fprintf(stderr, "usage: bench_log SIZE     (at least %d)\n", BATCH);
        return 2;
    }
    store_init(&store, size + (uint64_t)SIGNED * 20);
    must(tlog_writer_new(exh_crypto_openssl(), &store.table, NULL, &w, &err), &err);
    double start = now();
    while (tlog_writer_head(w)->size + BATCH <= size)
        append(w, BATCH);
    tell("append", tlog_writer_head(w)->size, start);
    start = now();
    for (int i = 0; i < SIGNED; i++)
        append(w, 1);
    tell("append_1", SIGNED, start);

    const struct note_signer signer = new_signer(&key);
    tlog_view_init(&v, exh_crypto_openssl(), &store.table, tlog_writer_head(w));
    start = now();
    for (int i = 0; i < SIGNED; i++)
        sign_next(&v, w, &signer, &note);
    tell("sign", SIGNED, start);
    prove(&v, &signer, &note);

    tlog_view_free(&v);
    tlog_writer_free(w);
    exh_key_free(key);
    buf_free(&note);
    return 0;
}
