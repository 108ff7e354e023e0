/*
 * bench_c2pa.c -- how fast we sign and verify in one process: the other side of peer_c2pa.py.
 *
 *     bench_c2pa MEDIA WORK [NAME...]     one JSON line a figure: {"name","unit","value"}
 *
 * Same input, same key and chain, same eight anchors kept open; memory to memory, the output allocated
 * beforehand; medians of warm runs. sha256_… is one pass of OpenSSL's SHA-256 over the same bytes.
 */
#include <exhibit/file.h>
#include <exhibit/key.h>
#include <exhibit/sign.h>
#include <exhibit/verify.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"

#define RUNS_MAX  200
#define RUNS_MIN  7
#define WARM_UP   2
#define SECONDS   2.0
#define FILE_MAX  ((size_t)2 << 30)
#define ROOM      ((size_t)1 << 20) // for what signing adds
#define NAMES_MAX 64

/* What every figure needs. */
struct bench {
    const char *media, *work;
    struct exh_trust *trust;
    struct exh_key *key;
    struct exh_certs *certs;
    struct exh_signer signer;
};

static void fail_with(const char *what, const struct exh_error *err)
{
    fprintf(stderr, "bench_c2pa: %s: %s\n", what, err->text);
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median time of work(ctx) in ms. */
static double median_ms(void (*work)(void *ctx), void *ctx)
{
    double runs[RUNS_MAX];
    size_t n = 0;

    for (int i = 0; i < WARM_UP; i++)
        work(ctx);
    const double begin = now_ms();
    while (n < RUNS_MAX && (n < RUNS_MIN || now_ms() - begin < SECONDS * 1e3)) {
        const double start = now_ms();
        work(ctx);
        runs[n++] = now_ms() - start;
    }
    qsort(runs, n, sizeof *runs, compare_doubles);
    return runs[n / 2];
}

static struct exh_bytes read_file(const char *folder, const char *name)
{
    struct exh_error err;
    char path[512];
    uint8_t *p = NULL;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (exh_file_read(path, FILE_MAX, &p, &n, &err) != EXH_OK)
        fail_with(path, &err);
    return (struct exh_bytes){ p, n };
}

static void forget(struct exh_bytes b)
{
    free((void *)(uintptr_t)b.p);
}

struct job {
    const struct bench *bench;
    struct exh_bytes input;
    struct exh_memory_sink out;
};

static void sign_once(void *ctx)
{
    struct job *j = ctx;
    struct exh_error err;
    struct exh_source source = exh_source_memory(j->input.p, j->input.n);
    struct exh_sink sink = exh_sink_memory(&j->out);
    struct exh_sign_options options = { .crypto = exh_crypto_openssl(),
                                        .now = EXH_NO_TIME,
                                        .source_type = "digitalCreation" };

    j->out.n = 0;
    if (exh_sign(&source, &sink, &j->bench->signer, &options, NULL, &err) != EXH_OK)
        fail_with("sign", &err);
}

static void verify_once(void *ctx)
{
    struct job *j = ctx;
    struct exh_error err;
    struct exh_report *report = NULL;
    struct exh_source source = exh_source_memory(j->input.p, j->input.n);
    struct exh_verify_options options = { .crypto = exh_crypto_openssl(),
                                          .trust = j->bench->trust,
                                          .now = (int64_t)time(NULL) };

    if (exh_verify(&source, &options, &report, &err) != EXH_OK)
        fail_with("verify", &err);
    if (report->state != EXH_STATE_TRUSTED) {
        fprintf(stderr, "bench_c2pa: the file is not trusted: %s\n", report->axes[0].sentence);
        exit(1);
    }
    exh_report_free(report);
}

static void hash_once(void *ctx)
{
    struct job *j = ctx;
    uint8_t digest[EXH_HASH_MAX];
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);

    crypto->hash_update(h, j->input.p, j->input.n);
    crypto->hash_final(h, digest);
}

enum work { SIGN, VERIFY, HASH };

static const struct {
    const char *name, *file;
    enum work work;
} figures[] = {
    { "sign_jpeg_s", "s.jpg", SIGN },
    { "sign_jpeg_m", "m.jpg", SIGN },
    { "sign_jpeg_l", "l.jpg", SIGN },
    { "verify_jpeg_s", "signed-s.jpg", VERIFY },
    { "verify_jpeg_m", "signed-m.jpg", VERIFY },
    { "verify_jpeg_l", "signed-l.jpg", VERIFY },
    { "sign_mp4", "v.mp4", SIGN },
    { "verify_mp4", "signed-v.mp4", VERIFY },
    { "sha256_jpeg_m", "m.jpg", HASH },
    { "sha256_mp4", "v.mp4", HASH },
};

