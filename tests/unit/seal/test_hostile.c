/*
 * Files of somebody who holds a key and means harm: two answers in one header, entries that cover the same
 * bytes again and again, ledgers beside what cannot have one.
 */
#include "base/names.h"
#include "base/text.h"
#include "seal/age_open.h"
#include "seal/ledger_object.h"
#include "seal/recipient.h"
#include "seal_world.h"

#define ROOM    ((size_t)4 << 20)
#define RECORDS 24
#define PIECE   65536 // bytes of a record: a chunk

static struct world w;
static struct exh_error err;
static uint8_t *plain;

static struct exh_open_options options_with(const struct exh_source *led)
{
    return (struct exh_open_options){
        .check = { .crypto = w.crypto, .ledger = led, .now = (int64_t)(WORLD_UTC / 1000000) },
        .identities = w.alice.ids,
    };
}

static enum exh_status open_status(const struct exh_source *body, const struct exh_source *led,
                                   size_t *out_n)
{
    const struct exh_open_options options = options_with(led);
    struct exh_memory_sink out = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&out);
    struct exh_opened opened;

    const enum exh_status status = exh_open(body, &sink, &options, &opened, &err);
    *out_n = out.n;
    exh_opened_free(&opened);
    free(out.p);
    return status;
}

static enum exh_status rewrap_status(const struct exh_source *file)
{
    const struct exh_rewrap_options options = { .crypto = w.crypto,
                                                .identities = w.alice.ids,
                                                .add = w.to_both };
    struct exh_memory_sink out = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&out);
    const enum exh_status status = exh_rewrap(file, &sink, &options, NULL, &err);

    CHECK(status == EXH_OK || !out.n, "%zu bytes of a header that is refused", out.n);
    free(out.p);
    return status;
}

static enum exh_status check_status(const struct exh_source *file)
{
    const struct exh_open_options options = options_with(NULL);
    struct exh_ledger_report *report = NULL;
    const enum exh_status status = exh_check(file, &options.check, &report, &err);

    exh_ledger_report_free(report);
    return status;
}

static enum exh_status inspect_status(const struct exh_source *file)
{
    struct exh_inspection *facts = calloc(1, sizeof *facts);
    const enum exh_status status = exh_inspect(file, w.crypto, facts, &err);

    CHECK(facts && (status == EXH_OK || !facts->stanzas_n), "facts of a header that is refused");
    free(facts);
    return status;
}

/* --- Two answers in one header. */

static struct exh_memory_sink photo(bool armor)
{
    struct exh_memory_sink m = { .p = malloc(ROOM), .size = ROOM };
    const struct exh_sink sink = exh_sink_memory(&m);
    const struct exh_source source = exh_source_memory(plain, 100000);
    struct exh_seal_options o = world_options(&w);

    o.armor = armor;
    must(exh_seal(&source, &sink, &o, NULL, &err), &err);
    return m;
}

struct change {
    const char *name, *type; // of the stanza that is put in beside
    const char *args[3];     // of it: as a whole; NULL ends
    bool empty;              // it has no body; else that of the real one
    enum exh_status want;
};

static const struct change changes[] = {
    { "another stanza", "grease", { "1", NULL }, false, EXH_OK },
    { "the open entry twice", NAME_STANZA_OPEN, { "1", NULL }, false, EXH_MALFORMED },
    { "the close entry twice", NAME_STANZA_FINAL, { "1", NULL }, false, EXH_MALFORMED },
    { "an empty open entry", NAME_STANZA_OPEN, { "1", NULL }, true, EXH_MALFORMED },
    { "an empty close entry", NAME_STANZA_FINAL, { "1", NULL }, true, EXH_MALFORMED },
    { "an open entry of version 2", NAME_STANZA_OPEN, { "2", NULL }, false, EXH_UNSUPPORTED },
    { "a close entry of version 2", NAME_STANZA_FINAL, { "2", NULL }, false, EXH_UNSUPPORTED },
    { "an open entry without version", NAME_STANZA_OPEN, { NULL }, false, EXH_UNSUPPORTED },
    { "an open entry of two versions",
      NAME_STANZA_OPEN,
      { "1", "1", NULL },
      false,
      EXH_UNSUPPORTED },
};

/* The header as it is, with one stanza more before or behind all others, and a MAC that holds. */
static struct buf changed(struct exh_bytes file, const struct change *c, bool behind)
{
    struct age_header *old = NULL;
    struct file_key *key = NULL;
    struct buf b = buf_with_limit(ROOM);
    struct exh_bytes body = { 0 };
    const char *args[4] = { c->type };
    size_t n = 1;

    must(age_header_read(file, &old, &err), &err);
    must(age_open(old, w.alice.ids, &key, &err), &err);
    for (size_t i = 0; i < old->stanzas_n; i++)
        if (bytes_are(old->stanzas[i].type, c->type) && !c->empty)
            body = old->stanzas[i].body;
    for (; c->args[n - 1]; n++)
        args[n] = c->args[n - 1];
    age_header_put_start(&b);
    if (!behind)
        age_header_put_stanza(&b, args, n, body);
    for (size_t i = 0; i < old->stanzas_n; i++)
        buf_put_bytes(&b, old->stanzas[i].text);
    if (behind)
        age_header_put_stanza(&b, args, n, body);
    must(file_key_end_header(key, &b, &err), &err);
    buf_put(&b, file.p + old->text.n, file.n - old->text.n);
    file_key_free(key);
    age_header_free(old);
    return b;
}

