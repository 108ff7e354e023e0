/*
 * The path from a leaf to an anchor (RFC 5280, "Certification Path Validation"): X509_verify_cert() of
 * OpenSSL, asked so that its answer says what C2PA wants to know.
 *
 * Whether a path exists and whether it is valid at a time are two answers. So OpenSSL gets the time,
 * by which it prefers one of several issuers, but what it says of times is left aside; the path that
 * it returns has a validity, and that is compared here. (Its own comparison is a second short, too: the
 * second notAfter still belongs to a certificate.)
 *
 * OpenSSL gets only the anchors that are called like somebody in the chain: to decode the key of each
 * anchor would take a short-lived program longer than all its other work. Nothing is fetched, and
 * policies are not asked for: C2PA has none. path_cache.h remembers what was found.
 */
#include "base/when.h"
#include "crypto/chain.h"
#include "crypto/openssl.h"
#include "crypto/sigalg.h"
#include "crypto/trust.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define AUTH_LEVEL 2 // OpenSSL's: 112 bits, which refuses SHA-1 and RSA below 2048

struct search {
    const struct exh_chain *chain;
    const struct anchors *anchors;
    int64_t at;
    char reason[160]; // why a certificate was no issuer; the first one found
};

static const char no_path[] = "no certificate leads to a trust anchor";

static const struct {
    int error;
    const char *reason; // about the certificate at which OpenSSL stopped; no_path: about none
} reasons[] = {
    { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, no_path },
    { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, no_path },
    { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, no_path },
    { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, no_path },
    { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, no_path },
    { X509_V_ERR_CERT_UNTRUSTED, no_path },
    { X509_V_ERR_INVALID_CA, "it is not an authority's" },
    { X509_V_ERR_PATH_LENGTH_EXCEEDED, "more authorities stand below it than it allows" },
    { X509_V_ERR_PERMITTED_VIOLATION, "its name is not one that its authority may certify" },
    { X509_V_ERR_EXCLUDED_VIOLATION, "its name is not one that its authority may certify" },
    { X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
      "it has a critical extension that is not known here" },
    { X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, "it is a proxy certificate" },
};

// Keep the first reason: the chain's own order is tried first, so it says what the signer meant.
static bool refuse(struct search *s, const X509 *x, const char *why)
{
    char name[48];

    if (s->reason[0])
        return false;
    name_text(X509_get_subject_name(x), NID_commonName, NID_organizationName, name, sizeof name);
    snprintf(s->reason, sizeof s->reason, "certificate '%s': %.96s", name, why);
    return false;
}

// Whether issuer issued x. OpenSSL would go by names and key identifiers and take the first that fits;
// checking the signature too, it finds the right one of several with the same name. What stands in the
// path is asked no more, so a chain of EXH_CHAIN_MAX costs some fifty signatures at most.
static int is_issuer(X509_STORE_CTX *ctx, X509 *x, X509 *issuer)
{
    struct search *s = X509_STORE_CTX_get_app_data(ctx);
    const char *why;

    const int found = X509_check_issued(issuer, x);
    if (x == issuer) // it only asks whether there can be something above
        return found == X509_V_OK;
    if (found == X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
        return refuse(s, issuer, "it is not an authority's");
    if (found == X509_V_ERR_UNSPECIFIED)
        return refuse(s, issuer, "an extension is malformed or there twice");
    if (found != X509_V_OK)
        return 0;
    return x509_signed_by(x, X509_get0_pubkey(issuer), &why) || refuse(s, x, why);
}

static int leave_times_aside(int holds, X509_STORE_CTX *ctx)
{
    const int error = X509_STORE_CTX_get_error(ctx);

    return holds || error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED;
}

// A store without certificates: it only carries how to look.
static X509_STORE *make_rules(void)
{
    X509_STORE *store = X509_STORE_new();

    if (!store)
        return NULL;
    X509_VERIFY_PARAM *rules = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN); // an anchor need not be a root
    X509_VERIFY_PARAM_set_depth(rules, EXH_CHAIN_MAX);
    X509_VERIFY_PARAM_set_auth_level(rules, AUTH_LEVEL);
    // A common name is a person's or a device's, never a host's, also where it looks like one.
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_STORE_set_check_issued(store, is_issuer);
    X509_STORE_set_verify_cb(store, leave_times_aside);
    return store;
}

