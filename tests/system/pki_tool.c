/*
 * pki_tool.c -- what the server's signer issues, at a command line, for test_pki.sh and the interoperability
 * tests: not installed.
 *
 *     pki_tool authority DIR [KIND [URL]]       root, issuer, tsa, ocsp (.pem, .key, and .crt in DER); URL is where
 *                                               its certificates say that it answers
 *     pki_tool request KEY NAME OUT [-p FILE] [OLDKEY OLDCERT]
 *                                               a request (DER); with the old key's statement. KEY may be a
 *                                               device's, and FILE has its passphrase
 *     pki_tool certify DIR CSR ROLE NAME OUT [OLDCERT]   a certificate (PEM); OLDCERT: only as its renewal
 *     pki_tool stamp DIR QUERY OUT              a TimeStampResp; prints what it says
 *     pki_tool ocsp DIR REQUEST TABLE OUT       an OCSPResponse; prints its code
 *     pki_tool staple DIR SERIAL TABLE OUT      the same about one serial number
 *     pki_tool crl DIR TABLE NUMBER OUT         a revocation list (DER)
 *     pki_tool certs OUT CERT...                EST's body with these certificates (PEM)
 *     pki_tool attrs KINDS OUT                  EST's body with what csrattrs says; KINDS is a number
 *     pki_tool body BODY OUT                    the DER in EST's body
 *
 * A table has lines "SERIAL good" or "SERIAL revoked UNIX-TIME REASON", REASON as its number. Roles: camera
 * person operator tls (NAME: hosts, separated by commas).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <exhibit/file.h>

#include "base/text.h"
#include "crypto/cert_request.h"
#include "crypto/pem.h"
#include "pki/crl.h"
#include "pki/csr.h"
#include "pki/est.h"
#include "pki/ocsp.h"
#include "pki/tsa.h"

#define FILE_MAX ((size_t)1 << 20)
#define PATH_N   512
#define ROWS_MAX 64
#define CERTS_N  8
#define HOUR     3600

static struct exh_error err;

static void need(enum exh_status status, const char *what)
{
    if (status) {
        fprintf(stderr, "pki_tool: %s: %s: %s\n", what, exh_status_name(status), err.text);
        exit(1);
    }
}

static struct exh_bytes file(const char *path)
{
    uint8_t *p = NULL;
    size_t n = 0;

    need(exh_file_read(path, FILE_MAX, &p, &n, &err), path);
    return (struct exh_bytes){ p, n };
}

static void release(struct exh_bytes bytes)
{
    free((void *)(uintptr_t)bytes.p);
}

static void save(const char *path, struct buf *b)
{
    need(buf_finish(b, &err), path);
    need(exh_file_write(path, EXH_OUTPUT_REPLACE, buf_view(b), &err), path);
    buf_free(b);
}

static const char *in(const char *dir, const char *name, char to[PATH_N])
{
    snprintf(to, PATH_N, "%s/%s", dir, name);
    return to;
}

/* The first line of a file, ctx. */
static int read_passphrase(void *ctx, char *to, size_t size)
{
    struct exh_bytes text = file(ctx);
    size_t n = 0;

    while (n < text.n && n < size && text.p[n] != '\n') {
        to[n] = (char)text.p[n];
        n++;
    }
    release(text);
    return (int)n;
}

/* A key in a file, or in a device; passphrase: a file, NULL: none. */
static struct exh_key *key_under(const char *path, char *passphrase)
{
    exh_passphrase *ask = passphrase ? read_passphrase : NULL;
    struct exh_key *key = NULL;

    if (strchr(path, ':')) {
        need(exh_key_open(path, ask, passphrase, &key, &err), path);
        return key;
    }
    struct exh_bytes pem = file(path);
    need(exh_key_read((const char *)pem.p, pem.n, ask, passphrase, &key, &err), path);
    release(pem);
    return key;
}

static struct exh_key *key_in(const char *path)
{
    return key_under(path, NULL);
}

static enum exh_status copy_first(void *ctx, struct exh_bytes der, struct exh_error *e)
{
    struct buf *to = ctx;

    (void)e;
    if (!to->n)
        buf_put_bytes(to, der);
    return EXH_OK;
}

static struct buf cert_in(const char *path)
{
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_bytes pem = file(path);

    need(pem_visit((const char *)pem.p, pem.n, copy_first, &der, &err), path);
    release(pem);
    return der;
}

