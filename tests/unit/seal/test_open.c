/* Opening: what comes out, what is said of it, and how little is read for a moment of a long recording. */
#include "age_case.h"
#include "base/names.h"
#include "base/text.h"
#include "seal/commit.h"
#include "seal/filler.h"
#include "seal/ledger.h"
#include "seal_world.h"

#define ROOM    ((size_t)4 << 20)
#define RECORDS 20
#define PIECE   50000 // bytes of a record

static struct world w;
static struct exh_error err;
static uint8_t *plain;

/* What came out, and how much was read. */
struct result {
    enum exh_status status;
    struct exh_opened opened;
    struct exh_memory_sink out;
};

struct counted {
    struct exh_bytes bytes;
    uint64_t read;
};

static enum exh_status read_counted(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    struct counted *c = ctx;

    (void)e;
    memcpy(to, c->bytes.p + at, n);
    c->read += n;
    return EXH_OK;
}

static struct exh_source counted_source(struct counted *c)
{
    return (struct exh_source){ .size = c->bytes.n, .read = read_counted, .ctx = c };
}

static struct exh_open_options options_for(const struct exh_identities *ids,
                                           const struct exh_source *led)
{
    return (struct exh_open_options){
        .check = { .crypto = w.crypto, .ledger = led, .now = (int64_t)(WORLD_UTC / 1000000) },
        .identities = ids,
    };
}

static struct result open_it(const struct exh_source *body, const struct exh_open_options *o)
{
    struct result r = { .out = { .p = malloc(ROOM), .size = ROOM } };
    const struct exh_sink sink = exh_sink_memory(&r.out);

    err.text[0] = 0;
    r.status = exh_open(body, &sink, o, &r.opened, &err);
    return r;
}

static void result_free(struct result *r)
{
    exh_opened_free(&r->opened);
    free(r->out.p);
}

static bool gave(const struct result *r, const uint8_t *want, size_t n)
{
    return r->out.n == n && (!n || memcmp(r->out.p, want, n) == 0);
}

static const char *verdict_of(const struct result *r)
{
    return r->opened.report ? r->opened.report->verdict : "no report";
}

/* --- The one-file form. */

static struct exh_memory_sink photo(size_t n, bool ledger, bool armor)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_source source = exh_source_memory(plain, n);
    struct exh_seal_options o = world_options(&w);

    o.armor = armor;
    if (!ledger)
        o.signer = NULL;
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    return m;
}

static void test_photo(size_t n, bool ledger, bool armor, bool threads, bool memory)
{
    struct exh_memory_sink file = photo(n, ledger, armor);
    struct counted c = { .bytes = { file.p, file.n } };
    const struct exh_source source =
        memory ? exh_source_memory(file.p, file.n) : counted_source(&c);
    struct exh_open_options o = options_for(w.alice.ids, NULL);
    o.workers = threads ? exh_pool_workers(w.pool) : NULL;
    struct result r = open_it(&source, &o);

    CHECK(r.status == EXH_OK && gave(&r, plain, n), "%zu bytes: %s", n, err.text);
    CHECK(r.opened.payload == EXH_PAYLOAD_WHOLE && r.opened.plain_n == n, "%zu bytes: whole", n);
    CHECK(r.opened.commit == (ledger ? EXH_COMMIT_HOLDS : EXH_COMMIT_NONE), "commit");
    CHECK(r.opened.report &&
              r.opened.report->integrity == (ledger ? EXH_INTACT : EXH_NO_CREDENTIAL),
          "%zu bytes: %s", n, verdict_of(&r));
    if (ledger)
        CHECK(r.opened.report->matching == 1 && r.opened.report->one_file, "one entry matches");
    result_free(&r);
    free(file.p);
}

static void test_photos(void)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 131073, 1000000 };

    for (size_t i = 0; i < ARRAY_N(sizes); i++)
        for (int bits = 0; bits < 16; bits++)
            test_photo(sizes[i], bits & 1, bits & 2, bits & 4, bits & 8);
}

