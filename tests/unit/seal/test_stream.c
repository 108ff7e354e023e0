/* Recordings that grow: what is written, when it lasts, what the ledger says, what a power cut leaves. */
#include "age_case.h"
#include "base/names.h"
#include "base/text.h"
#include "seal/filler.h"
#include "seal/leaf.h"
#include "seal/tick.h"
#include "seal_world.h"

#define RECORDS 40

static struct world w;
static struct exh_error err;
static uint8_t *plain;

struct run {
    struct grown body, led;
    struct exh_appender to_body, to_led;
    struct exh_stream *stream;
    struct buf wrote;         // in clear, without filler
    size_t ends[RECORDS * 2]; // of records in it
    size_t ends_n;
};

static struct exh_stream_options options_of(enum exh_filler filler, enum exh_sync sync)
{
    return (struct exh_stream_options){ .seal = world_options(&w), .filler = filler, .sync = sync };
}

static enum exh_status run_begin(struct run *r, const struct exh_stream_options *o)
{
    *r = (struct run){ .body.calls_left = -1, .led.calls_left = -1 };
    r->wrote = buf_with_limit((size_t)64 << 20);
    r->to_body = grown_appender(&r->body);
    r->to_led = grown_appender(&r->led);
    return exh_stream_open(&r->to_body, o->seal.signer ? &r->to_led : NULL, o, &r->stream, &err);
}

static void run_end(struct run *r)
{
    exh_stream_free(r->stream);
    grown_free(&r->body);
    grown_free(&r->led);
    buf_free(&r->wrote);
}

static enum exh_status put(struct run *r, size_t n)
{
    enum exh_status status = exh_stream_write(r->stream, plain, n, &err);

    buf_put(&r->wrote, plain, n);
    return status;
}

/* One record of n bytes that lasts a second. */
static enum exh_status record(struct run *r, size_t n)
{
    enum exh_status status = put(r, n / 3);

    if (status == EXH_OK)
        status = put(r, n - n / 3);
    world_pass(&w, 1000000);
    if (n)
        r->ends[r->ends_n++] = r->wrote.n;
    return status == EXH_OK ? exh_stream_record(r->stream, 0, true, &err) : status;
}

static struct tick tick_at(const struct run *r, size_t i)
{
    const size_t open = open_entry_size((struct exh_bytes){ r->led.p, r->led.n });
    struct tick t = { 0 };

    if (open + (i + 1) * TICK_SIZE <= r->led.n)
        must(tick_read(r->led.p + open + i * TICK_SIZE, EXH_ES256, &t, &err), &err);
    return t;
}

static size_t ticks_n(const struct run *r)
{
    const size_t open = open_entry_size((struct exh_bytes){ r->led.p, r->led.n });

    return (r->led.n - open) / TICK_SIZE;
}

/* Take the filler out of what was opened, which stands between records, and compare the rest. */
static void check_plain(const struct run *r, struct exh_bytes got, enum exh_filler filler,
                        const char *name)
{
    uint8_t *skip = malloc(FILLER_MAX);
    size_t at = 0, done = 0;

    for (size_t i = 0; i <= r->ends_n; i++) {
        const size_t n = (i < r->ends_n ? r->ends[i] : r->wrote.n) - done;
        const bool same = at + n <= got.n && (!n || memcmp(got.p + at, r->wrote.p + done, n) == 0);
        CHECK(same, "%s: record %zu is not what was written", name, i);
        if (!same)
            break;
        at += n;
        done += n;
        const size_t gap = AGE_CHUNK_N - at % AGE_CHUNK_N;
        const size_t filled = gap < AGE_CHUNK_N && filler ? filler_write(filler, gap, skip) : 0;
        if (filled && at + filled <= got.n && memcmp(got.p + at, skip, filled) == 0)
            at += filled;
    }
    if (at < got.n && filler)
        at += filler_write_least(filler, skip);
    CHECK(at == got.n && done == r->wrote.n, "%s: %zu of %zu bytes", name, at, got.n);
    free(skip);
}

