/*
 * Any object with any ledger: always an answer, and one that does not contradict itself. Ticks that are
 * read give the same bytes when written again; a file that grows ends like one that was there at once.
 *
 * Input: a byte of flags, two with the size of the object, the object, X.led.
 */
#include <string.h>

#include "formats/json.h"
#include "fuzz.h"
#include "fuzz_crypto.h"
#include "seal/ledger_object.h"
#include "seal/ledger_seek.h"

#include <exhibit/ledger.h>

enum flag { BESIDE = 1, STAMPED = 2, ASKED = 4 };

static enum exh_status sign_again(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                  struct exh_error *err)
{
    (void)tbs, (void)err;
    memcpy(signature, ctx, 64);
    return EXH_OK;
}

static void try_tick(const uint8_t *entry, int64_t alg)
{
    struct exh_signer signer = { .alg = alg, .signature_size = 64, .sign = sign_again };
    uint8_t again[TICK_SIZE], copy[64];
    struct exh_error err;
    struct tick tick;

    if (tick_read(entry, alg, &tick, &err) != EXH_OK)
        return;
    memcpy(copy, entry + TICK_SIZE - 64, 64);
    signer.ctx = copy;
    REQUIRE(tick_write(again, &tick, &signer, &err) == EXH_OK);
    REQUIRE(memcmp(again, entry, TICK_SIZE) == 0);
}

static void try_json(const struct exh_ledger_report *r)
{
    struct exh_error err;
    struct json doc;
    char *json;
    size_t n;

    REQUIRE(exh_ledger_report_json(r, &json, &n, &err) == EXH_OK);
    REQUIRE(json_parse((struct exh_bytes){ (const uint8_t *)json, n }, 0, &doc, &err) == EXH_OK);
    free(json);
}

static void try_report(const struct exh_ledger_report *r)
{
    const int code = exh_ledger_exit_code(r);

    REQUIRE(code == 0 || code == 1 || (code >= 3 && code <= 6));
    REQUIRE(r->verdict && r->headline && r->advice);
    for (size_t i = 0; i < 4; i++)
        REQUIRE(r->axes[i].state && r->axes[i].sentence && r->axes[i].sentence[0]);
    REQUIRE(r->covered_n + r->unsigned_n == r->body_n || r->end == EXH_LEDGER_NONE);
    REQUIRE((r->integrity == EXH_NO_CREDENTIAL) == !r->has_open);
    if (r->integrity == EXH_INTACT)
        REQUIRE(r->end == EXH_LEDGER_CLOSED && !r->loose && !r->torn_n && !r->unsigned_n &&
                r->matching <= r->records);
    for (size_t i = 0; i < r->findings_n; i++)
        REQUIRE(r->findings[i].kind[0] && r->findings[i].sentence[0]);
    try_json(r);
}

/* In two steps, as much as is there each time, and at once. */
static void try_growth(const struct ledger_object *o, const struct exh_source *object)
{
    struct ledger_check at_once, steps;
    struct exh_source ledger = o->ledger, body = *object;
    struct ledger_files files = { &ledger, o->ticks_at, &body, o->body_at, NULL, NULL };
    struct ledger_found found;
    struct exh_error err;

    if (ledger_check_init(&at_once, fuzz_crypto(), o->open, &err) != EXH_OK)
        return;
    if (ledger_check_init(&steps, fuzz_crypto(), o->open, &err) != EXH_OK)
        abort();
    REQUIRE(ledger_check_follow(&at_once, &files, true, &err) == EXH_OK);
    ledger.size = o->ticks_at + (ledger.size - o->ticks_at) / 2;
    body.size = body.size / 2;
    REQUIRE(ledger_check_follow(&steps, &files, true, &err) == EXH_OK);
    ledger = o->ledger;
    body = *object;
    REQUIRE(ledger_check_follow(&steps, &files, true, &err) == EXH_OK);
    if (!at_once.counts.findings && !steps.counts.findings)
        REQUIRE(memcmp(&at_once.place, &steps.place, sizeof steps.place) == 0);
    (void)!ledger_seek(&at_once, &ledger, o->ticks_at, FUZZ_NOW, &found, &err);
    ledger_check_free(&at_once);
    ledger_check_free(&steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct exh_stamp stamp = { .status = EXH_STAMP_OK,
                                            .time = FUZZ_NOW - 1000,
                                            .path = { .trusted = true, .known = true } };
    struct exh_ledger_report *report = NULL;
    struct ledger_object parts = { 0 };
    struct exh_error err;

    if (n < 3)
        return 0;
    const size_t room = n - 3, size = (size_t)p[1] << 8 | p[2];
    const size_t object_n = size < room ? size : room;
    const struct exh_source object = exh_source_memory(p + 3, object_n);
    const struct exh_source ledger = exh_source_memory(p + 3 + object_n, room - object_n);
    const struct exh_bytes ocsp = { p, n < 20 ? n : 20 };
    const struct exh_check_options options = { .crypto = fuzz_crypto(),
                                               .now = FUZZ_NOW,
                                               .ledger = p[0] & BESIDE ? &ledger : NULL,
                                               .stamp = p[0] & STAMPED ? &stamp : NULL,
                                               .ocsp = &ocsp,
                                               .ocsp_n = p[0] & ASKED ? 1 : 0 };

    for (size_t at = 3; at + TICK_SIZE <= n; at++)
        if (p[at] == 0xD2) {
            try_tick(p + at, EXH_ES256);
            try_tick(p + at, EXH_EDDSA);
        }
    if (exh_check(&object, &options, &report, &err) == EXH_OK)
        try_report(report);
    exh_ledger_report_free(report);
    if (ledger_object_read(&object, options.ledger, &parts, &err) == EXH_OK && parts.open.n &&
        parts.has_ledger)
        try_growth(&parts, &object);
    ledger_object_free(&parts);
    return 0;
}
