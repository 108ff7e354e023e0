/*
 * zero_digests.c -- make a signed file a seed for fuzz_crypto.h, where every digest is zero.
 *
 *     zero_digests IN OUT
 *
 * Verifies IN with real hashes, and writes zeros over each digest that was computed on the way.
 */
#include <exhibit/verify.h>

#include "fuzz.h"
#include "fuzz_crypto.h"

#include <string.h>

#define FILE_MAX    ((size_t)1 << 20)
#define DIGESTS_MAX 4096

static struct digest {
    uint8_t bytes[EXH_HASH_MAX];
    size_t n;
} digests[DIGESTS_MAX];
static size_t digests_n;

static size_t record_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_crypto_openssl()->hash_final(h, digest);

    REQUIRE(digests_n < DIGESTS_MAX);
    memcpy(digests[digests_n].bytes, digest, n);
    digests[digests_n++].n = n;
    return n;
}

static size_t erase(uint8_t *p, size_t n, const struct digest *d)
{
    size_t found = 0;

    for (size_t i = 0; i + d->n <= n; i++)
        if (memcmp(p + i, d->bytes, d->n) == 0) {
            memset(p + i, 0, d->n);
            found++;
        }
    return found;
}

int main(int argc, char **argv)
{
    static uint8_t bytes[FILE_MAX];
    struct exh_crypto crypto = *fuzz_crypto();
    struct exh_report *report = NULL;
    struct exh_error err;
    size_t erased = 0;

    FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!in) {
        fprintf(stderr, "usage: zero_digests IN OUT\n");
        return 2;
    }
    const size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);

    // Only the hashes are real: whatever else is wrong must not keep one from being computed.
    crypto.hash_new = exh_crypto_openssl()->hash_new;
    crypto.hash_update = exh_crypto_openssl()->hash_update;
    crypto.hash_free = exh_crypto_openssl()->hash_free;
    crypto.hash_final = record_final;
    crypto.unbrotli = exh_crypto_openssl()->unbrotli;
    const struct exh_source source = exh_source_memory(bytes, n);
    const struct exh_verify_options options = { .crypto = &crypto, .now = FUZZ_NOW };
    if (exh_verify(&source, &options, &report, &err) != EXH_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.text);
        return 1;
    }
    for (size_t i = 0; i < digests_n; i++)
        erased += erase(bytes, n, &digests[i]);
    exh_report_free(report);

    FILE *out = fopen(argv[2], "wb");
    if (!out || fwrite(bytes, 1, n, out) != n || fclose(out)) {
        fprintf(stderr, "%s: cannot be written\n", argv[2]);
        return 2;
    }
    printf("%s: %zu digests computed, %zu erased\n", argv[2], digests_n, erased);
    return 0;
}