static void check_closed(struct run *r, enum exh_filler filler, const char *name)
{
    const struct exh_source body = grown_source(&r->body), led = grown_source(&r->led);
    struct age_opening o =
        age_opening_of((struct exh_bytes){ r->body.p, r->body.n }, false, w.alice.ids, 100000);
    struct exh_ledger_report *report = world_check(&w, &body, &led);

    CHECK(o.failed_at == STAGE_DONE, "%s: %s", name, o.err.text);
    check_plain(r, (struct exh_bytes){ o.plain.p, o.plain.n }, filler, name);
    CHECK(strcmp(report->verdict, "closed") == 0, "%s: %s", name, report->verdict);
    CHECK(report->integrity == EXH_INTACT && report->findings_n == 0, "%s: %s", name,
          report->findings_n ? report->findings[0].sentence : report->headline);
    CHECK(report->covered_n == report->body_n && report->matching == report->records,
          "%s: %d of %d records", name, (int)report->matching, (int)report->records);
    exh_ledger_report_free(report);
    age_opening_free(&o);
}

static const struct {
    const char *name;
    enum exh_filler filler;
    enum exh_sync sync;
    size_t record_n;
    size_t ticks; // of RECORDS records, the close entry included
} rows[] = {
    { "box, each record", EXH_FILLER_BMFF, EXH_SYNC_RECORD, 20000, RECORDS + 1 },
    { "box, 2 s", EXH_FILLER_BMFF, EXH_SYNC_2S, 20000, RECORDS / 2 + 1 },
    { "box, 2 s, fast", EXH_FILLER_BMFF, EXH_SYNC_2S, 150000, RECORDS + 1 },
    { "packets, each record", EXH_FILLER_TS, EXH_SYNC_RECORD, 188 * 50, RECORDS + 1 },
    { "packets, 2 s", EXH_FILLER_TS, EXH_SYNC_2S, 188 * 500, RECORDS + 1 },
    { "element, each record", EXH_FILLER_MATROSKA, EXH_SYNC_RECORD, 65535, RECORDS + 1 },
    { "nothing to fill with", EXH_FILLER_NONE, EXH_SYNC_RECORD, 65536, RECORDS },
    { "nothing to fill with, 2 s", EXH_FILLER_NONE, EXH_SYNC_2S, 10000, 7 },
    { "exact chunks", EXH_FILLER_BMFF, EXH_SYNC_RECORD, 65536, RECORDS + 1 },
    { "seven bytes missing", EXH_FILLER_BMFF, EXH_SYNC_RECORD, 65529, RECORDS + 1 },
};

static void test_row(size_t i, bool threads)
{
    struct exh_stream_options o = options_of(rows[i].filler, rows[i].sync);
    struct exh_sealed done;
    struct run r;

    o.seal.workers = threads ? exh_pool_workers(w.pool) : NULL;
    must(run_begin(&r, &o), &err);
    for (size_t k = 0; k < RECORDS; k++) {
        CHECK(record(&r, rows[i].record_n) == EXH_OK, "%s: %s", rows[i].name, err.text);
        CHECK(r.body.synced == r.body.n && r.led.synced == r.led.n, "%s: record %zu is not synced",
              rows[i].name, k);
    }
    CHECK(exh_stream_close(r.stream, &done, NULL, &err) == EXH_OK, "%s: %s", rows[i].name,
          err.text);
    CHECK(r.body.synced == r.body.n && r.led.synced == r.led.n, "%s: the end is not synced",
          rows[i].name);
    CHECK(done.header_n + AGE_NONCE_N + done.payload_n == r.body.n, "%s: sizes", rows[i].name);
    CHECK(ticks_n(&r) == rows[i].ticks, "%s: %zu entries", rows[i].name, ticks_n(&r));
    check_closed(&r, rows[i].filler, rows[i].name);
    run_end(&r);
}

