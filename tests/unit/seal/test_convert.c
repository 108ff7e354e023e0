/*
 * Recordings of EncroCam, whole and damaged, as pieces of plaintext and findings. OpenPGP is on paper
 * here: a message is what it would say. test_convert_gpg.c does the same with GnuPG.
 *
 * Words of a recording, separated by spaces; each video packet that is written gets the next number, and
 * its plaintext is that number:
 *   Kg1a    key packet: signature g (below), signer 1, key a, which is used from here on
 *   k..     the same, but the writer goes on with its key
 *   Wa      the writer goes on with key a, and writes no packet
 *   V5      video packet of minute 5 from the beginning        X5    the same, with a bit flipped
 *   D2      video packet number 2 once more                    J7    7 bytes of junk
 *   H3:9    header of type 3 that claims 9 bytes               -50   the last 50 bytes taken away
 *   L5      the longest video packet that EncroCam writes
 * Signatures: g good, t good and trusted, u none, b bad, n of an unknown key, r of a revoked key; and
 * messages that give no key: f for somebody else, m malformed, l too long, s a short key, d locked.
 */
#include "check.h"

#include <inttypes.h>

#include "encrocam.h"
#include "formats/encrocrypt.h"
#include "seal/convert_source.h"

#define START   29166666 // minutes: where recordings begin
#define PACKETS 64
#define CAMERA  "1111111111111111111111111111111111111111"
#define NOW     ((int64_t)START * 60 + 100 * 86400)

static struct exh_error err;

// --- OpenPGP on paper: signature, signer, 16 bytes

static enum exh_status paper_decrypt(void *ctx, struct exh_bytes m, uint8_t *to, size_t size,
                                     size_t *n, struct exh_openpgp_signer *signer,
                                     struct exh_error *e)
{
    static const struct {
        char letter;
        enum exh_openpgp_signature signature;
    } signatures[] = {
        { 'g', EXH_OPENPGP_GOOD },     { 't', EXH_OPENPGP_GOOD }, { 's', EXH_OPENPGP_GOOD },
        { 'u', EXH_OPENPGP_UNSIGNED }, { 'b', EXH_OPENPGP_BAD },  { 'n', EXH_OPENPGP_UNKNOWN_KEY },
        { 'r', EXH_OPENPGP_REVOKED },
    };
    const char letter = m.n == 18 ? (char)m.p[0] : 'm';

    (*(size_t *)ctx)++;
    snprintf(e->text, sizeof e->text, "paper says %c", letter);
    for (size_t i = 0; i < ARRAY_N(signatures); i++) {
        if (signatures[i].letter != letter)
            continue;
        *n = letter == 's' ? 15 : 16;
        CHECK(size >= *n, "room of %zu", size);
        memcpy(to, m.p + 2, *n);
        *signer = (struct exh_openpgp_signer){ .signature = signatures[i].signature,
                                               .trusted = letter == 't' };
        memset(signer->fingerprint, letter == 'u' ? 0 : m.p[1], 40);
        return EXH_OK;
    }
    return e->status = letter == 'f'   ? EXH_NOT_FOUND
                       : letter == 'l' ? EXH_LIMIT
                       : letter == 'd' ? EXH_DENIED
                                       : EXH_MALFORMED;
}

// --- recordings in words

struct maker {
    struct buf file;
    uint8_t key[ENCROCAM_KEY];
    uint64_t packets;
    struct {
        size_t at, n;
    } made[PACKETS];
};

static void put_key(struct maker *m, const char *word)
{
    uint8_t message[18], key[ENCROCAM_KEY];

    memset(key, word[3], sizeof key);
    message[0] = (uint8_t)word[1];
    message[1] = (uint8_t)word[2];
    memcpy(message + 2, key, sizeof key);
    encrocam_put_key(&m->file, message, sizeof message);
    if (word[0] == 'K')
        memcpy(m->key, key, sizeof key);
}

