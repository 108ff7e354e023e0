/* Private keys: every form in, two forms out, passphrases right and wrong, and nothing left behind. */
#include "check.h"
#include "made_cert.h"

#include <sys/resource.h>

#include <openssl/encoder.h>
#include <openssl/pem.h>

#include <exhibit/harden.h>
#include <exhibit/key.h>

static const char *const kinds[] = {
    "es256", "es384", "es512", "ed25519", "ps256", "ps384", "ps512"
};

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

static enum exh_status read_with(const char *pem, size_t n, struct answer *a)
{
    char *copy = exact_copy(pem, n);
    struct exh_key *key = NULL;
    struct exh_error err;
    enum exh_status status = exh_key_read(copy, n, a ? answer : NULL, a, &key, &err);

    exh_key_free(key);
    free(copy);
    return status;
}

static void test_sealed(const char *kind)
{
    struct exh_error err = { .text = "" };
    struct exh_key *key = NULL;
    char *pem = NULL;
    size_t n = 0;
    struct answer right = { "correct horse", 0 }, wrong = { "battery staple", 0 };
    struct answer empty = { "", 0 }, nothing = { NULL, 0 };

    CHECK(exh_key_new(kind, &key, &err) == EXH_OK &&
              exh_key_write(key, right.text, strlen(right.text), &pem, &n, &err) == EXH_OK,
          "%s: %s", kind, err.text);
    CHECK(strstr(pem, "BEGIN ENCRYPTED PRIVATE KEY"), "%s: %s", kind, pem);
    CHECK(read_with(pem, n, &right) == EXH_OK && right.asked == 1, "%s: right passphrase", kind);
    CHECK(read_with(pem, n, &wrong) == EXH_DENIED, "%s: wrong passphrase", kind);
    CHECK(read_with(pem, n, &empty) == EXH_DENIED, "%s: empty passphrase", kind);
    CHECK(read_with(pem, n, &nothing) == EXH_DENIED, "%s: given up", kind);
    CHECK(read_with(pem, n, NULL) == EXH_DENIED, "%s: nobody to ask", kind);
    exh_secret_free(pem, n);
    exh_key_free(key);
}

static void test_new(void)
{
    struct exh_error err = { .text = "" };
    struct exh_key *key = NULL;
    struct answer unasked = { "x", 0 };
    char *pem = NULL;
    size_t n;

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        if (!CHECK(exh_key_new(kinds[i], &key, &err) == EXH_OK, "%s: %s", kinds[i], err.text))
            continue;
        CHECK(exh_key_write(key, NULL, 0, &pem, &n, &err) == EXH_OK, "%s", err.text);
        CHECK(strlen(pem) == n && strstr(pem, "BEGIN PRIVATE KEY"), "%s: %s", kinds[i], pem);
        CHECK(read_with(pem, n, &unasked) == EXH_OK && !unasked.asked, "%s: plain", kinds[i]);
        exh_secret_free(pem, n);
        exh_key_free(key);
    }
    CHECK(exh_key_new("rsa", &key, &err) == EXH_INVALID && strstr(err.text, "es256"), "%s",
          err.text);
    exh_key_free(NULL);
    exh_secret_free(NULL, 0);
}

// One form of a private key as OpenSSL's encoder writes it.
static void check_form(EVP_PKEY *pkey, const char *structure, const char *cipher,
                       enum exh_status want)
{
    OSSL_ENCODER_CTX *ctx =
        OSSL_ENCODER_CTX_new_for_pkey(pkey, EVP_PKEY_KEYPAIR, "PEM", structure, NULL);
    struct answer a = { "correct horse", 0 };
    unsigned char *pem = NULL;
    size_t n = 0;

    if (cipher) {
        OSSL_ENCODER_CTX_set_cipher(ctx, cipher, NULL);
        OSSL_ENCODER_CTX_set_passphrase(ctx, (const unsigned char *)a.text, strlen(a.text));
    }
    CHECK(OSSL_ENCODER_to_data(ctx, &pem, &n) == 1, "%s cannot be written", structure);
    CHECK(read_with((char *)pem, n, &a) == want, "%s of %s", structure,
          EVP_PKEY_get0_type_name(pkey));
    CHECK(!cipher || a.asked == 1, "%s asked %d times", structure, a.asked);
    OPENSSL_free(pem);
    OSSL_ENCODER_CTX_free(ctx);
}

