#include "seal/tick.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "base/reader.h"
#include "base/text.h"
#include "seal/leaf.h"

#define SIGNATURE_N  64  // bytes, ES256 and Ed25519 alike
#define TBS_MAX      256 // bytes of what a tick's signature is made over
#define FRAME_N      9   // bytes before the payload
#define ALG_AT       5   // of them, the one that is the algorithm's
#define AGE_TAG      16  // bytes that a sealed chunk has more than its plaintext
#define FLAGS        15u // low bits; the high ones are a gap's reason
#define REASON_SHIFT 4

/* Tag 18, array of 4, a protected header of 3 bytes {1: alg}, an empty map, 128 bytes follow. */
static const uint8_t FRAME[FRAME_N] = { 0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, 0x58, 0x80 };
static const uint8_t SIGNATURE_HEAD[] = { 0x58, SIGNATURE_N };

const char *tick_type_name(enum tick_type type)
{
    static const char *const names[] = { "", "record", "close", "gap", "beacon" };

    return names[type];
}

const char *tick_reason_name(enum tick_reason reason)
{
    static const char *const names[GAP_REASONS_N] = { "",        "sensor",  "clock", "uplink",
                                                      "restart", "covered", "moved", "tamper",
                                                      "lease",   "disk",    "place" };

    return names[reason];
}

/* Negative integers of CBOR: -7 is 0x26, -8 is 0x27. */
static uint8_t alg_byte(int64_t alg)
{
    return alg == EXH_ES256 ? 0x26 : 0x27;
}

void tick_magic(int64_t alg, uint8_t magic[TICK_MAGIC])
{
    memcpy(magic, FRAME, FRAME_N);
    magic[ALG_AT] = alg_byte(alg);
    memcpy(magic + FRAME_N, NAME_TICK, TICK_MAGIC - FRAME_N);
}

static bool covers_close(const struct tick *t)
{
    const uint64_t rest = t->end % LEAF_SEALED;

    // The last chunk of age is never empty, but when the whole payload is.
    return rest == 0 || rest > AGE_TAG || (rest == AGE_TAG && t->end == AGE_TAG);
}

static bool covers_right(const struct tick *t, bool sealed)
{
    if (t->end < t->first || t->end > LEDGER_END_MAX)
        return false;
    switch (t->type) {
    case TICK_GAP:
    case TICK_BEACON: return t->end == t->first;
    case TICK_RECORD:
        return t->end > t->first &&
               (!sealed || (t->first % LEAF_SEALED == 0 && t->end % LEAF_SEALED == 0));
    case TICK_CLOSE:
        return !sealed || (t->end > t->first && t->first % LEAF_SEALED == 0 && covers_close(t));
    }
    return false;
}

enum exh_status tick_check(const struct tick *tick, bool sealed, struct exh_error *err)
{
    static const uint8_t zeros[LEDGER_HASH];

    if ((tick->type == TICK_GAP) != (tick->reason != GAP_NONE))
        return fail(err, EXH_INVALID, "a reason stands in a gap, and only there");
    if (!covers_right(tick, sealed))
        return fail(err, EXH_INVALID,
                    "bytes %" PRIu64 " to %" PRIu64 " are none that a %s of a %s body can cover",
                    tick->first, tick->end, tick_type_name(tick->type),
                    sealed ? "sealed" : "plain");
    if (tick->first == tick->end && tick->type != TICK_BEACON &&
        memcmp(tick->digest, zeros, sizeof zeros) != 0)
        return fail(err, EXH_INVALID, "a digest, but no bytes that it is of");
    return EXH_OK;
}

static void put_payload(struct buf *b, const struct tick *t)
{
    buf_put_text(b, NAME_TICK);
    buf_put_u8(b, (uint8_t)t->type);
    buf_put_u8(b, (uint8_t)((t->flags & FLAGS) | (unsigned)t->reason << REASON_SHIFT));
    buf_put_u16(b, t->uncertainty_cs);
    buf_put_u64(b, t->seq);
    buf_put_u64(b, (uint64_t)t->t0_us);
    buf_put_u64(b, (uint64_t)t->t1_us);
    buf_put_u64(b, t->first);
    buf_put_u64(b, t->end);
    buf_put_u64(b, t->plain_at);
    buf_put_u64(b, t->mono_us);
    buf_put(b, t->digest, sizeof t->digest);
    buf_put(b, t->prev, sizeof t->prev);
}

/* What the signature of an entry with this frame and payload is made over. */
static void put_tbs(struct buf *b, int64_t alg, struct exh_bytes payload)
{
    const uint8_t header[] = { FRAME[3], FRAME[4], alg_byte(alg) };

    cose_put_tbs(b, "Signature1", (struct exh_bytes){ header, sizeof header },
                 bytes_of(NAME_AAD_LEDGER), payload);
}

