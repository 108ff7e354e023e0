/* The open entry: written and read again, and every way in which it can be wrong. */
#include "seal/open_entry.h"

#include "base/names.h"
#include "ledger_world.h"

#define HASH "5820000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
#define ID16 "50000102030405060708090A0B0C0D0E0F"

/* A sound entry, key by key: what a row of the table changes. */
static const struct field {
    unsigned key;
    const char *value; // hexadecimal CBOR
} fields[] = {
    { 1, "01" },
    { 2, ID16 },
    { 3, "65646F6D6531" },
    { 4, "190411" },
    { 5, "F6" },
    { 6, "F6" },
    { 7, "69766964656F2F6D7034" },
    { 8, "1B000652E68BB34000" },
    { 9, "00" },
    { 11, "01" },
    { 12, ID16 },
    { 13, HASH },
};

static const struct {
    const char *name;
    unsigned key;      // 0: nothing is changed
    const char *value; // NULL: the key is left out
    enum exh_status want;
    const char *text; // part of the sentence
} rows[] = {
    { "sound", 0, NULL, EXH_OK, "" },
    { "another version", 1, "02", EXH_UNSUPPORTED, "version 2, expected 1" },
    { "no version", 1, NULL, EXH_MALFORMED, "no map with a version" },
    { "version as text", 1, "6131", EXH_MALFORMED, "no map with a version" },
    { "no stream id", 2, NULL, EXH_MALFORMED, "a field is missing" },
    { "stream id of 15 bytes", 2, "4F000102030405060708090A0B0C0D0E", EXH_MALFORMED, "a field" },
    { "no camera", 3, NULL, EXH_MALFORMED, "a field is missing" },
    { "empty camera", 3, "60", EXH_MALFORMED, "camera's id is empty" },
    { "camera with a control character", 3, "6107", EXH_MALFORMED, "camera's id" },
    { "camera with a DEL", 3, "617F", EXH_MALFORMED, "camera's id" },
    { "camera in Greek", 3, "62CEB1", EXH_OK, "" },
    { "camera as bytes", 3, "45646F6D6531", EXH_MALFORMED, "a field" },
    { "a photo: last frame", 5, "190411", EXH_OK, "" },
    { "last frame before the first", 5, "190410", EXH_MALFORMED, "last frame is before" },
    { "last frame as text", 5, "6131", EXH_MALFORMED, "a field" },
    { "last frame left out", 5, NULL, EXH_MALFORMED, "a field" },
    { "previous capture left out", 6, NULL, EXH_MALFORMED, "a field" },
    { "first frame left out", 4, NULL, EXH_MALFORMED, "a field" },
    { "first frame below zero", 4, "20", EXH_MALFORMED, "a field" },
    { "a previous capture", 6, HASH, EXH_OK, "" },
    { "previous capture of 16 bytes", 6, ID16, EXH_MALFORMED, "a field" },
    { "no media type", 7, NULL, EXH_MALFORMED, "a field" },
    { "empty media type", 7, "60", EXH_MALFORMED, "media type is empty" },
    { "media type that is not ASCII", 7, "62CEB1", EXH_MALFORMED, "media type" },
    { "no time", 8, NULL, EXH_MALFORMED, "a field" },
    { "time below zero", 8, "20", EXH_MALFORMED, "a field" },
    { "end of the year 9999", 8, "1B0384440CCC735FFF", EXH_OK, "" },
    { "beyond the year 9999", 8, "1B0384440CCC736000", EXH_MALFORMED, "a field" },
    { "no segment", 9, NULL, EXH_MALFORMED, "a field" },
    { "second segment without the first's hash", 9, "01", EXH_MALFORMED, "a segment without" },
    { "first segment with a hash", 10, HASH, EXH_MALFORMED, "the first segment, with" },
    { "previous as a number", 10, "01", EXH_MALFORMED, "a field" },
    { "no policy", 11, NULL, EXH_MALFORMED, "a field" },
    { "unknown policy", 11, "09", EXH_UNSUPPORTED, "policy that is not known" },
    { "policy of 33 bits", 11, "1B0000000100000000", EXH_MALFORMED, "a field" },
    { "sync=record", 11, "03", EXH_OK, "" },
    { "plain, with a nonce", 11, "05", EXH_MALFORMED, "a field" },
    { "sealed without nonce", 12, NULL, EXH_MALFORMED, "a field" },
    { "nonce of 32 bytes", 12, HASH, EXH_MALFORMED, "a field" },
    { "sealed without commitment", 13, NULL, EXH_MALFORMED, "a field" },
    { "recipients", 15, HASH, EXH_OK, "" },
    { "recipients of 16 bytes", 15, ID16, EXH_MALFORMED, "a field" },
    { "a beacon", 16, HASH, EXH_OK, "" },
    { "beacon null", 16, "F6", EXH_MALFORMED, "a field" },
    { "unknown key", 14, "01", EXH_MALFORMED, "unknown key" },
    { "unknown key, far", 99, "01", EXH_MALFORMED, "unknown key" },
    { "number longer than needed", 9, "1800", EXH_MALFORMED, "not deterministic" },
    { "text of indefinite length", 3, "7F65646F6D6531FF", EXH_MALFORMED, "a field" },
};