static void test_forms(void)
{
    static const struct {
        const char *kind, *structure, *cipher;
        enum exh_status want;
    } rows[] = {
        { "P-256", "PrivateKeyInfo", NULL, EXH_OK },
        { "P-256", "PrivateKeyInfo", "AES-256-CBC", EXH_OK },
        { "P-256", "type-specific", NULL, EXH_OK }, // SEC1
        { "P-256", "type-specific", "AES-128-CBC", EXH_OK },
        { "P-384", "type-specific", NULL, EXH_OK },
        { "P-521", "type-specific", NULL, EXH_OK },
        { "RSA:2048", "type-specific", NULL, EXH_OK }, // PKCS#1
        { "RSA:2048", "type-specific", "AES-128-CBC", EXH_OK },
        { "RSA:2048", "PrivateKeyInfo", NULL, EXH_OK },
        { "ED25519", "PrivateKeyInfo", NULL, EXH_OK },
        { "RSA:1024", "PrivateKeyInfo", NULL, EXH_UNSUPPORTED },
        { "secp256k1", "PrivateKeyInfo", NULL, EXH_UNSUPPORTED },
        { "ED448", "PrivateKeyInfo", NULL, EXH_UNSUPPORTED },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        EVP_PKEY *pkey = make_key(rows[i].kind);
        check_form(pkey, rows[i].structure, rows[i].cipher, rows[i].want);
        EVP_PKEY_free(pkey);
    }
}

static void test_malformed(void)
{
    struct exh_error err;
    struct exh_key *key = NULL;
    size_t n, large = (64 << 10) + 1;
    char *pem = NULL, *text = malloc(large);

    memset(text, 'A', large);
    CHECK(read_with(text, large, NULL) == EXH_LIMIT, "too large");
    CHECK(read_with("", 0, NULL) == EXH_MALFORMED, "empty");
    CHECK(read_with("hello\n", 6, NULL) == EXH_MALFORMED, "words");
    CHECK(exh_key_new("es256", &key, &err) == EXH_OK &&
              exh_key_write(key, NULL, 0, &pem, &n, &err) == EXH_OK,
          "%s", err.text);
    const char *end = strstr(pem, "\n-----END");
    for (size_t cut = 0; cut < (size_t)(end - pem); cut++)
        CHECK(read_with(pem, cut, NULL) == EXH_MALFORMED, "prefix of %zu", cut);
    exh_secret_free(pem, n);
    exh_key_free(key);
    free(text);
}

static void test_uris(void)
{
    static const char *const uris[] = { "", "file:/etc/passwd", "handle", "HANDLE:0x81000000",
                                        "/etc/passwd" };
    struct exh_key *key = NULL;
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(uris); i++)
        CHECK(exh_key_open(uris[i], NULL, NULL, &key, &err) == EXH_NOT_FOUND &&
                  strstr(err.text, "no key URI"),
              "'%s': %s", uris[i], err.text);
}

#define MAP_MAX ((unsigned long)64 << 20) // bytes of a mapping that is searched
#define MASK    0x5A // the needle is kept masked, so that it does not find itself

struct needle {
    uint8_t forward[32],
        backward[32]; // as written in files, and as OpenSSL's numbers lie in memory
};

// Memory is read here that is nobody's: the sanitizer would be right, and is told to look away.
__attribute__((no_sanitize("address"))) static bool is_at(const uint8_t *p,
                                                          const uint8_t needle[32])
{
    for (size_t k = 0; k < 32; k++) {
        if ((p[k] ^ MASK) != needle[k])
            return false;
    }
    return true;
}

static size_t search_piece(const uint8_t *p, size_t n, const struct needle *needle)
{
    size_t found = 0;

    for (size_t i = 0; i + 32 <= n; i++)
        found += is_at(p + i, needle->forward) || is_at(p + i, needle->backward);
    return found;
}

