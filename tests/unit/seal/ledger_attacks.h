/*
 * ledger_attacks.h -- the attack table: each attack on a sealed and on a plain recording, and what the
 * verifier must say. It runs on paper cryptography (also in WebAssembly) and on the real one.
 */
#ifndef TESTS_LEDGER_ATTACKS_H
#define TESTS_LEDGER_ATTACKS_H

#include "ledger_recording.h"

static const struct cast *actors; // of the attack that is being made

static void nothing(struct recording *r)
{
    (void)r;
}

static void cut_in_chunk(struct recording *r)
{
    r->body.n = r->at[15] + 1000;
    r->led.n = 15 * TICK_SIZE;
}

static void cut_in_tick(struct recording *r)
{
    r->body.n = r->at[15];
    r->led.n = 14 * TICK_SIZE + 100;
    r->body.n = r->at[14];
}

static void cut_in_both(struct recording *r)
{
    r->body.n = r->at[15] + 77;
    r->led.n = 15 * TICK_SIZE + 202;
}

static void zeros_behind(struct recording *r) // what a file system may leave of an append
{
    r->body.n = r->at[15];
    r->led.n = 15 * TICK_SIZE;
    buf_put_zeros(&r->led, 1000);
}

static void cut_tails(struct recording *r)
{
    r->body.n = r->at[10];
    r->led.n = 10 * TICK_SIZE;
}

static void cut_body(struct recording *r)
{
    r->body.n = r->at[10];
}

static void cut_ledger(struct recording *r)
{
    r->led.n = 10 * TICK_SIZE;
}

static void cut_all_entries(struct recording *r)
{
    r->led.n = 0;
}

static void drop_entry(struct recording *r)
{
    take_out(&r->led, 7 * TICK_SIZE, TICK_SIZE);
}

static void drop_record(struct recording *r)
{
    drop_entry(r);
    take_out(&r->body, r->at[7], r->at[8] - r->at[7]);
}

static void drop_three(struct recording *r)
{
    take_out(&r->led, 7 * TICK_SIZE, 3 * TICK_SIZE);
    take_out(&r->body, r->at[7], r->at[10] - r->at[7]);
}

static void cut_head(struct recording *r)
{
    take_out(&r->led, 0, 5 * TICK_SIZE);
    take_out(&r->body, 0, r->at[5]);
}

static void swap_entries(struct recording *r)
{
    uint8_t seven[TICK_SIZE];

    memcpy(seven, tick_at(r, 7), TICK_SIZE);
    memcpy(tick_at(r, 7), tick_at(r, 8), TICK_SIZE);
    memcpy(tick_at(r, 8), seven, TICK_SIZE);
}

static void swap_records(struct recording *r)
{
    const size_t n = r->at[8] - r->at[7];
    uint8_t *seven = exact_copy(r->body.p + r->at[7], n);

    swap_entries(r);
    take_out(&r->body, r->at[7], n);
    splice_in(&r->body, r->at[7] + (r->at[9] - r->at[8]), seven, n);
    free(seven);
}

static void repeat_entry(struct recording *r)
{
    uint8_t seven[TICK_SIZE];

    memcpy(seven, tick_at(r, 7), TICK_SIZE);
    splice_in(&r->led, 8 * TICK_SIZE, seven, TICK_SIZE);
}

static void repeat_record(struct recording *r)
{
    const size_t n = r->at[8] - r->at[7];
    uint8_t *seven = exact_copy(r->body.p + r->at[7], n);

    repeat_entry(r);
    splice_in(&r->body, r->at[8], seven, n);
    free(seven);
}

static void flip_body(struct recording *r)
{
    r->body.p[r->at[11] + 5] ^= 1;
}

static void flip_three(struct recording *r)
{
    for (size_t i = 11; i < 14; i++)
        r->body.p[r->at[i] + 5] ^= 1;
}

static void flip_last(struct recording *r)
{
    r->body.p[r->body.n - 1] ^= 1;
}