/* The authority DIR/NAME, whose certificates name places below the address in DIR/url. */
static struct ca *ca_in(const char *dir, const char *name)
{
    static const char *const pages[] = { "ocsp/", "issuer.crt", "issuer.crl" };
    char path[PATH_N], file_name[32], urls[ARRAY_N(pages)][PATH_N];
    struct ca *ca = NULL;

    struct exh_bytes url = file(in(dir, "url", path));
    for (size_t i = 0; i < ARRAY_N(pages); i++)
        snprintf(urls[i], PATH_N, "%.*s/%s", (int)url.n, (const char *)url.p, pages[i]);
    const struct ca_places places = { urls[0], urls[1], urls[2] };
    snprintf(file_name, sizeof file_name, "%s.pem", name);
    struct exh_bytes pem = file(in(dir, file_name, path));
    snprintf(file_name, sizeof file_name, "%s.key", name);
    struct exh_key *key =
        key_in(in(dir, file_name, path)); // the authority borrows it until the end
    need(ca_open((const char *)pem.p, pem.n, key, &places, &ca, &err), name);
    release(pem);
    release(url);
    return ca;
}

/* A new key in DIR/NAME.key. */
static struct exh_key *new_key(const char *dir, const char *name, const char *kind)
{
    char path[PATH_N], file_name[32], *pem = NULL;
    struct exh_key *key = NULL;
    size_t n = 0;

    snprintf(file_name, sizeof file_name, "%s.key", name);
    need(exh_key_new(kind, &key, &err), "key");
    need(exh_key_write(key, NULL, 0, &pem, &n, &err), "key");
    need(exh_file_write(in(dir, file_name, path), EXH_OUTPUT_REPLACE,
                        (struct exh_bytes){ (const uint8_t *)pem, n }, &err),
         path);
    exh_secret_free(pem, n);
    return key;
}

static void save_cert(const char *dir, const char *name, struct buf *der)
{
    char path[PATH_N], file_name[32];

    snprintf(file_name, sizeof file_name, "%s.crt", name);
    need(exh_file_write(in(dir, file_name, path), EXH_OUTPUT_REPLACE, buf_view(der), &err), path);
    need(pem_wrap(der, &err), name);
    snprintf(file_name, sizeof file_name, "%s.pem", name);
    save(in(dir, file_name, path), der);
}

static void issue_to(const char *dir, const char *by, const char *name, enum ca_role role,
                     const char *title, const char *kind)
{
    struct ca *ca = ca_in(dir, by);
    struct exh_key *key = new_key(dir, name, kind);
    const struct ca_order order = {
        .role = role, .name = title, .subject = key, .now = (int64_t)time(NULL)
    };
    struct buf der = buf_with_limit(EXH_CERT_MAX);

    need(ca_issue(ca, &order, &der, &err), name);
    save_cert(dir, name, &der);
}

static void authority(char **args, int n)
{
    const char *dir = args[0], *kind = n > 1 ? args[1] : "es256";
    const char *url = n > 2 ? args[2] : "http://127.0.0.1:1";
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    char path[PATH_N];

    need(exh_file_write(in(dir, "url", path), EXH_OUTPUT_REPLACE, bytes_of(url), &err), path);
    need(ca_root(new_key(dir, "root", kind), "Test root", 1, (int64_t)time(NULL), &der, &err),
         "root");
    save_cert(dir, "root", &der);
    issue_to(dir, "root", "issuer", CA_ISSUER, "Test issuer", kind);
    issue_to(dir, "issuer", "tsa", CA_TSA, NULL, kind);
    issue_to(dir, "issuer", "ocsp", CA_OCSP, NULL, kind);
}

static void request(char **args, int n)
{
    const bool asks = n > 4 && strcmp(args[3], "-p") == 0;
    char *passphrase = asks ? args[4] : NULL, **old_args = args + (asks ? 5 : 3);
    const bool renews = n - (old_args - args) >= 2;
    struct buf der = buf_with_limit(CERT_REQUEST_MAX);
    struct exh_key *key = key_under(args[0], passphrase), *old_key = NULL;
    struct exh_certs *certs = NULL;
    struct exh_signer old;

    if (renews) {
        struct exh_bytes pem = file(old_args[1]);
        old_key = key_under(old_args[0], passphrase);
        need(exh_certs_read((const char *)pem.p, pem.n, &certs, &err), old_args[1]);
        need(exh_key_signer(old_key, certs, 0, &old, &err), old_args[0]);
        release(pem);
    }
    need(cert_request_write(key, args[1], renews ? &old : NULL, &der, &err), "request");
    save(args[2], &der);
    exh_certs_free(certs);
    exh_key_free(old_key); // a TPM keeps what is not closed
    exh_key_free(key);
}