struct found {
    size_t all;    // hits in writable memory
    size_t dumped; // of these, where a core dump would write them
};

// Where the needle lies in this process's memory.
static struct found search_memory(const struct needle *needle)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512], mode[5];
    struct found found = { 0 };
    unsigned long from, until;
    size_t here = 0;

    if (!CHECK(maps, "no /proc"))
        return found;
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %4s", &from, &until, mode) == 3) {
            // The address sanitizer maps terabytes of its own, which hold no data of ours.
            bool search =
                mode[0] == 'r' && mode[1] == 'w' && !strstr(line, "[vv") && until - from < MAP_MAX;
            here = search ? search_piece((const uint8_t *)from, until - from, needle) : 0;
            found.all += here;
        } else if (strncmp(line, "VmFlags:", 8) == 0 &&
                   !strstr(line, " dd ")) { // not "do not dump"
            found.dumped += here;
        }
    }
    fclose(maps);
    return found;
}

static struct needle needle_of(EVP_PKEY *pkey)
{
    struct needle needle;
    BIGNUM *scalar = NULL;

    CHECK(EVP_PKEY_get_bn_param(pkey, "priv", &scalar) == 1, "no private part");
    BN_bn2binpad(scalar, needle.forward, 32);
    BN_clear_free(scalar);
    for (size_t i = 0; i < 32; i++)
        needle.forward[i] ^= MASK;
    for (size_t i = 0; i < 32; i++)
        needle.backward[i] = needle.forward[31 - i];
    return needle;
}

// Read a key, use it, write it, free it.
static void use_key(const char *pem, size_t n, const struct needle *needle)
{
    struct answer a = { "correct horse", 0 };
    struct exh_error err = { .text = "" };
    struct exh_key *key = NULL, *again = NULL;
    char *sealed = NULL, *plain = NULL;
    size_t sealed_n = 0, plain_n = 0;

    CHECK(exh_key_read(pem, n, NULL, NULL, &key, &err) == EXH_OK &&
              exh_key_write(key, a.text, strlen(a.text), &sealed, &sealed_n, &err) == EXH_OK &&
              exh_key_read(sealed, sealed_n, answer, &a, &again, &err) == EXH_OK &&
              exh_key_write(again, NULL, 0, &plain, &plain_n, &err) == EXH_OK,
          "%s", err.text);
    CHECK(plain_n == n && memcmp(plain, pem, n) == 0, "another key came back");
    struct found live = search_memory(needle);
    CHECK(live.all > 0 && live.dumped == 0, "keys in use: %zu copies, %zu in a core dump", live.all,
          live.dumped);
    exh_secret_free(plain, plain_n);
    exh_secret_free(sealed, sealed_n);
    exh_key_free(again);
    exh_key_free(key);
}

static void test_wiped(void)
{
    EVP_PKEY *pkey = make_key("P-256");
    struct needle needle = needle_of(pkey);
    BIO *bio = BIO_new(BIO_s_secmem());
    char *pem;

    CHECK(search_memory(&needle).all > 0, "the search finds nothing at all");
    CHECK(search_memory(&needle).dumped == 0, "a core dump would hold the private key");
    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
    long n = BIO_get_mem_data(bio, &pem);
    EVP_PKEY_free(pkey);
    use_key(pem, (size_t)n, &needle);
    BIO_free(bio);
    size_t left = search_memory(&needle).all;
    CHECK(left == 0, "%zu copies of the private key are left", left);
}

int main(void)
{
    struct exh_error err = { .text = "" };
    struct rlimit core;

    CHECK(exh_harden(&err) == EXH_OK, "%s", err.text);
    CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0,
          "core dumps are on");
    CHECK(CRYPTO_secure_malloc_initialized(), "no guarded memory");
    CHECK(exh_harden(NULL) == EXH_IO, "hardened twice");
    test_new();
    test_sealed("es256");
    test_sealed("ed25519");
    test_forms();
    test_malformed();
    test_uris();
    test_wiped();
    return check_done();
}
