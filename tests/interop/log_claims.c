#include "log_tool.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "log/receipt.h"

#define WORDS_MAX (5 + TLOG_PROOF_MAX + 2)

/* A claim taken apart. Missing words are empty. */
struct claim {
    struct exh_bytes words[WORDS_MAX];
    size_t n;
};

// Hexadecimal to bytes; owned. NULL: it is none.
static uint8_t *unhex(struct exh_bytes text)
{
    uint8_t *p = malloc(text.n / 2 + 1);

    if (p && text.n % 2 == 0 && hex_read(text, p, text.n / 2))
        return p;
    free(p);
    return NULL;
}

static bool judge_tile(const struct claim *c)
{
    struct tlog_tile tile;
    struct exh_error err;

    return c->n == 2 && tlog_tile_read_path(c->words[1], &tile, &err) == EXH_OK;
}

static bool read_proof(const struct claim *c, struct tlog_proof *proof)
{
    *proof = (struct tlog_proof){ 0 };
    for (size_t i = 5; i < c->n; i++) {
        if (proof->n == TLOG_PROOF_MAX || !tlog_hash_read(c->words[i], &proof->hashes[proof->n++]))
            return false;
    }
    return true;
}

static bool judge_inclusion(const struct claim *c)
{
    struct tlog_head head;
    uint64_t index;
    struct tlog_hash leaf;
    struct tlog_proof proof;
    struct exh_judgement j;
    struct exh_error err;

    if (!decimal_read(c->words[1], TLOG_SIZE_MAX, &head.size) ||
        !tlog_hash_read(c->words[2], &head.root) ||
        !decimal_read(c->words[3], TLOG_SIZE_MAX, &index) || !tlog_hash_read(c->words[4], &leaf) ||
        !read_proof(c, &proof))
        return false;
    must(tlog_check_inclusion(exh_crypto_openssl(), &head, index, &leaf, &proof, &j, &err), &err);
    return j.holds;
}

static bool judge_consistency(const struct claim *c)
{
    struct tlog_head older, newer;
    struct tlog_proof proof;
    struct exh_judgement j;
    struct exh_error err;

    if (!decimal_read(c->words[1], TLOG_SIZE_MAX, &older.size) ||
        !tlog_hash_read(c->words[2], &older.root) ||
        !decimal_read(c->words[3], TLOG_SIZE_MAX, &newer.size) ||
        !tlog_hash_read(c->words[4], &newer.root) || !read_proof(c, &proof))
        return false;
    must(tlog_check_consistency(exh_crypto_openssl(), &older, &newer, &proof, &j, &err), &err);
    return j.holds;
}

static bool judge_note(const struct claim *c)
{
    uint8_t *bytes = unhex(c->words[2]);
    struct exh_judgement j = { .holds = false };
    struct note_key key;
    struct note note;
    struct exh_error err;

    if (bytes && note_key_read(exh_crypto_openssl(), c->words[1], &key, &err) == EXH_OK &&
        note_read((struct exh_bytes){ bytes, c->words[2].n / 2 }, &note, &err) == EXH_OK)
        must(note_check(exh_crypto_openssl(), &note, &key, 1, &j, &err), &err);
    free(bytes);
    return j.holds;
}

static bool judge_checkpoint(const struct claim *c)
{
    uint8_t *bytes = unhex(c->words[2]);
    struct exh_judgement j = { .holds = false };
    struct note_key key;
    struct checkpoint head;
    struct exh_error err;

    const bool opened =
        bytes && note_key_read(exh_crypto_openssl(), c->words[1], &key, &err) == EXH_OK &&
        checkpoint_open(exh_crypto_openssl(), (struct exh_bytes){ bytes, c->words[2].n / 2 }, &key,
                        1, &head, &j, &err) == EXH_OK;
    free(bytes);
    return opened && j.holds;
}

static bool judge_receipt(const struct claim *c)
{
    uint8_t *entry = unhex(c->words[2]), *bytes = unhex(c->words[3]);
    struct exh_judgement j = { .holds = false };
    struct note_key key;
    struct receipt r;
    struct exh_error err;

    const bool read =
        entry && bytes && note_key_read(exh_crypto_openssl(), c->words[1], &key, &err) == EXH_OK &&
        receipt_read((struct exh_bytes){ bytes, c->words[3].n / 2 }, &r, &err) == EXH_OK &&
        receipt_check(exh_crypto_openssl(), &r, (struct exh_bytes){ entry, c->words[2].n / 2 },
                      &key, 1, NULL, &j, &err) == EXH_OK;
    free(entry);
    free(bytes);
    return read && j.holds;
}

static const struct {
    const char *name;
    bool (*judge)(const struct claim *c);
} judges[] = {
    { "tile", judge_tile },
    { "inclusion", judge_inclusion },
    { "consistency", judge_consistency },
    { "note", judge_note },
    { "checkpoint", judge_checkpoint },
    { "receipt", judge_receipt },
};

bool judge_claim(char *text)
{
    struct claim c = { 0 };

    for (char *end; text && c.n < WORDS_MAX; text = end ? end + 1 : NULL) {
        end = strchr(text, ' ');
        if (end)
            *end = '\0';
        c.words[c.n++] = bytes_of(text);
    }
    for (size_t i = 0; i < ARRAY_N(judges); i++) {
        if (bytes_are(c.words[0], judges[i].name))
            return judges[i].judge(&c);
    }
    return false;
}