static void narrow(struct exh_path *path, int64_t from, int64_t until)
{
    if (from > path->valid_from)
        path->valid_from = from;
    if (until < path->valid_until)
        path->valid_until = until;
}

static struct exh_path untrusted(const struct exh_chain *chain, const char *reason)
{
    struct exh_path path = { .valid_from = INT64_MIN, .valid_until = INT64_MAX };

    for (size_t i = 0; i < chain->n; i++)
        narrow(&path, chain->certs[i].not_before, chain->certs[i].not_after);
    snprintf(path.reason, sizeof path.reason, "%s", reason);
    return path;
}

static void refuse_without_key(struct search *s, const X509 *x, const struct cert *c)
{
    if (!c->key && X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(c->x)) == 0)
        refuse(s, c->x, c->key_fault);
}

// Whoever is called like x's issuer, but has a key that nobody may sign with.
static void refuse_issuers_without_key(struct search *s, const X509 *x)
{
    size_t n = 0;
    const struct anchor *named = anchors_named(s->anchors, X509_get_issuer_name(x), &n);

    for (size_t i = 1; i < s->chain->n; i++)
        refuse_without_key(s, x, chain_cert(s->chain, i));
    for (size_t i = 0; i < n; i++)
        refuse_without_key(s, x, &named[i].cert);
}

static struct exh_path explain(struct search *s, X509_STORE_CTX *ctx)
{
    const int error = X509_STORE_CTX_get_error(ctx);
    X509 *at = X509_STORE_CTX_get_current_cert(ctx);
    const char *reason = X509_verify_cert_error_string(error);

    for (size_t i = 0; i < ARRAY_N(reasons); i++) {
        if (reasons[i].error == error)
            reason = reasons[i].reason;
    }
    if (reason != no_path) {
        s->reason[0] = '\0'; // a path was found: what was no issuer on the way does not matter
        refuse(s, at ? at : s->chain->certs[0].x, reason);
        return untrusted(s->chain, s->reason);
    }
    if (at)
        refuse_issuers_without_key(s, at);
    return untrusted(s->chain, s->reason[0] ? s->reason : no_path);
}

static const struct anchor *anchor_of(const struct search *s, const X509 *top)
{
    size_t n = 0;
    const struct anchor *named = anchors_named(s->anchors, X509_get_subject_name(top), &n);

    for (size_t i = 0; i < n; i++) {
        if (X509_cmp(named[i].cert.x, top) == 0)
            return &named[i];
    }
    return NULL;
}

static struct exh_path describe(const struct search *s, const STACK_OF(X509) * found)
{
    const int n = sk_X509_num(found);
    const struct anchor *anchor = anchor_of(s, sk_X509_value(found, n - 1));
    struct exh_path path = { .known = true, .valid_from = INT64_MIN, .valid_until = INT64_MAX };
    int64_t from, until;

    for (int i = 0; i < n; i++) {
        if (!anchor || !x509_validity(sk_X509_value(found, i), &from, &until))
            return untrusted(s->chain, no_path);
        narrow(&path, from, until);
    }
    path.trusted = s->at >= path.valid_from && s->at <= path.valid_until;
    memcpy(path.anchor, anchor->spki, sizeof path.anchor);
    subject_text(&anchor->cert, path.anchor_name, sizeof path.anchor_name);
    if (!path.trusted)
        snprintf(path.reason, sizeof path.reason, "a certificate of the path %s at that time",
                 s->at < path.valid_from ? "was not valid yet" : "was not valid any more");
    return path;
}

// Keys that C2PA does not allow never reach OpenSSL's decoders.
static bool push_whole(STACK_OF(X509) * to, const struct cert *c)
{
    X509 *x = c->key ? cert_whole(c) : NULL;

    if (!c->key || (x && sk_X509_push(to, x) > 0))
        return true;
    X509_free(x);
    return false;
}

static bool push_chain(STACK_OF(X509) * to, const struct exh_chain *chain)
{
    bool pushed = to;

    for (size_t i = 0; pushed && i < chain->n; i++)
        pushed = push_whole(to, chain_cert(chain, i));
    return pushed;
}

