/* Receipts: read, written, checked offline; and the entries that they are about. */
#include "check.h"

#include "base/names.h"
#include "base/text.h"
#include "log/receipt.h"
#include "log_fixture.h"

#include <inttypes.h>

#define LOG   "server.example/log"
#define HASH  "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
#define HASH8 HASH HASH HASH HASH HASH HASH HASH HASH
#define FIRST "c2sp.org/tlog-proof@v1\n"
#define NOTE  "a\n\n— b AAAAAAA=\n"
#define GOOD  FIRST "extra AAECAwQF\nindex 73894\n" HASH HASH "\n" NOTE

static const struct exh_crypto *crypto;

static const struct {
    const char *name;
    const char *text;
    enum exh_status want;
    uint64_t index;
    size_t hashes;
    const char *extra; // six bytes, or none
} texts[] = {
    { "everything", GOOD, EXH_OK, 73894, 2, "\0\1\2\3\4\5" },
    { "no extra data", FIRST "index 0\n" HASH "\n" NOTE, EXH_OK, 0, 1, NULL },
    { "no hashes", FIRST "index 0\n\n" NOTE, EXH_OK, 0, 0, NULL },
    { "the last index", FIRST "index 9223372036854775807\n\n" NOTE, EXH_OK, TLOG_SIZE_MAX, 0,
      NULL },
    { "the most hashes",
      FIRST "index 1\n" HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 "\n" NOTE, EXH_OK, 1, 64,
      NULL },
    { "one more", FIRST "index 1\n" HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 HASH8 HASH "\n" NOTE,
      EXH_LIMIT, 0, 0, NULL },
    { "nothing", "", EXH_MALFORMED, 0, 0, NULL },
    { "another first line", "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "no first line", "index 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "a carriage return", "c2sp.org/tlog-proof@v1\r\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0,
      NULL },
    { "no index", FIRST HASH "\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "index in front of extra", FIRST "index 0\nextra AAAA\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "extra twice", FIRST "extra AAAA\nextra AAAA\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "index without number", FIRST "index \n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "index with a zero in front", FIRST "index 01\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "index over the last", FIRST "index 9223372036854775808\n\n" NOTE, EXH_MALFORMED, 0, 0,
      NULL },
    { "negative index", FIRST "index -1\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "empty extra data", FIRST "extra \nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "extra data not base64", FIRST "extra AA_A\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "extra data without padding", FIRST "extra AAA\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0,
      NULL },
    { "extra data not canonical", FIRST "extra AAB=\nindex 0\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "hash not base64", FIRST "index 0\n!" HASH "\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "hash too short", FIRST "index 0\nAAAA\n\n" NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "hash not canonical", FIRST "index 0\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlR=\n\n" NOTE,
      EXH_MALFORMED, 0, 0, NULL },
    { "no empty line", FIRST "index 0\n" HASH NOTE, EXH_MALFORMED, 0, 0, NULL },
    { "no checkpoint", FIRST "index 0\n" HASH "\n", EXH_MALFORMED, 0, 0, NULL },
};

static enum exh_status read_text(const char *text, size_t n, struct receipt *r,
                                 struct exh_error *err)
{
    char *copy = exact_copy(text, n);
    enum exh_status status = receipt_read((struct exh_bytes){ (uint8_t *)copy, n }, r, err);

    free(copy);
    return status;
}

