/*
 * bench_pki.c -- how fast certificates, time-stamps and OCSP answers are issued, in one process on one core.
 *
 *     bench_pki [SECONDS]     one JSON line a figure: {"name","unit","value"}
 *
 * Each work goes from the bytes of a request to the bytes of its answer; nothing is kept between two.
 * All keys are of P-256. The works take turns; values are medians of the rounds, per CPU-second.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/macros.h"
#include "crypto/cert_request.h"
#include "crypto/pem.h"
#include "pki/csr.h"
#include "pki/ocsp.h"
#include "pki/tsa.h"

#include <exhibit/stamp.h>

#define NOW        INT64_C(1795251600) // 2026-11-21
#define ROUNDS     9
#define BATCH      50 // of one work between two looks at the clock
#define CHAIN_SIZE 2

/* What the server has open, and the requests that it gets. */
struct bench {
    struct exh_key *root_key, *key, *tsa_key, *ocsp_key, *camera_key;
    struct ca *ca;
    struct tsa *tsa;
    struct ocsp_responder *responder;
    struct exh_certs *certs; // the camera's
    struct exh_signer camera;
    struct exh_bytes leaf; // DER of the same; borrowed of certs
    struct buf request, renewal;
    struct exh_stamp_request stamp;
    uint8_t question[256];
    size_t question_n;
    struct buf out;
    struct exh_error err;
};

static void need(const struct bench *b, enum exh_status status, const char *what)
{
    if (status == EXH_OK)
        return;
    fprintf(stderr, "bench_pki: %s: %s\n", what, b->err.text);
    exit(1);
}

/* A certificate from a request: read, proof checked, issued. */
static enum exh_status certify(struct bench *b)
{
    struct ca_order order = { .role = CA_CAMERA, .name = "dome-1", .now = NOW };
    struct csr *csr = NULL;
    enum exh_status status = csr_read(buf_view(&b->request), CSR_P256, &csr, &b->err);

    if (!status) {
        order.subject = csr_key(csr);
        status = ca_issue(b->ca, &order, &b->out, &b->err);
    }
    csr_free(csr);
    return status;
}

/* The same with another key than before, and the old one's statement. */
static enum exh_status renew(struct bench *b)
{
    struct ca_order order = { .role = CA_CAMERA, .name = "dome-1", .now = NOW };
    struct csr *csr = NULL;
    enum exh_status status = csr_read(buf_view(&b->renewal), CSR_P256, &csr, &b->err);

    if (!status)
        status = csr_renews(csr, b->leaf, &b->err);
    if (!status) {
        order.subject = csr_key(csr);
        status = ca_issue(b->ca, &order, &b->out, &b->err);
    }
    csr_free(csr);
    return status;
}

static enum exh_status stamp(struct bench *b)
{
    struct tsa_moment moment = { .now = NOW, .last = NOW, .synchronised = true };
    struct tsa_outcome outcome;
    enum exh_status status = ca_serial(moment.serial, &b->err);

    if (!status)
        status = tsa_answer(b->tsa, (struct exh_bytes){ b->stamp.der, b->stamp.n }, &moment,
                            &b->out, &outcome, &b->err);
    if (!status && outcome.code != TSA_GRANTED)
        status = fail(&b->err, EXH_INVALID, "%s", outcome.why);
    return status;
}

static enum exh_status find(void *ctx, const uint8_t serial[CA_SERIAL], struct ocsp_fact *out)
{
    (void)ctx;
    (void)serial;
    out->known = OCSP_IS_GOOD;
    return EXH_OK;
}

static enum exh_status respond(struct bench *b)
{
    const struct ocsp_times times = { NOW, NOW + 3600 };
    const struct ocsp_records records = { find, NULL };
    struct ocsp_outcome outcome;
    enum exh_status status =
        ocsp_answer(b->responder, (struct exh_bytes){ b->question, b->question_n }, &times,
                    &records, &b->out, &outcome, &b->err);

    if (!status && outcome.code != OCSP_ANSWERED)
        status = fail(&b->err, EXH_INVALID, "code %u", outcome.code);
    return status;
}

static struct buf issue(struct bench *b, enum ca_role role, const char *name,
                        const struct exh_key *subject)
{
    const struct ca_order order = { .role = role, .name = name, .subject = subject, .now = NOW };
    struct buf der = buf_with_limit(EXH_CERT_MAX);

    need(b, ca_issue(b->ca, &order, &der, &b->err), "certificate");
    return der;
}

