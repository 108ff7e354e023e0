#include "crypto/ssh_key.h"

#include "base/text.h"
#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/library.h"
#include "crypto/secret.h"
#include "crypto/ssh_read.h"
#include "crypto/x25519.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

// What age derives with, and RSA's label: filippo.io/age, "agessh".
#define LABEL_RSA     "age-encryption.org/v1/ssh-rsa"
#define LABEL_ED25519 "age-encryption.org/v1/ssh-ed25519"

struct ssh_key {
    enum ssh_kind kind;
    struct exh_key *key; // owned
    struct buf wire;     // owned: the public key as SSH writes it
    uint8_t tag[SSH_TAG];
};

void ssh_key_free(struct ssh_key *key)
{
    if (!key)
        return;
    exh_key_free(key->key);
    buf_free(&key->wire);
    free(key);
}

// The public half and the tag of it.
static enum exh_status set_public(struct ssh_key *ssh, struct exh_error *err)
{
    uint8_t digest[SHA256_SIZE];
    enum exh_status status = ssh_write_public(ssh->key->pkey, &ssh->wire, err);

    if (status)
        return status;
    if (!EVP_Digest(ssh->wire.p, ssh->wire.n, digest, NULL, EVP_sha256(), NULL))
        return fail_openssl(err, EXH_CRYPTO, "SSH key: its public half could not be hashed");
    memcpy(ssh->tag, digest, SSH_TAG);
    return EXH_OK;
}

// A key that is fit to open files, with its public half; takes key over, also when it fails.
static enum exh_status wrap(struct exh_key *key, struct ssh_key **out, struct exh_error *err)
{
    struct ssh_key *ssh = calloc(1, sizeof *ssh);
    enum exh_status status = EXH_OK;

    if (!ssh) {
        exh_key_free(key);
        return fail_no_memory(err);
    }
    ssh->key = key;
    ssh->wire = buf_with_limit(SSH_WIRE_MAX);
    if (key->device)
        status = fail(err, EXH_UNSUPPORTED, "SSH key: a key in a device cannot open files");
    else if (EVP_PKEY_is_a(key->pkey, "ED25519"))
        ssh->kind = SSH_ED25519;
    else if (EVP_PKEY_is_a(key->pkey, "RSA"))
        ssh->kind = SSH_RSA;
    else
        status = fail(err, EXH_UNSUPPORTED, "SSH key: only RSA and Ed25519 open files, not %s",
                      EVP_PKEY_get0_type_name(key->pkey));
    if (!status)
        status = set_public(ssh, err);
    if (status) {
        ssh_key_free(ssh);
        return status;
    }
    *out = ssh;
    return EXH_OK;
}

enum exh_status ssh_key_read(const char *text, size_t n, exh_passphrase *ask, void *ctx,
                             struct ssh_key **out, struct exh_error *err)
{
    struct exh_key *key = NULL;
    enum exh_status status;

    if (n > SSH_KEY_MAX)
        return fail(err, EXH_LIMIT, "SSH key of %zu bytes is larger than %d", n, SSH_KEY_MAX);
    if (ssh_is_openssh(text, n))
        status = ssh_read_openssh(text, n, &key, err);
    else
        status = exh_key_read(text, n, ask, ctx, &key, err);
    wipe_stack();
    return status ? status : wrap(key, out, err);
}

enum ssh_kind ssh_key_kind(const struct ssh_key *key)
{
    return key->kind;
}

void ssh_key_tag(const struct ssh_key *key, uint8_t tag[SSH_TAG])
{
    memcpy(tag, key->tag, SSH_TAG);
}

static bool set_oaep(EVP_PKEY_CTX *ctx)
{
    char *label = OPENSSL_strdup(LABEL_RSA);

    if (label && EVP_PKEY_decrypt_init(ctx) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
        EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0 &&
        EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) > 0 &&
        EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, (int)strlen(label)) > 0)
        return true;
    OPENSSL_free(label);
    return false;
}

static enum exh_status unwrap_rsa(const struct ssh_key *key, struct exh_bytes body,
                                  uint8_t file_key[SSH_FILE_KEY], struct exh_error *err)
{
    const size_t size = (size_t)EVP_PKEY_get_size(key->key->pkey);
    enum exh_status status = EXH_OK;
    uint8_t *plain = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    size_t n = size;

    if (body.n != size)
        return fail(err, EXH_MALFORMED, "ssh-rsa stanza: body of %zu bytes, the key's are %zu",
                    body.n, size);
    plain = secret_new(size);
    ctx = EVP_PKEY_CTX_new(key->key->pkey, NULL);
    if (!plain || !ctx || !set_oaep(ctx)) {
        status = fail_openssl(err, EXH_CRYPTO, "ssh-rsa stanza: RSA is not usable");
    } else if (EVP_PKEY_decrypt(ctx, plain, &n, body.p, body.n) <= 0 || n != SSH_FILE_KEY) {
        ERR_clear_error();
        status = fail(err, EXH_DENIED, "ssh-rsa stanza: it does not open with this key");
    } else {
        memcpy(file_key, plain, SSH_FILE_KEY);
    }
    EVP_PKEY_CTX_free(ctx);
    secret_free(plain, size);
    wipe_stack();
    return status;
}