static bool push_named(STACK_OF(X509) * to, const struct anchors *anchors, const X509_NAME *name)
{
    size_t n = 0;
    const struct anchor *named = anchors_named(anchors, name, &n);
    bool pushed = true;

    for (int i = 0; i < sk_X509_num(to); i++) { // all of one name are there, or none
        if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(to, i)), name) == 0)
            return true;
    }
    for (size_t i = 0; pushed && i < n; i++)
        pushed = push_whole(to, &named[i].cert);
    return pushed;
}

// The anchors that a certificate of the chain may be, or may be issued by.
static bool push_anchors(STACK_OF(X509) * to, const struct search *s)
{
    bool pushed = to;

    for (size_t i = 0; pushed && i < s->chain->n; i++) {
        const X509 *x = s->chain->certs[i].x;
        pushed = push_named(to, s->anchors, X509_get_subject_name(x)) &&
                 push_named(to, s->anchors, X509_get_issuer_name(x));
    }
    return pushed;
}

// Times outside of what a certificate can say are before or after all of them.
static time_t in_range(int64_t at)
{
    const int64_t first = when_of(1900, 1, 1, 0, 0, 0), last = when_of(9999, 12, 31, 23, 59, 59);

    return (time_t)(at < first ? first : at > last ? last : at);
}

static struct exh_path find(struct search *s)
{
    struct exh_path path = untrusted(s->chain, "there is no memory to look for a path");
    X509_STORE *rules = make_rules();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null(), *anchors = sk_X509_new_null();

    if (rules && ctx && push_chain(chain, s->chain) && push_anchors(anchors, s) &&
        X509_STORE_CTX_init(ctx, rules, sk_X509_value(chain, 0), chain) &&
        X509_STORE_CTX_set_app_data(ctx, s)) {
        X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
        X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), in_range(s->at));
        path = X509_verify_cert(ctx) == 1 ? describe(s, X509_STORE_CTX_get0_chain(ctx))
                                          : explain(s, ctx);
    }
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(rules);
    sk_X509_pop_free(chain, X509_free);
    sk_X509_pop_free(anchors, X509_free);
    ERR_clear_error();
    return path;
}

// What no leaf may be, wherever it leads to.
static const char *leaf_fault(const struct cert *leaf)
{
    const uint32_t flags = X509_get_extension_flags(leaf->x);

    if (!leaf->key)
        return leaf->key_fault;
    if (flags & EXFLAG_INVALID)
        return "an extension is malformed or there twice";
    // C2PA, "Certificate Trust Chain": an authority's certificate signs certificates and nothing else.
    if (flags & EXFLAG_CA)
        return "it is an authority's, which must not sign this";
    return NULL;
}

static struct exh_path find_or_remember(struct search *s, struct path_cache *cache,
                                        enum exh_purpose purpose)
{
    struct path_key key;
    struct exh_path path;
    const bool has_key = path_key_of(s->chain, purpose, &key);

    if (has_key && path_cache_find(cache, &key, s->at, &path))
        return path;
    path = find(s);
    if (has_key && path.trusted)
        path_cache_keep(cache, &key, &path);
    return path;
}

static struct exh_path allowed_itself(const struct exh_chain *chain, int64_t at)
{
    const struct cert *leaf = chain_cert(chain, 0);
    struct exh_path path = { .known = true,
                             .valid_from = leaf->not_before,
                             .valid_until = leaf->not_after };

    path.trusted = at >= leaf->not_before && at <= leaf->not_after;
    subject_text(leaf, path.anchor_name, sizeof path.anchor_name);
    if (!path.trusted)
        snprintf(path.reason, sizeof path.reason, "the certificate was not valid at that time");
    return path;
}

struct exh_path openssl_chain_path(const struct exh_chain *chain, const struct exh_trust *trust,
                                   enum exh_purpose purpose, int64_t at)
{
    const struct cert *leaf = chain_cert(chain, 0);
    struct search search = { .chain = chain, .at = at };
    const char *fault = leaf_fault(leaf);

    if (purpose == EXH_PURPOSE_CLAIM && trust_allows(trust, leaf))
        return allowed_itself(chain, at);
    if (!trust || !trust->anchors[purpose].n)
        return untrusted(chain, "there is no trust anchor to compare with");
    if (fault) {
        refuse(&search, leaf->x, fault);
        return untrusted(chain, search.reason);
    }
    search.anchors = &trust->anchors[purpose];
    return find_or_remember(&search, trust->paths, purpose);
}
