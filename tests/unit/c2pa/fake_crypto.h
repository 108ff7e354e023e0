/*
 * fake_crypto.h -- a cryptography that can be worked out on paper, so that what a test sees depends
 * on nothing else: hashes are sums, a signature is the hash of what it signs, certificates are text.
 */
#ifndef TESTS_FAKE_CRYPTO_H
#define TESTS_FAKE_CRYPTO_H

#include <exhibit/key.h>
#include <exhibit/sign.h>

#include "base/error.h"
#include "check.h"

struct exh_hasher {
    enum exh_hash alg;
    uint64_t sum[8];
};

static struct exh_hasher *fake_hash_new(enum exh_hash alg)
{
    struct exh_hasher *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->alg = alg;
    for (size_t i = 0; i < 8; i++)
        h->sum[i] = 0x9E3779B97F4A7C15u * (i + 1);
    return h;
}

/* One state word runs over all bytes; the others follow it, which is enough to tell inputs apart. */
static void fake_hash_update(struct exh_hasher *h, const uint8_t *p, size_t n)
{
    uint64_t s = h->sum[0];

    for (size_t i = 0; i < n; i++)
        s = (s ^ p[i]) * 0x100000001B3u;
    h->sum[0] = s;
}

static void fake_hash_free(struct exh_hasher *h)
{
    free(h);
}

static size_t fake_hash_final(struct exh_hasher *h, uint8_t digest[EXH_HASH_MAX])
{
    const size_t n = exh_hash_size(h->alg);

    for (size_t i = 0; i < n; i++)
        digest[i] = (uint8_t)((h->sum[0] * (2 * (i / 8) + 1) + h->sum[i / 8]) >> (8 * (i % 8)));
    free(h);
    return n;
}

static void fake_digest(enum exh_hash alg, struct exh_bytes bytes, uint8_t digest[EXH_HASH_MAX])
{
    struct exh_hasher *h = fake_hash_new(alg);

    fake_hash_update(h, bytes.p, bytes.n);
    fake_hash_final(h, digest);
}

/* A certificate is text: "camera:ID" or "person:NAME". */
struct exh_chain {
    struct exh_bytes leaf;
};

static enum exh_status fake_chain_new(const struct exh_bytes *certs, size_t n,
                                      struct exh_chain **out, struct exh_error *err)
{
    struct exh_chain *chain = calloc(1, sizeof *chain);

    if (!chain)
        abort();
    if (!n || certs[0].n < 7) {
        free(chain);
        return fail(err, EXH_MALFORMED, "not a certificate");
    }
    chain->leaf = certs[0];
    *out = chain;
    return EXH_OK;
}

static void fake_chain_free(struct exh_chain *chain)
{
    free(chain);
}

static void fake_chain_certificate(const struct exh_chain *chain, size_t i,
                                   struct exh_certificate *out)
{
    char text[EXH_NAME_MAX];

    (void)i;
    *out = (struct exh_certificate){ .not_after = INT64_MAX };
    snprintf(text, sizeof text, "%.*s", (int)chain->leaf.n, (const char *)chain->leaf.p);
    snprintf(out->subject, sizeof out->subject, "%s", text);
    if (strncmp(text, "camera:", 7) == 0)
        snprintf(out->camera, sizeof out->camera, "%s", text + 7);
    if (strncmp(text, "person:", 7) == 0)
        snprintf(out->person, sizeof out->person, "%s", text + 7);
}

static struct exh_judgement fake_chain_profile(const struct exh_chain *chain,
                                               enum exh_purpose purpose,
                                               const struct exh_trust *trust)
{
    (void)chain, (void)purpose, (void)trust;
    return (struct exh_judgement){ .holds = true };
}

static struct exh_path fake_chain_path(const struct exh_chain *chain, const struct exh_trust *trust,
                                       enum exh_purpose purpose, int64_t at)
{
    (void)chain, (void)trust, (void)purpose, (void)at;
    return (struct exh_path){ .trusted = true, .known = true, .valid_until = INT64_MAX };
}

