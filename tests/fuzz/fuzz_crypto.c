#include "fuzz_crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define CAMERA "camera-1"

struct exh_hasher {
    enum exh_hash alg;
};

struct exh_chain {
    uint8_t last; // byte of the leaf
};

/* What a last byte decides; most bytes let things hold. */
enum { NOT_PARSED = 1, NOT_PROFILE, NOT_SIGNED, NOT_KNOWN, NOT_TRUSTED, EXPIRED, NO_CAMERA };

static uint8_t last_of(struct exh_bytes b)
{
    return b.n ? b.p[b.n - 1] : NOT_PARSED;
}

static struct exh_hasher *hash_new(enum exh_hash alg)
{
    struct exh_hasher *h = malloc(sizeof *h);

    if (h)
        h->alg = alg;
    return h;
}

/* Touches what it is given, so that a sanitizer sees a view that is too long. */
static void hash_update(struct exh_hasher *h, const uint8_t *p, size_t n)
{
    volatile uint8_t seen = 0;

    (void)h;
    if (n)
        seen = p[0] ^ p[n - 1];
    (void)seen;
}

static size_t hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_hash_size(h->alg);

    memset(digest, 0, n);
    free(h);
    return n;
}

static void hash_free(struct exh_hasher *h)
{
    free(h);
}

static enum exh_status chain_new(const struct exh_bytes *certs, size_t n, struct exh_chain **out,
                                 struct exh_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (last_of(certs[i]) == NOT_PARSED)
            return fail(err, EXH_MALFORMED, "certificate %zu is not DER", i);
    struct exh_chain *chain = malloc(sizeof *chain);
    if (!chain)
        return fail_no_memory(err);
    chain->last = last_of(certs[0]);
    *out = chain;
    return EXH_OK;
}

static void chain_free(struct exh_chain *chain)
{
    free(chain);
}

static void chain_certificate(const struct exh_chain *chain, size_t i, struct exh_certificate *out)
{
    *out =
        (struct exh_certificate){ .not_before = FUZZ_NOW - 86400, .not_after = FUZZ_NOW + 86400 };
    snprintf(out->subject, sizeof out->subject, "subject %zu", i);
    snprintf(out->issuer, sizeof out->issuer, "issuer");
    snprintf(out->serial, sizeof out->serial, "%02x", chain->last);
    if (chain->last != NO_CAMERA)
        snprintf(out->camera, sizeof out->camera, CAMERA);
}

static struct exh_judgement judge(bool holds)
{
    struct exh_judgement j = { .holds = holds };

    if (!holds)
        snprintf(j.reason, sizeof j.reason, "its last byte says so");
    return j;
}

static struct exh_judgement chain_profile(const struct exh_chain *chain, enum exh_purpose purpose,
                                          const struct exh_trust *trust)
{
    (void)purpose;
    (void)trust;
    return judge(chain->last != NOT_PROFILE);
}

static struct exh_path path_of(uint8_t last, int64_t at)
{
    struct exh_path path = { .known = last != NOT_KNOWN, .valid_from = FUZZ_NOW - 86400 };

    path.valid_until = last == EXPIRED ? path.valid_from + 1 : FUZZ_NOW + 86400;
    path.trusted =
        path.known && last != NOT_TRUSTED && at >= path.valid_from && at <= path.valid_until;
    if (!path.trusted)
        snprintf(path.reason, sizeof path.reason, "its last byte says so");
    return path;
}

static struct exh_path chain_path(const struct exh_chain *chain, const struct exh_trust *trust,
                                  enum exh_purpose purpose, int64_t at)
{
    (void)trust;
    (void)purpose;
    return path_of(chain->last, at);
}

static enum exh_status chain_verify(const struct exh_chain *chain, int64_t alg,
                                    struct exh_bytes tbs, struct exh_bytes signature,
                                    struct exh_judgement *out, struct exh_error *err)
{
    (void)chain;
    (void)tbs;
    if (alg > EXH_ES256 || alg < EXH_PS512)
        return fail(err, EXH_UNSUPPORTED, "algorithm %lld", (long long)alg);
    *out = judge(last_of(signature) != NOT_SIGNED);
    return EXH_OK;
}

