/* Ticks and the writing side: bytes where the paper puts them, rules, chaining. */
#include "seal/ledger.h"

#include "base/names.h"
#include "ledger_world.h"
#include "seal/leaf.h"

static struct tick sample_tick(void)
{
    struct tick t = {
        .type = TICK_RECORD,
        .flags = TICK_KEY_FRAME | TICK_PADDED,
        .uncertainty_cs = 0x0102,
        .seq = 0x1112131415161718,
        .t0_us = WORLD_T0,
        .t1_us = WORLD_T0 + 999999,
        .first = 2 * LEAF_SEALED,
        .end = 5 * LEAF_SEALED,
        .plain_at = 0x2122232425262728,
        .mono_us = 0x3132333435363738,
    };

    memset(t.digest, 0xD1, sizeof t.digest);
    memset(t.prev, 0xE1, sizeof t.prev);
    return t;
}

/* The layout, byte for byte, for both algorithms. */
static void test_layout(void)
{
    struct exh_bytes certificate = bytes_of("camera:dome1");
    struct exh_signer signer = paper_signer(&certificate);
    const struct tick t = sample_tick();
    uint8_t entry[TICK_SIZE], magic[TICK_MAGIC];
    char hex[2 * TICK_SIZE + 1];
    struct exh_error err;

    if (!CHECK(tick_write(entry, &t, &signer, &err) == EXH_OK, "%s", err.text))
        return;
    hex_write(hex, entry, sizeof entry);
    CHECK(strncmp(hex,
                  "d28443a10126a05880"
                  "45585431" // EXT1
                  "01050102" // record, key frame and padded, uncertainty
                  "1112131415161718"
                  "000652e68bb34000"
                  "000652e68bc2823f"
                  "0000000000020020"
                  "0000000000050050"
                  "2122232425262728"
                  "3132333435363738",
                  146) == 0,
          "%s", hex);
    CHECK(entry[73] == 0xD1 && entry[104] == 0xD1 && entry[105] == 0xE1 && entry[136] == 0xE1,
          "digest at 64, prev at 96");
    CHECK(entry[137] == 0x58 && entry[138] == 0x40, "a signature of 64 bytes");
    tick_magic(EXH_ES256, magic);
    CHECK(memcmp(entry, magic, sizeof magic) == 0, "the magic of ES256");
    signer.alg = EXH_EDDSA;
    CHECK(tick_write(entry, &t, &signer, &err) == EXH_OK && entry[5] == 0x27, "Ed25519");
    tick_magic(EXH_EDDSA, magic);
    CHECK(memcmp(entry, magic, sizeof magic) == 0, "the magic of Ed25519");
}

/* What is read is what was written; the signature covers every byte of it. */
static void test_round_trip(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1");
    const struct exh_signer signer = paper_signer(&certificate);
    const struct tick t = sample_tick();
    struct exh_chain *chain;
    uint8_t entry[TICK_SIZE];
    struct exh_judgement j;
    struct exh_error err;
    struct tick out;

    if (crypto.chain_new(&certificate, 1, &chain, &err) != EXH_OK ||
        tick_write(entry, &t, &signer, &err) != EXH_OK)
        abort();
    CHECK(tick_read(entry, EXH_ES256, &out, &err) == EXH_OK, "%s", err.text);
    CHECK(out.type == t.type && out.flags == t.flags && out.uncertainty_cs == t.uncertainty_cs &&
              out.seq == t.seq && out.t0_us == t.t0_us && out.t1_us == t.t1_us,
          "numbers and times");
    CHECK(out.first == t.first && out.end == t.end && out.plain_at == t.plain_at &&
              out.mono_us == t.mono_us && memcmp(out.digest, t.digest, 32) == 0 &&
              memcmp(out.prev, t.prev, 32) == 0,
          "places and digests");
    CHECK(tick_verify(&crypto, chain, EXH_ES256, entry, &j, &err) == EXH_OK && j.holds, "sound");
    for (size_t i = 9; i < TICK_SIZE; i++) {
        if (i == 137 || i == 138)
            continue; // the head of the signature: not the frame of an entry any more
        entry[i] ^= 1;
        CHECK(tick_verify(&crypto, chain, EXH_ES256, entry, &j, &err) == EXH_OK && !j.holds,
              "byte %zu", i);
        entry[i] ^= 1;
    }
    crypto.chain_free(chain);
}

