/*
 * validate_signature.c -- credential, signature, time-stamp, validity.
 *
 * A trusted stamp moves the moment at which the signer is judged from now to the time it attests.
 *
 * Spec: C2PA, "Validate the Signature", "Validate the Time-Stamp".
 */
#include "c2pa/validation.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/when.h"

/* What a token may attest. */
enum stamped {
    STAMPED_FIELD,     // the signature field as encoded: sigTst2, and an assertion by the letter
    STAMPED_CLAIM,     // the claim: sigTst of version 1
    STAMPED_BYTES,     // an assertion, "the value of the signature field" taken without its head
    STAMPED_SIGNATURE, // an assertion of the writers in the field: the signature, and nothing around it
};

static bool put_stamped(struct buf *b, const struct judged *m, enum stamped what)
{
    const struct exh_bytes payloads[] = {
        [STAMPED_FIELD] = m->cose.signature_encoded,
        [STAMPED_CLAIM] = m->manifest->claim.data,
        [STAMPED_BYTES] = m->cose.signature,
        [STAMPED_SIGNATURE] = m->cose.signature,
    };
    struct exh_error err;

    if (what == STAMPED_SIGNATURE)
        buf_put_bytes(b, payloads[what]);
    else
        cose_put_tbs(b, "CounterSignature", m->cose.protected_, COSE_NO_EXTERNAL, payloads[what]);
    return buf_finish(b, &err) == EXH_OK;
}

static struct exh_stamp check_stamp(struct validation *v, const struct judged *m,
                                    struct exh_bytes token, enum stamped what)
{
    struct buf b = buf_with_limit(COSE_SIZE_MAX + CBOR_SIZE_MAX);
    struct exh_stamp s = { 0 };

    if (put_stamped(&b, m, what))
        v->crypto->stamp_check(token, buf_view(&b), v->options->trust, &s);
    else
        v->no_memory = true;
    buf_free(&b);
    return s;
}

/* A token of an assertion attests one of three things: the text can be read in as many ways. */
static struct exh_stamp check_late_stamp(struct validation *v, const struct judged *m,
                                         struct exh_bytes token)
{
    static const enum stamped ways[] = { STAMPED_SIGNATURE, STAMPED_BYTES, STAMPED_FIELD };
    struct exh_stamp s = { 0 };

    for (size_t i = 0; i < ARRAY_N(ways); i++) {
        s = check_stamp(v, m, token, ways[i]);
        if (s.status != EXH_STAMP_MISMATCH)
            break;
    }
    return s;
}

/* Weigh one token; informational findings tell why it does not count. Yields whether it does. */
static bool weigh_stamp(struct validation *v, struct judged *m, struct exh_stamp s, const char *url)
{
    if (s.status == EXH_STAMP_MALFORMED) {
        add_finding(v, &m->findings, CODE_TIME_STAMP_MALFORMED, url, "%s", s.reason);
        return false;
    }
    if (s.status == EXH_STAMP_MISMATCH) {
        add_finding(v, &m->findings, CODE_TIME_STAMP_MISMATCH, url, "%s", s.reason);
        return false;
    }
    if (s.status == EXH_STAMP_UNCHECKED) {
        add_finding(v, &m->findings, CODE_TIME_STAMP_UNTRUSTED, url, "%s", s.reason);
        return false;
    }
    if (!m->stamped) { // the first sound one is shown, also when it is not trusted
        m->stamped = true;
        m->stamp = s;
    }
    if (!s.path.known) {
        add_finding(v, &m->findings, CODE_TIME_STAMP_UNTRUSTED, url, "%s", s.path.reason);
        return false;
    }
    if (!s.path.trusted) {
        add_finding(v, &m->findings, CODE_TIME_STAMP_OUTSIDE_VALIDITY, url, "%s", s.path.reason);
        return false;
    }
    m->stamp = s;
    m->stamp_trusted = true;
    add_finding(v, &m->findings, CODE_TIME_STAMP_VALIDATED, url, "time-stamp of %s holds",
                s.authority);
    add_finding(v, &m->findings, CODE_TIME_STAMP_TRUSTED, url, "%s is a trusted authority",
                s.authority);
    return true;
}

/* The stamp of the signature itself, else one that a later manifest gives for this one. */
static void judge_stamps(struct validation *v, struct judged *m, const char *url)
{
    if (m->cose.stamp_malformed)
        add_finding(v, &m->findings, CODE_TIME_STAMP_MALFORMED, url,
                    "the time-stamp header does not hold exactly one token");
    else if (m->cose.stamp.n &&
             weigh_stamp(
                 v, m,
                 check_stamp(v, m, m->cose.stamp, m->cose.stamp_v1 ? STAMPED_CLAIM : STAMPED_FIELD),
                 url))
        return;
    for (size_t i = 0; i < v->stamps_n; i++)
        if (bytes_equal(v->stamps[i].manifest, m->manifest->label) &&
            weigh_stamp(v, m, check_late_stamp(v, m, v->stamps[i].token), url))
            return;
}