static void put_video(struct maker *m, const char *word)
{
    static uint8_t large[ENCROCRYPT_PLAIN_MAX];
    const uint32_t minute = (uint32_t)(START + strtol(word + 1, NULL, 10));
    const uint8_t number = (uint8_t)m->packets;

    large[0] = number;
    m->made[m->packets].at = m->file.n;
    encrocam_put_video(&m->file, m->key, minute, m->packets, word[0] == 'L' ? large : &number,
                       word[0] == 'L' ? sizeof large : 1);
    m->made[m->packets].n = m->file.n - m->made[m->packets].at;
    m->packets++;
    if (word[0] == 'X')
        m->file.p[m->file.n - 17] ^= 1;
}

static void put_word(struct maker *m, const char *word)
{
    char *end;
    const size_t n = strtoul(word + 1, &end, 10);

    switch (word[0]) {
    case 'K':
    case 'k': put_key(m, word); break;
    case 'W': memset(m->key, word[1], sizeof m->key); break;
    case 'V':
    case 'X':
    case 'L': put_video(m, word); break;
    case 'D': {
        uint8_t copy[100];
        memcpy(copy, m->file.p + m->made[n].at, m->made[n].n);
        buf_put(&m->file, copy, m->made[n].n);
        break;
    }
    case 'J': buf_put_zeros(&m->file, n); break;
    case 'H':
        encrocam_put_header(&m->file, (unsigned)n, (uint32_t)strtoul(end + 1, NULL, 10));
        break;
    case '-': m->file.n -= n; break;
    default: abort();
    }
}

static struct buf make(const char *words)
{
    struct maker m = { .file = buf_with_limit((size_t)32 << 20) };
    char *copy = exact_copy(words, strlen(words) + 1);

    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        put_word(&m, word);
    free(copy);
    if (buf_finish(&m.file, &err) != EXH_OK)
        abort();
    return m.file;
}

// --- what comes out

struct outcome {
    enum exh_status status;
    char video[512];     // numbers of the packets
    char findings[2048]; // names, in order
    struct convert_report report;
    size_t decrypted; // messages
    size_t told;
};

static void note(void *ctx, const struct convert_finding *f)
{
    struct outcome *o = ctx;
    const size_t n = strlen(o->findings);

    o->told++;
    CHECK(f->text[0] && !strchr(f->text, '\n'), "%s: '%s'", convert_code_name(f->code), f->text);
    snprintf(o->findings + n, sizeof o->findings - n, "%s%s", n ? " " : "",
             convert_code_name(f->code));
}

static struct outcome convert(struct exh_bytes file, const char *camera,
                              const struct convert_slot *slot, int64_t now)
{
    static struct outcome o; // large
    const struct exh_openpgp paper = { .decrypt = paper_decrypt, .ctx = &o.decrypted };
    const struct convert_options options = { .crypto = exh_crypto_openssl(),
                                             .openpgp = &paper,
                                             .camera = camera,
                                             .slot = slot,
                                             .now = now,
                                             .tell = note,
                                             .ctx = &o };
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct convert *c = NULL;
    struct exh_bytes piece = { 0 };

    memset(&o, 0, sizeof o);
    o.status = convert_open(&source, &options, &c, &err);
    while (o.status == EXH_OK) {
        o.status = convert_next(c, &piece, &err);
        if (o.status != EXH_OK || !piece.n)
            break;
        const size_t n = strlen(o.video);
        snprintf(o.video + n, sizeof o.video - n, "%s%u", n ? " " : "", piece.p[0]);
    }
    if (o.status == EXH_OK) {
        CHECK(convert_next(c, &piece, &err) == EXH_OK && !piece.n, "the end stays the end");
        CHECK(convert_position(c) == file.n, "at %" PRIu64 " of %zu", convert_position(c), file.n);
    }
    if (c)
        o.report = *convert_report(c);
    convert_close(c);
    return o;
}

