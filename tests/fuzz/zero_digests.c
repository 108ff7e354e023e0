/*
 * zero_digests.c -- make a signed file a seed for fuzz_crypto.h, where every digest is zero.
 *
 *     zero_digests OUT IN [SEGMENT...]
 *
 * Verifies IN with real hashes, and writes zeros over each digest that was computed on the way. With
 * media segments, OUT is what fuzz_fragments.c takes: a 16-bit size before each file.
 */
#include <exhibit/verify.h>

#include "fuzz.h"
#include "fuzz_crypto.h"

#include <string.h>

#define SEGMENTS_MAX 16
#define DIGESTS_MAX  4096

static uint8_t all[1 << 20];
static size_t all_n;

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

/* Append a file to all; where it lies. */
static struct exh_bytes read_file(const char *path, bool framed)
{
    FILE *in = fopen(path, "rb");

    REQUIRE(in);
    uint8_t *at = all + all_n + (framed ? 2 : 0);
    const size_t n = fread(at, 1, sizeof all - (size_t)(at - all), in);
    fclose(in);
    if (framed) {
        REQUIRE(n <= UINT16_MAX);
        at[-2] = (uint8_t)(n >> 8);
        at[-1] = (uint8_t)n;
    }
    all_n = (size_t)(at - all) + n;
    return (struct exh_bytes){ at, n };
}

int main(int argc, char **argv)
{
    struct exh_source segments[SEGMENTS_MAX];
    struct exh_crypto crypto = *fuzz_crypto();
    struct exh_report *report = NULL;
    struct exh_error err;
    size_t segments_n = 0, erased = 0;

    if (argc < 3 || argc - 3 > SEGMENTS_MAX) {
        fprintf(stderr, "usage: zero_digests OUT IN [SEGMENT...]\n");
        return 2;
    }
    const struct exh_bytes asset = read_file(argv[2], argc > 3);
    for (int i = 3; i < argc; i++) {
        const struct exh_bytes segment = read_file(argv[i], true);
        segments[segments_n++] = exh_source_memory(segment.p, segment.n);
    }

    // Only the hashes are real: whatever else is wrong must not keep one from being computed.
    crypto.hash_new = exh_crypto_openssl()->hash_new;
    crypto.hash_update = exh_crypto_openssl()->hash_update;
    crypto.hash_free = exh_crypto_openssl()->hash_free;
    crypto.hash_final = record_final;
    crypto.unbrotli = exh_crypto_openssl()->unbrotli;
    const struct exh_source source = exh_source_memory(asset.p, asset.n);
    const struct exh_verify_options options = { .crypto = &crypto,
                                                .now = FUZZ_NOW,
                                                .fragments = segments_n ? segments : NULL,
                                                .fragments_n = segments_n };
    if (exh_verify(&source, &options, &report, &err) != EXH_OK) {
        fprintf(stderr, "%s: %s\n", argv[2], err.text);
        return 1;
    }
    for (size_t i = 0; i < digests_n; i++)
        erased += erase(all, all_n, &digests[i]);
    exh_report_free(report);

    FILE *out = fopen(argv[1], "wb");
    if (!out || fwrite(all, 1, all_n, out) != all_n || fclose(out)) {
        fprintf(stderr, "%s: cannot be written\n", argv[1]);
        return 2;
    }
    printf("%s: %zu digests computed, %zu erased\n", argv[1], digests_n, erased);
    return 0;
}
