/*
 * ledger_body.c -- the bytes that entries cover: read once, in order, compared with their digests.
 *
 * Behind a break, records are looked for where they were signed, and else directly behind the last one
 * that was found: so it is told whether bytes were taken out or put in with the entries.
 */
#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "seal/leaf.h"
#include "seal/ledger_check.h"

#define BATCH 4 // chunks read and hashed in one go: two lanes, twice

/* The leaves of n bytes at p, of at most BATCH chunks. */
static enum exh_status add_batch(struct leaves *leaves, const struct exh_crypto *crypto,
                                 const uint8_t *p, size_t n, size_t chunk_n, struct exh_error *err)
{
    struct exh_bytes chunks[BATCH];
    uint8_t digests[BATCH][32];
    size_t count = 0;

    while (n) {
        const size_t size = n < chunk_n ? n : chunk_n;
        chunks[count++] = (struct exh_bytes){ p, size };
        p += size;
        n -= size;
    }
    enum exh_status status = leaf_digests(crypto, chunks, count, digests, err);
    if (status == EXH_OK)
        leaves_add(leaves, digests, count);
    return status;
}

static enum exh_status digest_pieces(struct leaves *leaves, const struct exh_crypto *crypto,
                                     const struct exh_source *body, uint64_t at, uint64_t n,
                                     size_t chunk_n, uint8_t *buffer, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    while (n && status == EXH_OK) {
        const size_t piece = n < BATCH * chunk_n ? (size_t)n : BATCH * chunk_n;
        const uint8_t *p = body->memory ? body->memory + at : buffer;
        if (!body->memory)
            status = source_read(body, at, buffer, piece, err);
        if (status == EXH_OK)
            status = add_batch(leaves, crypto, p, piece, chunk_n, err);
        at += piece;
        n -= piece;
    }
    return status;
}

enum exh_status ledger_body_digest(const struct exh_crypto *crypto, const struct exh_source *body,
                                   uint64_t at, uint64_t n, bool sealed,
                                   uint8_t digest[LEDGER_HASH], struct exh_error *err)
{
    const size_t chunk_n = sealed ? LEAF_SEALED : LEAF_PLAIN;
    const size_t buffer_n = n < BATCH * chunk_n ? (size_t)n : BATCH * chunk_n;
    struct leaves leaves = { 0 };
    uint8_t *buffer = NULL;

    enum exh_status status = source_check(body, at, n, err);
    if (status == EXH_OK && !body->memory && !(buffer = malloc(buffer_n + 1)))
        status = fail_no_memory(err);
    if (status == EXH_OK)
        status = leaves_begin(&leaves, crypto, err);
    if (status == EXH_OK)
        status = digest_pieces(&leaves, crypto, body, at, n, chunk_n, buffer, err);
    if (status == EXH_OK)
        leaves_end(&leaves, digest);
    leaves_free(&leaves);
    free(buffer);
    return status;
}

/* Bytes of the body as it is now. */
static uint64_t body_size(const struct ledger_files *files)
{
    return files->body->size > files->body_at ? files->body->size - files->body_at : 0;
}

/* Are the bytes of a tick at this place of the body? */
static enum exh_status compare(const struct ledger_check *c, const struct ledger_files *files,
                               const struct tick *t, uint64_t at, enum ledger_covered *out,
                               struct exh_error *err)
{
    const uint64_t n = t->end - t->first, size = body_size(files);
    uint8_t digest[LEDGER_HASH];

    if (at > size || n > size - at) {
        *out = COVERED_ABSENT;
        return EXH_OK;
    }
    enum exh_status status =
        ledger_body_digest(c->crypto, files->body, files->body_at + at, n, c->sealed, digest, err);
    if (status == EXH_OK)
        *out = memcmp(digest, t->digest, sizeof digest) == 0 ? COVERED_MATCH : COVERED_ALTERED;
    return status;
}

/* Found: the next one is expected behind it. */
static void found_at(struct ledger_check *c, const struct tick *t, uint64_t at)
{
    c->body_at = at + (t->end - t->first);
}

