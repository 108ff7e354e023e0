/*
 * HPKE: the examples of RFC 9180, Appendix A, for P-256 in base mode with AES-128-GCM and with
 * ChaCha20-Poly1305; then every bit of a message, other keys, and points that are none.
 */
#include "check.h"

#include "base/text.h"
#include "crypto/hpke_parts.h"
#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#define ENC_AES                                                                                    \
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c" \
    "09"                                                                                           \
    "00be863c403ce65c9bfcb9382657222d18c4"
#define TO_AES                                                                                     \
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62f" \
    "b3"                                                                                           \
    "d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
#define ENC_CHACHA                                                                                 \
    "04c07836a0206e04e31d8ae99bfd549380b072a1b1b82e563c935c095827824fc1559eac6fb9e3c70cd319396899" \
    "4e"                                                                                           \
    "7fe9781aa103f5b50e934b5b2f387e381291"
#define TO_CHACHA                                                                                  \
    "04a697bffde9405c992883c5c439d6cc358170b51af72812333b015621dc0f40bad9bb726f68a5c013806a790ec7" \
    "16"                                                                                           \
    "ab8669f84f6b694596c2987cf35baba2a006"

// RFC 9180, "DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM" and "…, ChaCha20Poly1305": "Base Setup
// Information" and the first of "Encryptions".
static const struct {
    enum hpke_aead aead;
    const char *ephemeral, *enc, *secret, *to, *shared, *key, *nonce, *sealed;
} examples[] = {
    { HPKE_AES_128_GCM, "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb", ENC_AES,
      "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2", TO_AES,
      "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
      "868c066ef58aae6dc589b6cfdd18f97e", "4e0bc5018beba4bf004cca59",
      "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f3951343"
      "4" },
    { HPKE_CHACHA20_POLY1305, "7550253e1147aae48839c1f8af80d2770fb7a4c763afe7d0afa7e0f42a5b3689",
      ENC_CHACHA, "a4d1c55836aa30f9b3fbb6ac98d338c877c2867dd3a77396d13f68d3ab150d3b", TO_CHACHA,
      "806520f82ef0b03c823b7fc524b6b55a088f566b9751b89551c170f4113bd850",
      "a8f45490a92a3b04d1dbf6cf2c3939ad8bfc9bfcb97c04bffe116730c9dfe3fc",
      "726b4390ed2209809f58c693",
      "6469c41c5c81d3aa85432531ecf6460ec945bde1eb428cb2fedf7a29f5a685b4ccb0d057f03ea2952a27bb458"
      "b" },
};
static const char info_text[] = "Ode on a Grecian Urn", aad_text[] = "Count-0";
static const char plain_text[] = "Beauty is truth, truth beauty";

#define PLAIN_N (sizeof plain_text - 1)

static void unhex(const char *text, uint8_t *out, size_t n)
{
    if (!hex_read(bytes_of(text), out, n))
        abort();
}

static bool is_hex(const uint8_t *p, size_t n, const char *want)
{
    char hex[2 * 128 + 1];

    hex_write(hex, p, n);
    return strcmp(hex, want) == 0;
}

// A private key of its number and its point.
static struct exh_key *key_of(const char *secret, const char *point)
{
    struct exh_key *key = NULL;
    struct exh_error err;
    EVP_PKEY *pkey = NULL;
    uint8_t public[P256_POINT];
    BIGNUM *n = NULL;

    unhex(point, public, sizeof public);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (!BN_hex2bn(&n, secret) ||
        !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ||
        !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, n) ||
        !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public))
        abort();
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) <= 0 ||
        key_wrap(pkey, &key, &err) != EXH_OK)
        abort();
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    return key;
}

static struct exh_key *new_key(const char *kind)
{
    struct exh_key *key = NULL;
    struct exh_error err;

    if (exh_key_new(kind, &key, &err) != EXH_OK)
        abort();
    return key;
}