static void put_hex(struct buf *b, const char *hex)
{
    uint8_t bytes[64];
    const size_t n = strlen(hex) / 2;

    if (n > sizeof bytes || !hex_read(bytes_of(hex), bytes, n))
        abort();
    buf_put(b, bytes, n);
}

/* The map of `fields` with one key changed, added or left out; keys in order. */
static void put_changed(struct buf *b, unsigned key, const char *value)
{
    bool done = !key;
    size_t count = ARRAY_N(fields), at = b->n;

    buf_put_u8(b, 0);
    for (size_t i = 0; i < ARRAY_N(fields); i++) {
        if (!done && fields[i].key > key) {
            cbor_put_uint(b, key);
            put_hex(b, value);
            count++;
            done = true;
        }
        if (!done && fields[i].key == key) {
            done = true;
            count -= !value;
            if (!value)
                continue;
            cbor_put_uint(b, key);
            put_hex(b, value);
            continue;
        }
        cbor_put_uint(b, fields[i].key);
        put_hex(b, fields[i].value);
    }
    if (!done) {
        cbor_put_uint(b, key);
        put_hex(b, value);
        count++;
    }
    b->p[at] = (uint8_t)(0xA0 + count);
}

static enum exh_status read_exact(struct exh_bytes bytes, struct open_entry *entry,
                                  struct exh_error *err)
{
    struct cose_ours cose;
    uint8_t *copy = exact_copy(bytes.p, bytes.n);
    enum exh_status status =
        open_entry_read((struct exh_bytes){ copy, bytes.n }, entry, &cose, err);

    entry->camera_id = entry->media_type = (struct exh_bytes){ 0 }; // views of the copy
    free(copy);
    return status;
}

static void test_rows(void)
{
    struct exh_bytes certificate = bytes_of("camera:dome1");
    const struct exh_signer signer = paper_signer(&certificate);
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct buf payload = buf_with_limit(2000), entry = buf_with_limit(4000);
        struct open_entry out = { 0 };
        put_changed(&payload, rows[i].key, rows[i].value);
        if (cose_sign1_sign(&entry, &signer, NAME_TYPE_OPEN, bytes_of(NAME_AAD_LEDGER),
                            buf_view(&payload), &err) != EXH_OK)
            abort();
        err.text[0] = '\0';
        enum exh_status got = read_exact(buf_view(&entry), &out, &err);
        CHECK(got == rows[i].want && strstr(err.text, rows[i].text), "%s: status %u (%s)",
              rows[i].name, got, err.text);
        buf_free(&payload);
        buf_free(&entry);
    }
}

