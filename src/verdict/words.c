#include "verdict/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/when.h"

void words_signer(char to[SENTENCE_MAX], enum exh_signer_state state,
                  const struct verdict_about *about)
{
    const struct exh_certificate *c = about->certificate;

    switch (state) {
    case EXH_SIGNER_TRUSTED:
        if (c->camera[0])
            snprintf(to, SENTENCE_MAX, "Signed by camera %s, enrolled by %s.", c->camera,
                     about->anchor_name);
        else
            snprintf(to, SENTENCE_MAX, "Signed by %s, certified by %s.",
                     c->person[0] ? c->person : c->subject, about->anchor_name);
        return;
    case EXH_SIGNER_UNKNOWN:
        snprintf(to, SENTENCE_MAX,
                 "The signature is sound, but its signer (%s) is not on your trust list.",
                 c->camera[0] ? c->camera : c->subject);
        return;
    case EXH_SIGNER_WITHHELD:
        snprintf(to, SENTENCE_MAX, "Key withheld by the licence server (lease lapsed).");
        return;
    case EXH_SIGNER_WRONG_USE:
        snprintf(to, SENTENCE_MAX, "The certificate does not permit this signature: %s.",
                 about->wrong_use);
        return;
    case EXH_SIGNER_NOT_JUDGED: break;
    }
    snprintf(to, SENTENCE_MAX, "No signature holds, so there is no signer to judge.");
}

static void put_claimed(char to[SENTENCE_MAX], const struct verdict_about *about)
{
    char from[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];

    if (!about->has_claimed) {
        snprintf(to, SENTENCE_MAX, "No time is claimed, and nobody attests one.");
        return;
    }
    when_write(from, about->claimed);
    when_write(until, about->claimed_until);
    if (about->claimed_until > about->claimed)
        snprintf(to, SENTENCE_MAX, "The %s says %s to %s; nobody else attests it.", about->who,
                 from, until);
    else
        snprintf(to, SENTENCE_MAX, "The %s says %s; nobody else attests it.", about->who, from);
}

void words_time(char to[SENTENCE_MAX], enum exh_time_state state, const struct verdict_about *about)
{
    char at[WHEN_TEXT_MAX];

    switch (state) {
    case EXH_TIME_STAMPED:
        when_write(at, about->stamp->time);
        snprintf(to, SENTENCE_MAX, "It existed by %s, attested by %s%s.", at,
                 about->stamp->authority,
                 about->same_operator ? " (attested by the same operator)" : "");
        return;
    case EXH_TIME_CLAIMED: put_claimed(to, about); return;
    case EXH_TIME_CONFLICT:
        if (about->conflict)
            snprintf(to, SENTENCE_MAX, "%s", about->conflict);
        else
            snprintf(to, SENTENCE_MAX,
                     "The claimed time and the attested time disagree by %" PRId64
                     " s: a picture cannot be attested before it is taken.",
                     about->claimed_until - about->stamp->time);
        return;
    case EXH_TIME_UNJUDGEABLE:
        snprintf(to, SENTENCE_MAX, "%s",
                 about->stamp ? "The time cannot be judged: the certificate was not valid at the "
                                "attested time."
                              : "The time cannot be judged: no trusted time-stamp, and the "
                                "certificate has ended or not begun.");
        return;
    case EXH_TIME_NOT_JUDGED: break;
    }
    snprintf(to, SENTENCE_MAX, "No signature holds, so there is no time to judge.");
}

void words_revocation(char to[SENTENCE_MAX], enum exh_revocation state,
                      const struct verdict_about *about)
{
    const struct revocation *r = about->revocation;
    char at[WHEN_TEXT_MAX];

    when_write(at, r->revoked_at);
    switch (state) {
    case EXH_REVOCATION_GOOD:
        snprintf(to, SENTENCE_MAX, "The certificate was not revoked when this was signed.");
        return;
    case EXH_REVOCATION_AFTER:
        snprintf(to, SENTENCE_MAX,
                 "Revoked from %s; this file was time-stamped before, so it stands.", at);
        return;
    case EXH_REVOCATION_REVOKED:
        if (r->fact == REVOCATION_IS_UNKNOWN)
            snprintf(to, SENTENCE_MAX, "The issuer does not know this certificate.");
        else
            snprintf(to, SENTENCE_MAX, "Revoked from %s, and nothing proves this file is older.",
                     at);
        return;
    case EXH_REVOCATION_UNCHECKED:
        snprintf(to, SENTENCE_MAX, "Revocation could not be checked: %s.",
                 r->why[0] ? r->why : "offline");
        return;
    case EXH_REVOCATION_NOT_JUDGED: break;
    }
    snprintf(to, SENTENCE_MAX, "No signature holds, so there is no certificate to judge.");
}

/* One row an exit code. */
static const struct {
    int code;
    struct words_ending ending;
} endings[] = {
    { 0,
      { "Valid, and the signer is trusted.",
        "You can rely on it. Place, author and description remain the signer's claims." } },
    { 1,
      { "Not as it was signed.", "Do not rely on this file; ask its sender for the original." } },
    { 3,
      { "Valid, but the signer is not known to you.",
        "Find out who signed it; if you trust them, give their root with --trust ROOTS.pem." } },
    { 4,
      { "This file carries no credential.",
        "Ask its sender for the original, or for the credential beside it (.c2pa)." } },
    { 5,
      { "Not everything can be judged.",
        "Get the missing part: the rest of the file, a time-stamp, or the licence server's "
        "answer." } },
    { 6,
      { "The signer's certificate was revoked.",
        "Ask for a copy that was time-stamped before the revocation." } },
};

struct words_ending words_ending(const struct verdict *v)
{
    const int code = verdict_exit_code(v);
    size_t i = 0;

    if (code == 1 && v->integrity == EXH_INTACT)
        return (struct words_ending){
            "Signed with a certificate that does not permit it.",
            "Do not take the signer's word; ask the owner of the certificate."
        };
    while (endings[i].code != code)
        i++;
    return endings[i].ending;
}
