/* Recipient statements: bytes, rules, and what makes one hold. */
#include "seal/statement.h"

#include "base/names.h"
#include "formats/bech32.h"
#include "ledger_world.h"

#define NOW INT64_C(1750000000)
#define DAY 86400

static struct exh_crypto crypto;
static struct exh_bytes certificates[] = { { 0 }, { 0 } }; // person:alice, camera:dome1

static char alice_key[EXH_RECIPIENT_MAX], low_key[EXH_RECIPIENT_MAX];

static struct statement sample(void)
{
    return (struct statement){ bytes_of("alice"), bytes_of(alice_key), NOW - DAY, NOW + DAY };
}

/* --- Bytes ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *payload; // hexadecimal; "R" stands for the recipient as CBOR text
    enum exh_status want;
} rows[] = {
    { "sound", "A4 01 65616C696365 02 R 03 1A684D8000 04 1A68507A00", EXH_OK },
    { "one day", "A4 01 65616C696365 02 R 03 00 04 01", EXH_OK },
    { "keys in another order", "A4 02 R 01 65616C696365 03 00 04 01", EXH_MALFORMED },
    { "unknown key", "A5 01 65616C696365 02 R 03 00 04 01 05 00", EXH_MALFORMED },
    { "key twice", "A5 01 65616C696365 01 65616C696365 02 R 03 00 04 01", EXH_MALFORMED },
    { "no user", "A3 02 R 03 00 04 01", EXH_MALFORMED },
    { "empty user", "A4 01 60 02 R 03 00 04 01", EXH_MALFORMED },
    { "user as bytes", "A4 01 45616C696365 02 R 03 00 04 01", EXH_MALFORMED },
    { "user with a line end", "A4 01 62610A 02 R 03 00 04 01", EXH_MALFORMED },
    { "no recipient", "A3 01 65616C696365 03 00 04 01", EXH_MALFORMED },
    { "empty recipient", "A4 01 65616C696365 02 60 03 00 04 01", EXH_MALFORMED },
    { "no created", "A3 01 65616C696365 02 R 04 01", EXH_MALFORMED },
    { "created below zero", "A4 01 65616C696365 02 R 03 20 04 01", EXH_MALFORMED },
    { "no expires", "A3 01 65616C696365 02 R 03 00", EXH_MALFORMED },
    { "expires beyond 9999", "A4 01 65616C696365 02 R 03 00 04 1B0000003AFFF44180", EXH_MALFORMED },
    { "expires as a float", "A4 01 65616C696365 02 R 03 00 04 FA3F800000", EXH_MALFORMED },
    { "a number longer than needed", "A4 01 65616C696365 02 R 03 1800 04 01", EXH_MALFORMED },
    { "indefinite map", "BF 01 65616C696365 02 R 03 00 04 01 FF", EXH_MALFORMED },
    { "no map", "80", EXH_MALFORMED },
    { "nothing", "", EXH_MALFORMED },
};

static struct buf payload_of(const char *text)
{
    struct buf b = buf_with_limit(1000);

    while (*text) {
        uint8_t byte;
        if (*text == ' ') {
            text++;
        } else if (*text == 'R') {
            cbor_put_text(&b, alice_key);
            text++;
        } else {
            if (!hex_read((struct exh_bytes){ (const uint8_t *)text, 2 }, &byte, 1))
                abort();
            buf_put_u8(&b, byte);
            text += 2;
        }
    }
    return b;
}

static enum exh_status read_exact(const struct buf *b, size_t n, struct exh_error *err)
{
    uint8_t *copy = exact_copy(b->p, n);
    struct statement s;
    struct cose_ours cose;
    enum exh_status status = statement_read((struct exh_bytes){ copy, n }, &s, &cose, err);

    free(copy);
    return status;
}

static void test_rows(void)
{
    const struct exh_signer signer = paper_signer(&certificates[0]);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf payload = payload_of(rows[i].payload), b = buf_with_limit(4000);
        if (cose_sign1_sign(&b, &signer, NAME_TYPE_RECIPIENT, bytes_of(NAME_AAD_RECIPIENT),
                            buf_view(&payload), &err) != EXH_OK)
            abort();
        enum exh_status got = read_exact(&b, b.n, &err);
        CHECK(got == rows[i].want, "%s: status %u (%s)", rows[i].name, got, err.text);
        buf_free(&payload);
        buf_free(&b);
    }
}

static void test_bytes(void)
{
    struct exh_signer signer = paper_signer(&certificates[0]);
    struct statement s = sample();
    struct buf b = buf_with_limit(EXH_STATEMENT_MAX), large = buf_with_limit((size_t)1 << 20);
    struct exh_error err;

    if (!CHECK(statement_write(&b, &s, &signer, &err) == EXH_OK, "%s", err.text))
        return;
    CHECK(read_exact(&b, b.n, &err) == EXH_OK, "%s", err.text);
    for (size_t n = 0; n < b.n; n++)
        CHECK(read_exact(&b, n, &err) == EXH_MALFORMED, "prefix of %zu bytes", n);
    buf_put_u8(&b, 0);
    CHECK(read_exact(&b, b.n, &err) == EXH_MALFORMED, "a byte over");
    buf_put_zeros(&large, EXH_STATEMENT_MAX + 1);
    CHECK(read_exact(&large, large.n, &err) == EXH_LIMIT, "too long");
    signer.alg = EXH_EDDSA;
    CHECK(statement_write(&b, &s, &signer, &err) == EXH_UNSUPPORTED, "Ed25519");
    s.user = bytes_of("");
    signer.alg = EXH_ES256;
    CHECK(statement_write(&b, &s, &signer, &err) == EXH_INVALID, "no user");
    buf_free(&b);
    buf_free(&large);
}

static void test_recipients(void)
{
    static const struct {
        const char *name, *text;
        bool want;
    } cases[] = {
        { "upper case", "AGE1JS6YX0VZ2FM7W8KQHM7JM7WNFZ3NGJYU9CM7S4YN6Q0EADZ9SF4SP8HHKF", false },
        { "a mistake", "age1js6yx0vz2fm7w8kqhm7jm7wnfz3ngjyu9cm7s4yn6q0eadz9sf4sp8hhka", false },
        { "empty", "", false },
        { "a tag", "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", false },
    };
    const char *why = "";

    CHECK(statement_recipient_usable(bytes_of(alice_key), &why), "usable");
    CHECK(!statement_recipient_usable(bytes_of(low_key), &why), "low order");
    CHECK(strstr(why, "low order"), "%s", why);
    for (size_t i = 0; i < ARRAY_N(cases); i++)
        CHECK(statement_recipient_usable(bytes_of(cases[i].text), &why) == cases[i].want, "%s",
              cases[i].name);
}

/* --- What holds ------------------------------------------------------------------------------------- */

