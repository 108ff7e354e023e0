/*
 * validate_revocation.c -- was the signer's certificate revoked when it signed?
 *
 * Spec: C2PA, "Validate the Credential Revocation Information".
 */
#include "c2pa/validation.h"

#include "base/when.h"

static void ask_online(struct validation *v, struct judged *m, const struct revocation_case *about,
                       const char *url)
{
    struct exh_error err;
    enum exh_status status =
        revocation_ask(&m->revocation, about, v->options->fetch, v->options->fetch_ctx, &err);

    if (status == EXH_NETWORK)
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_INACCESSIBLE, url, "%s",
                    err.text);
    else if (status == EXH_NO_MEMORY)
        v->no_memory = true;
}

static void report_fact(struct validation *v, struct judged *m, const char *url)
{
    char at[WHEN_TEXT_MAX];

    when_write(at, m->revocation.revoked_at);
    switch (m->revocation.fact) {
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
    const struct revocation_case about = { .crypto = v->crypto,
                                           .chain = m->chain,
                                           .trust = v->options->trust,
                                           .now = v->options->now,
                                           .stamped = m->stamp_trusted,
                                           .stamp_time = m->stamp.time };
    for (size_t i = 0; i < m->cose.ocsp_n; i++)
        revocation_take(&m->revocation, &about, m->cose.ocsp[i], false);
    for (size_t i = 0; i < v->statuses_n; i++)
        revocation_take(&m->revocation, &about, v->statuses[i], false);
    // A signature that does not hold is not worth telling an observer about.
    if (m->revocation.fact == REVOCATION_NO_ANSWER && v->options->fetch && m->signature_holds)
        ask_online(v, m, &about, url);
    else if (m->revocation.fact == REVOCATION_NO_ANSWER)
        add_finding(v, &m->findings, CODE_SIGNING_CREDENTIAL_OCSP_SKIPPED, url, "%s",
                    m->revocation.why[0] ? m->revocation.why : "not asked: offline");
    report_fact(v, m, url);
}
