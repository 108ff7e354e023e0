#include "verdict/revocation.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUEST_MAX  1024
#define URL_MAX      1024
#define DAY_S        86400
#define CLOCK_SKEW_S 300 // our clock and the responder's: an answer may come from a little later

/* The end of the interval in which a response speaks. */
static int64_t speaks_until(const struct exh_ocsp *o)
{
    return o->next_update != INT64_MAX ? o->next_update : o->produced_at + DAY_S;
}

/* Does it speak of the moment that is judged? A response that was not just fetched needs a stamp. */
static bool covers(const struct exh_ocsp *o, const struct revocation_case *about, bool online)
{
    const int64_t moment = about->stamped ? about->stamp_time : about->now;

    return (about->stamped || online) && about->now + CLOCK_SKEW_S >= o->this_update &&
           moment < speaks_until(o);
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

/* What one authentic response means. NO_ANSWER: it does not cover the time. */
static enum revocation_fact weigh(const struct exh_ocsp *o, const struct revocation_case *about,
                                  bool online)
{
    if (says_good(o))
        return covers(o, about, online) ? REVOCATION_NOT_REVOKED : REVOCATION_NO_ANSWER;
    if (o->status == EXH_OCSP_UNKNOWN)
        return online ? REVOCATION_IS_UNKNOWN : REVOCATION_NO_ANSWER;
    if (about->stamped && o->revoked_at > about->stamp_time)
        return REVOCATION_REVOKED_LATER;
    // Without a trusted stamp nothing proves that the signature is older than the revocation; an
    // authentic answer "revoked" is then not passed over, wherever it came from.
    return REVOCATION_IS_REVOKED;
}

void revocation_take(struct revocation *r, const struct revocation_case *about,
                     struct exh_bytes response, bool online)
{
    struct exh_ocsp o = { 0 };

    about->crypto->ocsp_check(response, about->chain, about->trust, &o);
    if (!is_authentic(&o)) {
        snprintf(r->why, sizeof r->why, "%s", o.reason);
        return;
    }
    const enum revocation_fact fact = weigh(&o, about, online);
    if (fact == REVOCATION_NO_ANSWER) {
        snprintf(r->why, sizeof r->why, "%s",
                 about->stamped ? "the answer in the file does not cover the attested time"
                                : "an answer in the file counts only with a trusted time-stamp");
        return;
    }
    // "Revoked" wins over "good": of two authentic answers the newer knowledge is the revocation.
    if (r->fact == REVOCATION_NO_ANSWER || fact == REVOCATION_IS_REVOKED) {
        r->fact = fact;
        r->revoked_at = o.revoked_at;
    }
}

enum exh_status revocation_ask(struct revocation *r, const struct revocation_case *about,
                               enum exh_status (*fetch)(void *ctx, enum exh_fetch_kind kind,
                                                        const char *url, struct exh_bytes body,
                                                        uint8_t *to, size_t size, size_t *n,
                                                        struct exh_error *err),
                               void *fetch_ctx, struct exh_error *err)
{
    uint8_t request[REQUEST_MAX];
    char url[URL_MAX];
    size_t request_n = 0, n = 0;

    if (about->crypto->ocsp_request(about->chain, about->trust, request, sizeof request, &request_n,
                                    url, sizeof url, err) != EXH_OK) {
        snprintf(r->why, sizeof r->why, "%s", err->text);
        err->status = EXH_NOT_FOUND;
        return EXH_NOT_FOUND;
    }
    uint8_t *answer = malloc(EXH_OCSP_MAX);
    if (!answer)
        return fail_no_memory(err);
    enum exh_status status =
        fetch(fetch_ctx, EXH_FETCH_OCSP, url, (struct exh_bytes){ request, request_n }, answer,
              EXH_OCSP_MAX, &n, err);
    if (status == EXH_OK) {
        revocation_take(r, about, (struct exh_bytes){ answer, n }, true);
    } else {
        snprintf(r->why, sizeof r->why, "%s", err->text);
        err->status = status = EXH_NETWORK;
    }
    free(answer);
    return status;
}
