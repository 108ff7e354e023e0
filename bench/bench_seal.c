/*
 * bench_seal.c -- sealing and opening in one process, as the figures of bench/run seal need it.
 *
 *     bench_seal seal|seal-signed FOLDER FILE OUT THREADS   OUT /dev/null: sealed and thrown away
 *     bench_seal open FOLDER FILE THREADS                   opened and thrown away; a ledger is checked
 *     bench_seal seek FOLDER GIGABYTES                      make a recording of that size, and seek in it
 *
 * FOLDER has id.age, key.pem and chain.pem. One JSON line a figure: {"name","wall","cpu"} in seconds, and
 * what else there is to know.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <exhibit/file.h>
#include <exhibit/ledger.h>
#include <exhibit/pool.h>
#include <exhibit/seal.h>

#define SEEKS       101
#define RECORD      1000000u             // bytes of one second: 8 Mb/s
#define KEPT        ((uint64_t)16 << 20) // bytes of the recording that are stored: only they are read
#define RECORDED_AT UINT64_C(1750000000000000)

static struct exh_error err;

static void need(enum exh_status status)
{
    if (status != EXH_OK) {
        fprintf(stderr, "bench_seal: %s\n", err.text);
        exit(1);
    }
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        exit(1);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct watch {
    double wall, cpu;
};

static struct watch watch_start(void)
{
    return (struct watch){ seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID) };
}

static void watch_show(struct watch w, const char *name, const char *more)
{
    printf("{\"name\":\"%s\",\"wall\":%.6f,\"cpu\":%.6f%s}\n", name,
           seconds(CLOCK_MONOTONIC) - w.wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - w.cpu, more);
}

/* --- Keys ----------------------------------------------------------------------------------------- */

struct people {
    struct exh_identities *me;
    struct exh_recipients *to;
    struct exh_key *key;
    struct exh_certs *certs;
    struct exh_signer signer;
};

static uint8_t *read_in(const char *folder, const char *name, size_t *n)
{
    char path[4096];
    uint8_t *p = NULL;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    need(exh_file_read(path, 1 << 20, &p, n, &err));
    return p;
}

static void people_read(struct people *p, const char *folder)
{
    char recipient[EXH_RECIPIENT_MAX];
    size_t id_n, key_n, certs_n;
    uint8_t *id = read_in(folder, "id.age", &id_n);
    uint8_t *key = read_in(folder, "key.pem", &key_n);
    uint8_t *certs = read_in(folder, "chain.pem", &certs_n);

    p->me = exh_identities_new();
    p->to = exh_recipients_new();
    need(exh_identities_add(p->me, (char *)id, id_n, NULL, NULL, &err));
    need(exh_identities_recipient(p->me, 0, recipient, &err));
    need(exh_recipients_add(p->to, recipient, strlen(recipient), &err));
    need(exh_key_read((char *)key, key_n, NULL, NULL, &p->key, &err));
    need(exh_certs_read((char *)certs, certs_n, &p->certs, &err));
    need(exh_key_signer(p->key, p->certs, 0, &p->signer, &err));
    free(id);
    free(key);
    free(certs);
}

static void people_free(struct people *p)
{
    exh_identities_free(p->me);
    exh_recipients_free(p->to);
    exh_certs_free(p->certs);
    exh_key_free(p->key);
}

/* --- Sealing and opening -------------------------------------------------------------------------- */

static enum exh_status drop(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    (void)ctx;
    (void)p;
    (void)n;
    (void)e;
    return EXH_OK;
}

static enum exh_status drop_patch(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                  struct exh_error *e)
{
    (void)at;
    return drop(ctx, p, n, e);
}

static const struct exh_sink nowhere = { .write = drop, .patch = drop_patch };

static struct exh_pool *pool_of(const char *threads)
{
    struct exh_pool *pool = NULL;
    const unsigned n = (unsigned)strtoul(threads, NULL, 10);

    if (n > 1)
        need(exh_pool_new(n - 1, &pool, &err));
    return pool;
}

static void run_seal(const char *folder, bool sign, const char *in, const char *out,
                     const char *threads)
{
    struct people people = { 0 };
    struct exh_source source = { 0 };
    struct exh_output *output = NULL;
    struct exh_pool *pool = pool_of(threads);

    people_read(&people, folder);
    need(exh_source_open(in, &source, &err));
    if (strcmp(out, "/dev/null") != 0)
        need(exh_output_open(out, EXH_OUTPUT_REPLACE, &output, &err));
    const struct exh_seal_options options = {
        .crypto = exh_crypto_openssl(),
        .recipients = people.to,
        .signer = sign ? &people.signer : NULL,
        .media_type = "application/octet-stream",
        .clock = exh_clock_system(),
        .workers = exh_pool_workers(pool),
    };
    const struct watch watch = watch_start();
    need(exh_seal(&source, output ? exh_output_sink(output) : &nowhere, &options, NULL, &err));
    watch_show(watch, "seal", "");
    if (output)
        need(exh_output_commit(output, &err));
    exh_output_close(output);
    exh_source_close(&source);
    exh_pool_free(pool);
    people_free(&people);
}

static void run_open(const char *folder, const char *in, const char *threads)
{
    struct people people = { 0 };
    struct exh_source source = { 0 };
    struct exh_opened opened = { 0 };
    struct exh_pool *pool = pool_of(threads);

    people_read(&people, folder);
    need(exh_source_open(in, &source, &err));
    const struct exh_open_options options = {
        .check = { .crypto = exh_crypto_openssl(), .now = time(NULL) },
        .identities = people.me,
        .workers = exh_pool_workers(pool),
    };
    const struct watch watch = watch_start();
    need(exh_open(&source, &nowhere, &options, &opened, &err));
    watch_show(watch, "open", "");
    if (opened.payload != EXH_PAYLOAD_WHOLE)
        exit(1);
    exh_opened_free(&opened);
    exh_source_close(&source);
    exh_pool_free(pool);
    people_free(&people);
}

