/* Digests against the examples of FIPS 180-4. */
#include "check.h"

#include "base/text.h"

#include <exhibit/crypto.h>

static const struct {
    enum exh_hash alg;
    const char *text;
    size_t times;
    const char *digest;
} cases[] = {
    { EXH_SHA256, "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { EXH_SHA256, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { EXH_SHA256, "aaaaaaaaaa", 100000,
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
    { EXH_SHA384, "abc", 1,
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
      "25a7" },
    { EXH_SHA512, "abc", 1,
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
      "ebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

int main(void)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    uint8_t digest[EXH_HASH_MAX], again[EXH_HASH_MAX];
    char hex[2 * EXH_HASH_MAX + 1];
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct exh_hasher *h = crypto->hash_new(cases[i].alg);
        for (size_t t = 0; t < cases[i].times; t++)
            crypto->hash_update(h, (const uint8_t *)cases[i].text, strlen(cases[i].text));
        size_t n = crypto->hash_final(h, digest);
        hex_write(hex, digest, n);
        CHECK(n == exh_hash_size(cases[i].alg) && strcmp(hex, cases[i].digest) == 0, "row %zu: %s",
              i, hex);
    }
    CHECK(!crypto->hash_new(EXH_HASH_NONE), "a hash of nothing");
    crypto->hash_free(crypto->hash_new(EXH_SHA512)); // given up
    crypto->hash_free(NULL);
    CHECK(crypto->random(digest, sizeof digest, &err) == EXH_OK &&
              crypto->random(again, sizeof again, &err) == EXH_OK &&
              memcmp(digest, again, sizeof digest) != 0,
          "random numbers repeat");
    CHECK(crypto->random(digest, 0, &err) == EXH_OK, "no random numbers");
    return check_done();
}