/* A file cut at any length gives what age gives, and never says that it is whole. */
static void test_cuts(void)
{
    const struct exh_memory_sink file = photo(5 * AGE_CHUNK_N - 1000, true, false);
    const struct exh_open_options o = options_for(w.alice.ids, NULL);
    size_t header = 0;

    must(age_header_size((struct exh_bytes){ file.p, file.n }, &header, &err), &err);
    for (size_t n = 0; n < file.n; n++) {
        const size_t in_chunk =
            n < header + AGE_NONCE_N ? 0 : (n - header - AGE_NONCE_N) % AGE_SEALED_N;
        if (in_chunk > 20 && in_chunk < AGE_SEALED_N - 20 && n % 7001)
            continue;
        uint8_t *exact = exact_copy(file.p, n);
        const struct exh_source source = exh_source_memory(exact, n);
        struct age_opening want =
            age_opening_of((struct exh_bytes){ exact, n }, false, w.alice.ids, ROOM);
        struct result r = open_it(&source, &o);
        CHECK(gave(&r, want.plain.p, want.plain.n), "%zu bytes: %zu came out, age gives %zu", n,
              r.out.n, want.plain.n);
        CHECK(r.status != EXH_OK || r.opened.payload == EXH_PAYLOAD_CUT, "%zu bytes: not cut", n);
        if (r.status == EXH_OK)
            CHECK(r.opened.report->integrity == EXH_INCOMPLETE, "%zu bytes: %s", n, verdict_of(&r));
        result_free(&r);
        age_opening_free(&want);
        free(exact);
    }
    free(file.p);
}

static void test_altered(void)
{
    struct exh_memory_sink file = photo(5 * AGE_CHUNK_N - 1000, true, false);
    struct exh_open_options o = options_for(w.alice.ids, NULL);
    size_t header = 0;

    must(age_header_size((struct exh_bytes){ file.p, file.n }, &header, &err), &err);
    for (int threads = 0; threads < 2; threads++)
        for (size_t chunk = 0; chunk < 5; chunk++) {
            const size_t at = header + AGE_NONCE_N + chunk * AGE_SEALED_N + 77;
            const struct exh_source source = exh_source_memory(file.p, file.n);
            o.workers = threads ? exh_pool_workers(w.pool) : NULL;
            file.p[at] ^= 4;
            struct result r = open_it(&source, &o);
            file.p[at] ^= 4;
            CHECK(r.status == EXH_OK && gave(&r, plain, chunk * AGE_CHUNK_N),
                  "chunk %zu: %zu bytes came out", chunk, r.out.n);
            CHECK(chunk == 4
                      ? r.opened.payload == EXH_PAYLOAD_CUT // nobody can tell
                      : r.opened.payload == EXH_PAYLOAD_ALTERED && r.opened.altered_chunk == chunk,
                  "chunk %zu", chunk);
            CHECK(r.opened.report->integrity == EXH_ALTERED, "chunk %zu: %s", chunk,
                  verdict_of(&r));
            result_free(&r);
        }
    const struct exh_source appended = exh_source_memory(file.p, file.n + 1);
    struct result r = open_it(&appended, &o);
    CHECK(r.status == EXH_OK && r.opened.payload != EXH_PAYLOAD_WHOLE &&
              r.opened.report->integrity == EXH_ALTERED,
          "a byte behind the end: %s", verdict_of(&r));
    result_free(&r);
    free(file.p);
}

static void test_denied(void)
{
    struct exh_memory_sink file = photo(1000, true, false);
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct exh_open_options o = options_for(w.bob.ids, NULL);
    struct result r = open_it(&source, &o);

    CHECK(r.status == EXH_DENIED && r.out.n == 0, "another key: %s", err.text);
    result_free(&r);
    o.identities = NULL;
    r = open_it(&source, &o);
    CHECK(r.status == EXH_INVALID, "no key: %s", err.text);
    result_free(&r);
    o.check.crypto = NULL;
    r = open_it(&source, &o);
    CHECK(r.status == EXH_INVALID, "no cryptography");
    result_free(&r);
    o = options_for(w.alice.ids, NULL);
    file.p[30] ^= 1; // a character of the first stanza
    r = open_it(&source, &o);
    CHECK(r.status != EXH_OK && r.out.n == 0, "an altered header");
    result_free(&r);
    const struct exh_source other = exh_source_memory(plain, 1000);
    r = open_it(&other, &o);
    CHECK(r.status == EXH_MALFORMED && strcmp(err.text, "no age file") == 0, "%s", err.text);
    result_free(&r);
    free(file.p);
}

/* --- Headers made anew by somebody who has the file key. */

struct forged {
    struct age_header *old;
    struct file_key *key;
    struct buf file;
};

static struct forged forge_begin(struct exh_bytes file)
{
    struct forged f = { .file = buf_with_limit(ROOM) };

