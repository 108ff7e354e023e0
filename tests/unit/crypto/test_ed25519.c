/* Ed25519 without certificates, against the examples of RFC 8032. */
#include "check.h"

#include "base/text.h"
#include "crypto/ed25519.h"

// RFC 8032, "Test Vectors for Ed25519": 1 to 3.
static const struct {
    const char *pem; // of the secret, as PKCS#8
    const char *public_key, *text, *signature;
} examples[] = {
    { "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b" },
    { "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
      "c6594a7c15e9716ed28dc027beceea1ec40a" },
};

// The signature of example 2, its second half plus the group's order: as good as the first, if it were let in.
#define SECOND_FORM                                                                                \
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69daf52db7415978abc61b2c2eb6aeeb" \
    "fca0387b2eaeb4302aeeb00d291612bb0c10"

static bool holds(const uint8_t *key, struct exh_bytes text, const uint8_t *signature)
{
    struct exh_judgement j = { .holds = false };
    struct exh_error err = { .text = "" };

    CHECK(exh_crypto_openssl()->ed25519_check(key, text, signature, &j, &err) == EXH_OK &&
              j.holds == (j.reason[0] == '\0'),
          "%s", err.text);
    return j.holds;
}

static struct exh_key *key_of(const char *base64)
{
    struct exh_key *key = NULL;
    struct exh_error err = { .text = "" };
    char pem[200];

    snprintf(pem, sizeof pem, "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n",
             base64);
    CHECK(exh_key_read(pem, strlen(pem), NULL, NULL, &key, &err) == EXH_OK, "%s", err.text);
    return key;
}

static void check_example(size_t i)
{
    uint8_t want_key[ED25519_SIZE], want[ED25519_SIGNATURE], text[2];
    uint8_t key[ED25519_SIZE], signature[ED25519_SIGNATURE];
    struct exh_bytes tbs = { text, strlen(examples[i].text) / 2 };
    struct exh_key *secret = key_of(examples[i].pem);
    struct exh_signer signer = { 0 };
    struct exh_error err = { .text = "" };

    CHECK(hex_read(bytes_of(examples[i].public_key), want_key, sizeof want_key) &&
              hex_read(bytes_of(examples[i].signature), want, sizeof want) &&
              hex_read(bytes_of(examples[i].text), text, tbs.n),
          "example %zu", i);
    CHECK(ed25519_signer(secret, &signer, key, &err) == EXH_OK && signer.chain_n == 0 &&
              signer.alg == EXH_EDDSA && signer.signature_size == sizeof signature,
          "%s", err.text);
    CHECK(memcmp(key, want_key, sizeof key) == 0, "example %zu: public key", i);
    CHECK(signer.sign(signer.ctx, tbs, signature, &err) == EXH_OK &&
              memcmp(signature, want, sizeof want) == 0,
          "example %zu: signature; %s", i, err.text);
    CHECK(holds(key, tbs, signature), "example %zu", i);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit += 5) {
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(!holds(key, tbs, signature), "example %zu: bit %zu of the signature", i, bit);
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof key; bit += 3) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(!holds(key, tbs, signature), "example %zu: bit %zu of the key", i, bit);
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(!holds(key, bytes_of("another"), signature), "example %zu: another text", i);
    exh_key_free(secret);
}

static void second_form(void)
{
    uint8_t key[ED25519_SIZE], signature[ED25519_SIGNATURE];

    CHECK(hex_read(bytes_of(examples[1].public_key), key, sizeof key) &&
              hex_read(bytes_of(SECOND_FORM), signature, sizeof signature),
          "hexadecimal");
    CHECK(!holds(key, bytes_of("r"), signature), "a signature has one form only");
}

static void other_keys(void)
{
    static const char *const kinds[] = { "es256", "es384", "ps256" };
    uint8_t public_key[ED25519_SIZE];
    struct exh_signer signer;
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(kinds); i++) {
        struct exh_key *key = NULL;
        CHECK(exh_key_new(kinds[i], &key, &err) == EXH_OK, "%s: %s", kinds[i], err.text);
        CHECK(ed25519_signer(key, &signer, public_key, &err) == EXH_UNSUPPORTED, "%s", kinds[i]);
        exh_key_free(key);
    }
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(examples); i++)
        check_example(i);
    second_form();
    other_keys();
    return check_done();
}
