/* Signed notes and their keys: the specification's example, ours, and every refusal. */
#include "check.h"

#include "base/text.h"
#include "log_fixture.h"

#define FOO_KEY  "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define FOO_TEXT "This is an example message.\n"
#define FOO_LINE                                                                                   \
    "— example.com/foo "                                                                         \
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=" \
    "\n"
#define FOO_NOTE FOO_TEXT "\n" FOO_LINE
#define OTHER    "— other.example AAAAAAA=\n" // an unknown key, of a kind with one byte

static const struct exh_crypto *crypto;

static enum exh_status read_note(const char *text, size_t n, struct note *out,
                                 struct exh_error *err)
{
    char *copy = exact_copy(text, n);
    enum exh_status status = note_read((struct exh_bytes){ (uint8_t *)copy, n }, out, err);

    free(copy);
    return status;
}

static const struct {
    const char *name;
    const char *text;
    enum exh_status want;
    size_t signatures;
} notes[] = {
    { "the specification's", FOO_NOTE, EXH_OK, 1 },
    { "empty lines in the text", "a\n\n\nb\n\n" FOO_LINE, EXH_OK, 1 },
    { "text of a newline", "\n\n" FOO_LINE, EXH_OK, 1 },
    { "three signatures", FOO_TEXT "\n" OTHER FOO_LINE OTHER, EXH_OK, 3 },
    { "name in other letters", "a\n\n— ключ=€ AAAAAAA=\n", EXH_OK, 1 },
    { "text in other letters", "è subito sera\n\n" OTHER, EXH_OK, 1 },
    { "nothing", "", EXH_MALFORMED, 0 },
    { "a newline", "\n", EXH_MALFORMED, 0 },
    { "no signature", FOO_TEXT "\n", EXH_MALFORMED, 0 },
    { "no empty line", FOO_TEXT FOO_LINE, EXH_MALFORMED, 0 },
    { "text without its newline", "text" FOO_LINE, EXH_MALFORMED, 0 },
    { "empty line among signatures", FOO_NOTE "\n" FOO_LINE "\n", EXH_MALFORMED, 0 },
    { "a line that is no signature", FOO_NOTE "more\n", EXH_MALFORMED, 0 },
    { "last line without newline", FOO_TEXT "\n— other.example AAAAAAA=", EXH_MALFORMED, 0 },
    { "hyphen for the dash", FOO_TEXT "\n- other.example AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "no space behind the dash", FOO_TEXT "\n—other.example AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "no name", FOO_TEXT "\n—  AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "no signature behind the name", FOO_TEXT "\n— other.example\n", EXH_MALFORMED, 0 },
    { "empty signature", FOO_TEXT "\n— other.example \n", EXH_MALFORMED, 0 },
    { "plus in a name", FOO_TEXT "\n— other+example AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "a wide space in a name", FOO_TEXT "\n— other\u2003example AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "next line in a name", FOO_TEXT "\n— other\302\205example AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "an id only", FOO_TEXT "\n— other.example AAAAAA==\n", EXH_MALFORMED, 0 },
    { "base64 without padding", FOO_TEXT "\n— other.example AAAAAAA\n", EXH_MALFORMED, 0 },
    { "base64 not canonical", FOO_TEXT "\n— other.example AAAAAAB=\n", EXH_MALFORMED, 0 },
    { "not base64", FOO_TEXT "\n— other.example AAAA_AA=\n", EXH_MALFORMED, 0 },
    { "two spaces", FOO_TEXT "\n— other.example  AAAAAAA=\n", EXH_MALFORMED, 0 },
    { "space at the end", FOO_TEXT "\n— other.example AAAAAAA= \n", EXH_MALFORMED, 0 },
    { "a tab", "a\tb\n\n" OTHER, EXH_MALFORMED, 0 },
    { "a carriage return", "a\r\n\n" OTHER, EXH_MALFORMED, 0 },
    { "not UTF-8", "a\377\n\n" OTHER, EXH_MALFORMED, 0 },
    { "a surrogate", "a\355\240\200\n\n" OTHER, EXH_MALFORMED, 0 },
};

static void read_notes(void)
{
    struct exh_error err = { .text = "" };
    struct note note;

    for (size_t i = 0; i < ARRAY_N(notes); i++) {
        note.n = 0;
        enum exh_status got = read_note(notes[i].text, strlen(notes[i].text), &note, &err);
        CHECK(got == notes[i].want && note.n == notes[i].signatures, "%s: status %u, %zu (%s)",
              notes[i].name, got, note.n, err.text);
    }
    for (size_t n = 0; n < sizeof FOO_NOTE - 1; n++)
        CHECK(read_note(FOO_NOTE, n, &note, &err) == EXH_MALFORMED, "prefix of %zu bytes", n);
    CHECK(read_note("a\0\n\n" OTHER, 4 + sizeof OTHER - 1, &note, &err) == EXH_MALFORMED, "a NUL");
}

static void parts_of_a_note(void)
{
    static const char text[] = FOO_TEXT "\n" OTHER FOO_LINE;
    struct exh_error err = { .text = "" };
    struct note_signature s;
    struct note note;

    CHECK(note_read(bytes_of(text), &note, &err) == EXH_OK && bytes_are(note.text, FOO_TEXT), "%s",
          err.text);
    struct exh_bytes rest = note.signatures;
    CHECK(note_next_signature(&rest, &s) && bytes_are(s.name, "other.example") && s.id == 0 &&
              bytes_are(s.base64, "AAAAAAA="),
          "first");
    CHECK(note_next_signature(&rest, &s) && bytes_are(s.name, "example.com/foo") &&
              s.id == 0x530d903a,
          "second");
    CHECK(!note_next_signature(&rest, &s), "third");
}

/* As many signatures, and as long ones, as must be accepted; and one or a byte more. */
static void large_notes(void)
{
    static char text[NOTE_MAX + 2], base64[6000];
    struct exh_error err = { .text = "" };
    struct note note;
    size_t n;

    memset(base64, 'B', sizeof base64 - 1);
    base64[5600] = '\0';
    n = (size_t)sprintf(text, "a\n\n");
    for (int i = 0; i < 16; i++)
        n += (size_t)sprintf(text + n, "— w%d %s\n", i, base64);
    CHECK(read_note(text, n, &note, &err) == EXH_OK && note.n == 16, "16 long ones: %s", err.text);

    for (size_t count = NOTE_SIGNATURES_MAX; count <= NOTE_SIGNATURES_MAX + 1; count++) {
        n = (size_t)sprintf(text, "a\n\n");
        for (size_t i = 0; i < count; i++)
            n += (size_t)sprintf(text + n, OTHER);
        CHECK(read_note(text, n, &note, &err) == (count > NOTE_SIGNATURES_MAX ? EXH_LIMIT : EXH_OK),
              "%zu signatures: %s", count, err.text);
    }
    for (size_t size = NOTE_MAX; size <= NOTE_MAX + 1; size++) {
        memset(text, 'a', size);
        memcpy(text + size - (sizeof OTHER + 1), "\n\n" OTHER, sizeof OTHER + 1);
        CHECK(read_note(text, size, &note, &err) == (size > NOTE_MAX ? EXH_LIMIT : EXH_OK),
              "%zu bytes: %s", size, err.text);
    }
}

static const struct {
    const char *name;
    const char *text;
    enum exh_status want;
} keys[] = {
    { "the specification's", FOO_KEY, EXH_OK },
    { "empty", "", EXH_MALFORMED },
    { "no parts", "example.com/foo", EXH_MALFORMED },
    { "two parts", "example.com/foo+530d903a", EXH_MALFORMED },
    { "another name", "example.com/fox+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_MALFORMED },
    { "another id", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_MALFORMED },
    { "a short id", "example.com/foo+530d90+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_MALFORMED },
    { "an id in capital letters",
      "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", EXH_MALFORMED },
    { "another key", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2o",
      EXH_MALFORMED },
    { "a shorter key",
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=", EXH_MALFORMED },
    { "no key", "example.com/foo+530d903a+", EXH_MALFORMED },
    { "key not base64", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2 ",
      EXH_MALFORMED },
    { "no name", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", EXH_MALFORMED },
    { "a space in the name", "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_MALFORMED },
    { "ECDSA", "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_UNSUPPORTED },
    { "a cosignature's", "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
      EXH_UNSUPPORTED },
};

static void read_keys(void)
{
    struct exh_error err = { .text = "" };
    struct note_key key;
    char text[NOTE_KEY_MAX + 1];

    for (size_t i = 0; i < ARRAY_N(keys); i++) {
        enum exh_status got = note_key_read(crypto, bytes_of(keys[i].text), &key, &err);
        CHECK(got == keys[i].want, "%s: status %u (%s)", keys[i].name, got, err.text);
    }
    for (size_t n = 0; n < sizeof FOO_KEY - 1; n++) {
        char *copy = exact_copy(FOO_KEY, n);
        CHECK(note_key_read(crypto, (struct exh_bytes){ (uint8_t *)copy, n }, &key, &err) ==
                  EXH_MALFORMED,
              "prefix of %zu bytes", n);
        free(copy);
    }
    CHECK(note_key_read(crypto, bytes_of(FOO_KEY), &key, &err) == EXH_OK, "%s", err.text);
    note_key_write(&key, text);
    CHECK(strcmp(text, FOO_KEY) == 0, "written as %s", text);
    memset(text, 'a', sizeof text);
    CHECK(note_key_read(crypto, (struct exh_bytes){ (uint8_t *)text, sizeof text }, &key, &err) ==
              EXH_LIMIT,
          "long");
}

static void names_of_keys(void)
{
    static const uint8_t public_key[32];
    static const struct {
        const char *name;
        bool valid;
    } names[] = {
        { "server.example/log", true },
        { "ß", true },
        { "", false },
        { "a b", false },
        { "a\nb", false },
        { "a+b", false },
        { "a\u00A0b", false },
        { "a\u3000", false },
        { "\u2028", false },
        { "a\377", false },
        { "\177", true }, // what others accept, we do
    };
    struct exh_error err = { .text = "" };
    char name[NOTE_NAME_MAX];
    struct note_key key;

    for (size_t i = 0; i < ARRAY_N(names); i++) {
        enum exh_status got =
            note_key_init(crypto, bytes_of(names[i].name), public_key, &key, &err);
        CHECK(got == (names[i].valid ? EXH_OK : EXH_INVALID), "name %zu: status %u", i, got);
    }
    memset(name, 'n', sizeof name);
    for (size_t n = sizeof name - 1; n <= sizeof name; n++)
        CHECK(note_key_init(crypto, (struct exh_bytes){ (uint8_t *)name, n }, public_key, &key,
                            &err) == (n < NOTE_NAME_MAX ? EXH_OK : EXH_INVALID),
              "name of %zu bytes", n);
}

static bool holds(const char *text, size_t n, const struct note_key *known, size_t count)
{
    char *copy = exact_copy(text, n);
    struct exh_error err = { .text = "" };
    struct exh_judgement j = { .holds = false };
    struct note note;

    if (note_read((struct exh_bytes){ (uint8_t *)copy, n }, &note, &err) == EXH_OK) {
        CHECK(note_check(crypto, &note, known, count, &j, &err) == EXH_OK, "%s", err.text);
        CHECK(j.holds == (j.reason[0] == '\0'), "reason '%s'", j.reason);
    }
    free(copy);
    return j.holds;
}

static void check_notes(void)
{
    struct note_key foo, other, both[2];
    struct exh_error err = { .text = "" };
    static const uint8_t zeros[32];
    char changed[] = FOO_NOTE;

    CHECK(note_key_read(crypto, bytes_of(FOO_KEY), &foo, &err) == EXH_OK, "%s", err.text);
    CHECK(note_key_init(crypto, bytes_of("example.com/foo"), zeros, &other, &err) == EXH_OK, "%s",
          err.text);
    both[0] = other;
    both[1] = foo;
    const struct {
        const char *name, *text;
        const struct note_key *known;
        size_t n;
        bool want;
    } cases[] = {
        { "the specification's", FOO_NOTE, &foo, 1, true },
        { "no keys", FOO_NOTE, NULL, 0, false },
        { "another key of the same name", FOO_NOTE, &other, 1, false },
        { "one of two keys", FOO_NOTE, both, 2, true },
        { "somebody else signed too", FOO_TEXT "\n" OTHER FOO_LINE, &foo, 1, true },
        { "signed twice", FOO_NOTE FOO_LINE, &foo, 1, true },
        { "known key with something else, first",
          FOO_TEXT "\n— example.com/foo Uw2QOgA=\n" FOO_LINE, &foo, 1, false },
        { "known key with something else, last",
          FOO_TEXT "\n" FOO_LINE "— example.com/foo Uw2QOgA=\n", &foo, 1, false },
        { "only somebody else", FOO_TEXT "\n" OTHER, &foo, 1, false },
        { "another text", "This is an example message!\n\n" FOO_LINE, &foo, 1, false },
        { "a line more", FOO_TEXT "more\n\n" FOO_LINE, &foo, 1, false },
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++)
        CHECK(holds(cases[i].text, strlen(cases[i].text), cases[i].known, cases[i].n) ==
                  cases[i].want,
              "%s", cases[i].name);
    for (size_t i = 0; i < sizeof changed - 1; i++) {
        for (int bit = 0; bit < 8; bit++) {
            changed[i] = (char)(changed[i] ^ 1 << bit);
            CHECK(!holds(changed, sizeof changed - 1, &foo, 1), "bit %d of byte %zu", bit, i);
            changed[i] = (char)(changed[i] ^ 1 << bit);
        }
    }
}

static enum exh_status refuse(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                              struct exh_error *err)
{
    (void)ctx, (void)tbs, (void)signature;
    return fail(err, EXH_DENIED, "the device says no");
}

static void sign_notes(void)
{
    static const struct {
        const char *name, *text;
        enum exh_status want;
    } texts[] = {
        { "lines", "one\ntwo\n", EXH_OK },   { "an empty line", "one\n\ntwo\n", EXH_OK },
        { "empty", "", EXH_INVALID },        { "no newline at the end", "one", EXH_INVALID },
        { "a tab", "o\tne\n", EXH_INVALID }, { "not UTF-8", "\300\n", EXH_INVALID },
    };
    struct note_signer signer = test_signer("server.example/log");
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        struct buf b = buf_with_limit(NOTE_MAX);
        enum exh_status got = note_sign(&signer, bytes_of(texts[i].text), &b, &err);
        CHECK(got == texts[i].want, "%s: status %u (%s)", texts[i].name, got, err.text);
        CHECK(got || holds((const char *)b.p, b.n, &signer.key, 1), "%s: does not hold",
              texts[i].name);
        buf_free(&b);
    }
    struct buf b = buf_with_limit(NOTE_MAX);
    signer.signer.sign = refuse;
    CHECK(note_sign(&signer, bytes_of("a\n"), &b, &err) == EXH_DENIED && b.n == 0, "%s", err.text);
    signer.signer.signature_size = 70;
    CHECK(note_sign(&signer, bytes_of("a\n"), &b, &err) == EXH_INVALID, "not Ed25519");
    buf_free(&b);
}

static void no_ed25519(void)
{
    struct exh_crypto poor = *crypto;
    struct exh_error err = { .text = "" };
    struct exh_judgement j;
    struct note note;

    poor.ed25519_check = NULL;
    CHECK(note_read(bytes_of(FOO_NOTE), &note, &err) == EXH_OK, "%s", err.text);
    CHECK(note_check(&poor, &note, NULL, 0, &j, &err) == EXH_UNSUPPORTED, "no Ed25519");
}

int main(void)
{
    crypto = exh_crypto_openssl();
    read_notes();
    parts_of_a_note();
    large_notes();
    read_keys();
    names_of_keys();
    check_notes();
    sign_notes();
    no_ed25519();
    return check_done();
}