static enum ca_role role_of(const char *name)
{
    static const struct {
        const char *name;
        enum ca_role role;
    } roles[] = { { "camera", CA_CAMERA },
                  { "person", CA_PERSON },
                  { "operator", CA_OPERATOR },
                  { "tls", CA_TLS } };

    for (size_t i = 0; i < ARRAY_N(roles); i++) {
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].role;
    }
    fprintf(stderr, "pki_tool: no role %s\n", name);
    exit(1);
}

static void certify(char **args, int n)
{
    const char *hosts[CA_HOSTS_MAX];
    struct ca_order order = { .role = role_of(args[2]), .now = (int64_t)time(NULL) };
    struct buf der = buf_with_limit(EXH_CERT_MAX);
    struct exh_bytes asked = file(args[1]);
    struct csr *csr = NULL;

    need(csr_read(asked, CSR_P256, &csr, &err), args[1]);
    if (n > 5) {
        struct buf old = cert_in(args[5]);
        need(csr_renews(csr, buf_view(&old), &err), args[5]);
    }
    order.subject = csr_key(csr);
    if (order.role == CA_TLS) {
        for (char *h = strtok(args[3], ","); h && order.hosts_n < CA_HOSTS_MAX;
             h = strtok(NULL, ","))
            hosts[order.hosts_n++] = h;
        order.hosts = hosts;
    } else {
        order.name = args[3];
    }
    need(ca_issue(ca_in(args[0], "issuer"), &order, &der, &err), "certificate");
    need(pem_wrap(&der, &err), "certificate");
    save(args[4], &der);
}

static void stamp(char **args, int n)
{
    const struct tsa_terms terms = { .accuracy_s = 1 };
    struct tsa_moment moment = { .now = (int64_t)time(NULL),
                                 .last = INT64_MIN,
                                 .synchronised = true };
    struct buf response = buf_with_limit(TSA_RESPONSE_MAX);
    struct tsa_outcome outcome;
    struct tsa *tsa = NULL;
    char path[PATH_N];

    (void)n;
    struct buf own = cert_in(in(args[0], "tsa.pem", path));
    struct buf issuer = cert_in(in(args[0], "issuer.pem", path));
    const struct exh_bytes certs[] = { buf_view(&own), buf_view(&issuer) };
    need(tsa_open(certs, ARRAY_N(certs), key_in(in(args[0], "tsa.key", path)), &terms, &tsa, &err),
         "TSA");
    need(ca_serial(moment.serial, &err), "serial");
    need(tsa_answer(tsa, file(args[1]), &moment, &response, &outcome, &err), args[1]);
    save(args[2], &response);
    printf("%s\n", outcome.code == TSA_GRANTED ? "granted" : outcome.why);
}

struct table {
    struct revocation rows[ROWS_MAX];
    bool revoked[ROWS_MAX];
    size_t n;
};

static struct table table_in(const char *path)
{
    struct exh_bytes text = file(path);
    struct table t = { .n = 0 };
    char *copy = calloc(1, text.n + 1);

    memcpy(copy, text.p, text.n);
    for (char *line = strtok(copy, "\n"); line && t.n < ROWS_MAX;
         line = strtok(NULL, "\n"), t.n++) {
        char serial[64], word[16];
        int64_t at = 0;
        int reason = 0;
        int fields = sscanf(line, "%63s %15s %" SCNd64 " %d", serial, word, &at, &reason);
        if (fields < 2 || !hex_read(bytes_of(serial), t.rows[t.n].serial, CA_SERIAL)) {
            fprintf(stderr, "pki_tool: %s: '%s'\n", path, line);
            exit(1);
        }
        t.rows[t.n].at = at;
        t.rows[t.n].reason = (enum revocation_reason)reason;
        t.revoked[t.n] = strcmp(word, "revoked") == 0;
    }
    free(copy);
    release(text);
    return t;
}

static enum exh_status find(void *ctx, const uint8_t serial[CA_SERIAL], struct ocsp_fact *out)
{
    const struct table *t = ctx;