static const struct {
    const char *name;
    const char *file;
    const char *video;
    const char *findings;
} cases[] = {
    { "a recording", "Kg1a V0 V0 V1 V2", "0 1 2 3", "" },
    { "two recordings joined", "Kg1a V0 V1 Kg1b V2 V9", "0 1 2 3", "" },
    { "no packet goes missing between runs", "Kg1a V0 V0 V0 V0 V0 V0 V0 V0 V0 Kg1b V900",
      "0 1 2 3 4 5 6 7 8 9", "" },
    { "the longest packet, which EncroCam cannot read", "Kg1a L0 V0", "0 1", "" },
    { "only a key", "Kg1a", "", "empty" },

    { "truncated", "Kg1a V0 V1 -30", "0", "truncated" },
    { "truncated behind a packet: nothing shows", "Kg1a V0 V1", "0 1", "" },
    { "bit flipped", "Kg1a V0 X0 V1", "0 2", "bad-mac" },
    { "reordered", "Kg1a V3 V2 V1", "0 1 2", "time-backwards time-backwards" },
    { "reordered within a minute: nothing shows", "Kg1a V0 V0", "0 1", "" },
    { "key packet removed", "V0 V0 V1", "", "no-key empty" },
    { "first key packet removed", "V0 V1 Kg1a V2", "2", "no-key" },
    { "junk first, between and last", "J9 Kg1a V0 J320 V0 J1", "0 1", "junk junk junk" },
    { "duplicated", "Kg1a V0 V0 D1 D1 V1", "0 1 1 1 2", "nonce-repeated nonce-repeated" },
    { "an old packet again", "Kg1a V0 V1 V2 D0 V2", "0 1 2 0 3", "time-backwards nonce-repeated" },
    { "the key again", "Kg1a V0 Kg1a V1", "0 1", "key-repeated" },
    { "two recordings, the first again", "Kg1a V0 Kg1b V5 Kg1a V0", "0 1 2",
      "key-repeated time-backwards" },
    { "cut, and appended to", "Kg1a V0 V1 -30 Kg1b V2", "0 2", "cut" },
    { "length forged to 9 MB", "Kg1a V0 H2:9000000 V1 V1", "0 1 2", "cut" },
    { "length forged beyond the limit", "Kg1a V0 H2:99999999 J100 V1", "0 1", "too-long" },
    { "length forged to zero", "Kg1a V0 H2:0 V1", "0 1", "too-short" },
    { "unknown type", "Kg1a V0 H3:5 J5 V1", "0 1", "unknown-type" },
    { "another file's packets under this key", "Kg1a V0 Wb V0 V0 Wa V0", "0 3", "bad-mac bad-mac" },
    { "a foreign key in between", "Kg1a V0 kf1b V0", "0 1", "key-foreign" },

    { "unsigned key", "Ku1a V0", "", "key-unsigned no-key empty" },
    { "bad signature", "Kb1a V0", "", "key-bad-signature no-key empty" },
    { "unknown signer", "Kn1a V0", "", "key-unknown-signer no-key empty" },
    { "another signer", "Kg2a V0", "", "key-other-signer no-key empty" },
    { "foreign key", "Kf1a V0", "", "key-foreign no-key empty" },
    { "no message", "Km1a V0", "", "key-unreadable no-key empty" },
    { "a long message", "Kl1a V0", "", "key-unreadable no-key empty" },
    { "a key of 15 bytes", "Ks1a V0", "", "key-unreadable no-key empty" },
    { "an unsigned key in between changes nothing", "Kg1a V0 ku1b V0 X0 V0", "0 1 3",
      "key-unsigned bad-mac" },
    { "video of an unsigned key in between", "Kg1a V0 Ku1b V0 V0 Kg1c V0", "0 3",
      "key-unsigned no-key" },
    { "two unsigned keys", "Kg1a V0 Ku1b V0 Ku1c V0 V0", "0",
      "key-unsigned no-key key-unsigned no-key" },
    { "revoked", "Kr1a V0 Kr1b V0", "0 1", "signer-revoked" },

    { "a gap in a run", "Kg1a V0 V0 V0 V0 V0 V0 V0 V0 V2", "0 1 2 3 4 5 6 7 8", "time-gap" },
    { "a gap of a minute, which may be none", "Kg1a V0 V0 V0 V0 V0 V0 V0 V0 V1",
      "0 1 2 3 4 5 6 7 8", "" },
    { "a slow pace", "Kg1a V0 V5 V10 V15 V20 V25 V30 V35 V41 V46", "0 1 2 3 4 5 6 7 8 9", "" },
    { "a gap in a slow pace", "Kg1a V0 V5 V10 V15 V20 V25 V30 V35 V42", "0 1 2 3 4 5 6 7 8",
      "time-gap" },
    { "an old packet makes no gap", "Kg1a V0 V1 V2 V3 V4 V5 V6 V7 V8 D0 V9",
      "0 1 2 3 4 5 6 7 8 0 9", "time-backwards nonce-repeated" },
    { "far in the future", "Kg1a V0 V200000", "0 1", "time-future" },
};

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf file = make(cases[i].file);
        const struct outcome o = convert(buf_view(&file), CAMERA, NULL, NOW);
        CHECK(o.status == EXH_OK, "%s: %s", cases[i].name, err.text);
        CHECK(strcmp(o.video, cases[i].video) == 0, "%s: video %s", cases[i].name, o.video);
        CHECK(strcmp(o.findings, cases[i].findings) == 0, "%s: found %s", cases[i].name,
              o.findings);
        buf_free(&file);
    }
}

