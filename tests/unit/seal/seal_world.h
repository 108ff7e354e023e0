/*
 * seal_world.h -- a camera with a certificate, a clock that stands still, and somebody who may open.
 *
 * Whatever cannot be made ends the test program: it would be a fault of the test.
 */
#ifndef TESTS_SEAL_WORLD_H
#define TESTS_SEAL_WORLD_H

#include <openssl/pem.h>

#include <exhibit/clock.h>
#include <exhibit/identity.h>
#include <exhibit/key.h>
#include <exhibit/pool.h>
#include <exhibit/seal.h>

#include "../crypto/made_cert.h"
#include "base/error.h"
#include "check.h"

#define WORLD_UTC  UINT64_C(1750000000000000) // us; certificates are valid then
#define WORLD_MONO UINT64_C(5000000)

struct world_sealer {
    struct made leaf;
    struct exh_key *key;
    struct exh_certs *certs;
    struct exh_signer signer;
};

struct world_person {
    struct exh_identities *ids;
    char recipient[EXH_RECIPIENT_MAX];
};

struct world {
    const struct exh_crypto *crypto;
    struct made root;
    struct world_sealer camera, thief, person, nobody;
    struct world_person alice, bob;
    struct exh_recipients *to_alice, *to_both;
    struct exh_moment now;
    struct exh_clock clock;
    struct exh_pool *pool;
};

static inline void must(enum exh_status status, const struct exh_error *err)
{
    if (status == EXH_OK)
        return;
    fprintf(stderr, "the test's world: %s\n", err->text);
    exit(2);
}

static inline void world_clock(void *ctx, struct exh_moment *out)
{
    *out = ((struct world *)ctx)->now;
}

/* Time goes on. */
static inline void world_pass(struct world *w, uint64_t us)
{
    w->now.utc_us += us;
    w->now.monotonic_us += us;
}

static inline struct world_sealer world_sealer_of(const struct world *w, const char *name,
                                                  const char *san, const char *key)
{
    struct recipe recipe = { .name = name, .issuer = &w->root, .key = key, .ext = LEAF_EXT };
    struct world_sealer s = { 0 };
    struct exh_error err;
    char *pem = NULL;

    if (san)
        recipe.ext[3] = (struct extension){ "subjectAltName", san };
    s.leaf = make_cert(&recipe);
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, s.leaf.key, NULL, NULL, 0, NULL, NULL))
        exit(2);
    const long n = BIO_get_mem_data(bio, &pem);
    must(exh_key_read(pem, (size_t)n, NULL, NULL, &s.key, &err), &err);
    BIO_free(bio);
    const struct made *chain[] = { &s.leaf };
    pem = made_pem(chain, 1);
    must(exh_certs_read(pem, strlen(pem), &s.certs, &err), &err);
    free(pem);
    must(exh_key_signer(s.key, s.certs, 0, &s.signer, &err), &err);
    return s;
}

static inline void world_sealer_free(struct world_sealer *s)
{
    exh_certs_free(s->certs);
    exh_key_free(s->key);
    made_free(&s->leaf);
}

static inline struct world_person world_person_of(const struct world *w)
{
    struct world_person p = { .ids = exh_identities_new() };
    struct exh_error err;
    char *file = NULL;
    size_t n = 0;

    must(exh_identity_new(w->crypto, 0, NULL, 0, &file, &n, p.recipient, &err), &err);
    must(exh_identities_add(p.ids, file, n, NULL, NULL, &err), &err);
    exh_secret_free(file, n);
    return p;
}

static inline void world_begin(struct world *w)
{
    const struct recipe root = { .name = "root", .ext = CA_EXT };
    struct exh_error err;

    memset(w, 0, sizeof *w);
    w->crypto = exh_crypto_openssl();
    w->root = make_cert(&root);
    w->camera = world_sealer_of(w, "dome1", "URI:urn:exhibit:camera:dome1", NULL);
    w->thief = world_sealer_of(w, "thief", "URI:urn:exhibit:camera:thief", NULL);
    w->person = world_sealer_of(w, "ann", "URI:urn:exhibit:person:ann", "ED25519");
    w->nobody = world_sealer_of(w, "nobody", NULL, NULL);
    w->alice = world_person_of(w);
    w->bob = world_person_of(w);
    w->to_alice = exh_recipients_new();
    w->to_both = exh_recipients_new();
    const char *alice = w->alice.recipient, *bob = w->bob.recipient;
    must(exh_recipients_add(w->to_alice, alice, strlen(alice), &err), &err);
    must(exh_recipients_add(w->to_both, alice, strlen(alice), &err), &err);
    must(exh_recipients_add(w->to_both, bob, strlen(bob), &err), &err);
    w->now = (struct exh_moment){ WORLD_UTC, WORLD_MONO, 12345, true };
    w->clock = (struct exh_clock){ world_clock, w };
    must(exh_pool_new(2, &w->pool, &err), &err);
}