static void open_authority(struct bench *b)
{
    static const struct ca_places places = { "http://ca.example:8080/ocsp",
                                             "http://ca.example:8080/issuer.cer",
                                             "http://ca.example:8080/issuer.crl" };
    const struct ca_order order = {
        .role = CA_ISSUER, .name = "Issuing", .subject = b->key, .now = NOW
    };
    struct buf pem = buf_with_limit(EXH_CERT_MAX);
    struct ca *root = NULL;

    need(b, ca_root(b->root_key, "Root", 1, NOW, &pem, &b->err), "root");
    need(b, pem_wrap(&pem, &b->err), "root");
    need(b, ca_open((const char *)pem.p, pem.n, b->root_key, NULL, &root, &b->err), "root");
    buf_clear(&pem);
    need(b, ca_issue(root, &order, &pem, &b->err), "authority");
    need(b, pem_wrap(&pem, &b->err), "authority");
    need(b, ca_open((const char *)pem.p, pem.n, b->key, &places, &b->ca, &b->err), "authority");
    ca_close(root);
    buf_free(&pem);
}

static void open_services(struct bench *b)
{
    const struct tsa_terms terms = { .accuracy_s = 1 };
    struct buf tsa = issue(b, CA_TSA, NULL, b->tsa_key),
               ocsp = issue(b, CA_OCSP, NULL, b->ocsp_key);
    const struct exh_bytes chain[CHAIN_SIZE] = { buf_view(&tsa), ca_certificate(b->ca) };

    need(b, tsa_open(chain, CHAIN_SIZE, b->tsa_key, &terms, &b->tsa, &b->err), "TSA");
    need(b, ocsp_open(ca_certificate(b->ca), buf_view(&ocsp), b->ocsp_key, &b->responder, &b->err),
         "OCSP");
    buf_free(&ocsp);
    buf_free(&tsa);
}

static void make_requests(struct bench *b)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    static const uint8_t digest[32] = { 1 };
    struct buf leaf = issue(b, CA_CAMERA, "dome-1", b->camera_key);
    struct exh_chain *chain = NULL;
    char url[256];
    size_t n;

    need(b, pem_wrap(&leaf, &b->err), "camera");
    need(b, exh_certs_read((const char *)leaf.p, leaf.n, &b->certs, &b->err), "camera");
    need(b, exh_key_signer(b->camera_key, b->certs, 0, &b->camera, &b->err), "camera");
    b->leaf = exh_certs_chain(b->certs, &n)[0];
    // Any key will do as the new one.
    need(b, cert_request_write(b->camera_key, "dome-1", NULL, &b->request, &b->err), "request");
    need(b, cert_request_write(b->tsa_key, "dome-1", &b->camera, &b->renewal, &b->err), "renewal");
    need(b,
         exh_stamp_request_init(&b->stamp, EXH_SHA256, (struct exh_bytes){ digest, sizeof digest },
                                &b->err),
         "time-stamp");
    const struct exh_bytes certs[CHAIN_SIZE] = { b->leaf, ca_certificate(b->ca) };
    need(b, crypto->chain_new(certs, CHAIN_SIZE, &chain, &b->err), "chain");
    need(b,
         crypto->ocsp_request(chain, NULL, b->question, sizeof b->question, &b->question_n, url,
                              sizeof url, &b->err),
         "OCSP");
    crypto->chain_free(chain);
    buf_free(&leaf);
}

static const struct work {
    const char *name;
    enum exh_status (*run)(struct bench *b);
} works[] = {
    { "certificates", certify },
    { "renewals", renew },
    { "stamps", stamp },
    { "ocsp_answers", respond },
};

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How many a CPU-second, in about `seconds` of them. */
static double measure(struct bench *b, const struct work *work, double seconds)
{
    const double from = cpu_seconds();
    size_t n = 0;
    double spent;

    do {
        for (int i = 0; i < BATCH; i++, n++) {
            buf_clear(&b->out);
            need(b, work->run(b), work->name);
        }
        spent = cpu_seconds() - from;
    } while (spent < seconds);
    return (double)n / spent;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? atof(argv[1]) : 4;
    struct bench b = { .request = buf_with_limit(CERT_REQUEST_MAX),
                       .renewal = buf_with_limit(CERT_REQUEST_MAX),
                       .out = buf_with_limit(TSA_RESPONSE_MAX) };
    struct exh_key **keys[] = { &b.root_key, &b.key, &b.tsa_key, &b.ocsp_key, &b.camera_key };
    double values[ARRAY_N(works)][ROUNDS];

    for (size_t i = 0; i < ARRAY_N(keys); i++)
        need(&b, exh_key_new("es256", keys[i], &b.err), "key");
    open_authority(&b);
    open_services(&b);
    make_requests(&b);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < ARRAY_N(works); i++)
            values[i][round] = measure(&b, &works[i], seconds / ROUNDS / ARRAY_N(works));
    }
    for (size_t i = 0; i < ARRAY_N(works); i++) {
        qsort(values[i], ROUNDS, sizeof values[i][0], compare);
        printf("{\"name\":\"%s\",\"unit\":\"1/CPU-s\",\"value\":%.0f}\n", works[i].name,
               values[i][ROUNDS / 2]);
    }
    return 0;
}
