#include "log_tool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "log/receipt.h"
#include "log/view.h"
#include "log/writer.h"

#define BATCH     200 // entries; not a divisor of a tile's width
#define ENTRY_MAX 100

struct maker {
    struct tlog_tiles tiles;
    struct tlog_writer *writer;
    struct tlog_view view;
    struct note_signer signer;
    char key[NOTE_KEY_MAX];
    struct buf note; // the signed head
    FILE *claims;
};

static struct exh_bytes entry_at(uint64_t i, char text[ENTRY_MAX])
{
    const int n = snprintf(text, ENTRY_MAX, "entry %" PRIu64 " %.*s", i, (int)(i % 40),
                           "++++++++++++++++++++++++++++++++++++++++");

    return (struct exh_bytes){ (const uint8_t *)text, i % 256 == 7 ? 0 : (size_t)n };
}

/* Batch by batch, each signed as what goes on from the one before. */
static void grow(struct maker *m, uint64_t size)
{
    struct exh_error err;

    while (m->view.head.size < size) {
        static char texts[BATCH][ENTRY_MAX];
        struct exh_bytes entries[BATCH];
        const struct tlog_head last = m->view.head;
        struct tlog_head older = last;
        struct tlog_proof proof;
        const size_t n = size - last.size < BATCH ? (size_t)(size - last.size) : BATCH;

        for (size_t i = 0; i < n; i++)
            entries[i] = entry_at(last.size + i, texts[i]);
        must(tlog_writer_append(m->writer, entries, n, &err), &err);
        tlog_view_move(&m->view, tlog_writer_head(m->writer));
        must(tlog_prove_consistency(&m->view, &older, &proof, &err), &err);
        buf_clear(&m->note);
        must(checkpoint_sign_next(m->view.crypto, &m->signer, &last, &m->view.head, &proof,
                                  &m->note, &err),
             &err);
    }
}

static void put_hash(FILE *to, const struct tlog_hash *h)
{
    char text[TLOG_HASH_CHARS];

    tlog_hash_write(h, text);
    fprintf(to, " %.*s", TLOG_HASH_CHARS, text);
}

static void put_hex(FILE *to, struct exh_bytes bytes)
{
    fputc(' ', to);
    for (size_t i = 0; i < bytes.n; i++)
        fprintf(to, "%02x", bytes.p[i]);
}

// A proof as it is, with a bit changed, and without its last hash.
static void claim_proof(FILE *to, const char *what, const struct tlog_head *a, uint64_t b,
                        const struct tlog_hash *h, struct tlog_proof *proof)
{
    for (int change = 0; change < 3; change++) {
        if (change && !proof->n)
            return;
        if (change == 1)
            proof->hashes[proof->n / 2].p[9] ^= 2;
        fprintf(to, "%s %" PRIu64, what, a->size);
        put_hash(to, &a->root);
        fprintf(to, " %" PRIu64, b);
        put_hash(to, h);
        for (size_t i = 0; i + (change == 2) < proof->n; i++)
            put_hash(to, &proof->hashes[i]);
        fputc('\n', to);
        if (change == 1)
            proof->hashes[proof->n / 2].p[9] ^= 2;
    }
}

static void claim_proofs(struct maker *m)
{
    const uint64_t size = m->view.head.size;
    const uint64_t at[] = { 0, 1, 2, 255, 256, 257, size / 3, size / 2, size - 2, size - 1 };
    struct tlog_proof proof;
    struct tlog_hash leaf;
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(at); i++) {
        must(tlog_prove_inclusion(&m->view, at[i], &leaf, &proof, &err), &err);
        claim_proof(m->claims, "inclusion", &m->view.head, at[i], &leaf, &proof);
    }
    for (size_t i = 1; i < ARRAY_N(at); i++) {
        struct tlog_head older = { .size = at[i] };
        must(tlog_prove_consistency(&m->view, &older, &proof, &err), &err);
        claim_proof(m->claims, "consistency", &older, size, &m->view.head.root, &proof);
    }
}

