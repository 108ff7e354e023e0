/* What a ledger proves: the attack table, and everything else that an answer can say. */
#include "formats/age_armor.h"
#include "formats/json.h"
#include "ledger_attacks.h"
#include "ledger_world.h"
#include "seal/ledger_check.h"
#include "seal/ledger_object.h"
#include "seal/ledger_seek.h"

static struct cast cast;

static struct exh_check_options usual(void)
{
    return (
        struct exh_check_options){ .crypto = cast.crypto, .trust = cast.trust, .now = TEST_NOW };
}

/* Behind a break records are found again, wherever they lie now. */
static void test_found_again(void)
{
    static const struct {
        const char *name;
        void (*make)(struct recording *r);
        uint64_t entries, loose, matching;
    } rows[] = {
        { "intact", nothing, 20, 0, 20 },
        { "entry dropped", drop_entry, 7, 12, 19 },
        { "record dropped", drop_record, 7, 12, 19 },
        { "three records dropped", drop_three, 7, 10, 17 },
        { "head cut", cut_head, 0, 15, 15 },
        { "entries swapped", swap_entries, 7, 12, 19 },
        { "records swapped", swap_records, 7, 12, 20 },
        { "entry duplicated", repeat_entry, 20, 0, 20 },
        { "record duplicated", repeat_record, 20, 0, 21 },
        { "other camera signs a record", other_camera, 7, 12, 19 },
        { "two recordings spliced", splice_recordings, 10, 10, 20 },
        { "ledger written over", overwrite_ledger, 6, 12, 18 },
        { "junk between entries", junk_in_ledger, 20, 0, 20 },
        { "bytes out of an entry", shorten_entry, 7, 12, 19 },
    };

    for (size_t i = 0; i < 2 * ARRAY_N(rows); i++) {
        const struct exh_check_options options = usual();
        struct recording r;
        actors = &cast;
        recording_make(&r, &cast, i % 2, 1);
        rows[i / 2].make(&r);
        struct exh_ledger_report *report = check_recording(&r, &options);
        if (report)
            CHECK(report->entries == rows[i / 2].entries && report->loose == rows[i / 2].loose &&
                      report->matching == rows[i / 2].matching,
                  "%s, sealed %zu: %d entries, %d loose, %d match", rows[i / 2].name, i % 2,
                  (int)report->entries, (int)report->loose, (int)report->matching);
        exh_ledger_report_free(report);
        recording_free(&r);
    }
}

/* What the report tells of an intact recording. */
static void test_facts(void)
{
    const struct exh_check_options options = usual();
    struct recording r;

    recording_make(&r, &cast, true, 1);
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (!report)
        return;
    CHECK(report->has_open && report->sealed && !report->one_file && !report->partial, "forms");
    CHECK(report->end == EXH_LEDGER_CLOSED && report->records == 20 && report->findings_n == 0 &&
              report->gaps_n == 0 && report->warnings_n == 0,
          "counts");
    CHECK(strcmp(report->camera_id, "dome1") == 0 && strcmp(report->media_type, "video/mp4") == 0,
          "texts");
    CHECK(report->captured && report->frame_first == 1041 && !report->has_frame_last, "frames");
    CHECK(report->opened_us == TEST_T0_US && report->first_us == TEST_T0_US &&
              report->last_us == TEST_T0_US + RECORDS * RECORD_US,
          "times");
    CHECK(report->body_n == r.body.n && report->covered_n == r.body.n && !report->unsigned_n &&
              !report->torn_n,
          "bytes");
    CHECK(memcmp(report->head, r.ledger.place.head, 32) == 0 &&
              memcmp(report->oid, r.ledger.oid, 32) == 0,
          "object id and head");
    CHECK(strcmp(report->axes[2].sentence, "The camera says 2025-06-15T15:06:40Z to "
                                           "2025-06-15T15:07:20Z; nobody else attests it.") == 0,
          "%s", report->axes[2].sentence);
    CHECK(strncmp(report->axes[1].sentence, "Signed by camera dome1, enrolled by ", 36) == 0, "%s",
          report->axes[1].sentence);
    exh_ledger_report_free(report);
    recording_free(&r);
}

/* Not memcmp(): what lies between the members is nobody's. */
static bool same_place(const struct ledger_place *a, const struct ledger_place *b)
{
    return a->seq == b->seq && a->end == b->end && a->mono_us == b->mono_us &&
           a->closed == b->closed && memcmp(a->head, b->head, sizeof a->head) == 0;
}