static void judge_validity(struct validation *v, struct judged *m, int64_t at, const char *url)
{
    char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX], then[WHEN_TEXT_MAX];

    when_write(from, m->path.valid_from);
    when_write(until, m->path.valid_until);
    when_write(then, at);
    const bool valid = at >= m->path.valid_from && at <= m->path.valid_until;
    if (valid && m->signature_holds)
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_INSIDE_VALIDITY, url,
                    "%s lies in the certificates' validity", then);
    else if (!valid)
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_OUTSIDE_VALIDITY, url,
                    "%s %s lies outside the certificates' validity, %s to %s",
                    m->stamp_trusted ? "the attested time" : "without a trusted time-stamp, now:",
                    then, from, until);
    if (!m->cose.has_iat)
        return;
    const bool inside = m->cose.iat >= m->path.valid_from && m->cose.iat <= m->path.valid_until &&
                        !(m->stamp_trusted && m->cose.iat > m->stamp.time);
    when_write(then, m->cose.iat);
    add_finding(v, &m->findings,
                inside ? CODE_TIME_OF_SIGNING_INSIDE_VALIDITY
                       : CODE_TIME_OF_SIGNING_OUTSIDE_VALIDITY,
                url, "the signer's own time of signing is %s", then);
}

static void judge_trust(struct validation *v, struct judged *m, int64_t at, const char *url)
{
    m->path = v->crypto->chain_path(m->chain, v->options->trust, EXH_PURPOSE_CLAIM, at);
    if (m->path.known)
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_TRUSTED, url,
                    "the certificate leads to %s", m->path.anchor_name);
    else
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_UNTRUSTED, url, "%s", m->path.reason);
    m->same_operator = m->stamp_trusted && m->path.known &&
                       bytes_equal((struct exh_bytes){ m->path.anchor, 32 },
                                   (struct exh_bytes){ m->stamp.path.anchor, 32 });
}

static void judge_signature(struct validation *v, struct judged *m, const char *url)
{
    struct exh_error err;
    struct exh_judgement j = { 0 };
    struct buf tbs = buf_with_limit(2 * CBOR_SIZE_MAX);

    cose_put_tbs(&tbs, "Signature1", m->cose.protected_, COSE_NO_EXTERNAL, m->manifest->claim.data);
    enum exh_status status = buf_finish(&tbs, &err);
    if (status == EXH_OK)
        status = v->crypto->chain_verify(m->chain, m->cose.alg, buf_view(&tbs), m->cose.signature,
                                         &j, &err);
    buf_free(&tbs);
    if (status == EXH_NO_MEMORY)
        v->no_memory = true;
    m->signature_holds = status == EXH_OK && j.holds;
    if (m->signature_holds)
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_VALIDATED, url, "the signature holds");
    else if (status == EXH_UNSUPPORTED)
        add_finding(v, &m->findings, CODE_ALGORITHM_UNSUPPORTED, url, "%s", err.text);
    else
        add_finding(v, &m->findings, CODE_CLAIM_SIGNATURE_MISMATCH, url, "%s",
                    status == EXH_OK ? j.reason : err.text);
}

void validate_signature(struct validation *v, struct judged *m)
{
    struct exh_error err;
    const char *url = keep_printf(v, "%s/c2pa.signature", m->url);

    if (!m->has_cose)
        return;
    if (!m->cose.has_alg) {
        add_finding(v, &m->findings, CODE_ALGORITHM_UNSUPPORTED, url,
                    "the protected header names no algorithm");
        return;
    }
    if (v->crypto->chain_new(m->cose.chain, m->cose.chain_n, &m->chain, &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_INVALID, url, "%s", err.text);
        return;
    }
    v->crypto->chain_certificate(m->chain, 0, &m->certificate);

    struct exh_judgement profile =
        v->crypto->chain_profile(m->chain, EXH_PURPOSE_CLAIM, v->options->trust);
    m->profile_holds = profile.holds;
    if (!profile.holds)
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_INVALID, url, "%s", profile.reason);

    judge_stamps(v, m, url);
    const int64_t at = m->stamp_trusted ? m->stamp.time : v->options->now;
    judge_trust(v, m, at, url);
    judge_signature(v, m, url);
    judge_validity(v, m, at, url);
}