/* An entry tells where the first record of its bytes begins, and when. */
static void test_entries(void)
{
    const struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_2S);
    const uint64_t t0 = w.now.utc_us;
    struct run r;

    must(run_begin(&r, &o), &err);
    must(record(&r, 30000), &err); // waits
    must(record(&r, 30000), &err); // the chunk is open for 2 s: filled up
    must(record(&r, 70000), &err); // one chunk, and the rest of it waits
    must(record(&r, 1000), &err);  // now it is due
    struct tick t = tick_at(&r, 0);
    CHECK(ticks_n(&r) == 3, "%zu entries", ticks_n(&r));
    CHECK(t.plain_at == 0 && t.t0_us == (int64_t)t0 && t.end == AGE_SEALED_N, "the first record");
    CHECK(t.flags == (TICK_KEY_FRAME | TICK_PADDED), "flags %u", t.flags);
    t = tick_at(&r, 1);
    CHECK(t.plain_at == AGE_CHUNK_N && t.t0_us == (int64_t)t0 + 2000000, "the third record: %d",
          (int)t.plain_at);
    CHECK(t.first == AGE_SEALED_N && t.end == 2 * AGE_SEALED_N && t.flags == TICK_KEY_FRAME,
          "its bytes");
    CHECK(t.mono_us == 3000000, "%d us", (int)t.mono_us);
    t = tick_at(&r, 2);
    CHECK(t.plain_at == AGE_CHUNK_N + 70000 && t.t0_us == (int64_t)t0 + 3000000, "the fourth: %d",
          (int)t.plain_at);
    must(exh_stream_close(r.stream, NULL, NULL, &err), &err);
    t = tick_at(&r, 3);
    CHECK(t.type == TICK_CLOSE && t.plain_at == 3 * AGE_CHUNK_N, "the end: %d", (int)t.plain_at);
    CHECK(t.end - t.first == 8 + AEAD_TAG, "nothing but a box of 8 bytes");
    run_end(&r);

    // A time that the recorder knows better.
    must(run_begin(&r, &o), &err);
    must(put(&r, 100000), &err);
    must(exh_stream_record(r.stream, 1234567890, false, &err), &err);
    t = tick_at(&r, 0);
    CHECK(t.t0_us == 1234567890 && t.flags == 0, "t0 %d", (int)t.t0_us);
    CHECK(exh_stream_record(r.stream, 0, false, &err) == EXH_OK && ticks_n(&r) == 1,
          "a record without bytes is none");
    CHECK(exh_stream_record(r.stream, UINT64_MAX, false, &err) == EXH_OK, "nor here");
    must(put(&r, 1), &err);
    CHECK(exh_stream_record(r.stream, UINT64_MAX, false, &err) == EXH_INVALID, "beyond all time");
    run_end(&r);
}

/* Gaps, beacons, the chain of segments. */
/* Nothing comes any more: what waits for its chunk to fill up is safe after 2 s all the same. */
static void test_idle(void)
{
    const struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_2S);
    struct run r;

    must(run_begin(&r, &o), &err);
    CHECK(exh_stream_record(r.stream, 0, false, &err) == EXH_OK && ticks_n(&r) == 0,
          "before the first byte: %zu ticks", ticks_n(&r));
    must(record(&r, 10000), &err);
    CHECK(ticks_n(&r) == 0, "after 1 s: %zu ticks", ticks_n(&r));
    world_pass(&w, 900000);
    CHECK(exh_stream_record(r.stream, 0, false, &err) == EXH_OK && ticks_n(&r) == 0,
          "after 1.9 s: %zu ticks", ticks_n(&r));
    world_pass(&w, 200000);
    CHECK(exh_stream_record(r.stream, 0, false, &err) == EXH_OK && ticks_n(&r) == 1,
          "after 2.1 s: %zu ticks", ticks_n(&r));
    CHECK(tick_at(&r, 0).flags & TICK_PADDED, "it does not say that it is padded");
    world_pass(&w, 5000000);
    CHECK(exh_stream_record(r.stream, 0, false, &err) == EXH_OK && ticks_n(&r) == 1,
          "filler alone waits for nothing: %zu ticks", ticks_n(&r));
    must(record(&r, 10000), &err);
    must(exh_stream_close(r.stream, NULL, NULL, &err), &err);
    check_closed(&r, EXH_FILLER_BMFF, "idle");
    run_end(&r);
}