/* A file that grows, looked at again and again: the answer is that of looking once. */
static void test_follower(bool sealed)
{
    struct ledger_check c, once;
    struct recording r;
    struct exh_error err;
    size_t ledger_n = 0, body_n = 0;

    recording_make(&r, &cast, sealed, 1);
    if (ledger_check_init(&c, cast.crypto, buf_view(&r.open), &err) != EXH_OK ||
        ledger_check_init(&once, cast.crypto, buf_view(&r.open), &err) != EXH_OK)
        abort();
    for (unsigned step = 0; ledger_n < r.led.n || body_n < r.body.n; step++) {
        // The ledger runs ahead of the body, now and then; entries arrive in pieces.
        ledger_n = ledger_n + 150 < r.led.n ? ledger_n + 150 : r.led.n;
        body_n = body_n + (step % 4 ? 30000 : 200000) < r.body.n
                     ? body_n + (step % 4 ? 30000 : 200000)
                     : r.body.n;
        uint8_t *led = exact_copy(r.led.p, ledger_n), *body = exact_copy(r.body.p, body_n);
        const struct exh_source ledger = exh_source_memory(led, ledger_n);
        const struct exh_source source = exh_source_memory(body, body_n);
        const struct ledger_files files = { .ledger = &ledger, .body = &source };
        CHECK(ledger_check_follow(&c, &files, true, &err) == EXH_OK, "%s", err.text);
        CHECK(c.place.end <= body_n && c.counts.findings == 0 && !c.counts.absent,
              "step %u: nothing is taken before its bytes", step);
        free(led);
        free(body);
    }
    const struct exh_source ledger = exh_source_memory(r.led.p, r.led.n);
    const struct exh_source source = exh_source_memory(r.body.p, r.body.n);
    const struct ledger_files files = { .ledger = &ledger, .body = &source };
    if (ledger_check_follow(&once, &files, false, &err) != EXH_OK)
        abort();
    CHECK(same_place(&c.place, &once.place) &&
              memcmp(&c.counts, &once.counts, sizeof c.counts) == 0 && c.place.closed,
          "the same in the end");
    ledger_check_free(&c);
    ledger_check_free(&once);
    recording_free(&r);
}

/* An entry that nobody signed is refused at once, however many bytes it says are to come. */
static void test_follower_refuses(void)
{
    struct ledger_check c;
    struct recording r;
    struct exh_error err;

    recording_make(&r, &cast, true, 1);
    memset(tick_at(&r, 3) + 9 + 40, 0x0F, 8); // the end
    if (ledger_check_init(&c, cast.crypto, buf_view(&r.open), &err) != EXH_OK)
        abort();
    const struct exh_source ledger = exh_source_memory(r.led.p, 4 * TICK_SIZE);
    const struct exh_source source = exh_source_memory(r.body.p, r.at[3]);
    const struct ledger_files files = { .ledger = &ledger, .body = &source };
    CHECK(ledger_check_follow(&c, &files, true, &err) == EXH_OK && c.findings_n == 1 &&
              c.findings[0].kind == LEDGER_BAD_SIGNATURE && c.findings[0].entry == 3,
          "told at once");
    ledger_check_free(&c);
    recording_free(&r);
}

/* --- Photos: all in one file ---------------------------------------------------------------------- */

struct photo {
    struct recording r;
    struct buf final, object;
};

static void photo_make(struct photo *p, const struct exh_signer *signer, const char *id,
                       bool captured, size_t n)
{
    struct open_entry e = entry_of(true, n % 64);
    struct ledger_entry close = { .type = TICK_CLOSE, .clock = clock_at(0) };

    e.camera_id = bytes_of(id);
    e.captured = captured;
    e.has_frame_last = captured;
    e.frame_last = e.frame_first;
    e.media_type = bytes_of("image/jpeg");
    recording_begin(&p->r, &cast, signer, &e);
    put_noise(&p->r.body, n, 5);
    close.end = n;
    digest_of(cast.crypto, true, buf_view(&p->r.body), close.digest);
    put_entry(&p->r, &close);
    p->final = buf_with_limit(1000);
    buf_put_bytes(&p->final, buf_view(&p->r.led));
    p->object = object_of(&p->r, &p->final);
}

static void photo_free(struct photo *p)
{
    recording_free(&p->r);
    buf_free(&p->final);
    buf_free(&p->object);
}

static struct exh_ledger_report *check_bytes(const struct buf *b, enum exh_status want,
                                             const char *name)
{
    const struct exh_check_options options = usual();
    uint8_t *copy = exact_copy(b->p, b->n);
    const struct exh_source source = exh_source_memory(copy, b->n);
    struct exh_ledger_report *report = NULL;
    struct exh_error err = { 0 };
    enum exh_status status = exh_check(&source, &options, &report, &err);

    CHECK(status == want, "%s: status %u (%s)", name, status, err.text);
    free(copy);
    return report;
}

static void check_photo(const char *name, const struct buf *b, const char *verdict, int code)
{
    struct exh_ledger_report *report = check_bytes(b, EXH_OK, name);

    if (report)
        CHECK(like(report->verdict, verdict) && exh_ledger_exit_code(report) == code,
              "%s: verdict \"%s\", exit %d (%s; %s)", name, report->verdict,
              exh_ledger_exit_code(report), report->axes[0].sentence, report->axes[1].sentence);
    exh_ledger_report_free(report);
}

static enum exh_status put_into(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    buf_put(ctx, p, n);
    return buf_finish(ctx, err);
}

/* The same as text. */
static struct buf armored(const struct buf *b)
{
    struct buf text = buf_with_limit((size_t)1 << 20);
    const struct exh_sink to = { .write = put_into, .ctx = &text };
    struct armor_writer w;
    struct exh_error err;