static void test_example(size_t i)
{
    struct exh_error err = { .text = "" };
    struct exh_key *ephemeral = key_of(examples[i].ephemeral, examples[i].enc);
    struct exh_key *key = key_of(examples[i].secret, examples[i].to);
    const size_t key_n = strlen(examples[i].key) / 2;
    uint8_t to[P256_POINT], enc[P256_POINT], shared[HPKE_SHARED];
    uint8_t sealed[PLAIN_N + HPKE_TAG], out[PLAIN_N];
    struct hpke_keys keys;

    unhex(examples[i].to, to, sizeof to);
    unhex(examples[i].sealed, sealed, sizeof sealed);
    CHECK(hpke_encap(ephemeral, to, shared, enc, &err) == EXH_OK &&
              is_hex(enc, sizeof enc, examples[i].enc) &&
              is_hex(shared, sizeof shared, examples[i].shared),
          "example %zu: Encap: %s", i, err.text);
    memset(shared, 0, sizeof shared);
    CHECK(hpke_decap(key, enc, shared, &err) == EXH_OK &&
              is_hex(shared, sizeof shared, examples[i].shared),
          "example %zu: Decap: %s", i, err.text);
    CHECK(hpke_schedule(examples[i].aead, shared, bytes_of(info_text), &keys, &err) == EXH_OK &&
              is_hex(keys.key, key_n, examples[i].key) &&
              is_hex(keys.nonce, sizeof keys.nonce, examples[i].nonce),
          "example %zu: KeySchedule: %s", i, err.text);
    CHECK(hpke_p256_open(examples[i].aead, key, enc, bytes_of(info_text), bytes_of(aad_text),
                         (struct exh_bytes){ sealed, sizeof sealed }, out, &err) == EXH_OK &&
              memcmp(out, plain_text, PLAIN_N) == 0,
          "example %zu: Open: %s", i, err.text);
    exh_key_free(key);
    exh_key_free(ephemeral);
}

/* A message sealed to a key, and what is done to it. */
struct message {
    enum hpke_aead aead;
    struct exh_key *key;
    uint8_t enc[P256_POINT];
    uint8_t sealed[PLAIN_N + HPKE_TAG];
    size_t n;
    const char *info, *aad;
};

static enum exh_status open_message(const struct message *m, uint8_t out[PLAIN_N],
                                    struct exh_error *err)
{
    uint8_t *copy = exact_copy(m->sealed, m->n);
    enum exh_status status =
        hpke_p256_open(m->aead, m->key, m->enc, bytes_of(m->info), bytes_of(m->aad),
                       (struct exh_bytes){ copy, m->n }, out, err);

    free(copy);
    return status;
}

static struct message new_message(enum hpke_aead aead)
{
    struct message m = { .aead = aead, .key = new_key("es256"), .info = "info", .aad = "aad" };
    struct exh_error err = { .text = "" };
    uint8_t to[P256_POINT];

    m.n = sizeof m.sealed;
    CHECK(p256_of_key(m.key, to) &&
              hpke_p256_seal(aead, to, bytes_of(m.info), bytes_of(m.aad), bytes_of(plain_text),
                             m.enc, m.sealed, &err) == EXH_OK,
          "seal: %s", err.text);
    return m;
}