    must(age_header_read(file, &f.old, &err), &err);
    must(age_open(f.old, w.alice.ids, &f.key, &err), &err);
    age_header_put_start(&f.file);
    must(recipients_wrap(w.to_alice, f.key, w.crypto, &f.file, &err), &err);
    return f;
}

static void forge_end(struct forged *f, struct exh_bytes file)
{
    must(file_key_end_header(f->key, &f->file, &err), &err);
    buf_put(&f->file, file.p + f->old->text.n, file.n - f->old->text.n);
    file_key_free(f->key);
    age_header_free(f->old);
}

static void put_stanza(struct buf *b, const char *type, struct exh_bytes body)
{
    const char *args[] = { type, "1" };

    age_header_put_stanza(b, args, 2, body);
}

/* A thief signs another's ciphertext as his own: without a key all is well, with one it is told. */
static void test_thief(void)
{
    struct exh_memory_sink m = photo(100000, true, false);
    const struct exh_bytes file = { m.p, m.n };
    struct forged f = forge_begin(file);
    struct buf open = buf_with_limit(OPEN_ENTRY_MAX);
    struct ledger ledger;
    struct open_entry e;
    struct cose_ours cose;
    struct tick old;
    uint8_t tick[TICK_SIZE];

    for (size_t i = 0; i < f.old->stanzas_n; i++) {
        if (bytes_are(f.old->stanzas[i].type, NAME_STANZA_OPEN))
            must(open_entry_read(f.old->stanzas[i].body, &e, &cose, &err), &err);
        if (bytes_are(f.old->stanzas[i].type, NAME_STANZA_FINAL))
            must(tick_read(f.old->stanzas[i].body.p, EXH_ES256, &old, &err), &err);
    }
    e.camera_id = bytes_of("thief");
    must(ledger_open(&ledger, w.crypto, &w.thief.signer, &e, &open, &err), &err);
    struct ledger_entry entry = { .type = TICK_CLOSE,
                                  .clock = { .t0_us = old.t0_us, .t1_us = old.t1_us },
                                  .end = old.end };
    memcpy(entry.digest, old.digest, sizeof entry.digest);
    must(ledger_put(&ledger, &entry, tick, &err), &err);
    put_stanza(&f.file, NAME_STANZA_OPEN, buf_view(&open));
    put_stanza(&f.file, NAME_STANZA_FINAL, (struct exh_bytes){ tick, sizeof tick });
    forge_end(&f, file);

    const struct exh_source source = exh_source_memory(f.file.p, f.file.n);
    struct exh_ledger_report *report = world_check(&w, &source, NULL);
    CHECK(report->integrity == EXH_INTACT, "without a key: %s", report->verdict);
    exh_ledger_report_free(report);
    const struct exh_open_options o = options_for(w.alice.ids, NULL);
    struct result r = open_it(&source, &o);
    CHECK(r.status == EXH_INVALID && r.opened.commit == EXH_COMMIT_MISMATCH && r.out.n == 0,
          "with the key: %zu bytes came out, %s", r.out.n, err.text);
    result_free(&r);
    buf_free(&f.file);
    buf_free(&open);
    free(m.p);
}

/* The closing entry taken out of the header, or the whole ledger. */
static void test_stripped(void)
{
    struct exh_memory_sink m = photo(100000, true, false);
    const struct exh_bytes file = { m.p, m.n };

    for (int all = 0; all < 2; all++) {
        struct forged f = forge_begin(file);
        for (size_t i = 0; i < f.old->stanzas_n && !all; i++)
            if (bytes_are(f.old->stanzas[i].type, NAME_STANZA_OPEN))
                put_stanza(&f.file, NAME_STANZA_OPEN, f.old->stanzas[i].body);
        forge_end(&f, file);
        const struct exh_source source = exh_source_memory(f.file.p, f.file.n);
        struct exh_open_options o = options_for(w.alice.ids, NULL);
        struct result r = open_it(&source, &o);
        if (all) { // who has the key may: then nobody vouches for it, and it is said
            CHECK(r.status == EXH_OK && r.opened.report->integrity == EXH_NO_CREDENTIAL, "%s",
                  verdict_of(&r));
        } else {
            CHECK(r.status == EXH_INVALID && r.opened.ledger_missing && r.out.n == 0, "%s",
                  err.text);
            result_free(&r);
            o.without_ledger = true;
            r = open_it(&source, &o);
            CHECK(r.status == EXH_OK && gave(&r, plain, 100000) && r.opened.ledger_missing, "%s",
                  err.text);
            CHECK(r.opened.report->integrity == EXH_INCOMPLETE, "%s", verdict_of(&r));
        }
        result_free(&r);
        buf_free(&f.file);
    }
    free(m.p);
}