    armor_writer_init(&w, &to);
    const struct exh_sink in = armor_writer_sink(&w);
    if (in.write(in.ctx, b->p, b->n, &err) != EXH_OK || armor_writer_end(&w, &err) != EXH_OK)
        abort();
    return text;
}

static void test_photo(void)
{
    struct photo p, other;

    photo_make(&p, &cast.camera, "dome1", true, 3 * LEAF_SEALED + 100);
    photo_make(&other, &cast.camera, "dome1", true, 2 * LEAF_SEALED + 100);
    check_photo("photo", &p.object, "closed", 0);
    struct buf text = armored(&p.object);
    check_photo("armored photo", &text, "closed", 0);
    buf_free(&text);
    p.object.p[p.object.n - 1] ^= 1;
    check_photo("last byte", &p.object, "body altered in record 0", 1);
    p.object.p[p.object.n - 1] ^= 1;
    p.object.n--;
    check_photo("cut", &p.object, "body shorter than ledger: 0 records present", 5);
    p.object.n++;
    buf_put_u8(&p.object, 0);
    check_photo("appended", &p.object, "1 bytes after the close", 1);
    struct buf stripped = object_of(&p.r, NULL);
    check_photo("final stripped", &stripped, "ledger removed", 5);
    buf_clear(&stripped);
    struct buf exchanged = object_of(&p.r, &other.final);
    check_photo("final of another photo", &exchanged, "chain break at 0", 1);
    buf_free(&stripped);
    buf_free(&exchanged);
    photo_free(&p);
    photo_free(&other);
}