static void read_texts(void)
{
    struct exh_error err = { .text = "" };
    struct receipt r;

    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        const struct exh_bytes text = bytes_of(texts[i].text);
        struct buf extra = buf_with_limit(RECEIPT_EXTRA_MAX), b = buf_with_limit(RECEIPT_MAX);
        enum exh_status got = read_text(texts[i].text, text.n, &r, &err);

        CHECK(got == texts[i].want, "%s: status %u (%s)", texts[i].name, got, err.text);
        if (receipt_read(text, &r, &err) == EXH_OK) {
            CHECK(r.index == texts[i].index && r.proof.n == texts[i].hashes &&
                      bytes_are(r.checkpoint, NOTE),
                  "%s: index %" PRIu64 ", %zu hashes", texts[i].name, r.index, r.proof.n);
            receipt_put_extra(&r, &extra);
            CHECK(extra.n == (texts[i].extra ? 6 : 0) &&
                      (!extra.n || memcmp(extra.p, texts[i].extra, 6) == 0),
                  "%s: %zu bytes of extra data", texts[i].name, extra.n);
            receipt_write(&r, buf_view(&extra), &b);
            CHECK(bytes_equal(buf_view(&b), text), "%s: written otherwise", texts[i].name);
        }
        buf_free(&extra);
        buf_free(&b);
    }
    for (size_t n = 0; n + sizeof NOTE < sizeof GOOD; n++)
        CHECK(read_text(GOOD, n, &r, &err) == EXH_MALFORMED, "prefix of %zu bytes", n);
}

static void large_receipts(void)
{
    static const uint8_t extra[RECEIPT_EXTRA_MAX];
    static char note[NOTE_MAX];
    struct exh_error err = { .text = "" };
    struct receipt r = { .proof.n = TLOG_PROOF_MAX,
                         .checkpoint = { (const uint8_t *)note, sizeof note } };

    memset(note, 'n', sizeof note);
    struct buf b = buf_with_limit(2 * RECEIPT_MAX);
    receipt_write(&r, (struct exh_bytes){ extra, sizeof extra }, &b);
    CHECK(receipt_read(buf_view(&b), &r, &err) == EXH_OK, "the largest: %s", err.text);
    buf_put_zeros(&b, RECEIPT_MAX + 1 - b.n);
    CHECK(receipt_read(buf_view(&b), &r, &err) == EXH_LIMIT, "larger than any");

    buf_clear(&b);
    buf_put_text(&b, FIRST "extra ");
    for (size_t i = 0; i < RECEIPT_EXTRA_MAX / 3 + 2; i++)
        buf_put_text(&b, "AAAA");
    buf_put_text(&b, "\nindex 0\n\n" NOTE);
    CHECK(receipt_read(buf_view(&b), &r, &err) == EXH_LIMIT, "too much extra data: %s", err.text);
    buf_free(&b);
}

/* A receipt of entry 5 of 9, and what must be changed so that it does not hold. */
static void check_receipts(void)
{
    const struct note_signer signer = test_signer(LOG), other = test_signer("other.example/log");
    struct tlog_hash *leaves = test_leaves(9);
    const struct tlog_head head = { 9, slow_root(leaves, 9) };
    struct buf note = buf_with_limit(NOTE_MAX), file = buf_with_limit(RECEIPT_MAX);
    struct exh_error err = { .text = "" };
    struct exh_judgement j;
    struct checkpoint c;
    struct receipt r = { .index = 5, .proof = slow_path(leaves, 9, 5) };

    CHECK(checkpoint_sign_next(crypto, &signer, NULL, &head, NULL, &note, &err) == EXH_OK, "%s",
          err.text);
    r.checkpoint = buf_view(&note);
    receipt_write(&r, bytes_of("salt"), &file);
    CHECK(receipt_read(buf_view(&file), &r, &err) == EXH_OK, "%s", err.text);
    CHECK(receipt_check(crypto, &r, test_entry(5), &signer.key, 1, &c, &j, &err) == EXH_OK &&
              j.holds && c.head.size == 9,
          "%s%s", err.text, j.reason);
    CHECK(receipt_check(crypto, &r, test_entry(4), &signer.key, 1, NULL, &j, &err) == EXH_OK &&
              !j.holds && j.reason[0],
          "another entry");
    CHECK(receipt_check(crypto, &r, test_entry(5), &other.key, 1, NULL, &j, &err) == EXH_OK &&
              !j.holds && j.reason[0],
          "another log");
    r.index = 4;
    CHECK(receipt_check(crypto, &r, test_entry(5), &signer.key, 1, NULL, &j, &err) == EXH_OK &&
              !j.holds,
          "another index");
    r.index = 5;
    r.checkpoint.n--;
    CHECK(receipt_check(crypto, &r, test_entry(5), &signer.key, 1, NULL, &j, &err) == EXH_MALFORMED,
          "a checkpoint cut short");

    // Any byte changed, except of the extra data, which nobody vouches for.
    for (size_t i = 0; i < file.n; i++) {
        if (i >= sizeof FIRST + 5 && i < sizeof FIRST + 13)
            continue;
        file.p[i] ^= 1;
        j.holds = false;
        if (receipt_read(buf_view(&file), &r, &err) == EXH_OK &&
            receipt_check(crypto, &r, test_entry(5), &signer.key, 1, NULL, &j, &err) == EXH_OK)
            CHECK(!j.holds, "byte %zu changed", i);
        file.p[i] ^= 1;
    }
    buf_free(&note);
    buf_free(&file);
    free(leaves);
}