/* Byte lists around the payload: envelope and header in forms that say the same, and do not pass. */
static void test_envelope(void)
{
    static const struct {
        const char *name;
        int64_t alg;
        const char *type;
        size_t certs;
        enum exh_status want;
    } cases[] = {
        { "ES256", EXH_ES256, NAME_TYPE_OPEN, 1, EXH_OK },
        { "Ed25519", EXH_EDDSA, NAME_TYPE_OPEN, 1, EXH_OK },
        { "two certificates", EXH_ES256, NAME_TYPE_OPEN, 2, EXH_OK },
        { "ES384", EXH_ES384, NAME_TYPE_OPEN, 1, EXH_UNSUPPORTED },
        { "PS256", EXH_PS256, NAME_TYPE_OPEN, 1, EXH_UNSUPPORTED },
        { "a statement", EXH_ES256, NAME_TYPE_RECIPIENT, 1, EXH_MALFORMED },
        { "no content type", EXH_ES256, NULL, 1, EXH_MALFORMED },
    };
    struct exh_bytes chain[] = { bytes_of("camera:dome1"), bytes_of("authority") };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_signer signer = paper_signer(chain);
        struct buf payload = buf_with_limit(2000), entry = buf_with_limit(4000);
        struct open_entry out;
        signer.alg = cases[i].alg;
        signer.chain_n = cases[i].certs;
        put_changed(&payload, 0, NULL);
        if (cose_sign1_sign(&entry, &signer, cases[i].type, bytes_of(NAME_AAD_LEDGER),
                            buf_view(&payload), &err) != EXH_OK)
            abort();
        enum exh_status got = read_exact(buf_view(&entry), &out, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        buf_free(&payload);
        buf_free(&entry);
    }
}

static struct buf sound(struct exh_bytes *certificate)
{
    struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
    const struct exh_signer signer = paper_signer(certificate);
    const struct open_entry entry = sample_entry("dome1", true);
    struct exh_error err;

    if (open_entry_write(&b, &entry, &signer, &err) != EXH_OK)
        abort();
    return b;
}

/* Every prefix, every changed byte of the frame, and a byte more. */
static void test_damage(void)
{
    struct exh_bytes certificate = bytes_of("camera:dome1");
    struct buf b = sound(&certificate);
    struct open_entry out;
    struct exh_error err;

    for (size_t n = 0; n < b.n; n++) {
        CHECK(read_exact((struct exh_bytes){ b.p, n }, &out, &err) == EXH_MALFORMED,
              "prefix of %zu bytes", n);
        CHECK(open_entry_size((struct exh_bytes){ b.p, n }) == 0, "size of %zu bytes", n);
    }
    b.p[0] = 0xD1; // tag 17: a MAC
    CHECK(read_exact(buf_view(&b), &out, &err) == EXH_MALFORMED, "tag 17");
    b.p[0] = 0xD2;
    CHECK(read_exact((struct exh_bytes){ b.p + 1, b.n - 1 }, &out, &err) == EXH_MALFORMED,
          "without its tag");
    const size_t n = b.n;
    buf_put_u8(&b, 0xD2);
    CHECK(read_exact(buf_view(&b), &out, &err) == EXH_MALFORMED, "a byte over");
    CHECK(open_entry_size(buf_view(&b)) == n, "what follows is left alone");
    buf_free(&b);
}

