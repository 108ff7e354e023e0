/*
 * Whatever fails below - memory, cryptography, reading - makes a check fail, and never makes it say less than
 * it found, or more. Each call fails once, in turn, until none is left.
 */
#include "formats/bech32.h"
#include "ledger_attacks.h"
#include "ledger_world.h"
#include "seal/ledger_seek.h"

static long left; // calls until one fails; negative: none does

static bool fails(void)
{
    return left >= 0 && left-- == 0;
}

static struct exh_hasher *failing_hash_new(enum exh_hash alg)
{
    return fails() ? NULL : fake_hash_new(alg);
}

static enum exh_status failing_chain_new(const struct exh_bytes *certs, size_t n,
                                         struct exh_chain **out, struct exh_error *err)
{
    return fails() ? fail_no_memory(err) : fake_chain_new(certs, n, out, err);
}

static enum exh_status failing_verify(const struct exh_chain *chain, int64_t alg,
                                      struct exh_bytes tbs, struct exh_bytes signature,
                                      struct exh_judgement *out, struct exh_error *err)
{
    return fails() ? fail(err, EXH_CRYPTO, "no cryptography today")
                   : paper_verify(chain, alg, tbs, signature, out, err);
}

static enum exh_status failing_sign(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                    struct exh_error *err)
{
    return fails() ? fail(err, EXH_CRYPTO, "no key today") : paper_sign(ctx, tbs, signature, err);
}

static enum exh_status failing_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    if (fails())
        return fail(err, EXH_IO, "no disk today");
    memcpy(to, ((const struct buf *)ctx)->p + at, n);
    return EXH_OK;
}

static struct exh_source source_of(struct buf *b)
{
    return (struct exh_source){ .size = b->n, .read = failing_read, .ctx = b };
}

static struct exh_crypto failing_crypto(void)
{
    struct exh_crypto crypto = paper_crypto();

    crypto.hash_new = failing_hash_new;
    crypto.chain_new = failing_chain_new;
    crypto.chain_verify = failing_verify;
    return crypto;
}

static bool is_failure(enum exh_status status)
{
    return status == EXH_NO_MEMORY || status == EXH_CRYPTO || status == EXH_IO;
}

/* Check an attacked recording, with the n-th call failing; false when nothing failed. */
static bool check_failing(const struct cast *cast, struct buf *object, struct buf *led, long n,
                          const char *name, const char *want)
{
    const struct exh_source source = source_of(object), ledger = source_of(led);
    const struct exh_check_options options = { .crypto = cast->crypto,
                                               .now = TEST_NOW,
                                               .ledger = &ledger };
    struct exh_ledger_report *report = NULL;
    struct exh_error err;

    left = n;
    enum exh_status status = exh_check(&source, &options, &report, &err);
    const bool failed = left < 0;
    left = -1;
    if (failed)
        CHECK(is_failure(status) && !report, "%s, call %ld: status %u", name, n, status);
    else if (CHECK(status == EXH_OK, "%s: status %u", name, status))
        CHECK(strcmp(report->verdict, want) == 0, "%s: %s", name, report->verdict);
    exh_ledger_report_free(report);
    return failed;
}

static void test_check(const struct cast *cast)
{
    static const struct {
        const char *name;
        void (*make)(struct recording *r);
        const char *want;
    } rows[] = {
        { "intact", nothing, "closed" },
        { "record dropped", drop_record, "chain break at 7" },
        { "other camera", other_camera, "bad signature at 7" },
        { "junk", junk_in_ledger, "damaged ledger at 7" },
        { "body altered", flip_body, "body altered in record 11" },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct recording r;
        long n = 0;
        actors = cast;
        left = -1;
        recording_make(&r, cast, i % 2, 1);
        rows[i].make(&r);
        struct buf object = object_of(&r, NULL), led = led_of(&r);
        while (check_failing(cast, &object, &led, n, rows[i].name, rows[i].want))
            n++;
        CHECK(n > 100, "%s: %ld calls failed", rows[i].name, n);
        buf_free(&object);
        buf_free(&led);
        recording_free(&r);
    }
}