/* --- Recordings. */

static struct exh_stream_options stream_options(enum exh_sync sync)
{
    return (struct exh_stream_options){ .seal = world_options(&w),
                                        .filler = EXH_FILLER_BMFF,
                                        .sync = sync };
}

static void test_ledger_removed(void)
{
    const struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led;

    world_record(&w, &o, plain, 3, PIECE, true, &body, &led);
    const struct exh_source source = grown_source(&body);
    struct exh_open_options options = options_for(w.alice.ids, NULL);
    struct result r = open_it(&source, &options);
    CHECK(r.status == EXH_INVALID && r.opened.ledger_missing && !r.out.n, "%s", err.text);
    CHECK(r.opened.commit == EXH_COMMIT_HOLDS, "the key is the right one");
    result_free(&r);
    options.without_ledger = true;
    r = open_it(&source, &options);
    CHECK(r.status == EXH_OK && r.opened.payload == EXH_PAYLOAD_WHOLE, "%s", err.text);
    CHECK(strcmp(verdict_of(&r), "ledger removed") == 0, "%s", verdict_of(&r));
    result_free(&r);
    grown_free(&body);
    grown_free(&led);
}

/* Cut anywhere, what was closed or not: what is opened is a prefix, and the tail is told. */
static void test_cut_recording(void)
{
    const struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led;

    world_record(&w, &o, plain, RECORDS, PIECE, true, &body, &led);
    const size_t open = open_entry_size((struct exh_bytes){ led.p, led.n });
    const struct exh_source whole = grown_source(&body), ledger = grown_source(&led);
    const struct exh_open_options all = options_for(w.alice.ids, &ledger);
    struct result want = open_it(&whole, &all);
    CHECK(want.status == EXH_OK && want.opened.report->integrity == EXH_INTACT, "%s",
          verdict_of(&want));
    CHECK(want.opened.report->matching == RECORDS + 1, "%d match",
          (int)want.opened.report->matching);

    for (size_t cut = 1; cut < 7; cut++)
        for (size_t entries = 0; entries <= RECORDS; entries += 5) {
            const struct exh_source b = exh_source_memory(body.p, body.n - cut * 77777);
            const struct exh_source l = exh_source_memory(led.p, open + entries * TICK_SIZE + cut);
            const struct exh_open_options options = options_for(w.alice.ids, &l);
            struct result r = open_it(&b, &options);
            struct exh_ledger_report *keyless = world_check(&w, &b, &l);
            CHECK(r.status == EXH_OK && r.opened.payload == EXH_PAYLOAD_CUT, "%s", err.text);
            CHECK(r.out.n < want.out.n && memcmp(r.out.p, want.out.p, r.out.n) == 0, "a prefix");
            CHECK(r.opened.report->end == EXH_LEDGER_OPEN_END, "%s", verdict_of(&r));
            CHECK(strcmp(keyless->verdict, verdict_of(&r)) == 0, "opened: %s; checked: %s",
                  verdict_of(&r), keyless->verdict);
            exh_ledger_report_free(keyless);
            result_free(&r);
        }
    result_free(&want);
    grown_free(&body);
    grown_free(&led);
}

/* Attacks on entries [a, b) of the ledger, and on their bytes. */
enum attack {
    NOTHING,
    DROP_BOTH,
    DROP_ENTRIES,
    SWAP_ENTRIES,
    DOUBLE_ENTRY,
    EDIT_TIME,
    DAMAGE,
    HEAD_CUT,
    TORN,
    TAIL_OF_BOTH,
    FLIP_BODY,
    APPEND_BODY,
    FOREIGN_OPEN,
    ATTACKS_N,
};

static void drop(struct grown *g, size_t at, size_t n)
{
    memmove(g->p + at, g->p + at + n, g->n - at - n);
    g->n -= n;
}