static const struct holding {
    const char *name;
    const char *user, *recipient; // NULL: alice, her key
    int64_t created, expires;     // 0: a day before and after now
    int signer;                   // 0: alice, 1: camera
    struct paper_state paper;
    bool ocsp;
    const char *reason; // part of it; "": holds
} holdings[] = {
    { .name = "sound", .reason = "" },
    { .name = "another user",
      .user = "bob",
      .reason = "it is of bob, but signed with the certificate of alice" },
    { .name = "a camera's",
      .user = "dome1",
      .signer = 1,
      .reason = "its certificate names no person" },
    { .name = "made later", .created = NOW + 1, .reason = "it was made later than now" },
    { .name = "made now", .created = NOW, .reason = "" },
    { .name = "expired now", .expires = NOW, .reason = "it expired at 2025-06-15T15:06:40Z" },
    { .name = "longer than the certificate",
      .paper = { .from = NOW - 2 * DAY, .until = NOW + DAY - 1 },
      .reason = "it claims to hold until" },
    { .name = "before the certificate",
      .paper = { .from = NOW - 1, .until = NOW + 9 * DAY },
      .reason = "its certificate was not trusted when it was made" },
    { .name = "certificate ended",
      .created = NOW - 9 * DAY,
      .expires = NOW + 1,
      .paper = { .from = NOW - 10 * DAY, .until = NOW - 1 },
      .reason = "it claims to hold until" },
    { .name = "unknown authority",
      .paper = { .unknown = true },
      .reason = "its certificate was not trusted when it was made" },
    { .name = "another purpose",
      .paper = { .profile = "it is for time-stamps" },
      .reason = "its certificate does not permit this: it is for time-stamps" },
    { .name = "revoked",
      .paper = { .ocsp = EXH_OCSP_REVOKED },
      .ocsp = true,
      .reason = "its certificate was revoked" },
    { .name = "not revoked", .paper = { .ocsp = EXH_OCSP_GOOD }, .ocsp = true, .reason = "" },
    { .name = "no recipient", .recipient = "age1", .reason = "none of an X25519 identity" },
    { .name = "low order", .recipient = low_key, .reason = "low order" },
};

static struct buf made(const struct holding *h)
{
    const struct exh_signer signer = paper_signer(&certificates[h->signer]);
    struct statement s = sample();
    struct buf b = buf_with_limit(EXH_STATEMENT_MAX);
    struct exh_error err;

    s.user = h->user ? bytes_of(h->user) : s.user;
    s.recipient = h->recipient ? bytes_of(h->recipient) : s.recipient;
    s.created = h->created ? h->created : s.created;
    s.expires = h->expires ? h->expires : s.expires;
    if (statement_write(&b, &s, &signer, &err) != EXH_OK)
        abort();
    return b;
}

static void test_holding(void)
{
    static const uint8_t response[] = { 1 };
    const struct exh_bytes ocsp = { response, sizeof response };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(holdings); i++) {
        const struct holding *h = &holdings[i];
        struct buf b = made(h);
        struct exh_statement out;
        paper = h->paper;
        if (CHECK(exh_statement_check(buf_view(&b), &crypto, NULL, NOW, &ocsp, h->ocsp, &out,
                                      &err) == EXH_OK,
                  "%s: %s", h->name, err.text))
            CHECK(out.holds == !h->reason[0] && strstr(out.reason, h->reason), "%s: %d %s", h->name,
                  out.holds, out.reason);
        buf_free(&b);
    }
    paper = (struct paper_state){ 0 };
}

