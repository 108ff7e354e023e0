#include "log/checkpoint.h"

#include "base/reader.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

enum exh_status checkpoint_read(struct exh_bytes text, struct checkpoint *out,
                                struct exh_error *err)
{
    struct reader r = reader_over(text, 0);
    struct checkpoint c = { .origin = reader_until(&r, '\n') };
    struct exh_bytes size = reader_until(&r, '\n');
    struct exh_bytes root = reader_until(&r, '\n');
    uint64_t v;

    c.extensions = r.rest;
    if (r.failed || !c.origin.n)
        return fail(err, EXH_MALFORMED, "a checkpoint has not three lines: origin, size, root");
    if (!decimal_read(size, UINT64_MAX, &v))
        return fail(err, EXH_MALFORMED, "line 2 of a checkpoint is not a size");
    if (v > TLOG_SIZE_MAX)
        return fail(err, EXH_LIMIT, "a log of %" PRIu64 " entries is larger than %" PRId64, v,
                    TLOG_SIZE_MAX);
    if (!tlog_hash_read(root, &c.head.root))
        return fail(err, EXH_MALFORMED, "line 3 of a checkpoint is not 32 bytes of base64");
    while (r.rest.n) {
        if (!reader_until(&r, '\n').n)
            return fail(err, EXH_MALFORMED, "a checkpoint has an extension that is no line");
    }
    c.head.size = v;
    *out = c;
    return EXH_OK;
}

void checkpoint_write(const struct checkpoint *c, struct buf *to)
{
    char root[TLOG_HASH_CHARS];

    tlog_hash_write(&c->head.root, root);
    buf_put_bytes(to, c->origin);
    buf_printf(to, "\n%" PRIu64 "\n%.*s\n", c->head.size, TLOG_HASH_CHARS, root);
    buf_put_bytes(to, c->extensions);
}

enum exh_status checkpoint_open(const struct exh_crypto *crypto, struct exh_bytes bytes,
                                const struct note_key *keys, size_t n, struct checkpoint *out,
                                struct exh_judgement *judgement, struct exh_error *err)
{
    struct note note;
    struct checkpoint c;
    struct exh_judgement signature;
    enum exh_status status = note_read(bytes, &note, err);

    if (!status)
        status = checkpoint_read(note.text, &c, err);
    if (!status)
        status = note_check(crypto, &note, keys, n, &signature, err);
    if (status)
        return status;
    for (size_t i = 0; i < n && signature.holds; i++) {
        if (bytes_are(c.origin, keys[i].name))
            continue;
        signature.holds = false;
        snprintf(signature.reason, sizeof signature.reason,
                 "the checkpoint is of another log than '%.64s'", keys[i].name);
    }
    *out = c;
    *judgement = signature;
    return EXH_OK;
}

enum exh_status checkpoint_sign_next(const struct exh_crypto *crypto,
                                     const struct note_signer *signer, const struct tlog_head *last,
                                     const struct tlog_head *next, const struct tlog_proof *proof,
                                     struct buf *to, struct exh_error *err)
{
    const struct checkpoint c = { .origin = bytes_of(signer->key.name), .head = *next };
    struct exh_judgement judgement = { .holds = true };
    struct buf text = buf_with_limit(NOTE_MAX);
    enum exh_status status = EXH_OK;

    if (last)
        status = tlog_check_consistency(crypto, last, next, proof, &judgement, err);
    if (status)
        return status;
    if (!judgement.holds)
        return fail(err, EXH_DENIED,
                    "log of %" PRIu64 " entries does not go on from the %" PRIu64 " signed: %s",
                    next->size, last->size, judgement.reason);
    checkpoint_write(&c, &text);
    status = buf_finish(&text, err);
    if (!status)
        status = note_sign(signer, buf_view(&text), to, err);
    if (!status)
        status = buf_finish(to, err);
    buf_free(&text);
    return status;
}
