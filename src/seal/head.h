/*
 * head.h -- what stands before the payload of an object that we seal: keys, open entry, header.
 *
 *     status = head_begin(&head, &options, &form, err);       // file key, nonce, commitment, open entry
 *     ... head.size bytes of room, head.nonce, the payload, the closing tick ...
 *     status = head_write(&head, tick, &header, err);         // exactly head.size bytes
 *     head_free(&head);                                       // the key is gone
 *
 * The sizes of all stanzas are known before their content, so the header's is too.
 */
#ifndef SEAL_HEAD_H
#define SEAL_HEAD_H

#include <exhibit/seal.h>

#include "seal/file_key.h"
#include "seal/ledger.h"

/* What kind of object. */
struct head_form {
    bool one_file;                   // the header ends with the closing tick
    bool plain;                      // a recording in clear: no file key, no header
    uint32_t policy;                 // OPEN_… beside OPEN_PLAIN
    const struct exh_tail *previous; // segment before; NULL: none
};

struct head {
    const struct exh_seal_options *options; // borrowed
    struct head_form form;
    struct file_key *key;              // owned; NULL: plain
    struct exh_recipients *recipients; // owned, of this file; NULL: plain
    uint8_t nonce[AGE_NONCE_N];
    size_t size; // bytes of the header; 0: plain
    bool has_ledger;
    struct buf open;       // the open entry, owned
    struct ledger ledger;  // if has_ledger, here and below
    uint64_t monotonic_us; // when it was opened, or resumed
    uint64_t mono_before;  // microseconds of it before that
    uint64_t segment;
};

/*
 * Check the options, make the keys, sign the open entry. The head must not move afterwards. On failure it
 * is to be freed too. Failures as of exh_seal().
 */
NODISCARD enum exh_status head_begin(struct head *h, const struct exh_seal_options *options,
                                     const struct head_form *form, struct exh_error *err);

/* Append the complete header. tick: of the one-file form with a ledger, else NULL. */
NODISCARD enum exh_status head_write(const struct head *h, const uint8_t *tick, struct buf *out,
                                     struct exh_error *err);

/* Ask the clock: what a tick says of now. t0_us is the moment itself, to be overwritten. */
struct ledger_clock head_now(const struct head *h);

/* Check what a signer must be to sign ledgers, and what its certificate names. */
NODISCARD enum exh_status head_sealer(const struct exh_seal_options *options,
                                      struct exh_certificate *out, struct exh_error *err);

/*
 * A head for a recording in clear that goes on: `ledger` is resumed by the caller. mono_us is what its clock
 * showed at its last entry.
 */
void head_resume(struct head *h, const struct exh_seal_options *options, uint64_t mono_us,
                 uint64_t segment);

/* Forget the file key: nothing more can be sealed or wrapped. */
void head_forget(struct head *h);
void head_free(struct head *h); // a zeroed struct is allowed

#endif