static void measure(const struct bench *b, size_t i)
{
    struct job job = { .bench = b };

    job.input = read_file(figures[i].work == VERIFY ? b->work : b->media, figures[i].file);
    if (figures[i].work == SIGN) {
        job.out.size = job.input.n + ROOM;
        job.out.p = malloc(job.out.size);
        if (!job.out.p)
            exit(1);
        memset(job.out.p, 1, job.out.size); // allocated means touched
    }
    void (*const work[])(
        void *) = { [SIGN] = sign_once, [VERIFY] = verify_once, [HASH] = hash_once };
    printf("{\"name\":\"%s\",\"unit\":\"ms\",\"value\":%.4f}\n", figures[i].name,
           median_ms(work[figures[i].work], &job));
    if (figures[i].work == SIGN)
        printf("{\"name\":\"%s_bytes\",\"unit\":\"B\",\"value\":%zu}\n", figures[i].name,
               job.out.n - job.input.n);
    fflush(stdout);
    free(job.out.p);
    forget(job.input);
}

/* Cost of a growing number of ingredients: the same small file, n times taken in. */
static void measure_ingredients(const struct bench *b, size_t n)
{
    static struct exh_ingredient ingredients[EXH_INGREDIENTS_MAX];
    struct exh_error err;
    struct exh_bytes input = read_file(b->media, "s.jpg");
    struct exh_memory_sink parts[128] = { 0 };
    struct exh_source sources[128];
    struct exh_memory_sink out = { 0 };
    struct exh_sign_options options = { .crypto = exh_crypto_openssl(),
                                        .now = (int64_t)time(NULL),
                                        .source_type = "compositeCapture" };
    struct job job = { .bench = b };
    struct exh_source source = exh_source_memory(input.p, input.n);

    for (size_t i = 0; i < n; i++) { // each a manifest of its own
        job.input = input;
        parts[i].size = input.n + ROOM;
        parts[i].p = malloc(parts[i].size);
        job.out = parts[i];
        sign_once(&job);
        parts[i] = job.out;
        sources[i] = exh_source_memory(parts[i].p, parts[i].n);
        ingredients[i] = (struct exh_ingredient){ &sources[i], "part.jpg", "componentOf" };
    }
    options.ingredients = ingredients;
    options.ingredients_n = n;
    out.size = input.n + (n + 1) * ROOM;
    out.p = malloc(out.size);
    struct exh_sink sink = exh_sink_memory(&out);
    if (exh_sign(&source, &sink, &b->signer, &options, NULL, &err) != EXH_OK)
        fail_with("ingredients", &err);
    job.input = (struct exh_bytes){ out.p, out.n };
    printf("{\"name\":\"verify_ingredients_%zu\",\"unit\":\"ms\",\"value\":%.4f}\n", n,
           median_ms(verify_once, &job));
    fflush(stdout);
    for (size_t i = 0; i < n; i++)
        free(parts[i].p);
    free(out.p);
    forget(input);
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 3; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc == 3;
}

int main(int argc, char **argv)
{
    struct exh_error err;
    struct bench b = { 0 };

    if (argc < 3) {
        fprintf(stderr, "usage: bench_c2pa MEDIA WORK [NAME...]\n");
        return 2;
    }
    b.media = argv[1];
    b.work = argv[2];
    b.trust = exh_trust_new();
    struct exh_bytes anchors = read_file(b.work, "anchors.pem");
    struct exh_bytes key = read_file(b.work, "key.pem");
    struct exh_bytes chain = read_file(b.work, "chain.pem");
    if (exh_trust_add_anchors(b.trust, EXH_PURPOSE_CLAIM, (const char *)anchors.p, anchors.n,
                              &err) != EXH_OK ||
        exh_key_read((const char *)key.p, key.n, NULL, NULL, &b.key, &err) != EXH_OK ||
        exh_certs_read((const char *)chain.p, chain.n, &b.certs, &err) != EXH_OK ||
        exh_key_signer(b.key, b.certs, 0, &b.signer, &err) != EXH_OK)
        fail_with(b.work, &err);

    for (size_t i = 0; i < ARRAY_N(figures); i++)
        if (wanted(figures[i].name, argc, argv))
            measure(&b, i);
    for (size_t n = 1; n <= 100; n *= 10)
        if (wanted("ingredients", argc, argv))
            measure_ingredients(&b, n);

    exh_key_free(b.key);
    exh_certs_free(b.certs);
    exh_trust_free(b.trust);
    forget(anchors);
    forget(key);
    forget(chain);
    return 0;
}
