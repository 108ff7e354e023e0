/*
 * Recordings of EncroCam with key packets by gpg, and each way in which such files are known to be
 * damaged or forged: what comes out, and what is told. Keys and recordings are made for this run.
 */
#include "check.h"

#include <inttypes.h>

#include "encrocam.h"
#include "formats/encrocrypt.h"
#include "gpg_world.h"
#include "pgp/pgp.h"
#include "seal/convert.h"

#define START     29166666 // minutes
#define PIECE     2048
#define PIECES    31
#define FILM      62835 // bytes; the last piece is shorter
#define FILE_MAX  ((size_t)1 << 20)
#define KEY_BYTES 1024 // of a key packet's message, at most

static struct exh_error err;
static struct gpg_world w;
static struct exh_openpgp pgp;
static uint8_t film[FILM];

struct recording { // packets of one run of the recorder
    uint8_t message[KEY_BYTES];
    size_t message_n;
    uint8_t key[ENCROCAM_KEY];
    uint64_t nonce; // of the first packet
};
static struct recording first, second, foreign, is_unsigned, by_other;

static struct recording record(const char *home, const char *arguments, uint8_t number)
{
    struct recording r = { .nonce = (uint64_t)number << 32 };

    memset(r.key, number, sizeof r.key);
    r.message_n =
        gpg_message(&w, home, arguments, r.key, sizeof r.key, r.message, sizeof r.message);
    if (!r.message_n)
        abort();
    return r;
}

static void put_key(struct buf *b, const struct recording *r)
{
    encrocam_put_key(b, r->message, r->message_n);
}

/* Piece i, stamped as if pieces came every 20 seconds; minutes are added. */
static void put_piece(struct buf *b, const struct recording *r, size_t i, uint32_t minutes)
{
    const size_t at = i * PIECE;
    const size_t n = FILM - at < PIECE ? FILM - at : PIECE;

    encrocam_put_video(b, r->key, START + minutes + (uint32_t)(i / 3), r->nonce + i, film + at, n);
}

static void put_pieces(struct buf *b, const struct recording *r, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++)
        put_piece(b, r, i, 0);
}

// --- one function a row: how its file is made

static void good(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, PIECES);
}

static void two_keys(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 15);
    put_key(b, &second);
    put_pieces(b, &second, 15, PIECES);
}

static void truncated(struct buf *b)
{
    good(b);
    b->n -= 700;
}

static void bit_flipped(struct buf *b)
{
    good(b);
    b->p[b->n - 10000] ^= 0x10;
}

static void reordered(struct buf *b)
{
    put_key(b, &first);
    for (size_t i = PIECES; i-- > 0;)
        put_piece(b, &first, i, 0);
}

static void dropped_two(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 2);
    put_pieces(b, &first, 4, PIECES);
}

static void dropped_many(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 12);
    put_pieces(b, &first, 20, PIECES);
}

static void forged_times(struct buf *b, uint32_t minutes)
{
    put_key(b, &first);
    for (size_t i = 0; i < PIECES; i++)
        put_piece(b, &first, i, minutes);
}

static void forged_past(struct buf *b)
{
    forged_times(b, (uint32_t)-9000000);
}

static void forged_future(struct buf *b)
{
    forged_times(b, 9000000);
}

static void no_key(struct buf *b)
{
    put_pieces(b, &first, 0, PIECES);
}

static void garbage(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 9);
    buf_put_bytes(b, (struct exh_bytes){ film, 320 });
    put_pieces(b, &first, 9, PIECES);
}

static void duplicated(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, PIECES);
    put_piece(b, &first, PIECES - 1, 0);
}

static void joined_twice(struct buf *b)
{
    good(b);
    put_key(b, &first);
}

static void inserted(struct buf *b) // another recording in the middle, and the key again
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 15);
    put_key(b, &second);
    put_piece(b, &second, 0, 0);
    put_key(b, &first);
    put_pieces(b, &first, 15, PIECES);
}

static void length_forged(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 9);
    encrocam_put_header(b, 2, 9000000);
    put_pieces(b, &first, 9, PIECES);
}

static void key_damaged(struct buf *b)
{
    good(b);
    b->p[ENCROCRYPT_HEADER + first.message_n - 30] ^= 1;
}

static void key_of(struct buf *b, const struct recording *r)
{
    put_key(b, r);
    put_pieces(b, r, 0, PIECES);
}

static void key_foreign(struct buf *b)
{
    key_of(b, &foreign);
}

static void key_unsigned(struct buf *b)
{
    key_of(b, &is_unsigned);
}

static void key_by_other(struct buf *b)
{
    key_of(b, &by_other);
}

static void forged_behind(struct buf *b) // an outsider appends a run under an unsigned key
{
    good(b);
    key_of(b, &is_unsigned);
}

