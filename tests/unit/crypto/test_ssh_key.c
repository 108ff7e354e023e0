/* SSH keys that open age files: every form, every refusal, stanzas that age made, whole and changed. */
#include "check.h"
#include "ssh_vectors.h"

#include "base/buf.h"
#include "base/text.h"
#include "crypto/ssh_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#define BODY_MAX 512
#define TEXT_MAX 8192

struct answer {
    const char *text; // NULL: give up
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

static enum exh_status read_key(const char *text, size_t n, struct answer *a, struct ssh_key **out,
                                struct exh_error *err)
{
    char *copy = exact_copy(text, n);
    enum exh_status status = ssh_key_read(copy, n, a ? answer : NULL, a, out, err);

    free(copy);
    return status;
}

static enum exh_status try_text(const char *text, size_t n, struct answer *a, struct exh_error *err)
{
    struct ssh_key *key = NULL;
    enum exh_status status = read_key(text, n, a, &key, err);

    CHECK((status == EXH_OK) == (key != NULL), "a key and a failure");
    ssh_key_free(key);
    return status;
}

struct bytes_of_hex {
    uint8_t p[BODY_MAX];
    size_t n;
};

static struct bytes_of_hex unhex(const char *text)
{
    struct bytes_of_hex h = { .n = strlen(text) / 2 };

    if (h.n > sizeof h.p || !hex_read(bytes_of(text), h.p, h.n))
        abort();
    return h;
}

static enum exh_status unwrap(const struct ssh_key *key, const struct bytes_of_hex *share,
                              const struct bytes_of_hex *body, uint8_t file_key[SSH_FILE_KEY],
                              struct exh_error *err)
{
    uint8_t *s = exact_copy(share->p, share->n), *b = exact_copy(body->p, body->n);
    enum exh_status status = ssh_key_unwrap(key, (struct exh_bytes){ s, share->n },
                                            (struct exh_bytes){ b, body->n }, file_key, err);