    for (size_t i = 0; i < t->n; i++) {
        if (memcmp(t->rows[i].serial, serial, CA_SERIAL) == 0)
            *out = (struct ocsp_fact){ t->revoked[i] ? OCSP_IS_REVOKED : OCSP_IS_GOOD,
                                       t->rows[i].at, t->rows[i].reason };
    }
    return EXH_OK;
}

static struct ocsp_responder *responder_in(const char *dir)
{
    struct ocsp_responder *r = NULL;
    char path[PATH_N];

    struct buf issuer = cert_in(in(dir, "issuer.pem", path)),
               own = cert_in(in(dir, "ocsp.pem", path));
    need(ocsp_open(buf_view(&issuer), buf_view(&own), key_in(in(dir, "ocsp.key", path)), &r, &err),
         "OCSP");
    return r;
}

static struct ocsp_times hour_from_now(void)
{
    const int64_t now = (int64_t)time(NULL);

    return (struct ocsp_times){ now, now + HOUR };
}

static void ocsp(char **args, int n)
{
    const struct ocsp_times times = hour_from_now();
    struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
    struct table t = table_in(args[2]);
    const struct ocsp_records records = { find, &t };
    struct ocsp_outcome outcome;

    (void)n;
    need(ocsp_answer(responder_in(args[0]), file(args[1]), &times, &records, &response, &outcome,
                     &err),
         args[1]);
    save(args[3], &response);
    printf("%u\n", outcome.code);
}

static void staple(char **args, int n)
{
    const struct ocsp_times times = hour_from_now();
    struct buf response = buf_with_limit(OCSP_RESPONSE_MAX);
    struct ocsp_fact fact = { .known = OCSP_IS_UNKNOWN };
    struct table t = table_in(args[2]);
    uint8_t serial[CA_SERIAL];

    (void)n;
    if (!hex_read(bytes_of(args[1]), serial, sizeof serial))
        exit(1);
    need(find(&t, serial, &fact), "table");
    need(ocsp_staple(responder_in(args[0]), serial, &fact, &times, &response, &err), "staple");
    save(args[3], &response);
}

static void crl(char **args, int n)
{
    const int64_t now = (int64_t)time(NULL);
    const struct crl_frame frame = { strtoull(args[2], NULL, 10), now, now + 24 * HOUR };
    struct table t = table_in(args[1]);
    struct revocation entries[ROWS_MAX];
    struct buf der = buf_with_limit(CRL_MAX);
    size_t revoked = 0;

    (void)n;
    for (size_t i = 0; i < t.n; i++) {
        if (t.revoked[i])
            entries[revoked++] = t.rows[i];
    }
    need(crl_write(ca_in(args[0], "issuer"), entries, revoked, &frame, &der, &err), "list");
    save(args[3], &der);
}

static void certs(char **args, int n)
{
    struct buf body = buf_with_limit(FILE_MAX), der[CERTS_N];
    struct exh_bytes views[CERTS_N];
    size_t certs_n = 0;

    for (; certs_n < CERTS_N && (int)certs_n + 1 < n; certs_n++) {
        der[certs_n] = cert_in(args[certs_n + 1]);
        views[certs_n] = buf_view(&der[certs_n]);
    }
    need(est_write_certs(views, certs_n, &body, &err), "certificates");
    save(args[0], &body);
}

static void attrs(char **args, int n)
{
    struct buf out = buf_with_limit(EST_BODY_MAX);

    (void)n;
    need(est_write_attrs((unsigned)atoi(args[0]), &out, &err), "attributes");
    save(args[1], &out);
}

static void body(char **args, int n)
{
    struct buf der = buf_with_limit(EST_BODY_MAX);

    (void)n;
    need(est_read(file(args[0]), &der, &err), args[0]);
    save(args[1], &der);
}

static const struct {
    const char *name;
    int args; // at least
    void (*run)(char **args, int n);
} commands[] = {
    { "authority", 1, authority },
    { "request", 3, request },
    { "certify", 5, certify },
    { "stamp", 3, stamp },
    { "ocsp", 4, ocsp },
    { "staple", 4, staple },
    { "crl", 4, crl },
    { "certs", 2, certs },
    { "attrs", 2, attrs },
    { "body", 2, body },
};

/* It does one thing and ends: what it holds then is the system's to take back. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < ARRAY_N(commands); i++) {
        if (strcmp(commands[i].name, argv[1]) == 0 && argc - 2 >= commands[i].args) {
            commands[i].run(argv + 2, argc - 2);
            return 0;
        }
    }
    fprintf(stderr, "pki_tool: usage: see its source\n");
    return 2;
}