static void test_chain(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    const uint8_t checkpoint[32] = { 7 };
    struct exh_ledger_report *reports[2];
    struct exh_tail tail = { 0 };
    struct run r[2];

    for (size_t i = 0; i < 2; i++) {
        o.previous = i ? &tail : NULL;
        must(run_begin(&r[i], &o), &err);
        must(record(&r[i], 5000), &err);
        must(put(&r[i], 100), &err);
        CHECK(exh_stream_gap(r[i].stream, EXH_GAP_COVERED, w.now.utc_us, &err) == EXH_OK, "%s",
              err.text);
        CHECK(exh_stream_beacon(r[i].stream, checkpoint, &err) == EXH_OK, "%s", err.text);
        CHECK(exh_stream_gap(r[i].stream, (enum exh_gap)11, 0, &err) == EXH_INVALID, "reason 11");
        must(record(&r[i], 5000), &err);
        must(exh_stream_close(r[i].stream, NULL, &tail, &err), &err);
        CHECK(tail.segment == i, "segment %d", (int)tail.segment);
        check_closed(&r[i], EXH_FILLER_BMFF, "segment");
        const struct exh_source body = grown_source(&r[i].body), led = grown_source(&r[i].led);
        reports[i] = world_check(&w, &body, &led);
        CHECK(memcmp(reports[i]->head, tail.entry, 32) == 0, "the tail is the last entry");
        CHECK(reports[i]->gaps_n == 1 && strcmp(reports[i]->gaps[0].reason, "covered") == 0,
              "the gap");
        CHECK(tick_at(&r[i], 1).type == TICK_GAP && tick_at(&r[i], 2).type == TICK_BEACON,
              "in order");
    }
    CHECK(exh_ledger_follows(reports[0], reports[1]).holds, "the second follows the first");
    for (size_t i = 0; i < 2; i++) {
        exh_ledger_report_free(reports[i]);
        run_end(&r[i]);
    }
}

/* The same ledger over a body in clear. */
static void test_plain(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    struct run r;

    o.seal.recipients = NULL;
    must(run_begin(&r, &o), &err);
    for (size_t i = 0; i < RECORDS; i++)
        must(record(&r, i * 9973), &err);
    must(put(&r, 500), &err);
    must(exh_stream_close(r.stream, NULL, NULL, &err), &err);
    CHECK(r.body.n == r.wrote.n && memcmp(r.body.p, r.wrote.p, r.body.n) == 0,
          "the body is what was written");
    const struct exh_source body = grown_source(&r.body), led = grown_source(&r.led);
    struct exh_ledger_report *report = world_check(&w, &body, &led);
    CHECK(strcmp(report->verdict, "closed") == 0 && !report->sealed, "%s", report->verdict);
    CHECK(report->records == RECORDS && report->matching == RECORDS, "%d records",
          (int)report->matching); // one record has no bytes
    exh_ledger_report_free(report);
    run_end(&r);

    o.seal.signer = NULL;
    CHECK(run_begin(&r, &o) == EXH_INVALID, "neither sealed nor signed");
    run_end(&r);
}

/* Without a signer it is a plain age file, and there is nothing to write a gap into. */
static void test_no_ledger(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    struct run r;

    o.seal.signer = NULL;
    must(run_begin(&r, &o), &err);
    must(record(&r, 1000), &err);
    CHECK(exh_stream_gap(r.stream, EXH_GAP_DISK, 0, &err) == EXH_INVALID, "a gap");
    must(exh_stream_close(r.stream, NULL, NULL, &err), &err);
    struct age_opening opening =
        age_opening_of((struct exh_bytes){ r.body.p, r.body.n }, false, w.alice.ids, 9999);
    CHECK(opening.failed_at == STAGE_DONE && r.led.n == 0, "%s", opening.err.text);
    age_opening_free(&opening);
    CHECK(exh_stream_write(r.stream, plain, 1, &err) == EXH_INVALID, "written after the end");
    CHECK(exh_stream_close(r.stream, NULL, NULL, NULL) == EXH_INVALID, "closed twice");
    run_end(&r);

    o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    r = (struct run){ .body.calls_left = -1 };
    r.to_body = grown_appender(&r.body);
    CHECK(exh_stream_open(&r.to_body, NULL, &o, &r.stream, &err) == EXH_INVALID,
          "a ledger without a file");
    run_end(&r);
}

