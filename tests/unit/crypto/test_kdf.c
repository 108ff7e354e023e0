/* HMAC, HKDF and scrypt against the examples of RFC 4231, RFC 5869 and RFC 7914, and their limits. */
#include "check.h"

#include "base/text.h"
#include "crypto/kdf.h"

#define TEXT_MAX 256

// A row of hexadecimal as bytes.
struct hexed {
    uint8_t p[TEXT_MAX];
    size_t n;
};

static struct hexed unhex(const char *text)
{
    struct hexed h = { .n = strlen(text) / 2 };

    if (h.n > sizeof h.p || !hex_read(bytes_of(text), h.p, h.n))
        abort();
    return h;
}

static struct exh_bytes view(const struct hexed *h)
{
    return (struct exh_bytes){ h->p, h->n };
}

static bool is_hex(const uint8_t *p, size_t n, const char *want)
{
    char hex[2 * TEXT_MAX + 1];

    hex_write(hex, p, n);
    return strcmp(hex, want) == 0;
}

#define TEN_AA "aaaaaaaaaaaaaaaaaaaa"

// RFC 4231, "Test Vectors".
static const struct {
    const char *key, *data, *mac;
} macs[] = {
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA
      "aa",
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b"
      "6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    // Python's hmac: neither key nor data.
    { "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
};

// However the data is cut in two, the MAC is the same.
static void test_hmac(void)
{
    struct exh_error err = { .text = "" };
    uint8_t mac[SHA256_SIZE];

    for (size_t i = 0; i < ARRAY_N(macs); i++) {
        struct hexed key = unhex(macs[i].key), data = unhex(macs[i].data);
        for (size_t cut = 0; cut <= data.n; cut++) {
            const struct exh_bytes parts[] = { { data.p, cut }, { data.p + cut, data.n - cut } };
            CHECK(hmac_sha256(view(&key), parts, 2, mac, &err) == EXH_OK &&
                      is_hex(mac, sizeof mac, macs[i].mac),
                  "HMAC %zu cut at %zu: %s", i, cut, err.text);
        }
    }
    CHECK(hmac_sha256((struct exh_bytes){ 0 }, NULL, 0, mac, &err) == EXH_OK &&
              is_hex(mac, sizeof mac, macs[3].mac),
          "HMAC of no parts: %s", err.text);
}

// RFC 5869, "Test Vectors": the three with SHA-256.
static const struct {
    const char *secret, *salt, *info, *prk, *out;
} derived[] = {
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
      "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
    { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d"
      "2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
      "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d"
      "8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
      "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdd"
      "dedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e59"
      "0e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
      "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
};

static void test_hkdf(void)
{
    struct exh_error err = { .text = "" };
    uint8_t prk[SHA256_SIZE], out[TEXT_MAX];

    for (size_t i = 0; i < ARRAY_N(derived); i++) {
        struct hexed secret = unhex(derived[i].secret), salt = unhex(derived[i].salt);
        struct hexed info = unhex(derived[i].info), want = unhex(derived[i].out);
        const struct exh_bytes ikm = view(&secret);

        CHECK(hmac_sha256(view(&salt), &ikm, 1, prk, &err) == EXH_OK &&
                  is_hex(prk, sizeof prk, derived[i].prk),
              "row %zu: extract", i);
        for (size_t n = 0; n <= want.n; n++) { // what is shorter is the beginning of what is longer
            memset(out, 0xEE, sizeof out);
            CHECK(hkdf_sha256(ikm, view(&salt), view(&info), out, n, &err) == EXH_OK &&
                      memcmp(out, want.p, n) == 0 && out[n] == 0xEE,
                  "row %zu: %zu bytes: %s", i, n, err.text);
        }
        for (size_t cut = 0; cut <= info.n; cut++) {
            const struct exh_bytes parts[] = { { info.p, cut }, { info.p + cut, info.n - cut } };
            CHECK(hkdf_expand(prk, parts, 2, out, want.n, &err) == EXH_OK &&
                      memcmp(out, want.p, want.n) == 0,
                  "row %zu: info cut at %zu", i, cut);
        }
    }
}

static void test_hkdf_limits(void)
{
    static uint8_t out[HKDF_MAX + 1];
    const struct exh_bytes secret = { (const uint8_t *)"secret", 6 }, none = { 0 };
    const struct exh_bytes labels[7] = { { 0 } };
    struct exh_error err;

    CHECK(hkdf_sha256(secret, none, none, out, HKDF_MAX, &err) == EXH_OK, "%s", err.text);
    CHECK(hkdf_sha256(secret, none, none, out, HKDF_MAX + 1, &err) == EXH_LIMIT, "too long");
    CHECK(hkdf_expand(out, labels, ARRAY_N(labels), out + 32, 16, &err) == EXH_LIMIT,
          "too many labels");
}

// RFC 7914, "Test Vectors for scrypt"; r = 8 and p = 1 have one there. Its first half: see PBKDF2.
static void test_scrypt(void)
{
    struct exh_error err = { .text = "" };
    const struct exh_bytes pass = bytes_of("pleaseletmein"), salt = bytes_of("SodiumChloride");
    const struct exh_bytes none = { 0 };
    static const uint8_t long_pass[SCRYPT_PASSPHRASE_MAX + 1];
    uint8_t key[32];

    CHECK(scrypt_key(pass, salt, 14, key, &err) == EXH_OK &&
              is_hex(key, 32, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
          "%s", err.text);
    // Python's hashlib.scrypt: neither passphrase nor salt, the smallest work.
    CHECK(scrypt_key(none, none, 1, key, &err) == EXH_OK &&
              is_hex(key, 32, "ec57b472d742138d12501bc49372377b3b96d6a2ff9f6a53e769a63c429a1792"),
          "%s", err.text);
    CHECK(scrypt_key((struct exh_bytes){ long_pass, SCRYPT_PASSPHRASE_MAX }, salt, 1, key, &err) ==
              EXH_OK,
          "%s", err.text);
    CHECK(scrypt_key((struct exh_bytes){ long_pass, SCRYPT_PASSPHRASE_MAX + 1 }, salt, 1, key,
                     &err) == EXH_LIMIT,
          "a long passphrase");
    CHECK(scrypt_key(pass, salt, 0, key, &err) == EXH_LIMIT, "no work");
    CHECK(scrypt_key(pass, salt, SCRYPT_LOG_N_MAX + 1, key, &err) == EXH_LIMIT, "too much work");
    CHECK(scrypt_key(pass, salt, 64, key, &err) == EXH_LIMIT, "far too much work");
}

static void test_equal(void)
{
    uint8_t a[32] = { 1, 2, 3 }, b[32] = { 1, 2, 3 };

    CHECK(equal_secret(a, b, sizeof a) && equal_secret(a, b, 0), "equal");
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        CHECK(!equal_secret(a, b, sizeof a) && equal_secret(a, b, i), "byte %zu differs", i);
        b[i] ^= 0x80;
    }
}

int main(void)
{
    test_hmac();
    test_hkdf();
    test_hkdf_limits();
    test_scrypt();
    test_equal();
    return check_done();
}
