/*
 * The path from a leaf to an anchor (RFC 5280, "Certification Path Validation").
 *
 * Not X509_verify_cert(), because that needs every public key decoded by OpenSSL's decoders, which is
 * as dear as the signatures themselves. tests/unit/crypto/test_path.c compares every answer with it.
 * Policies are not asked for: C2PA has none. Nothing is fetched.
 */
#include "crypto/chain.h"
#include "crypto/openssl.h"
#include "crypto/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

// Signatures checked for one path. A search among EXH_CHAIN_MAX certificates of one name could take
// more; whoever sends such a chain wants us to compute, not to believe.
#define PATH_SIGNATURES_MAX 32

struct search {
    const struct exh_chain *chain;
    const struct anchors *anchors;
    int64_t at;
    const struct cert *path[EXH_CHAIN_MAX + 1]; // leaf first, the anchor last
    size_t n;
    bool used[EXH_CHAIN_MAX]; // certificates of the chain that stand in the path
    unsigned signatures;      // checked so far
    struct exh_path best;     // the last complete path that was sound but for its times
    bool stopped;             // at PATH_SIGNATURES_MAX
    char reason[160];         // why the search failed; the first one found
};

// Keep the first reason: the chain's own order is tried first, so it says what the signer meant.
PRINTF_LIKE(3, 4)
static bool refuse(struct search *s, const struct cert *c, const char *fmt, ...)
{
    char name[48];
    char text[96];
    va_list args;

    if (s->reason[0])
        return false;
    subject_text(c, name, sizeof name);
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    snprintf(s->reason, sizeof s->reason, "certificate '%s': %s", name, text);
    return false;
}

static void narrow(struct exh_path *path, const struct cert *c)
{
    if (c->not_before > path->valid_from)
        path->valid_from = c->not_before;
    if (c->not_after < path->valid_until)
        path->valid_until = c->not_after;
}

static struct exh_path times_of_chain(const struct exh_chain *chain)
{
    struct exh_path path = { .valid_from = INT64_MIN, .valid_until = INT64_MAX };

    for (size_t i = 0; i < chain->n; i++)
        narrow(&path, &chain->certs[i]);
    return path;
}

static struct exh_path times_of_path(const struct search *s)
{
    struct exh_path path = { .valid_from = INT64_MIN, .valid_until = INT64_MAX };

    for (size_t i = 0; i < s->n; i++)
        narrow(&path, s->path[i]);
    return path;
}

// pathLenConstraint: how many certificates that are not self-issued may stand between i and the leaf.
static bool length_holds(struct search *s, size_t i)
{
    long limit = X509_get_pathlen(s->path[i]->x);
    long between = 0;

    for (size_t j = 1; j < i; j++)
        between += !cert_is_self_issued(s->path[j]);
    if (limit >= 0 && between > limit)
        return refuse(s, s->path[i], "%ld authorities below it, %ld allowed", between, limit);
    return true;
}

static bool names_hold(struct search *s, size_t i)
{
    NAME_CONSTRAINTS *limits = X509_get_ext_d2i(s->path[i]->x, NID_name_constraints, NULL, NULL);
    bool hold = true;

    for (size_t j = 0; limits && hold && j < i; j++) {
        if (j > 0 && cert_is_self_issued(s->path[j]))
            continue;
        hold = NAME_CONSTRAINTS_check(s->path[j]->x, limits) == X509_V_OK;
        if (!hold)
            refuse(s, s->path[j], "its name is not one that its authority may certify");
    }
    NAME_CONSTRAINTS_free(limits);
    return hold;
}

static bool issuer_holds(struct search *s, size_t i)
{
    const struct cert *c = s->path[i];
    bool is_anchor = i == s->n - 1;

    // An anchor of version 1 has no way to say what it is; whoever chose it has said it.
    if (!cert_is_ca(c) && !(is_anchor && X509_get_version(c->x) == X509_VERSION_1))
        return refuse(s, c, "it is not an authority's");
    return length_holds(s, i) && names_hold(s, i);
}