static void test_reading(void)
{
    static const struct {
        const char *name;
        size_t at;
        uint8_t value;
        enum exh_status want;
    } rows[] = {
        { "another tag", 0, 0xD1, EXH_MALFORMED },
        { "the other algorithm", 5, 0x27, EXH_MALFORMED },
        { "an unprotected header", 6, 0xA1, EXH_MALFORMED },
        { "another length", 8, 0x81, EXH_MALFORMED },
        { "not EXT1", 12, '2', EXH_MALFORMED },
        { "a longer signature", 138, 0x41, EXH_MALFORMED },
        { "type 0", 13, 0, EXH_UNSUPPORTED },
        { "type 5", 13, 5, EXH_UNSUPPORTED },
        { "reason 11", 14, 0xB0, EXH_UNSUPPORTED },
        { "reason 10", 14, 0xA0, EXH_OK },
        { "t0 far away", 25, 0x80, EXH_UNSUPPORTED },
        { "t1 far away", 33, 0x7F, EXH_UNSUPPORTED },
    };
    struct exh_bytes certificate = bytes_of("camera:dome1");
    const struct exh_signer signer = paper_signer(&certificate);
    const struct tick t = sample_tick();
    uint8_t entry[TICK_SIZE];
    struct exh_error err;
    struct tick out;

    if (tick_write(entry, &t, &signer, &err) != EXH_OK)
        abort();
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const uint8_t before = entry[rows[i].at];
        entry[rows[i].at] = rows[i].value;
        uint8_t *copy = exact_copy(entry, TICK_SIZE);
        enum exh_status got = tick_read(copy, EXH_ES256, &out, &err);
        CHECK(got == rows[i].want, "%s: status %u", rows[i].name, got);
        free(copy);
        entry[rows[i].at] = before;
    }
}

/* Which bytes an entry may cover. */
static void test_rules(void)
{
    enum { S = LEAF_SEALED };
    static const struct {
        const char *name;
        bool sealed;
        enum tick_type type;
        enum tick_reason reason;
        uint64_t first, end;
        bool digest, want;
    } rows[] = {
        { "record", true, TICK_RECORD, 0, S, 3 * S, true, true },
        { "record without bytes", true, TICK_RECORD, 0, S, S, false, false },
        { "record backwards", true, TICK_RECORD, 0, 2 * S, S, true, false },
        { "record from inside a chunk", true, TICK_RECORD, 0, S + 1, 2 * S, true, false },
        { "record into a chunk", true, TICK_RECORD, 0, S, 2 * S + 1, true, false },
        { "record with a reason", true, TICK_RECORD, GAP_DISK, S, 2 * S, true, false },
        { "plain record", false, TICK_RECORD, 0, 5, 70000, true, true },
        { "plain record without bytes", false, TICK_RECORD, 0, 5, 5, false, false },
        { "close", true, TICK_CLOSE, 0, S, S + 17, true, true },
        { "close with a full chunk", true, TICK_CLOSE, 0, S, 2 * S, true, true },
        { "close with an empty chunk", true, TICK_CLOSE, 0, S, S + 16, true, false },
        { "close of an empty payload", true, TICK_CLOSE, 0, 0, 16, true, true },
        { "close with less than a tag", true, TICK_CLOSE, 0, 0, 15, true, false },
        { "close without bytes", true, TICK_CLOSE, 0, S, S, false, false },
        { "plain close without bytes", false, TICK_CLOSE, 0, 99, 99, false, true },
        { "plain close without bytes, with a digest", false, TICK_CLOSE, 0, 9, 9, true, false },
        { "gap", true, TICK_GAP, GAP_CLOCK, S, S, false, true },
        { "gap without a reason", true, TICK_GAP, 0, S, S, false, false },
        { "gap with bytes", true, TICK_GAP, GAP_CLOCK, S, 2 * S, true, false },
        { "gap with a digest", true, TICK_GAP, GAP_CLOCK, S, S, true, false },
        { "beacon", true, TICK_BEACON, 0, S, S, true, true },
        { "beacon with bytes", true, TICK_BEACON, 0, 0, S, true, false },
        { "beyond any file", false, TICK_RECORD, 0, 0, UINT64_C(1) << 63, true, false },
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct tick t = { .type = rows[i].type,
                          .reason = rows[i].reason,
                          .first = rows[i].first,
                          .end = rows[i].end };
        memset(t.digest, rows[i].digest, sizeof t.digest);
        CHECK((tick_check(&t, rows[i].sealed, &err) == EXH_OK) == rows[i].want, "%s", rows[i].name);
    }
}

