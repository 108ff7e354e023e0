/*
 * words.h -- the sentences that every answer shares: signer, time, revocation, headline and advice.
 *
 * What happened to the bytes is told by who looked at them: c2pa and seal have sentences of their own.
 */
#ifndef VERDICT_WORDS_H
#define VERDICT_WORDS_H

#include "verdict/revocation.h"
#include "verdict/verdict.h"

#define SENTENCE_MAX 1024 // bytes, with its NUL: names, reasons and what stands around them

/* What the sentences speak of. Borrowed for the calls. */
struct verdict_about {
    const struct exh_certificate *certificate; // the signer's
    const char *anchor_name;                   // to whom it leads, if trusted
    const char *wrong_use;         // what it does not permit: "it is of camera 1, but …"
    const struct exh_stamp *stamp; // that is trusted; NULL: none
    bool same_operator;            // stamp and signer lead to one anchor
    const char *who;               // claims the time: "camera", "signer"
    bool has_claimed;
    int64_t claimed;       // Unix seconds
    int64_t claimed_until; // of a recording; else the same
    const char *conflict;  // what contradicts what, when it is not claim and stamp; else NULL
    const struct revocation *revocation;
};

/* The sentence of an axis, for the state that verdict_of() gave it. */
void words_signer(char to[SENTENCE_MAX], enum exh_signer_state state,
                  const struct verdict_about *about);
void words_time(char to[SENTENCE_MAX], enum exh_time_state state,
                const struct verdict_about *about);
void words_revocation(char to[SENTENCE_MAX], enum exh_revocation state,
                      const struct verdict_about *about);

/* What to say above all, and what to do now. Borrowed for ever. */
struct words_ending {
    const char *headline, *advice;
};
struct words_ending words_ending(const struct verdict *v);

#endif
