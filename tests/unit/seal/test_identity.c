/* Files of keys that open: each form, each way to get one wrong, and that no error shows a secret. */
#include "seal/identity.h"

#include "base/text.h"
#include "check.h"
#include "crypto/ssh_vectors.h"
#include "seal/age_case.h"
#include "seal/age_vectors.h"

// C2SP age, "The X25519 recipient type"
#define SECRET    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define PQ_SECRET "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"

static const struct exh_crypto *crypto;

static const struct {
    const char *name, *text;
    enum exh_status want;
    size_t n; // identities
} cases[] = {
    { "one", SECRET "\n", EXH_OK, 1 },
    { "no line end", SECRET, EXH_OK, 1 },
    { "CRLF", "# x\r\n\r\n" SECRET "\r\n", EXH_OK, 1 },
    { "several, with comments", "# a\n" SECRET "\n\n#b\n" SECRET "\n# c", EXH_OK, 2 },
    { "as age-keygen writes it", identity_file, EXH_OK, 1 },
    { "a key of P-256", p256_key, EXH_OK, 1 },
    { "behind white space", "\n\n  -----BEGIN PRIVATE KEY-----\nMFECAQEw", EXH_MALFORMED, 0 },
    { "an SSH key, Ed25519", ed25519_openssh, EXH_OK, 1 },
    { "an SSH key, RSA", rsa_openssh, EXH_OK, 1 },
    { "the same as PKCS#8", rsa_pkcs8, EXH_OK, 1 },
    { "an SSH key with a passphrase", ed25519_locked, EXH_UNSUPPORTED, 0 },
    { "an SSH key of another kind", ecdsa_openssh, EXH_UNSUPPORTED, 0 },
    { "empty", "", EXH_MALFORMED, 0 },
    { "comments alone", "# a\n\n", EXH_MALFORMED, 0 },
    { "a wrong character",
      "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEQ\n", EXH_MALFORMED,
      0 },
    { "lower-case", "age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq4egaex\n",
      EXH_MALFORMED, 0 },
    { "a space in front", " " SECRET "\n", EXH_MALFORMED, 0 },
    { "a space behind", SECRET " \n", EXH_MALFORMED, 0 },
    { "a good line, then a bad one", SECRET "\nx\n", EXH_MALFORMED, 0 },
    { "a recipient", RECIPIENT "\n", EXH_MALFORMED, 0 },
    { "a post-quantum identity", PQ_SECRET "\n", EXH_UNSUPPORTED, 0 },
    { "a plugin's", "AGE-PLUGIN-YUBIKEY-1QQPSK2QQ\n", EXH_UNSUPPORTED, 0 },
    { "a certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      EXH_MALFORMED, 0 },
    { "a PEM of something", "-----BEGIN X-----\nMIIB\n-----END X-----\n", EXH_MALFORMED, 0 },
    { "sealed, but cut", "age-encryption.org/v1\n-> scrypt ", EXH_MALFORMED, 0 },
    { "armored, but cut", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl", EXH_MALFORMED, 0 },
};

static enum exh_status parse(const char *text, size_t n, exh_passphrase *ask, void *ctx,
                             struct exh_identities **out, struct exh_error *err)
{
    char *copy = exact_copy(text, n);

    *out = exh_identities_new();
    const enum exh_status status = exh_identities_add(*out, copy, n, ask, ctx, err);
    free(copy);
    return status;
}

static void check_table(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_identities *ids = NULL;
        struct exh_error err = { 0 };
        const enum exh_status got =
            parse(cases[i].text, strlen(cases[i].text), NULL, NULL, &ids, &err);
        CHECK(got == cases[i].want, "%s: status %u (%s)", cases[i].name, got, err.text);
        CHECK(exh_identities_count(ids) == cases[i].n, "%s: %zu identities", cases[i].name,
              exh_identities_count(ids));
        CHECK(!got || (err.text[0] && !strstr(err.text, "GFPYY")), "%s: says %s", cases[i].name,
              err.text);
        exh_identities_free(ids);
    }
    for (size_t n = 0; n < strlen(SECRET); n++) {
        struct exh_identities *ids = NULL;
        struct exh_error err;
        CHECK(parse(SECRET, n, NULL, NULL, &ids, &err) == EXH_MALFORMED, "prefix of %zu", n);
        exh_identities_free(ids);
    }
}

/* What a passphrase callback answers, and how often it was asked. */
struct answer {
    const char *text; // NULL: gives up
    int asked;
};

static int answer(void *ctx, char *to, size_t size)
{
    struct answer *a = ctx;

    a->asked++;
    if (!a->text || strlen(a->text) > size)
        return -1;
    memcpy(to, a->text, strlen(a->text));
    return (int)strlen(a->text);
}

static void check_sealed_file(const char *name, const char *text, size_t n, const char *passphrase,
                              enum exh_status want)
{
    struct exh_identities *ids = NULL;
    struct exh_error err = { 0 };
    struct answer a = { .text = passphrase };
    char recipient[EXH_RECIPIENT_MAX] = "";

    const enum exh_status got = parse(text, n, answer, &a, &ids, &err);
    CHECK(got == want, "%s: status %u (%s)", name, got, err.text);
    CHECK(a.asked == 1, "%s: asked %d times", name, a.asked);
    if (!got)
        CHECK(!exh_identities_recipient(ids, 0, recipient, &err) &&
                  strcmp(recipient, IDENTITY_RECIPIENT) == 0,
              "%s: recipient %s", name, recipient);
    exh_identities_free(ids);
}

/* A file that a passphrase seals with little work, binary; its size. */
static size_t seal_quickly(const char *text, uint8_t *file, size_t size)
{
    struct exh_memory_sink m = { .p = file, .size = size };
    const struct exh_sink out = exh_sink_memory(&m);
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err = { 0 };

    CHECK(!exh_recipients_add_passphrase(to, "correct horse", 13, 5, &err), "%s", err.text);
    CHECK(!seal_to(to, crypto, bytes_of(text), 100, &out, &err), "%s", err.text);
    exh_recipients_free(to);
    return m.n;
}

static void check_sealed(void)
{
    uint8_t bytes[2048];
    const size_t n = seal_quickly(identity_file, bytes, sizeof bytes);
    const char *file = (const char *)bytes;
    struct exh_identities *ids = NULL;
    struct exh_error err = { 0 };

    check_sealed_file("stock age's", identity_sealed, strlen(identity_sealed), "correct horse",
                      EXH_OK);
    check_sealed_file("binary", file, n, "correct horse", EXH_OK);
    check_sealed_file("a wrong passphrase", file, n, "wrong horse", EXH_DENIED);
    check_sealed_file("an empty passphrase", file, n, "", EXH_DENIED);
    check_sealed_file("no passphrase", file, n, NULL, EXH_DENIED);
    CHECK(parse(file, n, NULL, NULL, &ids, &err) == EXH_DENIED, "nobody to ask");
    exh_identities_free(ids);
    bytes[n - 1] ^= 1;
    check_sealed_file("altered", file, n, "correct horse", EXH_MALFORMED);
    check_sealed_file("cut", file, n - 1, "correct horse", EXH_MALFORMED);
    check_sealed_file("no identity inside", file, seal_quickly("# nothing\n", bytes, sizeof bytes),
                      "correct horse", EXH_MALFORMED);
    check_sealed_file("a sealed one inside", file,
                      seal_quickly(identity_sealed, bytes, sizeof bytes), "correct horse",
                      EXH_MALFORMED);
}

/* A file that was sealed to a key is no identity file that a passphrase opens. */
static void check_sealed_to_key(void)
{
    uint8_t file[1024];
    struct exh_memory_sink m = { .p = file, .size = sizeof file };
    const struct exh_sink out = exh_sink_memory(&m);
    struct exh_recipients *to = exh_recipients_new();
    struct exh_identities *ids = NULL;
    struct exh_error err = { 0 };
    struct answer a = { .text = "x" };

    CHECK(!exh_recipients_add(to, RECIPIENT, strlen(RECIPIENT), &err), "%s", err.text);
    CHECK(!seal_to(to, crypto, bytes_of(SECRET "\n"), 100, &out, &err), "%s", err.text);
    CHECK(parse((char *)file, m.n, answer, &a, &ids, &err) == EXH_UNSUPPORTED && !a.asked,
          "sealed to a key: %s", err.text);
    exh_identities_free(ids);
    exh_recipients_free(to);
}

static void check_pem_passphrase(void)
{
    static const char *const algs[] = { "es256", "ed25519" };

    for (size_t i = 0; i < ARRAY_N(algs); i++) {
        struct exh_identities *ids = NULL;
        struct exh_key *key = NULL;
        struct exh_error err = { 0 };
        struct answer good = { .text = "pass" }, bad = { .text = "word" };
        char *pem = NULL;
        size_t n = 0;
        CHECK(!exh_key_new(algs[i], &key, &err) && !exh_key_write(key, "pass", 4, &pem, &n, &err),
              "%s", err.text);
        CHECK(!parse(pem, n, answer, &good, &ids, &err) && good.asked == 1, "%s: %s", algs[i],
              err.text);
        exh_identities_free(ids);
        CHECK(parse(pem, n, answer, &bad, &ids, &err) == EXH_DENIED && bad.asked == 1,
              "%s, a wrong passphrase: %s", algs[i], err.text);
        exh_identities_free(ids);
        CHECK(parse(pem, n, NULL, NULL, &ids, &err) == EXH_DENIED, "%s, nobody to ask: %s", algs[i],
              err.text);
        exh_identities_free(ids);
        exh_secret_free(pem, n);
        exh_key_free(key);
    }
}

static void check_other_curve(void)
{
    struct exh_identities *ids = NULL;
    struct exh_key *key = NULL;
    struct exh_error err = { 0 };
    char *pem = NULL;
    size_t n = 0;

    CHECK(!exh_key_new("es384", &key, &err) && !exh_key_write(key, NULL, 0, &pem, &n, &err), "%s",
          err.text);
    CHECK(parse(pem, n, NULL, NULL, &ids, &err) == EXH_UNSUPPORTED, "P-384: %s", err.text);
    CHECK(exh_identities_add_key(ids, key, &err) == EXH_UNSUPPORTED, "P-384 as a key: %s",
          err.text);
    exh_identities_free(ids);
    exh_secret_free(pem, n);
    exh_key_free(key);
}

static void check_recipients(void)
{
    struct exh_identities *ids = exh_identities_new();
    struct exh_key *key = NULL;
    struct exh_error err = { 0 };
    char text[EXH_RECIPIENT_MAX];

    CHECK(!exh_identities_add(ids, SECRET, strlen(SECRET), NULL, NULL, &err), "%s", err.text);
    CHECK(!exh_identities_add(ids, p256_key, strlen(p256_key), NULL, NULL, &err), "%s", err.text);
    CHECK(!exh_key_read(p256_key, strlen(p256_key), NULL, NULL, &key, &err) &&
              !exh_identities_add_key(ids, key, &err),
          "%s", err.text);
    CHECK(!exh_identities_add_passphrase(ids, "x", 1, &err), "%s", err.text);
    CHECK(!exh_identities_add(ids, ed25519_openssh, strlen(ed25519_openssh), NULL, NULL, &err),
          "%s", err.text);
    static const char *const want[] = { RECIPIENT, P256_RECIPIENT, P256_RECIPIENT };
    for (size_t i = 0; i < ARRAY_N(want); i++)
        CHECK(!exh_identities_recipient(ids, i, text, &err) && strcmp(text, want[i]) == 0,
              "recipient %zu: %s", i, text);
    CHECK(exh_identities_recipient(ids, 3, text, &err) == EXH_UNSUPPORTED, "of a passphrase");
    CHECK(exh_identities_recipient(ids, 4, text, &err) == EXH_UNSUPPORTED, "of an SSH key");
    CHECK(exh_identities_recipient(ids, 5, text, &err) == EXH_INVALID, "of nobody");
    exh_identities_free(ids);
    exh_key_free(key);
}

static void check_limits(void)
{
    struct exh_identities *ids = exh_identities_new();
    struct exh_error err = { 0 };
    char *large = malloc(EXH_IDENTITY_FILE_MAX + 1);
    static char words[PASSPHRASE_MAX + 1];

    memset(large, '\n', EXH_IDENTITY_FILE_MAX + 1);
    CHECK(exh_identities_add(ids, large, EXH_IDENTITY_FILE_MAX, NULL, NULL, &err) == EXH_MALFORMED,
          "the largest file");
    CHECK(exh_identities_add(ids, large, EXH_IDENTITY_FILE_MAX + 1, NULL, NULL, &err) == EXH_LIMIT,
          "a larger file");
    for (size_t i = 0; i < EXH_IDENTITIES_MAX - 1; i++)
        CHECK(!exh_identities_add(ids, SECRET, strlen(SECRET), NULL, NULL, &err), "%s", err.text);
    const char *two = SECRET "\n" SECRET "\n";
    CHECK(exh_identities_add(ids, two, strlen(two), NULL, NULL, &err) == EXH_LIMIT, "one too many");
    CHECK(exh_identities_count(ids) == EXH_IDENTITIES_MAX - 1, "half a file was added");
    CHECK(exh_identities_add_passphrase(ids, "", 0, &err) == EXH_INVALID, "an empty passphrase");
    CHECK(exh_identities_add_passphrase(ids, words, sizeof words, &err) == EXH_LIMIT, "a long one");
    CHECK(exh_identities_add_passphrase(ids, words, sizeof words - 1, &err) == EXH_OK,
          "the longest");
    exh_identities_free(ids);
    exh_identities_free(NULL);
    free(large);
}

/* A new file, in plain and sealed, opens; its recipient is that of its key. */
static void check_new(const char *passphrase)
{
    char recipient[EXH_RECIPIENT_MAX] = "", again[EXH_RECIPIENT_MAX] = "";
    struct exh_identities *ids = NULL;
    struct exh_error err = { 0 };
    struct answer a = { .text = passphrase };
    char *file = NULL;
    size_t n = 0;

    CHECK(!exh_identity_new(crypto, 1795000000, passphrase, passphrase ? strlen(passphrase) : 0,
                            &file, &n, recipient, &err),
          "%s", err.text);
    CHECK(!parse(file, n, answer, &a, &ids, &err) && a.asked == (passphrase != NULL), "%s",
          err.text);
    CHECK(!exh_identities_recipient(ids, 0, again, &err) && strcmp(recipient, again) == 0,
          "%s, not %s", again, recipient);
    if (!passphrase)
        CHECK(strstr(file, "# created: 2026-11-18T") && strstr(file, recipient), "%s", file);
    else
        CHECK(armor_starts((struct exh_bytes){ (uint8_t *)file, n }), "not armored");
    exh_identities_free(ids);
    exh_secret_free(file, n);
}

static enum exh_status no_random(uint8_t *to, size_t n, struct exh_error *err)
{
    memset(to, 0, n);
    err->text[0] = 0;
    return EXH_CRYPTO;
}

static void check_new_fails(void)
{
    struct exh_crypto broken = *crypto;
    char recipient[EXH_RECIPIENT_MAX];
    struct exh_error err;
    char *file = NULL;
    size_t n = 0;

    CHECK(exh_identity_new(crypto, 0, "", 0, &file, &n, recipient, &err) == EXH_INVALID && !file,
          "an empty passphrase");
    broken.random = no_random;
    CHECK(exh_identity_new(&broken, 0, NULL, 0, &file, &n, recipient, NULL) == EXH_CRYPTO && !file,
          "no random bytes");
}

int main(void)
{
    crypto = exh_crypto_openssl();
    check_table();
    check_sealed();
    check_sealed_to_key();
    check_pem_passphrase();
    check_other_curve();
    check_recipients();
    check_limits();
    check_new(NULL);
    check_new("correct horse");
    check_new_fails();
    return check_done();
}