/* Sign entry i anew, with another key; change what `change` tells before. */
static void forge(struct recording *r, size_t i, const struct exh_signer *signer,
                  void (*change)(struct tick *t))
{
    struct exh_error err;
    struct tick t;

    if (tick_read(tick_at(r, i), r->ledger.signer->alg, &t, &err) != EXH_OK)
        abort();
    if (change)
        change(&t);
    if (tick_write(tick_at(r, i), &t, signer, &err) != EXH_OK)
        abort();
}

static void other_camera(struct recording *r)
{
    forge(r, 7, &actors->other, NULL);
}

static void hour_earlier(struct tick *t)
{
    t->t0_us -= INT64_C(3600000000);
    t->t1_us -= INT64_C(3600000000);
}

static void forge_time(struct recording *r)
{
    forge(r, 7, &actors->other, hour_earlier);
}

static void edit_time(struct recording *r) // by one microsecond
{
    tick_at(r, 7)[9 + 16 + 7] ^= 1;
}

static void edit_number(struct recording *r)
{
    tick_at(r, 7)[9 + 8 + 7] ^= 1;
}

static void edit_signature(struct recording *r)
{
    tick_at(r, 7)[TICK_SIZE - 1] ^= 1;
}

static void all_by_other(struct recording *r)
{
    for (size_t i = 0; i < RECORDS; i++)
        forge(r, i, &actors->other, NULL);
}

/* A frame of somebody's own, between two of the camera's. */
static void insert_foreign(struct recording *r)
{
    uint8_t seven[TICK_SIZE];
    const size_t n = r->sealed ? LEAF_SEALED : 5000;
    uint8_t *bytes = exact_copy(r->body.p, n);

    memcpy(seven, tick_at(r, 7), TICK_SIZE);
    splice_in(&r->led, 7 * TICK_SIZE, seven, TICK_SIZE);
    forge(r, 7, &actors->other, NULL);
    splice_in(&r->body, r->at[7], bytes, n);
    free(bytes);
}

/* From record 10 on another recording of the same camera. */
static void splice_recordings(struct recording *r)
{
    struct recording b;

    recording_make(&b, actors, r->sealed, 2);
    r->body.n = r->at[10];
    r->led.n = 10 * TICK_SIZE;
    buf_put(&r->body, b.body.p + b.at[10], b.body.n - b.at[10]);
    buf_put(&r->led, tick_at(&b, 10), (RECORDS - 10) * TICK_SIZE);
    recording_free(&b);
}

static void overwrite_ledger(struct recording *r)
{
    memset(tick_at(r, 7) - 20, 0, 60);
}

static void shorten_entry(struct recording *r)
{
    take_out(&r->led, 7 * TICK_SIZE + 50, 60);
}

static void junk_in_ledger(struct recording *r)
{
    static const uint8_t junk[77] = { 0xD2, 0x84 };

    splice_in(&r->led, 7 * TICK_SIZE, junk, sizeof junk);
}

static void append_body(struct recording *r)
{
    buf_put_zeros(&r->body, 5);
}

static void append_entry(struct recording *r)
{
    uint8_t last[TICK_SIZE];
    struct exh_error err;
    struct tick t;

    memcpy(last, tick_at(r, RECORDS - 1), TICK_SIZE);
    if (tick_read(last, r->ledger.signer->alg, &t, &err) != EXH_OK ||
        ledger_hash(actors->crypto, (struct exh_bytes){ last, TICK_SIZE }, t.prev, &err) != EXH_OK)
        abort();
    t.type = TICK_GAP;
    t.reason = GAP_DISK;
    t.seq++;
    t.first = t.end;
    memset(t.digest, 0, sizeof t.digest);
    if (tick_write(last, &t, &actors->camera, &err) != EXH_OK)
        abort();
    buf_put(&r->led, last, TICK_SIZE);
}

static void append_junk(struct recording *r)
{
    buf_put_zeros(&r->led, 30);
}

