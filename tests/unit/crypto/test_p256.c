/* Points of P-256: both forms, what is none, those of keys and certificates; digests of public keys. */
#include "check.h"
#include "made_cert.h"

#include "base/text.h"
#include "crypto/key.h"
#include "crypto/p256.h"

// The base point and its double (SEC 2, "Recommended Parameters secp256r1"; y even of the second).
#define G                                                                \
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define G_PACKED "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define MINUS_G                                                          \
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
    "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"
#define MINUS_G_PACKED "026b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"

static const struct {
    const char *name, *point;
    const char *unpacked; // NULL: it is none
    const char *packed;
} points[] = {
    { "base point", G, G, G_PACKED },
    { "base point, compressed", G_PACKED, G, G_PACKED },
    { "its opposite", MINUS_G, MINUS_G, MINUS_G_PACKED },
    { "its opposite, compressed", MINUS_G_PACKED, MINUS_G, MINUS_G_PACKED },
    { "nothing", "", NULL, NULL },
    { "infinity", "00", NULL, NULL },
    { "hybrid form",
      "076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
      NULL, NULL },
    { "not on the curve",
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f4",
      NULL, NULL },
    { "an x without a point", "020000000000000000000000000000000000000000000000000000000000000001",
      NULL, NULL },
    { "x above the prime", "02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
      NULL, NULL },
    { "zeros",
      "040000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000000000000000000000000000000000000000000000",
      NULL, NULL },
    { "one byte over", G_PACKED "00", NULL, NULL },
    { "compressed in uncompressed size",
      "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
      NULL, NULL },
};

static bool is_hex(const uint8_t *p, size_t n, const char *want)
{
    char hex[2 * P256_POINT + 1];

    hex_write(hex, p, n);
    return strcmp(hex, want) == 0;
}

static bool unpack(const uint8_t *p, size_t n, uint8_t out[P256_POINT])
{
    uint8_t *copy = exact_copy(p, n);
    bool is_point = p256_unpack((struct exh_bytes){ copy, n }, out);

    free(copy);
    return is_point;
}

static void test_points(void)
{
    uint8_t point[P256_POINT + 1], out[P256_POINT], packed[P256_PACKED];

    for (size_t i = 0; i < ARRAY_N(points); i++) {
        const size_t n = strlen(points[i].point) / 2;
        if (!hex_read(bytes_of(points[i].point), point, n))
            abort();
        if (!points[i].unpacked) {
            CHECK(!unpack(point, n, out), "%s is taken for a point", points[i].name);
            continue;
        }
        CHECK(unpack(point, n, out) && is_hex(out, sizeof out, points[i].unpacked), "%s",
              points[i].name);
        p256_pack(out, packed);
        CHECK(is_hex(packed, sizeof packed, points[i].packed), "%s", points[i].name);
        for (size_t shorter = 0; shorter < n; shorter++)
            CHECK(!unpack(point, shorter, out) || shorter == P256_PACKED, "%zu bytes of %s",
                  shorter, points[i].name);
    }
}

static struct exh_key *wrapped(EVP_PKEY *pkey)
{
    struct exh_key *key = NULL;
    struct exh_error err;

    if (!EVP_PKEY_up_ref(pkey) || key_wrap(pkey, &key, &err) != EXH_OK)
        abort();
    return key;
}

// The point of a certificate is that of its key, and the digest that of the bytes in it.
static void test_cert(const char *kind, enum exh_status want)
{
    struct made cert = make_cert(&(struct recipe){ .name = "leaf", .key = kind, .ext = CA_EXT });
    struct exh_key *key = wrapped(cert.key);
    uint8_t of_cert[P256_POINT], of_key[P256_POINT], digest[32], expected[32];
    struct exh_error err = { .text = "" };
    unsigned char *spki = NULL;
    int n = i2d_PUBKEY(cert.key, &spki);

    CHECK(p256_of_cert(cert.der, of_cert, &err) == want, "%s: %s", kind, err.text);
    CHECK(p256_of_key(key, of_key) == !want, "%s: key", kind);
    CHECK(want || memcmp(of_cert, of_key, sizeof of_key) == 0, "%s: other points", kind);
    CHECK(n > 0 && EVP_Digest(spki, (size_t)n, expected, NULL, EVP_sha256(), NULL) &&
              cert_spki_sha256(cert.der, digest, &err) == EXH_OK &&
              memcmp(digest, expected, sizeof digest) == 0,
          "%s: digest of the public key: %s", kind, err.text);
    for (size_t shorter = 0; shorter < cert.der.n; shorter += shorter < 64 ? 1 : 37) {
        uint8_t *copy = exact_copy(cert.der.p, shorter);
        const struct exh_bytes part = { copy, shorter };
        CHECK(p256_of_cert(part, of_cert, &err) == EXH_MALFORMED, "%zu bytes of %s", shorter, kind);
        CHECK(cert_spki_sha256(part, digest, &err) == EXH_MALFORMED, "%zu bytes of %s", shorter,
              kind);
        free(copy);
    }
    OPENSSL_free(spki);
    exh_key_free(key);
    made_free(&cert);
}

// A certificate may hold its point compressed: the recipient is the same.
static void test_compressed_cert(void)
{
    EVP_PKEY *pkey = make_key("P-256");
    struct exh_key *key = wrapped(pkey);
    uint8_t of_cert[P256_POINT], of_key[P256_POINT], packed[P256_PACKED];
    struct exh_error err = { .text = "" };

    CHECK(p256_of_key(key, of_key), "no point");
    if (EVP_PKEY_set_utf8_string_param(pkey, "point-format", "compressed") <= 0)
        abort();
    struct made cert = make_cert(&(struct recipe){ .name = "leaf", .use_key = pkey });
    CHECK(p256_of_cert(cert.der, of_cert, &err) == EXH_OK &&
              memcmp(of_cert, of_key, sizeof of_key) == 0,
          "compressed: %s", err.text);
    p256_pack(of_key, packed);
    size_t at = 0;
    while (at + P256_PACKED <= cert.der.n && memcmp(cert.der.p + at, packed, P256_PACKED) != 0)
        at++;
    CHECK(at + P256_PACKED <= cert.der.n, "the certificate's point is not compressed");
    exh_key_free(key);
    made_free(&cert);
    EVP_PKEY_free(pkey);
}

int main(void)
{
    static uint8_t big[EXH_CERT_MAX + 1];
    struct exh_error err = { .text = "" };
    uint8_t out[P256_POINT];

    test_points();
    test_cert("P-256", EXH_OK);
    test_cert("P-384", EXH_UNSUPPORTED);
    test_cert("ED25519", EXH_UNSUPPORTED);
    test_cert("RSA:2048", EXH_UNSUPPORTED);
    test_compressed_cert();
    CHECK(p256_of_cert((struct exh_bytes){ big, sizeof big }, out, &err) == EXH_LIMIT, "%s",
          err.text);
    return check_done();
}