static void test_report(void)
{
    struct buf file = make("J5 Kg1a V3 V1 X7 V4 D1");
    const struct outcome o = convert(buf_view(&file), NULL, NULL, INT64_MAX);
    const struct convert_report *r = &o.report;

    CHECK(strcmp(o.findings, "junk signer-untrusted time-backwards bad-mac time-backwards "
                             "nonce-repeated") == 0,
          "found %s", o.findings);
    CHECK(r->keys == 1 && r->packets == 4 && r->bytes == 4,
          "%" PRIu64 " keys, %" PRIu64 " packets, %" PRIu64 " bytes", r->keys, r->packets,
          r->bytes);
    CHECK(r->lost == 5 + 55, "%" PRIu64 " bytes lost", r->lost);
    CHECK(r->first_minute == START + 1 && r->last_minute == START + 4,
          "from %" PRIu32 " to %" PRIu32, r->first_minute, r->last_minute);
    CHECK(strcmp(r->signer.fingerprint, CAMERA) == 0 && !r->signer.trusted, "signer %s",
          r->signer.fingerprint);
    CHECK(r->findings[CONVERT_TIME_BACKWARDS].n == 2 &&
              r->findings[CONVERT_TIME_BACKWARDS].at == 5 + 36 + 55 &&
              r->findings[CONVERT_JUNK].n == 1 && r->findings[CONVERT_JUNK].at == 0 &&
              r->findings[CONVERT_EMPTY].n == 0,
          "counts");
    buf_free(&file);
}