// Bytes as they are, and with one changed, for every seventh.
static void claim_bytes(FILE *to, const char *head, struct exh_bytes bytes)
{
    uint8_t *changed = malloc(bytes.n);

    if (!changed)
        abort();
    memcpy(changed, bytes.p, bytes.n);
    for (size_t i = 0; i < bytes.n + 1; i = i ? i + 7 : 1) {
        if (i)
            changed[i - 1] ^= 1;
        fputs(head, to);
        put_hex(to, (struct exh_bytes){ changed, bytes.n });
        fputc('\n', to);
        if (i)
            changed[i - 1] ^= 1;
    }
    free(changed);
}

static void claim_receipt(struct maker *m, uint64_t index, const char *extra)
{
    struct receipt r = { .index = index, .checkpoint = buf_view(&m->note) };
    struct buf file = buf_with_limit(RECEIPT_MAX);
    char head[NOTE_KEY_MAX + 2 * ENTRY_MAX + 20], text[ENTRY_MAX];
    const struct exh_bytes entry = entry_at(index, text);
    struct tlog_hash leaf;
    struct exh_error err;

    must(tlog_prove_inclusion(&m->view, index, &leaf, &r.proof, &err), &err);
    receipt_write(&r, bytes_of(extra), &file);
    must(buf_finish(&file, &err), &err);
    size_t n = (size_t)snprintf(head, sizeof head, "receipt %s ", m->key);
    for (size_t i = 0; i < entry.n; i++)
        n += (size_t)snprintf(head + n, sizeof head - n, "%02x", entry.p[i]);
    claim_bytes(m->claims, head, buf_view(&file));
    buf_free(&file);
}

static void claim_all(struct maker *m)
{
    char head[NOTE_KEY_MAX + 20];

    claim_proofs(m);
    snprintf(head, sizeof head, "note %s", m->key);
    claim_bytes(m->claims, head, buf_view(&m->note));
    snprintf(head, sizeof head, "checkpoint %s", m->key);
    claim_bytes(m->claims, head, buf_view(&m->note));
    claim_receipt(m, 1, "");
    claim_receipt(m, m->view.head.size - 1, "salt and token");
}

static void begin(struct maker *m, const char *folder, const struct exh_key *key)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    uint8_t public_key[ED25519_SIZE];
    struct exh_error err;

    m->tiles = tiles_in(folder);
    m->note = buf_with_limit(NOTE_MAX);
    must(ed25519_signer(key, &m->signer.signer, public_key, &err), &err);
    must(note_key_init(crypto, bytes_of(ORIGIN), public_key, &m->signer.key, &err), &err);
    note_key_write(&m->signer.key, m->key);
    must(tlog_writer_new(crypto, &m->tiles, NULL, &m->writer, &err), &err);
    tlog_view_init(&m->view, crypto, &m->tiles, tlog_writer_head(m->writer));
}

void make_log(const char *folder, uint64_t size)
{
    struct maker m = { 0 };
    struct exh_key *key = NULL;
    char path[512], line[NOTE_KEY_MAX + 1];
    struct exh_error err;

    must(size < 514 ? fail(&err, EXH_INVALID,
                           "a log of %" PRIu64 " entries is too small for its claims", size)
                    : EXH_OK,
         &err);
    must(exh_key_new("ed25519", &key, &err), &err);
    begin(&m, folder, key);
    grow(&m, size);
    snprintf(line, sizeof line, "%s\n", m.key);
    write_whole(folder, "vkey", bytes_of(line));
    write_whole(folder, "checkpoint", buf_view(&m.note));
    snprintf(path, sizeof path, "%s/claims", folder);
    m.claims = fopen(path, "w");
    must(m.claims ? EXH_OK : fail(&err, EXH_IO, "%s: cannot be written", path), &err);
    claim_all(&m);
    fclose(m.claims);
    tlog_view_free(&m.view);
    tlog_writer_free(m.writer);
    exh_key_free(key);
    buf_free(&m.note);
}
