/*
 * checkpoint.h -- a head of a log, signed.
 *
 * A log signs only what goes on from what it signed before: checkpoint_sign_next(). Whoever keeps the
 * last checkpoint that he saw finds out with tlog_check_consistency() when that was broken. Our logs
 * have one name for key and origin, as the specification recommends.
 *
 * Spec: C2SP tlog-checkpoint, "Note text", "Signatures".
 */
#ifndef LOG_CHECKPOINT_H
#define LOG_CHECKPOINT_H

#include "log/note.h"
#include "log/proof.h"

/* The text of a checkpoint; borrowed from it. */
struct checkpoint {
    struct exh_bytes origin; // not empty
    struct tlog_head head;
    struct exh_bytes extensions; // further lines, which nobody can check; usually none
};

/* Read the text of a note as a checkpoint. EXH_MALFORMED  EXH_LIMIT (over TLOG_SIZE_MAX) */
NODISCARD enum exh_status checkpoint_read(struct exh_bytes text, struct checkpoint *out,
                                          struct exh_error *err);
void checkpoint_write(const struct checkpoint *c, struct buf *to);

/*
 * Open a signed checkpoint. It holds if the origin is the name of the n keys, which are those of one
 * log, and note_check() agrees. *out is borrowed from the bytes, and to be believed only if it holds.
 *
 * EXH_MALFORMED  EXH_LIMIT; errors of note_check()
 */
NODISCARD enum exh_status checkpoint_open(const struct exh_crypto *crypto, struct exh_bytes bytes,
                                          const struct note_key *keys, size_t n,
                                          struct checkpoint *out, struct exh_judgement *judgement,
                                          struct exh_error *err);

/*
 * Sign the next head of a log and put the note into `to`.
 *
 * last   the head that was signed last, read from where the signer keeps it; NULL only for a new log
 * proof  that `next` goes on from it; tlog_prove_consistency(). Not looked at if last is NULL.
 *
 * Before the note is given to anybody, it must be kept as the last one, and that must be durable.
 *
 * EXH_DENIED  it does not go on from there: smaller, or another log
 * Errors of note_sign()
 */
NODISCARD enum exh_status checkpoint_sign_next(const struct exh_crypto *crypto,
                                               const struct note_signer *signer,
                                               const struct tlog_head *last,
                                               const struct tlog_head *next,
                                               const struct tlog_proof *proof, struct buf *to,
                                               struct exh_error *err);

#endif
