/* From recipients to a header and back to its file key, for every kind; and headers that must not open. */
#include "seal/age_open.h"

#include "base/text.h"
#include "check.h"
#include "crypto/ssh_vectors.h"
#include "formats/base64.h"
#include "seal/age_case.h"
#include "seal/age_vectors.h"
#include "seal/identity.h"

#include "crypto/made_cert.h"

#include <openssl/pem.h>

#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define SECRET    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
#define B43       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct exh_crypto *crypto;

static enum exh_status add(struct exh_recipients *to, const char *text, struct exh_error *err)
{
    char *copy = exact_copy(text, strlen(text));
    const enum exh_status status = exh_recipients_add(to, copy, strlen(text), err);

    free(copy);
    return status;
}

static struct exh_identities *identities_of(const char *file)
{
    struct exh_identities *ids = exh_identities_new();
    struct exh_error err = { 0 };

    CHECK(!exh_identities_add(ids, file, strlen(file), NULL, NULL, &err), "%s", err.text);
    return ids;
}

static void check_recipient_texts(void)
{
    static const struct {
        const char *name, *text;
        enum exh_status want;
    } rows[] = {
        { "X25519", RECIPIENT, EXH_OK },
        { "white space around", " \t" RECIPIENT "\r\n", EXH_OK },
        { "tagged", P256_RECIPIENT, EXH_OK },
        { "empty", "", EXH_MALFORMED },
        { "a word", "somebody", EXH_MALFORMED },
        { "a wrong character", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwq",
          EXH_MALFORMED },
        { "upper-case", "AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ",
          EXH_MALFORMED },
        { "two on a line", RECIPIENT " " RECIPIENT, EXH_UNSUPPORTED },
        { "a point of low order", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
          EXH_MALFORMED },
        { "no point of P-256",
          "age1tag1qgqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzknzksl", EXH_MALFORMED },
        { "no packed point", "age1tag1qsqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqtxx9fm",
          EXH_MALFORMED },
        { "post-quantum", "age1pq1qqqq", EXH_UNSUPPORTED },
        { "post-quantum in hardware", "age1tagpq1qqqq", EXH_UNSUPPORTED },
        { "a plugin's", "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
          EXH_UNSUPPORTED },
        { "an SSH key",
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINHvg0s1teSFj/S4KL9g1LTQPfgH1+YE6YqWNm6ZGj+o",
          EXH_UNSUPPORTED },
        { "an identity", SECRET, EXH_INVALID },
        { "a private key", p256_key, EXH_INVALID },
        { "a public key", "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
          EXH_UNSUPPORTED },
        { "a broken certificate", "-----BEGIN CERTIFICATE-----\nMFkw\n-----END CERTIFICATE-----\n",
          EXH_MALFORMED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct exh_recipients *to = exh_recipients_new();
        struct exh_error err = { 0 };
        const enum exh_status got = add(to, rows[i].text, &err);
        CHECK(got == rows[i].want, "%s: status %u (%s)", rows[i].name, got, err.text);
        CHECK(exh_recipients_count(to) == (got == EXH_OK), "%s: counted", rows[i].name);
        CHECK(!got || (err.text[0] && !strstr(err.text, "GFPYY")), "%s: says %s", rows[i].name,
              err.text);
        exh_recipients_free(to);
    }
}

static void check_recipient_list(void)
{
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err = { 0 };
    struct buf header = buf_with_limit(AGE_HEADER_MAX);
    struct file_key *key = NULL;

    CHECK(!file_key_new(crypto, &key, &err), "%s", err.text);
    CHECK(recipients_wrap(to, key, crypto, &header, &err) == EXH_INVALID, "to nobody");
    CHECK(!add(to, RECIPIENT, &err) && !add(to, RECIPIENT, &err), "%s", err.text);
    CHECK(exh_recipients_count(to) == 1, "the same twice");
    CHECK(exh_recipients_add_passphrase(to, "x", 1, 10, &err) == EXH_INVALID, "beside a key");
    for (size_t i = 1; i < EXH_RECIPIENTS_MAX; i++) {
        struct exh_error ignored;
        char *file = NULL, text[EXH_RECIPIENT_MAX];
        size_t n = 0;
        CHECK(!exh_identity_new(crypto, 0, NULL, 0, &file, &n, text, &ignored), "new");
        CHECK(!add(to, text, &err), "%s", err.text);
        exh_secret_free(file, n);
    }
    CHECK(add(to, P256_RECIPIENT, &err) == EXH_LIMIT, "one too many");
    CHECK(!recipients_wrap(to, key, crypto, &header, &err), "%s", err.text);
    CHECK(header.n == recipients_size(to), "%zu bytes, not %zu", header.n, recipients_size(to));
    CHECK(!recipients_are_passphrase(to), "no passphrase");
    exh_recipients_free(to);
    exh_recipients_free(NULL);
    buf_free(&header);
    file_key_free(key);
}

static void check_passphrase_list(void)
{
    struct exh_recipients *to = exh_recipients_new();
    struct exh_error err = { 0 };
    static char words[PASSPHRASE_MAX + 1];

    CHECK(exh_recipients_add_passphrase(to, "", 0, 10, &err) == EXH_INVALID, "empty");
    CHECK(exh_recipients_add_passphrase(to, words, sizeof words, 10, &err) == EXH_LIMIT, "long");
    CHECK(exh_recipients_add_passphrase(to, "x", 1, 0, &err) == EXH_LIMIT, "no work");
    CHECK(exh_recipients_add_passphrase(to, "x", 1, EXH_SCRYPT_LOG_N_MAX + 1, &err) == EXH_LIMIT,
          "too much work");
    CHECK(exh_recipients_add_passphrase(to, "x", 1, 1, &err) == EXH_OK, "%s", err.text);
    CHECK(recipients_are_passphrase(to), "a passphrase");
    CHECK(add(to, RECIPIENT, &err) == EXH_INVALID, "a key beside a passphrase");
    CHECK(exh_recipients_add_passphrase(to, "y", 1, 1, &err) == EXH_INVALID, "two passphrases");
    exh_recipients_free(to);
}

/* Seal to all of them; open with one. */
static void check_opens(const char *name, const struct exh_recipients *to,
                        const struct exh_identities *ids)
{
    uint8_t file[8192];
    struct exh_memory_sink m = { .p = file, .size = sizeof file };
    const struct exh_sink out = exh_sink_memory(&m);
    struct exh_error err = { 0 };

    CHECK(!seal_to(to, crypto, bytes_of("content"), 100, &out, &err), "%s: %s", name, err.text);
    struct age_opening o = age_opening_of((struct exh_bytes){ file, m.n }, false, ids, 100);
    CHECK(o.failed_at == STAGE_DONE &&
              bytes_are((struct exh_bytes){ o.plain.p, o.plain.n }, "content"),
          "%s: %s", name, o.err.text);
    if (o.header)
        CHECK(o.header->text.n == strlen(AGE_VERSION_LINE) + recipients_size(to) + AGE_MAC_LINE_N,
              "%s: a header of %zu bytes", name, o.header->text.n);
    age_opening_free(&o);
}

static void check_kinds(void)
{
    struct exh_recipients *to = exh_recipients_new();
    struct exh_identities *x25519 = identities_of(SECRET), *p256 = identities_of(p256_key);
    struct exh_identities *other = identities_of(identity_file);
    struct exh_error err = { 0 };

    CHECK(!add(to, P256_RECIPIENT, &err), "%s", err.text);
    check_opens("P-256", to, p256);
    CHECK(!add(to, RECIPIENT, &err) && !add(to, IDENTITY_RECIPIENT, &err), "%s", err.text);
    for (int i = 0; i < 8; i++) { // in whatever order they stand
        check_opens("P-256 of three", to, p256);
        check_opens("X25519 of three", to, x25519);
        check_opens("another X25519 of three", to, other);
    }
    exh_recipients_free(to);
    exh_identities_free(x25519);
    exh_identities_free(p256);
    exh_identities_free(other);
}

static void check_passphrase(void)
{
    static const unsigned works[] = { 1, 9, 10 };

    for (size_t i = 0; i < ARRAY_N(works); i++) {
        struct exh_recipients *to = exh_recipients_new();
        struct exh_identities *ids = exh_identities_new();
        struct exh_error err = { 0 };
        CHECK(!exh_recipients_add_passphrase(to, "correct horse", 13, works[i], &err), "%s",
              err.text);
        CHECK(!exh_identities_add_passphrase(ids, "wrong horse", 11, &err), "%s", err.text);
        CHECK(!exh_identities_add_passphrase(ids, "correct horse", 13, &err), "%s", err.text);
        check_opens("passphrase", to, ids);
        exh_recipients_free(to);
        exh_identities_free(ids);
    }
}

/* A certificate, alone and with its issuer behind it, is its key's recipient. */
static void check_certificate(void)
{
    BIO *pem = BIO_new_mem_buf(p256_key, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
    struct made root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    struct made leaf =
        make_cert(&(struct recipe){ .name = "leaf", .issuer = &root, .use_key = key });
    struct made rsa = make_cert(&(struct recipe){ .name = "leaf", .key = "RSA:2048" });
    const struct made *const leaf_alone[] = { &leaf }, *const rsa_alone[] = { &rsa };
    const struct made *const chain[] = { &leaf, &root };
    char *one = made_pem(leaf_alone, 1), *two = made_pem(chain, 2), *other = made_pem(rsa_alone, 1);
    struct exh_recipients *to = exh_recipients_new();
    struct exh_identities *ids = identities_of(p256_key);
    struct exh_error err = { 0 };

    CHECK(!add(to, one, &err), "%s", err.text);
    check_opens("certificate", to, ids);
    CHECK(!add(to, two, &err) && !add(to, P256_RECIPIENT, &err), "%s", err.text);
    CHECK(exh_recipients_count(to) == 1, "one key in three forms");
    CHECK(add(to, other, &err) == EXH_UNSUPPORTED, "RSA: %s", err.text);
    exh_recipients_free(to);
    exh_identities_free(ids);
    free(one);
    free(two);
    free(other);
    made_free(&rsa);
    made_free(&leaf);
    made_free(&root);
    EVP_PKEY_free(key);
    BIO_free(pem);
}

/* What others sealed: age 1.3.1 to a P-256 key, age 1.1.1 to SSH keys. */
static void check_others_p256(void)
{
    struct exh_identities *ids = identities_of(p256_key);
    const size_t header_n = strlen(p256_header), payload_n = strlen(p256_payload) / 2;
    uint8_t file[1024];

    memcpy(file, p256_header, header_n);
    CHECK(hex_read(bytes_of(p256_payload), file + header_n, payload_n), "hexadecimal");
    struct age_opening o =
        age_opening_of((struct exh_bytes){ file, header_n + payload_n }, false, ids, 7);
    CHECK(o.failed_at == STAGE_DONE &&
              bytes_are((struct exh_bytes){ o.plain.p, o.plain.n }, "sealed by age 1.3.1\n"),
          "%s", o.err.text);
    age_opening_free(&o);
    exh_identities_free(ids);
}

static void put_ssh_stanza(struct buf *b, size_t i)
{
    uint8_t tag[4], share[32], body[512];
    char tag_text[7] = { 0 }, share_text[44] = { 0 };
    const size_t body_n = strlen(stanzas[i].body) / 2, share_n = strlen(stanzas[i].share) / 2;
    const char *args[] = { share_n ? "ssh-ed25519" : "ssh-rsa", tag_text, share_text };

    CHECK(hex_read(bytes_of(stanzas[i].tag), tag, 4) &&
              hex_read(bytes_of(stanzas[i].share), share, share_n) &&
              hex_read(bytes_of(stanzas[i].body), body, body_n),
          "hexadecimal");
    base64_write(tag_text, tag, 4);
    base64_write(share_text, share, share_n);
    age_header_put_stanza(b, args, share_n ? 3 : 2, (struct exh_bytes){ body, body_n });
}

static void check_others_ssh(void)
{
    for (size_t i = 0; i < ARRAY_N(stanzas); i++) {
        struct exh_identities *ids = identities_of(stanzas[i].key);
        struct buf b = buf_with_limit(AGE_HEADER_MAX);
        struct file_key *key = NULL, *found = NULL;
        struct age_header *h = NULL;
        struct exh_error err = { 0 };

        CHECK(!file_key_empty(&key, &err) &&
                  hex_read(bytes_of(stanzas[i].file_key), key->bytes, 16),
              "key");
        age_header_put_start(&b);
        put_ssh_stanza(&b, i);
        CHECK(!file_key_end_header(key, &b, &err) && !age_header_read(buf_view(&b), &h, &err), "%s",
              err.text);
        if (h)
            CHECK(!age_open(h, ids, &found, &err) && memcmp(found, key, sizeof *key) == 0, "%s: %s",
                  stanzas[i].name, err.text);
        age_header_free(h);
        file_key_free(found);
        file_key_free(key);
        exh_identities_free(ids);
        buf_free(&b);
    }
}

static enum exh_status open_text(const char *text, const struct exh_identities *ids,
                                 struct exh_error *err)
{
    struct age_header *h = NULL;
    struct file_key *key = NULL;
    enum exh_status status = age_header_read(bytes_of(text), &h, err);

    CHECK(!status, "%s", err->text);
    if (!status)
        status = age_open(h, ids, &key, err);
    CHECK(!key == (status != EXH_OK), "a key comes out only of success");
    file_key_free(key);
    age_header_free(h);
    return status;
}

#define HEADER(stanza) AGE_VERSION_LINE stanza "\n" B43 "\n--- " B43 "\n"
#define ENC \
    "BBiSxmf6A4+OE3ATqf/5rsOOzvGyMX61g3sp1uFbjZ3KLG5mUm8C+Crba36cyRogFqL13W/+FUD+weYfQwNYI4Q"
#define SHARE "XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE"

/* Stanzas that break the rules of their kind are refused, not passed over. */
static void check_refusals(void)
{
    static const struct {
        const char *name, *header;
        enum exh_status want;
        const char *says;
    } rows[] = {
        { "no match", HEADER("-> X25519 " SHARE), EXH_DENIED, "1 X25519 key" },
        { "X25519: no argument", HEADER("-> X25519"), EXH_MALFORMED, "0 arguments" },
        { "X25519: two arguments", HEADER("-> X25519 " SHARE " a"), EXH_MALFORMED, "2 arguments" },
        { "X25519: a short share", HEADER("-> X25519 AAAA"), EXH_MALFORMED, "argument 1" },
        { "X25519: not canonical", HEADER("-> X25519 XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBF"),
          EXH_MALFORMED, "argument 1" },
        { "X25519: low order", HEADER("-> X25519 " B43), EXH_MALFORMED, "low order" },
        { "X25519: a long body", AGE_VERSION_LINE "-> X25519 " SHARE "\n" B43 "AAAA\n--- " B43 "\n",
          EXH_MALFORMED, "body of 35" },
        { "another kind in lower-case", HEADER("-> x25519 " SHARE), EXH_DENIED,
          "1 stanza of another kind" },
        { "P-256: another's tag", HEADER("-> p256tag AAAAAA " ENC), EXH_DENIED, "1 P-256 key" },
        { "P-256: one argument", HEADER("-> p256tag AAAAAA"), EXH_MALFORMED, "1 arguments" },
        { "P-256: a long tag", HEADER("-> p256tag AAAAAAAA " ENC), EXH_MALFORMED, "argument 1" },
        { "P-256: a short point", HEADER("-> p256tag AAAAAA " SHARE), EXH_MALFORMED, "argument 2" },
        { "P-256: our tag, another body", HEADER("-> p256tag cVr+Lw " ENC), EXH_DENIED,
          "1 P-256 key" },
        { "scrypt: one argument", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA"), EXH_MALFORMED,
          "1 arguments" },
        { "scrypt: a short salt", HEADER("-> scrypt AAAA 10"), EXH_MALFORMED, "argument 1" },
        { "scrypt: no work", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 0"), EXH_MALFORMED,
          "decimal" },
        { "scrypt: a leading zero", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 010"), EXH_MALFORMED,
          "decimal" },
        { "scrypt: hexadecimal", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 0xa"), EXH_MALFORMED,
          "decimal" },
        { "scrypt: a sign", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA +10"), EXH_MALFORMED,
          "decimal" },
        { "scrypt: too much work", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 21"), EXH_LIMIT,
          "2^21" },
        { "scrypt: far too much work",
          HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18446744073709551626"), EXH_LIMIT, "or more" },
        { "scrypt: wrong passphrase", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1"), EXH_DENIED,
          "wrong passphrase" },
        { "scrypt beside others", HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1\n" B43 "\n-> grease"),
          EXH_MALFORMED, "passphrase beside" },
        { "SSH: no tag", HEADER("-> ssh-ed25519 " SHARE), EXH_MALFORMED, "1 arguments" },
        { "SSH: a short share", HEADER("-> ssh-ed25519 32yA+A AAAA"), EXH_MALFORMED, "argument 2" },
        { "SSH: our tag, low order", HEADER("-> ssh-ed25519 32yA+A " B43), EXH_MALFORMED, "" },
        { "SSH: our tag, another body", HEADER("-> ssh-ed25519 32yA+A " SHARE), EXH_DENIED,
          "SSH key" },
        { "SSH: another's tag", HEADER("-> ssh-ed25519 AAAAAA " SHARE), EXH_DENIED, "SSH key" },
        { "post-quantum", HEADER("-> mlkem768x25519 AAAA"), EXH_DENIED, "1 post-quantum key" },
        { "many kinds",
          HEADER("-> X25519 " SHARE "\n" B43 "\n-> X25519 " SHARE "\n" B43 "\n-> ssh-rsa AAAA"),
          EXH_DENIED, "2 X25519 keys, 1 SSH key (RSA)" },
    };
    struct exh_identities *ids = identities_of(SECRET);
    struct exh_error err = { 0 };

    CHECK(!exh_identities_add(ids, p256_key, strlen(p256_key), NULL, NULL, &err), "%s", err.text);
    CHECK(!exh_identities_add(ids, ed25519_openssh, strlen(ed25519_openssh), NULL, NULL, &err),
          "%s", err.text);
    CHECK(!exh_identities_add_passphrase(ids, "x", 1, &err), "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        const enum exh_status got = open_text(rows[i].header, ids, &err);
        CHECK(got == rows[i].want && strstr(err.text, rows[i].says), "%s: status %u (%s)",
              rows[i].name, got, err.text);
    }
    exh_identities_free(ids);
}

/* Without the right kind of identity a broken stanza is another's business; without any, nothing opens. */
static void check_other_identities(void)
{
    struct exh_identities *none = exh_identities_new(), *p256 = identities_of(p256_key);
    struct exh_error err = { 0 };

    CHECK(open_text(HEADER("-> X25519"), p256, &err) == EXH_DENIED, "X25519 for P-256: %s",
          err.text);
    CHECK(open_text(HEADER("-> X25519 " SHARE), none, &err) == EXH_DENIED &&
              strstr(err.text, "no identity was given"),
          "nobody: %s", err.text);
    CHECK(open_text(HEADER("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1"), p256, &err) == EXH_DENIED &&
              strstr(err.text, "none was given"),
          "a passphrase is needed: %s", err.text);
    exh_identities_free(none);
    exh_identities_free(p256);
}

/* Every byte of a header is under its MAC, or breaks its form. */
static void check_every_byte(void)
{
    uint8_t file[1024];
    struct exh_memory_sink m = { .p = file, .size = sizeof file };
    const struct exh_sink out = exh_sink_memory(&m);
    struct exh_recipients *to = exh_recipients_new();
    struct exh_identities *ids = identities_of(SECRET);
    struct exh_error err = { 0 };
    struct age_header *h = NULL;
    size_t macs = 0;

    CHECK(!add(to, RECIPIENT, &err) && !add(to, P256_RECIPIENT, &err), "%s", err.text);
    CHECK(!seal_to(to, crypto, bytes_of("content"), 100, &out, &err), "%s", err.text);
    CHECK(!age_header_read((struct exh_bytes){ file, m.n }, &h, &err), "%s", err.text);
    for (size_t i = 0; h && i < h->text.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            file[i] ^= (uint8_t)(1 << bit);
            struct age_opening o =
                age_opening_of((struct exh_bytes){ file, m.n }, false, ids, 1000);
            CHECK(o.failed_at == STAGE_HEADER || o.failed_at == STAGE_KEY ||
                      o.failed_at == STAGE_MAC,
                  "bit %d of byte %zu altered: stage %u", bit, i, o.failed_at);
            macs += o.failed_at == STAGE_MAC;
            age_opening_free(&o);
            file[i] ^= (uint8_t)(1 << bit);
        }
    }
    CHECK(macs > 100, "%zu changes found by the MAC", macs);
    age_header_free(h);
    exh_recipients_free(to);
    exh_identities_free(ids);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    check_recipient_texts();
    check_recipient_list();
    check_passphrase_list();
    check_kinds();
    check_passphrase();
    check_certificate();
    check_others_p256();
    check_others_ssh();
    check_refusals();
    check_other_identities();
    check_every_byte();
    return check_done();
}