/* An empty recording, and one that ends where a chunk does. */
static void test_ends(void)
{
    const struct exh_stream_options o = options_of(EXH_FILLER_NONE, EXH_SYNC_RECORD);
    static const size_t sizes[] = { 0, 1, 65536, 131072, 65537 };
    struct run r;

    for (size_t i = 0; i < ARRAY_N(sizes); i++)
        for (int recorded = 0; recorded < 2; recorded++) {
            must(run_begin(&r, &o), &err);
            if (sizes[i])
                must(put(&r, sizes[i]), &err);
            if (recorded)
                must(exh_stream_record(r.stream, 0, false, &err), &err);
            CHECK(exh_stream_close(r.stream, NULL, NULL, &err) == EXH_OK, "%s", err.text);
            check_closed(&r, EXH_FILLER_NONE, "an end");
            run_end(&r);
        }
}

static void test_is_full(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    struct run r;

    must(run_begin(&r, &o), &err);
    must(record(&r, 1000), &err);
    CHECK(!exh_stream_is_full(r.stream), "after a second");
    world_pass(&w, EXH_SEGMENT_US);
    CHECK(exh_stream_is_full(r.stream), "after ten minutes");
    run_end(&r);
}

/* A power cut in a recording in clear: cut to what is signed, add an end, close. Twice, if need be. */
static void test_resume(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    struct exh_remains remains;
    struct exh_tail tail;
    struct run r;

    o.seal.recipients = NULL;
    must(run_begin(&r, &o), &err);
    for (size_t i = 0; i < 5; i++)
        must(record(&r, 100000), &err);
    must(put(&r, 777), &err);
    for (int cut = 0; cut < 2; cut++) { // the second cut finds nothing to cut but its own end
        const struct exh_source body = grown_source(&r.body);
        const struct exh_source led = exh_source_memory(r.led.p, r.led.n - (cut ? 0 : 100));
        must(exh_recover(&body, &led, w.crypto, &remains, &err), &err);
        CHECK(remains.body_n == (cut ? 400123 : 400000) && !remains.closed && !remains.sealed,
              "%d bytes stay", (int)remains.body_n);
        CHECK(remains.entries == (cut ? 6u : 5u) && remains.torn_n == (cut ? 0u : TICK_SIZE - 100u),
              "%d entries, %d torn", (int)remains.entries, (int)remains.torn_n);
        r.body.n = (size_t)remains.body_n;
        r.led.n = (size_t)remains.ledger_n;
        exh_stream_free(r.stream);
        const struct exh_source rest = grown_source(&r.led);
        w.now.monotonic_us = 17; // booted anew
        must(exh_stream_resume(&r.to_body, &r.to_led, &rest, &remains, &o, &r.stream, &err), &err);
        if (!cut) {
            must(exh_stream_write(r.stream, plain, 123, &err), &err);
            must(exh_stream_record(r.stream, 0, false, &err), &err);
        }
    }
    must(exh_stream_close(r.stream, NULL, &tail, &err), &err);
    const struct exh_source body = grown_source(&r.body), led = grown_source(&r.led);
    struct exh_ledger_report *report = world_check(&w, &body, &led);
    CHECK(report->recovered && report->end == EXH_LEDGER_CLOSED, "%s", report->verdict);
    CHECK(report->integrity == EXH_INTACT && report->body_n == 400123, "%s", report->headline);
    CHECK(memcmp(report->head, tail.entry, 32) == 0, "the tail");
    exh_ledger_report_free(report);
    must(exh_recover(&body, &led, w.crypto, &remains, &err), &err);
    CHECK(remains.closed && !remains.unsigned_n && !remains.torn_n, "closed");
    struct exh_stream *again = NULL;
    CHECK(exh_stream_resume(&r.to_body, &r.to_led, &led, &remains, &o, &again, &err) == EXH_INVALID,
          "a closed one goes on");
    remains.closed = false;
    o.seal.signer = &w.thief.signer;
    CHECK(exh_stream_resume(&r.to_body, &r.to_led, &led, &remains, &o, &again, &err) == EXH_INVALID,
          "another camera goes on: %s", err.text);
    run_end(&r);
}

