/*
 * revocation.h -- was the signer's certificate revoked when it signed? OCSP responses, weighed.
 *
 * A response counts when it covers the moment that is judged: the attested time, or now if the answer
 * was just fetched. "Revoked" wins over "good", and "no answer" is never taken for either.
 *
 * Spec: C2PA, "Validate the Credential Revocation Information".
 */
#ifndef VERDICT_REVOCATION_H
#define VERDICT_REVOCATION_H

#include "base/error.h"

#include <exhibit/crypto.h>
#include <exhibit/verdict.h>

/* What OCSP said of a signer, after the timing rules. */
enum revocation_fact {
    REVOCATION_NO_ANSWER,
    REVOCATION_NOT_REVOKED,
    REVOCATION_REVOKED_LATER, // after the trusted stamp
    REVOCATION_IS_REVOKED,
    REVOCATION_IS_UNKNOWN,
};

struct revocation {
    enum revocation_fact fact;
    int64_t revoked_at;
    char why[EXH_ERROR_MAX]; // when there is no answer: why not; "": nobody was asked
};

/* About whom is asked, and for which moment. Borrowed for the calls. */
struct revocation_case {
    const struct exh_crypto *crypto;
    const struct exh_chain *chain;
    const struct exh_trust *trust;
    int64_t now;
    bool stamped; // a trusted time-stamp
    int64_t stamp_time;
};

/* Take in one response; `online`: it was fetched just now. */
void revocation_take(struct revocation *r, const struct revocation_case *about,
                     struct exh_bytes response, bool online);

/*
 * Ask the responder that the certificate names. EXH_NOT_FOUND: it names none, or its issuer is not at
 * hand; EXH_NO_MEMORY; EXH_NETWORK: it could not be reached. r->why says it too.
 */
NODISCARD enum exh_status revocation_ask(
    struct revocation *r, const struct revocation_case *about,
    enum exh_status (*fetch)(void *ctx, enum exh_fetch_kind kind, const char *url,
                             struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err),
    void *fetch_ctx, struct exh_error *err);

#endif