static void attack(enum attack how, struct grown *body, struct grown *led, size_t body_at,
                   const struct grown *other)
{
    const size_t open = open_entry_size((struct exh_bytes){ led->p, led->n });
    uint8_t *entry = led->p + open + 7 * TICK_SIZE;
    uint8_t kept[TICK_SIZE];

    switch (how) {
    case NOTHING:
    case ATTACKS_N: break;
    case DROP_BOTH: drop(body, body_at + 7 * AGE_SEALED_N, AGE_SEALED_N); // fall through
    case DROP_ENTRIES: drop(led, open + 7 * TICK_SIZE, TICK_SIZE); break;
    case SWAP_ENTRIES:
        memcpy(kept, entry, TICK_SIZE);
        memmove(entry, entry + TICK_SIZE, TICK_SIZE);
        memcpy(entry + TICK_SIZE, kept, TICK_SIZE);
        break;
    case DOUBLE_ENTRY: memcpy(entry + TICK_SIZE, entry, TICK_SIZE); break;
    case EDIT_TIME: entry[9 + 20] ^= 1; break;
    case DAMAGE: memset(entry - 50, 0x55, 100); break;
    case HEAD_CUT: drop(led, open, 3 * TICK_SIZE); break;
    case TORN: led->n -= 50; break;
    case TAIL_OF_BOTH:
        led->n = open + 9 * TICK_SIZE;
        body->n = body_at + 9 * AGE_SEALED_N;
        break;
    case FLIP_BODY: body->p[body_at + 11 * AGE_SEALED_N + 5] ^= 1; break;
    case APPEND_BODY: body->n += 1; break;
    case FOREIGN_OPEN: memcpy(led->p, other->p, open); break;
    }
}

/* What opening says of a ledger is what checking says. */
static void test_attacks(bool threads)
{
    const struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led, other_body, other;

    world_record(&w, &o, plain, 1, PIECE, true, &other_body, &other);
    for (int how = 0; how < ATTACKS_N; how++) {
        struct exh_inspection seen;
        world_record(&w, &o, plain, RECORDS, PIECE, true, &body, &led);
        struct exh_source b = grown_source(&body), l = grown_source(&led);
        must(exh_inspect(&b, w.crypto, &seen, &err), &err);
        attack((enum attack)how, &body, &led, (size_t)seen.header_n + AGE_NONCE_N, &other);
        b = grown_source(&body);
        l = grown_source(&led);
        struct exh_open_options options = options_for(w.alice.ids, &l);
        options.workers = threads ? exh_pool_workers(w.pool) : NULL;
        struct result r = open_it(&b, &options);
        struct exh_ledger_report *keyless = world_check(&w, &b, &l);
        CHECK(r.status == EXH_OK, "attack %d: %s", how, err.text);
        CHECK(strcmp(verdict_of(&r), keyless->verdict) == 0, "attack %d: opened: %s; checked: %s",
              how, verdict_of(&r), keyless->verdict);
        CHECK(r.opened.report->findings_all == keyless->findings_all &&
                  r.opened.report->matching == keyless->matching,
              "attack %d: %d and %d findings, %d and %d match", how,
              (int)r.opened.report->findings_all, (int)keyless->findings_all,
              (int)r.opened.report->matching, (int)keyless->matching);
        CHECK((how == NOTHING) == (keyless->integrity == EXH_INTACT), "attack %d: %s", how,
              keyless->verdict);
        exh_ledger_report_free(keyless);
        result_free(&r);
        grown_free(&body);
        grown_free(&led);
    }
    grown_free(&other_body);
    grown_free(&other);
}

/* --- A moment of a recording. */

static void test_seek(bool quick, bool threads)
{
    const struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led;
    uint64_t header = 0;
    struct exh_inspection seen;

    const uint64_t began = w.now.utc_us;
    world_record(&w, &o, plain, RECORDS, PIECE, true, &body, &led);
    const struct exh_source b = grown_source(&body), l = grown_source(&led);
    must(exh_inspect(&b, w.crypto, &seen, &err), &err);
    header = (seen.header_n + AGE_NONCE_N + 4095) / 4096 * 4096; // read in pieces of 4 KiB
    for (size_t i = 0; i < RECORDS; i++) {
        struct counted c = { .bytes = { body.p, body.n } };
        const struct exh_source source = counted_source(&c);
        struct exh_open_options options = options_for(w.alice.ids, &l);
        options.from_us = began + i * 1000000 + 300000;
        options.to_us = began + i * 1000000 + 900000;
        options.quick = quick;
        options.workers = threads ? exh_pool_workers(w.pool) : NULL;
        struct result r = open_it(&source, &options);
        CHECK(r.status == EXH_OK && r.opened.payload == EXH_PAYLOAD_WHOLE, "record %zu: %s", i,
              err.text);
        CHECK(r.out.n == AGE_CHUNK_N && memcmp(r.out.p, plain + i * PIECE, PIECE) == 0,
              "record %zu: %zu bytes", i, r.out.n);
        CHECK(r.opened.plain_at == i * AGE_CHUNK_N, "record %zu at %d", i, (int)r.opened.plain_at);
        CHECK(r.opened.records == 1 && r.opened.matching == 1, "record %zu: %d match", i,
              (int)r.opened.matching);
        CHECK(c.read <= header + 2 * AGE_SEALED_N + 2048, "record %zu: %d bytes were read", i,
              (int)c.read);
        CHECK(quick == !r.opened.report, "a report");
        if (r.opened.report)
            CHECK(r.opened.report->partial && r.opened.report->integrity == EXH_INTACT, "%s",
                  verdict_of(&r));
        result_free(&r);
    }
    grown_free(&body);
    grown_free(&led);
}