/* Of a sealed one: where it stands, for the next segment; nothing goes on. */
static void test_recover_sealed(void)
{
    const struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    struct exh_stream *again = NULL;
    struct exh_remains remains;
    struct run r, other;

    must(run_begin(&r, &o), &err);
    for (size_t i = 0; i < 4; i++)
        must(record(&r, 70000), &err);
    must(put(&r, 300000), &err);
    const struct exh_source body = grown_source(&r.body), led = grown_source(&r.led);
    must(exh_recover(&body, &led, w.crypto, &remains, &err), &err);
    CHECK(remains.sealed && !remains.closed && remains.entries == 5, "%d entries",
          (int)remains.entries);
    CHECK(remains.unsigned_n == r.body.n - remains.body_n && remains.unsigned_n > 0, "a tail");
    struct exh_inspection seen;
    must(exh_inspect(&body, w.crypto, &seen, &err), &err);
    CHECK(remains.body_n == seen.header_n + AGE_NONCE_N + tick_at(&r, 3).end, "%d bytes stay",
          (int)remains.body_n);
    CHECK(exh_stream_resume(&r.to_body, &r.to_led, &led, &remains, &o, &again, &err) == EXH_INVALID,
          "a sealed one goes on");

    // The body is shorter than its ledger, altered, or another's.
    const struct exh_source shorter = exh_source_memory(r.body.p, remains.body_n - 1);
    must(exh_recover(&shorter, &led, w.crypto, &remains, &err), &err);
    CHECK(remains.entries == 4, "%d entries of a shorter body", (int)remains.entries);
    r.body.p[r.body.n / 3] ^= 1;
    must(exh_recover(&body, &led, w.crypto, &remains, &err), &err);
    CHECK(remains.entries < 4, "%d entries of an altered body", (int)remains.entries);
    must(run_begin(&other, &o), &err);
    const struct exh_source foreign = grown_source(&other.led);
    CHECK(exh_recover(&body, &foreign, w.crypto, &remains, &err) == EXH_MALFORMED, "%s", err.text);
    // Half an open entry: the header has the whole of it.
    const size_t open_n = open_entry_size((struct exh_bytes){ r.led.p, r.led.n });
    for (size_t n = 0; n < open_n; n += n + 100 < open_n ? 100 : 1) {
        uint8_t oid[32];
        const struct exh_source begun = exh_source_memory(r.led.p, n);
        must(ledger_hash(w.crypto, (struct exh_bytes){ r.led.p, open_n }, oid, &err), &err);
        must(exh_recover(&body, &begun, w.crypto, &remains, &err), &err);
        CHECK(!remains.entries && !remains.ledger_n && remains.torn_n == n && !remains.closed,
              "%zu bytes of an open entry: %d entries", n, (int)remains.entries);
        CHECK(memcmp(remains.tail.entry, oid, 32) == 0, "what the next one names");
        struct exh_ledger_report *report = world_check(&w, &body, &begun);
        CHECK(report->end == EXH_LEDGER_OPEN_END && report->integrity == EXH_INCOMPLETE,
              "%zu bytes of an open entry: %s", n, report->verdict);
        exh_ledger_report_free(report);
    }
    const struct exh_source junk = exh_source_memory(plain, 100);
    CHECK(exh_recover(&body, &junk, w.crypto, &remains, NULL) == EXH_MALFORMED, "another's");
    run_end(&other);
    run_end(&r);
}

