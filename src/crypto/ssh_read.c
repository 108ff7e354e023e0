#include "crypto/ssh_read.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/library.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#define PEM_NAME  "OPENSSH PRIVATE KEY"
#define MAGIC     "openssh-key-v1" // a NUL follows
#define BLOCK     8                // bytes: what is not encrypted is filled up to a multiple of it
#define ED25519_N 32               // bytes of a seed, and of a public key

bool ssh_is_openssh(const char *text, size_t n)
{
    static const char begin[] = "-----BEGIN " PEM_NAME "-----";
    const size_t size = sizeof begin - 1;

    for (size_t i = 0; n >= size && i <= n - size; i++) {
        if (memcmp(text + i, begin, size) == 0)
            return true;
    }
    return false;
}

// A length and so many bytes (RFC 4251, "Data Type Representations").
static struct exh_bytes take_string(struct reader *r)
{
    uint32_t n = reader_u32(r);

    return reader_take(r, n);
}

// A number that is not negative, in its shortest form.
static BIGNUM *take_number(struct reader *r)
{
    struct exh_bytes b = take_string(r);

    if (r->failed || (b.n && (b.p[0] & 0x80)) || (b.n && !b.p[0] && (b.n == 1 || !(b.p[1] & 0x80))))
        return NULL;
    BIGNUM *n = BN_secure_new();
    return n ? BN_bin2bn(b.p, (int)b.n, n) : NULL;
}

static void put_string(struct buf *to, const void *p, size_t n)
{
    buf_put_u32(to, (uint32_t)n);
    buf_put(to, p, n);
}

static bool put_number(struct buf *to, const EVP_PKEY *pkey, const char *name)
{
    BIGNUM *n = NULL;

    if (!EVP_PKEY_get_bn_param(pkey, name, &n))
        return false;
    const size_t size = (size_t)BN_num_bytes(n);
    const size_t sign = size && BN_num_bits(n) % 8 == 0; // or it would be a negative number
    buf_put_u32(to, (uint32_t)(size + sign));
    buf_put_zeros(to, sign);
    uint8_t *p = buf_room(to, size);
    if (p)
        BN_bn2bin(n, p);
    BN_free(n);
    return true;
}

static bool put_public(struct buf *to, const EVP_PKEY *pkey)
{
    uint8_t point[ED25519_N];
    size_t n = sizeof point;

    if (EVP_PKEY_is_a(pkey, "RSA")) {
        put_string(to, "ssh-rsa", 7);
        return put_number(to, pkey, OSSL_PKEY_PARAM_RSA_E) &&
               put_number(to, pkey, OSSL_PKEY_PARAM_RSA_N);
    }
    put_string(to, "ssh-ed25519", 11);
    if (EVP_PKEY_get_raw_public_key(pkey, point, &n) <= 0 || n != sizeof point)
        return false;
    put_string(to, point, sizeof point);
    return true;
}

enum exh_status ssh_write_public(const EVP_PKEY *pkey, struct buf *to, struct exh_error *err)
{
    if (!put_public(to, pkey))
        return fail_openssl(err, EXH_CRYPTO, "SSH key: its public half is not to be had");
    return buf_finish(to, err);
}

static EVP_PKEY *rsa_of(BIGNUM *n, BIGNUM *e, BIGNUM *d)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *pkey = NULL;

    if (!build || !ctx || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ||
        !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) ||
        !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d) ||
        !(params = OSSL_PARAM_BLD_to_param(build)) || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) <= 0)
        pkey = NULL;
    OSSL_PARAM_free(params); // wipes what came of secure numbers
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

// n, e, d, and three numbers that only make it faster.
static EVP_PKEY *take_rsa(struct reader *r)
{
    BIGNUM *n = take_number(r), *e = take_number(r), *d = take_number(r);
    EVP_PKEY *pkey = NULL;

    for (int i = 0; i < 3; i++)
        take_string(r);
    if (n && e && d && BN_num_bits(n) <= RSA_BITS_MAX && BN_num_bits(d) <= RSA_BITS_MAX &&
        BN_num_bits(e) <= RSA_BITS_MAX)
        pkey = rsa_of(n, e, d);
    BN_free(n);
    BN_free(e);
    BN_clear_free(d);
    return pkey;
}

// The public key, then the seed with the public key behind.
static EVP_PKEY *take_ed25519(struct reader *r)
{
    struct exh_bytes public = take_string(r), both = take_string(r);

    if (public.n != ED25519_N || both.n != 2 * ED25519_N ||
        memcmp(both.p + ED25519_N, public.p, ED25519_N) != 0)
        return NULL;
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, both.p, ED25519_N);
}

