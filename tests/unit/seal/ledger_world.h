/*
 * ledger_world.h -- cameras on paper cryptography, and what a test makes ledgers with.
 *
 * A certificate is text ("camera:dome1"); a signature is the hash of certificate and message, so that
 * another camera's does not hold. Hashes, random bytes and the rest are fake_crypto.h's.
 */
#ifndef TESTS_LEDGER_WORLD_H
#define TESTS_LEDGER_WORLD_H

#include "base/buf.h"
#include "base/text.h"
#include "c2pa/fake_crypto.h"
#include "check.h"
#include "seal/ledger.h"

#define WORLD_T0 INT64_C(1780000000000000) // us: 2026-05-28

/* What a certificate of this text puts under a message. */
static inline void paper_signature(struct exh_bytes certificate, struct exh_bytes tbs,
                                   uint8_t signature[64])
{
    uint8_t digest[EXH_HASH_MAX];
    struct exh_hasher *h = fake_hash_new(EXH_SHA512);

    fake_hash_update(h, certificate.p, certificate.n);
    fake_hash_update(h, tbs.p, tbs.n);
    fake_hash_final(h, digest);
    memcpy(signature, digest, 64);
}

static inline enum exh_status paper_verify(const struct exh_chain *chain, int64_t alg,
                                           struct exh_bytes tbs, struct exh_bytes signature,
                                           struct exh_judgement *out, struct exh_error *err)
{
    uint8_t want[64];

    (void)err, (void)alg;
    paper_signature(chain->leaf, tbs, want);
    *out =
        (struct exh_judgement){ .holds = signature.n == 64 && memcmp(signature.p, want, 64) == 0 };
    if (!out->holds)
        snprintf(out->reason, sizeof out->reason, "the signature is another one");
    return EXH_OK;
}

static inline enum exh_status paper_sign(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                         struct exh_error *err)
{
    (void)err;
    paper_signature(*(const struct exh_bytes *)ctx, tbs, signature);
    return EXH_OK;
}

/* How certificates stand, until a test says otherwise: trusted, valid, fit, not revoked. */
struct paper_state {
    const char *profile;       // why it does not permit this; NULL: it does
    bool unknown;              // no path to an anchor
    int64_t from, until;       // validity of the path, and of the certificate; 0, 0: always
    enum exh_ocsp_status ocsp; // of any response
    int64_t revoked_at;
};
static struct paper_state paper;

static inline bool paper_valid(int64_t at)
{
    return !paper.until || (at >= paper.from && at <= paper.until);
}

static inline struct exh_judgement paper_profile(const struct exh_chain *chain,
                                                 enum exh_purpose purpose,
                                                 const struct exh_trust *trust)
{
    struct exh_judgement j = { .holds = !paper.profile };

    (void)chain, (void)purpose, (void)trust;
    snprintf(j.reason, sizeof j.reason, "%s", paper.profile ? paper.profile : "");
    return j;
}

static inline struct exh_path paper_path(const struct exh_chain *chain,
                                         const struct exh_trust *trust, enum exh_purpose purpose,
                                         int64_t at)
{
    struct exh_path path = { .known = !paper.unknown,
                             .trusted = !paper.unknown && paper_valid(at),
                             .valid_from = paper.until ? paper.from : 0,
                             .valid_until = paper.until ? paper.until : INT64_MAX,
                             .anchor = { 1 },
                             .anchor_name = "Authority" };

    (void)chain, (void)trust, (void)purpose;
    if (!path.trusted)
        snprintf(path.reason, sizeof path.reason, "no path that is valid then");
    return path;
}

static inline void paper_certificate(const struct exh_chain *chain, size_t i,
                                     struct exh_certificate *out)
{
    fake_chain_certificate(chain, i, out);
    if (paper.until) {
        out->not_before = paper.from;
        out->not_after = paper.until;
    }
}

static inline void paper_ocsp(struct exh_bytes response, const struct exh_chain *chain,
                              const struct exh_trust *trust, struct exh_ocsp *out)
{
    (void)response, (void)chain, (void)trust;
    *out = (struct exh_ocsp){ .status = paper.ocsp,
                              .this_update = 1,
                              .next_update = INT64_MAX - 1,
                              .revoked_at = paper.revoked_at };
}

static inline enum exh_status paper_ocsp_request(const struct exh_chain *chain,
                                                 const struct exh_trust *trust, uint8_t *request,
                                                 size_t size, size_t *n, char *url, size_t url_size,
                                                 struct exh_error *err)
{
    (void)chain, (void)trust, (void)request, (void)size, (void)err;
    *n = 0;
    snprintf(url, url_size, "http://ocsp.example/");
    return EXH_OK;
}

/* The table, with signatures that are somebody's and certificates as `paper` says. */
static inline struct exh_crypto paper_crypto(void)
{
    struct exh_crypto crypto = fake_crypto;

    crypto.chain_verify = paper_verify;
    crypto.chain_profile = paper_profile;
    crypto.chain_path = paper_path;
    crypto.chain_certificate = paper_certificate;
    crypto.ocsp_check = paper_ocsp;
    crypto.ocsp_request = paper_ocsp_request;
    return crypto;
}

/* A signer whose one certificate is this view, which must outlive it. */
static inline struct exh_signer paper_signer(struct exh_bytes *certificate)
{
    return (struct exh_signer){ .alg = EXH_ES256,
                                .signature_size = 64,
                                .chain = certificate,
                                .chain_n = 1,
                                .sign = paper_sign,
                                .ctx = certificate };
}

/* What a camera's recording begins with; sealed, or plain. */
static inline struct open_entry sample_entry(const char *camera, bool sealed)
{
    struct open_entry e = {
        .stream_id = { 1, 2, 3, 4 },
        .camera_id = bytes_of(camera),
        .captured = true,
        .frame_first = 1041,
        .media_type = bytes_of("video/mp4"),
        .t0_us = WORLD_T0,
        .policy = OPEN_LEDGER_REQUIRED | (sealed ? 0 : OPEN_PLAIN),
    };

    if (sealed) {
        memset(e.nonce, 0xA1, sizeof e.nonce);
        memset(e.commit, 0xC2, sizeof e.commit);
    }
    return e;
}

#endif