/* Behind a break: where it was signed, else behind the last that was found. In vain only so often. */
static enum exh_status search(struct ledger_check *c, const struct ledger_files *files,
                              const struct ledger_step *step, enum ledger_covered *out,
                              struct exh_error *err)
{
    const struct tick *t = &step->tick;
    const uint64_t places[] = { step->in_order ? t->first - c->cut : c->body_at, c->body_at };
    enum ledger_covered covered = COVERED_UNCHECKED;

    *out = COVERED_UNCHECKED;
    for (size_t i = 0; i < 2; i++) {
        if (places[i] < c->body_at || (i && places[0] == places[1]))
            continue;
        if (c->searched > LEDGER_SEARCH_MAX)
            return EXH_OK;
        enum exh_status status = compare(c, files, t, places[i], &covered, err);
        if (status != EXH_OK)
            return status;
        if (covered == COVERED_MATCH) {
            found_at(c, t, places[i]);
            c->cut = (step->in_order ? t->end : c->place.end) - c->body_at;
            *out = COVERED_MATCH;
            return EXH_OK;
        }
        if (covered == COVERED_ALTERED)
            c->searched += t->end - t->first;
        if (i == 0)
            *out = covered;
    }
    if (!step->in_order)
        *out = COVERED_UNCHECKED; // it is there again, its bytes are not: that is told already
    return EXH_OK;
}

enum exh_status ledger_check_look(struct ledger_check *c, const struct ledger_files *files,
                                  const struct ledger_step *step, struct exh_error *err)
{
    enum ledger_covered covered = COVERED_UNCHECKED;
    enum exh_status status = EXH_OK;

    if (c->loose || c->cut || !step->in_order) {
        status = search(c, files, step, &covered, err);
    } else {
        status = compare(c, files, &step->tick, step->tick.first, &covered, err);
        if (status == EXH_OK && covered != COVERED_ABSENT)
            found_at(c, &step->tick, step->tick.first);
    }
    if (status == EXH_OK)
        ledger_check_covered(c, step, covered);
    return status;
}

void ledger_check_saw(struct ledger_check *c, const struct ledger_step *step, bool match)
{
    found_at(c, &step->tick, step->tick.first);
    ledger_check_covered(c, step, match ? COVERED_MATCH : COVERED_ALTERED);
}

/* Is the next entry a sound one whose bytes have not arrived yet? */
static enum exh_status must_wait(const struct ledger_check *c, const struct ledger_files *files,
                                 bool *wait, struct exh_error *err)
{
    const uint64_t at = files->ticks_at + c->ticks_n;
    struct exh_judgement j = { 0 };
    struct exh_error strange;
    uint8_t entry[TICK_SIZE];
    struct tick tick;

    *wait = false;
    if (c->stopped || at > files->ledger->size || files->ledger->size - at < TICK_SIZE)
        return EXH_OK;
    enum exh_status status = source_read(files->ledger, at, entry, sizeof entry, err);
    if (status != EXH_OK || tick_read(entry, c->cose.alg, &tick, &strange) != EXH_OK ||
        tick.end <= body_size(files))
        return status;
    status = tick_verify(c->crypto, c->chain, c->cose.alg, entry, &j, err);
    *wait = j.holds;
    return status;
}

enum exh_status ledger_check_follow(struct ledger_check *c, const struct ledger_files *files,
                                    bool wait, struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    struct ledger_step step;
    bool enough = false;

    while (status == EXH_OK) {
        if (wait && files->body)
            status = must_wait(c, files, &enough, err);
        if (status == EXH_OK && !enough)
            status = ledger_check_next(c, files->ledger, files->ticks_at, &step, err);
        if (status != EXH_OK || enough || !step.found)
            return status;
        if (!step.covers)
            continue;
        if (files->body)
            status = ledger_check_look(c, files, &step, err);
        else
            ledger_check_covered(c, &step, COVERED_UNCHECKED);
        if (files->progress)
            files->progress(files->progress_ctx, c->body_at, files->body ? body_size(files) : 0);
    }
    return status;
}