/* Who signs must be who is named. */
static void test_signers(void)
{
    static const struct {
        const char *name;
        int signer; // 0 camera, 1 other camera, 2 person
        const char *id;
        bool captured;
        int code;
        const char *sentence;
    } rows[] = {
        { "camera", 0, "dome1", true, 0, "Signed by camera dome1, enrolled by" },
        { "camera, a file", 0, "dome1", false, 0, "Signed by camera dome1, enrolled by" },
        { "person", 2, "alice", false, 0, "Signed by alice, certified by" },
        { "a thief signs as himself", 1, "dome2", true, 0, "Signed by camera dome2" },
        { "a thief signs as the camera", 1, "dome1", true, 1,
          "it is of camera dome2, but dome1 is claimed" },
        { "a person signs as the camera", 2, "dome1", true, 1,
          "it is of person alice, but dome1 is claimed" },
        { "a person claims frames", 2, "alice", true, 1,
          "it is of a person, but frames of a camera are claimed" },
        { "a camera's name and more", 0, "dome11", true, 1, "but dome11 is claimed" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const struct exh_signer *signers[] = { &cast.camera, &cast.other, &cast.person };
        struct photo p;
        photo_make(&p, signers[rows[i].signer], rows[i].id, rows[i].captured, 1000);
        struct exh_ledger_report *report = check_bytes(&p.object, EXH_OK, rows[i].name);
        if (report)
            CHECK(exh_ledger_exit_code(report) == rows[i].code &&
                      strstr(report->axes[1].sentence, rows[i].sentence) &&
                      strcmp(report->verdict, "closed") == 0,
                  "%s: exit %d, %s", rows[i].name, exh_ledger_exit_code(report),
                  report->axes[1].sentence);
        exh_ledger_report_free(report);
        photo_free(&p);
    }
}

/* Headers that are none of ours, and objects that nobody signed. */
static void test_objects(void)
{
    static const char plain_age[] = "age-encryption.org/v1\n-> X25519 "
                                    "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                                    "BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- "
                                    "BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef";
    static const struct {
        const char *name, *bytes;
        enum exh_status want;
    } rows[] = {
        { "an age file of somebody's", plain_age, EXH_OK },
        { "a picture", "\xFF\xD8\xFF\xE0 JFIF", EXH_OK },
        { "nothing", "", EXH_OK },
        { "half a header", "age-encryption.org/v1\n-> X25519", EXH_MALFORMED },
        { "another version", "age-encryption.org/v2\n", EXH_UNSUPPORTED },
        { "half an armor", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", EXH_MALFORMED },
        { "armored, after a line", "\n-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", EXH_MALFORMED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf b = buf_with_limit(1000);
        buf_put(&b, rows[i].bytes, strlen(rows[i].bytes));
        struct exh_ledger_report *report = check_bytes(&b, rows[i].want, rows[i].name);
        if (report)
            CHECK(report->integrity == EXH_NO_CREDENTIAL && exh_ledger_exit_code(report) == 4 &&
                      strcmp(report->verdict, "no ledger") == 0 && !report->has_open,
                  "%s: %s", rows[i].name, report->verdict);
        exh_ledger_report_free(report);
        buf_free(&b);
    }
}

/* Our stanzas in forms that are not ours. */
static void test_stanzas(void)
{
    static const struct {
        const char *name;
        const char *open_args[3]; // of the stanza; NULL ends
        int opens;                // how often
        int final_cut;            // bytes that the final entry has too few; -1: none there
        enum exh_status want;
    } rows[] = {
        { "sound", { NAME_STANZA_OPEN, "1", NULL }, 1, 0, EXH_OK },
        { "twice", { NAME_STANZA_OPEN, "1", NULL }, 2, 0, EXH_MALFORMED },
        { "version 2", { NAME_STANZA_OPEN, "2", NULL }, 1, 0, EXH_UNSUPPORTED },
        { "without version", { NAME_STANZA_OPEN, NULL }, 1, 0, EXH_UNSUPPORTED },
        { "two arguments", { NAME_STANZA_OPEN, "1", "1" }, 1, 0, EXH_UNSUPPORTED },
        { "final without open", { NULL }, 0, 0, EXH_MALFORMED },
        { "final too short", { NAME_STANZA_OPEN, "1", NULL }, 1, 1, EXH_MALFORMED },
        { "no final", { NAME_STANZA_OPEN, "1", NULL }, 1, -1, EXH_OK },
        { "open of another type", { NAME_STANZA_OPEN "s", "1", NULL }, 1, -1, EXH_OK },
    };
    static const uint8_t mac[32];
    struct photo p;

    photo_make(&p, &cast.camera, "dome1", true, 1000);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf b = buf_with_limit(100000);
        size_t args_n = 0;
        while (args_n < 3 && rows[i].open_args[args_n])
            args_n++;
        age_header_put_start(&b);
        age_header_put_stanza(&b, (const char *const[]){ "grease" }, 1, (struct exh_bytes){ 0 });
        for (int n = 0; n < rows[i].opens; n++)
            age_header_put_stanza(&b, rows[i].open_args, args_n, buf_view(&p.r.open));
        if (rows[i].final_cut >= 0)
            age_header_put_stanza(
                &b, (const char *const[]){ NAME_STANZA_FINAL, "1" }, 2,
                (struct exh_bytes){ p.final.p, p.final.n - (size_t)rows[i].final_cut });
        age_header_put_mark(&b);
        age_header_put_mac(&b, mac);
        buf_put(&b, p.r.nonce, sizeof p.r.nonce);
        buf_put_bytes(&b, buf_view(&p.r.body));
        exh_ledger_report_free(check_bytes(&b, rows[i].want, rows[i].name));
        buf_free(&b);
    }
    photo_free(&p);
}

/* A ledger beside what it cannot belong to. */
static void test_pairs(void)
{
    const struct exh_check_options options = usual();
    struct exh_check_options with = options;
    struct exh_ledger_report *report = NULL;
    struct recording sealed, plain;
    struct exh_error err;
    struct photo p;

    recording_make(&sealed, &cast, true, 1);
    recording_make(&plain, &cast, false, 1);
    photo_make(&p, &cast.camera, "dome1", true, 1000);
    struct buf led = led_of(&sealed), plain_led = led_of(&plain);
    const struct exh_source sealed_source = exh_source_memory(led.p, led.n);
    const struct exh_source plain_source = exh_source_memory(plain_led.p, plain_led.n);
    const struct exh_source body = exh_source_memory(plain.body.p, plain.body.n);
    const struct exh_source photo = exh_source_memory(p.object.p, p.object.n);
    const struct exh_source junk = exh_source_memory((const uint8_t *)"junk", 4);

    with.ledger = &sealed_source;
    CHECK(exh_check(&photo, &with, &report, &err) == EXH_INVALID, "a photo has its own");
    CHECK(exh_check(&body, &with, &report, &err) == EXH_OK &&
              strcmp(report->verdict, "another body") == 0,
          "sealed ledger, plain body");
    exh_ledger_report_free(report);
    with.ledger = &junk;
    CHECK(exh_check(&body, &with, &report, &err) == EXH_MALFORMED, "no ledger at all");
    // Somebody signs an age file as the plain file that it is.
    struct buf age = object_of(&sealed, NULL);
    const struct exh_source age_source = exh_source_memory(age.p, age.n);
    with.ledger = &plain_source;
    CHECK(exh_check(&age_source, &with, &report, &err) == EXH_OK &&
              strcmp(report->verdict, "another open entry") == 0,
          "plain ledger, sealed object of ours");
    exh_ledger_report_free(report);
    buf_free(&age);
    // The open entry of a recording in clear, in a header.
    plain.sealed = true;
    age = object_of(&plain, NULL);
    const struct exh_source strange = exh_source_memory(age.p, age.n);
    for (int beside = 0; beside < 2; beside++) {
        with.ledger = beside ? &plain_source : NULL;
        report = NULL;
        if (CHECK(exh_check(&strange, &with, &report, &err) == EXH_OK, "%d: refused", beside))
            CHECK(strcmp(report->verdict, "another body") == 0,
                  "an open entry of a body in clear, in a header, %d: %s", beside, report->verdict);
        exh_ledger_report_free(report);
    }
    buf_free(&age);
    buf_free(&led);
    buf_free(&plain_led);
    photo_free(&p);
    recording_free(&sealed);
    recording_free(&plain);
}

/* Every prefix of a photo and of a ledger: an answer or a refusal, never "closed". */
static void test_prefixes(void)
{
    const struct exh_check_options options = usual();
    struct recording r;
    struct photo p;

    photo_make(&p, &cast.camera, "dome1", true, 100);
    for (size_t n = 0; n < p.object.n; n++) {
        uint8_t *copy = exact_copy(p.object.p, n);
        const struct exh_source source = exh_source_memory(copy, n);
        struct exh_ledger_report *report = NULL;
        struct exh_error err;
        enum exh_status status = exh_check(&source, &options, &report, &err);
        CHECK(status == EXH_MALFORMED ||
                  (status == EXH_OK && strcmp(report->verdict, "closed") != 0),
              "photo of %zu bytes: status %u", n, status);
        exh_ledger_report_free(report);
        free(copy);
    }
    photo_free(&p);

    recording_make(&r, &cast, false, 1);
    struct buf led = led_of(&r);
    for (size_t n = 0; n < led.n; n += n % 3 + 1) {
        uint8_t *copy = exact_copy(led.p, n);
        const struct exh_source ledger = exh_source_memory(copy, n);
        const struct exh_source body = exh_source_memory(r.body.p, 50000);
        struct exh_check_options with = options;
        struct exh_ledger_report *report = NULL;
        struct exh_error err;
        with.ledger = &ledger;
        enum exh_status status = exh_check(&body, &with, &report, &err);
        CHECK(status == EXH_MALFORMED || (status == EXH_OK && report->integrity == EXH_INCOMPLETE),
              "ledger of %zu bytes: status %u", n, status);
        exh_ledger_report_free(report);
        free(copy);
    }
    buf_free(&led);
    recording_free(&r);
}

/* --- Times ------------------------------------------------------------------------------------------ */

/* A record that is signed at some other time than the usual. */
static void put_record_at(struct recording *r, uint64_t i, int64_t moved_us, unsigned flags,
                          bool unsynchronised)
{
    const size_t at = r->body.n;
    struct ledger_entry e = { .type = TICK_RECORD, .flags = flags, .clock = clock_at(i) };

    e.clock.t0_us += moved_us;
    e.clock.t1_us += moved_us;
    e.clock.unsynchronised = unsynchronised;
    put_noise(&r->body, 500, i);
    e.end = r->body.n;
    digest_of(cast.crypto, false, (struct exh_bytes){ r->body.p + at, 500 }, e.digest);
    put_entry(r, &e);
}

static void put_gap(struct recording *r, uint64_t i, enum tick_reason reason, int64_t moved_us)
{
    struct ledger_entry e = { .type = TICK_GAP, .reason = reason, .clock = clock_at(i) };

    e.clock.t1_us += moved_us;
    put_entry(r, &e);
}

static void test_clocks(void)
{
    static const struct {
        const char *name;
        int64_t moved_us;     // from the third record on
        enum tick_reason gap; // before it
        bool unsynchronised;  // the second record
        enum exh_time_state want;
        const char *sentence;
    } rows[] = {
        { "steady", 0, GAP_NONE, false, EXH_TIME_CLAIMED, "The camera says" },
        { "a second back", -1000000, GAP_NONE, false, EXH_TIME_CLAIMED, "The camera says" },
        { "an hour back", INT64_C(-3600000000), GAP_NONE, false, EXH_TIME_CONFLICT,
          "The claimed times contradict each other: the clock was set by 3600.000 s before entry "
          "2, and no entry says so." },
        { "an hour on", INT64_C(3600000000), GAP_NONE, false, EXH_TIME_CONFLICT, "3600.000 s" },
        { "an hour on, and said so", INT64_C(3600000000), GAP_CLOCK, false, EXH_TIME_CLAIMED,
          "The camera says" },
        { "an hour back, and said so", INT64_C(-3600000000), GAP_CLOCK, false, EXH_TIME_CLAIMED,
          "The camera says" },
        { "a restart", INT64_C(-3600000000), GAP_RESTART, false, EXH_TIME_CLAIMED,
          "The camera says" },
        { "another gap is no excuse", INT64_C(3600000000), GAP_UPLINK, false, EXH_TIME_CONFLICT,
          "before entry 3" },
        { "set for the first time", INT64_C(3600000000), GAP_NONE, true, EXH_TIME_CLAIMED,
          "The camera says" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const struct exh_check_options options = usual();
        const struct open_entry entry = entry_of(false, 1);
        struct recording r;
        recording_begin(&r, &cast, &cast.camera, &entry);
        put_record_at(&r, 0, 0, 0, false);
        put_record_at(&r, 1, 0, 0, rows[i].unsynchronised);
        if (rows[i].gap)
            put_gap(&r, 2, rows[i].gap, rows[i].gap == GAP_CLOCK ? rows[i].moved_us : 0);
        put_record_at(&r, 2, rows[i].moved_us, 0, false);
        put_record_at(&r, 3, rows[i].moved_us, TICK_RECOVERED, false);
        struct exh_ledger_report *report = check_recording(&r, &options);
        if (report) {
            CHECK(report->time == rows[i].want &&
                      strstr(report->axes[2].sentence, rows[i].sentence),
                  "%s: %s", rows[i].name, report->axes[2].sentence);
            CHECK(report->gaps_n == (rows[i].gap ? 1 : 0) && report->recovered, "%s: %zu gaps",
                  rows[i].name, report->gaps_n);
            if (report->gaps_n)
                CHECK(strcmp(report->gaps[0].reason, tick_reason_name(rows[i].gap)) == 0, "%s: %s",
                      rows[i].name, report->gaps[0].reason);
        }
        exh_ledger_report_free(report);
        recording_free(&r);
    }
}

/* Entries that are signed, and cannot be. */
static void backwards(struct tick *t)
{
    t->mono_us = 1;
}

static void overlapping(struct tick *t)
{
    t->first -= 5;
}

static void empty(struct tick *t)
{
    t->end = t->first;
}

static void strange_reason(struct tick *t)
{
    t->reason = GAP_DISK;
}

static void test_contradictions(void)
{
    static const struct {
        const char *name;
        void (*change)(struct tick *t);
        const char *sentence;
    } rows[] = {
        { "monotonic clock", backwards, "the clock that nobody sets ran backwards" },
        { "overlap", overlapping, "it does not begin where the one before it ends" },
        { "no bytes", empty, "can cover" },
        { "a reason", strange_reason, "a reason stands in a gap, and only there" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const struct exh_check_options options = usual();
        struct recording r;
        recording_make(&r, &cast, false, 1);
        forge(&r, RECORDS - 2, &cast.camera, rows[i].change);
        r.led.n -= TICK_SIZE;
        r.body.n = r.at[RECORDS - 1];
        struct exh_ledger_report *report = check_recording(&r, &options);
        if (report)
            CHECK(strcmp(report->verdict, "contradiction at 18") == 0 &&
                      strstr(report->axes[0].sentence, rows[i].sentence),
                  "%s: %s, %s", rows[i].name, report->verdict, report->axes[0].sentence);
        exh_ledger_report_free(report);
        recording_free(&r);
    }
}

/* A signed entry of a kind that is not known: the row goes on behind it. */
static void test_strange_entry(void)
{
    const struct exh_check_options options = usual();
    struct recording r;
    struct exh_error err;
    struct tick t;

    recording_make(&r, &cast, false, 1);
    r.led.n = 3 * TICK_SIZE;
    if (tick_read(tick_at(&r, 2), cast.camera.alg, &t, &err) != EXH_OK)
        abort();
    t.type = (enum tick_type)9;
    if (tick_write(tick_at(&r, 2), &t, &cast.camera, &err) != EXH_OK)
        abort();
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (report)
        CHECK(strcmp(report->verdict, "contradiction at 2") == 0 &&
                  strstr(report->axes[0].sentence, "type 9, expected 1 to 4"),
              "%s", report->axes[0].sentence);
    exh_ledger_report_free(report);
    recording_free(&r);
}

/* A flood of first bytes costs no more than so many verifications. */
static void test_flood(void)
{
    const struct exh_check_options options = usual();
    uint8_t entry[TICK_SIZE];
    struct recording r;

    recording_make(&r, &cast, false, 1);
    memcpy(entry, tick_at(&r, 0), sizeof entry);
    entry[100] ^= 1;
    buf_clear(&r.led);
    for (size_t i = 0; i < LEDGER_FAULTS_MAX + 100; i++)
        buf_put(&r.led, entry, sizeof entry);
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (report) {
        CHECK(report->integrity == EXH_ALTERED &&
                  strcmp(report->verdict, "bad signature at 0") == 0,
              "%s", report->verdict);
        size_t i = 0;
        while (i < report->findings_n && strcmp(report->findings[i].kind, "stopped") != 0)
            i++;
        CHECK(i < report->findings_n && i <= 2, "stopped: finding %zu", i);
    }
    exh_ledger_report_free(report);
    recording_free(&r);
}

/* --- From object to object ------------------------------------------------------------------------- */

/* A plain segment of two records. */
static struct exh_ledger_report *segment(uint64_t number, const uint8_t *previous, bool close,
                                         uint8_t head[32])
{
    const struct exh_check_options options = usual();
    struct open_entry entry = entry_of(false, number);
    struct exh_ledger_report *report;
    struct recording r;

    entry.segment = number;
    entry.has_previous = number > 0;
    if (previous)
        memcpy(entry.previous, previous, 32);
    recording_begin(&r, &cast, &cast.camera, &entry);
    put_record(&r, 0, TICK_RECORD, number);
    put_record(&r, 1, close ? TICK_CLOSE : TICK_RECORD, number);
    memcpy(head, r.ledger.place.head, 32);
    report = check_recording(&r, &options);
    recording_free(&r);
    return report;
}

static void test_segments(void)
{
    static const uint8_t other[32] = { 1 };
    uint8_t head[3][32], unused[32];
    struct exh_ledger_report *s0 = segment(0, NULL, true, head[0]);
    struct exh_ledger_report *s1 = segment(1, head[0], false, head[1]);
    struct exh_ledger_report *s2 = segment(2, head[1], true, head[2]);
    struct exh_ledger_report *s3 = segment(3, head[2], true, unused);
    struct exh_ledger_report *alien = segment(1, other, true, unused);
    struct exh_ledger_report *after_cut = segment(2, other, true, unused);
    const struct {
        const char *name;
        const struct exh_ledger_report *before, *next;
        const char *reason; // "" holds
    } rows[] = {
        { "next", s0, s1, "" },
        { "next after an open end", s1, s2, "" },
        { "one deleted", s0, s2, "segment 1 is missing" },
        { "two deleted", s0, s3, "segments 1 to 2 are missing" },
        { "backwards", s2, s1, "segment 1 does not come after segment 2" },
        { "itself", s1, s1, "segment 1 does not come after segment 1" },
        { "of another recording", s0, alien,
          "segment 0 is not the one that was recorded before it: it is of another recording" },
        { "the end of the one before is cut", s1, after_cut,
          "the end of segment 1 is missing: its last entry is not the one that the next names" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const struct exh_judgement j = exh_ledger_follows(rows[i].before, rows[i].next);
        CHECK(j.holds == !rows[i].reason[0] && strcmp(j.reason, rows[i].reason) == 0, "%s: %s",
              rows[i].name, j.reason);
    }
    exh_ledger_report_free(s0);
    exh_ledger_report_free(s1);
    exh_ledger_report_free(s2);
    exh_ledger_report_free(s3);
    exh_ledger_report_free(alien);
    exh_ledger_report_free(after_cut);
}

static void test_captures(void)
{
    static const struct exh_ledger_report first = { .has_open = true,
                                                    .camera_id = "dome1",
                                                    .captured = true,
                                                    .frame_first = 1040,
                                                    .has_frame_last = true,
                                                    .frame_last = 1041,
                                                    .oid = { 7 } };
    static const struct {
        const char *name, *camera;
        uint64_t frame;
        uint8_t prev;
        bool captured;
        const char *reason;
    } rows[] = {
        { "next", "dome1", 1042, 7, true, "" },
        { "one missing", "dome1", 1043, 9, true, "frame 1042 is missing" },
        { "three missing", "dome1", 1045, 9, true, "frames 1042 to 1044 are missing" },
        { "exchanged", "dome1", 1042, 9, true,
          "the capture with frame 1041 is not the one that was made before it" },
        { "same frame", "dome1", 1041, 7, true, "frame 1041 does not come after frame 1041" },
        { "numbers jump", "dome1", 1050, 7, true,
          "frame numbers jump from 1041 to 1050, but the camera names it as the next capture" },
        { "another camera", "dome2", 1042, 7, true, "one is of dome1, the other of dome2" },
        { "a person's file", "dome1", 1042, 7, false, "one of the two has no frame numbers" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_ledger_report next = { .has_open = true,
                                          .captured = rows[i].captured,
                                          .frame_first = rows[i].frame,
                                          .has_prev_capture = true,
                                          .prev_capture = { rows[i].prev } };
        snprintf(next.camera_id, sizeof next.camera_id, "%s", rows[i].camera);
        const struct exh_judgement j = exh_ledger_next_capture(&first, &next);
        CHECK(j.holds == !rows[i].reason[0] && strcmp(j.reason, rows[i].reason) == 0, "%s: %s",
              rows[i].name, j.reason);
    }
    const struct exh_ledger_report none = { 0 };
    CHECK(!exh_ledger_next_capture(&first, &none).holds, "no ledger");
    CHECK(!exh_ledger_follows(&none, &first).holds, "no ledger");
}

/* --- By time ---------------------------------------------------------------------------------------- */

static uint64_t reads; // of the ledger

static enum exh_status counted_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    (void)err;
    reads++;
    memcpy(to, (const uint8_t *)ctx + at, n);
    return EXH_OK;
}

static void test_seek(void)
{
    static const struct {
        const char *name;
        int64_t time_us;
        uint64_t index;
    } rows[] = {
        { "long before", 0, 0 },
        { "the beginning", TEST_T0_US, 0 },
        { "just before the second", TEST_T0_US + RECORD_US - 1, 0 },
        { "the second", TEST_T0_US + RECORD_US, 1 },
        { "in the middle", TEST_T0_US + 10 * RECORD_US + 1, 10 },
        { "the close", TEST_T0_US + 19 * RECORD_US, 19 },
        { "long after", INT64_MAX, 19 },
    };
    struct ledger_found found;
    struct ledger_check c;
    struct recording r;
    struct exh_error err;

    recording_make(&r, &cast, true, 1);
    if (ledger_check_init(&c, cast.crypto, buf_view(&r.open), &err) != EXH_OK)
        abort();
    const struct exh_source ledger = { .size = r.led.n, .read = counted_read, .ctx = r.led.p };
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        reads = 0;
        CHECK(ledger_seek(&c, &ledger, 0, rows[i].time_us, &found, &err) == EXH_OK, "%s: %s",
              rows[i].name, err.text);
        CHECK(found.index == rows[i].index && found.tick.seq == rows[i].index, "%s: entry %d",
              rows[i].name, (int)found.index);
        CHECK(reads <= 7, "%s: %d reads", rows[i].name, (int)reads); // first, log2(20), last
    }
    tick_at(&r, 10)[9 + 56 + 7] ^= 1; // the monotonic clock
    CHECK(ledger_seek(&c, &ledger, 0, TEST_T0_US + 10 * RECORD_US, &found, &err) == EXH_MALFORMED,
          "what is found is verified");
    memset(tick_at(&r, 10), 0, TICK_SIZE);
    CHECK(ledger_seek(&c, &ledger, 0, TEST_T0_US + 12 * RECORD_US, &found, &err) == EXH_OK &&
              found.index == 12,
          "damage is passed over");
    const struct exh_source none = exh_source_memory(r.led.p, 100);
    CHECK(ledger_seek(&c, &none, 0, TEST_T0_US, &found, &err) == EXH_NOT_FOUND, "no entry");
    ledger_check_free(&c);
    recording_free(&r);
}

/* Gaps are passed over: they are no records. */
static void test_seek_gaps(void)
{
    const struct open_entry entry = entry_of(false, 1);
    struct ledger_found found;
    struct ledger_check c;
    struct recording r;
    struct exh_error err;

    recording_begin(&r, &cast, &cast.camera, &entry);
    put_gap(&r, 0, GAP_SENSOR, 0);
    put_record_at(&r, 1, 0, 0, false);
    for (uint64_t i = 2; i < 30; i++)
        put_gap(&r, i, GAP_UPLINK, 0);
    put_record_at(&r, 30, 0, 0, false);
    put_gap(&r, 31, GAP_DISK, 0);
    if (ledger_check_init(&c, cast.crypto, buf_view(&r.open), &err) != EXH_OK)
        abort();
    const struct exh_source ledger = exh_source_memory(r.led.p, r.led.n);
    for (int64_t i = 0; i < 40; i++) {
        CHECK(ledger_seek(&c, &ledger, 0, TEST_T0_US + i * RECORD_US, &found, &err) == EXH_OK &&
                  found.index == (i < 30 ? 1 : 30),
              "%d: entry %d", (int)i, (int)found.index);
    }
    const struct exh_source gaps = exh_source_memory(r.led.p, TICK_SIZE);
    CHECK(ledger_seek(&c, &gaps, 0, TEST_T0_US, &found, &err) == EXH_NOT_FOUND, "only a gap");
    ledger_check_free(&c);
    recording_free(&r);
}

/* --- JSON ------------------------------------------------------------------------------------------- */

static void test_json(void)
{
    static const char *const keys[] = {
        "schema",        "verdict",      "headline",       "advice",     "axes",
        "findings",      "findings_all", "gaps",           "gaps_all",   "warnings",
        "oid",           "stream_id",    "camera_id",      "media_type", "sealed",
        "one_file",      "frames",       "segment",        "opened_us",  "signer",
        "end",           "head",         "partial",        "recovered",  "first_us",
        "last_us",       "entries",      "loose",          "records",    "matching",
        "covered_bytes", "body_bytes",   "unsigned_bytes", "torn_bytes",
    };
    const struct exh_check_options options = usual();
    struct json doc, finding;
    struct recording r;
    struct exh_error err;
    char *json = NULL;
    size_t n = 0;

    actors = &cast;
    recording_make(&r, &cast, true, 1);
    drop_record(&r);
    struct exh_ledger_report *report = check_recording(&r, &options);
    if (!report ||
        !CHECK(exh_ledger_report_json(report, &json, &n, &err) == EXH_OK, "%s", err.text))
        return;
    CHECK(json_parse((struct exh_bytes){ (uint8_t *)json, n }, 0, &doc, &err) == EXH_OK, "%s",
          err.text);
    for (size_t i = 0; i < ARRAY_N(keys); i++)
        CHECK(json_type(json_get(doc, keys[i])) != JSON_NONE, "key %s", keys[i]);
    struct json_walk walk = json_walk(json_get(doc, "findings"));
    CHECK(json_next(&walk, NULL, &finding) && json_string_is(json_get(finding, "kind"), "dropped"),
          "the finding");
    CHECK(
        json_string_is(json_get(json_get(json_get(doc, "axes"), "integrity"), "state"), "altered"),
        "the axis");
    free(json);
    exh_ledger_report_free(report);
    recording_free(&r);
}

int main(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificates[] = { bytes_of("camera:dome1"), bytes_of("camera:dome2"),
                                        bytes_of("person:alice") };

    cast = (struct cast){ .crypto = &crypto,
                          .camera = paper_signer(&certificates[0]),
                          .other = paper_signer(&certificates[1]),
                          .person = paper_signer(&certificates[2]) };
    run_attacks(&cast);
    test_found_again();
    test_facts();
    test_follower(true);
    test_follower(false);
    test_follower_refuses();
    test_photo();
    test_signers();
    test_objects();
    test_stanzas();
    test_pairs();
    test_prefixes();
    test_clocks();
    test_contradictions();
    test_strange_entry();
    test_flood();
    test_segments();
    test_captures();
    test_seek();
    test_seek_gaps();
    test_json();
    return check_done();
}