    free(s);
    free(b);
    return status;
}

// Stanzas by age: they open, and with any change they do not.
static void test_stanza(size_t i)
{
    struct exh_error err = { .text = "" };
    struct ssh_key *key = NULL;
    const struct bytes_of_hex share = unhex(stanzas[i].share), body = unhex(stanzas[i].body);
    const struct bytes_of_hex tag = unhex(stanzas[i].tag), want = unhex(stanzas[i].file_key);
    uint8_t file_key[SSH_FILE_KEY], found[SSH_TAG];
    struct bytes_of_hex other;

    if (!CHECK(read_key(stanzas[i].key, strlen(stanzas[i].key), NULL, &key, &err) == EXH_OK,
               "%s: %s", stanzas[i].name, err.text))
        return;
    ssh_key_tag(key, found);
    CHECK(memcmp(found, tag.p, SSH_TAG) == 0, "%s: tag", stanzas[i].name);
    CHECK(ssh_key_kind(key) == (share.n ? SSH_ED25519 : SSH_RSA), "%s: kind", stanzas[i].name);
    CHECK(unwrap(key, &share, &body, file_key, &err) == EXH_OK &&
              memcmp(file_key, want.p, SSH_FILE_KEY) == 0,
          "%s: %s", stanzas[i].name, err.text);
    for (size_t at = 0; at < body.n; at++) {
        other = body;
        other.p[at] ^= 0x40;
        CHECK(unwrap(key, &share, &other, file_key, &err) == EXH_DENIED, "%s: body byte %zu: %s",
              stanzas[i].name, at, err.text);
    }
    for (size_t at = 0; at < share.n; at++) {
        other = share;
        other.p[at] ^= 0x40;
        CHECK(unwrap(key, &other, &body, file_key, &err) == EXH_DENIED, "%s: share byte %zu: %s",
              stanzas[i].name, at, err.text);
    }
    for (size_t n = 0; n <= body.n + 1; n++) {
        other = body;
        other.n = n;
        CHECK(n == body.n || unwrap(key, &share, &other, file_key, &err) == EXH_MALFORMED,
              "%s: %zu bytes of body", stanzas[i].name, n);
    }
    other = share;
    other.n = share.n ? 31 : 1;
    CHECK(unwrap(key, &other, &body, file_key, &err) == EXH_MALFORMED, "%s: share of another size",
          stanzas[i].name);
    if (share.n) {
        other = (struct bytes_of_hex){ .n = 32 };
        CHECK(unwrap(key, &other, &body, file_key, &err) == EXH_MALFORMED &&
                  strstr(err.text, "low order"),
              "%s: %s", stanzas[i].name, err.text);
    }
    ssh_key_free(key);
}

/* OpenSSH's form of an Ed25519 key, field by field: a text in place of the right one, or what is added. */
struct recipe {
    const char *name;
    enum exh_status want;
    const char *says; // part of the error; NULL: any
    const char *magic, *cipher, *kdf, *options, *type, *filling;
    int keys, check, public, public_n, both, both_n; // added to a number, a last byte, a size
    int behind;                                      // bytes
};

static const struct recipe recipes[] = {
    { .name = "good", .want = EXH_OK },
    { .name = "other magic", .want = EXH_MALFORMED, .magic = "openssh-key-v2" },
    { .name = "locked",
      .want = EXH_UNSUPPORTED,
      .says = "ssh-keygen -p",
      .cipher = "aes256-ctr",
      .kdf = "bcrypt" },
    { .name = "a kdf alone", .want = EXH_MALFORMED, .kdf = "bcrypt" },
    { .name = "kdf options", .want = EXH_MALFORMED, .options = "x" },
    { .name = "no key", .want = EXH_UNSUPPORTED, .says = "0 keys", .keys = -1 },
    { .name = "two keys", .want = EXH_UNSUPPORTED, .says = "2 keys", .keys = 1 },
    { .name = "check numbers differ", .want = EXH_MALFORMED, .says = "check numbers", .check = 1 },
    { .name = "another type", .want = EXH_UNSUPPORTED, .says = "only RSA", .type = "ssh-dsa2345" },
    { .name = "another public key inside", .want = EXH_MALFORMED, .public = 1 },
    { .name = "public key cut", .want = EXH_MALFORMED, .public_n = -1, .filling = "\1\2\3\4" },
    { .name = "another public key at the end", .want = EXH_MALFORMED, .both = 1 },
    { .name = "private key cut", .want = EXH_MALFORMED, .both_n = -1, .filling = "\1\2\3\4" },
    { .name = "filling too short", .want = EXH_MALFORMED, .filling = "\1\2" },
    { .name = "filling too long", .want = EXH_MALFORMED, .filling = "\1\2\3\4\5\6\7\10\11\12\13" },
    { .name = "filling of other bytes", .want = EXH_MALFORMED, .filling = "\1\2\4" },
    { .name = "a byte behind", .want = EXH_MALFORMED, .behind = 1 },
};

static void put_string(struct buf *to, const void *p, size_t n)
{
    buf_put_u32(to, (uint32_t)n);
    buf_put(to, p, n);
}

static void put_text(struct buf *to, const char *text)
{
    put_string(to, text, strlen(text));
}

static const char *either(const char *text, const char *usual)
{
    return text ? text : usual;
}

static struct buf build(const struct recipe *r)
{
    struct buf to = buf_with_limit(TEXT_MAX), private = buf_with_limit(TEXT_MAX);
    struct buf public = buf_with_limit(TEXT_MAX);
    uint8_t both[64] = { 7 }, point[32];
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, both, 32);
    size_t n = 32;

    if (!pkey || !EVP_PKEY_get_raw_public_key(pkey, both + 32, &n))
        abort();
    memcpy(point, both + 32, sizeof point);
    put_text(&public, "ssh-ed25519");
    put_string(&public, point, sizeof point);
    point[31] = (uint8_t)(point[31] + r->public);
    both[63] = (uint8_t)(both[63] + r->both);
    buf_put_u32(&private, 0xABCD);
    buf_put_u32(&private, (uint32_t)(0xABCD + r->check));
    put_text(&private, either(r->type, "ssh-ed25519"));
    put_string(&private, point, (size_t)(32 + r->public_n));
    put_string(&private, both, (size_t)(64 + r->both_n));
    put_text(&private, "me@far.org");
    buf_put_text(&private, either(r->filling, "\1\2\3"));
    buf_put_text(&to, either(r->magic, "openssh-key-v1"));
    buf_put_u8(&to, 0);
    put_text(&to, either(r->cipher, "none"));
    put_text(&to, either(r->kdf, "none"));
    put_text(&to, either(r->options, ""));
    buf_put_u32(&to, (uint32_t)(1 + r->keys));
    put_string(&to, public.p, public.n);
    put_string(&to, private.p, private.n);
    buf_put_zeros(&to, (size_t)r->behind);
    EVP_PKEY_free(pkey);
    buf_free(&public);
    buf_free(&private);
    return to;
}