static const struct {
    const char *name;
    uint64_t from, to; // milliseconds since the beginning; to 0: the end
    size_t first, n;   // records that come out; n 0: nothing
} ranges[] = {
    { "three", 5000, 8000, 5, 3 },           { "begun before, ended after", 5500, 7001, 5, 3 },
    { "from the beginning", 0, 3000, 0, 3 }, { "to the end", 17000, 0, 17, 3 },
    { "before it all", 0, 1, 0, 1 },         { "behind it all", 100000, 0, 0, 0 },
};

/* Records that share chunks: whole records come out, and all that comes out is compared. */
static void test_ranges(enum exh_sync sync, size_t n)
{
    const struct exh_stream_options o = stream_options(sync);
    struct grown body, led;

    const uint64_t began = w.now.utc_us;
    world_record(&w, &o, plain, RECORDS, n, true, &body, &led);
    const struct exh_source b = grown_source(&body), l = grown_source(&led);
    struct exh_open_options options = options_for(w.alice.ids, &l);
    struct result all = open_it(&b, &options);
    for (size_t i = 0; i < ARRAY_N(ranges); i++) {
        options.from_us = began + ranges[i].from * 1000;
        options.to_us = ranges[i].to ? began + ranges[i].to * 1000 : 0;
        struct result r = open_it(&b, &options);
        CHECK(r.status == (ranges[i].n ? EXH_OK : EXH_NOT_FOUND), "%s: %s", ranges[i].name,
              err.text);
        if (!ranges[i].n) {
            CHECK(!r.out.n, "%s: %zu bytes came out", ranges[i].name, r.out.n);
            result_free(&r);
            continue;
        }
        const size_t at = (size_t)r.opened.plain_at;
        CHECK(at + r.out.n <= all.out.n && memcmp(r.out.p, all.out.p + at, r.out.n) == 0,
              "%s: other bytes", ranges[i].name);
        const uint8_t *first = plain + ranges[i].first * n;
        bool found = false; // the range begins with its first record, or with one before it
        for (size_t k = 0; k + n <= r.out.n && !found; k++)
            found = memcmp(r.out.p + k, first, n < 64 ? n : 64) == 0;
        CHECK(found, "%s: its first record is not there", ranges[i].name);
        CHECK(r.opened.records && r.opened.matching == r.opened.records, "%s: %d of %d match",
              ranges[i].name, (int)r.opened.matching, (int)r.opened.records);
        CHECK(!options.to_us || r.out.n < all.out.n, "%s: all came out", ranges[i].name);
        result_free(&r);
    }
    result_free(&all);
    grown_free(&body);
    grown_free(&led);
}