static inline void world_end(struct world *w)
{
    exh_pool_free(w->pool);
    exh_recipients_free(w->to_alice);
    exh_recipients_free(w->to_both);
    exh_identities_free(w->alice.ids);
    exh_identities_free(w->bob.ids);
    world_sealer_free(&w->camera);
    world_sealer_free(&w->thief);
    world_sealer_free(&w->person);
    world_sealer_free(&w->nobody);
    made_free(&w->root);
}

/* What a camera seals with. */
static inline struct exh_seal_options world_options(struct world *w)
{
    return (struct exh_seal_options){ .crypto = w->crypto,
                                      .recipients = w->to_alice,
                                      .signer = &w->camera.signer,
                                      .media_type = "image/jpeg",
                                      .clock = &w->clock };
}

/* A file in memory that only grows, and may fail. */
struct grown {
    uint8_t *p; // owned; free()
    size_t n;
    size_t synced;   // bytes that a power cut leaves for sure
    int calls_left;  // writes and syncs until one fails; negative: none does
    int *calls_both; // instead: shared with another file
};

static inline bool grown_fails(struct grown *g)
{
    int *left = g->calls_both ? g->calls_both : &g->calls_left;

    return *left >= 0 && (*left)-- == 0;
}

static inline enum exh_status grown_write(void *ctx, const uint8_t *p, size_t n,
                                          struct exh_error *err)
{
    struct grown *g = ctx;

    if (grown_fails(g))
        return fail(err, EXH_IO, "the disk is full");
    g->p = realloc(g->p, g->n + n + 1);
    if (!g->p)
        exit(2);
    memcpy(g->p + g->n, p, n);
    g->n += n;
    return EXH_OK;
}

static inline enum exh_status grown_sync(void *ctx, struct exh_error *err)
{
    struct grown *g = ctx;

    if (grown_fails(g))
        return fail(err, EXH_IO, "the disk is broken");
    g->synced = g->n;
    return EXH_OK;
}

static inline struct exh_appender grown_appender(struct grown *g)
{
    return (struct exh_appender){ .write = grown_write, .sync = grown_sync, .ctx = g };
}

static inline struct exh_source grown_source(const struct grown *g)
{
    return exh_source_memory(g->p, g->n);
}

static inline void grown_free(struct grown *g)
{
    free(g->p);
    *g = (struct grown){ .calls_left = -1 };
}

/* A segment of `records` records of n bytes each, one a second, closed or not. grown_free() both. */
static inline void world_record(struct world *w, const struct exh_stream_options *o,
                                const uint8_t *plain, size_t records, size_t n, bool close,
                                struct grown *body, struct grown *led)
{
    struct exh_stream *s = NULL;
    struct exh_error err;

    *body = *led = (struct grown){ .calls_left = -1 };
    const struct exh_appender to_body = grown_appender(body), to_led = grown_appender(led);
    must(exh_stream_open(&to_body, &to_led, o, &s, &err), &err);
    for (size_t i = 0; i < records; i++) {
        must(exh_stream_write(s, plain + i * n, n, &err), &err);
        world_pass(w, 1000000);
        must(exh_stream_record(s, 0, true, &err), &err);
    }
    if (close)
        must(exh_stream_close(s, NULL, NULL, &err), &err);
    exh_stream_free(s);
}

/* The whole answer of a check. exh_ledger_report_free() */
static inline struct exh_ledger_report *world_check(const struct world *w,
                                                    const struct exh_source *object,
                                                    const struct exh_source *ledger)
{
    const struct exh_check_options options = { .crypto = w->crypto,
                                               .ledger = ledger,
                                               .now = (int64_t)(WORLD_UTC / 1000000) };
    struct exh_ledger_report *report = NULL;
    struct exh_error err;

    must(exh_check(object, &options, &report, &err), &err);
    return report;
}

/* Bytes that do not repeat; free(). */
static inline uint8_t *world_bytes(size_t n)
{
    uint8_t *p = malloc(n + 1);
    uint64_t x = 88172645463325252u;

    if (!p)
        exit(2);
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        p[i] = (uint8_t)x;
    }
    return p;
}

#endif