static void edit_open(struct recording *r) // the media type; in the header and in X.led
{
    for (size_t i = 0; i + 9 <= r->open.n; i++)
        if (memcmp(r->open.p + i, "video/mp4", 9) == 0)
            r->open.p[i] = r->led_open.p[i] = 'V';
}

/* --- what only sealed objects have ------------------------------------------------------------- */

static void remove_ledger(struct recording *r)
{
    r->no_led = true;
}

static void other_ledger(struct recording *r)
{
    struct recording b;

    recording_make(&b, actors, r->sealed, 2);
    buf_clear(&r->led);
    buf_clear(&r->led_open);
    buf_put_bytes(&r->led, buf_view(&b.led));
    buf_put_bytes(&r->led_open, buf_view(&b.led_open));
    recording_free(&b);
}

static void other_header(struct recording *r)
{
    r->no_header_open = true;
}

static void other_nonce(struct recording *r)
{
    r->nonce[3] ^= 1;
}

static void torn_open(struct recording *r)
{
    r->led_open.n -= 9;
    r->led.n = 0;
    r->body.n = 0;
}

static void only_header(struct recording *r)
{
    r->led_open.n = r->led.n = 0;
    r->body.n = 0;
}

static void zeros_in_open(struct recording *r) // a sector that was never written
{
    memset(r->led_open.p + r->led_open.n / 4, 0, r->led_open.n / 2);
    r->led.n = 0;
    r->body.n = 0;
}

static void edited_led_open(struct recording *r)
{
    r->led_open.p[r->led_open.n - 1] ^= 1;
    r->led.n = 0;
}

static void no_led_open(struct recording *r)
{
    r->led_open.n = 0;
}

enum where { BOTH, SEALED, PLAIN };

