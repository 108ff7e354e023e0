/* report_words.c -- the sentences of the four axes, the headline and the advice. */
#include "c2pa/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"

/* What a failure means for people: the first row whose code begins a failure's code. */
static const struct {
    const char *code;
    const char *words;
} losses[] = {
    { "assertion.dataHash.mismatch", "the picture's own bytes differ" },
    { "assertion.bmffHash.mismatch", "the media's own bytes differ" },
    { "assertion.boxesHash.mismatch", "the picture's own bytes differ" },
    { "assertion.boxesHash.unknownBox", "something was put into the file" },
    { "assertion.multiAssetHash.mismatch", "one of the file's parts differs" },
    { "assertion.multiAssetHash.missingPart", "one of the file's parts is missing" },
    { "assertion.hashedURI.mismatch", "a signed statement differs" },
    { "assertion.missing", "a signed statement is missing" },
    { "assertion.undeclared", "a statement was put in that nobody signed" },
    { "assertion.notRedacted", "a redacted statement is still there" },
    { "hashedURI.", "something that a signed statement refers to differs" },
    { "claimSignature.mismatch", "the signature does not belong to these statements" },
    { "claimSignature.missing", "the signature is missing" },
    { "claim.", "the signed claim is damaged" },
    { "ingredient.", "the record of an ingredient differs" },
    { "algorithm.unsupported", "it names an algorithm that cannot be trusted" },
    { "manifest.", "the credential breaks the rules of its kind" },
};

static const char *loss_of(const char *code)
{
    for (size_t i = 0; i < ARRAY_N(losses); i++)
        if (strncmp(code, losses[i].code, strlen(losses[i].code)) == 0)
            return losses[i].words;
    return "the credential breaks the rules";
}

static const struct exh_finding *first_failure(const struct findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].kind == EXH_FAILURE &&
            strncmp(f->items[i].code, "signingCredential.", 18) &&
            strcmp(f->items[i].code, "claimSignature.outsideValidity"))
            return &f->items[i];
    return NULL;
}

/* The failure that best says what happened: of the active manifest, the bound one, an ingredient. */
static const struct exh_finding *worst(const struct validation *v)
{
    const struct exh_finding *f = first_failure(&v->items[v->active].findings);

    if (!f && v->binding >= 0)
        f = first_failure(&v->items[v->binding].findings);
    for (size_t i = 0; !f && i < v->n; i++)
        for (size_t k = 0; !f && v->items[i].reachable && k < v->items[i].ingredients_n; k++)
            f = first_failure(&v->items[i].ingredients[k].findings);
    return f;
}

static const char *incomplete_words(struct validation *v, const struct report *r)
{
    const struct exh_finding *f = damaged_ingredient(r->pub.deltas, r->pub.deltas_n);

    if (v->content_incomplete)
        return keep_printf(v,
                           "The signed part is intact, but pieces are missing or not closed: %s.",
                           v->content_gap);
    return keep_printf(v,
                       "This file is as it was signed, but one of its ingredients is not: %s (%s).",
                       f ? loss_of(f->code) : "unknown", f ? f->explanation : "unknown");
}

static const char *integrity_words(struct validation *v, const struct report *r)
{
    const struct exh_finding *f = worst(v);

    switch (r->pub.integrity) {
    case EXH_INTACT: return "Nothing in this file has changed since it was signed.";
    case EXH_ALTERED:
        return keep_printf(v, "This file was changed after it was signed: %s (%s).",
                           f ? loss_of(f->code) : "no signature holds",
                           f ? f->explanation : "nothing to check");
    case EXH_INCOMPLETE: return incomplete_words(v, r);
    case EXH_NO_CREDENTIAL: break;
    }
    return "This file carries no credential.";
}

/* The manifest whose signer the axes name: who bound the content. */
static const struct judged *signer_of(const struct validation *v)
{
    return &v->items[v->binding >= 0 ? (size_t)v->binding : v->active];
}

static const char *wrong_use_words(struct validation *v)
{
    const struct judged *m = signer_of(v);

    for (size_t i = 0; i < m->findings.n; i++)
        if (strcmp(m->findings.items[i].code, "signingCredential.invalid") == 0)
            return keep_printf(v, "The certificate does not permit this signature: %s.",
                               m->findings.items[i].explanation);
    return keep_printf(v,
                       "The certificate does not permit this signature: it is of %s%s, but the "
                       "capture names another camera.",
                       m->certificate.camera[0] ? "camera " : "",
                       m->certificate.camera[0] ? m->certificate.camera : m->certificate.subject);
}