static bool cert_holds(struct search *s, size_t i)
{
    const struct cert *c = s->path[i];
    uint32_t flags = X509_get_extension_flags(c->x);

    if (flags & EXFLAG_INVALID)
        return refuse(s, c, "an extension is malformed or there twice");
    if (flags & EXFLAG_CRITICAL)
        return refuse(s, c, "it has a critical extension that is not known here");
    if (flags & EXFLAG_PROXY)
        return refuse(s, c, "it is a proxy certificate");
    if (!c->key)
        return refuse(s, c, "%s", c->key_fault);
    // C2PA, "Certificate Trust Chain": an authority's certificate signs certificates and nothing else.
    if (i == 0 && flags & EXFLAG_CA)
        return refuse(s, c, "it is an authority's, which must not sign this");
    return i == 0 || issuer_holds(s, i);
}

// A complete path: true ends the search. One that is only out of its time is kept, and others tried.
static bool judge(struct search *s, const struct anchor *anchor)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!cert_holds(s, i))
            return false;
    }
    struct exh_path found = times_of_path(s);
    found.known = true;
    found.trusted = s->at >= found.valid_from && s->at <= found.valid_until;
    memcpy(found.anchor, anchor->spki, sizeof found.anchor);
    subject_text(&anchor->cert, found.anchor_name, sizeof found.anchor_name);
    if (!found.trusted)
        snprintf(found.reason, sizeof found.reason, "a certificate of the path %s at that time",
                 s->at < found.valid_from ? "was not valid yet" : "was not valid any more");
    if (found.trusted || !s->best.known)
        s->best = found;
    return found.trusted;
}

// Whether the newest certificate of the path was issued by this one; costs a signature.
static bool issued_by(struct search *s, const struct cert *issuer)
{
    const struct cert *top = s->path[s->n - 1];
    const char *why = "";

    if (!cert_names_issuer(top, issuer))
        return false;
    if (s->signatures == PATH_SIGNATURES_MAX) {
        s->stopped = true;
        return false;
    }
    s->signatures++;
    return cert_signed_by(top, issuer, &why) || refuse(s, top, "%s", why);
}

static bool try_anchors(struct search *s)
{
    size_t n = 0;
    const struct anchor *anchor = anchors_of_issuer(s->anchors, s->path[s->n - 1], &n);

    for (size_t i = 0; i < n && !s->stopped; i++) {
        if (!issued_by(s, &anchor[i].cert))
            continue;
        s->path[s->n++] = &anchor[i].cert;
        bool done = judge(s, &anchor[i]);
        s->n--;
        if (done)
            return true;
    }
    return false;
}

// Depth first, anchors before the chain's own certificates; at most EXH_CHAIN_MAX deep.
static bool extend(struct search *s)
{
    if (try_anchors(s))
        return true;
    for (size_t i = 1; i < s->chain->n && !s->stopped; i++) {
        const struct cert *c = &s->chain->certs[i];
        if (s->used[i] || !issued_by(s, c))
            continue;
        s->used[i] = true;
        s->path[s->n++] = c;
        bool done = extend(s);
        s->n--;
        s->used[i] = false;
        if (done)
            return true;
    }
    return false;
}

static struct exh_path find(struct search *s)
{
    const struct anchor *self = anchors_find(s->anchors, &s->chain->certs[0]);

    s->path[s->n++] = &s->chain->certs[0];
    if ((self && judge(s, self)) || extend(s) || s->best.known)
        return s->best;

    struct exh_path none = times_of_chain(s->chain);
    if (s->stopped)
        snprintf(none.reason, sizeof none.reason, "no path in %d signatures: the chain is a maze",
                 PATH_SIGNATURES_MAX);
    else if (s->reason[0])
        memcpy(none.reason, s->reason, sizeof none.reason);
    else
        snprintf(none.reason, sizeof none.reason, "no certificate leads to a trust anchor");
    return none;
}

static struct exh_path allowed_itself(const struct exh_chain *chain, int64_t at)
{
    const struct cert *leaf = &chain->certs[0];
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
    struct search search = { .chain = chain, .at = at };

    if (purpose == EXH_PURPOSE_CLAIM && trust_allows(trust, &chain->certs[0]))
        return allowed_itself(chain, at);
    if (trust && trust->anchors[purpose].n) {
        search.anchors = &trust->anchors[purpose];
        struct exh_path path = find(&search);
        ERR_clear_error();
        return path;
    }
    struct exh_path none = times_of_chain(chain);
    snprintf(none.reason, sizeof none.reason, "there is no trust anchor to compare with");
    return none;
}