static struct ledger_entry entry_at(enum tick_type type, uint64_t end, uint64_t mono_us)
{
    struct ledger_entry e = { .type = type,
                              .reason = type == TICK_GAP ? GAP_SENSOR : GAP_NONE,
                              .clock = { .t0_us = WORLD_T0 + (int64_t)mono_us,
                                         .t1_us = WORLD_T0 + (int64_t)mono_us + 5,
                                         .mono_us = mono_us,
                                         .unsynchronised = true },
                              .end = end };

    memset(e.digest, 0x77, sizeof e.digest);
    return e;
}

/* Each entry has the number, the place and the hash that follow from the one before. */
static void test_chain(void)
{
    static const struct {
        enum tick_type type;
        uint64_t end, first;
    } steps[] = {
        { TICK_RECORD, 2 * LEAF_SEALED, 0 },
        { TICK_GAP, 99, 2 * LEAF_SEALED },
        { TICK_BEACON, 99, 2 * LEAF_SEALED },
        { TICK_RECORD, 3 * LEAF_SEALED, 2 * LEAF_SEALED },
        { TICK_CLOSE, 3 * LEAF_SEALED + 24, 3 * LEAF_SEALED },
    };
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1");
    const struct exh_signer signer = paper_signer(&certificate);
    const struct open_entry open = sample_entry("dome1", true);
    struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
    uint8_t entry[TICK_SIZE], head[LEDGER_HASH];
    struct exh_error err;
    struct ledger l;
    struct tick t;

    if (!CHECK(ledger_open(&l, &crypto, &signer, &open, &b, &err) == EXH_OK, "%s", err.text))
        return;
    if (ledger_hash(&crypto, buf_view(&b), head, &err) != EXH_OK)
        abort();
    CHECK(memcmp(head, l.oid, sizeof head) == 0, "the object id is the open entry's hash");
    for (size_t i = 0; i < ARRAY_N(steps); i++) {
        const struct ledger_entry e = entry_at(steps[i].type, steps[i].end, 1000 * i);
        CHECK(ledger_put(&l, &e, entry, &err) == EXH_OK, "%zu: %s", i, err.text);
        if (tick_read(entry, EXH_ES256, &t, &err) != EXH_OK)
            abort();
        CHECK(t.seq == i && t.first == steps[i].first && t.end == l.place.end, "%zu: place", i);
        CHECK(memcmp(t.prev, head, sizeof head) == 0, "%zu: bound to the one before", i);
        CHECK(t.flags == TICK_UNSYNCHRONISED, "%zu: flags %u", i, t.flags);
        if (ledger_hash(&crypto, (struct exh_bytes){ entry, sizeof entry }, head, &err) != EXH_OK)
            abort();
    }
    const struct ledger_entry late = entry_at(TICK_GAP, 0, 9000);
    CHECK(ledger_put(&l, &late, entry, &err) == EXH_INVALID, "closed is closed");
    buf_free(&b);
}