static enum exh_status sign(const struct exh_signer *signer, struct exh_bytes payload,
                            uint8_t signature[SIGNATURE_N], struct exh_error *err)
{
    struct buf tbs = buf_with_limit(TBS_MAX);

    put_tbs(&tbs, signer->alg, payload);
    enum exh_status status = buf_finish(&tbs, err);
    if (status == EXH_OK)
        status = signer->sign(signer->ctx, buf_view(&tbs), signature, err);
    buf_free(&tbs);
    return status;
}

enum exh_status tick_write(uint8_t to[TICK_SIZE], const struct tick *tick,
                           const struct exh_signer *signer, struct exh_error *err)
{
    struct buf payload = buf_with_limit(TICK_PAYLOAD);
    uint8_t signature[SIGNATURE_N];

    if (!ledger_alg_known(signer->alg) || signer->signature_size != SIGNATURE_N)
        return fail(
            err, EXH_UNSUPPORTED,
            "a ledger is signed with ES256 (P-256) or Ed25519; the key's algorithm is %" PRId64,
            signer->alg);
    put_payload(&payload, tick);
    enum exh_status status = buf_finish(&payload, err);
    if (status == EXH_OK)
        status = sign(signer, buf_view(&payload), signature, err);
    if (status == EXH_OK) {
        memcpy(to, FRAME, FRAME_N);
        to[ALG_AT] = alg_byte(signer->alg);
        memcpy(to + FRAME_N, payload.p, TICK_PAYLOAD);
        memcpy(to + FRAME_N + TICK_PAYLOAD, SIGNATURE_HEAD, sizeof SIGNATURE_HEAD);
        memcpy(to + TICK_SIZE - SIGNATURE_N, signature, SIGNATURE_N);
    }
    buf_free(&payload);
    return status;
}

static void read_payload(struct exh_bytes payload, struct tick *t, uint8_t *type, uint8_t *bits,
                         uint64_t times[2])
{
    struct reader in = reader_over(payload, 0);

    reader_take(&in, sizeof NAME_TICK - 1);
    *type = reader_u8(&in);
    *bits = reader_u8(&in);
    t->uncertainty_cs = reader_u16(&in);
    t->seq = reader_u64(&in);
    times[0] = reader_u64(&in);
    times[1] = reader_u64(&in);
    t->first = reader_u64(&in);
    t->end = reader_u64(&in);
    t->plain_at = reader_u64(&in);
    t->mono_us = reader_u64(&in);
    memcpy(t->digest, reader_take(&in, LEDGER_HASH).p, LEDGER_HASH);
    memcpy(t->prev, reader_take(&in, LEDGER_HASH).p, LEDGER_HASH);
}

enum exh_status tick_read(const uint8_t entry[TICK_SIZE], int64_t alg, struct tick *out,
                          struct exh_error *err)
{
    uint8_t magic[TICK_MAGIC], type, bits;
    uint64_t times[2];
    struct tick t = { 0 };

    tick_magic(alg, magic);
    if (memcmp(entry, magic, sizeof magic) != 0 ||
        memcmp(entry + FRAME_N + TICK_PAYLOAD, SIGNATURE_HEAD, sizeof SIGNATURE_HEAD) != 0)
        return fail(err, EXH_MALFORMED, "not the frame of an entry");
    read_payload((struct exh_bytes){ entry + FRAME_N, TICK_PAYLOAD }, &t, &type, &bits, times);
    if (type < TICK_RECORD || type > TICK_BEACON)
        return fail(err, EXH_UNSUPPORTED, "type %u, expected 1 to 4", type);
    if (bits >> REASON_SHIFT >= GAP_REASONS_N)
        return fail(err, EXH_UNSUPPORTED, "reason %u, expected at most %d", bits >> REASON_SHIFT,
                    GAP_REASONS_N - 1);
    if (times[0] > LEDGER_TIME_MAX || times[1] > LEDGER_TIME_MAX)
        return fail(err, EXH_UNSUPPORTED, "a time beyond the year 9999");
    t.type = (enum tick_type)type;
    t.flags = bits & FLAGS;
    t.reason = (enum tick_reason)(bits >> REASON_SHIFT);
    t.t0_us = (int64_t)times[0];
    t.t1_us = (int64_t)times[1];
    *out = t;
    return EXH_OK;
}

enum exh_status tick_verify(const struct exh_crypto *crypto, const struct exh_chain *chain,
                            int64_t alg, const uint8_t entry[TICK_SIZE], struct exh_judgement *out,
                            struct exh_error *err)
{
    struct buf tbs = buf_with_limit(TBS_MAX);
    struct exh_judgement j;

    put_tbs(&tbs, alg, (struct exh_bytes){ entry + FRAME_N, TICK_PAYLOAD });
    enum exh_status status = buf_finish(&tbs, err);
    if (status == EXH_OK)
        status = crypto->chain_verify(
            chain, alg, buf_view(&tbs),
            (struct exh_bytes){ entry + TICK_SIZE - SIGNATURE_N, SIGNATURE_N }, &j, err);
    buf_free(&tbs);
    if (status == EXH_OK)
        *out = j;
    return status;
}
