/* COSE signatures: published vectors, every algorithm with every kind of key, and all that is wrong. */
#include "check.h"
#include "made_cert.h"

#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <exhibit/crypto.h>
#include <exhibit/key.h>

#define HEX_MAX 300 // bytes of the longest value written in hexadecimal

static const struct exh_crypto *crypto;
static struct made root;

// RFC 6979, A.2.5 to A.2.7 (message "sample"), and RFC 8032, 7.1 (tests 1 to 3).
static const struct {
    const char *name, *group, *point, *message, *signature;
    int64_t alg;
} vectors[] = {
    { "RFC 6979 P-256 SHA-256", "P-256",
      "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E956"
      "28BC64F2F1B20C2D7E9F5177A3C294D4462299",
      "73616d706c65",
      "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
      EXH_ES256 },
    { "RFC 6979 P-256 SHA-384", "P-256",
      "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E956"
      "28BC64F2F1B20C2D7E9F5177A3C294D4462299",
      "73616d706c65",
      "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719"
      "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
      EXH_ES384 },
    { "RFC 6979 P-256 SHA-512", "P-256",
      "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E956"
      "28BC64F2F1B20C2D7E9F5177A3C294D4462299",
      "73616d706c65",
      "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00"
      "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
      EXH_ES512 },
    { "RFC 6979 P-384 SHA-384", "P-384",
      "04EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A2545154"
      "80BC138015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD"
      "2533264720",
      "73616d706c65",
      "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FA"
      "BE46"
      "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A3862"
      "8AC8",
      EXH_ES384 },
    { "RFC 8032 test 1", "ED25519",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b",
      EXH_EDDSA },
    { "RFC 8032 test 2", "ED25519",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c387b2eaeb4302aeeb00d291612bb0c00",
      EXH_EDDSA },
    { "RFC 8032 test 3", "ED25519",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
      "c6594a7c15e9716ed28dc027beceea1ec40a",
      EXH_EDDSA },
};

static struct exh_bytes unhex(const char *hex, uint8_t to[HEX_MAX])
{
    size_t n = strlen(hex) / 2;

    if (!hex_read(bytes_of(hex), to, n))
        abort();
    return (struct exh_bytes){ to, n };
}

static EVP_PKEY *public_key(const char *group, struct exh_bytes point)
{
    EVP_PKEY *key = NULL;

    if (strcmp(group, "ED25519") == 0)
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.p, point.n);
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY_fromdata_init(ctx);
    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);
    return key;
}

static struct exh_judgement verify(const struct made *leaf, int64_t alg, struct exh_bytes tbs,
                                   struct exh_bytes signature)
{
    struct exh_judgement judgement = { .reason = "not parsed" };
    struct exh_chain *chain = NULL;
    struct exh_error err = { .text = "" };

    if (crypto->chain_new(&leaf->der, 1, &chain, &err) != EXH_OK ||
        crypto->chain_verify(chain, alg, tbs, signature, &judgement, &err) != EXH_OK)
        CHECK(false, "%s", err.text);
    crypto->chain_free(chain);
    return judgement;
}