/* A clock that was set is odd, and told; what was recorded after it is there all the same. */
static void test_recover_clock(void)
{
    struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    const uint64_t now = w.now.utc_us;
    struct exh_remains remains;
    struct run r;

    o.seal.recipients = NULL;
    must(run_begin(&r, &o), &err);
    for (size_t i = 0; i < 6; i++) {
        must(record(&r, 10000), &err);
        w.now.utc_us += i == 2 ? UINT64_C(3600000000) : 0;
    }
    w.now.utc_us = now;
    const struct exh_source body = grown_source(&r.body), led = grown_source(&r.led);
    struct exh_ledger_report *report = world_check(&w, &body, &led);
    CHECK(report->findings_all && strcmp(report->verdict, "open end") == 0, "%s", report->verdict);
    exh_ledger_report_free(report);
    must(exh_recover(&body, &led, w.crypto, &remains, &err), &err);
    CHECK(remains.entries == 7 && remains.body_n == 60000 && !remains.unsigned_n,
          "%d entries, %d bytes stay", (int)remains.entries, (int)remains.body_n);
    run_end(&r);
}

/*
 * Every write and every sync fails once. What a power cut leaves then - all that was synced, and any part of
 * the rest - is an open end whose entries all hold.
 */
static void check_cut(const struct run *r, size_t body_n, size_t led_n, uint64_t must_cover,
                      int calls)
{
    const struct exh_source body = exh_source_memory(r->body.p, body_n);
    const struct exh_source led = exh_source_memory(r->led.p, led_n);
    struct exh_ledger_report *report = world_check(&w, &body, &led);

    CHECK(report->covered_n >= must_cover, "%d calls: %d of %d bytes are covered", calls,
          (int)report->covered_n, (int)must_cover);
    CHECK(report->integrity == EXH_INCOMPLETE || report->end == EXH_LEDGER_CLOSED, "%d calls: %s",
          calls, report->headline);
    CHECK(report->matching == report->records, "%d calls: %d of %d records", calls,
          (int)report->matching, (int)report->records);
    exh_ledger_report_free(report);
}

static enum exh_status record_all(struct run *r, int *left)
{
    const struct exh_stream_options o = options_of(EXH_FILLER_BMFF, EXH_SYNC_RECORD);
    enum exh_status status;

    *r = (struct run){ .body.calls_both = left, .led.calls_both = left };
    r->wrote = buf_with_limit((size_t)64 << 20);
    r->to_body = grown_appender(&r->body);
    r->to_led = grown_appender(&r->led);
    status = exh_stream_open(&r->to_body, &r->to_led, &o, &r->stream, &err);
    for (size_t i = 0; i < 3 && status == EXH_OK; i++)
        status = record(r, 40000 + i * 50000);
    return status == EXH_OK ? exh_stream_close(r->stream, NULL, NULL, &err) : status;
}

static void test_failures(void)
{
    enum exh_status status = EXH_IO;
    int calls = 0;

    for (; status != EXH_OK && calls < 100; calls++) {
        struct run r;
        int left = calls;
        status = record_all(&r, &left);
        if (r.stream && status != EXH_OK)
            CHECK(exh_stream_write(r.stream, plain, 1, &err) == EXH_INVALID,
                  "%d calls: went on after a failure", calls);
        // Before the header is there, nothing was promised.
        const size_t open = open_entry_size((struct exh_bytes){ r.led.p, r.led.synced });
        const size_t last = open ? (r.led.synced - open) / TICK_SIZE : 0;
        const uint64_t covered = last ? tick_at(&r, last - 1).end : 0;
        if (r.body.synced) {
            check_cut(&r, r.body.n, r.led.n, covered, calls);
            check_cut(&r, r.body.synced, r.led.synced, covered, calls);
            check_cut(&r, r.body.n, r.led.synced, covered, calls);
            check_cut(&r, r.body.synced, r.led.synced / 2, 0, calls);
            CHECK(r.body.synced >= covered, "%d calls: an entry speaks of bytes that may be lost",
                  calls);
        }
        run_end(&r);
    }
    CHECK(status == EXH_OK && calls > 15, "%d calls", calls);
}

int main(void)
{
    world_begin(&w);
    plain = world_bytes(400000);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        test_row(i, false);
        test_row(i, true);
    }
    test_entries();
    test_idle();
    test_chain();
    test_plain();
    test_no_ledger();
    test_ends();
    test_is_full();
    test_resume();
    test_recover_sealed();
    test_recover_clock();
    test_failures();
    free(plain);
    world_end(&w);
    return check_done();
}
