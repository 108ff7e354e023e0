/* statement_check.c -- exh_statement_make() and exh_statement_check(): whose recipient is this? */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "base/when.h"
#include "seal/leaf.h"
#include "seal/statement.h"
#include "verdict/revocation.h"

/* --- Making ---------------------------------------------------------------------------------------- */

/* Would a statement of these times hold under this certificate? */
static enum exh_status fits_certificate(const struct exh_certificate *c, int64_t created,
                                        int64_t expires, struct exh_error *err)
{
    char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];

    if (!c->person[0])
        return fail(err, EXH_INVALID, "statement: the certificate names no person (%sNAME)",
                    NAME_URN_PERSON);
    if (created >= expires)
        return fail(err, EXH_INVALID, "statement: it expires before it is made");
    when_write(from, c->not_before);
    when_write(until, c->not_after);
    if (created < c->not_before || expires > c->not_after)
        return fail(err, EXH_INVALID,
                    "statement: it must lie in the certificate's validity, %s to %s", from, until);
    return EXH_OK;
}

static enum exh_status read_leaf(const struct exh_signer *signer, const struct exh_crypto *crypto,
                                 struct exh_certificate *out, struct exh_error *err)
{
    struct exh_chain *chain = NULL;
    enum exh_status status = crypto->chain_new(signer->chain, signer->chain_n, &chain, err);

    if (status != EXH_OK)
        return status;
    crypto->chain_certificate(chain, 0, out);
    crypto->chain_free(chain);
    return EXH_OK;
}

enum exh_status exh_statement_make(const struct exh_signer *signer, const struct exh_crypto *crypto,
                                   const char *recipient, int64_t created, int64_t expires,
                                   uint8_t *to, size_t size, size_t *n, struct exh_error *err)
{
    struct exh_error local;
    struct exh_certificate leaf = { 0 };
    struct buf b = buf_with_limit(EXH_STATEMENT_MAX);
    const char *why;

    err = err ? err : &local;
    enum exh_status status = read_leaf(signer, crypto, &leaf, err);
    if (status == EXH_OK)
        status = fits_certificate(&leaf, created, expires, err);
    if (status == EXH_OK && !statement_recipient_usable(bytes_of(recipient), &why))
        status = fail(err, EXH_INVALID, "statement: %s", why);
    const struct statement s = { bytes_of(leaf.person), bytes_of(recipient), created, expires };
    if (status == EXH_OK)
        status = statement_write(&b, &s, signer, err);
    if (status == EXH_OK && b.n > size)
        status = fail(err, EXH_LIMIT, "statement: %zu bytes, there is room for %zu", b.n, size);
    if (status == EXH_OK) {
        memcpy(to, b.p, b.n);
        *n = b.n;
    }
    buf_free(&b);
    return status;
}

/* --- Checking --------------------------------------------------------------------------------------- */

/* One check in progress. */
struct checking {
    const struct exh_crypto *crypto;
    const struct exh_trust *trust;
    int64_t now;
    const struct exh_bytes *ocsp;
    size_t ocsp_n;
    struct statement s;
    struct cose_ours cose;
    struct exh_chain *chain;
    struct exh_statement *out;
};

PRINTF_LIKE(2, 3) static bool no(struct checking *k, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(k->out->reason, sizeof k->out->reason, fmt, args);
    va_end(args);
    return false;
}

static bool check_times(struct checking *k)
{
    const struct exh_certificate *c = &k->out->signed_by;
    char at[WHEN_TEXT_MAX];

    if (k->s.created > k->now) {
        when_write(at, k->s.created);
        return no(k, "it was made later than now: %s", at);
    }
    when_write(at, k->s.expires);
    if (k->now >= k->s.expires)
        return no(k, "it expired at %s", at);
    if (k->s.expires > c->not_after)
        return no(k, "it claims to hold until %s, longer than its certificate", at);
    return true;
}

static bool check_name(struct checking *k)
{
    const struct exh_certificate *c = &k->out->signed_by;

    if (!c->person[0])
        return no(k, "its certificate names no person");
    if (!bytes_are(k->s.user, c->person))
        return no(k, "it is of %s, but signed with the certificate of %s", k->out->user, c->person);
    return true;
}