// The text around OpenSSH's bytes.
static enum exh_status try_binary(const uint8_t *p, size_t n, struct exh_error *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    if (PEM_write_bio(bio, "OPENSSH PRIVATE KEY", "", p, (long)n) <= 0)
        abort();
    long size = BIO_get_mem_data(bio, &text);
    enum exh_status status = try_text(text, (size_t)size, NULL, err);
    BIO_free(bio);
    return status;
}

static void test_recipes(void)
{
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(recipes); i++) {
        struct buf b = build(&recipes[i]);
        enum exh_status status = try_binary(b.p, b.n, &err);
        CHECK(status == recipes[i].want, "%s: status %d (%s)", recipes[i].name, (int)status,
              err.text);
        CHECK(!recipes[i].says || strstr(err.text, recipes[i].says), "%s: %s", recipes[i].name,
              err.text);
        buf_free(&b);
    }
}

// Every prefix, and every bit, of a good key: refused, or a change that is allowed to be there.
static void test_damaged(void)
{
    struct exh_error err = { .text = "" };
    struct buf b = build(&recipes[0]);

    for (size_t n = 1; n < b.n; n++)
        CHECK(try_binary(b.p, n, &err) == EXH_MALFORMED, "%zu bytes: %s", n, err.text);
    for (size_t at = 0; at < b.n; at++) {
        b.p[at] ^= 1;
        bool comment = at >= b.n - 13 && at < b.n - 3;
        CHECK((try_binary(b.p, b.n, &err) == EXH_OK) == comment, "byte %zu of %zu", at, b.n);
        b.p[at] ^= 1;
    }
    buf_free(&b);
}

