/* report_words.c -- the sentences of the four axes, the headline and the advice. */
#include "c2pa/report.h"

#include <string.h>

#include "verdict/words.h"

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

/* What the certificate does not permit, for the sentence that says so. */
static const char *wrong_use_words(struct validation *v)
{
    const struct judged *m = signer_of(v);

    for (size_t i = 0; i < m->findings.n; i++)
        if (strcmp(m->findings.items[i].code, "signingCredential.invalid") == 0)
            return m->findings.items[i].explanation;
    return keep_printf(v, "it is of %s%s, but the capture names another camera",
                       m->certificate.camera[0] ? "camera " : "",
                       m->certificate.camera[0] ? m->certificate.camera : m->certificate.subject);
}

/* The revocation that speaks: of the one who bound the content, or of a later signer if it is worse. */
static const struct revocation *revocation_of(const struct validation *v)
{
    const struct revocation *bound = &signer_of(v)->revocation;
    const struct revocation *active = &v->items[v->active].revocation;

    return bound->fact < active->fact ? active : bound;
}

static const char *keep(struct validation *v, const char *sentence)
{
    return keep_printf(v, "%s", sentence);
}

void report_words(struct report *r, struct validation *v)
{
    const struct judged *m = signer_of(v);
    const struct verdict verdict = { r->pub.integrity, r->pub.signer, r->pub.time,
                                     r->pub.revocation };
    const struct words_ending ending = words_ending(&verdict);
    struct verdict_about about = { .certificate = &m->certificate,
                                   .anchor_name = m->path.anchor_name,
                                   .wrong_use = wrong_use_words(v),
                                   .stamp = m->stamp_trusted ? &m->stamp : NULL,
                                   .same_operator = m->same_operator,
                                   .who = r->pub.capture.present ? "camera" : "signer",
                                   .revocation = revocation_of(v) };
    char to[SENTENCE_MAX];

    about.has_claimed = claimed_time(v, &r->pub.capture, &about.claimed);
    about.claimed_until = about.claimed;
    r->pub.axes[0].sentence = integrity_words(v, r);
    words_signer(to, r->pub.signer, &about);
    r->pub.axes[1].sentence = keep(v, to);
    words_time(to, r->pub.time, &about);
    r->pub.axes[2].sentence = keep(v, to);
    words_revocation(to, r->pub.revocation, &about);
    r->pub.axes[3].sentence = keep(v, to);
    r->pub.headline = ending.headline;
    r->pub.advice = ending.advice;
}