static void test_range_refused(void)
{
    const struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led;

    const uint64_t began = w.now.utc_us;
    world_record(&w, &o, plain, 5, PIECE, true, &body, &led);
    const struct exh_source b = grown_source(&body), l = grown_source(&led);
    struct exh_open_options options = options_for(w.alice.ids, &l);
    options.from_us = 1;
    options.to_us = began;
    struct result r = open_it(&b, &options);
    CHECK(r.status == EXH_NOT_FOUND && !r.out.n, "before it began: %s", err.text);
    result_free(&r);
    options.from_us = began + 1000;
    options.to_us = began;
    r = open_it(&b, &options);
    CHECK(r.status == EXH_INVALID, "ends before it begins: %s", err.text);
    result_free(&r);
    options.to_us = 0;
    options.n = 10;
    r = open_it(&b, &options);
    CHECK(r.status == EXH_INVALID, "times and bytes: %s", err.text);
    result_free(&r);
    options = options_for(w.alice.ids, NULL);
    options.without_ledger = true;
    options.from_us = began;
    r = open_it(&b, &options);
    CHECK(r.status == EXH_NOT_FOUND, "no ledger: %s", err.text);
    result_free(&r);

    // A bit of the record is another: it does not come out, and it is told.
    struct exh_inspection seen;
    must(exh_inspect(&b, w.crypto, &seen, &err), &err);
    body.p[seen.header_n + AGE_NONCE_N + 2 * AGE_SEALED_N + 9] ^= 1;
    options = options_for(w.alice.ids, &l);
    options.from_us = began + 2000000;
    options.to_us = began + 3000000;
    r = open_it(&b, &options);
    CHECK(r.status == EXH_OK && r.opened.payload == EXH_PAYLOAD_ALTERED && !r.out.n, "%s",
          err.text);
    CHECK(r.opened.records == 1 && !r.opened.matching && r.opened.report->integrity == EXH_ALTERED,
          "%s", verdict_of(&r));
    result_free(&r);
    grown_free(&body);
    grown_free(&led);
}

/* Bytes of the whole, as a player asks for them: the chunks that hold them are read. */
static void test_bytes(void)
{
    static const struct {
        uint64_t at, n;
        size_t chunks;
    } asks[] = {
        { 0, 1, 1 },      { 65535, 2, 2 },    { 65536, 65536, 1 }, { 100, 65536, 2 },
        { 999999, 1, 1 }, { 999999, 100, 1 }, { 500000, 1, 1 },    { 131072, 131072, 2 },
    };
    struct exh_memory_sink file = photo(1000000, true, false);

    for (size_t i = 0; i < ARRAY_N(asks); i++) {
        struct counted c = { .bytes = { file.p, file.n } };
        const struct exh_source source = counted_source(&c);
        struct exh_open_options o = options_for(w.alice.ids, NULL);
        o.at = asks[i].at;
        o.n = asks[i].n;
        o.quick = true;
        struct result r = open_it(&source, &o);
        const size_t want =
            (size_t)(asks[i].at + asks[i].n < 1000000 ? asks[i].n : 1000000 - asks[i].at);
        CHECK(r.status == EXH_OK && gave(&r, plain + asks[i].at, want), "ask %zu: %zu bytes", i,
              r.out.n);
        CHECK(c.read <= 8192 + asks[i].chunks * AGE_SEALED_N, "ask %zu: %d bytes were read", i,
              (int)c.read);
        result_free(&r);
    }
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct exh_open_options o = options_for(w.alice.ids, NULL);
    o.at = 1000000;
    o.n = 1;
    struct result r = open_it(&source, &o);
    CHECK(r.status == EXH_NOT_FOUND, "behind the end: %s", err.text);
    result_free(&r);
    free(file.p);
}

/* Of MP4 a range plays: what lies before the first fragment comes first. */
static void put_box(struct buf *b, const char *type, size_t n)
{
    buf_put_u32(b, (uint32_t)n);
    buf_put_text(b, type);
    buf_put(b, plain, n - 8);
}

static void test_head(void)
{
    struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body = { .calls_left = -1 }, led = { .calls_left = -1 };
    const struct exh_appender to_body = grown_appender(&body), to_led = grown_appender(&led);
    struct buf film = buf_with_limit(ROOM);
    struct exh_stream *s = NULL;

    o.seal.media_type = "video/mp4";
    const uint64_t began = w.now.utc_us;
    must(exh_stream_open(&to_body, &to_led, &o, &s, &err), &err);
    put_box(&film, "ftyp", 28);
    put_box(&film, "moov", 70000);
    for (size_t i = 0; i < 5; i++) {
        const size_t before = i ? film.n : 0;
        put_box(&film, "moof", 1000);
        put_box(&film, "mdat", 30000 + i);
        must(exh_stream_write(s, film.p + before, film.n - before, &err), &err);
        world_pass(&w, 1000000);
        must(exh_stream_record(s, 0, true, &err), &err);
    }
    must(exh_stream_close(s, NULL, NULL, &err), &err);
    exh_stream_free(s);

    const struct exh_source b = grown_source(&body), l = grown_source(&led);
    struct exh_open_options options = options_for(w.alice.ids, &l);
    options.from_us = began + 3000000;
    options.to_us = began + 4000000;
    struct result r = open_it(&b, &options);
    CHECK(r.status == EXH_OK && r.opened.head_n == 70028, "%d bytes of the beginning",
          (int)r.opened.head_n);
    CHECK(r.out.n > 70028 && memcmp(r.out.p, film.p, 70028) == 0, "the beginning");
    CHECK(memcmp(r.out.p + 70028 + 4, "moof", 4) == 0, "then a fragment");
    result_free(&r);
    options.from_us = began;
    options.to_us = began + 1000000;
    r = open_it(&b, &options);
    CHECK(r.status == EXH_OK && r.opened.head_n == 0 && memcmp(r.out.p, film.p, 70028) == 0,
          "the first record has it in it");
    result_free(&r);
    grown_free(&body);
    grown_free(&led);
    buf_free(&film);
}