// Comment and filling: 1, 2, 3, … up to a multiple of the block.
static bool take_end(struct reader *r, size_t whole)
{
    take_string(r);
    if (r->failed || r->rest.n >= BLOCK || whole % BLOCK != 0)
        return false;
    for (size_t i = 0; i < r->rest.n; i++) {
        if (r->rest.p[i] != i + 1)
            return false;
    }
    return true;
}

// The half that could have been encrypted; `public` stood in front of it.
static enum exh_status read_private(struct exh_bytes private, struct exh_bytes public,
                                    struct exh_key **out, struct exh_error *err)
{
    struct reader r = reader_over(private, 0);
    struct buf wire = buf_with_limit(SSH_WIRE_MAX);
    enum exh_status status;

    bool checked = reader_u32(&r) == reader_u32(&r);
    struct exh_bytes type = take_string(&r);
    bool rsa = bytes_are(type, "ssh-rsa");
    if (!checked || r.failed)
        return fail(err, EXH_MALFORMED, "SSH key: its two check numbers differ");
    if (!rsa && !bytes_are(type, "ssh-ed25519"))
        return fail(err, EXH_UNSUPPORTED, "SSH key: only RSA and Ed25519 open files");
    EVP_PKEY *pkey = rsa ? take_rsa(&r) : take_ed25519(&r);
    ERR_clear_error();
    if (!pkey || !take_end(&r, private.n)) {
        EVP_PKEY_free(pkey);
        return fail(err, EXH_MALFORMED, "SSH key: the private half is damaged");
    }
    status = ssh_write_public(pkey, &wire, err);
    if (!status && !bytes_equal(buf_view(&wire), public))
        status = fail(err, EXH_MALFORMED, "SSH key: its public half is another key's");
    buf_free(&wire);
    if (!status)
        return key_wrap(pkey, out, err);
    EVP_PKEY_free(pkey);
    return status;
}

enum exh_status ssh_read_binary(struct exh_bytes in, struct exh_key **out, struct exh_error *err)
{
    struct reader r = reader_over(in, 0);
    struct exh_bytes magic = reader_take(&r, sizeof MAGIC);
    struct exh_bytes cipher = take_string(&r), kdf = take_string(&r), kdf_options = take_string(&r);
    uint32_t keys = reader_u32(&r);
    struct exh_bytes public = take_string(&r), private = take_string(&r);

    if (r.failed || r.rest.n || memcmp(magic.p, MAGIC, sizeof MAGIC) != 0)
        return fail(err, EXH_MALFORMED, "SSH key: not OpenSSH's form, or damaged");
    if (!bytes_are(cipher, "none"))
        return fail(err, EXH_UNSUPPORTED,
                    "SSH key: OpenSSH's form with a passphrase is not read; take the passphrase "
                    "off a copy with: ssh-keygen -p -N '' -f COPY");
    if (!bytes_are(kdf, "none") || kdf_options.n)
        return fail(err, EXH_MALFORMED, "SSH key: it has no cipher, but a way to make its key");
    if (keys != 1)
        return fail(err, EXH_UNSUPPORTED, "SSH key: %" PRIu32 " keys in one file instead of 1",
                    keys);
    return read_private(private, public, out, err);
}

enum exh_status ssh_read_openssh(const char *text, size_t n, struct exh_key **out,
                                 struct exh_error *err)
{
    const unsigned flags = PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE;
    BIO *bio = BIO_new_mem_buf(text, (int)n);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    enum exh_status status;
    long size = 0;

    if (!bio)
        return fail_no_memory(err);
    bool more;
    do { // blocks of other kinds may stand in front
        OPENSSL_secure_free(name);
        OPENSSL_secure_free(header);
        OPENSSL_secure_clear_free(data, (size_t)size);
        name = header = NULL;
        data = NULL;
        more = PEM_read_bio_ex(bio, &name, &header, &data, &size, flags) == 1;
    } while (more && strcmp(name, PEM_NAME) != 0);
    if (more)
        status = ssh_read_binary((struct exh_bytes){ data, (size_t)size }, out, err);
    else
        status = fail(err, EXH_MALFORMED, "SSH key: the text of the key is damaged");
    ERR_clear_error();
    OPENSSL_secure_free(name);
    OPENSSL_secure_free(header);
    OPENSSL_secure_clear_free(data, (size_t)size);
    BIO_free(bio);
    return status;
}
