/* Diffie-Hellman on Curve25519 against the examples of RFC 7748, and the points of low order. */
#include "check.h"

#include "base/text.h"
#include "crypto/x25519.h"

static void unhex(const char *text, uint8_t out[X25519_SIZE])
{
    if (!hex_read(bytes_of(text), out, X25519_SIZE))
        abort();
}

static bool is_hex(const uint8_t p[X25519_SIZE], const char *want)
{
    char hex[2 * X25519_SIZE + 1];

    hex_write(hex, p, X25519_SIZE);
    return strcmp(hex, want) == 0;
}

#define ALICE        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
#define ALICE_PUBLIC "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
#define BOB          "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define BOB_PUBLIC   "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
#define BOTH         "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"

// RFC 7748, "Test Vectors" and "Curve25519" (Diffie-Hellman).
static const struct {
    const char *secret, *peer, *shared;
} products[] = {
    { "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
    { "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
      "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
      "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
    { ALICE, BOB_PUBLIC, BOTH },
    { BOB, ALICE_PUBLIC, BOTH },
};

static const struct {
    const char *secret, *public;
} pairs[] = { { ALICE, ALICE_PUBLIC }, { BOB, BOB_PUBLIC } };

// The points whose order divides 8: zero, one, two of order 8, p - 1; the same plus p, as far as it fits in
// 255 bits; and some with the highest bit set, which is not looked at.
static const char *const low[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

int main(void)
{
    uint8_t secret[X25519_SIZE], peer[X25519_SIZE], out[X25519_SIZE];
    static const uint8_t zeros[X25519_SIZE];

    for (size_t i = 0; i < ARRAY_N(products); i++) {
        unhex(products[i].secret, secret);
        unhex(products[i].peer, peer);
        CHECK(x25519_shared(secret, peer, out) && is_hex(out, products[i].shared), "product %zu",
              i);
        CHECK(!x25519_low_order(peer), "peer %zu is not of low order", i);
    }
    for (size_t i = 0; i < ARRAY_N(pairs); i++) {
        unhex(pairs[i].secret, secret);
        CHECK(x25519_public(secret, out) && is_hex(out, pairs[i].public), "pair %zu", i);
    }
    for (size_t i = 0; i < ARRAY_N(low); i++) {
        unhex(low[i], peer);
        memset(out, 0xEE, sizeof out);
        CHECK(!x25519_shared(secret, peer, out) && memcmp(out, zeros, sizeof out) == 0,
              "point %zu of low order is shared with", i);
        CHECK(x25519_low_order(peer), "point %zu", i);
    }
    return check_done();
}