static void tail_cut(struct buf *b) // at a packet's border
{
    put_key(b, &first);
    put_pieces(b, &first, 0, PIECES - 2);
}

static void head_cut(struct buf *b)
{
    put_key(b, &first);
    put_pieces(b, &first, 5, PIECES);
}

static void swapped(struct buf *b) // within a minute
{
    put_key(b, &first);
    put_pieces(b, &first, 0, 6);
    put_piece(b, &first, 7, 0);
    put_piece(b, &first, 6, 0);
    put_pieces(b, &first, 8, PIECES);
}

static const struct row {
    const char *name;
    void (*make)(struct buf *b);
    size_t bytes;         // that come out
    bool whole;           // and they are the film
    const char *findings; // names, in any order
    const char *unknown;  // the same for a film of an unknown format; NULL: no other
} cases[] = {
    { "good", good, FILM, true, "", NULL },
    { "two keys", two_keys, FILM, true, "film-open film-breaks", "" },
    { "truncated", truncated, 30 * PIECE, false, "truncated", NULL },
    { "bit flipped", bit_flipped, FILM - PIECE, false, "bad-mac", NULL },
    { "reordered", reordered, FILM, false, "time-backwards film-breaks film-open",
      "time-backwards" },
    { "two neighbours swapped", swapped, FILM, false, "film-breaks", "" },
    { "two pieces dropped", dropped_two, FILM - 2 * PIECE, false, "film-breaks", "" },
    { "eight pieces dropped", dropped_many, FILM - 8 * PIECE, false, "time-gap film-breaks",
      "time-gap" },
    { "head cut", head_cut, FILM - 5 * PIECE, false, "film-breaks", "" },
    { "tail cut", tail_cut, 29 * PIECE, false, "film-open", "" },
    { "times forged to the past: nothing shows", forged_past, FILM, true, "", NULL },
    { "times forged to the future", forged_future, FILM, true, "time-future", NULL },
    { "no key", no_key, 0, false, "no-key empty", NULL },
    { "garbage", garbage, FILM, true, "junk", NULL },
    { "duplicated", duplicated, FILM + FILM % PIECE, false, "nonce-repeated", NULL },
    { "key packet twice", joined_twice, FILM, true, "key-repeated", NULL },
    { "another recording inserted", inserted, FILM + PIECE, false,
      "key-repeated time-backwards film-open film-breaks", "key-repeated time-backwards" },
    { "length forged", length_forged, FILM, true, "cut", NULL },
    { "key packet damaged", key_damaged, 0, false, "key-unreadable no-key empty", NULL },
    { "key packet for somebody else", key_foreign, 0, false, "key-foreign no-key empty", NULL },
    { "key packet unsigned", key_unsigned, 0, false, "key-unsigned no-key empty", NULL },
    { "key packet by another key", key_by_other, 0, false, "key-other-signer no-key empty", NULL },
    { "unsigned run behind", forged_behind, FILM, true, "key-unsigned no-key", NULL },
};

static struct buf output;

static enum exh_status convert(struct exh_bytes file, const char *camera,
                               const struct convert_slot *slot, struct convert_report *report)
{
    const struct convert_options options = { .crypto = exh_crypto_openssl(),
                                             .openpgp = &pgp,
                                             .camera = camera,
                                             .slot = slot,
                                             .now = (int64_t)START * 60 + 86400 };
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct convert *c = NULL;
    struct exh_bytes piece = { 0 };
    enum exh_status status = convert_open(&source, &options, &c, &err);

    buf_clear(&output);
    while (status == EXH_OK && (status = convert_next(c, &piece, &err)) == EXH_OK && piece.n)
        buf_put_bytes(&output, piece);
    if (c)
        *report = *convert_report(c);
    convert_close(c);
    return status;
}

static const char *names_of(const struct convert_report *report, char *to, size_t size)
{
    size_t n = 0;

    to[0] = 0;
    for (size_t i = 0; i < CONVERT_CODES_N && n < size; i++)
        if (report->findings[i].n)
            n += (size_t)snprintf(to + n, size - n, "%s%s", n ? " " : "",
                                  convert_code_name((enum convert_code)i));
    return to;
}

/* The same words, in any order. */
static bool same_words(const char *a, const char *b)
{
    char copy[256];

    if (strlen(a) != strlen(b))
        return false;
    snprintf(copy, sizeof copy, "%s", a);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        if (!strstr(b, word))
            return false;
    return true;
}

