/*
 * ledger_object.h -- where an object has its open entry, its ticks and its body.
 *
 *     sealed, one file   header: open and final; body behind header and nonce
 *     sealed, growing    header: open; the same first in X.led, then ticks; body behind header and nonce
 *     plain              X.led; the body is the whole file
 *
 * Nothing is verified here.
 */
#ifndef SEAL_LEDGER_OBJECT_H
#define SEAL_LEDGER_OBJECT_H

#include "formats/age_header.h"
#include "seal/ledger_check.h"

#include <exhibit/source.h>

/*
 * The body of a stanza of ours, NAME_STANZA_OPEN or _FINAL; empty when there is none. A header has at most one
 * of each: two would be two answers to who sealed it.
 *
 * EXH_MALFORMED (twice, or empty)  EXH_UNSUPPORTED (another version)
 */
NODISCARD enum exh_status ledger_stanza(const struct age_header *h, const char *name,
                                        struct exh_bytes *body, struct exh_error *err);

/* Owned by the caller; ledger_object_free(). */
struct ledger_object {
    struct age_header *header; // owned; NULL: the object is no age file
    struct exh_bytes open;     // the open entry to go by; empty: there is none. Borrowed of this
    bool in_header;            // it stands there
    bool one_file;             // its ticks are the stanza `final`
    bool has_ledger;           // `ledger` is somewhere
    struct exh_source ledger;  // ticks begin at ticks_at
    uint64_t ticks_at;
    bool differs;     // X.led begins with another open entry than the header has
    bool missing;     // X.led has an open entry, the header of the age file has none
    uint64_t body_at; // of the payload's first byte: behind header and nonce
    bool has_nonce;
    uint8_t nonce[OPEN_NONCE];
    uint8_t *led_open; // owned: beginning of X.led
};

/*
 * Look at an object. ledger: X.led, or NULL; borrowed, like object, for the life of *out.
 *
 * EXH_MALFORMED    an age header that is none, or has one of our stanzas twice or in a wrong form
 * EXH_UNSUPPORTED  an armored file, another version of age
 * EXH_INVALID      a ledger beside an object that has its own in the header
 * EXH_LIMIT  EXH_IO  EXH_NO_MEMORY
 */
NODISCARD enum exh_status ledger_object_read(const struct exh_source *object,
                                             const struct exh_source *ledger,
                                             struct ledger_object *out, struct exh_error *err);
void ledger_object_free(struct ledger_object *o); // a zeroed struct is allowed

/* Note in a check of o->open what the object itself shows: other open entries, another body. (check.c) */
void ledger_note_object(struct ledger_check *c, const struct ledger_object *o);

#endif