static void stamp_check(struct exh_bytes token, struct exh_bytes stamped,
                        const struct exh_trust *trust, struct exh_stamp *out)
{
    const uint8_t last = last_of(token);

    (void)stamped;
    (void)trust;
    *out = (struct exh_stamp){ .status = EXH_STAMP_OK, .time = FUZZ_NOW - 100 * (int64_t)last };
    out->path = path_of(last, out->time);
    snprintf(out->authority, sizeof out->authority, "authority");
    if (last != NOT_PARSED && last != NOT_PROFILE && last != NOT_SIGNED)
        return;
    out->status = last == NOT_PARSED    ? EXH_STAMP_MALFORMED
                  : last == NOT_PROFILE ? EXH_STAMP_UNCHECKED
                                        : EXH_STAMP_MISMATCH;
    snprintf(out->reason, sizeof out->reason, "its last byte says so");
}

static void ocsp_check(struct exh_bytes response, const struct exh_chain *chain,
                       const struct exh_trust *trust, struct exh_ocsp *out)
{
    const uint8_t last = last_of(response);

    (void)chain;
    (void)trust;
    *out = (struct exh_ocsp){
        .status = (enum exh_ocsp_status)(last % (EXH_OCSP_UNKNOWN + 1)),
        .this_update = FUZZ_NOW - 100000,
        .next_update = last & 0x20 ? INT64_MAX : FUZZ_NOW,
        .produced_at = FUZZ_NOW - 100000,
        .revoked_at = FUZZ_NOW - 100 * (int64_t)last,
        .removed_from_crl = last & 0x40,
    };
}

static enum exh_status ocsp_request(const struct exh_chain *chain, const struct exh_trust *trust,
                                    uint8_t *request, size_t size, size_t *n, char *url,
                                    size_t url_size, struct exh_error *err)
{
    (void)trust;
    if (chain->last == NOT_KNOWN || !size)
        return fail(err, EXH_NOT_FOUND, "no responder");
    request[0] = chain->last;
    *n = 1;
    snprintf(url, url_size, "http://ocsp.example/");
    return EXH_OK;
}

static enum exh_status unbrotli(struct exh_bytes packed, uint8_t *to, size_t size, size_t *n,
                                struct exh_error *err)
{
    if (packed.n > size)
        return fail(err, EXH_LIMIT, "%zu bytes, over %zu", packed.n, size);
    if (packed.n)
        memcpy(to, packed.p, packed.n);
    *n = packed.n;
    return EXH_OK;
}

static enum exh_status fill(uint8_t *to, size_t n, struct exh_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(i + 1);
    return EXH_OK;
}

static enum exh_status ed25519_check(const uint8_t public_key[32], struct exh_bytes text,
                                     const uint8_t signature[64], struct exh_judgement *out,
                                     struct exh_error *err)
{
    volatile uint8_t seen = public_key[31]; // and the text, as hash_update() does

    (void)err;
    if (text.n)
        seen = text.p[0] ^ text.p[text.n - 1];
    (void)seen;
    *out = (struct exh_judgement){ .holds = signature[63] != NOT_SIGNED };
    if (!out->holds)
        snprintf(out->reason, sizeof out->reason, "forged");
    return EXH_OK;
}

const struct exh_crypto *fuzz_crypto(void)
{
    static const struct exh_crypto table = {
        .hash_new = hash_new,
        .hash_update = hash_update,
        .hash_final = hash_final,
        .hash_free = hash_free,
        .chain_new = chain_new,
        .chain_free = chain_free,
        .chain_certificate = chain_certificate,
        .chain_profile = chain_profile,
        .chain_path = chain_path,
        .chain_verify = chain_verify,
        .stamp_check = stamp_check,
        .ocsp_check = ocsp_check,
        .ocsp_request = ocsp_request,
        .unbrotli = unbrotli,
        .random = fill,
        .ed25519_check = ed25519_check,
    };

    return &table;
}

static enum exh_status sign(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                            struct exh_error *err)
{
    (void)ctx;
    (void)tbs;
    (void)err;
    memset(signature, 0, 64);
    return EXH_OK;
}

struct exh_signer fuzz_signer(void)
{
    static const uint8_t leaf[] = { 0x30, 0x00, 0xFF };
    static const struct exh_bytes chain[] = { { leaf, sizeof leaf } };

    return (struct exh_signer){
        .alg = EXH_ES256, .signature_size = 64, .chain = chain, .chain_n = 1, .sign = sign
    };
}