/* Whose key it is: named, first come, trusted or not. */
static void test_signers(void)
{
    static const struct {
        const char *name, *camera, *file, *video, *findings;
    } rows[] = {
        { "not named", NULL, "Kg1a V0", "0", "signer-untrusted" },
        { "not named, trusted", NULL, "Kt1a V0", "0", "" },
        { "not named, another later", NULL, "Kt1a V0 Kt2b V0", "0", "key-other-signer no-key" },
        { "not named, a refused one first", NULL, "Ku1a Kt2b V0", "0", "key-unsigned" },
        { "small letters", "aabbccddeeffaabbccddeeffaabbccddeeffaabb", "Kg1a V0", "",
          "key-other-signer no-key empty" },
    };
    static const char *const wrong[] = { "", "1111", "zz11111111111111111111111111111111111111" };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf file = make(rows[i].file);
        const struct outcome o = convert(buf_view(&file), rows[i].camera, NULL, NOW);
        CHECK(o.status == EXH_OK && strcmp(o.video, rows[i].video) == 0 &&
                  strcmp(o.findings, rows[i].findings) == 0,
              "%s: %s; %s", rows[i].name, o.video, o.findings);
        buf_free(&file);
    }
    for (size_t i = 0; i < ARRAY_N(wrong); i++)
        CHECK(convert((struct exh_bytes){ 0 }, wrong[i], NULL, NOW).status == EXH_INVALID,
              "camera '%s': %s", wrong[i], err.text);
}

static void test_slots(void)
{
    static const struct {
        const char *name;
        unsigned hours;
        bool is;
        int64_t from, until;
    } rows[] = {
        { "rec-20254.encrocam", 24, true, 1749945600, 1749945600 + 86400 + 1728 + 60 },
        { "/a/b-c/rec-486111.encrocam", 1, true, 1749999600, 1749999600 + 3600 + 72 + 60 },
        { "rec-0.encrocam", 24, true, 0, 86400 + 1728 + 60 },
        { "rec-.encrocam", 24, false, 0, 0 },
        { "rec-1.encrocam.bak", 24, false, 0, 0 },
        { "xrec-1.encrocam", 24, false, 0, 0 },
        { "rec--1.encrocam", 24, false, 0, 0 },
        { "rec-+1.encrocam", 24, false, 0, 0 },
        { "rec-1.encrocam/", 24, false, 0, 0 },
        { "", 24, false, 0, 0 },
        { "rec-1.encrocam", 0, false, 0, 0 },
        { "rec-1.encrocam", 87601, false, 0, 0 },
        { "rec-999999999999.encrocam", 1, false, 0, 0 },
        { "rec-99999999999999999999.encrocam", 1, false, 0, 0 },
    };
    const int64_t start = (int64_t)START * 60;
    struct convert_slot slot;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        slot = (struct convert_slot){ 0 };
        CHECK(convert_slot_of(rows[i].name, rows[i].hours, &slot) == rows[i].is &&
                  slot.from == rows[i].from && slot.until == rows[i].until,
              "%s: %" PRId64 " to %" PRId64, rows[i].name, slot.from, slot.until);
    }

    struct buf file = make("Kg1a V-1 V0 V9 V10 V11");
    slot = (struct convert_slot){ start, start + 600 };
    struct outcome o = convert(buf_view(&file), CAMERA, &slot, NOW);
    CHECK(strcmp(o.findings, "outside-slot outside-slot outside-slot") == 0 &&
              strcmp(o.video, "0 1 2 3 4") == 0,
          "outside: %s", o.findings);
    slot = (struct convert_slot){ start - 1, start + 601 };
    o = convert(buf_view(&file), CAMERA, &slot, NOW);
    CHECK(strcmp(o.findings, "outside-slot") == 0, "minutes that touch the slot: %s", o.findings);
    buf_free(&file);
}

