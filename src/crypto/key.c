#include "crypto/key.h"

#include "crypto/library.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#define KEY_PEM_MAX (64 << 10) // bytes of a PEM text; a key of 16384 bits takes 13 KiB
#define RSA_BITS    3072       // of new keys: as strong as P-256

// Cost of guessing a passphrase: 16 MiB and five passes, the most that OpenSSL reads by default.
#define SCRYPT_N    (1 << 14)
#define SCRYPT_R    8
#define SCRYPT_P    5
#define SCRYPT_SALT 16 // bytes

static const struct {
    const char *name, *type, *group;
} kinds[] = {
    { "es256", "EC", "P-256" },     { "es384", "EC", "P-384" }, { "es512", "EC", "P-521" },
    { "ed25519", "ED25519", NULL }, { "ps256", "RSA", NULL },   { "ps384", "RSA", NULL },
    { "ps512", "RSA", NULL },
};

int asking_passphrase(char *to, int size, int writing, void *asking)
{
    struct asking *a = asking;

    (void)writing;
    a->asked = true;
    int n = a->ask && size > 0 ? a->ask(a->ctx, to, (size_t)size) : -1;
    if (n < 0 || n > size) {
        a->given_up = true;
        return -1;
    }
    return n;
}

static struct exh_key *new_key(EVP_PKEY *pkey)
{
    struct exh_key *key = calloc(1, sizeof *key);
    struct key_use *uses = calloc(COSE_ALGS_N, sizeof *uses);

    if (!key || !uses) {
        free(key);
        free(uses);
        return NULL;
    }
    for (size_t i = 0; i < COSE_ALGS_N; i++) {
        uses[i].key = key;
        uses[i].cose = sig_alg_at(i, &uses[i].alg);
    }
    key->pkey = pkey;
    key->uses = uses;
    return key;
}

enum exh_status key_wrap(EVP_PKEY *pkey, struct exh_key **out, struct exh_error *err)
{
    const char *why = "";
    enum exh_status status;

    if (!sig_key_allowed(pkey, &why))
        status = fail(err, EXH_UNSUPPORTED, "private key: %s", why);
    else
        status = (*out = new_key(pkey)) ? EXH_OK : fail_no_memory(err);
    if (status)
        EVP_PKEY_free(pkey);
    ERR_clear_error();
    return status;
}

void exh_key_free(struct exh_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey); // wipes the private part
    key_engine_free(key->engine);
    key_home_free(key->home);
    free(key->uses);
    free(key);
}

static bool contains(const char *text, size_t n, const char *part)
{
    const size_t size = strlen(part);

    for (size_t i = 0; n >= size && i <= n - size; i++) {
        if (memcmp(text + i, part, size) == 0)
            return true;
    }
    return false;
}

static enum exh_status fail_unread(const struct asking *asking, struct exh_error *err)
{
    ERR_clear_error(); // its reasons name ASN.1 templates and decoders, which help nobody
    if (asking->given_up)
        return fail(err, EXH_DENIED, "the private key needs a passphrase, and none was given");
    if (asking->asked)
        return fail(err, EXH_DENIED, "wrong passphrase for the private key");
    return fail(err, EXH_MALFORMED, "no private key in PEM form");
}

enum exh_status exh_key_read(const char *pem, size_t n, exh_passphrase *ask, void *ctx,
                             struct exh_key **out, struct exh_error *err)
{
    struct exh_error local;
    struct asking asking = { .ask = ask, .ctx = ctx };

    err = err ? err : &local;
    if (n > KEY_PEM_MAX)
        return fail(err, EXH_LIMIT, "private key of %zu bytes is larger than %d", n, KEY_PEM_MAX);
    if (contains(pem, n, "-----BEGIN TSS2 PRIVATE KEY-----"))
        return key_open_tpm(NULL, pem, n, &asking, out, err);

    BIO *text = BIO_new_mem_buf(pem, (int)n);
    if (!text)
        return fail_no_memory(err);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(text, NULL, asking_passphrase, &asking);
    BIO_free(text);
    if (!pkey)
        return fail_unread(&asking, err);
    ERR_clear_error();
    return key_wrap(pkey, out, err);
}

static EVP_PKEY *generate(const char *type, const char *group)
{
    if (group)
        return EVP_PKEY_Q_keygen(NULL, NULL, type, group);
    if (strcmp(type, "RSA") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)RSA_BITS);
    return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

enum exh_status exh_key_new(const char *alg, struct exh_key **out, struct exh_error *err)
{
    struct exh_error local;

    err = err ? err : &local;
    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        if (strcmp(kinds[i].name, alg) != 0)
            continue;
        EVP_PKEY *pkey = generate(kinds[i].type, kinds[i].group);
        if (!pkey)
            return fail_openssl(err, EXH_CRYPTO, "key of kind %s could not be made", alg);
        return key_wrap(pkey, out, err);
    }
    return fail(err, EXH_INVALID,
                "unknown kind of key '%.32s': es256, es384, es512, ed25519, ps256, ps384 or ps512",
                alg);
}

// PBES2 with scrypt and AES-256-CBC (RFC 8018, RFC 7914). p8 stays the caller's.
static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *p8, const char *passphrase, size_t n)
{
    uint8_t salt[SCRYPT_SALT];

    if (n > INT_MAX || RAND_bytes(salt, sizeof salt) != 1)
        return NULL;
    X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof salt, NULL, SCRYPT_N,
                                            SCRYPT_R, SCRYPT_P);
    X509_SIG *sealed = pbe ? PKCS8_set0_pbe(passphrase, (int)n, p8, pbe) : NULL;
    if (!sealed)
        X509_ALGOR_free(pbe); // else it belongs to sealed
    return sealed;
}

static bool write_pem(BIO *to, PKCS8_PRIV_KEY_INFO *p8, const char *passphrase, size_t n)
{
    if (!passphrase)
        return PEM_write_bio_PKCS8_PRIV_KEY_INFO(to, p8) == 1;
    X509_SIG *sealed = encrypt(p8, passphrase, n);
    bool written = sealed && PEM_write_bio_PKCS8(to, sealed) == 1;
    X509_SIG_free(sealed);
    return written;
}

enum exh_status exh_key_write(const struct exh_key *key, const char *passphrase,
                              size_t passphrase_n, char **pem, size_t *n, struct exh_error *err)
{
    struct exh_error local;
    PKCS8_PRIV_KEY_INFO *p8 = NULL;
    BIO *bio = NULL;
    char *text, *copy = NULL;
    enum exh_status status = EXH_OK;

    err = err ? err : &local;
    if (key->device)
        return fail(err, EXH_UNSUPPORTED, "the private key cannot be taken out of its device");
    p8 = EVP_PKEY2PKCS8(key->pkey);
    bio = BIO_new(BIO_s_secmem());
    if (!p8 || !bio || !write_pem(bio, p8, passphrase, passphrase_n)) {
        status = fail_openssl(err, EXH_CRYPTO, "private key could not be written");
        goto out;
    }
    long size = BIO_get_mem_data(bio, &text);
    copy = OPENSSL_secure_malloc((size_t)size + 1);
    if (!copy) {
        status = fail_no_memory(err);
        goto out;
    }
    memcpy(copy, text, (size_t)size);
    copy[size] = '\0';
    *pem = copy;
    *n = (size_t)size;
out:
    BIO_free(bio);
    PKCS8_PRIV_KEY_INFO_free(p8);
    return status;
}

void exh_secret_free(char *secret, size_t n)
{
    OPENSSL_secure_clear_free(secret, n);
}