/* A failure to make an entry leaves the ledger where it stood. */
static void test_writing(const struct cast *cast)
{
    const struct open_entry entry = entry_of(false, 1);
    struct ledger_entry record = { .type = TICK_RECORD, .clock = clock_at(0), .end = 10 };
    struct exh_error err;

    for (long n = 0; n < 10; n++) {
        struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
        uint8_t tick[TICK_SIZE];
        struct ledger l = { 0 };
        left = n;
        enum exh_status status = ledger_open(&l, cast->crypto, &cast->camera, &entry, &b, &err);
        const struct ledger_place before = l.place;
        if (status == EXH_OK)
            status = ledger_put(&l, &record, tick, &err);
        const bool failed = left < 0;
        left = -1;
        CHECK(failed ? is_failure(status) : status == EXH_OK, "call %ld: status %u", n, status);
        if (failed)
            CHECK(memcmp(&before, &l.place, sizeof before) == 0, "call %ld: it moved", n);
        buf_free(&b);
    }
}

static void test_seeking(const struct cast *cast)
{
    struct ledger_found found;
    struct ledger_check c;
    struct recording r;
    struct exh_error err;
    long n = 0;
    bool failed = true;

    left = -1;
    recording_make(&r, cast, false, 1);
    if (ledger_check_init(&c, cast->crypto, buf_view(&r.open), &err) != EXH_OK)
        abort();
    const struct exh_source ledger = source_of(&r.led);
    for (; failed; n++) {
        left = n;
        enum exh_status status = ledger_seek(&c, &ledger, 0, TEST_T0_US, &found, &err);
        failed = left < 0;
        left = -1;
        CHECK(failed ? is_failure(status) : status == EXH_OK, "call %ld: status %u", n, status);
    }
    CHECK(n > 4, "%ld calls failed", n);
    ledger_check_free(&c);
    recording_free(&r);
}

static void test_statements(const struct cast *cast)
{
    static const uint8_t point[32] = { 9 };
    static uint8_t bytes[EXH_STATEMENT_MAX];
    char recipient[EXH_RECIPIENT_MAX];
    struct exh_statement out;
    struct exh_error err;
    size_t size = 0;

    bech32_write(recipient, "age", point, sizeof point);
    for (long n = 0; n < 8; n++) {
        left = n;
        enum exh_status status = exh_statement_make(&cast->person, cast->crypto, recipient, 1, 2,
                                                    bytes, sizeof bytes, &size, &err);
        bool failed = left < 0;
        CHECK(failed ? is_failure(status) : status == EXH_OK, "making, call %ld: %u", n, status);
        left = -1;
        if (exh_statement_make(&cast->person, cast->crypto, recipient, 1, 3, bytes, sizeof bytes,
                               &size, &err) != EXH_OK)
            abort();
        left = n;
        status = exh_statement_check((struct exh_bytes){ bytes, size }, cast->crypto, NULL, 2, NULL,
                                     0, &out, &err);
        failed = left < 0;
        left = -1;
        CHECK(failed ? is_failure(status) : status == EXH_OK && out.holds, "checking, call %ld: %u",
              n, status);
    }
}

int main(void)
{
    const struct exh_crypto crypto = failing_crypto();
    struct exh_bytes certificates[] = { bytes_of("camera:dome1"), bytes_of("camera:dome2"),
                                        bytes_of("person:alice") };
    struct cast cast = { .crypto = &crypto,
                         .camera = paper_signer(&certificates[0]),
                         .other = paper_signer(&certificates[1]),
                         .person = paper_signer(&certificates[2]) };

    cast.camera.sign = failing_sign;
    cast.person.sign = failing_sign;
    left = -1;
    test_check(&cast);
    test_writing(&cast);
    test_seeking(&cast);
    test_statements(&cast);
    return check_done();
}
