/*
 * What is left of secrets when the work is done: nothing on the stack and nothing on the heap. The memory of
 * this very process is searched for parts of every key that went through OpenSSL.
 */
#include "check.h"

#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/gcm.h"
#include "crypto/hpke.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "crypto/ssh_key.h"
#include "crypto/x25519.h"

#include <exhibit/harden.h>

#include <fcntl.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/pem.h>

#define NOTES_MAX 8
#define SECRET    32 // bytes
#define PART      8  // bytes that must not be found: random ones are nowhere by accident
#define MASK      0x5A
#define BIG       66000

/* A secret that must not be found: it is known by its complement only, byte by byte. */
struct note {
    const char *what;
    volatile uint8_t masked[SECRET];
};

static struct note notes[NOTES_MAX];
static size_t notes_n;

static void note(const char *what, const uint8_t *secret)
{
    notes[notes_n].what = what;
    for (size_t i = 0; i < SECRET; i++)
        notes[notes_n].masked[i] = (uint8_t)(secret[i] ^ MASK);
    notes_n++;
}

static void random_bytes(uint8_t *to, size_t n)
{
    struct exh_error err;

    if (exh_crypto_openssl()->random(to, n, &err) != EXH_OK)
        abort();
}

static void work_aead(void)
{
    static const size_t sizes[] = { 0, 1, 16, 64, 100, 192, 256, 300, 512, 1024, 5000, 65536 };
    static uint8_t bytes[BIG];
    const uint8_t nonce[AEAD_NONCE] = { 1 };
    uint8_t key[SECRET];

    random_bytes(key, sizeof key);
    note("key", key);
    struct aead *a = aead_new(key);
    wipe(key, sizeof key);
    for (size_t i = 0; i < ARRAY_N(sizes); i++)
        CHECK(aead_seal(a, nonce, bytes, sizes[i], bytes) &&
                  aead_open(a, nonce, bytes, sizes[i] + AEAD_TAG, bytes),
              "%zu bytes", sizes[i]);
    aead_free(a);
}

static void work_gcm(void)
{
    static uint8_t bytes[BIG];
    const uint8_t nonce[GCM_NONCE] = { 1 }, tag[GCM_TAG] = { 0 };
    uint8_t key[SECRET];

    random_bytes(key, sizeof key);
    memcpy(key + GCM_KEY, key, sizeof key - GCM_KEY);
    note("key", key);
    struct gcm *g = gcm_new(key);
    wipe(key, sizeof key);
    CHECK(!gcm_open(g, nonce, tag, bytes, sizeof bytes), "a tag of zeros");
    gcm_free(g);
}

static void work_kdf(void)
{
    struct exh_error err;
    uint8_t secret[SECRET], derived[SECRET], stretched[SECRET];
    const struct exh_bytes salt = { (const uint8_t *)"salt", 4 }, view = { secret, sizeof secret };

    random_bytes(secret, sizeof secret);
    note("secret", secret);
    CHECK(hkdf_sha256(view, salt, salt, derived, sizeof derived, &err) == EXH_OK, "hkdf");
    CHECK(scrypt_key(view, salt, 4, stretched, &err) == EXH_OK, "scrypt");
    note("derived", derived);
    note("stretched", stretched);
    CHECK(hmac_sha256(view, &salt, 1, derived, &err) == EXH_OK, "hmac");
    wipe(secret, sizeof secret);
    wipe(derived, sizeof derived);
    wipe(stretched, sizeof stretched);
}

static void work_x25519(void)
{
    uint8_t secret[SECRET], other[SECRET], public[SECRET], shared[SECRET];

    random_bytes(secret, sizeof secret);
    random_bytes(other, sizeof other);
    note("secret", secret);
    note("other", other);
    CHECK(x25519_public(other, public) && x25519_shared(secret, public, shared), "x25519");
    note("shared", shared);
    wipe(secret, sizeof secret);
    wipe(other, sizeof other);
    wipe(shared, sizeof shared);
}

// The number of a P-256 key, out of its PKCS#8: behind version, algorithm and two heads.
static void note_number(const struct exh_key *key)
{
    struct exh_error err;
    char *pem = NULL;
    size_t n = 0;

    if (exh_key_write(key, NULL, 0, &pem, &n, &err) != EXH_OK)
        abort();
    BIO *bio = BIO_new_mem_buf(pem, (int)n);
    char *name, *header;
    unsigned char *der;
    long size;
    if (!PEM_read_bio(bio, &name, &header, &der, &size) || size < 36 + SECRET)
        abort();
    note("private key", der + 36);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, (size_t)size);
    BIO_free(bio);
    exh_secret_free(pem, n);
}