static void test_changes(enum hpke_aead aead)
{
    struct message m = new_message(aead), other;
    struct exh_error err = { .text = "" };
    uint8_t out[PLAIN_N];
    static const uint8_t zeros[PLAIN_N];

    CHECK(open_message(&m, out, &err) == EXH_OK && memcmp(out, plain_text, PLAIN_N) == 0, "%s",
          err.text);
    for (size_t bit = 0; bit < 8 * m.n; bit++) {
        other = m;
        other.sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(open_message(&other, out, &err) == EXH_DENIED && memcmp(out, zeros, sizeof out) == 0,
              "bit %zu", bit);
    }
    for (size_t bit = 0; bit < 8 * P256_POINT; bit++) { // other points, or none at all
        other = m;
        other.enc[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(open_message(&other, out, &err) == EXH_MALFORMED, "enc bit %zu: %s", bit, err.text);
    }
    for (size_t n = 0; n < m.n; n++) {
        other = m;
        other.n = n;
        CHECK(open_message(&other, out, &err) == (n < HPKE_TAG ? EXH_MALFORMED : EXH_DENIED),
              "%zu bytes of it: %s", n, err.text);
    }
    other = m;
    other.info = "Info";
    CHECK(open_message(&other, out, &err) == EXH_DENIED, "another info");
    other = m;
    other.aad = "";
    CHECK(open_message(&other, out, &err) == EXH_DENIED, "no associated data");
    other = m;
    other.aead = aead == HPKE_AES_128_GCM ? HPKE_CHACHA20_POLY1305 : HPKE_AES_128_GCM;
    CHECK(open_message(&other, out, &err) == EXH_DENIED, "another cipher");
    exh_key_free(m.key);
}

static void test_keys(void)
{
    static const char *const unfit[] = { "es384", "ed25519", "ps256" };
    struct message m = new_message(HPKE_CHACHA20_POLY1305), other = m;
    struct exh_error err = { .text = "" };
    uint8_t out[PLAIN_N];

    other.key = new_key("es256");
    CHECK(open_message(&other, out, &err) == EXH_DENIED, "another key");
    CHECK(p256_of_key(other.key, other.enc) && open_message(&other, out, &err) == EXH_DENIED,
          "another point of the curve");
    exh_key_free(other.key);
    other = m;
    for (size_t i = 0; i < ARRAY_N(unfit); i++) {
        other.key = new_key(unfit[i]);
        CHECK(open_message(&other, out, &err) == EXH_UNSUPPORTED, "%s: %s", unfit[i], err.text);
        exh_key_free(other.key);
    }
    exh_key_free(m.key);
}

static void test_limits(void)
{
    struct message m = new_message(HPKE_CHACHA20_POLY1305);
    static uint8_t big[HPKE_MAX + 1], out[HPKE_MAX + 1 + HPKE_TAG];
    const struct exh_bytes over = { big, sizeof big }, most = { big, HPKE_MAX }, none = { 0 };
    uint8_t enc[P256_POINT], to[P256_POINT];
    struct exh_error err = { .text = "" };

    CHECK(p256_of_key(m.key, to), "no point");
    CHECK(hpke_p256_seal(m.aead, to, most, most, most, enc, out, &err) == EXH_OK, "%s", err.text);
    CHECK(hpke_p256_seal(m.aead, to, over, none, none, enc, out, &err) == EXH_LIMIT, "info");
    CHECK(hpke_p256_seal(m.aead, to, none, over, none, enc, out, &err) == EXH_LIMIT, "aad");
    CHECK(hpke_p256_seal(m.aead, to, none, none, over, enc, out, &err) == EXH_LIMIT, "message");
    CHECK(hpke_p256_open(m.aead, m.key, enc, none, none, over, out, &err) == EXH_LIMIT, "sealed");
    CHECK(hpke_p256_seal(m.aead, to, none, none, none, enc, out, &err) == EXH_OK &&
              hpke_p256_open(m.aead, m.key, enc, none, none, (struct exh_bytes){ out, HPKE_TAG },
                             big, &err) == EXH_OK,
          "nothing at all: %s", err.text);
    to[64] ^= 1;
    CHECK(hpke_p256_seal(m.aead, to, none, none, none, enc, out, &err) == EXH_MALFORMED,
          "to a point that is not on the curve");
    exh_key_free(m.key);
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(examples); i++)
        test_example(i);
    test_changes(HPKE_AES_128_GCM);
    test_changes(HPKE_CHACHA20_POLY1305);
    test_keys();
    test_limits();
    return check_done();
}