/* A recording in clear: its bytes, and what its ledger says. */
static void test_plain(void)
{
    struct exh_stream_options o = stream_options(EXH_SYNC_RECORD);
    struct grown body, led;

    o.seal.recipients = NULL;
    const uint64_t began = w.now.utc_us;
    world_record(&w, &o, plain, 5, PIECE, true, &body, &led);
    const struct exh_source b = grown_source(&body), l = grown_source(&led);
    struct exh_open_options options = options_for(NULL, &l);
    struct result r = open_it(&b, &options);
    CHECK(r.status == EXH_OK && gave(&r, plain, 5 * PIECE), "%s", err.text);
    CHECK(r.opened.report->integrity == EXH_INTACT, "%s", verdict_of(&r));
    result_free(&r);
    options.from_us = began + 2000000;
    options.to_us = began + 4000000;
    for (int altered = 0; altered < 2; altered++) {
        r = open_it(&b, &options);
        CHECK(r.status == EXH_OK && (altered || gave(&r, plain + 2 * PIECE, 2 * PIECE)), "%s",
              err.text);
        CHECK(r.opened.records == 2 && r.opened.matching == (altered ? 1u : 2u), "%d match",
              (int)r.opened.matching);
        CHECK(r.opened.report->integrity == (altered ? EXH_ALTERED : EXH_INTACT), "%s",
              verdict_of(&r));
        result_free(&r);
        body.p[2 * PIECE + 5] ^= 1;
    }
    const struct exh_open_options no_ledger = options_for(NULL, NULL);
    r = open_it(&b, &no_ledger);
    CHECK(r.status == EXH_MALFORMED, "no ledger: %s", err.text);
    result_free(&r);
    grown_free(&body);
    grown_free(&led);
}

/* A sink that fails ends it. */
static enum exh_status full(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    int *left = ctx;

    (void)p, (void)n;
    return (*left)-- > 0 ? EXH_OK : fail(e, EXH_IO, "the disk is full");
}

static void test_full(void)
{
    struct exh_memory_sink file = photo(300000, true, false);
    const struct exh_source source = exh_source_memory(file.p, file.n);
    enum exh_status status = EXH_IO;

    for (int calls = 0; status != EXH_OK && calls < 20; calls++) {
        struct exh_open_options o = options_for(w.alice.ids, NULL);
        struct exh_opened opened;
        int left = calls;
        const struct exh_sink sink = { .write = full, .ctx = &left };
        o.workers = calls % 2 ? exh_pool_workers(w.pool) : NULL;
        status = exh_open(&source, &sink, &o, &opened, &err);
        CHECK(status == EXH_OK || (status == EXH_IO && !opened.report), "%d: %s", calls, err.text);
        exh_opened_free(&opened);
    }
    CHECK(status == EXH_OK, "%s", err.text);
    free(file.p);
}

int main(void)
{
    world_begin(&w);
    plain = world_bytes(ROOM);
    test_photos();
    test_cuts();
    test_altered();
    test_denied();
    test_thief();
    test_stripped();
    test_ledger_removed();
    test_cut_recording();
    test_attacks(false);
    test_attacks(true);
    test_seek(false, false);
    test_seek(true, true);
    test_ranges(EXH_SYNC_RECORD, PIECE);
    test_ranges(EXH_SYNC_2S, 20000);
    test_ranges(EXH_SYNC_2S, 100000);
    test_range_refused();
    test_bytes();
    test_head();
    test_plain();
    test_full();
    free(plain);
    world_end(&w);
    return check_done();
}