static const char *signer_words(struct validation *v, const struct report *r)
{
    const struct judged *m = signer_of(v);
    const struct exh_certificate *c = &m->certificate;

    switch (r->pub.signer) {
    case EXH_SIGNER_TRUSTED:
        if (c->camera[0])
            return keep_printf(v, "Signed by camera %s, enrolled by %s.", c->camera,
                               m->path.anchor_name);
        return keep_printf(v, "Signed by %s, certified by %s.",
                           c->person[0] ? c->person : c->subject, m->path.anchor_name);
    case EXH_SIGNER_UNKNOWN:
        return keep_printf(v,
                           "The signature is sound, but its signer (%s) is not on your trust "
                           "list.",
                           c->camera[0] ? c->camera : c->subject);
    case EXH_SIGNER_WITHHELD: return "Key withheld by the licence server (lease lapsed).";
    case EXH_SIGNER_WRONG_USE: return wrong_use_words(v);
    case EXH_SIGNER_NOT_JUDGED: break;
    }
    return "No signature holds, so there is no signer to judge.";
}

static const char *conflict_words(struct validation *v, const struct report *r)
{
    const struct judged *m = signer_of(v);
    int64_t claimed = 0;

    claimed_time(v, &r->pub.capture, &claimed);
    return keep_printf(v,
                       "The claimed time and the attested time disagree by %" PRId64 " s: a "
                       "picture cannot be attested before it is taken.",
                       claimed - m->stamp.time);
}

static const char *time_words(struct validation *v, const struct report *r)
{
    const struct judged *m = signer_of(v);
    char at[WHEN_TEXT_MAX];
    int64_t claimed = 0;

    switch (r->pub.time) {
    case EXH_TIME_STAMPED:
        when_write(at, m->stamp.time);
        return keep_printf(v, "It existed by %s, attested by %s%s.", at, m->stamp.authority,
                           m->same_operator ? " (attested by the same operator)" : "");
    case EXH_TIME_CLAIMED:
        if (!claimed_time(v, &r->pub.capture, &claimed))
            return "No time is claimed, and nobody attests one.";
        when_write(at, claimed);
        return keep_printf(v, "The %s says %s; nobody else attests it.",
                           r->pub.capture.present ? "camera" : "signer", at);
    case EXH_TIME_CONFLICT: return conflict_words(v, r);
    case EXH_TIME_UNJUDGEABLE:
        return m->stamp_trusted ? "The time cannot be judged: the certificate was not valid at the "
                                  "attested time."
                                : "The time cannot be judged: no trusted time-stamp, and the "
                                  "certificate has ended or not begun.";
    case EXH_TIME_NOT_JUDGED: break;
    }
    return "No signature holds, so there is no time to judge.";
}

static const char *revocation_words(struct validation *v, const struct report *r)
{
    const struct judged *m = signer_of(v);
    const struct judged *a = &v->items[v->active];
    char at[WHEN_TEXT_MAX];

    if (m->revocation < a->revocation)
        m = a; // the worse one speaks
    when_write(at, m->revoked_at);
    switch (r->pub.revocation) {
    case EXH_REVOCATION_GOOD: return "The certificate was not revoked when this was signed.";
    case EXH_REVOCATION_AFTER:
        return keep_printf(v, "Revoked from %s; this file was time-stamped before, so it stands.",
                           at);
    case EXH_REVOCATION_REVOKED:
        if (m->revocation == REVOCATION_IS_UNKNOWN)
            return "The issuer does not know this certificate.";
        return keep_printf(v, "Revoked from %s, and nothing proves this file is older.", at);
    case EXH_REVOCATION_UNCHECKED:
        return keep_printf(v, "Revocation could not be checked: %s.",
                           m->revocation_why ? m->revocation_why : "offline");
    case EXH_REVOCATION_NOT_JUDGED: break;
    }
    return "No signature holds, so there is no certificate to judge.";
}

/* One row an exit code: what to say above all, and what to do now. */
static const struct {
    int code;
    const char *headline, *advice;
} endings[] = {
    { 0, "Valid, and the signer is trusted.",
      "You can rely on it. Place, author and description remain the signer's claims." },
    { 1, "Not as it was signed.", "Do not rely on this file; ask its sender for the original." },
    { 3, "Valid, but the signer is not known to you.",
      "Find out who signed it; if you trust them, give their root with --trust ROOTS.pem." },
    { 5, "Not everything can be judged.",
      "Get the missing part: the rest of the file, a time-stamp, or the licence server's answer." },
    { 6, "The signer's certificate was revoked.",
      "Ask for a copy that was time-stamped before the revocation." },
};

void report_words(struct report *r, struct validation *v)
{
    const int code = exh_report_exit_code(&r->pub);

    r->pub.axes[0].sentence = integrity_words(v, r);
    r->pub.axes[1].sentence = signer_words(v, r);
    r->pub.axes[2].sentence = time_words(v, r);
    r->pub.axes[3].sentence = revocation_words(v, r);
    for (size_t i = 0; i < ARRAY_N(endings); i++)
        if (endings[i].code == code) {
            r->pub.headline = endings[i].headline;
            r->pub.advice = endings[i].advice;
        }
    if (code == 1 && r->pub.integrity == EXH_INTACT) {
        r->pub.headline = "Signed with a certificate that does not permit it.";
        r->pub.advice = "Do not take the signer's word; ask the owner of the certificate.";
    }
}