/* What does not fit leaves the ledger where it stood. */
static void test_refused(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1");
    struct exh_signer signer = paper_signer(&certificate);
    const struct open_entry open = sample_entry("dome1", true);
    struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
    struct ledger_entry e = entry_at(TICK_RECORD, LEAF_SEALED, 500);
    uint8_t entry[TICK_SIZE];
    struct exh_error err;
    struct ledger l;

    if (ledger_open(&l, &crypto, &signer, &open, &b, &err) != EXH_OK ||
        ledger_put(&l, &e, entry, &err) != EXH_OK)
        abort();
    const struct ledger_place before = l.place;
    e = entry_at(TICK_RECORD, LEAF_SEALED, 500);
    CHECK(ledger_put(&l, &e, entry, &err) == EXH_INVALID, "no bytes");
    e = entry_at(TICK_RECORD, 2 * LEAF_SEALED, 499);
    CHECK(ledger_put(&l, &e, entry, &err) == EXH_INVALID, "the clock that nobody sets");
    e = entry_at(TICK_RECORD, 2 * LEAF_SEALED, 500);
    e.clock.t0_us = -1;
    CHECK(ledger_put(&l, &e, entry, &err) == EXH_INVALID, "before 1970");
    e = entry_at(TICK_RECORD, 2 * LEAF_SEALED, 500);
    signer.signature_size = 96;
    CHECK(ledger_put(&l, &e, entry, &err) == EXH_UNSUPPORTED, "another algorithm");
    signer.signature_size = 64;
    CHECK(memcmp(&before, &l.place, sizeof before) == 0, "nothing moved");
    CHECK(ledger_put(&l, &e, entry, &err) == EXH_OK, "%s", err.text);
    buf_free(&b);
}

/* A plain recording is closed after a power cut, by the same camera; a sealed one never. */
static void test_resume(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1"), other = bytes_of("camera:dome2");
    const struct exh_signer signer = paper_signer(&certificate);
    const struct exh_signer stranger = paper_signer(&other);
    struct ledger_place place = { .seq = 7, .end = 70000, .mono_us = 900 };
    struct exh_error err;
    struct ledger l;

    for (int sealed = 0; sealed <= 1; sealed++) {
        const struct open_entry open = sample_entry("dome1", sealed);
        struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
        struct ledger_entry e = entry_at(TICK_CLOSE, 71000, 1000);
        uint8_t entry[TICK_SIZE];
        struct tick t;
        if (open_entry_write(&b, &open, &signer, &err) != EXH_OK)
            abort();
        enum exh_status status = ledger_resume(&l, &crypto, &signer, buf_view(&b), &place, &err);
        CHECK(status == (sealed ? EXH_INVALID : EXH_OK), "sealed %d: %s", sealed, err.text);
        CHECK(ledger_resume(&l, &crypto, &stranger, buf_view(&b), &place, &err) == EXH_INVALID,
              "sealed %d, a stranger", sealed);
        if (!sealed) {
            e.flags = TICK_RECOVERED;
            CHECK(ledger_put(&l, &e, entry, &err) == EXH_OK, "%s", err.text);
            CHECK(tick_read(entry, EXH_ES256, &t, &err) == EXH_OK && t.seq == 7 &&
                      t.first == 70000 && (t.flags & TICK_RECOVERED),
                  "goes on where it stood");
        }
        buf_free(&b);
    }
}

/* Leaves one at a time, two at a time, and the digest over them. */
static void test_leaves(void)
{
    const struct exh_crypto crypto = paper_crypto();
    uint8_t chunk[] = "chunk", prefixed[] = "\0chunk", digests[3][32], want[32], all[3 * 32];
    struct exh_bytes chunks[3];
    struct exh_error err;
    struct leaves l;

    for (size_t i = 0; i < 3; i++)
        chunks[i] = (struct exh_bytes){ chunk, 3 + i };
    CHECK(leaf_digests(&crypto, chunks, 3, digests, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < 3; i++) {
        if (ledger_hash(&crypto, (struct exh_bytes){ prefixed, 4 + i }, want, &err) != EXH_OK)
            abort();
        CHECK(memcmp(want, digests[i], 32) == 0, "leaf %zu has a zero in front", i);
    }
    memcpy(all, digests, sizeof all);
    if (ledger_hash(&crypto, (struct exh_bytes){ all, sizeof all }, want, &err) != EXH_OK ||
        leaves_begin(&l, &crypto, &err) != EXH_OK)
        abort();
    uint8_t digest[32];
    leaves_add(&l, digests, 1);
    leaves_add(&l, digests + 1, 2);
    leaves_end(&l, digest);
    CHECK(memcmp(want, digest, 32) == 0, "the digest over three leaves");
    leaves_free(&l);
}

int main(void)
{
    test_layout();
    test_round_trip();
    test_reading();
    test_rules();
    test_chain();
    test_refused();
    test_resume();
    test_leaves();
    return check_done();
}
