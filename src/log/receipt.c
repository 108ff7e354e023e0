#include "log/receipt.h"

#include "base/reader.h"
#include "base/text.h"
#include "formats/base64.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_LINE  "c2sp.org/tlog-proof@v1"
#define EXTRA       "extra "
#define INDEX       "index "
#define EXTRA_CHARS (((size_t)RECEIPT_EXTRA_MAX + 2) / 3 * 4)
#define HASH_CHARS  44   // of base64
#define PIECE       1024 // characters of base64 that are decoded in one go

// Decode in pieces, into `to` unless NULL. False: it is not base64.
static bool decode(struct exh_bytes text, struct buf *to)
{
    uint8_t bytes[PIECE / 4 * 3];
    size_t n;

    for (; text.n > PIECE; text.p += PIECE, text.n -= PIECE) {
        if (!base64_read((struct exh_bytes){ text.p, PIECE }, bytes))
            return false;
        if (to)
            buf_put(to, bytes, sizeof bytes);
    }
    if (!base64_read_padded(text, bytes, &n))
        return false;
    if (to)
        buf_put(to, bytes, n);
    return true;
}

static struct exh_bytes after(struct exh_bytes line, const char *word)
{
    const size_t n = strlen(word);

    return (struct exh_bytes){ line.p + n, line.n - n };
}

static enum exh_status read_hash(struct exh_bytes line, struct tlog_proof *proof,
                                 struct exh_error *err)
{
    if (proof->n == TLOG_PROOF_MAX)
        return fail(err, EXH_LIMIT, "a tlog-proof has more than %d hashes", TLOG_PROOF_MAX);
    if (!tlog_hash_read(line, &proof->hashes[proof->n]))
        return fail(err, EXH_MALFORMED, "hash %zu of a tlog-proof is not 32 bytes of base64",
                    proof->n + 1);
    proof->n++;
    return EXH_OK;
}

static enum exh_status read_extra(struct exh_bytes line, struct receipt *r, struct exh_error *err)
{
    r->extra64 = after(line, EXTRA);
    if (r->extra64.n > EXTRA_CHARS)
        return fail(err, EXH_LIMIT, "extra data of %zu characters are more than %zu", r->extra64.n,
                    EXTRA_CHARS);
    if (!r->extra64.n || !decode(r->extra64, NULL))
        return fail(err, EXH_MALFORMED, "the extra data of a tlog-proof are not base64");
    return EXH_OK;
}

enum exh_status receipt_read(struct exh_bytes bytes, struct receipt *out, struct exh_error *err)
{
    struct reader in = reader_over(bytes, 0);
    struct receipt r = { 0 };
    enum exh_status status = EXH_OK;

    if (bytes.n > RECEIPT_MAX)
        return fail(err, EXH_LIMIT, "a tlog-proof of %zu bytes is longer than %zu", bytes.n,
                    RECEIPT_MAX);
    if (!bytes_are(reader_until(&in, '\n'), FIRST_LINE))
        return fail(err, EXH_MALFORMED, "no tlog-proof: its first line is not " FIRST_LINE);
    struct exh_bytes line = reader_until(&in, '\n');
    if (bytes_start(line, EXTRA)) {
        status = read_extra(line, &r, err);
        line = reader_until(&in, '\n');
    }
    if (status)
        return status;
    if (!bytes_start(line, INDEX) || !decimal_read(after(line, INDEX), TLOG_SIZE_MAX, &r.index))
        return fail(err, EXH_MALFORMED, "a tlog-proof does not say the entry's index");
    for (line = reader_until(&in, '\n'); line.n && !status; line = reader_until(&in, '\n'))
        status = read_hash(line, &r.proof, err);
    if (status)
        return status;
    if (in.failed || !in.rest.n)
        return fail(err, EXH_MALFORMED, "a tlog-proof has no checkpoint behind an empty line");
    r.checkpoint = in.rest;
    *out = r;
    return EXH_OK;
}

static void put_base64(struct buf *to, struct exh_bytes bytes)
{
    uint8_t *room = buf_room(to, (bytes.n + 2) / 3 * 4);

    if (room)
        base64_write_padded((char *)room, bytes.p, bytes.n);
}

void receipt_write(const struct receipt *r, struct exh_bytes extra, struct buf *to)
{
    buf_put_text(to, FIRST_LINE "\n");
    if (extra.n) {
        buf_put_text(to, EXTRA);
        put_base64(to, extra);
        buf_put_u8(to, '\n');
    }
    buf_printf(to, INDEX "%" PRIu64 "\n", r->index);
    for (size_t i = 0; i < r->proof.n; i++) {
        char hash[TLOG_HASH_CHARS];
        tlog_hash_write(&r->proof.hashes[i], hash);
        buf_put(to, hash, sizeof hash);
        buf_put_u8(to, '\n');
    }
    buf_put_u8(to, '\n');
    buf_put_bytes(to, r->checkpoint);
}

void receipt_put_extra(const struct receipt *r, struct buf *to)
{
    if (r->extra64.n)
        decode(r->extra64, to);
}

enum exh_status receipt_check(const struct exh_crypto *crypto, const struct receipt *r,
                              struct exh_bytes entry, const struct note_key *keys, size_t n,
                              struct checkpoint *out, struct exh_judgement *judgement,
                              struct exh_error *err)
{
    struct checkpoint c;
    struct tlog_hash leaf;
    struct exh_judgement j;
    enum exh_status status = checkpoint_open(crypto, r->checkpoint, keys, n, &c, &j, err);

    if (!status && j.holds) {
        status = tlog_leaf_hashes(crypto, &entry, 1, &leaf, err);
        if (!status)
            status = tlog_check_inclusion(crypto, &c.head, r->index, &leaf, &r->proof, &j, err);
    }
    if (status)
        return status;
    *judgement = j;
    if (out)
        *out = c;
    return EXH_OK;
}
