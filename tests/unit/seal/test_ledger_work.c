/*
 * How much work a ledger can make: whoever signs his own can write anything into it, and all of it holds. Bytes
 * read of body and ledger stay within a small multiple of their sizes, whatever the entries say.
 */
#include "base/source.h"
#include "ledger_recording.h"
#include "ledger_world.h"
#include "seal/ledger_check.h"

#define BODY_N   ((size_t)1 << 20)
#define REPEATED 100 // entries of a flood
#define BODY_TIMES \
    3 // readings of the body that any ledger may cause, besides what is searched for in vain
#define LEDGER_TIMES 4

static struct cast cast;

/* --- A body and a ledger of which it is counted how much is read. */

struct counted {
    struct exh_bytes bytes;
    uint64_t read;
};

static enum exh_status counted_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    struct counted *c = ctx;

    (void)err;
    c->read += n;
    memcpy(to, c->bytes.p + at, n);
    return EXH_OK;
}

static struct exh_source counted_source(struct counted *c)
{
    return (struct exh_source){ .size = c->bytes.n, .read = counted_read, .ctx = c };
}

/* --- Entries, one after the other, signed or not, whatever they say. */

struct flood {
    struct recording r;
    struct tick next; // of the next entry: what nobody changes goes on from the one before
};

static void flood_begin(struct flood *f)
{
    const struct open_entry entry = entry_of(false, 1);

    recording_begin(&f->r, &cast, &cast.camera, &entry);
    put_noise(&f->r.body, BODY_N, 1);
    f->next = (struct tick){
        .type = TICK_RECORD, .t0_us = TEST_T0_US, .t1_us = TEST_T0_US, .end = BODY_N
    };
    memcpy(f->next.prev, f->r.ledger.oid, sizeof f->next.prev);
}

static void flood_put(struct flood *f, bool sound)
{
    uint8_t entry[TICK_SIZE];
    struct exh_error err;

    if (tick_write(entry, &f->next, &cast.camera, &err) != EXH_OK)
        abort();
    entry[TICK_SIZE - 1] ^= !sound;
    buf_put(&f->r.led, entry, sizeof entry);
    if (ledger_hash(cast.crypto, (struct exh_bytes){ entry, sizeof entry }, f->next.prev, &err) !=
        EXH_OK)
        abort();
    f->next.seq++;
}

static void digest_body(struct flood *f)
{
    digest_of(cast.crypto, false, buf_view(&f->r.body), f->next.digest);
}

/* --- What somebody may think of. */

/* An entry names a bad one before it, and begins at the beginning again. */
static void again_behind_bad(struct flood *f)
{
    digest_body(f);
    flood_put(f, true);
    for (size_t i = 0; i < REPEATED; i++) {
        flood_put(f, false);
        flood_put(f, true);
    }
}

/* The same, and what it covers was altered. */
static void altered_behind_bad(struct flood *f)
{
    again_behind_bad(f);
    f->r.body.p[0] ^= 1;
}

/* Numbers jump: every entry stands behind a break. */
static void behind_breaks(struct flood *f)
{
    for (size_t i = 0; i < REPEATED; i++) {
        f->next.seq += 2;
        flood_put(f, true);
    }
}

static void found_behind_breaks(struct flood *f)
{
    digest_body(f);
    behind_breaks(f);
}

/* The same entry, again and again. */
static void repeated(struct flood *f)
{
    const struct tick first = f->next;

    flood_put(f, true);
    for (size_t i = 0; i < REPEATED; i++) {
        const struct tick next = f->next;
        f->next = first;
        flood_put(f, true);
        f->next = next;
    }
}

/* Entries of a kind that nobody knows between those that cover everything. */
static void strange_between(struct flood *f)
{
    digest_body(f);
    for (size_t i = 0; i < REPEATED; i++) {
        f->next.type = i % 2 ? (enum tick_type)9 : TICK_RECORD;
        flood_put(f, true);
    }
}

/* Nothing but beginnings of entries. */
static void only_magic(struct flood *f)
{
    uint8_t magic[TICK_MAGIC];

    tick_magic(cast.camera.alg, magic);
    for (size_t i = 0; i < 10000; i++)
        buf_put(&f->r.led, magic, sizeof magic);
}

/* Bytes that are nothing. */
static void only_zeros(struct flood *f)
{
    buf_put_zeros(&f->r.led, 200000);
}

static const struct {
    const char *name;
    void (*make)(struct flood *f);
    unsigned ledger_times; // readings of the ledger
    bool found;            // there is something to say before the end
} rows[] = {
    { "the body again behind bad signatures", again_behind_bad, LEDGER_TIMES, true },
    { "an altered body again behind bad signatures", altered_behind_bad, LEDGER_TIMES, true },
    { "the body again behind breaks", found_behind_breaks, LEDGER_TIMES, true },
    { "other bytes behind breaks", behind_breaks, LEDGER_TIMES, true },
    { "one entry again and again", repeated, LEDGER_TIMES, true },
    { "the body again behind strange entries", strange_between, LEDGER_TIMES, true },
    { "only beginnings of entries", only_magic, (TICK_SIZE + 256) / TICK_MAGIC + 1, false },
    { "only zeros", only_zeros, LEDGER_TIMES, false },
};

static void run_row(size_t i)
{
    struct flood f;
    struct ledger_check *c = calloc(1, sizeof *c);
    struct exh_error err;

    flood_begin(&f);
    rows[i].make(&f);
    struct counted body = { .bytes = buf_view(&f.r.body) }, led = { .bytes = buf_view(&f.r.led) };
    const struct exh_source body_source = counted_source(&body), led_source = counted_source(&led);
    const struct ledger_files files = { .ledger = &led_source, .body = &body_source };
    if (!c || ledger_check_init(c, cast.crypto, buf_view(&f.r.open), &err) != EXH_OK)
        abort();
    CHECK(ledger_check_follow(c, &files, false, &err) == EXH_OK, "%s: %s", rows[i].name, err.text);
    const uint64_t vain = c->searched < LEDGER_SEARCH_MAX ? c->searched : LEDGER_SEARCH_MAX;
    CHECK(body.read <= BODY_TIMES * (uint64_t)BODY_N + vain, "%s: %d KiB of a body of %d were read",
          rows[i].name, (int)(body.read / 1024), (int)(BODY_N / 1024));
    CHECK(led.read <= rows[i].ledger_times * (uint64_t)f.r.led.n + 8192,
          "%s: %d bytes of a ledger of %d were read", rows[i].name, (int)led.read, (int)f.r.led.n);
    CHECK((c->counts.findings > 0) == rows[i].found, "%s: %d findings", rows[i].name,
          (int)c->counts.findings);
    ledger_check_free(c);
    free(c);
    recording_free(&f.r);
}

int main(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificates[] = { bytes_of("camera:dome1") };

    cast = (struct cast){ .crypto = &crypto, .camera = paper_signer(&certificates[0]) };
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        run_row(i);
    return check_done();
}