static const struct attack {
    const char *name;
    void (*make)(struct recording *r);
    const char *verdict;  // in a few words; "[n]" stands for any number
    const char *kind;     // of the first finding; "": none
    const char *sentence; // part of the sentence on integrity
    enum exh_integrity integrity;
    enum where where;
} attacks[] = {
    { "intact", nothing, "closed", "", "20 entries, none missing, in order and closed", EXH_INTACT,
      BOTH },
    { "power cut in a chunk", cut_in_chunk, "open end, 1000 unsigned tail bytes", "open end",
      "not closed: cut off, or still going on; the last 1000 bytes are signed by nobody",
      EXH_INCOMPLETE, BOTH },
    { "power cut, tick torn", cut_in_tick, "open end, torn ledger tail", "open end",
      "the ledger ends in 100 bytes that are no whole entry", EXH_INCOMPLETE, BOTH },
    { "power cut in both", cut_in_both, "open end, 77 unsigned tail bytes, torn ledger tail",
      "open end", "the last 77 bytes are signed by nobody", EXH_INCOMPLETE, BOTH },
    { "zeros at the end of the ledger", zeros_behind, "open end, torn ledger tail", "open end",
      "the ledger ends in 1000 bytes", EXH_INCOMPLETE, BOTH },
    { "tail removed from both", cut_tails, "open end", "open end", "cut off, or still going on",
      EXH_INCOMPLETE, BOTH },
    { "body truncated only", cut_body, "body shorter than ledger: 10 records present", "body short",
      "10 of 20 records are there", EXH_INCOMPLETE, BOTH },
    { "ledger truncated only", cut_ledger, "open end, [n] unsigned tail bytes", "open end",
      "bytes are signed by nobody", EXH_INCOMPLETE, BOTH },
    { "all entries removed", cut_all_entries, "open end, [n] unsigned tail bytes", "open end",
      "bytes are signed by nobody", EXH_INCOMPLETE, BOTH },
    { "entry dropped", drop_entry, "chain break at 7", "dropped", "entry 7 taken out", EXH_ALTERED,
      BOTH },
    { "record dropped", drop_record, "chain break at 7", "dropped", "entry 7 taken out",
      EXH_ALTERED, BOTH },
    { "three records dropped", drop_three, "chain break at 7", "dropped",
      "entries 7 to 9 taken out", EXH_ALTERED, BOTH },
    { "head cut", cut_head, "chain break at 0", "head cut",
      "the beginning was cut off: entries 0 to 4 missing", EXH_ALTERED, BOTH },
    { "entries swapped", swap_entries, "chain break at 7", "swapped",
      "entries 7 to 8 put in another order", EXH_ALTERED, BOTH },
    { "records swapped", swap_records, "chain break at 7", "swapped",
      "entries 7 to 8 put in another order", EXH_ALTERED, BOTH },
    { "entry duplicated", repeat_entry, "chain break at 8", "duplicated", "entry 7 put in again",
      EXH_ALTERED, BOTH },
    { "record duplicated", repeat_record, "chain break at 8", "duplicated", "entry 7 put in again",
      EXH_ALTERED, BOTH },
    { "one body bit flipped", flip_body, "body altered in record 11", "body altered",
      "the bytes of record 11 are not those that were signed", EXH_ALTERED, BOTH },
    { "three records altered", flip_three, "body altered in record 11", "body altered",
      "records 11 to 13", EXH_ALTERED, BOTH },
    { "last byte altered", flip_last, "body altered in record 19", "body altered", "record 19",
      EXH_ALTERED, BOTH },
    { "other camera signs a record", other_camera, "bad signature at 7", "bad signature",
      "entry 7: not signed by this signer; another key", EXH_ALTERED, BOTH },
    { "time forged by an hour", forge_time, "bad signature at 7", "bad signature",
      "the time of entry 7 was changed", EXH_ALTERED, BOTH },
    { "clear timestamp edited", edit_time, "bad signature at 7", "bad signature",
      "or a detail was changed", EXH_ALTERED, BOTH },
    { "number edited", edit_number, "bad signature at 7", "bad signature",
      "entry 7: changed after signing", EXH_ALTERED, BOTH },
    { "signature edited", edit_signature, "bad signature at 7", "bad signature", "entry 7",
      EXH_ALTERED, BOTH },
    { "every entry by another camera", all_by_other, "bad signature at 0", "bad signature",
      "entry 0: not signed by this signer", EXH_ALTERED, BOTH },
    { "foreign frame inserted", insert_foreign, "bad signature at 7", "bad signature", "entry 7",
      EXH_ALTERED, BOTH },
    { "two recordings spliced", splice_recordings, "chain break at 10", "foreign",
      "entry 10 does not follow what stands before it", EXH_ALTERED, BOTH },
    { "ledger written over", overwrite_ledger, "bad signature at 6", "bad signature", "entry 6",
      EXH_ALTERED, BOTH },
    { "bytes out of an entry", shorten_entry, "damaged ledger at 7", "damaged",
      "143 bytes of the ledger before entry 7 are damaged", EXH_ALTERED, BOTH },
    { "junk between entries", junk_in_ledger, "damaged ledger at 7", "damaged",
      "77 bytes of the ledger before entry 7 are damaged", EXH_ALTERED, BOTH },
    { "body appended to", append_body, "5 bytes after the close", "appended",
      "5 bytes were put behind the end", EXH_ALTERED, BOTH },
    { "entry behind the close", append_entry, "chain break at 20", "after the close",
      "something was put behind the close entry", EXH_ALTERED, BOTH },
    { "junk behind the close", append_junk, "chain break at 20", "after the close",
      "something was put behind the close entry", EXH_ALTERED, BOTH },
    { "open entry edited", edit_open, "bad open signature", "bad open signature",
      "the open entry was changed or made by somebody else", EXH_ALTERED, BOTH },
    { "ledger stripped", remove_ledger, "ledger removed", "ledger removed",
      "the ledger is missing, and the open entry demands it", EXH_INCOMPLETE, SEALED },
    { "ledger of another object", other_ledger, "another open entry", "another open entry",
      "the ledger is of another object", EXH_ALTERED, SEALED },
    { "ledger of another object, plain", other_ledger, "body altered in record 0", "body altered",
      "records 0 to 19", EXH_ALTERED, PLAIN },
    { "header exchanged", other_header, "no open entry in the header",
      "no open entry in the header", "another header was put before the body", EXH_ALTERED,
      SEALED },
    { "another nonce", other_nonce, "another body", "another body",
      "the body is not the one that the open entry was made for", EXH_ALTERED, SEALED },
    { "power cut in the ledger's open entry", torn_open, "open end, torn ledger tail", "open end",
      "bytes that are no whole entry", EXH_INCOMPLETE, SEALED },
    { "power cut before the ledger's open entry", only_header, "open end", "open end",
      "cut off, or still going on", EXH_INCOMPLETE, SEALED },
    { "power cut in a sector of it", zeros_in_open, "open end, torn ledger tail", "open end",
      "bytes that are no whole entry", EXH_INCOMPLETE, SEALED },
    { "open entry of the ledger edited", edited_led_open, "another open entry",
      "another open entry", "different open entries", EXH_ALTERED, SEALED },
    { "open entry of the ledger taken out", no_led_open, "another open entry", "another open entry",
      "different open entries", EXH_ALTERED, SEALED },
};