/* An anchor leads to it, when it was made and now, and nobody says that it is revoked. */
static bool check_certificate(struct checking *k)
{
    const struct exh_judgement profile =
        k->crypto->chain_profile(k->chain, EXH_PURPOSE_CLAIM, k->trust);
    const int64_t moments[] = { k->s.created, k->now };
    struct revocation revocation = { 0 };
    const struct revocation_case about = {
        .crypto = k->crypto, .chain = k->chain, .trust = k->trust, .now = k->now
    };

    if (!profile.holds)
        return no(k, "its certificate does not permit this: %s", profile.reason);
    for (size_t i = 0; i < ARRAY_N(moments); i++) {
        const struct exh_path path =
            k->crypto->chain_path(k->chain, k->trust, EXH_PURPOSE_CLAIM, moments[i]);
        if (!path.trusted)
            return no(k, "%s: %s",
                      i ? "its certificate is not trusted now"
                        : "its certificate was not trusted when it was made",
                      path.reason);
    }
    for (size_t i = 0; i < k->ocsp_n; i++)
        revocation_take(&revocation, &about, k->ocsp[i], false);
    return revocation.fact == REVOCATION_IS_REVOKED ? no(k, "its certificate was revoked") : true;
}

/* Everything but the signature. */
static bool check_content(struct checking *k)
{
    const char *why;

    if (!check_name(k) || !check_times(k) || !check_certificate(k))
        return false;
    return statement_recipient_usable(k->s.recipient, &why) ? true : no(k, "%s", why);
}

static enum exh_status check_signature(struct checking *k, bool *holds, struct exh_error *err)
{
    struct exh_judgement j = { 0 };
    enum exh_status status = k->crypto->chain_new(k->cose.chain, k->cose.chain_n, &k->chain, err);

    *holds = false;
    if (status == EXH_MALFORMED || status == EXH_LIMIT) {
        no(k, "its certificate cannot be read: %s", err->text);
        return EXH_OK;
    }
    if (status != EXH_OK)
        return status;
    k->crypto->chain_certificate(k->chain, 0, &k->out->signed_by);
    status = cose_ours_verify(k->crypto, &k->cose, k->chain, bytes_of(NAME_AAD_RECIPIENT), &j, err);
    *holds = status == EXH_OK && j.holds;
    if (status == EXH_OK && !j.holds)
        no(k, "its signature does not hold: %s", j.reason);
    return status;
}

static enum exh_status check(struct exh_bytes statement, struct checking *k, struct exh_error *err)
{
    bool holds = false;
    enum exh_status status = statement_read(statement, &k->s, &k->cose, err);

    if (status == EXH_OK)
        status = ledger_hash(k->crypto, statement, k->out->sha256, err);
    if (status != EXH_OK)
        return status;
    snprintf(k->out->user, sizeof k->out->user, "%.*s", (int)k->s.user.n,
             (const char *)k->s.user.p);
    snprintf(k->out->recipient, sizeof k->out->recipient, "%.*s", (int)k->s.recipient.n,
             (const char *)k->s.recipient.p);
    k->out->created = k->s.created;
    k->out->expires = k->s.expires;
    status = check_signature(k, &holds, err);
    k->out->holds = holds && check_content(k);
    k->crypto->chain_free(k->chain);
    return status;
}

enum exh_status exh_statement_check(struct exh_bytes statement, const struct exh_crypto *crypto,
                                    const struct exh_trust *trust, int64_t now,
                                    const struct exh_bytes *ocsp, size_t ocsp_n,
                                    struct exh_statement *out, struct exh_error *err)
{
    struct exh_error local;
    struct exh_statement found = { 0 };
    struct checking k = {
        .crypto = crypto, .trust = trust, .now = now, .ocsp = ocsp, .ocsp_n = ocsp_n, .out = &found
    };

    enum exh_status status = check(statement, &k, err ? err : &local);
    if (status == EXH_OK)
        *out = found;
    return status;
}