static void work_hpke(void)
{
    const struct exh_bytes none = { 0 };
    struct exh_key *key = NULL;
    struct exh_error err;
    uint8_t to[P256_POINT], enc[P256_POINT], plain[SECRET], sealed[SECRET + HPKE_TAG];

    random_bytes(plain, sizeof plain);
    note("message", plain);
    if (exh_key_new("es256", &key, &err) != EXH_OK)
        abort();
    note_number(key);
    CHECK(p256_of_key(key, to) &&
              hpke_p256_seal(HPKE_CHACHA20_POLY1305, to, none, none,
                             (struct exh_bytes){ plain, sizeof plain }, enc, sealed,
                             &err) == EXH_OK &&
              hpke_p256_open(HPKE_CHACHA20_POLY1305, key, enc, none, none,
                             (struct exh_bytes){ sealed, sizeof sealed }, plain, &err) == EXH_OK,
          "hpke: %s", err.text);
    wipe(plain, sizeof plain);
    exh_key_free(key);
}

// A new Ed25519 key as PEM; its seed is noted, and what it hashes to, which opens files.
static char *new_ssh_key(size_t *n)
{
    uint8_t seed[SECRET], hash[64];
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text, *copy;

    random_bytes(seed, sizeof seed);
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
    if (!pkey || !EVP_Digest(seed, sizeof seed, hash, NULL, EVP_sha512(), NULL) ||
        !PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL))
        abort();
    note("seed", seed);
    note("scalar", hash);
    *n = (size_t)BIO_get_mem_data(bio, &text);
    copy = secret_new(*n);
    memcpy(copy, text, *n);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    wipe(seed, sizeof seed);
    wipe(hash, sizeof hash);
    wipe_stack();
    return copy;
}

static void work_ssh(void)
{
    const uint8_t any[SECRET] = { 9 };
    const struct exh_bytes share = { any, sizeof any }, body = { any, sizeof any };
    struct ssh_key *key = NULL;
    struct exh_error err;
    uint8_t file_key[SSH_FILE_KEY];
    size_t n = 0;
    char *text = new_ssh_key(&n);

    CHECK(ssh_key_read(text, n, NULL, NULL, &key, &err) == EXH_OK, "%s", err.text);
    CHECK(ssh_key_unwrap(key, share, body, file_key, &err) == EXH_DENIED, "%s", err.text);
    ssh_key_free(key);
    secret_free(text, n);
}

// Whether part of a secret stands at p, from `at` on, in a row or `period` bytes of it again and again: wide
// registers hold a key that way. Nothing is put together here.
static bool is_part(const uint8_t *p, const struct note *secret, size_t at, size_t period)
{
    for (size_t i = 0; i < PART; i++) {
        if ((p[i] ^ MASK) != secret->masked[at + i % period])
            return false;
    }
    return true;
}

static bool search_one(const struct note *secret, const uint8_t *p, size_t n)
{
    for (size_t at = 0; at + PART <= SECRET; at += 4) {
        for (size_t i = 0; i + PART <= n; i++) {
            if (is_part(p + i, secret, at, PART) || is_part(p + i, secret, at, 4))
                return true;
        }
    }
    return false;
}

// The memory of one mapping, read as a debugger would, into memory that is in no such mapping.
static size_t read_mapping(int memory, const char *name, uint8_t **out)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long from, to;
    char line[512];
    size_t got = 0;

    while (maps && !got && fgets(line, sizeof line, maps)) {
        if (!strstr(line, name) || sscanf(line, "%lx-%lx", &from, &to) != 2)
            continue;
        *out = malloc(to - from);
        ssize_t n = *out ? pread(memory, *out, to - from, (off_t)from) : -1;
        got = n > 0 ? (size_t)n : 0;
    }
    if (maps)
        fclose(maps);
    return got;
}

static const struct {
    const char *name;
    void (*work)(void);
} works[] = {
    { "aead", work_aead },     { "gcm", work_gcm },   { "kdf", work_kdf },
    { "x25519", work_x25519 }, { "hpke", work_hpke }, { "ssh", work_ssh },
};

int main(void)
{
    static const char *const places[] = { "[stack]", "[heap]" };
    struct exh_error err;
    volatile uint64_t kept[2] = { 0 };
    int memory = open("/proc/self/mem", O_RDONLY); // what is hardened may no longer open it

    exh_harden(&err); // a warning at most
    for (size_t i = 0; i < ARRAY_N(works); i++) {
        notes_n = 0;
        works[i].work();
        for (size_t k = 0; k < ARRAY_N(places); k++) {
            uint8_t *p = NULL;
            size_t n = read_mapping(memory, places[k], &p);
            CHECK(n > 0 || k, "%s cannot be read", places[k]); // a sanitizer has a heap of its own
            for (size_t j = 0; j < notes_n; j++)
                CHECK(!search_one(&notes[j], p, n), "%s: %s is left on the %s", works[i].name,
                      notes[j].what, places[k]);
            free(p);
        }
    }

    // And what is there is found.
    uint8_t secret[SECRET], *p = NULL;
    random_bytes(secret, sizeof secret);
    notes_n = 0;
    note("secret", secret);
    memcpy((void *)(uintptr_t)kept, secret, sizeof kept);
    size_t n = read_mapping(memory, "[stack]", &p);
    CHECK(search_one(notes, p, n), "a secret on the stack is not found");
    free(p);
    close(memory);
    return check_done();
}