// The same with the numbers of an RSA key: whatever is changed, nothing but the comment may be.
static void test_damaged_rsa(void)
{
    struct exh_error err = { .text = "" };
    BIO *bio = BIO_new_mem_buf(rsa_openssh, -1);
    char *name = NULL, *header = NULL;
    unsigned char *p = NULL;
    long n = 0;

    if (!PEM_read_bio(bio, &name, &header, &p, &n))
        abort();
    for (long size = 1; size < n; size += size < 80 ? 1 : 29)
        CHECK(try_binary(p, (size_t)size, &err) == EXH_MALFORMED, "%ld bytes: %s", size, err.text);
    for (long at = 0; at < 340; at++) { // head and public half
        p[at] ^= 1;
        CHECK(try_binary(p, (size_t)n, &err) != EXH_OK, "byte %ld", at);
        p[at] ^= 1;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(p);
    BIO_free(bio);
}

/* Numbers that are no RSA key: added to the right ones, or in their place. */
static const struct {
    const char *name;
    int n, d;             // added
    const char *e, *d_is; // hexadecimal; NULL: as it is
    enum exh_status want; // of reading
} numbers[] = {
    { "the right ones", 0, 0, NULL, NULL, EXH_OK },
    { "an even modulus", 1, 0, NULL, NULL, EXH_OK },
    { "another d", 0, 2, NULL, NULL, EXH_OK },
    { "d of 0", 0, 0, NULL, "00", EXH_OK },
    { "d of 1", 0, 0, NULL, "01", EXH_OK },
    { "e of 0", 0, 0, "00", NULL, EXH_OK },
    { "e of 1", 0, 0, "01", NULL, EXH_OK },
    { "an even e", 0, 0, "010000", NULL, EXH_OK },
    { "a large e", 0, 0, "0fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", NULL,
      EXH_OK },
};

static void put_number(struct buf *to, const BIGNUM *n)
{
    uint8_t bytes[BODY_MAX] = { 0 };
    const size_t size = (size_t)BN_num_bytes(n) + (BN_num_bits(n) % 8 == 0 && !BN_is_zero(n));

    if (size > sizeof bytes || BN_bn2binpad(n, bytes, (int)size) < 0)
        abort();
    put_string(to, bytes, size);
}

static void put_rsa(struct buf *to, const BIGNUM *e, const BIGNUM *n)
{
    put_text(to, "ssh-rsa");
    put_number(to, e);
    put_number(to, n);
}

static BIGNUM *number_of(EVP_PKEY *pkey, const char *name, int more, const char *instead)
{
    BIGNUM *n = NULL;

    if (instead ? !BN_hex2bn(&n, instead) : !EVP_PKEY_get_bn_param(pkey, name, &n))
        abort();
    if (!BN_add_word(n, (BN_ULONG)more))
        abort();
    return n;
}

// Whatever the numbers are, reading or opening says no, and neither crashes nor goes on for ever.
static void test_numbers(size_t i)
{
    BIO *bio = BIO_new_mem_buf(rsa_pkcs8, -1), *pem = BIO_new(BIO_s_mem());
    EVP_PKEY *rsa = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIGNUM *n = number_of(rsa, "n", numbers[i].n, NULL);
    BIGNUM *e = number_of(rsa, "e", 0, numbers[i].e);
    BIGNUM *d = number_of(rsa, "d", numbers[i].d, numbers[i].d_is);
    struct buf public = buf_with_limit(TEXT_MAX), private = buf_with_limit(TEXT_MAX);
    struct buf whole = buf_with_limit(TEXT_MAX);
    const struct bytes_of_hex body = unhex(stanzas[1].body), none = { .n = 0 };
    uint8_t file_key[SSH_FILE_KEY];
    struct exh_error err = { .text = "" };
    struct ssh_key *key = NULL;
    char *text;

    put_rsa(&public, e, n);
    buf_put_zeros(&private, 8);
    put_text(&private, "ssh-rsa");
    put_number(&private, n);
    put_number(&private, e);
    put_number(&private, d);
    for (int k = 0; k < 4; k++) // three numbers that are not needed, and the comment
        put_text(&private, "");
    for (uint8_t fill = 1; private.n % 8; fill++)
        buf_put_u8(&private, fill);
    buf_put(&whole, "openssh-key-v1", 15);
    put_text(&whole, "none");
    put_text(&whole, "none");
    put_text(&whole, "");
    buf_put_u32(&whole, 1);
    put_string(&whole, public.p, public.n);
    put_string(&whole, private.p, private.n);
    if (PEM_write_bio(pem, "OPENSSH PRIVATE KEY", "", whole.p, (long)whole.n) <= 0)
        abort();
    long size = BIO_get_mem_data(pem, &text);
    enum exh_status status = read_key(text, (size_t)size, NULL, &key, &err);
    CHECK(status == numbers[i].want, "%s: status %d: %s", numbers[i].name, (int)status, err.text);
    if (!status) {
        status = unwrap(key, &none, &body, file_key, &err);
        CHECK((status == EXH_OK) == (i == 0), "%s: status %d", numbers[i].name, (int)status);
        CHECK(i == 0 || status == EXH_DENIED, "%s: %s", numbers[i].name, err.text);
    }
    ssh_key_free(key);
    buf_free(&public);
    buf_free(&private);
    buf_free(&whole);
    BN_free(n);
    BN_free(e);
    BN_free(d);
    EVP_PKEY_free(rsa);
    BIO_free(bio);
    BIO_free(pem);
}

// Forms of PEM as OpenSSL writes them; cipher NULL: in plain.
static void check_pem(const char *name, EVP_PKEY *pkey, bool traditional, const char *cipher,
                      enum exh_status want)
{
    struct answer right = { PASSPHRASE, 0 }, wrong = { "battery staple", 0 };
    const EVP_CIPHER *enc = cipher ? EVP_get_cipherbyname(cipher) : NULL;
    const unsigned char *pass = (const unsigned char *)(cipher ? PASSPHRASE : NULL);
    const int pass_n = cipher ? (int)strlen(PASSPHRASE) : 0;
    struct exh_error err = { .text = "" };
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    if (!(traditional
              ? PEM_write_bio_PrivateKey_traditional(bio, pkey, enc, pass, pass_n, NULL, NULL)
              : PEM_write_bio_PrivateKey(bio, pkey, enc, pass, pass_n, NULL, NULL)))
        abort();
    size_t n = (size_t)BIO_get_mem_data(bio, &text);
    CHECK(try_text(text, n, &right, &err) == want, "%s: %s", name, err.text);
    CHECK(right.asked == (cipher ? 1 : 0), "%s: asked %d times", name, right.asked);
    if (cipher) {
        CHECK(try_text(text, n, &wrong, &err) == EXH_DENIED, "%s: wrong passphrase", name);
        CHECK(try_text(text, n, NULL, &err) == EXH_DENIED, "%s: nobody to ask", name);
    }
    BIO_free(bio);
}

static void test_forms(void)
{
    BIO *bio = BIO_new_mem_buf(rsa_pkcs8, -1);
    EVP_PKEY *rsa = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    EVP_PKEY *x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    EVP_PKEY *small = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);

    check_pem("PKCS#1", rsa, true, NULL, EXH_OK);
    check_pem("PKCS#1 with a passphrase", rsa, true, "AES-128-CBC", EXH_OK);
    check_pem("PKCS#8", rsa, false, NULL, EXH_OK);
    check_pem("PKCS#8 with a passphrase", rsa, false, "AES-256-CBC", EXH_OK);
    check_pem("Ed25519", ed25519, false, NULL, EXH_OK);
    check_pem("Ed25519 with a passphrase", ed25519, false, "AES-256-CBC", EXH_OK);
    check_pem("P-256", p256, false, NULL, EXH_UNSUPPORTED);
    check_pem("X25519", x25519, false, NULL, EXH_UNSUPPORTED);
    check_pem("RSA of 1024 bits", small, false, NULL, EXH_UNSUPPORTED);
    BIO_free(bio);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ed25519);
    EVP_PKEY_free(p256);
    EVP_PKEY_free(x25519);
    EVP_PKEY_free(small);
}