static void test_cases(bool unknown)
{
    struct convert_report report;
    char names[256];

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf file = buf_with_limit(FILE_MAX);
        cases[i].make(&file);
        CHECK(convert(buf_view(&file), w.camera_key, NULL, &report) == EXH_OK, "%s: %s",
              cases[i].name, err.text);
        CHECK(output.n == cases[i].bytes, "%s: %zu bytes", cases[i].name, output.n);
        CHECK((output.n == FILM && memcmp(output.p, film, FILM) == 0) == cases[i].whole,
              "%s: the film", cases[i].name);
        const char *want = unknown && cases[i].unknown ? cases[i].unknown : cases[i].findings;
        CHECK(same_words(names_of(&report, names, sizeof names), want), "%s%s: found %s",
              cases[i].name, unknown ? ", unknown format" : "", names);
        buf_free(&file);
    }
}

/* Forged times show when the name of the file says what they should be. */
static void test_slot(void)
{
    struct buf file = buf_with_limit(FILE_MAX);
    struct convert_report report;
    struct convert_slot slot;
    char names[256], name[64];

    snprintf(name, sizeof name, "rec-%d.encrocam", START / 60 / 24);
    CHECK(convert_slot_of(name, 24, &slot), "%s", name);
    good(&file);
    CHECK(convert(buf_view(&file), w.camera_key, &slot, &report) == EXH_OK &&
              !*names_of(&report, names, sizeof names),
          "in its slot: %s", names);
    buf_clear(&file);
    forged_past(&file);
    CHECK(convert(buf_view(&file), w.camera_key, &slot, &report) == EXH_OK &&
              strcmp(names_of(&report, names, sizeof names), "outside-slot") == 0 &&
              report.findings[CONVERT_OUTSIDE_SLOT].n == PIECES,
          "outside its slot: %s", names);
    buf_free(&file);
}

static void test_signer(void)
{
    struct buf file = buf_with_limit(FILE_MAX);
    struct convert_report report;

    good(&file);
    CHECK(convert(buf_view(&file), NULL, NULL, &report) == EXH_OK &&
              strcmp(report.signer.fingerprint, w.camera_key) == 0 &&
              report.findings[CONVERT_SIGNER_UNTRUSTED].n == 1,
          "nobody says whose key it is: %s", report.signer.fingerprint);
    CHECK(gpg_run(&w, w.owner, "--quick-lsign-key %s", w.camera_key), "the owner vouches for it");
    CHECK(convert(buf_view(&file), NULL, NULL, &report) == EXH_OK && report.signer.trusted &&
              report.findings[CONVERT_SIGNER_UNTRUSTED].n == 0,
          "the owner says");
    buf_free(&file);
}

static void fill(uint8_t *to, size_t n)
{
    static uint32_t x = 1;

    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
}

/* MPEG-TS with a playlist behind every 40 packets, and one that says that it ends. */
static void make_film(void)
{
    static const char list[] = "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:5.000000,\npipe:10.ts\n";
    static const char first_line[] = "#EXTM3U\n#", last_line[] = "\n#EXT-X-ENDLIST\n";
    size_t at = 0;

    for (unsigned packets = 0; FILM - at > 300; packets++) {
        const uint8_t header[] = { 0x47, 0x41, 0x00, (uint8_t)(0x10 | (packets & 0x0f)) };
        if (packets && packets % 40 == 0) {
            memcpy(film + at, list, sizeof list - 1);
            at += sizeof list - 1;
        }
        memcpy(film + at, header, sizeof header);
        fill(film + at + sizeof header, 188 - sizeof header);
        at += 188;
    }
    memset(film + at, 'x', FILM - at);
    memcpy(film + at, first_line, sizeof first_line - 1);
    memcpy(film + FILM - (sizeof last_line - 1), last_line, sizeof last_line - 1);
}

int main(void)
{
    static const struct pgp_options silent = { .never_ask = true };

    make_film();
    gpg_world_make(&w);
    first = record(w.camera, "--sign", 1);
    second = record(w.camera, "--sign", 2);
    is_unsigned = record(w.camera, "", 3);
    by_other = record(w.owner, "--sign", 4);
    foreign = record(w.stranger, "--sign", 5);
    CHECK(gpg_run(&w, w.stranger, "--output %s/foreign --sign --encrypt --recipient %s %s/plain",
                  w.folder, w.stranger_key, w.folder),
          "a key for the stranger");
    foreign.message_n = gpg_read(&w, "foreign", foreign.message, sizeof foreign.message);
    if (CHECK(exhibit_pgp.open(&silent, &pgp, &err) == EXH_OK, "open: %s", err.text)) {
        output = buf_with_limit(FILE_MAX);
        test_cases(false);
        test_slot();
        test_signer();
        fill(film, sizeof film);
        film[0] = 0; // neither a packet nor a playlist
        test_cases(true);
        buf_free(&output);
    }
    exhibit_pgp.close(&pgp);
    gpg_world_remove(&w);
    return check_done();
}
