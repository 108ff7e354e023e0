#include "seal/ledger.h"

#include <string.h>

#include "base/text.h"
#include "seal/leaf.h"

enum exh_status ledger_open(struct ledger *l, const struct exh_crypto *crypto,
                            const struct exh_signer *signer, const struct open_entry *entry,
                            struct buf *b, struct exh_error *err)
{
    struct ledger new = { .crypto = crypto, .signer = signer, .sealed = open_entry_sealed(entry) };
    const size_t at = b->n;
    enum exh_status status = open_entry_write(b, entry, signer, err);

    if (status == EXH_OK)
        status = ledger_hash(crypto, (struct exh_bytes){ b->p + at, b->n - at }, new.oid, err);
    if (status != EXH_OK)
        return status;
    memcpy(new.place.head, new.oid, LEDGER_HASH);
    *l = new;
    return EXH_OK;
}

enum exh_status ledger_resume(struct ledger *l, const struct exh_crypto *crypto,
                              const struct exh_signer *signer, struct exh_bytes open_entry,
                              const struct ledger_place *place, struct exh_error *err)
{
    struct ledger new = { .crypto = crypto, .signer = signer, .place = *place };
    struct open_entry entry;
    struct cose_ours cose;
    enum exh_status status = open_entry_read(open_entry, &entry, &cose, err);

    if (status != EXH_OK)
        return status;
    if (open_entry_sealed(&entry))
        return fail(err, EXH_INVALID,
                    "a sealed recording is never resumed: its key was wiped on purpose");
    if (signer->alg != cose.alg || !signer->chain_n ||
        !bytes_equal(signer->chain[0], cose.chain[0]))
        return fail(err, EXH_INVALID,
                    "the certificate is not the one that the recording was begun with");
    status = ledger_hash(crypto, open_entry, new.oid, err);
    if (status == EXH_OK)
        *l = new;
    return status;
}

/* The tick of an entry: what the ledger adds, and what follows from the type. */
static struct tick tick_of(const struct ledger *l, const struct ledger_entry *e)
{
    struct tick t = {
        .type = e->type,
        .flags = e->flags | (e->clock.unsynchronised ? TICK_UNSYNCHRONISED : 0),
        .reason = e->reason,
        .uncertainty_cs = e->clock.uncertainty_cs,
        .seq = l->place.seq,
        .t0_us = e->clock.t0_us,
        .t1_us = e->clock.t1_us,
        .first = l->place.end,
        .end = e->type == TICK_GAP || e->type == TICK_BEACON ? l->place.end : e->end,
        .plain_at = e->plain_at,
        .mono_us = e->clock.mono_us,
    };

    if (t.first != t.end || t.type == TICK_BEACON)
        memcpy(t.digest, e->digest, sizeof t.digest);
    memcpy(t.prev, l->place.head, sizeof t.prev);
    return t;
}

static enum exh_status check(const struct ledger *l, const struct tick *t, struct exh_error *err)
{
    if (l->place.closed)
        return fail(err, EXH_INVALID, "the ledger is closed: nothing follows its close entry");
    if (t->mono_us < l->place.mono_us)
        return fail(err, EXH_INVALID, "the monotonic clock runs backwards");
    if (t->t0_us < 0 || t->t1_us < 0 || t->t0_us > LEDGER_TIME_MAX || t->t1_us > LEDGER_TIME_MAX)
        return fail(err, EXH_INVALID, "the time is before 1970 or beyond the year 9999");
    return tick_check(t, l->sealed, err);
}

enum exh_status ledger_put(struct ledger *l, const struct ledger_entry *entry,
                           uint8_t tick[TICK_SIZE], struct exh_error *err)
{
    const struct tick t = tick_of(l, entry);
    uint8_t bytes[TICK_SIZE], head[LEDGER_HASH];

    enum exh_status status = check(l, &t, err);
    if (status == EXH_OK)
        status = tick_write(bytes, &t, l->signer, err);
    if (status == EXH_OK)
        status = ledger_hash(l->crypto, (struct exh_bytes){ bytes, sizeof bytes }, head, err);
    if (status != EXH_OK)
        return status;
    memcpy(tick, bytes, sizeof bytes);
    l->place = (struct ledger_place){
        .seq = t.seq + 1, .end = t.end, .mono_us = t.mono_us, .closed = t.type == TICK_CLOSE
    };
    memcpy(l->place.head, head, sizeof head);
    return EXH_OK;
}