/* Does the text match, with "[n]" for any number? */
static bool like(const char *text, const char *pattern)
{
    while (*pattern) {
        if (strncmp(pattern, "[n]", 3) == 0) {
            if (*text < '0' || *text > '9')
                return false;
            while (*text >= '0' && *text <= '9')
                text++;
            pattern += 3;
        } else if (*text++ != *pattern++) {
            return false;
        }
    }
    return *text == '\0';
}

/* Check what lies on the disk. */
static struct exh_ledger_report *check_recording(const struct recording *r,
                                                 const struct exh_check_options *options)
{
    struct buf object = object_of(r, NULL), led = led_of(r);
    uint8_t *object_copy = exact_copy(object.p, object.n), *led_copy = exact_copy(led.p, led.n);
    const struct exh_source source = exh_source_memory(object_copy, object.n);
    const struct exh_source ledger = exh_source_memory(led_copy, led.n);
    struct exh_check_options with = *options;
    struct exh_ledger_report *report = NULL;
    struct exh_error err;

    with.ledger = r->no_led ? NULL : &ledger;
    if (exh_check(&source, &with, &report, &err) != EXH_OK)
        CHECK(false, "%s", err.text);
    buf_free(&object);
    buf_free(&led);
    free(object_copy);
    free(led_copy);
    return report;
}

static void run_attack(const struct attack *a, const struct cast *cast, bool sealed)
{
    const struct exh_check_options options = { .crypto = cast->crypto,
                                               .trust = cast->trust,
                                               .now = TEST_NOW };
    const char *form = sealed ? "sealed" : "plain";
    struct recording r;

    actors = cast;
    recording_make(&r, cast, sealed, 1);
    a->make(&r);
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (report) {
        CHECK(like(report->verdict, a->verdict), "%s, %s: verdict \"%s\"", a->name, form,
              report->verdict);
        CHECK(report->integrity == a->integrity, "%s, %s: %s", a->name, form,
              report->axes[0].state);
        CHECK(strstr(report->axes[0].sentence, a->sentence), "%s, %s: %s", a->name, form,
              report->axes[0].sentence);
        CHECK(strcmp(report->findings_n ? report->findings[0].kind : "", a->kind) == 0,
              "%s, %s: first finding \"%s\"", a->name, form,
              report->findings_n ? report->findings[0].kind : "");
        const int code = exh_ledger_exit_code(report);
        CHECK(code == (a->integrity == EXH_INTACT    ? 0
                       : a->integrity == EXH_ALTERED ? 1
                                                     : 5),
              "%s, %s: exit %d", a->name, form, code);
    }
    exh_ledger_report_free(report);
    recording_free(&r);
}

static inline void run_attacks(const struct cast *cast)
{
    for (size_t i = 0; i < ARRAY_N(attacks); i++) {
        if (attacks[i].where != PLAIN)
            run_attack(&attacks[i], cast, true);
        if (attacks[i].where != SEALED)
            run_attack(&attacks[i], cast, false);
    }
}

#endif
