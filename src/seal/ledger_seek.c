#include "seal/ledger_seek.h"

#include <inttypes.h>

#include "base/source.h"

/* One search: the ledger as an array of entries. */
struct seek {
    const struct ledger_check *c;
    const struct exh_source *ledger;
    uint64_t ticks_at;
    uint64_t n; // entries
};

static struct seek seek_over(const struct ledger_check *c, const struct exh_source *ledger,
                             uint64_t ticks_at)
{
    const uint64_t size = ledger->size > ticks_at ? ledger->size - ticks_at : 0;

    return (struct seek){ c, ledger, ticks_at, size / TICK_SIZE };
}

static enum exh_status read_entry(const struct seek *s, uint64_t index, uint8_t entry[TICK_SIZE],
                                  struct exh_error *err)
{
    return source_read(s->ledger, s->ticks_at + index * TICK_SIZE, entry, TICK_SIZE, err);
}

static bool is_record(const struct tick *t)
{
    return t->type == TICK_RECORD || t->type == TICK_CLOSE;
}

/* The first record at or behind index, below end; *index is end when there is none. */
static enum exh_status next_record(const struct seek *s, uint64_t *index, uint64_t end,
                                   struct tick *out, struct exh_error *err)
{
    uint8_t entry[TICK_SIZE];
    struct exh_error strange;
    size_t damage = 0, skipped = 0;

    for (; *index < end; ++*index, skipped++) {
        enum exh_status status = read_entry(s, *index, entry, err);
        if (status != EXH_OK)
            return status;
        if (tick_read(entry, s->c->cose.alg, out, &strange) != EXH_OK) {
            if (++damage > SEEK_DAMAGE_MAX)
                return fail(err, EXH_MALFORMED,
                            "the ledger is damaged at entry %" PRIu64 ": check it first", *index);
        } else if (is_record(out)) {
            return EXH_OK;
        } else if (skipped > SEEK_SKIP_MAX) {
            return fail(err, EXH_LIMIT, "over %d entries without a record at entry %" PRIu64,
                        SEEK_SKIP_MAX, *index);
        }
    }
    return EXH_OK;
}

enum exh_status ledger_entry_at(const struct ledger_check *c, const struct exh_source *ledger,
                                uint64_t ticks_at, uint64_t index, struct tick *out,
                                struct exh_error *err)
{
    const struct seek s = seek_over(c, ledger, ticks_at);
    struct exh_judgement j = { 0 };
    uint8_t entry[TICK_SIZE];
    struct tick tick;

    if (index >= s.n)
        return fail(err, EXH_NOT_FOUND, "the ledger has %" PRIu64 " entries, no entry %" PRIu64,
                    s.n, index);
    if (!c->chain)
        return fail(err, EXH_MALFORMED, "the open entry's certificate cannot be read");
    enum exh_status status = read_entry(&s, index, entry, err);
    if (status == EXH_OK)
        status = tick_read(entry, c->cose.alg, &tick, err);
    if (status == EXH_OK)
        status = tick_verify(c->crypto, c->chain, c->cose.alg, entry, &j, err);
    if (status != EXH_OK)
        return status;
    if (!j.holds)
        return fail(err, EXH_MALFORMED, "entry %" PRIu64 " is not signed by this signer: %s", index,
                    j.reason);
    *out = tick;
    return EXH_OK;
}

/* The last record that began at or before the time: between lo (it did, or none) and hi (later). */
static enum exh_status bisect(const struct seek *s, int64_t time_us, uint64_t *index,
                              struct exh_error *err)
{
    uint64_t lo = 0, hi = s->n;
    struct tick t;

    while (lo < hi) {
        const uint64_t middle = lo + (hi - lo) / 2;
        uint64_t at = middle;
        enum exh_status status = next_record(s, &at, hi, &t, err);
        if (status != EXH_OK)
            return status;
        if (at < hi && t.t0_us <= time_us) {
            *index = at;
            lo = at + 1;
        } else {
            hi = middle;
        }
    }
    return EXH_OK;
}

enum exh_status ledger_seek(const struct ledger_check *c, const struct exh_source *ledger,
                            uint64_t ticks_at, int64_t time_us, struct ledger_found *out,
                            struct exh_error *err)
{
    const struct seek s = seek_over(c, ledger, ticks_at);
    struct ledger_found found = { 0 };
    uint64_t index = 0;

    enum exh_status status = next_record(&s, &index, s.n, &found.tick, err);
    if (status != EXH_OK)
        return status;
    if (index == s.n)
        return fail(err, EXH_NOT_FOUND, "the ledger has no record");
    status = bisect(&s, time_us, &index, err);
    if (status == EXH_OK)
        status = ledger_entry_at(c, ledger, ticks_at, index, &found.tick, err);
    if (status != EXH_OK)
        return status;
    found.index = index;
    *out = found;
    return EXH_OK;
}