static void test_vectors(void)
{
    uint8_t point[HEX_MAX], message[HEX_MAX], signature[HEX_MAX];

    for (size_t i = 0; i < ARRAY_N(vectors); i++) {
        EVP_PKEY *key = public_key(vectors[i].group, unhex(vectors[i].point, point));
        struct made leaf = make_cert(&(struct recipe){
            .name = vectors[i].name, .issuer = &root, .use_key = key, .ext = LEAF_EXT });
        struct exh_bytes tbs = unhex(vectors[i].message, message);
        struct exh_bytes sig = unhex(vectors[i].signature, signature);
        struct exh_judgement got = verify(&leaf, vectors[i].alg, tbs, sig);

        CHECK(got.holds, "%s: %s", vectors[i].name, got.reason);
        for (size_t bit = 0; bit < 8 * sig.n; bit++) {
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
            CHECK(!verify(&leaf, vectors[i].alg, tbs, sig).holds, "%s: bit %zu", vectors[i].name,
                  bit);
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        made_free(&leaf);
        EVP_PKEY_free(key);
    }
}

enum kind { EC, ED, RSA_KEY };

static const struct {
    const char *name;
    enum kind kind;
    size_t signature; // bytes
} keys[] = {
    { "P-256", EC, 64 },   { "P-384", EC, 96 },          { "P-521", EC, 132 },
    { "ED25519", ED, 64 }, { "RSA:2048", RSA_KEY, 256 },
};

static const struct {
    const char *name;
    int64_t alg;
    enum kind kind;
} algs[] = {
    { "ES256", EXH_ES256, EC },      { "ES384", EXH_ES384, EC },
    { "ES512", EXH_ES512, EC },      { "PS256", EXH_PS256, RSA_KEY },
    { "PS384", EXH_PS384, RSA_KEY }, { "PS512", EXH_PS512, RSA_KEY },
    { "EdDSA", EXH_EDDSA, ED },
};

static void check_wrong(const struct made *leaf, int64_t alg, uint8_t *signature, size_t n,
                        const char *name)
{
    const uint8_t text[] = "claim";
    struct exh_bytes tbs = { text, sizeof text };
    uint8_t *zeros = calloc(1, n + 1);

    CHECK(!verify(leaf, alg, (struct exh_bytes){ text, sizeof text - 1 },
                  (struct exh_bytes){ signature, n })
               .holds,
          "%s: other text", name);
    CHECK(!verify(leaf, alg, tbs, (struct exh_bytes){ NULL, 0 }).holds, "%s: empty", name);
    for (size_t i = 1; i < n; i += 7) {
        uint8_t *cut = exact_copy(signature, i);
        CHECK(!verify(leaf, alg, tbs, (struct exh_bytes){ cut, i }).holds, "%s: %zu bytes", name,
              i);
        free(cut);
    }
    CHECK(!verify(leaf, alg, tbs, (struct exh_bytes){ zeros, n }).holds, "%s: zeros", name);
    memcpy(zeros, signature, n);
    CHECK(!verify(leaf, alg, tbs, (struct exh_bytes){ zeros, n + 1 }).holds, "%s: a byte over",
          name);
    free(zeros);
}

// The signer of a made certificate; key and certs stay the caller's.
static void open_signer(const struct made *leaf, struct exh_key **key, struct exh_certs **certs)
{
    struct exh_error err = { .text = "" };
    const struct made *chain[] = { leaf, &root };
    char *pem = made_pem(chain, 2), *text;
    BIO *bio = BIO_new(BIO_s_mem());

    PEM_write_bio_PKCS8PrivateKey(bio, leaf->key, NULL, NULL, 0, NULL, NULL);
    long n = BIO_get_mem_data(bio, &text);
    CHECK(exh_key_read(text, (size_t)n, NULL, NULL, key, &err) == EXH_OK, "%s", err.text);
    CHECK(exh_certs_read(pem, strlen(pem), certs, &err) == EXH_OK, "%s", err.text);
    BIO_free(bio);
    free(pem);
}

static void check_signer(const struct made *leaf, size_t k, size_t a, const struct exh_signer *s)
{
    const uint8_t text[] = "claim";
    struct exh_bytes tbs = { text, sizeof text };
    struct exh_error err = { .text = "" };
    uint8_t *signature = malloc(s->signature_size);

    CHECK(s->signature_size == keys[k].signature && s->alg == algs[a].alg && s->chain_n == 1,
          "%s %s: %zu bytes, %zu certificates", keys[k].name, algs[a].name, s->signature_size,
          s->chain_n);
    CHECK(s->sign(s->ctx, tbs, signature, &err) == EXH_OK, "%s", err.text);
    for (size_t b = 0; b < ARRAY_N(algs); b++) {
        struct exh_judgement got =
            verify(leaf, algs[b].alg, tbs, (struct exh_bytes){ signature, s->signature_size });
        CHECK(got.holds == (a == b), "%s signed %s, verified %s: %s", keys[k].name, algs[a].name,
              algs[b].name, got.reason);
    }
    check_wrong(leaf, s->alg, signature, s->signature_size, algs[a].name);
    free(signature);
}

// What our signer makes holds; with any other algorithm, text or size it does not.
static void test_pairs(void)
{
    static const int64_t usual[] = { EXH_ES256, EXH_ES384, EXH_ES512, EXH_EDDSA, EXH_PS256 };

    for (size_t k = 0; k < ARRAY_N(keys); k++) {
        struct made leaf = make_cert(&(struct recipe){
            .name = keys[k].name, .issuer = &root, .key = keys[k].name, .ext = LEAF_EXT });
        struct exh_certs *certs = NULL;
        struct exh_key *key = NULL;
        struct exh_error err = { .text = "" };
        struct exh_signer s;
        open_signer(&leaf, &key, &certs);
        for (size_t a = 0; a < ARRAY_N(algs); a++) {
            enum exh_status status = exh_key_signer(key, certs, algs[a].alg, &s, &err);
            if (keys[k].kind == algs[a].kind && CHECK(status == EXH_OK, "%s", err.text))
                check_signer(&leaf, k, a, &s);
            else
                CHECK(status == EXH_INVALID, "%s with %s: %u", keys[k].name, algs[a].name, status);
        }
        CHECK(exh_key_signer(key, certs, 0, &s, &err) == EXH_OK && s.alg == usual[k],
              "%s: usual algorithm %d", keys[k].name, (int)s.alg);
        CHECK(exh_key_signer(key, certs, -257, &s, &err) == EXH_UNSUPPORTED, "RS256");
        exh_certs_free(certs);
        exh_key_free(key);
        made_free(&leaf);
    }
}

static void test_refusals(void)
{
    static const struct {
        const char *name, *key, *why;
        int64_t alg;
    } rows[] = {
        { "secp256k1", "secp256k1", "the curve is not", EXH_ES256 },
        { "RSA 1024", "RSA:1024", "2048 to 16384", EXH_PS256 },
        { "Ed448", "ED448", "not of a type", EXH_EDDSA },
    };
    static const int64_t unknown[] = { 0, -1, -9, -47, -65535, -257, -51, INT64_MIN, INT64_MAX };
    uint8_t zeros[128] = { 0 };
    struct exh_bytes tbs = { zeros, 9 }, signature = { zeros, 128 };
    struct exh_judgement got;
    struct exh_chain *chain = NULL;
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        struct made leaf = make_cert(
            &(struct recipe){ .name = rows[i].name, .issuer = &root, .key = rows[i].key });
        got = verify(&leaf, rows[i].alg, tbs, signature);
        CHECK(!got.holds && strstr(got.reason, rows[i].why), "%s: %s", rows[i].name, got.reason);
        made_free(&leaf);
    }
    CHECK(crypto->chain_new(&root.der, 1, &chain, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(unknown); i++)
        CHECK(crypto->chain_verify(chain, unknown[i], tbs, signature, &got, &err) ==
                  EXH_UNSUPPORTED,
              "algorithm %zu", i);
    crypto->chain_free(chain);
}

// A key that is not the certificate's signs nothing under its name.
static void test_other_key(void)
{
    struct made leaf =
        make_cert(&(struct recipe){ .name = "leaf", .issuer = &root, .ext = LEAF_EXT });
    struct made other =
        make_cert(&(struct recipe){ .name = "other", .issuer = &root, .ext = LEAF_EXT });
    struct exh_certs *certs = NULL, *others = NULL;
    struct exh_key *key = NULL, *other_key = NULL;
    struct exh_signer s;
    struct exh_error err = { .text = "" };

    open_signer(&leaf, &key, &certs);
    open_signer(&other, &other_key, &others);
    CHECK(exh_key_signer(key, others, 0, &s, &err) == EXH_INVALID &&
              strstr(err.text, "another key"),
          "%s", err.text);
    exh_key_free(key);
    exh_key_free(other_key);
    exh_certs_free(certs);
    exh_certs_free(others);
    made_free(&leaf);
    made_free(&other);
}

int main(void)
{
    crypto = exh_crypto_openssl();
    root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    test_vectors();
    test_pairs();
    test_refusals();
    test_other_key();
    made_free(&root);
    return check_done();
}