/* --- Seeking -------------------------------------------------------------------------------------- */

/* A body of which only a window is stored, in a file with holes: the rest is never read. */
struct sparse {
    int fd;
    uint64_t n;
    uint64_t from, to; // what is stored
};

static enum exh_status sparse_write(void *ctx, const uint8_t *p, size_t n, struct exh_error *e)
{
    struct sparse *s = ctx;
    const uint64_t at = s->n;

    (void)e;
    s->n += n;
    if (at >= (64 << 10) && (at + n <= s->from || at >= s->to)) // the header is always stored
        return EXH_OK;
    if (pwrite(s->fd, p, n, (off_t)at) != (ssize_t)n)
        exit(1);
    return EXH_OK;
}

static enum exh_status no_sync(void *ctx, struct exh_error *e)
{
    (void)ctx;
    (void)e;
    return EXH_OK;
}

/* Record so many seconds, one record and tick each. The clock is the recording's own. */
static void fake_now(void *ctx, struct exh_moment *out)
{
    const uint64_t *now = ctx;

    *out = (struct exh_moment){ .utc_us = *now, .monotonic_us = *now, .synchronised = true };
}

static void record(const struct people *people, struct sparse *body, struct sparse *ledger,
                   uint64_t records)
{
    uint64_t now = RECORDED_AT;
    const struct exh_clock clock = { .now = fake_now, .ctx = &now };
    const struct exh_appender to = { sparse_write, no_sync, body },
                              led = { sparse_write, no_sync, ledger };
    const struct exh_stream_options options = {
        .seal = { .crypto = exh_crypto_openssl(),
                  .recipients = people->to,
                  .signer = &people->signer,
                  .media_type = "video/mp4",
                  .clock = &clock },
        .filler = EXH_FILLER_BMFF,
        .sync = EXH_SYNC_2S,
    };
    struct exh_stream *s = NULL;
    uint8_t *second = calloc(1, RECORD);

    if (!second)
        exit(1);
    need(exh_stream_open(&to, &led, &options, &s, &err));
    for (uint64_t i = 0; i < records; i++) {
        need(exh_stream_write(s, second, RECORD, &err));
        now += 1000000;
        need(exh_stream_record(s, now - 1000000, true, &err));
    }
    need(exh_stream_close(s, NULL, NULL, &err));
    exh_stream_free(s);
    free(second);
}

/* A source that counts what is read of it. */
struct counted {
    struct exh_source of;
    uint64_t n;
};

static enum exh_status counted_read(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *e)
{
    struct counted *c = ctx;

    c->n += n;
    return c->of.read(c->of.ctx, at, to, n, e);
}

static void run_seek(const char *folder, const char *gigabytes)
{
    const uint64_t records = strtoull(gigabytes, NULL, 10) * 1000;
    struct people people = { 0 };
    char path[4096], more[128];
    struct counted counted = { 0 };
    struct exh_source led = { 0 };

    people_read(&people, folder);
    (void)snprintf(path, sizeof path, "%s/seek.age", folder);
    struct sparse body = { .fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600),
                           .from = (records - 20) * RECORD,
                           .to = UINT64_MAX };
    (void)snprintf(path, sizeof path, "%s/seek.led", folder);
    struct sparse ledger = { .fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600),
                             .from = 0,
                             .to = UINT64_MAX };
    if (body.fd < 0 || ledger.fd < 0)
        exit(1);
    record(&people, &body, &ledger, records);
    (void)snprintf(path, sizeof path, "%s/seek.age", folder);
    need(exh_source_open(path, &counted.of, &err));
    const struct exh_source source = { .size = counted.of.size,
                                       .read = counted_read,
                                       .ctx = &counted };
    (void)snprintf(path, sizeof path, "%s/seek.led", folder);
    need(exh_source_open(path, &led, &err));
    for (int i = 0; i < SEEKS; i++) {
        const uint64_t from = RECORDED_AT + (records - 10) * 1000000;
        const struct exh_open_options options = {
            .check = { .crypto = exh_crypto_openssl(), .now = time(NULL), .ledger = &led },
            .identities = people.me,
            .from_us = from,
            .to_us = from + 1,
            .quick = true,
        };
        struct exh_opened opened = { 0 };
        counted.n = 0;
        const struct watch watch = watch_start();
        need(exh_open(&source, &nowhere, &options, &opened, &err));
        (void)snprintf(more, sizeof more, ",\"read\":%" PRIu64 ",\"size\":%" PRIu64, counted.n,
                       source.size);
        watch_show(watch, "seek", more);
        exh_opened_free(&opened);
    }
    exh_source_close(&counted.of);
    exh_source_close(&led);
    (void)close(body.fd);
    (void)close(ledger.fd);
    people_free(&people);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (argc == 6 && (strcmp(what, "seal") == 0 || strcmp(what, "seal-signed") == 0))
        run_seal(argv[2], strcmp(what, "seal") != 0, argv[3], argv[4], argv[5]);
    else if (argc == 5 && strcmp(what, "open") == 0)
        run_open(argv[2], argv[3], argv[4]);
    else if (argc == 4 && strcmp(what, "seek") == 0)
        run_seek(argv[2], argv[3]);
    else
        return 2;
    return 0;
}
