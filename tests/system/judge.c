/*
 * judge.c -- the library's cryptography at a command line, for test_openssl.sh: not installed.
 *
 *     judge stamp TOKEN DATA ROOTS        status, genTime, known, trusted, authority; the reason below
 *     judge ask ALG DATA 'COMMAND' TOKEN  make a request, let COMMAND turn req.der into resp.der, keep the token
 *     judge ocsp RESPONSE CHAIN ROOTS     status, times; the reason below
 *     judge ocsp-ask CHAIN ROOTS REQUEST  the URL; writes the request
 *     judge sign KEY CHAIN ALG DATA SIG   ALG is COSE's number
 *     judge verify CHAIN ALG DATA SIG     whether it holds; the reason below
 *
 * Exits with 0 when the question could be answered, whatever the answer is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <exhibit/crypto.h>
#include <exhibit/file.h>
#include <exhibit/key.h>
#include <exhibit/stamp.h>
#include <exhibit/trust.h>

#define FILE_MAX ((size_t)1 << 20)

static const struct exh_crypto *crypto;

static void need(enum exh_status status, const char *what, const struct exh_error *err)
{
    if (status) {
        fprintf(stderr, "judge: %s: %s\n", what, err->text);
        exit(1);
    }
}

static struct exh_bytes file(const char *path)
{
    struct exh_error err;
    uint8_t *p = NULL;
    size_t n = 0;

    need(exh_file_read(path, FILE_MAX, &p, &n, &err), path, &err);
    return (struct exh_bytes){ p, n };
}

static void write_file(const char *path, const uint8_t *p, size_t n)
{
    struct exh_error err;

    need(exh_file_write(path, EXH_OUTPUT_REPLACE, (struct exh_bytes){ p, n }, &err), path, &err);
}

static void release(struct exh_bytes bytes)
{
    free((void *)(uintptr_t)bytes.p);
}

static struct exh_trust *trust_in(const char *path, enum exh_purpose purpose)
{
    struct exh_trust *trust = exh_trust_new();
    struct exh_bytes pem = file(path);
    struct exh_error err;

    need(exh_trust_add_anchors(trust, purpose, (const char *)pem.p, pem.n, &err), path, &err);
    release(pem);
    return trust;
}

static struct exh_certs *certs_in(const char *path)
{
    struct exh_certs *certs = NULL;
    struct exh_bytes pem = file(path);
    struct exh_error err;

    need(exh_certs_read((const char *)pem.p, pem.n, &certs, &err), path, &err);
    release(pem);
    return certs;
}

static struct exh_chain *chain_of(const struct exh_certs *certs)
{
    struct exh_chain *chain = NULL;
    struct exh_error err;
    size_t n;
    const struct exh_bytes *der = exh_certs_chain(certs, &n);

    need(crypto->chain_new(der, n, &chain, &err), "chain", &err);
    return chain;
}

static void stamp(char **args)
{
    static const char *const names[] = { [EXH_STAMP_MALFORMED] = "malformed",
                                         [EXH_STAMP_UNCHECKED] = "unchecked",
                                         [EXH_STAMP_MISMATCH] = "mismatch",
                                         [EXH_STAMP_OK] = "ok" };
    struct exh_bytes token = file(args[0]), data = file(args[1]);
    struct exh_trust *trust = trust_in(args[2], EXH_PURPOSE_TSA);
    struct exh_stamp s;

    crypto->stamp_check(token, data, trust, &s);
    printf("%s %" PRId64 " %s %s %s\n%s\n", names[s.status], s.time,
           s.path.known ? "known" : "unknown", s.path.trusted ? "trusted" : "untrusted",
           s.authority, s.status == EXH_STAMP_OK ? s.path.reason : s.reason);
    exh_trust_free(trust);
    release(token);
    release(data);
}

static void ask(char **args)
{
    static const struct {
        const char *name;
        enum exh_hash alg;
    } algs[] = { { "sha256", EXH_SHA256 }, { "sha384", EXH_SHA384 }, { "sha512", EXH_SHA512 } };
    struct exh_bytes data = file(args[1]), token = { 0 };
    struct exh_stamp_request request;
    uint8_t digest[EXH_HASH_MAX];
    struct exh_error err;
    size_t i = 0;

    while (i < 2 && strcmp(algs[i].name, args[0]) != 0)
        i++;
    struct exh_hasher *h = crypto->hash_new(algs[i].alg);
    crypto->hash_update(h, data.p, data.n);
    size_t n = crypto->hash_final(h, digest);
    need(exh_stamp_request_init(&request, algs[i].alg, (struct exh_bytes){ digest, n }, &err),
         "request", &err);
    write_file("req.der", request.der, request.n);
    if (system(args[2]) != 0)
        exit(1);
    struct exh_bytes response = file("resp.der");
    enum exh_status status = exh_stamp_response_read(&request, response, &token, &err);
    if (status == EXH_OK)
        write_file(args[3], token.p, token.n);
    printf("%s\n%s\n", exh_status_name(status), status ? err.text : "");
    release(response);
    release(data);
}

static void ocsp(char **args)
{
    static const char *const names[] = {
        [EXH_OCSP_MALFORMED] = "malformed", [EXH_OCSP_FOREIGN] = "foreign",
        [EXH_OCSP_UNSIGNED] = "unsigned",   [EXH_OCSP_GOOD] = "good",
        [EXH_OCSP_REVOKED] = "revoked",     [EXH_OCSP_UNKNOWN] = "unknown"
    };
    struct exh_bytes response = file(args[0]);
    struct exh_certs *certs = certs_in(args[1]);
    struct exh_chain *chain = chain_of(certs);
    struct exh_trust *trust = trust_in(args[2], EXH_PURPOSE_CLAIM);
    struct exh_ocsp o;

    crypto->ocsp_check(response, chain, trust, &o);
    printf("%s %" PRId64 " %" PRId64 " %" PRId64 "\n%s\n", names[o.status],
           o.next_update == INT64_MAX ? 0 : o.next_update - o.this_update,
           o.produced_at - o.this_update, o.revoked_at, o.reason);
    exh_trust_free(trust);
    crypto->chain_free(chain);
    exh_certs_free(certs);
    release(response);
}

static void ocsp_ask(char **args)
{
    struct exh_certs *certs = certs_in(args[0]);
    struct exh_chain *chain = chain_of(certs);
    struct exh_trust *trust = trust_in(args[1], EXH_PURPOSE_CLAIM);
    struct exh_error err;
    uint8_t request[512];
    char url[256];
    size_t n = 0;

    need(crypto->ocsp_request(chain, trust, request, sizeof request, &n, url, sizeof url, &err),
         "request", &err);
    write_file(args[2], request, n);
    printf("%s\n", url);
    exh_trust_free(trust);
    crypto->chain_free(chain);
    exh_certs_free(certs);
}

static void sign(char **args)
{
    struct exh_bytes pem = file(args[0]), data = file(args[3]);
    struct exh_certs *certs = certs_in(args[1]);
    struct exh_key *key = NULL;
    struct exh_signer signer;
    struct exh_error err;
    uint8_t signature[EXH_SIGNATURE_MAX];

    need(exh_key_read((const char *)pem.p, pem.n, NULL, NULL, &key, &err), args[0], &err);
    need(exh_key_signer(key, certs, strtol(args[2], NULL, 10), &signer, &err), "signer", &err);
    need(signer.sign(signer.ctx, data, signature, &err), "signature", &err);
    write_file(args[4], signature, signer.signature_size);
    exh_key_free(key);
    exh_certs_free(certs);
    release(pem);
    release(data);
}

static void verify(char **args)
{
    struct exh_certs *certs = certs_in(args[0]);
    struct exh_chain *chain = chain_of(certs);
    struct exh_bytes data = file(args[2]), signature = file(args[3]);
    struct exh_judgement judgement;
    struct exh_error err;

    need(crypto->chain_verify(chain, strtol(args[1], NULL, 10), data, signature, &judgement, &err),
         "verify", &err);
    printf("%s\n%s\n", judgement.holds ? "holds" : "does not hold", judgement.reason);
    crypto->chain_free(chain);
    exh_certs_free(certs);
    release(data);
    release(signature);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int args;
        void (*run)(char **args);
    } commands[] = { { "stamp", 3, stamp },       { "ask", 4, ask },   { "ocsp", 3, ocsp },
                     { "ocsp-ask", 3, ocsp_ask }, { "sign", 5, sign }, { "verify", 4, verify } };

    crypto = exh_crypto_openssl();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (argc > 1 && strcmp(argv[1], commands[i].name) == 0 && argc - 2 == commands[i].args) {
            commands[i].run(argv + 2);
            return 0;
        }
    }
    fprintf(stderr, "judge: see the head of tests/system/judge.c\n");
    return 2;
}