static const struct {
    const char *name, *text;
    enum exh_status want;
    const char *says;
} texts[] = {
    { "nothing", "", EXH_MALFORMED, NULL },
    { "no key", "hello\n", EXH_MALFORMED, NULL },
    { "locked by OpenSSH", ed25519_locked, EXH_UNSUPPORTED, "ssh-keygen -p -N '' -f COPY" },
    { "ECDSA", ecdsa_openssh, EXH_UNSUPPORTED, "only RSA and Ed25519" },
    { "no end", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n", EXH_MALFORMED,
      NULL },
    { "no base64", "-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n-----END OPENSSH PRIVATE KEY-----\n",
      EXH_MALFORMED, NULL },
    { "empty", "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
      EXH_MALFORMED, NULL },
};

static void test_texts(void)
{
    static char big[SSH_KEY_MAX + 1];
    struct exh_error err = { .text = "" };

    for (size_t i = 0; i < ARRAY_N(texts); i++) {
        enum exh_status status = try_text(texts[i].text, strlen(texts[i].text), NULL, &err);
        CHECK(status == texts[i].want && (!texts[i].says || strstr(err.text, texts[i].says)),
              "%s: status %d (%s)", texts[i].name, (int)status, err.text);
    }
    for (size_t n = 0; n < sizeof ed25519_openssh - 2; n++)
        CHECK(try_text(ed25519_openssh, n, NULL, &err) == EXH_MALFORMED, "%zu bytes of text", n);
    memset(big, ' ', sizeof big);
    CHECK(try_text(big, sizeof big, NULL, &err) == EXH_LIMIT, "%s", err.text);
    CHECK(try_text(big, sizeof big - 1, NULL, &err) == EXH_MALFORMED, "%s", err.text);
    ssh_key_free(NULL);
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(stanzas); i++)
        test_stanza(i);
    test_recipes();
    test_damaged();
    test_damaged_rsa();
    for (size_t i = 0; i < ARRAY_N(numbers); i++)
        test_numbers(i);
    test_forms();
    test_texts();
    return check_done();
}