/* Written, read and verified: the same entry; another camera's certificate does not hold it. */
static void test_round_trip(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1"), other = bytes_of("camera:dome2");
    struct buf b = sound(&certificate);
    struct open_entry out;
    struct cose_ours cose;
    struct exh_chain *mine, *foreign;
    struct exh_judgement j;
    struct exh_error err;

    if (!CHECK(open_entry_read(buf_view(&b), &out, &cose, &err) == EXH_OK, "%s", err.text))
        return;
    CHECK(bytes_are(out.camera_id, "dome1") && bytes_are(out.media_type, "video/mp4"), "texts");
    CHECK(out.captured && out.frame_first == 1041 && !out.has_frame_last && !out.has_prev_capture,
          "frames");
    CHECK(out.t0_us == WORLD_T0 && out.segment == 0 && !out.has_previous, "time and place");
    CHECK(out.nonce[15] == 0xA1 && out.commit[31] == 0xC2 && open_entry_sealed(&out), "keys");
    CHECK(cose.alg == EXH_ES256 && cose.chain_n == 1 && bytes_are(cose.chain[0], "camera:dome1"),
          "certificate");
    if (crypto.chain_new(&certificate, 1, &mine, &err) != EXH_OK ||
        crypto.chain_new(&other, 1, &foreign, &err) != EXH_OK)
        abort();
    CHECK(open_entry_verify(&crypto, &cose, mine, &j, &err) == EXH_OK && j.holds, "%s", j.reason);
    CHECK(open_entry_verify(&crypto, &cose, foreign, &j, &err) == EXH_OK && !j.holds, "foreign");
    b.p[b.n - 70] ^= 1; // in the payload
    CHECK(open_entry_verify(&crypto, &cose, mine, &j, &err) == EXH_OK && !j.holds, "altered");
    crypto.chain_free(mine);
    crypto.chain_free(foreign);
    buf_free(&b);
}

static void change_id(struct open_entry *e)
{
    static const char many[OPEN_TEXT_MAX + 1] = { 'x' };

    e->camera_id = (struct exh_bytes){ (const uint8_t *)many, sizeof many };
}

static void change_media(struct open_entry *e)
{
    e->media_type = bytes_of("");
}

static void change_frames(struct open_entry *e)
{
    e->has_frame_last = true;
    e->frame_last = 3;
}

static void change_time(struct open_entry *e)
{
    e->t0_us = -1;
}

static void change_policy(struct open_entry *e)
{
    e->policy |= 8;
}

static void change_segment(struct open_entry *e)
{
    e->segment = 1;
}

/* What cannot be said is not written, and nothing is left in the buffer. */
static void test_refused(void)
{
    static const struct {
        const char *name;
        void (*change)(struct open_entry *e);
        int64_t alg;
        enum exh_status want;
    } cases[] = {
        { "long id", change_id, EXH_ES256, EXH_INVALID },
        { "no media type", change_media, EXH_ES256, EXH_INVALID },
        { "frames backwards", change_frames, EXH_ES256, EXH_INVALID },
        { "before 1970", change_time, EXH_ES256, EXH_INVALID },
        { "unknown policy", change_policy, EXH_ES256, EXH_INVALID },
        { "segment without the one before", change_segment, EXH_ES256, EXH_INVALID },
        { "ES512", NULL, EXH_ES512, EXH_UNSUPPORTED },
    };
    struct exh_bytes certificate = bytes_of("camera:dome1");
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf b = buf_with_limit(OPEN_ENTRY_MAX);
        struct exh_signer signer = paper_signer(&certificate);
        struct open_entry entry = sample_entry("dome1", true);
        if (cases[i].change)
            cases[i].change(&entry);
        signer.alg = cases[i].alg;
        CHECK(open_entry_write(&b, &entry, &signer, &err) == cases[i].want && b.n == 0,
              "%s: %s, %zu bytes", cases[i].name, err.text, b.n);
        buf_free(&b);
    }
}

/* Certificates that do not fit into a header of age. */
static void test_limit(void)
{
    static uint8_t large[OPEN_ENTRY_MAX];
    struct exh_bytes certificate = { large, sizeof large };
    const struct exh_signer signer = paper_signer(&certificate);
    const struct open_entry entry = sample_entry("dome1", false);
    struct buf b = buf_with_limit(2 * OPEN_ENTRY_MAX);
    struct open_entry out;
    struct exh_error err;

    CHECK(open_entry_write(&b, &entry, &signer, &err) == EXH_LIMIT && b.n == 0, "%s", err.text);
    buf_put_zeros(&b, OPEN_ENTRY_MAX + 1);
    CHECK(read_exact(buf_view(&b), &out, &err) == EXH_LIMIT, "%s", err.text);
    buf_free(&b);
}

int main(void)
{
    test_rows();
    test_envelope();
    test_damage();
    test_round_trip();
    test_refused();
    test_limit();
    return check_done();
}