/* What is no recording, and what cannot be judged. */
static void test_failures(void)
{
    static const struct {
        const char *name, *file;
        enum exh_status want;
    } rows[] = {
        { "empty", "", EXH_MALFORMED },
        { "junk", "J4000", EXH_MALFORMED },
        { "a magic alone", "H2:0 -5", EXH_MALFORMED },
        { "a name and no packet", "J9 H2:99999999 J100", EXH_MALFORMED },
        { "a packet that is cut", "H2:100 J50", EXH_OK },
        { "locked", "Kg1a V0 Kd1b V0", EXH_DENIED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf file = make(rows[i].file);
        const struct outcome o = convert(buf_view(&file), CAMERA, NULL, NOW);
        CHECK(o.status == rows[i].want, "%s: %u (%s)", rows[i].name, o.status, err.text);
        buf_free(&file);
    }
    convert_close(NULL);
}

/* Each key packet costs a call: there is an end to them, and the last key goes on. */
static void test_many_keys(void)
{
    struct buf b = make("Kg1a V0");
    struct buf more = make("kf1b");

    for (size_t i = 0; i < CONVERT_KEYS_MAX + 5; i++)
        buf_put_bytes(&b, buf_view(&more));
    struct buf last = make("Kg1a V1 V1");
    buf_put_bytes(&b, buf_view(&last));
    const struct outcome o = convert(buf_view(&b), CAMERA, NULL, NOW);
    CHECK(o.status == EXH_OK && o.decrypted == CONVERT_KEYS_MAX, "%zu were decrypted", o.decrypted);
    CHECK(o.report.findings[CONVERT_KEYS_TOO_MANY].n == 1 && o.report.packets == 3,
          "%" PRIu64 " packets", o.report.packets);
    buf_free(&b);
    buf_free(&more);
    buf_free(&last);
}

/* Every prefix of a recording: what was whole comes out, and nothing else. */
static void test_prefixes(void)
{
    struct buf file = make("Kg1a V0 V1");
    const size_t ends[] = { 36, 91, 146 };

    CHECK(file.n == 146, "%zu bytes", file.n);
    for (size_t n = 13; n <= file.n; n++) {
        uint8_t *copy = exact_copy(file.p, n);
        const struct outcome o = convert((struct exh_bytes){ copy, n }, CAMERA, NULL, NOW);
        const bool clean = n == ends[0] || n == ends[1] || n == ends[2];
        CHECK(o.report.packets == (n >= ends[2]   ? 2U
                                   : n >= ends[1] ? 1U
                                                  : 0U),
              "%zu bytes: %s", n, o.video);
        CHECK(n < 18 ? o.status == EXH_MALFORMED
                     : o.status == EXH_OK && (o.report.findings[CONVERT_TRUNCATED].n == !clean),
              "%zu bytes: %s", n, o.findings);
        free(copy);
    }
    buf_free(&file);
}

// --- as a source

static struct convert_options plain_options(size_t *decrypted, struct exh_openpgp *paper)
{
    *paper = (struct exh_openpgp){ .decrypt = paper_decrypt, .ctx = decrypted };
    return (struct convert_options){
        .crypto = exh_crypto_openssl(), .openpgp = paper, .camera = CAMERA, .now = NOW
    };
}

/* Packets of one byte each: their numbers, in whatever order they are asked for. */
static void test_source(void)
{
    static const struct {
        uint64_t at;
        size_t n;
    } reads[] = { { 0, 6 }, { 0, 2 }, { 1, 3 }, { 4, 2 }, { 5, 1 }, { 2, 4 }, { 0, 1 }, { 0, 0 } };
    struct buf file = make("J5 Kg1a V0 V0 V0 Kg1b V1 X1 V1 V1");
    const uint8_t want[] = { 0, 1, 2, 3, 5, 6 };
    const struct exh_source old = exh_source_memory(file.p, file.n);
    struct convert_source *plain = NULL;
    struct exh_openpgp paper;
    size_t decrypted = 0;
    const struct convert_options options = plain_options(&decrypted, &paper);

    CHECK(convert_source_new(&old, &options, NULL, NULL, &plain, &err) == EXH_OK, "%s", err.text);
    const struct exh_source *source = convert_source_as(plain);
    CHECK(source->size == sizeof want && convert_source_report(plain)->packets == sizeof want,
          "%" PRIu64 " bytes", source->size);
    CHECK(convert_source_report(plain)->findings[CONVERT_JUNK].n == 1, "its findings");
    CHECK(strcmp(convert_source_media_type(plain), "application/octet-stream") == 0, "its type");
    for (size_t i = 0; i < ARRAY_N(reads); i++) {
        uint8_t got[sizeof want];
        CHECK(source->read(source->ctx, reads[i].at, got, reads[i].n, &err) == EXH_OK &&
                  memcmp(got, want + reads[i].at, reads[i].n) == 0,
              "row %zu", i);
    }
    enum exh_status status = EXH_OK;
    size_t rewinds = 0;
    for (uint8_t byte; status == EXH_OK && rewinds < 1000; rewinds++)
        status = source->read(source->ctx, rewinds % 2 ? 0 : 5, &byte, 1, &err);
    CHECK(status == EXH_LIMIT && rewinds < 200, "back and forth %zu times: %u", rewinds, status);
    convert_source_free(plain);

    CHECK(convert_source_new(&old, &options, NULL, NULL, &plain, &err) == EXH_OK, "%s", err.text);
    file.p[file.n - 1] ^= 1;
    uint8_t got[sizeof want];
    CHECK(convert_source_as(plain)->read(convert_source_as(plain)->ctx, 0, got, sizeof got, &err) ==
              EXH_IO,
          "a recording that changed: %s", err.text);
    convert_source_free(plain);
    convert_source_free(NULL);
    buf_free(&file);
}

static void count_progress(void *ctx, uint64_t done, uint64_t total)
{
    CHECK(done <= total, "%" PRIu64 " of %" PRIu64, done, total);
    (*(size_t *)ctx)++;
}

static void test_source_failures(void)
{
    struct buf file = make("Kd1a V0"), none = make("J9"), empty = make("Kg1a"),
               one = make("Kg1a V0");
    struct convert_source *plain = NULL;
    struct exh_openpgp paper;
    size_t decrypted = 0, told = 0;
    const struct convert_options options = plain_options(&decrypted, &paper);
    struct exh_source old = exh_source_memory(file.p, file.n);

    CHECK(convert_source_new(&old, &options, NULL, NULL, &plain, &err) == EXH_DENIED && !plain,
          "locked");
    old = exh_source_memory(none.p, none.n);
    CHECK(convert_source_new(&old, &options, NULL, NULL, &plain, &err) == EXH_MALFORMED, "none");
    old = exh_source_memory(empty.p, empty.n);
    CHECK(convert_source_new(&old, &options, NULL, NULL, &plain, &err) == EXH_OK &&
              convert_source_as(plain)->size == 0,
          "empty");
    convert_source_free(plain);
    old = exh_source_memory(one.p, one.n);
    CHECK(convert_source_new(&old, &options, count_progress, &told, &plain, &err) == EXH_OK &&
              told == 1,
          "progress: %zu", told);
    convert_source_free(plain);
    buf_free(&file);
    buf_free(&none);
    buf_free(&empty);
    buf_free(&one);
}

static void test_words(void)
{
    for (size_t i = 0; i < CONVERT_CODES_N; i++) {
        const char *name = convert_code_name((enum convert_code)i);
        const char *words = convert_code_words((enum convert_code)i);
        CHECK(name && *name && words && words[strlen(words) - 1] == '.', "code %zu", i);
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(name, convert_code_name((enum convert_code)k)) != 0, "%s twice", name);
    }
    CHECK(convert_code_class(CONVERT_BAD_MAC) == CONVERT_ALTERED &&
              convert_code_class(CONVERT_TRUNCATED) == CONVERT_INCOMPLETE &&
              convert_code_class(CONVERT_TIME_BACKWARDS) == CONVERT_CONFLICT &&
              convert_code_class(CONVERT_SIGNER_UNTRUSTED) == CONVERT_UNTRUSTED &&
              convert_code_class(CONVERT_SIGNER_REVOKED) == CONVERT_REVOKED,
          "classes");
}

int main(void)
{
    test_cases();
    test_report();
    test_signers();
    test_slots();
    test_failures();
    test_many_keys();
    test_prefixes();
    test_source();
    test_source_failures();
    test_words();
    return check_done();
}