#define EXAMPLE_KEY "server.example/log+793c5267+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define EXAMPLE                                                                     \
    FIRST "extra AAECAwQFBgcICQoLDA0ODw==\nindex 1\n"                               \
          "NfMRKNa17syCY8xKV36emkqY/EXfJvB9HozquX616Jk=\n"                          \
          "JSB6gONpEC0T1P5voMF4TQQBxAbQBmQMPIxjtsyrYsY=\n\nserver.example/log\n3\n" \
          "wIBFm1ybs8xPqA87M5Q9qGSZQRZc1AMmHkDPh0rNF7s=\n\n— server.example/log " \
          "eTxSZz+5zxEYNTJApvOpo0x19ziVGSF+bPcN+3tWq49kDvAzwQqslnoBjO8tAXgfb+"      \
          "xcjp3KuNovmh10CWLSib+wfwk=\n"

/* The example of docs/log-format.md, which was made with Python's hashlib and cryptography. */
static void example(void)
{
    struct buf salt = buf_with_limit(ENTRY_SALT);
    struct entry_object object = { .length = 0x0102030405 };
    uint8_t entry[ENTRY_SIZE];
    char hex[2 * ENTRY_SIZE + 1];
    struct exh_judgement j = { .holds = false };
    struct note_key key;
    struct receipt r;
    struct exh_error err = { .text = "" };

    memset(object.oid, 0xAA, sizeof object.oid);
    memset(object.body, 0xBB, sizeof object.body);
    CHECK(receipt_read(bytes_of(EXAMPLE), &r, &err) == EXH_OK, "%s", err.text);
    receipt_put_extra(&r, &salt);
    CHECK(salt.n == ENTRY_SALT && entry_of_object(crypto, salt.p, &object, entry, &err) == EXH_OK,
          "%s", err.text);
    hex_write(hex, entry, sizeof entry);
    CHECK(strcmp(hex, "20fb4fda5d8becb5be3344b272d028fcb0e673d897057be6287eb510f9b1067f") == 0,
          "%s", hex);
    CHECK(note_key_read(crypto, bytes_of(EXAMPLE_KEY), &key, &err) == EXH_OK, "%s", err.text);
    CHECK(receipt_check(crypto, &r, (struct exh_bytes){ entry, sizeof entry }, &key, 1, NULL, &j,
                        &err) == EXH_OK &&
              j.holds,
          "%s%s", err.text, j.reason);
    const struct note_signer signer = test_signer(LOG);
    CHECK(memcmp(signer.key.public_key, key.public_key, sizeof key.public_key) == 0, "the key");

    CHECK(entry_of_fact(crypto, salt.p, NAME_ENTRY_LEASE, bytes_of("fact"), entry, &err) == EXH_OK,
          "%s", err.text);
    hex_write(hex, entry, sizeof entry);
    CHECK(strcmp(hex, "daeadb04b7c2480582c67bd473675086f602b86e9ad7283ac10b40cd0c22cac6") == 0,
          "%s", hex);
    buf_free(&salt);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    read_texts();
    large_receipts();
    check_receipts();
    example();
    return check_done();
}