/* What an Ed25519 key becomes on Curve25519; secret: the caller wipes it. */
struct montgomery {
    uint8_t secret[X25519_SIZE], public[X25519_SIZE];
};

// RFC 8032, "Key Generation": the first half of the hash is the number, clamped as X25519 clamps.
static bool to_montgomery(const struct ssh_key *key, struct montgomery *out)
{
    const struct library *lib = crypto_library();
    uint8_t seed[32], hash[64];
    size_t n = sizeof seed;
    bool made = lib && EVP_PKEY_get_raw_private_key(key->key->pkey, seed, &n) > 0 &&
                n == sizeof seed && EVP_Digest(seed, n, hash, NULL, lib->md[EXH_SHA512], NULL);

    if (made) {
        memcpy(out->secret, hash, sizeof out->secret);
        made = x25519_public(out->secret, out->public);
    }
    wipe(seed, sizeof seed);
    wipe(hash, sizeof hash);
    ERR_clear_error();
    wipe_stack();
    return made;
}

// The key that wraps the file key: what is shared, times a number that only this SSH key has.
static enum exh_status wrap_key(const struct ssh_key *key, const uint8_t share[X25519_SIZE],
                                const struct montgomery *m, uint8_t out[AEAD_KEY],
                                struct exh_error *err)
{
    const struct exh_bytes label = bytes_of(LABEL_ED25519), none = { 0 };
    uint8_t tweak[X25519_SIZE], first[X25519_SIZE] = { 0 }, shared[X25519_SIZE] = { 0 };
    uint8_t salt[2 * X25519_SIZE];
    enum exh_status status =
        hkdf_sha256(none, buf_view(&key->wire), label, tweak, sizeof tweak, err);

    memcpy(salt, share, X25519_SIZE);
    memcpy(salt + X25519_SIZE, m->public, X25519_SIZE);
    if (!status &&
        (!x25519_shared(m->secret, share, first) || !x25519_shared(tweak, first, shared)))
        status = fail(err, EXH_MALFORMED, "ssh-ed25519 stanza: its share is a point of low order");
    if (!status)
        status = hkdf_sha256((struct exh_bytes){ shared, sizeof shared },
                             (struct exh_bytes){ salt, sizeof salt }, label, out, AEAD_KEY, err);
    wipe(first, sizeof first);
    wipe(shared, sizeof shared);
    return status;
}

static enum exh_status unwrap_ed25519(const struct ssh_key *key, struct exh_bytes share,
                                      struct exh_bytes body, uint8_t file_key[SSH_FILE_KEY],
                                      struct exh_error *err)
{
    struct montgomery m = { 0 };
    uint8_t wrapping[AEAD_KEY] = { 0 };
    enum exh_status status = EXH_OK;

    if (share.n != X25519_SIZE || body.n != SSH_ED25519_BODY)
        return fail(err, EXH_MALFORMED,
                    "ssh-ed25519 stanza: share of %zu and body of %zu bytes instead of %d and %d",
                    share.n, body.n, X25519_SIZE, SSH_ED25519_BODY);
    if (!to_montgomery(key, &m))
        status = fail(err, EXH_CRYPTO, "ssh-ed25519 stanza: the key cannot be converted");
    if (!status)
        status = wrap_key(key, share.p, &m, wrapping, err);
    if (!status && !aead_open_once(wrapping, body.p, body.n, file_key))
        status = fail(err, EXH_DENIED, "ssh-ed25519 stanza: it does not open with this key");
    wipe(&m, sizeof m);
    wipe(wrapping, sizeof wrapping);
    return status;
}

enum exh_status ssh_key_unwrap(const struct ssh_key *key, struct exh_bytes share,
                               struct exh_bytes body, uint8_t file_key[SSH_FILE_KEY],
                               struct exh_error *err)
{
    switch (key->kind) {
    case SSH_ED25519: return unwrap_ed25519(key, share, body, file_key, err);
    case SSH_RSA: break;
    }
    if (share.n)
        return fail(err, EXH_MALFORMED, "ssh-rsa stanza: %zu bytes of an argument too many",
                    share.n);
    return unwrap_rsa(key, body, file_key, err);
}