static enum exh_status fake_chain_verify(const struct exh_chain *chain, int64_t alg,
                                         struct exh_bytes tbs, struct exh_bytes signature,
                                         struct exh_judgement *out, struct exh_error *err)
{
    uint8_t want[EXH_HASH_MAX];

    (void)chain, (void)alg, (void)err;
    fake_digest(EXH_SHA512, tbs, want);
    *out =
        (struct exh_judgement){ .holds = signature.n == 64 && memcmp(signature.p, want, 64) == 0 };
    return EXH_OK;
}

/* A token is "token:" and the SHA-256 digest that it attests. */
static void fake_stamp_check(struct exh_bytes token, struct exh_bytes stamped,
                             const struct exh_trust *trust, struct exh_stamp *out)
{
    uint8_t want[EXH_HASH_MAX];

    (void)trust;
    *out = (struct exh_stamp){ .status = EXH_STAMP_MALFORMED };
    if (token.n < 38 || memcmp(token.p, "token:", 6) != 0)
        return;
    fake_digest(EXH_SHA256, stamped, want);
    out->status = memcmp(token.p + 6, want, 32) == 0 ? EXH_STAMP_OK : EXH_STAMP_MISMATCH;
    out->time = 1000000000;
    out->path = (struct exh_path){ .trusted = true, .known = true, .valid_until = INT64_MAX };
}

static void fake_ocsp_check(struct exh_bytes response, const struct exh_chain *chain,
                            const struct exh_trust *trust, struct exh_ocsp *out)
{
    (void)response, (void)chain, (void)trust;
    *out = (struct exh_ocsp){ .status = EXH_OCSP_MALFORMED };
}

/* Packed is: every byte, its opposite. */
static enum exh_status fake_unbrotli(struct exh_bytes packed, uint8_t *to, size_t size, size_t *n,
                                     struct exh_error *err)
{
    if (packed.n > size)
        return fail(err, EXH_LIMIT, "too large");
    for (size_t i = 0; i < packed.n; i++)
        to[i] = (uint8_t)~packed.p[i];
    *n = packed.n;
    return EXH_OK;
}

/* The same bytes in every call, unless the test moves the seed. */
static uint8_t fake_seed;

static enum exh_status fake_random(uint8_t *to, size_t n, struct exh_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(i * 7 + fake_seed);
    return EXH_OK;
}

static const struct exh_crypto fake_crypto = {
    .hash_new = fake_hash_new,
    .hash_update = fake_hash_update,
    .hash_final = fake_hash_final,
    .hash_free = fake_hash_free,
    .chain_new = fake_chain_new,
    .chain_free = fake_chain_free,
    .chain_certificate = fake_chain_certificate,
    .chain_profile = fake_chain_profile,
    .chain_path = fake_chain_path,
    .chain_verify = fake_chain_verify,
    .stamp_check = fake_stamp_check,
    .ocsp_check = fake_ocsp_check,
    .unbrotli = fake_unbrotli,
    .random = fake_random,
};

static inline enum exh_status fake_sign(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                        struct exh_error *err)
{
    (void)ctx, (void)err;
    fake_digest(EXH_SHA512, tbs, signature);
    return EXH_OK;
}

/* A signer whose one certificate is this text. */
static inline struct exh_signer fake_signer(const struct exh_bytes *certificate)
{
    return (struct exh_signer){ .alg = EXH_ES256,
                                .signature_size = 64,
                                .chain = certificate,
                                .chain_n = 1,
                                .sign = fake_sign };
}

/* Gives tokens; ctx counts down the calls that succeed, or is NULL. */
static inline enum exh_status fake_stamp(void *ctx, enum exh_hash alg, struct exh_bytes digest,
                                         uint8_t *to, size_t size, size_t *n, struct exh_error *err)
{
    int *left = ctx;

    (void)alg;
    if (left && (*left)-- <= 0)
        return fail(err, EXH_NETWORK, "the authority sleeps");
    if (size < 6 + digest.n)
        return fail(err, EXH_LIMIT, "no room");
    memcpy(to, "token:", 6);
    memcpy(to + 6, digest.p, digest.n);
    *n = 6 + digest.n;
    return EXH_OK;
}

#endif
