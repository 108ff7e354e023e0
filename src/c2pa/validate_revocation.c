/*
 * validate_revocation.c -- was the signer's certificate revoked when it signed?
 *
 * Spec: C2PA, "Validate the Credential Revocation Information".
 */
#include "c2pa/validation.h"

#include "base/when.h"

#define OCSP_REQUEST_MAX 1024
#define OCSP_ANSWER_MAX  ((size_t)64 << 10)
#define OCSP_URL_MAX     1024
#define DAY_S            86400
#define CLOCK_SKEW_S     300 // our clock and the responder's: an answer may come from a little later

/* The end of the interval in which a response speaks. */
static int64_t speaks_until(const struct exh_ocsp *o)
{
    return o->next_update != INT64_MAX ? o->next_update : o->produced_at + DAY_S;
}

/* Does a response from the store cover the attested time? */
static bool covers_stamp(const struct exh_ocsp *o, int64_t stamp, int64_t now)
{
    return now + CLOCK_SKEW_S >= o->this_update && stamp < speaks_until(o);
}

static bool is_authentic(const struct exh_ocsp *o)
{
    return o->status == EXH_OCSP_GOOD || o->status == EXH_OCSP_REVOKED ||
           o->status == EXH_OCSP_UNKNOWN;
}

static bool says_good(const struct exh_ocsp *o)
{
    return o->status == EXH_OCSP_GOOD || (o->status == EXH_OCSP_REVOKED && o->removed_from_crl);
}

/* What one authentic response means for this manifest. NO_ANSWER: it does not cover the time. */
static enum revocation_fact weigh(const struct judged *m, const struct exh_ocsp *o, int64_t now,
                                  bool online)
{
    const bool covered =
        m->stamp_trusted ? covers_stamp(o, m->stamp.time, now)
                         : online && now + CLOCK_SKEW_S >= o->this_update && now < speaks_until(o);

    if (says_good(o))
        return covered ? REVOCATION_NOT_REVOKED : REVOCATION_NO_ANSWER;
    if (o->status == EXH_OCSP_UNKNOWN)
        return online ? REVOCATION_IS_UNKNOWN : REVOCATION_NO_ANSWER;
    if (m->stamp_trusted && o->revoked_at > m->stamp.time)
        return REVOCATION_REVOKED_LATER;
    // Without a trusted stamp nothing proves that the signature is older than the revocation; an
    // authentic answer "revoked" is then not passed over, wherever it came from.
    return REVOCATION_IS_REVOKED;
}

/* Take in one response; later, better answers replace NO_ANSWER only. */
static void take_response(struct validation *v, struct judged *m, struct exh_bytes der, bool online)
{
    struct exh_ocsp o = { 0 };

    v->crypto->ocsp_check(der, m->chain, v->options->trust, &o);
    if (!is_authentic(&o)) {
        m->revocation_why = keep_printf(v, "%s", o.reason);
        return;
    }
    const enum revocation_fact fact = weigh(m, &o, v->options->now, online);
    if (fact == REVOCATION_NO_ANSWER) {
        m->revocation_why = m->stamp_trusted
                                ? "the answer in the file does not cover the attested time"
                                : "an answer in the file counts only with a trusted time-stamp";
        return;
    }
    // "Revoked" wins over "good": of two authentic answers the newer knowledge is the revocation.
    if (m->revocation == REVOCATION_NO_ANSWER || fact == REVOCATION_IS_REVOKED) {
        m->revocation = fact;
        m->revoked_at = o.revoked_at;
    }
}

static void ask_online(struct validation *v, struct judged *m, const char *url)
{
    struct exh_error err;
    uint8_t request[OCSP_REQUEST_MAX];
    char where[OCSP_URL_MAX];
    size_t request_n = 0, n = 0;

    if (v->crypto->ocsp_request(m->chain, v->options->trust, request, sizeof request, &request_n,
                                where, sizeof where, &err) != EXH_OK) {
        m->revocation_why = keep_printf(v, "%s", err.text);
        return;
    }
    uint8_t *answer = arena_take(v->arena, OCSP_ANSWER_MAX);
    if (!answer) {
        v->no_memory = true;
        return;
    }
    if (v->options->fetch(v->options->fetch_ctx, EXH_FETCH_OCSP, where,
                          (struct exh_bytes){ request, request_n }, answer, OCSP_ANSWER_MAX, &n,
                          &err) != EXH_OK) {
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_INACCESSIBLE, url, "%s",
                    err.text);
        m->revocation_why = keep_printf(v, "%s", err.text);
        return;
    }
    take_response(v, m, (struct exh_bytes){ answer, n }, true);
}

static void report_fact(struct validation *v, struct judged *m, const char *url)
{
    char at[WHEN_TEXT_MAX];

    when_write(at, m->revoked_at);
    switch (m->revocation) {
    case REVOCATION_NO_ANSWER: break;
    case REVOCATION_NOT_REVOKED:
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_NOT_REVOKED, url,
                    "the issuer says: not revoked");
        break;
    case REVOCATION_REVOKED_LATER:
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_NOT_REVOKED, url,
                    "revoked at %s, after the attested time", at);
        break;
    case REVOCATION_IS_REVOKED:
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_REVOKED, url, "revoked at %s",
                    at);
        break;
    case REVOCATION_IS_UNKNOWN:
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_UNKNOWN, url,
                    "the issuer does not know this certificate");
        break;
    }
}

void validate_revocation(struct validation *v, struct judged *m)
{
    const char *url = keep_printf(v, "%s/c2pa.signature", m->url);

    if (!m->chain)
        return;
    for (size_t i = 0; i < m->cose.ocsp_n; i++)
        take_response(v, m, m->cose.ocsp[i], false);
    for (size_t i = 0; i < v->statuses_n; i++)
        take_response(v, m, v->statuses[i], false);
    // A signature that does not hold is not worth telling an observer about.
    if (m->revocation == REVOCATION_NO_ANSWER && v->options->fetch && m->signature_holds)
        ask_online(v, m, url);
    else if (m->revocation == REVOCATION_NO_ANSWER)
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_SKIPPED, url, "%s",
                    m->revocation_why ? m->revocation_why : "not asked: offline");
    report_fact(v, m, url);
}