static void test_headers(void)
{
    struct exh_memory_sink m = photo(false);

    for (size_t i = 0; i < 2 * ARRAY_N(changes); i++) {
        const struct change *c = &changes[i / 2];
        struct buf b = changed((struct exh_bytes){ m.p, m.n }, c, i % 2);
        const struct exh_source file = exh_source_memory(b.p, b.n);
        size_t n = 0;
        CHECK(check_status(&file) == c->want, "%s: checked: %s", c->name, err.text);
        CHECK(open_status(&file, NULL, &n) == c->want, "%s: opened: %s", c->name, err.text);
        CHECK(n == (c->want == EXH_OK ? 100000 : 0), "%s: %zu bytes came out", c->name, n);
        CHECK(rewrap_status(&file) == c->want, "%s: wrapped anew: %s", c->name, err.text);
        CHECK(inspect_status(&file) == c->want, "%s: looked at: %s", c->name, err.text);
        buf_free(&b);
    }
    free(m.p);
}

/* --- Ledgers beside what cannot have one. */

static void test_beside(void)
{
    struct exh_memory_sink m = photo(true);
    struct exh_stream_options o = { .seal = world_options(&w), .filler = EXH_FILLER_BMFF };
    struct grown body, led, clear, clear_led;
    size_t n = 0;

    world_record(&w, &o, plain, 3, PIECE, true, &body, &led);
    o.seal.recipients = NULL;
    world_record(&w, &o, plain, 3, PIECE, true, &clear, &clear_led);
    const struct exh_source armored = exh_source_memory(m.p, m.n), ledger = grown_source(&led);
    const struct exh_source of_clear = grown_source(&clear_led), sealed = grown_source(&body);
    CHECK(open_status(&armored, &ledger, &n) == EXH_INVALID && !n, "an armored file: %s", err.text);
    CHECK(open_status(&sealed, &of_clear, &n) == EXH_OK && n, "what is sealed opens: %s", err.text);

    // Somebody signs as a body in clear what others sealed without any ledger.
    o.seal = world_options(&w);
    o.seal.signer = NULL;
    struct grown bare, none;
    world_record(&w, &o, plain, 3, PIECE, true, &bare, &none);
    const struct exh_source unsigned_ = grown_source(&bare);
    CHECK(open_status(&unsigned_, &of_clear, &n) == EXH_MALFORMED && !n, "%s", err.text);
    grown_free(&bare);
    grown_free(&none);
    grown_free(&body);
    grown_free(&led);
    grown_free(&clear);
    grown_free(&clear_led);
    free(m.p);
}

/* --- Entries that cover everything, each of them, and a range of time that has them all. */

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

/* Make every entry cover all that the last one covers to the end. */
static void stretch(struct grown *led)
{
    const size_t open = open_entry_size((struct exh_bytes){ led->p, led->n });
    struct tick last, t;

    must(tick_read(led->p + led->n - TICK_SIZE, EXH_ES256, &last, &err), &err);
    for (size_t at = open; at < led->n; at += TICK_SIZE) {
        must(tick_read(led->p + at, EXH_ES256, &t, &err), &err);
        t.first = 0;
        t.end = last.end;
        must(tick_write(led->p + at, &t, &w.camera.signer, &err), &err);
    }
}

static void test_ranges(bool sealed)
{
    struct exh_stream_options o = { .seal = world_options(&w), .filler = EXH_FILLER_BMFF };
    struct grown body, led;

    if (!sealed)
        o.seal.recipients = NULL;
    world_record(&w, &o, plain, RECORDS, PIECE, true, &body, &led);
    stretch(&led);
    for (int quick = 0; quick < 2; quick++) {
        struct counted c = { .bytes = { body.p, body.n } };
        const struct exh_source source = { .size = body.n, .read = read_counted, .ctx = &c };
        const struct exh_source ledger = grown_source(&led);
        struct exh_open_options options = options_with(&ledger);
        struct exh_memory_sink out = { .p = malloc(ROOM), .size = ROOM };
        const struct exh_sink sink = exh_sink_memory(&out);
        struct exh_opened opened;
        options.from_us = 1;
        options.quick = quick;
        CHECK(exh_open(&source, &sink, &options, &opened, &err) == EXH_OK, "%s", err.text);
        CHECK(opened.records && !opened.matching, "%d of %d entries match", (int)opened.matching,
              (int)opened.records);
        CHECK(c.read < 4 * (uint64_t)body.n, "sealed %d: %d KiB of a body of %d were read", sealed,
              (int)(c.read / 1024), (int)(body.n / 1024));
        if (!quick)
            CHECK(opened.report->integrity == EXH_ALTERED, "%s", opened.report->verdict);
        exh_opened_free(&opened);
        free(out.p);
    }
    grown_free(&body);
    grown_free(&led);
}

int main(void)
{
    world_begin(&w);
    plain = world_bytes(RECORDS * PIECE);
    test_headers();
    test_beside();
    test_ranges(true);
    test_ranges(false);
    free(plain);
    world_end(&w);
    return check_done();
}