/* Every changed byte that still is a statement: its signature does not hold. */
static void test_flips(void)
{
    struct buf b = made(&holdings[0]);
    struct exh_error err;
    struct exh_statement out;

    for (size_t i = 0; i < b.n; i++) {
        b.p[i] ^= 1;
        enum exh_status status =
            exh_statement_check(buf_view(&b), &crypto, NULL, NOW, NULL, 0, &out, &err);
        CHECK(status != EXH_OK || !out.holds, "byte %zu", i);
        b.p[i] ^= 1;
    }
    CHECK(exh_statement_check(buf_view(&b), &crypto, NULL, NOW, NULL, 0, &out, &err) == EXH_OK &&
              out.holds && strcmp(out.user, "alice") == 0 &&
              strcmp(out.recipient, alice_key) == 0 && out.created == NOW - DAY &&
              out.expires == NOW + DAY,
          "%s", out.reason);
    buf_free(&b);
}

/* A signature made for something else never makes a statement. */
static void test_other_kinds(void)
{
    static const char *const externals[] = { "", NAME_AAD_LEDGER, NAME_AAD_GRANT,
                                             NAME_AAD_REQUEST };
    const struct exh_signer signer = paper_signer(&certificates[0]);
    struct exh_error err;
    struct exh_statement out;

    for (size_t i = 0; i < ARRAY_N(externals); i++) {
        struct buf payload = payload_of(rows[0].payload), b = buf_with_limit(4000);
        if (cose_sign1_sign(&b, &signer, NAME_TYPE_RECIPIENT, bytes_of(externals[i]),
                            buf_view(&payload), &err) != EXH_OK)
            abort();
        CHECK(exh_statement_check(buf_view(&b), &crypto, NULL, NOW, NULL, 0, &out, &err) ==
                      EXH_OK &&
                  !out.holds && strstr(out.reason, "signature does not hold"),
              "\"%s\": %s", externals[i], out.reason);
        buf_free(&payload);
        buf_free(&b);
    }
}

static void test_making(void)
{
    static const struct {
        const char *name;
        int signer;
        int64_t alg, created, expires;
        const char *recipient;
        size_t size;
        enum exh_status want;
    } cases[] = {
        { "sound", 0, EXH_ES256, NOW, NOW + DAY, NULL, EXH_STATEMENT_MAX, EXH_OK },
        { "a camera", 1, EXH_ES256, NOW, NOW + DAY, NULL, EXH_STATEMENT_MAX, EXH_INVALID },
        { "Ed25519", 0, EXH_EDDSA, NOW, NOW + DAY, NULL, EXH_STATEMENT_MAX, EXH_UNSUPPORTED },
        { "backwards", 0, EXH_ES256, NOW, NOW, NULL, EXH_STATEMENT_MAX, EXH_INVALID },
        { "before the certificate", 0, EXH_ES256, NOW - 3 * DAY, NOW, NULL, EXH_STATEMENT_MAX,
          EXH_INVALID },
        { "behind the certificate", 0, EXH_ES256, NOW, NOW + 3 * DAY, NULL, EXH_STATEMENT_MAX,
          EXH_INVALID },
        { "no recipient", 0, EXH_ES256, NOW, NOW + DAY, "age1x", EXH_STATEMENT_MAX, EXH_INVALID },
        { "no room", 0, EXH_ES256, NOW, NOW + DAY, NULL, 10, EXH_LIMIT },
    };
    static uint8_t to[EXH_STATEMENT_MAX];

    paper = (struct paper_state){ .from = NOW - 2 * DAY, .until = NOW + 2 * DAY };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_signer signer = paper_signer(&certificates[cases[i].signer]);
        struct exh_statement out;
        struct exh_error err;
        size_t n = 0;
        signer.alg = cases[i].alg;
        enum exh_status got = exh_statement_make(
            &signer, &crypto, cases[i].recipient ? cases[i].recipient : alice_key, cases[i].created,
            cases[i].expires, to, cases[i].size, &n, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        if (got == EXH_OK)
            CHECK(exh_statement_check((struct exh_bytes){ to, n }, &crypto, NULL, NOW, NULL, 0,
                                      &out, &err) == EXH_OK &&
                      out.holds,
                  "%s: %s", cases[i].name, out.reason);
    }
    paper = (struct paper_state){ 0 };
}

int main(void)
{
    static const uint8_t point[32] = { 9, 8, 7 }, zeros[32];

    crypto = paper_crypto();
    certificates[0] = bytes_of("person:alice");
    certificates[1] = bytes_of("camera:dome1");
    bech32_write(alice_key, "age", point, sizeof point);
    bech32_write(low_key, "age", zeros, sizeof zeros);
    test_rows();
    test_bytes();
    test_recipients();
    test_holding();
    test_flips();
    test_other_kinds();
    test_making();
    return check_done();
}
